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
