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

#include <limits>
#include <vector>

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
/// Constants of which less than the 40th part is saved are not worth the time.
constexpr int64_t kLeastGain = 40;
/// Constants that calls may read only some of are coded up to this size.
constexpr int64_t kLargestLookup = 4096;
/// Rows of tables begin a block together up to this size.
constexpr int64_t kBlockBytes = 128;

/// The operation of the program's block that a call stands in: itself, or a
/// loop.
Operation *getStep(CallOp call, func::FuncOp program) {
  return program.front().findAncestorOpInBlock(*call);
}

/// How many bytes of buffers are alive in each operation of the program's
/// block: about what a plan needs.
class LiveBytes {
public:
  explicit LiveBytes(func::FuncOp program) {
    int64_t next = 0;
    for (Operation &op : program.front())
      numbers[&op] = next++;
    bytes.resize(size_t(next));
    program.walk([&](CallOp call) {
      int64_t step = numbers.lookup(getStep(call, program));
      for (Value operand : call->getOperands())
        if (BufferOp buffer = getBuffer(operand))
          ranges.try_emplace(buffer, step, step).first->second.second = step;
    });
    for (auto &[buffer, range] : ranges)
      for (int64_t step = range.first; step <= range.second; ++step)
        bytes[step] += getBytes(buffer);
    for (CallOp call : program.front().getOps<CallOp>())
      bytes[numbers.lookup(call)] -= countShared(call);
  }

  int64_t getPeak() const {
    return bytes.empty() ? 0 : *llvm::max_element(bytes);
  }

  int64_t &at(Operation *step) { return bytes[numbers.lookup(step)]; }

private:
  static BufferOp getBuffer(Value operand) {
    auto buffer = getRoot(operand).getDefiningOp<BufferOp>();
    return buffer && !buffer.getState() ? buffer : BufferOp();
  }

  static int64_t getBytes(Operation *buffer) {
    return getByteSize(cast<MemRefType>(buffer->getResult(0).getType()));
  }

  /// Bytes that the output of a call may have in common with an input that is
  /// read for the last time.
  int64_t countShared(CallOp call) {
    int64_t step = numbers.lookup(call), shared = 0;
    SmallVector<int64_t> inputs(call.getInplace());
    if (!call.getOverlap().empty())
      inputs.push_back(call.getOverlap()[0]);
    BufferOp output = getBuffer(call.getOutputs()[0]);
    if (!output || ranges.lookup(output).first != step)
      return 0;
    for (int64_t index : inputs)
      if (BufferOp input = getBuffer(call.getInputs()[index]);
          input && ranges.lookup(input).second == step)
        shared = std::max(shared, std::min(getBytes(input), getBytes(output)));
    return shared;
  }

  llvm::DenseMap<Operation *, int64_t> numbers;
  /// First and last operation by buffer.
  llvm::MapVector<Operation *, std::pair<int64_t, int64_t>> ranges;
  SmallVector<int64_t> bytes;
};

/// Constants that may be coded.
struct Candidate {
  DataOp data;
  GetDataOp address;
  /// What reads them.
  SmallVector<CallOp, 1> calls;
  /// How many are there, are decoded in a run, and are saved.
  int64_t bytes = 0, decoded = 0, saved = 0;
  SmallVector<uint16_t> table, bits;
  /// Of a table that a gather reads rows of: how many rows begin together, and
  /// in which word.
  int64_t block = 0;
  SmallVector<uint32_t> starts;

  /// Bytes that are saved for one that has to be decoded.
  double getBenefit() const { return double(saved) / double(decoded); }
  /// What is stored in place of the constants.
  int64_t countStored() const {
    int64_t startBytes = bits.size() > 0xffff ? 4 : 2;
    return int64_t(table.size() + bits.size()) * 2 +
           int64_t(starts.size()) * startBytes;
  }
};

/// Whether a call does nothing but take rows of constants.
bool isGatherOfRows(CallOp call, GetDataOp data) {
  ArrayAttr args = call.getTemplateArgs();
  return call.getKernel() == "gather" && args.size() == 3 &&
         call.getInputs()[0] == data &&
         cast<IntegerAttr>(args[2]).getInt() == 0 &&
         cast<MemRefType>(data.getType()).getRank() >= 2;
}

struct CodeConstants : edgecc::impl::CodeConstantsBase<CodeConstants> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto program = module.lookupSymbol<func::FuncOp>("run");
    if (!program || !program.getBody().hasOneBlock() || save == 0)
      return;
    std::vector<Candidate> candidates;
    for (DataOp data : module.getOps<DataOp>())
      if (std::optional<Candidate> candidate = createCandidate(data, program))
        candidates.push_back(std::move(*candidate));
    llvm::stable_sort(candidates, [](const Candidate &a, const Candidate &b) {
      return a.getBenefit() > b.getBenefit();
    });
    int64_t saved = -kDecoderBytes;
    SmallVector<Candidate *> chosen;
    LiveBytes live(program);
    // First those for which there is room anyway.
    for (int64_t room : {live.getPeak(), std::numeric_limits<int64_t>::max()})
      for (Candidate &candidate : candidates) {
        if ((save >= 0 && saved >= save) ||
            llvm::is_contained(chosen, &candidate) ||
            !reserve(candidate,
                     arena < 0 ? room : std::min(room, int64_t(arena)), program,
                     live))
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
  /// Constants that nothing but calls read, if coding them saves much.
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
    if (!candidate.address || !findCalls(candidate))
      return std::nullopt;
    std::optional<SmallVector<uint8_t>> bytes = getBytes(data);
    if (!bytes)
      return std::nullopt;
    encode(candidate, *bytes);
    candidate.saved = candidate.bytes - candidate.countStored() -
                      kCallBytes * int64_t(candidate.calls.size());
    return candidate.saved * kLeastGain >= candidate.bytes
               ? std::optional(std::move(candidate))
               : std::nullopt;
  }

  /// Finds what reads constants, and whether all of it can do with codes.
  static bool findCalls(Candidate &candidate) {
    for (Operation *user : candidate.address->getUsers())
      if (auto call = dyn_cast<CallOp>(user);
          call && !llvm::is_contained(candidate.calls, call))
        candidate.calls.push_back(call);
      else if (!call)
        return false;
    if (candidate.calls.size() == 1 &&
        isGatherOfRows(candidate.calls[0], candidate.address)) {
      auto type = cast<MemRefType>(candidate.address.getType());
      int64_t row = candidate.bytes / type.getDimSize(0);
      candidate.block = std::max<int64_t>(kBlockBytes / row, 1);
      auto indices = cast<ShapeAttr>(candidate.calls[0].getTemplateArgs()[1]);
      candidate.decoded = row * (candidate.block + 1) / 2;
      for (int64_t dim : indices.getDims())
        candidate.decoded *= dim;
      return candidate.decoded > 0;
    }
    candidate.decoded = candidate.bytes * int64_t(candidate.calls.size());
    // What does not multiply might read only some of them.
    return !candidate.calls.empty() &&
           (candidate.bytes <= kLargestLookup ||
            llvm::all_of(candidate.calls,
                         [](CallOp call) { return call.getMacs() != 0; }));
  }

  static void encode(Candidate &candidate, ArrayRef<uint8_t> bytes) {
    PrefixCode prefix = PrefixCode::findBest(bytes);
    candidate.table = prefix.getTable();
    if (candidate.block == 0) {
      candidate.bits = prefix.encode(bytes);
    } else {
      auto type = cast<MemRefType>(candidate.address.getType());
      size_t size =
          bytes.size() / size_t(type.getDimSize(0)) * size_t(candidate.block);
      for (; !bytes.empty();
           bytes = bytes.drop_front(std::min(size, bytes.size()))) {
        candidate.starts.push_back(uint32_t(candidate.bits.size()));
        candidate.bits.append(
            prefix.encode(bytes.take_front(std::min(size, bytes.size()))));
      }
    }
    // The decoder may have read a word more than it needed.
    candidate.bits.push_back(0);
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
  static bool reserve(const Candidate &candidate, int64_t room,
                      func::FuncOp program, LiveBytes &live) {
    if (candidate.block)
      return true;
    auto needed = int64_t(llvm::alignTo(candidate.bytes, 16));
    bool fits = llvm::all_of(candidate.calls, [&](CallOp call) {
      return live.at(getStep(call, program)) + needed <= room;
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
    auto getType = [&](size_t count) {
      return MemRefType::get({int64_t(count)}, getUnsigned<uint16_t>());
    };
    DataOp coded =
        createData<uint16_t>(builder, candidate.data.getSymName(), words);
    DataOp starts;
    if (candidate.block)
      starts = createStarts(builder, candidate);
    candidate.data.erase();

    builder.setInsertionPoint(candidate.address);
    Location loc = coded.getLoc();
    Value address = createAddress(builder, coded);
    Value table = builder.create<ViewOp>(loc, getType(candidate.table.size()),
                                         address, builder.getI64IntegerAttr(0));
    Value bits = builder.create<ViewOp>(
        loc, getType(candidate.bits.size()), address,
        builder.getI64IntegerAttr(int64_t(candidate.table.size()) * 2));
    if (starts)
      gatherFrom(candidate, table, bits, createAddress(builder, starts));
    else
      for (CallOp call : candidate.calls)
        decodeBefore(call, getStep(call, program), table, bits,
                     candidate.address);
    candidate.address.erase();
  }

  template <typename T> IntegerType getUnsigned() {
    return IntegerType::get(&getContext(), sizeof(T) * 8,
                            IntegerType::Unsigned);
  }

  template <typename T>
  DataOp createData(OpBuilder &builder, StringRef name, ArrayRef<T> values) {
    auto type =
        RankedTensorType::get({int64_t(values.size())}, getUnsigned<T>());
    Operation *before = &*builder.getInsertionPoint();
    return builder.create<DataOp>(
        before->getLoc(), name,
        MemRefType::get(type.getShape(), type.getElementType()),
        DenseElementsAttr::get(type, values));
  }

  /// The first words of blocks, in two bytes each where that suffices.
  DataOp createStarts(OpBuilder &builder, Candidate &candidate) {
    std::string name = (candidate.data.getSymName() + "_starts").str();
    while (SymbolTable::lookupSymbolIn(candidate.data->getParentOp(), name))
      name += "_";
    if (candidate.bits.size() > 0xffff)
      return createData<uint32_t>(builder, name, candidate.starts);
    return createData<uint16_t>(builder, name,
                                SmallVector<uint16_t>(candidate.starts.begin(),
                                                      candidate.starts.end()));
  }

  static Value createAddress(OpBuilder &builder, DataOp data) {
    return builder.create<GetDataOp>(data.getLoc(),
                                     cast<MemRefType>(data.getType()),
                                     FlatSymbolRefAttr::get(data));
  }

  /// The gather reads codes.
  void gatherFrom(Candidate &candidate, Value table, Value bits, Value starts) {
    CallOp call = candidate.calls[0];
    OpBuilder builder(call);
    call.setKernel("gather_prefix");
    call.setHeader("gather_prefix.h");
    SmallVector<Attribute> args(call.getTemplateArgs().getValue());
    args.back() = builder.getI64IntegerAttr(candidate.block);
    call.setTemplateArgsAttr(builder.getArrayAttr(args));
    call.getInputsMutable().assign(
        ValueRange{table, bits, starts, call.getInputs()[1]});
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
