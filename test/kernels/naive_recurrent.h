//===- naive_recurrent.h - Recurrent layers as plain loops ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// ONNX's RNN, GRU and LSTM, written down from its specification: one unit and
// one product at a time, in double. Kernels and interpreter are compared with
// it.
#ifndef EDGECC_TEST_KERNELS_NAIVE_RECURRENT_H
#define EDGECC_TEST_KERNELS_NAIVE_RECURRENT_H

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace edgecc::testing {

struct NaiveRecurrent {
  enum Kind { RNN = 1, GRU = 3, LSTM = 4 };
  using Function = std::function<double(double)>;

  Kind kind = RNN;
  int steps = 1, batch = 1, inputs = 1, hidden = 1, directions = 1;
  bool firstIsReverse = false;
  bool linearBeforeReset = false, inputForget = false;
  double clip = std::numeric_limits<double>::infinity();
  /// Those of one direction; both have the same.
  std::vector<Function> functions;
  std::vector<int> lengths;
  std::vector<float> x, w, r, bias, h0, c0, peephole;
  std::vector<double> y, h, c;

  void run() {
    y.assign(count(steps * directions * batch * hidden), 0.0);
    h.assign(h0.begin(), h0.end());
    c.assign(h.size(), 0.0);
    if (kind == LSTM)
      c.assign(c0.begin(), c0.end());
    for (int d = 0; d < directions; ++d)
      for (int b = 0; b < batch; ++b)
        for (int i = 0; i < lengths[count(b)]; ++i)
          step(d, b, isReverse(d) ? lengths[count(b)] - 1 - i : i);
  }

private:
  static std::size_t count(int i) { return static_cast<std::size_t>(i); }
  bool isReverse(int d) const { return d == 1 || firstIsReverse; }
  int stateIndex(int d, int b, int u) const {
    return (d * batch + b) * hidden + u;
  }

  /// W * x + Wb of a unit in a gate.
  double fromInput(int d, int b, int t, int gate, int u) const {
    int row = d * kind * hidden + gate * hidden + u;
    double sum = double(bias[count(2 * d * kind * hidden + gate * hidden + u)]);
    for (int i = 0; i < inputs; ++i)
      sum += double(w[count(row * inputs + i)]) *
             double(x[count((t * batch + b) * inputs + i)]);
    return sum;
  }
  /// R * state + Rb of a unit in a gate.
  double fromState(int d, int gate, int u,
                   const std::vector<double> &state) const {
    int row = d * kind * hidden + gate * hidden + u;
    double sum =
        double(bias[count((2 * d + 1) * kind * hidden + gate * hidden + u)]);
    for (int i = 0; i < hidden; ++i)
      sum += double(r[count(row * hidden + i)]) * state[count(i)];
    return sum;
  }
  double gate(int function, double sum) const {
    return functions[count(function)](std::clamp(sum, -clip, clip));
  }
  double hole(int d, int gate, int u, double cell) const {
    return peephole.empty()
               ? 0.0
               : double(peephole[count((d * 3 + gate) * hidden + u)]) * cell;
  }

  void step(int d, int b, int t) {
    std::vector<double> old(count(hidden));
    for (int u = 0; u < hidden; ++u)
      old[count(u)] = h[count(stateIndex(d, b, u))];
    for (int u = 0; u < hidden; ++u) {
      double next = kind == RNN   ? stepRnn(d, b, t, u, old)
                    : kind == GRU ? stepGru(d, b, t, u, old)
                                  : stepLstm(d, b, t, u, old);
      h[count(stateIndex(d, b, u))] = next;
      y[count(((t * directions + d) * batch + b) * hidden + u)] = next;
    }
  }

  double stepRnn(int d, int b, int t, int u,
                 const std::vector<double> &old) const {
    return gate(0, fromInput(d, b, t, 0, u) + fromState(d, 0, u, old));
  }

  double stepGru(int d, int b, int t, int u,
                 const std::vector<double> &old) const {
    auto sum = [&](int g, int unit) {
      return fromInput(d, b, t, g, unit) + fromState(d, g, unit, old);
    };
    double z = gate(0, sum(0, u)), next;
    if (linearBeforeReset) {
      next = fromInput(d, b, t, 2, u) +
             gate(0, sum(1, u)) * fromState(d, 2, u, old);
    } else {
      std::vector<double> reset(old);
      for (int i = 0; i < hidden; ++i)
        reset[count(i)] *= gate(0, sum(1, i));
      next = fromInput(d, b, t, 2, u) + fromState(d, 2, u, reset);
    }
    return (1.0 - z) * gate(1, next) + z * old[count(u)];
  }

  double stepLstm(int d, int b, int t, int u, const std::vector<double> &old) {
    auto sum = [&](int g) {
      return fromInput(d, b, t, g, u) + fromState(d, g, u, old);
    };
    double &cell = c[count(stateIndex(d, b, u))];
    double in = gate(0, sum(0) + hole(d, 0, u, cell));
    double forget =
        inputForget ? 1.0 - in : gate(0, sum(2) + hole(d, 2, u, cell));
    cell = forget * cell + in * gate(1, sum(3));
    double out = gate(0, sum(1) + hole(d, 1, u, cell));
    return out * functions[2](cell);
  }
};

} // namespace edgecc::testing

#endif // EDGECC_TEST_KERNELS_NAIVE_RECURRENT_H
