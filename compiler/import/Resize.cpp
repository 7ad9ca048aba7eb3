//===- Resize.cpp - Resize, Upsample ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Interpolation is separable: axis by axis, an element of the result is a
// weighted sum of a few neighbours. Their positions and weights are known here,
// so that nothing but gathers and one sum per axis are left.

#include "Composer.h"
#include "OperatorTable.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

namespace {
/// How one axis is resized.
struct Axis {
  int64_t axis, input, output;
  double scale;
  double roiStart = 0, roiEnd = 1;
};

/// The elements that make up the results along an axis:
/// `indices[tap][position]` with `weights[tap][position]`.
struct Taps {
  std::vector<std::vector<int64_t>> indices;
  std::vector<std::vector<float>> weights;
  std::vector<bool> outside; // tf_crop_and_resize: beyond the input
};

class ResizeImporter {
public:
  explicit ResizeImporter(NodeImporter &node) : node(node), c(node) {}
  LogicalResult run();

private:
  LogicalResult readAxes();
  LogicalResult readScales(ArrayRef<int64_t> axes);
  LogicalResult readSizes(ArrayRef<int64_t> axes);
  LogicalResult readRegion(ArrayRef<int64_t> axes);
  double getPosition(const Axis &axis, int64_t at) const;
  std::vector<double> getWeights(const Axis &axis, double ratio) const;
  Taps getTaps(const Axis &axis) const;
  Value resize(Value value, const Axis &axis);

  NodeImporter &node;
  Composer c;
  std::string mode, transformation, nearest;
  bool antialias = false;
  SmallVector<Axis> plan;
};
} // namespace

//===----------------------------------------------------------------------===//
// Attributes and operands
//===----------------------------------------------------------------------===//

LogicalResult ResizeImporter::readScales(ArrayRef<int64_t> axes) {
  unsigned index = node.opset < 11 ? 1 : 2;
  if (!node.has(index))
    return node.error() << "has no scales";
  FailureOr<reference::Tensor> scales = node.requireConstant(index, "scales");
  if (failed(scales))
    return failure();
  ArrayRef<float> values = std::as_const(*scales).getData<float>();
  if (!scales->getElementType().isF32() || values.size() != axes.size())
    return node.error() << "needs " << axes.size() << " scales, found "
                        << values.size();
  for (auto [axis, scale] : llvm::zip_equal(axes, values)) {
    int64_t input = node.shape(0)[axis];
    double output = std::floor(double(input) * scale);
    if (!(scale > 0) || !(output <= double(kMaxElements)))
      return node.error() << "cannot scale axis " << axis << " by " << scale;
    plan.push_back({axis, input, int64_t(output), scale});
  }
  return success();
}

LogicalResult ResizeImporter::readSizes(ArrayRef<int64_t> axes) {
  FailureOr<SmallVector<int64_t>> sizes = node.requireInts(3, "sizes");
  if (failed(sizes))
    return failure();
  if (sizes->size() != axes.size() ||
      llvm::any_of(*sizes, [](int64_t s) { return s < 0 || s > kMaxElements; }))
    return node.error() << "cannot resize " << axes.size() << " axes to "
                        << describeShape(*sizes);
  for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
    int64_t input = node.shape(0)[axis];
    plan.push_back({axis, input, size, double(size) / double(input)});
  }
  std::string policy = node.getString("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || plan.empty())
    return success();
  auto less = [](const Axis &a, const Axis &b) { return a.scale < b.scale; };
  double scale = (policy == "not_larger" ? llvm::min_element(plan, less)
                                         : llvm::max_element(plan, less))
                     ->scale;
  for (Axis &axis : plan) {
    axis.scale = scale;
    axis.output = int64_t(scale * double(axis.input) + 0.5);
  }
  return success();
}

LogicalResult ResizeImporter::readRegion(ArrayRef<int64_t> axes) {
  if (!node.has(1))
    return node.error() << "has no roi";
  FailureOr<reference::Tensor> roi = node.requireConstant(1, "roi");
  if (failed(roi))
    return failure();
  ArrayRef<float> values = std::as_const(*roi).getData<float>();
  if (!roi->getElementType().isF32() || values.size() != 2 * axes.size())
    return node.error() << "needs a roi of " << 2 * axes.size()
                        << " numbers, found " << values.size();
  for (auto [index, axis] : llvm::enumerate(plan)) {
    axis.roiStart = values[index];
    axis.roiEnd = values[axes.size() + index];
  }
  return success();
}

LogicalResult ResizeImporter::readAxes() {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(0)));
  if (auto given = node.getInts("axes")) {
    axes.clear();
    for (int64_t axis : *given) {
      FailureOr<int64_t> normal = node.normalizeAxis(axis, node.rank(0));
      if (failed(normal))
        return failure();
      axes.push_back(*normal);
    }
  }
  auto isGiven = [&](unsigned index) {
    return node.has(index) && node.type(index).getNumElements() != 0;
  };
  if (node.opset < 11 || isGiven(2)) {
    if (failed(readScales(axes)))
      return failure();
  } else if (!isGiven(3)) {
    return node.error() << "has no scales and no sizes";
  } else if (failed(readSizes(axes))) {
    return failure();
  }
  return transformation == "tf_crop_and_resize" ? readRegion(axes) : success();
}

//===----------------------------------------------------------------------===//
// Where an element comes from
//===----------------------------------------------------------------------===//

/// The position in the input that a position in the result stands for.
double ResizeImporter::getPosition(const Axis &axis, int64_t at) const {
  double x = double(at), input = double(axis.input);
  double output = axis.scale * input;
  if (transformation == "align_corners")
    return output == 1 ? 0 : x * (input - 1) / (output - 1);
  if (transformation == "asymmetric")
    return x / axis.scale;
  if (transformation == "tf_crop_and_resize") {
    double extent = (axis.roiEnd - axis.roiStart) * (input - 1);
    double inside = output == 1 ? extent / 2 : x * extent / (output - 1);
    return inside + axis.roiStart * (input - 1);
  }
  if (transformation == "pytorch_half_pixel" && output == 1)
    return -0.5;
  double half = (x + 0.5) / axis.scale - 0.5;
  if (transformation == "half_pixel_symmetric")
    half += input / 2 * (1 - double(axis.output) / output);
  return half;
}

static double getCubicWeight(double distance, double a) {
  double x = std::fabs(distance);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// The weights of the elements around a position that lies `ratio`, in (0, 1],
/// after an element. Antialiasing widens the kernel when the image shrinks.
std::vector<double> ResizeImporter::getWeights(const Axis &axis,
                                               double ratio) const {
  if (mode == "nearest") {
    bool upper = nearest == "ceil" || ratio == 1 ||
                 (nearest == "round_prefer_floor" && ratio > 0.5) ||
                 (nearest == "round_prefer_ceil" && ratio >= 0.5);
    return {upper ? 0.0 : 1.0, upper ? 1.0 : 0.0};
  }
  double a = node.getFloat("cubic_coeff_a", -0.75f);
  double radius = mode == "cubic" ? 2 : 1;
  double shrink = antialias ? std::min(axis.scale, 1.0) : 1.0;
  int64_t first = int64_t(std::floor(-radius / shrink)) + 1;
  std::vector<double> weights;
  double sum = 0;
  for (int64_t i = first; i < 2 - first; ++i) {
    double distance = shrink * (double(i) - ratio);
    double weight = mode == "cubic" ? getCubicWeight(distance, a)
                                    : std::max(1 - std::fabs(distance), 0.0);
    weights.push_back(weight);
    sum += weight;
  }
  for (double &weight : weights)
    weight /= sum;
  return weights;
}

Taps ResizeImporter::getTaps(const Axis &axis) const {
  Taps taps;
  bool excludes = node.getInt("exclude_outside", 0) != 0;
  for (int64_t at = 0; at != axis.output; ++at) {
    double position = getPosition(axis, at);
    // The element before the position, and never the one at it.
    int64_t before = int64_t(std::ceil(position)) - 1;
    std::vector<double> weights = getWeights(axis, position - double(before));
    taps.indices.resize(weights.size());
    taps.weights.resize(weights.size());
    int64_t first = before + 1 - int64_t(weights.size()) / 2;
    double sum = 0;
    for (auto [tap, weight] : llvm::enumerate(weights)) {
      int64_t index = first + int64_t(tap);
      if (excludes && (index < 0 || index >= axis.input))
        weight = 0;
      sum += weight;
    }
    for (auto [tap, weight] : llvm::enumerate(weights)) {
      int64_t index = first + int64_t(tap);
      taps.indices[tap].push_back(
          std::clamp<int64_t>(index, 0, axis.input - 1));
      taps.weights[tap].push_back(float(excludes ? weight / sum : weight));
    }
    taps.outside.push_back(transformation == "tf_crop_and_resize" &&
                           (position < 0 || position > double(axis.input - 1)));
  }
  return taps;
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

Value ResizeImporter::resize(Value value, const Axis &axis) {
  Taps taps = getTaps(axis);
  SmallVector<int64_t> along(node.rank(0), 1);
  along[axis.axis] = axis.output;
  Value result;
  if (mode == "nearest") {
    std::vector<int64_t> indices;
    for (int64_t at = 0; at != axis.output; ++at)
      indices.push_back(taps.indices[taps.weights[1][at] != 0][at]);
    result = c.gather(value, indices, axis.axis);
  } else {
    std::vector<int64_t> indices;
    std::vector<float> weights;
    for (auto [from, of] : llvm::zip_equal(taps.indices, taps.weights)) {
      if (llvm::all_of(of, [](float weight) { return weight == 0; }))
        continue;
      llvm::append_range(indices, from);
      llvm::append_range(weights, of);
    }
    result = c.resample(value, axis.axis, axis.output, indices, weights);
  }
  if (!llvm::is_contained(taps.outside, true))
    return result;
  SmallVector<bool> outside(taps.outside.begin(), taps.outside.end());
  Value other = c.splat({}, c.type(value).getElementType(),
                        node.getFloat("extrapolation_value", 0.0f));
  return c.select(c.bools(along, outside), other, result);
}

LogicalResult ResizeImporter::run() {
  mode = node.getString("mode", "nearest");
  transformation =
      node.getString("coordinate_transformation_mode",
                     node.opset < 11 ? "asymmetric" : "half_pixel");
  nearest = node.getString("nearest_mode",
                           node.opset < 11 ? "floor" : "round_prefer_floor");
  antialias = node.getInt("antialias", 0) != 0;
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    return node.unsupported("mode '" + mode +
                            "'; supported are nearest, linear, cubic");
  if (mode != "nearest" && failed(node.requireFloat(0)))
    return failure();
  if (llvm::is_contained(node.shape(0), 0))
    return node.error() << "input of shape " << describeShape(node.shape(0))
                        << " is empty";
  if (failed(readAxes()))
    return failure();
  Value value = node.operand(0);
  for (const Axis &axis : plan) {
    bool whole = axis.roiStart == 0 && axis.roiEnd == 1;
    if (axis.output == axis.input && axis.scale == 1 && whole)
      continue;
    if (value)
      value = resize(value, axis);
  }
  return c.finish(value);
}

LogicalResult importer::importResize(NodeImporter &node) {
  return ResizeImporter(node).run();
}
