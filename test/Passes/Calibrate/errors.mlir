// RUN: %python %S/Inputs/make_samples.py %t.x.npy %t.y.npy
// RUN: not edgecc-opt %s --edge-calibrate="samples=x=%t.x.npy" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not edgecc-opt %s --edge-calibrate="samples=x=%t.x.npy,z=%t.y.npy" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not edgecc-opt %s --edge-calibrate="samples=x=%t.y.npy,y=%t.y.npy" 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not edgecc-opt %s --edge-calibrate="samples=x=%t.none.npy,y=%t.y.npy" 2>&1 | FileCheck %s --check-prefix=NOFILE

// MISSING: error: input 1 ('y') has no samples: give samples=NAME=FILE.npy
// UNKNOWN: error: samples 'z={{.*}}' are for no input of the function
// SHAPE: error: {{.*}}.y.npy
// NOFILE: error: {{.*}}none.npy
func.func @f(%x: tensor<1x8xf32> {edge.name = "x"}, %y: tensor<1x1xf32> {edge.name = "y"}) -> tensor<1x8xf32> {
  return %x : tensor<1x8xf32>
}
