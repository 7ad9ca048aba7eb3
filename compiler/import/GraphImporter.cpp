//===- GraphImporter.cpp - Nodes of graphs, one after another -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static Location makeLoc(MLIRContext *context, const Twine &name) {
  return NameLoc::get(StringAttr::get(context, name));
}

Location GraphImporter::nodeLoc(const Scope &scope, int index) const {
  return makeLoc(loc.getContext(),
                 scope.path + getNodeName(scope.graph, index));
}

const GraphOrder *GraphImporter::order(const onnx::GraphProto &graph,
                                       const Twine &path) {
  auto known = orders.find(&graph);
  if (known != orders.end())
    return &known->second;
  if (failed(orderGraph(graph, loc, path, orders)))
    return nullptr;
  return &orders[&graph];
}

bool GraphImporter::reserve(const onnx::GraphProto &graph) {
  unrolled += std::max(graph.node_size(), 1);
  return unrolled <= kMaxUnrolled;
}

//===----------------------------------------------------------------------===//
// What is not supported
//===----------------------------------------------------------------------===//

std::string GraphImporter::describe(const Scope &scope, int index) const {
  return scope.graph.node(index).op_type() + " (opset " +
         std::to_string(scope.opset) + "): ";
}

void GraphImporter::addUnsupported(const Scope &scope, int index,
                                   const Twine &message) {
  unsupported.insert(
      {builder.getStringAttr(scope.plainPath + getNodeName(scope.graph, index)),
       builder.getStringAttr(message)});
}

LogicalResult GraphImporter::reportUnsupported() const {
  if (unsupported.empty())
    return success();
  InFlightDiagnostic diag = emitError(loc);
  diag << unsupported.size()
       << (unsupported.size() == 1 ? " node is" : " nodes are")
       << " not supported (edgecc --list-ops prints what is)";
  for (const auto &[name, message] : unsupported)
    diag.attachNote(NameLoc::get(name)) << message.getValue();
  return diag;
}

static constexpr StringLiteral kForeignOperator =
    "only operators of the default domain and some of com.microsoft and "
    "ai.onnx.ml are supported; where only some outputs need it, "
    "onnx.utils.extract_model makes a model of the others";

FailureOr<bool> GraphImporter::checkOperator(const Scope &scope, int index) {
  const onnx::NodeProto &node = scope.graph.node(index);
  StringRef name = node.op_type();
  const Operator *entry = findOperator(node.domain(), name);
  if (!entry && !isDefaultDomain(node.domain())) {
    StringRef hint = node.domain() == kMlDomain ? explainMissing(name) : "";
    addUnsupported(scope, index,
                   name + " of domain '" + node.domain() + "': " +
                       (hint.empty() ? StringRef(kForeignOperator) : hint));
    return false;
  }
  if (!entry) {
    StringRef similar = findSimilarOperator(name);
    addUnsupported(scope, index,
                   describe(scope, index) + "not a supported operator" +
                       (similar.empty()
                            ? Twine()
                            : Twine("; is '") + similar + "' meant?"));
    return false;
  }
  FailureOr<std::string> reason =
      checkNode(node, *entry, scope.opset, nodeLoc(scope, index));
  if (failed(reason))
    return failure();
  if (!reason->empty())
    addUnsupported(scope, index, describe(scope, index) + *reason);
  return reason->empty();
}

LogicalResult GraphImporter::checkHeld(const Scope &scope, int index,
                                       bool branches) {
  const onnx::NodeProto &node = scope.graph.node(index);
  // A file made to exhaust time has more; the import says so.
  auto check = [&](const Scope &held) -> LogicalResult {
    checked += std::max(held.graph.node_size(), 1);
    return checked > kMaxUnrolled ? success() : checkNodes(held, branches);
  };
  if (const onnx::FunctionProto *function = functions.lookup(node)) {
    FailureOr<Scope> call = enterCall(scope, index, *function);
    return failed(call) ? failure() : check(*call);
  }
  if (node.op_type() == "If" && !branches)
    return success();
  for (const onnx::GraphProto *body : getBodies(node))
    if (failed(check(Scope(*body, *order(*body), scope.opset, scope, index,
                           std::nullopt))))
      return failure();
  return success();
}

/// All nodes are looked at, so that the user learns about all of them at once.
LogicalResult GraphImporter::checkNodes(const Scope &scope, bool branches) {
  for (int index : scope.order.nodes) {
    if (!functions.lookup(scope.graph.node(index)) &&
        failed(checkOperator(scope, index)))
      return failure();
    if (failed(checkHeld(scope, index, branches)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value GraphImporter::createConstant(StringRef name,
                                    const reference::Tensor &tensor) {
  OpBuilder::InsertionGuard guard(builder);
  if (lastConstant)
    builder.setInsertionPointAfter(lastConstant);
  else
    builder.setInsertionPointToStart(builder.getInsertionBlock());
  Value value = importer::createConstant(
      builder, makeLoc(loc.getContext(), name), tensor);
  lastConstant = value.getDefiningOp();
  return value;
}

FailureOr<Value> GraphImporter::getValue(const Scope &scope, StringRef name) {
  const Scope *holder = scope.find(name);
  if (!holder)
    return Value();
  auto known = holder->values.find(name);
  if (known != holder->values.end())
    return known->second;
  const onnx::TensorProto *proto = holder->order.initializers.lookup(name);
  Value &value = initializers[proto];
  if (value)
    return value;
  FailureOr<reference::Tensor> tensor =
      readTensor(*proto, directory, "initializer '" + name + "'", loc);
  if (failed(tensor))
    return failure();
  return value = createConstant(name, *tensor);
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> GraphImporter::importScope(Scope &scope) {
  if (failed(importNodes(scope)))
    return failure();
  SmallVector<Value> results;
  for (const onnx::ValueInfoProto &output : scope.graph.output()) {
    FailureOr<Value> value = getValue(scope, output.name());
    if (failed(value))
      return failure();
    results.push_back(isQuantized(*value) ? createStored(builder, loc, *value)
                                          : *value);
  }
  return results;
}

/// What a node sees of the importer.
class GraphImporter::Context : public NodeContext {
public:
  Context(GraphImporter &importer, const Scope &scope, int index)
      : importer(importer), scope(scope), index(index) {}

  bool isUsed(StringRef name) const override {
    return scope.order.used.contains(name);
  }
  bool reserve(const onnx::GraphProto &body) override {
    return importer.reserve(body);
  }
  FailureOr<SmallVector<Value>>
  importBody(const onnx::GraphProto &body, ValueRange arguments,
             std::optional<int64_t> iteration) override;

private:
  InFlightDiagnostic error() const {
    return emitError(importer.nodeLoc(scope, index))
           << scope.graph.node(index).op_type() << ": ";
  }
  LogicalResult bind(Scope &inner, ValueRange arguments) const;

  GraphImporter &importer;
  const Scope &scope;
  int index;
};

/// Sizes may differ from those declared, and change from one iteration to the
/// next.
LogicalResult GraphImporter::Context::bind(Scope &inner,
                                           ValueRange arguments) const {
  ArrayRef<const onnx::ValueInfoProto *> inputs = inner.order.inputs;
  if (inputs.size() != arguments.size())
    return error() << "its body takes " << inputs.size()
                   << " inputs, but the node has values for "
                   << arguments.size();
  for (auto [input, value] : llvm::zip_equal(inputs, arguments)) {
    inner.values[input->name()] = value;
    if (!input->type().has_tensor_type())
      continue;
    Type declared = getElementType(importer.loc.getContext(),
                                   input->type().tensor_type().elem_type());
    if (declared && declared != typeOf(value).getElementType())
      return error() << "its body takes '" << input->name() << "' of type "
                     << getTypeName(declared) << ", found "
                     << getTypeName(typeOf(value).getElementType());
  }
  return success();
}

FailureOr<SmallVector<Value>>
GraphImporter::Context::importBody(const onnx::GraphProto &body,
                                   ValueRange arguments,
                                   std::optional<int64_t> iteration) {
  Scope inner(body, *importer.order(body), scope.opset, scope, index,
              iteration);
  if (failed(bind(inner, arguments)))
    return failure();
  return importer.importScope(inner);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

FailureOr<Scope> GraphImporter::enterCall(const Scope &scope, int index,
                                          const onnx::FunctionProto &function) {
  const onnx::NodeProto &node = scope.graph.node(index);
  auto error = [&] {
    return emitError(nodeLoc(scope, index)) << node.op_type() << ": ";
  };
  if (scope.isInside(&function))
    return error() << "the function calls itself; functions are inlined, which "
                      "would have no end";
  if (scope.depth >= kMaxDepth)
    return error() << "calls of functions are nested more than " << kMaxDepth
                   << " deep; edgecc reads no deeper ones";
  if (node.input_size() > function.input_size() ||
      node.output_size() > function.output_size())
    return error() << "the function takes " << function.input_size()
                   << " operands and has " << function.output_size()
                   << " results, found " << node.input_size() << " and "
                   << node.output_size();
  int64_t opset = getDefaultOpset(function.opset_import());
  if (opset != 0 && opset < kOldestOpset)
    return error() << "the function uses opset " << opset
                   << "; edgecc reads opset " << kOldestOpset << " and later";
  const onnx::GraphProto &graph = functions.instantiate(function, node);
  const GraphOrder *order =
      this->order(graph, scope.path + getNodeName(scope.graph, index) + "/");
  if (!order)
    return failure();
  Scope call(graph, *order, opset ? opset : scope.opset, scope, index,
             std::nullopt);
  call.function = &function;
  return call;
}

LogicalResult GraphImporter::importCall(Scope &scope, int index,
                                        const onnx::FunctionProto &function,
                                        ValueRange operands) {
  FailureOr<Scope> call = enterCall(scope, index, function);
  if (failed(call))
    return failure();
  if (!reserve(call->graph))
    return emitError(nodeLoc(scope, index))
           << function.name() << ": bodies and functions of the model would "
           << "make more than " << kMaxUnrolled << " nodes when inlined";
  for (auto [position, name] : llvm::enumerate(function.input())) {
    if (position < operands.size() && operands[position])
      call->values[name] = operands[position];
    else
      call->leftOut.insert(name);
  }
  FailureOr<SmallVector<Value>> results = importScope(*call);
  if (failed(results))
    return failure();
  for (auto [name, value] :
       llvm::zip_first(scope.graph.node(index).output(), *results))
    scope.values[name] = value;
  return success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::importNode(Scope &scope, int index) {
  const onnx::NodeProto &proto = scope.graph.node(index);
  const onnx::FunctionProto *function = functions.lookup(proto);
  if (!function) {
    FailureOr<bool> known = checkOperator(scope, index);
    if (failed(known))
      return failure();
    if (!*known)
      return checkHeld(scope, index, /*branches=*/true);
  }
  SmallVector<Value> operands;
  for (const std::string &name : proto.input()) {
    operands.emplace_back();
    if (name.empty() || scope.isLeftOut(name))
      continue;
    FailureOr<Value> value = getValue(scope, name);
    if (failed(value))
      return failure();
    // What follows from an unsupported node is left out.
    if (!*value)
      return checkHeld(scope, index, /*branches=*/true);
    operands.back() = *value;
  }
  return function ? importCall(scope, index, *function, operands)
                  : importOperator(scope, index, operands);
}

LogicalResult GraphImporter::importOperator(Scope &scope, int index,
                                            MutableArrayRef<Value> operands) {
  const onnx::NodeProto &proto = scope.graph.node(index);
  const Operator &entry = *findOperator(proto.op_type());
  Location where = nodeLoc(scope, index);
  if (llvm::is_contained(operands.take_front(entry.minOperands), Value()))
    return emitError(where) << entry.name << ": an operand that is not "
                            << "optional is left out by the function's caller";
  OperandAdapter adapter(entry, builder, where);
  adapter.adaptOperands(operands);
  Context context(*this, scope, index);
  NodeImporter node(proto, where, scope.opset, directory, builder, evaluator,
                    context, operands);
  auto known = sources.find(&proto);
  if (known != sources.end())
    return bindResults(scope, index, known->second, adapter);
  if (succeeded(entry.import(node))) {
    if (proto.input().empty())
      sources[&proto] = llvm::to_vector(node.getResults());
    return bindResults(scope, index, node.getResults(), adapter);
  }
  // Null results of a body come from unsupported nodes, which are listed.
  if (node.isLeftOut())
    return success();
  if (node.getUnsupportedReason().empty())
    return failure();
  addUnsupported(scope, index,
                 describe(scope, index) + node.getUnsupportedReason());
  return checkHeld(scope, index, /*branches=*/true);
}

LogicalResult GraphImporter::bindResults(Scope &scope, int index,
                                         ValueRange results,
                                         OperandAdapter &adapter) {
  for (auto [name, value] :
       llvm::zip_equal(scope.graph.node(index).output(), results)) {
    if (name.empty())
      continue;
    if (value)
      scope.values[name] = adapter.adaptResult(value);
    else if (scope.order.used.contains(name))
      addUnsupported(scope, index,
                     describe(scope, index) + "its output '" + name +
                         "' is used, but not supported");
  }
  return success();
}

LogicalResult GraphImporter::importNodes(Scope &scope) {
  for (int index : scope.order.nodes)
    if (failed(importNode(scope, index)))
      return failure();
  return success();
}
