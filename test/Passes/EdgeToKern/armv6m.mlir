// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern=features=armv6m | FileCheck %s

// On Armv6-M, weights are unsigned, 128 more than they are: [1, 2, 3, 4] and
// three rows that there are not.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_v6m" from "fully_connected_v6m.h"
// CHECK-SAME: <[#kern.shape<[1, 4]>, #kern.shape<[1, 1]>, 5, 5, 127]>
// CHECK: dense<[-127, -128, -128, -128, -126, -128, -128, -128, -125,
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// A sum that may leave what the multiplication in 32 bits can do.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8" from "fully_connected.h"
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<2000000000> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}
