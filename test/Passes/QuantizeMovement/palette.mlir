// RUN: edgecc-opt %s --edge-quantize --split-input-file | FileCheck %s

// A table of four bits keeps sixteen of its values. Of these eighteen, whose
// stored integers lie 14 apart otherwise, the two closest pairs become one each:
// -128 and -127 are -128 (80) then, 126 and 127 are 127 (7F).
// CHECK-LABEL: func.func @lookup
// CHECK: edge.gather %{{.*}} -> tensor<3x2x!quant.uniform<i8:f32, 1.000000e+00>>
// CHECK: weights: "0x100000008080909EACBAC8D6E4F2000E1C2A38467F7F"
func.func @lookup(%i: tensor<3xi64>) -> tensor<3x2xf32> {
  %t = edge.constant dense<[[-128.0, -127.0], [-112.0, -98.0], [-84.0, -70.0], [-56.0, -42.0], [-28.0, -14.0], [0.0, 14.0], [28.0, 42.0], [56.0, 70.0], [126.0, 127.0]]> : tensor<9x2xf32> -> tensor<9x2xf32>
  %0 = edge.gather %t, %i {axis = 0, edge.precision = "s8w4", edge.ranges = [[-128.0, 127.0]]} : (tensor<9x2xf32>, tensor<3xi64>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// In int8 it keeps all of them.
// CHECK-LABEL: func.func @whole
// CHECK: weights: "0x100000008081909EACBAC8D6E4F2000E1C2A38467E7F"
func.func @whole(%i: tensor<3xi64>) -> tensor<3x2xf32> {
  %t = edge.constant dense<[[-128.0, -127.0], [-112.0, -98.0], [-84.0, -70.0], [-56.0, -42.0], [-28.0, -14.0], [0.0, 14.0], [28.0, 42.0], [56.0, 70.0], [126.0, 127.0]]> : tensor<9x2xf32> -> tensor<9x2xf32>
  %0 = edge.gather %t, %i {axis = 0, edge.precision = "s8", edge.ranges = [[-128.0, 127.0]]} : (tensor<9x2xf32>, tensor<3xi64>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
