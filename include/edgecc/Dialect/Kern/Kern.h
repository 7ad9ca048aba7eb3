//===- Kern.h - The kern dialect --------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_KERN_KERN_H
#define EDGECC_DIALECT_KERN_KERN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "edgecc/Dialect/Kern/KernDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "edgecc/Dialect/Kern/KernAttrs.h.inc"

#define GET_OP_CLASSES
#include "edgecc/Dialect/Kern/KernOps.h.inc"

namespace edgecc::kern {
/// Names of the attributes on a program and its arguments.
inline constexpr llvm::StringLiteral kArenaBytes = "kern.arena_bytes";
inline constexpr llvm::StringLiteral kStateBytes = "kern.state_bytes";
/// What reset() writes into the state: a list of {offset, bytes, data}, the
/// symbol of a kern.data, or {offset, bytes, value}, what each byte is.
inline constexpr llvm::StringLiteral kStateInitials = "kern.state_initials";
/// Bytes of constants that kernels take for speed.
inline constexpr llvm::StringLiteral kExtraBytes = "kern.extra_bytes";
/// Bytes of constants that are saved by coding them.
inline constexpr llvm::StringLiteral kCodingSaves = "kern.coding_saves";
/// The kernel that decodes constants.
inline constexpr llvm::StringLiteral kDecoder = "decode_prefix";
/// Of `edge` operations: a TilingAttr.
inline constexpr llvm::StringLiteral kTiling = "kern.tiling";
/// On a buffer where an input can be written before a run: the input's number.
inline constexpr llvm::StringLiteral kInputPlace = "kern.input_place";
/// Of functions: on how many threads the program may run; absent: on one.
inline constexpr llvm::StringLiteral kThreads = "kern.threads";
/// Of calls: in how many parts the kernel is called; absent: as a whole.
inline constexpr llvm::StringLiteral kParts = "kern.parts";
inline constexpr llvm::StringLiteral kInput = "kern.input";
inline constexpr llvm::StringLiteral kOutput = "kern.output";

/// The size in bytes of a buffer of static shape, elements packed, i1 as one
/// byte.
int64_t getByteSize(mlir::MemRefType type);

/// The buffer, argument or constants that a value leads back to, through views
/// and rows.
mlir::Value getRoot(mlir::Value value);

/// The calls of a program in order, with the numbers of their layers in
/// reports: each call is one, but those of a loop over rows that have the same
/// `layer` belong together, as does what decodes a call's constants to the
/// call.
llvm::SmallVector<std::pair<CallOp, unsigned>>
numberLayers(mlir::Operation *program);
} // namespace edgecc::kern

#endif // EDGECC_DIALECT_KERN_KERN_H
