// RUN: edgecc-opt %s --edge-interpret="function=quantize" -o /dev/null | FileCheck %s --check-prefix=QUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=dequantize" -o /dev/null | FileCheck %s --check-prefix=DEQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=requantize" -o /dev/null | FileCheck %s --check-prefix=REQUANTIZE
// RUN: edgecc-opt %s --edge-interpret="function=add" -o /dev/null | FileCheck %s --check-prefix=ADD
// RUN: edgecc-opt %s --edge-interpret="function=sub" -o /dev/null | FileCheck %s --check-prefix=SUB
// RUN: edgecc-opt %s --edge-interpret="function=mul" -o /dev/null | FileCheck %s --check-prefix=MUL
// RUN: edgecc-opt %s --edge-interpret="function=table" -o /dev/null | FileCheck %s --check-prefix=TABLE
// RUN: edgecc-opt %s --edge-interpret="function=weighted" -o /dev/null | FileCheck %s --check-prefix=WEIGHTED
// RUN: edgecc-opt %s --edge-interpret="function=long_sum" -o /dev/null | FileCheck %s --check-prefix=LONG
// RUN: edgecc-opt %s --edge-interpret="function=pools" -o /dev/null | FileCheck %s --check-prefix=POOLS
// RUN: edgecc-opt %s --edge-interpret="function=matmul" -o /dev/null | FileCheck %s --check-prefix=MATMUL
// RUN: edgecc-opt %s --edge-interpret="function=full_sum" -o /dev/null | FileCheck %s --check-prefix=FULL
// RUN: not edgecc-opt %s --edge-interpret="function=too_deep" 2>&1 | FileCheck %s --check-prefix=DEEP
// RUN: edgecc-opt %s --edge-interpret="function=layer_norm" -o /dev/null | FileCheck %s --check-prefix=NORM
// RUN: edgecc-opt %s --edge-interpret="function=rms" -o /dev/null | FileCheck %s --check-prefix=RMS
// RUN: not edgecc-opt %s --edge-interpret="function=large_group" 2>&1 | FileCheck %s --check-prefix=GROUP
// RUN: edgecc-opt %s --edge-interpret="function=extrema" -o /dev/null | FileCheck %s --check-prefix=EXTREMA
// RUN: edgecc-opt %s --edge-interpret="function=reduce_sum" -o /dev/null | FileCheck %s --check-prefix=REDUCE
// RUN: edgecc-opt %s --edge-interpret="function=prelu" -o /dev/null | FileCheck %s --check-prefix=PRELU
// RUN: edgecc-opt %s --edge-interpret="function=div" -o /dev/null | FileCheck %s --check-prefix=DIV
// RUN: edgecc-opt %s --edge-interpret="function=resample" -o /dev/null | FileCheck %s --check-prefix=RESAMPLE
// RUN: edgecc-opt %s --edge-interpret="function=softmax" -o /dev/null | FileCheck %s --check-prefix=SOFTMAX
// RUN: edgecc-opt %s --edge-interpret="function=moves" -o /dev/null | FileCheck %s --check-prefix=MOVES
// RUN: not edgecc-opt %s --edge-interpret="function=shifted" 2>&1 | FileCheck %s --check-prefix=SHIFTED

// The rules of docs/spec/integers.md for int16 activations.

!a = !quant.uniform<i16:f32, 0.5>
!b = !quant.uniform<i16:f32, 0.25>
!c = !quant.uniform<i16:f32, 0.125>
!narrow = !quant.uniform<i8:f32, 0.5:3>

// Ties go to even.
// QUANTIZE: = [0, 2, -2, 32767, -32768, 32767, 0]
func.func @quantize() -> tensor<7x!a> {
  %x = edge.constant dense<[0.25, 0.75, -0.75, 1.0e9, -1.0e9, 0x7F800000, 0x7FC00000]>
    : tensor<7xf32> -> tensor<7xf32>
  %q = edge.quantize %x : (tensor<7xf32>) -> tensor<7x!a>
  return %q : tensor<7x!a>
}

// DEQUANTIZE: = [-16384, 0, 16383.5]
func.func @dequantize() -> tensor<3xf32> {
  %q = edge.constant dense<[-32768, 0, 32767]> : tensor<3xi16> -> tensor<3x!a>
  %x = edge.dequantize %q : (tensor<3x!a>) -> tensor<3xf32>
  return %x : tensor<3xf32>
}

// Times four from int8; times a quarter to int8 and to int16, halves up.
// REQUANTIZE: result 0: {{.*}} = [4, -524, 496]
// REQUANTIZE: result 1: {{.*}} = [4, 3, 5, 127, -128]
// REQUANTIZE: result 2: {{.*}} = [1, 0, 2, 8192, -8192]
func.func @requantize() -> (tensor<3x!c>, tensor<5x!narrow>, tensor<5x!a>) {
  %n = edge.constant dense<[4, -128, 127]> : tensor<3xi8> -> tensor<3x!narrow>
  %x = edge.requantize %n : (tensor<3x!narrow>) -> tensor<3x!c>
  %w = edge.constant dense<[2, -2, 6, 32767, -32768]> : tensor<5xi16> -> tensor<5x!c>
  %y = edge.requantize %w : (tensor<5x!c>) -> tensor<5x!narrow>
  %z = edge.requantize %w : (tensor<5x!c>) -> tensor<5x!a>
  return %x, %y, %z : tensor<3x!c>, tensor<5x!narrow>, tensor<5x!a>
}

// 3 + 1 / 2 and -3 - 1 / 2, halves up; saturated, or clamped to -4.0.
// ADD: = [4, -3, 32767, -8]
func.func @add() -> tensor<4x!a> {
  %x = edge.constant dense<[3, -3, 32767, -32768]> : tensor<4xi16> -> tensor<4x!a>
  %y = edge.constant dense<[1, -1, 32767, -32768]> : tensor<4xi16> -> tensor<4x!b>
  %z = edge.add %x, %y {clamp_min = -4.0 : f32} : (tensor<4x!a>, tensor<4x!b>) -> tensor<4x!a>
  return %z : tensor<4x!a>
}

// 3 - 1 / 2 and -3 + 1 / 2, halves up; saturated.
// SUB: = [3, -2, 32767, -32768]
func.func @sub() -> tensor<4x!a> {
  %x = edge.constant dense<[3, -3, 32767, -32768]> : tensor<4xi16> -> tensor<4x!a>
  %y = edge.constant dense<[1, -1, -32768, 32767]> : tensor<4xi16> -> tensor<4x!b>
  %z = edge.sub %x, %y : (tensor<4x!a>, tensor<4x!b>) -> tensor<4x!a>
  return %z : tensor<4x!a>
}

// Times 0.5 * 0.25 / 0.25: 7.5 and -7.5, halves up.
// MUL: = [8, -7, 32767, -32768]
func.func @mul() -> tensor<4x!b> {
  %x = edge.constant dense<[3, -3, 32767, 32767]> : tensor<4xi16> -> tensor<4x!a>
  %y = edge.constant dense<[5, 5, 32767, -32768]> : tensor<4xi16> -> tensor<4x!b>
  %z = edge.mul %x, %y : (tensor<4x!a>, tensor<4x!b>) -> tensor<4x!b>
  return %z : tensor<4x!b>
}

// Entry 256, of 0, is 100, its neighbours are 0 and 228.
// TABLE: = [0, 99, 100, 101, 227, 228, 300]
func.func @table() -> tensor<7x!b> {
  %x = edge.constant dense<[-32768, -1, 0, 1, 127, 128, 32767]> : tensor<7xi16> -> tensor<7x!a>
  %begin = edge.constant dense<0> : tensor<256xi16> -> tensor<256xi16>
  %middle = edge.constant dense<[100, 228]> : tensor<2xi16> -> tensor<2xi16>
  %end = edge.constant dense<300> : tensor<255xi16> -> tensor<255xi16>
  %t = edge.concat %begin, %middle, %end {axis = 0}
    : (tensor<256xi16>, tensor<2xi16>, tensor<255xi16>) -> tensor<513xi16>
  %y = edge.table %x, %t : (tensor<7x!a>, tensor<513xi16>) -> tensor<7x!b>
  return %y : tensor<7x!b>
}

// 126995 / 4 and 999 / 2.
!weights = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.5}>
!bias = !quant.uniform<i32:f32:0, {0.125, 0.25}>
// WEIGHTED: = [31749, 500]
func.func @weighted() -> tensor<1x2x!a> {
  %x = edge.constant dense<[[1000, -3]]> : tensor<1x2xi16> -> tensor<1x2x!a>
  %w = edge.constant dense<[[127, 2], [1, 1]]> : tensor<2x2xi8> -> tensor<2x2x!weights>
  %b = edge.constant dense<[1, 2]> : tensor<2xi32> -> tensor<2x!bias>
  %y = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!a>, tensor<2x2x!weights>, tensor<2x!bias>) -> tensor<1x2x!a>
  return %y : tensor<1x2x!a>
}

// 600 * 127 * 32767 = 2496845400 takes more than 32 bits, and with the bias 33.
!one = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!sum = !quant.uniform<i32:f32:0, {0.125}>
!coarse = !quant.uniform<i16:f32, 16384.0>
// LONG: = [26845]
func.func @long_sum() -> tensor<1x1x!coarse> {
  %x = edge.constant dense<32767> : tensor<1x600xi16> -> tensor<1x600x!a>
  %w = edge.constant dense<127> : tensor<1x600xi8> -> tensor<1x600x!one>
  %b = edge.constant dense<1021800000> : tensor<1xi32> -> tensor<1x!sum>
  %y = edge.fully_connected %x, %w, %b
    : (tensor<1x600x!a>, tensor<1x600x!one>, tensor<1x!sum>) -> tensor<1x1x!coarse>
  return %y : tensor<1x1x!coarse>
}

// (1 + 2) / 2 and (-1 - 2) / 2, halves up.
// POOLS: result 0: {{.*}} = [2, -1]
// POOLS: result 1: {{.*}} = [2, -1]
func.func @pools() -> (tensor<1x1x1x2x!a>, tensor<1x1x1x2x!a>) {
  %x = edge.constant dense<[[[[1, -1], [2, -2]]]]> : tensor<1x1x2x2xi16> -> tensor<1x1x2x2x!a>
  %y = edge.avg_pool %x {
      kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x1x2x2x!a>) -> tensor<1x1x1x2x!a>
  %z = edge.max_pool %x {
      kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x1x2x2x!a>) -> tensor<1x1x1x2x!a>
  return %y, %z : tensor<1x1x1x2x!a>, tensor<1x1x1x2x!a>
}

// e^-1 = 0.36788 of one part: 1 / 1.36788 and 0.36788 / 1.36788 of 32768.
// SOFTMAX: result 0: {{.*}} = [23955, 8813]
// SOFTMAX: result 1: {{.*}} = [32767, 0]
// SOFTMAX: result 2: {{.*}} = [16384, 16384]
!share = !quant.uniform<i16:f32, 3.0517578125e-05>
func.func @softmax() -> (tensor<2x!share>, tensor<2x!share>, tensor<2x!share>) {
  %x = edge.constant dense<[7, 5]> : tensor<2xi16> -> tensor<2x!a>
  %y = edge.softmax %x {axis = 0} : (tensor<2x!a>) -> tensor<2x!share>
  %w = edge.constant dense<[32767, -32768]> : tensor<2xi16> -> tensor<2x!a>
  %z = edge.softmax %w {axis = 0} : (tensor<2x!a>) -> tensor<2x!share>
  %e = edge.constant dense<-300> : tensor<2xi16> -> tensor<2x!a>
  %s = edge.softmax %e {axis = 0} : (tensor<2x!a>) -> tensor<2x!share>
  return %y, %z, %s : tensor<2x!share>, tensor<2x!share>, tensor<2x!share>
}

// A padding of 1.0 is stored as 2.
// MOVES: result 0: {{.*}} = [2, 300, -400]
// MOVES: result 1: {{.*}} = [300]
func.func @moves() -> (tensor<3x!a>, tensor<1x!a>) {
  %x = edge.constant dense<[300, -400]> : tensor<2xi16> -> tensor<2x!a>
  %p = edge.pad %x {low = array<i64: 1>, high = array<i64: 0>, value = 1.0 : f64}
    : (tensor<2x!a>) -> tensor<3x!a>
  %r = edge.reduce %x {kind = 2 : i32, axes = array<i64: 0>}
    : (tensor<2x!a>) -> tensor<1x!a>
  return %p, %r : tensor<3x!a>, tensor<1x!a>
}

// Times 0.5 * 0.25 / 0.25: (3 * 5 + 2 * 4) / 2 and (-3 * 5 - 2 * 4) / 2, halves up; saturated.
// MATMUL: = [12, 32767, -11, -32768]
func.func @matmul() -> tensor<2x2x!b> {
  %x = edge.constant dense<[[3, 2], [-3, -2]]> : tensor<2x2xi16> -> tensor<2x2x!a>
  %y = edge.constant dense<[[5, 32767], [4, 32767]]> : tensor<2x2xi16> -> tensor<2x2x!b>
  %z = edge.matmul %x, %y : (tensor<2x2x!a>, tensor<2x2x!b>) -> tensor<2x2x!b>
  return %z : tensor<2x2x!b>
}

// 2^16 * 2^30 = 2^46, times 2^-32; one product less, halves up: 16383.75; times
// -32767 / 32768, halves up: -16383.5.
!huge = !quant.uniform<i16:f32, 1073741824.0>
// FULL: = [16384, 16384, -16383]
func.func @full_sum() -> tensor<1x3x!huge> {
  %x = edge.constant dense<-32768> : tensor<1x65536xi16> -> tensor<1x65536x!a>
  %least = edge.constant dense<-32768> : tensor<65536x1xi16> -> tensor<65536x1x!a>
  %none = edge.constant dense<0> : tensor<1x1xi16> -> tensor<1x1x!a>
  %some = edge.slice %least {starts = array<i64: 0, 0>, sizes = array<i64: 65535, 1>, steps = array<i64: 1, 1>}
    : (tensor<65536x1x!a>) -> tensor<65535x1x!a>
  %less = edge.concat %some, %none {axis = 0} : (tensor<65535x1x!a>, tensor<1x1x!a>) -> tensor<65536x1x!a>
  %most = edge.constant dense<32767> : tensor<65536x1xi16> -> tensor<65536x1x!a>
  %y = edge.concat %least, %less, %most {axis = 1}
    : (tensor<65536x1x!a>, tensor<65536x1x!a>, tensor<65536x1x!a>) -> tensor<65536x3x!a>
  %z = edge.matmul %x, %y : (tensor<1x65536x!a>, tensor<65536x3x!a>) -> tensor<1x3x!huge>
  return %z : tensor<1x3x!huge>
}

// DEEP: error: 'edge.matmul' op adds up 65537 products of int16, expected at most 2^16
func.func @too_deep() -> tensor<1x1x!huge> {
  %x = edge.constant dense<1> : tensor<1x65537xi16> -> tensor<1x65537x!a>
  %y = edge.constant dense<1> : tensor<65537x1xi16> -> tensor<65537x1x!a>
  %z = edge.matmul %x, %y : (tensor<1x65537x!a>, tensor<65537x1x!a>) -> tensor<1x1x!huge>
  return %z : tensor<1x1x!huge>
}

// Around the mean 3 with the variance 5: -3, -1, 1 and 3 times 1 / sqrt(5), of
// steps of 2^-12, times scale and plus bias: -5495.2 + 4096, 1831.8 / 2 and so on.
// NORM: = [-1399, 916, -1832, 32767]
!fine = !quant.uniform<i16:f32, 2.44140625e-04>
func.func @layer_norm() -> tensor<1x4x!fine> {
  %x = edge.constant dense<[[0, 4, 8, 12]]> : tensor<1x4xi16> -> tensor<1x4x!a>
  %s = edge.constant dense<[1.0, -0.5, -1.0, 8.0]> : tensor<4xf32> -> tensor<4xf32>
  %b = edge.constant dense<[1.0, 0.0, 0.0, 1.0]> : tensor<4xf32> -> tensor<4xf32>
  %y = edge.layer_norm %x scale(%s) bias(%b) {axes = array<i64: 1>, epsilon = 0.0 : f32}
    : (tensor<1x4x!a>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x!fine>
  return %y : tensor<1x4x!fine>
}

// 1.5 and 2.0 against the root of (2.25 + 4) / 2; against that of half of 6.25 and 3.125.
// RMS: result 0: {{.*}} = [3476, 4634]
// RMS: result 1: {{.*}} = [2458, 3277]
func.func @rms() -> (tensor<1x2x!fine>, tensor<1x2x!fine>) {
  %x = edge.constant dense<[[3, 4]]> : tensor<1x2xi16> -> tensor<1x2x!a>
  %y = edge.layer_norm %x {axes = array<i64: 1>, epsilon = 0.0 : f32, rms} : (tensor<1x2x!a>) -> tensor<1x2x!fine>
  %z = edge.layer_norm %x {axes = array<i64: 1>, epsilon = 3.125 : f32, rms} : (tensor<1x2x!a>) -> tensor<1x2x!fine>
  return %y, %z : tensor<1x2x!fine>, tensor<1x2x!fine>
}

// GROUP: error: 'edge.layer_norm' op has groups of 16385 elements, expected at most 16384
func.func @large_group() -> tensor<16385x!fine> {
  %x = edge.constant dense<1> : tensor<16385xi16> -> tensor<16385x!a>
  %y = edge.layer_norm %x {axes = array<i64: 0>, epsilon = 0.0 : f32} : (tensor<16385x!a>) -> tensor<16385x!fine>
  return %y : tensor<16385x!fine>
}

// The larger and the smaller of 300 and 601 / 2, and of -300 and 601 / 2, rounded once.
// EXTREMA: result 0: {{.*}} = [301, 301]
// EXTREMA: result 1: {{.*}} = [300, -200]
func.func @extrema() -> (tensor<2x!a>, tensor<2x!a>) {
  %x = edge.constant dense<[300, -300]> : tensor<2xi16> -> tensor<2x!a>
  %y = edge.constant dense<601> : tensor<1xi16> -> tensor<1x!b>
  %0 = edge.maximum %x, %y : (tensor<2x!a>, tensor<1x!b>) -> tensor<2x!a>
  %1 = edge.minimum %x, %y {clamp_min = -100.0 : f32} : (tensor<2x!a>, tensor<1x!b>) -> tensor<2x!a>
  return %0, %1 : tensor<2x!a>, tensor<2x!a>
}

// Sums and means by a factor of 1/2, halves up.
// REDUCE: result 0: {{.*}} = [2, -1]
// REDUCE: result 1: {{.*}} = [1, -1]
// REDUCE: result 2: {{.*}} = [32767]
func.func @reduce_sum() -> (tensor<2x1x!a>, tensor<2x1x!a>, tensor<1x1x!a>) {
  %x = edge.constant dense<[[1, 2], [-1, -2]]> : tensor<2x2xi16> -> tensor<2x2x!b>
  %y = edge.reduce %x {kind = 0 : i32, axes = array<i64: 1>} : (tensor<2x2x!b>) -> tensor<2x1x!a>
  %z = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>} : (tensor<2x2x!b>) -> tensor<2x1x!a>
  %w = edge.constant dense<32767> : tensor<1x3xi16> -> tensor<1x3x!b>
  %s = edge.reduce %w {kind = 0 : i32, axes = array<i64: 1>} : (tensor<1x3x!b>) -> tensor<1x1x!a>
  return %y, %z, %s : tensor<2x1x!a>, tensor<2x1x!a>, tensor<1x1x!a>
}

// 300 stays; -300 * 1.5 and -3 * 0.5, halves up; -32768 * -8192 saturates.
// PRELU: = [300, -450, -1, 32767]
func.func @prelu() -> tensor<4x!a> {
  %x = edge.constant dense<[300, -300, -3, -32768]> : tensor<4xi16> -> tensor<4x!a>
  %y = edge.constant dense<[-7, 6, 2, -32768]> : tensor<4xi16> -> tensor<4x!b>
  %z = edge.prelu %x, %y : (tensor<4x!a>, tensor<4x!b>) -> tensor<4x!a>
  return %z : tensor<4x!a>
}

// 1000.0 / (0.75, -0.75) in steps of 0.5; 16383.5 / 0.25 saturates; by zero the
// largest, zero, the smallest.
// DIV: = [2667, -2667, 32767, 32767, 0, -32768]
func.func @div() -> tensor<6x!a> {
  %x = edge.constant dense<[2000, 2000, 32767, 1, 0, -1]> : tensor<6xi16> -> tensor<6x!a>
  %y = edge.constant dense<[3, -3, 1, 0, 0, 0]> : tensor<6xi16> -> tensor<6x!b>
  %z = edge.div %x, %y : (tensor<6x!a>, tensor<6x!b>) -> tensor<6x!a>
  return %z : tensor<6x!a>
}

// A copy, 3/4 and 1/4, two halves: 1000, 875.5, 251.5, halves up.
!tap = !quant.uniform<i16:f32, 6.103515625e-05>
// RESAMPLE: = [1000, 876, 252]
func.func @resample() -> tensor<1x3x!b> {
  %x = edge.constant dense<[[1000, 502, 1]]> : tensor<1x3xi16> -> tensor<1x3x!b>
  %w = edge.constant dense<[[16384, 12288, 8192], [0, 4096, 8192]]> : tensor<2x3xi16> -> tensor<2x3x!tap>
  %y = edge.resample %x, %w {axis = 1, indices = array<i32: 0, 0, 1, 1, 1, 2>}
    : (tensor<1x3x!b>, tensor<2x3x!tap>) -> tensor<1x3x!b>
  return %y : tensor<1x3x!b>
}

// SHIFTED: error: 'edge.quantize' op is evaluated per tensor on all of i8, or of i16 with a zero point of 0, not with 'tensor<2x!quant.uniform<i16:f32, 5.000000e-01:1>>'
func.func @shifted(%x: tensor<2xf32>) -> tensor<2x!quant.uniform<i16:f32, 0.5:1>> {
  %q = edge.quantize %x : (tensor<2xf32>) -> tensor<2x!quant.uniform<i16:f32, 0.5:1>>
  return %q : tensor<2x!quant.uniform<i16:f32, 0.5:1>>
}
