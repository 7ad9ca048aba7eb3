// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp extra-bytes=0' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern=features=dsp | FileCheck %s --check-prefix=FAST
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=dsp,mve' | FileCheck %s --check-prefix=MVE
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s --check-prefix=PLAIN

// A sum that nothing else uses the convolution for is computed with it, and may
// overwrite the other operand.

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// CHECK-LABEL: func.func @run
// CHECK-NOT: add_s8
// CHECK: kern.call "conv2d_s8_add_dsp_small" from "conv2d_dsp.h"
// CHECK-SAME: ins(%arg0, %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}}, %arg1 :
// CHECK-SAME: outs(%arg2 :
// CHECK-SAME: scalars [{{[0-9]+}} : i32, 3 : i32, {{[0-9]+}} : i32, {{[0-9]+}} : i32, 5 : i32, -128 : i32, 127 : i32]
// CHECK-SAME: inplace = array<i64: 4>, layer = "edge.add", macs = 2304 : i64
// FAST-LABEL: func.func @run
// FAST-SAME: kern.extra_bytes = 368 : i64
// FAST: kern.call "conv2d_s8_winograd_add_dsp_small" from "conv2d_winograd_dsp.h"
// MVE-LABEL: func.func @run
// MVE: kern.call "conv2d_s8_add_mve_small" from "conv2d_mve.h"
// PLAIN-LABEL: func.func @run
// PLAIN: kern.call "conv2d_s8"
// PLAIN: kern.call "add_s8"
func.func @main(%x: tensor<1x4x4x4x!in>, %y: tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out> {
  %w = edge.constant dense<1> : tensor<4x3x3x4xi8> -> tensor<4x3x3x4x!w>
  %b = edge.constant dense<8> : tensor<4xi32> -> tensor<4x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<4x3x3x4x!w>, tensor<4x!b>) -> tensor<1x4x4x4x!out>
  %1 = edge.add %y, %0 : (tensor<1x4x4x4x!in>, tensor<1x4x4x4x!out>) -> tensor<1x4x4x4x!out>
  return %1 : tensor<1x4x4x4x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// What is added is what windows are still read from.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_add_dsp_small" from "conv2d_dsp.h"
// CHECK-NOT: inplace
func.func @main(%x: tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out> {
  %w = edge.constant dense<1> : tensor<4x3x3x4xi8> -> tensor<4x3x3x4x!w>
  %b = edge.constant dense<8> : tensor<4xi32> -> tensor<4x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<4x3x3x4x!w>, tensor<4x!b>) -> tensor<1x4x4x4x!out>
  %1 = edge.add %0, %x : (tensor<1x4x4x4x!out>, tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out>
  return %1 : tensor<1x4x4x4x!out>
}

// -----

!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.25, 0.25, 0.25}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.125, 0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>

// The convolution's own result is needed, too.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_s8_dsp_small"
// CHECK: kern.call "add_s8"
func.func @main(%x: tensor<1x4x4x4x!in>) -> (tensor<1x4x4x4x!out>, tensor<1x4x4x4x!out>) {
  %w = edge.constant dense<1> : tensor<4x3x3x4xi8> -> tensor<4x3x3x4x!w>
  %b = edge.constant dense<8> : tensor<4xi32> -> tensor<4x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x4x!in>, tensor<4x3x3x4x!w>, tensor<4x!b>) -> tensor<1x4x4x4x!out>
  %1 = edge.add %0, %x : (tensor<1x4x4x4x!out>, tensor<1x4x4x4x!in>) -> tensor<1x4x4x4x!out>
  return %0, %1 : tensor<1x4x4x4x!out>, tensor<1x4x4x4x!out>
}
