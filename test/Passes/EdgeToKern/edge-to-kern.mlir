// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s

// The result is written to the output directly.
// CHECK-LABEL: func.func @run
// CHECK-SAME: %[[X:.*]]: memref<1x4xf32> {kern.input = "x"
// CHECK-SAME: %[[Y:.*]]: memref<1x2xf32> {kern.output = "y"
// CHECK-NEXT: kern.call "slice" from "data_movement.h"<[#kern.shape<[1, 4]>, #kern.shape<[1, 2]>, #kern.shape<[0, 1]>, #kern.shape<[1, 1]>]>
// CHECK-SAME: ins(%[[X]] : memref<1x4xf32>) outs(%[[Y]] : memref<1x2xf32>)
// CHECK-NEXT: return
func.func @main(%x: tensor<1x4xf32> {edge.name = "x"}) -> (tensor<1x2xf32> {edge.name = "y"}) {
  %y = edge.slice %x {starts = array<i64: 0, 1>, sizes = array<i64: 1, 2>, steps = array<i64: 1, 1>}
    : (tensor<1x4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Weights are packed once where they are equal; the zero point of the input is
// folded into the bias (8 - 3 * (1 + 2) = -1); a clamp at 0 becomes the lower
// bound 5 of the stored result. Names come from the layer.
// CHECK-LABEL: func.func @run
// CHECK-DAG: %[[W:.*]] = kern.get_data @w_layer_1_weights : memref<1x2xi8>
// CHECK-DAG: %[[B:.*]] = kern.get_data @w_layer_1_bias : memref<1xi32>
// CHECK-DAG: %[[M:.*]] = kern.get_data @w_layer_1_multiplier : memref<1xi32>
// CHECK: kern.call "fully_connected_s8" from "fully_connected.h"
// CHECK-SAME: ins(%{{.*}}, %[[W]], %[[B]], %[[M]] :
// CHECK-SAME: scalars [0 : i32, 5 : i32, 5 : i32, 127 : i32]
// CHECK-SAME: layer = "layer/1", macs = 2 : i64, precision = "s8"
// CHECK: kern.call "fully_connected_s8"
// CHECK-SAME: ins(%{{.*}}, %[[W]], %[[B]], %[[M]] :
// CHECK: kern.data @w_layer_1_bias : memref<1xi32>
!in = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25}>
!b = !quant.uniform<i32:f32:0, {0.125}>
!out = !quant.uniform<i8:f32, 0.5:5>
func.func @main(%x: tensor<1x2x!in>) -> (tensor<1x1x!out>, tensor<1x1x!out>) {
  %w = edge.constant dense<[[1, 2]]> : tensor<1x2xi8> -> tensor<1x2x!w>
  %b = edge.constant dense<8> : tensor<1xi32> -> tensor<1x!b>
  %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
    : (tensor<1x2x!in>, tensor<1x2x!w>, tensor<1x!b>) -> tensor<1x1x!out> loc("layer/1")
  %1 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!in>, tensor<1x2x!w>, tensor<1x!b>) -> tensor<1x1x!out> loc("layer/2")
  return %0, %1 : tensor<1x1x!out>, tensor<1x1x!out>
}

// -----

// Reshapes are views, also in front of an output; what is returned twice, or is
// an input, is copied.
// CHECK-LABEL: func.func @run
// CHECK-SAME: %[[X:.*]]: memref<2x3xf32> {{.*}} %[[A:.*]]: memref<6xf32> {{.*}} %[[B:.*]]: memref<3x2xf32> {{.*}} %[[C:.*]]: memref<2x3xf32>
// CHECK: %[[V:.*]] = kern.view %[[A]] : memref<6xf32> to memref<3x2xf32>
// CHECK: kern.call "transpose" {{.*}} ins(%[[X]] : memref<2x3xf32>) outs(%[[V]] : memref<3x2xf32>)
// CHECK: kern.call "copy" {{.*}} ins(%[[V]] : memref<3x2xf32>) outs(%[[B]] : memref<3x2xf32>)
// CHECK: kern.call "copy" {{.*}} ins(%[[X]] : memref<2x3xf32>) outs(%[[C]] : memref<2x3xf32>)
func.func @main(%x: tensor<2x3xf32>) -> (tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>) {
  %t = edge.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = edge.reshape %t : (tensor<3x2xf32>) -> tensor<6xf32>
  return %r, %t, %x : tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>
}

// -----

// The body of a map becomes a scalar function; the result may take the place of
// the operand that has its shape, not of the one that broadcasts.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "map" from "elementwise.h"<[#kern.shape<[2, 3]>, #kern.shape<[2, 3]>, #kern.shape<[3]>]> (@[[F:.*]]) ins
// CHECK-SAME: inplace = array<i64: 0>
// CHECK: func.func private @[[F]](%[[P:.*]]: f32, %[[Q:.*]]: f32) -> f32
// CHECK-NEXT: arith.mulf %[[P]], %[[Q]]
func.func @main(%x: tensor<2x3xf32>, %z: tensor<3xf32>) -> tensor<2x3xf32> {
  %y = edge.map %x, %z : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    edge.yield %0 : f32
  }
  return %y : tensor<2x3xf32>
}

// -----

// An operand that only widens the shape is not read, and the function does not
// take it.
// CHECK-LABEL: func.func @run
// CHECK: kern.call "map" from "elementwise.h"<[#kern.shape<[2, 3]>, #kern.shape<[3]>]> (@[[F:.*]]) ins(%{{[^,]*}} : memref<3xf32>)
// CHECK: func.func private @[[F]](%[[P:.*]]: f32) -> f32
// CHECK-NEXT: arith.negf %[[P]]
func.func @main(%x: tensor<2x1xf32>, %z: tensor<3xf32>) -> tensor<2x3xf32> {
  %y = edge.map %x, %z : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32> {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.negf %b : f32
    edge.yield %0 : f32
  }
  return %y : tensor<2x3xf32>
}

// -----

// A depthwise filter [O, kh, kw, 1] is packed as its kernel reads it; a signal
// is an image of height 1.
// CHECK: kern.call "depthwise_conv2d_f32" from "depthwise_conv2d.h"<[#kern.shape<[1, 1, 5, 2]>, #kern.shape<[1, 1, 4, 2]>,
// CHECK-SAME: #kern.window<kernel = [1, 2], strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0]>]>
// CHECK: kern.data @w_edge_conv_filter : memref<2x2xf32>
// CHECK-SAME{LITERAL}: dense<[[1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]>
func.func @main(%x: tensor<1x5x2xf32>) -> tensor<1x4x2xf32> {
  %f = edge.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32> -> tensor<2x2x1xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.conv %x, %f, %b {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 2}
    : (tensor<1x5x2xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<1x4x2xf32>
  return %y : tensor<1x4x2xf32>
}
