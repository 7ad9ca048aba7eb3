// RUN: edgecc-opt %s -convert-kern-to-emitc | mlir-translate-19 --mlir-to-cpp | FileCheck %s

// Addresses behind the beginning of constants; what decodes constants belongs to
// the layer that reads them.
// CHECK: const std::uint16_t* [[TABLE:v[0-9]+]] = kernels::behind<0>(weights);
// CHECK-NEXT: const std::uint16_t* [[BITS:v[0-9]+]] = kernels::behind<2>(weights);
// CHECK: EDGECC_LAYER(0)
// CHECK-NEXT: // fc
// CHECK-NEXT: kernels::decode_prefix([[TABLE]], [[BITS]], {{v[0-9]+}}, 4);
// CHECK: EDGECC_LAYER(1)
// CHECK-NEXT: // other
// CHECK: EDGECC_LAYER(0)
// CHECK-NEXT: // fc
// CHECK-NEXT: kernels::g(
// CHECK: EDGECC_LAYER(2)
kern.data @weights : memref<4xui16> = dense<[257, 65535, 0, 0]> : tensor<4xui16>
func.func @run(%in: memref<4xi8> {kern.input = "in", kern.tensor = tensor<4xi8>},
               %out: memref<4xi8> {kern.output = "out", kern.tensor = tensor<4xi8>}) {
  %0 = kern.get_data @weights : memref<4xui16>
  %1 = kern.view %0 {offset = 0 : i64} : memref<4xui16> to memref<2xui16>
  %2 = kern.view %0 {offset = 4 : i64} : memref<4xui16> to memref<2xui16>
  %3 = kern.buffer {offset = 0} : memref<4xi8>
  kern.call "decode_prefix" from "prefix_code.h"<[]> ins(%1, %2 : memref<2xui16>, memref<2xui16>) outs(%3 : memref<4xi8>) scalars [4 : i32] {layer = "fc"}
  kern.call "f" from "f.h"<[]> ins(%in : memref<4xi8>) outs(%out : memref<4xi8>) {layer = "other"}
  kern.call "g" from "g.h"<[]> ins(%3 : memref<4xi8>) outs(%out : memref<4xi8>) {layer = "fc"}
  kern.call "f" from "f.h"<[]> ins(%in : memref<4xi8>) outs(%out : memref<4xi8>) {layer = "fc"}
  return
}
