//===- Samples.cpp - Samples of all inputs together -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Samples.h"

#include "State.h"

#include "edgecc/Reference/Samples.h"

#include <random>

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using edgecc::reference::Tensor;

static constexpr StringLiteral kNameAttr = "edge.name";

std::string driver::getInputName(mlir::func::FuncOp function, unsigned index) {
  auto name = function.getArgAttrOfType<mlir::StringAttr>(index, kNameAttr);
  return name ? name.str() : "input" + std::to_string(index);
}

std::string driver::getOutputName(mlir::func::FuncOp function, unsigned index) {
  auto name = function.getResultAttrOfType<mlir::StringAttr>(index, kNameAttr);
  return name ? name.str() : "output" + std::to_string(index);
}

//===----------------------------------------------------------------------===//
// Which file is for which input
//===----------------------------------------------------------------------===//

static std::string listInputs(mlir::func::FuncOp function) {
  std::string names;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (!isStateInput(function, i))
      names += (names.empty() ? "'" : ", '") + getInputName(function, i) + "'";
  return names;
}

/// The first input that is no state: what a file without a name is for.
static std::string getFirstInput(mlir::func::FuncOp function) {
  unsigned index = 0;
  while (index + 1 < function.getNumArguments() &&
         isStateInput(function, index))
    ++index;
  return getInputName(function, index);
}

static bool isState(mlir::func::FuncOp function, StringRef input) {
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (isStateInput(function, i) && getInputName(function, i) == input)
      return true;
  return false;
}

/// The files in the order of the function's inputs; none for state.
static Expected<std::vector<StringRef>>
assignFiles(StringRef option, ArrayRef<InputFile> files,
            mlir::func::FuncOp function) {
  StringMap<unsigned> inputs;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (!isStateInput(function, i))
      inputs[getInputName(function, i)] = i;
  std::vector<StringRef> assigned(function.getNumArguments());
  for (const InputFile &file : files) {
    auto input = file.input.empty() ? inputs.find(getFirstInput(function))
                                    : inputs.find(file.input);
    if (input == inputs.end() && isState(function, file.input))
      return createStringError("--" + option + ": '" + file.input +
                               "' is kept by --stateful, and follows from the "
                               "other inputs' samples; leave its file out");
    if (input == inputs.end())
      return createStringError("--" + option + ": the model has no input '" +
                               file.input + "'; its inputs are " +
                               listInputs(function));
    StringRef &place = assigned[input->second];
    if (!place.empty())
      return createStringError("--" + option + ": two files for the input '" +
                               input->first() + "': '" + place + "' and '" +
                               file.file + "'");
    place = file.file;
  }
  for (auto [index, file] : enumerate(assigned))
    if (file.empty() && !isStateInput(function, index)) {
      std::string name = getInputName(function, index);
      return createStringError("--" + option + ": no samples for the input '" +
                               name + "'; add --" + option + " " + name +
                               "=FILE.npy");
    }
  return assigned;
}

Expected<SampleSet> driver::loadSampleSet(StringRef option,
                                          ArrayRef<InputFile> files,
                                          mlir::func::FuncOp function) {
  if (function.getNumArguments() == 0)
    return createStringError("--" + option +
                             ": the model has no inputs to give samples for");
  auto assigned = assignFiles(option, files, function);
  if (!assigned)
    return assigned.takeError();
  SampleSet samples;
  StringRef firstFile;
  for (auto [index, file] : enumerate(*assigned)) {
    if (file.empty())
      continue;
    auto type =
        cast<mlir::RankedTensorType>(function.getArgumentTypes()[index]);
    auto tensors = reference::loadSamples(
        file, type, "input '" + getInputName(function, index) + "'");
    if (!tensors)
      return tensors.takeError();
    if (firstFile.empty()) {
      samples.assign(tensors->size(), Sample(assigned->size()));
      firstFile = file;
    }
    if (tensors->size() != samples.size())
      return createStringError("--" + option + ": '" + file + "' has " +
                               Twine(tensors->size()) + " samples, but '" +
                               firstFile + "' has " + Twine(samples.size()) +
                               "; each input needs the same number");
    for (auto [sample, tensor] : zip_equal(samples, *tensors))
      sample[index] = std::move(tensor);
  }
  return samples;
}

//===----------------------------------------------------------------------===//
// Choosing and making samples
//===----------------------------------------------------------------------===//

bool driver::areAllEqual(ArrayRef<Sample> samples) {
  return samples.size() > 1 && all_of(samples.drop_front(), [&](auto &other) {
           return llvm::equal(samples.front(), other, [](auto &a, auto &b) {
             return a.getRawData() == b.getRawData();
           });
         });
}

SampleSet driver::holdOut(SampleSet &samples, bool isStream) {
  constexpr size_t kStep = 5, kMost = 64, kFewest = 10;
  SampleSet kept, held;
  if (samples.size() < kFewest)
    return held;
  size_t last = samples.size() - std::min(samples.size() / kStep, kMost);
  for (auto [index, sample] : enumerate(samples)) {
    bool hold = isStream ? index >= last
                         : index % kStep == kStep - 1 && held.size() < kMost;
    (hold ? held : kept).push_back(std::move(sample));
  }
  samples = std::move(kept);
  return held;
}

template <typename T, typename Make>
static void fill(Tensor &tensor, Make make) {
  for (T &element : tensor.getData<T>())
    element = T(make());
}

static Tensor makeTensor(mlir::RankedTensorType type, std::mt19937 &random) {
  Tensor tensor(type);
  // std::uniform_real_distribution differs between libraries.
  auto real = [&] { return double(random()) / 2147483648.0 - 1.0; };
  auto bit = [&] { return random() >> 31; };
  if (type.getElementType().isF32())
    fill<float>(tensor, real);
  else if (type.getElementType().isF64())
    fill<double>(tensor, real);
  else if (reference::getElementBytes(type.getElementType()) == 8)
    fill<int64_t>(tensor, bit);
  else if (reference::getElementBytes(type.getElementType()) == 4)
    fill<int32_t>(tensor, bit);
  else
    fill<int8_t>(tensor, bit);
  return tensor;
}

SampleSet driver::makeSamples(mlir::func::FuncOp function, uint64_t count) {
  std::mt19937 random(1);
  SampleSet samples(count);
  for (Sample &sample : samples)
    for (mlir::Type type : function.getArgumentTypes())
      sample.push_back(makeTensor(cast<mlir::RankedTensorType>(type), random));
  return samples;
}
