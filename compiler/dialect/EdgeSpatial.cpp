//===- EdgeSpatial.cpp - Convolution, products, pooling, reduction --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeVerify.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SmallSet.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// What convolution and pooling have in common: a window that moves over the
/// spatial axes of [N, spatial..., C].
struct Window {
  ArrayRef<int64_t> kernel, strides, pads, dilations;
  bool ceilMode = false;
};
} // namespace

static LogicalResult checkWindow(std::optional<Location> loc,
                                 RankedTensorType input, const Window &window) {
  size_t spatial = window.kernel.size();
  if (input.getRank() != int64_t(spatial) + 2)
    return emitOptionalError(loc, "a window of ", spatial,
                             " axes needs an input of rank ", spatial + 2,
                             " ([N, spatial..., C]), found ", input);
  if (window.strides.size() != spatial || window.dilations.size() != spatial ||
      window.pads.size() != 2 * spatial)
    return emitOptionalError(
        loc, "needs ", spatial, " strides, ", spatial, " dilations and ",
        2 * spatial, " pads, found ", window.strides.size(), ", ",
        window.dilations.size(), " and ", window.pads.size());
  // The upper bound keeps products of two of them from overflowing.
  auto isPositive = [](int64_t v) { return v > 0 && v <= INT32_MAX; };
  auto isPad = [](int64_t v) { return v >= 0 && v <= INT32_MAX; };
  if (!llvm::all_of(window.kernel, isPositive) ||
      !llvm::all_of(window.strides, isPositive) ||
      !llvm::all_of(window.dilations, isPositive) ||
      !llvm::all_of(window.pads, isPad))
    return emitOptionalError(loc, "kernel, strides and dilations have to be "
                                  "positive, pads must not be negative, and "
                                  "none may exceed 31 bits");
  return success();
}

/// The spatial sizes of the result, as in ONNX Conv and Pool.
static LogicalResult inferWindow(std::optional<Location> loc,
                                 RankedTensorType input, const Window &window,
                                 SmallVectorImpl<int64_t> &sizes) {
  if (failed(checkWindow(loc, input, window)))
    return failure();
  size_t spatial = window.kernel.size();
  for (size_t i = 0; i != spatial; ++i) {
    int64_t size = input.getDimSize(i + 1);
    int64_t low = window.pads[i], stride = window.strides[i];
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t room = size + low + window.pads[spatial + i] - extent;
    if (room < 0)
      return emitOptionalError(loc, "window of ", extent,
                               " does not fit into spatial axis ", i,
                               " of size ", size, " with padding ", low,
                               " and ", window.pads[spatial + i]);
    int64_t count = room / stride + 1;
    // A window that overhangs must still begin inside the image or its begin
    // padding (ONNX Pool, ceil_mode).
    if (window.ceilMode && room % stride != 0 && count * stride < size + low)
      ++count;
    sizes.push_back(count);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// ConvOp
//===----------------------------------------------------------------------===//

LogicalResult ConvOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  RankedTensorType filter = typeOf(adaptor.getFilter());
  RankedTensorType bias = typeOf(adaptor.getBias());
  if (filter.getRank() < 3 || input.getRank() != filter.getRank())
    return emitOptionalError(loc, "input ", input, " and filter ", filter,
                             " need the same rank, at least 3");
  int64_t groups = adaptor.getGroups();
  int64_t outputs = filter.getDimSize(0), channels = input.getShape().back();
  if (groups < 1 || channels % groups != 0 || outputs % groups != 0 ||
      channels / groups != filter.getShape().back())
    return emitOptionalError(loc, "filter ", filter, " with ", groups,
                             " groups does not fit ", channels,
                             " input channels");
  if (bias.getShape() != ArrayRef<int64_t>{outputs})
    return emitOptionalError(loc, "bias has type ", bias, ", expected ",
                             outputs, " elements");
  Window window{filter.getShape().drop_front().drop_back(),
                adaptor.getStrides(), adaptor.getPads(),
                adaptor.getDilations()};
  SmallVector<int64_t> shape{input.getDimSize(0)};
  if (failed(inferWindow(loc, input, window, shape)))
    return failure();
  shape.push_back(outputs);
  result.emplace_back(shape);
  return success();
}

/// The rules of quantized weights and bias that convolution and fully connected
/// share.
static LogicalResult verifyWeighted(Operation *op, Value input, Value weights,
                                    Value bias, Value output) {
  auto inputType = getUniformType(input.getType());
  if (!inputType) {
    for (Value value : {input, weights, bias, output})
      if (getElementTypeOrSelf(value.getType()) !=
          getElementTypeOrSelf(input.getType()))
        return op->emitOpError("mixes element types: input ")
               << input.getType() << ", found " << value.getType();
    return success();
  }
  quant::QuantizedType weightType = getQuantizedType(weights.getType());
  quant::QuantizedType biasType = getQuantizedType(bias.getType());
  if (!weightType || !biasType || !getUniformType(output.getType()))
    return op->emitOpError("has a quantized input, so that weights, bias and "
                           "result have to be quantized");
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(weightType);
  if (perAxis && (perAxis.getQuantizedDimension() != 0 ||
                  llvm::any_of(perAxis.getZeroPoints(),
                               [](int64_t zero) { return zero != 0; })))
    return op->emitOpError("weights have to be quantized along axis 0 with "
                           "zero points of 0");
  if (!biasType.getStorageType().isInteger(32))
    return op->emitOpError("bias has to be stored in i32, found ")
           << bias.getType();
  return verifySameStorage(op, {input.getType(), output.getType()});
}

LogicalResult ConvOp::verify() {
  return verifyWeighted(*this, getInput(), getFilter(), getBias(), getResult());
}

OpOperand &ConvOp::getDataOperand() { return getInputMutable(); }
int64_t ConvOp::getWeightGroups() { return getGroups(); }
bool ConvOp::padsWithZeros() {
  return llvm::any_of(getPads(), [](int64_t pad) { return pad != 0; });
}
OpOperand &ConvOp::getWeightsOperand() { return getFilterMutable(); }
OpOperand &ConvOp::getBiasOperand() { return getBiasMutable(); }

int64_t ConvOp::getMacCount() {
  RankedTensorType filter = typeOf(getFilter());
  return typeOf(getResult()).getNumElements() *
         (filter.getNumElements() / filter.getDimSize(0));
}

//===----------------------------------------------------------------------===//
// FullyConnectedOp, MatMulOp
//===----------------------------------------------------------------------===//

LogicalResult FullyConnectedOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  RankedTensorType weights = typeOf(adaptor.getWeights());
  RankedTensorType bias = typeOf(adaptor.getBias());
  if (input.getRank() < 1 || weights.getRank() != 2 ||
      input.getShape().back() != weights.getDimSize(1))
    return emitOptionalError(
        loc, "weights ", weights, " do not fit the input ", input,
        ": expected [outputs, ",
        input.getShape().empty() ? 0 : input.getShape().back(), "]");
  if (bias.getShape() != ArrayRef<int64_t>{weights.getDimSize(0)})
    return emitOptionalError(loc, "bias has type ", bias, ", expected ",
                             weights.getDimSize(0), " elements");
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weights.getDimSize(0);
  result.emplace_back(shape);
  return success();
}

LogicalResult FullyConnectedOp::verify() {
  return verifyWeighted(*this, getInput(), getWeights(), getBias(),
                        getResult());
}

OpOperand &FullyConnectedOp::getDataOperand() { return getInputMutable(); }
OpOperand &FullyConnectedOp::getWeightsOperand() { return getWeightsMutable(); }
OpOperand &FullyConnectedOp::getBiasOperand() { return getBiasMutable(); }

int64_t FullyConnectedOp::getMacCount() {
  return typeOf(getResult()).getNumElements() *
         typeOf(getWeights()).getDimSize(1);
}

LogicalResult MatMulOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType lhs = typeOf(adaptor.getLhs());
  RankedTensorType rhs = typeOf(adaptor.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2 ||
      lhs.getShape().back() != rhs.getShape()[rhs.getRank() - 2])
    return emitOptionalError(loc, "cannot multiply ", lhs, " by ", rhs);
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(lhs.getShape().drop_back(2),
                                          rhs.getShape().drop_back(2), shape))
    return emitOptionalError(loc, "leading axes of ", lhs, " and ", rhs,
                             " do not broadcast");
  shape.push_back(lhs.getShape()[lhs.getRank() - 2]);
  shape.push_back(rhs.getShape().back());
  // The result of a quantized product has a type of its own.
  Type elementType = lhs.getElementType();
  if (isa<quant::QuantizedType>(elementType))
    elementType = Type();
  result.emplace_back(shape, elementType);
  return success();
}

LogicalResult MatMulOp::verify() {
  SmallVector<Type> types{getLhs().getType(), getRhs().getType(), getType()};
  auto isPerTensor = [](Type type) { return getUniformType(type) != nullptr; };
  auto isQuantized = [](Type type) {
    return getQuantizedType(type) != nullptr;
  };
  if (llvm::any_of(types, isQuantized) && !llvm::all_of(types, isPerTensor))
    return emitOpError("needs both operands and the result quantized per "
                       "tensor, or none of them, found ")
           << types[0] << ", " << types[1] << " and " << types[2];
  return success();
}

int64_t MatMulOp::getMacCount() {
  return typeOf(getResult()).getNumElements() *
         typeOf(getLhs()).getShape().back();
}

namespace {
/// A constant matrix on the right is the weights of a fully connected layer.
struct MatMulByConstant : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType rhs = typeOf(op.getRhs());
    if (!op.getRhs().getDefiningOp<ConstantOp>() || rhs.getRank() != 2 ||
        !rhs.getElementType().isF32())
      return failure();
    auto weights = createInferred<TransposeOp>(
        rewriter, op.getLoc(), op.getRhs(), ArrayRef<int64_t>{1, 0});
    if (failed(weights))
      return failure();
    int64_t outputs = rhs.getDimSize(1);
    auto bias = createConstant<float>(
        rewriter, op.getLoc(),
        RankedTensorType::get({outputs}, rhs.getElementType()),
        SmallVector<float>(outputs, 0.0f));
    rewriter.replaceOpWithNewOp<FullyConnectedOp>(op, op.getType(), op.getLhs(),
                                                  *weights, bias, FloatAttr(),
                                                  FloatAttr());
    return success();
  }
};
} // namespace

void MatMulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<MatMulByConstant>(context);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

template <typename AdaptorT>
static LogicalResult inferPool(std::optional<Location> loc, AdaptorT adaptor,
                               SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  Window window{adaptor.getKernel(), adaptor.getStrides(), adaptor.getPads(),
                adaptor.getDilations(), adaptor.getCeilMode()};
  SmallVector<int64_t> shape;
  if (input.getRank() > 0)
    shape.push_back(input.getDimSize(0));
  if (failed(inferWindow(loc, input, window, shape)))
    return failure();
  shape.push_back(input.getShape().back());
  result.emplace_back(shape);
  return success();
}

LogicalResult MaxPoolOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferPool(loc, adaptor, result);
}

LogicalResult AvgPoolOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  return inferPool(loc, adaptor, result);
}

LogicalResult MaxPoolOp::verify() {
  if (getElementTypeOrSelf(getInput().getType()) !=
      getElementTypeOrSelf(getType()))
    return emitOpError("input and result need the same element type, found ")
           << getInput().getType() << " and " << getType();
  return success();
}

/// Both float of one type, or both quantized per tensor.
static LogicalResult verifySameKind(Operation *op, Type input, Type result) {
  if (bool(getQuantizedType(input)) != bool(getQuantizedType(result)))
    return op->emitOpError("input and result have to be both float or both "
                           "quantized, found ")
           << input << " and " << result;
  return verifySameStorage(op, {input, result});
}

LogicalResult AvgPoolOp::verify() {
  return verifySameKind(*this, getInput().getType(), getType());
}

//===----------------------------------------------------------------------===//
// SoftmaxOp, LayerNormOp, ReduceOp
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  result.emplace_back(typeOf(adaptor.getInput()).getShape());
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = typeOf(getInput()).getRank();
  if (getAxis() >= uint64_t(rank))
    return emitOpError("axis ") << getAxis() << " is not in 0.." << rank - 1;
  if (auto type = getUniformType(getType())) {
    bool isWide = type.getStorageType().isInteger(16);
    if (type.getScale() != (isWide ? 1.0 / 32768 : 1.0 / 256) ||
        type.getZeroPoint() != (isWide ? 0 : -128))
      return emitOpError("quantized result has to have ")
             << (isWide ? "scale 1/32768 and zero point 0"
                        : "scale 1/256 and zero point -128")
             << ", found " << getType();
  }
  if (getLog() && getQuantizedType(getType()))
    return emitOpError("with 'log' has no integer form, found ") << getType();
  return verifySameKind(*this, getInput().getType(), getType());
}

LogicalResult LayerNormOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  result.emplace_back(typeOf(adaptor.getInput()).getShape());
  return success();
}

int64_t LayerNormOp::getGroupSize() {
  int64_t count = 1;
  for (int64_t axis : getAxes())
    count *= typeOf(getInput()).getDimSize(axis);
  return count;
}

LogicalResult LayerNormOp::verify() {
  RankedTensorType input = typeOf(getInput());
  llvm::SmallDenseSet<int64_t> seen;
  for (int64_t axis : getAxes())
    if (axis < 0 || axis >= input.getRank() || !seen.insert(axis).second)
      return emitOpError("axis ") << axis << " is not in 0.."
                                  << input.getRank() - 1 << ", or occurs twice";
  if (getAxes().empty())
    return emitOpError("needs at least one axis");
  float epsilon = getEpsilon().convertToFloat();
  if (!(epsilon >= 0) || !std::isfinite(epsilon))
    return emitOpError("epsilon has to be finite and not negative, found ")
           << epsilon;
  if (getBias() && !getScale())
    return emitOpError("has a bias, hence needs a scale");
  for (Value parameter : {getScale(), getBias()})
    if (parameter &&
        typeOf(parameter).getShape() != input.getShape().take_back())
      return emitOpError("scale and bias need one value per position of the "
                         "last axis, ")
             << input.getShape().back() << ", found " << parameter.getType();
  return verifySameKind(*this, getInput().getType(), getType());
}

/// Whether a value is a constant of this f32 everywhere.
static bool isSplatOf(Value value, float wanted) {
  std::optional<reference::Tensor> tensor = getConstantTensor(value);
  return tensor && tensor->getElementType().isF32() &&
         llvm::all_of(std::as_const(*tensor).getData<float>(),
                      [&](float element) { return element == wanted; });
}

namespace {
/// A bias of zeros goes, then a scale of ones.
struct DropNeutralParameters : OpRewritePattern<LayerNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LayerNormOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getBias() && isSplatOf(op.getBias(), 0.0f)) {
      rewriter.modifyOpInPlace(op, [&] { op.getBiasMutable().clear(); });
      return success();
    }
    if (op.getBias() || !op.getScale() || !isSplatOf(op.getScale(), 1.0f))
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getScaleMutable().clear(); });
    return success();
  }
};
} // namespace

void LayerNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<DropNeutralParameters>(context);
}

LogicalResult ReduceOp::inferReturnTypeComponents(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<ShapedTypeComponents> &result) {
  RankedTensorType input = typeOf(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  for (int64_t axis : adaptor.getAxes()) {
    if (axis < 0 || axis >= input.getRank())
      return emitOptionalError(loc, "axis ", axis, " is not in 0..",
                               input.getRank() - 1);
    shape[axis] = 1;
  }
  result.emplace_back(shape);
  return success();
}

LogicalResult ReduceOp::verify() {
  return verifySameKind(*this, getInput().getType(), getType());
}

int64_t ReduceOp::getCount() {
  int64_t count = 1;
  for (int64_t axis :
       llvm::SmallDenseSet<int64_t>(getAxes().begin(), getAxes().end()))
    count *= typeOf(getInput()).getDimSize(axis);
  return count;
}

int64_t ReduceOp::getDivisor() {
  return getKind() == ReduceKind::Mean ? std::max<int64_t>(getCount(), 1) : 1;
}

namespace {
/// The mean over all spatial axes of an image is an average pool of its size,
/// for which there are integer kernels.
struct ReduceMeanToAvgPool : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType input = typeOf(op.getInput());
    int64_t spatial = input.getRank() - 2;
    SmallVector<int64_t> axes(op.getAxes());
    llvm::sort(axes);
    if (op.getKind() != ReduceKind::Mean || spatial < 1 ||
        axes != llvm::to_vector(llvm::seq<int64_t>(1, spatial + 1)))
      return failure();
    SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
    rewriter.replaceOpWithNewOp<AvgPoolOp>(
        op, op.getType(), op.getInput(),
        input.getShape().drop_front().drop_back(), ones, zeros, ones,
        /*ceil_mode=*/false, /*count_include_pad=*/false, FloatAttr(),
        FloatAttr());
    return success();
  }
};
} // namespace

void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<ReduceMeanToAvgPool>(context);
}
