// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma,avx512vnni' | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=avx2,fma' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon' | FileCheck %s --check-prefixes=CHECK,NEON
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern='features=neon,dotprod' | FileCheck %s --check-prefixes=CHECK,DOT
// RUN: edgecc-opt %s -split-input-file -convert-edge-to-kern | FileCheck %s --check-prefix=PORTABLE

!x = !quant.uniform<i8:f32, 0.02:-7>
!w = !quant.uniform<i8:f32, 0.01>
!b = !quant.uniform<i32:f32, 0.0002>
!h = !quant.uniform<i16:f32, 0.0001>

// Gates in whole vectors: of 16, 8, 8 and 4 units. No argument has to be
// limited, and all functions are vectors.
// CHECK-LABEL: func.func @run
// VNNI: kern.get_data @w_edge_gru_bias : memref<96xi32>
// AVX2: kern.get_data @w_edge_gru_bias : memref<48xi32>
// DOT: kern.get_data @w_edge_gru_bias : memref<24xi32>
// VNNI: kern.call "gru_s16_simd" from "avx512_vectors.h avx512_state_vectors.h recurrent_s16_simd.h"<["StateVnni", "S8Vnni", #kern.shape<[5, 1, 3]>, 4, "Direction::Forward", false, true, false, true, "Activation::Sigmoid", "Activation::Tanh"]>
// AVX2: kern.call "gru_s16_simd" from "avx2_vectors.h avx2_state_vectors.h recurrent_s16_simd.h"<["StateAvx2", "S8Avx2", #kern.shape<[5, 1, 3]>, 4,
// NEON: kern.call "gru_s16_simd" from "neon_s8_vectors.h neon_state_vectors.h recurrent_s16_simd.h"<["StateNeon", "S8NeonMlal",
// DOT: kern.call "gru_s16_simd" from "neon_s8_vectors.h neon_state_vectors.h recurrent_s16_simd.h"<["StateNeonDot", "S8NeonDot",
// PORTABLE: kern.call "gru_s16" from "recurrent_s16.h"
func.func @main(%x: tensor<5x1x3x!x> {edge.name = "x"}, %h: tensor<1x1x4x!h> {edge.name = "h"}) -> (tensor<1x1x4x!h> {edge.name = "last"}) {
  %w = edge.constant dense<1> : tensor<1x12x3xi8> -> tensor<1x12x3x!w>
  %r = edge.constant dense<2> : tensor<1x12x4xi8> -> tensor<1x12x4x!w>
  %b = edge.constant dense<3> : tensor<1x24xi32> -> tensor<1x24x!b>
  %y, %last = edge.gru %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["Sigmoid", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>, activation_beta = array<f32: 0.0, 0.0>, linear_before_reset = true}
    : (tensor<5x1x3x!x>, tensor<1x12x3x!w>, tensor<1x12x4x!w>, tensor<1x24x!b>, tensor<1x1x4x!h>) -> (tensor<5x1x1x4x!h>, tensor<1x1x4x!h>)
  return %last : tensor<1x1x4x!h>
}

// -----

// Weights of -128 need products that do not add two of them up in 16 bits.
// Functions without a vector form leave the products vectors. Inputs of such a
// range may give arguments that are limited.
!x = !quant.uniform<i8:f32, 2000.0:-7>
!w = !quant.uniform<i8:f32, 0.1>
!b = !quant.uniform<i32:f32, 200.0>
!h = !quant.uniform<i16:f32, 0.0001>

// CHECK-LABEL: func.func @run
// CHECK: kern.call "rnn_s16_simd"
// NEON-SAME: "StateNeon", "S8NeonMull"
// CHECK-SAME: "Direction::Forward", false, false, true, "Activation::HardSigmoid"
func.func @main(%x: tensor<5x1x3x!x> {edge.name = "x"}, %h: tensor<1x1x4x!h> {edge.name = "h"}) -> (tensor<1x1x4x!h> {edge.name = "last"}) {
  %w = edge.constant dense<-128> : tensor<1x4x3xi8> -> tensor<1x4x3x!w>
  %r = edge.constant dense<2> : tensor<1x4x4xi8> -> tensor<1x4x4x!w>
  %b = edge.constant dense<3> : tensor<1x8xi32> -> tensor<1x8x!b>
  %y, %last = edge.rnn %x, %w, %r, %b, %h {direction = 0 : i32, activations = ["HardSigmoid"], activation_alpha = array<f32: 0.2>, activation_beta = array<f32: 0.5>}
    : (tensor<5x1x3x!x>, tensor<1x4x3x!w>, tensor<1x4x4x!w>, tensor<1x8x!b>, tensor<1x1x4x!h>) -> (tensor<5x1x1x4x!h>, tensor<1x1x4x!h>)
  return %last : tensor<1x1x4x!h>
}
