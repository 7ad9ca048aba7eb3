// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s

// A normalization over all channels and pixels, as exporters write a group
// normalization of one group, does not care how they lie.
// CHECK-LABEL: func @one_group
// CHECK-NOT: edge.transpose
// CHECK-NOT: edge.reshape
// CHECK: edge.layer_norm %arg0 {axes = array<i64: 1, 2, 3>, epsilon = {{.*}}} : (tensor<2x4x5x3xf32>) -> tensor<2x4x5x3xf32>
// CHECK-NOT: edge.transpose
// CHECK-NOT: edge.reshape
func.func @one_group(%x: tensor<2x4x5x3xf32>) -> tensor<2x4x5x3xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  %1 = edge.reshape %0 : (tensor<2x3x4x5xf32>) -> tensor<2x1x60xf32>
  %2 = edge.layer_norm %1 {axes = array<i64: 2>, epsilon = 1.0e-5 : f32} : (tensor<2x1x60xf32>) -> tensor<2x1x60xf32>
  %3 = edge.reshape %2 : (tensor<2x1x60xf32>) -> tensor<2x3x4x5xf32>
  %4 = edge.transpose %3 {perm = array<i64: 0, 2, 3, 1>} : (tensor<2x3x4x5xf32>) -> tensor<2x4x5x3xf32>
  return %4 : tensor<2x4x5x3xf32>
}

// -----

// Groups that are not whole axes stay as they are.
// CHECK-LABEL: func @groups
// CHECK: edge.reshape {{.*}} -> tensor<2x2x40xf32>
// CHECK: edge.layer_norm
// CHECK: edge.reshape
func.func @groups(%x: tensor<2x4x4x5xf32>) -> tensor<2x4x4x5xf32> {
  %1 = edge.reshape %x : (tensor<2x4x4x5xf32>) -> tensor<2x2x40xf32>
  %2 = edge.layer_norm %1 {axes = array<i64: 2>, epsilon = 1.0e-5 : f32} : (tensor<2x2x40xf32>) -> tensor<2x2x40xf32>
  %3 = edge.reshape %2 : (tensor<2x2x40xf32>) -> tensor<2x4x4x5xf32>
  return %3 : tensor<2x4x4x5xf32>
}
