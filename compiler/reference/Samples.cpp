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

/// Samples of images are integers more often than the model's input.
static StringRef suggestType(Type elementType) {
  if (elementType.isF32())
    return "; numpy's astype(numpy.float32) makes them what the model takes";
  if (elementType.isSignlessInteger(64))
    return "; numpy's astype(numpy.int64) makes them what the model takes";
  return "";
}

static llvm::Error checkSamples(StringRef path, StringRef what,
                                RankedTensorType wanted, const Tensor &tensor) {
  Type elementType = wanted.getElementType();
  auto found = describe(tensor.getShape(), tensor.getElementType());
  bool fits = fitsShape(tensor.getShape(), wanted.getShape());
  if (!fits || tensor.getElementType() != elementType)
    return makeError(path, "holds " + found + ", but samples of " + what +
                               " are " +
                               describe(wanted.getShape(), elementType) +
                               (fits ? suggestType(elementType)
                                     : "; needed is an array whose first axis "
                                       "counts samples and whose other axes "
                                       "are those"));
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
                                                     RankedTensorType type,
                                                     const Twine &what) {
  Expected<Tensor> all = readNpy(path, type.getContext());
  if (!all)
    return all.takeError();
  if (all->getElementType().isF64() && type.getElementType().isF32())
    *all = toF32(*all);
  if (llvm::Error error = checkSamples(path, what.str(), type, *all))
    return std::move(error);
  std::vector<Tensor> samples;
  ArrayRef<char> data = std::as_const(*all).getRawData();
  for (int64_t i = 0, e = all->getDim(0); i != e; ++i) {
    Tensor sample(type);
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

size_t Labels::getPlaces() const {
  size_t places = 1;
  for (int64_t size : shape)
    places *= size_t(size);
  return places;
}

/// The axes behind the one that counts samples, without those of size 1.
static SmallVector<int64_t> getLabelShape(ArrayRef<int64_t> shape) {
  auto isLong = [](int64_t size) { return size != 1; };
  if (llvm::count_if(shape, isLong) <= 1)
    return {};
  return llvm::to_vector(llvm::make_filter_range(shape.drop_front(), isLong));
}

Expected<Labels> reference::loadLabels(StringRef path) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  Expected<Tensor> tensor = readNpy(path, &context);
  if (!tensor)
    return tensor.takeError();
  if (tensor->getNumElements() == 0)
    return makeError(
        path, "holds no labels (" +
                  describe(tensor->getShape(), tensor->getElementType()) + ")");
  std::optional<std::vector<int64_t>> values = toIntegers(*tensor);
  if (!values)
    return makeError(path, "holds floats that are not whole numbers; labels "
                           "are class numbers (for what an output should be, "
                           "give --metric mse, psnr, cosine or snr)");
  return Labels{std::move(*values), getLabelShape(tensor->getShape())};
}
