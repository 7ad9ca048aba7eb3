//===- Convolution.cpp - Conv ---------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"
#include "Permute.h"
#include "Window.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// Operand shapes in ONNX's own layout, so that messages show what the model
/// has: x [N, C, ...], w [O, C / groups, ...], b [O].
static LogicalResult checkShapes(NodeImporter &node, int64_t groups) {
  ArrayRef<int64_t> input = node.shape(0), filter = node.shape(1);
  if (filter.size() < 3 || input.size() != filter.size())
    return node.error() << "input of shape " << describeShape(input)
                        << " and filter of shape " << describeShape(filter)
                        << " need the same number of axes, at least 3";
  if (llvm::is_contained(filter, 0) || llvm::is_contained(input, 0))
    return node.error() << "input of shape " << describeShape(input)
                        << " or filter of shape " << describeShape(filter)
                        << " is empty";
  if (groups < 1 || groups > kMaxElements || filter[0] % groups != 0 ||
      filter[1] * groups != input[1])
    return node.error() << "filter of shape " << describeShape(filter) << " in "
                        << groups << " groups does not fit the " << input[1]
                        << " channels of the input of shape "
                        << describeShape(input);
  if (node.has(2) && node.shape(2) != ArrayRef<int64_t>{filter[0]})
    return node.error() << "bias has shape " << describeShape(node.shape(2))
                        << ", but the filter has " << filter[0]
                        << " output channels";
  return success();
}

/// The filter as [O, kernel..., C / groups]. A constant one is put in order
/// here, so that no pass has to.
static FailureOr<Value> createFilter(NodeImporter &node) {
  std::optional<reference::Tensor> filter = node.constant(1);
  if (!filter)
    return node.toChannelsLast(node.operand(1));
  if (failed(node.requireFinite(*filter, "weights")))
    return failure();
  SmallVector<int64_t> perm{0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, filter->getRank()));
  perm.push_back(1);
  return node.createConstant(permute(*filter, perm));
}

LogicalResult importer::importConv(NodeImporter &node) {
  int64_t groups = node.getInt("group", 1);
  for (unsigned index = 0; index != node.getNumOperands(); ++index)
    if (node.has(index) && failed(node.requireFloat(index)))
      return failure();
  if (failed(checkShapes(node, groups)))
    return failure();
  FailureOr<Window> window = readWindow(node, node.shape(1).drop_front(2));
  if (failed(window))
    return failure();
  FailureOr<Value> filter = createFilter(node);
  if (failed(filter))
    return failure();
  Value bias = node.has(2)
                   ? node.operand(2)
                   : node.createSplat({node.shape(1)[0]},
                                      node.builder.getF32FloatAttr(0.0f));
  auto conv = node.create<edge::ConvOp>(
      node.toChannelsLast(node.operand(0)), *filter, bias, window->strides,
      window->pads, window->dilations, groups, FloatAttr(), FloatAttr());
  return failed(conv) ? failure() : node.setResult(node.toChannelsFirst(*conv));
}
