//===- Functions.h - Functions that a model defines -------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_IMPORT_FUNCTIONS_H
#define EDGECC_COMPILER_IMPORT_FUNCTIONS_H

#include "ModelFile.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <deque>

namespace edgecc::importer {

/// Whether a domain is that of ONNX's own operators.
bool isDefaultDomain(llvm::StringRef domain);
/// The version of the default domain in a list of imports, 0 if it is not
/// there.
int64_t getDefaultOpset(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>
        &imports);

/// The functions of a model (ModelProto.functions): operators defined by nodes,
/// as PyTorch writes them. They are inlined where they are called.
class FunctionTable {
public:
  explicit FunctionTable(const onnx::ModelProto &model);

  /// The function that a node calls, or null where it is an operator.
  const onnx::FunctionProto *lookup(const onnx::NodeProto &call) const;

  /// The function's nodes as a graph, with the values of attributes that the
  /// call gives, or else the function's defaults, in place of references. What
  /// neither gives is left out. The graph lives as long as this table.
  const onnx::GraphProto &instantiate(const onnx::FunctionProto &function,
                                      const onnx::NodeProto &call);

private:
  llvm::StringMap<const onnx::FunctionProto *> functions;
  /// Instances by call; by function where calls give no attributes.
  llvm::DenseMap<const void *, const onnx::GraphProto *> known;
  std::deque<onnx::GraphProto> instances;
};

} // namespace edgecc::importer

#endif // EDGECC_COMPILER_IMPORT_FUNCTIONS_H
