// The scalar definition of integer recurrent layers: docs/spec/integers.md,
// rules L1 and on. Kernels and the reference interpreter compute exactly these
// functions.
//
// Gates and functions are fixed point with 15 fractional bits in int32, so that
// 1 is exact; states are int16 with a scale.
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#define EDGECC_KERNELS_RECURRENT_FIXED_H

#include <cstdint>

#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif
#ifndef EDGECC_KERNELS_ACTIVATION_H
#include "activation.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

constexpr int kGateBits = 15;
/// 1 as a gate.
constexpr std::int32_t kGateOne = 1 << kGateBits;
/// What goes into a function is limited to this magnitude, so that three terms
/// fit 32 bits.
constexpr std::int32_t kMaxArgument = 1 << 29;

/// The numbers of one direction, in this order. Factors are a multiplier and a
/// shift; those that a kind of layer does not use are 0.
enum RecurrentConstant {
  kInputZero,
  kWeightShift,        ///< of the multipliers of the weights' rows
  kRecurrenceShift,    ///< of the recurrence's
  kNext,               ///< factor: the candidate to the state's unit
  kCell = kNext + 2,   ///< factor: the cell to its function's unit
  kOut = kCell + 2,    ///< factor: gate times function of the cell to h
  kHole = kOut + 2,    ///< factor: peephole weight times cell to the gates'
  kResult = kHole + 2, ///< factor of edge.requantize: h to y; 0: as it is
  kResultZero = kResult + 2,
  kGateClip, ///< bound of what the gates' function takes
  kNextClip, ///< bound of what the candidate's function takes
  /// Of each function, of which there are at most three: factor alpha, beta.
  kFunctions,
  kRecurrentConstants = kFunctions + 3 * 3
};

/// Multiplication by the real number multiplier * 2^-shift.
struct Factor {
  std::int32_t multiplier;
  int shift; ///< from 1 to 62

  explicit Factor(const std::int32_t *pair)
      : multiplier(pair[0]), shift(pair[1]) {}
  Factor(std::int32_t m, int s) : multiplier(m), shift(s) {}
};

/// The nearest integer, halves up.
[[maybe_unused]] inline std::int64_t scaleWide(std::int32_t value,
                                               Factor factor) {
  const std::int64_t half = std::int64_t{1} << (factor.shift - 1);
  return (static_cast<std::int64_t>(value) * factor.multiplier + half) >>
         factor.shift;
}

/// The same, limited to what functions take.
[[maybe_unused]] inline std::int32_t scale(std::int32_t value, Factor factor) {
  return static_cast<std::int32_t>(clamp<std::int64_t>(
      scaleWide(value, factor), -kMaxArgument, kMaxArgument));
}

[[maybe_unused]] inline std::int16_t saturate16(std::int64_t value) {
  return static_cast<std::int16_t>(clamp<std::int64_t>(value, -32768, 32767));
}

/// A product with a gate, back in the other factor's unit.
[[maybe_unused]] inline std::int64_t gated(std::int32_t gate,
                                           std::int32_t value) {
  return (static_cast<std::int64_t>(gate) * value + kGateOne / 2) >> kGateBits;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// tanh(i / 32) * 2^15, rounded.
constexpr std::uint16_t kTanhTable[257] = {
    0,     1024,  2045,  3063,  4075,  5079,  6073,  7056,  8025,  8980,  9919,
    10840, 11743, 12625, 13486, 14326, 15143, 15936, 16706, 17452, 18173, 18870,
    19542, 20189, 20813, 21411, 21986, 22538, 23066, 23571, 24054, 24516, 24956,
    25376, 25776, 26157, 26519, 26864, 27191, 27502, 27797, 28076, 28341, 28592,
    28830, 29055, 29268, 29470, 29660, 29840, 30010, 30170, 30322, 30465, 30600,
    30727, 30847, 30960, 31067, 31167, 31262, 31351, 31435, 31515, 31589, 31659,
    31726, 31788, 31846, 31901, 31953, 32002, 32048, 32091, 32132, 32170, 32206,
    32240, 32271, 32301, 32329, 32356, 32381, 32404, 32426, 32447, 32466, 32484,
    32501, 32517, 32532, 32547, 32560, 32573, 32584, 32596, 32606, 32616, 32625,
    32634, 32642, 32649, 32657, 32663, 32670, 32676, 32681, 32686, 32691, 32696,
    32700, 32704, 32708, 32712, 32715, 32718, 32721, 32724, 32727, 32729, 32732,
    32734, 32736, 32738, 32740, 32741, 32743, 32745, 32746, 32747, 32749, 32750,
    32751, 32752, 32753, 32754, 32755, 32755, 32756, 32757, 32758, 32758, 32759,
    32759, 32760, 32760, 32761, 32761, 32762, 32762, 32762, 32763, 32763, 32763,
    32764, 32764, 32764, 32764, 32765, 32765, 32765, 32765, 32765, 32766, 32766,
    32766, 32766, 32766, 32766, 32766, 32766, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
    32767, 32767, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768, 32768,
    32768, 32768, 32768, 32768};

/// tanh(x * 2^-15 * 2^-Halvings) * 2^15 of x >= 0, by linear interpolation,
/// divided by 2^Halvings.
template <int Halvings> inline std::int32_t tanhOfPositive(std::int32_t x) {
  constexpr int kBits = 10 + Halvings; // of the place between two entries
  if (x >= 256 << kBits)
    return kGateOne >> Halvings;
  const int at = x >> kBits;
  const std::int32_t low = kTanhTable[at], rest = x & ((1 << kBits) - 1);
  const std::int32_t value = (low << kBits) + (kTanhTable[at + 1] - low) * rest;
  return (value + (1 << (kBits + Halvings - 1))) >> (kBits + Halvings);
}

/// tanh, of and in units of 2^-15.
[[maybe_unused]] inline std::int32_t tanhFixed(std::int32_t x) {
  return x < 0 ? -tanhOfPositive<0>(-x) : tanhOfPositive<0>(x);
}

/// sigmoid(x) = (1 + tanh(x / 2)) / 2, of and in units of 2^-15.
[[maybe_unused]] inline std::int32_t sigmoidFixed(std::int32_t x) {
  const std::int32_t half = kGateOne / 2;
  return x < 0 ? half - tanhOfPositive<1>(-x) : half + tanhOfPositive<1>(x);
}

/// Functions with an integer form. They take units of 2^-15 and give the same;
/// Relu takes the state's unit and gives it. `parameters`: factor alpha, beta.
template <Activation Kind>
inline std::int32_t
activateFixed(std::int32_t x, [[maybe_unused]] const std::int32_t *parameters) {
  static_assert(Kind == Activation::Sigmoid || Kind == Activation::Tanh ||
                    Kind == Activation::HardSigmoid || Kind == Activation::Relu,
                "the function has an integer form");
  if constexpr (Kind == Activation::Sigmoid)
    return sigmoidFixed(x);
  else if constexpr (Kind == Activation::Tanh)
    return tanhFixed(x);
  else if constexpr (Kind == Activation::HardSigmoid)
    return clamp<std::int32_t>(scale(x, Factor(parameters)) + parameters[2], 0,
                               kGateOne);
  else
    return clamp<std::int32_t>(x, 0, 32767);
}

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

/// What a function gave, as a state of an RNN or the candidate of a GRU.
[[maybe_unused]] inline std::int16_t toState(std::int32_t value,
                                             Factor factor) {
  return saturate16(scaleWide(value, factor));
}

/// A state in another type, int8 or int16.
template <class T>
inline T toResult(std::int16_t h, Factor factor, std::int32_t zero) {
  constexpr std::int64_t kHalf = std::int64_t{1} << (8 * sizeof(T) - 1);
  return static_cast<T>(
      clamp<std::int64_t>(scaleWide(h, factor) + zero, -kHalf, kHalf - 1));
}

/// GRU: z * h + (1 - z) * next.
[[maybe_unused]] inline std::int16_t blend(std::int32_t z, std::int16_t h,
                                           std::int16_t next) {
  return static_cast<std::int16_t>(
      (z * h + (kGateOne - z) * next + kGateOne / 2) >> kGateBits);
}

/// LSTM: forget * cell + in * next.
[[maybe_unused]] inline std::int16_t
nextCell(std::int32_t forget, std::int16_t cell, std::int32_t in,
         std::int32_t next, Factor factor) {
  return saturate16(
      (forget * cell + scaleWide(in * next, factor) + kGateOne / 2) >>
      kGateBits);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RECURRENT_FIXED_H
