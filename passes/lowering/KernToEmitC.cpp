//===- KernToEmitC.cpp - kern as EmitC operations -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarToEmitC.h"

#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

namespace edgecc {
#define GEN_PASS_DEF_CONVERTKERNTOEMITC
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::kern;

namespace {

/// The C++ name of an element type, or nothing.
std::optional<StringRef> getCType(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(1))
    return "bool";
  if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 8:
      return isUnsigned ? "std::uint8_t" : "std::int8_t";
    case 16:
      return isUnsigned ? "std::uint16_t" : "std::int16_t";
    case 32:
      return isUnsigned ? "std::uint32_t" : "std::int32_t";
    case 64:
      return isUnsigned ? "std::uint64_t" : "std::int64_t";
    }
  }
  return std::nullopt;
}

std::string join(ArrayRef<int64_t> values) {
  return llvm::formatv("{0:$[, ]}",
                       llvm::make_range(values.begin(), values.end()))
      .str();
}

/// Turns the program into `execute`.
class ProgramEmitter {
public:
  explicit ProgramEmitter(func::FuncOp program)
      : program(program), builder(program) {
    for (auto [call, layer] : numberLayers(program))
      layers[call] = layer;
  }

  LogicalResult emit() {
    for (Type type : program.getArgumentTypes())
      if (!getCType(getElementTypeOrSelf(type)))
        return program.emitError("arguments of type ")
               << type << " have no C++ type";
    emitc::FuncOp function = createFunction();
    builder.setInsertionPointToStart(&function.getBody().front());
    for (Operation &op : program.front().without_terminator())
      if (failed(emitOperation(op)))
        return failure();
    builder.create<emitc::ReturnOp>(program.getLoc(), Value());
    program.erase();
    return success();
  }

private:
  emitc::OpaqueType opaque(const Twine &text) {
    return emitc::OpaqueType::get(builder.getContext(), text.str());
  }

  Type getPointer(StringRef element) {
    return emitc::PointerType::get(opaque(element));
  }

  /// execute(arena, [state,] inputs..., outputs...[, parallel]).
  emitc::FuncOp createFunction() {
    SmallVector<Type> types{getPointer("std::uint8_t")};
    bool hasState = program->hasAttr(kStateBytes);
    if (hasState)
      types.push_back(getPointer("[[maybe_unused]] std::uint8_t"));
    unsigned first = types.size();
    for (BlockArgument argument : program.getArguments()) {
      StringRef element = *getCType(getElementTypeOrSelf(argument));
      bool isInput = bool(program.getArgAttr(argument.getArgNumber(), kInput));
      types.push_back(
          getPointer(isInput ? ("const " + element).str() : element.str()));
    }
    // Arguments that a program does not need carry no warning.
    bool usesArena = false;
    program.walk([&](BufferOp op) { usesArena |= !op.getState(); });
    if (!usesArena)
      types.front() = getPointer("[[maybe_unused]] std::uint8_t");
    for (BlockArgument argument : program.getArguments())
      if (argument.use_empty())
        types[argument.getArgNumber() + first] =
            getPointer(("[[maybe_unused]] const " +
                        *getCType(getElementTypeOrSelf(argument)))
                           .str());

    // Last of all, what calls the parts of layers.
    bool isParallel = program->hasAttr(kThreads);
    if (isParallel)
      types.push_back(opaque(Twine(usesParts() ? "" : "[[maybe_unused]] ") +
                             "const ParallelFor &"));

    // Last in the file, after the constants and functions that it uses.
    builder.setInsertionPointToEnd(program->getBlock());
    auto function = builder.create<emitc::FuncOp>(
        program.getLoc(), "execute", builder.getFunctionType(types, {}));
    function.setSpecifiersAttr(builder.getStrArrayAttr({"static"}));
    Block &block = function.getBody().emplaceBlock();
    for (Type type : types)
      block.addArgument(type, program.getLoc());
    arena = block.getArgument(0);
    if (hasState)
      state = block.getArgument(1);
    if (isParallel)
      parallel = block.getArguments().back();
    for (BlockArgument argument : program.getArguments())
      mapping.map(argument, block.getArgument(argument.getArgNumber() + first));
    return function;
  }

  bool usesParts() {
    return program
        .walk([](CallOp call) {
          return call->hasAttr(kParts) ? WalkResult::interrupt()
                                       : WalkResult::advance();
        })
        .wasInterrupted();
  }

  LogicalResult emitOperation(Operation &op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
        .Case<BufferOp, GetDataOp, ViewOp, CallOp, StreamOp, DueOp, RowsOp>(
            [&](auto concrete) { return emitOne(concrete); })
        .Default([](Operation *other) {
          return other->emitError("cannot be printed as C++");
        });
  }

  LogicalResult emitOne(BufferOp op) {
    if (!op.getOffset())
      return op.emitError("has no offset: run kern-plan-arena first");
    if (op.getState() && !state)
      return op.emitError("lies in the state, of which the program has none");
    std::optional<StringRef> element = getCType(getElementTypeOrSelf(op));
    if (!element)
      return op.emitError("has elements without a C++ type: ") << op.getType();
    auto args = builder.getArrayAttr(
        {opaqueAttr(*element),
         builder.getI32IntegerAttr(int32_t(*op.getOffset()))});
    auto address = builder.create<emitc::CallOpaqueOp>(
        op.getLoc(), getPointer(*element), "kernels::at",
        ValueRange{op.getState() ? state : arena}, ArrayAttr(), args);
    mapping.map(op.getResult(), address.getResult(0));
    return success();
  }

  LogicalResult emitOne(GetDataOp op) {
    auto type = cast<MemRefType>(op.getType());
    auto array =
        emitc::ArrayType::get({type.getNumElements()}, type.getElementType());
    auto address = builder.create<emitc::GetGlobalOp>(op.getLoc(), array,
                                                      op.getDataAttr());
    mapping.map(op.getResult(), address.getResult());
    return success();
  }

  /// The same address for elements of another type, const if it was.
  Value emitViewCast(Location loc, Value source, StringRef element) {
    auto pointer = cast<emitc::PointerType>(source.getType());
    auto pointee = dyn_cast<emitc::OpaqueType>(pointer.getPointee());
    bool isConst = pointee && pointee.getValue().starts_with("const ");
    Type type = getPointer((Twine(isConst ? "const " : "") + element).str());
    return builder.create<emitc::CastOp>(loc, type, source);
  }

  LogicalResult emitOne(ViewOp op) {
    Value source = mapping.lookup(op.getSource());
    Type element = getElementTypeOrSelf(op.getType());
    if (element != getElementTypeOrSelf(op.getSource().getType())) {
      std::optional<StringRef> name = getCType(element);
      if (!name)
        return op.emitError("has elements without a C++ type: ")
               << op.getType();
      source = emitViewCast(op.getLoc(), source, *name);
    }
    if (std::optional<uint64_t> offset = op.getOffset()) {
      // The address of constants is that of an array.
      Type type = source.getType();
      if (auto array = dyn_cast<emitc::ArrayType>(type))
        type = getPointer(("const " + *getCType(array.getElementType())).str());
      if (*offset != 0 || type != source.getType())
        source = emitCall(op.getLoc(), type, "behind", source,
                          {int64_t(*offset) / getElementBytes(op.getResult())});
    }
    mapping.map(op.getResult(), source);
    return success();
  }

  static int64_t getElementBytes(Value buffer) {
    auto type = cast<MemRefType>(buffer.getType());
    return getByteSize(type) / type.getNumElements();
  }

  /// A function of the kernel library with integers as template arguments.
  Value emitCall(Location loc, Type type, StringRef function,
                 ValueRange operands, ArrayRef<int64_t> templateArgs) {
    return builder
        .create<emitc::CallOpaqueOp>(loc, type, ("kernels::" + function).str(),
                                     operands, ArrayAttr(),
                                     builder.getI64ArrayAttr(templateArgs))
        .getResult(0);
  }

  LogicalResult emitBody(Region &region) {
    for (Operation &op : region.front())
      if (failed(emitOperation(op)))
        return failure();
    return success();
  }

  LogicalResult emitOne(StreamOp op) {
    auto constant = [&](int64_t value) {
      return builder.create<emitc::ConstantOp>(op.getLoc(), opaque("int"),
                                               opaqueAttr(Twine(value)));
    };
    auto loop = builder.create<emitc::ForOp>(op.getLoc(), constant(0),
                                             constant(int64_t(op.getSteps())),
                                             constant(1));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    step = loop.getInductionVar();
    return emitBody(op.getBody());
  }

  LogicalResult emitOne(DueOp op) {
    Value isDue = emitCall(op.getLoc(), builder.getI1Type(), "isDue", step,
                           {int64_t(op.getPeriod()), int64_t(op.getPhase()),
                            int64_t(op.getFirst()), int64_t(op.getLast())});
    auto branch = builder.create<emitc::IfOp>(op.getLoc(), isDue,
                                              /*addThenBlock=*/true,
                                              /*addElseBlock=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&branch.getThenRegion().front());
    builder.setInsertionPoint(builder.create<emitc::YieldOp>(op.getLoc()));
    return emitBody(op.getBody());
  }

  LogicalResult emitOne(RowsOp op) {
    auto type = cast<MemRefType>(op.getSource().getType());
    int64_t elements =
        type.getNumElements() / type.getDimSize(1) * int64_t(op.getAdvance());
    Value source = mapping.lookup(op.getSource());
    mapping.map(
        op.getResult(),
        emitCall(op.getLoc(), source.getType(), "rowsAt", {source, step},
                 {int64_t(op.getPeriod()), int64_t(op.getPhase()), elements}));
    return success();
  }

  LogicalResult emitOne(CallOp op) {
    SmallVector<Attribute> templateArgs;
    if (op.getFunction())
      templateArgs.push_back(opaqueAttr("&" + *op.getFunction()));
    for (Attribute attr : op.getTemplateArgs()) {
      FailureOr<Attribute> arg = getTemplateArg(op, attr);
      if (failed(arg))
        return failure();
      templateArgs.push_back(*arg);
    }
    SmallVector<Value> operands;
    auto append = [&](ValueRange values) {
      for (Value value : values)
        operands.push_back(mapping.lookup(value));
    };
    // A map takes any number of inputs, so that its output comes first.
    if (op.getFunction())
      append(op.getOutputs());
    append(op.getInputs());
    if (!op.getFunction())
      append(op.getOutputs());
    append(op.getScratch());

    SmallVector<Attribute> args;
    for (unsigned i = 0, e = operands.size(); i != e; ++i)
      args.push_back(builder.getIndexAttr(i));
    if (std::optional<ArrayAttr> scalars = op.getScalars())
      llvm::append_range(args, *scalars);
    builder.create<emitc::VerbatimOp>(
        op.getLoc(),
        llvm::formatv("EDGECC_LAYER({0})", layers.lookup(op)).str());
    if (std::optional<StringRef> layer = op.getLayer())
      builder.create<emitc::VerbatimOp>(op.getLoc(), getComment(*layer));
    if (auto parts = op->getAttrOfType<IntegerAttr>(kParts))
      return emitParts(op, parts, templateArgs, operands, args);
    builder.create<emitc::CallOpaqueOp>(
        op.getLoc(), TypeRange{}, ("kernels::" + op.getKernel()).str(),
        operands, builder.getArrayAttr(args),
        templateArgs.empty() ? ArrayAttr()
                             : builder.getArrayAttr(templateArgs));
    return success();
  }

  /// kernels::inParts<parts>(parallel, kernels::kernel<...>, operands...).
  LogicalResult emitParts(CallOp op, IntegerAttr parts,
                          ArrayRef<Attribute> templateArgs,
                          SmallVector<Value> operands,
                          SmallVector<Attribute> args) {
    if (!parallel)
      return op.emitError("is in parts, but the program is for one thread");
    std::string kernel;
    llvm::raw_string_ostream os(kernel);
    os << "kernels::" << op.getKernel() << '<';
    llvm::interleaveComma(templateArgs, os, [&](Attribute arg) {
      if (auto text = dyn_cast<emitc::OpaqueAttr>(arg))
        os << text.getValue();
      else
        os << cast<IntegerAttr>(arg).getInt();
    });
    os << '>';
    args.insert(args.begin(), opaqueAttr(kernel));
    args.insert(args.begin(), builder.getIndexAttr(int64_t(operands.size())));
    operands.push_back(parallel);
    builder.create<emitc::CallOpaqueOp>(
        op.getLoc(), TypeRange{}, "kernels::inParts", operands,
        builder.getArrayAttr(args), builder.getArrayAttr(parts));
    return success();
  }

  FailureOr<Attribute> getTemplateArg(CallOp op, Attribute attr) {
    if (auto shape = dyn_cast<ShapeAttr>(attr))
      return opaqueAttr("kernels::Shape<" + join(shape.getDims()) + ">");
    if (auto window = dyn_cast<WindowAttr>(attr))
      return opaqueAttr("kernels::Window<" + join(window.getKernel()) + ", " +
                        join(window.getStrides()) + ", " +
                        join(window.getDilations()) + ", " +
                        join(window.getPads()) + ">");
    if (auto name = dyn_cast<StringAttr>(attr))
      return opaqueAttr("kernels::" + name.getValue());
    if (auto flag = dyn_cast<BoolAttr>(attr))
      return opaqueAttr(flag.getValue() ? "true" : "false");
    if (auto number = dyn_cast<IntegerAttr>(attr))
      return Attribute(builder.getI64IntegerAttr(number.getInt()));
    if (auto type = dyn_cast<TypeAttr>(attr))
      if (std::optional<StringRef> name = getCType(type.getValue()))
        return opaqueAttr(*name);
    return op.emitError("template argument ") << attr << " has no C++ form";
  }

  Attribute opaqueAttr(const Twine &text) {
    return emitc::OpaqueAttr::get(builder.getContext(), text.str());
  }

  /// A comment on one line, whatever the layer is called.
  static std::string getComment(StringRef layer) {
    std::string text = "// " + layer.str();
    for (char &c : text)
      if (!llvm::isPrint(c) || c == '\\' || c == '?')
        c = '_';
    return text;
  }

  func::FuncOp program;
  OpBuilder builder;
  IRMapping mapping;
  Value arena, state, step, parallel;
  llvm::DenseMap<Operation *, unsigned> layers;
};

/// A constant array; the macro before it chooses its section and alignment.
LogicalResult emitData(DataOp op) {
  auto type = cast<MemRefType>(op.getType());
  Type element = type.getElementType();
  auto flat = RankedTensorType::get({type.getNumElements()}, element);
  auto shaped = RankedTensorType::get(type.getShape(), element);
  FailureOr<reference::Tensor> tensor =
      reference::Tensor::fromAttr(op.getValue(), shaped);
  if (failed(tensor) || !emitc::isSupportedEmitCType(element))
    return op.emitError("cannot be printed as a C++ array");
  OpBuilder builder(op);
  DenseElementsAttr value;
  if (element.isInteger(1))
    value = DenseElementsAttr::get(flat, tensor->getData<bool>());
  else
    value = DenseElementsAttr::getFromRawBuffer(flat, tensor->getRawData());
  builder.create<emitc::VerbatimOp>(op.getLoc(), "EDGECC_WEIGHTS");
  builder.create<emitc::GlobalOp>(
      op.getLoc(), op.getSymName(),
      emitc::ArrayType::get({type.getNumElements()}, element), value,
      /*extern_specifier=*/false, /*static_specifier=*/true,
      /*const_specifier=*/true);
  op.erase();
  return success();
}

struct ConvertKernToEmitC
    : edgecc::impl::ConvertKernToEmitCBase<ConvertKernToEmitC> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto program :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (!program.isPrivate() && failed(ProgramEmitter(program).emit()))
        return signalPassFailure();
    for (DataOp data : llvm::make_early_inc_range(module.getOps<DataOp>()))
      if (failed(emitData(data)))
        return signalPassFailure();
    if (failed(convertScalarFunctions(module)))
      signalPassFailure();
  }
};

} // namespace
