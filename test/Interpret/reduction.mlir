// RUN: edgecc-opt %s --edge-interpret="function=softmax" -o /dev/null | FileCheck %s --check-prefix=SOFTMAX
// RUN: edgecc-opt %s --edge-interpret="function=softmax_s8" -o /dev/null | FileCheck %s --check-prefix=SOFTMAX-S8
// RUN: edgecc-opt %s --edge-interpret="function=reduce" -o /dev/null | FileCheck %s --check-prefix=REDUCE
// RUN: edgecc-opt %s --edge-interpret="function=reduce_max_s8" -o /dev/null | FileCheck %s --check-prefix=MAX-S8
// RUN: edgecc-opt %s --edge-interpret="function=reduce_sum_s8" -o /dev/null | FileCheck %s --check-prefix=SUM-S8
// RUN: not edgecc-opt %s --edge-interpret="function=reduce_prod_s8" -o /dev/null 2>&1 | FileCheck %s --check-prefix=PROD-S8

// Along the first axis; the exponentials themselves would overflow.
// SOFTMAX: tensor<4x2xf32> = [0.25, 0.5, 0.25, 0, 0.25, 0.5, 0.25, 0]
func.func @softmax() -> tensor<4x2xf32> {
  %x = edge.constant dense<[[99.0, 0.0], [99.0, -200.0], [99.0, 0.0], [99.0, -200.0]]>
    : tensor<4x2xf32> -> tensor<4x2xf32>
  %y = edge.softmax %x {axis = 0} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// Steps of ln 2: shares of 4 : 2 : 1 : 1 in 256ths; one alone gets 256, which
// saturates.
// SOFTMAX-S8: = [0, -64, -96, -96]
// SOFTMAX-S8: = [127, -128]
!in = !quant.uniform<i8:f32, 0.69314718055994529:5>
!out = !quant.uniform<i8:f32, 3.906250e-03:-128>
func.func @softmax_s8() -> (tensor<1x4x!out>, tensor<1x2x!out>) {
  %x = edge.constant dense<[[9, 8, 7, 7]]> : tensor<1x4xi8> -> tensor<1x4x!in>
  %y = edge.softmax %x {axis = 1} : (tensor<1x4x!in>) -> tensor<1x4x!out>
  %a = edge.constant dense<[[127, -128]]> : tensor<1x2xi8> -> tensor<1x2x!in>
  %b = edge.softmax %a {axis = 1} : (tensor<1x2x!in>) -> tensor<1x2x!out>
  return %y, %b : tensor<1x4x!out>, tensor<1x2x!out>
}

// REDUCE: result 0: tensor<1x2xf32> = [4, 6]
// REDUCE: result 1: tensor<2x1xf32> = [1.5, 3.5]
// REDUCE: result 2: tensor<1x1xf32> = [24]
// REDUCE: result 3: tensor<1x2xi64> = [3, -4]
func.func @reduce() -> (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x1xf32>, tensor<1x2xi64>) {
  %x = edge.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %sum = edge.reduce %x {kind = 0 : i32, axes = array<i64: 0>} : (tensor<2x2xf32>) -> tensor<1x2xf32>
  %mean = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>} : (tensor<2x2xf32>) -> tensor<2x1xf32>
  %prod = edge.reduce %x {kind = 4 : i32, axes = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<1x1xf32>
  %i = edge.constant dense<[[3, 7], [5, -4]]> : tensor<2x2xi64> -> tensor<2x2xi64>
  %min = edge.reduce %i {kind = 3 : i32, axes = array<i64: 0>} : (tensor<2x2xi64>) -> tensor<1x2xi64>
  return %sum, %mean, %prod, %min : tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x1xf32>, tensor<1x2xi64>
}

// MAX-S8: = [-3, 7]
func.func @reduce_max_s8() -> tensor<2x1x!in> {
  %x = edge.constant dense<[[-5, -3], [7, 6]]> : tensor<2x2xi8> -> tensor<2x2x!in>
  %max = edge.reduce %x {kind = 2 : i32, axes = array<i64: 1>} : (tensor<2x2x!in>) -> tensor<2x1x!in>
  return %max : tensor<2x1x!in>
}

// Less the zero point of 5, (-10, -8) and (2, 1); 1.5 rounds up.
// SUM-S8: result 0: {{.*}} = [-13, 8]
// SUM-S8: result 1: {{.*}} = [-4, 7]
func.func @reduce_sum_s8() -> (tensor<2x1x!in>, tensor<2x1x!in>) {
  %x = edge.constant dense<[[-5, -3], [7, 6]]> : tensor<2x2xi8> -> tensor<2x2x!in>
  %sum = edge.reduce %x {kind = 0 : i32, axes = array<i64: 1>} : (tensor<2x2x!in>) -> tensor<2x1x!in>
  %mean = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>} : (tensor<2x2x!in>) -> tensor<2x1x!in>
  return %sum, %mean : tensor<2x1x!in>, tensor<2x1x!in>
}

// PROD-S8: error: 'edge.reduce' op is evaluated on quantized elements for sum and mean, and for max and min with the input's type, only
func.func @reduce_prod_s8() -> tensor<2x1x!in> {
  %x = edge.constant dense<[[-5, -3], [7, 6]]> : tensor<2x2xi8> -> tensor<2x2x!in>
  %p = edge.reduce %x {kind = 4 : i32, axes = array<i64: 1>} : (tensor<2x2x!in>) -> tensor<2x1x!in>
  return %p : tensor<2x1x!in>
}
