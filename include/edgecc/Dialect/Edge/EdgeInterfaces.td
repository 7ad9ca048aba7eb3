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
    Operations that can compute in int8. Implemented in passes/quantization, one
    file per family.
  }];
  let methods = [
    InterfaceMethod<[{Operands whose values reach the result unchanged, so that
        they and the result share one quantized type. None for operations that
        compute new values.}],
      "::llvm::SmallVector<::mlir::Value>", "getSameTypeOperands", (ins), "",
      [{ return {}; }]>,
    InterfaceMethod<[{The type that the result has whatever its range is, or
        null.}],
      "::mlir::quant::UniformQuantizedType", "getFixedResultType", (ins), "",
      [{ return {}; }]>,
    InterfaceMethod<[{Replaces the operation by its integer form. The result and
        all operands that are not constant have a type in `quantizer`. Fails,
        with a remark that says why and without a change, if it has to stay in
        float.}],
      "::llvm::LogicalResult", "quantize",
      (ins "::edgecc::quantization::Quantizer &":$quantizer)>];
}

#endif // EDGECC_DIALECT_EDGE_EDGEINTERFACES_TD
