// RUN: edgecc-opt %s -split-input-file -edge-recognize-composites -canonicalize | FileCheck %s

// As exported: ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add.
// CHECK-LABEL: func @exported
// CHECK-DAG: %[[SCALE:.*]] = edge.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
// CHECK-DAG: %[[BIAS:.*]] = edge.constant dense<[5.000000e-01, 0.000000e+00, -1.000000e+00, 8.000000e+00]>
// CHECK: %[[Y:.*]] = edge.layer_norm %arg0 scale(%[[SCALE]]) bias(%[[BIAS]])
// CHECK-SAME: {axes = array<i64: 2>, epsilon = 9.99999974E-6 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @exported(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %scale = edge.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> -> tensor<4xf32>
  %bias = edge.constant dense<[0.5, 0.0, -1.0, 8.0]> : tensor<4xf32> -> tensor<4xf32>
  %mean = edge.reduce %x {kind = 1 : i32, axes = array<i64: 2>} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %centered = edge.map %x, %mean : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32> {
  ^bb0(%e: f32, %m: f32):
    %d = arith.subf %e, %m : f32
    edge.yield %d : f32
  }
  %square = edge.map %centered : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  ^bb0(%e: f32):
    %two = arith.constant 2.0 : f32
    %p = math.powf %e, %two : f32
    edge.yield %p : f32
  }
  %variance = edge.reduce %square {kind = 1 : i32, axes = array<i64: 2>} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %sum = edge.map %variance : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32> {
  ^bb0(%v: f32):
    %epsilon = arith.constant 1.0e-5 : f32
    %s = arith.addf %epsilon, %v : f32
    edge.yield %s : f32
  }
  %deviation = edge.map %sum : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32> {
  ^bb0(%v: f32):
    %s = math.sqrt %v : f32
    edge.yield %s : f32
  }
  %normal = edge.map %centered, %deviation : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32> {
  ^bb0(%e: f32, %s: f32):
    %q = arith.divf %e, %s : f32
    edge.yield %q : f32
  }
  %scaled = edge.map %scale, %normal : (tensor<4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  ^bb0(%s: f32, %e: f32):
    %p = arith.mulf %s, %e : f32
    edge.yield %p : f32
  }
  %y = edge.map %scaled, %bias : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32> {
  ^bb0(%e: f32, %b: f32):
    %s = arith.addf %e, %b : f32
    edge.yield %s : f32
  }
  return %y : tensor<2x3x4xf32>
}

// -----

// Keras: x * (rsqrt(variance + epsilon) * scale) + (bias - mean * (...)), with
// the variance as mean(x^2) - mean^2, in the middle of an image.
// CHECK-LABEL: func @keras
// CHECK: edge.layer_norm %arg0 scale({{.*}}) bias({{.*}}) {axes = array<i64: 3>, epsilon = 1.000000e-03 : f32}
// CHECK-NEXT: return
func.func @keras(%x: tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  %scale = edge.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> -> tensor<3xf32>
  %bias = edge.constant dense<[[[[0.5, 0.0, -1.0]]]]> : tensor<1x1x1x3xf32> -> tensor<1x1x1x3xf32>
  %mean = edge.reduce %x {kind = 1 : i32, axes = array<i64: 3>} : (tensor<1x2x2x3xf32>) -> tensor<1x2x2x1xf32>
  %square = edge.map %x : (tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  ^bb0(%e: f32):
    %p = arith.mulf %e, %e : f32
    edge.yield %p : f32
  }
  %power = edge.reduce %square {kind = 1 : i32, axes = array<i64: 3>} : (tensor<1x2x2x3xf32>) -> tensor<1x2x2x1xf32>
  %inverse = edge.map %power, %mean : (tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32> {
  ^bb0(%p: f32, %m: f32):
    %epsilon = arith.constant 1.0e-3 : f32
    %mm = arith.mulf %m, %m : f32
    %v = arith.subf %p, %mm : f32
    %s = arith.addf %v, %epsilon : f32
    %r = math.rsqrt %s : f32
    edge.yield %r : f32
  }
  %factor = edge.map %inverse, %scale : (tensor<1x2x2x1xf32>, tensor<3xf32>) -> tensor<1x2x2x3xf32> {
  ^bb0(%r: f32, %s: f32):
    %p = arith.mulf %r, %s : f32
    edge.yield %p : f32
  }
  %offset = edge.map %bias, %mean, %factor : (tensor<1x1x1x3xf32>, tensor<1x2x2x1xf32>, tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  ^bb0(%b: f32, %m: f32, %f: f32):
    %p = arith.mulf %m, %f : f32
    %d = arith.subf %b, %p : f32
    edge.yield %d : f32
  }
  %y = edge.map %x, %factor, %offset : (tensor<1x2x2x3xf32>, tensor<1x2x2x3xf32>, tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  ^bb0(%e: f32, %f: f32, %o: f32):
    %p = arith.mulf %e, %f : f32
    %s = arith.addf %p, %o : f32
    edge.yield %s : f32
  }
  return %y : tensor<1x2x2x3xf32>
}

// -----

// The root mean square of a sum, which is not looked into: x * (mean(x^2) + epsilon)^-0.5.
// CHECK-LABEL: func @rms
// CHECK: %[[SUM:.*]] = edge.map %arg0, %arg1
// CHECK: edge.layer_norm %[[SUM]] {axes = array<i64: 1>, epsilon = 1.000000e-01 : f32, rms}
// CHECK-NEXT: return
func.func @rms(%a: tensor<2x8xf32>, %b: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %x = edge.map %a, %b : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32> {
  ^bb0(%e: f32, %f: f32):
    %s = arith.addf %e, %f : f32
    edge.yield %s : f32
  }
  %square = edge.map %x : (tensor<2x8xf32>) -> tensor<2x8xf32> {
  ^bb0(%e: f32):
    %p = arith.mulf %e, %e : f32
    edge.yield %p : f32
  }
  %mean = edge.reduce %square {kind = 1 : i32, axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %y = edge.map %mean, %x : (tensor<2x1xf32>, tensor<2x8xf32>) -> tensor<2x8xf32> {
  ^bb0(%m: f32, %e: f32):
    %epsilon = arith.constant 1.0e-1 : f32
    %exponent = arith.constant -0.5 : f32
    %s = arith.addf %m, %epsilon : f32
    %r = math.powf %s, %exponent : f32
    %p = arith.mulf %e, %r : f32
    edge.yield %p : f32
  }
  return %y : tensor<2x8xf32>
}

// -----

// Scale and bias that follow become the operation's own, and go where neutral.
// CHECK-LABEL: func @absorb
// CHECK-DAG: %[[SCALE:.*]] = edge.constant dense<[2.000000e+00, 6.000000e+00]>
// CHECK-DAG: %[[BIAS:.*]] = edge.constant dense<[5.000000e+00, 6.000000e+00]>
// CHECK: edge.layer_norm %arg0 scale(%[[SCALE]]) bias(%[[BIAS]])
// CHECK: edge.layer_norm %arg0 {axes = array<i64: 1>
// CHECK: return
func.func @absorb(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  %scale = edge.constant dense<[1.0, 3.0]> : tensor<2xf32> -> tensor<2xf32>
  %bias = edge.constant dense<[2.0, 2.5]> : tensor<2xf32> -> tensor<2xf32>
  %ones = edge.constant dense<1.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.layer_norm %x scale(%scale) bias(%bias) {axes = array<i64: 0>, epsilon = 1.0e-5 : f32}
    : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %1 = edge.map %0 : (tensor<4x2xf32>) -> tensor<4x2xf32> {
  ^bb0(%e: f32):
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %p = arith.mulf %e, %two : f32
    %s = arith.addf %p, %one : f32
    edge.yield %s : f32
  }
  %2 = edge.layer_norm %x scale(%ones) {axes = array<i64: 1>, epsilon = 1.0e-5 : f32}
    : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %1, %2 : tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// Another tensor's mean; a variance along other axes; half of the mean only.
// CHECK-LABEL: func @keep
// CHECK-NOT: edge.layer_norm
// CHECK: return
func.func @keep(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %mean = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %other = edge.reduce %z {kind = 1 : i32, axes = array<i64: 1>} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %square = edge.map %x, %mean : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32> {
  ^bb0(%e: f32, %m: f32):
    %d = arith.subf %e, %m : f32
    %p = arith.mulf %d, %d : f32
    edge.yield %p : f32
  }
  %variance = edge.reduce %square {kind = 1 : i32, axes = array<i64: 1>} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %across = edge.reduce %square {kind = 1 : i32, axes = array<i64: 0>} : (tensor<4x4xf32>) -> tensor<1x4xf32>
  %0 = edge.map %x, %other, %variance : (tensor<4x4xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x4xf32> {
  ^bb0(%e: f32, %m: f32, %v: f32):
    %d = arith.subf %e, %m : f32
    %r = math.sqrt %v : f32
    %q = arith.divf %d, %r : f32
    edge.yield %q : f32
  }
  %1 = edge.map %x, %mean, %across : (tensor<4x4xf32>, tensor<4x1xf32>, tensor<1x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%e: f32, %m: f32, %v: f32):
    %d = arith.subf %e, %m : f32
    %r = math.sqrt %v : f32
    %q = arith.divf %d, %r : f32
    edge.yield %q : f32
  }
  %2 = edge.map %x, %mean, %variance : (tensor<4x4xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x4xf32> {
  ^bb0(%e: f32, %m: f32, %v: f32):
    %half = arith.constant 0.5 : f32
    %h = arith.mulf %m, %half : f32
    %d = arith.subf %e, %h : f32
    %r = math.sqrt %v : f32
    %q = arith.divf %d, %r : f32
    edge.yield %q : f32
  }
  return %0, %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}
