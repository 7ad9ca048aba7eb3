// RUN: %python %S/../Calibrate/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: not edgecc-opt %s -edge-reconstruct-weights="samples=%t.y.npy" 2>&1 | FileCheck %s
// RUN: not edgecc-opt %s -edge-refit-weights="samples=%t.y.npy" 2>&1 | FileCheck %s
// RUN: not edgecc-opt %s -edge-correct-bias="samples=%t.y.npy" 2>&1 | FileCheck %s

// CHECK: error: has no ranges to round with: run edge-calibrate, or give edge.ranges
func.func @layer(%x: tensor<1x1xf32> {edge.name = "x"}) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[0.5], [-0.3]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %b = edge.constant dense<[0.1, 0.2]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
