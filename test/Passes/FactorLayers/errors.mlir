// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy f4 8,1,4
// RUN: not edgecc-opt %s --edge-factor-layers 2>&1 | FileCheck %s --check-prefix=SAMPLES
// RUN: not edgecc-opt %s --edge-factor-layers="samples=%t.npy energy=1.5" 2>&1 | FileCheck %s --check-prefix=ENERGY
// RUN: not edgecc-opt %s --edge-factor-layers="samples=%t.npy ranks=layer=0" 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not edgecc-opt %s --edge-factor-layers="samples=%t.npy ranks=other=1" 2>&1 | FileCheck %s --check-prefix=LAYER

// SAMPLES: error: input 0 ('x') has no samples: give samples=NAME=FILE.npy
// ENERGY: error: energy: {{.*}} is not a share above 0, at most 1
// RANK: error: ranks: 'layer=0' is not LAYER=RANK with a rank of at least 1
// LAYER: error: ranks: there is no fully connected or recurrent layer, and no table, 'other'
func.func @f(%x: tensor<1x4xf32> {edge.name = "x"}) -> tensor<1x2xf32> {
  %w = edge.constant dense<1.0> : tensor<2x4xf32> -> tensor<2x4xf32>
  %b = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("layer")
  return %0 : tensor<1x2xf32>
}
