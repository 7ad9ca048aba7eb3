// Scalar functions that elementwise code calls where C++ has none, or one that
// treats NaN differently.
//
//   at<T, Offset>(arena)   the address of a buffer in the arena
//   maximum, minimum       NaN if an operand is NaN, as arith.maximumf
#ifndef EDGECC_KERNELS_SCALAR_H
#define EDGECC_KERNELS_SCALAR_H

#include <cmath>
#include <cstdint>

namespace edgecc {
namespace kernels {
namespace {

/// A buffer may take over the bytes of one with another element type. The empty
/// statement keeps compilers from moving accesses to the new one before those
/// to the old one on the ground that types differ.
template <class T, int Offset> inline T *at(std::uint8_t *arena) {
  T *buffer = reinterpret_cast<T *>(arena + Offset);
  __asm__ volatile("" : "+r"(buffer) : : "memory");
  return buffer;
}

// a != a holds for NaN alone; compilers drop it for integers.
template <class T> inline T maximum(T a, T b) {
  return a != a || a > b ? a : b;
}
template <class T> inline T minimum(T a, T b) {
  return a != a || a < b ? a : b;
}
template <class T> inline T negate(T a) { return -a; }
template <class T> inline T absolute(T a) { return a < 0 ? -a : a; }
template <class T> inline T reciprocalSqrt(T a) { return T(1) / std::sqrt(a); }
template <class T> inline bool isUnordered(T a, T b) {
  return a != a || b != b;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SCALAR_H
