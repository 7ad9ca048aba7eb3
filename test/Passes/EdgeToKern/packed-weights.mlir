// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp extra-bytes=0' | FileCheck %s --check-prefix=DSP

// Weights of four bits are stored as digits, two to a byte, and a step for each
// group; here all of a row are one group. 3 is the digit 1 of step 3.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "fully_connected_s8w4" from "fully_connected_w4.h"
// CHECK-SAME: <[#kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48]>
// CHECK-SAME: memref<192xi8>, memref<8xi8>, memref<8xi32>, memref<8xi32>
// CHECK-SAME: precision = "s8w4"
// CHECK-DAG: kern.data @{{.*}}_digits : memref<192xi8> = dense<17>
// CHECK-DAG: kern.data @{{.*}}_steps : memref<8xi8> = dense<3>
// DSP-LABEL: func.func @run
// DSP: kern.call "fully_connected_s8w4_dsp" from "fully_connected_w4_dsp.h"
// DSP-SAME: <[#kern.shape<[1, 48]>, #kern.shape<[1, 8]>, 48, 5, -128, 127]>
// DSP-SAME: memref<48xi32>, memref<8xi8>, memref<8xi32>, memref<8xi32>
// DSP-DAG: kern.data @{{.*}}_digits : memref<48xi32> = dense<286331153>
// DSP-DAG: kern.data @{{.*}}_steps : memref<8xi8> = dense<3>
func.func @main(%x: tensor<1x48x!in>) -> tensor<1x8x!out> {
  %w = edge.constant dense<3> : tensor<8x48xi8> -> tensor<8x48x!w>
  %b = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %0 = edge.fully_connected %x, %w, %b {edge.weight_bits = 4}
    : (tensor<1x48x!in>, tensor<8x48x!w>, tensor<8x!b>) -> tensor<1x8x!out>
  return %0 : tensor<1x8x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>
!out = !quant.uniform<i8:f32, 0.5:5>

// The weights of four channels are unpacked on the stack, or in the arena where
// they are many.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8w4_small" from "conv2d_w4.h"
// CHECK-SAME: pads = [1, 1, 1, 1]>, 1, 36]>
// CHECK-NOT: scratch
// CHECK: kern.buffer : memref<1152xi8>
// CHECK: kern.call "conv2d_s8w4" from "conv2d_w4.h"
// CHECK-SAME: 1, 288]>
// CHECK-SAME: scratch({{.*}} : memref<1152xi8>)
// DSP-LABEL: func.func @run
// DSP: kern.call "conv2d_s8w4_dsp_small" from "conv2d_w4_dsp.h"
// DSP-SAME: pads = [1, 1, 1, 1]>, 36, 3, 5, -128, 127]>
// DSP-SAME: memref<36xi32>, memref<8xi8>
// DSP: kern.call "conv2d_s8w4_dsp" from "conv2d_w4_dsp.h"
// DSP-SAME: scratch({{.*}} : memref<1728xi8>)
func.func @main(%x: tensor<1x4x4x4x!in>, %z: tensor<1x4x4x32x!in>) -> (tensor<1x4x4x8x!out>, tensor<1x4x4x8x!out>) {
  %w = edge.constant dense<-1> : tensor<8x3x3x4xi8> -> tensor<8x3x3x4x!w>
  %v = edge.constant dense<8> : tensor<8x3x3x32xi8> -> tensor<8x3x3x32x!w>
  %b = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %0 = edge.conv %x, %w, %b {edge.weight_bits = 4, groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<8x3x3x4x!w>, tensor<8x!b>) -> tensor<1x4x4x8x!out>
  %1 = edge.conv %z, %v, %b {edge.weight_bits = 4, groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x32x!in>, tensor<8x3x3x32x!w>, tensor<8x!b>) -> tensor<1x4x4x8x!out>
  return %0, %1 : tensor<1x4x4x8x!out>, tensor<1x4x4x8x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>
!out = !quant.uniform<i8:f32, 0.5:5>

// Without the request, where digits do not do, and where nothing is gained,
// bytes stay bytes.
// CHECK-LABEL: func.func @run
// CHECK-COUNT-3: kern.call "fully_connected_s8" from
// CHECK: kern.call "depthwise_conv2d_s8" from
// DSP-LABEL: func.func @run
// DSP-COUNT-3: kern.call "fully_connected_s8_dsp" from
// DSP: kern.call "depthwise_conv2d_s8_dsp_small" from
func.func @main(%x: tensor<1x16x!in>, %z: tensor<1x4x4x64x!in>) -> (tensor<1x32x!out>, tensor<1x32x!out>, tensor<1x8x!out>, tensor<1x4x4x64x!out>) {
  %w = edge.constant dense<3> : tensor<32x16xi8> -> tensor<32x16x!w>
  %v = edge.constant dense<"0x6401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401640164016401"> : tensor<32x16xi8> -> tensor<32x16x!w>
  %u = edge.constant dense<3> : tensor<8x16xi8> -> tensor<8x16x!w>
  %t = edge.constant dense<3> : tensor<64x3x3x1xi8> -> tensor<64x3x3x1x!w>
  %b = edge.constant dense<8> : tensor<32xi32> -> tensor<32x!b>
  %c = edge.constant dense<8> : tensor<8xi32> -> tensor<8x!b>
  %d = edge.constant dense<8> : tensor<64xi32> -> tensor<64x!b>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x16x!in>, tensor<32x16x!w>, tensor<32x!b>) -> tensor<1x32x!out>
  %1 = edge.fully_connected %x, %v, %b {edge.weight_bits = 4}
    : (tensor<1x16x!in>, tensor<32x16x!w>, tensor<32x!b>) -> tensor<1x32x!out>
  %2 = edge.fully_connected %x, %u, %c {edge.weight_bits = 4}
    : (tensor<1x16x!in>, tensor<8x16x!w>, tensor<8x!b>) -> tensor<1x8x!out>
  %3 = edge.conv %z, %t, %d {edge.weight_bits = 4, groups = 64 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x64x!in>, tensor<64x3x3x1x!w>, tensor<64x!b>) -> tensor<1x4x4x64x!out>
  return %0, %1, %2, %3 : tensor<1x32x!out>, tensor<1x32x!out>, tensor<1x8x!out>, tensor<1x4x4x64x!out>
}
