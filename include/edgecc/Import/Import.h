//===- Import.h - ONNX models to the edge dialect ---------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_IMPORT_IMPORT_H
#define EDGECC_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <string>

namespace edgecc {

struct ImportOptions {
  /// Input name to its whole shape: fixes the axes that the model leaves open.
  llvm::StringMap<llvm::SmallVector<int64_t>> inputShapes;
  /// Input name to the .npy file whose content makes it a constant.
  llvm::StringMap<std::string> frozenInputs;
};

/// Reads an ONNX file into
/// ```mlir
/// module attributes {edge.producer = "...", edge.opset = 13 : i64} {
///   func.func @main(%x: tensor<...> {edge.name = "input"})
///       -> (tensor<...> {edge.name = "dense"})
/// }
/// ```
/// Arguments and results have the model's own shapes. Every operation is
/// located by the name of its node, `OpType_index` where it has none. Null
/// after diagnostics. Loads the dialects it needs into the context.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path,
                                             mlir::MLIRContext &context,
                                             const ImportOptions &options);

/// The same for a file's content. The buffer's identifier stands for the path,
/// in diagnostics and for values that the model keeps in other files.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::MemoryBufferRef model,
                                             mlir::MLIRContext &context,
                                             const ImportOptions &options);

/// Prints the operators that `importOnnx` knows: name, opsets, remarks.
void listOperators(llvm::raw_ostream &os);

} // namespace edgecc

#endif // EDGECC_IMPORT_IMPORT_H
