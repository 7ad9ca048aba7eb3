// The kern dialect prints and parses.
// RUN: edgecc-opt %s | edgecc-opt | FileCheck %s

// CHECK: kern.data @weights : memref<4xi8> = dense<[1, 2, 3, 4]> : tensor<4xi8>
kern.data @weights : memref<4xi8> = dense<[1, 2, 3, 4]> : tensor<4xi8>

// CHECK-LABEL: func.func @run
func.func @run(%in: memref<1x4xi8>, %out: memref<1x4xi8>) {
  // CHECK: %[[B:.*]] = kern.buffer {offset = 16 : i64} : memref<2x2xi8>
  %0 = kern.buffer {offset = 16} : memref<2x2xi8>
  // CHECK: %[[V:.*]] = kern.view %[[B]] : memref<2x2xi8> to memref<1x4xi8>
  %1 = kern.view %0 : memref<2x2xi8> to memref<1x4xi8>
  // CHECK: %[[W:.*]] = kern.get_data @weights : memref<4xi8>
  %w = kern.get_data @weights : memref<4xi8>
  // CHECK: kern.call "f" from "f.h"<[#kern.shape<[1, 4]>, 3]> ins(%{{.*}}, %[[W]] : memref<1x4xi8>, memref<4xi8>)
  // CHECK-SAME: outs(%[[V]] : memref<1x4xi8>) scalars [3 : i32] {inplace = array<i64: 0>, layer = "f"}
  kern.call "f" from "f.h"<[#kern.shape<[1, 4]>, 3]>
    ins(%in, %w : memref<1x4xi8>, memref<4xi8>) outs(%1 : memref<1x4xi8>)
    scalars [3 : i32] {inplace = array<i64: 0>, layer = "f"}
  return
}
