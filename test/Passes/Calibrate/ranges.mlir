// RUN: %python %S/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: edgecc-opt %s --edge-calibrate="samples=x=%t.x.npy,y=%t.y.npy method=minmax" | FileCheck %s --check-prefixes=CHECK,MINMAX
// RUN: edgecc-opt %s --edge-calibrate="samples=%t.x.npy,%t.y.npy method=percentile percentile=90" | FileCheck %s --check-prefixes=CHECK,PERCENTILE
// RUN: edgecc-opt %s --edge-calibrate="samples=y=%t.y.npy,x=%t.x.npy" | FileCheck %s --check-prefixes=CHECK,MSE
// RUN: edgecc-opt %s --edge-calibrate="samples=x=%t.x.npy,y=%t.y.npy" --edge-quantize | FileCheck %s --check-prefix=QUANTIZE

// x counts from -1 to 1 and has one outlier of 4; y is 0 and -2 in turn.

// CHECK-LABEL: func.func @f
// MINMAX-SAME: edge.range = [-1.000000e+00, 4.000000e+00]
// PERCENTILE-SAME: edge.range = [-0.{{9[0-9]*}}, 0.{{9[0-9]*}}]
// MSE-SAME: edge.range = [-1.000000e+00, {{1|2|3|4}}.
// CHECK-SAME: edge.range = [-2.000000e+00, 0.000000e+00]
// MINMAX: edge.map {{.*}}edge.ranges = {{\[\[}}-2.97{{[0-9]*}}, 2.000000e+00]]
// QUANTIZE: edge.add
func.func @f(%x: tensor<1x8xf32> {edge.name = "x"}, %y: tensor<1x1xf32> {edge.name = "y"}) -> tensor<1x8xf32> {
  %0 = edge.map %x, %y : (tensor<1x8xf32>, tensor<1x1xf32>) -> tensor<1x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %sum = arith.addf %a, %b : f32
    edge.yield %sum : f32
  }
  return %0 : tensor<1x8xf32>
}
