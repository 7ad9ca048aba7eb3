//===- Standardization.cpp - Normalizations by statistics of the input ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, rank));
}

namespace {
/// x with mean 0 and variance 1 along some axes, and what that took.
struct Standardized {
  Value result, mean, inverse;
};
} // namespace

static Standardized standardize(Composer &c, Value x, ArrayRef<int64_t> axes,
                                double epsilon) {
  Value mean = c.mean(x, axes);
  Value centered = c.sub(x, mean);
  Value inverse =
      c.inverseRoot(c.mean(c.mul(centered, centered), axes), epsilon);
  return {c.mul(centered, inverse), mean, inverse};
}

/// edge.layer_norm of operand 0 from 'axis' on, with operand 1 as scale and
/// `bias`, if any: parameters of one axis are its own, others follow.
static Value normalizeFromAxis(NodeImporter &node, Composer &c,
                               ArrayRef<int64_t> axes, bool rms, Value bias) {
  Value x = node.operand(0), scale = node.operand(1);
  double epsilon = node.getFloat("epsilon", 1e-5f);
  auto isPerPosition = [&](Value parameter) {
    return typeOf(parameter) ==
           RankedTensorType::get(node.shape(0).take_back(),
                                 node.builder.getF32Type());
  };
  if (axes.size() == 1 && isPerPosition(scale) &&
      (!bias || isPerPosition(bias)))
    return c.layerNorm(x, axes, epsilon, rms, scale, bias);
  Value y = c.mul(c.layerNorm(x, axes, epsilon, rms), scale);
  return bias ? c.add(y, bias) : y;
}

LogicalResult importer::importLayerNormalization(NodeImporter &node) {
  auto axis = node.normalizeAxis(node.getInt("axis", -1), node.rank(0));
  if (failed(axis) || failed(node.requireFloat(0)))
    return failure();
  Composer c(node);
  SmallVector<int64_t> axes = axesFrom(*axis, node.rank(0));
  Value bias = node.has(2) ? node.operand(2) : Value();
  Value y = normalizeFromAxis(node, c, axes, /*rms=*/false, bias);
  if (failed(c.finish(0, y)))
    return failure();
  if (node.getNumResults() == 1)
    return success();
  Standardized statistics =
      standardize(c, node.operand(0), axes, node.getFloat("epsilon", 1e-5f));
  return success(succeeded(c.finish(1, statistics.mean)) &&
                 succeeded(c.finish(2, statistics.inverse)));
}

LogicalResult importer::importRMSNormalization(NodeImporter &node) {
  auto axis = node.normalizeAxis(node.getInt("axis", -1), node.rank(0));
  if (failed(axis) || failed(node.requireFloat(0)))
    return failure();
  Composer c(node);
  return c.finish(normalizeFromAxis(node, c, axesFrom(*axis, node.rank(0)),
                                    /*rms=*/true, /*bias=*/{}));
}

/// A parameter per channel as it broadcasts to [N, C, spatial...].
static FailureOr<Value> perChannel(NodeImporter &node, Composer &c,
                                   unsigned operand) {
  if (node.shape(operand) != ArrayRef<int64_t>{node.shape(0)[1]})
    return node.error() << "operand " << operand << " has shape "
                        << describeShape(node.shape(operand))
                        << ", but the input has " << node.shape(0)[1]
                        << " channels";
  SmallVector<int64_t> shape(node.rank(0) - 1, 1);
  shape[0] = node.shape(0)[1];
  return c.reshape(node.operand(operand), shape);
}

static LogicalResult requireChannels(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  if (node.rank(0) >= 3 && !llvm::is_contained(node.shape(0), 0))
    return success();
  return node.error() << "needs an input [N, C, spatial...], found shape "
                      << describeShape(node.shape(0));
}

/// Whether an operand is known to be this number everywhere.
static bool isConstant(NodeImporter &node, unsigned operand, float wanted) {
  std::optional<reference::Tensor> tensor = node.constant(operand);
  return tensor && tensor->getElementType().isF32() &&
         llvm::all_of(std::as_const(*tensor).getData<float>(),
                      [&](float element) { return element == wanted; });
}

/// Exporters make it of other normalizations, with parameters that do nothing.
LogicalResult importer::importInstanceNormalization(NodeImporter &node) {
  if (failed(requireChannels(node)))
    return failure();
  Composer c(node);
  FailureOr<Value> scale = perChannel(node, c, 1),
                   shift = perChannel(node, c, 2);
  if (failed(scale) || failed(shift))
    return failure();
  Value y = c.layerNorm(node.operand(0), axesFrom(2, node.rank(0)),
                        node.getFloat("epsilon", 1e-5f));
  if (!isConstant(node, 1, 1.0f))
    y = c.mul(y, *scale);
  if (!isConstant(node, 2, 0.0f))
    y = c.add(y, *shift);
  return c.finish(y);
}

LogicalResult importer::importGroupNormalization(NodeImporter &node) {
  if (failed(requireChannels(node)))
    return failure();
  int64_t groups = node.getInt("num_groups", 0);
  int64_t batch = node.shape(0)[0], channels = node.shape(0)[1];
  if (groups < 1 || channels % groups != 0)
    return node.error() << "cannot make " << groups << " groups of " << channels
                        << " channels";
  Composer c(node);
  int64_t rest = node.type(0).getNumElements() / (batch * groups);
  Value x = c.reshape(node.operand(0), {batch, groups, rest});
  Value y = c.layerNorm(x, {2}, node.getFloat("epsilon", 1e-5f));
  // Until opset 20, scale and bias are per group.
  bool perGroup = node.opset < 21 && node.shape(1) == ArrayRef<int64_t>{groups};
  if (perGroup) {
    y = c.mul(y, c.reshape(node.operand(1), {groups, 1}));
    y = c.add(y, c.reshape(node.operand(2), {groups, 1}));
    return c.finish(c.reshape(y, node.shape(0)));
  }
  FailureOr<Value> scale = perChannel(node, c, 1),
                   shift = perChannel(node, c, 2);
  if (failed(scale) || failed(shift))
    return failure();
  y = c.reshape(y, node.shape(0));
  return c.finish(c.add(c.mul(y, *scale), *shift));
}

LogicalResult importer::importMeanVarianceNormalization(NodeImporter &node) {
  if (failed(node.requireFloat(0)))
    return failure();
  auto axes = node.normalizeAxes(
      node.getInts("axes").value_or(SmallVector<int64_t>{0, 2, 3}),
      node.rank(0));
  if (failed(axes))
    return failure();
  Composer c(node);
  if (axes->empty())
    return node.error() << "needs at least one axis";
  // ONNX adds 1e-9 to the deviation, which differs where that is nearly 0 only.
  return c.finish(c.layerNorm(node.operand(0), *axes, 1e-18));
}

/// Norms are 0 where all elements are; the result is then 0 as well.
LogicalResult importer::importLpNormalization(NodeImporter &node) {
  auto axis = node.normalizeAxis(node.getInt("axis", -1), node.rank(0));
  int64_t p = node.getInt("p", 2);
  if (failed(axis) || failed(node.requireFloat(0)))
    return failure();
  if (p != 1 && p != 2)
    return node.error() << "attribute 'p' is " << p << "; it has to be 1 or 2";
  Composer c(node);
  Value x = node.operand(0);
  Value norm = c.map(x, [&](ScalarBuilder &s, ValueRange v) {
    return p == 1 ? s.abs(v[0]) : s.mul(v[0], v[0]);
  });
  norm = c.sum(norm, {*axis});
  if (p == 2)
    norm = c.sqrt(norm);
  return c.finish(c.map({x, norm}, [](ScalarBuilder &s, ValueRange v) {
    Value zero = s.constant(0, v[1]);
    return s.select(s.equal(v[1], zero), zero, s.div(v[0], v[1]));
  }));
}

/// Divides by a power of the mean square of neighbouring channels, which is an
/// average pool along the channels.
LogicalResult importer::importLRN(NodeImporter &node) {
  if (failed(requireChannels(node)))
    return failure();
  int64_t size = node.getInt("size", 0), channels = node.shape(0)[1];
  if (size < 1 || size > channels * 2 + 1)
    return node.error() << "attribute 'size' is " << size
                        << "; it has to be at least 1 and to fit " << channels
                        << " channels";
  double alpha = node.getFloat("alpha", 1e-4f);
  double beta = node.getFloat("beta", 0.75f), bias = node.getFloat("bias", 1);
  Composer c(node);
  Value x = node.operand(0);
  int64_t batch = node.shape(0)[0];
  int64_t pixels = node.type(0).getNumElements() / (batch * channels);
  // [N, C, pixels]: the channels are the one spatial axis, the pixels the
  // channels of the pool.
  Value squares = c.reshape(c.mul(x, x), {batch, channels, pixels});
  if (!squares)
    return failure();
  SmallVector<int64_t> ones{1}, kernel{size};
  SmallVector<int64_t> pads{(size - 1) / 2, size - 1 - (size - 1) / 2};
  auto pool = node.create<edge::AvgPoolOp>(squares, kernel, ones, pads, ones,
                                           /*ceil_mode=*/false,
                                           /*count_include_pad=*/true,
                                           FloatAttr(), FloatAttr());
  if (failed(pool))
    return failure();
  Value mean = c.reshape(*pool, node.shape(0));
  return c.finish(c.map({x, mean}, [&](ScalarBuilder &s, ValueRange v) {
    Value sum =
        s.add(s.constant(bias, v[1]), s.mul(s.constant(alpha, v[1]), v[1]));
    return s.div(v[0], s.make<math::PowFOp>(sum, s.constant(beta, sum)));
  }));
}

/// BatchNormalization as it is in training: with the statistics of the batch,
/// which are also mixed into the running ones.
LogicalResult importer::importTrainingBatchNormalization(NodeImporter &node) {
  if (failed(requireChannels(node)))
    return failure();
  Composer c(node);
  FailureOr<Value> scale = perChannel(node, c, 1),
                   shift = perChannel(node, c, 2);
  if (failed(scale) || failed(shift))
    return failure();
  SmallVector<int64_t> axes = axesFrom(1, node.rank(0));
  axes[0] = 0;
  auto [y, mean, inverse] =
      standardize(c, node.operand(0), axes, node.getFloat("epsilon", 1e-5f));
  if (failed(c.finish(0, c.add(c.mul(y, *scale), *shift))))
    return failure();
  Value centered = c.sub(node.operand(0), mean);
  Value statistics[] = {mean, c.mean(c.mul(centered, centered), axes)};
  double momentum = node.getFloat("momentum", 0.9f);
  for (unsigned i : {0, 1}) {
    Value current = c.reshape(statistics[i], node.shape(3 + i));
    Value mixed = c.add(c.mul(node.operand(3 + i), momentum),
                        c.mul(current, 1 - momentum));
    if (failed(c.finish(1 + i, mixed)))
      return failure();
  }
  return success();
}
