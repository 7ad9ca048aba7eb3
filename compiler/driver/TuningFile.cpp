//===- TuningFile.cpp - What --tune writes and --tuned reads --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TuningFile.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

/// Grows when files of before cannot be read any more.
static constexpr int64_t kVersion = 1;

namespace edgecc {
static bool fromJSON(const json::Value &value, TunedLayer &layer,
                     json::Path path) {
  json::ObjectMapper fields(value, path);
  return fields && fields.map("layer", layer.name) &&
         fields.map("shape", layer.shape) &&
         fields.map("method", layer.method) && fields.map("unit", layer.unit) &&
         fields.map("pixels", layer.pixels) &&
         fields.map("blocks", layer.blocks) && fields.map("band", layer.band) &&
         fields.mapOptional("before", layer.before) &&
         fields.mapOptional("after", layer.after);
}

static json::Value toJSON(const TunedLayer &layer) {
  return json::Object{
      {"layer", layer.name}, {"shape", layer.shape},   {"method", layer.method},
      {"unit", layer.unit},  {"pixels", layer.pixels}, {"blocks", layer.blocks},
      {"band", layer.band},  {"before", layer.before}, {"after", layer.after}};
}
} // namespace edgecc

static bool readFields(const json::Value &value, Tuning &tuning,
                       json::Path path) {
  int64_t version = 0;
  json::ObjectMapper fields(value, path);
  if (!fields || !fields.map("edgecc_tuning", version))
    return false;
  if (version != kVersion) {
    path.field("edgecc_tuning")
        .report("is not the version that this edgecc reads; run --tune again");
    return false;
  }
  return fields.map("target", tuning.target) &&
         fields.map("layers", tuning.layers) &&
         fields.mapOptional("machine", tuning.machine) &&
         fields.mapOptional("compiler", tuning.compiler) &&
         fields.mapOptional("measured_in", tuning.measuredIn);
}

Expected<Tuning> driver::readTuning(StringRef file) {
  auto fail = [&](const Twine &reason) {
    return createStringError("--tuned: " + file + ": " + reason);
  };
  ErrorOr<std::unique_ptr<MemoryBuffer>> text =
      MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!text)
    return fail("cannot be read: " + text.getError().message() +
                "; --tune FILE makes one");
  Expected<json::Value> value = json::parse((*text)->getBuffer());
  if (!value)
    return fail(toString(value.takeError()));
  Tuning tuning;
  tuning.file = file.str();
  json::Path::Root root("tuning");
  if (!readFields(*value, tuning, root))
    return fail(toString(root.getError()));
  return tuning;
}

std::string driver::formatTuning(const Tuning &tuning) {
  json::Array layers;
  for (const TunedLayer &layer : tuning.layers)
    layers.push_back(toJSON(layer));
  json::Value value = json::Object{
      {"edgecc_tuning", kVersion},        {"target", tuning.target},
      {"machine", tuning.machine},        {"compiler", tuning.compiler},
      {"measured_in", tuning.measuredIn}, {"layers", std::move(layers)}};
  return formatv("{0:2}\n", value).str();
}
