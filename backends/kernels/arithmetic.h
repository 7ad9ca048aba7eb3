// What kernels over several element types need to know of a type.
#ifndef EDGECC_KERNELS_ARITHMETIC_H
#define EDGECC_KERNELS_ARITHMETIC_H

#include <cmath>
#include <cstdint>

namespace edgecc {
namespace kernels {
namespace {

/// The type in which sums and products of T wrap around instead of overflowing,
/// and the ends of T's range. Floats are what they are.
template <class T> struct Arithmetic {
  using Wrapping = std::uint64_t;
  static constexpr bool isSigned = static_cast<T>(-1) < static_cast<T>(0);
  static constexpr T highest() {
    return static_cast<T>(~std::uint64_t{0} >>
                          (64 - 8 * sizeof(T) + (isSigned ? 1 : 0)));
  }
  static constexpr T lowest() {
    return static_cast<T>(isSigned ? -highest() - 1 : 0);
  }
};
template <> struct Arithmetic<float> {
  using Wrapping = float;
  static constexpr float highest() { return HUGE_VALF; }
  static constexpr float lowest() { return -HUGE_VALF; }
};

template <class T> inline T wrappingAdd(T a, T b) {
  using Acc = typename Arithmetic<T>::Wrapping;
  return static_cast<T>(static_cast<Acc>(a) + static_cast<Acc>(b));
}
template <class T> inline T wrappingMul(T a, T b) {
  using Acc = typename Arithmetic<T>::Wrapping;
  return static_cast<T>(static_cast<Acc>(a) * static_cast<Acc>(b));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_ARITHMETIC_H
