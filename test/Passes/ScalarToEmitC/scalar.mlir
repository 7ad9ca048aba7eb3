// Bodies of maps as C++ functions.
// RUN: edgecc-opt %s -convert-kern-to-emitc | mlir-translate-19 --mlir-to-cpp | FileCheck %s

// CHECK-LABEL: static float calls(float
// CHECK-DAG: kernels::maximum(
// CHECK-DAG: kernels::exponential(
// CHECK-DAG: kernels::errorFunction(
// CHECK-DAG: kernels::reciprocalSqrt(
// CHECK-DAG: std::nearbyint(
func.func private @calls(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %0 = arith.maximumf %x, %zero : f32
  %1 = math.exp %0 : f32
  %2 = math.erf %1 : f32
  %3 = math.rsqrt %2 : f32
  %4 = math.roundeven %3 : f32
  return %4 : f32
}

// An unordered comparison is the negation of the ordered one that is its
// opposite: NaN makes it true.
// CHECK-LABEL: static float unordered(float
// CHECK-SAME: [[X:v[0-9]+]], float [[Y:v[0-9]+]])
// CHECK: bool [[LESS:v[0-9]+]] = [[X]] < [[Y]];
// CHECK: bool [[NOT:v[0-9]+]] = ![[LESS]];
// CHECK: [[NOT]] ? [[X]] : [[Y]];
func.func private @unordered(%x: f32, %y: f32) -> f32 {
  %0 = arith.cmpf uge, %x, %y : f32
  %1 = arith.select %0, %x, %y : f32
  return %1 : f32
}

// Integers wrap around, hence they are added without a sign.
// CHECK-LABEL: static int32_t wraps(int32_t
// CHECK: uint32_t {{v[0-9]+}} = (uint32_t)
// CHECK: int32_t {{v[0-9]+}} = (int32_t)
func.func private @wraps(%x: i32, %y: i32) -> i32 {
  %0 = arith.addi %x, %y : i32
  return %0 : i32
}

func.func @run(%in: memref<2xf32> {kern.input = "in", kern.tensor = tensor<2xf32>},
               %out: memref<2xf32> {kern.output = "out", kern.tensor = tensor<2xf32>}) {
  %0 = kern.buffer {offset = 0} : memref<2xf32>
  kern.call "map" from "elementwise.h"<[#kern.shape<[2]>, #kern.shape<[2]>]> (@calls)
    ins(%in : memref<2xf32>) outs(%0 : memref<2xf32>)
  kern.call "map" from "elementwise.h"<[#kern.shape<[2]>, #kern.shape<[2]>, #kern.shape<[2]>]> (@unordered)
    ins(%in, %0 : memref<2xf32>, memref<2xf32>) outs(%out : memref<2xf32>)
  return
}
