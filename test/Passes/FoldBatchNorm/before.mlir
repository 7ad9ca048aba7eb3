// RUN: edgecc-opt --edge-fold-batch-norm --split-input-file %s | FileCheck %s

// Normalisation of the input: (x - 1) / 2 times [4, 6] plus 10 is x times
// [2, 3] plus 10 - 5.
// CHECK-LABEL: func @normalised_input
// CHECK-NEXT: %[[W:.*]] = edge.constant dense_resource<weights> : tensor<1x2xf32>
// CHECK-NEXT: %[[B:.*]] = edge.constant dense_resource<weights_1> : tensor<1xf32>
// CHECK-NEXT: edge.fully_connected %arg0, %[[W]], %[[B]]
// CHECK: weights: "0x100000000000004000004040"
// CHECK: weights_1: "0x100000000000A040"
func.func @normalised_input(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[4.0, 6.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<10.0> : tensor<1xf32> -> tensor<1xf32>
  %0 = edge.map %x : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32):
    %mean = arith.constant 1.0 : f32
    %deviation = arith.constant 2.0 : f32
    %centred = arith.subf %e, %mean : f32
    %normal = arith.divf %centred, %deviation : f32
    edge.yield %normal : f32
  }
  %1 = edge.fully_connected %0, %w, %b
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// With padding, a scale folds, an offset does not.
// CHECK-LABEL: func @padding
// CHECK: %[[A:.*]] = edge.conv %arg0
// CHECK: %[[M:.*]] = edge.map %arg0
// CHECK: edge.conv %[[M]]
func.func @padding(%x: tensor<1x4x4x2xf32>) -> (tensor<1x4x4x1xf32>, tensor<1x4x4x1xf32>) {
  %w = edge.constant dense<1.0> : tensor<1x3x3x2xf32> -> tensor<1x3x3x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %s = edge.constant dense<[1.0, 2.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %x, %s : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  %1 = edge.conv %0, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  %2 = edge.map %x, %s : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.addf %e, %c : f32
    edge.yield %p : f32
  }
  %3 = edge.conv %2, %w, %b {strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<1x3x3x2xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  return %1, %3 : tensor<1x4x4x1xf32>, tensor<1x4x4x1xf32>
}

// -----

// Each group takes its own channels: ones scaled by 1 2 in the first group, by
// 3 4 in the second.
// CHECK-LABEL: func @groups
// CHECK-NOT: edge.map
// CHECK: weights: "0x100000000000803F000000400000404000008040"
func.func @groups(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x1x1x2xf32> -> tensor<2x1x1x2xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %s = edge.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> -> tensor<4xf32>
  %0 = edge.map %x, %s : (tensor<1x1x1x4xf32>, tensor<4xf32>) -> tensor<1x1x1x4xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  %1 = edge.conv %0, %w, %b {strides = array<i64: 1, 1>, groups = 2,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x1x1x4xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
  return %1 : tensor<1x1x1x2xf32>
}

// -----

// Scales that differ too much to share the quantization of a filter stay.
// CHECK-LABEL: func @ratio
// CHECK: edge.map
func.func @ratio(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[4.0, 6.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<10.0> : tensor<1xf32> -> tensor<1xf32>
  %s = edge.constant dense<[1.0, 200.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %x, %s : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  %1 = edge.fully_connected %0, %w, %b
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// A normalisation with nothing to fold into, in two nodes, before a Relu.
// CHECK-LABEL: func @depthwise
// CHECK-COUNT-1: edge.conv %arg0, {{.*}}groups = 2 : i64, {{.*}}(tensor<1x4x4x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>)
// CHECK-COUNT-1: edge.map
// CHECK-NEXT: ^bb0(%{{.*}}: f32):
// CHECK-NOT: edge.map
func.func @depthwise(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %s = edge.constant dense<[1.0, 200.0]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.map %x, %s : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.mulf %e, %c : f32
    edge.yield %p : f32
  }
  %1 = edge.map %0, %s : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%e: f32, %c: f32):
    %p = arith.addf %e, %c : f32
    edge.yield %p : f32
  }
  %2 = edge.map %1 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  return %2 : tensor<1x4x4x2xf32>
}
