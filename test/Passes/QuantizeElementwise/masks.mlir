// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s
// RUN: edgecc-opt %s --edge-quantize=precision=s16x8 --split-input-file | FileCheck %s --check-prefix=WIDE

// Scores between -8 and 8 plus a mask: below -16 - 8, every sum is the lowest
// there is. The mask has steps of 24 / 255, and in int16, with its headroom, of
// 48 / 32767.

// CHECK-LABEL: func.func @constant
// CHECK: edge.constant {{.*}} -> tensor<2x2x!quant.uniform<i8:f32, 0.0941176{{[0-9]*}}:127>>
// CHECK: edge.add {{.*}} -> tensor<2x2x!quant.uniform<i8:f32, 0.0941176{{[0-9]*}}:42>>
// WIDE-LABEL: func.func @constant
// WIDE: edge.constant {{.*}} -> tensor<2x2x!quant.uniform<i16:f32, 0.00146488{{[0-9]*}}>>
func.func @constant(%scores: tensor<2x2xf32> {edge.range = [-8.0, 8.0]}) -> tensor<2x2xf32> {
  %mask = edge.constant dense<[[0.0, 0xFF800000], [0.0, 0.0]]> : tensor<2x2xf32> -> tensor<2x2xf32>
  %0 = edge.map %scores, %mask {edge.ranges = [[-16.0, 8.0]]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%s: f32, %m: f32):
    %sum = arith.addf %s, %m : f32
    edge.yield %sum : f32
  }
  return %0 : tensor<2x2xf32>
}

// -----

// The same of a mask that is computed, moved, and taken away: up to 8 + 16.

// CHECK-LABEL: func.func @computed
// CHECK: edge.quantize %arg1 : {{.*}} -> tensor<4x!quant.uniform<i8:f32, 0.0941176{{[0-9]*}}:-128>>
// CHECK: edge.reshape
// CHECK: edge.sub
func.func @computed(%scores: tensor<2x2xf32> {edge.range = [-8.0, 8.0]},
                    %mask: tensor<4xf32> {edge.range = [0.0, 1.0e9]}) -> tensor<2x2xf32> {
  %m = edge.reshape %mask {edge.ranges = [[0.0, 1.0e9]]} : (tensor<4xf32>) -> tensor<2x2xf32>
  %0 = edge.map %scores, %m {edge.ranges = [[-16.0, 8.0]]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%s: f32, %n: f32):
    %difference = arith.subf %s, %n : f32
    edge.yield %difference : f32
  }
  return %0 : tensor<2x2xf32>
}

// -----

// What something else reads as well keeps its range.

// CHECK-LABEL: func.func @shared
// CHECK: edge.quantize %arg1 : {{.*}} -> tensor<2x!quant.uniform<i8:f32, 4.000000e+00:{{[-0-9]*}}>>
func.func @shared(%x: tensor<2xf32> {edge.range = [-1.0, 1.0]},
                  %y: tensor<2xf32> {edge.range = [0.0, 1020.0]}) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = edge.map %x, %y {edge.ranges = [[-1.0, 1.0]]} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    edge.yield %sum : f32
  }
  %1 = edge.map %x, %y {edge.ranges = [[-1000.0, 1000.0]]} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: f32, %b: f32):
    %product = arith.mulf %a, %b : f32
    edge.yield %product : f32
  }
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// -----

// What is moved for an operation that stays in float is moved in float.

// CHECK-LABEL: func.func @moved
// CHECK-NEXT: edge.reshape %arg0 : (tensor<4xf32>) -> tensor<2x2xf32>
// CHECK-NEXT: edge.map
func.func @moved(%x: tensor<4xf32> {edge.range = [1.0, 2.0]},
                 %y: tensor<2x2xf32> {edge.range = [0.0, 3.0]}) -> tensor<2x2xf32> {
  %m = edge.reshape %x {edge.ranges = [[1.0, 2.0]]} : (tensor<4xf32>) -> tensor<2x2xf32>
  %0 = edge.map %m, %y {edge.ranges = [[0.0, 8.0]]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%a: f32, %b: f32):
    %p = math.powf %a, %b : f32
    edge.yield %p : f32
  }
  return %0 : tensor<2x2xf32>
}
