//===- RowSchedule.cpp - Layers computed together, row by row -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/RowSchedule.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using edge::RowWindow;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t edgecc::getRowBytes(Value image) {
  auto type = cast<RankedTensorType>(image.getType());
  return type.getNumElements() / type.getDimSize(1) *
         int64_t(reference::getElementBytes(type.getElementType()));
}

/// Whether windows reach outside an image of `height` rows, `results` of them.
static bool reachesOutside(const RowWindow &window, int64_t height,
                           int64_t results) {
  return window.pad > 0 ||
         (results - 1) * window.stride - window.pad + window.extent > height;
}

//===----------------------------------------------------------------------===//
// The group
//===----------------------------------------------------------------------===//

int64_t RowSchedule::findRows(Value image) const {
  for (auto [index, entry] : llvm::enumerate(rows))
    if (entry.image == image)
      return int64_t(index);
  return -1;
}

const RowSchedule::Read *RowSchedule::getRead(Operation *op,
                                              unsigned operand) const {
  auto found = reads.find({op, operand});
  return found == reads.end() ? nullptr : &found->second;
}

/// The period of an operation follows from those of its operands, or gives
/// theirs to images from outside.
bool RowSchedule::setPeriods(Rows &result, std::string &reason) {
  Operation *op = result.op;
  int64_t period = 0;
  auto known = [&](Value image) -> int64_t {
    if (int64_t index = findRows(image); index >= 0)
      return rows[index].period;
    return sourcePeriods.lookup(image);
  };
  for (bool first : {true, false})
    for (OpOperand &operand : op->getOpOperands()) {
      const Read *read = getRead(op, operand.getOperandNumber());
      if (!read)
        continue;
      int64_t input = known(operand.get());
      if (input == 0 && first)
        continue;
      if (period == 0)
        period = (input == 0 ? 1 : input) * read->window.stride;
      if (input == 0 && period % read->window.stride == 0)
        sourcePeriods[operand.get()] = input = period / read->window.stride;
      if (input * read->window.stride != period) {
        reason = "the rows of its operands are needed at different speeds";
        return false;
      }
    }
  result.period = period;
  return true;
}

bool RowSchedule::addOperation(Operation *op, std::string &reason) {
  auto rowwise = dyn_cast<edge::RowwiseOpInterface>(op);
  if (!rowwise || op->getNumResults() != 1) {
    reason = "it cannot be computed row by row";
    return false;
  }
  if (!rows.empty() && rows.back().sumsRows()) {
    reason = "it follows the mean of a whole image";
    return false;
  }
  Rows result;
  result.image = op->getResult(0);
  result.op = rowwise;
  result.height = shapeOf(result.image)[1];
  for (OpOperand &operand : op->getOpOperands()) {
    Value image = operand.get();
    std::optional<RowWindow> window =
        rowwise.getRowWindow(operand.getOperandNumber());
    if (!window && image.getDefiningOp<edge::ConstantOp>())
      continue;
    if (!window) {
      reason = "it cannot be computed row by row";
      return false;
    }
    reads[{op, operand.getOperandNumber()}] = {-1, 0, *window};
    if (rowwise.sumsRows())
      result.height = shapeOf(image)[1];
    if (findRows(image) < 0 && !llvm::is_contained(sources, image))
      sources.push_back(image);
  }
  if (!setPeriods(result, reason))
    return false;
  // Images whose border matters are copied, each before it is read first.
  for (OpOperand &operand : op->getOpOperands()) {
    const Read *read = getRead(op, operand.getOperandNumber());
    if (!read || findRows(operand.get()) >= 0)
      continue;
    int64_t height = shapeOf(operand.get())[1];
    if (!reachesOutside(read->window, height, result.height))
      continue;
    Rows copy;
    copy.image = operand.get();
    copy.height = height;
    copy.period = sourcePeriods.lookup(operand.get());
    rows.push_back(copy);
  }
  rows.push_back(result);
  return true;
}

std::optional<RowSchedule> RowSchedule::create(ArrayRef<Operation *> ops,
                                               std::string &reason) {
  RowSchedule schedule;
  for (Operation *op : ops)
    if (!schedule.addOperation(op, reason)) {
      reason = "'" + edge::getLayerName(op) + "': " + reason;
      return std::nullopt;
    }
  for (Operation *op : ops)
    for (Operation *user : op->getUsers())
      if (op != ops.back() && !llvm::is_contained(ops, user)) {
        reason = "'" + edge::getLayerName(op) + "' is needed outside the group";
        return std::nullopt;
      }
  // Padding has to be the same for all that read an image.
  for (auto &[key, read] : schedule.reads) {
    auto op = cast<edge::RowwiseOpInterface>(key.first);
    read.rows = schedule.findRows(op->getOperand(key.second));
    if (read.rows < 0)
      continue;
    Rows &input = schedule.rows[read.rows];
    Rows &output = schedule.rows[schedule.findRows(op->getResult(0))];
    if (!reachesOutside(read.window, input.height, output.height))
      continue;
    if (input.padding.value_or(op.getRowPadding()) != op.getRowPadding()) {
      reason = "'" + edge::getLayerName(op) +
               "': its operand is padded with "
               "another value as well";
      return std::nullopt;
    }
    input.padding = op.getRowPadding();
  }
  schedule.setPhases();
  schedule.delayForMemory();
  schedule.findKeptRows();
  return schedule;
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

/// Each row as soon as its operands are there.
void RowSchedule::setPhases() {
  for (Rows &result : rows) {
    result.phase = 0;
    for (auto &[key, read] : reads)
      if (key.first == result.getOperation() && read.rows >= 0) {
        const Rows &input = rows[read.rows];
        result.phase = std::max(
            result.phase, input.phase + input.period * (read.window.extent - 1 -
                                                        read.window.pad));
      }
  }
}

/// An operation on a branch that waits for the other one is better computed as
/// late as that costs no rows of its own operands.
void RowSchedule::delayForMemory() {
  auto getLatest = [&](const Rows &result) {
    int64_t latest = std::numeric_limits<int64_t>::max();
    for (auto &[key, read] : reads)
      if (read.rows >= 0 && rows[read.rows].image == result.image)
        latest =
            std::min(latest, rows[findRows(key.first->getResult(0))].phase -
                                 result.period * (read.window.extent - 1 -
                                                  read.window.pad));
    return latest;
  };
  for (Rows &result : llvm::reverse(rows)) {
    int64_t latest = getLatest(result), best = result.phase;
    if (latest == std::numeric_limits<int64_t>::max())
      continue;
    findKeptRows();
    int64_t fewest = getBufferBytes(1);
    for (int64_t phase = result.phase + 1; phase <= latest; ++phase) {
      result.phase = phase;
      findKeptRows();
      if (int64_t bytes = getBufferBytes(1); bytes < fewest) {
        fewest = bytes;
        best = phase;
      }
    }
    result.phase = best;
  }
}

void RowSchedule::findKeptRows() {
  for (Rows &result : rows) {
    result.kept = result.last = 0;
    result.isPassedOn = false;
  }
  rows.back().last = rows.back().height;
  for (auto &[key, read] : reads) {
    if (read.rows < 0)
      continue;
    const Rows &output = rows[findRows(key.first->getResult(0))];
    Rows &input = rows[read.rows];
    // Rows that are there, beyond the one under the first row of a window that
    // lies inside, when that window is due.
    int64_t ahead = (output.phase - input.phase) / input.period;
    input.kept = std::max(input.kept, ahead + read.window.pad + 1);
    input.last = std::max(input.last,
                          (output.height - 1) * read.window.stride + ahead + 1);
    input.isPassedOn = input.kept == 1 && output.phase == input.phase &&
                       llvm::hasSingleElement(input.image.getUses());
  }
  for (auto &[key, read] : reads)
    if (read.rows >= 0) {
      const Rows &output = rows[findRows(key.first->getResult(0))];
      const Rows &input = rows[read.rows];
      read.first = input.kept - 1 - read.window.pad -
                   (output.phase - input.phase) / input.period;
    }
}

int64_t RowSchedule::getSteps() const {
  int64_t steps = 0;
  for (const Rows &result : rows)
    steps = std::max(steps, result.phase + result.period * (result.last - 1));
  return steps + 1;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

int64_t RowSchedule::getBufferBytes(int64_t alignment) const {
  int64_t bytes = 0, passedOn = 0;
  for (const Rows &result : rows) {
    int64_t row = getRowBytes(result.image);
    if (result.isPassedOn)
      passedOn = std::max(passedOn, row);
    else
      bytes += int64_t(
          llvm::alignTo(uint64_t(result.kept * row), uint64_t(alignment)));
    if (result.sumsRows())
      bytes += shapeOf(result.image).back() * int64_t(sizeof(int32_t));
  }
  return bytes + passedOn;
}

int64_t RowSchedule::getOverlapDistance(Value source) const {
  struct Event {
    bool isRead;
    int64_t bytes;
  };
  std::vector<Event> events;
  const int64_t sourceRow = getRowBytes(source),
                resultRow = getRowBytes(getResult());
  auto addRow = [&](const Rows &result, int64_t y) {
    // An operation may write before it has read everything. A mean is stored
    // when all rows have been seen.
    bool isResult = &result == &rows.back();
    bool sums = isResult && result.sumsRows();
    if (isResult && (!sums || y == result.height - 1))
      events.push_back({false, sums ? resultRow : (y + 1) * resultRow});
    if (!result.op && result.image == source && y < result.height)
      events.push_back({true, y * sourceRow});
    for (auto &[key, read] : reads)
      if (key.first == result.getOperation() && read.rows < 0 &&
          key.first->getOperand(key.second) == source)
        events.push_back({true, y * read.window.stride * sourceRow});
  };
  for (int64_t step = 0, e = getSteps(); step != e; ++step)
    for (const Rows &result : rows)
      if (int64_t since = step - result.phase;
          since >= 0 && since % result.period == 0 &&
          since / result.period < result.last)
        addRow(result, since / result.period);
  // From the end: what is written must not reach what is still to be read.
  int64_t toRead = shapeOf(source)[1] * sourceRow;
  int64_t distance = -toRead;
  for (const Event &event : llvm::reverse(events))
    if (event.isRead)
      toRead = std::min(toRead, event.bytes);
    else
      distance = std::max(distance, event.bytes - toRead);
  return distance;
}
