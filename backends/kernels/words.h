// Words of 32 bits in memory that is not aligned for them.
#ifndef EDGECC_KERNELS_WORDS_H
#define EDGECC_KERNELS_WORDS_H

#include <cstdint>
#include <cstring>

namespace edgecc {
namespace kernels {
namespace {

/// Four bytes or two int16 at any address; a single load.
[[maybe_unused]] inline std::int32_t loadWord(const void *from) {
  std::int32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_WORDS_H
