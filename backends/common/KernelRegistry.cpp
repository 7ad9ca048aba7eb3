//===- KernelRegistry.cpp - Which kernels implement which operations ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"

#include "edgecc/Quant/IntegerParams.h"

#include <limits>

using namespace mlir;
using namespace edgecc;

//===----------------------------------------------------------------------===//
// KernelCallBuilder
//===----------------------------------------------------------------------===//

void KernelCallBuilder::addShape(ArrayRef<int64_t> dims) {
  addTemplateArg(kern::ShapeAttr::get(context, dims));
}

void KernelCallBuilder::addShape(Value value) {
  addShape(cast<RankedTensorType>(value.getType()).getShape());
}

void KernelCallBuilder::addInt(int64_t value) {
  addTemplateArg(IntegerAttr::get(IntegerType::get(context, 64), value));
}

void KernelCallBuilder::addBool(bool value) {
  addTemplateArg(BoolAttr::get(context, value));
}

void KernelCallBuilder::addName(StringRef name) {
  addTemplateArg(StringAttr::get(context, name));
}

void KernelCallBuilder::addElementType(Value value) {
  addTemplateArg(
      TypeAttr::get(edge::getStorageType(getElementTypeOrSelf(value))));
}

void KernelCallBuilder::addScalar(int32_t value) {
  addScalar(cast<TypedAttr>(
      TypedAttr(IntegerAttr::get(IntegerType::get(context, 32), value))));
}

void KernelCallBuilder::addScalars(ArrayRef<int64_t> values) {
  for (int64_t value : values)
    addScalar(int32_t(value));
}

void KernelCallBuilder::addScalar(float value) {
  addScalar(TypedAttr(FloatAttr::get(Float32Type::get(context), value)));
}

void KernelCallBuilder::addOperand(StringRef purpose, Value value) {
  if (std::optional<reference::Tensor> tensor = edge::getConstantTensor(value))
    addData(purpose, *tensor);
  else
    addInput(value);
}

FailureOr<reference::Tensor>
KernelCallBuilder::getConstant(Operation *user, Value value, StringRef what) {
  if (std::optional<reference::Tensor> tensor = edge::getConstantTensor(value))
    return std::move(*tensor);
  user->emitError("'") << edge::getLayerName(user) << "' computes its " << what
                       << " while it runs; generated code needs it to be a "
                          "constant of the model";
  return failure();
}

//===----------------------------------------------------------------------===//
// KernelRegistry
//===----------------------------------------------------------------------===//

const KernelRegistry &KernelRegistry::get() {
  static const KernelRegistry registry = [] {
    KernelRegistry all;
    registerConvolutionKernels(all);
    registerMatrixKernels(all);
    registerPoolingKernels(all);
    registerElementwiseKernels(all);
    registerIntegerBinaryKernels(all);
    registerMovementKernels(all);
    registerRecurrentKernels(all);
    registerResampleKernels(all);
    registerArmv6mKernels(all);
    registerDspKernels(all);
    registerHeliumKernels(all);
    registerSelectionKernels(all);
    registerVectorFloatKernels(all);
    registerVectorDirectDepthwiseKernels(all);
    registerVectorInt8Kernels(all);
    registerVectorInt16Kernels(all);
    registerVectorWinogradKernels(all);
    registerVectorMatMulKernels(all);
    registerVectorPackedKernels(all);
    registerVectorPoolingKernels(all);
    registerVectorDepthRows(all);
    registerVectorRecurrentKernels(all);
    registerVectorRecurrentS16Kernels(all);
    return all;
  }();
  return registry;
}

static bool isFor(const Kernel &kernel, Operation *op,
                  const llvm::StringSet<> &features) {
  return kernel.operation == op->getName().getStringRef() &&
         llvm::all_of(kernel.features,
                      [&](StringRef f) { return features.contains(f); });
}

/// Whether measurements have chosen this kernel for what it computes.
static bool isChosen(const Kernel &kernel, Operation *op) {
  auto isChosenFor = [&](Operation *layer) {
    auto tiling = layer->getAttrOfType<kern::TilingAttr>(kern::kTiling);
    return tiling && kernel.tilings.method == tiling.getMethod();
  };
  return isChosenFor(op) ||
         (kernel.producer && isChosenFor(kernel.producer(op)));
}

SmallVector<const Kernel *>
KernelRegistry::getCandidates(Operation *op,
                              const llvm::StringSet<> &features) const {
  SmallVector<const Kernel *> candidates;
  for (const Kernel &kernel : kernels)
    if (isFor(kernel, op, features) && kernel.matches(op))
      candidates.push_back(&kernel);
  llvm::stable_sort(candidates, [&](const Kernel *a, const Kernel *b) {
    return std::pair(isChosen(*a, op), a->benefit) >
           std::pair(isChosen(*b, op), b->benefit);
  });
  return candidates;
}

SmallVector<const Kernel *>
KernelRegistry::getTileable(Operation *op,
                            const llvm::StringSet<> &features) const {
  SmallVector<const Kernel *> tileable;
  for (const Kernel &kernel : kernels)
    if (isFor(kernel, op, features) && kernel.tilings.list)
      tileable.push_back(&kernel);
  return tileable;
}

/// Whether a layer, or the one that it takes on, has to do without memory for
/// speed.
static bool isSmall(Operation *op, Operation *producer) {
  return op->hasAttr(kSmallLayer) ||
         (producer && producer->hasAttr(kSmallLayer));
}

KernelChoice KernelRegistry::choose(func::FuncOp function,
                                    const llvm::StringSet<> &features,
                                    int64_t extraBytes) const {
  struct Wish {
    Operation *op;
    const Kernel *kernel;
    int64_t bytes;
    double savedPerByte;
  };
  SmallVector<Wish> wishes;
  KernelChoice choice;
  llvm::DenseSet<Operation *> produced;
  // From users to producers. What a kernel and those behind it take on as their
  // producer is the same.
  for (Operation &op : llvm::reverse(function.front().without_terminator())) {
    // What is computed row by row gets its kernels there.
    if (produced.contains(&op) || op.hasAttr(edge::kStreamAttr))
      continue;
    // The smaller kernels come behind those that are wished for.
    for (const Kernel *kernel : getCandidates(&op, features)) {
      Operation *producer = kernel->producer ? kernel->producer(&op) : nullptr;
      if (producer && producer->hasAttr(edge::kStreamAttr))
        continue;
      int64_t bytes = kernel->extraBytes ? kernel->extraBytes(&op) : 0;
      if (bytes > 0 && isSmall(&op, producer))
        continue;
      if (producer)
        produced.insert(producer);
      if (bytes <= 0) {
        choice.kernels[&op] = kernel;
        break;
      }
      Operation *costly = producer ? producer : &op;
      auto macs = dyn_cast<edge::MacCountOpInterface>(costly);
      wishes.push_back({&op, kernel, bytes,
                        macs ? double(macs.getMacCount()) / double(bytes) : 0});
    }
  }
  llvm::stable_sort(wishes, [](const Wish &a, const Wish &b) {
    return a.savedPerByte > b.savedPerByte;
  });
  for (const Wish &wish : wishes)
    if (extraBytes < 0 || choice.extraBytes + wish.bytes <= extraBytes) {
      choice.kernels[wish.op] = wish.kernel;
      choice.extraBytes += wish.bytes;
    }
  return choice;
}

LogicalResult edgecc::checkKernels(func::FuncOp function,
                                   const llvm::StringSet<> &features) {
  bool complete = true;
  for (Operation &op : function.front().without_terminator()) {
    if (isa<edge::ConstantOp, edge::ReshapeOp>(op) ||
        !KernelRegistry::get().getCandidates(&op, features).empty())
      continue;
    InFlightDiagnostic diagnostic =
        op.emitError("'") << edge::getLayerName(&op) << "' (" << op.getName()
                          << ") has no kernel for these operands";
    for (Value operand : op.getOperands())
      diagnostic.attachNote()
          << (isConstant(operand) ? "constant: " : "computed: ")
          << operand.getType();
    complete = false;
  }
  return success(complete);
}

//===----------------------------------------------------------------------===//
// Shared by the families
//===----------------------------------------------------------------------===//

bool edgecc::isFloatOp(Operation *op) {
  auto isF32 = [](Type type) { return getElementTypeOrSelf(type).isF32(); };
  return llvm::all_of(op->getOperandTypes(), isF32) &&
         llvm::all_of(op->getResultTypes(), isF32);
}

bool edgecc::isInt8Op(Operation *op) {
  auto type = edge::getUniformType(op->getOperand(0).getType());
  return type && type.getStorageType().isInteger(8);
}

bool edgecc::isInt16Op(Operation *op) {
  auto type = edge::getUniformType(op->getOperand(0).getType());
  return type && integer::isWide(type);
}

bool edgecc::isConstant(Value value) {
  return value.getDefiningOp<edge::ConstantOp>() != nullptr;
}

void edgecc::addFloatClamp(edge::ClampableOpInterface op,
                           KernelCallBuilder &call) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::optional<APFloat> lo = op.getClampMin(), hi = op.getClampMax();
  call.addScalar(lo ? lo->convertToFloat() : -infinity);
  call.addScalar(hi ? hi->convertToFloat() : infinity);
}

static reference::Tensor getWords(MLIRContext *context,
                                  ArrayRef<int32_t> words) {
  reference::Tensor data(RankedTensorType::get({int64_t(words.size())},
                                               IntegerType::get(context, 32)));
  llvm::copy(words, data.getData<int32_t>().begin());
  return data;
}

/// The bias as kernels take it, and the multipliers, as data.
static LogicalResult addBiasAndMultipliers(Operation *op, Value input,
                                           Value weights,
                                           const reference::Tensor &bias,
                                           integer::Requantization &factors,
                                           KernelCallBuilder &call) {
  auto weightTensor = call.getConstant(op, weights, "weights");
  if (failed(weightTensor))
    return failure();
  auto folded = integer::foldInputZeroPoint(
      bias.getData<int32_t>(), weightTensor->getData<int8_t>(),
      edge::getUniformType(input.getType()).getZeroPoint());
  if (!folded)
    return op->emitError("'") << edge::getLayerName(op)
                              << "': bias and zero point do not fit 32 bits";
  factors = integer::getWeightedRequantization(
      cast<RankedTensorType>(input.getType()), weightTensor->getType(),
      cast<RankedTensorType>(op->getResult(0).getType()));

  call.addData("bias", getWords(op->getContext(), *folded));
  call.addData("multiplier", getWords(op->getContext(), factors.multipliers));
  return success();
}

static LogicalResult addWideEpilogue(edge::ClampableOpInterface op, Value input,
                                     Value weights,
                                     const reference::Tensor &bias,
                                     KernelCallBuilder &call) {
  auto weightTensor = call.getConstant(op, weights, "weights");
  if (failed(weightTensor))
    return failure();
  auto outType = cast<RankedTensorType>(op->getResult(0).getType());
  integer::WideSums sums = integer::getWideSums(
      bias.getData<int32_t>(), weightTensor->getData<int8_t>());
  integer::WideRequantization factors = integer::getWideWeightedRequantization(
      cast<RankedTensorType>(input.getType()), weightTensor->getType(), outType,
      sums);
  MLIRContext *context = op->getContext();
  call.addTemplateArg(
      TypeAttr::get(IntegerType::get(context, sums.fitInt32() ? 32 : 64)));
  call.addData("bias", getWords(context, bias.getData<int32_t>()));
  call.addData("multiplier", getWords(context, factors.multipliers));
  call.addOutput(op->getResult(0));
  integer::ClampRange range = integer::getClampRange(
      edge::getUniformType(outType), op.getClampMin(), op.getClampMax());
  call.addScalars({factors.shift, range.lo, range.hi});
  return success();
}

LogicalResult edgecc::addWeightedEpilogue(edge::ClampableOpInterface op,
                                          Value input, Value weights,
                                          Value bias, bool passInputZero,
                                          KernelCallBuilder &call) {
  Value result = op->getResult(0);
  if (isFloatOp(op)) {
    call.addOperand("bias", bias);
    call.addOutput(result);
    addFloatClamp(op, call);
    return success();
  }
  auto biasTensor = call.getConstant(op, bias, "bias");
  if (failed(biasTensor))
    return failure();
  if (isInt16Op(op))
    return addWideEpilogue(op, input, weights, *biasTensor, call);
  integer::Requantization factors;
  if (failed(addBiasAndMultipliers(op, input, weights, *biasTensor, factors,
                                   call)))
    return failure();
  call.addOutput(result);
  if (passInputZero)
    call.addScalar(
        int32_t(edge::getUniformType(input.getType()).getZeroPoint()));
  quant::UniformQuantizedType type = edge::getUniformType(result.getType());
  integer::ClampRange range =
      integer::getClampRange(type, op.getClampMin(), op.getClampMax());
  call.addScalars({factors.shift, type.getZeroPoint(), range.lo, range.hi});
  return success();
}
