//===- Importer.cpp - ONNX models to the edge dialect ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Import/Import.h"

#include "GraphOrder.h"
#include "Quantized.h"

#include "edgecc/Reference/Npy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
/// A node that the model may have but edgecc cannot import.
struct UnsupportedNode {
  Location loc;
  std::string message;
};

/// One import, from the parsed file to the module.
class ModelImporter {
public:
  ModelImporter(const onnx::ModelProto &model, StringRef path,
                const ImportOptions &options, Location loc)
      : model(model), graph(model.graph()), options(options), loc(loc),
        directory(llvm::sys::path::parent_path(path)),
        builder(loc.getContext()) {}

  OwningOpRef<ModuleOp> run();

private:
  LogicalResult readOpset();
  LogicalResult checkNodes();
  LogicalResult checkOptions();
  FailureOr<RankedTensorType> getInputType(const onnx::ValueInfoProto &input);
  LogicalResult fixAxes(const onnx::ValueInfoProto &input,
                        SmallVectorImpl<int64_t> &shape);
  FailureOr<reference::Tensor> readFrozenInput(StringRef name, StringRef file);
  LogicalResult createFunction();
  FailureOr<Value> createConstant(StringRef name,
                                  const reference::Tensor &tensor);
  FailureOr<Value> getValue(StringRef name);
  LogicalResult importNode(int index);
  LogicalResult bindResults(int index, NodeImporter &node,
                            OperandAdapter &adapter);
  LogicalResult createReturn();
  void checkDeclaredType(const onnx::ValueInfoProto &output, Value value);
  void eraseDeadOperations();
  LogicalResult reportUnsupported();
  void addUnsupported(int index, const Twine &reason);

  Location nodeLoc(int index) {
    return NameLoc::get(builder.getStringAttr(getNodeName(graph, index)));
  }

  const onnx::ModelProto &model;
  const onnx::GraphProto &graph;
  const ImportOptions &options;
  Location loc;
  StringRef directory;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  Operation *lastConstant = nullptr;
  int64_t opset = 0;
  GraphOrder order;
  ConstantEvaluator evaluator;
  llvm::StringMap<Value> values;
  llvm::StringSet<> used;
  std::vector<UnsupportedNode> unsupported;
};
} // namespace

static bool isDefaultDomain(StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}

//===----------------------------------------------------------------------===//
// What can be said before anything is built
//===----------------------------------------------------------------------===//

LogicalResult ModelImporter::readOpset() {
  for (const onnx::OperatorSetIdProto &import : model.opset_import())
    if (isDefaultDomain(import.domain()))
      opset = import.version();
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

void ModelImporter::addUnsupported(int index, const Twine &reason) {
  unsupported.push_back({nodeLoc(index), reason.str()});
}

/// All nodes are looked at, so that the user learns about all of them at once.
LogicalResult ModelImporter::checkNodes() {
  for (int index : order.nodes) {
    const onnx::NodeProto &node = graph.node(index);
    StringRef name = node.op_type();
    const Operator *entry = findOperator(name);
    if (!isDefaultDomain(node.domain()) &&
        !(entry && entry->takesQuantized && node.domain() == "com.microsoft")) {
      addUnsupported(index, name + " of domain '" + node.domain() +
                                "': only operators of the default domain and "
                                "some of com.microsoft are supported");
      continue;
    }
    if (!entry) {
      StringRef similar = findSimilarOperator(name);
      addUnsupported(index, name + " (opset " + Twine(opset) +
                                "): not a supported operator" +
                                (similar.empty()
                                     ? Twine()
                                     : Twine("; is '") + similar + "' meant?"));
      continue;
    }
    FailureOr<std::string> reason =
        checkNode(node, *entry, opset, nodeLoc(index));
    if (failed(reason))
      return failure();
    if (!reason->empty())
      addUnsupported(index, name + " (opset " + Twine(opset) + "): " + *reason);
  }
  return reportUnsupported();
}

LogicalResult ModelImporter::reportUnsupported() {
  if (unsupported.empty())
    return success();
  InFlightDiagnostic diag = emitError(loc);
  diag << unsupported.size()
       << (unsupported.size() == 1 ? " node is" : " nodes are")
       << " not supported (edgecc --list-ops prints what is)";
  for (const UnsupportedNode &node : unsupported)
    diag.attachNote(node.loc) << node.message;
  return diag;
}

LogicalResult ModelImporter::checkOptions() {
  llvm::StringSet<> known;
  std::string names;
  for (const onnx::ValueInfoProto *input : order.inputs) {
    known.insert(input->name());
    names += (names.empty() ? "'" : ", '") + input->name() + "'";
  }
  auto check = [&](StringRef flag, StringRef name) -> LogicalResult {
    if (known.contains(name))
      return success();
    return emitError(loc) << flag << " names '" << name
                          << "', which is no input of the model; its inputs "
                             "are "
                          << names;
  };
  for (const auto &entry : options.inputShapes)
    if (failed(check("--input-shape", entry.getKey())))
      return failure();
  for (const auto &entry : options.frozenInputs)
    if (failed(check("--freeze-input", entry.getKey())))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static constexpr int64_t kOpen = -1;

/// The sizes that the model gives, `kOpen` where it leaves one open.
static SmallVector<int64_t> getDeclaredShape(const onnx::TypeProto &type) {
  SmallVector<int64_t> shape;
  for (const auto &dim : type.tensor_type().shape().dim())
    shape.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value()
                                                               : kOpen);
  return shape;
}

static std::string describeOpenShape(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : ",") +
            (size == kOpen ? std::string("?") : std::to_string(size));
  return text;
}

LogicalResult ModelImporter::fixAxes(const onnx::ValueInfoProto &input,
                                     SmallVectorImpl<int64_t> &shape) {
  const auto &declared = input.type().tensor_type();
  auto given = options.inputShapes.find(input.name());
  if (given != options.inputShapes.end()) {
    ArrayRef<int64_t> wanted = given->second;
    if (declared.has_shape() && wanted.size() != shape.size())
      return emitError(loc) << "--input-shape gives input '" << input.name()
                            << "' " << wanted.size() << " axes, but it has "
                            << shape.size() << ": " << describeOpenShape(shape);
    for (auto [have, want] : llvm::zip(shape, wanted))
      if (want < 0 || (have != kOpen && have != want))
        return emitError(loc)
               << "--input-shape gives input '" << input.name()
               << "' the shape " << describeShape(wanted)
               << ", but the model fixes it to " << describeOpenShape(shape)
               << " (only ? can be chosen)";
    shape.assign(wanted.begin(), wanted.end());
    return success();
  }
  if (!declared.has_shape())
    return emitError(loc) << "input '" << input.name()
                          << "' has no shape; give one with --input-shape "
                          << input.name() << "=...";
  auto open = llvm::find(shape, kOpen);
  if (open == shape.end())
    return success();
  const auto &dim = declared.shape().dim(open - shape.begin());
  InFlightDiagnostic diag = emitError(loc);
  diag << "input '" << input.name() << "' leaves axis " << open - shape.begin();
  if (dim.has_dim_param())
    diag << " ('" << dim.dim_param() << "')";
  return diag << " open; fix its shape " << describeOpenShape(shape)
              << " with --input-shape " << input.name() << "="
              << describeOpenShape(shape) << ", a number for each ?";
}

FailureOr<RankedTensorType>
ModelImporter::getInputType(const onnx::ValueInfoProto &input) {
  if (!input.type().has_tensor_type())
    return emitError(loc) << "input '" << input.name()
                          << "' is no tensor; sequences, maps and optional "
                             "values are not supported";
  int32_t onnxType = input.type().tensor_type().elem_type();
  Type elementType = getElementType(loc.getContext(), onnxType);
  if (!elementType)
    return emitError(loc) << "input '" << input.name()
                          << "' has elements of type " << getTypeName(onnxType)
                          << "; supported are float, int64, int32, int8, uint8 "
                             "and bool";
  SmallVector<int64_t> shape = getDeclaredShape(input.type());
  if (failed(fixAxes(input, shape)))
    return failure();
  if (!countElements(shape))
    return emitError(loc) << "input '" << input.name() << "' has the shape "
                          << describeShape(shape)
                          << ", more than 2^31 elements or 64 axes";
  return RankedTensorType::get(shape, elementType);
}

/// numpy makes float64 of everything; the model has no use for it.
static reference::Tensor narrowDoubles(const reference::Tensor &tensor) {
  if (!tensor.getElementType().isF64())
    return tensor;
  reference::Tensor result(edge::withElementType(
      tensor.getType(), Float32Type::get(tensor.getType().getContext())));
  llvm::copy(tensor.getData<double>(), result.getData<float>().begin());
  return result;
}

FailureOr<reference::Tensor> ModelImporter::readFrozenInput(StringRef name,
                                                            StringRef file) {
  llvm::Expected<reference::Tensor> read =
      reference::readNpy(file, loc.getContext());
  if (!read)
    return emitError(loc) << "--freeze-input " << name << ": "
                          << llvm::toString(read.takeError());
  reference::Tensor tensor = narrowDoubles(*read);
  const onnx::ValueInfoProto &input = **llvm::find_if(
      order.inputs, [&](const auto *input) { return input->name() == name; });
  const auto &declared = input.type().tensor_type();
  if (getElementType(loc.getContext(), declared.elem_type()) !=
      tensor.getElementType())
    return emitError(loc) << "--freeze-input " << name << ": the model wants "
                          << getTypeName(declared.elem_type()) << ", '" << file
                          << "' holds " << getTypeName(tensor.getElementType());
  SmallVector<int64_t> shape = getDeclaredShape(input.type());
  bool fits = shape.size() == size_t(tensor.getRank());
  for (auto [wanted, found] : llvm::zip(shape, tensor.getShape()))
    fits &= wanted == kOpen || wanted == found;
  if (declared.has_shape() && !fits)
    return emitError(loc) << "--freeze-input " << name
                          << ": the model wants the shape "
                          << describeOpenShape(shape) << ", '" << file
                          << "' has " << describeShape(tensor.getShape());
  return tensor;
}

LogicalResult ModelImporter::createFunction() {
  SmallVector<Type> types;
  SmallVector<const onnx::ValueInfoProto *> arguments;
  for (const onnx::ValueInfoProto *input : order.inputs) {
    if (options.frozenInputs.contains(input->name()))
      continue;
    FailureOr<RankedTensorType> type = getInputType(*input);
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
    values[input->name()] = entry->getArgument(index);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// Constants stand at the begin of the function, in the order of first use.
FailureOr<Value>
ModelImporter::createConstant(StringRef name, const reference::Tensor &tensor) {
  OpBuilder::InsertionGuard guard(builder);
  if (lastConstant)
    builder.setInsertionPointAfter(lastConstant);
  else
    builder.setInsertionPointToStart(&function.getBody().front());
  Value value = importer::createConstant(
      builder, NameLoc::get(builder.getStringAttr(name)), tensor);
  lastConstant = value.getDefiningOp();
  values[name] = value;
  return value;
}

/// The value of a name; null where it comes from an unsupported node.
FailureOr<Value> ModelImporter::getValue(StringRef name) {
  auto known = values.find(name);
  if (known != values.end())
    return known->second;
  FailureOr<reference::Tensor> tensor;
  auto frozen = options.frozenInputs.find(name);
  if (frozen != options.frozenInputs.end())
    tensor = readFrozenInput(name, frozen->second);
  else if (const onnx::TensorProto *proto = order.initializers.lookup(name))
    tensor = readTensor(*proto, directory, "initializer '" + name + "'", loc);
  else
    return Value();
  if (failed(tensor))
    return failure();
  return createConstant(name, *tensor);
}

LogicalResult ModelImporter::importNode(int index) {
  const onnx::NodeProto &proto = graph.node(index);
  SmallVector<Value> operands;
  for (const std::string &name : proto.input()) {
    if (name.empty()) {
      operands.push_back({});
      continue;
    }
    FailureOr<Value> value = getValue(name);
    if (failed(value))
      return failure();
    // What follows from an unsupported node is left out.
    if (!*value)
      return success();
    operands.push_back(*value);
  }
  const Operator &entry = *findOperator(proto.op_type());
  OperandAdapter adapter(entry, builder, nodeLoc(index));
  adapter.adaptOperands(operands);
  NodeImporter node(proto, nodeLoc(index), opset, directory, builder, evaluator,
                    operands);
  if (succeeded(entry.import(node)))
    return bindResults(index, node, adapter);
  if (node.getUnsupportedReason().empty())
    return failure();
  addUnsupported(index, proto.op_type() + " (opset " + Twine(opset) +
                            "): " + node.getUnsupportedReason());
  return success();
}

LogicalResult ModelImporter::bindResults(int index, NodeImporter &node,
                                         OperandAdapter &adapter) {
  for (auto [name, value] :
       llvm::zip_equal(graph.node(index).output(), node.getResults())) {
    if (name.empty())
      continue;
    if (value)
      values[name] = adapter.adaptResult(value);
    else if (used.contains(name))
      addUnsupported(index, node.getOperator() + " (opset " + Twine(opset) +
                                "): its output '" + name +
                                "' is used, but not supported");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

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

LogicalResult ModelImporter::createReturn() {
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    FailureOr<Value> value = getValue(output.name());
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

OwningOpRef<ModuleOp> ModelImporter::run() {
  FailureOr<GraphOrder> ordered = failure();
  if (failed(readOpset()) || failed(ordered = orderGraph(graph, loc)))
    return nullptr;
  order = std::move(*ordered);
  for (const onnx::NodeProto &node : graph.node())
    used.insert(node.input().begin(), node.input().end());
  for (const onnx::ValueInfoProto &output : graph.output())
    used.insert(output.name());
  module = ModuleOp::create(loc);
  (*module)->setAttr("edge.producer",
                     builder.getStringAttr(model.producer_name()));
  (*module)->setAttr("edge.opset", builder.getI64IntegerAttr(opset));
  if (failed(checkOptions()) || failed(checkNodes()) ||
      failed(createFunction()))
    return nullptr;
  for (int index : order.nodes)
    if (failed(importNode(index)))
      return nullptr;
  if (failed(reportUnsupported()) || failed(createReturn()))
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
