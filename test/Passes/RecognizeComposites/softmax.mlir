// RUN: edgecc-opt %s -split-input-file -edge-recognize-composites -canonicalize | FileCheck %s

// exp(x - max) / sum, with the maximum's node apart or in the same map.
// CHECK-LABEL: func @softmax
// CHECK-NEXT: %[[Y:.*]] = edge.softmax %arg0 {axis = 1 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @softmax(%x: tensor<2x5x3xf32>) -> tensor<2x5x3xf32> {
  %max = edge.reduce %x {kind = 2 : i32, axes = array<i64: 1>} : (tensor<2x5x3xf32>) -> tensor<2x1x3xf32>
  %shifted = edge.map %x, %max : (tensor<2x5x3xf32>, tensor<2x1x3xf32>) -> tensor<2x5x3xf32> {
  ^bb0(%e: f32, %m: f32):
    %d = arith.subf %e, %m : f32
    edge.yield %d : f32
  }
  %power = edge.map %shifted : (tensor<2x5x3xf32>) -> tensor<2x5x3xf32> {
  ^bb0(%e: f32):
    %p = math.exp %e : f32
    edge.yield %p : f32
  }
  %sum = edge.reduce %power {kind = 0 : i32, axes = array<i64: 1>} : (tensor<2x5x3xf32>) -> tensor<2x1x3xf32>
  %y = edge.map %power, %sum : (tensor<2x5x3xf32>, tensor<2x1x3xf32>) -> tensor<2x5x3xf32> {
  ^bb0(%e: f32, %s: f32):
    %q = arith.divf %e, %s : f32
    edge.yield %q : f32
  }
  return %y : tensor<2x5x3xf32>
}

// -----

// Without the maximum, times a reciprocal.
// CHECK-LABEL: func @reciprocal
// CHECK-NEXT: %[[Y:.*]] = edge.softmax %arg0 {axis = 1 : i64}
// CHECK-NEXT: return %[[Y]]
func.func @reciprocal(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %power = edge.map %x : (tensor<2x5xf32>) -> tensor<2x5xf32> {
  ^bb0(%e: f32):
    %p = math.exp %e : f32
    edge.yield %p : f32
  }
  %sum = edge.reduce %power {kind = 0 : i32, axes = array<i64: 1>} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %inverse = edge.map %sum : (tensor<2x1xf32>) -> tensor<2x1xf32> {
  ^bb0(%s: f32):
    %one = arith.constant 1.0 : f32
    %q = arith.divf %one, %s : f32
    edge.yield %q : f32
  }
  %y = edge.map %inverse, %power : (tensor<2x1xf32>, tensor<2x5xf32>) -> tensor<2x5xf32> {
  ^bb0(%i: f32, %e: f32):
    %p = arith.mulf %i, %e : f32
    edge.yield %p : f32
  }
  return %y : tensor<2x5xf32>
}

// -----

// The logarithm: x - (max + log(sum)), and log(softmax(x)).
// CHECK-LABEL: func @log
// CHECK-DAG: %[[Y:.*]] = edge.softmax %arg0 {axis = 1 : i64, log}
// CHECK-DAG: %[[Z:.*]] = edge.softmax %arg0 {axis = 0 : i64, log}
// CHECK: return %[[Y]], %[[Z]]
func.func @log(%x: tensor<2x5xf32>) -> (tensor<2x5xf32>, tensor<2x5xf32>) {
  %max = edge.reduce %x {kind = 2 : i32, axes = array<i64: 1>} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %power = edge.map %x, %max : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32> {
  ^bb0(%e: f32, %m: f32):
    %d = arith.subf %e, %m : f32
    %p = math.exp %d : f32
    edge.yield %p : f32
  }
  %sum = edge.reduce %power {kind = 0 : i32, axes = array<i64: 1>} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %all = edge.map %sum, %max : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32> {
  ^bb0(%s: f32, %m: f32):
    %l = math.log %s : f32
    %a = arith.addf %l, %m : f32
    edge.yield %a : f32
  }
  %y = edge.map %x, %all : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32> {
  ^bb0(%e: f32, %a: f32):
    %d = arith.subf %e, %a : f32
    edge.yield %d : f32
  }
  %softmax = edge.softmax %x {axis = 0} : (tensor<2x5xf32>) -> tensor<2x5xf32>
  %z = edge.map %softmax : (tensor<2x5xf32>) -> tensor<2x5xf32> {
  ^bb0(%e: f32):
    %l = math.log %e : f32
    edge.yield %l : f32
  }
  return %y, %z : tensor<2x5xf32>, tensor<2x5xf32>
}

// -----

// What is subtracted is not the same along the axis; two sums; a sum of
// another tensor's powers; twice a softmax.
// CHECK-LABEL: func @keep
// CHECK-NOT: edge.softmax
// CHECK: return
func.func @keep(%x: tensor<5x5xf32>, %z: tensor<5x5xf32>) -> (tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>) {
  %max = edge.reduce %x {kind = 2 : i32, axes = array<i64: 0>} : (tensor<5x5xf32>) -> tensor<1x5xf32>
  %power = edge.map %x, %max : (tensor<5x5xf32>, tensor<1x5xf32>) -> tensor<5x5xf32> {
  ^bb0(%e: f32, %m: f32):
    %d = arith.subf %e, %m : f32
    %p = math.exp %d : f32
    edge.yield %p : f32
  }
  %sum = edge.reduce %power {kind = 0 : i32, axes = array<i64: 1>} : (tensor<5x5xf32>) -> tensor<5x1xf32>
  %0 = edge.map %power, %sum : (tensor<5x5xf32>, tensor<5x1xf32>) -> tensor<5x5xf32> {
  ^bb0(%e: f32, %s: f32):
    %q = arith.divf %e, %s : f32
    edge.yield %q : f32
  }
  %other = edge.map %z : (tensor<5x5xf32>) -> tensor<5x5xf32> {
  ^bb0(%e: f32):
    %p = math.exp %e : f32
    edge.yield %p : f32
  }
  %others = edge.reduce %other {kind = 0 : i32, axes = array<i64: 1>} : (tensor<5x5xf32>) -> tensor<5x1xf32>
  %1 = edge.map %power, %others : (tensor<5x5xf32>, tensor<5x1xf32>) -> tensor<5x5xf32> {
  ^bb0(%e: f32, %s: f32):
    %q = arith.divf %e, %s : f32
    edge.yield %q : f32
  }
  %2 = edge.map %other, %others : (tensor<5x5xf32>, tensor<5x1xf32>) -> tensor<5x5xf32> {
  ^bb0(%e: f32, %s: f32):
    %two = arith.constant 2.0 : f32
    %q = arith.divf %e, %s : f32
    %t = arith.mulf %q, %two : f32
    edge.yield %t : f32
  }
  return %0, %1, %2 : tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>
}
