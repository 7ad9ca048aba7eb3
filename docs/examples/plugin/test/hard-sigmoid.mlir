// RUN: edgecc-opt --load-pass-plugin=%plugin %s \
// RUN:   --pass-pipeline="builtin.module(func.func(example-hard-sigmoid))" \
// RUN: | FileCheck %s

// CHECK-LABEL: @sigmoid
// CHECK-NOT: math.exp
// CHECK: %[[X:.*]] = arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.addf %[[X]]
// CHECK: arith.maximumf
// CHECK: arith.minimumf
func.func @sigmoid(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = edge.map %x : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %one = arith.constant 1.0 : f32
    %negated = arith.negf %e : f32
    %power = math.exp %negated : f32
    %sum = arith.addf %one, %power : f32
    %result = arith.divf %one, %sum : f32
    edge.yield %result : f32
  }
  return %y : tensor<1x4xf32>
}

// A division that is no sigmoid stays.
// CHECK-LABEL: @other
// CHECK: math.exp
// CHECK: arith.divf
func.func @other(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = edge.map %x : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %one = arith.constant 1.0 : f32
    %power = math.exp %e : f32
    %sum = arith.addf %one, %power : f32
    %result = arith.divf %one, %sum : f32
    edge.yield %result : f32
  }
  return %y : tensor<1x4xf32>
}
