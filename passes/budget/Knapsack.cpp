//===- Knapsack.cpp - One option for each layer, within limits ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Budget/Knapsack.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

using namespace llvm;
using namespace edgecc::budget;

namespace {

/// Options for the first items: the last of them, and the state before it.
struct State {
  std::array<int64_t, 2> costs{};
  double loss = 0;
  size_t before = 0;
  unsigned option = 0;
};

using Limits = std::array<int64_t, 2>;
using States = std::vector<State>;

/// The least that the items from each one on take.
std::vector<Limits> getLeastCosts(ArrayRef<std::vector<KnapsackOption>> items) {
  std::vector<Limits> least(items.size() + 1);
  for (size_t i = items.size(); i-- > 0;)
    for (size_t d = 0; d != 2; ++d) {
      int64_t smallest = items[i].front().costs[d];
      for (const KnapsackOption &option : items[i])
        smallest = std::min(smallest, option.costs[d]);
      least[i][d] = least[i + 1][d] + smallest;
    }
  return least;
}

/// Keeps the states that none is at least as good as in all respects.
void removeDominated(States &states) {
  llvm::stable_sort(states, [](const State &a, const State &b) {
    return std::tie(a.costs, a.loss) < std::tie(b.costs, b.loss);
  });
  // Of all states with no more of the first cost: the least loss by the second.
  std::map<int64_t, double> best;
  States kept;
  for (const State &state : states) {
    auto next = best.upper_bound(state.costs[1]);
    if (next != best.begin() && std::prev(next)->second <= state.loss)
      continue;
    while (next != best.end() && next->second >= state.loss)
      next = best.erase(next);
    best[state.costs[1]] = state.loss;
    kept.push_back(state);
  }
  states = std::move(kept);
}

/// Rounds costs up, which makes states alike.
void coarsen(States &states, const Limits &limits) {
  for (State &state : states)
    for (size_t d = 0; d != 2; ++d) {
      int64_t unit = std::max<int64_t>(limits[d] / 1024, 1);
      state.costs[d] =
          std::min((state.costs[d] + unit - 1) / unit * unit, limits[d]);
    }
  removeDominated(states);
}

} // namespace

std::optional<SmallVector<unsigned>>
edgecc::budget::solveKnapsack(ArrayRef<std::vector<KnapsackOption>> items,
                              Limits limits, size_t maxStates) {
  std::vector<Limits> least = getLeastCosts(items);
  std::vector<States> stages{{State()}};
  for (auto [number, item] : llvm::enumerate(items)) {
    States states;
    for (auto [before, state] : llvm::enumerate(stages.back()))
      for (auto [index, option] : llvm::enumerate(item)) {
        State next{state.costs, state.loss + option.loss, before,
                   unsigned(index)};
        bool fits = true;
        for (size_t d = 0; d != 2; ++d) {
          next.costs[d] += option.costs[d];
          fits &= next.costs[d] <= limits[d] - least[number + 1][d];
        }
        if (fits)
          states.push_back(next);
      }
    removeDominated(states);
    if (states.size() > maxStates)
      coarsen(states, limits);
    if (states.empty())
      return std::nullopt;
    stages.push_back(std::move(states));
  }
  auto best =
      llvm::min_element(stages.back(), [](const State &a, const State &b) {
        return a.loss < b.loss;
      });
  size_t at = size_t(best - stages.back().begin());
  SmallVector<unsigned> choice(items.size());
  for (size_t i = items.size(); i > 0; --i) {
    const State &state = stages[i][at];
    choice[i - 1] = state.option;
    at = state.before;
  }
  return choice;
}
