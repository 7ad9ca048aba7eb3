//===- EliminateTransposes.cpp - Choose layouts so that little moves ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moving transposes one operation at a time gets stuck where a value has
// several users, or moves them back and forth. So the layout of all values that
// a permutation's transposes can reach is decided at once: each operation
// computes its result plain or permuted, an edge between different layouts
// costs a transpose, and a minimum cut is the cheapest labelling.
//
//===----------------------------------------------------------------------===//

#include "MinCut.h"
#include "TransposeFolding.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace edgecc {
#define GEN_PASS_DEF_ELIMINATETRANSPOSES
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

using Permutation = SmallVector<int64_t>;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The shape of a value as an operand of `rank`: aligned at the last axis.
static SmallVector<int64_t> getExpandedShape(Value value, size_t rank) {
  ArrayRef<int64_t> shape = typeOf(value).getShape();
  SmallVector<int64_t> expanded(rank - shape.size(), 1);
  llvm::append_range(expanded, shape);
  return expanded;
}

/// The bytes that a transpose moves. One that moves only axes of size 1 is a
/// reshape; it costs a little, since it stands between operations that fuse.
static int64_t getMoveCost(Value value, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape = getExpandedShape(value, perm.size());
  Permutation sized;
  for (int64_t axis : perm)
    if (shape[axis] != 1)
      sized.push_back(axis);
  if (llvm::is_sorted(sized))
    return 1;
  constexpr int64_t byteCost = 1024;
  return typeOf(value).getNumElements() * byteCost *
         reference::getElementBytes(typeOf(value).getElementType());
}

static bool isChannelsLast(ArrayRef<int64_t> perm) {
  if (perm.size() < 3 || perm.front() != 0 || perm.back() != 1)
    return false;
  return llvm::is_sorted(perm.drop_back());
}

namespace {
/// The choice between plain and permuted, for one permutation.
class LayoutProblem {
public:
  LayoutProblem(func::FuncOp func, ArrayRef<int64_t> perm);

  /// Finds the cheapest layouts. Returns false where that is no gain; with
  /// `preferPermuted`, equal cost with more operations permuted is one.
  bool solve(bool preferPermuted);
  /// Rewrites the operations that compute permuted results. What remains of
  /// transposes of transposes folds.
  void apply();

private:
  /// A value that is needed permuted by `perm`, and who uses it how.
  struct Edge {
    Value value;
    Permutation perm;
    MinCut::Node producer;
    SmallVector<MinCut::Node> consumers;
  };

  void visit(Value value, ArrayRef<int64_t> perm);
  void visitUsers(Value value);
  bool acceptsOperands(PermutableOpInterface op);
  void collectEdge(Value value);
  void collectBroadcastOperands(PermutableOpInterface op);
  MinCut::Node getProducer(Value value, ArrayRef<int64_t> perm);
  std::optional<MinCut::Node> getConsumer(OpOperand &use,
                                          ArrayRef<int64_t> perm);
  void addEdge(const Edge &edge);
  void rewrite(PermutableOpInterface op);
  Value getPermuted(OpBuilder &builder, Value value, ArrayRef<int64_t> perm);

  func::FuncOp func;
  /// Every value that transposes can reach, with the permutation it would have.
  llvm::MapVector<Value, Permutation> reached;
  /// Operations with a choice.
  llvm::MapVector<Operation *, MinCut::Node> nodes;
  MinCut cut;
  int64_t plainCost = 0;
  llvm::BitVector permuted;
  /// Transposes that `apply` made.
  DenseMap<std::pair<Value, ArrayAttr>, Value> made;
};
} // namespace

LayoutProblem::LayoutProblem(func::FuncOp func, ArrayRef<int64_t> perm)
    : func(func) {
  Permutation inverse = invertPermutationVector(perm);
  func.walk([&](TransposeOp op) {
    if (op.getPerm() == perm)
      visit(op.getInput(), perm);
    if (op.getPerm() == ArrayRef(inverse))
      visit(op.getResult(), perm);
  });
  // `reached` grows meanwhile.
  for (size_t i = 0; i != reached.size(); ++i)
    visitUsers(std::next(reached.begin(), i)->first);

  for (auto &entry : reached) {
    auto op = entry.first.getDefiningOp<PermutableOpInterface>();
    if (op && acceptsOperands(op))
      nodes.insert({op, cut.addNode()});
  }
  for (auto &entry : reached)
    collectEdge(entry.first);
  for (auto &entry : nodes)
    collectBroadcastOperands(cast<PermutableOpInterface>(entry.first));
}

void LayoutProblem::visit(Value value, ArrayRef<int64_t> perm) {
  bool isNew = reached.insert({value, Permutation(perm)}).second;
  auto op = value.getDefiningOp<PermutableOpInterface>();
  if (!isNew || !op)
    return;
  FailureOr<Permutation> operandPerm = op.getOperandPermutation(perm);
  if (failed(operandPerm))
    return;
  for (OpOperand &operand : op->getOpOperands())
    if (op.isPermutedOperand(operand.getOperandNumber()) &&
        typeOf(operand.get()).getRank() == int64_t(operandPerm->size()))
      visit(operand.get(), *operandPerm);
}

void LayoutProblem::visitUsers(Value value) {
  Permutation perm = reached.find(value)->second;
  for (OpOperand &use : value.getUses()) {
    auto user = dyn_cast<PermutableOpInterface>(use.getOwner());
    if (!user || !user.isPermutedOperand(use.getOperandNumber()))
      continue;
    FailureOr<Permutation> resultPerm = user.getResultPermutation(perm);
    Value result = user->getResult(0);
    if (succeeded(resultPerm) &&
        typeOf(result).getRank() == int64_t(resultPerm->size()))
      visit(result, *resultPerm);
  }
}

/// Whether the permutations with which operands were reached are those that the
/// operation needs. Where axes of size 1 are involved there may be several.
bool LayoutProblem::acceptsOperands(PermutableOpInterface op) {
  ArrayRef<int64_t> perm = reached.find(op->getResult(0))->second;
  FailureOr<Permutation> operandPerm = op.getOperandPermutation(perm);
  if (failed(operandPerm))
    return false;
  for (OpOperand &operand : op->getOpOperands()) {
    auto *known = reached.find(operand.get());
    if (!op.isPermutedOperand(operand.getOperandNumber()) ||
        typeOf(operand.get()).getRank() != int64_t(operandPerm->size()))
      continue;
    if (known == reached.end())
      return false;
    if (known->second == *operandPerm)
      continue;
    FailureOr<Permutation> resultPerm = op.getResultPermutation(known->second);
    if (failed(resultPerm) || ArrayRef(*resultPerm) != perm)
      return false;
  }
  return true;
}

MinCut::Node LayoutProblem::getProducer(Value value, ArrayRef<int64_t> perm) {
  Operation *op = value.getDefiningOp();
  if (auto node = nodes.find(op); node != nodes.end())
    return node->second;
  // The permuted value is what such a transpose takes.
  auto transpose = dyn_cast_or_null<TransposeOp>(op);
  bool undone = transpose &&
                transpose.getPerm() == ArrayRef(invertPermutationVector(perm));
  return undone ? MinCut::sink : MinCut::source;
}

/// The node that a use belongs to; none where either layout will do.
std::optional<MinCut::Node> LayoutProblem::getConsumer(OpOperand &use,
                                                       ArrayRef<int64_t> perm) {
  Operation *user = use.getOwner();
  if (auto transpose = dyn_cast<TransposeOp>(user))
    return transpose.getPerm() == perm ? MinCut::sink : MinCut::source;
  if (auto node = nodes.find(user); node != nodes.end())
    if (cast<PermutableOpInterface>(user).isPermutedOperand(
            use.getOperandNumber()))
      return node->second;
  if (auto reshape = dyn_cast<ReshapeOp>(user))
    if (canFoldIntoWeights(reshape, invertPermutationVector(perm)))
      return std::nullopt;
  return MinCut::source;
}

void LayoutProblem::collectEdge(Value value) {
  if (value.getDefiningOp<ConstantOp>())
    return;
  Edge edge{value, reached.find(value)->second, MinCut::source, {}};
  edge.producer = getProducer(value, edge.perm);
  for (OpOperand &use : value.getUses())
    if (std::optional<MinCut::Node> node = getConsumer(use, edge.perm))
      edge.consumers.push_back(*node);
  addEdge(edge);
}

void LayoutProblem::collectBroadcastOperands(PermutableOpInterface op) {
  ArrayRef<int64_t> perm = reached.find(op->getResult(0))->second;
  FailureOr<Permutation> operandPerm = op.getOperandPermutation(perm);
  for (OpOperand &operand : op->getOpOperands()) {
    int64_t rank = typeOf(operand.get()).getRank();
    if (!op.isPermutedOperand(operand.getOperandNumber()) ||
        operand.get().getDefiningOp<ConstantOp>() ||
        rank == int64_t(operandPerm->size()))
      continue;
    addEdge({operand.get(),
             *operandPerm,
             MinCut::source,
             {nodes.find(op)->second}});
  }
}

/// One transposed copy serves all consumers: the cost hangs on a node between
/// them and the producer, once per direction.
void LayoutProblem::addEdge(const Edge &edge) {
  if (edge.consumers.empty())
    return;
  int64_t cost = getMoveCost(edge.value, edge.perm);
  MinCut::Node toPermuted = cut.addNode(), toPlain = cut.addNode();
  cut.addEdge(edge.producer, toPermuted, cost);
  cut.addEdge(toPlain, edge.producer, cost);
  bool differs = false;
  for (MinCut::Node consumer : edge.consumers) {
    cut.addEdge(toPermuted, consumer, MinCut::infinite);
    cut.addEdge(consumer, toPlain, MinCut::infinite);
    bool isPermuted = consumer == MinCut::sink;
    differs |= isPermuted != (edge.producer == MinCut::sink);
  }
  plainCost += differs ? cost : 0;
}

bool LayoutProblem::solve(bool preferPermuted) {
  if (nodes.empty())
    return false;
  int64_t cost = cut.run();
  permuted = cut.getSinkSide(/*most=*/preferPermuted);
  bool any = llvm::any_of(
      nodes, [&](const auto &entry) { return permuted.test(entry.second); });
  return any && (cost < plainCost || preferPermuted);
}

Value LayoutProblem::getPermuted(OpBuilder &builder, Value value,
                                 ArrayRef<int64_t> perm) {
  Value &copy = made[{value, builder.getI64ArrayAttr(perm)}];
  if (copy)
    return copy;
  SmallVector<int64_t> shape = getExpandedShape(value, perm.size());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  if (auto constant = value.getDefiningOp<ConstantOp>())
    if (auto folded = createPermutedConstant(builder, constant, shape, perm))
      return copy = folded;
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (transpose && shape.size() == transpose.getPerm().size() &&
      transpose.getPerm() == ArrayRef(invertPermutationVector(perm)))
    return copy = transpose.getInput();
  Type expanded = typeOf(value).clone(shape);
  Value source = value;
  if (expanded != value.getType())
    source = builder.create<ReshapeOp>(value.getLoc(), expanded, value);
  return copy = builder.create<TransposeOp>(
             value.getLoc(),
             typeOf(source).clone(applyPermutation(shape, perm)), source, perm);
}

void LayoutProblem::rewrite(PermutableOpInterface op) {
  ArrayRef<int64_t> perm = reached.find(op->getResult(0))->second;
  FailureOr<Permutation> operandPerm = op.getOperandPermutation(perm);
  OpBuilder builder(op);
  SmallVector<Value> operands;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (!op.isPermutedOperand(operand.getOperandNumber())) {
      operands.push_back(value);
      continue;
    }
    auto known = reached.find(value);
    bool sameRank = typeOf(value).getRank() == int64_t(operandPerm->size());
    operands.push_back(getPermuted(
        builder, value,
        sameRank && known != reached.end() ? known->second : *operandPerm));
  }
  Operation *created = op.createPermuted(builder, operands, perm);
  made[{op->getResult(0), builder.getI64ArrayAttr(perm)}] =
      created->getResult(0);
  // The plain value, for whoever still needs it.
  Value plain = builder.create<TransposeOp>(
      op->getLoc(), op->getResult(0).getType(), created->getResult(0),
      invertPermutationVector(perm));
  op->getResult(0).replaceUsesWithIf(plain, [&](OpOperand &use) {
    auto node = nodes.find(use.getOwner());
    return node == nodes.end() || !permuted.test(node->second);
  });
}

void LayoutProblem::apply() {
  SmallVector<Operation *> chosen;
  func.walk([&](Operation *op) {
    auto node = nodes.find(op);
    if (node != nodes.end() && permuted.test(node->second))
      chosen.push_back(op);
  });
  for (Operation *op : chosen)
    rewrite(cast<PermutableOpInterface>(op));
  for (Operation *op : llvm::reverse(chosen))
    op->erase();
}

namespace {
struct EliminateTransposes
    : edgecc::impl::EliminateTransposesBase<EliminateTransposes> {
  using EliminateTransposesBase::EliminateTransposesBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateTransposeFoldingPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    fold();
    reduceCost();
    // Once, since operations could go back and forth at equal cost.
    for (const Permutation &perm : collectPermutations())
      if (isChannelsLast(perm))
        improve(perm, /*preferPermuted=*/true);
    reduceCost();
  }

  /// Every round makes what is moved less, or is the last one.
  void reduceCost() {
    int64_t before, cost = getTotalCost();
    do {
      before = cost;
      for (const Permutation &perm : collectPermutations())
        improve(perm, /*preferPermuted=*/false);
      cost = getTotalCost();
    } while (cost < before);
  }

  int64_t getTotalCost() {
    int64_t cost = 0;
    getOperation().walk([&](TransposeOp op) {
      cost += getMoveCost(op.getInput(), op.getPerm());
    });
    return cost;
  }

  void improve(ArrayRef<int64_t> perm, bool preferPermuted) {
    LayoutProblem problem(getOperation(), perm);
    if (!problem.solve(preferPermuted))
      return;
    problem.apply();
    fold();
  }

  void fold() {
    (void)applyPatternsAndFoldGreedily(getOperation(), patterns);
    shareTransposes();
  }

  /// Has one transposed copy of a value serve all, as the costs assume.
  void shareTransposes() {
    DenseMap<std::pair<Value, Attribute>, TransposeOp> first;
    for (TransposeOp op :
         llvm::make_early_inc_range(getOperation().getOps<TransposeOp>())) {
      auto [known, isNew] =
          first.insert({{op.getInput(), op.getPermAttr()}, op});
      if (isNew)
        continue;
      op.replaceAllUsesWith(known->second.getResult());
      op.erase();
    }
  }

  /// The permutations that the function transposes by, and their inverses.
  SmallVector<Permutation> collectPermutations() {
    SmallVector<Permutation> perms;
    auto add = [&](ArrayRef<int64_t> perm) {
      if (!llvm::is_contained(perms, perm))
        perms.emplace_back(perm);
    };
    getOperation().walk([&](TransposeOp op) {
      add(op.getPerm());
      add(invertPermutationVector(op.getPerm()));
    });
    return perms;
  }

  FrozenRewritePatternSet patterns;
};
} // namespace
