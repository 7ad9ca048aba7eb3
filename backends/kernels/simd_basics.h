// What all kernels of vectors need.
#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#define EDGECC_KERNELS_SIMD_BASICS_H

#include <cstdint>
#include <cstring>

/// Sums stay in registers only where everything is one function.
#define EDGECC_SIMD_INLINE __attribute__((always_inline)) inline
/// And these only where nothing else is in their function.
#define EDGECC_SIMD_APART __attribute__((noinline))
#define EDGECC_SIMD_UNROLL _Pragma("GCC unroll 32")

namespace edgecc {
namespace kernels {
namespace {

/// Unaligned memory as a word.
[[maybe_unused]] inline std::int32_t loadWord(const void *from) {
  std::int32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_BASICS_H
