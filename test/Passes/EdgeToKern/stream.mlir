// RUN: edgecc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(convert-edge-to-kern,func.func(kern-plan-arena))' | FileCheck %s

// Windows of the first layer reach outside the image: its rows are copied, and
// three of them kept. Of its result two are kept, the newest last. Row y of the
// second layer is due in step 2 + 2 y, when row 2 y + 1 of the first one is there.
!q = !quant.uniform<i8:f32, 0.5>
// CHECK-LABEL: func.func @run
// CHECK-SAME: kern.arena_bytes = 160
func.func @main(%x: tensor<1x8x8x4x!q> {edge.name = "x"}) -> (tensor<1x4x4x4x!q> {edge.name = "y"}) {
  // CHECK: %[[SOURCE:.*]] = kern.buffer {{.*}} : memref<1x3x8x4xi8>
  // CHECK: %[[NEWEST:.*]] = kern.view %[[SOURCE]] {offset = 64 : i64} : memref<1x3x8x4xi8> to memref<1x1x8x4xi8>
  // CHECK: %[[KEPT:.*]] = kern.buffer {{.*}} : memref<1x2x8x4xi8>
  // CHECK: %[[ROW:.*]] = kern.view %[[KEPT]] {offset = 32 : i64}
  // CHECK: kern.stream 9 covers %arg0
  // CHECK: kern.due every 1 from 0 rows 0 to 1
  // CHECK-NEXT: kern.call "fill_rows" {{.*}} outs(%[[SOURCE]] : memref<1x3x8x4xi8>) scalars [-128 : i32]
  // CHECK: kern.due every 1 from 0 rows 0 to 8
  // CHECK-NEXT: kern.call "slide_rows" {{.*}} outs(%[[SOURCE]] : memref<1x3x8x4xi8>)
  // CHECK-NEXT: %[[IN:.*]] = kern.rows %arg0 every 1 from 0 advance 1
  // CHECK-NEXT: kern.call "copy" {{.*}} ins(%[[IN]] {{.*}} outs(%[[NEWEST]]
  // CHECK: kern.due every 1 from 0 rows 8 to 9
  // CHECK-NEXT: kern.call "slide_rows"
  // CHECK-NEXT: kern.call "fill_rows" {{.*}} outs(%[[NEWEST]]
  // CHECK: kern.due every 1 from 1 rows 0 to 8
  // CHECK-NEXT: kern.call "slide_rows" {{.*}} outs(%[[KEPT]]
  // CHECK-NEXT: kern.call "max_pool2d_s8" from "pool2d.h"<[#kern.shape<[1, 3, 8, 4]>, #kern.shape<[1, 1, 8, 4]>, {{.*}}pads = [0, 1, 0, 1]>]> ins({{.*}}) outs(%[[ROW]]
  // CHECK: kern.due every 2 from 2 rows 0 to 4
  // CHECK-NEXT: %[[OUT:.*]] = kern.rows %arg1 every 2 from 2 advance 1
  // CHECK-NEXT: kern.call "max_pool2d_s8" {{.*}} outs(%[[OUT]]
  %0 = edge.max_pool %x {edge.stream = 0, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x8x8x4x!q>
  %1 = edge.max_pool %0 {edge.stream = 0, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x4x!q>) -> tensor<1x4x4x4x!q>
  return %1 : tensor<1x4x4x4x!q>
}

// -----

// A mean over the whole image sums up its rows.
!q = !quant.uniform<i8:f32, 0.5>
// CHECK-LABEL: func.func @run
func.func @main(%x: tensor<1x4x8x4x!q> {edge.name = "x"}) -> (tensor<1x1x1x4x!q> {edge.name = "y"}) {
  // CHECK: %[[SUMS:.*]] = kern.buffer {{.*}} : memref<4xi32>
  // CHECK: %[[ROW:.*]] = kern.buffer {{.*}} : memref<1x1x7x4xi8>
  // CHECK: kern.due every 1 from 0 rows 0 to 1
  // CHECK-NEXT: kern.call "fill_rows" {{.*}} outs(%[[SUMS]]
  // CHECK: kern.due every 1 from 0 rows 0 to 4
  // CHECK-NEXT: kern.call "row_sums_s8" {{.*}} ins(%[[ROW]] {{.*}} outs(%[[SUMS]]
  // CHECK: kern.due every 1 from 0 rows 3 to 4
  // CHECK-NEXT: kern.call "mean_of_sums_s8" from "row_stream.h"<[4, 28]>
  %0 = edge.max_pool %x {edge.stream = 0, kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x8x4x!q>) -> tensor<1x4x7x4x!q>
  %1 = edge.avg_pool %0 {edge.stream = 0, kernel = array<i64: 4, 7>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x7x4x!q>) -> tensor<1x1x1x4x!q>
  return %1 : tensor<1x1x1x4x!q>
}

// -----

// Marked by hand, in a way that is not possible.
!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i8:f32, 0.00390625:-128>
func.func @main(%x: tensor<1x4x8x4x!q> {edge.name = "x"}) -> (tensor<1x4x8x4x!s> {edge.name = "y"}) {
  // expected-error @+1 {{cannot be computed row by row: 'edge.softmax': it cannot be computed row by row}}
  %0 = edge.softmax %x {edge.stream = 0, axis = 1} : (tensor<1x4x8x4x!q>) -> tensor<1x4x8x4x!s>
  return %0 : tensor<1x4x8x4x!s>
}
