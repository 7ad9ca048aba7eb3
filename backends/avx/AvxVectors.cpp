//===- AvxVectors.cpp - Arithmetics of AVX2 and AVX-512 -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the compiler has to know of backends/kernels/avx*_vectors.h.
//
//===----------------------------------------------------------------------===//

#include "../common/VectorDigits.h"
#include "../common/VectorStates.h"
#include "../common/VectorWinograd.h"

using namespace edgecc;

static constexpr llvm::StringLiteral kAvx2 = "avx2_vectors.h",
                                     kAvx512 = "avx512_vectors.h";

static VectorArithmetic makeS8Vnni() {
  VectorArithmetic isa = {};
  isa.name = "S8Vnni";
  isa.floatsName = "S8VnniFloats";
  isa.suffix = "vnni";
  isa.features = {"avx512vnni"};
  isa.header = kAvx512;
  isa.lanes = 16;
  isa.step = 4;
  isa.registers = 24;
  isa.offset = 128;
  isa.behindRun = 4;
  isa.behindRow = 256;
  isa.converts = isa.scalesSmall = true;
  isa.benefit = 40;
  return isa;
}
const VectorArithmetic edgecc::s8Vnni = makeS8Vnni();

/// Products need some of the 16 registers, and sums do not wait for each other.
static VectorArithmetic makeS8Avx2() {
  VectorArithmetic isa = {};
  isa.name = "S8Avx2";
  isa.suffix = "avx2";
  isa.features = {"avx2"};
  isa.header = kAvx2;
  isa.lanes = 8;
  isa.step = isa.cellBytes = 2;
  isa.registers = 8;
  isa.behindRun = 2;
  isa.behindRow = 32;
  isa.converts = isa.scalesSmall = true;
  isa.benefit = 30;
  return isa;
}
const VectorArithmetic edgecc::s8Avx2 = makeS8Avx2();

static VectorArithmetic makeF32(llvm::StringRef name, llvm::StringRef suffix,
                                llvm::StringRef header, llvm::StringRef feature,
                                int64_t lanes, int64_t registers, int benefit) {
  VectorArithmetic isa = {};
  isa.name = name;
  isa.suffix = suffix;
  // FMA comes with all processors that have AVX2, but is a feature of its own.
  isa.features = {"fma", feature};
  isa.header = header;
  isa.lanes = isa.depthTile = isa.behindRow = lanes;
  isa.elementBytes = isa.cellBytes = 4;
  isa.registers = registers;
  isa.behindRun = 1;
  isa.benefit = benefit;
  return isa;
}
static VectorArithmetic makeF32Avx512() {
  VectorArithmetic isa =
      makeF32("F32Avx512", "avx512", kAvx512, "avx512vnni", 16, 24, 40);
  isa.leavesLimits = true;
  return isa;
}
const VectorArithmetic edgecc::f32Avx512 = makeF32Avx512();
const VectorArithmetic edgecc::f32Avx2 =
    makeF32("F32Avx2", "avx2", kAvx2, "avx2", 8, 12, 30);

/// F32Avx512 for few channels. Tiles of 24 sums are slower: these are added up
/// by turns, beside the rest.
static VectorArithmetic makeTaps(llvm::StringRef name, llvm::StringRef suffix,
                                 int64_t taps) {
  VectorArithmetic isa = f32Avx512;
  isa.name = name;
  isa.suffix = suffix;
  isa.lanes /= taps;
  isa.step = isa.least = isa.behindRun = taps;
  isa.registers = 16;
  isa.addsLanes = true;
  // Where it is better, it also is before the one for planar images.
  isa.benefit += 2;
  return isa;
}
const VectorArithmetic edgecc::f32Avx512Taps2 =
    makeTaps("F32Avx512Taps<2>", "avx512_taps2", 2);
const VectorArithmetic edgecc::f32Avx512Taps4 =
    makeTaps("F32Avx512Taps<4>", "avx512_taps4", 4);
const VectorArithmetic edgecc::f32Avx512Taps8 =
    makeTaps("F32Avx512Taps<8>", "avx512_taps8", 8);
const VectorArithmetic edgecc::f32Avx512Taps16 =
    makeTaps("F32Avx512Taps<16>", "avx512_taps16", 16);

//===----------------------------------------------------------------------===//
// int16
//===----------------------------------------------------------------------===//

static VectorArithmetic makeInt16(llvm::StringRef name, llvm::StringRef suffix,
                                  llvm::StringRef header,
                                  VectorArithmetic isa) {
  isa.name = name;
  isa.suffix = suffix;
  isa.header = header;
  isa.floatsName = "";
  isa.step = isa.elementBytes = isa.cellBytes = isa.behindRun = isa.least = 2;
  isa.offset = 0;
  isa.converts = false;
  return isa;
}
const VectorArithmetic edgecc::int16Vnni =
    makeInt16("Int16Vnni", "vnni", "avx512_int16_vectors.h", makeS8Vnni());
const VectorArithmetic edgecc::int16Avx2 =
    makeInt16("Int16Avx2", "avx2", "avx2_int16_vectors.h", makeS8Avx2());
const VectorArithmetic edgecc::int16x8Vnni =
    makeInt16("Int16x8Vnni", "vnni", "avx512_int16_vectors.h", makeS8Vnni());
const VectorArithmetic edgecc::int16x8Avx2 =
    makeInt16("Int16x8Avx2", "avx2", "avx2_int16_vectors.h", makeS8Avx2());

//===----------------------------------------------------------------------===//
// Integer recurrent layers
//===----------------------------------------------------------------------===//

const StateArithmetic edgecc::stateVnni = {s8Vnni,
                                           "StateVnni",
                                           "avx512_state_vectors.h",
                                           /*rows=*/16,
                                           /*step=*/4,
                                           /*blocks=*/8,
                                           /*together=*/8,
                                           /*tileBlocks=*/2,
                                           /*rowBlocks=*/8,
                                           /*offset=*/-32768,
                                           /*columnsFirst=*/false};
const StateArithmetic edgecc::stateAvx2 = {s8Avx2,
                                           "StateAvx2",
                                           "avx2_state_vectors.h",
                                           /*rows=*/8,
                                           /*step=*/2,
                                           /*blocks=*/8,
                                           /*together=*/4,
                                           /*tileBlocks=*/2,
                                           /*rowBlocks=*/8,
                                           /*offset=*/0,
                                           /*columnsFirst=*/false};

//===----------------------------------------------------------------------===//
// Weights of four bits
//===----------------------------------------------------------------------===//

static VectorArithmetic makeDigits(VectorArithmetic isa, llvm::StringRef name,
                                   llvm::StringRef header) {
  isa.name = name;
  isa.header = header;
  isa.offset = 128;
  ++isa.benefit;
  return isa;
}
const DigitArithmetic edgecc::digitsVnni = {
    makeDigits(makeS8Vnni(), "DigitsVnni", "avx512_digit_vectors.h"),
    /*rows=*/16, /*step=*/4, /*blocks=*/8, /*digitOffset=*/0};
const DigitArithmetic edgecc::digitsAvx2 = {
    makeDigits(makeS8Avx2(), "DigitsAvx2", "avx2_digit_vectors.h"),
    /*rows=*/8, /*step=*/4, /*blocks=*/4, /*digitOffset=*/8};
const UnpackArithmetic edgecc::unpackVnni = {
    s8Vnni, "UnpackVnni", "avx512_digit_vectors.h", /*digitOffset=*/8};
const UnpackArithmetic edgecc::unpackAvx2 = {
    s8Avx2, "UnpackAvx2", "avx2_digit_vectors.h", /*digitOffset=*/8};

//===----------------------------------------------------------------------===//
// Winograd's convolution
//===----------------------------------------------------------------------===//

static VectorArithmetic makeS16Avx2() {
  VectorArithmetic isa = makeS8Avx2();
  isa.name = "S16Avx2";
  isa.suffix = "avx2_s16";
  isa.header = "avx_s16_vectors.h";
  return isa;
}
const VectorArithmetic edgecc::s16Avx2 = makeS16Avx2();

const WinogradArithmetic edgecc::f32Avx512Winograd = {
    f32Avx512, f32Avx512, 1.4, 16, {80, 240}, {80, 260}, false};
const WinogradArithmetic edgecc::f32Avx2Winograd = {
    f32Avx2, f32Avx2, 1.6, 8, {80, 300}, {80, 300}, false};
const WinogradArithmetic edgecc::s8Avx2Winograd = {
    s16Avx2, s8Avx2, 1.5, 16, {90, 300}, {150, 500}, true};
