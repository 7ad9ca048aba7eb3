// RUN: edgecc-opt %s -convert-edge-to-kern | FileCheck %s
// RUN: edgecc-opt %s --pass-pipeline="builtin.module(convert-edge-to-kern,func.func(kern-plan-arena))" | FileCheck %s --check-prefix=PLAN

// State is no argument of the program. Outputs are written first; the two
// states that change places are saved before the first is overwritten; one that
// stays as it is costs nothing.
// CHECK-LABEL: func.func @run
// CHECK-SAME: (%[[X:.*]]: memref<1x4xf32> {kern.input = "x", {{.*}}}, %[[Y:.*]]: memref<1x4xf32> {kern.output = "y", {{.*}}}) attributes {kern.state_bytes = 64 : i64}
// CHECK-NEXT: %[[A:.*]] = kern.buffer {offset = 0 : i64, state} : memref<1x4xf32>
// CHECK-NEXT: %[[B:.*]] = kern.buffer {offset = 16 : i64, state} : memref<1x4xf32>
// CHECK-NEXT: %[[C:.*]] = kern.buffer {offset = 32 : i64, state} : memref<1x4xf32>
// CHECK-NEXT: %[[D:.*]] = kern.buffer {offset = 48 : i64, state} : memref<1x3xf32>
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[A]] : {{.*}}) outs(%[[Y]] :
// CHECK-NEXT: %[[SAVED_B:.*]] = kern.buffer : memref<1x4xf32>
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[B]] : {{.*}}) outs(%[[SAVED_B]] :
// CHECK-NEXT: %[[SAVED_A:.*]] = kern.buffer : memref<1x4xf32>
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[A]] : {{.*}}) outs(%[[SAVED_A]] :
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[SAVED_B]] : {{.*}}) outs(%[[A]] :
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[SAVED_A]] : {{.*}}) outs(%[[B]] :
// CHECK-NEXT: kern.call "copy"{{.*}} ins(%[[X]] : {{.*}}) outs(%[[C]] :
// CHECK-NEXT: return

// PLAN: kern.arena_bytes = 32 : i64
// PLAN: kern.buffer {offset = 48 : i64, state}
func.func @main(%a: tensor<1x4xf32> {edge.name = "a", edge.state = 0}, %x: tensor<1x4xf32> {edge.name = "x"},
                %b: tensor<1x4xf32> {edge.name = "b", edge.state = 1}, %c: tensor<1x4xf32> {edge.name = "c", edge.state = 2},
                %d: tensor<1x3xf32> {edge.name = "d", edge.state = 3})
    -> (tensor<1x4xf32> {edge.name = "a2", edge.state = 0}, tensor<1x4xf32> {edge.name = "y"},
        tensor<1x4xf32> {edge.name = "b2", edge.state = 1}, tensor<1x4xf32> {edge.name = "c2", edge.state = 2},
        tensor<1x3xf32> {edge.name = "d2", edge.state = 3}) {
  return %b, %a, %a, %x, %d : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x3xf32>
}
