// RUN: edgecc-opt %s --edge-interpret="function=relu" -o /dev/null | FileCheck %s --check-prefix=RELU
// RUN: edgecc-opt %s --edge-interpret="function=broadcast" -o /dev/null | FileCheck %s --check-prefix=BROADCAST
// RUN: edgecc-opt %s --edge-interpret="function=functions" -o /dev/null | FileCheck %s --check-prefix=FUNCTIONS
// RUN: edgecc-opt %s --edge-interpret="function=integers" -o /dev/null | FileCheck %s --check-prefix=INTEGERS
// RUN: edgecc-opt %s --edge-interpret="function=compare" -o /dev/null | FileCheck %s --check-prefix=COMPARE
// RUN: edgecc-opt %s --edge-interpret="function=convert" -o /dev/null | FileCheck %s --check-prefix=CONVERT

// RELU: sample 0 result 0: tensor<1x4xf32> = [0, 0, 0.5, 2] hash
func.func @relu() -> tensor<1x4xf32> {
  %x = edge.constant dense<[[-1.0, 0.0, 0.5, 2.0]]> : tensor<1x4xf32> -> tensor<1x4xf32>
  %y = edge.map %x : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %max = arith.maximumf %e, %zero : f32
    edge.yield %max : f32
  }
  return %y : tensor<1x4xf32>
}

// x - y with x along rows and y along columns.
// BROADCAST: tensor<2x3xf32> = [9, 8, 7, 19, 18, 17]
func.func @broadcast() -> tensor<2x3xf32> {
  %x = edge.constant dense<[[10.0], [20.0]]> : tensor<2x1xf32> -> tensor<2x1xf32>
  %y = edge.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> -> tensor<3xf32>
  %z = edge.map %x, %y : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32> {
  ^bb0(%a: f32, %b: f32):
    %d = arith.subf %a, %b : f32
    edge.yield %d : f32
  }
  return %z : tensor<2x3xf32>
}

// round_even(sqrt(x)) * 10 + exp(log(x)) + floor(-x)
// FUNCTIONS: tensor<3xf32> = [9.75, 20, 19.25]
func.func @functions() -> tensor<3xf32> {
  %x = edge.constant dense<[0.75, 4.0, 6.25]> : tensor<3xf32> -> tensor<3xf32>
  %y = edge.map %x : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%e: f32):
    %ten = arith.constant 10.0 : f32
    %sqrt = math.sqrt %e : f32
    %round = math.roundeven %sqrt : f32
    %scaled = arith.mulf %round, %ten : f32
    %log = math.log %e : f32
    %exp = math.exp %log : f32
    %neg = arith.negf %e : f32
    %floor = math.floor %neg : f32
    %sum = arith.addf %scaled, %exp : f32
    %all = arith.addf %sum, %floor : f32
    edge.yield %all : f32
  }
  return %y : tensor<3xf32>
}

// 100 + x in i8 wraps around; shifts keep the sign.
// INTEGERS: tensor<3xi8> = [-64, 55, -53]
func.func @integers() -> tensor<3xi8> {
  %x = edge.constant dense<[28, 10, 50]> : tensor<3xi8> -> tensor<3xi8>
  %y = edge.map %x : (tensor<3xi8>) -> tensor<3xi8> {
  ^bb0(%e: i8):
    %hundred = arith.constant 100 : i8
    %one = arith.constant 1 : i8
    %sum = arith.addi %e, %hundred : i8
    %half = arith.shrsi %sum, %one : i8
    edge.yield %half : i8
  }
  return %y : tensor<3xi8>
}

// NaN is not less than anything, and unordered with everything.
// COMPARE: result 0: tensor<3xi1> = [1, 0, 0]
// COMPARE: result 1: tensor<3xi1> = [1, 0, 1]
// COMPARE: result 2: tensor<3xf32> = [-1, 1, 1]
func.func @compare() -> (tensor<3xi1>, tensor<3xi1>, tensor<3xf32>) {
  %x = edge.constant dense<[-2.0, 2.0, 0x7FC00000]> : tensor<3xf32> -> tensor<3xf32>
  %olt = edge.map %x : (tensor<3xf32>) -> tensor<3xi1> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %less = arith.cmpf olt, %e, %zero : f32
    edge.yield %less : i1
  }
  %ult = edge.map %x : (tensor<3xf32>) -> tensor<3xi1> {
  ^bb0(%e: f32):
    %zero = arith.constant 0.0 : f32
    %less = arith.cmpf ult, %e, %zero : f32
    edge.yield %less : i1
  }
  %sign = edge.map %olt : (tensor<3xi1>) -> tensor<3xf32> {
  ^bb0(%e: i1):
    %minus = arith.constant -1.0 : f32
    %plus = arith.constant 1.0 : f32
    %s = arith.select %e, %minus, %plus : f32
    edge.yield %s : f32
  }
  return %olt, %ult, %sign : tensor<3xi1>, tensor<3xi1>, tensor<3xf32>
}

// To integers towards zero, saturating; i8 -1 is 255 without sign.
// CONVERT: result 0: tensor<4xi8> = [-1, 1, 127, -128]
// CONVERT: result 1: tensor<4xf32> = [255, 1, 127, 128]
func.func @convert() -> (tensor<4xi8>, tensor<4xf32>) {
  %x = edge.constant dense<[-1.9, 1.9, 1000.0, -1000.0]> : tensor<4xf32> -> tensor<4xf32>
  %i = edge.map %x : (tensor<4xf32>) -> tensor<4xi8> {
  ^bb0(%e: f32):
    %c = arith.fptosi %e : f32 to i8
    edge.yield %c : i8
  }
  %f = edge.map %i : (tensor<4xi8>) -> tensor<4xf32> {
  ^bb0(%e: i8):
    %c = arith.uitofp %e : i8 to f32
    edge.yield %c : f32
  }
  return %i, %f : tensor<4xi8>, tensor<4xf32>
}
