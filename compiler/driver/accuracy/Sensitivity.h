//===- Sensitivity.h - Studies of layers, for the driver --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_SENSITIVITY_H
#define EDGECC_DRIVER_ACCURACY_SENSITIVITY_H

#include "Session.h"

#include "edgecc/Quant/LayerStudy.h"

namespace edgecc::driver {

/// The evaluation samples that variants of the model are run on: evenly spaced,
/// and as many as keep the work of `variants` partial runs within bounds.
llvm::Expected<Judge> chooseStudySamples(const Session &session,
                                         size_t variants);

/// quantization::studyVariants on the session's calibrated model and the
/// samples of `judge`, with a progress line.
llvm::Expected<std::vector<quantization::VariantResult>>
study(const Session &session, const Judge &judge,
      llvm::ArrayRef<quantization::Variant> variants);

/// The drop of a variant in points of the metric; nothing where the metric has
/// no value on so few samples.
std::optional<double> getDrop(const Judge &judge,
                              const quantization::VariantResult &result);

/// The drop from which on a user should hear of it: --max-drop, else a point
/// where the metric is a percentage.
std::optional<double> getDropLimit(const Session &session);

/// Which layers a drop comes from, worst first, and what would help; empty
/// unless layers were studied.
std::vector<std::string> explainDrop(const Session &session);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_SENSITIVITY_H
