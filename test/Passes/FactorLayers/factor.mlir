// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy f4 64,1,4
// RUN: edgecc-opt %s --split-input-file --edge-factor-layers="samples=%t.npy" | FileCheck %s

// All rows are multiples of one.

// CHECK-LABEL: func.func @rank_one
// CHECK: %[[H:.*]] = edge.fully_connected %arg0, {{.*}} (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32>
// CHECK: edge.fully_connected %[[H]], {{.*}}clamp_min = 0.000000e+00 : f32{{.*}}(tensor<1x1xf32>, tensor<3x1xf32>, tensor<3xf32>) -> tensor<1x3xf32>
func.func @rank_one(%x: tensor<1x4xf32> {edge.name = "x"}) -> tensor<1x3xf32> {
  %w = edge.constant dense<[[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0],
      [-1.0, -2.0, -3.0, -4.0]]> : tensor<3x4xf32> -> tensor<3x4xf32>
  %b = edge.constant dense<[0.5, 0.25, 0.125]> : tensor<3xf32> -> tensor<3xf32>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// -----

// Two layers would have more weights than one.

// CHECK-LABEL: func.func @full_rank
// CHECK-COUNT-1: edge.fully_connected
// CHECK-NOT: edge.fully_connected
func.func @full_rank(%x: tensor<1x4xf32> {edge.name = "x"}) -> tensor<1x3xf32> {
  %w = edge.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0],
      [0.0, 0.0, 1.0, 0.0]]> : tensor<3x4xf32> -> tensor<3x4xf32>
  %b = edge.constant dense<0.0> : tensor<3xf32> -> tensor<3xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// -----

// The input weights move in front of the operator; those of the recurrence stay.

// CHECK-LABEL: func.func @recurrent
// CHECK: %[[H:.*]] = edge.fully_connected {{.*}} -> tensor<1x1x1xf32>
// CHECK: edge.rnn %[[H]], {{.*}} : (tensor<1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x3xf32>,
func.func @recurrent(%x: tensor<1x4xf32> {edge.name = "x"}) -> tensor<1x1x3xf32> {
  %s = edge.reshape %x : (tensor<1x4xf32>) -> tensor<1x1x4xf32>
  %w = edge.constant dense<[[[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0],
      [-1.0, -2.0, -3.0, -4.0]]]> : tensor<1x3x4xf32> -> tensor<1x3x4xf32>
  %r = edge.constant dense<0.5> : tensor<1x3x3xf32> -> tensor<1x3x3xf32>
  %b = edge.constant dense<0.1> : tensor<1x6xf32> -> tensor<1x6xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x3xf32> -> tensor<1x1x3xf32>
  %y, %last = edge.rnn %s, %w, %r, %b, %h {direction = 0 : i32, activations = ["Tanh"],
      activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
    : (tensor<1x1x4xf32>, tensor<1x3x4xf32>, tensor<1x3x3xf32>, tensor<1x6xf32>, tensor<1x1x3xf32>)
    -> (tensor<1x1x1x3xf32>, tensor<1x1x3xf32>)
  return %last : tensor<1x1x3xf32>
}
