//===- ControlFlow.cpp - If, Loop and Scan, unrolled ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A network for a device has no control flow: what a condition or the number
// of iterations decides is decided here, with ConstantEvaluator.
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static bool isBool(Type type) { return type.isSignlessInteger(1); }

static FailureOr<bool> getCondition(NodeImporter &node,
                                    const reference::Tensor &tensor) {
  if (!isBool(tensor.getElementType()) || tensor.getNumElements() != 1)
    return node.error() << "its condition has to be one bool, found "
                        << getTypeName(tensor.getElementType()) << " of shape "
                        << describeShape(tensor.getShape());
  return tensor.getData<int8_t>().front() != 0;
}

static LogicalResult setResults(NodeImporter &node, ValueRange values) {
  if (values.size() < node.getNumResults())
    return node.error() << "has " << node.getNumResults()
                        << " outputs, but its body yields " << values.size();
  for (unsigned index = 0; index != node.getNumResults(); ++index)
    if (failed(node.setResult(index, values[index])))
      return failure();
  return success();
}

LogicalResult importer::importIf(NodeImporter &node) {
  FailureOr<reference::Tensor> tensor = node.requireConstant(0, "cond");
  if (failed(tensor))
    return failure();
  FailureOr<bool> condition = getCondition(node, *tensor);
  if (failed(condition))
    return failure();
  FailureOr<const onnx::GraphProto *> body =
      node.requireBody(*condition ? "then_branch" : "else_branch");
  if (failed(body))
    return failure();
  FailureOr<SmallVector<Value>> results = node.importBody(**body, {});
  return failed(results) ? failure() : setResults(node, *results);
}

//===----------------------------------------------------------------------===//
// What iterations leave, put together
//===----------------------------------------------------------------------===//

namespace {
/// The outputs of Loop and Scan that have an element per iteration.
class ScanOutputs {
public:
  /// `first` is the position of the first one among the body's outputs.
  ScanOutputs(NodeImporter &node, const onnx::GraphProto &body, unsigned first)
      : node(node), body(body), first(first),
        elements(body.output_size() - first) {}

  size_t size() const { return elements.size(); }
  /// Takes those of one iteration from the results of the body.
  LogicalResult append(ArrayRef<Value> results);
  /// All elements of one along a new axis.
  FailureOr<Value> stack(unsigned index, int64_t axis, bool reversed);

private:
  FailureOr<Value> makeEmpty(unsigned index, int64_t axis);

  NodeImporter &node;
  const onnx::GraphProto &body;
  unsigned first;
  SmallVector<SmallVector<Value>> elements;
};
} // namespace

LogicalResult ScanOutputs::append(ArrayRef<Value> results) {
  for (auto [index, list] : llvm::enumerate(elements)) {
    Value next = results[first + index];
    if (!list.empty() && list.front().getType() != next.getType())
      return node.error() << "its body yields '"
                          << body.output(int(first + index)).name()
                          << "' of shape "
                          << describeShape(typeOf(list.front()).getShape())
                          << " first and "
                          << describeShape(typeOf(next).getShape())
                          << " later; scan outputs keep one shape and type";
    list.push_back(next);
  }
  return success();
}

/// No iteration: the body's declaration gives the sizes.
FailureOr<Value> ScanOutputs::makeEmpty(unsigned index, int64_t axis) {
  const onnx::ValueInfoProto &output = body.output(int(first + index));
  const auto &declared = output.type().tensor_type();
  Type elementType =
      getElementType(node.builder.getContext(), declared.elem_type());
  SmallVector<int64_t> shape;
  bool known = elementType && declared.has_shape();
  for (const auto &dim : declared.shape().dim()) {
    shape.push_back(dim.dim_value());
    known &= dim.has_dim_value();
  }
  if (!known)
    return node.unsupported("it has no iteration, and its body does not "
                            "declare the shape of '" +
                            output.name() + "'");
  FailureOr<int64_t> at = node.normalizeAxis(axis, int64_t(shape.size()) + 1);
  if (failed(at))
    return failure();
  shape.insert(shape.begin() + *at, 0);
  if (!countElements(shape))
    return node.error() << "its body declares '" << output.name()
                        << "' with the shape " << describeShape(shape);
  return node.createConstant(
      reference::Tensor(RankedTensorType::get(shape, elementType)));
}

FailureOr<Value> ScanOutputs::stack(unsigned index, int64_t axis,
                                    bool reversed) {
  SmallVector<Value> &list = elements[index];
  if (list.empty())
    return makeEmpty(index, axis);
  FailureOr<int64_t> at =
      node.normalizeAxis(axis, typeOf(list.front()).getRank() + 1);
  if (failed(at))
    return failure();
  if (reversed)
    std::reverse(list.begin(), list.end());
  Composer c(node);
  for (Value &element : list)
    element = c.unsqueeze(element, *at);
  Value stacked = list.size() == 1 ? list.front() : c.concat(list, *at);
  if (!stacked)
    return failure();
  return stacked;
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

namespace {
/// Loop: counts up to a trip count, as long as a condition holds. Either may be
/// left out; without a condition, what the body computes for it is ignored.
class Loop {
public:
  explicit Loop(NodeImporter &node) : node(node) {}
  LogicalResult import();

private:
  LogicalResult readTripCount();
  FailureOr<bool> holds(Value condition, int64_t iteration);
  LogicalResult iterate(const onnx::GraphProto &body, ScanOutputs &outputs);
  Value createScalar(Type type, int64_t value);

  NodeImporter &node;
  std::optional<int64_t> tripCount;
  SmallVector<Value> carried;
};
} // namespace

LogicalResult Loop::readTripCount() {
  if (!node.has(0))
    return success();
  FailureOr<reference::Tensor> tensor = node.requireConstant(0, "M");
  if (failed(tensor))
    return failure();
  if (!tensor->getElementType().isSignlessInteger(64) ||
      tensor->getNumElements() != 1)
    return node.error() << "its trip count has to be one int64, found "
                        << getTypeName(tensor->getElementType()) << " of shape "
                        << describeShape(tensor->getShape());
  tripCount = tensor->getData<int64_t>().front();
  return success();
}

FailureOr<bool> Loop::holds(Value condition, int64_t iteration) {
  if (!node.has(1))
    return true;
  std::optional<reference::Tensor> tensor = node.evaluate(condition);
  if (!tensor)
    return node.unsupported(
        "whether iteration " + Twine(iteration) +
        " runs is computed when the network runs; loops are unrolled, so that "
        "the condition has to be constant (--freeze-input makes an input so)");
  return getCondition(node, *tensor);
}

Value Loop::createScalar(Type type, int64_t value) {
  reference::Tensor tensor(RankedTensorType::get({}, type));
  if (isBool(type))
    tensor.getData<int8_t>().front() = int8_t(value);
  else
    tensor.getData<int64_t>().front() = value;
  return node.createConstant(tensor);
}

LogicalResult Loop::iterate(const onnx::GraphProto &body,
                            ScanOutputs &outputs) {
  Value condition =
      node.has(1) ? node.operand(1) : createScalar(node.builder.getI1Type(), 1);
  for (int64_t iteration = 0; !tripCount || iteration < *tripCount;
       ++iteration) {
    FailureOr<bool> runs = holds(condition, iteration);
    if (failed(runs))
      return failure();
    if (!*runs)
      break;
    SmallVector<Value> arguments{
        createScalar(node.builder.getI64Type(), iteration), condition};
    arguments.append(carried);
    FailureOr<SmallVector<Value>> results =
        node.importBody(body, arguments, iteration);
    if (failed(results) || failed(outputs.append(*results)))
      return failure();
    condition = results->front();
    llvm::copy(ArrayRef(*results).slice(1, carried.size()), carried.begin());
  }
  return success();
}

LogicalResult Loop::import() {
  FailureOr<const onnx::GraphProto *> body = node.requireBody("body");
  if (failed(body) || failed(readTripCount()))
    return failure();
  for (unsigned index = 2; index < node.getNumOperands(); ++index) {
    if (!node.has(index))
      return node.error() << "operand " << index << " is left out";
    carried.push_back(node.operand(index));
  }
  unsigned first = unsigned(carried.size()) + 1;
  if (unsigned((*body)->output_size()) < first)
    return node.error() << "its body yields " << (*body)->output_size()
                        << " values, but has to yield a condition and "
                        << carried.size() << " carried values";
  ScanOutputs outputs(node, **body, first);
  if (failed(iterate(**body, outputs)))
    return failure();
  SmallVector<Value> results = carried;
  for (unsigned index = 0; index != outputs.size(); ++index) {
    FailureOr<Value> stacked = outputs.stack(index, 0, /*reversed=*/false);
    if (failed(stacked))
      return failure();
    results.push_back(*stacked);
  }
  return setResults(node, results);
}

LogicalResult importer::importLoop(NodeImporter &node) {
  return Loop(node).import();
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

namespace {
/// Scan: goes over slices of its last operands, and carries the others.
class Scan {
public:
  explicit Scan(NodeImporter &node) : node(node) {}
  LogicalResult import();

private:
  LogicalResult readAttributes(const onnx::GraphProto &body);
  FailureOr<SmallVector<int64_t>> readList(StringRef name, size_t count);
  LogicalResult readLength();
  FailureOr<Value> slice(unsigned scanned, int64_t iteration);
  LogicalResult iterate(const onnx::GraphProto &body, ScanOutputs &outputs);

  NodeImporter &node;
  unsigned carriedCount = 0, scannedCount = 0;
  int64_t length = 0;
  SmallVector<Value> carried;
  SmallVector<int64_t> inputAxes, inputDirections, outputAxes, outputDirections;
};
} // namespace

/// A list of one number for each scanned value, zeros where it is not given.
FailureOr<SmallVector<int64_t>> Scan::readList(StringRef name, size_t count) {
  SmallVector<int64_t> list =
      node.getInts(name).value_or(SmallVector<int64_t>(count));
  if (list.size() != count)
    return node.error() << "attribute '" << name << "' has " << list.size()
                        << " elements, needed are " << count;
  if (name.ends_with("directions") && llvm::any_of(list, [](int64_t value) {
        return value != 0 && value != 1;
      }))
    return node.error() << "attribute '" << name
                        << "' has to consist of 0 (forward) and 1 (reverse), "
                           "found "
                        << describeShape(list);
  return list;
}

LogicalResult Scan::readAttributes(const onnx::GraphProto &body) {
  int64_t scanned = node.getInt("num_scan_inputs", 0);
  if (scanned < 1 || scanned > int64_t(node.getNumOperands()))
    return node.error() << "attribute 'num_scan_inputs' is " << scanned
                        << ", but the node has " << node.getNumOperands()
                        << " operands, of which at least one is scanned";
  scannedCount = unsigned(scanned);
  carriedCount = node.getNumOperands() - scannedCount;
  if (unsigned(body.output_size()) < carriedCount)
    return node.error() << "its body yields " << body.output_size()
                        << " values, but has to yield the " << carriedCount
                        << " carried ones";
  size_t outputs = size_t(body.output_size()) - carriedCount;
  struct {
    StringRef name;
    size_t count;
    SmallVector<int64_t> &list;
  } lists[] = {{"scan_input_axes", scannedCount, inputAxes},
               {"scan_input_directions", scannedCount, inputDirections},
               {"scan_output_axes", outputs, outputAxes},
               {"scan_output_directions", outputs, outputDirections}};
  for (auto &[name, count, list] : lists) {
    FailureOr<SmallVector<int64_t>> read = readList(name, count);
    if (failed(read))
      return failure();
    list = *read;
  }
  return success();
}

LogicalResult Scan::readLength() {
  for (auto [index, axis] : llvm::enumerate(inputAxes)) {
    unsigned operand = carriedCount + unsigned(index);
    FailureOr<int64_t> normal = node.normalizeAxis(axis, node.rank(operand));
    if (failed(normal))
      return failure();
    axis = *normal;
    int64_t size = node.shape(operand)[axis];
    if (index != 0 && size != length)
      return node.error() << "its scanned operands have " << length << " and "
                          << size << " elements";
    length = size;
  }
  return success();
}

FailureOr<Value> Scan::slice(unsigned scanned, int64_t iteration) {
  Value operand = node.operand(carriedCount + scanned);
  int64_t axis = inputAxes[scanned];
  int64_t at = inputDirections[scanned] ? length - 1 - iteration : iteration;
  Composer c(node);
  SmallVector<int64_t> shape(c.shape(operand));
  shape.erase(shape.begin() + axis);
  Value element = c.reshape(c.slice(operand, axis, at, 1), shape);
  if (!element)
    return failure();
  return element;
}

LogicalResult Scan::iterate(const onnx::GraphProto &body,
                            ScanOutputs &outputs) {
  for (int64_t iteration = 0; iteration != length; ++iteration) {
    SmallVector<Value> arguments = carried;
    for (unsigned scanned = 0; scanned != scannedCount; ++scanned) {
      FailureOr<Value> element = slice(scanned, iteration);
      if (failed(element))
        return failure();
      arguments.push_back(*element);
    }
    FailureOr<SmallVector<Value>> results =
        node.importBody(body, arguments, iteration);
    if (failed(results) || failed(outputs.append(*results)))
      return failure();
    llvm::copy(ArrayRef(*results).take_front(carriedCount), carried.begin());
  }
  return success();
}

LogicalResult Scan::import() {
  FailureOr<const onnx::GraphProto *> body = node.requireBody("body");
  if (failed(body) || failed(readAttributes(**body)))
    return failure();
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (!node.has(index))
      return node.error() << "operand " << index << " is left out";
  if (failed(readLength()))
    return failure();
  carried = llvm::to_vector(node.getOperands().take_front(carriedCount));
  ScanOutputs outputs(node, **body, carriedCount);
  if (failed(iterate(**body, outputs)))
    return failure();
  SmallVector<Value> results = carried;
  for (unsigned index = 0; index != outputs.size(); ++index) {
    FailureOr<Value> stacked =
        outputs.stack(index, outputAxes[index], outputDirections[index] != 0);
    if (failed(stacked))
      return failure();
    results.push_back(*stacked);
  }
  return setResults(node, results);
}

LogicalResult importer::importScan(NodeImporter &node) {
  return Scan(node).import();
}
