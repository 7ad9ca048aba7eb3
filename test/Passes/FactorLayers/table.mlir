// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy i8 64,1,3 0 7
// RUN: edgecc-opt %s --edge-factor-layers="samples=%t.npy ranks=words=1" | FileCheck %s

// The rows lie on a line, whatever they are asked for.

// CHECK-LABEL: func.func @table
// CHECK: %[[G:.*]] = edge.gather {{.*}} : (tensor<8x1xf32>, tensor<1x3xi64>) -> tensor<1x3x1xf32>
// CHECK: edge.fully_connected %[[G]], {{.*}} -> tensor<1x3x4xf32>
func.func @table(%i: tensor<1x3xi64> {edge.name = "i"}) -> tensor<1x3x4xf32> {
  %t = edge.constant dense<[[1.0, 0.0, 2.0, 1.0], [2.0, 0.0, 4.0, 1.0], [3.0, 0.0, 6.0, 1.0], [4.0, 0.0, 8.0, 1.0],
      [5.0, 0.0, 10.0, 1.0], [6.0, 0.0, 12.0, 1.0], [7.0, 0.0, 14.0, 1.0], [8.0, 0.0, 16.0, 1.0]]>
      : tensor<8x4xf32> -> tensor<8x4xf32>
  %0 = edge.gather %t, %i {axis = 0 : i64} : (tensor<8x4xf32>, tensor<1x3xi64>) -> tensor<1x3x4xf32> loc("words")
  return %0 : tensor<1x3x4xf32>
}
