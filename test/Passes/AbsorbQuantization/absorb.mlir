// RUN: edgecc-opt %s --edge-absorb-quantization --canonicalize --split-input-file 2>/dev/null | FileCheck %s

// Types are the model's own. Weights lose nothing: -1.5 and 1 are -126 and 84
// steps, 25 and 1.75 are 100 and 7, although int8 has room for 127.

// CHECK-LABEL: func.func @layer
// CHECK: %[[W:.*]] = edge.constant {{.*}} : tensor<3x2xi8> -> tensor<3x2x!quant.uniform<i8<-127:127>:f32:0, {0.0119{{[0-9]+}},2.500000e-01,
// CHECK: %[[B:.*]] = edge.constant {{.*}} : tensor<3xi32>
// CHECK: %[[Y:.*]] = edge.fully_connected %arg0, %[[W]], %[[B]] {clamp_min = 0.000000e+00 : f32}
// CHECK-SAME: -> tensor<1x3x!quant.uniform<i8:f32, 2.500000e-01:-128>>
// CHECK-NEXT: return %[[Y]]
// CHECK: weights: "0x10000000825464070000"
func.func @layer(%q: tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x3x!quant.uniform<i8:f32, 0.25:-128>> {
  %w = edge.constant dense<[[-1.5, 1.0], [25.0, 1.75], [0.0, 0.0]]> : tensor<3x2xf32> -> tensor<3x2xf32>
  %b = edge.constant dense<[1.0, -1.0, 1.0]> : tensor<3xf32> -> tensor<3xf32>
  %x = edge.dequantize %q : (tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x2xf32>
  %y = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %r = edge.quantize %y : (tensor<1x3xf32>) -> tensor<1x3x!quant.uniform<i8:f32, 0.25:-128>>
  return %r : tensor<1x3x!quant.uniform<i8:f32, 0.25:-128>>
}

// -----

// What moves elements takes its operand's type, or that which its result gets.

// CHECK-LABEL: func.func @movement
// CHECK-NEXT: %[[A:.*]] = edge.reshape %arg0 : (tensor<2x2x!quant.uniform<i8:f32, 5.000000e-01>>)
// CHECK-NEXT: %[[B:.*]] = edge.reshape %arg1
// CHECK-NEXT: %[[R:.*]] = edge.requantize %[[B]]
// CHECK-NEXT: %[[C:.*]] = edge.concat %[[A]], %[[R]] {axis = 0 : i64}
// CHECK-NEXT: return %[[C]]
func.func @movement(%p: tensor<2x2x!quant.uniform<i8:f32, 0.5>>, %q: tensor<2x2x!quant.uniform<i8:f32, 0.25>>)
    -> tensor<8x!quant.uniform<i8:f32, 0.5>> {
  %x = edge.dequantize %p : (tensor<2x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x2xf32>
  %y = edge.dequantize %q : (tensor<2x2x!quant.uniform<i8:f32, 0.25>>) -> tensor<2x2xf32>
  %a = edge.reshape %x : (tensor<2x2xf32>) -> tensor<4xf32>
  %b = edge.reshape %y : (tensor<2x2xf32>) -> tensor<4xf32>
  %c = edge.concat %a, %b {axis = 0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %r = edge.quantize %c : (tensor<8xf32>) -> tensor<8x!quant.uniform<i8:f32, 0.5>>
  return %r : tensor<8x!quant.uniform<i8:f32, 0.5>>
}

// -----

// A transpose between layer and conversion does not hide one from the other.

// CHECK-LABEL: func.func @behind
// CHECK-NOT: edge.dequantize
// CHECK: edge.fully_connected %arg0
// CHECK: edge.reshape {{.*}} -> tensor<1x2x!quant.uniform<i8:f32, 2.500000e-01>>
// CHECK-NEXT: return
func.func @behind(%q: tensor<2x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i8:f32, 0.25>> {
  %w = edge.constant dense<2.0> : tensor<1x1xf32> -> tensor<1x1xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %x = edge.dequantize %q : (tensor<2x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x1xf32>
  %y = edge.fully_connected %x, %w, %b : (tensor<2x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %t = edge.transpose %y {perm = array<i64: 1, 0>} : (tensor<2x1xf32>) -> tensor<1x2xf32>
  %r = edge.quantize %t : (tensor<1x2xf32>) -> tensor<1x2x!quant.uniform<i8:f32, 0.25>>
  return %r : tensor<1x2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// Elementwise functions: one addition, a table.

// CHECK-LABEL: func.func @elementwise
// CHECK: %[[S:.*]] = edge.add %arg0, %arg1 {clamp_min = 0.000000e+00 : f32}
// CHECK: edge.table %[[S]]
// CHECK-NEXT: return
func.func @elementwise(%p: tensor<4x!quant.uniform<i8:f32, 0.5>>, %q: tensor<4x!quant.uniform<i8:f32, 0.25>>)
    -> tensor<4x!quant.uniform<i8:f32, 0.125>> {
  %x = edge.dequantize %p : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4xf32>
  %y = edge.dequantize %q : (tensor<4x!quant.uniform<i8:f32, 0.25>>) -> tensor<4xf32>
  %s = edge.map %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %a, %b : f32
    %relu = arith.maximumf %sum, %zero : f32
    edge.yield %relu : f32
  }
  %t = edge.quantize %s : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5:-128>>
  %u = edge.dequantize %t : (tensor<4x!quant.uniform<i8:f32, 0.5:-128>>) -> tensor<4xf32>
  %v = edge.map %u : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %e = math.tanh %a : f32
    edge.yield %e : f32
  }
  %r = edge.quantize %v : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.125>>
  return %r : tensor<4x!quant.uniform<i8:f32, 0.125>>
}
