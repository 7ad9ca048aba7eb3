//===- EdgeToKern.cpp - Chooses a kernel for every operation --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Dialect/Edge/State.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace edgecc {
#define GEN_PASS_DEF_CONVERTEDGETOKERN
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

namespace {

static MemRefType getBufferType(Type tensorType) {
  auto type = cast<RankedTensorType>(tensorType);
  return MemRefType::get(type.getShape(),
                         edge::getStorageType(type.getElementType()));
}

/// Constants of the program, equal ones once, and the scalar functions of maps.
class ProgramSymbols {
public:
  ProgramSymbols(ModuleOp module, Operation *insertBefore)
      : symbols(module), builder(insertBefore) {}

  kern::DataOp getData(StringRef name, const reference::Tensor &tensor,
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

  /// A function with the body of `map`, made of arith and math.
  func::FuncOp getFunction(edge::MapOp map, StringRef name) {
    Block &body = map.getBody().front();
    auto yield = cast<edge::YieldOp>(body.getTerminator());
    auto type = builder.getFunctionType(body.getArgumentTypes(),
                                        yield.getValue().getType());
    auto function = func::FuncOp::create(map.getLoc(), name, type);
    function.setPrivate();
    builder.insert(function);
    symbols.insert(function);
    OpBuilder inner = OpBuilder::atBlockBegin(function.addEntryBlock());
    IRMapping mapping;
    mapping.map(body.getArguments(), function.getArguments());
    for (Operation &op : body.without_terminator())
      inner.clone(op, mapping);
    inner.create<func::ReturnOp>(map.getLoc(),
                                 mapping.lookupOrDefault(yield.getValue()));
    return function;
  }

private:
  SymbolTable symbols;
  OpBuilder builder;
  llvm::DenseMap<Type, llvm::StringMap<kern::DataOp>> dataOps;
};

/// Builds the program: gives values their buffers and makes calls.
class ProgramBuilder : public KernelCallBuilder {
public:
  ProgramBuilder(func::FuncOp program, ProgramSymbols &symbols)
      : KernelCallBuilder(program.getContext()), program(program),
        symbols(symbols), builder(OpBuilder::atBlockEnd(&program.front())) {}

  void assign(Value value, Value buffer) { buffers.map(value, buffer); }

  void view(edge::ReshapeOp op) {
    assign(op.getResult(), builder.create<kern::ViewOp>(
                               op.getLoc(), getBufferType(op.getType()),
                               getBuffer(op.getInput())));
  }

  LogicalResult lower(Operation *op, const Kernel &kernel) {
    current = op;
    calls.clear();
    if (failed(kernel.lower(op, *this)))
      return failure();
    for (Call &call : calls)
      emit(call);
    return success();
  }

  /// A place in the state, which takes `bytes` so far.
  Value createStateBuffer(Type tensorType, int64_t &bytes, Location loc) {
    constexpr int64_t kAlignment = 16;
    MemRefType type = getBufferType(tensorType);
    Value buffer = builder.create<kern::BufferOp>(
        loc, type, builder.getI64IntegerAttr(bytes), builder.getUnitAttr());
    bytes = llvm::alignTo(bytes + kern::getByteSize(type), kAlignment);
    return buffer;
  }

  /// What the state at an offset is at first.
  void setInitial(int64_t offset, const reference::Tensor &tensor,
                  Location loc) {
    std::string name = "w_state_" + std::to_string(offset) + "_initial";
    kern::DataOp data = symbols.getData(name, tensor, loc);
    int64_t bytes = int64_t(tensor.getRawData().size());
    initials.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("offset", builder.getI64IntegerAttr(offset)),
         builder.getNamedAttr("bytes", builder.getI64IntegerAttr(bytes)),
         builder.getNamedAttr("data", FlatSymbolRefAttr::get(data))}));
  }

  /// A copy of a value in the arena.
  Value save(Value value) {
    Value buffer = builder.create<kern::BufferOp>(
        value.getLoc(), getBufferType(value.getType()), IntegerAttr(),
        UnitAttr());
    copyBuffer(getBuffer(value), buffer, value.getLoc());
    return buffer;
  }

  /// The buffer of a value: assigned before, the packed form of a constant, or
  /// a new one in the arena.
  Value getBuffer(Value value) {
    if (Value buffer = buffers.lookupOrNull(value))
      return buffer;
    Value buffer;
    if (std::optional<reference::Tensor> tensor =
            edge::getConstantTensor(value))
      buffer = getDataAddress(
          symbols.getData(getSymbolName("constant"), *tensor, value.getLoc()));
    else
      buffer = builder.create<kern::BufferOp>(value.getLoc(),
                                              getBufferType(value.getType()),
                                              IntegerAttr(), UnitAttr());
    buffers.map(value, buffer);
    return buffer;
  }

  /// Copies a value that lives elsewhere into an output.
  void copy(Value value, Value output, Location loc) {
    current = value.getDefiningOp();
    copyBuffer(getBuffer(value), output, loc);
  }

  void copyBuffer(Value source, Value output, Location loc) {
    auto type = cast<MemRefType>(source.getType());
    ArrayAttr args =
        builder.getArrayAttr({kern::ShapeAttr::get(context, type.getShape())});
    create(loc, "copy", "data_movement.h", args, source, output, {});
  }

  void finish() {
    builder.create<func::ReturnOp>(program.getLoc());
    if (!initials.empty())
      program->setAttr(kern::kStateInitials, builder.getArrayAttr(initials));
  }

  /// Whether a call computes the operation as its producer.
  bool isProduced(Operation *op) const { return produced.contains(op); }

  //===--- KernelCallBuilder ----------------------------------------------===//
  void begin(StringRef kernel, StringRef header) override {
    calls.push_back(
        {kernel, header, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}});
  }
  void allowBackwards(unsigned index, int64_t distance) override {
    calls.back().backwards.append({int64_t(index), distance});
  }
  void addProducer(Operation *producer) override {
    calls.back().producers.push_back(producer);
    produced.insert(producer);
  }
  void setPrecision(StringRef precision) override {
    calls.back().precision = precision;
  }
  void addTemplateArg(Attribute attr) override {
    calls.back().templateArgs.push_back(attr);
  }
  void addInput(Value value) override {
    calls.back().inputs.push_back(getBuffer(value));
  }
  void addOutput(Value value) override {
    calls.back().outputs.push_back(getBuffer(value));
  }
  void addScratch(int64_t bytes) override {
    auto type = MemRefType::get({bytes}, builder.getI8Type());
    calls.back().scratch.push_back(builder.create<kern::BufferOp>(
        current->getLoc(), type, IntegerAttr(), UnitAttr()));
  }
  void addData(StringRef purpose, const reference::Tensor &tensor) override {
    std::string name = getSymbolName(purpose);
    calls.back().inputs.push_back(
        getDataAddress(symbols.getData(name, tensor, current->getLoc())));
  }
  void addScalar(TypedAttr value) override {
    calls.back().scalars.push_back(value);
  }
  void allowInplace(unsigned index) override {
    calls.back().inplace.push_back(index);
  }
  void allowOverlap(unsigned index, int64_t distance) override {
    calls.back().overlap.append({int64_t(index), distance});
  }
  void setFunction(edge::MapOp map) override {
    func::FuncOp function = symbols.getFunction(map, getSymbolName("map"));
    calls.back().function = FlatSymbolRefAttr::get(function);
  }

private:
  struct Call {
    StringRef kernel, header;
    SmallVector<Attribute> templateArgs;
    SmallVector<Value> inputs, outputs, scratch;
    SmallVector<Attribute> scalars;
    SmallVector<int64_t> inplace, overlap, backwards;
    FlatSymbolRefAttr function;
    SmallVector<Operation *> producers;
    /// Empty: what the types say.
    StringRef precision;
  };

  Value getDataAddress(kern::DataOp data) {
    Value &address = addresses[data];
    if (!address) {
      OpBuilder entry = OpBuilder::atBlockBegin(&program.front());
      address = entry.create<kern::GetDataOp>(data.getLoc(),
                                              cast<MemRefType>(data.getType()),
                                              FlatSymbolRefAttr::get(data));
    }
    return address;
  }

  /// A C identifier from the layer's name: "model/conv 1" for a filter gives
  /// "model_conv_1_filter".
  std::string getSymbolName(StringRef purpose) {
    std::string name = "w_" + edge::getLayerName(current) + "_" + purpose.str();
    for (char &c : name)
      if (!llvm::isAlnum(c))
        c = '_';
    return name;
  }

  void emit(const Call &call) {
    SmallVector<Operation *> computed = call.producers;
    computed.push_back(current);
    kern::CallOp op = create(getLocation(computed), call.kernel, call.header,
                             builder.getArrayAttr(call.templateArgs),
                             call.inputs, call.outputs, call.scratch);
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
    op.setPrecision(call.precision.empty() ? getPrecision() : call.precision);
  }

  Location getLocation(ArrayRef<Operation *> computed) {
    SmallVector<Location> locations;
    for (Operation *op : computed)
      locations.push_back(op->getLoc());
    return FusedLoc::get(context, locations);
  }

  kern::CallOp create(Location loc, StringRef kernel, StringRef header,
                      ArrayAttr args, ValueRange inputs, ValueRange outputs,
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

  StringRef getPrecision() {
    Type type = getElementTypeOrSelf(current->getResult(0).getType());
    if (current->getNumOperands() != 0)
      type = getElementTypeOrSelf(current->getOperand(0).getType());
    Type stored = edge::getStorageType(type);
    if (isa<quant::QuantizedType>(type))
      return stored.isInteger(16) ? "s16x8" : "s8";
    return stored.isF32() ? "f32" : "integer";
  }

  func::FuncOp program;
  ProgramSymbols &symbols;
  OpBuilder builder;
  IRMapping buffers;
  SmallVector<Attribute> initials;
  llvm::DenseMap<Operation *, Value> addresses;
  Operation *current = nullptr;
  std::vector<Call> calls;
  llvm::DenseSet<Operation *> produced;
};

struct ConvertEdgeToKern
    : edgecc::impl::ConvertEdgeToKernBase<ConvertEdgeToKern> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      module.emitError("has no function @main of one block to lower");
      return signalPassFailure();
    }
    llvm::StringSet<> featureSet;
    for (const std::string &feature : features)
      featureSet.insert(feature);

    if (failed(checkKernels(main, featureSet)))
      return signalPassFailure();

    ProgramSymbols symbols(module, main);
    func::FuncOp program = createProgram(main);
    ProgramBuilder builder(program, symbols);
    StatePlaces states = createStates(main, builder);
    SmallVector<Value> arguments =
        llvm::to_vector_of<Value>(program.getArguments());
    unsigned next = 0;
    for (BlockArgument argument : main.getArguments()) {
      Value state = states.before.lookup(argument.getArgNumber());
      builder.assign(argument, state ? state : arguments[next++]);
    }
    SmallVector<std::pair<Value, Value>> copies = assignOutputs(
        main, ArrayRef(arguments).drop_front(next), builder, program);
    KernelChoice choice =
        KernelRegistry::get().choose(main, featureSet, extraBytes);
    if (failed(lowerBody(main, choice, builder))) {
      program.erase();
      return signalPassFailure();
    }
    for (auto [value, output] : copies)
      builder.copy(value, output, main.getLoc());
    updateStates(main, states, builder);
    if (states.bytes)
      program->setAttr(kern::kStateBytes,
                       OpBuilder(program).getI64IntegerAttr(states.bytes));
    if (choice.extraBytes)
      program->setAttr(kern::kExtraBytes,
                       OpBuilder(program).getI64IntegerAttr(choice.extraBytes));
    builder.finish();
    main.erase();
  }

  /// Where the state lies: by the number of the argument that it is before a
  /// run, and of the result that it is afterwards.
  struct StatePlaces {
    llvm::DenseMap<unsigned, Value> before, after;
    int64_t bytes = 0;
  };

  static StatePlaces createStates(func::FuncOp main, ProgramBuilder &builder) {
    StatePlaces places;
    llvm::DenseMap<Attribute, Value> buffers;
    for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
      if (Attribute state = main.getArgAttr(index, edge::kStateAttr)) {
        if (auto initial = edge::getInitialState(main, index))
          builder.setInitial(places.bytes, *initial, main.getLoc());
        places.before[index] = buffers[state] =
            builder.createStateBuffer(type, places.bytes, main.getLoc());
      }
    for (unsigned index = 0, e = main.getNumResults(); index != e; ++index)
      if (Attribute state = main.getResultAttr(index, edge::kStateAttr))
        places.after[index] = buffers.lookup(state);
    return places;
  }

  /// Writes the new states over the old ones, which nothing reads any more:
  /// what becomes another state unchanged is saved first.
  static void updateStates(func::FuncOp main, const StatePlaces &places,
                           ProgramBuilder &builder) {
    SmallVector<std::pair<Value, Value>> writes;
    for (OpOperand &returned : main.front().getTerminator()->getOpOperands()) {
      Value place = places.after.lookup(returned.getOperandNumber());
      if (!place)
        continue;
      Value source = getSource(returned.get());
      auto argument = dyn_cast<BlockArgument>(source);
      Value old =
          argument ? places.before.lookup(argument.getArgNumber()) : Value();
      if (old == place)
        continue;
      writes.emplace_back(old ? builder.save(returned.get())
                              : builder.getBuffer(returned.get()),
                          place);
    }
    for (auto [value, place] : writes)
      builder.copyBuffer(value, place, main.getLoc());
  }

  /// What a value is a reshape of.
  static Value getSource(Value value) {
    while (auto reshape = value.getDefiningOp<edge::ReshapeOp>())
      value = reshape.getInput();
    return value;
  }

  /// `@run` with an empty block; its arguments are named as `@main`'s are.
  static func::FuncOp createProgram(func::FuncOp main) {
    SmallVector<Type> types;
    SmallVector<DictionaryAttr> attrs;
    OpBuilder builder(main);
    auto add = [&](Type type, Attribute name, StringRef role) {
      types.push_back(getBufferType(type));
      SmallVector<NamedAttribute> list;
      list.push_back(
          builder.getNamedAttr(role, name ? name : builder.getStringAttr("")));
      list.push_back(builder.getNamedAttr("kern.tensor", TypeAttr::get(type)));
      attrs.push_back(builder.getDictionaryAttr(list));
    };
    for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
      if (!main.getArgAttr(index, edge::kStateAttr))
        add(type, main.getArgAttr(index, "edge.name"), kern::kInput);
    for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
      if (!main.getResultAttr(index, edge::kStateAttr))
        add(type, main.getResultAttr(index, "edge.name"), kern::kOutput);
    auto program = builder.create<func::FuncOp>(
        main.getLoc(), "run", builder.getFunctionType(types, {}),
        ArrayRef<NamedAttribute>{}, attrs);
    program.addEntryBlock();
    return program;
  }

  /// Lets the operations whose results are returned, directly or through
  /// reshapes, write to the outputs. Returns what has to be copied at the end:
  /// arguments, constants, values returned twice.
  static SmallVector<std::pair<Value, Value>>
  assignOutputs(func::FuncOp main, ValueRange outputs, ProgramBuilder &builder,
                func::FuncOp program) {
    SmallVector<std::pair<Value, Value>> copies;
    llvm::DenseSet<Value> taken;
    OpBuilder views = OpBuilder::atBlockEnd(&program.front());
    unsigned next = 0;
    for (OpOperand &returned : main.front().getTerminator()->getOpOperands()) {
      if (main.getResultAttr(returned.getOperandNumber(), edge::kStateAttr))
        continue;
      Value value = returned.get(), output = outputs[next++];
      Value source = getSource(value);
      Operation *producer = source.getDefiningOp();
      if (!producer || isa<edge::ConstantOp>(producer) ||
          !taken.insert(source).second) {
        copies.emplace_back(value, output);
        continue;
      }
      Value place = output;
      if (getBufferType(source.getType()) != output.getType())
        place = views.create<kern::ViewOp>(
            main.getLoc(), getBufferType(source.getType()), output);
      builder.assign(source, place);
    }
    return copies;
  }

  static LogicalResult lowerBody(func::FuncOp main, const KernelChoice &choice,
                                 ProgramBuilder &builder) {
    for (Operation &op : main.front().without_terminator()) {
      if (isa<edge::ConstantOp>(op))
        continue;
      if (auto reshape = dyn_cast<edge::ReshapeOp>(op))
        builder.view(reshape);
      else if (const Kernel *kernel = choice.kernels.lookup(&op);
               kernel && failed(builder.lower(&op, *kernel)))
        return failure();
    }
    for (Operation &op : main.front().without_terminator())
      if (!isa<edge::ConstantOp, edge::ReshapeOp>(op) &&
          !choice.kernels.contains(&op) && !builder.isProduced(&op))
        return op.emitError("'")
               << edge::getLayerName(&op)
               << "' was left to the kernel of the operation that uses it, "
                  "which does not compute it";
    return success();
  }
};

} // namespace
