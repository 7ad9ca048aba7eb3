//===- Reference.cpp - Runs models on samples of the ONNX model -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include "State.h"
#include "command/Diagnostics.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"
#include "edgecc/Quant/Sensitivity.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;
using edgecc::reference::Tensor;
using mlir::RankedTensorType;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// Whether all that happens to an argument is a change of axes.
static bool isTransposed(mlir::BlockArgument argument) {
  return argument.hasOneUse() &&
         isa<edge::TransposeOp, edge::ReshapeOp>(*argument.user_begin());
}

static bool isTransposed(mlir::Value result) {
  return isa_and_nonnull<edge::TransposeOp, edge::ReshapeOp>(
      result.getDefiningOp());
}

IoLayoutProbe::IoLayoutProbe(mlir::func::FuncOp function)
    : inputTypes(function.getArgumentTypes()),
      outputTypes(function.getResultTypes()) {
  for (mlir::BlockArgument argument : function.getArguments())
    inputTransposed.push_back(isTransposed(argument));
  for (mlir::Value result : function.back().getTerminator()->getOperands())
    outputTransposed.push_back(isTransposed(result));
}

/// A change that leaves the type as it is, because the axes are equally long,
/// shows in the transpose that has gone.
IoLayout IoLayoutProbe::compareWith(mlir::func::FuncOp changed) const {
  IoLayoutProbe after(changed);
  IoLayout layout;
  for (size_t i = 0; i < inputTypes.size(); ++i)
    layout.inputs.push_back(inputTypes[i] != after.inputTypes[i] ||
                            inputTransposed[i] != after.inputTransposed[i]);
  for (size_t i = 0; i < outputTypes.size(); ++i)
    layout.outputs.push_back(outputTypes[i] != after.outputTypes[i] ||
                             outputTransposed[i] != after.outputTransposed[i]);
  return layout;
}

/// Copies elements of `bytes` each from [outer][rows][columns] to
/// [outer][columns][rows].
static void swapAxes(ArrayRef<char> source, MutableArrayRef<char> target,
                     int64_t outer, int64_t rows, int64_t columns,
                     int64_t bytes) {
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c) {
        int64_t from = (o * rows + r) * columns + c;
        int64_t to = (o * columns + c) * rows + r;
        std::copy_n(&source[from * bytes], bytes, &target[to * bytes]);
      }
}

/// [N, C, spatial...] to [N, spatial..., C], or the other way.
static Tensor moveChannels(const Tensor &tensor, bool toLast) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t outer = shape.front();
  int64_t channels = toLast ? shape[1] : shape.back();
  int64_t pixels = tensor.getNumElements() / (outer * channels);
  if (toLast)
    std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  else
    std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
  Tensor moved(RankedTensorType::get(shape, tensor.getElementType()));
  swapAxes(tensor.getRawData(), moved.getRawData(), outer,
           toLast ? channels : pixels, toLast ? pixels : channels,
           reference::getElementBytes(tensor.getElementType()));
  return moved;
}

//===----------------------------------------------------------------------===//
// Quantized inputs and outputs
//===----------------------------------------------------------------------===//

/// The real values of a quantized tensor; others stay what they are.
static Tensor dequantize(const Tensor &tensor) {
  return edge::getUniformType(tensor.getType()) ? quantization::toFloat(tensor)
                                                : tensor;
}

static Tensor quantize(const Tensor &tensor, RankedTensorType type) {
  auto quantized = edge::getUniformType(type);
  Tensor result(type);
  auto fill = [&](auto stored) {
    for (auto [target, value] : zip_equal(stored, tensor.getData<float>()))
      target = std::remove_reference_t<decltype(target)>(
          integer::getStoredValue(value, quantized));
  };
  if (integer::isWide(quantized))
    fill(result.getData<int16_t>());
  else
    fill(result.getData<int8_t>());
  return result;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Expected<ReferenceRunner> ReferenceRunner::create(mlir::func::FuncOp function,
                                                  IoLayout layout) {
  auto interpreter = reference::Interpreter::create(function);
  // What the compiler cannot run itself, it should not have made.
  if (failed(interpreter))
    return alreadyReported(InternalError);
  layout.inputs.resize(function.getNumArguments());
  layout.outputs.resize(function.getNumResults());
  return ReferenceRunner(std::move(*interpreter), std::move(layout));
}

Sample ReferenceRunner::adaptInputs(const Sample &sample) const {
  mlir::func::FuncOp function = interpreter.getFunction();
  Sample adapted;
  for (auto [index, tensor] : enumerate(sample)) {
    auto type = cast<RankedTensorType>(function.getArgumentTypes()[index]);
    Tensor input = layout.inputs[index] ? moveChannels(tensor, true) : tensor;
    if (edge::getUniformType(type) && input.getElementType().isF32())
      input = quantize(input, type);
    adapted.push_back(std::move(input));
  }
  return adapted;
}

Expected<Sample> ReferenceRunner::runAdapted(const Sample &inputs,
                                             Observer observer) const {
  auto outputs = interpreter.run(inputs, observer);
  if (failed(outputs))
    return alreadyReported(InternalError);
  return Sample(outputs->begin(), outputs->end());
}

Sample ReferenceRunner::adaptOutputs(const Sample &outputs) const {
  Sample adapted;
  for (auto [index, tensor] : enumerate(outputs)) {
    Tensor output = dequantize(tensor);
    adapted.push_back(layout.outputs[index] ? moveChannels(output, false)
                                            : std::move(output));
  }
  return adapted;
}

Expected<SampleSet> ReferenceRunner::run(const SampleSet &samples) const {
  SampleSet results;
  StateCarrier state(interpreter.getFunction());
  for (const Sample &sample : samples) {
    Sample inputs = adaptInputs(sample);
    state.fill(inputs);
    Expected<Sample> outputs = runAdapted(inputs);
    if (!outputs)
      return outputs.takeError();
    state.update(*outputs);
    results.push_back(adaptOutputs(*outputs));
  }
  return results;
}
