// Weights of four bits: rows of digits from -8 to 7, in groups that share a
// step. A weight is its digit times the step of its group.
//
//   digits       [O, row bytes]; a group of n weights is (n + 1) / 2 bytes, of
//                which byte j has weight j in its lower half and weight
//                j + (n + 1) / 2 in its upper half, so that both halves meet
//                neighbours in memory
//   steps        [O, groups in a row]
#ifndef EDGECC_KERNELS_PACKED_WEIGHTS_H
#define EDGECC_KERNELS_PACKED_WEIGHTS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The digit in the lower or upper half of a byte, with its sign.
[[maybe_unused]] constexpr std::int8_t lowerDigit(std::int8_t byte) {
  return static_cast<std::int8_t>(
      static_cast<std::int8_t>(static_cast<std::uint8_t>(byte) << 4) >> 4);
}
[[maybe_unused]] constexpr std::int8_t upperDigit(std::int8_t byte) {
  return static_cast<std::int8_t>(byte >> 4);
}

/// Rows of `Row` weights in groups of `Group`; the last group of a row may be
/// smaller.
template <int Row, int Group> struct PackedRows {
  static_assert(Group > 0 && Group <= Row, "groups divide a row");
  static_assert(Group == Row || Group % 2 == 0, "groups begin at bytes");
  static constexpr int kWhole = Row / Group, kRest = Row % Group;
  static constexpr int kGroups = kWhole + (kRest != 0);
  static constexpr int kGroupBytes = (Group + 1) / 2;
  static constexpr int kRowBytes = kWhole * kGroupBytes + (kRest + 1) / 2;

  template <int Count>
  static inline void unpackGroup(const std::int8_t *digits, int step,
                                 std::int8_t *to) {
    constexpr int kHalf = (Count + 1) / 2;
    for (int j = 0; j < kHalf; ++j)
      to[j] = static_cast<std::int8_t>(lowerDigit(digits[j]) * step);
    for (int j = 0; j < Count / 2; ++j)
      to[kHalf + j] = static_cast<std::int8_t>(upperDigit(digits[j]) * step);
  }

  /// Writes `Lanes` rows of weights, one after the other.
  template <int Lanes>
  static inline void unpack(const std::int8_t *digits, const std::int8_t *steps,
                            std::int8_t *to) {
    for (int lane = 0; lane < Lanes; ++lane) {
      for (int g = 0; g < kWhole; ++g, to += Group, digits += kGroupBytes)
        unpackGroup<Group>(digits, *steps++, to);
      if constexpr (kRest != 0) {
        unpackGroup<kRest>(digits, *steps++, to);
        digits += (kRest + 1) / 2;
        to += kRest;
      }
    }
  }

  /// Adds the products of in[0..Count) and the digits of one group.
  template <int Lanes, int Count>
  static inline Accumulators<std::int32_t>
  multiplyGroup(const std::int8_t *in, const std::int8_t *digits) {
    constexpr int kHalf = (Count + 1) / 2;
    Accumulators<std::int32_t> sum = {0, 0, 0, 0};
    for (int j = 0; j < Count / 2; ++j) {
      const std::int32_t x = in[j], y = in[kHalf + j];
      const std::int8_t *d = digits + j;
      sum.a0 += x * lowerDigit(*d) + y * upperDigit(*d);
      if constexpr (Lanes == 4) {
        const std::int8_t d1 = d[kRowBytes], d2 = d[2 * kRowBytes],
                          d3 = d[3 * kRowBytes];
        sum.a1 += x * lowerDigit(d1) + y * upperDigit(d1);
        sum.a2 += x * lowerDigit(d2) + y * upperDigit(d2);
        sum.a3 += x * lowerDigit(d3) + y * upperDigit(d3);
      }
    }
    if constexpr (Count % 2 != 0)
      accumulateLower<Lanes>(sum, in[kHalf - 1], digits + kHalf - 1);
    return sum;
  }

  /// Adds the dot products of in[0..Row) with `Lanes` rows.
  template <int Lanes>
  static inline void
  accumulate(Accumulators<std::int32_t> &acc, const std::int8_t *in,
             const std::int8_t *digits, const std::int8_t *steps) {
    for (int g = 0; g < kWhole; ++g, in += Group, digits += kGroupBytes)
      addScaled<Lanes>(acc, multiplyGroup<Lanes, Group>(in, digits), steps + g);
    if constexpr (kRest != 0)
      addScaled<Lanes>(acc, multiplyGroup<Lanes, kRest>(in, digits),
                       steps + kWhole);
  }

private:
  template <int Lanes>
  static inline void accumulateLower(Accumulators<std::int32_t> &sum,
                                     std::int32_t x,
                                     const std::int8_t *digits) {
    sum.a0 += x * lowerDigit(digits[0]);
    if constexpr (Lanes == 4) {
      sum.a1 += x * lowerDigit(digits[kRowBytes]);
      sum.a2 += x * lowerDigit(digits[2 * kRowBytes]);
      sum.a3 += x * lowerDigit(digits[3 * kRowBytes]);
    }
  }

  template <int Lanes>
  static inline void addScaled(Accumulators<std::int32_t> &acc,
                               const Accumulators<std::int32_t> &sum,
                               const std::int8_t *steps) {
    acc.a0 += sum.a0 * steps[0];
    if constexpr (Lanes == 4) {
      acc.a1 += sum.a1 * steps[kGroups];
      acc.a2 += sum.a2 * steps[2 * kGroups];
      acc.a3 += sum.a3 * steps[3 * kGroups];
    }
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_PACKED_WEIGHTS_H
