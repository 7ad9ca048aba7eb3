//===- classify.h - Classes of Arm instructions, for the counter *- C -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The classes are those whose cost differs on real cores: a cost model weighs
// them. They are coarse on purpose.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_RUNTIME_CLASSIFY_H
#define EDGECC_RUNTIME_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insn_class {
  ALU,
  MUL,
  SIMD_MAC, /* dual 16-bit multiply-accumulate of the DSP extension */
  DIV,
  BRANCH,
  LOAD,
  STORE,
  LOAD_STORE_MULTIPLE,
  LOOP, /* low overhead loops of Armv8.1-M */
  FP32,
  FP64,
  FP_MAC,
  FP_DIV,
  FP_LOAD_STORE,
  MVE,
  MVE_LOAD_STORE,
  VECTOR, /* any other NEON instruction */
  VECTOR_FMA,
  VECTOR_DOT,
  VECTOR_MATMUL,
  VECTOR_MUL,
  VECTOR_LOAD,
  VECTOR_STORE,
  SYSTEM,
  CLASS_COUNT
};

static const char *const class_names[CLASS_COUNT] = {
    "alu",        "mul",           "simd_mac",     "div",
    "branch",     "load",          "store",        "load_store_multiple",
    "loop",       "fp32",          "fp64",         "fp_mac",
    "fp_div",     "fp_load_store", "mve",          "mve_load_store",
    "vector",     "vector_fma",    "vector_dot",   "vector_matmul",
    "vector_mul", "vector_load",   "vector_store", "system"};

/* An encoding matches if insn & mask == value. The first match decides. */
struct pattern {
  uint32_t mask, value;
  enum insn_class insn_class;
};

static inline enum insn_class match(const struct pattern *table, size_t size,
                                    uint32_t insn, enum insn_class otherwise) {
  for (size_t i = 0; i < size; ++i)
    if ((insn & table[i].mask) == table[i].value)
      return table[i].insn_class;
  return otherwise;
}

#define MATCH(table, insn, otherwise)                                          \
  match(table, sizeof table / sizeof table[0], insn, otherwise)

/* Thumb, 16 bits: Armv7-M reference manual A5.2. */
static const struct pattern thumb16[] = {
    {0xff00, 0xdf00, SYSTEM},              /* SVC */
    {0xff00, 0xde00, SYSTEM},              /* UDF */
    {0xf000, 0xd000, BRANCH},              /* B<cond> */
    {0xf800, 0xe000, BRANCH},              /* B */
    {0xff00, 0x4700, BRANCH},              /* BX, BLX */
    {0xf500, 0xb100, BRANCH},              /* CBZ, CBNZ */
    {0xffc0, 0x4340, MUL},                 /* MULS */
    {0xf800, 0x4800, LOAD},                /* LDR literal */
    {0xfe00, 0x5600, LOAD},                /* LDRSB register */
    {0xf800, 0x5800, LOAD},                /* LDR, LDRH register */
    {0xf800, 0x5c00, LOAD},                /* LDRB, LDRSH register */
    {0xf000, 0x5000, STORE},               /* STR, STRH, STRB register */
    {0xe800, 0x6800, LOAD},                /* LDR, LDRB immediate */
    {0xe800, 0x6000, STORE},               /* STR, STRB immediate */
    {0xf800, 0x8800, LOAD},                /* LDRH immediate */
    {0xf800, 0x8000, STORE},               /* STRH immediate */
    {0xf800, 0x9800, LOAD},                /* LDR sp */
    {0xf800, 0x9000, STORE},               /* STR sp */
    {0xf600, 0xb400, LOAD_STORE_MULTIPLE}, /* PUSH, POP */
    {0xf000, 0xc000, LOAD_STORE_MULTIPLE}, /* LDM, STM */
    {0xff00, 0xbe00, SYSTEM},              /* BKPT */
};

/* Thumb, 32 bits, first halfword on top; the coprocessor space (floating point
   and MVE) has a table of its own. */
static const struct pattern thumb32[] = {
    {0xfff0ffe0, 0xe8d0f000, BRANCH},              /* TBB, TBH */
    {0xfe400000, 0xe8000000, LOAD_STORE_MULTIPLE}, /* LDM, STM */
    {0xfe500000, 0xe8500000, LOAD},                /* LDRD, LDREX */
    {0xfe500000, 0xe8400000, STORE},               /* STRD, STREX */
    {0xfe000000, 0xea000000, ALU},                 /* shifted register */
    {0xff80d001, 0xf000c001, LOOP},                /* WLS, DLS, LE */
    {0xfb80d000, 0xf3808000, SYSTEM},              /* MSR, hints, barriers */
    {0xf8008000, 0xf0008000, BRANCH},              /* B, B<cond>, BL */
    {0xf8008000, 0xf0000000, ALU},                 /* immediate */
    {0xff100000, 0xf8000000, STORE},               /* STR, STRB, STRH */
    {0xfe100000, 0xf8100000, LOAD},                /* LDR, LDRB, ... */
    {0xfff00000, 0xfb200000, SIMD_MAC},            /* SMUAD, SMLAD */
    {0xfff00000, 0xfb400000, SIMD_MAC},            /* SMUSD, SMLSD */
    {0xffe000e0, 0xfbc000c0, SIMD_MAC},            /* SMLALD, SMLSLD */
    {0xffd000f0, 0xfb9000f0, DIV},                 /* SDIV, UDIV */
    {0xff000000, 0xfb000000, MUL},                 /* all other multiplies */
};

/* Floating point on coprocessors 10 and 11; bit 8 set: double precision. */
static const struct pattern thumb_fp[] = {
    {0xfe000000, 0xec000000, FP_LOAD_STORE}, /* VLDR, VSTR, VLDM, VMOV x2 */
    {0xff000010, 0xee000010, FP32},          /* VMOV to and from the core */
    {0xffa00000, 0xee000000, FP_MAC},        /* VMLA, VMLS, VNMLA, VNMLS */
    {0xffb00000, 0xee900000, FP_MAC},        /* VFNMA, VFNMS */
    {0xffb00000, 0xeea00000, FP_MAC},        /* VFMA, VFMS */
    {0xffb00000, 0xee800000, FP_DIV},        /* VDIV */
    {0xffbf00c0, 0xeeb100c0, FP_DIV},        /* VSQRT */
};

static inline enum insn_class classify_thumb_fp(uint32_t insn) {
  const bool is_double = insn >> 8 & 1;
  return MATCH(thumb_fp, insn, is_double ? FP64 : FP32);
}

/* The length comes from the opcode: near the end of a page QEMU 7.2 reports
   four bytes for some two-byte instructions. */
static inline enum insn_class classify_thumb(const uint8_t *data) {
  const uint32_t first = (uint32_t)(data[0] | data[1] << 8);
  if (first < 0xe800)
    return MATCH(thumb16, first, ALU);
  const uint32_t insn = first << 16 | (uint32_t)(data[2] | data[3] << 8);
  const bool coprocessor = (first & 0xec00) == 0xec00;
  if (!coprocessor)
    return MATCH(thumb32, insn, ALU);
  const bool load_store = (first & 0xfe00) == 0xec00;
  const bool fp = (insn & 0xe00) == 0xa00 && (first & 0xef00) != 0xef00;
  if (fp)
    return classify_thumb_fp(insn);
  return load_store ? MVE_LOAD_STORE : MVE;
}

/* Registers that a load or store of several moves: each takes a cycle. */
static inline unsigned multiple_words(const uint8_t *data) {
  const uint32_t first = (uint32_t)(data[0] | data[1] << 8);
  if ((first & 0xf600) == 0xb400)
    return (unsigned)__builtin_popcount(first & 0x1ff);
  if ((first & 0xf000) == 0xc000)
    return (unsigned)__builtin_popcount(first & 0xff);
  if (first < 0xe800)
    return 0;
  const uint32_t second = (uint32_t)(data[2] | data[3] << 8);
  if ((first & 0xfe40) == 0xe800)
    return (unsigned)__builtin_popcount(second);
  const bool vldm = (first & 0xfe00) == 0xec00 && (second & 0xe00) == 0xa00 &&
                    (first & 0x1e0) != 0x040 && (first & 0x120) != 0x100;
  return vldm ? second & 0xff : 0;
}

/* AArch64, Advanced SIMD and floating point. */
static const struct pattern a64_vector[] = {
    {0xbf20fc00, 0x0e20cc00, VECTOR_FMA},    /* FMLA */
    {0xbf80b400, 0x0f801000, VECTOR_FMA},    /* FMLA by element */
    {0xff000000, 0x1f000000, VECTOR_FMA},    /* FMADD and relatives */
    {0x9fe0fc00, 0x0e809400, VECTOR_DOT},    /* SDOT, UDOT */
    {0x9fc0f400, 0x0f80e000, VECTOR_DOT},    /* by element */
    {0xbfe0fc00, 0x0e809c00, VECTOR_DOT},    /* USDOT */
    {0xbfc0f400, 0x0f80f000, VECTOR_DOT},    /* by element */
    {0xdfe0f400, 0x4e80a400, VECTOR_MATMUL}, /* SMMLA, UMMLA */
    {0x9f20dc00, 0x0e208000, VECTOR_MUL},    /* [SU]MLAL, [SU]MLSL */
    {0x9f20fc00, 0x0e20c000, VECTOR_MUL},    /* [SU]MULL */
    {0x9f00b400, 0x0f002000, VECTOR_MUL},    /* [SU]MLAL by element */
    {0x9f00f400, 0x0f00a000, VECTOR_MUL},    /* [SU]MULL by element */
    {0xbf20f400, 0x0e209400, VECTOR_MUL},    /* MLA, MUL */
    {0xbf00b400, 0x2f000000, VECTOR_MUL},    /* MLA, MLS by element */
    {0xbf00f400, 0x0f008000, VECTOR_MUL},    /* MUL by element */
};

static const struct pattern a64_memory[] = {
    {0xffc00000, 0xf9800000, SYSTEM},      /* PRFM */
    {0xffe00c00, 0xf8a00800, SYSTEM},      /* PRFM register */
    {0xffe00c00, 0xf8800000, SYSTEM},      /* PRFUM */
    {0x3f000000, 0x18000000, LOAD},        /* LDR literal */
    {0x3f000000, 0x1c000000, VECTOR_LOAD}, /* LDR literal, vector */
    {0x04400000, 0x04400000, VECTOR_LOAD},
    {0x04400000, 0x04000000, VECTOR_STORE},
    {0x34c00000, 0x30000000, STORE}, /* one register: opc 0 is STR */
    {0x34000000, 0x30000000, LOAD},
    {0x00400000, 0x00400000, LOAD},
    {0x00000000, 0x00000000, STORE},
};

static const struct pattern a64_scalar[] = {
    {0xff000000, 0xd4000000, SYSTEM}, /* SVC, BRK */
    {0xff000000, 0xd5000000, SYSTEM}, /* MSR, hints, barriers */
    {0x1c000000, 0x14000000, BRANCH},
    {0x7fe0f800, 0x1ac00800, DIV}, /* SDIV, UDIV */
    {0x1f000000, 0x1b000000, MUL}, /* MADD, SMADDL, SMULH, ... */
    {0x1c000000, 0x10000000, ALU}, /* immediate */
    {0x0e000000, 0x0a000000, ALU}, /* register */
};

static inline enum insn_class classify_a64(const uint8_t *data) {
  const uint32_t insn = (uint32_t)data[0] | (uint32_t)data[1] << 8 |
                        (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
  if ((insn & 0x0a000000) == 0x08000000)
    return MATCH(a64_memory, insn, SYSTEM);
  if ((insn & 0x0e000000) == 0x0e000000)
    return MATCH(a64_vector, insn, VECTOR);
  return MATCH(a64_scalar, insn, SYSTEM);
}

#endif /* EDGECC_RUNTIME_CLASSIFY_H */
