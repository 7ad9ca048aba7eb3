// RUN: edgecc-opt %s --edge-quantize-state --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

!h = !quant.uniform<i16:f32, 0.5>

// Both ends of a state are in the type that is computed with; what is returned
// besides stays float.

// CHECK-LABEL: func.func @state
// CHECK-SAME: (%arg0: tensor<2x!quant.uniform<i16:f32, 5.000000e-01>> {edge.state = 0 : i64})
// CHECK-SAME: -> (tensor<2xf32>, tensor<2x!quant.uniform<i16:f32, 5.000000e-01>> {edge.state = 0 : i64})
// CHECK: %[[S:.*]] = edge.add %arg0, %arg0
// CHECK: %[[R:.*]] = edge.dequantize %[[S]]
// CHECK: return %[[R]], %[[S]]
func.func @state(%h: tensor<2xf32> {edge.state = 0 : i64}) -> (tensor<2xf32>, tensor<2xf32> {edge.state = 0 : i64}) {
  %q = edge.quantize %h : (tensor<2xf32>) -> tensor<2x!h>
  %p = edge.quantize %h : (tensor<2xf32>) -> tensor<2x!h>
  %s = edge.add %q, %p : (tensor<2x!h>, tensor<2x!h>) -> tensor<2x!h>
  %r = edge.dequantize %s : (tensor<2x!h>) -> tensor<2xf32>
  return %r, %r : tensor<2xf32>, tensor<2xf32>
}

// -----

!h = !quant.uniform<i8:f32, 0.5:3>
!g = !quant.uniform<i16:f32, 0.5>

// The number 0 is stored as 3, which reset() has to know; other initial states
// become integers.

// CHECK-LABEL: func.func @initial
// CHECK-SAME: (%arg0: tensor<2x!quant.uniform<i8:f32, 5.000000e-01:3>> {edge.initial = dense<3> : tensor<2xi8>, edge.state = 0 : i64}
// CHECK-SAME: %arg1: tensor<2x!quant.uniform<i16:f32, 5.000000e-01>> {edge.initial = dense<[2, -3]> : tensor<2xi16>, edge.state = 1 : i64}
func.func @initial(%h: tensor<2xf32> {edge.state = 0 : i64}, %c: tensor<2xf32> {edge.state = 1 : i64, edge.initial = dense<[1.0, -1.5]> : tensor<2xf32>}) -> (tensor<2xf32> {edge.state = 0 : i64}, tensor<2xf32> {edge.state = 1 : i64}) {
  %q = edge.quantize %h : (tensor<2xf32>) -> tensor<2x!h>
  %s = edge.add %q, %q : (tensor<2x!h>, tensor<2x!h>) -> tensor<2x!h>
  %r = edge.dequantize %s : (tensor<2x!h>) -> tensor<2xf32>
  %p = edge.quantize %c : (tensor<2xf32>) -> tensor<2x!g>
  %t = edge.add %p, %p : (tensor<2x!g>, tensor<2x!g>) -> tensor<2x!g>
  %u = edge.dequantize %t : (tensor<2x!g>) -> tensor<2xf32>
  return %r, %u : tensor<2xf32>, tensor<2xf32>
}

// -----

!h = !quant.uniform<i16:f32, 0.5>
!g = !quant.uniform<i16:f32, 0.25>

// CHECK-LABEL: func.func @other_type(%arg0: tensor<2xf32>
// DIAG: remark: state 0 stays in float: what takes it does so in another type
func.func @other_type(%h: tensor<2xf32> {edge.state = 0 : i64}) -> (tensor<2xf32> {edge.state = 0 : i64}) {
  %q = edge.quantize %h : (tensor<2xf32>) -> tensor<2x!g>
  %s = edge.add %q, %q : (tensor<2x!g>, tensor<2x!g>) -> tensor<2x!h>
  %r = edge.dequantize %s : (tensor<2x!h>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @float(%arg0: tensor<2xf32>
// DIAG: remark: state 0 stays in float: it is computed in float
func.func @float(%h: tensor<2xf32> {edge.state = 0 : i64}) -> (tensor<2xf32> {edge.state = 0 : i64}) {
  return %h : tensor<2xf32>
}
