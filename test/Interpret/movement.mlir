// RUN: edgecc-opt %s --edge-interpret="function=movement" -o /dev/null | FileCheck %s
// RUN: edgecc-opt %s --edge-interpret="function=pad_s8" -o /dev/null | FileCheck %s --check-prefix=PAD-S8
// RUN: edgecc-opt %s --edge-interpret="function=gather" -o /dev/null | FileCheck %s --check-prefix=GATHER
// RUN: not edgecc-opt %s --edge-interpret="function=gather_outside" -o /dev/null 2>&1 | FileCheck %s --check-prefix=OUTSIDE

// CHECK: result 0: tensor<3x2xf32> = [1, 4, 2, 5, 3, 6]
// CHECK: result 1: tensor<6xf32> = [1, 2, 3, 4, 5, 6]
// CHECK: result 2: tensor<3x3xf32> = [9, 9, 9, 9, 1, 2, 9, 4, 5]
// CHECK: result 3: tensor<2x4xf32> = [1, 2, 3, 2, 4, 5, 6, 5]
// CHECK: result 4: tensor<2x2xf32> = [6, 4, 3, 1]
func.func @movement() -> (tensor<3x2xf32>, tensor<6xf32>, tensor<3x3xf32>, tensor<2x4xf32>, tensor<2x2xf32>) {
  %x = edge.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  %t = edge.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = edge.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
  %p = edge.pad %x {low = array<i64: 1, 1>, high = array<i64: 0, -1>, value = 9.0 : f64}
    : (tensor<2x3xf32>) -> tensor<3x3xf32>
  %column = edge.slice %x {starts = array<i64: 0, 1>, sizes = array<i64: 2, 1>, steps = array<i64: 1, 1>}
    : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %c = edge.concat %x, %column {axis = 1} : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %s = edge.slice %x {starts = array<i64: 1, 2>, sizes = array<i64: 2, 2>, steps = array<i64: -1, -2>}
    : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %t, %r, %p, %c, %s : tensor<3x2xf32>, tensor<6xf32>, tensor<3x3xf32>, tensor<2x4xf32>, tensor<2x2xf32>
}

// The value 1.0 is stored as 1.0 / 0.5 + 3.
// PAD-S8: = [5, 7, 5]
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @pad_s8() -> tensor<3x!q> {
  %x = edge.constant dense<[7]> : tensor<1xi8> -> tensor<1x!q>
  %p = edge.pad %x {low = array<i64: 1>, high = array<i64: 1>, value = 1.0 : f64}
    : (tensor<1x!q>) -> tensor<3x!q>
  return %p : tensor<3x!q>
}

// GATHER: tensor<2x2xf32> = [3, 1, 6, 4]
func.func @gather() -> tensor<2x2xf32> {
  %x = edge.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  %i = edge.constant dense<[-1, 0]> : tensor<2xi64> -> tensor<2xi64>
  %y = edge.gather %x, %i {axis = 1} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// OUTSIDE: error: 'edge.gather' op index -4 is outside of an axis of 3
func.func @gather_outside() -> tensor<2x1xf32> {
  %x = edge.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  %i = edge.constant dense<[-4]> : tensor<1xi32> -> tensor<1xi32>
  %y = edge.gather %x, %i {axis = 1} : (tensor<2x3xf32>, tensor<1xi32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}
