//===- Samples.cpp - Samples and labels of a model's inputs ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/Samples.h"

#include "edgecc/Reference/Npy.h"

#include "StoredTypes.h"

#include "mlir/IR/MLIRContext.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;
using llvm::Expected;

static llvm::Error makeError(StringRef path, const Twine &what) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "'" + path + "': " + what);
}

/// A shape and type as people write them: "12x3x96x96 of f32".
static std::string describe(ArrayRef<int64_t> shape, Type elementType) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  os << (shape.empty() ? "a scalar of " : " of ") << elementType;
  return text;
}

/// Whether each sample of `found` has the shape of the input, with or without
/// its leading 1.
static bool fitsShape(ArrayRef<int64_t> found, ArrayRef<int64_t> input) {
  if (found.empty())
    return false;
  ArrayRef<int64_t> sample = found.drop_front();
  return sample == input ||
         (!input.empty() && input.front() == 1 && sample == input.drop_front());
}

static Tensor toF32(const Tensor &tensor) {
  Tensor result(edge::withElementType(
      tensor.getType(), Float32Type::get(tensor.getType().getContext())));
  llvm::copy(tensor.getData<double>(), result.getData<float>().begin());
  return result;
}

/// The number of the first element that is NaN or infinite, if there is one.
static std::optional<size_t> findNotFinite(const Tensor &tensor) {
  if (!tensor.getElementType().isF32())
    return std::nullopt;
  ArrayRef<float> data = tensor.getData<float>();
  auto *found = llvm::find_if(data, [](float x) { return !std::isfinite(x); });
  if (found == data.end())
    return std::nullopt;
  return found - data.begin();
}

static llvm::Error checkSamples(StringRef path, StringRef inputName,
                                RankedTensorType inputType,
                                const Tensor &tensor) {
  Type elementType = inputType.getElementType();
  auto found = describe(tensor.getShape(), tensor.getElementType());
  if (tensor.getElementType() != elementType ||
      !fitsShape(tensor.getShape(), inputType.getShape()))
    return makeError(path, "holds " + found + ", but samples of input '" +
                               inputName + "' are " +
                               describe(inputType.getShape(), elementType) +
                               "; needed is an array whose first axis counts "
                               "samples and whose other axes are those");
  if (tensor.getDim(0) == 0)
    return makeError(path, "holds no samples (" + found + ")");
  std::optional<size_t> bad = findNotFinite(tensor);
  if (!bad)
    return llvm::Error::success();
  size_t elements = tensor.getNumElements() / tensor.getDim(0);
  return makeError(path, "sample " + Twine(*bad / elements) +
                             " has a NaN or infinity, at element " +
                             Twine(*bad % elements));
}

Expected<std::vector<Tensor>> reference::loadSamples(StringRef path,
                                                     RankedTensorType inputType,
                                                     StringRef inputName) {
  Expected<Tensor> all = readNpy(path, inputType.getContext());
  if (!all)
    return all.takeError();
  if (all->getElementType().isF64() && inputType.getElementType().isF32())
    *all = toF32(*all);
  if (llvm::Error error = checkSamples(path, inputName, inputType, *all))
    return std::move(error);
  std::vector<Tensor> samples;
  ArrayRef<char> data = std::as_const(*all).getRawData();
  for (int64_t i = 0, e = all->getDim(0); i != e; ++i) {
    Tensor sample(inputType);
    size_t bytes = sample.getRawData().size();
    llvm::copy(data.slice(i * bytes, bytes), sample.getRawData().begin());
    samples.push_back(std::move(sample));
  }
  return samples;
}

/// The elements as whole numbers; nothing if one of them is not.
static std::optional<std::vector<int64_t>> toIntegers(const Tensor &tensor) {
  std::vector<int64_t> integers;
  bool allWhole = true;
  Operation *none = nullptr;
  if (tensor.getElementType().isInteger(1)) {
    llvm::append_range(integers, tensor.getData<uint8_t>());
    return integers;
  }
  (void)dispatchStored(none, tensor.getElementType(), [&](auto zero) {
    for (auto value : tensor.getData<decltype(zero)>()) {
      // Also false for NaN; class numbers are far below 2^31.
      if constexpr (std::is_floating_point_v<decltype(zero)>)
        allWhole &=
            std::fabs(value) < 2147483648.0 && value == std::rint(value);
      integers.push_back(allWhole ? int64_t(value) : 0);
    }
    return success();
  });
  if (!allWhole)
    return std::nullopt;
  return integers;
}

Expected<std::vector<int64_t>> reference::loadLabels(StringRef path) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  Expected<Tensor> tensor = readNpy(path, &context);
  if (!tensor)
    return tensor.takeError();
  std::string found = describe(tensor->getShape(), tensor->getElementType());
  int64_t longAxes = llvm::count_if(tensor->getShape(),
                                    [](int64_t size) { return size != 1; });
  if (longAxes > 1)
    return makeError(path, "holds " + found +
                               "; labels are one class number per sample");
  if (tensor->getNumElements() == 0)
    return makeError(path, "holds no labels (" + found + ")");
  std::optional<std::vector<int64_t>> labels = toIntegers(*tensor);
  if (!labels)
    return makeError(path, "holds floats that are not whole numbers; labels "
                           "are class numbers");
  return std::move(*labels);
}
