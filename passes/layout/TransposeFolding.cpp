//===- TransposeFolding.cpp - Transposes of what is constant --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TransposeFolding.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

#include <cstring>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Copies `source`, elements of `bytes` each in the row-major order of `shape`,
/// to the row-major order of the permuted shape.
static void permuteData(ArrayRef<char> source, MutableArrayRef<char> target,
                        ArrayRef<int64_t> shape, ArrayRef<int64_t> perm,
                        size_t bytes) {
  SmallVector<int64_t> targetShape = applyPermutation(shape, perm);
  SmallVector<int64_t> strides =
      applyPermutation(computeSuffixProduct(shape), perm);
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t from = 0;
  for (size_t to = 0; to != target.size(); to += bytes) {
    std::memcpy(&target[to], &source[from * bytes], bytes);
    for (size_t axis = shape.size(); axis-- != 0;) {
      from += strides[axis];
      if (++index[axis] != targetShape[axis])
        break;
      from -= strides[axis] * targetShape[axis];
      index[axis] = 0;
    }
  }
}

ConstantOp edgecc::createPermutedConstant(OpBuilder &builder,
                                          ConstantOp constant,
                                          ArrayRef<int64_t> shape,
                                          ArrayRef<int64_t> perm) {
  std::optional<reference::Tensor> tensor = getConstantTensor(constant);
  if (!tensor)
    return {};
  RankedTensorType type = tensor->getType();
  reference::Tensor permuted(type.clone(applyPermutation(shape, perm)));
  permuteData(tensor->getRawData(), permuted.getRawData(), shape, perm,
              reference::getElementBytes(type.getElementType()));
  return createConstant(builder, constant.getLoc(), permuted.getType(),
                        permuted.getRawData());
}

/// The first axis of `shape` from which on the axes are the columns of a matrix
/// with `columns`; nothing where no axis begins a row.
static std::optional<size_t> findFirstColumnAxis(ArrayRef<int64_t> shape,
                                                 int64_t columns) {
  for (size_t axis = 0; axis <= shape.size(); ++axis)
    if (ShapedType::getNumElements(shape.drop_front(axis)) == columns)
      return axis;
  return std::nullopt;
}

/// Whether transpose(x, perm), of shape `shape`, permutes elements within the
/// rows of a matrix with `columns` only.
static bool permutesColumns(ArrayRef<int64_t> shape, ArrayRef<int64_t> perm,
                            int64_t columns) {
  std::optional<size_t> first = findFirstColumnAxis(shape, columns);
  return first && isIdentityPermutation(perm.take_front(*first));
}

bool edgecc::canFoldIntoWeights(ReshapeOp flatten, ArrayRef<int64_t> perm) {
  auto takesWeights = [&](OpOperand &use) {
    auto layer = dyn_cast<FullyConnectedOp>(use.getOwner());
    return layer && use.get() == layer.getInput() &&
           layer.getWeights().getDefiningOp<ConstantOp>();
  };
  ArrayRef<int64_t> shape = typeOf(flatten).getShape();
  return !shape.empty() && !flatten->use_empty() &&
         llvm::all_of(flatten->getUses(), takesWeights) &&
         permutesColumns(typeOf(flatten.getInput()).getShape(), perm,
                         shape.back());
}

namespace {
/// transpose(constant) is a constant.
struct FoldTransposeOfConstant : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto constant = op.getInput().getDefiningOp<ConstantOp>();
    if (!constant || isa<quant::UniformQuantizedPerAxisType>(
                         typeOf(constant).getElementType()))
      return failure();
    auto permuted = createPermutedConstant(
        rewriter, constant, typeOf(constant).getShape(), op.getPerm());
    if (!permuted)
      return failure();
    rewriter.replaceOp(op, permuted);
    return success();
  }
};

/// fully_connected(reshape(transpose(x))) takes x as it lies and has the
/// columns of its constant weights permuted instead.
struct FoldTransposeIntoWeights : OpRewritePattern<FullyConnectedOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FullyConnectedOp op,
                                PatternRewriter &rewriter) const override {
    auto flatten = op.getInput().getDefiningOp<ReshapeOp>();
    auto weights = op.getWeights().getDefiningOp<ConstantOp>();
    if (!flatten || !weights)
      return failure();
    auto transpose = flatten.getInput().getDefiningOp<TransposeOp>();
    int64_t columns = typeOf(weights).getDimSize(1);
    if (!transpose || !permutesColumns(typeOf(transpose).getShape(),
                                       transpose.getPerm(), columns))
      return failure();
    ConstantOp permuted = permuteColumns(rewriter, weights, transpose);
    if (!permuted)
      return failure();
    Value rows = rewriter.create<ReshapeOp>(flatten.getLoc(), flatten.getType(),
                                            transpose.getInput());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(rows);
      op.getWeightsMutable().assign(permuted);
    });
    return success();
  }

  /// The columns, which lie as the transpose's result does, as its input lies.
  static ConstantOp permuteColumns(PatternRewriter &rewriter,
                                   ConstantOp weights, TransposeOp transpose) {
    RankedTensorType type = typeOf(weights);
    ArrayRef<int64_t> shape = typeOf(transpose).getShape();
    size_t first = *findFirstColumnAxis(shape, type.getDimSize(1));
    SmallVector<int64_t> weightShape{type.getDimSize(0)}, perm{0};
    llvm::append_range(weightShape, shape.drop_front(first));
    for (int64_t axis : transpose.getPerm().drop_front(first))
      perm.push_back(axis - first + 1);
    std::optional<reference::Tensor> tensor = getConstantTensor(weights);
    if (!tensor)
      return {};
    reference::Tensor permuted(type);
    permuteData(tensor->getRawData(), permuted.getRawData(), weightShape,
                invertPermutationVector(perm),
                reference::getElementBytes(type.getElementType()));
    return createConstant(rewriter, weights.getLoc(), type,
                          permuted.getRawData());
  }
};

/// reshape(layer_norm(reshape(x))) is layer_norm(x), over several axes, where
/// each group is all of some last axes of x. In which order these lie does not
/// matter to it then, so that transposes can go through.
struct NormalizeAsItLies : OpRewritePattern<LayerNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LayerNormOp op,
                                PatternRewriter &rewriter) const override {
    auto before = op.getInput().getDefiningOp<ReshapeOp>();
    if (!before || op.getScale() || !op->hasOneUse())
      return failure();
    auto after = dyn_cast<ReshapeOp>(*op->user_begin());
    if (!after || !isAlongLastAxes(op) ||
        after.getType() != before.getInput().getType())
      return failure();
    std::optional<size_t> axis =
        findFirstColumnAxis(typeOf(after).getShape(), op.getGroupSize());
    if (!axis)
      return failure();
    auto axes = llvm::to_vector(
        llvm::seq<int64_t>(int64_t(*axis), typeOf(after).getRank()));
    rewriter.replaceOpWithNewOp<LayerNormOp>(
        after, after.getType(), before.getInput(), Value(), Value(), axes,
        op.getEpsilon(), op.getRms());
    return success();
  }

  static bool isAlongLastAxes(LayerNormOp op) {
    int64_t first = typeOf(op).getRank() - int64_t(op.getAxes().size());
    return llvm::all_of(op.getAxes(),
                        [&](int64_t axis) { return axis >= first; });
  }
};
} // namespace

void edgecc::populateTransposeFoldingPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldTransposeOfConstant, FoldTransposeIntoWeights,
               NormalizeAsItLies>(patterns.getContext());
}
