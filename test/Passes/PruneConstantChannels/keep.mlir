// RUN: edgecc-opt %s --edge-prune-constant-channels --split-input-file | FileCheck %s

!q = !quant.uniform<i8:f32, 5.000000e-01>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// Channel 1 is 4 everywhere, but the padding around it is 0.

// CHECK-LABEL: func.func @differs_from_padding
// CHECK: edge.conv %arg0, {{.*}} -> tensor<1x3x3x2x
func.func @differs_from_padding(%x: tensor<1x3x3x1x!q>) -> tensor<1x3x3x1x!q> {
  %w = edge.constant dense<[[[[4]]], [[[0]]]]> : tensor<2x1x1x1xi8> -> tensor<2x1x1x1x!w2>
  %b = edge.constant dense<[0, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x1x!q>, tensor<2x1x1x1x!w2>, tensor<2x!b2>) -> tensor<1x3x3x2x!q>
  %v = edge.constant dense<1> : tensor<1x3x3x2xi8> -> tensor<1x3x3x2x!w1>
  %c = edge.constant dense<5> : tensor<1xi32> -> tensor<1x!b1>
  %1 = edge.conv %0, %v, %c {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>}
    : (tensor<1x3x3x2x!q>, tensor<1x3x3x2x!w1>, tensor<1x!b1>) -> tensor<1x3x3x1x!q>
  return %1 : tensor<1x3x3x1x!q>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>

// A result of the function has all of its channels.

// CHECK-LABEL: func.func @returned
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x2x
func.func @returned(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %w = edge.constant dense<[[1, 2], [0, 0]]> : tensor<2x2xi8> -> tensor<2x2x!w2>
  %b = edge.constant dense<[0, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!q>, tensor<2x2x!w2>, tensor<2x!b2>) -> tensor<1x2x!q>
  return %0 : tensor<1x2x!q>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 5.000000e-01}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.500000e-01}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// One operand of the sum is constant in channel 1, the other is not: both stay.

// CHECK-LABEL: func.func @residual
// CHECK: edge.add {{.*}} -> tensor<1x2x
func.func @residual(%x: tensor<1x2x!q>) -> tensor<1x1x!q> {
  %w = edge.constant dense<[[1, 2], [0, 0]]> : tensor<2x2xi8> -> tensor<2x2x!w2>
  %b = edge.constant dense<[0, 8]> : tensor<2xi32> -> tensor<2x!b2>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!q>, tensor<2x2x!w2>, tensor<2x!b2>) -> tensor<1x2x!q>
  %s = edge.add %0, %x : (tensor<1x2x!q>, tensor<1x2x!q>) -> tensor<1x2x!q>
  %v = edge.constant dense<[[7, 3]]> : tensor<1x2xi8> -> tensor<1x2x!w1>
  %c = edge.constant dense<5> : tensor<1xi32> -> tensor<1x!b1>
  %1 = edge.fully_connected %s, %v, %c
    : (tensor<1x2x!q>, tensor<1x2x!w1>, tensor<1x!b1>) -> tensor<1x1x!q>
  return %1 : tensor<1x1x!q>
}

// -----

!q = !quant.uniform<i8:f32, 5.000000e-01>
!w2 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01, 4.000000e+00}>
!b2 = !quant.uniform<i32:f32:0, {2.500000e-01, 2.000000e+00}>
!w1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>
!b1 = !quant.uniform<i32:f32:0, {2.500000e-01}>

// The factor of channel 1 is 4, which makes channel 0 shift by 3.

// CHECK-LABEL: func.func @decides_the_shift
// CHECK: edge.fully_connected %arg0, {{.*}} -> tensor<1x2x
func.func @decides_the_shift(%x: tensor<1x2x!q>) -> tensor<1x1x!q> {
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
