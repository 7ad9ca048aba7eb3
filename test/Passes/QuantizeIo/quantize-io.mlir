// RUN: edgecc-opt %s --edge-quantize-io --split-input-file --verify-diagnostics | FileCheck %s

!q = !quant.uniform<i8:f32, 5.000000e-01:3>
!soft = !quant.uniform<i8:f32, 3.906250e-03:-128>

// CHECK-LABEL: func.func @simple
// CHECK-SAME: %arg0: tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK-SAME: -> tensor<1x2x!quant.uniform<i8:f32, 3.906250e-03:-128>>
// CHECK-NEXT: %[[Y:.*]] = edge.softmax %arg0
// CHECK-NEXT: return %[[Y]]
func.func @simple(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %0 = edge.quantize %x : (tensor<1x2xf32>) -> tensor<1x2x!q>
  %1 = edge.softmax %0 {axis = 1} : (tensor<1x2x!q>) -> tensor<1x2x!soft>
  %2 = edge.dequantize %1 : (tensor<1x2x!soft>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01:3>
!other = !quant.uniform<i8:f32, 1.000000e+00>
!soft = !quant.uniform<i8:f32, 3.906250e-03:-128>

// The first conversion gives the type; a second becomes a requantization, and
// what computes in float gets a dequantized input.

// CHECK-LABEL: func.func @several_types
// CHECK-SAME: %arg0: tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK-DAG: %[[F:.*]] = edge.dequantize %arg0
// CHECK-DAG: %[[R:.*]] = edge.requantize %arg0 {{.*}} 1.000000e+00>>
// CHECK: edge.softmax %arg0
// CHECK: edge.softmax %[[R]]
// CHECK: %[[S:.*]] = edge.softmax %[[F]]
// CHECK: return %{{.*}}, %{{.*}}, %[[S]]
// expected-warning @+1 {{output 2 stays float: nothing computes with it in integers}}
func.func @several_types(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %0 = edge.quantize %x : (tensor<1x2xf32>) -> tensor<1x2x!q>
  %1 = edge.softmax %0 {axis = 1} : (tensor<1x2x!q>) -> tensor<1x2x!soft>
  %2 = edge.dequantize %1 : (tensor<1x2x!soft>) -> tensor<1x2xf32>
  %3 = edge.quantize %x : (tensor<1x2xf32>) -> tensor<1x2x!other>
  %4 = edge.softmax %3 {axis = 1} : (tensor<1x2x!other>) -> tensor<1x2x!soft>
  %5 = edge.dequantize %4 : (tensor<1x2x!soft>) -> tensor<1x2xf32>
  %6 = edge.softmax %x {axis = 1} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2, %5, %6 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// Tokens are integers already.

!q = !quant.uniform<i8:f32, 5.000000e-01:3>

// CHECK-LABEL: func.func @tokens
// CHECK-SAME: %arg0: tensor<1xi64>
// CHECK-SAME: -> tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:3>>
func.func @tokens(%i: tensor<1xi64>) -> tensor<1x2xf32> {
  %t = edge.constant dense<1> : tensor<4x2xi8> -> tensor<4x2x!q>
  %0 = edge.gather %t, %i {axis = 0} : (tensor<4x2x!q>, tensor<1xi64>) -> tensor<1x2x!q>
  %1 = edge.dequantize %0 : (tensor<1x2x!q>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// Nothing is computed in int8.

// CHECK-LABEL: func.func @float
// CHECK-SAME: %arg0: tensor<1x2xf32>
// CHECK-SAME: -> tensor<1x2xf32>
// expected-warning @+2 {{input 0 stays float}}
// expected-warning @+1 {{output 0 stays float}}
func.func @float(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %0 = edge.softmax %x {axis = 1} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
