// RUN: edgecc-opt %s -split-input-file -verify-diagnostics -convert-kern-to-emitc

func.func @run(%in: memref<4xi8> {kern.input = "in"}) {
  // expected-error @below {{has no offset: run kern-plan-arena first}}
  %0 = kern.buffer : memref<4xi8>
  return
}

// -----

// expected-error @below {{arguments of type 'memref<4xi7>' have no C++ type}}
func.func @run(%in: memref<4xi7> {kern.input = "in"}) {
  return
}
