// RUN: edgecc-opt --edge-fold-batch-norm --split-input-file %s | FileCheck %s

// Scale and offset per channel, in the association of batch normalisation:
// (x - mean) / sqrt(var) * gamma + beta. Here scale = [2, 3] / sqrt([4, 9]) =
// [1, 1], offset = [7, 8] - [5, 6] * scale = [2, 2], then times -1.
// CHECK-LABEL: func @batch_norm
// CHECK-DAG: %[[W:.*]] = edge.constant dense_resource<weights> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = edge.constant dense_resource<weights_1> : tensor<2xf32>
// CHECK: %[[Y:.*]] = edge.conv %arg0, %[[W]], %[[B]]
// CHECK-NEXT: return %[[Y]]
// -1.0 and -2.0; -(0.5 + 2.0) twice.
// CHECK: weights: "0x10000000000080BF000000C0"
// CHECK: weights_1: "0x10000000000020C0000020C0"
func.func @batch_norm(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32> {
  %w = edge.constant dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32> -> tensor<2x1x1x1xf32>
  %b = edge.constant dense<0.5> : tensor<2xf32> -> tensor<2xf32>
  %mean = edge.constant dense<[5.0, 6.0]> : tensor<2xf32> -> tensor<2xf32>
  %var = edge.constant dense<[[[[4.0, 9.0]]]]> : tensor<1x1x1x2xf32> -> tensor<1x1x1x2xf32>
  %gamma = edge.constant dense<[2.0, 3.0]> : tensor<2xf32> -> tensor<2xf32>
  %beta = edge.constant dense<[7.0, 8.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x2x2x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %1 = edge.map %0, %mean, %var, %gamma, %beta
    : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<1x1x1x2xf32>, tensor<2xf32>,
       tensor<2xf32>) -> tensor<1x2x2x2xf32> {
  ^bb0(%e: f32, %m: f32, %v: f32, %g: f32, %t: f32):
    %centred = arith.subf %e, %m : f32
    %deviation = math.sqrt %v : f32
    %normal = arith.divf %centred, %deviation : f32
    %scaled = arith.mulf %g, %normal : f32
    %shifted = arith.addf %t, %scaled : f32
    %negated = arith.negf %shifted : f32
    edge.yield %negated : f32
  }
  return %1 : tensor<1x2x2x2xf32>
}

// -----

// A bias that comes as an addition of its own, behind a reshape.
// CHECK-LABEL: func @bias
// CHECK: edge.fully_connected
// CHECK-NEXT: %[[R:.*]] = edge.reshape
// CHECK-NEXT: return %[[R]]
func.func @bias(%x: tensor<1x1x3xf32>) -> tensor<1x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %zero = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %b = edge.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %0 = edge.fully_connected %x, %w, %zero
    : (tensor<1x1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x1x2xf32>
  %1 = edge.reshape %0 : (tensor<1x1x2xf32>) -> tensor<1x2xf32>
  %2 = edge.map %b, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%a: f32, %e: f32):
    %sum = arith.addf %a, %e : f32
    edge.yield %sum : f32
  }
  return %2 : tensor<1x2xf32>
}

// -----

// Mul and Add as nodes of their own fold one after the other.
// CHECK-LABEL: func @chain
// CHECK-NOT: edge.map
// CHECK: return
func.func @chain(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x3xf32> -> tensor<2x3xf32>
  %b = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = edge.map %0, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  %2 = edge.map %1 : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32):
    %c = arith.constant 3.0 : f32
    %s = arith.subf %c, %e : f32
    edge.yield %s : f32
  }
  return %2 : tensor<1x2xf32>
}

// -----

// Attention: the scale of the scores goes into the query's weights, past heads
// and their transposition.
// CHECK-LABEL: func @attention_scale
// CHECK-DAG: %[[W:.*]] = edge.constant dense_resource<{{.*}}> : tensor<4x2xf32>
// CHECK: edge.fully_connected %arg0, %[[W]]
// CHECK: %[[Y:.*]] = edge.matmul
// CHECK-NEXT: return %[[Y]]
func.func @attention_scale(%x: tensor<3x2xf32>, %k: tensor<2x2x3xf32>) -> tensor<2x3x3xf32> {
  %w = edge.constant dense<1.0> : tensor<4x2xf32> -> tensor<4x2xf32>
  %b = edge.constant dense<1.0> : tensor<4xf32> -> tensor<4xf32>
  %0 = edge.fully_connected %x, %w, %b : (tensor<3x2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = edge.reshape %0 : (tensor<3x4xf32>) -> tensor<3x2x2xf32>
  %2 = edge.transpose %1 {perm = array<i64: 1, 0, 2>} : (tensor<3x2x2xf32>) -> tensor<2x3x2xf32>
  %3 = edge.matmul %2, %k : (tensor<2x3x2xf32>, tensor<2x2x3xf32>) -> tensor<2x3x3xf32>
  %4 = edge.map %3 : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  ^bb0(%e: f32):
    %root = arith.constant 4.0 : f32
    %q = arith.divf %e, %root : f32
    edge.yield %q : f32
  }
  return %4 : tensor<2x3x3xf32>
}
