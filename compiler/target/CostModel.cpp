//===- CostModel.cpp - What a kernel is expected to take ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/CostModel.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace llvm;

namespace edgecc {

Expected<std::optional<CostModel>> CostModel::load(StringRef target,
                                                   StringRef resourceDir) {
  SmallString<256> file(resourceDir);
  sys::path::append(file, "costs", target + ".json");
  if (!sys::fs::exists(file))
    return std::nullopt;
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read '%s': %s",
                             file.c_str(), buffer.getError().message().c_str());
  auto kernels =
      json::parse<std::map<std::string, std::map<std::string, double>>>(
          (*buffer)->getBuffer(), file.c_str());
  if (!kernels)
    return kernels.takeError();
  CostModel model;
  model.kernels = std::move(*kernels);
  return model;
}

std::optional<uint64_t> CostModel::predict(StringRef kernel,
                                           const CallShape &shape) const {
  // Where a kernel's buffer lies makes no difference.
  kernel.consume_back("_small");
  auto found = kernels.find(kernel.str());
  if (found == kernels.end())
    return std::nullopt;
  const double channels = double(std::max<uint64_t>(shape.channels, 1));
  const double pixels = double(shape.outputs) / channels;
  const double window =
      double(shape.macs) / double(std::max<uint64_t>(shape.outputs, 1));
  const double blocks = pixels * std::ceil(channels / 4);
  const std::pair<const char *, double> terms[] = {
      {"macs", double(shape.macs)},
      {"taps", double(shape.macs) / channels},
      {"outputs", double(shape.outputs)},
      {"pixels", pixels},
      {"inputs", double(shape.inputs)},
      {"channels", channels},
      {"blocks", blocks},
      {"vectors", blocks * std::ceil(window / 16)},
      {"call", 1.0},
  };
  double instructions = 0;
  for (auto [name, value] : terms)
    if (auto term = found->second.find(name); term != found->second.end())
      instructions += term->second * value;
  return uint64_t(std::max(instructions, 0.0));
}

} // namespace edgecc
