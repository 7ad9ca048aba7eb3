// RUN: edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=layer}))" | FileCheck %s

// The initial states become arguments, with the values that the constants had
// where these are not zero; the final ones become results, also those that
// nothing used.
// CHECK: func.func @main(%arg0: {{.*}} {edge.name = "x"},
// CHECK-SAME: %[[H:.*]]: tensor<1x1x1xf32> {edge.initial = dense<2.000000e+00> : tensor<1x1x1xf32>, edge.name = "layer/initial_h", edge.state = 0 : i64},
// CHECK-SAME: %[[C:.*]]: tensor<1x1x1xf32> {edge.name = "layer/initial_c", edge.state = 1 : i64})
// CHECK-SAME: {edge.name = "y"}, tensor<1x1x1xf32> {edge.name = "layer/Y_h", edge.state = 0 : i64}, tensor<1x1x1xf32> {edge.name = "layer/Y_c", edge.state = 1 : i64})
// CHECK: %[[Y:.*]], %[[YH:.*]], %[[YC:.*]] = edge.lstm %arg0, %{{.*}}, %{{.*}}, %{{.*}}, %[[H]], %[[C]]
// CHECK: return %[[Y]], %[[YH]], %[[YC]]
func.func @main(%x: tensor<3x1x2xf32> {edge.name = "x"}) -> (tensor<3x1x1x1xf32> {edge.name = "y"}) {
  %w = edge.constant dense<0.5> : tensor<1x4x2xf32> -> tensor<1x4x2xf32>
  %r = edge.constant dense<0.25> : tensor<1x4x1xf32> -> tensor<1x4x1xf32>
  %b = edge.constant dense<0.0> : tensor<1x8xf32> -> tensor<1x8xf32>
  %two = edge.constant dense<2.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %h = edge.transpose %two {perm = array<i64: 1, 0, 2>} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %c = edge.constant dense<0.0> : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  %y, %yh, %yc = edge.lstm %x, %w, %r, %b, %h, %c
    {activation_alpha = array<f32: 0.0, 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0, 0.0>,
     activations = ["Sigmoid", "Tanh", "Tanh"], direction = 0 : i32}
    : (tensor<3x1x2xf32>, tensor<1x4x2xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
    -> (tensor<3x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) loc("layer")
  return %y : tensor<3x1x1x1xf32>
}
