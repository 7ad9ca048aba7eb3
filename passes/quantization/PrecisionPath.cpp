//===- PrecisionPath.cpp - From cheap to exact, step by step --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/PrecisionPath.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

//===----------------------------------------------------------------------===//
// Edges
//===----------------------------------------------------------------------===//

/// The operation that computes what only moves on its way to `value`.
static Operation *findSource(Value value) {
  Operation *op = value.getDefiningOp();
  while (auto mover = dyn_cast_or_null<edge::QuantizableOpInterface>(op)) {
    SmallVector<Value> moved = mover.getSameTypeOperands();
    if (moved.size() != 1)
      break;
    op = moved.front().getDefiningOp();
  }
  return op;
}

std::vector<LayerEdge> quantization::collectEdges(func::FuncOp function,
                                                  ArrayRef<Layer> layers) {
  DenseMap<Operation *, unsigned> numbers;
  for (auto [number, layer] : llvm::enumerate(layers))
    numbers[layer.op] = unsigned(number);
  std::vector<LayerEdge> edges;
  for (auto [number, layer] : llvm::enumerate(layers))
    for (Value operand : layer.op->getOperands()) {
      auto source = numbers.find(findSource(operand));
      if (source != numbers.end())
        edges.push_back(
            {source->second, unsigned(number),
             double(
                 cast<RankedTensorType>(operand.getType()).getNumElements())});
    }
  return edges;
}

//===----------------------------------------------------------------------===//
// The path
//===----------------------------------------------------------------------===//

/// Whether a value goes from one precision to the other without conversion.
static bool haveSameActivations(Precision a, Precision b) {
  return (a == Precision::F32) == (b == Precision::F32) &&
         hasWideActivations(a) == hasWideActivations(b);
}

/// By cost, without those that another one beats in both.
static std::vector<PrecisionOption>
keepUseful(std::vector<PrecisionOption> options) {
  llvm::stable_sort(options, [](const auto &a, const auto &b) {
    return std::pair(a.cost, a.noise) < std::pair(b.cost, b.noise);
  });
  std::vector<PrecisionOption> useful;
  for (const PrecisionOption &option : options)
    if (useful.empty() || option.noise < useful.back().noise)
      useful.push_back(option);
  return useful;
}

namespace {
class Planner {
public:
  Planner(ArrayRef<std::vector<PrecisionOption>> options,
          ArrayRef<LayerEdge> edges)
      : chosen(options.size(), 0), edges(options.size()) {
    for (const std::vector<PrecisionOption> &each : options)
      this->options.push_back(keepUseful(each));
    for (const LayerEdge &edge : edges) {
      this->edges[edge.from].push_back(edge);
      if (edge.from != edge.to)
        this->edges[edge.to].push_back(edge);
    }
  }

  PrecisionMix getMix() const {
    PrecisionMix mix;
    for (auto [layer, index] : llvm::enumerate(chosen))
      mix.push_back(options[layer][index].precision);
    return mix;
  }
  /// False where there is nothing left to better.
  bool step();

private:
  double getConversions(unsigned layer, Precision precision) const;
  double getGain(unsigned layer, size_t option) const;

  std::vector<std::vector<PrecisionOption>> options;
  std::vector<size_t> chosen;
  /// Of each layer, in and out.
  std::vector<std::vector<LayerEdge>> edges;
};
} // namespace

double Planner::getConversions(unsigned layer, Precision precision) const {
  double cost = 0;
  for (const LayerEdge &edge : edges[layer]) {
    unsigned other = edge.from == layer ? edge.to : edge.from;
    if (other != layer &&
        !haveSameActivations(precision,
                             options[other][chosen[other]].precision))
      cost += edge.conversionCost;
  }
  return cost;
}

/// Noise that goes away for each unit of cost.
double Planner::getGain(unsigned layer, size_t index) const {
  const PrecisionOption &now = options[layer][chosen[layer]];
  const PrecisionOption &better = options[layer][index];
  double cost = better.cost - now.cost +
                getConversions(layer, better.precision) -
                getConversions(layer, now.precision);
  // What is better and cheaper comes first of all.
  return (now.noise - better.noise) / std::max(cost, 1e-12);
}

bool Planner::step() {
  double best = 0;
  std::optional<std::pair<unsigned, size_t>> move;
  for (unsigned layer = 0; layer != options.size(); ++layer)
    for (size_t index = chosen[layer] + 1; index < options[layer].size();
         ++index)
      if (double gain = getGain(layer, index); !move || gain > best) {
        best = gain;
        move = std::pair(layer, index);
      }
  if (move)
    chosen[move->first] = move->second;
  return move.has_value();
}

std::vector<PrecisionMix>
quantization::planPath(ArrayRef<std::vector<PrecisionOption>> options,
                       ArrayRef<LayerEdge> edges) {
  Planner planner(options, edges);
  std::vector<PrecisionMix> path = {planner.getMix()};
  while (planner.step())
    path.push_back(planner.getMix());
  return path;
}
