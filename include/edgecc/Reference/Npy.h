//===- Npy.h - NumPy files --------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_REFERENCE_NPY_H
#define EDGECC_REFERENCE_NPY_H

#include "edgecc/Reference/Tensor.h"

#include "llvm/Support/Error.h"

namespace edgecc::reference {

/// Reads an array from a .npy file (format 1 to 3, C order, little endian) of
/// booleans, integers of 8 to 64 bits, or floats of 32 or 64 bits. Signed
/// integers become signless types (i8, i32, i64), unsigned ones ui8 and so on.
/// The error names the file and what is wrong with it.
llvm::Expected<Tensor> readNpy(llvm::StringRef path,
                               mlir::MLIRContext *context);

/// Writes the stored elements of a tensor as a .npy file (format 1).
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

} // namespace edgecc::reference

#endif // EDGECC_REFERENCE_NPY_H
