//===- Sampling.cpp - GridSample, AffineGrid ---===//
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

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

namespace {
enum class Padding { Zeros, Border, Reflection };

/// Takes samples of an image [N, C, spatial...] at computed positions: for each
/// combination of neighbours along the axes, a gather of all channels and a
/// weight.
class GridSampler {
public:
  explicit GridSampler(NodeImporter &node) : node(node), c(node) {}
  LogicalResult run();

private:
  /// A neighbour along an axis: its position, i64, and its weight.
  struct Tap {
    Value position, weight;
  };
  LogicalResult readAttributes();
  Value getPosition(int64_t axis);
  Value reflect(Value position, int64_t size);
  SmallVector<Tap> getTaps(int64_t axis);
  void addSamples(ArrayRef<SmallVector<Tap>> taps, ArrayRef<Tap> chosen);

  NodeImporter &node;
  Composer c;
  int64_t spatial = 0;
  std::string mode;
  Padding padding = Padding::Zeros;
  bool aligned = false;
  Value image, sum;
};
} // namespace

LogicalResult GridSampler::readAttributes() {
  spatial = node.rank(0) - 2;
  bool fits = spatial >= 1 && node.rank(1) == node.rank(0) &&
              node.shape(1).back() == spatial &&
              node.shape(0)[0] == node.shape(1)[0] &&
              !llvm::is_contained(node.shape(0), 0);
  if (!fits)
    return node.error() << "grid of shape " << describeShape(node.shape(1))
                        << " does not fit an image of shape "
                        << describeShape(node.shape(0));
  mode = node.getString("mode", "linear");
  if (mode == "bilinear" || mode == "bicubic")
    mode = mode.substr(2);
  if (mode != "linear" && mode != "nearest" && mode != "cubic")
    return node.unsupported("mode '" + mode +
                            "'; supported are nearest, linear, cubic");
  std::string name = node.getString("padding_mode", "zeros");
  if (name != "zeros" && name != "border" && name != "reflection")
    return node.error() << "attribute 'padding_mode' is '" << name
                        << "'; it has to be zeros, border or reflection";
  padding = name == "zeros"    ? Padding::Zeros
            : name == "border" ? Padding::Border
                               : Padding::Reflection;
  aligned = node.getInt("align_corners", 0) != 0;
  return success();
}

/// Mirrors positions at the ends of the image: at the outermost elements if
/// corners are aligned, else half an element further.
Value GridSampler::reflect(Value position, int64_t size) {
  double low = aligned ? 0 : -0.5, high = double(size) - (aligned ? 1 : 0.5);
  double range = high - low;
  return c.map(position, [&](ScalarBuilder &s, ValueRange v) {
    if (range <= 0)
      return s.constant(0, v[0]);
    Value one = s.constant(range, v[0]);
    Value start = s.constant(low, v[0]);
    Value distance = s.abs(s.sub(v[0], start));
    Value flips = s.make<math::FloorOp>(s.div(distance, one));
    Value rest = s.sub(distance, s.mul(flips, one));
    Value half = s.div(flips, s.constant(2, flips));
    Value isEven = s.equal(half, s.make<math::FloorOp>(half));
    return s.add(s.select(isEven, rest, s.sub(one, rest)), start);
  });
}

/// Where the samples lie along an axis, in elements; the grid's last axis
/// starts with the position along the image's last axis.
Value GridSampler::getPosition(int64_t axis) {
  int64_t size = node.shape(0)[2 + axis], last = node.rank(1) - 1;
  Value grid = c.slice(node.operand(1), last, spatial - 1 - axis, 1);
  grid = c.reshape(grid, node.shape(1).drop_back());
  return c.map(grid, [&](ScalarBuilder &s, ValueRange v) {
    Value shifted = s.add(v[0], s.constant(1, v[0]));
    double factor = double(aligned ? size - 1 : size) / 2;
    Value scaled = s.mul(shifted, s.constant(factor, v[0]));
    return aligned ? scaled : s.sub(scaled, s.constant(0.5, v[0]));
  });
}

/// The weight of a neighbour at a distance, by Keys' cubic with a = -0.75.
static Value cubicWeight(ScalarBuilder &s, Value distance) {
  Value x = s.abs(distance);
  auto polynomial = [&](std::initializer_list<double> coefficients) {
    Value sum;
    for (double coefficient : coefficients) {
      Value constant = s.constant(coefficient, x);
      sum = sum ? s.add(s.mul(sum, x), constant) : constant;
    }
    return sum;
  };
  constexpr double a = -0.75;
  Value near = polynomial({a + 2, -(a + 3), 0, 1});
  Value far = polynomial({a, -5 * a, 8 * a, -4 * a});
  return s.select(s.lessOrEqual(x, s.constant(1, x)), near, far);
}

SmallVector<GridSampler::Tap> GridSampler::getTaps(int64_t axis) {
  int64_t size = node.shape(0)[2 + axis];
  Value exact = getPosition(axis);
  bool cubic = mode == "cubic", nearest = mode == "nearest";
  if (nearest)
    exact = c.map(exact, [](ScalarBuilder &s, ValueRange v) {
      return s.make<math::RoundEvenOp>(v[0]);
    });
  auto confine = [&](Value position) {
    if (padding == Padding::Reflection)
      position = reflect(position, size);
    return c.map(position, [&](ScalarBuilder &s, ValueRange v) {
      return s.clamp(v[0], 0, double(size - 1));
    });
  };
  // Linear interpolation is between elements around the confined position;
  // cubic interpolation confines each of its neighbours.
  if (!cubic && padding != Padding::Zeros)
    exact = confine(exact);
  Value floor = c.map(exact, [](ScalarBuilder &s, ValueRange v) {
    return s.make<math::FloorOp>(v[0]);
  });
  SmallVector<Tap> taps;
  int64_t first = cubic ? -1 : 0, end = cubic ? 3 : nearest ? 1 : 2;
  for (int64_t tap = first; tap != end; ++tap) {
    Value place = c.add(floor, double(tap));
    Value weight = c.map({exact, place}, [&](ScalarBuilder &s, ValueRange v) {
      Value distance = s.sub(v[0], v[1]);
      if (nearest)
        return s.constant(1, distance);
      return cubic ? cubicWeight(s, distance)
                   : s.sub(s.constant(1, distance), s.abs(distance));
    });
    if (padding == Padding::Zeros)
      weight = c.map({place, weight}, [&](ScalarBuilder &s, ValueRange v) {
        Value inside = s.make<arith::AndIOp>(
            s.lessOrEqual(s.constant(0, v[0]), v[0]),
            s.lessOrEqual(v[0], s.constant(double(size - 1), v[0])));
        return s.select(inside, v[1], s.constant(0, v[1]));
      });
    else if (cubic)
      place = confine(place);
    place = c.map(place, [&](ScalarBuilder &s, ValueRange v) {
      return s.clamp(v[0], 0, double(size - 1));
    });
    taps.push_back({c.cast(place, node.builder.getI64Type()), weight});
  }
  return taps;
}

void GridSampler::addSamples(ArrayRef<SmallVector<Tap>> taps,
                             ArrayRef<Tap> chosen) {
  if (chosen.size() != taps.size()) {
    for (const Tap &tap : taps[chosen.size()]) {
      SmallVector<Tap> more(chosen);
      more.push_back(tap);
      addSamples(taps, more);
    }
    return;
  }
  int64_t stride = 1, gridRank = node.rank(1) - 1;
  Value places, weight;
  for (int64_t axis = spatial; axis-- != 0;) {
    Value part = c.mul(chosen[axis].position, double(stride));
    places = places ? c.add(places, part) : part;
    weight = weight ? c.mul(weight, chosen[axis].weight) : chosen[axis].weight;
    stride *= node.shape(0)[2 + axis];
  }
  places = c.add(places, c.iota(node.shape(0)[0], gridRank, 0, stride));
  Value samples = c.gather(image, places, 0);
  if (!weight || !samples)
    return;
  samples = c.mul(samples, c.unsqueeze(weight, gridRank));
  sum = sum ? c.add(sum, samples) : samples;
}

LogicalResult GridSampler::run() {
  if (failed(node.requireFloat(0)) || failed(node.requireFloat(1)) ||
      failed(readAttributes()))
    return failure();
  int64_t channels = node.shape(0)[1];
  image = c.reshape(node.toChannelsLast(node.operand(0)),
                    {node.type(0).getNumElements() / channels, channels});
  SmallVector<SmallVector<Tap>> taps;
  for (int64_t axis = 0; axis != spatial; ++axis)
    taps.push_back(getTaps(axis));
  addSamples(taps, {});
  return c.finish(sum ? node.toChannelsFirst(sum) : sum);
}

LogicalResult importer::importGridSample(NodeImporter &node) {
  return GridSampler(node).run();
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

/// theta [N, D, D + 1] times the positions of the elements of an image, each
/// in [-1, 1].
LogicalResult importer::importAffineGrid(NodeImporter &node) {
  auto size = node.requireInts(1, "size");
  if (failed(size) || failed(node.requireFloat(0)))
    return failure();
  int64_t spatial = int64_t(size->size()) - 2;
  if (spatial < 2 || spatial > 3 || !countElements(*size) ||
      node.shape(0) != ArrayRef<int64_t>{(*size)[0], spatial, spatial + 1})
    return node.error() << "theta of shape " << describeShape(node.shape(0))
                        << " does not fit a size of " << describeShape(*size);
  bool aligned = node.getInt("align_corners", 0) != 0;
  ArrayRef<int64_t> extents = ArrayRef<int64_t>(*size).drop_front(2);
  int64_t count = 1;
  for (int64_t extent : extents)
    count *= extent;
  SmallVector<float> positions;
  for (int64_t at = 0; at != count; ++at) {
    int64_t rest = at;
    for (int64_t axis = spatial; axis-- != 0; rest /= extents[axis]) {
      double steps = double(extents[axis]), i = double(rest % extents[axis]);
      double aligned0 = steps == 1 ? 0 : 2 * i / (steps - 1) - 1;
      positions.push_back(float(aligned ? aligned0 : (2 * i + 1) / steps - 1));
    }
    positions.push_back(1);
  }
  Composer c(node);
  Value grid = c.matmul(c.floats({count, spatial + 1}, positions),
                        c.transpose(node.operand(0), {0, 2, 1}));
  SmallVector<int64_t> shape{(*size)[0]};
  llvm::append_range(shape, extents);
  shape.push_back(spatial);
  return c.finish(c.reshape(grid, shape));
}
