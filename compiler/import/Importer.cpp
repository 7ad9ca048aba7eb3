//===- Importer.cpp - ONNX models to the edge dialect ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Import/Import.h"

#include "GraphImporter.h"
#include "Inputs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
/// One import, from the parsed file to the module.
class ModelImporter {
public:
  ModelImporter(const onnx::ModelProto &model, StringRef path,
                const ImportOptions &options, Location loc)
      : model(model), graph(model.graph()), options(options), loc(loc),
        builder(loc.getContext()),
        importer(model, llvm::sys::path::parent_path(path), loc, builder) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult readOpset();
  LogicalResult createFunction(Scope &scope);
  LogicalResult createBody(Scope &scope);
  LogicalResult createReturn(const Scope &scope);
  void warnOfTypes();
  void checkDeclaredType(const onnx::ValueInfoProto &output, Value value);
  void eraseDeadOperations();

  const onnx::ModelProto &model;
  const onnx::GraphProto &graph;
  const ImportOptions &options;
  Location loc;
  OpBuilder builder;
  GraphImporter importer;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  int64_t opset = 0;
};
} // namespace

LogicalResult ModelImporter::readOpset() {
  opset = getDefaultOpset(model.opset_import());
  if (opset == 0)
    return emitError(loc) << "the model does not say which opset it uses "
                             "(opset_import of the default domain)";
  if (opset < kOldestOpset)
    return emitError(loc) << "the model uses opset " << opset
                          << "; edgecc reads opset " << kOldestOpset
                          << " and later, so convert the model with "
                             "onnx.version_converter";
  if (opset > kNewestOpset)
    emitWarning(loc) << "the model uses opset " << opset
                     << ", newer than the newest that edgecc knows ("
                     << kNewestOpset << "); it is read as if it were that one";
  return success();
}

void ModelImporter::warnOfTypes() {
  SmallVector<std::string> types = findTypesReadAsFloat(model);
  if (!types.empty())
    emitWarning(loc) << "the model has tensors of type "
                     << llvm::join(types, ", ")
                     << "; they are read as float, which the generated code "
                        "computes with and takes at its inputs";
}

/// Frozen inputs become constants, the others arguments.
LogicalResult ModelImporter::createFunction(Scope &scope) {
  InputReader reader(scope.order.inputs, options, loc);
  SmallVector<Type> types;
  SmallVector<const onnx::ValueInfoProto *> arguments;
  for (const onnx::ValueInfoProto *input : scope.order.inputs) {
    if (options.frozenInputs.contains(input->name()))
      continue;
    FailureOr<RankedTensorType> type = reader.getType(*input);
    if (failed(type))
      return failure();
    types.push_back(*type);
    arguments.push_back(input);
  }
  builder.setInsertionPointToEnd(module->getBody());
  function = builder.create<func::FuncOp>(loc, "main",
                                          builder.getFunctionType(types, {}));
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  for (auto [index, input] : llvm::enumerate(arguments)) {
    function.setArgAttr(index, "edge.name",
                        builder.getStringAttr(input->name()));
    scope.values[input->name()] = entry->getArgument(index);
  }
  for (const onnx::ValueInfoProto *input : scope.order.inputs) {
    auto frozen = options.frozenInputs.find(input->name());
    if (frozen == options.frozenInputs.end())
      continue;
    FailureOr<reference::Tensor> tensor =
        reader.readFrozen(input->name(), frozen->second);
    if (failed(tensor))
      return failure();
    scope.values[input->name()] =
        importer.createConstant(input->name(), *tensor);
  }
  return success();
}

/// A wrong declaration does no harm here, but hints at a broken model.
void ModelImporter::checkDeclaredType(const onnx::ValueInfoProto &output,
                                      Value value) {
  if (!output.type().has_tensor_type() || !options.inputShapes.empty())
    return;
  const auto &declared = output.type().tensor_type();
  RankedTensorType type = typeOf(value);
  SmallVector<int64_t> shape = getDeclaredShape(output.type());
  bool fits = shape.size() == size_t(type.getRank());
  for (auto [have, found] : llvm::zip(shape, type.getShape()))
    fits &= have == kOpen || have == found;
  if (declared.has_shape() && !fits)
    emitWarning(loc) << "output '" << output.name() << "' is declared as "
                     << describeOpenShape(shape) << ", but has the shape "
                     << describeShape(type.getShape());
}

LogicalResult ModelImporter::createReturn(const Scope &scope) {
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    FailureOr<Value> value = importer.getValue(scope, output.name());
    if (failed(value))
      return failure();
    if (isQuantized(*value))
      value = createStored(builder, loc, *value);
    checkDeclaredType(output, *value);
    results.push_back(*value);
    types.push_back(value->getType());
  }
  builder.create<func::ReturnOp>(function.getLoc(), results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(), types));
  for (auto [index, output] : llvm::enumerate(graph.output()))
    function.setResultAttr(index, "edge.name",
                           builder.getStringAttr(output.name()));
  return success();
}

/// Operands that became attributes, and nodes that nothing reads.
void ModelImporter::eraseDeadOperations() {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

LogicalResult ModelImporter::createBody(Scope &scope) {
  bool created = succeeded(createFunction(scope)) &&
                 succeeded(importer.importNodes(scope));
  if (failed(importer.reportUnsupported()) || !created)
    return failure();
  return createReturn(scope);
}

OwningOpRef<ModuleOp> ModelImporter::run() {
  if (failed(readOpset()))
    return nullptr;
  const GraphOrder *order = importer.order(graph);
  if (!order)
    return nullptr;
  warnOfTypes();
  Scope scope(graph, *order, opset);
  module = ModuleOp::create(loc);
  (*module)->setAttr("edge.producer",
                     builder.getStringAttr(model.producer_name()));
  (*module)->setAttr("edge.opset", builder.getI64IntegerAttr(opset));
  if (failed(InputReader(order->inputs, options, loc).checkOptions()) ||
      failed(importer.checkNodes(scope)) || failed(createBody(scope)))
    return nullptr;
  eraseDeadOperations();
  if (failed(verify(*module)))
    return nullptr;
  return std::move(module);
}

OwningOpRef<ModuleOp> edgecc::importOnnx(llvm::MemoryBufferRef buffer,
                                         MLIRContext &context,
                                         const ImportOptions &options) {
  context.loadDialect<edge::EdgeDialect, func::FuncDialect, arith::ArithDialect,
                      math::MathDialect>();
  StringRef path = buffer.getBufferIdentifier();
  Location loc = FileLineColLoc::get(&context, path, 0, 0);
  onnx::ModelProto model;
  if (failed(parseModel(buffer.getBuffer(), loc, model)))
    return nullptr;
  return ModelImporter(model, path, options, loc).run();
}

OwningOpRef<ModuleOp> edgecc::importOnnx(StringRef path, MLIRContext &context,
                                         const ImportOptions &options) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (buffer)
    return importOnnx((*buffer)->getMemBufferRef(), context, options);
  emitError(FileLineColLoc::get(&context, path, 0, 0))
      << "cannot read the model: " << buffer.getError().message();
  return nullptr;
}
