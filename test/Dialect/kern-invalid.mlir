// RUN: edgecc-opt %s -split-input-file -verify-diagnostics

func.func @view(%a: memref<4xi8>) {
  // expected-error @+1 {{views 4 bytes as 5}}
  %0 = kern.view %a : memref<4xi8> to memref<5xi8>
  return
}

// -----

func.func @data() {
  // expected-error @+1 {{refers to @missing, which is no kern.data}}
  %0 = kern.get_data @missing : memref<4xi8>
  return
}

// -----

// expected-error @+1 {{value has type 'tensor<2xi8>', expected 'memref<4xi8>'}}
kern.data @short : memref<4xi8> = dense<1> : tensor<2xi8>

// -----

func.func @overlap(%a: memref<4xi8>) {
  // expected-error @+1 {{overlap names input 1, there are 1}}
  kern.call "f" from "f.h"<[]> ins(%a : memref<4xi8>) outs(%a : memref<4xi8>) {overlap = array<i64: 1, 16>}
  return
}

// -----

func.func @overlap_pairs(%a: memref<4xi8>) {
  // expected-error @+1 {{overlap has pairs of an input and a distance, found 1 numbers}}
  kern.call "f" from "f.h"<[]> ins(%a : memref<4xi8>) outs(%a : memref<4xi8>) {overlap = array<i64: 0>}
  return
}

// -----

func.func @inplace(%a: memref<4xi8>) {
  // expected-error @+1 {{inplace names input 1, there are 1}}
  kern.call "f" from "f.h"<[]> ins(%a : memref<4xi8>) outs(%a : memref<4xi8>) {inplace = array<i64: 1>}
  return
}

// -----

func.func @backwards_other(%a: memref<4xi8>) {
  // expected-error @+1 {{backwards names input 0, which overlap does not name first}}
  kern.call "f" from "f.h"<[]> ins(%a : memref<4xi8>) outs(%a : memref<4xi8>) scalars [0 : i32] {backwards = array<i64: 0, 8>}
  return
}

// -----

func.func @backwards_scalar(%a: memref<4xi8>) {
  // expected-error @+1 {{backwards needs a scalar that gives the direction}}
  kern.call "f" from "f.h"<[]> ins(%a : memref<4xi8>) outs(%a : memref<4xi8>) {overlap = array<i64: 0, 16>, backwards = array<i64: 0, 8>}
  return
}

// -----

func.func @view_beyond(%a: memref<4x4xi8>) {
  // expected-error @+1 {{views 8 bytes from 12 on, of 16}}
  %0 = kern.view %a {offset = 12} : memref<4x4xi8> to memref<2x4xi8>
  return
}

// -----

func.func @rows_outside(%a: memref<1x8x4x4xi8>) {
  // expected-error @+1 {{has to stand in a kern.due of the same steps}}
  %0 = kern.rows %a every 2 from 1 advance 2 : memref<1x8x4x4xi8> to memref<1x2x4x4xi8>
  return
}

// -----

func.func @rows_beyond(%a: memref<1x8x4x4xi8>) {
  kern.stream 9 {
    kern.due every 2 from 1 rows 0 to 4 {
      // expected-error @+1 {{reaches row 9 of}}
      %0 = kern.rows %a every 2 from 1 advance 2 : memref<1x8x4x4xi8> to memref<1x3x4x4xi8>
    }
  }
  return
}

// -----

func.func @due_backwards() {
  kern.stream 9 {
    // expected-error @+1 {{rows in ascending order}}
    kern.due every 2 from 1 rows 4 to 3 {
    }
  }
  return
}
