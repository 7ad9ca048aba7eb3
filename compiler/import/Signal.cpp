//===- Signal.cpp - Fourier transforms, windows, running sums -------------===//
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

static constexpr double kTwoPi = 6.283185307179586;

//===----------------------------------------------------------------------===//
// DFT, STFT
//===----------------------------------------------------------------------===//

namespace {
/// A discrete Fourier transform of `length` elements as a matrix product.
struct Transform {
  int64_t length;
  bool inverse, onesided;
};
} // namespace

/// cos and sin of the angles between time and frequency, [inputs, outputs]. The
/// frequencies that a one-sided spectrum leaves out are those that are there,
/// mirrored; so each counts twice but the first and the one in the middle.
static Value getMatrix(Composer &c, const Transform &transform, int64_t inputs,
                       int64_t outputs, bool sine) {
  SmallVector<float> values;
  int64_t n = transform.length;
  for (int64_t in = 0; in != inputs; ++in)
    for (int64_t out = 0; out != outputs; ++out) {
      double angle = kTwoPi * double(in * out % n) / double(n);
      double value = sine ? std::sin(angle) : std::cos(angle);
      if (transform.inverse) {
        bool twice = transform.onesided && in != 0 && 2 * in != n;
        value *= (twice ? 2.0 : 1.0) / double(n);
      }
      values.push_back(float(value));
    }
  return c.floats({inputs, outputs}, values);
}

/// Transforms [..., n, 1 or 2] along the axis before the last, which holds real
/// and imaginary part.
static Value createTransform(Composer &c, Value x, const Transform &transform) {
  if (!x)
    return x;
  int64_t rank = c.rank(x), n = transform.length, half = n / 2 + 1;
  bool halfIn = transform.onesided && transform.inverse;
  int64_t inputs = halfIn ? half : n;
  int64_t outputs = transform.onesided && !transform.inverse ? half : n;
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  high[rank - 2] = inputs - c.size(x, rank - 2);
  x = c.pad(x, low, high, 0);
  Value parts[2];
  for (int64_t part = 0; part != c.size(x, rank - 1); ++part) {
    SmallVector<int64_t> flat(c.shape(x).drop_back());
    parts[part] = c.reshape(c.slice(x, rank - 1, part, 1), flat);
  }
  Value cosine = getMatrix(c, transform, inputs, outputs, false);
  Value sine = getMatrix(c, transform, inputs, outputs, true);
  // e^-ia = cos a - i sin a forward, its conjugate backward.
  Value real = c.matmul(parts[0], cosine);
  Value imaginary =
      c.matmul(parts[0], transform.inverse ? sine : c.mul(sine, -1));
  if (parts[1]) {
    Value cross = c.matmul(parts[1], sine);
    real = transform.inverse ? c.sub(real, cross) : c.add(real, cross);
    imaginary = c.add(imaginary, c.matmul(parts[1], cosine));
  }
  real = c.unsqueeze(real, rank - 1);
  if (halfIn)
    return real;
  return c.concat({real, c.unsqueeze(imaginary, rank - 1)}, rank - 1);
}

static LogicalResult requireLength(NodeImporter &node, int64_t length) {
  constexpr int64_t kMaxLength = 4096; // the matrix has its square
  if (length >= 1 && length <= kMaxLength)
    return success();
  return node.unsupported("a transform of " + Twine(length) +
                          " elements; supported are 1 to " + Twine(kMaxLength));
}

LogicalResult importer::importDFT(NodeImporter &node) {
  int64_t rank = node.rank(0), given = node.getInt("axis", 1);
  if (node.opset >= 20) {
    given = -2;
    if (node.has(2)) {
      FailureOr<double> operand = node.requireScalar(2, "axis");
      if (failed(operand))
        return failure();
      given = int64_t(*operand);
    }
  }
  FailureOr<int64_t> axis = node.normalizeAxis(given, rank);
  if (failed(axis) || failed(node.requireFloat(0)))
    return failure();
  int64_t parts = rank == 0 ? 0 : node.shape(0).back();
  if (rank < 2 || *axis == rank - 1 || parts < 1 || parts > 2)
    return node.error() << "needs an input [..., 1 or 2] and another axis than "
                           "the last, found shape "
                        << describeShape(node.shape(0));
  Transform transform{node.shape(0)[*axis], node.getInt("inverse", 0) != 0,
                      node.getInt("onesided", 0) != 0};
  if (transform.inverse && transform.onesided)
    transform.length = 2 * (transform.length - 1);
  if (node.has(1)) {
    FailureOr<double> length = node.requireScalar(1, "dft_length");
    if (failed(length))
      return failure();
    transform.length = int64_t(*length);
  }
  if (failed(requireLength(node, transform.length)))
    return failure();
  Composer c(node);
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[*axis], perm[rank - 2]);
  Value x = c.transpose(node.operand(0), perm);
  return c.finish(c.transpose(createTransform(c, x, transform), perm));
}

/// Frames of the signal, each times the window, transformed.
LogicalResult importer::importSTFT(NodeImporter &node) {
  FailureOr<double> step = node.requireScalar(1, "frame_step");
  if (failed(step) || failed(node.requireFloat(0)))
    return failure();
  if (node.rank(0) == 2 || node.rank(0) != 3)
    return node.requireRank(0, 3);
  int64_t batch = node.shape(0)[0], samples = node.shape(0)[1];
  int64_t parts = node.shape(0)[2];
  int64_t length = node.has(2) ? node.type(2).getNumElements() : samples;
  if (node.has(3)) {
    FailureOr<double> operand = node.requireScalar(3, "frame_length");
    if (failed(operand))
      return failure();
    length = int64_t(*operand);
  }
  if (failed(requireLength(node, length)))
    return failure();
  if (!(*step >= 1) || length > samples || parts < 1 || parts > 2 ||
      (node.has(2) && node.type(2).getNumElements() != length))
    return node.error() << "cannot cut frames of " << length << " elements in "
                        << "steps of " << *step << " from a signal of shape "
                        << describeShape(node.shape(0));
  Composer c(node);
  int64_t frames = 1 + (samples - length) / int64_t(*step);
  SmallVector<int64_t> places;
  for (int64_t frame = 0; frame != frames; ++frame)
    for (int64_t i = 0; i != length; ++i)
      places.push_back(frame * int64_t(*step) + i);
  Value x = c.gather(node.operand(0), c.ints({frames * length}, places), 1);
  x = c.reshape(x, {batch, frames, length, parts});
  if (node.has(2))
    x = c.mul(x, c.reshape(node.operand(2), {length, 1}));
  Transform transform{length, false, node.getInt("onesided", 1) != 0};
  return c.finish(createTransform(c, x, transform));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Sums of cosines: a0 + a1 cos(2 pi i / n) + a2 cos(4 pi i / n).
static LogicalResult importWindow(NodeImporter &node, double a0, double a1,
                                  double a2) {
  int32_t onnxType = int32_t(node.getInt("output_datatype", 1));
  Type type = getElementType(node.builder.getContext(), onnxType);
  if (!type || !type.isF32())
    return node.unsupported("output_datatype " + getTypeName(onnxType) +
                            ", supported is float");
  FailureOr<double> size = node.requireScalar(0, "size");
  if (failed(size))
    return failure();
  if (!(*size >= 1 && *size <= 1 << 24))
    return node.error() << "cannot make a window of " << *size << " elements";
  bool periodic = node.getInt("periodic", 1) != 0;
  double period = periodic ? *size : *size - 1;
  SmallVector<float> values;
  for (int64_t i = 0; i != int64_t(*size); ++i) {
    double angle = kTwoPi * double(i) / period;
    values.push_back(
        float(a0 + a1 * std::cos(angle) + a2 * std::cos(2 * angle)));
  }
  Composer c(node);
  return c.finish(c.floats({int64_t(*size)}, values));
}

LogicalResult importer::importHannWindow(NodeImporter &node) {
  return importWindow(node, 0.5, -0.5, 0);
}
LogicalResult importer::importHammingWindow(NodeImporter &node) {
  return importWindow(node, 25.0 / 46, -21.0 / 46, 0);
}
LogicalResult importer::importBlackmanWindow(NodeImporter &node) {
  return importWindow(node, 0.42, -0.5, 0.08);
}

//===----------------------------------------------------------------------===//
// CumSum, CumProd
//===----------------------------------------------------------------------===//

/// Combines each element with the one 1, 2, 4, ... before it, which takes
/// log2(n) steps.
static LogicalResult importCumulative(NodeImporter &node, bool product) {
  FailureOr<double> given = node.requireScalar(1, "axis");
  if (failed(given))
    return failure();
  FailureOr<int64_t> axis = node.normalizeAxis(int64_t(*given), node.rank(0));
  if (failed(axis))
    return failure();
  Composer c(node);
  bool reverse = node.getInt("reverse", 0) != 0;
  auto shift = [&](Value value, int64_t distance) {
    SmallVector<int64_t> low(node.rank(0), 0), high(node.rank(0), 0);
    (reverse ? high : low)[*axis] = distance;
    (reverse ? low : high)[*axis] = -distance;
    return c.pad(value, low, high, product ? 1 : 0);
  };
  Value value = node.operand(0);
  int64_t size = node.shape(0)[*axis];
  if (node.getInt("exclusive", 0) != 0 && size != 0)
    value = shift(value, 1);
  for (int64_t distance = 1; distance < size; distance *= 2) {
    Value before = shift(value, distance);
    value = product ? c.mul(value, before) : c.add(value, before);
  }
  return c.finish(value);
}

LogicalResult importer::importCumSum(NodeImporter &node) {
  return importCumulative(node, false);
}
LogicalResult importer::importCumProd(NodeImporter &node) {
  return importCumulative(node, true);
}
