// RUN: edgecc-opt %s --edge-interpret="function=rnn" -o /dev/null | FileCheck %s --check-prefix=RNN
// RUN: edgecc-opt %s --edge-interpret="function=gru" -o /dev/null | FileCheck %s --check-prefix=GRU
// RUN: edgecc-opt %s --edge-interpret="function=gru_linear" -o /dev/null | FileCheck %s --check-prefix=LINEAR
// RUN: edgecc-opt %s --edge-interpret="function=lstm" -o /dev/null | FileCheck %s --check-prefix=LSTM
// RUN: edgecc-opt %s --edge-interpret="function=lengths" -o /dev/null | FileCheck %s --check-prefix=LENGTHS

// h = 2 x + 3 h + 1 + 0, from h = 1: 2 + 3 + 1 = 6, 4 + 18 + 1 = 23.
// RNN: result 0: {{.*}} = [6, 23]
// RNN: result 1: {{.*}} = [23]
func.func @rnn() -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = edge.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32> -> tensor<2x1x1xf32>
  %w = edge.constant dense<2.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %r = edge.constant dense<3.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %b = edge.constant dense<[[1.0, 0.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %h = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Relu"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>, tensor<1x1x1xf32>) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
  return %y, %last : tensor<2x1x1x1xf32>, tensor<1x1x1xf32>
}

// One step from h = 2 with x = 1; z = 0.25, r = 0.5 come from biases alone.
// n = 1 + 3 * (0.5 * 2) + 1 = 5; h = 0.75 * 5 + 0.25 * 2 = 4.25.
// GRU: result 0: {{.*}} = [4.25]
func.func @gru() -> tensor<1x1x1xf32> {
  %x = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %w = edge.constant dense<[[[0.0], [0.0], [1.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %r = edge.constant dense<[[[0.0], [0.0], [3.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %b = edge.constant dense<[[0.25, 0.5, 0.0, 0.0, 0.0, 1.0]]> : tensor<1x6xf32> -> tensor<1x6xf32>
  %h = edge.constant dense<2.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Relu", "Relu"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>}
    : (tensor<1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x6xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %last : tensor<1x1x1xf32>
}

// The same, but n = 1 + 0.5 * (3 * 2 + 1) = 4.5; h = 0.75 * 4.5 + 0.5 = 3.875.
// LINEAR: result 0: {{.*}} = [3.875]
func.func @gru_linear() -> tensor<1x1x1xf32> {
  %x = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %w = edge.constant dense<[[[0.0], [0.0], [1.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %r = edge.constant dense<[[[0.0], [0.0], [3.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %b = edge.constant dense<[[0.25, 0.5, 0.0, 0.0, 0.0, 1.0]]> : tensor<1x6xf32> -> tensor<1x6xf32>
  %h = edge.constant dense<2.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Relu", "Relu"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>, linear_before_reset = true}
    : (tensor<1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x6xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %last : tensor<1x1x1xf32>
}

// Gates i = 0.5, o = 2 + 0.5 * c (peephole), f = 0.25, n = 4 clipped to 3, from
// c = 2: c = 0.25 * 2 + 0.5 * 3 = 2; h = (2 + 1) * 2 = 6.
// LSTM: result 0: {{.*}} = [6]
// LSTM: result 1: {{.*}} = [2]
func.func @lstm() -> (tensor<1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %w = edge.constant dense<[[[0.0], [0.0], [0.0], [4.0]]]> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %r = edge.constant dense<0.0> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %b = edge.constant dense<[[0.5, 2.0, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<1x8xf32> -> tensor<1x8xf32>
  %h = edge.constant dense<7.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %c = edge.constant dense<2.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %p = edge.constant dense<[[0.0, 0.5, 0.0]]> : tensor<1x3xf32> -> tensor<1x3xf32>
  %y, %last, %cell = edge.lstm %x, %w, %r, %b, %h, %c peephole(%p) {direction = 0 : i32, activations = ["Relu", "Relu", "Relu"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>, clip = 3.0 : f32}
    : (tensor<1x1x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x3xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %last, %cell : tensor<1x1x1xf32>, tensor<1x1x1xf32>
}

// h = x + 10 h, of sequences with 2 steps and 1, both ways. Lengths beyond the
// steps there are count as all of them.
// LENGTHS: result 0: {{.*}} = [1, 4, 21, 4, 12, 0, 2, 0]
// LENGTHS: result 1: {{.*}} = [12, 4, 21, 4]
func.func @lengths() -> (tensor<2x2x2x1xf32>, tensor<2x2x1xf32>) {
  %x = edge.constant dense<[[[1.0], [4.0]], [[2.0], [5.0]]]> : tensor<2x2x1xf32> -> tensor<2x2x1xf32>
  %w = edge.constant dense<1.0> : tensor<2x1x1xf32> -> tensor<2x1x1xf32>
  %r = edge.constant dense<10.0> : tensor<2x1x1xf32> -> tensor<2x1x1xf32>
  %b = edge.constant dense<0.0> : tensor<2x2xf32> -> tensor<2x2xf32>
  %h = edge.constant dense<0.0> : tensor<2x2x1xf32> -> tensor<2x2x1xf32>
  %n = edge.constant dense<[3, 1]> : tensor<2xi32> -> tensor<2xi32>
  %y, %last = edge.rnn %x, %w, %r, %b, %h lengths(%n) {direction = 2 : i32, activations = ["Relu", "Relu"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>}
    : (tensor<2x2x1xf32>, tensor<2x1x1xf32>, tensor<2x1x1xf32>, tensor<2x2xf32>, tensor<2x2x1xf32>, tensor<2xi32>) -> (tensor<2x2x2x1xf32>, tensor<2x2x1xf32>)
  return %y, %last : tensor<2x2x2x1xf32>, tensor<2x2x1xf32>
}
