// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp,mve' | FileCheck %s

// Kernels with Helium instructions go before those with DSP instructions. Rows
// of four outputs come vector by vector, biases and multipliers in fours.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_mve" from "fully_connected_mve.h"
// CHECK-SAME: <[#kern.shape<[1, 4]>, #kern.shape<[1, 1]>, 0, 5, 5, 127]>
// CHECK-SAME: memref<64xi8>, memref<4xi32>, memref<4xi32>
// CHECK: dense<[-22, 0, 0, 0]>
// CHECK: dense<[536870912, 0, 0, 0]>
// CHECK: weights: "0x100000000102030400000000
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_mve_small" from "conv2d_mve.h"
// CHECK-SAME: 3, 0, 5, -128, 127]>
// CHECK-SAME: overlap = array<i64: 0, 
// CHECK: kern.call "depthwise_conv2d_s8_mve_small" from "depthwise_conv2d_mve.h"
// CHECK-SAME: 4, 3, 0, 5, -128, 127]>
// CHECK-SAME: inplace = array<i64: 0>
func.func @main(%x: tensor<1x4x4x2x!in>) -> (tensor<1x4x4x2x!out>, tensor<1x4x4x2x!out>) {
  %w = edge.constant dense<1> : tensor<2x3x3x2xi8> -> tensor<2x3x3x2x!w>
  %v = edge.constant dense<1> : tensor<2x3x3x1xi8> -> tensor<2x3x3x1x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x2x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  %1 = edge.conv %x, %v, %b {groups = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x1x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!out>
  return %0, %1 : tensor<1x4x4x2x!out>, tensor<1x4x4x2x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// More inputs than one instruction can go back over.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8_pairs_dsp" from "fully_connected_dsp.h"
func.func @main(%x: tensor<1x4096x!in>) -> tensor<1x1x!out> {
  %w = edge.constant dense<1> : tensor<1x4096xi8> -> tensor<1x4096x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4096x!in>, tensor<1x4096x!w>, tensor<1x!b>) -> tensor<1x1x!out>
  return %0 : tensor<1x1x!out>
}
