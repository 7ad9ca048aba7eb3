// RUN: edgecc-opt --edge-split-groups=features=neon,aarch64 --split-input-file %s | FileCheck %s
// RUN: edgecc-opt --edge-split-groups=features=avx2,fma --split-input-file %s | FileCheck %s --check-prefix=WIDE
// RUN: edgecc-opt --edge-split-groups --split-input-file %s | FileCheck %s --check-prefix=PORTABLE

// Each half with its weights and biases. Vectors of eight take both at once. What has no kernel for one group stays.
// CHECK-LABEL: func @halves
// CHECK-DAG: [[W0:%.+]] = edge.constant dense<{{.*}}1.000000e+00, 2.000000e+00{{.*}}> : tensor<4x1x1x4xf32>
// CHECK-DAG: [[B0:%.+]] = edge.constant dense<[1.000000e-01, 2.000000e-01, 3.000000e-01, 4.000000e-01]>
// CHECK-DAG: [[X0:%.+]] = edge.slice %arg0 {sizes = array<i64: 1, 8, 8, 4>, starts = array<i64: 0, 0, 0, 0>
// CHECK: [[Y0:%.+]] = edge.conv [[X0]], [[W0]], [[B0]] {dilations{{.*}}1x8x8x4xf32>
// CHECK-DAG: [[W1:%.+]] = edge.constant dense<{{.*}}1.100000e+01, 1.200000e+01{{.*}}> : tensor<4x1x1x4xf32>
// CHECK-DAG: [[B1:%.+]] = edge.constant dense<[5.000000e-01, 6.000000e-01, 0.699999988, 8.000000e-01]>
// CHECK-DAG: [[X1:%.+]] = edge.slice %arg0 {sizes = array<i64: 1, 8, 8, 4>, starts = array<i64: 0, 0, 0, 4>
// CHECK: [[Y1:%.+]] = edge.conv [[X1]], [[W1]], [[B1]] {dilations{{.*}}1x8x8x4xf32>
// CHECK: [[Y:%.+]] = edge.concat [[Y0]], [[Y1]] {axis = 3 : i64}
// CHECK: return [[Y]]

// WIDE-LABEL: func @halves
// WIDE: edge.conv %arg0, {{.*}}tensor<8x1x1x8xf32>
// WIDE-NOT: edge.conv
// WIDE-LABEL: func @multiplier

// PORTABLE-LABEL: func @halves
// PORTABLE-NOT: edge.slice
// PORTABLE: groups = 2
func.func @halves(%x: tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %w = edge.constant dense<[[[[1.0, 2.0, 3.0, 4.0]]], [[[5.0, 6.0, 7.0, 8.0]]], [[[1.0, 1.0, 1.0, 1.0]]], [[[2.0, 2.0, 2.0, 2.0]]], [[[11.0, 12.0, 13.0, 14.0]]], [[[15.0, 16.0, 17.0, 18.0]]], [[[3.0, 3.0, 3.0, 3.0]]], [[[4.0, 4.0, 4.0, 4.0]]]]> : tensor<8x1x1x4xf32> -> tensor<8x1x1x4xf32>
  %b = edge.constant dense<[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]> : tensor<8xf32> -> tensor<8xf32>
  %y = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, groups = 2 : i64}
    : (tensor<1x8x8x8xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}

// -----

// Two outputs for each channel: the input has each of them twice.
// CHECK-LABEL: func @multiplier
// CHECK: [[I:%.+]] = edge.constant dense<[0, 0, 1, 1]> : tensor<4xi32> -> tensor<4xi32>
// CHECK: [[X:%.+]] = edge.gather %arg0, [[I]] {axis = 3 : i64}
// CHECK: edge.conv [[X]], {{.*}} groups = 4
func.func @multiplier(%x: tensor<1x8x8x2xf32>, %y: tensor<1x8x8x2xf32>) -> tensor<1x8x8x4xf32> {
  %w = edge.constant dense<1.0> : tensor<4x3x3x1xf32> -> tensor<4x3x3x1xf32>
  %b = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %r = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 2 : i64}
    : (tensor<1x8x8x2xf32>, tensor<4x3x3x1xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  return %r : tensor<1x8x8x4xf32>
}

// -----

// Depthwise, and where memory is short: both stay.
// CHECK-LABEL: func @stay
// CHECK-NOT: edge.slice
// CHECK: groups = 4
// CHECK: groups = 2
func.func @stay(%x: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  %w = edge.constant dense<1.0> : tensor<4x3x3x1xf32> -> tensor<4x3x3x1xf32>
  %v = edge.constant dense<1.0> : tensor<4x1x1x2xf32> -> tensor<4x1x1x2xf32>
  %b = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %y = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 4 : i64}
    : (tensor<1x8x8x4xf32>, tensor<4x3x3x1xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  %z = edge.conv %y, %v, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, groups = 2 : i64, kern.small}
    : (tensor<1x8x8x4xf32>, tensor<4x1x1x2xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  return %z : tensor<1x8x8x4xf32>
}

// -----

// More than 16 parts are merged two by two: 32 groups of two become 16 of four.
// CHECK-LABEL: func @many
// CHECK-COUNT-16: edge.conv %{{.*}}1x4x4x4xf32>, tensor<8x1x1x4xf32>
// CHECK-NOT: edge.conv
func.func @many(%x: tensor<1x4x4x64xf32>) -> tensor<1x4x4x128xf32> {
  %w = edge.constant dense<1.0> : tensor<128x1x1x2xf32> -> tensor<128x1x1x2xf32>
  %b = edge.constant dense<0.0> : tensor<128xf32> -> tensor<128xf32>
  %y = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, groups = 32 : i64}
    : (tensor<1x4x4x64xf32>, tensor<128x1x1x2xf32>, tensor<128xf32>) -> tensor<1x4x4x128xf32>
  return %y : tensor<1x4x4x128xf32>
}

// -----

// Zeros stand between an output and the inputs of the other group.
// CHECK-LABEL: func @zeros
// WIDE-LABEL: func @zeros
// WIDE: dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00, 0.000000e+00, 0.000000e+00]]], {{\[\[\[}}3.000000e+00, 4.000000e+00, 0.000000e+00, 0.000000e+00]]],
// WIDE-SAME: {{\[\[\[}}0.000000e+00, 0.000000e+00, 5.000000e+00, 6.000000e+00]]], {{\[\[\[}}0.000000e+00, 0.000000e+00, 7.000000e+00, 8.000000e+00]]]]> : tensor<4x1x1x4xf32>
// WIDE: edge.conv %arg0, {{.*}}tensor<4x1x1x4xf32>
func.func @zeros(%x: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  %w = edge.constant dense<[[[[1.0, 2.0]]], [[[3.0, 4.0]]], [[[5.0, 6.0]]], [[[7.0, 8.0]]]]> : tensor<4x1x1x2xf32> -> tensor<4x1x1x2xf32>
  %b = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %y = edge.conv %x, %w, %b {
      strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, groups = 2 : i64}
    : (tensor<1x8x8x4xf32>, tensor<4x1x1x2xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  return %y : tensor<1x8x8x4xf32>
}
