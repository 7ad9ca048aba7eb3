//===- Kern.cpp - The kern dialect ----------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Kern/Kern.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace edgecc::kern;

#include "edgecc/Dialect/Kern/KernDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "edgecc/Dialect/Kern/KernAttrs.cpp.inc"

#define GET_OP_CLASSES
#include "edgecc/Dialect/Kern/KernOps.cpp.inc"

void KernDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "edgecc/Dialect/Kern/KernAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "edgecc/Dialect/Kern/KernOps.cpp.inc"
      >();
}

int64_t edgecc::kern::getByteSize(MemRefType type) {
  unsigned bits = type.getElementTypeBitWidth();
  return type.getNumElements() * ((bits + 7) / 8);
}

Value edgecc::kern::getRoot(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto view = dyn_cast<ViewOp>(op))
      value = view.getSource();
    else if (auto rows = dyn_cast<RowsOp>(op))
      value = rows.getSource();
    else
      break;
  }
  return value;
}

llvm::SmallVector<std::pair<CallOp, unsigned>>
edgecc::kern::numberLayers(Operation *program) {
  SmallVector<std::pair<CallOp, unsigned>> calls;
  unsigned next = 0;
  StreamOp stream;
  // By layer: those of a loop, and those whose constants have been decoded.
  llvm::StringMap<unsigned> inStream, decoded;
  program->walk([&](CallOp call) {
    auto parent = call->getParentOfType<StreamOp>();
    if (parent != stream) {
      inStream = std::move(decoded);
      decoded.clear();
    }
    stream = parent;
    bool isDecoder = call.getKernel() == kDecoder;
    unsigned number = next;
    if (call.getLayer() && (stream || isDecoder)) {
      llvm::StringMap<unsigned> &numbers = stream ? inStream : decoded;
      number = numbers.try_emplace(*call.getLayer(), next).first->second;
    } else if (call.getLayer()) {
      if (auto found = decoded.find(*call.getLayer()); found != decoded.end()) {
        number = found->second;
        decoded.erase(found);
      }
    }
    next += number == next;
    calls.emplace_back(call, number);
  });
  return calls;
}

LogicalResult WindowAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> kernel,
                                 ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> dilations,
                                 ArrayRef<int64_t> pads) {
  if (kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2 ||
      pads.size() != 4)
    return emitError() << "a window has 2 kernel sizes, strides and dilations "
                          "and 4 pads";
  return success();
}

LogicalResult TilingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef method, int64_t unit, int64_t pixels,
                                 int64_t blocks, int64_t band) {
  if (unit < 1 || pixels < 1 || blocks < 1 || band < 1)
    return emitError() << "unit, pixels, blocks and band are at least 1";
  return success();
}

LogicalResult DataOp::verify() {
  auto type = cast<MemRefType>(getType());
  auto valueType = cast<ShapedType>(getValue().getType());
  if (valueType.getShape() != type.getShape() ||
      valueType.getElementType() != type.getElementType())
    return emitOpError("value has type ") << valueType << ", expected " << type;
  return success();
}

LogicalResult GetDataOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto data = symbols.lookupNearestSymbolFrom<DataOp>(*this, getDataAttr());
  if (!data)
    return emitOpError("refers to ")
           << getDataAttr() << ", which is no kern.data";
  if (data.getType() != getType())
    return emitOpError("has type ") << getType() << ", but " << getDataAttr()
                                    << " has " << data.getType();
  return success();
}

LogicalResult ViewOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto result = cast<MemRefType>(getType());
  if (std::optional<uint64_t> offset = getOffset()) {
    if (*offset + uint64_t(getByteSize(result)) > uint64_t(getByteSize(source)))
      return emitOpError("views ")
             << getByteSize(result) << " bytes from " << *offset << " on, of "
             << getByteSize(source);
    return success();
  }
  if (getByteSize(source) != getByteSize(result))
    return emitOpError("views ")
           << getByteSize(source) << " bytes as " << getByteSize(result);
  return success();
}

LogicalResult DueOp::verify() {
  if (int64_t(getPeriod()) < 1 || int64_t(getPhase()) < 0 ||
      int64_t(getFirst()) < 0 || getFirst() > getLast())
    return emitOpError("needs a positive period, a phase that is not negative "
                       "and rows in ascending order");
  return success();
}

LogicalResult RowsOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto result = cast<MemRefType>(getType());
  auto due = dyn_cast<DueOp>((*this)->getParentOp());
  if (!due || due.getPeriod() != getPeriod() || due.getPhase() != getPhase())
    return emitOpError("has to stand in a kern.due of the same steps");
  if (source.getRank() != 4 || result.getRank() != 4 ||
      source.getShape().drop_front(2) != result.getShape().drop_front(2) ||
      source.getElementType() != result.getElementType())
    return emitOpError("needs rows of an image, found ")
           << result << " of " << source;
  int64_t end = (int64_t(due.getLast()) - 1) * int64_t(getAdvance()) +
                result.getDimSize(1);
  if (end > source.getDimSize(1))
    return emitOpError("reaches row ") << end << " of " << source;
  return success();
}

LogicalResult CallOp::verify() {
  for (int64_t index : getInplace())
    if (index < 0 || index >= int64_t(getInputs().size()))
      return emitOpError("inplace names input ")
             << index << ", there are " << getInputs().size();
  if (getOverlap().size() % 2 != 0)
    return emitOpError("overlap has pairs of an input and a distance, found ")
           << getOverlap().size() << " numbers";
  for (size_t i = 0; i < getOverlap().size(); i += 2)
    if (getOverlap()[i] < 0 || getOverlap()[i] >= int64_t(getInputs().size()))
      return emitOpError("overlap names input ")
             << getOverlap()[i] << ", there are " << getInputs().size();
  if (getBackwards().empty())
    return success();
  if (getBackwards().size() != 2)
    return emitOpError("backwards has an input and a distance, found ")
           << getBackwards().size() << " numbers";
  if (getOverlap().empty() || getOverlap()[0] != getBackwards()[0])
    return emitOpError("backwards names input ")
           << getBackwards()[0] << ", which overlap does not name first";
  if (!getScalars() || getScalars()->empty())
    return emitOpError("backwards needs a scalar that gives the direction");
  return success();
}
