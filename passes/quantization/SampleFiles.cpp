//===- SampleFiles.cpp - Samples that passes read -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleFiles.h"

#include "edgecc/Quant/Ranges.h"
#include "edgecc/Reference/Samples.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using reference::Tensor;

static StringRef getInputName(func::FuncOp func, unsigned index) {
  auto name = func.getArgAttrOfType<StringAttr>(index, "edge.name");
  return name ? name.getValue() : StringRef();
}

/// The file for each argument: NAME=FILE goes by name, FILE by position.
static FailureOr<SmallVector<StringRef>>
assignFiles(func::FuncOp func, ArrayRef<std::string> given) {
  SmallVector<StringRef> files(func.getNumArguments());
  for (auto [position, text] : llvm::enumerate(given)) {
    auto [name, file] = StringRef(text).split('=');
    unsigned index = position;
    if (file.empty())
      std::swap(name, file);
    else
      for (index = 0; index != files.size(); ++index)
        if (getInputName(func, index) == name)
          break;
    if (index >= files.size())
      return func.emitError("samples '")
             << text << "' are for no input of the function";
    files[index] = file;
  }
  for (auto [index, file] : llvm::enumerate(files))
    if (file.empty())
      return func.emitError("input ")
             << index << " ('" << getInputName(func, index)
             << "') has no samples: give samples=NAME=FILE.npy";
  return files;
}

static FailureOr<std::vector<std::vector<Tensor>>>
readColumns(func::FuncOp func, ArrayRef<StringRef> files) {
  std::vector<std::vector<Tensor>> samples;
  for (auto [index, file] : llvm::enumerate(files)) {
    auto type = dyn_cast<RankedTensorType>(func.getArgumentTypes()[index]);
    if (!type)
      return func.emitError("input ") << index << " is not a tensor";
    llvm::Expected<std::vector<Tensor>> column = reference::loadSamples(
        file, type, "input '" + getInputName(func, index) + "'");
    if (!column)
      return func.emitError(llvm::toString(column.takeError()));
    if (index == 0)
      samples.resize(column->size());
    if (samples.size() != column->size())
      return func.emitError("'")
             << file << "' has " << column->size() << " samples, '"
             << files.front() << "' has " << samples.size();
    for (auto [sample, tensor] : llvm::zip_equal(samples, *column))
      sample.push_back(std::move(tensor));
  }
  return samples;
}

FailureOr<std::vector<std::vector<Tensor>>>
quantization::readSampleFiles(func::FuncOp func, ArrayRef<std::string> given) {
  FailureOr<SmallVector<StringRef>> files = assignFiles(func, given);
  if (failed(files))
    return failure();
  return readColumns(func, *files);
}

LogicalResult quantization::checkCalibrated(func::FuncOp func) {
  for (Operation &op : func.getBody().front())
    if (op.hasAttr(kRangesAttr))
      return success();
  return func.emitError("has no ranges to round with: run edge-calibrate, or "
                        "give edge.ranges");
}
