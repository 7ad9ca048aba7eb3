// RUN: edgecc-opt %s -convert-edge-to-kern | FileCheck %s

// Without lengths, all sequences have all steps. Nobody wants all states, so
// that they take no room.
// CHECK-LABEL: func.func @run
// CHECK-SAME: %[[LAST:[^ ]*]]: memref<1x2x4xf32> {kern.output = "last"
// CHECK: %[[LENGTHS:.*]] = kern.get_data @w_edge_gru_lengths : memref<2xi32>
// CHECK: kern.call "gru_f32" from "recurrent.h"<[#kern.shape<[5, 2, 3]>, 4, "Direction::Forward", false, true, "Activation::Sigmoid", "Activation::Tanh"]>
// CHECK-SAME: ins({{.*}}, %[[LENGTHS]], %{{[^,]*}} : {{.*}}) outs(%[[LAST]], %[[LAST]] : memref<1x2x4xf32>, memref<1x2x4xf32>) scratch(%{{.*}} : memref<64xi8>) scalars [0x7F800000 : f32]
// CHECK-SAME: macs = 840 : i64
func.func @main(%x: tensor<5x2x3xf32> {edge.name = "x"}, %h: tensor<1x2x4xf32> {edge.name = "h"}) -> (tensor<1x2x4xf32> {edge.name = "last"}) {
  %w = edge.constant dense<1.0> : tensor<1x12x3xf32> -> tensor<1x12x3xf32>
  %r = edge.constant dense<2.0> : tensor<1x12x4xf32> -> tensor<1x12x4xf32>
  %b = edge.constant dense<3.0> : tensor<1x24xf32> -> tensor<1x24xf32>
  %y, %last = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Sigmoid", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>, linear_before_reset = true}
    : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>, tensor<1x24xf32>, tensor<1x2x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return %last : tensor<1x2x4xf32>
}
