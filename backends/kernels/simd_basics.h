// What all kernels of vectors need.
#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#define EDGECC_KERNELS_SIMD_BASICS_H

#ifndef EDGECC_KERNELS_WORDS_H
#include "words.h"
#endif

/// Sums stay in registers only where everything is one function.
#define EDGECC_SIMD_INLINE __attribute__((always_inline)) inline
/// And these only where nothing else is in their function.
#define EDGECC_SIMD_APART __attribute__((noinline))
#define EDGECC_SIMD_UNROLL _Pragma("GCC unroll 32")

#endif // EDGECC_KERNELS_SIMD_BASICS_H
