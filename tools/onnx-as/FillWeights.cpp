//===- FillWeights.cpp - Made-up weights for text models ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FillWeights.h"

#include <cmath>
#include <set>
#include <stdexcept>

using namespace onnxas;
using namespace ONNX_NAMESPACE;

//===----------------------------------------------------------------------===//
// Random numbers, the same on every machine
//===----------------------------------------------------------------------===//

/// SplitMix64's output function.
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// FNV-1a: std::hash may differ between standard libraries.
static uint64_t seedOf(const std::string &name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

static double draw(uint64_t seed, uint64_t index, Range range) {
  double unit = static_cast<double>(mix(seed + index) >> 40) * 0x1p-24;
  // inf - inf would be NaN.
  if (range.low == range.high)
    return range.low;
  return range.low + (range.high - range.low) * unit;
}

//===----------------------------------------------------------------------===//
// Which values are sensible
//===----------------------------------------------------------------------===//

static bool hasFlag(const NodeProto &node, const std::string &name) {
  for (const AttributeProto &attr : node.attribute())
    if (attr.name() == name)
      return attr.i() != 0;
  return false;
}

/// The number of terms in each sum that the weights of `node` take part in.
static int64_t fanIn(const NodeProto &node, const TensorProto &tensor) {
  const auto &dims = tensor.dims();
  int rank = dims.size();
  if (rank < 2)
    return rank == 1 ? dims[0] : 1;
  const std::string &op = node.op_type();
  if (op == "Gemm")
    return hasFlag(node, "transB") ? dims[1] : dims[0];
  if (op == "MatMul")
    return dims[rank - 2];
  if (op == "LSTM" || op == "GRU" || op == "RNN")
    return dims[rank - 1];
  // Conv [O, I/groups, k...] and ConvTranspose [I, O/groups, k...].
  int64_t terms = op == "ConvTranspose" ? dims[0] : dims[1];
  for (int i = 2; i < rank; ++i)
    terms *= dims[i];
  return terms;
}

/// Keeps the variance of activations about 1 through weights, variances of a
/// batch normalization positive, and biases small.
static Range rangeForUse(const NodeProto &node, int operand,
                         const TensorProto &tensor) {
  const std::string &op = node.op_type();
  if (op == "BatchNormalization")
    return operand == 1 || operand == 4 ? Range{0.5, 1.5} : Range{-0.2, 0.2};
  bool recurrent = op == "LSTM" || op == "GRU" || op == "RNN";
  bool weighted = recurrent || op == "Conv" || op == "ConvTranspose" ||
                  op == "Gemm" || op == "MatMul";
  if (!weighted)
    return {-0.5, 0.5};
  if (operand == 1 || (operand == 2 && recurrent) || op == "MatMul") {
    double terms = static_cast<double>(fanIn(node, tensor));
    double bound = std::sqrt(3.0 / (terms > 0 ? terms : 1));
    return {-bound, bound};
  }
  return {-0.1, 0.1};
}

static Range defaultRange(const GraphProto &graph, const TensorProto &tensor) {
  for (const NodeProto &node : graph.node())
    for (int i = 0; i < node.input_size(); ++i)
      if (node.input(i) == tensor.name())
        return rangeForUse(node, i, tensor);
  return {-0.5, 0.5};
}

//===----------------------------------------------------------------------===//
// Filling
//===----------------------------------------------------------------------===//

static TensorProto emptyTensor(const ValueInfoProto &info) {
  TensorProto tensor;
  tensor.set_name(info.name());
  tensor.set_data_type(info.type().tensor_type().elem_type());
  for (const auto &dim : info.type().tensor_type().shape().dim()) {
    if (!dim.has_dim_value() || dim.dim_value() < 0)
      throw std::runtime_error("initializer '" + info.name() +
                               "' needs numbers as dimensions");
    tensor.add_dims(dim.dim_value());
  }
  return tensor;
}

/// Written as raw bytes, as exporters do (values given in the text end up in
/// float_data, so that tests see both forms). Hosts are little-endian.
template <typename T> static void fillAs(TensorProto &tensor, Range range) {
  int64_t count = 1;
  for (int64_t dim : tensor.dims())
    count *= dim;
  uint64_t seed = seedOf(tensor.name());
  std::string &bytes = *tensor.mutable_raw_data();
  for (int64_t i = 0; i < count; ++i) {
    T value = static_cast<T>(draw(seed, static_cast<uint64_t>(i), range));
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
}

static void fillTensor(TensorProto &tensor, Range range) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return fillAs<float>(tensor, range);
  case TensorProto::DOUBLE:
    return fillAs<double>(tensor, range);
  case TensorProto::INT8:
    return fillAs<int8_t>(tensor, range);
  case TensorProto::UINT8:
    return fillAs<uint8_t>(tensor, range);
  case TensorProto::INT32:
    return fillAs<int32_t>(tensor, range);
  case TensorProto::INT64:
    return fillAs<int64_t>(tensor, range);
  default:
    throw std::runtime_error("initializer '" + tensor.name() +
                             "' has a type that onnx-as cannot make up; give "
                             "its values");
  }
}

static std::set<std::string> namesWithValue(const GraphProto &graph) {
  std::set<std::string> names;
  for (const ValueInfoProto &input : graph.input())
    names.insert(input.name());
  for (const TensorProto &tensor : graph.initializer())
    names.insert(tensor.name());
  for (const NodeProto &node : graph.node())
    names.insert(node.output().begin(), node.output().end());
  return names;
}

void onnxas::fillWeights(GraphProto &graph, const Directives &directives) {
  std::set<std::string> known = namesWithValue(graph);
  google::protobuf::RepeatedPtrField<ValueInfoProto> declared;
  declared.Swap(graph.mutable_value_info());
  for (const ValueInfoProto &info : declared) {
    if (known.count(info.name())) {
      *graph.add_value_info() = info;
      continue;
    }
    TensorProto tensor = emptyTensor(info);
    auto asked = directives.fill.find(info.name());
    bool isFloat = tensor.data_type() == TensorProto::FLOAT ||
                   tensor.data_type() == TensorProto::DOUBLE;
    if (asked == directives.fill.end() && !isFloat)
      throw std::runtime_error("integers '" + info.name() +
                               "' need values or a '# fill' line");
    fillTensor(tensor, asked == directives.fill.end()
                           ? defaultRange(graph, tensor)
                           : asked->second);
    *graph.add_initializer() = std::move(tensor);
  }
}
