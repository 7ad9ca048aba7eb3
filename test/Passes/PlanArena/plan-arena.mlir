// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(kern-plan-arena))' | FileCheck %s
// RUN: edgecc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(kern-plan-arena{inplace=false alignment=4}))' | FileCheck %s --check-prefix=APART

// The first buffer is dead when the third is written: they share offset 0.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: kern.arena_bytes = 96 : i64, kern.arena_lower_bound = 96 : i64
func.func @chain(%in: memref<64xi8>, %out: memref<64xi8>) {
  // CHECK: kern.buffer {offset = 0 : i64} : memref<64xi8>
  %0 = kern.buffer : memref<64xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<64xi8>) outs(%0 : memref<64xi8>)
  // CHECK: kern.buffer {offset = 64 : i64} : memref<32xi8>
  %1 = kern.buffer : memref<32xi8>
  kern.call "f" from "f.h"<[]> ins(%0 : memref<64xi8>) outs(%1 : memref<32xi8>)
  // CHECK: kern.buffer {offset = 0 : i64} : memref<64xi8>
  %2 = kern.buffer : memref<64xi8>
  kern.call "f" from "f.h"<[]> ins(%1 : memref<32xi8>) outs(%2 : memref<64xi8>)
  kern.call "f" from "f.h"<[]> ins(%2 : memref<64xi8>) outs(%out : memref<64xi8>)
  return
}

// -----

// The sum takes the place of its first operand, which nothing reads later, even
// through a view; without `inplace` it needs a place of its own.
// CHECK-LABEL: func.func @inplace
// CHECK-SAME: kern.arena_bytes = 32
// APART-LABEL: func.func @inplace
// APART-SAME: kern.arena_bytes = 48
func.func @inplace(%in: memref<16xi8>, %out: memref<16xi8>) {
  // CHECK: kern.buffer {offset = [[A:[0-9]+]] : i64}
  %0 = kern.buffer : memref<16xi8>
  %1 = kern.buffer : memref<16xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<16xi8>) outs(%0 : memref<16xi8>)
  kern.call "f" from "f.h"<[]> ins(%0 : memref<16xi8>) outs(%1 : memref<16xi8>)
  %view = kern.view %0 : memref<16xi8> to memref<4x4xi8>
  // CHECK: kern.buffer {offset = [[A]] : i64} : memref<4x4xi8>
  %2 = kern.buffer : memref<4x4xi8>
  kern.call "add" from "f.h"<[]> ins(%view, %1 : memref<4x4xi8>, memref<16xi8>) outs(%2 : memref<4x4xi8>) {inplace = array<i64: 0, 1>}
  kern.call "g" from "f.h"<[]> ins(%2 : memref<4x4xi8>) outs(%out : memref<16xi8>)
  return
}

// -----

// No sharing: the first operand is read again afterwards.
// CHECK-LABEL: func.func @stillUsed
// CHECK-SAME: kern.arena_bytes = 32
func.func @stillUsed(%in: memref<16xi8>, %out: memref<16xi8>) {
  %0 = kern.buffer : memref<16xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<16xi8>) outs(%0 : memref<16xi8>)
  %1 = kern.buffer : memref<16xi8>
  kern.call "neg" from "f.h"<[]> ins(%0 : memref<16xi8>) outs(%1 : memref<16xi8>) {inplace = array<i64: 0>}
  kern.call "add" from "f.h"<[]> ins(%0, %1 : memref<16xi8>, memref<16xi8>) outs(%out : memref<16xi8>)
  return
}

// -----

// No sharing: the kernel reads the same memory through an operand that it may
// not overwrite.
// CHECK-LABEL: func.func @readTwice
// CHECK-SAME: kern.arena_bytes = 32
func.func @readTwice(%in: memref<16xi8>, %out: memref<16xi8>) {
  %0 = kern.buffer : memref<16xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<16xi8>) outs(%0 : memref<16xi8>)
  %1 = kern.buffer : memref<16xi8>
  kern.call "mix" from "f.h"<[]> ins(%0, %0 : memref<16xi8>, memref<16xi8>) outs(%1 : memref<16xi8>) {inplace = array<i64: 0>}
  kern.call "f" from "f.h"<[]> ins(%1 : memref<16xi8>) outs(%out : memref<16xi8>)
  return
}

// -----

// Scratch lives during its call only.
// CHECK-LABEL: func.func @scratch
// CHECK-SAME: kern.arena_bytes = 64
func.func @scratch(%in: memref<32xi8>, %out: memref<32xi8>) {
  %0 = kern.buffer : memref<32xi8>
  %s = kern.buffer : memref<32xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<32xi8>) outs(%0 : memref<32xi8>) scratch(%s : memref<32xi8>)
  %1 = kern.buffer : memref<32xi8>
  kern.call "f" from "f.h"<[]> ins(%0 : memref<32xi8>) outs(%1 : memref<32xi8>)
  kern.call "f" from "f.h"<[]> ins(%1 : memref<32xi8>) outs(%out : memref<32xi8>)
  return
}

// -----

// CHECK-LABEL: func.func @noBuffer
// CHECK-SAME: kern.arena_bytes = 0
func.func @noBuffer(%in: memref<32xi8>, %out: memref<32xi8>) {
  kern.call "f" from "f.h"<[]> ins(%in : memref<32xi8>) outs(%out : memref<32xi8>)
  return
}

// -----

// The result may cover the input if it begins 64 bytes before it: both end
// together.
// CHECK-LABEL: func.func @overlap
// CHECK-SAME: kern.arena_bytes = 128 : i64, kern.arena_lower_bound = 128 : i64
// APART-LABEL: func.func @overlap
// APART-SAME: kern.arena_bytes = 192
func.func @overlap(%in: memref<64xi8>, %out: memref<128xi8>) {
  // CHECK: kern.buffer {offset = 64 : i64} : memref<64xi8>
  %0 = kern.buffer : memref<64xi8>
  // CHECK: kern.buffer {offset = 0 : i64} : memref<128xi8>
  %1 = kern.buffer : memref<128xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<64xi8>) outs(%0 : memref<64xi8>)
  kern.call "conv" from "f.h"<[]> ins(%0 : memref<64xi8>) outs(%1 : memref<128xi8>) {overlap = array<i64: 0, 64>}
  kern.call "f" from "f.h"<[]> ins(%1 : memref<128xi8>) outs(%out : memref<128xi8>)
  return
}

// -----

// Not if the input is read later, or twice.
// CHECK-LABEL: func.func @overlapStillUsed
// CHECK-SAME: kern.arena_bytes = 128
func.func @overlapStillUsed(%in: memref<64xi8>, %out: memref<64xi8>) {
  %0 = kern.buffer : memref<64xi8>
  %1 = kern.buffer : memref<64xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<64xi8>) outs(%0 : memref<64xi8>)
  kern.call "conv" from "f.h"<[]> ins(%0, %0 : memref<64xi8>, memref<64xi8>) outs(%1 : memref<64xi8>) {overlap = array<i64: 0, 16>}
  kern.call "f" from "f.h"<[]> ins(%1 : memref<64xi8>) outs(%out : memref<64xi8>)
  return
}

// -----

// A smaller result in place leaves the rest of its input to others: the last
// buffer begins behind it.
// CHECK-LABEL: func.func @smallerInplace
// CHECK-SAME: kern.arena_bytes = 128 : i64
func.func @smallerInplace(%in: memref<128xi8>, %out: memref<96xi8>) {
  // CHECK: kern.buffer {offset = [[A:[0-9]+]] : i64} : memref<128xi8>
  %0 = kern.buffer : memref<128xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<128xi8>) outs(%0 : memref<128xi8>)
  // CHECK: kern.buffer {offset = [[A]] : i64} : memref<32xi8>
  %1 = kern.buffer : memref<32xi8>
  kern.call "shrink" from "f.h"<[]> ins(%0 : memref<128xi8>) outs(%1 : memref<32xi8>) {inplace = array<i64: 0>}
  %2 = kern.buffer : memref<96xi8>
  kern.call "f" from "f.h"<[]> ins(%1 : memref<32xi8>) outs(%2 : memref<96xi8>)
  kern.call "f" from "f.h"<[]> ins(%2 : memref<96xi8>) outs(%out : memref<96xi8>)
  return
}

// -----

// Shrinks, then grows: the kernel that shrinks has to go backwards, so that its
// result can lie where the larger one leaves room.
// CHECK-LABEL: func.func @backwards
// CHECK-SAME: kern.arena_bytes = 128 : i64
// APART-LABEL: func.func @backwards
func.func @backwards(%in: memref<96xi8>, %out: memref<128xi8>) {
  %0 = kern.buffer : memref<96xi8>
  // CHECK: kern.buffer {offset = 64 : i64} : memref<64xi8>
  %1 = kern.buffer : memref<64xi8>
  %2 = kern.buffer : memref<128xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<96xi8>) outs(%0 : memref<96xi8>)
  // CHECK: kern.call "shrink"
  // CHECK-SAME: scalars [7 : i32, 1 : i32]
  // APART: kern.call "shrink"
  // APART-SAME: scalars [7 : i32, 0 : i32]
  kern.call "shrink" from "f.h"<[]> ins(%0 : memref<96xi8>) outs(%1 : memref<64xi8>) scalars [7 : i32, 0 : i32] {overlap = array<i64: 0, 0>, backwards = array<i64: 0, 32>}
  kern.call "grow" from "f.h"<[]> ins(%1 : memref<64xi8>) outs(%2 : memref<128xi8>) {overlap = array<i64: 0, 64>}
  kern.call "f" from "f.h"<[]> ins(%2 : memref<128xi8>) outs(%out : memref<128xi8>)
  return
}

// -----

// What a loop over rows uses from outside is needed all through it, what lies
// inside during its own calls. The result may begin 16 bytes before the source.
// CHECK-LABEL: func.func @stream
// CHECK-SAME: kern.arena_bytes = 128
func.func @stream(%in: memref<1x4x4x4xi8>, %out: memref<1x4x4x4xi8>) {
  // CHECK: kern.buffer {offset = 32 : i64}
  %0 = kern.buffer : memref<1x4x4x4xi8>
  kern.call "f" from "f.h"<[]> ins(%in : memref<1x4x4x4xi8>) outs(%0 : memref<1x4x4x4xi8>)
  // CHECK: kern.buffer {offset = 96 : i64}
  %kept = kern.buffer : memref<1x2x4x4xi8>
  // CHECK: kern.buffer {offset = 16 : i64}
  %1 = kern.buffer : memref<1x4x4x4xi8>
  kern.stream 5 covers %0 : memref<1x4x4x4xi8> by %1 : memref<1x4x4x4xi8> {
    // CHECK: kern.buffer {offset = 0 : i64}
    %row = kern.buffer : memref<1x1x4x4xi8>
    kern.due every 1 from 0 rows 0 to 4 {
      %a = kern.rows %0 every 1 from 0 advance 1 : memref<1x4x4x4xi8> to memref<1x1x4x4xi8>
      kern.call "f" from "f.h"<[]> ins(%a : memref<1x1x4x4xi8>) outs(%row : memref<1x1x4x4xi8>)
      kern.call "f" from "f.h"<[]> ins(%row : memref<1x1x4x4xi8>) outs(%kept : memref<1x2x4x4xi8>)
    }
    kern.due every 1 from 1 rows 0 to 4 {
      // CHECK: kern.buffer {offset = 0 : i64}
      %other = kern.buffer : memref<1x1x4x4xi8>
      %b = kern.rows %1 every 1 from 1 advance 1 : memref<1x4x4x4xi8> to memref<1x1x4x4xi8>
      kern.call "f" from "f.h"<[]> ins(%kept : memref<1x2x4x4xi8>) outs(%other : memref<1x1x4x4xi8>)
      kern.call "f" from "f.h"<[]> ins(%other : memref<1x1x4x4xi8>) outs(%b : memref<1x1x4x4xi8>)
    }
  } {distance = 16 : i64}
  kern.call "f" from "f.h"<[]> ins(%1 : memref<1x4x4x4xi8>) outs(%out : memref<1x4x4x4xi8>)
  return
}
