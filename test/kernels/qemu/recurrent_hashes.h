//===- recurrent_hashes.h - Hashes of recurrent layers ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Part of hash.cpp, whose data it uses.
#ifndef EDGECC_TEST_KERNELS_QEMU_RECURRENT_HASHES_H
#define EDGECC_TEST_KERNELS_QEMU_RECURRENT_HASHES_H

#include "recurrent_s16.h"

namespace {

constexpr int kStateWords = 512;
std::int16_t words[kStateWords], states[kStateWords], wordStates[kStateWords],
    cells[kStateWords];
std::int32_t rowBias[kStateWords], rowMultiplier[kStateWords],
    layerConstants[2 * kRecurrentConstants], layerScratch[kStateWords];
const std::int32_t sequenceLengths[] = {3, 2};

/// Fresh data: arguments of functions spread over some units of 2^-15.
void prepareRecurrent() {
  prepare(1);
  for (int i = 0; i < kStateWords; ++i) {
    words[i] = static_cast<std::int16_t>(integer(-32768, 32767));
    states[i] = static_cast<std::int16_t>(integer(-32768, 32767));
    rowBias[i] = integer(-100000, 100000);
    rowMultiplier[i] = integer(1000000, 9000000);
  }
  for (int d = 0; d < 2; ++d) {
    std::int32_t *row = layerConstants + d * kRecurrentConstants;
    row[kInputZero] = -5;
    row[kWeightShift] = 22;
    row[kRecurrenceShift] = 29;
    const int factors[] = {kNext, kCell, kOut, kHole};
    for (const int factor : factors) {
      row[factor] = integer(1 << 28, 1 << 30);
      row[factor + 1] = factor == kOut ? 45 : 29;
    }
    row[kResult] = 1 << 23;
    row[kResult + 1] = 31;
    row[kResultZero] = 3;
    row[kGateClip] = row[kNextClip] = 1 << 20;
    for (int f = 0; f < 3; ++f) {
      row[kFunctions + 3 * f] = 1 << 28;
      row[kFunctions + 3 * f + 1] = 30;
      row[kFunctions + 3 * f + 2] = 1 << 14;
    }
  }
}

template <class In, int Hidden, Direction Way, Activation Gate,
          Activation Other>
void recurrent(const char *name) {
  constexpr int kDirections = Way == Direction::Bidirectional ? 2 : 1;
  constexpr int kStates = kDirections * In::dim(1) * Hidden;
  constexpr int kBytes = kStates * 2;
  static_assert(kDirections * 8 * Hidden <= kStateWords &&
                    In::dim(0) * kStates <= kElements &&
                    In::size <= kStateWords &&
                    5 * Hidden + In::dim(2) <= kStateWords,
                "the buffers are large enough");
  auto *room = reinterpret_cast<std::int8_t *>(layerScratch);
  prepareRecurrent();
  if constexpr (kDirections == 1)
    rnn_s16<In, Hidden, Way, true, Other>(
        in, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, out, wordStates, room);
  else
    rnn_s16<In, Hidden, Way, true, Other, Other>(
        in, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, out, wordStates, room);
  report("RnnS16", name, out, In::dim(0) * kStates);
  report("RnnS16State", name, wordStates, kBytes);
  if constexpr (kDirections == 1) {
    gru_s16<In, Hidden, Way, true, true, Gate, Other>(
        in, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, out, wordStates, room);
    report("GruS16Linear", name, wordStates, kBytes);
    gru_s16<In, Hidden, Way, true, false, Gate, Other>(
        words, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, out, wordStates, room);
    report("GruS16", name, wordStates, kBytes);
    lstm_s16<In, Hidden, Way, true, false, Gate, Other, Other>(
        in, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, states, out, wordStates, cells, room);
    report("LstmS16", name, wordStates, kBytes);
    report("LstmS16Cell", name, cells, kBytes);
    lstm_peephole_s16<In, Hidden, Way, true, true, Gate, Other, Other>(
        words, other, other + 2000, rowBias, rowMultiplier, layerConstants,
        sequenceLengths, states, states, words, out, wordStates, cells, room);
    report("LstmS16Peephole", name, wordStates, kBytes);
  }
}

void recurrentLayers() {
  using A = Activation;
  recurrent<Shape<3, 2, 8>, 8, Direction::Forward, A::Sigmoid, A::Tanh>(
      "Whole");
  recurrent<Shape<3, 1, 7>, 9, Direction::Reverse, A::Sigmoid, A::Relu>("Odd");
  recurrent<Shape<3, 2, 3>, 5, Direction::Forward, A::HardSigmoid, A::Tanh>(
      "Small");
  recurrent<Shape<3, 2, 6>, 4, Direction::Bidirectional, A::Sigmoid, A::Tanh>(
      "Both");
}

} // namespace

#endif // EDGECC_TEST_KERNELS_QEMU_RECURRENT_HASHES_H
