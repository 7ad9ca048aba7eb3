//===- StateExtents.cpp - What states are between steps -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StateExtents.h"

#include "edgecc/Quant/Ranges.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;

CellObserver::CellObserver(func::FuncOp func) {
  for (auto lstm : func.getOps<edge::LSTMOp>())
    for (Value operand : lstm->getOperands())
      if (std::optional<reference::Tensor> constant =
              edge::getConstantTensor(operand))
        operands[operand] = std::move(*constant);
}

void CellObserver::observe(Value value, const reference::Tensor &tensor) {
  if (llvm::any_of(value.getUsers(),
                   [](Operation *user) { return isa<edge::LSTMOp>(user); }))
    operands[value] = tensor;
  auto lstm = value.getDefiningOp<edge::LSTMOp>();
  if (!lstm || value != lstm.getYC())
    return;
  SmallVector<reference::Tensor> values;
  for (Value operand : lstm->getOperands())
    values.push_back(operands[operand]);
  cells[lstm].add(lstm.evaluateCells(values).getData<float>());
}

const Histogram *CellObserver::find(edge::LSTMOp lstm) const {
  auto found = cells.find(lstm);
  return found == cells.end() ? nullptr : &found->second;
}

void quantization::setStateExtents(func::FuncOp func,
                                   const Histograms &histograms,
                                   const CellObserver &cells) {
  auto find = [&](Value value) -> const Histogram * {
    auto found = histograms.find(value);
    return found == histograms.end() || found->second.empty() ? nullptr
                                                              : &found->second;
  };
  auto join = [&](Value initial, Value state, const Histogram *steps) {
    const Histogram *last = find(state);
    if (!last)
      return;
    Range extent = last->getRange();
    if (steps && !steps->empty())
      extent.join(steps->getRange());
    if (std::optional<reference::Tensor> first =
            edge::getConstantTensor(initial)) {
      Histogram values;
      values.add(first->getData<float>());
      extent.join(values.getRange());
    }
    setExtent(state, extent);
  };
  for (Operation &op : func.getBody().front()) {
    auto layer = dyn_cast<edge::RecurrentOpInterface>(op);
    if (!layer)
      continue;
    join(layer.getInitialH(), layer.getYH(), find(layer.getY()));
    if (auto lstm = dyn_cast<edge::LSTMOp>(op))
      join(lstm.getInitialC(), lstm.getYC(), cells.find(lstm));
  }
}
