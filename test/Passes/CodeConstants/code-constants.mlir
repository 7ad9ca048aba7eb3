// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(kern-code-constants)' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(kern-code-constants{arena=2112})' | FileCheck %s --check-prefix=ARENA
// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(kern-code-constants{save=1000})' | FileCheck %s --check-prefix=SAVE
// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(kern-code-constants{save=0})' | FileCheck %s --check-prefix=NOTHING

// A word that says of which form the code is, one row, one symbol; a bit for
// each of 2048 bytes, and a word that the decoder may read.
// CHECK: kern.data @weights : memref<133xui16> = dense<"0x0101FFFF0000010000
// CHECK: kern.data @bias : memref<4xi32>
// NOTHING-NOT: ui16
kern.data @weights : memref<512xi32> = dense<16843009> : tensor<512xi32>
kern.data @bias : memref<4xi32> = dense<1> : tensor<4xi32>
// CHECK: func.func @run
// CHECK-SAME: kern.coding_saves = 1408
func.func @run(%in: memref<64xi8>, %out: memref<64xi8>) {
  // CHECK: %[[CODED:.*]] = kern.get_data @weights : memref<133xui16>
  // CHECK: %[[TABLE:.*]] = kern.view %[[CODED]] {offset = 0 : i64} : memref<133xui16> to memref<4xui16>
  // CHECK: %[[BITS:.*]] = kern.view %[[CODED]] {offset = 8 : i64} : memref<133xui16> to memref<129xui16>
  %0 = kern.get_data @weights : memref<512xi32>
  %1 = kern.get_data @bias : memref<4xi32>
  // CHECK: kern.call "f"
  %2 = kern.buffer : memref<64xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<64xi8>) outs(%2 : memref<64xi8>)
  // CHECK: %[[BYTES:.*]] = kern.buffer : memref<2048xi8>
  // CHECK: kern.call "decode_prefix" from "prefix_code.h"<[]> ins(%[[TABLE]], %[[BITS]] : memref<4xui16>, memref<129xui16>) outs(%[[BYTES]] : memref<2048xi8>) scalars [2048 : i32] {layer = "fc"}
  // CHECK: %[[WORDS:.*]] = kern.view %[[BYTES]] : memref<2048xi8> to memref<512xi32>
  // CHECK: kern.call "g" {{.*}} ins(%{{.*}}, %[[WORDS]], %{{.*}} : memref<64xi8>, memref<512xi32>, memref<4xi32>)
  // 64 bytes of buffers and 2048 of weights.
  // ARENA: decode_prefix
  kern.call "g" from "g.h"<[]> ins(%2, %0, %1 : memref<64xi8>, memref<512xi32>, memref<4xi32>) outs(%out : memref<64xi8>) {layer = "fc", macs = 2048 : i64}
  return
}

// -----

// Another 64 bytes are alive: too much for the arena that is allowed.
// CHECK: decode_prefix
// ARENA-NOT: decode_prefix
kern.data @weights : memref<512xi32> = dense<0> : tensor<512xi32>
func.func @run(%in: memref<64xi8>, %out: memref<64xi8>) {
  %0 = kern.get_data @weights : memref<512xi32>
  %1 = kern.buffer : memref<64xi8>
  %2 = kern.buffer : memref<64xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<64xi8>) outs(%1 : memref<64xi8>)
  kern.call "g" from "g.h"<[]> ins(%1, %0 : memref<64xi8>, memref<512xi32>) outs(%2 : memref<64xi8>) {macs = 2048 : i64}
  kern.call "h" from "h.h"<[]> ins(%1, %2 : memref<64xi8>, memref<64xi8>) outs(%out : memref<64xi8>)
  return
}

// -----

// A loop gets what has been decoded before it. Constants that are decoded twice
// save less for the time, so that they are coded last.
// ARENA: kern.data @twice
// SAVE: kern.data @twice : memref<2048xi8>
// SAVE: kern.data @once : memref<133xui16>
kern.data @twice : memref<2048xi8> = dense<1> : tensor<2048xi8>
kern.data @once : memref<2048xi8> = dense<0> : tensor<2048xi8>
// CHECK: func.func @run
// CHECK-SAME: kern.coding_saves = 3142
func.func @run(%in: memref<1x8x4x2xi8>, %out: memref<1x8x4x2xi8>) {
  %0 = kern.get_data @twice : memref<2048xi8>
  %1 = kern.get_data @once : memref<2048xi8>
  // CHECK: decode_prefix
  // CHECK-NEXT: kern.view
  // CHECK-NEXT: kern.call "f"
  kern.call "f" from "f.h"<[]> ins(%in, %0 : memref<1x8x4x2xi8>, memref<2048xi8>) outs(%out : memref<1x8x4x2xi8>) {macs = 2048 : i64}
  // CHECK: decode_prefix
  // CHECK: decode_prefix
  // CHECK: kern.stream
  // CHECK-NOT: decode_prefix
  kern.stream 8 {
    kern.due every 1 from 0 rows 0 to 8 {
      kern.call "g" from "g.h"<[]> ins(%in, %0, %1 : memref<1x8x4x2xi8>, memref<2048xi8>, memref<2048xi8>) outs(%out : memref<1x8x4x2xi8>) {macs = 2048 : i64}
    }
  }
  return
}

// -----

// Of a table that rows are taken of, 16 rows of 8 bytes begin together, with a
// word of their own; the gather decodes them.
// CHECK: kern.data @rows : memref<517xui16>
// CHECK: kern.data @rows_starts_ : memref<64xui16> = dense<[0, 8, 16, 24,
kern.data @rows : memref<1024x8xi8> = dense<0> : tensor<1024x8xi8>
kern.data @rows_starts : memref<1xi8> = dense<0> : tensor<1xi8>
func.func @run(%in: memref<4xi32>, %out: memref<4x8xi8>) {
  // CHECK: %[[CODED:.*]] = kern.get_data @rows
  // CHECK: %[[TABLE:.*]] = kern.view %[[CODED]] {offset = 0 : i64} : memref<517xui16> to memref<4xui16>
  // CHECK: %[[BITS:.*]] = kern.view %[[CODED]] {offset = 8 : i64} : memref<517xui16> to memref<513xui16>
  // CHECK: %[[STARTS:.*]] = kern.get_data @rows_starts_
  // CHECK: kern.call "gather_prefix" from "gather_prefix.h"<[#kern.shape<[1024, 8]>, #kern.shape<[4]>, 16]> ins(%[[TABLE]], %[[BITS]], %[[STARTS]], %arg0 :
  %0 = kern.get_data @rows : memref<1024x8xi8>
  kern.call "gather" from "data_movement.h"<[#kern.shape<[1024, 8]>, #kern.shape<[4]>, 0]> ins(%0, %in : memref<1024x8xi8>, memref<4xi32>) outs(%out : memref<4x8xi8>)
  return
}

// -----

// Nothing else that might read only some of many constants waits for all of
// them; nor is coded what a run begins with, or what is small.
// CHECK: kern.data @table
// CHECK-NOT: ui16
kern.data @table : memref<1024x8xi8> = dense<0> : tensor<1024x8xi8>
kern.data @initial : memref<2048xi8> = dense<0> : tensor<2048xi8>
kern.data @small : memref<300xi8> = dense<0> : tensor<300xi8>
func.func @run(%in: memref<4xi32>, %out: memref<4x8xi8>) attributes {
    kern.state_initials = [{offset = 0 : i64, bytes = 2048 : i64, data = @initial}]} {
  %0 = kern.get_data @table : memref<1024x8xi8>
  kern.call "select" from "f.h"<[]> ins(%0, %in : memref<1024x8xi8>, memref<4xi32>) outs(%out : memref<4x8xi8>)
  %1 = kern.get_data @initial : memref<2048xi8>
  %2 = kern.get_data @small : memref<300xi8>
  kern.call "f" from "f.h"<[]> ins(%1, %2 : memref<2048xi8>, memref<300xi8>) outs(%out : memref<4x8xi8>) {macs = 2048 : i64}
  return
}
