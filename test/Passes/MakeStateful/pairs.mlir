// RUN: edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=h=in=h=out,c_in=c_out}))" | FileCheck %s
// RUN: not edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=q=c_out}))" 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: not edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=x=q}))" 2>&1 | FileCheck %s --check-prefix=OUTPUT
// RUN: not edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=c_in=y}))" 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=x=c_out,c_in=c_out}))" 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not edgecc-opt %s --pass-pipeline="builtin.module(func.func(edge-make-stateful{pairs=x=y,h=in=h=out,c_in=c_out}))" 2>&1 | FileCheck %s --check-prefix=REST

// CHECK: %arg0: tensor<1x3xf32> {edge.name = "x"}
// CHECK-SAME: %arg1: tensor<1x3xf32> {edge.name = "h=in", edge.state = 0 : i64}
// CHECK-SAME: %arg2: tensor<1x3xf32> {edge.name = "c_in", edge.state = 1 : i64}
// CHECK-SAME: -> (tensor<3x1xf32> {edge.name = "y"}, tensor<1x3xf32> {edge.name = "c_out", edge.state = 1 : i64}, tensor<1x3xf32> {edge.name = "h=out", edge.state = 0 : i64})
// INPUT: error: --stateful q=c_out: the model has no input 'q'; its inputs are 'x', 'h=in', 'c_in'
// OUTPUT: error: --stateful x=q: the model has no output 'q'; its outputs are 'y', 'c_out', 'h=out'
// TYPE: error: --stateful c_in=y: 'c_in' has type 'tensor<1x3xf32>', but 'y' has 'tensor<3x1xf32>'
// TWICE: error: --stateful c_in=c_out: an input or output is in two pairs
// REST: error: --stateful
func.func @main(%x: tensor<1x3xf32> {edge.name = "x"}, %h: tensor<1x3xf32> {edge.name = "h=in"}, %c: tensor<1x3xf32> {edge.name = "c_in"})
    -> (tensor<3x1xf32> {edge.name = "y"}, tensor<1x3xf32> {edge.name = "c_out"}, tensor<1x3xf32> {edge.name = "h=out"}) {
  %y = edge.reshape %x : (tensor<1x3xf32>) -> tensor<3x1xf32>
  return %y, %h, %c : tensor<3x1xf32>, tensor<1x3xf32>, tensor<1x3xf32>
}
