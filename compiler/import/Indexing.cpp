//===- Indexing.cpp - Gathers and scatters by element ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Gathers and scatters that ONNX has beside Gather: the place of an element in
// the flat data is computed from the indices, and the rest is edge.gather or
// edge.scatter along one axis.

#include "Composer.h"
#include "OperatorTable.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

static LogicalResult requireIndices(NodeImporter &node, unsigned operand) {
  Type type = node.type(operand).getElementType();
  if (type.isSignlessInteger(64) || type.isSignlessInteger(32))
    return success();
  return node.error() << "needs indices of type int64 or int32, found "
                      << getTypeName(type);
}

static LogicalResult requireSameRank(NodeImporter &node, unsigned operand) {
  if (node.rank(operand) == node.rank(0) && node.rank(0) != 0)
    return success();
  return node.error() << "data of shape " << describeShape(node.shape(0))
                      << " and operand " << operand << " of shape "
                      << describeShape(node.shape(operand))
                      << " need the same number of axes, at least 1";
}

/// Only along the axis may the indices go beyond the data.
static FailureOr<int64_t> checkElements(NodeImporter &node) {
  if (failed(requireIndices(node, 1)) || failed(requireSameRank(node, 1)))
    return failure();
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (failed(axis))
    return failure();
  for (int64_t other = 0; other != node.rank(0); ++other)
    if (other != *axis && node.shape(1)[other] > node.shape(0)[other])
      return node.error() << "indices of shape " << describeShape(node.shape(1))
                          << " are larger than the data of shape "
                          << describeShape(node.shape(0)) << " beside axis "
                          << *axis;
  return axis;
}

LogicalResult importer::importGatherElements(NodeImporter &node) {
  FailureOr<int64_t> axis = checkElements(node);
  if (failed(axis))
    return failure();
  Composer c(node);
  return c.finish(c.gatherElements(node.operand(0), node.operand(1), *axis));
}

static FailureOr<edge::ScatterKind> getScatterKind(NodeImporter &node) {
  std::string name = node.getString("reduction", "none");
  static constexpr std::pair<StringLiteral, edge::ScatterKind> kKinds[] = {
      {"none", edge::ScatterKind::Replace},
      {"add", edge::ScatterKind::Add},
      {"mul", edge::ScatterKind::Mul},
      {"max", edge::ScatterKind::Max},
      {"min", edge::ScatterKind::Min}};
  for (auto [known, kind] : kKinds)
    if (name == known)
      return kind;
  return node.error() << "attribute 'reduction' is '" << name
                      << "'; it has to be none, add, mul, max or min";
}

static LogicalResult requireUpdates(NodeImporter &node,
                                    ArrayRef<int64_t> shape) {
  if (node.shape(2) == shape &&
      node.type(2).getElementType() == node.type(0).getElementType())
    return success();
  return node.error() << "needs updates of the data's type and of shape "
                      << describeShape(shape) << ", found "
                      << describeShape(node.shape(2));
}

LogicalResult importer::importScatterElements(NodeImporter &node) {
  FailureOr<int64_t> axis = checkElements(node);
  FailureOr<edge::ScatterKind> kind = getScatterKind(node);
  if (failed(axis) || failed(kind) ||
      failed(requireUpdates(node, node.shape(1))))
    return failure();
  Composer c(node);
  int64_t count = product(node.shape(1));
  Value places =
      c.reshape(c.flatIndices(node.operand(1), *axis, node.shape(0)), {count});
  Value flat = c.reshape(node.operand(0), {product(node.shape(0))});
  Value result =
      c.scatter(flat, places, c.reshape(node.operand(2), {count}), *kind);
  return c.finish(c.reshape(result, node.shape(0)));
}

//===----------------------------------------------------------------------===//
// GatherND, ScatterND
//===----------------------------------------------------------------------===//

/// The last axis of operand 1 holds positions along the axes of the data after
/// the `batch` first ones. Returns where these are in data whose first
/// batch + depth axes are one: a tensor of the indices' other axes.
static Value getPlaces(NodeImporter &node, Composer &c, int64_t batch) {
  ArrayRef<int64_t> data = node.shape(0), shape = node.shape(1);
  int64_t depth = shape.back(), rank = shape.size() - 1;
  Value indices = c.cast(node.operand(1), node.builder.getI64Type());
  Value places;
  int64_t stride = 1;
  auto addPart = [&](Value part) {
    places = places ? c.add(places, part) : part;
  };
  for (int64_t i = depth - 1; i >= 0; --i) {
    int64_t size = data[batch + i];
    Value position = c.reshape(c.slice(indices, rank, i, 1), shape.drop_back());
    addPart(c.map(position, [&](ScalarBuilder &s, ValueRange v) {
      Value fromEnd = s.less(v[0], s.constant(0, v[0]));
      Value wrapped = s.add(v[0], s.constant(size, v[0]));
      return s.mul(s.select(fromEnd, wrapped, v[0]), s.constant(stride, v[0]));
    }));
    stride *= size;
  }
  for (int64_t i = batch - 1; i >= 0; --i) {
    if (data[i] != 1)
      addPart(c.iota(data[i], rank, i, stride));
    stride *= data[i];
  }
  return places;
}

static LogicalResult checkDepth(NodeImporter &node, int64_t batch) {
  if (failed(requireIndices(node, 1)))
    return failure();
  int64_t rank = node.rank(0), indexRank = node.rank(1);
  bool fits =
      rank != 0 && batch >= 0 && batch < indexRank && batch < rank &&
      node.shape(1).back() >= 1 && node.shape(1).back() + batch <= rank &&
      node.shape(1).take_front(batch) == node.shape(0).take_front(batch);
  if (fits)
    return success();
  return node.error() << "indices of shape " << describeShape(node.shape(1))
                      << " do not fit data of shape "
                      << describeShape(node.shape(0));
}

LogicalResult importer::importGatherND(NodeImporter &node) {
  int64_t batch = node.getInt("batch_dims", 0);
  if (failed(checkDepth(node, batch)))
    return failure();
  Composer c(node);
  int64_t joined = batch + node.shape(1).back();
  SmallVector<int64_t> flat{product(node.shape(0).take_front(joined))};
  llvm::append_range(flat, node.shape(0).drop_front(joined));
  return c.finish(
      c.gather(c.reshape(node.operand(0), flat), getPlaces(node, c, batch), 0));
}

LogicalResult importer::importScatterND(NodeImporter &node) {
  FailureOr<edge::ScatterKind> kind = getScatterKind(node);
  if (failed(kind) || failed(checkDepth(node, 0)))
    return failure();
  Composer c(node);
  int64_t joined = node.shape(1).back();
  SmallVector<int64_t> updates(node.shape(1).drop_back());
  llvm::append_range(updates, node.shape(0).drop_front(joined));
  if (failed(requireUpdates(node, updates)))
    return failure();
  SmallVector<int64_t> flat{product(node.shape(0).take_front(joined))};
  llvm::append_range(flat, node.shape(0).drop_front(joined));
  Value result = c.scatter(c.reshape(node.operand(0), flat),
                           getPlaces(node, c, 0), node.operand(2), *kind);
  return c.finish(c.reshape(result, node.shape(0)));
}

//===----------------------------------------------------------------------===//
// OneHot, Compress, ReverseSequence, TensorScatter
//===----------------------------------------------------------------------===//

LogicalResult importer::importOneHot(NodeImporter &node) {
  FailureOr<double> depth = node.requireScalar(1, "depth");
  if (failed(depth))
    return failure();
  int64_t count = int64_t(*depth), rank = node.rank(0) + 1;
  if (!(*depth >= 1 && *depth <= double(kMaxElements)) ||
      node.type(2).getNumElements() != 2)
    return node.error() << "needs a depth of at least 1 and two values";
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (failed(axis))
    return failure();
  Composer c(node);
  Type i64 = node.builder.getI64Type();
  Value indices = c.unsqueeze(c.cast(node.operand(0), i64), *axis);
  Value off = c.slice(node.operand(2), 0, 0, 1);
  Value on = c.slice(node.operand(2), 0, 1, 1);
  return c.finish(c.map({indices, c.iota(count, rank, *axis), on, off},
                        [&](ScalarBuilder &s, ValueRange v) {
                          Value fromEnd = s.less(v[0], s.constant(0, v[0]));
                          Value wrapped =
                              s.add(v[0], s.constant(double(count), v[0]));
                          Value isHot =
                              s.equal(s.select(fromEnd, wrapped, v[0]), v[1]);
                          return s.select(isHot, v[2], v[3]);
                        }));
}

LogicalResult importer::importCompress(NodeImporter &node) {
  FailureOr<reference::Tensor> condition = node.requireConstant(1, "condition");
  if (failed(condition))
    return failure();
  Composer c(node);
  Value data = node.operand(0);
  int64_t axis = 0;
  if (node.hasAttribute("axis")) {
    auto normal = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
    if (failed(normal))
      return failure();
    axis = *normal;
  } else {
    data = c.reshape(data, {product(node.shape(0))});
  }
  SmallVector<int64_t> kept;
  for (auto [index, keep] :
       llvm::enumerate(std::as_const(*condition).getData<int8_t>()))
    if (keep)
      kept.push_back(index);
  if (data && !kept.empty() && kept.back() >= c.size(data, axis))
    return node.error() << "condition of shape "
                        << describeShape(condition->getShape())
                        << " is longer than axis " << axis << " of shape "
                        << describeShape(c.shape(data));
  return c.finish(c.gather(data, kept, axis));
}

/// Each sequence backwards up to its length, the rest as it is.
LogicalResult importer::importReverseSequence(NodeImporter &node) {
  int64_t batchAxis = node.getInt("batch_axis", 1);
  int64_t timeAxis = node.getInt("time_axis", 0);
  bool isKnown =
      (batchAxis == 0 && timeAxis == 1) || (batchAxis == 1 && timeAxis == 0);
  if (node.rank(0) < 2 || !isKnown ||
      node.shape(1) != ArrayRef<int64_t>{node.shape(0)[batchAxis]})
    return node.error() << "needs axes 0 and 1 as batch and time axis and a "
                           "length per batch";
  Composer c(node);
  Value times = c.iota(node.shape(0)[timeAxis], 2, timeAxis);
  Value lengths = c.cast(node.operand(1), node.builder.getI64Type());
  lengths = c.unsqueeze(lengths, timeAxis);
  Value source = c.map({times, lengths}, [](ScalarBuilder &s, ValueRange v) {
    Value last = s.sub(v[1], s.constant(1, v[1]));
    return s.select(s.less(v[0], v[1]), s.sub(last, v[0]), v[0]);
  });
  int64_t outer = node.shape(0)[0], inner = node.shape(0)[1];
  Value places = c.flatIndices(source, timeAxis, {outer, inner});
  SmallVector<int64_t> flat{outer * inner};
  llvm::append_range(flat, node.shape(0).drop_front(2));
  return c.finish(c.gather(c.reshape(node.operand(0), flat), places, 0));
}

/// Writes new entries into a cache along an axis, from write_indices on.
LogicalResult importer::importTensorScatter(NodeImporter &node) {
  int64_t rank = node.rank(0);
  auto axis = node.normalizeAxis(node.getInt("axis", -2), rank);
  if (failed(axis) || failed(requireSameRank(node, 1)))
    return failure();
  bool circular = node.getString("mode", "linear") == "circular";
  int64_t size = node.shape(0)[*axis], batch = node.shape(0)[0];
  if (*axis == 0 || size == 0)
    return node.error() << "cannot write along axis " << *axis << " of shape "
                        << describeShape(node.shape(0));
  Composer c(node);
  Value positions = c.iota(node.shape(1)[*axis], rank, *axis);
  if (node.has(2)) {
    SmallVector<int64_t> perBatch(rank, 1);
    perBatch[0] = batch;
    Value starts = c.reshape(node.operand(2), perBatch);
    positions = c.map({positions, starts}, [&](ScalarBuilder &s, ValueRange v) {
      Value sum = s.add(v[0], v[1]);
      return circular ? s.make<arith::RemSIOp>(sum, s.constant(size, sum))
                      : sum;
    });
  }
  Value places =
      c.flatIndices(c.expand(positions, node.shape(1)), *axis, node.shape(0));
  int64_t count = product(node.shape(1));
  Value result =
      c.scatter(c.reshape(node.operand(0), {product(node.shape(0))}),
                c.reshape(places, {count}), c.reshape(node.operand(1), {count}),
                edge::ScatterKind::Replace);
  return c.finish(c.reshape(result, node.shape(0)));
}

//===----------------------------------------------------------------------===//
// MaxUnpool, Col2Im
//===----------------------------------------------------------------------===//

LogicalResult importer::importMaxUnpool(NodeImporter &node) {
  auto kernel = node.getInts("kernel_shape");
  int64_t spatial = node.rank(0) - 2;
  if (spatial < 1 || !kernel || int64_t(kernel->size()) != spatial ||
      node.shape(0) != node.shape(1))
    return node.error() << "needs a kernel_shape of " << spatial
                        << " entries and indices of the input's shape "
                        << describeShape(node.shape(0));
  SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
  SmallVector<int64_t> strides = node.getInts("strides").value_or(ones);
  SmallVector<int64_t> pads = node.getInts("pads").value_or(zeros);
  if (int64_t(strides.size()) != spatial || int64_t(pads.size()) != 2 * spatial)
    return node.error() << "needs " << spatial << " strides and twice as many "
                        << "pads";
  SmallVector<int64_t> shape(node.shape(0).take_front(2));
  for (int64_t i = 0; i != spatial; ++i)
    shape.push_back((node.shape(0)[2 + i] - 1) * strides[i] + (*kernel)[i] -
                    pads[i] - pads[spatial + i]);
  // The indices count in the output that follows from the window, also where a
  // larger one is asked for.
  SmallVector<int64_t> given = shape;
  if (node.has(2)) {
    auto asked = node.requireInts(2, "output_shape");
    if (failed(asked))
      return failure();
    given = *asked;
  }
  if (!countElements(shape) || !countElements(given) ||
      given.size() != shape.size())
    return node.error() << "cannot make an output of shape "
                        << describeShape(given);
  Composer c(node);
  int64_t count = product(node.shape(0));
  Value zero = c.splat({product(shape)}, node.type(0).getElementType(), 0);
  Value result = c.scatter(zero, c.reshape(node.operand(1), {count}),
                           c.reshape(node.operand(0), {count}),
                           edge::ScatterKind::Replace);
  SmallVector<int64_t> low(shape.size(), 0), high;
  for (auto [wanted, size] : llvm::zip_equal(given, shape))
    high.push_back(wanted - size);
  return c.finish(c.pad(c.reshape(result, shape), low, high, 0));
}

/// Adds the columns that windows were unfolded to up to an image.
LogicalResult importer::importCol2Im(NodeImporter &node) {
  auto image = node.requireInts(1, "image_shape");
  auto block = node.requireInts(2, "block_shape");
  if (failed(image) || failed(block) || failed(node.requireRank(0, 3)))
    return failure();
  size_t spatial = image->size();
  SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
  SmallVector<int64_t> strides = node.getInts("strides").value_or(ones);
  SmallVector<int64_t> dilations = node.getInts("dilations").value_or(ones);
  SmallVector<int64_t> pads = node.getInts("pads").value_or(zeros);
  int64_t taps = product(*block), batch = node.shape(0)[0];
  auto positive = [](int64_t value) { return value > 0; };
  if (block->size() != spatial || strides.size() != spatial ||
      dilations.size() != spatial || pads.size() != 2 * spatial || taps < 1 ||
      !llvm::all_of(strides, positive) || !countElements(*image) ||
      !countElements(*block) || node.shape(0)[1] % taps != 0)
    return node.error() << "the attributes do not fit an image of shape "
                        << describeShape(*image) << " and blocks of "
                        << describeShape(*block);
  SmallVector<int64_t> windows;
  for (size_t i = 0; i != spatial; ++i) {
    int64_t extent = dilations[i] * ((*block)[i] - 1) + 1;
    windows.push_back(
        ((*image)[i] + pads[i] + pads[spatial + i] - extent) / strides[i] + 1);
  }
  if (product(windows) != node.shape(0)[2])
    return node.error() << "needs " << product(windows) << " columns, found "
                        << node.shape(0)[2];
  // Where each tap of each window lies; what is in the padding is dropped.
  int64_t columns = product(windows), pixels = product(*image);
  SmallVector<int64_t> places;
  for (int64_t tap = 0; tap != taps; ++tap)
    for (int64_t column = 0; column != columns; ++column) {
      int64_t place = 0, stride = 1, restTap = tap, restColumn = column;
      bool inside = true;
      for (size_t i = spatial; i-- != 0;) {
        int64_t at = restColumn % windows[i] * strides[i] - pads[i] +
                     restTap % (*block)[i] * dilations[i];
        inside &= at >= 0 && at < (*image)[i];
        place += at * stride;
        stride *= (*image)[i];
        restTap /= (*block)[i];
        restColumn /= windows[i];
      }
      places.push_back(inside ? place : pixels);
    }
  Composer c(node);
  int64_t channels = node.shape(0)[1] / taps, lanes = batch * channels;
  Value updates =
      c.transpose(c.reshape(node.operand(0), {lanes, taps * columns}), {1, 0});
  Value zero = c.splat({pixels, lanes}, node.type(0).getElementType(), 0);
  Value summed = c.scatter(zero, c.ints({taps * columns}, places), updates,
                           edge::ScatterKind::Add);
  SmallVector<int64_t> shape{batch, channels};
  llvm::append_range(shape, *image);
  return c.finish(c.reshape(c.transpose(summed, {1, 0}), shape));
}
