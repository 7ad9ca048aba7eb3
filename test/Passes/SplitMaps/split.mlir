// RUN: edgecc-opt %s --edge-split-maps --split-input-file | FileCheck %s

// Functions of one tensor first, then what brings two together.

// CHECK-LABEL: func.func @gate
// CHECK: %[[E:.*]] = edge.map %arg0 : (tensor<4xf32>) -> tensor<4xf32>
// CHECK: math.exp
// CHECK: edge.map %[[E]], %arg1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
// CHECK: arith.mulf
func.func @gate(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %y = edge.map %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %z: f32):
    %exp = math.exp %x : f32
    %product = arith.mulf %exp, %z : f32
    edge.yield %product : f32
  }
  return %y : tensor<4xf32>
}

// -----

// What follows the combination is a function of one tensor again: (a - b)^2 with
// a difference that is used twice. The difference is as small as its operands.

// CHECK-LABEL: func.func @squares
// CHECK: %[[D:.*]] = edge.map %arg0, %arg1 : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
// CHECK: arith.subf
// CHECK: %[[S:.*]] = edge.map %[[D]] : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: arith.mulf
// CHECK: edge.map %[[S]], %arg2
// CHECK-SAME: -> tensor<2x4xf32>
// CHECK: arith.addf
func.func @squares(%a: tensor<1x4xf32>, %b: tensor<1x1xf32>, %c: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %y = edge.map %a, %b, %c : (tensor<1x4xf32>, tensor<1x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32> {
  ^bb0(%x: f32, %z: f32, %w: f32):
    %d = arith.subf %x, %z : f32
    %square = arith.mulf %d, %d : f32
    %sum = arith.addf %square, %w : f32
    edge.yield %sum : f32
  }
  return %y : tensor<2x4xf32>
}

// -----

// A selection by one operand: what depends on the same operand is a table, the
// other value is multiplied by 0 or 1.

// CHECK-LABEL: func.func @select
// CHECK: %[[A:.*]] = edge.map %arg0
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[ZERO]]
// CHECK: %[[M:.*]] = edge.map %arg0
// CHECK: %[[ONE:.*]] = arith.constant 1.0
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[ONE]]
// CHECK: %[[B:.*]] = edge.map %[[M]], %arg1
// CHECK: arith.mulf
// CHECK: edge.map %[[A]], %[[B]]
// CHECK: arith.addf
func.func @select(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %y = edge.map %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %z: f32):
    %zero = arith.constant 0.0 : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %chosen = arith.select %positive, %x, %z : f32
    edge.yield %chosen : f32
  }
  return %y : tensor<4xf32>
}

// -----

// A product with one constant per channel, and a sum, are a convolution.

// CHECK-LABEL: func.func @affine
// CHECK: %[[W:.*]] = edge.constant {{.*}} : tensor<2x1x1x1xf32>
// CHECK: %[[C:.*]] = edge.conv %arg0, %[[W]], %{{.*}} {{.*}}groups = 2
// CHECK: edge.map %[[C]]
// CHECK: arith.maximumf
// CHECK-DAG: weights{{[^:]*}}: "0x{{........}}0000004000004040"
// CHECK-DAG: weights{{[^:]*}}: "0x{{........}}0000803F0000803F"
func.func @affine(%a: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %s = edge.constant dense<[2.0, 3.0]> : tensor<2xf32> -> tensor<2xf32>
  %o = edge.constant dense<[1.0, 1.0]> : tensor<2xf32> -> tensor<2xf32>
  %y = edge.map %a, %s, %o : (tensor<1x4x4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%x: f32, %scale: f32, %offset: f32):
    %zero = arith.constant 0.0 : f32
    %product = arith.mulf %x, %scale : f32
    %sum = arith.addf %product, %offset : f32
    %relu = arith.maximumf %sum, %zero : f32
    edge.yield %relu : f32
  }
  return %y : tensor<1x4x4x2xf32>
}

// -----

// What has a form already, or no form in parts either, stays.

// CHECK-LABEL: func.func @kept
// CHECK-COUNT-3: edge.map
// CHECK-NOT: edge.map
func.func @kept(%a: tensor<4xf32>, %b: tensor<4xf32>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = edge.map %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %z: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %x, %z : f32
    %relu = arith.maximumf %sum, %zero : f32
    edge.yield %relu : f32
  }
  %1 = edge.map %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %z: f32):
    %exp = math.exp %x : f32
    %power = math.powf %exp, %z : f32
    edge.yield %power : f32
  }
  %2 = edge.map %a, %i : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32> {
  ^bb0(%x: f32, %z: i32):
    %real = arith.sitofp %z : i32 to f32
    %product = arith.mulf %x, %real : f32
    edge.yield %product : f32
  }
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// Where attention is masked, by truth values or by a float, scores become the
// lowest: to add that is the same, and has an integer form.

// CHECK-LABEL: func.func @masked
// CHECK: %[[M:.*]] = edge.map %arg1 : (tensor<2x2xi1>) -> tensor<2x2xf32>
// CHECK: %[[LOW:.*]] = arith.constant -1.000000e+09
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[LOW]]
// CHECK: edge.map %arg0, %[[M]] : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
// CHECK: arith.addf
// CHECK: %[[P:.*]] = edge.map %arg2 : (tensor<2xf32>) -> tensor<2xf32>
// CHECK: arith.select
// CHECK: edge.map %arg0, %[[P]] : (tensor<1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
// CHECK: arith.addf
// CHECK-NOT: edge.map
func.func @masked(%s: tensor<1x2x2xf32>, %seen: tensor<2x2xi1>, %present: tensor<2xf32>) -> (tensor<1x2x2xf32>, tensor<1x2x2xf32>) {
  %0 = edge.map %seen, %s : (tensor<2x2xi1>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  ^bb0(%x: i1, %score: f32):
    %low = arith.constant -1.0e+09 : f32
    %y = arith.select %x, %score, %low : f32
    edge.yield %y : f32
  }
  %1 = edge.map %present, %s : (tensor<2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  ^bb0(%p: f32, %score: f32):
    %zero = arith.constant 0.0 : f32
    %low = arith.constant 0xFF800000 : f32
    %x = arith.cmpf oeq, %p, %zero : f32
    %y = arith.select %x, %low, %score : f32
    edge.yield %y : f32
  }
  return %0, %1 : tensor<1x2x2xf32>, tensor<1x2x2xf32>
}

// -----

// A score that other scores may be lower than is no mask.

// CHECK-LABEL: func.func @floor
// CHECK: edge.map %arg1, %arg0 : (tensor<2xi1>, tensor<2xf32>)
// CHECK: arith.select
// CHECK-NOT: edge.map
func.func @floor(%s: tensor<2xf32>, %seen: tensor<2xi1>) -> tensor<2xf32> {
  %0 = edge.map %seen, %s : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%x: i1, %score: f32):
    %low = arith.constant -10.0 : f32
    %y = arith.select %x, %score, %low : f32
    edge.yield %y : f32
  }
  return %0 : tensor<2xf32>
}
