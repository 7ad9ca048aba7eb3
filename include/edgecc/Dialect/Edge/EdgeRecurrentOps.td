//===- EdgeRecurrentOps.td - RNN, GRU and LSTM -------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by EdgeOps.td, which has the base classes.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_EDGE_EDGERECURRENTOPS_TD
#define EDGECC_DIALECT_EDGE_EDGERECURRENTOPS_TD

def Edge_RecurrentDirection
    : I32EnumAttr<"RecurrentDirection", "which way the steps are taken", [
    I32EnumAttrCase<"Forward", 0>, I32EnumAttrCase<"Reverse", 1>,
    I32EnumAttrCase<"Bidirectional", 2>]> {
  let cppNamespace = "::edgecc::edge";
}

/// ONNX's activation functions of recurrent operators.
def Edge_ActivationKind
    : I32EnumAttr<"ActivationKind", "a function of gates", [
    I32EnumAttrCase<"Affine", 0>, I32EnumAttrCase<"Elu", 1>,
    I32EnumAttrCase<"HardSigmoid", 2>, I32EnumAttrCase<"LeakyRelu", 3>,
    I32EnumAttrCase<"Relu", 4>, I32EnumAttrCase<"ScaledTanh", 5>,
    I32EnumAttrCase<"Sigmoid", 6>, I32EnumAttrCase<"Softplus", 7>,
    I32EnumAttrCase<"Softsign", 8>, I32EnumAttrCase<"Tanh", 9>,
    I32EnumAttrCase<"ThresholdedRelu", 10>]> {
  let cppNamespace = "::edgecc::edge";
}

defvar Edge_RecurrentOperands = (ins
  Edge_Tensor:$input, Edge_Tensor:$weights, Edge_Tensor:$recurrence,
  Edge_Tensor:$bias, Edge_Tensor:$initial_h);

defvar Edge_RecurrentAttributes = (ins
  Edge_RecurrentDirection:$direction, StrArrayAttr:$activations,
  DenseF32ArrayAttr:$activation_alpha, DenseF32ArrayAttr:$activation_beta,
  OptionalAttr<F32Attr>:$clip);

/// Operators of ONNX that go through a sequence step by step, with the same
/// operands and attributes; `activations` are spelled out for each direction,
/// with both parameters each.
///
/// The integer form has an input in int8 or int16, weights and recurrence in int8
/// per row (axis 1), a bias in int32, and states in int16, of one type before and
/// after; `y` has a type of its own. Gates are then Sigmoid or HardSigmoid, other
/// functions Sigmoid, HardSigmoid, Tanh or Relu.
class Edge_RecurrentOp<string mnemonic, int gates, int functions,
                       list<Trait> traits = []>
    : Edge_TensorOp<mnemonic, !listconcat([
        Edge_RecurrentOpInterface,
        DeclareOpInterfaceMethods<Edge_QuantizableOpInterface,
                                  ["getTiedValues", "takesWide"]>,
        DeclareOpInterfaceMethods<Edge_MacCountOpInterface>], traits)> {
  let assemblyFormat = [{
    $input `,` $weights `,` $recurrence `,` $bias `,` $initial_h
    (`lengths` `(` $sequence_lens^ `)`)? attr-dict `:`
    functional-type(operands, results)
  }];
  let extraClassDeclaration =
      "int64_t getNumGates() { return " # gates # "; }\n"
      "int64_t getNumActivations() { return " # functions # "; }\n";
  let hasVerifier = 1;
}

def Edge_RNNOp : Edge_RecurrentOp<"rnn", 1, 1> {
  let summary = "a simple recurrent layer";
  let description = [{
    As ONNX `RNN`: input [S, B, I], weights [D, H, I], recurrence [D, H, H], bias
    [D, 2*H] (of the input, then of the recurrence), initial state [D, B, H],
    `lengths` [B] in i32. Results are all states [S, D, B, H], zero beyond a
    sequence's end, and the last [D, B, H].

    `h = f(x * W + h * R + Wb + Rb)`, with the argument of `f` bounded to
    [-clip, clip].

    Example:

    ```mlir
    %y, %last = edge.rnn %x, %w, %r, %b, %h {
        direction = 0 : i32, activations = ["Tanh"],
        activation_alpha = array<f32: 0.0>, activation_beta = array<f32: 0.0>}
      : (tensor<5x1x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>,
         tensor<1x8xf32>, tensor<1x1x4xf32>)
      -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
    ```
  }];
  let arguments = !con(Edge_RecurrentOperands,
    (ins Optional<Edge_Tensor>:$sequence_lens), Edge_RecurrentAttributes);
  let results = (outs Edge_Tensor:$y, Edge_Tensor:$y_h);
}

def Edge_GRUOp : Edge_RecurrentOp<"gru", 3, 2> {
  let summary = "a layer of gated recurrent units";
  let description = [{
    As ONNX `GRU`; operands and results as of `edge.rnn`, with 3 gates in the
    order z, r, h:

        z = f(x * Wz + h * Rz + Wbz + Rbz)
        r = f(x * Wr + h * Rr + Wbr + Rbr)
        n = g(x * Wh + (r . h) * Rh + Wbh + Rbh)
        n = g(x * Wh + r . (h * Rh + Rbh) + Wbh)      linear_before_reset
        h = (1 - z) . n + z . h

    Example:

    ```mlir
    %y, %last = edge.gru %x, %w, %r, %b, %h {
        direction = 0 : i32, activations = ["Sigmoid", "Tanh"],
        activation_alpha = array<f32: 0.0, 0.0>,
        activation_beta = array<f32: 0.0, 0.0>, linear_before_reset = true}
      : (tensor<5x1x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>,
         tensor<1x24xf32>, tensor<1x1x4xf32>)
      -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
    ```
  }];
  let arguments = !con(!con(Edge_RecurrentOperands,
    (ins Optional<Edge_Tensor>:$sequence_lens), Edge_RecurrentAttributes),
    (ins DefaultValuedAttr<BoolAttr, "false">:$linear_before_reset));
  let results = (outs Edge_Tensor:$y, Edge_Tensor:$y_h);
}

def Edge_LSTMOp : Edge_RecurrentOp<"lstm", 4, 3, [AttrSizedOperandSegments]> {
  let summary = "a layer of long short-term memory";
  let description = [{
    As ONNX `LSTM`; operands and results as of `edge.rnn`, with 4 gates in the
    order i, o, f, c, an initial cell [D, B, H], peephole weights [D, 3*H] in the
    order i, o, f, and the last cell as third result:

        i = f(x * Wi + h * Ri + Pi . c + Wbi + Rbi)
        f = f(x * Wf + h * Rf + Pf . c + Wbf + Rbf)   1 - i with input_forget
        n = g(x * Wc + h * Rc + Wbc + Rbc)
        c = f . c + i . n
        o = f(x * Wo + h * Ro + Po . c + Wbo + Rbo)
        h = o . h(c)

    Example:

    ```mlir
    %y, %last, %cell = edge.lstm %x, %w, %r, %b, %h, %c {
        direction = 0 : i32, activations = ["Sigmoid", "Tanh", "Tanh"],
        activation_alpha = array<f32: 0.0, 0.0, 0.0>,
        activation_beta = array<f32: 0.0, 0.0, 0.0>}
      : (tensor<5x1x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>,
         tensor<1x32xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>)
      -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>)
    ```
  }];
  let arguments = !con(!con(!con(Edge_RecurrentOperands,
    (ins Edge_Tensor:$initial_c, Optional<Edge_Tensor>:$sequence_lens,
         Optional<Edge_Tensor>:$peephole)), Edge_RecurrentAttributes),
    (ins DefaultValuedAttr<BoolAttr, "false">:$input_forget));
  let results = (outs Edge_Tensor:$y, Edge_Tensor:$y_h, Edge_Tensor:$y_c);
  let extraClassDeclaration = [{
    int64_t getNumGates() { return 4; }
    int64_t getNumActivations() { return 3; }
    /// The cells after all steps, [S, D, B, H], which no result shows; in float.
    ::edgecc::reference::Tensor
    evaluateCells(::llvm::ArrayRef<::edgecc::reference::Tensor> operands);
  }];
  let assemblyFormat = [{
    $input `,` $weights `,` $recurrence `,` $bias `,` $initial_h `,` $initial_c
    (`lengths` `(` $sequence_lens^ `)`)? (`peephole` `(` $peephole^ `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

#endif // EDGECC_DIALECT_EDGE_EDGERECURRENTOPS_TD
