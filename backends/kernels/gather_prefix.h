// gather of data_movement.h along the first axis of constants in a prefix code
// (prefix_code.h). Every `Block` rows begin with a word of their own, so that
// no more than these are decoded to get at one.
//
//   table    of the code
//   bits     of all blocks, one behind the other
//   starts   the first word of each block
//   indices  as for gather
//   out      [Indices..., row]
#ifndef EDGECC_KERNELS_GATHER_PREFIX_H
#define EDGECC_KERNELS_GATHER_PREFIX_H

#include <cstdint>

#ifndef EDGECC_KERNELS_DATA_MOVEMENT_H
#include "data_movement.h"
#endif
#ifndef EDGECC_KERNELS_PREFIX_CODE_H
#include "prefix_code.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Data, class Indices, int Block, class TStart, class TIndex,
          class T>
void gather_prefix(const std::uint16_t *table, const std::uint16_t *bits,
                   const TStart *starts, const TIndex *indices, T *out) {
  constexpr int kCount = Data::dim(0), kInner = Data::product(1, Data::rank);
  constexpr int kBytes = kInner * static_cast<int>(sizeof(T));
  const PrefixDecoder decoder(table);
  for (int i = 0; i < Indices::size; ++i, out += kInner) {
    const int row = gatherIndex<kCount>(indices[i]);
    PrefixBits next = {bits + starts[row / Block], 0, 0};
    // The rows before it have to be read; their place is that of the row.
    for (int skipped = row % Block; skipped >= 0; --skipped)
      decodeBytes(decoder, next, reinterpret_cast<std::int8_t *>(out), kBytes);
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_GATHER_PREFIX_H
