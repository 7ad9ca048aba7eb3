// RUN: edgecc-opt %s -convert-kern-to-emitc | FileCheck %s

// A loop over rows; a row is found by the step, a part of a buffer by its place.
// CHECK-LABEL: emitc.func @execute
// CHECK: %[[KEPT:.*]] = emitc.call_opaque "kernels::at"
// CHECK: %[[LAST:.*]] = emitc.call_opaque "kernels::behind"(%[[KEPT]]) {template_args = [16]}
// CHECK: emitc.for %[[STEP:.*]] =
// CHECK: %[[DUE:.*]] = emitc.call_opaque "kernels::isDue"(%[[STEP]]) {template_args = [2, 1, 0, 4]}
// CHECK: emitc.if %[[DUE]] {
// CHECK: %[[ROWS:.*]] = emitc.call_opaque "kernels::rowsAt"(%{{.*}}, %[[STEP]]) {template_args = [2, 1, 32]}
// CHECK: emitc.call_opaque "kernels::f"(%[[ROWS]], %[[LAST]])
func.func @run(%in: memref<1x8x4x4xi8> {kern.input = "x"}, %out: memref<16xi8> {kern.output = "y"}) attributes {kern.arena_bytes = 32 : i64} {
  %kept = kern.buffer {offset = 0} : memref<1x2x4x4xi8>
  %last = kern.view %kept {offset = 16} : memref<1x2x4x4xi8> to memref<1x1x4x4xi8>
  kern.stream 8 {
    kern.due every 2 from 1 rows 0 to 4 {
      %row = kern.rows %in every 2 from 1 advance 2 : memref<1x8x4x4xi8> to memref<1x2x4x4xi8>
      kern.call "f" from "f.h"<[]> ins(%row : memref<1x2x4x4xi8>) outs(%last : memref<1x1x4x4xi8>)
    }
  }
  kern.call "g" from "f.h"<[]> ins(%last : memref<1x1x4x4xi8>) outs(%out : memref<16xi8>)
  return
}
