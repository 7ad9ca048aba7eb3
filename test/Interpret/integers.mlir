// RUN: edgecc-opt %s --edge-interpret="function=quantize" -o /dev/null | FileCheck %s --check-prefix=QUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=dequantize" -o /dev/null | FileCheck %s --check-prefix=DEQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=requantize" -o /dev/null | FileCheck %s --check-prefix=REQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=add" -o /dev/null | FileCheck %s --check-prefix=ADD
// RUN: edgecc-opt %s --edge-interpret="function=mul" -o /dev/null | FileCheck %s --check-prefix=MUL
// RUN: edgecc-opt %s --edge-interpret="function=table" -o /dev/null | FileCheck %s --check-prefix=TABLE
// RUN: edgecc-opt %s --edge-interpret="function=sub" -o /dev/null | FileCheck %s --check-prefix=SUB
// RUN: edgecc-opt %s --edge-interpret="function=extrema" -o /dev/null | FileCheck %s --check-prefix=EXTREMA
// RUN: edgecc-opt %s --edge-interpret="function=div" -o /dev/null | FileCheck %s --check-prefix=DIV
// RUN: edgecc-opt %s --edge-interpret="function=prelu" -o /dev/null | FileCheck %s --check-prefix=PRELU
// RUN: edgecc-opt %s --edge-interpret="function=matmul" -o /dev/null | FileCheck %s --check-prefix=MATMUL
// RUN: edgecc-opt %s --edge-interpret="function=resample" -o /dev/null | FileCheck %s --check-prefix=RESAMPLE

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

// (0.5, 2.0) - (0.25, 0.25) = (0.25, 1.75) in steps of 0.5 are 0.5 and 3.5,
// rounded up; the third difference is -63.25, -126.5 steps.
// SUB: = [4, 7, -123]
func.func @sub() -> tensor<3x!a> {
  %x = edge.constant dense<[4, 7, -123]> : tensor<3xi8> -> tensor<3x!a>
  %y = edge.constant dense<0> : tensor<1xi8> -> tensor<1x!b>
  %z = edge.sub %x, %y : (tensor<3x!a>, tensor<1x!b>) -> tensor<3x!a>
  return %z : tensor<3x!a>
}

// Of (0.5, -1.0, 62.0) and 0.25, in steps of 0.5: 0.25 is half a step, rounded
// up; the minima are clamped to 0. With equal types the larger is itself.
// EXTREMA: result 0: {{.*}} = [4, 4, 127]
// EXTREMA: result 1: {{.*}} = [3, 1, 3]
// EXTREMA: result 2: {{.*}} = [5, 5, 127]
func.func @extrema() -> (tensor<3x!a>, tensor<3x!a>, tensor<3x!a>) {
  %x = edge.constant dense<[4, 1, 127]> : tensor<3xi8> -> tensor<3x!a>
  %y = edge.constant dense<0> : tensor<1xi8> -> tensor<1x!b>
  %e = edge.constant dense<5> : tensor<1xi8> -> tensor<1x!a>
  %0 = edge.maximum %x, %y : (tensor<3x!a>, tensor<1x!b>) -> tensor<3x!a>
  %1 = edge.minimum %x, %y {clamp_max = 0.0 : f32} : (tensor<3x!a>, tensor<1x!b>) -> tensor<3x!a>
  %2 = edge.maximum %x, %e : (tensor<3x!a>, tensor<1x!a>) -> tensor<3x!a>
  return %0, %1, %2 : tensor<3x!a>, tensor<3x!a>, tensor<3x!a>
}

// (1, 1, -1, 0.5, 0, -0.5) / (0.25, 1.25, 1.25, 0, 0, 0) in steps of 0.5: 8,
// 1.6, -1.6, and by zero the largest, zero, the smallest.
// DIV: = [11, 5, 1, 127, 3, -128]
func.func @div() -> tensor<6x!a> {
  %x = edge.constant dense<[5, 5, 1, 4, 3, 2]> : tensor<6xi8> -> tensor<6x!a>
  %y = edge.constant dense<[0, 4, 4, -1, -1, -1]> : tensor<6xi8> -> tensor<6x!b>
  %z = edge.div %x, %y : (tensor<6x!a>, tensor<6x!b>) -> tensor<6x!a>
  return %z : tensor<6x!a>
}

// 1.0 stays; -1.0 and -2.0 times 0.25 and 1.0 are -0.25, half a step that rounds
// up, and -2.0.
// PRELU: = [5, 3, -1]
func.func @prelu() -> tensor<3x!a> {
  %x = edge.constant dense<[5, 1, -1]> : tensor<3xi8> -> tensor<3x!a>
  %y = edge.constant dense<[0, 0, 3]> : tensor<3xi8> -> tensor<3x!b>
  %z = edge.prelu %x, %y : (tensor<3x!a>, tensor<3x!b>) -> tensor<3x!a>
  return %z : tensor<3x!a>
}

// [1, 2] * [[3, -1], [4, 2]] in steps of 0.5 and 0.25: 11 and 3 times 0.5 * 0.25
// / 0.25 are 5.5 and 1.5, rounded up.
// MATMUL: tensor<1x2x{{.*}}> = [5, 1]
func.func @matmul() -> tensor<1x2x!b> {
  %x = edge.constant dense<[[4, 5]]> : tensor<1x2xi8> -> tensor<1x2x!a>
  %y = edge.constant dense<[[2, -2], [3, 1]]> : tensor<2x2xi8> -> tensor<2x2x!b>
  %z = edge.matmul %x, %y : (tensor<1x2x!a>, tensor<2x2x!b>) -> tensor<1x2x!b>
  return %z : tensor<1x2x!b>
}

// The same type: 3/4 of 10 and 1/4 of 5 are 8.75, 9; a half of 1 rounds up.
// RESAMPLE: result 0: {{.*}} = [10, 9, 3]
// RESAMPLE: result 1: tensor<1x3xf32> = [10, 8.75, 2.5]
!w = !quant.uniform<i16:f32, 6.103515625e-05>
func.func @resample() -> (tensor<1x3x!b>, tensor<1x3xf32>) {
  %x = edge.constant dense<[[10, 5, 0]]> : tensor<1x3xi8> -> tensor<1x3x!b>
  %w = edge.constant dense<[[16384, 12288, 8192], [0, 4096, 8192]]> : tensor<2x3xi16> -> tensor<2x3x!w>
  %y = edge.resample %x, %w {axis = 1, indices = array<i32: 0, 0, 1, 1, 1, 2>}
    : (tensor<1x3x!b>, tensor<2x3x!w>) -> tensor<1x3x!b>
  %f = edge.constant dense<[[10.0, 5.0, 0.0]]> : tensor<1x3xf32> -> tensor<1x3xf32>
  %v = edge.constant dense<[[1.0, 0.75, 0.5], [0.0, 0.25, 0.5]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  %z = edge.resample %f, %v {axis = 1, indices = array<i32: 0, 0, 1, 1, 1, 2>}
    : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  return %y, %z : tensor<1x3x!b>, tensor<1x3xf32>
}
