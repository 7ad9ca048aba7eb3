//===- ModelFile.cpp - Reading ONNX files ---------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;

/// Why a file that does not parse is no ONNX model, for files that people give
/// by mistake.
static StringRef guessMistake(StringRef content) {
  if (content.empty())
    return "it is empty";
  if (content.starts_with("version https://git-lfs"))
    return "it is a Git LFS pointer; run 'git lfs pull' to get the model";
  if (content.substr(4).starts_with("TFL3"))
    return "it is a TensorFlow Lite model; edgecc reads ONNX";
  if (content.starts_with("PK\x03\x04"))
    return "it is a zip archive, such as torch.save writes; export the model "
           "with torch.onnx.export";
  if (llvm::all_of(content.take_front(256),
                   [](char c) { return llvm::isPrint(c) || llvm::isSpace(c); }))
    return "it is a text file; edgecc reads binary ONNX";
  return "it is damaged, cut short, or of another format";
}

LogicalResult importer::parseModel(StringRef content, Location loc,
                                   onnx::ModelProto &model) {
  if (content.size() > size_t(std::numeric_limits<int>::max()))
    return emitError(loc) << "the model file has " << content.size()
                          << " bytes, more than the 2 GiB that protobuf allows";
  // The partial form does not print complaints of its own.
  bool parsed = model.ParsePartialFromArray(content.data(), content.size());
  if (!parsed || !model.has_graph())
    return emitError(loc) << "not an ONNX model: "
                          << (parsed && !content.empty()
                                  ? "it holds no graph"
                                  : guessMistake(content));
  return success();
}
