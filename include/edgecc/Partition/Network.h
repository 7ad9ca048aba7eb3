//===- Network.h - A network as the choice of a cut sees it -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PARTITION_NETWORK_H
#define EDGECC_PARTITION_NETWORK_H

#include "edgecc/Partition/Cut.h"

namespace edgecc::partition {

/// Bytes of a message before its tensors; the wire header has the same.
constexpr unsigned kMessageHeaderBytes = 24;

/// An input of the model, or nodes that one kernel computes.
struct NetworkUnit {
  std::string name;
  bool isInput = false;
  std::vector<std::string> nodes;
  /// The types of operators.
  std::vector<std::string> types;
  /// Whether it only moves elements.
  bool isMovement = false;
  /// Multiply-accumulates, and elements of results.
  uint64_t macs = 0, elements = 0;
  /// On the device.
  double seconds = 0;
  uint64_t flashBytes = 0;
};

struct NetworkTensor {
  std::string name;
  unsigned producer = 0;
  std::vector<unsigned> consumers;
  bool isOutput = false;
  std::vector<int64_t> shape;
  /// As in ONNX: "float", "int64".
  std::string type;
  uint64_t elements = 0, elementBytes = 4, deviceBytes = 0;
  /// Quantization noise to signal, by wire precision.
  std::array<double, kNumWires> noise{};
  /// Whether samples show what integers do to it.
  bool isMeasured = false;
  /// The range of the samples, 0 included.
  double least = 0, most = 0;

  bool isFloat() const { return type == "float"; }
  /// Bytes of its elements as they are sent, without the header of a message.
  /// What is no float is sent as it is.
  uint64_t getWireBytes(Wire wire) const;
};

struct Network {
  std::vector<NetworkUnit> units;
  std::vector<NetworkTensor> tensors;
};

/// How many operators have been applied to private inputs, at the least, in
/// what each unit makes; kNotPrivate for what does not come from them.
constexpr unsigned kNotPrivate = ~0u;
std::vector<unsigned> getPrivateDepths(const Network &network,
                                       llvm::ArrayRef<std::string> inputs);

/// The choice that `system` leaves for `network`. Fails if the system names
/// what the network does not have or asks for what contradicts itself.
llvm::Expected<Problem> makeProblem(const System &system,
                                    const Network &network);

} // namespace edgecc::partition

#endif // EDGECC_PARTITION_NETWORK_H
