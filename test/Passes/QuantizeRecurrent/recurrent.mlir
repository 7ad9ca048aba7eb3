// RUN: edgecc-opt %s --edge-quantize --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t
// RUN: edgecc-opt %s --edge-quantize="precision=s16x8" --split-input-file 2>/dev/null | FileCheck %s --check-prefix=WIDE

// Input and all states in int8 where that is the precision; the state itself is
// int16, with the extent over all steps. One scale per row. -2..2 are on the grid
// of 127 steps in the row's largest, which is 2; rows of zeros get a scale that
// is not too small.

// CHECK-LABEL: func.func @gru
// CHECK-SAME: -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
// CHECK: %[[X:.*]] = edge.quantize %arg0 : (tensor<2x1x1xf32>) -> tensor<2x1x1x!quant.uniform<i8:f32, 0.0078431377187371254:-1>>
// CHECK: edge.constant {{.*}} : tensor<1x1x1xi16> -> tensor<1x1x1x!quant.uniform<i16:f32, [[S:[^>]*]]>>
// CHECK: %[[Y:.*]], %[[H:.*]] = edge.gru %[[X]]
// CHECK-SAME: tensor<1x3x1x!quant.uniform<i8<-127:127>:f32:1, {
// CHECK-SAME: tensor<1x6x!quant.uniform<i32:f32:1, {
// CHECK-SAME: -> (tensor<2x1x1x1x!quant.uniform<i8:f32, {{.*}}>>, tensor<1x1x1x!quant.uniform<i16:f32, [[S]]>>)
// CHECK: edge.dequantize %[[H]]
// WIDE-LABEL: func.func @gru
// WIDE: edge.quantize %arg0 : (tensor<2x1x1xf32>) -> tensor<2x1x1x!quant.uniform<i16:f32,
// WIDE: edge.gru {{.*}} -> (tensor<2x1x1x1x!quant.uniform<i16:f32, {{.*}}>>, tensor<1x1x1x!quant.uniform<i16:f32, {{.*}}>>)
func.func @gru(%x: tensor<2x1x1xf32> {edge.range = [-1.0, 1.0]}) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>) {
  %w = edge.constant dense<[[[1.0], [2.0], [0.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %r = edge.constant dense<[[[0.5], [-2.0], [1.0]]]> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %b = edge.constant dense<[[0.5, 0.0, 0.0, 0.0, 0.0, 1.0]]> : tensor<1x6xf32> -> tensor<1x6xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Sigmoid", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>, edge.ranges = [[-0.5, 0.75], [-0.25, 0.25]], edge.extents = [[], [-0.5, 0.75]]}
    : (tensor<2x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x6xf32>, tensor<1x1x1xf32>) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
  return %y, %last : tensor<2x1x1x1xf32>, tensor<1x1x1xf32>
}

// -----

// Cells before and after have one type, and so have hidden states; the state of
// the function, of which both are parts, joins them all.

// CHECK-LABEL: func.func @lstm_state
// CHECK: %[[S:.*]] = edge.quantize %arg1 : (tensor<2x1x1xf32>) -> tensor<2x1x1x!quant.uniform<i16:f32, [[T:[^>]*]]>>
// CHECK: edge.slice %[[S]]
// CHECK: edge.slice %[[S]]
// CHECK: %[[Y:.*]], %[[H:.*]], %[[C:.*]] = edge.lstm
// CHECK-SAME: -> (tensor<1x1x1x1x!quant.uniform<i8:f32, {{.*}}>>, tensor<1x1x1x!quant.uniform<i16:f32, [[T]]>>, tensor<1x1x1x!quant.uniform<i16:f32, [[T]]>>)
// CHECK: %[[N:.*]] = edge.concat %[[H]], %[[C]] {{.*}}!quant.uniform<i16:f32, [[T]]>
// CHECK: edge.dequantize %[[N]]
func.func @lstm_state(%x: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}, %s: tensor<2x1x1xf32> {edge.range = [-1.0, 2.0], edge.state = 0 : i64}) -> (tensor<1x1x1x1xf32>, tensor<2x1x1xf32> {edge.state = 0 : i64}) {
  %w = edge.constant dense<1.0> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x8xf32> -> tensor<1x8xf32>
  %h = edge.slice %s {starts = array<i64: 0, 0, 0>, sizes = array<i64: 1, 1, 1>, steps = array<i64: 1, 1, 1>, edge.ranges = [[-1.0, 1.0]]} : (tensor<2x1x1xf32>) -> tensor<1x1x1xf32>
  %c = edge.slice %s {starts = array<i64: 1, 0, 0>, sizes = array<i64: 1, 1, 1>, steps = array<i64: 1, 1, 1>, edge.ranges = [[-1.0, 2.0]]} : (tensor<2x1x1xf32>) -> tensor<1x1x1xf32>
  %y, %last, %cell = edge.lstm %x, %w, %w, %b, %h, %c {direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0], [-3.0, 3.0]]}
    : (tensor<1x1x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  %n = edge.concat %last, %cell {axis = 0, edge.ranges = [[-3.0, 3.0]]} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<2x1x1xf32>
  return %y, %n : tensor<1x1x1x1xf32>, tensor<2x1x1xf32>
}

// -----

// Cells beyond 32 look the same to tanh; whoever else uses them is told.
func.func @lstm_cut_cells(%x: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}, %s: tensor<2x1x1xf32> {edge.range = [-1.0, 2.0], edge.state = 0 : i64}) -> (tensor<1x1x1x1xf32>, tensor<2x1x1xf32> {edge.state = 0 : i64}) {
  %w = edge.constant dense<1.0> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x8xf32> -> tensor<1x8xf32>
  %h = edge.slice %s {starts = array<i64: 0, 0, 0>, sizes = array<i64: 1, 1, 1>, steps = array<i64: 1, 1, 1>, edge.ranges = [[-1.0, 1.0]]} : (tensor<2x1x1xf32>) -> tensor<1x1x1xf32>
  %c = edge.slice %s {starts = array<i64: 1, 0, 0>, sizes = array<i64: 1, 1, 1>, steps = array<i64: 1, 1, 1>, edge.ranges = [[-1.0, 2.0]]} : (tensor<2x1x1xf32>) -> tensor<1x1x1xf32>
  // DIAG: remark: {{.*}}'growing': cells reach 1500 on calibration samples and are cut off at 32
  %y, %last, %cell = edge.lstm %x, %w, %w, %b, %h, %c {direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0], [-1500.0, 3.0]]}
    : (tensor<1x1x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) loc("growing")
  %n = edge.concat %last, %cell {axis = 0, edge.ranges = [[-3.0, 3.0]]} : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<2x1x1xf32>
  return %y, %n : tensor<1x1x1x1xf32>, tensor<2x1x1xf32>
}

// -----

// CHECK-LABEL: func.func @function_without_integers
// CHECK: edge.rnn {{.*}} -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
func.func @function_without_integers(%x: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x1x1xf32> {
  %w = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  // DIAG: remark: {{.*}}'cell' stays in float: the activation 'Softsign' has no integer form in its place
  %y, %last = edge.rnn %x, %w, %w, %b, %h {direction = 0 : i32, activations = ["Softsign"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0]]}
    : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) loc("cell")
  return %last : tensor<1x1x1xf32>
}

// -----

// Gates have to lie in [0, 1].
func.func @gate_without_integers(%x: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x1x1xf32> {
  %w = edge.constant dense<1.0> : tensor<1x3x1xf32> -> tensor<1x3x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x6xf32> -> tensor<1x6xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  // DIAG: remark: {{.*}}'gates' stays in float: the activation 'Tanh' has no integer form in its place
  %y, %last = edge.gru %x, %w, %w, %b, %h {direction = 0 : i32, activations = ["Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0]]}
    : (tensor<1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x6xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) loc("gates")
  return %last : tensor<1x1x1xf32>
}

// -----

func.func @computed_weights(%x: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}, %w: tensor<1x1x1xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x1x1xf32> {
  %b = edge.constant dense<0.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  // DIAG: remark: {{.*}}'free' stays in float: its weights or bias are computed
  %y, %last = edge.rnn %x, %w, %w, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0]]}
    : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) loc("free")
  return %last : tensor<1x1x1xf32>
}

// -----

// 600 weights of 127 times 32768 are more than 2^31: the scale doubles, with a
// warning.

// CHECK-LABEL: func.func @wide_input
// CHECK: tensor<1x1x600x!quant.uniform<i8<-127:127>:f32:1, {1.000000e+00}>>
// WIDE-LABEL: func.func @wide_input
// WIDE: tensor<1x1x600x!quant.uniform<i8<-127:127>:f32:1, {2.000000e+00}>>
func.func @wide_input(%x: tensor<1x1x600xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x1x1xf32> {
  %w = edge.constant dense<127.0> : tensor<1x1x600xf32> -> tensor<1x1x600xf32>
  %r = edge.constant dense<1.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>, edge.ranges = [[-1.0, 1.0], [-1.0, 1.0]]}
    : (tensor<1x1x600xf32>, tensor<1x1x600xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %last : tensor<1x1x1xf32>
}
