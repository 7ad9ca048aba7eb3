// What float and integer recurrent layers share: the way through directions,
// sequences and steps.
//
//   in       [S, B, I]      S steps of B sequences
//   lengths  [B]            steps that a sequence has
//   y        [S, D, B, H]   states after each step; with KeepsStates only
//   h        [D, B, H]      states: before the first step, after the last
//
// A cell has a member `step<D>(in, h, row)`, which takes the state `h` of row
// [D, B] through a step; its layer has `keep<D>(h, y)`, which makes a result of
// a state, and `zero<D>()`, which is what a result of zero is stored as.
#ifndef EDGECC_KERNELS_RECURRENT_LOOP_H
#define EDGECC_KERNELS_RECURRENT_LOOP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_ACTIVATION_H
#include "activation.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

enum class Direction { Forward, Reverse, Bidirectional };

/// The sizes of a layer. `Functions` are the activations of all directions.
template <class In, int Hidden, Direction Way, Activation... Functions>
struct RecurrentSizes {
  static constexpr int steps = In::dim(0), batch = In::dim(1),
                       inputs = In::dim(2), hidden = Hidden;
  static constexpr int directions = Way == Direction::Bidirectional ? 2 : 1;
  static constexpr int functions =
      static_cast<int>(sizeof...(Functions)) / directions;

  /// Whether direction `D` goes from the last step to the first.
  static constexpr bool isReverse(int d) {
    return Way == Direction::Reverse || d == 1;
  }
};

/// The steps of one sequence. `h` points to its state.
template <int D, bool KeepsStates, class Cell, class X, class State, class Y>
inline void runSequence(const Cell &cell, const X *in, int sequence, int length,
                        State *h, Y *y) {
  using Sizes = typename Cell::Layer::Sizes;
  constexpr int kHidden = Sizes::hidden, kBatch = Sizes::batch;
  length = length < 0 ? 0 : length > Sizes::steps ? Sizes::steps : length;
  for (int i = 0; i < length; ++i) {
    const int step = Sizes::isReverse(D) ? length - 1 - i : i;
    cell.template step<D>(in + (step * kBatch + sequence) * Sizes::inputs, h,
                          D * kBatch + sequence);
    if constexpr (KeepsStates)
      cell.layer.template keep<D>(
          h,
          y + ((step * Sizes::directions + D) * kBatch + sequence) * kHidden);
  }
  if constexpr (KeepsStates)
    for (int step = length; step < Sizes::steps; ++step)
      for (int i = 0; i < kHidden; ++i)
        y[((step * Sizes::directions + D) * kBatch + sequence) * kHidden + i] =
            cell.layer.template zero<D>();
}

/// All directions from `D` on, and sequences; the state of each lives in `h`.
template <int D, bool KeepsStates, class Cell, class X, class State, class Y>
inline void runDirections(const Cell &cell, const X *in,
                          const std::int32_t *lengths, Y *y, State *h) {
  using Sizes = typename Cell::Layer::Sizes;
  for (int sequence = 0; sequence < Sizes::batch; ++sequence)
    runSequence<D, KeepsStates>(
        cell, in, sequence, lengths[sequence],
        h + (D * Sizes::batch + sequence) * Sizes::hidden, y);
  if constexpr (D + 1 < Sizes::directions)
    runDirections<D + 1, KeepsStates>(cell, in, lengths, y, h);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_LOOP_H
