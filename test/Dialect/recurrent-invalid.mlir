// RUN: edgecc-opt %s -split-input-file -verify-diagnostics

func.func @weights(%x: tensor<5x1x3xf32>, %w: tensor<1x4x2xf32>, %r: tensor<1x4x4xf32>, %b: tensor<1x8xf32>, %h: tensor<1x1x4xf32>) {
  // expected-error @+1 {{weights has type 'tensor<1x4x2xf32>', but the other operands ask for 'tensor<1x4x3xf32>'}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3xf32>, tensor<1x4x2xf32>, tensor<1x4x4xf32>, tensor<1x8xf32>, tensor<1x1x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
  return
}

// -----

func.func @result(%x: tensor<5x1x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %b: tensor<1x8xf32>, %h: tensor<1x1x4xf32>) {
  // expected-error @+1 {{result 1 has type 'tensor<1x4xf32>', but its operands give the shape 'tensor<1x1x4xf32>'}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x8xf32>, tensor<1x1x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x4xf32>)
  return
}

// -----

func.func @activations(%x: tensor<5x1x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>, %b: tensor<1x8xf32>, %h: tensor<1x1x4xf32>) {
  // expected-error @+1 {{needs 1 activations, each with alpha and beta}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh", "Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x8xf32>, tensor<1x1x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
  return
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!b = !quant.uniform<i32:f32, 1.0>
!h = !quant.uniform<i16:f32, 1.0>
func.func @integer_function(%x: tensor<5x1x3x!x>, %w: tensor<1x4x3x!x>, %r: tensor<1x4x4x!x>, %b: tensor<1x8x!b>, %h: tensor<1x1x4x!h>) {
  // expected-error @+1 {{has no integer form with the activation 'Softsign' in its place}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Softsign"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3x!x>, tensor<1x4x3x!x>, tensor<1x4x4x!x>, tensor<1x8x!b>, tensor<1x1x4x!h>) -> (tensor<5x1x1x4x!h>, tensor<1x1x4x!h>)
  return
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!b = !quant.uniform<i32:f32, 1.0>
func.func @narrow_state(%x: tensor<5x1x3x!x>, %w: tensor<1x4x3x!x>, %r: tensor<1x4x4x!x>, %b: tensor<1x8x!b>, %h: tensor<1x1x4x!x>) {
  // expected-error @+1 {{has initial_h of type 'tensor<1x1x4x!quant.uniform<i8:f32, 1.000000e+00>>'; the integer form takes i16 with zero point 0, the same before and after the steps}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3x!x>, tensor<1x4x3x!x>, tensor<1x4x4x!x>, tensor<1x8x!b>, tensor<1x1x4x!x>) -> (tensor<5x1x1x4x!x>, tensor<1x1x4x!x>)
  return
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8:f32, 1.0:3>
!b = !quant.uniform<i32:f32, 1.0>
!h = !quant.uniform<i16:f32, 1.0>
func.func @weights_with_zero(%x: tensor<5x1x3x!x>, %w: tensor<1x4x3x!w>, %r: tensor<1x4x4x!x>, %b: tensor<1x8x!b>, %h: tensor<1x1x4x!h>) {
  // expected-error @+1 {{has weights of type 'tensor<1x4x3x!quant.uniform<i8:f32, 1.000000e+00:3>>'; the integer form takes i8 with zero points 0, per row}}
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"], activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<5x1x3x!x>, tensor<1x4x3x!w>, tensor<1x4x4x!x>, tensor<1x8x!b>, tensor<1x1x4x!h>) -> (tensor<5x1x1x4x!h>, tensor<1x1x4x!h>)
  return
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!b = !quant.uniform<i32:f32, 1.0>
!h = !quant.uniform<i16:f32, 1.0>
func.func @float_cells(%x: tensor<5x1x3x!x>, %w: tensor<1x16x3x!x>, %r: tensor<1x16x4x!x>, %b: tensor<1x32x!b>, %h: tensor<1x1x4x!h>, %c: tensor<1x1x4xf32>) {
  // expected-error @+1 {{has initial_c of type 'tensor<1x1x4xf32>'; the integer form takes i16 with zero point 0, the same before and after the steps}}
  %y, %last, %cell = edge.lstm %x, %w, %r, %b, %h, %c {direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>}
    : (tensor<5x1x3x!x>, tensor<1x16x3x!x>, tensor<1x16x4x!x>, tensor<1x32x!b>, tensor<1x1x4x!h>, tensor<1x1x4xf32>) -> (tensor<5x1x1x4x!h>, tensor<1x1x4x!h>, tensor<1x1x4xf32>)
  return
}
