//===- ModelFile.h - Reading ONNX files -------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_MODELFILE_H
#define EDGECC_COMPILER_IMPORT_MODELFILE_H

#include "edgecc/Reference/Tensor.h"

#include "mlir/IR/Diagnostics.h"

#include "onnx/onnx_pb.h"

namespace edgecc::importer {

/// No tensor of a model may have more elements; keeps products of sizes, in
/// bytes too, far from overflow.
constexpr int64_t kMaxElements = int64_t(1) << 31;
/// Nor more axes.
constexpr size_t kMaxAxes = 64;

/// Parses the content of an ONNX file. On failure, a diagnostic has been
/// emitted at `loc`.
llvm::LogicalResult parseModel(llvm::StringRef content, mlir::Location loc,
                               onnx::ModelProto &model);

/// The type of tensor elements in edgecc, or null where it has none. Floating
/// point types other than float are read as float.
mlir::Type getElementType(mlir::MLIRContext *context, int32_t onnxType);
/// The name that ONNX gives an element type: "float16".
std::string getTypeName(int32_t onnxType);
/// The same for a type of edgecc: "float", "int64".
std::string getTypeName(mlir::Type elementType);

/// Whether a type is read as float, which has another precision or range.
bool isReadAsFloat(int32_t onnxType);
/// Such types that tensors of a model have, by name.
llvm::SmallVector<std::string>
findTypesReadAsFloat(const onnx::ModelProto &model);

/// The number of elements, or nothing where a size is negative, the number
/// exceeds `kMaxElements`, or there are more than `kMaxAxes` axes.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);
/// "[1, 3, 8, 8]"
std::string describeShape(llvm::ArrayRef<int64_t> shape);

/// The value of an initializer or of a tensor attribute, `what` in messages.
/// Float16, bfloat16 and double become float. Values outside the model are read
/// from `directory`. Emits a diagnostic at `loc` on failure.
llvm::FailureOr<reference::Tensor> readTensor(const onnx::TensorProto &proto,
                                              llvm::StringRef directory,
                                              const llvm::Twine &what,
                                              mlir::Location loc);

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_MODELFILE_H
