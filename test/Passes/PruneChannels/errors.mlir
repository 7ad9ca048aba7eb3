// RUN: %python %source_dir/test/Inputs/make_npy.py %t.npy f4 32,1,4
// RUN: not edgecc-opt %s --edge-prune-channels="ratio=0.3" 2>&1 | FileCheck %s --check-prefix=SAMPLES
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy ratio=1.0" 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy ratio=-0.5" 2>&1 | FileCheck %s --check-prefix=RATIO
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy ratio=0.9" 2>&1 | FileCheck %s --check-prefix=MOST
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy groups=first" 2>&1 | FileCheck %s --check-prefix=SHARE
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy groups=first=1" 2>&1 | FileCheck %s --check-prefix=SHARE
// RUN: not edgecc-opt %s --edge-prune-channels="samples=%t.npy groups=last=0.5" 2>&1 | FileCheck %s --check-prefix=LAYER

// SAMPLES: error: input 0 ('x') has no samples: give samples=NAME=FILE.npy
// RATIO: error: ratio: {{.*}} is not a share from 0 to below 1
// MOST: error: ratio: at most 0.667 of the multiplications can go, not 0.900
// SHARE: error: groups: 'first{{.*}}' is not LAYER=SHARE with a share from 0 to below 1
// LAYER: error: groups: no channels of 'last' can go; those of these layers can: first
func.func @f(%x: tensor<1x4xf32> {edge.name = "x"}) -> tensor<1x2xf32> {
  %w = edge.constant dense<[[1.0, 2.0, 0.5, 0.0], [-1.0, 0.0, 2.0, 1.0], [0.5, 1.0, 1.0, 1.0]]> : tensor<3x4xf32> -> tensor<3x4xf32>
  %b = edge.constant dense<0.0> : tensor<3xf32> -> tensor<3xf32>
  %0 = edge.fully_connected %x, %w, %b
    : (tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<1x3xf32> loc("first")
  %v = edge.constant dense<[[1.0, 2.0, 3.0], [1.0, -1.0, 0.0]]> : tensor<2x3xf32> -> tensor<2x3xf32>
  %c = edge.constant dense<0.0> : tensor<2xf32> -> tensor<2xf32>
  %1 = edge.fully_connected %0, %v, %c
    : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("last")
  return %1 : tensor<1x2xf32>
}
