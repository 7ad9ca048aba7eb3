//===- EdgeToKern.cpp - Chooses a kernel for every operation --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StreamToKern.h"

#include "edgecc/Dialect/Edge/State.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_CONVERTEDGETOKERN
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::lowering;

namespace {

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
    if (threads > 1)
      for (func::FuncOp function : {main, program})
        function->setAttr(kern::kThreads,
                          OpBuilder(function).getI64IntegerAttr(threads));
    ProgramBuilder builder(program, symbols);
    StatePlaces states = createStates(main, builder);
    SmallVector<Value> arguments =
        llvm::to_vector_of<Value>(program.getArguments());
    unsigned next = 0;
    for (BlockArgument argument : main.getArguments()) {
      Value state = states.before.lookup(argument.getArgNumber());
      builder.assign(argument, state ? state : arguments[next++]);
    }
    if (inputsInArena)
      placeInputs(main, builder);
    SmallVector<std::pair<Value, Value>> copies = assignOutputs(
        main, ArrayRef(arguments).drop_front(next), builder, program);
    KernelChoice choice =
        KernelRegistry::get().choose(main, featureSet, extraBytes);
    if (failed(lowerBody(main, choice, featureSet, builder))) {
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

  /// Gives inputs a place in the arena, to which those that lie elsewhere are
  /// copied.
  static void placeInputs(func::FuncOp main, ProgramBuilder &builder) {
    int64_t number = 0;
    for (BlockArgument argument : main.getArguments()) {
      if (main.getArgAttr(argument.getArgNumber(), edge::kStateAttr))
        continue;
      Value place = builder.save(argument);
      place.getDefiningOp()->setAttr(
          kern::kInputPlace,
          Builder(main.getContext()).getI64IntegerAttr(number++));
      builder.assign(argument, place);
    }
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

  /// The operations that are computed together with this one, row by row, if
  /// it is the first of them.
  static SmallVector<Operation *> findStream(Operation &first) {
    Attribute number = first.getAttr(edge::kStreamAttr);
    SmallVector<Operation *> ops;
    for (Operation &op : first.getBlock()->without_terminator())
      if (op.getAttr(edge::kStreamAttr) == number)
        ops.push_back(&op);
    return ops.front() == &first ? ops : SmallVector<Operation *>();
  }

  static LogicalResult lowerBody(func::FuncOp main, const KernelChoice &choice,
                                 const llvm::StringSet<> &features,
                                 ProgramBuilder &builder) {
    for (Operation &op : main.front().without_terminator()) {
      if (isa<edge::ConstantOp>(op))
        continue;
      if (op.hasAttr(edge::kStreamAttr)) {
        SmallVector<Operation *> stream = findStream(op);
        if (!stream.empty() && failed(lowerStream(stream, features, builder)))
          return failure();
        continue;
      }
      if (auto reshape = dyn_cast<edge::ReshapeOp>(op))
        builder.view(reshape);
      else if (const Kernel *kernel = choice.kernels.lookup(&op);
               kernel && failed(builder.lower(&op, *kernel)))
        return failure();
    }
    for (Operation &op : main.front().without_terminator())
      if (!isa<edge::ConstantOp, edge::ReshapeOp>(op) &&
          !choice.kernels.contains(&op) && !builder.isProduced(&op) &&
          !op.hasAttr(edge::kStreamAttr))
        return op.emitError("'")
               << edge::getLayerName(&op)
               << "' was left to the kernel of the operation that uses it, "
                  "which does not compute it";
    return success();
  }
};

} // namespace
