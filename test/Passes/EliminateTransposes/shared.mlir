// RUN: edgecc-opt --edge-eliminate-transposes --split-input-file %s | FileCheck %s

// One transposed copy serves all who need it.
// CHECK-LABEL: func @one_copy
// CHECK: %[[COPY:.*]] = edge.transpose %arg0
// CHECK-NOT: edge.transpose
// CHECK: return %[[COPY]], %[[COPY]]
func.func @one_copy(%x: tensor<2x4x5x3xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  %1 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  return %0, %1 : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>
}

// -----

// Pools subtracted from their inputs, between normalizations over all elements
// (PoolFormer): copies that were not shared had the pass move the same
// transposes back and forth without end.
// CHECK-LABEL: func @pools
// CHECK-COUNT-6: edge.transpose
// CHECK-NOT: edge.transpose
// CHECK: return
func.func @pools(%x: tensor<1x8x8x20xf32>) -> tensor<1x8x8x20xf32> {
  %0 = edge.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x8x8x20xf32>) -> tensor<1x20x8x8xf32>
  %r0 = edge.reshape %0 : (tensor<1x20x8x8xf32>) -> tensor<1x1280xf32>
  %s0 = edge.softmax %r0 {axis = 1} : (tensor<1x1280xf32>) -> tensor<1x1280xf32>
  %t0 = edge.reshape %s0 : (tensor<1x1280xf32>) -> tensor<1x20x8x8xf32>
  %m0 = edge.map %t0 : (tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32):
    %e = math.absf %a : f32
    edge.yield %e : f32
  }
  %u0 = edge.transpose %m0 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x20x8x8xf32>) -> tensor<1x8x8x20xf32>
  %p0 = edge.avg_pool %u0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x20xf32>) -> tensor<1x8x8x20xf32>
  %v0 = edge.transpose %p0 {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x8x8x20xf32>) -> tensor<1x20x8x8xf32>
  %d0 = edge.map %v0, %m0 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.subf %a, %b : f32
    edge.yield %e : f32
  }
  %y0 = edge.map %0, %d0 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.addf %a, %b : f32
    edge.yield %e : f32
  }
  %r1 = edge.reshape %y0 : (tensor<1x20x8x8xf32>) -> tensor<1x1280xf32>
  %s1 = edge.softmax %r1 {axis = 1} : (tensor<1x1280xf32>) -> tensor<1x1280xf32>
  %t1 = edge.reshape %s1 : (tensor<1x1280xf32>) -> tensor<1x20x8x8xf32>
  %m1 = edge.map %t1 : (tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32):
    %e = math.absf %a : f32
    edge.yield %e : f32
  }
  %u1 = edge.transpose %m1 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x20x8x8xf32>) -> tensor<1x8x8x20xf32>
  %p1 = edge.avg_pool %u1 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x20xf32>) -> tensor<1x8x8x20xf32>
  %v1 = edge.transpose %p1 {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x8x8x20xf32>) -> tensor<1x20x8x8xf32>
  %d1 = edge.map %v1, %m1 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.subf %a, %b : f32
    edge.yield %e : f32
  }
  %y1 = edge.map %y0, %d1 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.addf %a, %b : f32
    edge.yield %e : f32
  }
  %r2 = edge.reshape %y1 : (tensor<1x20x8x8xf32>) -> tensor<1x1280xf32>
  %s2 = edge.softmax %r2 {axis = 1} : (tensor<1x1280xf32>) -> tensor<1x1280xf32>
  %t2 = edge.reshape %s2 : (tensor<1x1280xf32>) -> tensor<1x20x8x8xf32>
  %m2 = edge.map %t2 : (tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32):
    %e = math.absf %a : f32
    edge.yield %e : f32
  }
  %u2 = edge.transpose %m2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x20x8x8xf32>) -> tensor<1x8x8x20xf32>
  %p2 = edge.avg_pool %u2 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x8x8x20xf32>) -> tensor<1x8x8x20xf32>
  %v2 = edge.transpose %p2 {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x8x8x20xf32>) -> tensor<1x20x8x8xf32>
  %d2 = edge.map %v2, %m2 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.subf %a, %b : f32
    edge.yield %e : f32
  }
  %y2 = edge.map %y1, %d2 : (tensor<1x20x8x8xf32>, tensor<1x20x8x8xf32>) -> tensor<1x20x8x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %e = arith.addf %a, %b : f32
    edge.yield %e : f32
  }
  %z = edge.transpose %y2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x20x8x8xf32>) -> tensor<1x8x8x20xf32>
  return %z : tensor<1x8x8x20xf32>
}
