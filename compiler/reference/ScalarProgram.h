//===- ScalarProgram.h - The body of edge.map, compiled ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_SCALARPROGRAM_H
#define EDGECC_COMPILER_REFERENCE_SCALARPROGRAM_H

#include "edgecc/Dialect/Edge/Edge.h"

#include <array>

namespace edgecc::reference {

/// The scalar operations of a map as a list of instructions on registers. A
/// register holds a block of elements, so that the cost of dispatching an
/// instruction is paid once per block.
///
/// Floats are held in their own type, integers in 64 bits: sign-extended, i1
/// as 0 or 1.
class ScalarProgram {
public:
  static constexpr int64_t kBlock = 256;
  struct Register {
    alignas(64) std::array<char, kBlock * 8> bytes{};
  };
  /// Computes `count` elements of a register from those of up to three others.
  /// `width` is the number of bits of the first operand, `outWidth` that of the
  /// result.
  struct Operands {
    void *out;
    const void *in[3];
    int64_t count;
    unsigned width, outWidth;
  };
  using Kernel = void (*)(const Operands &);

  /// Fails, with diagnostics, if the body has operations or types that are not
  /// computed with.
  static llvm::FailureOr<ScalarProgram> compile(edge::MapOp map);

  /// Computes the elements of `result` from inputs of the same shape.
  void run(llvm::ArrayRef<Tensor> inputs, Tensor &result) const;

private:
  struct Instruction {
    Kernel kernel;
    unsigned out;
    llvm::SmallVector<unsigned, 3> in;
    unsigned width, outWidth;
  };
  /// Moves elements between a tensor and a register.
  using Transfer = void (*)(const void *from, int64_t count, void *to);

  llvm::LogicalResult addOperation(mlir::Operation &op);
  llvm::LogicalResult addConstant(mlir::Operation *op, mlir::TypedAttr value);
  unsigned addRegister(mlir::Value value);

  llvm::DenseMap<mlir::Value, unsigned> indices;
  /// Registers as they are before the first instruction: constants are filled.
  std::vector<Register> registers;
  std::vector<Instruction> instructions;
  llvm::SmallVector<Transfer> loads;
  Transfer store = nullptr;
  unsigned yielded = 0;
};

/// The kernel of a scalar operation, or null if there is none for it.
ScalarProgram::Kernel getScalarKernel(mlir::Operation *op);

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_SCALARPROGRAM_H
