// Scalar functions that elementwise code calls where C++ has none, or one that
// treats NaN differently.
//
//   at<T, Offset>(arena)   the address of a buffer in the arena
//   behind<Elements>(p)    an address some elements further on
//   isDue, rowsAt          of layers that are computed together, row by row:
//   row y
//                          is due in step Phase + Period * y
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

template <int Elements, class T> inline T *behind(T *buffer) {
  return buffer + Elements;
}

/// Whether one of the rows [First, Last) is due in a step.
template <int Period, int Phase, int First, int Last>
inline bool isDue(int step) {
  const int since = step - Phase - First * Period;
  if constexpr (Period == 1)
    return since >= 0 && since < Last - First;
  else
    return since >= 0 && since < (Last - First) * Period && since % Period == 0;
}

/// Where `Elements` elements for each row before the one that is due end.
template <int Period, int Phase, int Elements, class T>
inline T *rowsAt(T *image, int step) {
  return image + (step - Phase) / Period * Elements;
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
