//===- ConvTranspose.cpp - ConvTranspose, CausalConvWithState -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "OperatorTable.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

using Ints = SmallVector<int64_t>;

namespace {
/// The attributes of ConvTranspose, per spatial axis.
struct TransposedWindow {
  Ints kernel, strides, dilations, outputPadding, low, high;
};
} // namespace

static FailureOr<Ints> readList(NodeImporter &node, StringRef name, size_t size,
                                int64_t otherwise, int64_t least) {
  Ints list = node.getInts(name).value_or(Ints(size, otherwise));
  bool valid = list.size() == size && llvm::all_of(list, [&](int64_t value) {
                 return value >= least && value <= 65536;
               });
  if (valid)
    return list;
  return node.error() << "attribute '" << name << "' is " << describeShape(list)
                      << "; it needs " << size << " entries of at least "
                      << least;
}

/// What is cut off on both sides: given, or such that the result has the size
/// that is asked for.
static LogicalResult readPads(NodeImporter &node, TransposedWindow &window) {
  size_t spatial = window.kernel.size();
  ArrayRef<int64_t> input = node.shape(0).drop_front(2);
  std::string mode = node.getString("auto_pad", "NOTSET");
  auto wanted = node.getInts("output_shape");
  if (wanted && wanted->size() == spatial + 2)
    wanted->erase(wanted->begin(), wanted->begin() + 2);
  bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (same && !wanted) {
    wanted = Ints(input);
    for (size_t i = 0; i != spatial; ++i)
      (*wanted)[i] *= window.strides[i];
  }
  auto pads = readList(node, "pads", 2 * spatial, 0, 0);
  if (failed(pads))
    return failure();
  if (wanted && wanted->size() != spatial)
    return node.error() << "attribute 'output_shape' needs " << spatial
                        << " entries";
  for (size_t i = 0; i != spatial; ++i) {
    window.low.push_back((*pads)[i]);
    window.high.push_back((*pads)[spatial + i]);
    if (!wanted)
      continue;
    int64_t total =
        window.strides[i] * (input[i] - 1) + window.outputPadding[i] +
        (window.kernel[i] - 1) * window.dilations[i] + 1 - (*wanted)[i];
    int64_t smaller = llvm::divideFloorSigned(total, 2);
    window.low[i] = mode == "SAME_UPPER" ? smaller : total - smaller;
    window.high[i] = total - window.low[i];
  }
  return success();
}

static FailureOr<TransposedWindow> readWindow(NodeImporter &node) {
  ArrayRef<int64_t> input = node.shape(0), filter = node.shape(1);
  int64_t groups = node.getInt("group", 1);
  if (input.size() < 3 || input.size() != filter.size() ||
      llvm::is_contained(input, 0) || llvm::is_contained(filter, 0) ||
      groups < 1 || filter[0] != input[1] || filter[0] % groups != 0)
    return node.error() << "input of shape " << describeShape(input)
                        << " and filter of shape " << describeShape(filter)
                        << " in " << groups << " groups do not fit";
  size_t spatial = input.size() - 2;
  TransposedWindow window;
  window.kernel.assign(filter.begin() + 2, filter.end());
  auto strides = readList(node, "strides", spatial, 1, 1);
  auto dilations = readList(node, "dilations", spatial, 1, 1);
  auto padding = readList(node, "output_padding", spatial, 0, 0);
  if (failed(strides) || failed(dilations) || failed(padding))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;
  window.outputPadding = *padding;
  if (failed(readPads(node, window)))
    return failure();
  return window;
}

/// [C, M / groups, kernel...] as the filter of a convolution that goes the
/// other way: [M, kernel..., C / groups], and each kernel axis backwards.
static Value createFilter(NodeImporter &node, Composer &c, int64_t groups) {
  ArrayRef<int64_t> shape = node.shape(1);
  int64_t rank = shape.size();
  Ints split{groups, shape[0] / groups}, perm{0, 2}, joined{groups * shape[1]};
  llvm::append_range(split, shape.drop_front());
  llvm::append_range(perm, llvm::seq<int64_t>(3, rank + 1));
  perm.push_back(1);
  llvm::append_range(joined, shape.drop_front(2));
  joined.push_back(shape[0] / groups);
  Value filter = c.reshape(node.operand(1), split);
  filter = c.reshape(c.transpose(filter, perm), joined);
  for (int64_t axis = 1; axis != rank - 1; ++axis)
    if (joined[axis] != 1)
      filter = c.slice(filter, axis, joined[axis] - 1, joined[axis], -1);
  return filter;
}

/// Puts stride - 1 zeros after each element of every spatial axis of
/// [N, spatial..., C].
static Value spread(Composer &c, Value value, ArrayRef<int64_t> strides) {
  for (auto [index, stride] : llvm::enumerate(strides)) {
    if (stride == 1 || !value)
      continue;
    int64_t axis = index + 1;
    Ints joined(c.shape(value)), low(joined.size() + 1, 0), high = low;
    joined[axis] *= stride;
    high[axis + 1] = stride - 1;
    value = c.pad(c.unsqueeze(value, axis + 1), low, high, 0);
    value = c.reshape(value, joined);
  }
  return value;
}

static Value createConv(NodeImporter &node, Value x, Value filter, Value bias,
                        int64_t groups, ArrayRef<int64_t> dilations) {
  if (!x || !filter || !bias)
    return {};
  Ints ones(dilations.size(), 1), zeros(2 * dilations.size(), 0);
  auto conv = node.create<edge::ConvOp>(x, filter, bias, ones, zeros, dilations,
                                        groups, FloatAttr(), FloatAttr());
  return failed(conv) ? Value() : node.toChannelsFirst(*conv);
}

/// A convolution with the mirrored filter of an image between whose elements
/// zeros stand.
LogicalResult importer::importConvTranspose(NodeImporter &node) {
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (node.has(index) && failed(node.requireFloat(index)))
      return failure();
  FailureOr<TransposedWindow> window = readWindow(node);
  if (failed(window))
    return failure();
  Composer c(node);
  int64_t rank = node.rank(0), groups = node.getInt("group", 1);
  Ints low(rank, 0), high(rank, 0);
  for (int64_t i = 0; i != rank - 2; ++i) {
    int64_t reach = (window->kernel[i] - 1) * window->dilations[i];
    low[i + 1] = reach - window->low[i];
    high[i + 1] = reach - window->high[i] + window->outputPadding[i] -
                  (window->strides[i] - 1);
  }
  Value x = spread(c, node.toChannelsLast(node.operand(0)), window->strides);
  if (!x)
    return failure();
  for (int64_t axis = 0; axis != rank; ++axis)
    if (c.size(x, axis) + std::min<int64_t>(low[axis], 0) +
            std::min<int64_t>(high[axis], 0) <
        1)
      return node.error() << "the pads leave nothing of the result";
  int64_t outputs = node.shape(1)[1] * groups;
  Value bias = node.has(2) ? node.operand(2)
                           : c.splat({outputs}, node.builder.getF32Type(), 0);
  return c.finish(createConv(node, c.pad(x, low, high, 0),
                             createFilter(node, c, groups), bias, groups,
                             window->dilations));
}

/// A depthwise convolution along time that sees what came before; the last
/// columns go out to come back as the past of the next call.
LogicalResult importer::importCausalConvWithState(NodeImporter &node) {
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (node.has(index) && failed(node.requireFloat(index)))
      return failure();
  ArrayRef<int64_t> input = node.shape(0), filter = node.shape(1);
  if (input.size() != 3 || filter.size() != 3 || filter[0] != input[1] ||
      filter[1] != 1 || filter[2] < 1)
    return node.error() << "input of shape " << describeShape(input)
                        << " and filter of shape " << describeShape(filter)
                        << " do not fit";
  std::string activation = node.getString("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    return node.unsupported("activation '" + activation +
                            "'; supported are none, silu, swish");
  Composer c(node);
  Type f32 = node.builder.getF32Type();
  int64_t channels = input[1], past = filter[2] - 1;
  Value x = node.operand(0);
  if (past != 0) {
    Value before = node.has(3) ? node.operand(3)
                               : c.splat({input[0], channels, past}, f32, 0);
    x = c.concat({before, x}, 2);
  }
  if (!x)
    return failure();
  Value bias = node.has(2) ? node.operand(2) : c.splat({channels}, f32, 0);
  Value y =
      createConv(node, node.toChannelsLast(x),
                 node.toChannelsLast(node.operand(1)), bias, channels, {1});
  if (activation != "none")
    y = c.map(y, [](ScalarBuilder &s, ValueRange v) {
      return s.mul(v[0], s.sigmoid(v[0]));
    });
  if (failed(c.finish(0, y)))
    return failure();
  return c.finish(1, c.slice(x, 2, c.size(x, 2) - past, past));
}
