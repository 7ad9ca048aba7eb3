// RUN: edgecc-opt %s --edge-fold-constants | FileCheck %s

// CHECK-LABEL: func @chain
// CHECK-NEXT:    %[[C:.*]] = edge.constant dense<{{\[\[}}-1.000000e+00, -3.000000e+00], [-2.000000e+00, -4.000000e+00]]> : tensor<2x2xf32>
// CHECK-NEXT:    return %[[C]]
func.func @chain() -> tensor<2x2xf32> {
  %a = edge.constant dense<[[1.0, 2.0], [3.0, 4.0]]>
    : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = edge.transpose %a {perm = array<i64: 1, 0>}
    : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %c = edge.map %b : (tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%e: f32):
    %neg = arith.negf %e : f32
    edge.yield %neg : f32
  }
  return %c : tensor<2x2xf32>
}

// A constant that is used otherwise stays.
// CHECK-LABEL: func @used_twice
// CHECK-SAME:    (%[[X:.*]]: tensor<2xf32>)
// CHECK-DAG:     %[[A:.*]] = edge.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK-DAG:     %[[B:.*]] = edge.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00]]>
// CHECK-DAG:     edge.map %[[X]], %[[A]]
// CHECK-NOT:     edge.reshape
func.func @used_twice(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<1x2xf32>) {
  %a = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %b = edge.reshape %a : (tensor<2xf32>) -> tensor<1x2xf32>
  %c = edge.map %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32, %f: f32):
    %sum = arith.addf %e, %f : f32
    edge.yield %sum : f32
  }
  return %c, %b : tensor<2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: func @splat
// CHECK-NEXT:    edge.constant dense<true> : tensor<100xi1>
// CHECK-NEXT:    edge.constant dense<3.000000e+00> : tensor<100xf32>
// CHECK-NEXT:    return
func.func @splat() -> (tensor<100xi1>, tensor<100xf32>) {
  %a = edge.constant dense<-3.0> : tensor<100xf32> -> tensor<100xf32>
  %b = edge.map %a : (tensor<100xf32>) -> tensor<100xi1> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %less = arith.cmpf olt, %e, %zero : f32
    edge.yield %less : i1
  }
  %c = edge.map %a : (tensor<100xf32>) -> tensor<100xf32> {
  ^bb0(%e: f32):
    %abs = math.absf %e : f32
    edge.yield %abs : f32
  }
  return %b, %c : tensor<100xi1>, tensor<100xf32>
}

// CHECK-LABEL: func @quantized
// CHECK-NEXT:    edge.constant dense<[5, -128]> : tensor<2xi8> -> tensor<2x!quant.uniform<i8:f32, 5.000000e-01:3>>
func.func @quantized() -> tensor<2x!quant.uniform<i8:f32, 0.5:3>> {
  %a = edge.constant dense<[1.0, -500.0]> : tensor<2xf32> -> tensor<2xf32>
  %b = edge.quantize %a
    : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 0.5:3>>
  return %b : tensor<2x!quant.uniform<i8:f32, 0.5:3>>
}

// Large results lie out of line.
// CHECK-LABEL: func @resource
// CHECK-NEXT:    edge.constant dense_resource<weights> : tensor<6x4xf32>
// CHECK-NEXT:    return
func.func @resource() -> tensor<6x4xf32> {
  %a = edge.constant dense<1.0> : tensor<6x3xf32> -> tensor<6x3xf32>
  %b = edge.constant dense<2.0> : tensor<6x1xf32> -> tensor<6x1xf32>
  %c = edge.concat %a, %b {axis = 1}
    : (tensor<6x3xf32>, tensor<6x1xf32>) -> tensor<6x4xf32>
  return %c : tensor<6x4xf32>
}

// 256 KiB out of 1 KiB are computed at run time, where they cost no flash.
// CHECK-LABEL: func @too_large
// CHECK:         edge.map
func.func @too_large() -> tensor<256x256xf32> {
  %a = edge.constant dense<1.0> : tensor<256xf32> -> tensor<256xf32>
  %b = edge.constant dense<1.0> : tensor<256x1xf32> -> tensor<256x1xf32>
  %c = edge.map %a, %b
    : (tensor<256xf32>, tensor<256x1xf32>) -> tensor<256x256xf32> {
  ^bb0(%e: f32, %f: f32):
    %sum = arith.addf %e, %f : f32
    edge.yield %sum : f32
  }
  return %c : tensor<256x256xf32>
}
