// RUN: edgecc-opt %s -split-input-file -edge-equalize-layers=balance=weights | FileCheck %s

// Rows of 4 and 1 meet weights of 1 and 4: factors 2 and 1/2 make all of them 2.
// CHECK-LABEL: func @balanced
// CHECK-DAG: %[[W0:.*]] = edge.constant dense_resource<[[W0R:.*]]> : tensor<2x1xf32>
// CHECK-DAG: %[[B0:.*]] = edge.constant dense_resource<[[B0R:.*]]> : tensor<2xf32>
// CHECK: edge.fully_connected %arg0, %[[W0]], %[[B0]]
// CHECK-NOT: edge.ranges
// CHECK: edge.fully_connected {{.*}}edge.ranges
// CHECK: [[W0R]]: "0x100000000000004000000040"
// CHECK: [[B0R]]: "0x100000000000804000008040"
func.func @balanced(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w0 = edge.constant dense<[[4.0], [1.0]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b0 = edge.constant dense<[8.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w0, %b0 {clamp_min = 0.0 : f32, edge.ranges = [[0.0, 16.0]]}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %w1 = edge.constant dense<[[1.0, 4.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b1 = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %w1, %b1 {edge.ranges = [[0.0, 32.0]]}
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// Upper bounds would cut off other values; what is returned has to stay.
// CHECK-LABEL: func @left_alone
// CHECK-DAG: edge.constant dense<{{\[}}[4.000000e+00], [1.000000e+00]]>
// CHECK-DAG: edge.constant dense<{{\[}}[1.000000e+00, 4.000000e+00]]>
// CHECK-NOT: dense_resource
func.func @left_alone(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>) {
  %w0 = edge.constant dense<[[4.0], [1.0]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b0 = edge.constant dense<[8.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %w1 = edge.constant dense<[[1.0, 4.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b1 = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %0 = edge.fully_connected %x, %w0, %b0 {clamp_min = 0.0 : f32, clamp_max = 6.0 : f32}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.fully_connected %0, %w1, %b1
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %2 = edge.fully_connected %x, %w0, %b0
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = edge.fully_connected %2, %w1, %b1
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1, %3, %2 : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>
}
