//===- EdgeInterfaces.td - What passes ask of edge operations ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEINTERFACES_TD
#define EDGECC_DIALECT_EDGE_EDGEINTERFACES_TD

include "mlir/IR/OpBase.td"

def Edge_EvaluableOpInterface : OpInterface<"EvaluableOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    The reference semantics of an operation: what every generated kernel is
    compared with. Implemented in compiler/reference, one file per family.
  }];
  let methods = [InterfaceMethod<
    [{Computes the results from the operands. `results` come allocated with the
      operation's result types. Fails, with a diagnostic at the operation, on
      types that the operation does not compute with.}],
    "::llvm::LogicalResult", "evaluate",
    (ins "::llvm::ArrayRef<::edgecc::reference::Tensor>":$operands,
         "::llvm::MutableArrayRef<::edgecc::reference::Tensor>":$results)>];
}

def Edge_MacCountOpInterface : OpInterface<"MacCountOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = "Operations whose cost is counted in multiplications.";
  let methods = [InterfaceMethod<
    "Multiply-accumulates of one execution, padding counted as work.",
    "int64_t", "getMacCount">];
}

def Edge_ClampableOpInterface : OpInterface<"ClampableOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations that can clamp their result to [`clamp_min`, `clamp_max`] (real
    values, either may be absent) before it is stored.
  }];
  let methods = [
    InterfaceMethod<"Lower bound, if there is one.",
      "std::optional<::llvm::APFloat>", "getClampMin">,
    InterfaceMethod<"Upper bound, if there is one.",
      "std::optional<::llvm::APFloat>", "getClampMax">,
    InterfaceMethod<"Sets the lower bound; a null attribute removes it.",
      "void", "setClampMinAttr", (ins "::mlir::FloatAttr":$bound)>,
    InterfaceMethod<"Sets the upper bound; a null attribute removes it.",
      "void", "setClampMaxAttr", (ins "::mlir::FloatAttr":$bound)>];
}

def Edge_QuantizableOpInterface : OpInterface<"QuantizableOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations that can compute in integers. Implemented in passes/quantization, one
    file per family.
  }];
  let methods = [
    InterfaceMethod<[{Operands whose values reach the result unchanged, so that
        they and the result share one quantized type. None for operations that
        compute new values.}],
      "::llvm::SmallVector<::mlir::Value>", "getSameTypeOperands", (ins), "",
      [{ return {}; }]>,
    InterfaceMethod<[{The type that the result has in a precision whatever its
        range is, or null.}],
      "::mlir::quant::UniformQuantizedType", "getFixedResultType",
      (ins "::edgecc::quantization::Precision":$precision), "",
      [{ return {}; }]>,
    InterfaceMethod<[{Operands and results that have one type pairwise, because
        the one becomes the other: state before and after.}],
      "::llvm::SmallVector<std::pair<::mlir::Value, ::mlir::Value>>",
      "getTiedValues", (ins), "", [{ return {}; }]>,
    InterfaceMethod<[{Whether the operation takes or gives `value` in int16 when
        it computes in a precision.}],
      "bool", "takesWide", (ins "::mlir::Value":$value,
                             "::edgecc::quantization::Precision":$precision),
      "", [{ return ::edgecc::quantization::hasWideActivations(precision); }]>,
    InterfaceMethod<[{Replaces the operation by its integer form, in the
        precision that `quantizer` has been set to. The results and
        all operands that are not constant have a type in `quantizer`. Fails,
        with a remark that says why and without a change, if it has to stay in
        float.}],
      "::llvm::LogicalResult", "quantize",
      (ins "::edgecc::quantization::Quantizer &":$quantizer)>];
}

def Edge_PermutableOpInterface : OpInterface<"PermutableOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations `f` with one result for which
    `transpose(f(x, ...), perm) = f'(transpose(x, perm'), ...)`, with an `f'` of
    the same kind. Layout passes use it to move transposes past operations.
    Operands of lower rank broadcast; they are aligned at the last axis.
  }];
  let methods = [
    InterfaceMethod<"Whether an operand's axes have to move with the result's.",
      "bool", "isPermutedOperand", (ins "unsigned":$operand),
      /*methodBody=*/"", /*defaultImplementation=*/"return true;">,
    InterfaceMethod<
      [{The permutation that the operands need for the result to come out
        permuted by `perm`; fails where the operation does not allow it.}],
      "::llvm::FailureOr<::llvm::SmallVector<int64_t>>",
      "getOperandPermutation", (ins "::llvm::ArrayRef<int64_t>":$perm),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::llvm::SmallVector<int64_t>(perm);
      }]>,
    InterfaceMethod<
      [{The permutation in which the result comes out when the operands are
        permuted by `perm`: the inverse of `getOperandPermutation`.}],
      "::llvm::FailureOr<::llvm::SmallVector<int64_t>>",
      "getResultPermutation", (ins "::llvm::ArrayRef<int64_t>":$perm),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::llvm::SmallVector<int64_t>(perm);
      }]>,
    InterfaceMethod<
      [{Creates the operation whose result is this one's, permuted by `perm`,
        from operands that are permuted already.}],
      "::mlir::Operation *", "createPermuted",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands,
           "::llvm::ArrayRef<int64_t>":$perm),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::edgecc::edge::clonePermuted(builder, $_op, operands, perm);
      }]>];
}

def Edge_WeightedOpInterface : OpInterface<"WeightedOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations that sum products with weights [O, ..., I] and add a bias [O]; O
    is the last axis of the result. Channel `o` of the result depends on no
    weights but those at `o`, and these, with `G` groups, take the `I` channels of
    the input's last axis from `o / (O / G) * I` on.
  }];
  let methods = [
    InterfaceMethod<"The operand that the weights are multiplied with.",
      "::mlir::OpOperand &", "getDataOperand">,
    InterfaceMethod<"The number of groups.",
      "int64_t", "getWeightGroups", (ins),
      /*methodBody=*/"", /*defaultImplementation=*/"return 1;">,
    InterfaceMethod<"Whether zeros stand in for input that is not there.",
      "bool", "padsWithZeros", (ins),
      /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<"The operand that holds the weights.",
      "::mlir::OpOperand &", "getWeightsOperand">,
    InterfaceMethod<"The operand that holds the bias.",
      "::mlir::OpOperand &", "getBiasOperand">];
}

def Edge_ChannelOpInterface : OpInterface<"ChannelOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations whose last axes are channels of which single ones can be followed
    through the operation and taken out of it. Implemented in passes/pruning.
  }];
  let methods = [
    InterfaceMethod<[{The stored integers that each channel of the result can
        take when those of the operands take `operands`. Holds for all elements
        of a channel. Asked only where the result is quantized.}],
      "::edgecc::edge::ChannelRanges", "inferChannelRanges",
      (ins "::llvm::ArrayRef<::edgecc::edge::ChannelRanges>":$operands),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::edgecc::edge::getFullRanges($_op->getResult(0));
      }]>,
    InterfaceMethod<[{For each channel of the result the channel of an operand
        that it is computed from, -1 for none, where nothing else in the result
        depends on that one. Empty where the operand's channels mix.}],
      "::llvm::SmallVector<int64_t>", "getChannelSources",
      (ins "unsigned":$operand), /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::edgecc::edge::getEqualChannels($_op, operand);
      }]>,
    InterfaceMethod<[{The operation with the channels `kept` of its result, from
        computed operands that have lost theirs; constant operands are those of
        the whole operation, and this takes from them what is needed.}],
      "::mlir::Operation *", "createWithChannels",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands,
           "::llvm::ArrayRef<int64_t>":$kept),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::edgecc::edge::cloneWithChannels(builder, $_op, operands, kept);
      }]>];
}

def Edge_RowwiseOpInterface : OpInterface<"RowwiseOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    Operations on images [1, H, W, C] that can be computed row by row. Implemented
    in passes/memory.
  }];
  let methods = [
    InterfaceMethod<[{The rows of an operand that a row of the result is computed
        from; nothing if this operand is no image, or if rows do not do.}],
      "std::optional<::edgecc::edge::RowWindow>", "getRowWindow",
      (ins "unsigned":$operand), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return ::edgecc::edge::getElementwiseRows($_op, operand);
      }]>,
    InterfaceMethod<[{The operation that computes one row of the result, from
        images of just the rows that it needs, those outside the image
        included.}],
      "::mlir::Operation *", "createRow",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::edgecc::edge::cloneAsRow(builder, $_op, operands);
      }]>,
    InterfaceMethod<"What is stored in rows outside the image.",
      "int64_t", "getRowPadding", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return 0;">,
    InterfaceMethod<[{Whether the result is one row to which all rows of the image
        are summed up.}],
      "bool", "sumsRows", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return false;">];
}

def Edge_RecurrentOpInterface : OpInterface<"RecurrentOpInterface"> {
  let cppNamespace = "::edgecc::edge";
  let description = [{
    What `edge.rnn`, `edge.gru` and `edge.lstm` have in common. All but the
    numbers of gates and activations are operands and attributes of these names.
  }];
  let methods = [
    InterfaceMethod<"Rows of weights and recurrence per hidden unit.",
      "int64_t", "getNumGates">,
    InterfaceMethod<"Activation functions per direction.",
      "int64_t", "getNumActivations">,
    InterfaceMethod<"[S, B, I].", "::mlir::Value", "getInput">,
    InterfaceMethod<"[D, G*H, I].", "::mlir::Value", "getWeights">,
    InterfaceMethod<"[D, G*H, H].", "::mlir::Value", "getRecurrence">,
    InterfaceMethod<"[D, 2*G*H].", "::mlir::Value", "getBias">,
    InterfaceMethod<"[D, B, H].", "::mlir::Value", "getInitialH">,
    InterfaceMethod<"[B], or null.", "::mlir::Value", "getSequenceLens">,
    InterfaceMethod<"All steps' hidden states, [S, D, B, H].",
      "::mlir::Value", "getY">,
    InterfaceMethod<"The last step's, [D, B, H].", "::mlir::Value", "getYH">,
    InterfaceMethod<"Which way the steps are taken.",
      "::edgecc::edge::RecurrentDirection", "getDirection">,
    InterfaceMethod<"Names of activation functions, direction by direction.",
      "::mlir::ArrayAttr", "getActivations">,
    InterfaceMethod<"The first parameter of each.",
      "::llvm::ArrayRef<float>", "getActivationAlpha">,
    InterfaceMethod<"The second parameter of each.",
      "::llvm::ArrayRef<float>", "getActivationBeta">,
    InterfaceMethod<"The bound of what gates' activations take, if any.",
      "std::optional<::llvm::APFloat>", "getClip">];
}

#endif // EDGECC_DIALECT_EDGE_EDGEINTERFACES_TD
