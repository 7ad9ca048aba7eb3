// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(edge-stream-rows{arena=200}))' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(edge-stream-rows{arena=4096}))' | FileCheck %s --check-prefix=FITS

// The image between the two has 256 bytes: it is never there as a whole.
!q = !quant.uniform<i8:f32, 0.5>
// CHECK-LABEL: func.func @pools
// FITS-LABEL: func.func @pools
func.func @pools(%x: tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!q> {
  // CHECK: edge.max_pool {{.*}}edge.stream = 0
  // FITS-NOT: edge.stream
  %0 = edge.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x8x8x4x!q>
  // CHECK: edge.max_pool {{.*}}edge.stream = 0
  %1 = edge.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!q>
  return %1 : tensor<1x4x4x4x!q>
}

// -----

// The image between the two is a result as well.
!q = !quant.uniform<i8:f32, 0.5>
// CHECK-LABEL: func.func @needed_outside
// CHECK-NOT: edge.stream
func.func @needed_outside(%x: tensor<1x8x8x4x!q>) -> (tensor<1x4x4x4x!q>, tensor<1x8x8x4x!q>) {
  %0 = edge.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x8x8x4x!q>
  %1 = edge.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!q>
  return %1, %0 : tensor<1x4x4x4x!q>, tensor<1x8x8x4x!q>
}

// -----

// Softmax over an image mixes rows, so that only what comes before it can go
// row by row.
!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i8:f32, 0.00390625:-128>
// CHECK-LABEL: func.func @mixed
// CHECK: edge.max_pool {{.*}}edge.stream = 0
// CHECK: edge.max_pool {{.*}}edge.stream = 0
// CHECK: edge.softmax
// CHECK-NOT: edge.stream
func.func @mixed(%x: tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!s> {
  %0 = edge.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x8x8x4x!q>
  %1 = edge.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!q>
  %2 = edge.softmax %1 {axis = 1} : (tensor<1x4x4x4x!q>) -> tensor<1x4x4x4x!s>
  return %2 : tensor<1x4x4x4x!s>
}
