//===- Weighted.h - What convolution and matrix products share --*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_WEIGHTED_H
#define EDGECC_COMPILER_REFERENCE_WEIGHTED_H

#include "StoredTypes.h"

namespace edgecc::reference {

/// out[m, n] = sum over k of rows[m, k] * weights[n, k]. All are row-major;
/// rows of `out` are `outStride` elements apart.
void multiplyByTransposed(const float *rows, const float *weights, float *out,
                          int64_t m, int64_t n, int64_t k, int64_t outStride);
void multiplyByTransposed(const double *rows, const double *weights,
                          double *out, int64_t m, int64_t n, int64_t k,
                          int64_t outStride);

/// The real bounds that the operation clamps to; infinite where there is none.
std::pair<float, float> getFloatBounds(edge::ClampableOpInterface op);

/// Adds the bias to rows of output channels and clamps.
void finishFloat(edge::ClampableOpInterface op, llvm::ArrayRef<float> bias,
                 llvm::MutableArrayRef<float> rows);

/// The stored integers less their zero point.
std::vector<double> getCentered(const Tensor &tensor);

/// Adds the bias to accumulators, which are integers, requantizes and clamps.
/// Fails, with a diagnostic, if one leaves 32 bits.
llvm::LogicalResult finishInteger(edge::ClampableOpInterface op,
                                  llvm::ArrayRef<Tensor> operands,
                                  llvm::ArrayRef<double> accumulators,
                                  Tensor &result);

/// Evaluates an operation on input, weights and bias. `accumulate(in, weights,
/// out)` computes the sums of products, in float or in double; taps outside an
/// image count as 0.
///
/// Integers are accumulated in double, where they are exact up to 2^53 in any
/// order, and become integers again before anything is rounded: that lets the
/// fast matrix product for floats serve both. The zero point is taken off
/// first, as the definition says; kernels, which fold it into the bias, get the
/// same sums.
template <typename AccumulateFn>
llvm::LogicalResult evaluateWeighted(edge::ClampableOpInterface op,
                                     llvm::ArrayRef<Tensor> operands,
                                     Tensor &result, AccumulateFn accumulate) {
  if (isInteger(operands[0])) {
    std::vector<double> input = getCentered(operands[0]);
    std::vector<double> weights = getCentered(operands[1]);
    std::vector<double> sums(result.getNumElements());
    accumulate(input.data(), weights.data(), sums.data());
    return finishInteger(op, operands, sums, result);
  }
  if (failed(checkF32(op, operands)))
    return llvm::failure();
  llvm::MutableArrayRef<float> sums = result.getData<float>();
  accumulate(operands[0].getData<float>().data(),
             operands[1].getData<float>().data(), sums.data());
  finishFloat(op, operands[2].getData<float>(), sums);
  return llvm::success();
}

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_WEIGHTED_H
