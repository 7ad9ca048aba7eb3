// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s

// Sixteen values: two of them are stored in a byte. Rows of five take three bytes.
!q = !quant.uniform<i8:f32, 0.05:3>
// CHECK: kern.call "gather_palette_s8" from "data_movement.h"<[#kern.shape<[16, 5]>, #kern.shape<[1, 3]>]>
// CHECK-SAME: memref<48xui8>, memref<16xi8>
// CHECK-SAME: precision = "s8w4"
// CHECK: kern.data @{{.*}}numbers : memref<48xui8>
// CHECK: kern.data @{{.*}}palette : memref<16xi8> = dense<[-90, -60, -41, -30, -20, -11, -5, 0, 4, 9, 15, 22, 31, 45, 70, 100]>
func.func @main(%i: tensor<1x3xi64> {edge.name = "i"}) -> (tensor<1x3x5x!q> {edge.name = "y"}) {
  %t = edge.constant dense<[[-90, -60, -41, -30, -20], [-11, -5, 0, 4, 9], [15, 22, 31, 45, 70], [100, 31, -90, -41, -11], [-60, 9, -90, 4, 100], [31, 45, 31, 70, -20], [22, -30, -60, -20, 100], [-5, 4, 45, 9, 45], [31, 22, 45, 0, 15], [-90, 4, -11, 15, -30], [-5, 4, 9, -30, -41], [100, 100, -41, 22, -41], [45, -20, -90, 9, 45], [45, -30, -60, -60, 31], [15, 4, 0, -60, 9], [-90, -41, -30, -60, -5]]> : tensor<16x5xi8> -> tensor<16x5x!q>
  %y = edge.gather %t, %i {axis = 0} : (tensor<16x5x!q>, tensor<1x3xi64>) -> tensor<1x3x5x!q>
  return %y : tensor<1x3x5x!q>
}

// -----

// A seventeenth value.
!q = !quant.uniform<i8:f32, 0.05:3>
// CHECK: kern.call "gather" from
func.func @main(%i: tensor<1x3xi64> {edge.name = "i"}) -> (tensor<1x3x5x!q> {edge.name = "y"}) {
  %t = edge.constant dense<[[-90, -60, -41, -30, -20], [-11, -5, 0, 4, 9], [15, 22, 31, 45, 70], [100, 101, 0, 0, 0], [-60, 9, -90, 4, 100], [31, 45, 31, 70, -20], [22, -30, -60, -20, 100], [-5, 4, 45, 9, 45], [31, 22, 45, 0, 15], [-90, 4, -11, 15, -30], [-5, 4, 9, -30, -41], [100, 100, -41, 22, -41], [45, -20, -90, 9, 45], [45, -30, -60, -60, 31], [15, 4, 0, -60, 9], [-90, -41, -30, -60, -5]]> : tensor<16x5xi8> -> tensor<16x5x!q>
  %y = edge.gather %t, %i {axis = 0} : (tensor<16x5x!q>, tensor<1x3xi64>) -> tensor<1x3x5x!q>
  return %y : tensor<1x3x5x!q>
}
