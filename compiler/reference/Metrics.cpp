//===- Metrics.cpp - How good outputs are ---------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Reference/Metrics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::optional<Metric> reference::parseMetric(StringRef name) {
  return llvm::StringSwitch<std::optional<Metric>>(name)
      .Case("top1", Metric::Top1)
      .Case("auc", Metric::AUC)
      .Case("mse", Metric::MSE)
      .Case("psnr", Metric::PSNR)
      .Case("cosine", Metric::Cosine)
      .Case("snr", Metric::SNR)
      .Default(std::nullopt);
}

StringRef reference::getName(Metric metric) {
  switch (metric) {
  case Metric::Top1:
    return "top1";
  case Metric::AUC:
    return "auc";
  case Metric::MSE:
    return "mse";
  case Metric::PSNR:
    return "psnr";
  case Metric::Cosine:
    return "cosine";
  case Metric::SNR:
    return "snr";
  }
  llvm_unreachable("all metrics are handled");
}

bool reference::isHigherBetter(Metric metric) { return metric != Metric::MSE; }

bool reference::needsLabels(Metric metric) {
  return metric == Metric::Top1 || metric == Metric::AUC;
}

//===----------------------------------------------------------------------===//
// Against labels
//===----------------------------------------------------------------------===//

static bool isF32(const Tensor &tensor) {
  return tensor.getElementType().isF32();
}

/// Element `index` of a tensor of signed integers.
static int64_t getInteger(const Tensor &tensor, size_t index) {
  size_t bytes = getElementBytes(tensor.getElementType());
  uint64_t bits = 0;
  std::memcpy(&bits, &tensor.getRawData()[index * bytes], bytes);
  return llvm::SignExtend64(bits, unsigned(8 * bytes));
}

namespace {
/// Where the scores of a label's classes are in an output: class c of place
/// (i, j) at (i * classes + c) * inner + j.
struct Places {
  int64_t outer, classes, inner;

  int64_t getCount() const { return outer * inner; }
};
} // namespace

static SmallVector<int64_t> dropOnes(ArrayRef<int64_t> shape) {
  return llvm::to_vector(
      llvm::make_filter_range(shape, [](int64_t size) { return size != 1; }));
}

static int64_t multiply(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

/// The axes that may be the one of classes, the most likely first: images have
/// it in front, behind the batch, sequences at the end.
static SmallVector<size_t> getClassAxes(ArrayRef<int64_t> output) {
  SmallVector<size_t> axes = llvm::to_vector(llvm::seq<size_t>(output.size()));
  if (output.size() < 4)
    std::reverse(axes.begin(), axes.end());
  return axes;
}

static Places getPlaces(ArrayRef<int64_t> output, size_t axis) {
  return {multiply(output.take_front(axis)), output[axis],
          multiply(output.drop_front(axis + 1))};
}

/// Labels fit an output without the axis of classes. An output of one score for
/// each label, or one that is the class, has no such axis.
static std::optional<Places> findPlaces(ArrayRef<int64_t> output,
                                        ArrayRef<int64_t> labels) {
  if (labels.empty())
    return Places{1, multiply(output), 1};
  if (ArrayRef<int64_t>(dropOnes(output)) == labels)
    return Places{multiply(output), 1, 1};
  for (size_t axis : getClassAxes(output)) {
    SmallVector<int64_t> others(output);
    others.erase(others.begin() + axis);
    if (ArrayRef<int64_t>(dropOnes(others)) == labels)
      return getPlaces(output, axis);
  }
  return std::nullopt;
}

/// The class of each place, if all of them have one 1 among zeros.
static std::optional<std::vector<int64_t>> findOnes(ArrayRef<int64_t> labels,
                                                    const Places &places) {
  std::vector<int64_t> classes;
  const int64_t stride = places.inner;
  for (size_t first = 0; first < labels.size();
       first += places.classes * stride)
    for (int64_t place = 0; place != stride; ++place) {
      int64_t found = -1;
      for (int64_t c = 0; c != places.classes; ++c) {
        int64_t label = labels[first + c * stride + place];
        if (label != 0 && (label != 1 || found >= 0))
          return std::nullopt;
        if (label == 1)
          found = c;
      }
      if (found < 0)
        return std::nullopt;
      classes.push_back(found);
    }
  return classes;
}

Labels reference::takeClasses(Labels labels, ArrayRef<int64_t> output) {
  if (labels.shape.empty() ||
      ArrayRef<int64_t>(dropOnes(output)) != ArrayRef<int64_t>(labels.shape))
    return labels;
  for (size_t axis : getClassAxes(output)) {
    if (output[axis] == 1)
      continue;
    auto classes = findOnes(labels.values, getPlaces(output, axis));
    if (!classes)
      continue;
    SmallVector<int64_t> others(output);
    others.erase(others.begin() + axis);
    return {std::move(*classes), dropOnes(others)};
  }
  return labels;
}

/// A model may end in the class itself instead of scores.
static bool isCorrect(const Tensor &output, const Places &places, int64_t place,
                      int64_t label) {
  if (!isF32(output))
    return getInteger(output, place) == label;
  const float *scores = output.getData<float>().data() +
                        place / places.inner * places.classes * places.inner +
                        place % places.inner;
  if (places.classes == 1)
    return (scores[0] >= 0.5f) == (label != 0);
  int64_t best = 0;
  for (int64_t c = 1; c != places.classes; ++c)
    if (scores[c * places.inner] > scores[best * places.inner])
      best = c;
  return best == label;
}

static double getCorrect(const MetricInputs &inputs) {
  Places places =
      *findPlaces(inputs.outputs.front().getShape(), inputs.labelShape);
  const int64_t count = places.getCount();
  int64_t correct = 0;
  for (auto [index, output] : llvm::enumerate(inputs.outputs))
    for (int64_t place = 0; place != count; ++place)
      correct += isCorrect(output, places, place,
                           inputs.labels[index * size_t(count) + place]);
  return double(correct) / double(count);
}

/// The share of integers that are what they should be.
static double getAgreement(const Tensor &output, const Tensor &expected) {
  int64_t equal = 0, count = output.getNumElements();
  for (int64_t i = 0; i != count; ++i)
    equal += getInteger(output, size_t(i)) == getInteger(expected, size_t(i));
  return count == 0 ? 1.0 : double(equal) / double(count);
}

static double getTop1(const MetricInputs &inputs) {
  double correct = 0;
  if (!inputs.labels.empty())
    correct = getCorrect(inputs);
  else
    for (auto [output, expected] :
         llvm::zip_equal(inputs.outputs, inputs.references))
      correct += getAgreement(output, expected);
  return 100.0 * correct / double(inputs.outputs.size());
}

static double getSquaredError(ArrayRef<float> a, ArrayRef<float> b) {
  double sum = 0;
  for (auto [x, y] : llvm::zip_equal(a, b))
    sum += (double(x) - y) * (double(x) - y);
  return a.empty() ? 0.0 : sum / double(a.size());
}

/// The probability that a sample of label 1 has a higher score than one of
/// label 0, from the sum of the ranks of the former; ties share their ranks.
static double getAreaUnderCurve(ArrayRef<double> scores,
                                ArrayRef<int64_t> labels, int64_t positives) {
  SmallVector<size_t> order =
      llvm::to_vector(llvm::seq<size_t>(0, scores.size()));
  llvm::sort(order, [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  double rankSum = 0;
  for (size_t begin = 0, end; begin != order.size(); begin = end) {
    for (end = begin;
         end != order.size() && scores[order[end]] == scores[order[begin]];)
      ++end;
    double rank = double(begin + 1 + end) / 2;
    for (size_t i = begin; i != end; ++i)
      rankSum += labels[order[i]] != 0 ? rank : 0.0;
  }
  double count = double(positives), others = double(scores.size()) - count;
  return (rankSum - count * (count + 1) / 2) / (count * others);
}

static Expected<double> getAUC(const MetricInputs &inputs) {
  int64_t positives =
      llvm::count_if(inputs.labels, [](int64_t label) { return label != 0; });
  if (positives == 0 || positives == int64_t(inputs.labels.size()))
    return llvm::createStringError(
        "auc needs samples of label 0 and of label 1");
  SmallVector<double> scores;
  for (auto [index, output] : llvm::enumerate(inputs.outputs)) {
    ArrayRef<float> values = output.getData<float>();
    if (values.size() == 1) {
      scores.push_back(values[0]);
      continue;
    }
    bool isCopy =
        index < inputs.inputs.size() &&
        inputs.inputs[index].getNumElements() == int64_t(values.size());
    if (!isCopy && values.size() != 2)
      return llvm::createStringError("auc needs one output or two, or an "
                                     "output of the input's size; found are " +
                                     llvm::Twine(values.size()));
    if (!isCopy) {
      scores.push_back(double(values[1]) - values[0]);
      continue;
    }
    scores.push_back(
        getSquaredError(values, inputs.inputs[index].getData<float>()));
  }
  // Scores that are not numbers have no order.
  if (llvm::any_of(scores, [](double score) { return std::isnan(score); }))
    return llvm::createStringError("auc cannot be computed: an output is NaN");
  return 100.0 * getAreaUnderCurve(scores, inputs.labels, positives);
}

//===----------------------------------------------------------------------===//
// Against reference outputs
//===----------------------------------------------------------------------===//

static double getMSE(const MetricInputs &inputs) {
  double sum = 0;
  for (auto [output, expected] :
       llvm::zip_equal(inputs.outputs, inputs.references))
    sum += getSquaredError(output.getData<float>(), expected.getData<float>());
  return sum / double(inputs.outputs.size());
}

/// What stands for no error at all, in dB.
static constexpr double kMost = 200.0;

static double getPSNR(const MetricInputs &inputs) {
  double lo = HUGE_VAL, hi = -HUGE_VAL;
  for (const Tensor &expected : inputs.references)
    for (float value : expected.getData<float>()) {
      lo = std::min<double>(lo, value);
      hi = std::max<double>(hi, value);
    }
  double sum = 0;
  for (auto [output, expected] :
       llvm::zip_equal(inputs.outputs, inputs.references)) {
    double error =
        getSquaredError(output.getData<float>(), expected.getData<float>());
    sum +=
        error == 0
            ? kMost
            : std::min(kMost, 10 * std::log10((hi - lo) * (hi - lo) / error));
  }
  return sum / double(inputs.outputs.size());
}

static double getSNR(const MetricInputs &inputs) {
  double signal = 0, noise = 0;
  for (auto [output, expected] :
       llvm::zip_equal(inputs.outputs, inputs.references))
    for (auto [found, wanted] :
         llvm::zip_equal(output.getData<float>(), expected.getData<float>())) {
      signal += double(wanted) * wanted;
      noise += (double(found) - wanted) * (double(found) - wanted);
    }
  if (noise == 0)
    return kMost;
  return std::clamp(10 * std::log10(signal / noise), -kMost, kMost);
}

static double getCosine(ArrayRef<float> a, ArrayRef<float> b) {
  double dot = 0, aa = 0, bb = 0;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    dot += double(x) * y;
    aa += double(x) * x;
    bb += double(y) * y;
  }
  // Vectors of zeros point nowhere; two of them are alike.
  if (aa == 0 || bb == 0)
    return aa == bb ? 1.0 : 0.0;
  return dot / std::sqrt(aa * bb);
}

static double getMeanCosine(const MetricInputs &inputs) {
  double sum = 0;
  for (auto [output, expected] :
       llvm::zip_equal(inputs.outputs, inputs.references))
    sum += getCosine(output.getData<float>(), expected.getData<float>());
  return 100.0 * sum / double(inputs.outputs.size());
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Scores of anomalies may be distances between input and output. Elsewhere
/// inputs need not be numbers: tokens are not.
static bool usesInputs(Metric metric) { return metric == Metric::AUC; }

using Failure = llvm::function_ref<llvm::Error(const Twine &)>;

static std::string describeShape(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

/// Labels are numbers of classes; one score tells two classes apart.
static llvm::Error checkRange(Metric metric, const MetricInputs &inputs,
                              const Places &places, Failure fail) {
  if (!isF32(inputs.outputs.front()))
    return llvm::Error::success();
  int64_t classes =
      metric == Metric::AUC || places.classes == 1 ? 2 : places.classes;
  const auto *wrong = llvm::find_if(inputs.labels, [&](int64_t label) {
    return label < 0 || label >= classes;
  });
  if (wrong == inputs.labels.end())
    return llvm::Error::success();
  size_t sample = (wrong - inputs.labels.begin()) / places.getCount();
  return fail("needs labels from 0 to " + Twine(classes - 1) +
              ", the classes of the output; sample " + Twine(sample) + " has " +
              Twine(*wrong));
}

static llvm::Error checkLabels(Metric metric, const MetricInputs &inputs,
                               Failure fail) {
  const Tensor &output = inputs.outputs.front();
  std::optional<Places> places =
      findPlaces(output.getShape(), inputs.labelShape);
  if (!places || (metric == Metric::AUC && !inputs.labelShape.empty()))
    return fail("needs a label for each sample" +
                Twine(metric == Metric::AUC
                          ? ""
                          : ", or for each place of an output without its "
                            "axis of classes") +
                "; a sample has labels of shape " +
                describeShape(inputs.labelShape) + ", the output has " +
                describeShape(output.getShape()));
  size_t samples = inputs.outputs.size();
  if (inputs.labels.size() != samples * places->getCount())
    return fail("needs a label for each of " + Twine(samples) +
                " samples, found " + Twine(inputs.labels.size()));
  if (!isF32(output) && places->classes != 1)
    return fail("needs scores, or one integer, to compare with labels; the "
                "output has " +
                Twine(output.getNumElements()) + " integers");
  return checkRange(metric, inputs, *places, fail);
}

static llvm::Error checkReferences(const MetricInputs &inputs, Failure fail) {
  size_t samples = inputs.outputs.size();
  if (inputs.references.size() != samples)
    return fail("needs a reference output for each of " + Twine(samples) +
                " samples, found " + Twine(inputs.references.size()));
  for (auto [output, expected] :
       llvm::zip_equal(inputs.outputs, inputs.references))
    if (output.getNumElements() != expected.getNumElements())
      return fail("compares outputs of " + Twine(output.getNumElements()) +
                  " elements with references of " +
                  Twine(expected.getNumElements()));
  return llvm::Error::success();
}

/// Classes that a model gives as integers are compared with the float model's
/// where there are no labels.
static bool comparesIntegers(Metric metric, const MetricInputs &inputs) {
  return metric == Metric::Top1 && !inputs.outputs.empty() &&
         mlir::isa<mlir::IntegerType>(inputs.outputs.front().getElementType());
}

static llvm::Error checkInputs(Metric metric, const MetricInputs &inputs) {
  auto fail = [&](const Twine &what) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   getName(metric) + " " + what);
  };
  if (inputs.outputs.empty())
    return fail("needs at least one sample");
  bool integers = comparesIntegers(metric, inputs);
  if (!integers &&
      (!llvm::all_of(inputs.outputs, isF32) ||
       !llvm::all_of(inputs.references, isF32) ||
       (usesInputs(metric) && !llvm::all_of(inputs.inputs, isF32))))
    return fail("is computed on f32");
  if (needsLabels(metric) && !(integers && inputs.labels.empty()))
    return checkLabels(metric, inputs, fail);
  return checkReferences(inputs, fail);
}

Expected<double> reference::computeMetric(Metric metric,
                                          const MetricInputs &inputs) {
  if (llvm::Error error = checkInputs(metric, inputs))
    return std::move(error);
  switch (metric) {
  case Metric::Top1:
    return getTop1(inputs);
  case Metric::AUC:
    return getAUC(inputs);
  case Metric::MSE:
    return getMSE(inputs);
  case Metric::PSNR:
    return getPSNR(inputs);
  case Metric::Cosine:
    return getMeanCosine(inputs);
  case Metric::SNR:
    return getSNR(inputs);
  }
  llvm_unreachable("all metrics are handled");
}
