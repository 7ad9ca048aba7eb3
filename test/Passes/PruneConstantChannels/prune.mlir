// RUN: edgecc-opt %s --edge-prune-constant-channels --split-input-file | FileCheck %s

!q = !quant.uniform<i8:f32, 5.000000e-01>
!relu = !quant.uniform<i8:f32, 5.000000e-01:-128>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// Channel 1 is 8 * 0.25 / 0.5 = 4 for every input; the next layer multiplies it
// with 3, which its bias takes up: 5 + 12.

// CHECK-LABEL: func.func @folds_into_the_next_bias
// CHECK: %[[W:.*]] = edge.constant dense<{{\[\[}}1, 2]]>
// CHECK: %[[H:.*]] = edge.fully_connected %arg0, %[[W]], {{.*}} -> tensor<1x1x
// CHECK: %[[V:.*]] = edge.constant dense<7>
// CHECK: %[[B:.*]] = edge.constant dense<17>
// CHECK: edge.fully_connected %[[H]], %[[V]], %[[B]]
func.func @folds_into_the_next_bias(%x: tensor<1x2x!q>) -> tensor<1x1x!q> {
  %w = edge.constant dense<[[1, 2], [0, 0]]> : tensor<2x2xi8> -> tensor<2x2x!w2>
  %b = edge.constant dense<[0, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!q>, tensor<2x2x!w2>, tensor<2x!b2>) -> tensor<1x2x!q>
  %v = edge.constant dense<[[7, 3]]> : tensor<1x2xi8> -> tensor<1x2x!w1>
  %c = edge.constant dense<5> : tensor<1xi32> -> tensor<1x!b1>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x2x!q>, tensor<1x2x!w1>, tensor<1x!b1>) -> tensor<1x1x!q>
  return %1 : tensor<1x1x!q>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// Channel 0 varies, but the next layer multiplies it with zero.

// CHECK-LABEL: func.func @not_needed
// CHECK: edge.constant dense<{{\[\[}}3, 4]]>
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x1x
func.func @not_needed(%x: tensor<1x2x!q>) -> tensor<1x1x!q> {
  %w = edge.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8> -> tensor<2x2x!w2>
  %b = edge.constant dense<[0, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!q>, tensor<2x2x!w2>, tensor<2x!b2>) -> tensor<1x2x!q>
  %v = edge.constant dense<[[0, 3]]> : tensor<1x2xi8> -> tensor<1x2x!w1>
  %c = edge.constant dense<5> : tensor<1xi32> -> tensor<1x!b1>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x2x!q>, tensor<1x2x!w1>, tensor<1x!b1>) -> tensor<1x1x!q>
  return %1 : tensor<1x1x!q>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01>
!relu = !quant.uniform<i8:f32, 5.000000e-01:-128>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// Whatever the input is, 255 * 4 is less than 3000: channel 0 is off, and stays
// off behind a depthwise convolution with padding, which it goes from as well.

// CHECK-LABEL: func.func @never_on
// CHECK: edge.conv %arg0, {{.*}} -> tensor<1x3x3x1x
// CHECK: edge.conv {{.*}}tensor<1x3x3x1x!quant.uniform<i8<-127{{.*}} -> tensor<1x3x3x1x
// CHECK: edge.conv {{.*}} -> tensor<1x3x3x1x
func.func @never_on(%x: tensor<1x3x3x1x!q>) -> tensor<1x3x3x1x!q> {
  %w = edge.constant dense<[[[[4]]], [[[5]]]]> : tensor<2x1x1x1xi8> -> tensor<2x1x1x1x!w2>
  %b = edge.constant dense<[-3000, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>, clamp_min = 0.0 : f32}
    : (tensor<1x3x3x1x!q>, tensor<2x1x1x1x!w2>, tensor<2x!b2>) -> tensor<1x3x3x2x!relu>
  %d = edge.constant dense<1> : tensor<2x3x3x1xi8> -> tensor<2x3x3x1x!w2>
  %e = edge.constant dense<[-4, 4]> : tensor<2xi32> -> tensor<2x!b2>
  %1 = edge.conv %0, %d, %e {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 2 : i64, clamp_min = 0.0 : f32}
    : (tensor<1x3x3x2x!relu>, tensor<2x3x3x1x!w2>, tensor<2x!b2>) -> tensor<1x3x3x2x!relu>
  %v = edge.constant dense<[[[[7, 3]]]]> : tensor<1x1x1x2xi8> -> tensor<1x1x1x2x!w1>
  %c = edge.constant dense<5> : tensor<1xi32> -> tensor<1x!b1>
  %2 = edge.conv %1, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x2x!relu>, tensor<1x1x1x2x!w1>, tensor<1x!b1>) -> tensor<1x3x3x1x!q>
  return %2 : tensor<1x3x3x1x!q>
}
