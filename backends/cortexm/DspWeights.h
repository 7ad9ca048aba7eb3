//===- DspWeights.h - Weights as the DSP kernels read them ------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_CORTEXM_DSPWEIGHTS_H
#define EDGECC_BACKENDS_CORTEXM_DSPWEIGHTS_H

#include "../common/PackedWeights.h"

#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Reference/Tensor.h"

namespace edgecc {

/// Rows of weights [O, K], `block` rows side by side in words of four weights:
/// [O / block][K / 4][block]. Rows are filled up with zeros, and columns to a
/// multiple of `columns`, which is one of 4.
llvm::SmallVector<int32_t> packRows(const reference::Tensor &weights,
                                    int64_t block, int64_t columns = 4);
/// The same as int16, in pairs of the columns 0 and 2, and 1 and 3:
/// [O / block][K / 4][2][block].
llvm::SmallVector<int32_t> packPairRows(const reference::Tensor &weights,
                                        int64_t block);
/// As packRows for int16 activations, which come in their natural order: SXTB16
/// makes pairs of the bytes 0 and 2, and 1 and 3.
llvm::SmallVector<int32_t> packWideRows(const reference::Tensor &weights,
                                        int64_t block);
/// Digits of four bits, `block` rows side by side in words of four columns of
/// two rows: [O / block][K / 4][block / 2]. A byte has the digit of the first
/// row in its upper half, that of the second in its lower half.
llvm::SmallVector<int32_t> packDigitRows(const PackedWeights &weights,
                                         int64_t block);
/// Their steps: [O / block][groups][block].
reference::Tensor packStepRows(const PackedWeights &weights, int64_t block,
                               mlir::MLIRContext *context);
/// Weights [O, 3, 3, C] as conv2d_winograd_dsp.h reads them; O and C are
/// multiples of 4.
llvm::SmallVector<int32_t> packWinograd(const reference::Tensor &weights);
/// Depthwise weights [C, 3, 3, 1]: the bytes w0, w1, w1, w2 of each row.
llvm::SmallVector<int32_t> packDepthwise(const reference::Tensor &weights);
/// Depthwise weights as depthwise_columns_dsp.h reads them: for each channel
/// the pairs of weights below each other or, in windows of one row, side by
/// side, where one of them is; two pairs (a, b), (c, d) as the bytes a, c, b,
/// d.
llvm::SmallVector<int32_t> packColumns(const reference::Tensor &weights,
                                       kern::WindowAttr window);

} // namespace edgecc

#endif // EDGECC_BACKENDS_CORTEXM_DSPWEIGHTS_H
