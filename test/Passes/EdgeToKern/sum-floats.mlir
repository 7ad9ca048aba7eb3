// RUN: edgecc-opt %s --convert-edge-to-kern=features=avx512vnni,avx2,fma | FileCheck %s
// RUN: edgecc-opt %s --convert-edge-to-kern=features=avx2,fma | FileCheck %s --check-prefix=AVX2

// A sum with a shortcut in floats, limited to [3, 127]: 0.0713 / 0.0897 of the layer's
// outputs, 0.0529 / 0.0897 of what is added.

!in = !quant.uniform<i8:f32, 0.0529:-7>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.0017, 0.0013}>
!b = !quant.uniform<i32:f32:0, {0.00008993, 0.00006877}>
!layer = !quant.uniform<i8:f32, 0.0713:5>
!out = !quant.uniform<i8:f32, 0.0897:3>

// CHECK: kern.call "conv2d_s8_add_floats_simd" from "avx512_vectors.h conv2d_simd.h"
// CHECK-SAME: 5, -128, 127, 3, 127]>
// CHECK-SAME: 0.79487
// CHECK-SAME: 0.58974
// CHECK-SAME: inplace = array<i64: 4>
// AVX2: kern.call "conv2d_s8_add_simd" from "avx2_vectors.h conv2d_simd.h"
func.func @main(%x: tensor<1x4x4x2x!in>, %y: tensor<1x4x4x2x!in>) -> (tensor<1x4x4x2x!out>) {
  %w = edge.constant dense<1> : tensor<2x3x3x2xi8> -> tensor<2x3x3x2x!w>
  %b = edge.constant dense<8> : tensor<2xi32> -> tensor<2x!b>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2x!in>, tensor<2x3x3x2x!w>, tensor<2x!b>) -> tensor<1x4x4x2x!layer>
  %1 = edge.add %y, %0 {clamp_min = 0.0 : f32} : (tensor<1x4x4x2x!in>, tensor<1x4x4x2x!layer>) -> tensor<1x4x4x2x!out>
  return %1 : tensor<1x4x4x2x!out>
}
