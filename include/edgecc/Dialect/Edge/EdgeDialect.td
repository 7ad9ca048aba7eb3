//===- EdgeDialect.td - The edge dialect -------------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGEDIALECT_TD
#define EDGECC_DIALECT_EDGE_EDGEDIALECT_TD

include "mlir/IR/OpBase.td"

def Edge_Dialect : Dialect {
  let name = "edge";
  let cppNamespace = "::edgecc::edge";
  let summary = "Neural networks as values: static tensors, float or quantized";
  let description = [{
    A network is a `func.func` of `edge` operations on ranked tensors of static
    shape. Spatial operations are channels-last by definition, so that every
    operation has one meaning and one reference implementation; the importer
    wraps operators of channels-first formats in `edge.transpose`.

    An operation computes in float or in integers, as its types say: a tensor
    of `!quant.uniform` makes it the integer operation whose exact rule stands
    in docs/spec/integers.md. Operations are located by the name of the node
    they come from.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::quant::QuantizationDialect"
  ];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let useDefaultAttributePrinterParser = 0;
}

#endif // EDGECC_DIALECT_EDGE_EDGEDIALECT_TD
