// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// A residual addition with its ReLU.

// CHECK-LABEL: func.func @residual
// CHECK: edge.add %{{.*}}, %{{.*}} {clamp_min = 0.000000e+00 : f32}
// CHECK-SAME: !quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK-NOT: edge.map
func.func @residual(%a: tensor<1x4xf32> {edge.range = [-1.0, 1.0]},
                    %b: tensor<1x4xf32> {edge.range = [0.0, 3.0]}) -> tensor<1x4xf32> {
  %0 = edge.map %a, %b {edge.ranges = [[0.0, 255.0]]} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %x, %y : f32
    %max = arith.maximumf %sum, %zero : f32
    edge.yield %max : f32
  }
  return %0 : tensor<1x4xf32>
}

// -----

// The product with a constant per channel, clamped to 0..6.

// CHECK-LABEL: func.func @scale
// CHECK: %[[C:.*]] = edge.constant {{.*}} -> tensor<2x!quant.uniform<i8:f32, 1.000000e+00>>
// CHECK: edge.mul %{{.*}}, %[[C]] {clamp_max = 6.000000e+00 : f32, clamp_min = 0.000000e+00 : f32}
func.func @scale(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %c = edge.constant dense<[-128.0, 127.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %a, %c {edge.ranges = [[0.0, 6.0]]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %zero = arith.constant 0.0 : f32
    %six = arith.constant 6.0 : f32
    %product = arith.mulf %x, %y : f32
    %max = arith.maximumf %zero, %product : f32
    %min = arith.minimumf %max, %six : f32
    edge.yield %min : f32
  }
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @subtract
// CHECK: %[[C:.*]] = edge.constant {{.*}} -> tensor<2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: edge.sub %{{.*}}, %[[C]]
func.func @subtract(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %c = edge.constant dense<[100.0, 255.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %a, %c {edge.ranges = [[-256.0, 0.0]]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %difference = arith.subf %x, %y : f32
    edge.yield %difference : f32
  }
  return %0 : tensor<1x2xf32>
}

// -----

// A division by a computed tensor, clamped.

// CHECK-LABEL: func.func @divide
// CHECK: edge.div %{{.*}}, %{{.*}} {clamp_max = 4.000000e+00 : f32}
func.func @divide(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]},
                  %b: tensor<1x1xf32> {edge.range = [0.0, 2.0]}) -> tensor<1x2xf32> {
  %0 = edge.map %a, %b {edge.ranges = [[-4.0, 4.0]]} : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %four = arith.constant 4.0 : f32
    %quotient = arith.divf %x, %y : f32
    %clamped = arith.minimumf %quotient, %four : f32
    edge.yield %clamped : f32
  }
  return %0 : tensor<1x2xf32>
}

// -----

// The larger of two, by operation or by comparison; the smaller.

// CHECK-LABEL: func.func @extrema
// CHECK: edge.maximum
// CHECK: edge.maximum
// CHECK: edge.minimum
func.func @extrema(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]},
                   %b: tensor<1x2xf32> {edge.range = [-2.0, 2.0]}) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %0 = edge.map %a, %b {edge.ranges = [[-1.0, 2.0]]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %max = arith.maximumf %x, %y : f32
    edge.yield %max : f32
  }
  %1 = edge.map %a, %b {edge.ranges = [[-1.0, 2.0]]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %greater = arith.cmpf ogt, %x, %y : f32
    %max = arith.select %greater, %x, %y : f32
    edge.yield %max : f32
  }
  %2 = edge.map %a, %b {edge.ranges = [[-2.0, 1.0]]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %y: f32):
    %greater = arith.cmpf uge, %x, %y : f32
    %min = arith.select %greater, %y, %x : f32
    edge.yield %min : f32
  }
  return %0, %1, %2 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A slope per channel.

// CHECK-LABEL: func.func @prelu
// CHECK: %[[S:.*]] = edge.constant {{.*}} -> tensor<2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: edge.prelu %{{.*}}, %[[S]]
func.func @prelu(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %c = edge.constant dense<[100.0, 255.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %a, %c {edge.ranges = [[-256.0, 1.0]]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32, %slope: f32):
    %zero = arith.constant 0.0 : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %product = arith.mulf %slope, %x : f32
    %y = arith.select %positive, %x, %product : f32
    edge.yield %y : f32
  }
  return %0 : tensor<1x2xf32>
}

// -----

// A function of one tensor is a table of its values: |2x| for x from -128 on is
// stored as 127 (saturated) down to -128 (zero) and up again to 126.

// CHECK-LABEL: func.func @unary
// CHECK: %[[T:.*]] = edge.constant {{.*}} : tensor<256xi8> -> tensor<256xi8>
// CHECK: edge.table %{{.*}}, %[[T]]
// CHECK-SAME: !quant.uniform<i8:f32, 1.000000e+00:-128>>
// CHECK: weights{{[^:]*}}: "0x100000007F7E7C7A
// CHECK-SAME: 8684828082848
// CHECK-SAME: 7A7C7E"
func.func @unary(%a: tensor<1x2xf32> {edge.range = [-128.0, 127.0]}) -> tensor<1x2xf32> {
  %0 = edge.map %a {edge.ranges = [[0.0, 255.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%x: f32):
    %two = arith.constant 2.0 : f32
    %double = arith.mulf %x, %two : f32
    %magnitude = math.absf %double : f32
    edge.yield %magnitude : f32
  }
  return %0 : tensor<1x2xf32>
}
