// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// Linear interpolation keeps its input's type; what overshoots has its own.
// Weights are in steps of 2^-14.

// CHECK-LABEL: func.func @linear
// CHECK: %[[Q:.*]] = edge.quantize %arg0 {{.*}} -> tensor<1x2x3x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: %[[W:.*]] = edge.constant dense_resource<weights{{.*}}> : tensor<2x2xi16> -> tensor<2x2x!quant.uniform<i16:f32, 6.103515625E-5>>
// CHECK: edge.resample %[[Q]], %[[W]] {axis = 1 : i64, indices = array<i32: 0, 0, 1, 1>}
// CHECK-SAME: -> tensor<1x2x3x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// 8192, 4096, 8192, 12288
// CHECK: weights{{[^:]*}}: "0x{{........}}0020001000200030"
func.func @linear(%x: tensor<1x2x3xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x2x3xf32> {
  %w = edge.constant dense<[[0.5, 0.25], [0.5, 0.75]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %0 = edge.resample %x, %w {axis = 1, indices = array<i32: 0, 0, 1, 1>, edge.ranges = [[0.0, 200.0]]}
    : (tensor<1x2x3xf32>, tensor<2x2xf32>) -> tensor<1x2x3xf32>
  %1 = edge.softmax %0 {axis = 2, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %1 : tensor<1x2x3xf32>
}

// -----

// CHECK-LABEL: func.func @overshooting
// CHECK: edge.resample
// CHECK-SAME: -> tensor<1x1x3x!quant.uniform<i8:f32, 2.000000e+00:-128>>
func.func @overshooting(%x: tensor<1x2x3xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x1x3xf32> {
  %w = edge.constant dense<[[1.5], [-0.5]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %0 = edge.resample %x, %w {axis = 1, indices = array<i32: 0, 1>, edge.ranges = [[0.0, 510.0]]}
    : (tensor<1x2x3xf32>, tensor<2x1xf32>) -> tensor<1x1x3xf32>
  return %0 : tensor<1x1x3xf32>
}
