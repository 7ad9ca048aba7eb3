// RUN: edgecc-opt %s --edge-interpret="function=quantize" -o /dev/null | FileCheck %s --check-prefix=QUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=dequantize" -o /dev/null | FileCheck %s --check-prefix=DEQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=requantize" -o /dev/null | FileCheck %s --check-prefix=REQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=add" -o /dev/null | FileCheck %s --check-prefix=ADD
// RUN: edgecc-opt %s --edge-interpret="function=mul" -o /dev/null | FileCheck %s --check-prefix=MUL
// RUN: edgecc-opt %s --edge-interpret="function=table" -o /dev/null | FileCheck %s --check-prefix=TABLE

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:-1>

// Ties go to even: 0.25 / 0.5 to 0, 0.75 / 0.5 to 2, -0.75 / 0.5 to -2.
// QUANTIZE: = [3, 5, 1, 127, -128, 127, 3]
func.func @quantize() -> tensor<7x!a> {
  %x = edge.constant dense<[0.25, 0.75, -0.75, 1.0e9, -1.0e9, 0x7F800000, 0x7FC00000]>
    : tensor<7xf32> -> tensor<7xf32>
  %q = edge.quantize %x : (tensor<7xf32>) -> tensor<7x!a>
  return %q : tensor<7x!a>
}

// DEQUANTIZE: = [-65.5, 0, 62]
func.func @dequantize() -> tensor<3xf32> {
  %q = edge.constant dense<[-128, 3, 127]> : tensor<3xi8> -> tensor<3x!a>
  %x = edge.dequantize %q : (tensor<3x!a>) -> tensor<3xf32>
  return %x : tensor<3xf32>
}

// Times one half: halves round up (2.5 to 3, -2.5 to -2, -63.5 to -63). Times
// two: exact, up to saturation.
// REQUANTIZE: result 0: {{.*}} = [6, 1, -60]
// REQUANTIZE: result 1: {{.*}} = [-1, 3, 127]
func.func @requantize() -> (tensor<3x!a>, tensor<3x!b>) {
  %q = edge.constant dense<[4, -6, -128]> : tensor<3xi8> -> tensor<3x!b>
  %r = edge.requantize %q : (tensor<3x!b>) -> tensor<3x!a>
  %p = edge.constant dense<[3, 5, 127]> : tensor<3xi8> -> tensor<3x!a>
  %s = edge.requantize %p : (tensor<3x!a>) -> tensor<3x!b>
  return %r, %s : tensor<3x!a>, tensor<3x!b>
}

// (0.5, 2.0) + (0.25, 0.25) = (0.75, 2.25) in steps of 0.5 are 1.5 and 4.5,
// rounded up; the third sum is -63 and clamped to -2.0.
// ADD: = [5, 8, -1]
func.func @add() -> tensor<3x!a> {
  %x = edge.constant dense<[4, 7, -123]> : tensor<3xi8> -> tensor<3x!a>
  %y = edge.constant dense<0> : tensor<1xi8> -> tensor<1x!b>
  %z = edge.add %x, %y {clamp_min = -2.0 : f32} : (tensor<3x!a>, tensor<1x!b>) -> tensor<3x!a>
  return %z : tensor<3x!a>
}

// (1, 10, -1, 124) * 3 times 0.5 * 0.25 / 0.25 are 1.5, 15, -1.5, 186; halves
// round up; zero point -1.
// MUL: = [1, 14, -2, 127]
func.func @mul() -> tensor<4x!b> {
  %x = edge.constant dense<[4, 13, 2, 127]> : tensor<4xi8> -> tensor<4x!a>
  %y = edge.constant dense<2> : tensor<1xi8> -> tensor<1x!b>
  %z = edge.mul %x, %y : (tensor<4x!a>, tensor<1x!b>) -> tensor<4x!b>
  return %z : tensor<4x!b>
}

// TABLE: = [7, 8, 9]
func.func @table() -> tensor<3x!b> {
  %x = edge.constant dense<[-128, 0, 127]> : tensor<3xi8> -> tensor<3x!a>
  %begin = edge.constant dense<7> : tensor<128xi8> -> tensor<128xi8>
  %middle = edge.constant dense<8> : tensor<127xi8> -> tensor<127xi8>
  %end = edge.constant dense<9> : tensor<1xi8> -> tensor<1xi8>
  %t = edge.concat %begin, %middle, %end {axis = 0}
    : (tensor<128xi8>, tensor<127xi8>, tensor<1xi8>) -> tensor<256xi8>
  %y = edge.table %x, %t : (tensor<3x!a>, tensor<256xi8>) -> tensor<3x!b>
  return %y : tensor<3x!b>
}
