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
