// RUN: edgecc-opt %s -convert-kern-to-emitc | FileCheck %s
// RUN: edgecc-opt %s -convert-kern-to-emitc | mlir-translate-19 --mlir-to-cpp | FileCheck %s --check-prefix=CPP

// CHECK: emitc.verbatim "EDGECC_WEIGHTS"
// CHECK-NEXT: emitc.global static const @weights : !emitc.array<4xi8> = dense<[1, 2, 3, 4]>
// CPP: EDGECC_WEIGHTS
// CPP-NEXT: static const int8_t weights[4] = {1, 2, 3, 4};
kern.data @weights : memref<2x2xi8> = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>

// CHECK: emitc.func private @clip(%{{.*}}: f32) -> f32 attributes {specifiers = ["static"]}
// CHECK: emitc.call_opaque "kernels::maximum"
// CPP: static float clip(float [[X:v[0-9]+]]) {
// CPP: kernels::maximum([[X]], {{v[0-9]+}});
func.func private @clip(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %max = arith.maximumf %x, %zero : f32
  return %max : f32
}

// CPP: static void execute(std::uint8_t* [[ARENA:v[0-9]+]], const float* [[IN:v[0-9]+]], std::int8_t* [[OUT:v[0-9]+]]) {
// CPP-NEXT: float* [[BUFFER:v[0-9]+]] = kernels::at<float, 16>([[ARENA]]);
// CPP-NEXT: EDGECC_LAYER(0)
// CPP-NEXT: // first_layer
// CPP-NEXT: kernels::map<&clip, kernels::Shape<1, 2>, kernels::Shape<1, 2>>([[BUFFER]], [[IN]]);
// CPP-NEXT: EDGECC_LAYER(1)
// CPP-NEXT: // second
// CPP-NEXT: kernels::conv<kernels::Window<3, 3, 1, 1, 2, 2, 0, 0, 1, 1>, 5, true, kernels::Kind::Sum, std::int8_t>([[BUFFER]], weights, [[OUT]], -7, {{.*}}5.000000000e-01f);
func.func @run(%in: memref<1x2xf32> {kern.input = "in", kern.tensor = tensor<1x2xf32>},
               %out: memref<1x2xi8> {kern.output = "out", kern.tensor = tensor<1x2xi8>}) {
  %w = kern.get_data @weights : memref<2x2xi8>
  %0 = kern.buffer {offset = 16} : memref<1x2xf32>
  kern.call "map" from "elementwise.h"<[#kern.shape<[1, 2]>, #kern.shape<[1, 2]>]> (@clip)
    ins(%in : memref<1x2xf32>) outs(%0 : memref<1x2xf32>) {layer = "first\\layer"}
  kern.call "conv" from "conv2d.h"<[#kern.window<kernel = [3, 3], strides = [1, 1], dilations = [2, 2], pads = [0, 0, 1, 1]>, 5, true, "Kind::Sum", i8]>
    ins(%0, %w : memref<1x2xf32>, memref<2x2xi8>) outs(%out : memref<1x2xi8>)
    scalars [-7 : i32, 0.5 : f32] {layer = "second"}
  return
}
