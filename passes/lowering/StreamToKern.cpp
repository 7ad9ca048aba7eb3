//===- StreamToKern.cpp - The loop over the rows of layers ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StreamToKern.h"

#include "edgecc/Backend/RowKernels.h"
#include "edgecc/Passes/RowSchedule.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::lowering;
using kern::BufferOp;
using kern::DueOp;
using kern::ViewOp;

namespace {

using Rows = RowSchedule::Rows;

/// The type of some rows of an image.
static RankedTensorType getRowsType(Value image, int64_t count) {
  auto type = cast<RankedTensorType>(image.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[1] = count;
  return RankedTensorType::get(shape, type.getElementType());
}

class StreamLowering {
public:
  StreamLowering(RowSchedule schedule, ProgramBuilder &program)
      : schedule(std::move(schedule)), program(program),
        builder(program.getBuilder()), loc(this->schedule.getResult().getLoc()),
        rowFunction(
            func::FuncOp::create(loc, "rows", builder.getFunctionType({}, {}))),
        rowOps(OpBuilder::atBlockBegin(rowFunction.addEntryBlock())) {}

  ~StreamLowering() { rowFunction.erase(); }

  LogicalResult run(const llvm::StringSet<> &features) {
    createRowOps();
    // Kernels that take more memory for speed are for whole images.
    choice = KernelRegistry::get().choose(rowFunction, features,
                                          /*extraBytes=*/0);
    createBuffers();
    OpBuilder::InsertionGuard guard(builder);
    createStream();
    for (const Rows &rows : schedule.getRows())
      if (failed(emit(rows)))
        return failure();
    return success();
  }

private:
  //===--- Operations on rows ---------------------------------------------===//

  /// What an operation reads an operand as: the row that was just computed, or
  /// an argument, for rows that are kept or lie in a whole image.
  Value getRowOperand(Operation *op, unsigned operand) {
    const RowSchedule::Read *read = schedule.getRead(op, operand);
    Value image = op->getOperand(operand);
    if (!read)
      return image;
    if (read->rows >= 0 && schedule.getRows()[read->rows].isPassedOn)
      return rowValues.lookup(image);
    Value argument = rowFunction.front().addArgument(
        getRowsType(image, read->window.extent), loc);
    windows.push_back({argument, image, *read, op});
    return argument;
  }

  void createRowOps() {
    for (const Rows &rows : schedule.getRows()) {
      if (!rows.op) {
        rowValues[rows.image] =
            rowFunction.front().addArgument(getRowsType(rows.image, 1), loc);
        continue;
      }
      SmallVector<Value> operands;
      for (unsigned i = 0, e = rows.getOperation()->getNumOperands(); i != e;
           ++i)
        operands.push_back(getRowOperand(rows.getOperation(), i));
      if (rows.sumsRows()) {
        rowOfSum = operands[0];
        continue;
      }
      Operation *rowOp =
          edge::RowwiseOpInterface(rows.op).createRow(rowOps, operands);
      rowOp->removeAttr(edge::kStreamAttr);
      rowValues[rows.image] = rowOp->getResult(0);
    }
    rowOps.create<func::ReturnOp>(loc);
  }

  //===--- Buffers --------------------------------------------------------===//

  BufferOp createBuffer(RankedTensorType type) {
    return builder.create<BufferOp>(loc, getBufferType(type), IntegerAttr(),
                                    UnitAttr());
  }

  Value createView(Value source, int64_t offset, RankedTensorType type) {
    return builder.create<ViewOp>(loc, getBufferType(type), source,
                                  builder.getI64IntegerAttr(offset));
  }

  /// Rows that are kept.
  void createBuffers() {
    for (Value source : schedule.getSources())
      program.getBuffer(source);
    program.getBuffer(schedule.getResult());
    for (const Rows &rows : schedule.getRows()) {
      if (rows.sumsRows()) {
        auto type = cast<RankedTensorType>(rows.image.getType());
        auto sumType = RankedTensorType::get({type.getShape().back()},
                                             builder.getI32Type());
        sums = rowFunction.front().addArgument(sumType, loc);
        program.assign(sums, createBuffer(sumType));
        continue;
      }
      if (rows.kept == 0 || rows.isPassedOn)
        continue;
      Value kept = createBuffer(getRowsType(rows.image, rows.kept));
      keptRows[rows.image] = kept;
      Value newest = createView(kept, (rows.kept - 1) * getRowBytes(rows.image),
                                getRowsType(rows.image, 1));
      program.assign(rowValues[rows.image], newest);
    }
    for (const Window &window : windows)
      if (window.read.rows >= 0)
        program.assign(
            window.argument,
            createView(keptRows.lookup(window.image),
                       window.read.first * getRowBytes(window.image),
                       cast<RankedTensorType>(window.argument.getType())));
  }

  void createStream() {
    Value source, result;
    int64_t distance = 0;
    if (schedule.getSources().size() == 1) {
      Value image = schedule.getSources().front();
      source = program.getBuffer(image);
      result = program.getBuffer(schedule.getResult());
      distance = schedule.getOverlapDistance(image);
    }
    auto stream = builder.create<kern::StreamOp>(loc, schedule.getSteps(),
                                                 source, result, distance);
    builder.setInsertionPointToEnd(&stream.getBody().emplaceBlock());
    // Rows that are passed on within a step.
    for (const Rows &rows : schedule.getRows())
      if (rows.isPassedOn)
        program.assign(rowValues[rows.image],
                       createBuffer(getRowsType(rows.image, 1)));
  }

  //===--- Calls ----------------------------------------------------------===//

  /// What is done for the rows [first, last), if there are any.
  template <typename Body>
  LogicalResult emitDue(const Rows &rows, int64_t first, int64_t last,
                        const Body &body) {
    if (first >= last)
      return success();
    OpBuilder::InsertionGuard guard(builder);
    auto due = builder.create<DueOp>(loc, rows.period, rows.phase, first, last);
    builder.setInsertionPointToEnd(&due.getBody().emplaceBlock());
    return body();
  }

  Attribute getInt(int64_t value) { return builder.getI64IntegerAttr(value); }

  /// The layer that a row belongs to; a copy, to the one that reads it first.
  std::string getLayerName(const Rows &rows) {
    if (rows.op)
      return edge::getLayerName(rows.getOperation());
    for (const Window &window : windows)
      if (window.image == rows.image && window.read.rows >= 0)
        return edge::getLayerName(window.op);
    return "copy";
  }

  void fill(Value buffer, int64_t byte, const Rows &rows) {
    int64_t elements = cast<MemRefType>(buffer.getType()).getNumElements();
    kern::CallOp call =
        program.create(loc, "fill_rows", "row_stream.h",
                       builder.getArrayAttr(getInt(elements)), {}, buffer, {});
    call.setScalarsAttr(
        builder.getArrayAttr(builder.getI32IntegerAttr(int32_t(byte))));
    call.setLayer(getLayerName(rows));
  }

  void slide(const Rows &rows) {
    Value kept = keptRows.lookup(rows.image);
    if (!kept || rows.kept < 2)
      return;
    int64_t elements =
        cast<MemRefType>(kept.getType()).getNumElements() / rows.kept;
    kern::CallOp call = program.create(
        loc, "slide_rows", "row_stream.h",
        builder.getArrayAttr({getInt(rows.kept), getInt(elements)}), {}, kept,
        {});
    call.setLayer(getLayerName(rows));
  }

  LogicalResult emit(const Rows &rows) {
    if (rows.sumsRows())
      return emitSum(rows);
    if (rows.op && isProduced(rows))
      return success();
    // The rows above the image.
    if (Value kept = keptRows.lookup(rows.image); kept && rows.padding)
      if (failed(emitDue(rows, 0, 1, [&] {
            fill(kept, *rows.padding, rows);
            return success();
          })))
        return failure();
    int64_t inside = std::min(rows.height, rows.last);
    auto compute = [&] {
      slide(rows);
      return rows.op ? emitRow(rows) : copyRow(rows);
    };
    auto pad = [&] {
      slide(rows);
      if (rows.padding)
        fill(program.getBuffer(rowValues[rows.image]), *rows.padding, rows);
      return success();
    };
    if (failed(emitDue(rows, 0, inside, compute)))
      return failure();
    return emitDue(rows, inside, rows.last, pad);
  }

  /// Whether the kernel of another operation computes this one as well.
  bool isProduced(const Rows &rows) {
    Operation *rowOp = rowValues.lookup(rows.image).getDefiningOp();
    if (choice.kernels.contains(rowOp))
      return false;
    // Then that one is due in the same steps, as the row is passed on.
    return rows.isPassedOn;
  }

  Value getRowsOf(Value image, const Rows &due, int64_t advance,
                  int64_t count) {
    return builder.create<kern::RowsOp>(
        loc, getBufferType(getRowsType(image, count)), program.getBuffer(image),
        due.period, due.phase, advance);
  }

  LogicalResult copyRow(const Rows &rows) {
    program.copyBuffer(getRowsOf(rows.image, rows, 1, 1),
                       program.getBuffer(rowValues[rows.image]), loc);
    cast<kern::CallOp>(builder.getBlock()->back()).setLayer(getLayerName(rows));
    return success();
  }

  /// Rows of whole images are found anew in each step.
  void assignRowsOfImages(Operation *op, const Rows &due) {
    for (const Window &window : windows)
      if (window.op == op && window.read.rows < 0)
        program.assign(window.argument,
                       getRowsOf(window.image, due, window.read.window.stride,
                                 window.read.window.extent));
  }

  LogicalResult emitRow(const Rows &rows) {
    Operation *rowOp = rowValues.lookup(rows.image).getDefiningOp();
    const Kernel *kernel = choice.kernels.lookup(rowOp);
    if (!kernel)
      return rows.op->emitError("'")
             << edge::getLayerName(rows.op)
             << "' has no kernel that computes single rows";
    assignRowsOfImages(rows.op, rows);
    for (const Rows &other : schedule.getRows())
      if (other.op && other.isPassedOn && isProduced(other) &&
          llvm::is_contained(rows.op->getOperands(), other.image))
        assignRowsOfImages(other.op, rows);
    if (rows.image == schedule.getResult())
      program.assign(rowOp->getResult(0),
                     getRowsOf(rows.image, rows, /*advance=*/1, /*count=*/1));
    if (failed(program.lower(rowOp, *kernel)))
      return failure();
    if (rows.isPassedOn)
      shareOldestRow(rows);
    return success();
  }

  LogicalResult emitSum(const Rows &rows) {
    auto pool = cast<edge::AvgPoolOp>(rows.getOperation());
    Value buffer = program.getBuffer(sums);
    if (failed(emitDue(rows, 0, 1, [&] {
          fill(buffer, 0, rows);
          return success();
        })))
      return failure();
    if (failed(emitDue(rows, 0, rows.height, [&] {
          assignRowsOfImages(pool, rows);
          return program.lowerPart(pool, [&](KernelCallBuilder &call) {
            addRowSums(rowOfSum, sums, call);
            return success();
          });
        })))
      return failure();
    return emitDue(rows, rows.height - 1, rows.height, [&] {
      return program.lowerPart(pool, [&](KernelCallBuilder &call) {
        return addMeanOfSums(pool, sums, call);
      });
    });
  }

  /// A row that is passed on takes the place of the oldest row that it was
  /// computed from, if the kernel works in place, and nothing reads that row
  /// any more.
  void shareOldestRow(const Rows &rows) {
    auto buffer =
        program.getBuffer(rowValues[rows.image]).getDefiningOp<BufferOp>();
    auto call = cast<kern::CallOp>(builder.getBlock()->back());
    if (!buffer || call.getInplace().empty() || call.getOutputs().size() != 1 ||
        call.getOutputs()[0] != buffer)
      return;
    for (const Window &window : windows) {
      if (window.op != rows.getOperation() || window.read.rows < 0 ||
          window.read.first != 0 ||
          !llvm::hasSingleElement(window.image.getUses()))
        continue;
      Value input = program.getBuffer(window.argument);
      int64_t dead = window.read.window.stride * getRowBytes(window.image);
      if (getRowBytes(rows.image) > dead ||
          !llvm::any_of(call.getInplace(), [&](int64_t index) {
            return call.getInputs()[index] == input;
          }))
        continue;
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(buffer);
      Value view = createView(keptRows.lookup(window.image), 0,
                              getRowsType(rows.image, 1));
      buffer.getResult().replaceAllUsesWith(view);
      program.assign(rowValues[rows.image], view);
      buffer.erase();
      return;
    }
  }

  struct Window {
    Value argument, image;
    RowSchedule::Read read;
    Operation *op;
  };

  RowSchedule schedule;
  ProgramBuilder &program;
  OpBuilder &builder;
  Location loc;
  /// The operations on single rows, which never become a part of the module.
  func::FuncOp rowFunction;
  OpBuilder rowOps;
  KernelChoice choice;
  /// By image: its newest row, and the buffer with all that are kept.
  llvm::DenseMap<Value, Value> rowValues, keptRows;
  SmallVector<Window> windows;
  Value rowOfSum, sums;
};

} // namespace

LogicalResult lowering::lowerStream(ArrayRef<Operation *> ops,
                                    const llvm::StringSet<> &features,
                                    ProgramBuilder &builder) {
  std::string reason;
  std::optional<RowSchedule> schedule = RowSchedule::create(ops, reason);
  if (!schedule)
    return ops.front()->emitError("cannot be computed row by row: ") << reason;
  return StreamLowering(std::move(*schedule), builder).run(features);
}
