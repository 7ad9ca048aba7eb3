//===- RecognizeComposites.cpp - Operators spelled out in primitive ones --===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// DRR matches operations and their operands. Here what matters stands in the
// bodies of maps, and in any order; so the patterns are equations between
// polynomials (MapAlgebra.h).
//
//===----------------------------------------------------------------------===//

#include "MapAlgebra.h"

#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cfloat>
#include <cmath>

namespace edgecc {
#define GEN_PASS_DEF_RECOGNIZECOMPOSITES
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t getLastAxis(Value tensor) {
  RankedTensorType type = typeOf(tensor);
  return type.getRank() == 0 ? 1 : type.getShape().back();
}

/// Whether patterns may begin at the result of a map.
static bool isCandidate(MapOp map) {
  return typeOf(map).getElementType().isF32() && typeOf(map).getRank() != 0;
}

/// The number of the only atom of x^exponent, where a polynomial is that.
static std::optional<unsigned> getSingleAtom(const Polynomial &polynomial,
                                             int exponent = 1) {
  if (polynomial.terms.size() != 1)
    return std::nullopt;
  const auto &[monomial, coefficients] = *polynomial.terms.begin();
  if (monomial.size() != 1 || monomial.front().second != exponent ||
      coefficients != Coefficients{1.0})
    return std::nullopt;
  return monomial.front().first;
}

//===----------------------------------------------------------------------===//
// Layer normalization
//===----------------------------------------------------------------------===//

namespace {
/// The mean of a tensor along axes.
struct Mean {
  Value input;
  SmallVector<int64_t> axes;
};

struct Norm {
  Value input;
  SmallVector<int64_t> axes;
  double epsilon = 0;
  bool rms = false;
  Coefficients scale{1.0}, bias{0.0};
};

/// Whether an element of a result is normalized elements of one tensor.
class NormMatcher {
public:
  NormMatcher(MapOp map, Value x)
      : x(x), type(typeOf(map)), algebra(getLastAxis(map)) {
    algebra.addAtom(x);
    element = algebra.getAtomOf(x);
    result = algebra.expand(map);
  }

  std::optional<Norm> match();

private:
  bool matchTerms(unsigned root);
  bool matchVariance(const Polynomial &argument);
  std::optional<Mean> getMeanOf(unsigned atom, const Polynomial &what);

  Value x;
  RankedTensorType type;
  MapAlgebra algebra;
  Polynomial element, result;
  /// The atom of the mean; none for a root mean square.
  std::optional<unsigned> mean;
  Norm norm;
};
} // namespace

static std::optional<Mean> matchMean(Value value) {
  if (auto reduce = value.getDefiningOp<ReduceOp>();
      reduce && reduce.getKind() == ReduceKind::Mean)
    return Mean{reduce.getInput(), llvm::to_vector(reduce.getAxes())};
  // What the mean over all spatial axes canonicalizes to.
  auto pool = value.getDefiningOp<AvgPoolOp>();
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (!pool || pool.getClampMin() || pool.getClampMax() ||
      !llvm::all_of(pool.getPads(), isZero) ||
      pool.getKernel() !=
          typeOf(pool.getInput()).getShape().drop_front().drop_back())
    return std::nullopt;
  return Mean{pool.getInput(), llvm::to_vector(llvm::seq<int64_t>(
                                   1, typeOf(pool).getRank() - 1))};
}

/// The axes' mean that an atom is, if it is that of a polynomial in x.
std::optional<Mean> NormMatcher::getMeanOf(unsigned atom,
                                           const Polynomial &what) {
  MapAlgebra::Atom value = algebra.getAtom(atom);
  std::optional<Mean> found;
  if (!value.isRoot)
    found = matchMean(value.value);
  if (!found || found->input.getType() != type ||
      !isClose(algebra.expand(found->input), what))
    return std::nullopt;
  llvm::sort(found->axes);
  return found;
}

/// x / root * scale - mean / root * scale + bias.
bool NormMatcher::matchTerms(unsigned root) {
  auto xAtom = *getSingleAtom(element);
  for (const auto &[monomial, coefficients] : result.terms) {
    if (monomial.empty()) {
      norm.bias = coefficients;
      continue;
    }
    std::map<unsigned, int> exponents(monomial.begin(), monomial.end());
    if (exponents.size() != 2 || exponents[root] != -1)
      return false;
    exponents.erase(root);
    auto [atom, exponent] = *exponents.begin();
    if (exponent != 1)
      return false;
    if (atom == xAtom)
      norm.scale = coefficients;
    else if (mean)
      return false;
    else
      mean = atom;
  }
  return true;
}

/// mean((x - mean)^2) + epsilon, mean(x^2) - mean^2 + epsilon, or, for a root
/// mean square, mean(x^2) + epsilon.
bool NormMatcher::matchVariance(const Polynomial &argument) {
  Polynomial squares = argument;
  if (const Coefficients *epsilon = argument.find({})) {
    if (epsilon->size() != 1 || epsilon->front() < 0)
      return false;
    norm.epsilon = epsilon->front();
    squares.terms.erase(Polynomial::Monomial());
  }
  Polynomial center;
  if (mean) {
    MapAlgebra::Atom atom = algebra.getAtom(*mean);
    center = algebra.getAtomOf(atom.value, atom.isRoot);
  }
  std::optional<unsigned> atom = getSingleAtom(squares);
  Polynomial distance = element - center;
  if (!atom && mean) {
    atom = getSingleAtom(squares + center * center);
    distance = element;
  }
  std::optional<Mean> found =
      atom ? getMeanOf(*atom, distance * distance) : std::nullopt;
  if (!found || found->axes != norm.axes)
    norm.axes = found && !mean ? found->axes : SmallVector<int64_t>();
  return !norm.axes.empty();
}

std::optional<Norm> NormMatcher::match() {
  std::optional<unsigned> root;
  for (const auto &term : result.terms)
    for (auto [atom, exponent] : term.first)
      if (exponent == -1 && algebra.getAtom(atom).isRoot)
        root = atom;
  if (!root || !matchTerms(*root))
    return std::nullopt;
  norm.input = x;
  norm.rms = !mean;
  if (mean) {
    std::optional<Mean> found = getMeanOf(*mean, element);
    if (!found)
      return std::nullopt;
    norm.axes = found->axes;
  }
  if (!matchVariance(algebra.expand(algebra.getAtom(*root).value)))
    return std::nullopt;
  // Nothing else may be left: with all found, the result is determined.
  Polynomial inverse =
      algebra.getAtomOf(algebra.getAtom(*root).value, /*isRoot=*/true, -1);
  Polynomial scale, bias;
  scale.terms[{}] = norm.scale;
  bias.terms[{}] = norm.bias;
  Polynomial distance = element;
  if (mean)
    distance = distance - algebra.getAtomOf(algebra.getAtom(*mean).value);
  return isClose(result, distance * inverse * scale + bias)
             ? std::optional(norm)
             : std::nullopt;
}

/// The tensors of a map's type from which it might compute a normalization:
/// those whose means, or whose squares' means, it depends on.
static llvm::SetVector<Value> findNormalized(MapOp map) {
  constexpr size_t maxValues = 32;
  llvm::SetVector<Value> reached(map.getInputs().begin(),
                                 map.getInputs().end());
  llvm::SetVector<Value> found;
  auto add = [&](Value tensor) {
    if (tensor.getType() == map.getType())
      found.insert(tensor);
  };
  for (size_t i = 0; i < std::min(reached.size(), maxValues); ++i) {
    Value value = reached[i];
    std::optional<Mean> mean = matchMean(value);
    if (mean)
      add(mean->input);
    auto source = (mean ? mean->input : value).getDefiningOp<MapOp>();
    if (!source)
      continue;
    reached.insert(source.getInputs().begin(), source.getInputs().end());
    if (mean)
      llvm::for_each(source.getInputs(), add);
  }
  return found;
}

/// A constant of one value per position along the last axis.
static Value createParameter(PatternRewriter &rewriter, Location loc,
                             int64_t size, const Coefficients &coefficients) {
  SmallVector<float> values(size, float(coefficients.front()));
  if (coefficients.size() != 1)
    llvm::copy(coefficients, values.begin());
  auto type = RankedTensorType::get({size}, rewriter.getF32Type());
  constexpr int64_t maxInline = 8; // as the importer does
  if (size <= maxInline)
    return rewriter.create<ConstantOp>(
        loc, DenseElementsAttr::get(type, ArrayRef(values)));
  return createConstant<float>(rewriter, loc, type, values);
}

static bool isAll(const Coefficients &coefficients, double wanted) {
  return llvm::all_of(coefficients,
                      [&](double value) { return value == wanted; });
}

static bool isFinite(const Coefficients &coefficients) {
  return llvm::all_of(coefficients, [](double value) {
    return std::isfinite(value) && std::abs(value) <= FLT_MAX;
  });
}

/// Replaces a map by a normalization.
static LogicalResult replaceByNorm(MapOp map, const Norm &norm,
                                   PatternRewriter &rewriter) {
  if (!isFinite(norm.scale) || !isFinite(norm.bias) || norm.epsilon > FLT_MAX)
    return failure();
  Value scale, bias;
  int64_t size = getLastAxis(map);
  bool hasBias = !isAll(norm.bias, 0.0);
  if (hasBias || !isAll(norm.scale, 1.0))
    scale = createParameter(rewriter, map.getLoc(), size, norm.scale);
  if (hasBias)
    bias = createParameter(rewriter, map.getLoc(), size, norm.bias);
  rewriter.replaceOpWithNewOp<LayerNormOp>(
      map, map.getType(), norm.input, scale, bias, norm.axes,
      APFloat(float(norm.epsilon)), norm.rms);
  return success();
}

namespace {
struct RecognizeNorm : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    if (!isCandidate(map))
      return failure();
    for (Value x : findNormalized(map))
      if (std::optional<Norm> norm = NormMatcher(map, x).match())
        return replaceByNorm(map, *norm, rewriter);
    return failure();
  }
};

/// Scale and bias that follow a normalization become its own.
struct AbsorbAffine : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    if (!isCandidate(map))
      return failure();
    for (Value input : map.getInputs()) {
      auto norm = input.getDefiningOp<LayerNormOp>();
      if (norm && norm->hasOneUse() && norm.getType() == map.getType() &&
          succeeded(absorb(norm, map, rewriter)))
        return success();
    }
    return failure();
  }

  static LogicalResult absorb(LayerNormOp op, MapOp map,
                              PatternRewriter &rewriter) {
    MapAlgebra algebra(getLastAxis(map));
    Polynomial result = algebra.expand(map);
    auto getParameter = [&](Value value, double otherwise) {
      return value ? algebra.expand(value).getConstant()
                   : std::optional(Coefficients{otherwise});
    };
    std::optional<Coefficients> scale = getParameter(op.getScale(), 1.0);
    std::optional<Coefficients> bias = getParameter(op.getBias(), 0.0);
    if (!scale || !bias)
      return failure();
    // The result in terms of what is normalized, without scale and bias.
    Polynomial unit = algebra.getAtomOf(op.getResult());
    Polynomial::Monomial atom = unit.terms.begin()->first;
    const Coefficients *factor = result.find(atom);
    const Coefficients *offset = result.find({});
    if (!factor || result.terms.size() != (offset ? 2 : 1))
      return failure();
    Polynomial scales, biases, factors, offsets;
    scales.terms[{}] = *scale;
    biases.terms[{}] = *bias;
    factors.terms[{}] = *factor;
    if (offset)
      offsets.terms[{}] = *offset;
    Norm norm{op.getInput(), llvm::to_vector(op.getAxes()),
              op.getEpsilon().convertToFloat(), op.getRms()};
    norm.scale = *(scales * factors).getConstant();
    norm.bias = *(biases * factors + offsets).getConstant();
    return replaceByNorm(map, norm, rewriter);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Softmax and its logarithm
//===----------------------------------------------------------------------===//

/// Whether an element is the same at all positions along an axis of a tensor of
/// `rank`.
static bool isConstantAlong(Value value, int64_t axis, int64_t rank) {
  if (auto type = dyn_cast<RankedTensorType>(value.getType())) {
    int64_t own = axis - (rank - type.getRank());
    return own < 0 || type.getDimSize(own) == 1;
  }
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isConstantAlong(cast<MapOp>(argument.getOwner()->getParentOp())
                               .getInputs()[argument.getArgNumber()],
                           axis, rank);
  return llvm::all_of(value.getDefiningOp()->getOperands(), [&](Value operand) {
    return isConstantAlong(operand, axis, rank);
  });
}

/// The tensor of which an element of `type` is an element of, less something
/// that is constant along the axis; that tensor has the same type.
static Value stripShift(Value value, int64_t axis, RankedTensorType type) {
  Value tensor;
  while (true) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      tensor = cast<MapOp>(argument.getOwner()->getParentOp())
                   .getInputs()[argument.getArgNumber()];
      if (tensor.getType() != type)
        return {};
      auto map = tensor.getDefiningOp<MapOp>();
      if (!map)
        return tensor;
      value = cast<YieldOp>(map.getBody().front().getTerminator()).getValue();
      continue;
    }
    auto shift = value.getDefiningOp<arith::SubFOp>();
    if (!shift || !isConstantAlong(shift.getRhs(), axis, type.getRank()))
      return tensor;
    value = shift.getLhs();
    tensor = {};
  }
}

namespace {
/// sum(exp(x - shift)) along one axis, with any shift that is constant there.
struct ExponentialSum {
  Value input;
  int64_t axis;
  /// What is summed.
  math::ExpOp exp;
};
} // namespace

static std::optional<ExponentialSum> matchExponentialSum(Value value,
                                                         Type wanted) {
  auto sum = value.getDefiningOp<ReduceOp>();
  if (!sum || sum.getKind() != ReduceKind::Sum || sum.getAxes().size() != 1 ||
      sum.getInput().getType() != wanted)
    return std::nullopt;
  auto type = cast<RankedTensorType>(wanted);
  auto exp = MapAlgebra(type.getShape().back())
                 .resolve(sum.getInput())
                 .getDefiningOp<math::ExpOp>();
  if (!exp)
    return std::nullopt;
  Value input = stripShift(exp.getOperand(), sum.getAxes().front(), type);
  if (!input)
    return std::nullopt;
  return ExponentialSum{input, sum.getAxes().front(), exp};
}

static LogicalResult replaceBySoftmax(MapOp map, Value input, int64_t axis,
                                      bool log, PatternRewriter &rewriter) {
  rewriter.replaceOpWithNewOp<SoftmaxOp>(map, map.getType(), input, axis, log);
  return success();
}

namespace {
/// exp(x - shift) / sum(exp(x - shift)).
struct RecognizeSoftmax : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    if (!isCandidate(map))
      return failure();
    MapAlgebra algebra(getLastAxis(map));
    Polynomial result = algebra.expand(map);
    if (result.terms.size() != 1 || result.terms.begin()->first.size() != 2)
      return failure();
    for (auto [atom, exponent] : result.terms.begin()->first) {
      Value value = algebra.getAtom(atom).value;
      auto sum = matchExponentialSum(value, map.getType());
      if (!sum || exponent != -1)
        continue;
      Polynomial softmax = algebra.getAtomOf(sum->exp.getResult()) *
                           algebra.getAtomOf(value, /*isRoot=*/false, -1);
      if (isClose(result, softmax))
        return replaceBySoftmax(map, sum->input, sum->axis, /*log=*/false,
                                rewriter);
    }
    return failure();
  }
};

/// x - shift - log(sum(exp(x - shift))), or log(softmax(x)).
struct RecognizeLogSoftmax : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp map,
                                PatternRewriter &rewriter) const override {
    if (!isCandidate(map))
      return failure();
    MapAlgebra algebra(getLastAxis(map));
    Polynomial result = algebra.expand(map);
    for (const auto &term : result.terms) {
      if (term.first.size() != 1)
        continue;
      Value value = algebra.getAtom(term.first.front().first).value;
      auto log = value.getDefiningOp<math::LogOp>();
      if (log && succeeded(matchLog(map, log, algebra, rewriter)))
        return success();
    }
    return failure();
  }

  static LogicalResult matchLog(MapOp map, math::LogOp log, MapAlgebra &algebra,
                                PatternRewriter &rewriter) {
    Value argument = algebra.resolve(log.getOperand());
    auto softmax = argument.getDefiningOp<SoftmaxOp>();
    if (softmax && !softmax.getLog() && softmax.getType() == map.getType() &&
        isClose(algebra.expand(map), algebra.getAtomOf(log.getResult())))
      return replaceBySoftmax(map, softmax.getInput(), softmax.getAxis(),
                              /*log=*/true, rewriter);
    auto sum = matchExponentialSum(argument, map.getType());
    if (!sum)
      return failure();
    MapAlgebra ofInput(getLastAxis(map));
    ofInput.addAtom(sum->input);
    Polynomial logSoftmax = ofInput.expand(sum->exp.getOperand()) -
                            ofInput.getAtomOf(log.getResult());
    if (!isClose(ofInput.expand(map), logSoftmax))
      return failure();
    return replaceBySoftmax(map, sum->input, sum->axis, /*log=*/true, rewriter);
  }
};

struct RecognizeComposites
    : edgecc::impl::RecognizeCompositesBase<RecognizeComposites> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeNorm, AbsorbAffine, RecognizeSoftmax,
                 RecognizeLogSoftmax>(&getContext());
    LayerNormOp::getCanonicalizationPatterns(patterns, &getContext());
    (void)applyPatternsAndFoldGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
