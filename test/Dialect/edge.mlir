// Every operation of the edge dialect prints and parses, in both forms.
// RUN: edgecc-opt %s | edgecc-opt | FileCheck %s
// RUN: edgecc-opt %s -mlir-print-op-generic | edgecc-opt | FileCheck %s

!q = !quant.uniform<i8:f32, 5.000000e-01:3>

// CHECK-LABEL: func.func @constants
func.func @constants() {
  // CHECK: edge.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.constant dense<[1.0, -2.0]> : tensor<2xf32> -> tensor<2xf32>
  // CHECK: edge.constant dense<{{\[\[}}3, -4]]> : tensor<1x2xi8> -> tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>>
  %1 = edge.constant dense<[[3, -4]]> : tensor<1x2xi8> -> tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {0.5}>>
  // CHECK: edge.constant dense_resource<values> : tensor<2xf32> -> tensor<2xf32>
  %2 = edge.constant dense_resource<values> : tensor<2xf32> -> tensor<2xf32>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<1x4xf32>, %c: tensor<4xf32>, %a: tensor<1x4x!q>, %b: tensor<4x!q>,
                       %t: tensor<256xi8>) {
  // CHECK: %[[M:.*]] = edge.map %{{.*}}, %{{.*}} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xi1> {
  // CHECK-NEXT: ^bb0(%[[E:.*]]: f32, %[[F:.*]]: f32):
  // CHECK-NEXT: %[[L:.*]] = arith.cmpf olt, %[[E]], %[[F]] : f32
  // CHECK-NEXT: edge.yield %[[L]] : i1
  %0 = edge.map %x, %c : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xi1> {
  ^bb0(%e: f32, %f: f32):
    %less = arith.cmpf olt, %e, %f : f32
    edge.yield %less : i1
  }
  // CHECK: edge.add %{{.*}}, %{{.*}} {clamp_max = 6.000000e+00 : f32, clamp_min = 0.000000e+00 : f32} :
  // CHECK-SAME: (tensor<1x4x!quant.uniform<i8:f32, 5.000000e-01:3>>, tensor<4x!quant.uniform<i8:f32, 5.000000e-01:3>>)
  // CHECK-SAME: -> tensor<1x4x!quant.uniform<i8:f32, 2.500000e-01>>
  %1 = edge.add %a, %b {clamp_min = 0.0 : f32, clamp_max = 6.0 : f32}
    : (tensor<1x4x!q>, tensor<4x!q>) -> tensor<1x4x!quant.uniform<i8:f32, 0.25>>
  // CHECK: edge.mul
  %2 = edge.mul %a, %b : (tensor<1x4x!q>, tensor<4x!q>) -> tensor<1x4x!q>
  // CHECK: edge.table %{{.*}}, %{{.*}} : ({{.*}}, tensor<256xi8>) ->
  %3 = edge.table %a, %t : (tensor<1x4x!q>, tensor<256xi8>) -> tensor<1x4x!q>
  return
}

// CHECK-LABEL: func.func @weighted
func.func @weighted(%x: tensor<1x8x8x4xf32>, %f: tensor<6x3x3x2xf32>, %b: tensor<6xf32>, %m: tensor<2x3x4xf32>,
                    %n: tensor<4x5xf32>, %w: tensor<6x4xf32>) {
  // CHECK: edge.conv %{{.*}}, %{{.*}}, %{{.*}} {clamp_min = 0.000000e+00 : f32, dilations = array<i64: 2, 1>,
  // CHECK-SAME: groups = 2 : i64, pads = array<i64: 0, 1, 2, 3>, strides = array<i64: 2, 3>}
  // CHECK-SAME: -> tensor<1x3x4x6xf32>
  %0 = edge.conv %x, %f, %b {strides = array<i64: 2, 3>, pads = array<i64: 0, 1, 2, 3>,
                             dilations = array<i64: 2, 1>, groups = 2, clamp_min = 0.0 : f32}
    : (tensor<1x8x8x4xf32>, tensor<6x3x3x2xf32>, tensor<6xf32>) -> tensor<1x3x4x6xf32>
  // CHECK: edge.fully_connected %{{.*}} -> tensor<2x3x6xf32>
  %1 = edge.fully_connected %m, %w, %b : (tensor<2x3x4xf32>, tensor<6x4xf32>, tensor<6xf32>) -> tensor<2x3x6xf32>
  // CHECK: edge.matmul %{{.*}} -> tensor<2x3x5xf32>
  %2 = edge.matmul %m, %n : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return
}

// CHECK-LABEL: func.func @weighted_integers
func.func @weighted_integers(%x: tensor<1x2x!q>, %w: tensor<3x2x!quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2, 0.3}>>,
                             %b: tensor<3x!quant.uniform<i32:f32:0, {0.05, 0.1, 0.15}>>) {
  // CHECK: edge.fully_connected
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x2x!q>, tensor<3x2x!quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2, 0.3}>>,
       tensor<3x!quant.uniform<i32:f32:0, {0.05, 0.1, 0.15}>>) -> tensor<1x3x!q>
  return
}

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<1x5x5x3xf32>) {
  // CHECK: edge.max_pool %{{.*}} {ceil_mode = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>,
  // CHECK-SAME: -> tensor<1x3x3x3xf32>
  %0 = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>,
                         dilations = array<i64: 1, 1>, ceil_mode = true}
    : (tensor<1x5x5x3xf32>) -> tensor<1x3x3x3xf32>
  // CHECK: edge.avg_pool %{{.*}} {count_include_pad = true,
  // CHECK-SAME: -> tensor<1x6x6x3xf32>
  %1 = edge.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
                         dilations = array<i64: 1, 1>, count_include_pad = true}
    : (tensor<1x5x5x3xf32>) -> tensor<1x6x6x3xf32>
  // CHECK: edge.softmax %{{.*}} {axis = 3 : i64}
  %2 = edge.softmax %x {axis = 3} : (tensor<1x5x5x3xf32>) -> tensor<1x5x5x3xf32>
  // CHECK: edge.softmax %{{.*}} {axis = 1 : i64, log}
  %4 = edge.softmax %x {axis = 1, log} : (tensor<1x5x5x3xf32>) -> tensor<1x5x5x3xf32>
  %scale = edge.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> -> tensor<3xf32>
  // CHECK: edge.layer_norm %{{.*}} scale(%{{.*}}) bias(%{{.*}}) {axes = array<i64: 3>, epsilon = 9.99999974E-6 : f32, rms}
  %5 = edge.layer_norm %x scale(%scale) bias(%scale) {axes = array<i64: 3>, epsilon = 1.0e-5 : f32, rms}
    : (tensor<1x5x5x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x5x5x3xf32>
  // CHECK: edge.reduce %{{.*}} {axes = array<i64: 1, 3>, kind = 2 : i32}
  %3 = edge.reduce %x {kind = 2 : i32, axes = array<i64: 1, 3>} : (tensor<1x5x5x3xf32>) -> tensor<1x1x5x1xf32>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<2x3x4xf32>, %i: tensor<5xi64>) {
  // CHECK: edge.transpose %{{.*}} {perm = array<i64: 2, 0, 1>}
  %0 = edge.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  // CHECK: edge.reshape
  %1 = edge.reshape %x : (tensor<2x3x4xf32>) -> tensor<24xf32>
  // CHECK: edge.pad %{{.*}} {high = array<i64: 0, 2, -1>, low = array<i64: 1, 0, 0>, value = -1.000000e+00 : f64}
  %2 = edge.pad %x {low = array<i64: 1, 0, 0>, high = array<i64: 0, 2, -1>, value = -1.0 : f64}
    : (tensor<2x3x4xf32>) -> tensor<3x5x3xf32>
  // CHECK: edge.concat %{{.*}}, %{{.*}} {axis = 1 : i64}
  %3 = edge.concat %x, %x {axis = 1} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x6x4xf32>
  // CHECK: edge.slice %{{.*}} {sizes = array<i64: 2, 2, 4>, starts = array<i64: 0, 0, 3>, steps = array<i64: 1, 2, -1>}
  %4 = edge.slice %x {starts = array<i64: 0, 0, 3>, sizes = array<i64: 2, 2, 4>, steps = array<i64: 1, 2, -1>}
    : (tensor<2x3x4xf32>) -> tensor<2x2x4xf32>
  // CHECK: edge.gather %{{.*}}, %{{.*}} {axis = 1 : i64}
  %5 = edge.gather %x, %i {axis = 1} : (tensor<2x3x4xf32>, tensor<5xi64>) -> tensor<2x5x4xf32>
  return
}

// CHECK-LABEL: func.func @casts
func.func @casts(%x: tensor<2xf32>) {
  // CHECK: edge.quantize
  %0 = edge.quantize %x : (tensor<2xf32>) -> tensor<2x!q>
  // CHECK: edge.requantize
  %1 = edge.requantize %0 : (tensor<2x!q>) -> tensor<2x!quant.uniform<i8:f32, 0.25>>
  // CHECK: edge.dequantize
  %2 = edge.dequantize %1 : (tensor<2x!quant.uniform<i8:f32, 0.25>>) -> tensor<2xf32>
  return
}

// CHECK-LABEL: func.func @recurrent
func.func @recurrent(%x: tensor<5x2x3xf32>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>, %b: tensor<1x32xf32>,
                     %h: tensor<1x2x4xf32>, %n: tensor<2xi32>, %p: tensor<1x12xf32>) {
  // CHECK: %{{.*}}, %{{.*}}, %{{.*}} = edge.lstm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} lengths(%{{.*}}) peephole(
  // CHECK-SAME: -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  %y, %last, %cell = edge.lstm %x, %w, %r, %b, %h, %h lengths(%n) peephole(%p) {
      direction = 1 : i32, activations = ["Sigmoid", "Tanh", "Tanh"], activation_alpha = array<f32: 0.0, 0.0, 0.0>,
      activation_beta = array<f32: 0.0, 0.0, 0.0>, clip = 3.0 : f32, input_forget = true}
    : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, tensor<1x32xf32>, tensor<1x2x4xf32>,
       tensor<1x2x4xf32>, tensor<2xi32>, tensor<1x12xf32>)
    -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// CHECK-LABEL: func.func @recurrent_without_cell
func.func @recurrent_without_cell(%x: tensor<5x2x3xf32>, %wg: tensor<1x12x3xf32>, %rg: tensor<1x12x4xf32>,
                                  %bg: tensor<1x24xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>,
                                  %b: tensor<1x8xf32>, %h: tensor<1x2x4xf32>, %n: tensor<2xi32>) {
  // CHECK: edge.gru {{.*}}linear_before_reset = true
  %y, %last = edge.gru %x, %wg, %rg, %bg, %h {
      direction = 0 : i32, activations = ["Sigmoid", "Tanh"], activation_alpha = array<f32: 0.0, 0.0>,
      activation_beta = array<f32: 0.0, 0.0>, linear_before_reset = true}
    : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>, tensor<1x24xf32>, tensor<1x2x4xf32>)
    -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  // CHECK: edge.rnn {{.*}} lengths(%{{.*}})
  %z, %end = edge.rnn %x, %w, %r, %b, %h lengths(%n) {
      direction = 0 : i32, activations = ["Relu"], activation_alpha = array<f32: 0.0>,
      activation_beta = array<f32: 0.0>}
    : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x8xf32>, tensor<1x2x4xf32>, tensor<2xi32>)
    -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

{-#
  dialect_resources: {
    builtin: {
      values: "0x040000000000803F00000040"
    }
  }
#-}
