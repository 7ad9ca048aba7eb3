//===- Compare.h - Generated code against the interpreter -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_COMPARE_H
#define EDGECC_DRIVER_ACCURACY_COMPARE_H

#include "Exactness.h"
#include "Samples.h"

namespace edgecc::driver {

/// Compares the outputs of a function, sample by sample.
class OutputComparison {
public:
  explicit OutputComparison(mlir::func::FuncOp function)
      : function(function), exactness(getExactness(function)) {}

  /// Fails with InternalError, naming the first element that differs too much.
  llvm::Error compare(const Sample &expected, const Sample &actual,
                      size_t sampleIndex);

  /// Whether all outputs have to be, hence were, equal bit for bit.
  bool isExact() const;
  /// The largest difference so far, as a part of the output's range.
  double getLargest() const { return largest; }

private:
  mlir::func::FuncOp function;
  std::vector<Exactness> exactness;
  double largest = 0;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_COMPARE_H
