// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp extra-bytes=0' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s --check-prefix=PLAIN

// int16: the second and third weight of a word change places, the bias is plain,
// and the multiplier has all its bits.
!in = !quant.uniform<i16:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s16x8_dsp" from "fully_connected_dsp.h"
// CHECK-SAME: <[#kern.shape<[1, 4]>, #kern.shape<[1, 1]>]>
// CHECK-SAME: scalars [32 : i32, 0 : i32, 32767 : i32]
// CHECK: dense<[67240705, 0, 0, 0]>
// CHECK: dense<8> : tensor<1xi32>
// CHECK: dense<1073741824>
// PLAIN-LABEL: func.func @run
// PLAIN: kern.call "fully_connected_s16x8" from
// PLAIN-SAME: #kern.shape<[1, 1]>, i32]
func.func @main(%x: tensor<1x4x!in>) -> tensor<1x1x!in> {
  %w = edge.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8> -> tensor<1x4x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x4x!in>, tensor<1x4x!w>, tensor<1x!b>) -> tensor<1x1x!in>
  return %0 : tensor<1x1x!in>
}

// -----

// Weights whose products may leave 32 bits: no DSP kernel, and sums of 64.
!in = !quant.uniform<i16:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s16x8" from
// CHECK-SAME: #kern.shape<[1, 1]>, i64]
func.func @main(%x: tensor<1x520x!in>) -> tensor<1x1x!in> {
  %w = edge.constant dense<127> : tensor<1x520xi8> -> tensor<1x520x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x520x!in>, tensor<1x520x!w>, tensor<1x!b>) -> tensor<1x1x!in>
  return %0 : tensor<1x1x!in>
}
