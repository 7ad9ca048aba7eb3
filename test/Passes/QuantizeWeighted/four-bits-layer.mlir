// RUN: edgecc-opt %s --edge-quantize | FileCheck %s

// One layer of many has four bits, by its attribute.

// CHECK-LABEL: func.func @main
// CHECK: edge.fully_connected
// CHECK-SAME: {{[{]}}edge.weight_bits = 4 : i64}
// CHECK: edge.fully_connected
// CHECK-NOT: edge.weight_bits
func.func @main(%x: tensor<1x64xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x64xf32> {
  %w = edge.constant dense<0.3> : tensor<64x64xf32> -> tensor<64x64xf32>
  %b = edge.constant dense<0.5> : tensor<64xf32> -> tensor<64xf32>
  %0 = edge.fully_connected %x, %w, %b {edge.precision = "s8w4", edge.ranges = [[-20.0, 20.0]]}
    : (tensor<1x64xf32>, tensor<64x64xf32>, tensor<64xf32>) -> tensor<1x64xf32>
  %1 = edge.fully_connected %0, %w, %b {edge.ranges = [[-400.0, 400.0]]}
    : (tensor<1x64xf32>, tensor<64x64xf32>, tensor<64xf32>) -> tensor<1x64xf32>
  return %1 : tensor<1x64xf32>
}
