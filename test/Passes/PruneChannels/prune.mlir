// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy f4 64,1,2
// RUN: edgecc-opt %s --edge-prune-channels="samples=%t.npy ratio=0.5 damping=0.0001" | FileCheck %s

// The second channel of the first layer is twice the first, so that either can
// stand for both. The second stays: 3.5 times it is what 3 times the first and twice the
// second were.

// CHECK-LABEL: func.func @doubled
// CHECK: %[[H:.*]] = edge.fully_connected %arg0, {{.*}} -> tensor<1x1xf32>
// CHECK: %[[V:.*]] = edge.constant dense<3.{{49|50}}
// CHECK: edge.fully_connected %[[H]], %[[V]], {{.*}} -> tensor<1x1xf32>
func.func @doubled(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0, 1.0], [2.0, 2.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %v = edge.constant dense<[[3.0, 2.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %c = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
