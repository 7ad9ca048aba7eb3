//===- NodeImporter.h - What a handler of an operator sees ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_NODEIMPORTER_H
#define EDGECC_COMPILER_IMPORT_NODEIMPORTER_H

#include "ModelFile.h"

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::importer {

/// An edge.constant, in line where it is small, so that it can be read.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           const reference::Tensor &tensor);

/// Values that are known while importing: constants, and what follows from
/// them. Shape arithmetic (Shape, Gather, Concat, Reshape) is resolved so.
class ConstantEvaluator {
public:
  /// The tensor that a value is, or nothing where it depends on the inputs.
  std::optional<reference::Tensor> evaluate(mlir::Value value);

private:
  bool evaluateOperation(mlir::Operation *op);
  llvm::DenseMap<mlir::Value, reference::Tensor> known;
  int64_t evaluated = 0; // elements
};

/// What a node asks of its surroundings: to import the graphs that are its
/// attributes, and what is read of it.
class NodeContext {
public:
  virtual ~NodeContext() = default;
  /// Whether something reads a result.
  virtual bool isUsed(llvm::StringRef name) const = 0;
  /// Imports a body on values for its inputs; `iteration` counts where it is
  /// unrolled. Null results come from unsupported nodes. Fails after a
  /// diagnostic.
  virtual llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  importBody(const onnx::GraphProto &body, mlir::ValueRange arguments,
             std::optional<int64_t> iteration) = 0;
  /// Asks for the nodes of one import of a body; false where more would be
  /// unrolled than kMaxUnrolled.
  virtual bool reserve(const onnx::GraphProto &body) = 0;
};

/// Nodes in bodies and functions that are imported at most, each time that
/// they are counted: beyond, code would be longer than a device has room for.
constexpr int64_t kMaxUnrolled = 16384;

/// One node while it is imported: typed access to operands and attributes that
/// have been checked against the operator's table entry, builders for what
/// handlers need often, and messages that name the node.
class NodeImporter {
public:
  NodeImporter(const onnx::NodeProto &proto, mlir::Location loc, int64_t opset,
               llvm::StringRef directory, mlir::OpBuilder &builder,
               ConstantEvaluator &evaluator, NodeContext &context,
               mlir::ValueRange operands);

  mlir::OpBuilder &builder;
  const mlir::Location loc;
  const int64_t opset;

  /// The same node on other operands: the float form of a quantized operator.
  NodeImporter withOperands(mlir::ValueRange operands) const {
    return {proto,   loc,       opset,   directory,
            builder, evaluator, context, operands};
  }

  //===--- Operands -------------------------------------------------------===//

  unsigned getNumOperands() const { return operands.size(); }
  /// Whether an optional operand is given.
  bool has(unsigned index) const {
    return index < operands.size() && operands[index];
  }
  mlir::Value operand(unsigned index) const { return operands[index]; }
  mlir::ArrayRef<mlir::Value> getOperands() const { return operands; }
  mlir::RankedTensorType type(unsigned index) const {
    return llvm::cast<mlir::RankedTensorType>(operands[index].getType());
  }
  llvm::ArrayRef<int64_t> shape(unsigned index) const {
    return type(index).getShape();
  }
  int64_t rank(unsigned index) const { return type(index).getRank(); }

  /// The operand's value where it is known at compile time.
  std::optional<reference::Tensor> constant(unsigned index) const {
    return evaluator.evaluate(operands[index]);
  }
  /// The same of any value.
  std::optional<reference::Tensor> evaluate(mlir::Value value) const {
    return evaluator.evaluate(value);
  }
  /// An operand that has to be known; `what` is its name in ONNX.
  llvm::FailureOr<reference::Tensor> requireConstant(unsigned index,
                                                     llvm::StringRef what);
  /// The same for integers (int64 or int32): axes, shapes, pads.
  llvm::FailureOr<llvm::SmallVector<int64_t>> requireInts(unsigned index,
                                                          llvm::StringRef what);
  /// Integers that are an attribute in old opsets and an operand in new ones;
  /// nothing where neither is given.
  llvm::FailureOr<std::optional<llvm::SmallVector<int64_t>>>
  intsFrom(llvm::StringRef attribute, unsigned index);
  /// A scalar operand that has to be known.
  llvm::FailureOr<double> requireScalar(unsigned index, llvm::StringRef what);
  /// Weights with an infinity cannot be meant.
  mlir::LogicalResult requireFinite(const reference::Tensor &tensor,
                                    llvm::StringRef what);
  mlir::LogicalResult requireRank(unsigned index, int64_t rank);
  mlir::LogicalResult requireFloat(unsigned index);

  //===--- Attributes -----------------------------------------------------===//

  bool hasAttribute(llvm::StringRef name) const { return attribute(name); }
  int64_t getInt(llvm::StringRef name, int64_t otherwise) const;
  float getFloat(llvm::StringRef name, float otherwise) const;
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise) const;
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name) const;
  /// Lists; empty where the attribute is absent.
  llvm::SmallVector<float> getFloats(llvm::StringRef name) const;
  llvm::SmallVector<std::string> getStrings(llvm::StringRef name) const;
  /// The attribute's protobuf form, or null.
  const onnx::AttributeProto *attribute(llvm::StringRef name) const;
  /// A tensor that is an attribute.
  llvm::FailureOr<reference::Tensor>
  readTensorAttribute(const onnx::AttributeProto &attribute);

  /// An axis counted from the front; negative ones count from the end.
  /// With `allowEnd`, `rank` itself (after the last axis) is valid.
  llvm::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank,
                                         bool allowEnd = false);
  /// The same for several, sorted; an axis named twice is an error.
  llvm::FailureOr<llvm::SmallVector<int64_t>>
  normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  //===--- Bodies ---------------------------------------------------------===//

  /// The graph that an attribute holds.
  llvm::FailureOr<const onnx::GraphProto *> requireBody(llvm::StringRef name);
  /// Imports such a graph, here: the results' operations follow. `iteration`
  /// numbers the copies of a loop's body.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  importBody(const onnx::GraphProto &body, mlir::ValueRange arguments,
             std::optional<int64_t> iteration = std::nullopt);

  //===--- Results --------------------------------------------------------===//

  unsigned getNumResults() const { return results.size(); }
  /// Whether a result that costs something has to be computed.
  bool usesResult(unsigned index) const {
    return index < results.size() && context.isUsed(proto.output(int(index)));
  }
  mlir::LogicalResult setResult(unsigned index, mlir::Value value);
  /// For handlers of one result.
  mlir::LogicalResult setResult(mlir::Value value) {
    return setResult(0, value);
  }
  template <typename OpT>
  mlir::LogicalResult setResult(llvm::FailureOr<OpT> op) {
    return failed(op) ? mlir::failure() : setResult(0, (*op)->getResult(0));
  }
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

  //===--- Builders -------------------------------------------------------===//

  /// Creates an operation at the node's location, its type inferred.
  template <typename OpT, typename... Args>
  llvm::FailureOr<OpT> create(Args &&...args) {
    return edge::createInferred<OpT>(builder, loc, std::forward<Args>(args)...);
  }
  mlir::Value createConstant(const reference::Tensor &tensor) {
    return importer::createConstant(builder, loc, tensor);
  }
  mlir::Value createInts(llvm::ArrayRef<int64_t> values);
  /// A tensor of equal floats; takes no room however large it is.
  mlir::Value createSplat(llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value);
  /// A transpose, none for the identity.
  mlir::Value createTranspose(mlir::Value value, llvm::ArrayRef<int64_t> perm);
  /// From [N, C, spatial...] to [N, spatial..., C], and back.
  mlir::Value toChannelsLast(mlir::Value value);
  mlir::Value toChannelsFirst(mlir::Value value);
  /// A reshape, none where the shape is the same.
  llvm::FailureOr<mlir::Value> createReshape(mlir::Value value,
                                             llvm::ArrayRef<int64_t> shape);
  /// An elementwise function; fails where the shapes do not broadcast. The body
  /// gets and yields an uint8 as i32: scalar arithmetic knows no unsigned
  /// types, and every byte is a number there. The result's elements have the
  /// type that the body yields, uint8 where bytes go in and i32 comes out, or
  /// the given type.
  using MapBody = llvm::function_ref<mlir::Value(
      mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;
  llvm::FailureOr<mlir::Value> createMap(mlir::ValueRange operands,
                                         MapBody body,
                                         mlir::Type elementType = {});

  //===--- Messages -------------------------------------------------------===//

  llvm::StringRef getOperator() const { return proto.op_type(); }
  /// "the model is wrong": ends the import.
  mlir::InFlightDiagnostic error() const;
  /// "the model is fine, but edgecc cannot": all of these are reported
  /// together. Use as `return node.unsupported("...")`.
  mlir::LogicalResult unsupported(const llvm::Twine &reason);
  llvm::StringRef getUnsupportedReason() const { return reason; }
  /// Whether the node follows from unsupported ones in its body.
  bool isLeftOut() const { return leftOut; }

private:
  const onnx::NodeProto &proto;
  llvm::StringRef directory;
  ConstantEvaluator &evaluator;
  NodeContext &context;
  llvm::SmallVector<mlir::Value> operands, results;
  std::string reason;
  bool leftOut = false;
};

/// The type of a value's tensor.
inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_NODEIMPORTER_H
