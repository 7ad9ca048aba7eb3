//===- InterpretPass.cpp - Executes a function and prints results ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Reference/Interpreter.h"
#include "edgecc/Reference/Samples.h"

#include "StoredTypes.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/xxhash.h"

namespace edgecc {
#define GEN_PASS_DEF_INTERPRET
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

/// The next number of a fixed sequence (the 64-bit linear congruential
/// generator of Knuth), in 32 bits.
static uint32_t nextRandom(uint64_t &state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return uint32_t(state >> 32);
}

/// Fills a tensor with numbers that are the same on every machine.
static LogicalResult fillRandom(Operation *op, Tensor &tensor,
                                uint64_t &state) {
  if (tensor.getElementType().isInteger(1)) {
    for (uint8_t &value : tensor.getData<uint8_t>())
      value = nextRandom(state) >> 31;
    return success();
  }
  return dispatchStored(op, tensor.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    for (T &value : tensor.getData<T>())
      value = std::is_floating_point_v<T>
                  ? T(double(int32_t(nextRandom(state))) / 2147483648.0)
                  : T(nextRandom(state) >> 24);
    return success();
  });
}

static void printElements(const Tensor &tensor, int64_t limit,
                          raw_ostream &os) {
  int64_t count = std::min(limit, tensor.getNumElements());
  os << '[';
  auto print = [&](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>)
      os << llvm::format("%.7g", double(value));
    else
      os << +value;
  };
  if (tensor.getElementType().isInteger(1))
    llvm::interleaveComma(tensor.getData<uint8_t>().take_front(count), os,
                          print);
  else
    // Types without numbers to print have only their hash.
    (void)dispatchStored(nullptr, tensor.getElementType(), [&](auto zero) {
      llvm::interleaveComma(tensor.getData<decltype(zero)>().take_front(count),
                            os, print);
      return success();
    });
  os << (count < tensor.getNumElements() ? ", ...]" : "]");
}

namespace {
class InterpretPass : public edgecc::impl::InterpretBase<InterpretPass> {
  using Base = edgecc::impl::InterpretBase<InterpretPass>;
  using Base::Base;

  void runOnOperation() override {
    if (failed(interpret()))
      signalPassFailure();
  }

  LogicalResult interpret() {
    auto main = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!main)
      return getOperation().emitError("has no function @") << function;
    FailureOr<Interpreter> interpreter = Interpreter::create(main);
    if (failed(interpreter) || failed(load(main)))
      return failure();
    uint64_t state = 0;
    for (int64_t sample = 0; sample != samples; ++sample) {
      SmallVector<Tensor> arguments;
      if (failed(getArguments(main, sample, state, arguments)))
        return failure();
      FailureOr<SmallVector<Tensor>> results = interpreter->run(arguments);
      if (failed(results))
        return failure();
      if (!quiet)
        print(sample, *results);
    }
    return success();
  }

  /// Reads the samples that there are, and limits their number to them.
  LogicalResult load(func::FuncOp main) {
    if (!inputs.empty() && inputs.size() != main.getNumArguments())
      return main.emitError("has ")
             << main.getNumArguments() << " arguments, but " << inputs.size()
             << " files are given";
    for (auto [index, path] : llvm::enumerate(inputs)) {
      auto type = cast<RankedTensorType>(main.getArgument(index).getType());
      auto read = loadSamples(path, type, "argument " + std::to_string(index));
      if (!read)
        return main.emitError(llvm::toString(read.takeError()));
      samples = std::min<int64_t>(samples, read->size());
      given.push_back(std::move(*read));
    }
    return success();
  }

  LogicalResult getArguments(func::FuncOp main, int64_t sample, uint64_t &state,
                             SmallVectorImpl<Tensor> &arguments) {
    for (BlockArgument argument : main.getArguments()) {
      if (!given.empty()) {
        arguments.push_back(given[argument.getArgNumber()][sample]);
        continue;
      }
      Tensor tensor(cast<RankedTensorType>(argument.getType()));
      if (failed(fillRandom(main, tensor, state)))
        return failure();
      arguments.push_back(std::move(tensor));
    }
    return success();
  }

  void print(int64_t sample, ArrayRef<Tensor> results) {
    for (auto [index, result] : llvm::enumerate(results)) {
      llvm::outs() << "sample " << sample << " result " << index << ": "
                   << result.getType() << " = ";
      printElements(result, elements, llvm::outs());
      llvm::ArrayRef<char> raw = result.getRawData();
      uint64_t hash = llvm::xxh3_64bits(StringRef(raw.data(), raw.size()));
      llvm::outs() << " hash " << llvm::format_hex_no_prefix(hash, 16) << '\n';
    }
  }

  std::vector<std::vector<Tensor>> given;
};
} // namespace
