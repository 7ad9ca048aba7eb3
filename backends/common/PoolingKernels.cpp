//===- PoolingKernels.cpp - Kernels of pooling, reduction, softmax --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PoolingKernels.h"

#include "ImageShapes.h"

#include "edgecc/Backend/RowKernels.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

template <typename PoolT> static bool isImage(PoolT op) {
  return cast<RankedTensorType>(op.getInput().getType()).getRank() <= 4;
}

/// The template arguments that pools begin with.
template <typename PoolT>
static void addPoolShapes(PoolT op, KernelCallBuilder &call) {
  kern::WindowAttr window =
      getWindow(op.getContext(), op.getKernel(), op.getStrides(),
                op.getDilations(), op.getPads());
  call.addShape(getImageShape(op.getInput()));
  call.addShape(getImageShape(op.getResult()));
  call.addTemplateArg(window);
  allowRasterOverlap(op.getInput(), op.getResult(), window, call);
}

static void beginPool(StringRef kernel, StringRef header, SimdType vector,
                      KernelCallBuilder &call) {
  call.begin(kernel, header);
  if (vector.name.empty())
    return;
  call.addHeader(vector.header);
  call.addName(vector.name);
}

static LogicalResult lowerMaxPool(MaxPoolOp op, KernelCallBuilder &call) {
  return lowerMaxPoolAs(op,
                        isFloatOp(op)   ? "max_pool2d_f32"
                        : isInt16Op(op) ? "max_pool2d_s16"
                                        : "max_pool2d_s8",
                        "pool2d.h", {}, call);
}

LogicalResult edgecc::lowerMaxPoolAs(MaxPoolOp op, StringRef kernel,
                                     StringRef header, SimdType vector,
                                     KernelCallBuilder &call) {
  beginPool(kernel, header, vector, call);
  addPoolShapes(op, call);
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

static LogicalResult lowerAvgPoolF32(AvgPoolOp op, KernelCallBuilder &call) {
  return lowerAvgPoolF32As(op, "avg_pool2d_f32", "pool2d.h", {}, call);
}

LogicalResult edgecc::lowerAvgPoolF32As(AvgPoolOp op, StringRef kernel,
                                        StringRef header, SimdType vector,
                                        KernelCallBuilder &call) {
  beginPool(kernel, header, vector, call);
  addPoolShapes(op, call);
  call.addBool(op.getCountIncludePad());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  return success();
}

/// The multipliers of a mean by the number of values, as data.
static int32_t addAvgPoolMultipliers(AvgPoolOp op, KernelCallBuilder &call) {
  int64_t taps = ShapedType::getNumElements(op.getKernel());
  integer::Requantization factors =
      integer::getAvgPoolRequantization(getUniformType(op.getInput().getType()),
                                        getUniformType(op.getType()), taps);
  reference::Tensor multipliers(
      RankedTensorType::get({taps}, IntegerType::get(op.getContext(), 32)));
  llvm::copy(factors.multipliers, multipliers.getData<int32_t>().begin());
  call.addData("multiplier", multipliers);
  return int32_t(factors.shift);
}

static void addAvgPoolScalars(AvgPoolOp op, int32_t shift,
                              KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());
  int64_t inZero = getUniformType(op.getInput().getType()).getZeroPoint();
  call.addScalars({inZero, shift, output.getZeroPoint(), range.lo, range.hi});
}

static LogicalResult lowerAvgPoolS8(AvgPoolOp op, KernelCallBuilder &call) {
  return lowerAvgPoolS8As(op, "avg_pool2d_s8", "pool2d.h", {}, call);
}

LogicalResult edgecc::lowerAvgPoolS8As(AvgPoolOp op, StringRef kernel,
                                       StringRef header, SimdType vector,
                                       KernelCallBuilder &call) {
  beginPool(kernel, header, vector, call);
  addPoolShapes(op, call);
  call.addBool(op.getCountIncludePad());
  call.addInput(op.getInput());
  int32_t shift = addAvgPoolMultipliers(op, call);
  call.addOutput(op.getResult());
  addAvgPoolScalars(op, shift, call);
  return success();
}

void edgecc::addRowSums(Value row, Value sums, KernelCallBuilder &call) {
  call.begin("row_sums_s8", "row_stream.h");
  call.addShape(row);
  call.addInput(row);
  call.addOutput(sums);
}

LogicalResult edgecc::addMeanOfSums(AvgPoolOp op, Value sums,
                                    KernelCallBuilder &call) {
  call.begin("mean_of_sums_s8", "row_stream.h");
  call.addInt(cast<RankedTensorType>(op.getType()).getShape().back());
  call.addInt(ShapedType::getNumElements(op.getKernel()));
  call.addInput(sums);
  int32_t shift = addAvgPoolMultipliers(op, call);
  call.addOutput(op.getResult());
  addAvgPoolScalars(op, shift, call);
  return success();
}

static LogicalResult lowerAvgPoolS16(AvgPoolOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType output = getUniformType(op.getType());
  int64_t taps = ShapedType::getNumElements(op.getKernel());
  integer::WideRequantization factors = integer::getWideAvgPoolRequantization(
      getUniformType(op.getInput().getType()), output, taps);
  reference::Tensor multipliers(
      RankedTensorType::get({taps}, IntegerType::get(op.getContext(), 32)));
  llvm::copy(factors.multipliers, multipliers.getData<int32_t>().begin());
  integer::ClampRange range =
      integer::getClampRange(output, op.getClampMin(), op.getClampMax());

  call.begin("avg_pool2d_s16", "pool2d.h");
  addPoolShapes(op, call);
  call.addBool(op.getCountIncludePad());
  call.addInput(op.getInput());
  call.addData("multiplier", multipliers);
  call.addOutput(op.getResult());
  call.addScalars({factors.shift, range.lo, range.hi});
  return success();
}

static reference::Tensor makeI32(MLIRContext *context,
                                 ArrayRef<int32_t> values) {
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(values.size())}, IntegerType::get(context, 32)));
  llvm::copy(values, tensor.getData<int32_t>().begin());
  return tensor;
}

/// 1 for each axis that is reduced.
static SmallVector<int64_t> getAxisMask(Value input, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> mask(cast<RankedTensorType>(input.getType()).getRank());
  for (int64_t axis : axes)
    mask[axis] = 1;
  return mask;
}

static LogicalResult lowerLayerNorm(LayerNormOp op, KernelCallBuilder &call) {
  call.begin("layer_norm_f32", "layer_norm.h");
  call.addShape(op.getInput());
  call.addShape(getAxisMask(op.getInput(), op.getAxes()));
  call.addBool(op.getRms());
  call.addInput(op.getInput());
  if (op.getScale())
    call.addOperand("scale", op.getScale());
  if (op.getBias())
    call.addOperand("bias", op.getBias());
  call.addOutput(op.getResult());
  call.addScalar(op.getEpsilon().convertToFloat());
  call.allowInplace(0);
  return success();
}

/// A constant parameter's values; none where there is no parameter.
static SmallVector<float> getParameter(Value value) {
  if (!value)
    return {};
  const reference::Tensor tensor = *getConstantTensor(value);
  return llvm::to_vector(tensor.getData<float>());
}

/// In int8 or int16.
static LogicalResult lowerIntegerLayerNorm(LayerNormOp op,
                                           KernelCallBuilder &call) {
  bool isWide = isInt16Op(op);
  auto input = cast<RankedTensorType>(op.getInput().getType());
  quant::UniformQuantizedType type = getUniformType(input);
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::LayerNormParams params = integer::getLayerNormParams(
      type, output, op.getGroupSize(), op.getEpsilon().convertToFloat(),
      input.getShape().back(), getParameter(op.getScale()),
      getParameter(op.getBias()));
  call.begin(isWide ? "layer_norm_s16" : "layer_norm_s8",
             "layer_norm_integer.h");
  call.addShape(op.getInput());
  call.addShape(getAxisMask(op.getInput(), op.getAxes()));
  call.addBool(op.getRms());
  call.addInput(op.getInput());
  call.addData("multiplier", makeI32(op.getContext(), params.multipliers));
  call.addData("bias", makeI32(op.getContext(), params.bias));
  call.addOutput(op.getResult());
  if (!isWide)
    call.addScalar(int32_t(type.getZeroPoint()));
  call.addScalar(TypedAttr(
      IntegerAttr::get(IntegerType::get(op.getContext(), 64), params.epsilon)));
  call.addScalar(int32_t(params.shift));
  if (!isWide)
    call.addScalar(int32_t(output.getZeroPoint()));
  call.allowInplace(0);
  return success();
}

/// With groups that are not too large, and parameters that are known.
static bool canNormalizeIntegers(LayerNormOp op) {
  auto type = getUniformType(op.getType());
  return type && op.getGroupSize() <= integer::getLargestNormGroup(type) &&
         llvm::all_of(op.getOperands().drop_front(), isConstant);
}

static void beginReduce(ReduceOp op, StringRef kernel,
                        KernelCallBuilder &call) {
  call.begin(kernel, "reduce.h");
  call.addShape(op.getInput());
  call.addShape(getAxisMask(op.getInput(), op.getAxes()));
}

static LogicalResult lowerReduceSum(ReduceOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType input = getUniformType(op.getInput().getType());
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::Requantization factor =
      integer::getSumRequantization(input, output, op.getDivisor());
  beginReduce(op, "reduce_sum_s8", call);
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalars({input.getZeroPoint(), factor.multipliers.front(),
                   factor.shift, output.getZeroPoint()});
  return success();
}

static LogicalResult lowerReduceSumS16(ReduceOp op, KernelCallBuilder &call) {
  integer::WideRequantization factor = integer::getWideSumRequantization(
      getUniformType(op.getInput().getType()), getUniformType(op.getType()),
      op.getCount(), op.getDivisor());
  beginReduce(op, "reduce_sum_s16", call);
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  call.addScalars({factor.multipliers.front(), factor.shift});
  return success();
}

static LogicalResult lowerReduce(ReduceOp op, KernelCallBuilder &call) {
  beginReduce(op, isFloatOp(op) ? "reduce_f32" : "reduce_integer", call);
  call.addName(("ReduceKind::" + stringifyReduceKind(op.getKind())).str());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

/// Any number of spatial axes, any element type.
static LogicalResult lowerMaxPoolNd(MaxPoolOp op, KernelCallBuilder &call) {
  call.begin("max_pool_nd", "window_nd.h");
  addWindowNd(op, op.getKernel(), call);
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

static LogicalResult lowerAvgPoolNd(AvgPoolOp op, KernelCallBuilder &call) {
  call.begin("avg_pool_nd_f32", "window_nd.h");
  addWindowNd(op, op.getKernel(), call);
  call.addBool(op.getCountIncludePad());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  return success();
}

static bool isSum(ReduceOp op) {
  return op.getKind() == ReduceKind::Sum || op.getKind() == ReduceKind::Mean;
}

/// Of quantized elements, the kernel picks one; it does not know of scales.
static bool isIntegerReduction(ReduceOp op) {
  Type type = getElementTypeOrSelf(op.getInput().getType());
  if (getQuantizedType(type))
    return op.getKind() == ReduceKind::Max || op.getKind() == ReduceKind::Min;
  return type.isInteger() && op.getKind() != ReduceKind::Mean;
}

static void addSoftmaxTable(SoftmaxOp op, ArrayRef<int32_t> entries,
                            KernelCallBuilder &call) {
  reference::Tensor table(RankedTensorType::get(
      {int64_t(entries.size())}, IntegerType::get(op.getContext(), 32)));
  llvm::copy(entries, table.getData<int32_t>().begin());
  call.addData("exp", table);
}

static LogicalResult lowerSoftmax(SoftmaxOp op, KernelCallBuilder &call) {
  bool isFloat = isFloatOp(op);
  StringRef kernel = op.getLog()     ? "log_softmax_f32"
                     : isFloat       ? "softmax_f32"
                     : isInt16Op(op) ? "softmax_s16"
                                     : "softmax_s8";
  call.begin(kernel, "softmax.h");
  call.addShape(op.getInput());
  call.addInt(op.getAxis());
  call.addInput(op.getInput());
  if (!isFloatOp(op)) {
    double scale = getUniformType(op.getInput().getType()).getScale();
    if (isInt16Op(op))
      addSoftmaxTable(op, integer::getWideSoftmaxTable(scale), call);
    else
      addSoftmaxTable(op, integer::getSoftmaxTable(scale), call);
  }
  call.addOutput(op.getResult());
  return success();
}

void edgecc::registerPoolingKernels(KernelRegistry &registry) {
  registry.add<MaxPoolOp>(
      "max_pool2d_f32",
      [](MaxPoolOp op) { return isFloatOp(op) && isImage(op); }, lowerMaxPool);
  registry.add<MaxPoolOp>(
      "max_pool2d_s8", [](MaxPoolOp op) { return isInt8Op(op) && isImage(op); },
      lowerMaxPool);
  registry.add<AvgPoolOp>(
      "avg_pool2d_f32",
      [](AvgPoolOp op) { return isFloatOp(op) && isImage(op); },
      lowerAvgPoolF32);
  registry.add<AvgPoolOp>(
      "avg_pool2d_s8", [](AvgPoolOp op) { return isInt8Op(op) && isImage(op); },
      lowerAvgPoolS8);
  registry.add<MaxPoolOp>(
      "max_pool2d_s16",
      [](MaxPoolOp op) { return isInt16Op(op) && isImage(op); }, lowerMaxPool);
  registry.add<AvgPoolOp>(
      "avg_pool2d_s16",
      [](AvgPoolOp op) { return isInt16Op(op) && isImage(op); },
      lowerAvgPoolS16);
  registry.add<MaxPoolOp>(
      "max_pool_nd", [](MaxPoolOp) { return true; }, lowerMaxPoolNd,
      /*benefit=*/-1);
  registry.add<AvgPoolOp>(
      "avg_pool_nd_f32", [](AvgPoolOp op) { return isFloatOp(op); },
      lowerAvgPoolNd, /*benefit=*/-1);
  registry.add<ReduceOp>(
      "reduce_f32", [](ReduceOp op) { return isFloatOp(op); }, lowerReduce);
  registry.add<ReduceOp>("reduce_integer", isIntegerReduction, lowerReduce);
  registry.add<LayerNormOp>(
      "layer_norm_f32", [](LayerNormOp op) { return isFloatOp(op); },
      lowerLayerNorm);
  registry.add<LayerNormOp>(
      "layer_norm_s8",
      [](LayerNormOp op) { return isInt8Op(op) && canNormalizeIntegers(op); },
      lowerIntegerLayerNorm);
  registry.add<LayerNormOp>(
      "layer_norm_s16",
      [](LayerNormOp op) { return isInt16Op(op) && canNormalizeIntegers(op); },
      lowerIntegerLayerNorm);
  registry.add<ReduceOp>(
      "reduce_sum_s8", [](ReduceOp op) { return isInt8Op(op) && isSum(op); },
      lowerReduceSum);
  registry.add<ReduceOp>(
      "reduce_sum_s16", [](ReduceOp op) { return isInt16Op(op) && isSum(op); },
      lowerReduceSumS16);
  registry.add<SoftmaxOp>(
      "softmax_f32", [](SoftmaxOp op) { return isFloatOp(op); }, lowerSoftmax);
  registry.add<SoftmaxOp>(
      "softmax_s8", [](SoftmaxOp op) { return isInt8Op(op); }, lowerSoftmax);
  registry.add<SoftmaxOp>(
      "softmax_s16", [](SoftmaxOp op) { return isInt16Op(op); }, lowerSoftmax);
}
