// RUN: edgecc-opt %s -convert-edge-to-kern | FileCheck %s

// Functions that call some of exponential.h bring it, each on its own.

// CHECK-LABEL: func.func @run
// CHECK: kern.call "map" from "exponential.h elementwise.h"
// CHECK: kern.call "map" from "exponential.h elementwise.h"
// CHECK: kern.call "map" from "exponential.h elementwise.h"
// CHECK: kern.call "map" from "elementwise.h"
func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = edge.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %y = math.exp %a : f32
    edge.yield %y : f32
  }
  %1 = edge.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %y = math.tanh %a : f32
    edge.yield %y : f32
  }
  %2 = edge.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %y = math.erf %a : f32
    edge.yield %y : f32
  }
  %3 = edge.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %y = math.sqrt %a : f32
    edge.yield %y : f32
  }
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
