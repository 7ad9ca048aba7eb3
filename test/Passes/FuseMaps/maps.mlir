// RUN: edgecc-opt --edge-fuse-maps --split-input-file %s | FileCheck %s
// RUN: edgecc-opt --edge-fuse-maps=keep-integer-forms=false --split-input-file %s | FileCheck %s --check-prefix=FLOAT

// A sum with a Relu keeps its integer form.
// CHECK-LABEL: func @sum_relu
// CHECK: %[[M:.*]] = edge.map %arg0, %arg1
// CHECK: %[[S:.*]] = arith.addf
// CHECK: arith.maximumf %[[S]]
// CHECK: return %[[M]]
func.func @sum_relu(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = edge.map %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %sum = arith.addf %x, %y : f32
    edge.yield %sum : f32
  }
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %max = arith.select %positive, %x, %zero : f32
    edge.yield %max : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// A sigmoid of a sum would lose it, unless it stays float anyway.
// CHECK-LABEL: func @sum_tanh
// CHECK-COUNT-2: edge.map
// FLOAT-LABEL: func @sum_tanh
// FLOAT-COUNT-1: edge.map
// FLOAT-NOT: edge.map
// FLOAT: return
func.func @sum_tanh(%a: tensor<1x4xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %0 = edge.map %a, %b : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %sum = arith.addf %x, %y : f32
    edge.yield %sum : f32
  }
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %t = math.tanh %x : f32
    edge.yield %t : f32
  }
  return %1 : tensor<1x4xf32>
}

// -----

// Hard swish as exported in pieces, x * clamp(x + 3, 0, 6) / 6, has one operand.
// CHECK-LABEL: func @hard_swish
// CHECK-COUNT-1: edge.map %arg0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK-NOT: edge.map
// CHECK: return
func.func @hard_swish(%a: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = edge.map %a : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %three = arith.constant 3.0 : f32
    %sum = arith.addf %x, %three : f32
    edge.yield %sum : f32
  }
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %six = arith.constant 6.0 : f32
    %max = arith.maximumf %x, %zero : f32
    %min = arith.minimumf %max, %six : f32
    edge.yield %min : f32
  }
  %2 = edge.map %a, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %x, %y : f32
    edge.yield %p : f32
  }
  %3 = edge.map %2 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %six = arith.constant 6.0 : f32
    %q = arith.divf %x, %six : f32
    edge.yield %q : f32
  }
  return %3 : tensor<1x4xf32>
}

// -----

// A producer that others use, and one that is broadcast, stay.
// CHECK-LABEL: func @keep
// CHECK-COUNT-3: edge.map
// FLOAT-LABEL: func @keep
// FLOAT-COUNT-3: edge.map
func.func @keep(%a: tensor<1x4xf32>, %b: tensor<3x4xf32>) -> (tensor<1x4xf32>, tensor<3x4xf32>) {
  %0 = edge.map %a : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %t = math.tanh %x : f32
    edge.yield %t : f32
  }
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %e = math.exp %x : f32
    edge.yield %e : f32
  }
  %2 = edge.map %1, %b : (tensor<1x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %x, %y : f32
    edge.yield %p : f32
  }
  return %0, %2 : tensor<1x4xf32>, tensor<3x4xf32>
}

// -----

// The clamp belongs to the sum, not to the chain after it.
// CHECK-LABEL: func @clamp_between
// CHECK: edge.map %arg0, %arg1
// CHECK: arith.addf
// CHECK: arith.maximumf
// CHECK: edge.map
// CHECK: math.exp
func.func @clamp_between(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = edge.map %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %sum = arith.addf %x, %y : f32
    edge.yield %sum : f32
  }
  %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %x, %zero : f32
    edge.yield %max : f32
  }
  %2 = edge.map %1 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%x: f32):
    %e = math.exp %x : f32
    edge.yield %e : f32
  }
  return %2 : tensor<1x4xf32>
}
