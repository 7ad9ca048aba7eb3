//===- FillWeights.h - Made-up weights for text models ----------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_TOOLS_ONNXAS_FILLWEIGHTS_H
#define EDGECC_TOOLS_ONNXAS_FILLWEIGHTS_H

#include "Directives.h"

#include "onnx/onnx_pb.h"

namespace onnxas {

/// Makes an initializer of every value that the graph's `<...>` list declares
/// by its type alone and that no node computes. Its values depend on nothing
/// but its name, its shape and its use, so that a test's expected numbers stay
/// when something else in the model changes.
void fillWeights(ONNX_NAMESPACE::GraphProto &graph,
                 const Directives &directives);

} // namespace onnxas

#endif // EDGECC_TOOLS_ONNXAS_FILLWEIGHTS_H
