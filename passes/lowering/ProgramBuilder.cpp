//===- ProgramBuilder.cpp - Builds kern programs --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramBuilder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::lowering;

MemRefType lowering::getBufferType(Type tensorType) {
  auto type = cast<RankedTensorType>(tensorType);
  return MemRefType::get(type.getShape(),
                         edge::getStorageType(type.getElementType()));
}

//===----------------------------------------------------------------------===//
// ProgramSymbols
//===----------------------------------------------------------------------===//

kern::DataOp ProgramSymbols::getData(StringRef name,
                                     const reference::Tensor &tensor,
                                     Location loc) {
  MemRefType type = getBufferType(tensor.getType());
  StringRef bytes(tensor.getRawData().data(), tensor.getRawData().size());
  kern::DataOp &data = dataOps[type][bytes];
  if (!data) {
    data = builder.create<kern::DataOp>(loc, name, type, tensor.toAttr());
    symbols.insert(data);
  }
  return data;
}

func::FuncOp ProgramSymbols::getFunction(edge::MapOp map, StringRef name) {
  Block &body = map.getBody().front();
  auto yield = cast<edge::YieldOp>(body.getTerminator());
  SmallVector<Value> used = llvm::to_vector_of<Value>(llvm::make_filter_range(
      body.getArguments(), [](Value value) { return !value.use_empty(); }));
  auto type =
      builder.getFunctionType(TypeRange(used), yield.getValue().getType());
  auto function = func::FuncOp::create(map.getLoc(), name, type);
  function.setPrivate();
  builder.insert(function);
  symbols.insert(function);
  OpBuilder inner = OpBuilder::atBlockBegin(function.addEntryBlock());
  IRMapping mapping;
  mapping.map(used, function.getArguments());
  for (Operation &op : body.without_terminator())
    inner.clone(op, mapping);
  inner.create<func::ReturnOp>(map.getLoc(),
                               mapping.lookupOrDefault(yield.getValue()));
  return function;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

void ProgramBuilder::view(edge::ReshapeOp op) {
  assign(op.getResult(),
         builder.create<kern::ViewOp>(op.getLoc(), getBufferType(op.getType()),
                                      getBuffer(op.getInput())));
}

Value ProgramBuilder::createStateBuffer(Type tensorType, int64_t &bytes,
                                        Location loc) {
  constexpr int64_t kAlignment = 16;
  MemRefType type = getBufferType(tensorType);
  Value buffer = builder.create<kern::BufferOp>(
      loc, type, builder.getI64IntegerAttr(bytes), builder.getUnitAttr());
  bytes = llvm::alignTo(bytes + kern::getByteSize(type), kAlignment);
  return buffer;
}

void ProgramBuilder::setInitial(int64_t offset, const reference::Tensor &tensor,
                                Location loc) {
  ArrayRef<char> content = tensor.getRawData();
  NamedAttrList initial;
  initial.append("offset", builder.getI64IntegerAttr(offset));
  initial.append("bytes", builder.getI64IntegerAttr(int64_t(content.size())));
  // What stands for zero in int8 is one byte again and again.
  if (!content.empty() && llvm::all_equal(content)) {
    initial.append("value",
                   builder.getI64IntegerAttr(uint8_t(content.front())));
  } else {
    std::string name = "w_state_" + std::to_string(offset) + "_initial";
    initial.append("data",
                   FlatSymbolRefAttr::get(symbols.getData(name, tensor, loc)));
  }
  initials.push_back(initial.getDictionary(context));
}

Value ProgramBuilder::save(Value value) {
  Value buffer = builder.create<kern::BufferOp>(value.getLoc(),
                                                getBufferType(value.getType()),
                                                IntegerAttr(), UnitAttr());
  copyBuffer(getBuffer(value), buffer, value.getLoc());
  return buffer;
}

Value ProgramBuilder::getBuffer(Value value) {
  if (Value buffer = buffers.lookupOrNull(value))
    return buffer;
  Value buffer;
  if (std::optional<reference::Tensor> tensor = edge::getConstantTensor(value))
    buffer = getDataAddress(
        symbols.getData(getSymbolName("constant"), *tensor, value.getLoc()));
  else
    buffer = builder.create<kern::BufferOp>(value.getLoc(),
                                            getBufferType(value.getType()),
                                            IntegerAttr(), UnitAttr());
  buffers.map(value, buffer);
  return buffer;
}

void ProgramBuilder::copy(Value value, Value output, Location loc) {
  current = value.getDefiningOp();
  copyBuffer(getBuffer(value), output, loc);
}

void ProgramBuilder::copyBuffer(Value source, Value output, Location loc) {
  auto type = cast<MemRefType>(source.getType());
  ArrayAttr args =
      builder.getArrayAttr({kern::ShapeAttr::get(context, type.getShape())});
  create(loc, "copy", "data_movement.h", args, source, output, {});
}

Value ProgramBuilder::getDataAddress(kern::DataOp data) {
  Value &address = addresses[data];
  if (!address) {
    OpBuilder entry = OpBuilder::atBlockBegin(&program.front());
    address = entry.create<kern::GetDataOp>(data.getLoc(),
                                            cast<MemRefType>(data.getType()),
                                            FlatSymbolRefAttr::get(data));
  }
  return address;
}

void ProgramBuilder::finish() {
  builder.create<func::ReturnOp>(program.getLoc());
  if (!initials.empty())
    program->setAttr(kern::kStateInitials, builder.getArrayAttr(initials));
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LogicalResult ProgramBuilder::lower(Operation *op, const Kernel &kernel) {
  return lowerPart(
      op, [&](KernelCallBuilder &call) { return kernel.lower(op, call); });
}

LogicalResult ProgramBuilder::lowerPart(
    Operation *op, function_ref<LogicalResult(KernelCallBuilder &)> lower) {
  current = op;
  calls.clear();
  if (failed(lower(*this)))
    return failure();
  for (Call &call : calls)
    emit(call);
  return success();
}

void ProgramBuilder::begin(StringRef kernel, StringRef header) {
  calls.push_back(
      {kernel.str(), header.str(), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}});
}

void ProgramBuilder::addHeader(StringRef header) {
  calls.back().header = (header + " " + calls.back().header).str();
}

void ProgramBuilder::allowInplace(unsigned index) {
  calls.back().inplace.push_back(index);
}

void ProgramBuilder::allowOverlap(unsigned index, int64_t distance) {
  calls.back().overlap.append({int64_t(index), distance});
}

void ProgramBuilder::allowBackwards(unsigned index, int64_t distance) {
  calls.back().backwards.append({int64_t(index), distance});
}

void ProgramBuilder::addProducer(Operation *producer) {
  calls.back().producers.push_back(producer);
  produced.insert(producer);
}

void ProgramBuilder::setParts(int64_t parts) {
  calls.back().parts = parts;
  addInt(parts);
}

void ProgramBuilder::setPrecision(StringRef precision) {
  calls.back().precision = precision;
}

void ProgramBuilder::addTemplateArg(Attribute attr) {
  calls.back().templateArgs.push_back(attr);
}

void ProgramBuilder::addInput(Value value) {
  calls.back().inputs.push_back(getBuffer(value));
}

void ProgramBuilder::addOutput(Value value) {
  calls.back().outputs.push_back(getBuffer(value));
}

void ProgramBuilder::addScratch(int64_t bytes) {
  auto type = MemRefType::get({bytes}, builder.getI8Type());
  calls.back().scratch.push_back(builder.create<kern::BufferOp>(
      current->getLoc(), type, IntegerAttr(), UnitAttr()));
}

void ProgramBuilder::addData(StringRef purpose,
                             const reference::Tensor &tensor) {
  std::string name = getSymbolName(purpose);
  calls.back().inputs.push_back(
      getDataAddress(symbols.getData(name, tensor, current->getLoc())));
}

void ProgramBuilder::addScalar(TypedAttr value) {
  calls.back().scalars.push_back(value);
}

void ProgramBuilder::setFunction(edge::MapOp map) {
  func::FuncOp function = symbols.getFunction(map, getSymbolName("map"));
  calls.back().function = FlatSymbolRefAttr::get(function);
}

std::string ProgramBuilder::getSymbolName(StringRef purpose) {
  std::string name = "w_" + edge::getLayerName(current) + "_" + purpose.str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return name;
}

void ProgramBuilder::emit(const Call &call) {
  SmallVector<Operation *> computed = call.producers;
  computed.push_back(current);
  kern::CallOp op = create(getLocation(computed), call.kernel, call.header,
                           builder.getArrayAttr(call.templateArgs), call.inputs,
                           call.outputs, call.scratch);
  if (!call.scalars.empty())
    op.setScalarsAttr(builder.getArrayAttr(call.scalars));
  if (!call.inplace.empty())
    op.setInplace(call.inplace);
  if (!call.overlap.empty())
    op.setOverlap(call.overlap);
  if (!call.backwards.empty())
    op.setBackwards(call.backwards);
  if (call.function)
    op.setFunctionAttr(call.function);
  for (Operation *part : computed)
    if (auto macs = dyn_cast<edge::MacCountOpInterface>(part))
      op.setMacs(op.getMacs() + macs.getMacCount());
  op.setLayer(edge::getLayerName(current));
  if (call.parts > 1)
    op->setAttr(kern::kParts, builder.getI64IntegerAttr(call.parts));
  op.setPrecision(call.precision.empty() ? getPrecision() : call.precision);
}

Location ProgramBuilder::getLocation(ArrayRef<Operation *> computed) {
  SmallVector<Location> locations;
  for (Operation *op : computed)
    locations.push_back(op->getLoc());
  return FusedLoc::get(context, locations);
}

kern::CallOp ProgramBuilder::create(Location loc, StringRef kernel,
                                    StringRef header, ArrayAttr args,
                                    ValueRange inputs, ValueRange outputs,
                                    ValueRange scratch) {
  return builder.create<kern::CallOp>(
      loc, builder.getStringAttr(kernel), builder.getStringAttr(header), args,
      inputs, outputs, scratch, /*scalars=*/ArrayAttr(),
      /*function=*/FlatSymbolRefAttr(), /*inplace=*/DenseI64ArrayAttr(),
      /*overlap=*/DenseI64ArrayAttr(), /*backwards=*/DenseI64ArrayAttr(),
      /*layer=*/StringAttr(),
      /*precision=*/StringAttr(),
      /*macs=*/IntegerAttr());
}

StringRef ProgramBuilder::getPrecision() {
  Type type = getElementTypeOrSelf(current->getResult(0).getType());
  if (current->getNumOperands() != 0)
    type = getElementTypeOrSelf(current->getOperand(0).getType());
  Type stored = edge::getStorageType(type);
  if (isa<quant::QuantizedType>(type))
    return stored.isInteger(16) ? "s16x8" : "s8";
  return stored.isF32() ? "f32" : "integer";
}
