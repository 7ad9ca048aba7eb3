//===- RowSchedule.h - Layers computed together, row by row -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations on images that follow each other can be computed row by row: of
// what is between them only the rows that are still needed are kept (line
// buffers; Alwani et al., "Fused-Layer CNN Accelerators", MICRO 2016). No row
// is computed twice.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_ROWSCHEDULE_H
#define EDGECC_PASSES_ROWSCHEDULE_H

#include "edgecc/Dialect/Edge/Edge.h"

#include "llvm/ADT/MapVector.h"

namespace edgecc {

class RowSchedule {
public:
  /// The rows of an image of the group: of what an operation computes, or of an
  /// image from outside that is copied, as windows reach beyond its border.
  struct Rows {
    mlir::Value image;
    /// Null: a copy.
    edge::RowwiseOpInterface op;
    int64_t height = 0;
    /// Row y is due in step phase + period * y.
    int64_t period = 1, phase = 0;
    /// Rows that are due, those below the image included.
    int64_t last = 0;
    /// Rows that are kept, the newest among them. 0: the image is the result of
    /// the group, and there as a whole.
    int64_t kept = 1;
    /// What stands in rows outside the image, if windows reach there.
    std::optional<int64_t> padding;
    /// Read by a single operation, in the step in which it was computed.
    bool isPassedOn = false;

    mlir::Operation *getOperation() const {
      edge::RowwiseOpInterface operation = op;
      return operation.getOperation();
    }
    /// Whether all rows are summed up to one.
    bool sumsRows() const {
      edge::RowwiseOpInterface operation = op;
      return operation && operation.sumsRows();
    }
  };

  /// Where an operation finds the rows of an operand.
  struct Read {
    /// The number of the rows in `getRows()`, or -1: in the whole image.
    int64_t rows = -1;
    /// The first of those that are kept that it reads.
    int64_t first = 0;
    edge::RowWindow window;
  };

  /// The schedule of operations that stand in this order, the result of the
  /// last one being that of the group. Fails, and says why, if they cannot be
  /// computed row by row: an operation that mixes rows, a result that is needed
  /// outside, images that go at different speeds.
  static std::optional<RowSchedule>
  create(llvm::ArrayRef<mlir::Operation *> ops, std::string &reason);

  llvm::ArrayRef<Rows> getRows() const { return rows; }
  /// How an operation reads an operand, null for constants.
  const Read *getRead(mlir::Operation *op, unsigned operand) const;
  mlir::Value getResult() const { return rows.back().image; }
  /// Images from outside.
  llvm::ArrayRef<mlir::Value> getSources() const { return sources; }
  int64_t getSteps() const;
  /// Bytes that are needed beside the sources and the result.
  int64_t getBufferBytes(int64_t alignment) const;
  /// How many bytes before `source`, at least, the result has to begin to
  /// overwrite only what has been read.
  int64_t getOverlapDistance(mlir::Value source) const;

private:
  bool addOperation(mlir::Operation *op, std::string &reason);
  bool setPeriods(Rows &result, std::string &reason);
  void setPhases();
  void findKeptRows();
  void delayForMemory();
  int64_t findRows(mlir::Value image) const;

  std::vector<Rows> rows;
  llvm::SmallVector<mlir::Value> sources;
  llvm::DenseMap<mlir::Value, int64_t> sourcePeriods;
  llvm::MapVector<std::pair<mlir::Operation *, unsigned>, Read> reads;
};

/// The bytes of one row of an image [1, H, W, C].
int64_t getRowBytes(mlir::Value image);

} // namespace edgecc

#endif // EDGECC_PASSES_ROWSCHEDULE_H
