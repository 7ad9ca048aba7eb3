//===- Attention.cpp - Attention ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
/// softmax(scale * Q K' + bias) V, with everything that ONNX makes optional.
class AttentionImporter {
public:
  explicit AttentionImporter(NodeImporter &node) : node(node), c(node) {}
  LogicalResult run();

private:
  LogicalResult readOperands();
  FailureOr<Value> splitHeads(unsigned index, int64_t heads);
  Value repeatHeads(Value value);
  void addBias(Value bias) {
    this->bias = this->bias ? c.add(this->bias, bias) : bias;
  }
  void addMask();
  void addWindow();
  void addPadding();
  Value getOffset();
  Value attend(Value logits);

  NodeImporter &node;
  Composer c;
  Value query, key, value, bias;
  int64_t heads = 0, groups = 0, queries = 0, keys = 0;
};
} // namespace

static constexpr double kMasked = -INFINITY;

/// [batch, length, heads * size] as [batch, heads, length, size].
FailureOr<Value> AttentionImporter::splitHeads(unsigned index, int64_t heads) {
  Value operand = node.operand(index);
  ArrayRef<int64_t> shape = node.shape(index);
  if (shape.size() == 4)
    return operand;
  if (shape.size() != 3 || heads <= 0 || shape[2] % heads != 0)
    return node.error() << "operand " << index << " of shape "
                        << describeShape(shape) << " does not consist of "
                        << heads << " heads";
  Value split =
      c.reshape(operand, {shape[0], shape[1], heads, shape[2] / heads});
  return c.transpose(split, {0, 2, 1, 3});
}

LogicalResult AttentionImporter::readOperands() {
  for (unsigned index : {0, 1, 2})
    if (failed(node.requireFloat(index)))
      return failure();
  FailureOr<Value> q = splitHeads(0, node.getInt("q_num_heads", 0));
  FailureOr<Value> k = splitHeads(1, node.getInt("kv_num_heads", 0));
  FailureOr<Value> v = splitHeads(2, node.getInt("kv_num_heads", 0));
  if (failed(q) || failed(k) || failed(v))
    return failure();
  query = *q;
  key = node.has(4) ? c.concat({node.operand(4), *k}, 2) : *k;
  value = node.has(5) ? c.concat({node.operand(5), *v}, 2) : *v;
  if (!query || !key || !value)
    return failure();
  heads = c.size(query, 1);
  groups = c.size(key, 1);
  queries = c.size(query, 2);
  keys = c.size(key, 2);
  if (groups == 0 || heads % groups != 0 || c.size(value, 2) != keys ||
      c.size(query, 3) != c.size(key, 3))
    return node.error() << "query, key and value of shapes "
                        << describeShape(c.shape(query)) << ", "
                        << describeShape(c.shape(key)) << " and "
                        << describeShape(c.shape(value)) << " do not fit";
  return success();
}

/// Each head of key and value serves several heads of the query.
Value AttentionImporter::repeatHeads(Value value) {
  if (heads == groups)
    return value;
  SmallVector<int64_t> indices;
  for (int64_t head = 0; head != heads; ++head)
    indices.push_back(head / (heads / groups));
  return c.gather(value, indices, 1);
}

/// A mask may be shorter than the keys; what it lacks is masked.
void AttentionImporter::addMask() {
  Value mask = node.operand(3);
  if (c.type(mask).getElementType().isInteger(1))
    mask = c.map(mask, [](ScalarBuilder &s, ValueRange v) {
      Type f32 = Float32Type::get(v[0].getContext());
      return s.select(v[0], s.constant(0, f32), s.constant(kMasked, f32));
    });
  if (!mask)
    return;
  int64_t rank = c.rank(mask);
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  if (rank != 0 && c.size(mask, rank - 1) != 1)
    high.back() = std::max<int64_t>(keys - c.size(mask, rank - 1), 0);
  addBias(c.pad(mask, low, high, kMasked));
}

/// The number of keys before the first query, [] or [batch, 1, 1, 1].
Value AttentionImporter::getOffset() {
  if (node.has(4))
    return c.ints({}, {node.shape(4)[2]});
  if (!node.has(6))
    return c.ints({}, {0});
  Value valid = c.cast(node.operand(6), node.builder.getI64Type());
  return c.reshape(c.add(valid, double(-queries)),
                   {c.type(valid).getNumElements(), 1, 1, 1});
}

/// Which keys a query sees by its position: none after it if causal, and those
/// in a window around it.
void AttentionImporter::addWindow() {
  bool causal = node.getInt("is_causal", 0) != 0;
  int64_t left = node.getInt("left_window_size", -1);
  int64_t right = node.getInt("right_window_size", -1);
  if (causal)
    right = right < 0 ? 0 : std::min<int64_t>(right, 0);
  if (left < 0 && right < 0)
    return;
  Value rows = c.iota(queries, 2, 0), columns = c.iota(keys, 2, 1);
  addBias(
      c.map({rows, columns, getOffset()}, [&](ScalarBuilder &s, ValueRange v) {
        Type f32 = Float32Type::get(v[0].getContext());
        Value distance = s.sub(s.add(v[0], v[2]), v[1]);
        Value result = s.constant(0, f32);
        Value masked = s.constant(kMasked, f32);
        if (left >= 0)
          result = s.select(s.less(s.constant(left, distance), distance),
                            masked, result);
        if (right >= 0)
          result = s.select(s.less(distance, s.constant(-right, distance)),
                            masked, result);
        return result;
      }));
}

/// Keys from nonpad_kv_seqlen on are not there.
void AttentionImporter::addPadding() {
  Value valid = c.cast(node.operand(6), node.builder.getI64Type());
  if (!valid)
    return;
  valid = c.reshape(valid, {c.type(valid).getNumElements(), 1, 1, 1});
  addBias(
      c.map({c.iota(keys, 1, 0), valid}, [](ScalarBuilder &s, ValueRange v) {
        Type f32 = Float32Type::get(v[0].getContext());
        return s.select(s.less(v[0], v[1]), s.constant(0, f32),
                        s.constant(kMasked, f32));
      }));
}

/// Softmax, which gives 0 where all keys of a query are masked.
Value AttentionImporter::attend(Value logits) {
  if (!bias)
    return c.softmax(logits, 3);
  Value max = c.reduce(logits, edge::ReduceKind::Max, {3});
  Value powers = c.map({logits, max}, [](ScalarBuilder &s, ValueRange v) {
    Value none = s.equal(v[1], s.constant(kMasked, v[1]));
    return s.exp(s.sub(v[0], s.select(none, s.constant(0, v[1]), v[1])));
  });
  return c.map({powers, c.sum(powers, {3})},
               [](ScalarBuilder &s, ValueRange v) {
                 Value zero = s.constant(0, v[1]);
                 Value none = s.equal(v[1], zero);
                 return s.select(none, zero, s.div(v[0], v[1]));
               });
}

LogicalResult AttentionImporter::run() {
  if (failed(readOperands()))
    return failure();
  float scale = node.getFloat("scale", 0.0f);
  if (scale == 0.0f)
    scale = 1.0f / std::sqrt(float(c.size(query, 3)));
  double root = std::sqrt(scale);
  Value present[] = {key, value};
  Value logits =
      c.matmul(c.mul(query, root),
               c.mul(c.transpose(repeatHeads(key), {0, 1, 3, 2}), root));
  if (double cap = node.getFloat("softcap", 0.0f); cap > 0)
    logits = c.map(logits, [&](ScalarBuilder &s, ValueRange v) {
      Value bound = s.constant(cap, v[0]);
      return s.mul(s.tanh(s.div(v[0], bound)), bound);
    });
  if (node.has(3))
    addMask();
  addWindow();
  if (node.has(6))
    addPadding();
  Value biased = logits;
  if (bias)
    biased = c.map({logits, bias}, [](ScalarBuilder &s, ValueRange v) {
      Value masked = s.equal(v[1], s.constant(kMasked, v[1]));
      return s.select(masked, v[1], s.add(v[0], v[1]));
    });
  Value weights = attend(biased);
  Value result = c.matmul(weights, repeatHeads(value));
  if (node.rank(0) == 3 && result)
    result = c.reshape(c.transpose(result, {0, 2, 1, 3}),
                       {c.size(result, 0), queries, heads * c.size(result, 3)});
  int64_t mode = node.getInt("qk_matmul_output_mode", 0);
  Value exposed = mode == 3 ? weights : mode == 2 ? biased : logits;
  Value results[] = {result, present[0], present[1], exposed};
  for (auto [index, value] : llvm::enumerate(results))
    if (index < node.getNumResults() && failed(c.finish(index, value)))
      return failure();
  return success();
}

LogicalResult importer::importAttention(NodeImporter &node) {
  return AttentionImporter(node).run();
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

/// Rotates pairs of features by angles that grow with the position; the cosines
/// and sines are given per position or have to be looked up.
LogicalResult importer::importRotaryEmbedding(NodeImporter &node) {
  Composer c(node);
  Value x = node.operand(0);
  int64_t heads = node.getInt("num_heads", 0);
  bool isFlat = node.rank(0) == 3;
  SmallVector<int64_t> given(node.shape(0));
  if (!isFlat && node.rank(0) != 4)
    return node.requireRank(0, 4);
  if (isFlat) {
    if (heads <= 0 || given[2] % heads != 0)
      return node.error() << "input of shape " << describeShape(given)
                          << " does not consist of " << heads << " heads";
    x = c.reshape(x, {given[0], given[1], heads, given[2] / heads});
  } else {
    x = c.transpose(x, {0, 2, 1, 3});
  }
  if (!x)
    return failure();
  int64_t features = c.size(x, 3);
  int64_t rotated = node.getInt("rotary_embedding_dim", 0);
  if (rotated == 0)
    rotated = features;
  if (rotated < 2 || rotated > features || rotated % 2 != 0)
    return node.error() << "cannot rotate " << rotated << " of " << features
                        << " features";
  bool interleaved = node.getInt("interleaved", 0) != 0;
  int64_t half = rotated / 2, step = interleaved ? 2 : 1;
  Value first = c.slice(x, 3, 0, half, step);
  Value second = c.slice(x, 3, interleaved ? 1 : half, half, step);
  Value tables[2];
  for (unsigned i : {0, 1}) {
    tables[i] = node.operand(1 + i);
    if (node.has(3))
      tables[i] = c.gather(tables[i], node.operand(3), 0);
    tables[i] = tables[i] && c.rank(tables[i]) == 3
                    ? c.unsqueeze(c.slice(tables[i], 2, 0, half), 2)
                    : Value();
    if (!tables[i])
      return node.error() << "needs tables of shape [batch, length, features]";
  }
  auto rotate = [&](Value a, Value b, bool plus) {
    return c.map(
        {a, b, tables[0], tables[1]}, [&](ScalarBuilder &s, ValueRange v) {
          Value straight = s.mul(v[0], v[2]), cross = s.mul(v[1], v[3]);
          return plus ? s.add(straight, cross) : s.sub(straight, cross);
        });
  };
  Value real = rotate(first, second, false),
        imaginary = rotate(second, first, true);
  Value result;
  if (interleaved)
    result = c.concat({c.unsqueeze(real, 4), c.unsqueeze(imaginary, 4)}, 4);
  else
    result = c.concat({real, imaginary}, 3);
  if (!result)
    return failure();
  SmallVector<int64_t> shape(c.shape(x));
  shape[3] = rotated;
  result = c.reshape(result, shape);
  if (rotated != features)
    result = c.concat({result, c.slice(x, 3, rotated, features - rotated)}, 3);
  return c.finish(isFlat ? c.reshape(result, given)
                         : c.transpose(result, {0, 2, 1, 3}));
}
