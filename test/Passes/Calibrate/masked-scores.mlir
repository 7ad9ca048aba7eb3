// RUN: %python %S/Inputs/make_scores.py %t.npy
// RUN: edgecc-opt %s --edge-calibrate="samples=%t.npy method=minmax" | FileCheck %s

// Of four scores, up to 8, one is -1e9, and the next row is masked as a whole.
// The mask's range ends ln(256 * 4) below the largest score, the extent, for
// int16, ln(32768 * 4) below it. The reshape in front has the same; what is
// read by something else than softmax keeps its range.

// CHECK-LABEL: func.func @f
// CHECK-SAME: edge.extent = [-3.78{{[0-9]*}}, 8.000000e+00]
// CHECK-SAME: edge.range = [1.06{{[0-9]*}}, 8.000000e+00]
// CHECK: edge.reshape {{.*}}edge.extents = {{\[\[}}-3.78{{[0-9]*}}, 8.000000e+00]], edge.ranges = {{\[\[}}1.06{{[0-9]*}}, 8.000000e+00]]
// CHECK: edge.softmax
func.func @f(%scores: tensor<1x8xf32> {edge.name = "scores"}) -> tensor<2x4xf32> {
  %0 = edge.reshape %scores : (tensor<1x8xf32>) -> tensor<2x4xf32>
  %1 = edge.softmax %0 {axis = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @shared
// CHECK-SAME: edge.range = [-1.000000e+09, 8.000000e+00]
func.func @shared(%scores: tensor<1x8xf32> {edge.name = "scores"}) -> (tensor<1x8xf32>, tensor<1x8xf32>) {
  %0 = edge.softmax %scores {axis = 1 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %0, %scores : tensor<1x8xf32>, tensor<1x8xf32>
}
