// RUN: %python %S/Inputs/make_steps.py %t.npy
// RUN: edgecc-opt %s --edge-calibrate="samples=%t.npy" | FileCheck %s

// Gates are open: cells add tanh(x) of each step. x is 9, 9, -9, so that the cell
// is 1, 2 and 1; no result shows the 2. Of hidden states, tanh of cells, y shows
// all, y_h the last.

// CHECK: edge.lstm
// CHECK-SAME: edge.extents = {{\[\[}}], [0.000000e+00, 0.9640{{[0-9]*}}], [0.000000e+00, 1.99999{{[0-9]*}}]]
func.func @f(%x: tensor<3x1x1xf32> {edge.name = "x"}) -> tensor<1x1x1xf32> {
  %w = edge.constant dense<[[[0.0], [0.0], [0.0], [1.0]]]> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %r = edge.constant dense<0.0> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %b = edge.constant dense<[[50.0, 50.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<1x8xf32> -> tensor<1x8xf32>
  %h = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %last, %cell = edge.lstm %x, %w, %r, %b, %h, %h {direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>}
    : (tensor<3x1x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<3x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %cell : tensor<1x1x1xf32>
}
