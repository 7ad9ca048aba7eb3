//===- CodeConstants.cpp - Decodes constants just before they are read ----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/PrefixCode.h"
#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace edgecc {
#define GEN_PASS_DEF_CODECONSTANTS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::kern;

namespace {

/// What a call of the decoder takes in the code, and the decoder itself, about.
constexpr int64_t kCallBytes = 24, kDecoderBytes = 350;
/// Constants that calls may read only some of are coded up to this size.
constexpr int64_t kLargestLookup = 4096;

/// The operation of the program's block that a call stands in: itself, or a
/// loop.
Operation *getStep(CallOp call, func::FuncOp program) {
  return program.front().findAncestorOpInBlock(*call);
}

/// How many bytes of buffers are alive in each operation of the program's
/// block: an upper bound of what a plan needs.
class LiveBytes {
public:
  explicit LiveBytes(func::FuncOp program) {
    llvm::MapVector<Operation *, std::pair<int64_t, int64_t>> ranges;
    int64_t next = 0;
    for (Operation &op : program.front())
      numbers[&op] = next++;
    program.walk([&](CallOp call) {
      int64_t step = numbers.lookup(getStep(call, program));
      for (Value operand : call->getOperands())
        if (auto buffer = getRoot(operand).getDefiningOp<BufferOp>();
            buffer && !buffer.getState())
          ranges.try_emplace(buffer, step, step).first->second.second = step;
    });
    bytes.resize(size_t(next));
    for (auto &[buffer, range] : ranges)
      for (int64_t step = range.first; step <= range.second; ++step)
        bytes[step] += getByteSize(
            cast<MemRefType>(cast<BufferOp>(buffer).getResult().getType()));
  }

  int64_t &at(Operation *step) { return bytes[numbers.lookup(step)]; }

private:
  llvm::DenseMap<Operation *, int64_t> numbers;
  SmallVector<int64_t> bytes;
};

/// Constants that may be coded.
struct Candidate {
  DataOp data;
  GetDataOp address;
  /// What reads them.
  SmallVector<CallOp, 1> calls;
  int64_t bytes = 0, saved = 0;
  SmallVector<uint16_t> table, bits;

  /// Bytes that are saved for one that has to be decoded.
  double getBenefit() const {
    return double(saved) / double(bytes * int64_t(calls.size()));
  }
};

struct CodeConstants : edgecc::impl::CodeConstantsBase<CodeConstants> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto program = module.lookupSymbol<func::FuncOp>("run");
    if (!program || !program.getBody().hasOneBlock() || save == 0)
      return;
    SmallVector<Candidate> candidates;
    for (DataOp data : module.getOps<DataOp>())
      if (std::optional<Candidate> candidate = createCandidate(data, program))
        candidates.push_back(std::move(*candidate));
    llvm::stable_sort(candidates, [](const Candidate &a, const Candidate &b) {
      return a.getBenefit() > b.getBenefit();
    });
    int64_t saved = -kDecoderBytes;
    SmallVector<Candidate *> chosen;
    LiveBytes live(program);
    for (Candidate &candidate : candidates) {
      if ((save >= 0 && saved >= save) || !reserve(candidate, program, live))
        continue;
      saved += candidate.saved;
      chosen.push_back(&candidate);
    }
    if (saved <= 0)
      return;
    for (Candidate *candidate : chosen)
      code(*candidate, program);
    program->setAttr(kCodingSaves,
                     Builder(&getContext()).getI64IntegerAttr(saved));
  }

private:
  /// Constants that nothing but calls read, if coding them saves anything.
  static std::optional<Candidate> createCandidate(DataOp data,
                                                  func::FuncOp program) {
    Candidate candidate;
    candidate.data = data;
    candidate.bytes = getByteSize(cast<MemRefType>(data.getType()));
    auto uses = SymbolTable::getSymbolUses(data, data->getParentOp());
    if (!uses || !llvm::hasSingleElement(*uses) ||
        candidate.bytes <= kCallBytes)
      return std::nullopt;
    candidate.address = dyn_cast<GetDataOp>(uses->begin()->getUser());
    if (!candidate.address)
      return std::nullopt;
    for (Operation *user : candidate.address->getUsers()) {
      auto call = dyn_cast<CallOp>(user);
      bool isLookup = call && call.getMacs() == 0;
      if (!call || (isLookup && candidate.bytes > kLargestLookup))
        return std::nullopt;
      if (!llvm::is_contained(candidate.calls, call))
        candidate.calls.push_back(call);
    }
    std::optional<SmallVector<uint8_t>> bytes = getBytes(data);
    if (!bytes || candidate.calls.empty())
      return std::nullopt;
    PrefixCode prefix = PrefixCode::findBest(*bytes);
    candidate.saved = candidate.bytes - int64_t(prefix.countWords() + 1) * 2 -
                      kCallBytes * int64_t(candidate.calls.size());
    if (candidate.saved <= 0)
      return std::nullopt;
    candidate.table = prefix.getTable();
    candidate.bits = prefix.encode(*bytes);
    // The decoder may have read a word more than it needed.
    candidate.bits.push_back(0);
    return candidate;
  }

  static std::optional<SmallVector<uint8_t>> getBytes(DataOp data) {
    auto type = cast<MemRefType>(data.getType());
    FailureOr<reference::Tensor> tensor = reference::Tensor::fromAttr(
        data.getValue(),
        RankedTensorType::get(type.getShape(), type.getElementType()));
    if (failed(tensor))
      return std::nullopt;
    ArrayRef<char> raw = std::as_const(*tensor).getRawData();
    return SmallVector<uint8_t>(raw.begin(), raw.end());
  }

  /// Whether there is room for what is decoded, which is then taken.
  bool reserve(const Candidate &candidate, func::FuncOp program,
               LiveBytes &live) {
    auto needed = int64_t(llvm::alignTo(candidate.bytes, 16));
    bool fits = llvm::all_of(candidate.calls, [&](CallOp call) {
      return arena < 0 || live.at(getStep(call, program)) + needed <= arena;
    });
    if (fits)
      for (CallOp call : candidate.calls)
        live.at(getStep(call, program)) += needed;
    return fits;
  }

  //===--- What it becomes ------------------------------------------------===//

  void code(Candidate &candidate, func::FuncOp program) {
    OpBuilder builder(candidate.data);
    SmallVector<uint16_t> words = candidate.table;
    words.append(candidate.bits);
    auto word = IntegerType::get(&getContext(), 16, IntegerType::Unsigned);
    auto getType = [&](size_t count) {
      return MemRefType::get({int64_t(count)}, word);
    };
    auto coded = builder.create<DataOp>(
        candidate.data.getLoc(), candidate.data.getSymName(),
        getType(words.size()),
        DenseElementsAttr::get(
            RankedTensorType::get({int64_t(words.size())}, word),
            ArrayRef(words)));
    candidate.data.erase();

    builder.setInsertionPoint(candidate.address);
    Location loc = coded.getLoc();
    Value address = builder.create<GetDataOp>(loc, getType(words.size()),
                                              FlatSymbolRefAttr::get(coded));
    Value table = builder.create<ViewOp>(loc, getType(candidate.table.size()),
                                         address, builder.getI64IntegerAttr(0));
    Value bits = builder.create<ViewOp>(
        loc, getType(candidate.bits.size()), address,
        builder.getI64IntegerAttr(int64_t(candidate.table.size()) * 2));
    for (CallOp call : candidate.calls)
      decodeBefore(call, getStep(call, program), table, bits,
                   candidate.address);
    candidate.address.erase();
  }

  /// Puts the constants that a call reads into a buffer, and the call reads
  /// that.
  static void decodeBefore(CallOp call, Operation *step, Value table,
                           Value bits, Value constants) {
    OpBuilder builder(step);
    auto type = cast<MemRefType>(constants.getType());
    int64_t bytes = getByteSize(type);
    Location loc = call.getLoc();
    Value buffer = builder.create<BufferOp>(
        loc, MemRefType::get({bytes}, builder.getI8Type()), IntegerAttr(),
        UnitAttr());
    auto decoder = builder.create<CallOp>(
        loc, builder.getStringAttr(kDecoder),
        builder.getStringAttr("prefix_code.h"), builder.getArrayAttr({}),
        ValueRange{table, bits}, buffer, ValueRange{},
        builder.getArrayAttr(builder.getI32IntegerAttr(int32_t(bytes))),
        FlatSymbolRefAttr(), DenseI64ArrayAttr(), DenseI64ArrayAttr(),
        DenseI64ArrayAttr(), call.getLayerAttr(), StringAttr(), IntegerAttr());
    (void)decoder;
    Value decoded = builder.create<ViewOp>(loc, type, buffer, IntegerAttr());
    call->replaceUsesOfWith(constants, decoded);
  }
};

} // namespace
