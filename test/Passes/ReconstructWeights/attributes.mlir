// RUN: %python %S/../Calibrate/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: edgecc-opt %s -split-input-file -edge-reconstruct-weights="samples=%t.y.npy" | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -edge-reconstruct-weights="samples=%t.y.npy" -edge-quantize | FileCheck %s --check-prefix=INT

// The weights stand on a grid, and what they were before is kept for other
// repairs, until the layer is quantized: to these scales.
// CHECK-LABEL: func @layer
// CHECK: edge.fully_connected
// CHECK-SAME: edge.float_bias = dense
// CHECK-SAME: edge.float_weights = dense
// CHECK-SAME: edge.weight_scales = array<f64: [[A:[^,]*]], {{.*}}>
// INT-LABEL: func @layer
// INT: edge.constant {{.*}} -> tensor<2x1x!quant.uniform<i8<-127:127>:f32:0
// INT-NOT: edge.float
// INT-NOT: edge.weight_scales
func.func @layer(%x: tensor<1x1xf32> {edge.name = "x", edge.range = [-2.0, 0.0]}) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[0.5], [-0.3]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b = edge.constant dense<[0.1, 0.2]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b {edge.ranges = [[-1.0, 1.0]]}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// What stays in float is not touched.
// CHECK-LABEL: func @kept
// CHECK-NOT: edge.weight_scales
func.func @kept(%x: tensor<1x1xf32> {edge.name = "x", edge.range = [-2.0, 0.0]}) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[0.5], [-0.3]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b = edge.constant dense<[0.1, 0.2]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b {edge.precision = "f32", edge.ranges = [[-1.0, 1.0]]}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Two layers share their weights, which stay equal whatever their inputs are.
// CHECK-LABEL: func @shared
// CHECK: edge.fully_connected
// CHECK-SAME: edge.weight_scales = array<f64: [[SCALES:.*]]>}
// CHECK: edge.fully_connected
// CHECK-SAME: edge.weight_scales = array<f64: [[SCALES]]>}
func.func @shared(%x: tensor<1x1xf32> {edge.name = "x", edge.range = [-2.0, 0.0]}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = edge.constant dense<[[0.5], [-0.3]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b = edge.constant dense<[0.1, 0.2]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b {edge.ranges = [[-1.0, 1.0]]}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.slice %0 {starts = array<i64: 0, 0>, sizes = array<i64: 1, 1>, steps = array<i64: 1, 1>, edge.ranges = [[-1.0, 1.0]]}
    : (tensor<1x2xf32>) -> tensor<1x1xf32>
  %2 = edge.fully_connected %1, %w, %b {edge.ranges = [[-1.0, 1.0]]}
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %2 : tensor<1x2xf32>, tensor<1x2xf32>
}
