// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s
// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s --check-prefix=DATA

// The flattened tensor is taken as it lies; the weights' columns, which count
// channels first, are permuted: 0 1 | 2 3 | 4 5 (channel by channel) become
// 0 2 4 | 1 3 5 (place by place).
// CHECK-LABEL: func @flatten
// CHECK-NOT: edge.transpose
// CHECK: edge.map %arg0 : (tensor<1x1x2x3xf32>)
// CHECK: %[[ROW:.*]] = edge.reshape {{.*}} : (tensor<1x1x2x3xf32>) -> tensor<1x6xf32>
// CHECK-NOT: edge.transpose
// CHECK: edge.fully_connected %[[ROW]]
// DATA: weights: "0x100000000000000000000040000080400000803F000040400000A040"
func.func @flatten(%x: tensor<1x1x2x3xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]>
    : tensor<1x6xf32> -> tensor<1x6xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<1x1x2x3xf32>) -> tensor<1x3x1x2xf32>
  %1 = edge.map %0 : (tensor<1x3x1x2xf32>) -> tensor<1x3x1x2xf32> {
  ^bb0(%e: f32):
    %t = math.tanh %e : f32
    edge.yield %t : f32
  }
  %2 = edge.reshape %1 : (tensor<1x3x1x2xf32>) -> tensor<1x6xf32>
  %3 = edge.fully_connected %2, %w, %b
    : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %3 : tensor<1x1xf32>
}

// -----

// Each row of two samples is flattened for itself.
// CHECK-LABEL: func @batch
// CHECK-NOT: edge.transpose
// CHECK: edge.fully_connected
func.func @batch(%x: tensor<2x1x2x3xf32>, %b: tensor<1xf32>) -> tensor<2x1xf32> {
  %w = edge.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]>
    : tensor<1x6xf32> -> tensor<1x6xf32>
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>}
    : (tensor<2x1x2x3xf32>) -> tensor<2x3x1x2xf32>
  %1 = edge.reshape %0 : (tensor<2x3x1x2xf32>) -> tensor<2x6xf32>
  %2 = edge.fully_connected %1, %w, %b
    : (tensor<2x6xf32>, tensor<1x6xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  return %2 : tensor<2x1xf32>
}

// -----

// A transpose of a constant is a constant.
// CHECK-LABEL: func @constant
// CHECK: %[[C:.*]] = edge.constant {{.*}} : tensor<3x2xf32>
// CHECK-NEXT: return %[[C]]
// DATA: weights: "0x100000000000803F0000804000000040
func.func @constant() -> tensor<3x2xf32> {
  %c = edge.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]>
    : tensor<2x3xf32> -> tensor<2x3xf32>
  %0 = edge.transpose %c {perm = array<i64: 1, 0>}
    : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
