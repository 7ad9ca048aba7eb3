//===- vector_data.h --------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Operands as kernels of vectors read them.
#ifndef EDGECC_TEST_KERNELS_VECTOR_DATA_H
#define EDGECC_TEST_KERNELS_VECTOR_DATA_H

#include "fenced.h"

namespace edgecc {
namespace kernels {
namespace {

/// One value per channel, in whole vectors.
template <class Isa, class T> Fenced<T> fillUp(std::vector<T> values) {
  constexpr std::size_t kLanes = Isa::kLanes;
  values.resize((values.size() + kLanes - 1) / kLanes * kLanes);
  return Fenced<T>(values);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_VECTOR_DATA_H
