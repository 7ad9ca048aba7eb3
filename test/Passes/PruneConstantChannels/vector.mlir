// RUN: edgecc-opt %s --edge-prune-constant-channels=vector=4 | FileCheck %s
// RUN: edgecc-opt %s --edge-prune-constant-channels | FileCheck %s --check-prefix=ALL
// RUN: not edgecc-opt %s --edge-prune-constant-channels=vector=0 2>&1 | FileCheck %s --check-prefix=WRONG

// WRONG: vector must be at least 1

// One of four is constant: vectors of four are full with it.

// CHECK-LABEL: func.func @fills_up
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x4xf32>
// ALL-LABEL: func.func @fills_up
// ALL: edge.fully_connected %arg0, {{.*}} -> tensor<1x3xf32>
func.func @fills_up(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0], [0.0], [2.0], [3.0]]> : tensor<4x1xf32> -> tensor<4x1xf32>
  %b = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x1xf32>, tensor<4x1xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %v = edge.constant dense<1.0> : tensor<1x4xf32> -> tensor<1x4xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// Of six channels two are constant: four fill a vector without them.

// CHECK-LABEL: func.func @is_full
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x4xf32>
func.func @is_full(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0], [0.0], [2.0], [3.0], [4.0], [0.0]]> : tensor<6x1xf32> -> tensor<6x1xf32>
  %b = edge.constant dense<0.0> : tensor<6xf32> -> tensor<6xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x1xf32>, tensor<6x1xf32>, tensor<6xf32>) -> tensor<1x6xf32>
  %v = edge.constant dense<1.0> : tensor<1x6xf32> -> tensor<1x6xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// Two of four are too many to keep.

// CHECK-LABEL: func.func @too_many
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x2xf32>
func.func @too_many(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[1.0], [0.0], [0.0], [3.0]]> : tensor<4x1xf32> -> tensor<4x1xf32>
  %b = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x1xf32>, tensor<4x1xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %v = edge.constant dense<1.0> : tensor<1x4xf32> -> tensor<1x4xf32>
  %c = edge.constant dense<5.0> : tensor<1xf32> -> tensor<1xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
