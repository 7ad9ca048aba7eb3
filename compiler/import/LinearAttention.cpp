//===- LinearAttention.cpp - Attention with a state of fixed size ---------===//
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

/// Steps that are unrolled at most.
static constexpr int64_t kMaxSteps = 1024;

namespace {
/// One step after another: the state S [B, heads, keys, values] decays, the
/// outer product of key and value is added to it, and the query reads it.
class LinearAttention {
public:
  explicit LinearAttention(NodeImporter &node) : node(node), c(node) {}
  LogicalResult import();

private:
  LogicalResult readAttributes();
  LogicalResult readShapes();
  LogicalResult requireOperand(unsigned index, StringRef name,
                               ArrayRef<int64_t> sizes);
  Value takeStep(unsigned index, int64_t step, ArrayRef<int64_t> shape);
  Value update(Value state, int64_t step);
  Value read(Value state, int64_t step);

  NodeImporter &node;
  Composer c;
  bool decays = false, isDelta = false;
  int64_t queryHeads = 0, heads = 0;
  int64_t batch = 0, steps = 0, keys = 0, values = 0;
};
} // namespace

enum Operands : unsigned { kQuery, kKey, kValue, kPast, kDecay, kBeta };

LogicalResult LinearAttention::readAttributes() {
  std::string rule = node.getString("update_rule", "gated_delta");
  if (!llvm::is_contained({"linear", "gated", "delta", "gated_delta"}, rule))
    return node.error() << "attribute 'update_rule' is '" << rule
                        << "'; it has to be linear, gated, delta or "
                           "gated_delta";
  decays = StringRef(rule).starts_with("gated");
  isDelta = StringRef(rule).ends_with("delta");
  queryHeads = node.getInt("q_num_heads", 0);
  heads = node.getInt("kv_num_heads", 0);
  if (heads < 1 || queryHeads < 1 || queryHeads % heads != 0)
    return node.error() << "q_num_heads is " << queryHeads
                        << " and kv_num_heads " << heads
                        << "; they have to be positive, and the first a "
                           "multiple of the second";
  return success();
}

/// The operand's shape is [B, T, n] with n one of the sizes.
LogicalResult LinearAttention::requireOperand(unsigned index, StringRef name,
                                              ArrayRef<int64_t> sizes) {
  if (!node.has(index))
    return node.error() << "its update_rule needs the operand '" << name << "'";
  if (failed(node.requireFloat(index)))
    return failure();
  ArrayRef<int64_t> shape = node.shape(index);
  if (shape.size() == 3 && shape[0] == batch && shape[1] == steps &&
      llvm::is_contained(sizes, shape[2]))
    return success();
  return node.error() << "operand '" << name << "' of shape "
                      << describeShape(shape) << " does not fit a query of "
                      << describeShape(node.shape(kQuery)) << " with "
                      << queryHeads << " heads of queries and " << heads
                      << " of keys";
}

LogicalResult LinearAttention::readShapes() {
  if (failed(node.requireRank(kQuery, 3)) ||
      failed(node.requireRank(kValue, 3)))
    return failure();
  batch = node.shape(kQuery)[0];
  steps = node.shape(kQuery)[1];
  keys = node.shape(kQuery)[2] / queryHeads;
  values = node.shape(kValue)[2] / heads;
  if (keys == 0 || values == 0 || steps == 0 || batch == 0)
    return node.error() << "has nothing to attend to: query of shape "
                        << describeShape(node.shape(kQuery)) << ", value of "
                        << describeShape(node.shape(kValue));
  if (failed(requireOperand(kQuery, "query", keys * queryHeads)) ||
      failed(requireOperand(kKey, "key", keys * heads)) ||
      failed(requireOperand(kValue, "value", values * heads)) ||
      (decays &&
       failed(requireOperand(kDecay, "decay", {heads, keys * heads}))) ||
      (isDelta && failed(requireOperand(kBeta, "beta", {heads, 1}))))
    return failure();
  SmallVector<int64_t> state{batch, heads, keys, values};
  if (node.has(kPast) && (node.shape(kPast) != ArrayRef<int64_t>(state) ||
                          failed(node.requireFloat(kPast))))
    return node.error() << "past_state has the shape "
                        << describeShape(node.shape(kPast)) << ", needed is "
                        << describeShape(state);
  if (steps > kMaxSteps)
    return node.unsupported("a sequence of " + Twine(steps) +
                            " steps; they are unrolled, at most " +
                            Twine(kMaxSteps));
  return success();
}

Value LinearAttention::takeStep(unsigned index, int64_t step,
                                ArrayRef<int64_t> shape) {
  return c.reshape(c.slice(node.operand(index), 1, step, 1), shape);
}

Value LinearAttention::update(Value state, int64_t step) {
  Value key = takeStep(kKey, step, {batch, heads, keys, 1});
  Value value = takeStep(kValue, step, {batch, heads, 1, values});
  if (decays) {
    int64_t perHead = node.shape(kDecay)[2] / heads;
    Value decay = takeStep(kDecay, step, {batch, heads, perHead, 1});
    state = c.mul(state, c.map(decay, [](ScalarBuilder &s, ValueRange v) {
      return s.make<math::ExpOp>(v[0]);
    }));
  }
  if (isDelta) {
    Value row = c.reshape(key, {batch, heads, 1, keys});
    Value beta = takeStep(kBeta, step, {batch, node.shape(kBeta)[2], 1, 1});
    value = c.mul(beta, c.sub(value, c.matmul(row, state)));
  }
  return c.add(state, c.mul(key, value));
}

/// Queries of neighbouring heads share a head of keys.
Value LinearAttention::read(Value state, int64_t step) {
  double scale = node.getFloat("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(double(keys));
  Value query =
      takeStep(kQuery, step, {batch, heads, queryHeads / heads, keys});
  return c.reshape(c.mul(c.matmul(query, state), scale),
                   {batch, 1, queryHeads * values});
}

LogicalResult LinearAttention::import() {
  if (failed(readAttributes()) || failed(readShapes()))
    return failure();
  Value state = node.has(kPast) ? node.operand(kPast)
                                : c.splat({batch, heads, keys, values},
                                          node.builder.getF32Type(), 0);
  SmallVector<Value> outputs;
  for (int64_t step = 0; step != steps; ++step) {
    state = update(state, step);
    outputs.push_back(read(state, step));
    if (!outputs.back())
      return failure();
  }
  Value output = steps == 1 ? outputs.front() : c.concat(outputs, 1);
  return success(succeeded(c.finish(0, output)) &&
                 succeeded(c.finish(1, state)));
}

LogicalResult importer::importLinearAttention(NodeImporter &node) {
  return LinearAttention(node).import();
}
