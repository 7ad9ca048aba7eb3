//===- LayerStudy.cpp - What each layer's precision does ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/LayerStudy.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Sensitivity.h"
#include "edgecc/Reference/Interpreter.h"

#include "mlir/IR/OwningOpRef.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using reference::Interpreter;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// Where operations of a variant come from
//===----------------------------------------------------------------------===//

/// Marks every operation by its number, in its location: rewriting hands
/// locations on.
static void markOrigins(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  for (auto [number, op] : llvm::enumerate(function.getBody().front()))
    op.setLoc(
        NameLoc::get(StringAttr::get(context, "\x01" + std::to_string(number)),
                     op.getLoc()));
}

static std::optional<size_t> getOrigin(Operation *op) {
  auto mark = dyn_cast<NameLoc>(op->getLoc());
  size_t number = 0;
  StringRef name = mark ? mark.getName().getValue() : "";
  if (!name.consume_front("\x01") || name.getAsInteger(10, number))
    return std::nullopt;
  return number;
}

/// The values of a variant that it computes as the float function does, each
/// with that function's value.
static DenseMap<Value, Value> findUnchanged(func::FuncOp original,
                                            func::FuncOp variant) {
  DenseMap<Value, Value> unchanged;
  for (auto [ours, theirs] :
       llvm::zip_equal(variant.getArguments(), original.getArguments()))
    if (ours.getType() == theirs.getType())
      unchanged[ours] = theirs;
  SmallVector<Operation *> origins;
  for (Operation &op : original.getBody().front())
    origins.push_back(&op);
  for (Operation &op : variant.getBody().front()) {
    std::optional<size_t> number = getOrigin(&op);
    Operation *origin = number ? origins[*number] : nullptr;
    auto isSame = [&](auto pair) {
      return unchanged.lookup(std::get<0>(pair)) == std::get<1>(pair);
    };
    if (!origin || origin->getName() != op.getName() ||
        origin->getNumOperands() != op.getNumOperands() ||
        origin->getResultTypes() != op.getResultTypes() ||
        origin->getPropertiesAsAttribute() != op.getPropertiesAsAttribute() ||
        !llvm::all_of(llvm::zip(op.getOperands(), origin->getOperands()),
                      isSame))
      continue;
    for (auto [ours, theirs] :
         llvm::zip_equal(op.getResults(), origin->getResults()))
      unchanged[ours] = theirs;
  }
  return unchanged;
}

//===----------------------------------------------------------------------===//
// A variant, ready to run
//===----------------------------------------------------------------------===//

namespace {
/// The values that a function took for one sample.
using Values = DenseMap<Value, Tensor>;

class Candidate {
public:
  static FailureOr<Candidate> create(func::FuncOp calibrated,
                                     const Variant &variant,
                                     const StudyOptions &options);
  LogicalResult run(ArrayRef<Tensor> sample, const Values &floatValues,
                    ArrayRef<Tensor> floatOutputs);
  VariantResult finish();

private:
  Candidate(OwningOpRef<ModuleOp> module, Interpreter interpreter)
      : module(std::move(module)), interpreter(std::move(interpreter)) {}
  void compareOutputs(ArrayRef<Tensor> floatOutputs,
                      SmallVector<Tensor> outputs);

  OwningOpRef<ModuleOp> module;
  Interpreter interpreter;
  DenseMap<Value, Value> unchanged;
  /// The layer's results, here and in the float function.
  Value own, original;
  SignalAndNoise ownRatio;
  SmallVector<SignalAndNoise> outputRatios;
  VariantResult result;
};
} // namespace

static func::FuncOp getCopy(ModuleOp module, func::FuncOp function) {
  return module.lookupSymbol<func::FuncOp>(function.getSymName());
}

static OwningOpRef<ModuleOp> quantizeCopy(func::FuncOp calibrated,
                                          const Variant &variant,
                                          const StudyOptions &options) {
  OwningOpRef<ModuleOp> module =
      calibrated->getParentOfType<ModuleOp>().clone();
  func::FuncOp copy = getCopy(*module, calibrated);
  setPrecisions(copy, collectLayers(copy), variant.mix);
  markOrigins(copy);
  // That layers of a trial stay in float, or round coarsely, is what is being
  // found out; a second warning for each would help nobody.
  ScopedDiagnosticHandler quiet(
      calibrated.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
      });
  return succeeded(options.quantize(*module)) ? std::move(module)
                                              : OwningOpRef<ModuleOp>();
}

/// The last value of a variant that an operation's result became.
static Value findResult(func::FuncOp variant, Operation *origin) {
  size_t number =
      std::distance(origin->getBlock()->begin(), Block::iterator(origin));
  Value found;
  for (Operation &op : variant.getBody().front())
    if (getOrigin(&op) == number)
      for (Value value : op.getResults())
        if (isLayerResult(value) &&
            cast<ShapedType>(value.getType()).getShape() ==
                cast<ShapedType>(origin->getResult(0).getType()).getShape())
          found = value;
  return found;
}

FailureOr<Candidate> Candidate::create(func::FuncOp calibrated,
                                       const Variant &variant,
                                       const StudyOptions &options) {
  OwningOpRef<ModuleOp> module = quantizeCopy(calibrated, variant, options);
  if (!module)
    return failure();
  func::FuncOp function = getCopy(*module, calibrated);
  auto interpreter = Interpreter::create(function);
  if (failed(interpreter))
    return failure();
  Candidate candidate(std::move(module), std::move(*interpreter));
  candidate.unchanged = findUnchanged(calibrated, function);
  Operation *layer = collectLayers(calibrated)[variant.layer].op;
  candidate.own = findResult(function, layer);
  candidate.original = layer->getResult(0);
  candidate.outputRatios.resize(function.getNumResults());
  return candidate;
}

void Candidate::compareOutputs(ArrayRef<Tensor> floatOutputs,
                               SmallVector<Tensor> outputs) {
  for (auto [ratio, real, output] :
       llvm::zip_equal(outputRatios, floatOutputs, outputs)) {
    output = toFloat(output);
    if (real.getElementType().isF32())
      ratio.add(real, output);
  }
  result.outputs.emplace_back(outputs.begin(), outputs.end());
}

LogicalResult Candidate::run(ArrayRef<Tensor> sample, const Values &floatValues,
                             ArrayRef<Tensor> floatOutputs) {
  auto known = [&](Value value) -> const Tensor * {
    auto found = floatValues.find(unchanged.lookup(value));
    return found == floatValues.end() ? nullptr : &found->second;
  };
  auto compare = [&](Value value, const Tensor &tensor) {
    if (value == own)
      ownRatio.add(floatValues.find(original)->second, tensor);
  };
  auto outputs = interpreter.run(sample, compare, known);
  if (failed(outputs))
    return failure();
  compareOutputs(floatOutputs, std::move(*outputs));
  return success();
}

VariantResult Candidate::finish() {
  result.ownSqnr = ownRatio.getDecibels();
  result.outputSqnr = kMaxSqnr;
  for (const SignalAndNoise &ratio : outputRatios)
    // Against an output that is always zero there is no ratio.
    if (ratio.signal != 0.0)
      result.outputSqnr = std::min(result.outputSqnr, ratio.getDecibels());
  return std::move(result);
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

FailureOr<std::vector<VariantResult>>
quantization::studyVariants(func::FuncOp calibrated, ArrayRef<Variant> variants,
                            ArrayRef<std::vector<Tensor>> samples,
                            const StudyOptions &options) {
  auto exact = Interpreter::create(calibrated);
  if (failed(exact))
    return failure();
  std::vector<Candidate> candidates;
  for (const Variant &variant : variants) {
    auto candidate = Candidate::create(calibrated, variant, options);
    if (failed(candidate))
      return failure();
    candidates.push_back(std::move(*candidate));
  }
  size_t done = 0;
  for (const std::vector<Tensor> &sample : samples) {
    Values values;
    auto outputs = exact->run(sample, [&](Value value, const Tensor &tensor) {
      values[value] = tensor;
    });
    if (failed(outputs))
      return failure();
    for (Candidate &candidate : candidates) {
      if (failed(candidate.run(sample, values, *outputs)))
        return failure();
      if (options.progress)
        options.progress(++done, samples.size() * candidates.size());
    }
  }
  std::vector<VariantResult> results;
  for (Candidate &candidate : candidates)
    results.push_back(candidate.finish());
  return results;
}

std::vector<Variant> quantization::makeSingleVariants(size_t numLayers,
                                                      Precision precision,
                                                      Precision rest) {
  std::vector<Variant> variants;
  for (unsigned layer = 0; layer != numLayers; ++layer) {
    Variant variant{layer, PrecisionMix(numLayers, rest)};
    variant.mix[layer] = precision;
    variants.push_back(std::move(variant));
  }
  return variants;
}

//===----------------------------------------------------------------------===//
// Ranking
//===----------------------------------------------------------------------===//

/// Where in `ranking`, behind the first entry and within its margin, a layer
/// stands whose result the first one takes; 0 if there is none.
static size_t findSource(ArrayRef<unsigned> ranking, double margin,
                         ArrayRef<double> outputSqnr,
                         ArrayRef<LayerEdge> edges) {
  for (size_t at = 1; at < ranking.size(); ++at) {
    if (outputSqnr[ranking[at]] > margin)
      return 0;
    for (const LayerEdge &edge : edges)
      if (edge.from == ranking[at] && edge.to == ranking.front())
        return at;
  }
  return 0;
}

std::vector<unsigned> quantization::rankWorstFirst(ArrayRef<double> outputSqnr,
                                                   ArrayRef<LayerEdge> edges) {
  constexpr double kMargin = 1.0;
  std::vector<unsigned> ranking;
  for (unsigned layer = 0; layer != outputSqnr.size(); ++layer)
    ranking.push_back(layer);
  llvm::stable_sort(ranking, [&](unsigned a, unsigned b) {
    return outputSqnr[a] < outputSqnr[b];
  });
  for (size_t first = 0; first != ranking.size(); ++first) {
    auto rest = MutableArrayRef(ranking).drop_front(first);
    double margin = outputSqnr[rest.front()] + kMargin;
    // Ends: there is no circle among layers.
    while (size_t source = findSource(rest, margin, outputSqnr, edges))
      std::rotate(rest.begin(), rest.begin() + source,
                  rest.begin() + source + 1);
  }
  return ranking;
}
