//===- NeonVectors.cpp - Arithmetics of Arm NEON --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the compiler has to know of backends/kernels/neon_*_vectors.h.
//
//===----------------------------------------------------------------------===//

#include "../common/VectorDigits.h"
#include "../common/VectorStates.h"
#include "../common/VectorWinograd.h"

using namespace edgecc;

static constexpr llvm::StringLiteral kS8 = "neon_s8_vectors.h",
                                     kWide = "neon_wide_vectors.h",
                                     kS16 = "neon_s16_vectors.h",
                                     kF32 = "neon_f32_vectors.h";

/// What all of them have: of 32 registers, a few are for constants.
static VectorArithmetic makeNeon(llvm::StringRef name, llvm::StringRef suffix,
                                 llvm::StringRef header,
                                 llvm::StringRef feature, int64_t lanes) {
  VectorArithmetic isa = {};
  isa.name = name;
  isa.suffix = suffix;
  isa.features = {feature};
  isa.header = header;
  isa.lanes = lanes;
  isa.registers = 29;
  isa.behindRun = 16;
  isa.benefit = 30;
  return isa;
}

static VectorArithmetic makeS8Dot() {
  VectorArithmetic isa = makeNeon("S8NeonDot", "neon_dot", kS8, "dotprod", 4);
  isa.step = isa.chunk = isa.least = 4;
  isa.behindRow = 64;
  isa.benefit = 40;
  return isa;
}
const VectorArithmetic edgecc::s8NeonDot = makeS8Dot();

static VectorArithmetic makeS8Products(llvm::StringRef name,
                                       llvm::StringRef suffix, int benefit) {
  VectorArithmetic isa = makeNeon(name, suffix, kS8, "neon", 4);
  isa.step = 16;
  isa.parts = 4;
  isa.least = 8;
  isa.benefit = benefit;
  return isa;
}
const VectorArithmetic edgecc::s8NeonMull =
    makeS8Products("S8NeonMull", "neon_mull", 30);

static VectorArithmetic makeS8Mlal() {
  VectorArithmetic isa = makeS8Products("S8NeonMlal", "neon_mlal", 31);
  isa.leastWeight = -127;
  return isa;
}
const VectorArithmetic edgecc::s8NeonMlal = makeS8Mlal();

static VectorArithmetic makeS8Wide() {
  VectorArithmetic isa = makeNeon("S8NeonWide", "neon_wide", kWide, "neon", 8);
  isa.cellBytes = 2;
  isa.behindRow = 8;
  isa.converts = isa.wideWeights = true;
  return isa;
}
const VectorArithmetic edgecc::s8NeonWide = makeS8Wide();

static VectorArithmetic makeS8Lane() {
  VectorArithmetic isa = makeNeon("S8NeonLane", "neon_lane", kWide, "neon", 8);
  isa.cellBytes = isa.sumRegisters = 2;
  isa.chunk = 8;
  isa.behindRun = 8;
  isa.converts = isa.wideWeights = true;
  isa.benefit = 32;
  return isa;
}
const VectorArithmetic edgecc::s8NeonLane = makeS8Lane();

static VectorArithmetic makeF32() {
  VectorArithmetic isa = makeNeon("F32Neon", "neon", kF32, "neon", 4);
  isa.elementBytes = isa.cellBytes = 4;
  isa.chunk = 4;
  isa.behindRow = 4;
  isa.depthTile = 8;
  return isa;
}
const VectorArithmetic edgecc::f32Neon = makeF32();

//===----------------------------------------------------------------------===//
// int16
//===----------------------------------------------------------------------===//

static VectorArithmetic makeInt16(llvm::StringRef name) {
  VectorArithmetic isa = makeS8Lane();
  isa.name = name;
  isa.suffix = "neon";
  isa.header = "neon_int16_vectors.h";
  isa.elementBytes = 2;
  isa.least = 8;
  isa.converts = isa.wideWeights = false;
  return isa;
}
const VectorArithmetic edgecc::int16Neon = makeInt16("Int16Neon");
const VectorArithmetic edgecc::int16x8Neon = makeInt16("Int16x8Neon");

//===----------------------------------------------------------------------===//
// Integer recurrent layers
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral kState = "neon_state_vectors.h";

const StateArithmetic edgecc::stateNeonDot = {
    s8NeonDot,       "StateNeonDot",
    kState,
    /*rows=*/4,      /*step=*/4,
    /*blocks=*/8,
    /*together=*/4,  /*tileBlocks=*/4,
    /*rowBlocks=*/8,
    /*offset=*/128,  /*columnsFirst=*/false};
static StateArithmetic makeStateNeon(const VectorArithmetic &bytes) {
  return {bytes,          "StateNeon",          kState,
          /*rows=*/8,     /*step=*/2,           /*blocks=*/4,
          /*together=*/4, /*tileBlocks=*/1,     /*rowBlocks=*/2,
          /*offset=*/0,   /*columnsFirst=*/true};
}
const StateArithmetic edgecc::stateNeonMlal = makeStateNeon(s8NeonMlal);
const StateArithmetic edgecc::stateNeonMull = makeStateNeon(s8NeonMull);

//===----------------------------------------------------------------------===//
// Weights of four bits
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral kDigits = "neon_digit_vectors.h";

static VectorArithmetic makeDigits(VectorArithmetic isa, llvm::StringRef name,
                                   llvm::StringRef suffix, int64_t lanes) {
  isa.name = name;
  isa.suffix = suffix;
  isa.header = kDigits;
  isa.lanes = lanes;
  isa.benefit += 2;
  return isa;
}
const DigitArithmetic edgecc::digitsNeonDot = {
    makeDigits(makeS8Dot(), "DigitsNeonDot", "neon_dot", 4),
    /*rows=*/4, /*step=*/4, /*blocks=*/8, /*digitOffset=*/0};
const DigitArithmetic edgecc::digitsNeon = {
    makeDigits(makeS8Mlal(), "DigitsNeon", "neon", 16),
    /*rows=*/16, /*step=*/1, /*blocks=*/2, /*digitOffset=*/0};
const UnpackArithmetic edgecc::unpackNeonDot = {s8NeonDot, "UnpackNeonDot",
                                                kDigits, /*digitOffset=*/0};
const UnpackArithmetic edgecc::unpackNeonMlal = {s8NeonMlal, "UnpackNeonMlal",
                                                 kDigits, /*digitOffset=*/0};
const UnpackArithmetic edgecc::unpackNeonMull = {s8NeonMull, "UnpackNeonMlal",
                                                 kDigits, /*digitOffset=*/0};

//===----------------------------------------------------------------------===//
// Winograd's convolution
//===----------------------------------------------------------------------===//

static VectorArithmetic makeS16() {
  VectorArithmetic isa = makeS8Lane();
  isa.name = "S16Neon";
  isa.suffix = "neon_s16";
  isa.header = kS16;
  return isa;
}
const VectorArithmetic edgecc::s16Neon = makeS16();

// Counted in the code of GCC 12 for AArch64, spills included. Four bytes of
// eight outputs take three instructions for sixteen channels, and loads.
const WinogradArithmetic edgecc::f32NeonWinograd = {
    f32Neon, f32Neon, 1.4, 4, {80, 240}, {80, 260}, false};
const WinogradArithmetic edgecc::s8NeonWinograd = {
    s16Neon, s8NeonMlal, 1.9, 8, {90, 270}, {160, 640}, true};
