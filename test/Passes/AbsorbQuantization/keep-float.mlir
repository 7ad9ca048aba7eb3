// RUN: edgecc-opt %s --edge-absorb-quantization --split-input-file --verify-diagnostics | FileCheck %s

// Weights of 9 bits, as asymmetric ones are, have no int8 form.

// CHECK-LABEL: func.func @asymmetric
// CHECK: edge.fully_connected {{.*}} -> tensor<1x1xf32>
func.func @asymmetric(%q: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x1x!quant.uniform<i8:f32, 0.25>> {
  %w = edge.constant dense<[[200.0, 1.0]]> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %x = edge.dequantize %q : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2xf32>
  // expected-remark @below {{stays in float: the weights of channel 0 are not integers from -127 to 127 times a scale (symmetric int8)}}
  %y = edge.fully_connected %x, %w, %b : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %r = edge.quantize %y : (tensor<1x1xf32>) -> tensor<1x1x!quant.uniform<i8:f32, 0.25>>
  return %r : tensor<1x1x!quant.uniform<i8:f32, 0.25>>
}

// -----

// The last layer often has no conversion after it.

// CHECK-LABEL: func.func @no_result_type
// CHECK: edge.fully_connected {{.*}} -> tensor<1x1xf32>
func.func @no_result_type(%q: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> (tensor<1x1xf32>, tensor<1x1x!quant.uniform<i8:f32, 0.25>>) {
  %w = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %x = edge.dequantize %q : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2xf32>
  // expected-remark @below {{stays in float: the model does not quantize its result, or uses it in float as well}}
  %y = edge.fully_connected %x, %w, %b : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %r = edge.quantize %y : (tensor<1x1xf32>) -> tensor<1x1x!quant.uniform<i8:f32, 0.25>>
  return %y, %r : tensor<1x1xf32>, tensor<1x1x!quant.uniform<i8:f32, 0.25>>
}

// -----

// A float model is no business of this pass.

// CHECK-LABEL: func.func @float
// CHECK: edge.fully_connected {{.*}} -> tensor<1x1xf32>
func.func @float(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = edge.constant dense<1.0> : tensor<1x2xf32> -> tensor<1x2xf32>
  %b = edge.constant dense<0.0> : tensor<1xf32> -> tensor<1xf32>
  %y = edge.fully_connected %x, %w, %b : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
