//===- Precisions.h - From a calibrated model to integers -------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_ACCURACY_PRECISIONS_H
#define EDGECC_DRIVER_ACCURACY_PRECISIONS_H

#include "Judge.h"

#include "edgecc/Quant/Layers.h"

#include "mlir/IR/OwningOpRef.h"

#include <map>

namespace edgecc::driver {

struct Session;

/// The layers of the calibrated model that --layer-precision asks a precision
/// for; nothing for the others. Fails, naming near matches, on names that no
/// layer has.
llvm::Expected<std::vector<std::optional<quantization::Precision>>>
getForcedPrecisions(const Session &session,
                    llvm::ArrayRef<quantization::Layer> layers);

/// What the options ask for: one precision for all layers, but for those of
/// --layer-precision.
llvm::Expected<quantization::PrecisionMix>
getRequestedMix(const Session &session);

/// Quantizes a copy of a session's calibrated model as `edge.precision` says.
llvm::Error quantizeAsMarked(const Session &session, mlir::ModuleOp module);

/// The calibrated model of a session with its layers in these precisions.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
quantizeMix(const Session &session,
            llvm::ArrayRef<quantization::Precision> mix);

/// The same of another calibrated model of the same layers. `repair` may change
/// its weights before they become integers.
using RepairFn = llvm::function_ref<llvm::Error(mlir::func::FuncOp)>;
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
quantizeMix(const Session &session, mlir::ModuleOp calibrated,
            llvm::ArrayRef<quantization::Precision> mix, RepairFn repair);

/// What each layer alone does in each precision that is possible for it: signal
/// to noise at the outputs in dB.
using PrecisionEffects = std::vector<std::map<quantization::Precision, double>>;
llvm::Expected<PrecisionEffects>
measureEffects(Session &session, llvm::ArrayRef<quantization::Layer> layers,
               llvm::ArrayRef<std::optional<quantization::Precision>> forced);

/// The cheapest mix that keeps --max-drop, or nothing, if there is none.
llvm::Expected<std::optional<quantization::PrecisionMix>>
findCheapestMix(Session &session, const PrecisionEffects &effects);

/// Chooses the cheapest mix that keeps --max-drop (PrecisionSearch.cpp).
llvm::Expected<quantization::PrecisionMix> searchMix(Session &session);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_ACCURACY_PRECISIONS_H
