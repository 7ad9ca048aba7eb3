// What the verifiers of the edge dialect refuse, and how they say it.
// RUN: edgecc-opt %s -split-input-file -verify-diagnostics

func.func @constant_type() {
  // expected-error @+1 {{value has type 'tensor<2xf32>', which is not the storage of 'tensor<3xf32>'}}
  %0 = edge.constant dense<1.0> : tensor<2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @constant_storage() {
  // expected-error @+1 {{which is not the storage of}}
  %0 = edge.constant dense<1.0> : tensor<2xf32> -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @constant_no_data() {
  // expected-error @+1 {{needs 8 bytes of data, its resource has 0}}
  %0 = edge.constant dense_resource<absent> : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @dynamic(%x: tensor<?xf32>) {
  // expected-error @+1 {{must be statically shaped tensor}}
  %0 = edge.reshape %x : (tensor<?xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @map_shape(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{operand 1 of type 'tensor<3xf32>' does not broadcast with the operands before}}
  %0 = edge.map %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%e: f32, %f: f32):
    edge.yield %e : f32
  }
  return
}

// -----

func.func @map_result(%x: tensor<2xf32>) {
  // expected-error @+1 {{result has type 'tensor<3xf32>', but its operands give the shape 'tensor<2xf32>'}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<3xf32> {
  ^bb0(%e: f32):
    edge.yield %e : f32
  }
  return
}

// -----

func.func @map_element(%x: tensor<2xf32>) {
  // expected-error @+1 {{result has elements of type 'i1', expected 'f32'}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<2xi1> {
  ^bb0(%e: f32):
    edge.yield %e : f32
  }
  return
}

// -----

func.func @map_arguments(%x: tensor<2xf32>) {
  // expected-error @+1 {{body takes 2 elements, but there are 1 operands}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32, %f: f32):
    edge.yield %e : f32
  }
  return
}

// -----

func.func @map_argument_type(%x: tensor<2xf32>) {
  // expected-error @+1 {{body takes an element of type 'i32' for an operand of 'tensor<2xf32>'}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<2xi32> {
  ^bb0(%e: i32):
    edge.yield %e : i32
  }
  return
}

// -----

func.func @map_quantized(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{does not take quantized operands}}
  %0 = edge.map %x : (tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2xi8> {
  ^bb0(%e: i8):
    edge.yield %e : i8
  }
  return
}

// -----

func.func private @map_region_op_callee(f32) -> f32
func.func @map_region_op(%x: tensor<2xf32>) {
  // expected-error @+1 {{body may hold scalar arith and math only}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32):
    // expected-note @+1 {{found func.call}}
    %f = func.call @map_region_op_callee(%e) : (f32) -> f32
    edge.yield %f : f32
  }
  return
}

// -----

func.func @map_isolated(%x: tensor<2xf32>, %s: f32) {
  // expected-note @+1 {{required by region isolation constraints}}
  %0 = edge.map %x : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%e: f32):
    // expected-error @+1 {{using value defined outside the region}}
    %f = arith.addf %e, %s : f32
    edge.yield %f : f32
  }
  return
}

// -----

func.func @map_terminator(%x: tensor<2xf32>) {
  %0 = "edge.map"(%x) ({
  ^bb0(%e: f32):
    // expected-error @+1 {{expects parent op 'func.func'}}
    "func.return"() : () -> ()
  }) : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @map_empty_yield(%x: tensor<2xf32>) {
  %0 = "edge.map"(%x) ({
  ^bb0(%e: f32):
    // expected-error @+1 {{requires a single operand}}
    "edge.yield"() : () -> ()
  }) : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @yield_parent(%x: f32) {
  // expected-error @+1 {{expects parent op 'edge.map'}}
  "edge.yield"(%x) : (f32) -> ()
  return
}

// -----

func.func @add_float(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs operands and result quantized per tensor}}
  %0 = edge.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @add_shape(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>, %y: tensor<3x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{does not broadcast}}
  %0 = edge.add %x, %y : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<3x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @mul_float(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs operands and result quantized per tensor}}
  %0 = edge.mul %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @mul_shape(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>, %y: tensor<3x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{does not broadcast}}
  %0 = edge.mul %x, %y : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<3x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @table_float(%x: tensor<2xf32>, %t: tensor<256xi8>) {
  // expected-error @+1 {{needs input and result quantized per tensor}}
  %0 = edge.table %x, %t : (tensor<2xf32>, tensor<256xi8>) -> tensor<2xf32>
  return
}

// -----

func.func @table_size(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>, %t: tensor<255xi8>) {
  // expected-error @+1 {{needs a table of type 'tensor<256xi8>'}}
  %0 = edge.table %x, %t : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<255xi8>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @conv_rank(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{need the same rank, at least 3}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_channels(%x: tensor<1x8x8x4xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{with 1 groups does not fit 4 input channels}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x4xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_groups(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{with 9223372036854775807 groups does not fit 3 input channels}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 9223372036854775807}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_no_groups(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{with 0 groups does not fit}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 0}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_bias(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{expected 2 elements}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<3xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_strides(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{needs 2 strides, 2 dilations and 4 pads, found 1, 2 and 4}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_stride_zero(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{kernel, strides and dilations have to be positive}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 0, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_negative_pad(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{pads must not be negative}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, -1, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_dilation(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{none may exceed 31 bits}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 9223372036854775807, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_window(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{window of 9 does not fit into spatial axis 0 of size 8 with padding 0 and 0}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 4, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_result(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{but its operands give the shape 'tensor<1x6x6x2xf32>'}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x5x2xf32>
  return
}

// -----

func.func @conv_mixed(%x: tensor<1x8x8x3xf32>, %f: tensor<2x3x3x3xf16>, %b: tensor<2xf32>) {
  // expected-error @+1 {{mixes element types}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3xf32>, tensor<2x3x3x3xf16>, tensor<2xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_partly_quantized(%x: tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, %f: tensor<2x3x3x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{has a quantized input, so that weights, bias and result have to be quantized}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x3x3x3xf32>, tensor<2xf32>) -> tensor<1x6x6x2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @conv_axis(%x: tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, %f: tensor<2x3x3x3x!quant.uniform<i8:f32:3, {0.1, 0.2, 0.3}>>, %b: tensor<2x!quant.uniform<i32:f32:0, {0.1, 0.2}>>) {
  // expected-error @+1 {{weights have to be quantized along axis 0 with zero points of 0}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x3x3x3x!quant.uniform<i8:f32:3, {0.1, 0.2, 0.3}>>, tensor<2x!quant.uniform<i32:f32:0, {0.1, 0.2}>>) -> tensor<1x6x6x2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @conv_bias_storage(%x: tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, %f: tensor<2x3x3x3x!quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2}>>, %b: tensor<2x!quant.uniform<i8:f32:0, {0.1, 0.2}>>) {
  // expected-error @+1 {{bias has to be stored in i32}}
  %0 = edge.conv %x, %f, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1}
    : (tensor<1x8x8x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x3x3x3x!quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2}>>, tensor<2x!quant.uniform<i8:f32:0, {0.1, 0.2}>>) -> tensor<1x6x6x2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @fc_weights(%x: tensor<1x5xf32>, %w: tensor<2x4xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{do not fit the input 'tensor<1x5xf32>': expected [outputs, 5]}}
  %0 = edge.fully_connected %x, %w, %b : (tensor<1x5xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @fc_scalar(%x: tensor<f32>, %w: tensor<2x4xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{do not fit the input 'tensor<f32>'}}
  %0 = edge.fully_connected %x, %w, %b : (tensor<f32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @fc_bias(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<1xf32>) {
  // expected-error @+1 {{expected 2 elements}}
  %0 = edge.fully_connected %x, %w, %b : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<1xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @fc_mixed(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<2xf16>) {
  // expected-error @+1 {{mixes element types}}
  %0 = edge.fully_connected %x, %w, %b : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf16>) -> tensor<1x2xf32>
  return
}

// -----

func.func @matmul_inner(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+1 {{cannot multiply}}
  %0 = edge.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @matmul_vector(%a: tensor<3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+1 {{cannot multiply}}
  %0 = edge.matmul %a, %b : (tensor<3xf32>, tensor<3x5xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @matmul_batch(%a: tensor<2x2x3xf32>, %b: tensor<3x3x5xf32>) {
  // expected-error @+1 {{do not broadcast}}
  %0 = edge.matmul %a, %b : (tensor<2x2x3xf32>, tensor<3x3x5xf32>) -> tensor<3x2x5xf32>
  return
}

// -----

func.func @matmul_widths(%a: tensor<2x3x!quant.uniform<i16:f32, 0.5>>, %b: tensor<3x5x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{has operands and results stored in different types}}
  %0 = edge.matmul %a, %b : (tensor<2x3x!quant.uniform<i16:f32, 0.5>>, tensor<3x5x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x5x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @resample_widths(%x: tensor<2x!quant.uniform<i16:f32, 0.5>>, %w: tensor<1x2x!quant.uniform<i16:f32, 0.5>>) {
  // expected-error @+1 {{has operands and results stored in different types}}
  %0 = edge.resample %x, %w {axis = 0, indices = array<i32: 0, 1>}
    : (tensor<2x!quant.uniform<i16:f32, 0.5>>, tensor<1x2x!quant.uniform<i16:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @max_pool_rank(%x: tensor<1x4x3xf32>) {
  // expected-error @+1 {{a window of 2 axes needs an input of rank 4}}
  %0 = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @max_pool_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{a window of 2 axes needs an input of rank 4}}
  %0 = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<f32>) -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @max_pool_kernel(%x: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{have to be positive}}
  %0 = edge.max_pool %x {kernel = array<i64: 0, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @max_pool_types(%x: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{input and result need the same element type}}
  %0 = edge.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf16>
  return
}

// -----

func.func @avg_pool_pads(%x: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{and 4 pads, found 2, 2 and 3}}
  %0 = edge.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @avg_pool_types(%x: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{both float or both quantized}}
  %0 = edge.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @softmax_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis 2 is not in 0..1}}
  %0 = edge.softmax %x {axis = 2} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @softmax_negative_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{is not in 0..1}}
  %0 = edge.softmax %x {axis = -1} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @softmax_scale(%x: tensor<1x4x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{has to have scale 1/256 and zero point -128}}
  %0 = edge.softmax %x {axis = 1} : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @log_softmax_integer(%x: tensor<1x4x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{with 'log' has no integer form}}
  %0 = edge.softmax %x {axis = 1, log} : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.00390625:-128>>
  return
}

// -----

func.func @layer_norm_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis 2 is not in 0..1}}
  %0 = edge.layer_norm %x {axes = array<i64: 2>, epsilon = 0.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @layer_norm_axis_twice(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{or occurs twice}}
  %0 = edge.layer_norm %x {axes = array<i64: 1, 1>, epsilon = 0.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @layer_norm_no_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs at least one axis}}
  %0 = edge.layer_norm %x {axes = array<i64>, epsilon = 0.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @layer_norm_epsilon(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{epsilon has to be finite and not negative}}
  %0 = edge.layer_norm %x {axes = array<i64: 1>, epsilon = -1.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @layer_norm_bias_alone(%x: tensor<1x4xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{has a bias, hence needs a scale}}
  %0 = edge.layer_norm %x bias(%b) {axes = array<i64: 1>, epsilon = 0.0 : f32} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @layer_norm_scale(%x: tensor<1x4xf32>, %s: tensor<1xf32>) {
  // expected-error @+1 {{need one value per position of the last axis, 4}}
  %0 = edge.layer_norm %x scale(%s) {axes = array<i64: 1>, epsilon = 0.0 : f32} : (tensor<1x4xf32>, tensor<1xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @reduce_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis 2 is not in 0..1}}
  %0 = edge.reduce %x {kind = 0 : i32, axes = array<i64: 2>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @reduce_kind(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{how a reduction combines}}
  %0 = edge.reduce %x {kind = 9 : i32, axes = array<i64: 1>} : (tensor<1x4xf32>) -> tensor<1x1xf32>
  return
}

// -----

func.func @reduce_types(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{both float or both quantized}}
  %0 = edge.reduce %x {kind = 0 : i32, axes = array<i64: 1>} : (tensor<1x4xf32>) -> tensor<1x1x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @transpose_perm(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{perm is not a permutation of the 2 axes}}
  %0 = edge.transpose %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @transpose_elements(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{result has elements of type 'i32', but an operand has type 'tensor<2x3xf32>'}}
  %0 = edge.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xi32>
  return
}

// -----

func.func @reshape_count(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{changes the number of elements: 'tensor<2x3xf32>' to 'tensor<5xf32>'}}
  %0 = edge.reshape %x : (tensor<2x3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @pad_count(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{needs 2 low and high pads, found 1 and 2}}
  %0 = edge.pad %x {low = array<i64: 1>, high = array<i64: 0, 0>, value = 0.0 : f64} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @pad_cut(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{cuts off more than axis 0}}
  %0 = edge.pad %x {low = array<i64: -2, 0>, high = array<i64: -1, 0>, value = 0.0 : f64} : (tensor<2x3xf32>) -> tensor<0x3xf32>
  return
}

// -----

func.func @pad_overflow(%x: tensor<2xf32>) {
  // expected-error @+1 {{to more than 63 bits}}
  %0 = edge.pad %x {low = array<i64: 9223372036854775807>, high = array<i64: 9223372036854775807>, value = 0.0 : f64} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @concat_none() {
  // expected-error @+1 {{needs at least one operand}}
  %0 = "edge.concat"() <{axis = 0 : i64}> : () -> tensor<2xf32>
  return
}

// -----

func.func @concat_axis(%x: tensor<2xf32>) {
  // expected-error @+1 {{axis 1 is not in 0..0}}
  %0 = edge.concat %x {axis = 1} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @concat_rank(%x: tensor<2xf32>, %y: tensor<1x2xf32>) {
  // expected-error @+1 {{operands differ in rank}}
  %0 = edge.concat %x, %y {axis = 0} : (tensor<2xf32>, tensor<1x2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @concat_shape(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+1 {{operands differ outside of axis 0}}
  %0 = edge.concat %x, %y {axis = 0} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_count(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{needs 2 starts, sizes and steps}}
  %0 = edge.slice %x {starts = array<i64: 0>, sizes = array<i64: 2>, steps = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @slice_outside(%x: tensor<4xf32>) {
  // expected-error @+1 {{takes 3 elements from 0 in steps of 2 along axis 0}}
  %0 = edge.slice %x {starts = array<i64: 0>, sizes = array<i64: 3>, steps = array<i64: 2>} : (tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @slice_step(%x: tensor<4xf32>) {
  // expected-error @+1 {{in steps of 0}}
  %0 = edge.slice %x {starts = array<i64: 0>, sizes = array<i64: 1>, steps = array<i64: 0>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_overflow(%x: tensor<4xf32>) {
  // expected-error @+1 {{takes 3 elements from 1 in steps of 9223372036854775807}}
  %0 = edge.slice %x {starts = array<i64: 1>, sizes = array<i64: 3>, steps = array<i64: 9223372036854775807>} : (tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_axis(%x: tensor<4xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{axis 1 is not in 0..0}}
  %0 = edge.gather %x, %i {axis = 1} : (tensor<4xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_indices(%x: tensor<4xf32>, %i: tensor<2xf32>) {
  // expected-error @+1 {{needs indices of type i32 or i64}}
  %0 = edge.gather %x, %i {axis = 0} : (tensor<4xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_types(%x: tensor<4xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{result and input need the same element type}}
  %0 = edge.gather %x, %i {axis = 0} : (tensor<4xf32>, tensor<2xi64>) -> tensor<2xi32>
  return
}

// -----

func.func @quantize_types(%x: tensor<2xi32>) {
  // expected-error @+1 {{takes f32 to a type quantized per tensor}}
  %0 = edge.quantize %x : (tensor<2xi32>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @dequantize_types(%x: tensor<2xf32>) {
  // expected-error @+1 {{takes a type quantized per tensor to f32}}
  %0 = edge.dequantize %x : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @requantize_types(%x: tensor<2xf32>) {
  // expected-error @+1 {{takes types quantized per tensor}}
  %0 = edge.requantize %x : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @quantize_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{but its operands give the shape}}
  %0 = edge.quantize %x : (tensor<2xf32>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @precision(%x: tensor<1x2xf32>) {
  // expected-error @+1 {{'edge.precision' is "int8", which is not one of: f32, s8, s16x8, s8w4}}
  %0 = edge.softmax %x {axis = 1, edge.precision = "int8"} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @add_widths(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>, %y: tensor<2x!quant.uniform<i16:f32, 0.5>>) {
  // expected-error @+1 {{has operands and results stored in different types}}
  %0 = edge.add %x, %y : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i16:f32, 0.5>>) -> tensor<2x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @table_width(%x: tensor<2x!quant.uniform<i16:f32, 0.5>>, %t: tensor<256xi8>) {
  // expected-error @+1 {{needs a table of type 'tensor<513xi16>', found 'tensor<256xi8>'}}
  %0 = edge.table %x, %t : (tensor<2x!quant.uniform<i16:f32, 0.5>>, tensor<256xi8>) -> tensor<2x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @softmax_width(%x: tensor<2x!quant.uniform<i16:f32, 0.5>>) {
  // expected-error @+1 {{quantized result has to have scale 1/32768 and zero point 0}}
  %0 = edge.softmax %x {axis = 0} : (tensor<2x!quant.uniform<i16:f32, 0.5>>) -> tensor<2x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @weight_bits(%x: tensor<1x2xf32>, %w: tensor<1x2xf32>, %b: tensor<1xf32>) -> tensor<1x1xf32> {
  // expected-error @below {{'edge.weight_bits' is 3 : i64; weights are packed in 4 bits only}}
  %0 = edge.fully_connected %x, %w, %b {edge.weight_bits = 3} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
