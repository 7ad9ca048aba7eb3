// RUN: edgecc-opt %s -split-input-file -verify-diagnostics -convert-edge-to-kern

// Everything without a kernel is named at once.
func.func @main(%x: tensor<1x4xi32>, %v: tensor<4x2xi32>) -> (tensor<1x1xi32>, tensor<1x2xi32>) {
  // expected-error @below {{'edge.reduce' (edge.reduce) has no kernel for these operands}}
  // expected-note @below {{computed: 'tensor<1x4xi32>'}}
  %r = edge.reduce %x {kind = 1 : i32, axes = array<i64: 1>} : (tensor<1x4xi32>) -> tensor<1x1xi32>
  // expected-error @below {{'edge.matmul' (edge.matmul) has no kernel for these operands}}
  // expected-note @below {{computed: 'tensor<1x4xi32>'}}
  // expected-note @below {{computed: 'tensor<4x2xi32>'}}
  %m = edge.matmul %x, %v : (tensor<1x4xi32>, tensor<4x2xi32>) -> tensor<1x2xi32>
  return %r, %m : tensor<1x1xi32>, tensor<1x2xi32>
}

// -----

// Integers need their weights at compile time.
!q = !quant.uniform<i8:f32, 0.5>
!b = !quant.uniform<i32:f32, 0.25>
func.func @main(%x: tensor<1x4x!q>, %w: tensor<2x4x!q>) -> tensor<1x2x!q> {
  %b = edge.constant dense<0> : tensor<2xi32> -> tensor<2x!b>
  // expected-error @below {{'edge.fully_connected' (edge.fully_connected) has no kernel for these operands}}
  // expected-note @below {{computed: 'tensor<1x4}}
  // expected-note @below {{computed: 'tensor<2x4}}
  // expected-note @below {{constant: 'tensor<2x}}
  %y = edge.fully_connected %x, %w, %b : (tensor<1x4x!q>, tensor<2x4x!q>, tensor<2x!b>) -> tensor<1x2x!q>
  return %y : tensor<1x2x!q>
}

// -----

// expected-error @below {{has no function @main of one block to lower}}
module {
}
