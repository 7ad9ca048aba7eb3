// RUN: edgecc-opt %s -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,FAST
// RUN: edgecc-opt %s -convert-edge-to-kern='features=avx2,fma extra-bytes=0' | FileCheck %s --check-prefixes=CHECK,SMALL

// What `kern.tiling` says is taken in place of what the cost model would. If
// there are no bytes for Winograd's convolution, it is the model's choice again,
// and so it is where the tiling is of other vectors or larger than the image.

// CHECK-LABEL: func.func @run
// CHECK: kern.call "conv2d_f32_simd"
// CHECK-SAME: <["F32Avx2", {{.*}}, 4, 2, 3]>
// FAST: kern.call "conv2d_winograd_f32_simd"
// FAST-SAME: <["F32Avx2", {{.*}}, 2, 3, 1, 1, {{[0-9]+}}]>
// SMALL: kern.call "conv2d_f32_simd"
// CHECK: kern.call "conv2d_f32_simd"
// CHECK-SAME: <["F32Avx2", {{.*}}, [[TILING:[0-9]+, [0-9]+, [0-9]+]]]>
// CHECK: kern.call "conv2d_f32_simd"
// CHECK-SAME: <["F32Avx2", {{.*}}, [[TILING]]]>
// CHECK: kern.call "conv2d_f32_simd"
// CHECK-SAME: <["F32Avx2", {{.*}}, [[TILING]]]>
// CHECK: return
func.func @main(%x: tensor<1x6x8x16xf32>) -> tensor<1x6x8x16xf32> {
  %w = edge.constant dense<1.0> : tensor<16x3x3x16xf32> -> tensor<16x3x3x16xf32>
  %v = edge.constant dense<1.0> : tensor<16x1x3x16xf32> -> tensor<16x1x3x16xf32>
  %b = edge.constant dense<2.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.conv %x, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
      kern.tiling = #kern.tiling<"avx2", unit = 1, pixels = 4, blocks = 2, band = 3>}
    : (tensor<1x6x8x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x6x8x16xf32>
  %1 = edge.conv %0, %w, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
      kern.tiling = #kern.tiling<"winograd_avx2", unit = 2, pixels = 3, blocks = 1, band = 1>}
    : (tensor<1x6x8x16xf32>, tensor<16x3x3x16xf32>, tensor<16xf32>) -> tensor<1x6x8x16xf32>
  %2 = edge.conv %1, %v, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x8x16xf32>, tensor<16x1x3x16xf32>, tensor<16xf32>) -> tensor<1x6x8x16xf32>
  %3 = edge.conv %2, %v, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>,
      kern.tiling = #kern.tiling<"neon", unit = 1, pixels = 4, blocks = 2, band = 3>}
    : (tensor<1x6x8x16xf32>, tensor<16x1x3x16xf32>, tensor<16xf32>) -> tensor<1x6x8x16xf32>
  %4 = edge.conv %3, %v, %b {groups = 1 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>,
      kern.tiling = #kern.tiling<"avx2", unit = 1, pixels = 4, blocks = 2, band = 7>}
    : (tensor<1x6x8x16xf32>, tensor<16x1x3x16xf32>, tensor<16xf32>) -> tensor<1x6x8x16xf32>
  return %4 : tensor<1x6x8x16xf32>
}
