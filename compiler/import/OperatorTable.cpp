//===- OperatorTable.cpp - The operators that edgecc imports --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperatorTable.h"

#include "Functions.h"

#include "edgecc/Import/Import.h"

#include "llvm/Support/Format.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::importer;
using onnx::AttributeProto;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

// clang-format off
/// Name, since opset, operands, attributes, handler, remark. Elementwise
/// operators and reductions have tables of their own in Elementwise.cpp and
/// Reduction.cpp.
static llvm::SmallVector<Operator> makeTable() {
  return {
    {"AffineGrid", 20, 2, 2, "align_corners:int", importAffineGrid, "constant size"},
    {"ArgMax", 7, 1, 1, "axis:int keepdims:int select_last_index:int", importArgMax},
    {"ArgMin", 7, 1, 1, "axis:int keepdims:int select_last_index:int", importArgMin},
    {"Attention", 23, 3, 7,
     "is_causal:int kv_num_heads:int left_window_size:int q_num_heads:int qk_matmul_output_mode:int right_window_size:int scale:float softcap:float softmax_precision:ignored",
     importAttention},
    {"BitCast", 26, 1, 1, "to:int", importBitCast, "constant input, or between types of integers"},
    {"BlackmanWindow", 17, 1, 1, "output_datatype:int periodic:int", importBlackmanWindow, "constant size"},
    {"CausalConvWithState", 27, 2, 4, "activation:string ndim:int", importCausalConvWithState},
    {"CenterCropPad", 18, 2, 2, "axes:ints", importCenterCropPad, "constant shape"},
    {"Col2Im", 18, 3, 3, "dilations:ints pads:ints strides:ints", importCol2Im, "constant shapes"},
    {"Compress", 9, 2, 2, "axis:int", importCompress, "constant condition"},
    {"ConvTranspose", 7, 2, 3,
     "auto_pad:string dilations:ints group:int kernel_shape:ints output_padding:ints output_shape:ints pads:ints strides:ints",
     importConvTranspose},
    {"CumProd", 26, 2, 2, "exclusive:int reverse:int", importCumProd, "constant axis"},
    {"CumSum", 11, 2, 2, "exclusive:int reverse:int", importCumSum, "constant axis"},
    {"DFT", 17, 1, 3, "axis:int inverse:int onesided:int", importDFT, "constant length and axis"},
    {"EyeLike", 9, 1, 1, "dtype:int k:int", importEyeLike},
    {"GatherElements", 11, 2, 2, "axis:int", importGatherElements},
    {"GatherND", 11, 2, 2, "batch_dims:int", importGatherND},
    {"If", 7, 1, 1, "else_branch:graph then_branch:graph", importIf, "constant condition"},
    {"GridSample", 16, 2, 2, "align_corners:int mode:string padding_mode:string", importGridSample},
    {"GroupNormalization", 18, 3, 3, "epsilon:float num_groups:int stash_type:ignored", importGroupNormalization},
    {"HammingWindow", 17, 1, 1, "output_datatype:int periodic:int", importHammingWindow, "constant size"},
    {"HannWindow", 17, 1, 1, "output_datatype:int periodic:int", importHannWindow, "constant size"},
    {"Hardmax", 7, 1, 1, "axis:int", importHardmax},
    {"InstanceNormalization", 7, 3, 3, "epsilon:float", importInstanceNormalization},
    {"LRN", 7, 1, 1, "alpha:float beta:float bias:float size:int", importLRN},
    {"LayerNormalization", 17, 2, 3, "axis:int epsilon:float stash_type:ignored", importLayerNormalization},
    {"LpNormalization", 7, 1, 1, "axis:int p:int", importLpNormalization},
    {"LpPool", 7, 1, 1,
     "auto_pad:string ceil_mode:int=0 dilations:ints kernel_shape:ints p:int pads:ints strides:ints",
     importLpPool},
    {"LinearAttention", 27, 3, 6,
     "chunk_size:ignored kv_num_heads:int q_num_heads:int scale:float update_rule:string",
     importLinearAttention, "unrolled over time"},
    {"Loop", 7, 0, kVariadic, "body:graph", importLoop, "constant trip count and conditions"},
    {"MaxUnpool", 9, 2, 3, "kernel_shape:ints pads:ints strides:ints", importMaxUnpool, "constant shape"},
    {"MeanVarianceNormalization", 9, 1, 1, "axes:ints", importMeanVarianceNormalization},
    {"NegativeLogLikelihoodLoss", 12, 2, 3, "ignore_index:int reduction:string", importNegativeLogLikelihoodLoss},
    {"NonZero", 9, 1, 1, "", importNonZero, "constant input"},
    {"OneHot", 9, 3, 3, "axis:int", importOneHot, "constant depth"},
    {"RMSNormalization", 23, 2, 2, "axis:int epsilon:float stash_type:ignored", importRMSNormalization},
    {"Resize", 10, 1, 4,
     "antialias:int axes:ints coordinate_transformation_mode:string cubic_coeff_a:float exclude_outside:int extrapolation_value:float keep_aspect_ratio_policy:string mode:string nearest_mode:string",
     importResize, "constant scales or sizes"},
    {"ReverseSequence", 10, 2, 2, "batch_axis:int time_axis:int", importReverseSequence},
    {"RotaryEmbedding", 23, 3, 4, "interleaved:int num_heads:int rotary_embedding_dim:int", importRotaryEmbedding},
    {"Scatter", 9, 3, 3, "axis:int", importScatterElements},
    {"ScatterElements", 11, 3, 3, "axis:int reduction:string", importScatterElements},
    {"Scan", 9, 1, kVariadic,
     "body:graph num_scan_inputs:int scan_input_axes:ints scan_input_directions:ints scan_output_axes:ints scan_output_directions:ints",
     importScan},
    {"STFT", 17, 2, 4, "onesided:int", importSTFT, "constant step and length"},
    {"ScatterND", 11, 3, 3, "reduction:string", importScatterND},
    {"SoftmaxCrossEntropyLoss", 12, 2, 3, "ignore_index:int reduction:string", importSoftmaxCrossEntropyLoss},
    {"TensorScatter", 24, 2, 3, "axis:int mode:string", importTensorScatter},
    {"TopK", 7, 1, 2, "axis:int k:int largest:int sorted:ignored", importTopK, "constant k"},
    {"Trilu", 14, 1, 2, "upper:int", importTrilu, "constant k"},
    {"Upsample", 9, 2, 2, "mode:string", importResize, "constant scales"},
    {"AveragePool", 7, 1, 1,
     "auto_pad:string ceil_mode:int count_include_pad:int dilations:ints kernel_shape:ints pads:ints strides:ints",
     importAveragePool},
    {"BatchNormalization", 7, 5, 5,
     "epsilon:float momentum:float spatial:int=1 training_mode:int",
     importBatchNormalization, "constant parameters"},
    {"Cast", 7, 1, 1, "round_mode:ignored saturate:ignored to:int", importCast,
     "to float, int64, int32, int8, uint8, bool"},
    {"CastLike", 15, 2, 2, "round_mode:ignored saturate:ignored", importCastLike,
     "to float, int64, int32, int8, uint8, bool"},
    {"Clip", 7, 1, 3, "max:float min:float", importClip, "constant bounds"},
    {"Concat", 7, 1, kVariadic, "axis:int", importConcat},
    {"Constant", 7, 0, 0,
     "value:tensor value_float:float value_floats:floats value_int:int value_ints:ints",
     importConstant, "no sparse or string values"},
    {"ConstantOfShape", 9, 1, 1, "value:tensor", importConstantOfShape, "constant shape"},
    {"Conv", 7, 2, 3,
     "auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints",
     importConv},
    {"DepthToSpace", 7, 1, 1, "blocksize:int mode:string", importDepthToSpace},
    {"Dropout", 7, 1, 3, "ratio:ignored seed:ignored", importDropout, "inference"},
    {"Expand", 8, 2, 2, "", importExpand, "constant shape"},
    {"Flatten", 7, 1, 1, "axis:int", importFlatten},
    {"Gather", 7, 2, 2, "axis:int", importGather},
    {"Gemm", 7, 2, 3, "alpha:float beta:float transA:int transB:int", importGemm},
    {"GRU", 7, 3, 6,
     "activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int layout:int linear_before_reset:int",
     importGRU},
    {"GlobalAveragePool", 7, 1, 1, "", importGlobalAveragePool},
    {"GlobalMaxPool", 7, 1, 1, "", importGlobalMaxPool},
    {"Identity", 7, 1, 1, "", importIdentity},
    {"LSTM", 7, 3, 8,
     "activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int input_forget:int layout:int",
     importLSTM},
    {"LogSoftmax", 7, 1, 1, "axis:int", importLogSoftmax},
    {"MatMul", 7, 2, 2, "", importMatMul},
    {"MaxPool", 7, 1, 1,
     "auto_pad:string ceil_mode:int dilations:ints kernel_shape:ints pads:ints storage_order:int strides:ints",
     importMaxPool},
    {"Pad", 7, 1, 4, "mode:string pads:ints value:float", importPad, "constant pads and value"},
    {"Pow", 7, 2, 2, "", importPow, "float base"},
    {"RNN", 7, 3, 6,
     "activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int layout:int",
     importRNN},
    {"Range", 11, 3, 3, "stash_type:ignored", importRange, "constant operands"},
    {"Reshape", 7, 2, 2, "allowzero:int", importReshape, "constant shape"},
    {"Shape", 7, 1, 1, "end:int start:int", importShape},
    {"Size", 7, 1, 1, "", importSize},
    {"Slice", 7, 1, 5, "axes:ints ends:ints starts:ints", importSlice, "constant bounds"},
    {"Softmax", 7, 1, 1, "axis:int", importSoftmax},
    {"SpaceToDepth", 7, 1, 1, "blocksize:int mode:string", importSpaceToDepth},
    {"Split", 7, 1, 2, "axis:int num_outputs:int split:ints", importSplit, "constant sizes"},
    {"Squeeze", 7, 1, 2, "axes:ints", importSqueeze, "constant axes"},
    {"Tile", 7, 2, 2, "", importTile, "constant repeats"},
    {"Transpose", 7, 1, 1, "perm:ints", importTranspose},
    {"Unsqueeze", 7, 1, 2, "axes:ints", importUnsqueeze, "constant axes"},
    {"Where", 9, 3, 3, "", importWhere},
  };
}
// clang-format on

ArrayRef<Operator> importer::getOperators() {
  static const SmallVector<Operator> table = [] {
    SmallVector<Operator> all = makeTable();
    all.append(getElementwiseOperators());
    all.append(getReductionOperators());
    all.append(getQuantizedOperators());
    all.append(getMachineLearningOperators());
    llvm::sort(all, [](const Operator &a, const Operator &b) {
      return a.name < b.name;
    });
    return all;
  }();
  return table;
}

const Operator *importer::findOperator(StringRef name) {
  const Operator *found = llvm::lower_bound(
      getOperators(), name,
      [](const Operator &entry, StringRef name) { return entry.name < name; });
  bool isThere = found != getOperators().end() && found->name == name;
  return isThere ? found : nullptr;
}

const Operator *importer::findOperator(StringRef domain, StringRef name) {
  const Operator *entry = findOperator(name);
  if (!entry)
    return nullptr;
  bool isThere = isDefaultDomain(domain)     ? entry->domain != kMlDomain
                 : domain == "com.microsoft" ? entry->takesQuantized
                                             : entry->domain == domain;
  return isThere ? entry : nullptr;
}

StringRef importer::findSimilarOperator(StringRef name) {
  StringRef best;
  unsigned bestDistance = 2; // a letter wrong, no more
  for (const Operator &entry : getOperators()) {
    unsigned distance = name.edit_distance_insensitive(entry.name);
    if (distance < bestDistance) {
      best = entry.name;
      bestDistance = distance;
    }
  }
  return best;
}

void edgecc::listOperators(llvm::raw_ostream &os) {
  os << "ONNX operators, opset " << kOldestOpset << " to " << kNewestOpset
     << ":\n";
  for (const Operator &entry : getOperators()) {
    os << llvm::left_justify(entry.name, 22) << " " << entry.since << "+";
    if (!entry.remark.empty())
      os << (entry.since < 10 ? "   " : "  ") << entry.remark;
    if (!entry.domain.empty())
      os << " (" << entry.domain << ")";
    os << "\n";
  }
}

//===----------------------------------------------------------------------===//
// Comparing a node with its entry
//===----------------------------------------------------------------------===//

namespace {
/// One item of Operator::attributes.
struct AttributeSpec {
  StringRef name, kind, onlyValue;
};
} // namespace

static std::optional<AttributeSpec> findSpec(const Operator &entry,
                                             StringRef name) {
  for (StringRef item : llvm::split(entry.attributes, ' ')) {
    auto [itemName, rest] = item.split(':');
    if (itemName != name)
      continue;
    auto [kind, onlyValue] = rest.split('=');
    return AttributeSpec{itemName, kind, onlyValue};
  }
  return std::nullopt;
}

static StringRef getKind(const AttributeProto &attribute) {
  switch (attribute.type()) {
  case AttributeProto::INT:
    return "int";
  case AttributeProto::FLOAT:
    return "float";
  case AttributeProto::STRING:
    return "string";
  case AttributeProto::TENSOR:
    return "tensor";
  case AttributeProto::INTS:
    return "ints";
  case AttributeProto::FLOATS:
    return "floats";
  case AttributeProto::STRINGS:
    return "strings";
  case AttributeProto::GRAPH:
    return "graph";
  default:
    return "another type";
  }
}

static std::string getValueText(const AttributeProto &attribute) {
  return attribute.type() == AttributeProto::INT ? std::to_string(attribute.i())
                                                 : attribute.s();
}

/// Why an attribute is not supported, or an empty string.
static FailureOr<std::string> checkAttribute(const AttributeProto &attribute,
                                             const Operator &entry,
                                             Location loc) {
  StringRef name = attribute.name();
  std::optional<AttributeSpec> spec = findSpec(entry, name);
  if (!spec)
    return ("attribute '" + name + "' is not known").str();
  if (spec->kind == "ignored")
    return std::string();
  if (!attribute.ref_attr_name().empty())
    return ("attribute '" + name + "' refers to a function's attribute").str();
  if (getKind(attribute) != spec->kind)
    return emitError(loc) << entry.name << ": attribute '" << name
                          << "' has to be of type " << spec->kind << ", found "
                          << getKind(attribute);
  if (!spec->onlyValue.empty() && getValueText(attribute) != spec->onlyValue)
    return ("attribute '" + name + "' is '" + getValueText(attribute) +
            "', supported is '" + spec->onlyValue + "'")
        .str();
  return std::string();
}

static LogicalResult checkOperandCount(const onnx::NodeProto &node,
                                       const Operator &entry, Location loc) {
  int count = node.input_size();
  if (count >= entry.minOperands && count <= entry.maxOperands) {
    auto required = llvm::make_range(node.input().begin(),
                                     node.input().begin() + entry.minOperands);
    if (llvm::none_of(required, [](const auto &name) { return name.empty(); }))
      return success();
    return emitError(loc) << entry.name << ": an operand that is not optional "
                          << "is left out";
  }
  InFlightDiagnostic diag = emitError(loc);
  diag << entry.name << ": takes " << entry.minOperands;
  if (entry.maxOperands == kVariadic)
    diag << " or more";
  else if (entry.maxOperands != entry.minOperands)
    diag << " to " << entry.maxOperands;
  return diag << " operands, found " << count;
}

FailureOr<std::string> importer::checkNode(const onnx::NodeProto &node,
                                           const Operator &entry, int64_t opset,
                                           Location loc) {
  if (opset < entry.since)
    return entry.name.str() + " is known from opset " +
           std::to_string(entry.since) + " on";
  if (failed(checkOperandCount(node, entry, loc)))
    return failure();
  if (node.output().empty())
    return emitError(loc) << entry.name << ": has no output";
  for (const AttributeProto &attribute : node.attribute()) {
    FailureOr<std::string> reason = checkAttribute(attribute, entry, loc);
    if (failed(reason) || !reason->empty())
      return reason;
  }
  return std::string();
}
