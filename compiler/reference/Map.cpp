//===- Map.cpp - Reference semantics of edge.map --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarProgram.h"

#include "StridedAccess.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

//===----------------------------------------------------------------------===//
// Between tensors and registers
//===----------------------------------------------------------------------===//

template <typename Stored, typename Held>
static void convert(const void *from, int64_t count, void *to) {
  auto *source = static_cast<const Stored *>(from);
  auto *target = static_cast<Held *>(to);
  for (int64_t i = 0; i != count; ++i)
    target[i] = Held(source[i]);
}

namespace {
struct Transfers {
  void (*load)(const void *, int64_t, void *);
  void (*store)(const void *, int64_t, void *);
};
} // namespace

template <typename Stored, typename Held> static Transfers transfersOf() {
  return {convert<Stored, Held>, convert<Held, Stored>};
}

/// Null functions for types that are not computed with.
static Transfers getTransfers(Type type) {
  if (type.isF32())
    return transfersOf<float, float>();
  if (type.isF64())
    return transfersOf<double, double>();
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return {};
  switch (integer.getWidth()) {
  case 1:
    return transfersOf<uint8_t, int64_t>();
  case 8:
    return integer.isUnsigned() ? transfersOf<uint8_t, int64_t>()
                                : transfersOf<int8_t, int64_t>();
  case 16:
    return integer.isUnsigned() ? transfersOf<uint16_t, int64_t>()
                                : transfersOf<int16_t, int64_t>();
  case 32:
    return integer.isUnsigned() ? transfersOf<uint32_t, int64_t>()
                                : transfersOf<int32_t, int64_t>();
  case 64:
    return transfersOf<int64_t, int64_t>();
  default:
    return {};
  }
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

static unsigned getWidth(Type type) {
  return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
}

unsigned ScalarProgram::addRegister(Value value) {
  unsigned index = registers.size();
  registers.emplace_back();
  indices[value] = index;
  return index;
}

LogicalResult ScalarProgram::addConstant(Operation *op, TypedAttr value) {
  char *bytes = registers[addRegister(op->getResult(0))].bytes.data();
  if (auto integer = dyn_cast<IntegerAttr>(value)) {
    APInt number = integer.getValue();
    int64_t held = number.getBitWidth() == 1 ? int64_t(number.getZExtValue())
                                             : number.getSExtValue();
    std::fill_n(reinterpret_cast<int64_t *>(bytes), kBlock, held);
    return success();
  }
  auto number = dyn_cast<FloatAttr>(value);
  if (number && value.getType().isF32())
    std::fill_n(reinterpret_cast<float *>(bytes), kBlock,
                number.getValue().convertToFloat());
  else if (number && value.getType().isF64())
    std::fill_n(reinterpret_cast<double *>(bytes), kBlock,
                number.getValue().convertToDouble());
  else
    return op->emitOpError("constant is not evaluated");
  return success();
}

LogicalResult ScalarProgram::addOperation(Operation &op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return addConstant(&op, constant.getValue());
  Kernel kernel = getScalarKernel(&op);
  if (!kernel)
    return op.emitOpError("is not evaluated for these types");
  Instruction instruction{kernel,
                          addRegister(op.getResult(0)),
                          {},
                          getWidth(op.getOperand(0).getType()),
                          getWidth(op.getResult(0).getType())};
  for (Value operand : op.getOperands())
    instruction.in.push_back(indices.lookup(operand));
  instructions.push_back(std::move(instruction));
  return success();
}

FailureOr<ScalarProgram> ScalarProgram::compile(edge::MapOp map) {
  ScalarProgram program;
  Block &body = map.getBody().front();
  for (BlockArgument argument : body.getArguments()) {
    Transfer load = getTransfers(argument.getType()).load;
    if (!load)
      return map.emitOpError("is not evaluated on elements of type ")
             << argument.getType();
    program.loads.push_back(load);
    program.addRegister(argument);
  }
  bool failedAny = false;
  for (Operation &op : body.without_terminator())
    failedAny |= failed(program.addOperation(op));
  Value value = cast<edge::YieldOp>(body.getTerminator()).getValue();
  program.store = getTransfers(value.getType()).store;
  if (!program.store)
    return map.emitOpError("is not evaluated on elements of type ")
           << value.getType();
  if (failedAny)
    return failure();
  program.yielded = program.indices.lookup(value);
  return program;
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

void ScalarProgram::run(ArrayRef<Tensor> inputs, Tensor &result) const {
  std::vector<Register> values = registers;
  SmallVector<unsigned> bytes;
  for (const Tensor &input : inputs)
    bytes.push_back(getElementBytes(input.getElementType()));
  unsigned resultBytes = getElementBytes(result.getElementType());
  char *out = result.getRawData().data();
  int64_t elements = result.getNumElements();
  for (int64_t begin = 0; begin < elements; begin += kBlock) {
    int64_t count = std::min(kBlock, elements - begin);
    for (auto [index, input] : llvm::enumerate(inputs))
      loads[index](input.getRawData().data() + begin * bytes[index], count,
                   values[index].bytes.data());
    for (const Instruction &instruction : instructions) {
      Operands operands{values[instruction.out].bytes.data(),
                        {},
                        count,
                        instruction.width,
                        instruction.outWidth};
      for (auto [index, in] : llvm::enumerate(instruction.in))
        operands.in[index] = values[in].bytes.data();
      instruction.kernel(operands);
    }
    store(values[yielded].bytes.data(), count, out + begin * resultBytes);
  }
}

LogicalResult edge::MapOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  FailureOr<ScalarProgram> program = ScalarProgram::compile(*this);
  if (failed(program))
    return failure();
  SmallVector<Tensor> inputs;
  for (const Tensor &operand : operands)
    inputs.push_back(broadcastTo(operand, results[0].getShape()));
  program->run(inputs, results[0]);
  return success();
}
