// RUN: not edgecc-opt %s --edge-interpret="function=foreign" 2>&1 | FileCheck %s --check-prefix=FOREIGN
// RUN: not edgecc-opt %s --edge-interpret="function=missing" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not edgecc-opt %s --edge-interpret="function=scalar" 2>&1 | FileCheck %s --check-prefix=SCALAR
// RUN: not edgecc-opt %s --edge-interpret="function=mixed" 2>&1 | FileCheck %s --check-prefix=MIXED
// RUN: not edgecc-opt %s --edge-interpret="function=narrow" 2>&1 | FileCheck %s --check-prefix=NARROW
// RUN: not edgecc-opt %s --edge-interpret="function=overflow" 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// RUN: not edgecc-opt %s --edge-interpret="function=input inputs=a.npy,b.npy" 2>&1 | FileCheck %s --check-prefix=FILES
// RUN: not edgecc-opt %s --edge-interpret="function=input inputs=%t.none.npy" 2>&1 | FileCheck %s --check-prefix=NONE

// All operations without semantics are named.
// FOREIGN: error: 'arith.addf' op cannot be interpreted
// FOREIGN: error: 'arith.mulf' op cannot be interpreted
func.func @foreign(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = arith.addf %x, %x : tensor<2xf32>
  %z = arith.mulf %y, %y : tensor<2xf32>
  return %z : tensor<2xf32>
}

// MISSING: error: has no function @missing

// SCALAR: error: 'arith.addui_extended' op is not evaluated for these types
// SCALAR: error: 'math.exp' op is not evaluated for these types
func.func @scalar(%x: tensor<2xi32>) -> tensor<2xi32> {
  %y = edge.map %x : (tensor<2xi32>) -> tensor<2xi32> {
  ^bb0(%e: i32):
    %sum, %carry = arith.addui_extended %e, %e : i32, i1
    %half = arith.constant 1.0 : f16
    %exp = math.exp %half : f16
    edge.yield %sum : i32
  }
  return %y : tensor<2xi32>
}

// MIXED: error: 'edge.fully_connected' op is evaluated in f32 and per tensor on all of i8, or of i16 with a zero point of 0, not with 'tensor<1x1xf64>'
func.func @mixed(%x: tensor<1x1xf64>, %w: tensor<1x1xf64>, %b: tensor<1xf64>) -> tensor<1x1xf64> {
  %y = edge.fully_connected %x, %w, %b
    : (tensor<1x1xf64>, tensor<1x1xf64>, tensor<1xf64>) -> tensor<1x1xf64>
  return %y : tensor<1x1xf64>
}

// NARROW: error: 'edge.quantize' op is evaluated per tensor on all of i8, or of i16 with a zero point of 0, not with 'tensor<2x!quant.uniform<i8<-127:127>:f32, 5.000000e-01>>'
func.func @narrow(%x: tensor<2xf32>) -> tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>> {
  %q = edge.quantize %x
    : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>>
  return %q : tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>>
}

// OVERFLOW: error: 'edge.fully_connected' op accumulates 2147483648, which does not fit 32 bits
!in = !quant.uniform<i8:f32, 0.5:0>
!weight = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!bias = !quant.uniform<i32:f32:0, {0.125}>
func.func @overflow() -> tensor<1x1x!in> {
  %x = edge.constant dense<1> : tensor<1x1xi8> -> tensor<1x1x!in>
  %w = edge.constant dense<1> : tensor<1x1xi8> -> tensor<1x1x!weight>
  %b = edge.constant dense<2147483647> : tensor<1xi32> -> tensor<1x!bias>
  %y = edge.fully_connected %x, %w, %b
    : (tensor<1x1x!in>, tensor<1x1x!weight>, tensor<1x!bias>) -> tensor<1x1x!in>
  return %y : tensor<1x1x!in>
}

// FILES: error: has 1 arguments, but 2 files are given
// NONE: error: '{{.*}}none.npy': cannot be read
func.func @input(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
