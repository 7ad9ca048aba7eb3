//===- KernelRegistry.h - Which kernels take which operations ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel is a C++ template in backends/kernels and one entry here: the
// operation it implements, what it needs of the target, when it applies, and
// how a call is made. docs/adding-a-kernel.md goes through an example.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_KERNELREGISTRY_H
#define EDGECC_BACKEND_KERNELREGISTRY_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Dialect/Kern/Kern.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

#include <functional>

namespace edgecc {

/// Makes the `kern.call`s of one operation. Operands and results are named by
/// their `edge` values; where they live is not the kernel's concern.
class KernelCallBuilder {
public:
  virtual ~KernelCallBuilder() = default;

  /// Starts a call of the template `kernel` in backends/kernels/`header`.
  /// Everything below belongs to the call that was started last.
  virtual void begin(llvm::StringRef kernel, llvm::StringRef header) = 0;
  /// A header that has to come before: what the template is instantiated with.
  virtual void addHeader(llvm::StringRef header) = 0;

  /// Template arguments, in order.
  virtual void addTemplateArg(mlir::Attribute attr) = 0;
  void addShape(llvm::ArrayRef<int64_t> dims);
  void addShape(mlir::Value value);
  void addInt(int64_t value);
  void addBool(bool value);
  /// A name of the kernel library, such as an enumerator.
  void addName(llvm::StringRef name);
  /// The C++ type of the elements of a value.
  void addElementType(mlir::Value value);

  /// Function arguments: inputs, then outputs, then scalars.
  virtual void addInput(mlir::Value value) = 0;
  /// Constants packed for this kernel; `purpose` becomes part of the name.
  virtual void addData(llvm::StringRef purpose,
                       const reference::Tensor &tensor) = 0;
  /// `value` as data named by `purpose` if it is a constant, else as an input.
  void addOperand(llvm::StringRef purpose, mlir::Value value);
  virtual void addOutput(mlir::Value value) = 0;
  virtual void addScratch(int64_t bytes) = 0;
  virtual void addScalar(mlir::TypedAttr value) = 0;
  void addScalar(int32_t value);
  void addScalar(float value);
  /// Several of int32_t, which is what they have to fit.
  void addScalars(llvm::ArrayRef<int64_t> values);

  /// The output may share memory with the input that was added `index`-th,
  /// where that is not needed afterwards.
  virtual void allowInplace(unsigned index) = 0;
  /// The output may cover that input if it begins `distance` bytes before it:
  /// the kernel then overwrites only what it does not read again.
  virtual void allowOverlap(unsigned index, int64_t distance) = 0;
  /// The kernel can go through that input from its end, if its last scalar,
  /// which is 0, becomes 1. Then the output may cover the input if it begins
  /// `distance` bytes behind it.
  virtual void allowBackwards(unsigned index, int64_t distance) = 0;
  /// The call also computes `producer`, whose result nothing else uses: see
  /// Kernel::producer.
  virtual void addProducer(mlir::Operation *producer) = 0;
  /// The kernel computes a part of the layer: it is called for each of so many,
  /// maybe at the same time, with the part's number as first argument. The
  /// number of parts becomes the next template argument.
  virtual void setParts(int64_t parts) = 0;
  /// What the report says of the precision, where types do not tell it.
  virtual void setPrecision(llvm::StringRef precision) = 0;
  /// A scalar function, the body of a map, as first template argument.
  virtual void setFunction(edge::MapOp map) = 0;

  /// The value at compile time of an operand that has to be constant, or a
  /// diagnostic at `user`.
  llvm::FailureOr<reference::Tensor>
  getConstant(mlir::Operation *user, mlir::Value value, llvm::StringRef what);

protected:
  explicit KernelCallBuilder(mlir::MLIRContext *context) : context(context) {}
  mlir::MLIRContext *context;
};

/// How the loops of a kernel can be cut for an operation.
struct KernelTilings {
  /// What `kern.tiling` calls the kernel, and its form with a sum; empty if
  /// there is nothing to choose.
  std::string method;
  /// Ways that are worth measuring, the one first that the kernel takes by
  /// itself; empty if it does not compute the operation.
  std::function<llvm::SmallVector<kern::TilingAttr>(mlir::Operation *)> list;
  /// Whether it can compute the operation so.
  std::function<bool(mlir::Operation *, kern::TilingAttr)> accepts;
};

/// One kernel.
struct Kernel {
  /// Name in reports, unique.
  std::string name;
  /// The operation that it implements.
  llvm::StringRef operation;
  /// Features that the target must have.
  llvm::SmallVector<llvm::StringRef> features;
  /// Among the kernels that apply, the one with the highest benefit runs.
  int benefit = 0;
  /// Whether it computes this operation.
  std::function<bool(mlir::Operation *)> matches;
  /// Makes the calls.
  std::function<llvm::LogicalResult(mlir::Operation *, KernelCallBuilder &)>
      lower;
  /// Bytes of constants that it takes for speed, beyond those of the next best
  /// kernel. Not set: none.
  std::function<int64_t(mlir::Operation *)> extraBytes;
  /// The producer of an operand that it computes as well, so that this needs no
  /// kernel of its own. Not set: none.
  std::function<mlir::Operation *(mlir::Operation *)> producer;
  KernelTilings tilings;
};

/// A unit attribute of operations whose kernels must not take memory for speed.
inline constexpr llvm::StringLiteral kSmallLayer = "kern.small";

/// The kernels of a program.
struct KernelChoice {
  llvm::DenseMap<mlir::Operation *, const Kernel *> kernels;
  /// What they take for speed.
  int64_t extraBytes = 0;
};

/// All kernels.
class KernelRegistry {
public:
  /// The kernels that come with edgecc.
  static const KernelRegistry &get();

  /// Adds a kernel for operations of type `OpT`.
  template <typename OpT>
  Kernel &add(const llvm::Twine &name, bool (*matches)(OpT),
              llvm::LogicalResult (*lower)(OpT, KernelCallBuilder &),
              int benefit = 0, llvm::ArrayRef<llvm::StringRef> features = {}) {
    kernels.push_back({name.str(), OpT::getOperationName(),
                       llvm::to_vector(features), benefit,
                       [matches](mlir::Operation *op) {
                         return matches(mlir::cast<OpT>(op));
                       },
                       [lower](mlir::Operation *op, KernelCallBuilder &call) {
                         return lower(mlir::cast<OpT>(op), call);
                       },
                       /*extraBytes=*/{},
                       /*producer=*/{},
                       /*tilings=*/{}});
    return kernels.back();
  }

  /// The kernels that compute `op` on a target with `features`, best first;
  /// before all the one that `kern.tiling` names.
  llvm::SmallVector<const Kernel *>
  getCandidates(mlir::Operation *op, const llvm::StringSet<> &features) const;

  /// The best kernel of every operation of `function` that has one, and that no
  /// other kernel computes as its producer, with at
  /// most `extraBytes` taken for speed if that is not negative: first where a
  /// byte saves most, by the multiplications of the operation. Operations with
  /// `kSmallLayer` take none.
  KernelChoice choose(mlir::func::FuncOp function,
                      const llvm::StringSet<> &features,
                      int64_t extraBytes) const;

  /// The kernels for operations like `op` whose loops can be cut in several
  /// ways, on a target with `features`.
  llvm::SmallVector<const Kernel *>
  getTileable(mlir::Operation *op, const llvm::StringSet<> &features) const;

private:
  std::vector<Kernel> kernels;
};

/// Emits an error, with the types, at every operation of `function` that no
/// kernel computes on a target with `features`.
llvm::LogicalResult checkKernels(mlir::func::FuncOp function,
                                 const llvm::StringSet<> &features);

/// The families of kernels, each in a file of its own under backends/common.
void registerConvolutionKernels(KernelRegistry &registry);
void registerMatrixKernels(KernelRegistry &registry);
void registerPoolingKernels(KernelRegistry &registry);
void registerElementwiseKernels(KernelRegistry &registry);
void registerIntegerBinaryKernels(KernelRegistry &registry);
void registerMovementKernels(KernelRegistry &registry);
void registerRecurrentKernels(KernelRegistry &registry);
void registerResampleKernels(KernelRegistry &registry);
/// Kernels of one family of cores: backends/cortexm.
void registerArmv6mKernels(KernelRegistry &registry);
void registerDspKernels(KernelRegistry &registry);
void registerHeliumKernels(KernelRegistry &registry);
void registerSelectionKernels(KernelRegistry &registry);
/// Kernels for vectors of x86 and Arm: backends/avx, backends/neon.
void registerVectorFloatKernels(KernelRegistry &registry);
void registerVectorDirectDepthwiseKernels(KernelRegistry &registry);
void registerVectorInt8Kernels(KernelRegistry &registry);
void registerVectorInt16Kernels(KernelRegistry &registry);
void registerVectorWinogradKernels(KernelRegistry &registry);
void registerVectorMatMulKernels(KernelRegistry &registry);
void registerVectorPackedKernels(KernelRegistry &registry);
void registerVectorPoolingKernels(KernelRegistry &registry);
void registerVectorDepthRows(KernelRegistry &registry);
void registerVectorRecurrentKernels(KernelRegistry &registry);
void registerVectorRecurrentS16Kernels(KernelRegistry &registry);

//===----------------------------------------------------------------------===//
// Shared by the families
//===----------------------------------------------------------------------===//

/// Whether all tensors of an operation are f32 / the first is quantized i8 /
/// the first is quantized i16.
bool isFloatOp(mlir::Operation *op);
bool isInt8Op(mlir::Operation *op);
bool isInt16Op(mlir::Operation *op);
/// Whether a value is known at compile time, and can be packed.
bool isConstant(mlir::Value value);

/// Adds the clamp bounds of a float operation as two scalars.
void addFloatClamp(edge::ClampableOpInterface op, KernelCallBuilder &call);

/// What follows the weights of a convolution or fully connected layer: bias and
/// result, then, in float, the clamp bounds; in integers the bias has the
/// input's zero point folded in, multipliers per output channel follow it, and
/// the scalars are the input's zero point (if `passInputZero`, for kernels with
/// padding), shift, output's zero point, lower and upper bound. Of int16 there
/// are no zero points, and the type that products are summed in is the last
/// template argument.
llvm::LogicalResult addWeightedEpilogue(edge::ClampableOpInterface op,
                                        mlir::Value input, mlir::Value weights,
                                        mlir::Value bias, bool passInputZero,
                                        KernelCallBuilder &call);

} // namespace edgecc

#endif // EDGECC_BACKEND_KERNELREGISTRY_H
