// Int8 fully connected layers with weights of four bits.
//
//   in           [..., K]
//   digits       [O, K], packed (packed_weights.h) in groups of `Group` weights
//   steps        of these groups
//   bias         [O], with -in_zero * sum(weights) in it
//   multiplier   [O]
//   out          [..., O]
//
// Arithmetic as fully_connected_s8: a group's sum is multiplied once.
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_W4_H
#define EDGECC_KERNELS_FULLY_CONNECTED_W4_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_PACKED_WEIGHTS_H
#include "packed_weights.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class In, class Out, int Group>
void fully_connected_s8w4(const std::int8_t *in, const std::int8_t *digits,
                          const std::int8_t *steps, const std::int32_t *bias,
                          const std::int32_t *multiplier, std::int8_t *out,
                          int shift, int out_zero, int lo, int hi) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1);
  static_assert(In::product(0, In::rank - 1) == kRows, "rows of in and out");
  using Rows = PackedRows<kDepth, Group>;
  const FinishS8 finish = {multiplier, shift, out_zero, lo, hi};
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    int o = 0;
    for (; o < kOut / 4 * 4; o += 4) {
      Accumulators<std::int32_t> acc = load<4>(bias + o);
      Rows::template accumulate<4>(acc, in, digits + o * Rows::kRowBytes,
                                   steps + o * Rows::kGroups);
      store<4>(acc, out, o, finish);
    }
    for (; o < kOut; ++o) {
      Accumulators<std::int32_t> acc = load<1>(bias + o);
      Rows::template accumulate<1>(acc, in, digits + o * Rows::kRowBytes,
                                   steps + o * Rows::kGroups);
      store<1>(acc, out, o, finish);
    }
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_FULLY_CONNECTED_W4_H
