// RUN: edgecc-opt %s --edge-interpret="function=rnn" -o /dev/null | FileCheck %s --check-prefix=RNN
// RUN: edgecc-opt %s --edge-interpret="function=gru" -o /dev/null | FileCheck %s --check-prefix=GRU
// RUN: edgecc-opt %s --edge-interpret="function=reset" -o /dev/null | FileCheck %s --check-prefix=RESET
// RUN: edgecc-opt %s --edge-interpret="function=lstm" -o /dev/null | FileCheck %s --check-prefix=LSTM
// RUN: edgecc-opt %s --edge-interpret="function=lengths" -o /dev/null | FileCheck %s --check-prefix=LENGTHS
// RUN: not edgecc-opt %s --edge-interpret="function=overflow" -o /dev/null 2>&1 | FileCheck %s --check-prefix=OVERFLOW

!x = !quant.uniform<i8:f32, 1.0:1>
!one = !quant.uniform<i8:f32, 1.0>
!bias = !quant.uniform<i32:f32, 1.0>
!whole = !quant.uniform<i16:f32, 1.0>
!h = !quant.uniform<i16:f32, 0.000030517578125>
!c = !quant.uniform<i16:f32, 0.0001220703125>
!y = !quant.uniform<i8:f32, 0.5:-10>
!wide = !quant.uniform<i16:f32, 2.0>

// h = relu(2 (x - 1) + 3 h + 1), from h = 1: 2 + 3 + 1 = 6, 4 + 18 + 1 = 23. y is
// 2 h - 10.
// RNN: result 0: {{.*}} = [2, 36]
// RNN: result 1: {{.*}} = [23]
func.func @rnn() -> (tensor<2x1x1x1x!y>, tensor<1x1x1x!whole>) {
  %x = edge.constant dense<[[[2]], [[3]]]> : tensor<2x1x1xi8> -> tensor<2x1x1x!x>
  %w = edge.constant dense<2> : tensor<1x1x1xi8> -> tensor<1x1x1x!one>
  %r = edge.constant dense<3> : tensor<1x1x1xi8> -> tensor<1x1x1x!one>
  %b = edge.constant dense<[[1, 0]]> : tensor<1x2xi32> -> tensor<1x2x!bias>
  %h = edge.constant dense<1> : tensor<1x1x1xi16> -> tensor<1x1x1x!whole>
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Relu"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<2x1x1x!x>, tensor<1x1x1x!one>, tensor<1x1x1x!one>, tensor<1x2x!bias>, tensor<1x1x1x!whole>) -> (tensor<2x1x1x1x!y>, tensor<1x1x1x!whole>)
  return %y, %last : tensor<2x1x1x1x!y>, tensor<1x1x1x!whole>
}

// z = sigmoid(0) = 16384, n = tanh(1) = 24956, h = (16384 * 0 + 16384 * 24956 +
// 16384) >> 15.
// GRU: result 0: {{.*}} = [12478]
func.func @gru() -> tensor<1x1x1x!h> {
  %x = edge.constant dense<1> : tensor<1x1x1xi8> -> tensor<1x1x1x!x>
  %w = edge.constant dense<0> : tensor<1x3x1xi8> -> tensor<1x3x1x!one>
  %b = edge.constant dense<[[0, 0, 1, 0, 0, 0]]> : tensor<1x6xi32> -> tensor<1x6x!bias>
  %h = edge.constant dense<0> : tensor<1x1x1xi16> -> tensor<1x1x1x!h>
  %y, %last = edge.gru %x, %w, %w, %b, %h {direction = 0 : i32, activations = ["Sigmoid", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>}
    : (tensor<1x1x1x!x>, tensor<1x3x1x!one>, tensor<1x3x1x!one>, tensor<1x6x!bias>, tensor<1x1x1x!h>) -> (tensor<1x1x1x1x!h>, tensor<1x1x1x!h>)
  return %last : tensor<1x1x1x!h>
}

// z = hard_sigmoid(-1) = 0.25 and r = hard_sigmoid(0) = 0.5; h is 5.
// n = 0.5 * (3 * 5 + 2) + 1 = 9.5, whose half is rounded up; without
// linear_before_reset 3 * round(0.5 * 5) + 2 + 1 = 12.
// h = 0.25 * 5 + 0.75 * 10 = 8.75, and 0.25 * 5 + 0.75 * 12 = 10.25.
// RESET: result 0: {{.*}} = [9]
// RESET: result 1: {{.*}} = [10]
func.func @reset() -> (tensor<1x1x1x!whole>, tensor<1x1x1x!whole>) {
  %x = edge.constant dense<0> : tensor<1x1x1xi16> -> tensor<1x1x1x!whole>
  %w = edge.constant dense<0> : tensor<1x3x1xi8> -> tensor<1x3x1x!one>
  %r = edge.constant dense<[[[0], [0], [3]]]> : tensor<1x3x1xi8> -> tensor<1x3x1x!one>
  %b = edge.constant dense<[[-1, 0, 1, 0, 0, 2]]> : tensor<1x6xi32> -> tensor<1x6x!bias>
  %h = edge.constant dense<5> : tensor<1x1x1xi16> -> tensor<1x1x1x!whole>
  %y, %linear = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["HardSigmoid", "Relu"], activation_alpha = array<f32: 0.25, 0.0>, activation_beta = array<f32: 0.5, 0.0>, linear_before_reset = true}
    : (tensor<1x1x1x!whole>, tensor<1x3x1x!one>, tensor<1x3x1x!one>, tensor<1x6x!bias>, tensor<1x1x1x!whole>) -> (tensor<1x1x1x1x!whole>, tensor<1x1x1x!whole>)
  %z, %plain = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["HardSigmoid", "Relu"], activation_alpha = array<f32: 0.25, 0.0>, activation_beta = array<f32: 0.5, 0.0>}
    : (tensor<1x1x1x!whole>, tensor<1x3x1x!one>, tensor<1x3x1x!one>, tensor<1x6x!bias>, tensor<1x1x1x!whole>) -> (tensor<1x1x1x1x!whole>, tensor<1x1x1x!whole>)
  return %linear, %plain : tensor<1x1x1x!whole>, tensor<1x1x1x!whole>
}

// All gates are sigmoid(0) = 16384, n = tanh(1) = 24956; c is 1, 8192. i * n at
// the scale of f * c is 16384 * 24956 / 4: c = (16384 * 8192 + 102219776 +
// 16384) >> 15. tanh(7216 / 8192) lies between the table's 23066 and 23571, at
// 192 of 1024: 23161; half of it is rounded up.
// LSTM: result 0: {{.*}} = [11581]
// LSTM: result 1: {{.*}} = [7216]
func.func @lstm() -> (tensor<1x1x1x!h>, tensor<1x1x1x!c>) {
  %x = edge.constant dense<1> : tensor<1x1x1xi8> -> tensor<1x1x1x!x>
  %w = edge.constant dense<0> : tensor<1x4x1xi8> -> tensor<1x4x1x!one>
  %b = edge.constant dense<[[0, 0, 0, 1, 0, 0, 0, 0]]> : tensor<1x8xi32> -> tensor<1x8x!bias>
  %h = edge.constant dense<0> : tensor<1x1x1xi16> -> tensor<1x1x1x!h>
  %c = edge.constant dense<8192> : tensor<1x1x1xi16> -> tensor<1x1x1x!c>
  %y, %last, %cell = edge.lstm %x, %w, %w, %b, %h, %c {direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>}
    : (tensor<1x1x1x!x>, tensor<1x4x1x!one>, tensor<1x4x1x!one>, tensor<1x8x!bias>, tensor<1x1x1x!h>, tensor<1x1x1x!c>) -> (tensor<1x1x1x1x!h>, tensor<1x1x1x!h>, tensor<1x1x1x!c>)
  return %last, %cell : tensor<1x1x1x!h>, tensor<1x1x1x!c>
}

// h grows by x: backwards 2, 3 of the first sequence, nothing of the second. y is
// h / 2, halves rounded up.
// LENGTHS: result 0: {{.*}} = [2, 0, 1, 0, 0, 0]
// LENGTHS: result 1: {{.*}} = [3, 0]
func.func @lengths() -> (tensor<3x1x2x1x!wide>, tensor<1x2x1x!whole>) {
  %x = edge.constant dense<[[[1], [5]], [[2], [6]], [[4], [7]]]> : tensor<3x2x1xi16> -> tensor<3x2x1x!whole>
  %w = edge.constant dense<1> : tensor<1x1x1xi8> -> tensor<1x1x1x!one>
  %b = edge.constant dense<0> : tensor<1x2xi32> -> tensor<1x2x!bias>
  %h = edge.constant dense<0> : tensor<1x2x1xi16> -> tensor<1x2x1x!whole>
  %n = edge.constant dense<[2, 0]> : tensor<2xi32> -> tensor<2xi32>
  %y, %last = edge.rnn %x, %w, %w, %b, %h lengths(%n) {direction = 1 : i32, activations = ["Relu"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<3x2x1x!whole>, tensor<1x1x1x!one>, tensor<1x1x1x!one>, tensor<1x2x!bias>, tensor<1x2x1x!whole>, tensor<2xi32>) -> (tensor<3x1x2x1x!wide>, tensor<1x2x1x!whole>)
  return %y, %last : tensor<3x1x2x1x!wide>, tensor<1x2x1x!whole>
}

// OVERFLOW: error: 'edge.rnn' op accumulates 2147483648, which does not fit 32 bits
func.func @overflow() -> tensor<1x1x1x!whole> {
  %x = edge.constant dense<1> : tensor<1x1x1xi16> -> tensor<1x1x1x!whole>
  %w = edge.constant dense<1> : tensor<1x1x1xi8> -> tensor<1x1x1x!one>
  %b = edge.constant dense<[[2147483647, 0]]> : tensor<1x2xi32> -> tensor<1x2x!bias>
  %h = edge.constant dense<0> : tensor<1x1x1xi16> -> tensor<1x1x1x!whole>
  %y, %last = edge.rnn %x, %w, %w, %b, %h {direction = 0 : i32, activations = ["Relu"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<1x1x1x!whole>, tensor<1x1x1x!one>, tensor<1x1x1x!one>, tensor<1x2x!bias>, tensor<1x1x1x!whole>) -> (tensor<1x1x1x1x!whole>, tensor<1x1x1x!whole>)
  return %last : tensor<1x1x1x!whole>
}
