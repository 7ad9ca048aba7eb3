// RUN: edgecc-opt %s --edge-quantize="precision=f32" --split-input-file | FileCheck %s
// RUN: not edgecc-opt %s --edge-quantize="precision=int8" 2>&1 | FileCheck %s --check-prefix=OPTION

// OPTION: Cannot find option named 'int8'

// What no operation asks for is what the option says; a request of its own counts
// more. Requests are gone afterwards.

// CHECK-LABEL: func.func @one_layer
// CHECK: %[[F:.*]] = edge.softmax %arg0 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
// CHECK: %[[Q:.*]] = edge.quantize %[[F]]
// CHECK: %[[S:.*]] = edge.softmax %[[Q]] {axis = 1 : i64} :
// CHECK: %[[D:.*]] = edge.dequantize %[[S]]
// CHECK: return %[[D]]
func.func @one_layer(%a: tensor<1x2xf32> {edge.range = [-1.0, 1.0]}) -> tensor<1x2xf32> {
  %0 = edge.softmax %a {axis = 1, edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = edge.softmax %0 {axis = 1, edge.precision = "s8", edge.ranges = [[0.0, 1.0]]} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
