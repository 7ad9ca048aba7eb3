// RUN: edgecc-opt --edge-channels-last-io --split-input-file %s | FileCheck %s

// Input and output lose their transposes; their names stay.
// CHECK-LABEL: func @both
// CHECK-SAME: (%arg0: tensor<1x4x4x4xf32> {edge.name = "image"})
// CHECK-SAME: -> (tensor<1x4x4x4xf32> {edge.name = "mask"})
// CHECK-NOT: edge.transpose
// CHECK: return
func.func @both(%x: tensor<1x4x4x4xf32> {edge.name = "image"})
    -> (tensor<1x4x4x4xf32> {edge.name = "mask"}) {
  %0 = edge.transpose %x {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %1 = edge.softmax %0 {axis = 3} : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %2 = edge.transpose %1 {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %2 : tensor<1x4x4x4xf32>
}

// -----

// With one channel the transpose is a reshape.
// CHECK-LABEL: func @one_channel(%arg0: tensor<1x28x28x1xf32>)
// CHECK-NEXT: edge.softmax %arg0
func.func @one_channel(%x: tensor<1x1x28x28xf32>) -> tensor<1x28x28x1xf32> {
  %0 = edge.reshape %x : (tensor<1x1x28x28xf32>) -> tensor<1x28x28x1xf32>
  %1 = edge.softmax %0 {axis = 2} : (tensor<1x28x28x1xf32>) -> tensor<1x28x28x1xf32>
  return %1 : tensor<1x28x28x1xf32>
}

// -----

// Not to channels-last, and not the only use: both stay.
// CHECK-LABEL: func @others(%arg0: tensor<1x3x4x4xf32>, %arg1: tensor<1x3x4x4xf32>)
// CHECK: edge.transpose
// CHECK: edge.transpose
func.func @others(%x: tensor<1x3x4x4xf32>, %y: tensor<1x3x4x4xf32>)
    -> (tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>, tensor<1x3x4x4xf32>) {
  %0 = edge.transpose %x {perm = array<i64: 0, 2, 1, 3>}
    : (tensor<1x3x4x4xf32>) -> tensor<1x4x3x4xf32>
  %1 = edge.transpose %y {perm = array<i64: 0, 2, 3, 1>}
    : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
  return %0, %1, %y : tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>, tensor<1x3x4x4xf32>
}
