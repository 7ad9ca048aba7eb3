//===- SplitMaps.cpp - Maps into parts that have integer forms ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../fusion/MapAnalysis.h"
#include "ElementwiseForms.h"
#include "MaskedScores.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Precision.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SmallBitVector.h"

namespace edgecc {
#define GEN_PASS_DEF_SPLITMAPS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Affine functions per channel
//===----------------------------------------------------------------------===//

static bool isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

/// x * scale[c] + offset[c] as a convolution with kernels of one element, which
/// rounds once and has a scale for each channel; null if the map is none, or
/// if all channels have the same scale.
static Value convolveAffine(OpBuilder &builder, MapOp map) {
  auto type = cast<RankedTensorType>(map.getType());
  auto computed = llvm::find_if_not(map.getInputs(), isConstant);
  if (type.getRank() < 3 || map.getInputs().size() < 2 ||
      llvm::count_if(map.getInputs(), isConstant) + 1 !=
          int64_t(map.getInputs().size()))
    return {};
  std::optional<ChannelAffine> affine =
      matchChannelAffine(map, computed - map.getInputs().begin());
  int64_t channels = type.getShape().back();
  if (!affine || int64_t(affine->scale.size()) != channels ||
      llvm::all_equal(affine->scale))
    return {};
  SmallVector<int64_t> filterShape(type.getRank(), 1);
  filterShape[0] = channels;
  auto makeConstant = [&](ArrayRef<int64_t> shape, ArrayRef<double> values) {
    SmallVector<float> floats(values.begin(), values.end());
    return createConstant<float>(
        builder, map.getLoc(),
        RankedTensorType::get(shape, builder.getF32Type()), floats);
  };
  Value filter = makeConstant(filterShape, affine->scale);
  Value bias = makeConstant({channels}, affine->offset);
  SmallVector<int64_t> ones(type.getRank() - 2, 1);
  SmallVector<int64_t> pads(2 * ones.size(), 0);
  return builder.create<ConvOp>(map.getLoc(), type, *computed, filter, bias,
                                ones, pads, ones, channels, FloatAttr(),
                                FloatAttr());
}

//===----------------------------------------------------------------------===//
// Masks of attention
//===----------------------------------------------------------------------===//

/// Whether a scalar is a constant that masks: to choose it is to add it.
static bool isMask(Value scalar) {
  APFloat value(0.0f);
  return scalar.getType().isF32() &&
         matchPattern(scalar, m_ConstantFloat(&value)) &&
         value.convertToFloat() <= kMask;
}

static Value createFloat(OpBuilder &builder, Location loc, float value) {
  return builder.create<arith::ConstantOp>(loc, builder.getF32FloatAttr(value));
}

/// `select %seen, %score, -1e9`, or the reverse, of truth values and scores as
/// the sum of the scores and 0 or -1e9; null if the map is something else.
static Value addMask(OpBuilder &builder, MapOp map) {
  Block &body = map.getBody().front();
  auto select = cast<YieldOp>(body.getTerminator())
                    .getValue()
                    .getDefiningOp<arith::SelectOp>();
  if (!select || map.getInputs().size() != 2)
    return {};
  auto condition = dyn_cast<BlockArgument>(select.getCondition());
  const bool masksTrue = isMask(select.getTrueValue());
  auto score = dyn_cast<BlockArgument>(masksTrue ? select.getFalseValue()
                                                 : select.getTrueValue());
  Value mask = masksTrue ? select.getTrueValue() : select.getFalseValue();
  if (!condition || !score || !isMask(mask))
    return {};
  auto truths = map.getInputs()[condition.getArgNumber()];
  auto makeMask = [&](OpBuilder &b, Location loc, ValueRange x) -> Value {
    Value zero = createFloat(b, loc, 0.0f);
    Value low = b.clone(*mask.getDefiningOp())->getResult(0);
    return b.create<arith::SelectOp>(loc, x[0], masksTrue ? low : zero,
                                     masksTrue ? zero : low);
  };
  auto sum = [](OpBuilder &b, Location loc, ValueRange x) -> Value {
    return b.create<arith::AddFOp>(loc, x[0], x[1]);
  };
  Value masks = builder.create<MapOp>(map.getLoc(), truths, makeMask);
  return builder.create<MapOp>(
      map.getLoc(), ValueRange{map.getInputs()[score.getArgNumber()], masks},
      sum);
}

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

namespace {
/// Computes the scalars of a map's body as tensors: functions of one tensor as
/// a map of one operand, the operations that bring two together as maps of two.
class MapSplitter {
public:
  MapSplitter(MapOp map, OpBuilder &builder) : map(map), builder(builder) {
    findSources();
  }

  /// The map's result, or null if there is an operation that has no integer
  /// form; nothing is left behind then.
  Value run() {
    Value result = getTensor(
        cast<YieldOp>(map.getBody().front().getTerminator()).getValue());
    if (result && result.getType() == map.getType())
      return result;
    for (Operation *op : llvm::reverse(created))
      op->erase();
    return {};
  }

private:
  /// What a scalar depends on: operands of the map.
  const llvm::SmallBitVector &getSources(Value scalar) const {
    return sources.find(scalar)->second;
  }
  void findSources();

  Value getTensor(Value scalar);
  Value computeTensor(Value scalar);
  Value findInner(Value scalar);
  bool isFunctionOf(Value scalar, Value inner) const;

  Value splitBinary(Value scalar, const BinaryScalar &binary);
  Value splitAffine(Value scalar);
  Value splitSelection(arith::SelectOp select);
  Value getTerm(arith::SelectOp select, bool whenTrue, Value condition,
                Value tensor);

  /// A map of `tensors`, which stand for the scalars `inner`, to `scalar`.
  Value createMap(Value scalar, ArrayRef<Value> inner, ValueRange tensors);
  /// A map whose body `body` writes.
  Value createMap(ValueRange tensors,
                  function_ref<Value(OpBuilder &, Location, ValueRange)> body);
  template <typename OpT> Value combine(Value lhs, Value rhs);

  MapOp map;
  OpBuilder &builder;
  llvm::DenseMap<Value, llvm::SmallBitVector> sources;
  llvm::DenseMap<Value, Value> tensors;
  SmallVector<Operation *> created;
};
} // namespace

void MapSplitter::findSources() {
  Block &block = map.getBody().front();
  unsigned count = block.getNumArguments();
  for (BlockArgument argument : block.getArguments()) {
    llvm::SmallBitVector self(count);
    self.set(argument.getArgNumber());
    sources[argument] = self;
  }
  for (Operation &op : block.without_terminator()) {
    llvm::SmallBitVector all(count);
    for (Value operand : op.getOperands())
      all |= getSources(operand);
    for (Value result : op.getResults())
      sources[result] = all;
  }
}

/// Copies the operations that `scalar` is made of, down to what `mapping` has.
static Value cloneScalar(OpBuilder &builder, Value scalar, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(scalar))
    return known;
  Operation *op = scalar.getDefiningOp();
  for (Value operand : op->getOperands())
    cloneScalar(builder, operand, mapping);
  builder.clone(*op, mapping);
  return mapping.lookup(scalar);
}

Value MapSplitter::createMap(
    ValueRange tensors,
    function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto part = builder.create<MapOp>(map.getLoc(), tensors, body);
  part->setDiscardableAttrs(llvm::to_vector(map->getDiscardableAttrs()));
  created.push_back(part);
  return part;
}

Value MapSplitter::createMap(Value scalar, ArrayRef<Value> inner,
                             ValueRange tensors) {
  return createMap(tensors, [&](OpBuilder &b, Location, ValueRange elements) {
    IRMapping mapping;
    mapping.map(inner, elements);
    return cloneScalar(b, scalar, mapping);
  });
}

template <typename OpT> Value MapSplitter::combine(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
  return createMap({lhs, rhs}, [](OpBuilder &b, Location loc, ValueRange x) {
    return b.create<OpT>(loc, x[0], x[1]);
  });
}

/// Whether `scalar` depends on nothing but `inner` and constants.
bool MapSplitter::isFunctionOf(Value scalar, Value inner) const {
  if (scalar == inner)
    return true;
  if (isa<BlockArgument>(scalar))
    return false;
  return llvm::all_of(scalar.getDefiningOp()->getOperands(), [&](Value v) {
    return getSources(v).none() || isFunctionOf(v, inner);
  });
}

/// The innermost scalar of several sources that `scalar` is a function of.
Value MapSplitter::findInner(Value scalar) {
  for (Operation &op : map.getBody().front().without_terminator()) {
    Value inner = op.getResult(0);
    if (inner == scalar)
      break;
    if (inner.getType().isF32() && getSources(inner) == getSources(scalar) &&
        isFunctionOf(scalar, inner))
      return inner;
  }
  return {};
}

Value MapSplitter::getTensor(Value scalar) {
  if (auto argument = dyn_cast<BlockArgument>(scalar))
    return map.getInputs()[argument.getArgNumber()];
  auto known = tensors.find(scalar);
  if (known != tensors.end())
    return known->second;
  Value tensor = computeTensor(scalar);
  tensors[scalar] = tensor;
  return tensor;
}

Value MapSplitter::computeTensor(Value scalar) {
  const llvm::SmallBitVector &operands = getSources(scalar);
  if (operands.none() || !scalar.getType().isF32())
    return {};
  if (operands.count() == 1) {
    unsigned operand = operands.find_first();
    return createMap(scalar, {map.getBody().getArgument(operand)},
                     map.getInputs()[operand]);
  }
  if (Value affine = splitAffine(scalar))
    return affine;
  if (Value inner = findInner(scalar)) {
    Value tensor = getTensor(inner);
    return tensor ? createMap(scalar, {inner}, tensor) : Value();
  }
  if (auto binary = matchBinaryScalar(scalar.getDefiningOp()))
    return splitBinary(scalar, *binary);
  if (auto select = scalar.getDefiningOp<arith::SelectOp>())
    return splitSelection(select);
  return {};
}

Value MapSplitter::splitAffine(Value scalar) {
  SmallVector<Value> elements, operands;
  for (unsigned operand : getSources(scalar).set_bits()) {
    elements.push_back(map.getBody().getArgument(operand));
    operands.push_back(map.getInputs()[operand]);
  }
  Value whole = createMap(scalar, elements, operands);
  created.pop_back();
  Value conv = convolveAffine(builder, whole.getDefiningOp<MapOp>());
  whole.getDefiningOp()->erase();
  if (conv)
    for (Value made : {conv.getDefiningOp()->getOperand(1),
                       conv.getDefiningOp()->getOperand(2), conv})
      created.push_back(made.getDefiningOp());
  return conv;
}

Value MapSplitter::splitBinary(Value scalar, const BinaryScalar &binary) {
  Value lhs = getTensor(binary.lhs), rhs = getTensor(binary.rhs);
  if (!lhs || !rhs)
    return {};
  return createMap(scalar, {binary.lhs, binary.rhs}, {lhs, rhs});
}

//===----------------------------------------------------------------------===//
// Selections: condition * a + (1 - condition) * b
//===----------------------------------------------------------------------===//

Value MapSplitter::splitSelection(arith::SelectOp select) {
  // Functions of one scalar, or a comparison of two: of their difference and 0.
  Value condition = select.getCondition();
  const llvm::SmallBitVector &operands = getSources(condition);
  auto compare = condition.getDefiningOp<arith::CmpFOp>();
  Value inner, tensor;
  if (operands.count() == 1) {
    inner = map.getBody().getArgument(operands.find_first());
    tensor = getTensor(inner);
  } else if (compare && getSources(compare.getLhs()).none()) {
    inner = compare.getRhs();
    tensor = getTensor(inner);
  } else if (compare && getSources(compare.getRhs()).none()) {
    inner = compare.getLhs();
    tensor = getTensor(inner);
  } else if (compare) {
    tensor = combine<arith::SubFOp>(getTensor(compare.getLhs()),
                                    getTensor(compare.getRhs()));
  }
  if (!tensor)
    return {};
  for (bool whenTrue : {true, false})
    if (isMask(whenTrue ? select.getTrueValue() : select.getFalseValue()))
      return combine<arith::AddFOp>(
          getTensor(whenTrue ? select.getFalseValue() : select.getTrueValue()),
          getTerm(select, whenTrue, inner, tensor));
  Value terms[2];
  for (bool whenTrue : {true, false}) {
    Value chosen = whenTrue ? select.getTrueValue() : select.getFalseValue();
    if (matchPattern(chosen, m_AnyZeroFloat()))
      continue;
    terms[whenTrue] = getTerm(select, whenTrue, inner, tensor);
    if (!terms[whenTrue])
      return {};
  }
  if (terms[0] && terms[1])
    return combine<arith::AddFOp>(terms[true], terms[false]);
  return terms[0] ? terms[0] : terms[1];
}

/// One value of the selection where it is chosen, and 0 elsewhere. `tensor`
/// stands for the scalar `inner` of the condition or, if that is null, for the
/// difference of what it compares.
Value MapSplitter::getTerm(arith::SelectOp select, bool whenTrue, Value inner,
                           Value tensor) {
  Value chosen = whenTrue ? select.getTrueValue() : select.getFalseValue();
  bool isTable =
      getSources(chosen).none() || (inner && isFunctionOf(chosen, inner));
  Value part = createMap(tensor, [&](OpBuilder &b, Location loc, ValueRange x) {
    IRMapping mapping;
    Value condition;
    if (inner) {
      mapping.map(inner, x[0]);
      condition = cloneScalar(b, select.getCondition(), mapping);
    } else {
      auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
      condition = b.create<arith::CmpFOp>(loc, compare.getPredicate(), x[0],
                                          createFloat(b, loc, 0.0f));
    }
    Value value =
        isTable ? cloneScalar(b, chosen, mapping) : createFloat(b, loc, 1.0f);
    Value zero = createFloat(b, loc, 0.0f);
    return whenTrue ? b.create<arith::SelectOp>(loc, condition, value, zero)
                    : b.create<arith::SelectOp>(loc, condition, zero, value);
  });
  return isTable ? part : combine<arith::MulFOp>(part, getTensor(chosen));
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

static bool isCandidate(MapOp map) {
  return map.getInputs().size() > 1 &&
         getPrecision(map, Precision::S8) != Precision::F32 &&
         getElementTypeOrSelf(map.getType()).isF32();
}

/// The map in parts, or null.
static Value splitMap(MapOp map) {
  OpBuilder builder(map);
  if (Value sum = addMask(builder, map))
    return sum;
  auto isF32 = [](Type type) { return getElementTypeOrSelf(type).isF32(); };
  if (!llvm::all_of(map->getOperandTypes(), isF32))
    return {};
  if (Value conv = convolveAffine(builder, map))
    return conv;
  return matchBinaryBody(map) ? Value() : MapSplitter(map, builder).run();
}

namespace {
struct SplitMaps : edgecc::impl::SplitMapsBase<SplitMaps> {
  using SplitMapsBase::SplitMapsBase;

  void runOnOperation() override {
    SmallVector<MapOp> maps;
    for (MapOp map : getOperation().getOps<MapOp>())
      if (isCandidate(map))
        maps.push_back(map);
    for (MapOp map : maps) {
      Value result = splitMap(map);
      if (!result)
        continue;
      map.getResult().replaceAllUsesWith(result);
      map.erase();
    }
  }
};
} // namespace
