// RUN: edgecc-opt %s --edge-quantize --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// 100000 weights of 127 times 256 are more than 2^31: the scale doubles.

// CHECK-LABEL: func.func @many_weights
// CHECK: edge.constant {{.*}} -> tensor<1x100000x!quant.uniform<i8<-127:127>:f32:0, {2.000000e+00}>>
func.func @many_weights(%x: tensor<1x100000xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x1xf32> {
  %w = edge.constant dense<127.0> : tensor<1x100000xf32> -> tensor<1x100000xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  // DIAG: warning: {{.*}}'sum', channel 0: 100000 weights could overflow a 32-bit accumulator; they are rounded more coarsely
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 1.0e+8]]}
    : (tensor<1x100000xf32>, tensor<1x100000xf32>, tensor<1xf32>) -> tensor<1x1xf32> loc("sum")
  return %y : tensor<1x1xf32>
}

// -----

// Results far smaller than the accumulators: the shift would overflow.

// CHECK-LABEL: func.func @tiny_results
// CHECK: edge.fully_connected {{.*}} -> tensor<1x1xf32>
func.func @tiny_results(%x: tensor<1x4xf32> {edge.range = [0.0, 255.0]}) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[127.0, -127.0, 127.0, -127.0]]> : tensor<1x4xf32> -> tensor<1x4xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  // DIAG: remark: {{.*}}'cancel' stays in float: its results are so small against its weights that accumulators would overflow 32 bits
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 1.0e-6]]}
    : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x1xf32> loc("cancel")
  return %y : tensor<1x1xf32>
}
