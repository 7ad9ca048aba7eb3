// RUN: edgecc-opt %s --edge-quantize="precision=s16x8" --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=DIAG --input-file=%t

// int16 activations, symmetric, of twice the range; int8 weights.

// CHECK-LABEL: func.func @layer
// CHECK-DAG: %[[W:.*]] = edge.constant {{.*}} : tensor<1x2xi8> -> tensor<1x2x!quant.uniform<i8<-127:127>:f32:0
// CHECK-DAG: %[[B:.*]] = edge.constant {{.*}} : tensor<1xi32>
// 2.0 * 2 / 32767, rounded up to a float.
// CHECK-DAG: %[[X:.*]] = edge.quantize %arg0 : (tensor<1x2xf32>) -> tensor<1x2x!quant.uniform<i16:f32, 1.2207{{.*}}>>
// CHECK: %[[Y:.*]] = edge.fully_connected %[[X]], %[[W]], %[[B]]
// CHECK-SAME: -> tensor<1x1x!quant.uniform<i16:f32, 2.4414{{.*}}>>
// CHECK: edge.dequantize %[[Y]]
func.func @layer(%x: tensor<1x2xf32> {edge.range = [-2.0, 1.0]}) -> tensor<1x1xf32> {
  %w = edge.constant dense<[[0.5, -0.25]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<1.0> : tensor<1xf32> -> tensor<1xf32>
  %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 4.0]]}
    : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// All that was seen counts, not what int8 would cover best.

// CHECK-LABEL: func.func @extent
// 8.0 * 2 / 32767.
// CHECK: edge.quantize %arg0 {{.*}} -> tensor<1x2x!quant.uniform<i16:f32, 4.8829{{.*}}>>
// CHECK-NOT: edge.extent
func.func @extent(%x: tensor<1x2xf32> {edge.range = [-2.0, 1.0], edge.extent = [-8.0, 1.0]}) -> tensor<1x2xf32> {
  %0 = edge.softmax %x {axis = 1, edge.ranges = [[0.0, 1.0]], edge.extents = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Where widths differ, a requantization stands between; what only moves takes the
// width of what it moves, and needs none.

// CHECK-LABEL: func.func @mixed
// CHECK: %[[X:.*]] = edge.quantize %arg0 {{.*}} -> tensor<1x2x!quant.uniform<i8:f32
// CHECK: %[[A:.*]] = edge.softmax %[[X]]
// CHECK-SAME: -> tensor<1x2x!quant.uniform<i8:f32, 3.90625{{.*}}:-128>>
// CHECK: %[[R:.*]] = edge.reshape %[[A]] : {{.*}} -> tensor<2x1x!quant.uniform<i8:f32, 3.90625{{.*}}:-128>>
// CHECK: %[[W:.*]] = edge.requantize %[[R]] : {{.*}} -> tensor<2x1x!quant.uniform<i16:f32
// CHECK: %[[S:.*]] = edge.softmax %[[W]]
// CHECK-SAME: -> tensor<2x1x!quant.uniform<i16:f32, 3.05{{.*}}>>
// CHECK: %[[T:.*]] = edge.transpose %[[S]] {{.*}}!quant.uniform<i16
// CHECK: %[[F:.*]] = edge.dequantize %[[T]]
// CHECK: edge.softmax %[[F]] {axis = 1 : i64} : (tensor<1x2xf32>)
func.func @mixed(%x: tensor<1x2xf32> {edge.range = [-2.0, 1.0]}) -> tensor<1x2xf32> {
  %0 = edge.softmax %x {axis = 1, edge.precision = "s8", edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = edge.reshape %0 {edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<2x1xf32>
  %2 = edge.softmax %1 {axis = 0, edge.ranges = [[0.0, 1.0]]} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %3 = edge.transpose %2 {perm = array<i64: 1, 0>, edge.precision = "s8", edge.ranges = [[0.0, 1.0]]} : (tensor<2x1xf32>) -> tensor<1x2xf32>
  %4 = edge.softmax %3 {axis = 1, edge.precision = "f32", edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %4 : tensor<1x2xf32>
}

// -----

// Concatenation of both widths is of int16.

// CHECK-LABEL: func.func @concat
// CHECK-DAG: %[[N:.*]] = edge.softmax %{{.*}} -> tensor<1x2x!quant.uniform<i8
// CHECK-DAG: %[[V:.*]] = edge.softmax %{{.*}} -> tensor<1x2x!quant.uniform<i16
// CHECK-DAG: %[[R:.*]] = edge.requantize %[[N]] : {{.*}} -> tensor<1x2x!quant.uniform<i16:f32, 3.05{{.*}}>>
// CHECK: edge.concat %[[R]], %[[V]]
func.func @concat(%x: tensor<1x2xf32> {edge.range = [-2.0, 1.0]}) -> tensor<1x4xf32> {
  %0 = edge.softmax %x {axis = 1, edge.precision = "s8", edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = edge.softmax %x {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = edge.concat %0, %1 {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// -----

// A function of one tensor is a table with straight lines between its entries.

// CHECK-LABEL: func.func @table
// CHECK: %[[T:.*]] = edge.constant {{.*}} : tensor<513xi16>
// CHECK: edge.table %{{.*}}, %[[T]]
// CHECK-SAME: -> tensor<1x2x!quant.uniform<i16:f32
func.func @table(%x: tensor<1x2xf32> {edge.range = [-8.0, 8.0]}) -> tensor<1x2xf32> {
  %0 = edge.map %x {edge.ranges = [[-1.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32):
    %t = math.tanh %e : f32
    edge.yield %t : f32
  }
  return %0 : tensor<1x2xf32>
}

// -----

// What jumps has no such form.

// CHECK-LABEL: func.func @rounded
// CHECK-NOT: edge.table
func.func @rounded(%x: tensor<1x2xf32> {edge.range = [-4.0, 4.0]}) -> tensor<1x2xf32> {
  // DIAG: remark: {{.*}}'round' stays in float: straight lines between the 513 values of its table would miss it by {{[0-9]+}} of 65536 steps
  %0 = edge.map %x {edge.ranges = [[-4.0, 4.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32> {
  ^bb0(%e: f32):
    %t = math.floor %e : f32
    edge.yield %t : f32
  } loc("round")
  %1 = edge.softmax %0 {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
