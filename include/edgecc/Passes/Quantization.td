//===- Quantization.td - Passes under passes/quantization ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_TD
#define EDGECC_PASSES_QUANTIZATION_TD

include "mlir/Pass/PassBase.td"

def SplitMaps : Pass<"edge-split-maps", "::mlir::func::FuncOp"> {
  let summary = "splits elementwise functions into parts that have integer forms";
  let description = [{
    Integers know functions of one tensor (tables) and sums, differences,
    products, quotients, maxima, minima and PReLUs of two. A map of several
    tensors becomes maps of these kinds. A selection becomes a sum of products
    with 0 and 1, a comparison of two tensors one of their difference with 0; one
    that gives scores of attention up for -1e8 or less becomes a sum. A product
    with constants that differ from channel to channel, and what is added to it,
    becomes a depthwise convolution with kernels of one element.

    Runs before calibration, which then sees the ranges of the parts. Maps of
    one operand, of other types than f32, and those with other operations on
    several tensors (a power with a computed exponent) stay. Intermediate results
    keep the map's location.

    Assumes nothing. Guarantees the same function of finite values, but for float
    rounding and for masked scores, of which a softmax makes 0 as before.

    ```mlir
    %y = edge.map %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%x: f32, %z: f32):
      %exp = math.exp %x : f32
      %product = arith.mulf %exp, %z : f32
      edge.yield %product : f32
    }
    ```
    becomes
    ```mlir
    %e = edge.map %a : (tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%x: f32):
      %exp = math.exp %x : f32
      edge.yield %exp : f32
    }
    %y = edge.map %e, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%x: f32, %z: f32):
      %product = arith.mulf %x, %z : f32
      edge.yield %product : f32
    }
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def AbsorbQuantization
    : Pass<"edge-absorb-quantization", "::mlir::func::FuncOp"> {
  let summary = "computes in int8 what a quantized model converts from and to";
  let description = [{
    A quantized ONNX model comes in as float operations between `edge.dequantize`
    and `edge.quantize`. Rewrites each operation whose operands and result are
    converted so to its integer form, as `edge-quantize` does with ranges; types
    are the model's own. What then remains of conversions between two types is
    an `edge.requantize`.

    Assumes nothing; a function without `edge.quantize` stays as it is. Guarantees
    that weights keep their integers: a layer whose weights are not integers from
    -127 to 127 times a scale per channel (asymmetric ones, or floats) stays in
    float, with a remark that names it. So does a layer whose result is used in
    float besides.

    ```mlir
    %x = edge.dequantize %q : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2xf32>
    %y = edge.fully_connected %x, %w, %b
      : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
    %r = edge.quantize %y
      : (tensor<1x3xf32>) -> tensor<1x3x!quant.uniform<i8:f32, 0.25:-128>>
    ```
    becomes
    ```mlir
    %r = edge.fully_connected %q, %wq, %bq : (…)
      -> tensor<1x3x!quant.uniform<i8:f32, 0.25:-128>>
    ```
  }];
}

def EdgeCalibrate : Pass<"edge-calibrate", "::mlir::func::FuncOp"> {
  let summary = "records which values tensors take, from samples";
  let description = [{
    Runs the function on samples by the reference interpreter, collects a
    histogram of every float tensor and records a range: as `edge.ranges` on
    operations, as `edge.range` on arguments. A file's first axis counts samples.

    `method=output` tries the range of every other method on each tensor: it
    rounds the tensor on up to 16 samples, runs the operations that take it, and
    chooses what disturbs their results least. `symmetric` widens ranges to
    [-128/127 m, m].

    What the range leaves out is not lost: `edge.extents` and `edge.extent` then
    hold all that was seen.

    Of scores that only a softmax reads, masked ones (more than 64 below the largest
    of their row, as -1e9 in attention) count as just so low that the softmax
    gives them less than a step: of 8, 5, 3 and -1e9 the range is [1.07, 8].

    Assumes a float function whose operations can all be interpreted. Guarantees
    to change nothing but these attributes.

    ```
    edgecc-opt --edge-calibrate="samples=input=calib.npy method=mse" model.mlir
    ```
  }];
  let options = [
    ListOption<"samples", "samples", "std::string",
               "Samples of an input as NAME=FILE.npy, or FILE.npy by position">,
    Option<"method", "method", "::edgecc::quantization::RangeMethod",
           "::edgecc::quantization::RangeMethod::Mse",
           "Which values the range covers", [{::llvm::cl::values(
             clEnumValN(::edgecc::quantization::RangeMethod::MinMax, "minmax",
                        "all"),
             clEnumValN(::edgecc::quantization::RangeMethod::Percentile,
                        "percentile", "all but the most extreme"),
             clEnumValN(::edgecc::quantization::RangeMethod::Mse, "mse",
                        "those that give the least squared error"),
             clEnumValN(::edgecc::quantization::RangeMethod::Entropy, "entropy",
                        "those that keep the distribution of values"),
             clEnumValN(::edgecc::quantization::RangeMethod::Output, "output",
                        "of these methods, the one that costs the layers that "
                        "take the tensor least"))}]>,
    Option<"percentile", "percentile", "double", "99.99",
           "Per cent of the values that method=percentile covers">,
    Option<"symmetric", "symmetric", "bool", "false",
           "Give all int8 tensors the zero point 0">
  ];
}

def EdgeQuantizeIo : Pass<"edge-quantize-io", "::mlir::func::FuncOp"> {
  let summary = "takes and returns integers instead of floats";
  let description = [{
    Gives the function the quantized types of its inputs and outputs, so that
    whoever calls it converts, or has integers in the first place. An input with
    conversions to several types gets the first; the others are requantized.

    Assumes `edge-quantize` has run. Guarantees that what is computed in integers
    stays bit for bit. Float inputs and outputs that nothing computes with in
    integers stay, with a warning.

    ```mlir
    func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
      %0 = edge.quantize %x
        : (tensor<1x2xf32>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>
      %1 = edge.softmax %0 {axis = 1} : (…) -> tensor<1x2x!quant.uniform<i8:f32, 3.9e-03:-128>>
      %2 = edge.dequantize %1 : (…) -> tensor<1x2xf32>
      return %2 : tensor<1x2xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>)
        -> tensor<1x2x!quant.uniform<i8:f32, 3.9e-03:-128>> {
      %1 = edge.softmax %x {axis = 1} : (…) -> tensor<1x2x!quant.uniform<i8:f32, 3.9e-03:-128>>
      return %1 : tensor<1x2x!quant.uniform<i8:f32, 3.9e-03:-128>>
    }
    ```
  }];
}

def EdgeQuantizeState
    : Pass<"edge-quantize-state", "::mlir::func::FuncOp"> {
  let summary = "keeps state in integers from one run to the next";
  let description = [{
    Gives an argument and a result that are a state (`edge.state`) the integer
    type in which they are computed, so that nothing is converted, and less
    memory is taken, between runs.

    Assumes `edge-quantize` has run, which gives both one type. State that is
    computed in float or taken in another type stays float, with a remark. What
    the state is at first (`edge.initial`) becomes integers, too.

    ```mlir
    func.func @main(%h: tensor<1x1x2xf32> {edge.state = 0 : i64})
        -> (tensor<1x1x2xf32> {edge.state = 0 : i64}) { … }
    ```
    becomes
    ```mlir
    func.func @main(%h: tensor<1x1x2x!quant.uniform<i16:f32, 3.0e-05>> {edge.state = 0 : i64})
        -> (tensor<1x1x2x!quant.uniform<i16:f32, 3.0e-05>> {edge.state = 0 : i64}) { … }
    ```
  }];
}

def EdgeQuantize : Pass<"edge-quantize", "::mlir::func::FuncOp"> {
  let summary = "computes in integers what calibration has ranges for";
  let description = [{
    Rewrites each operation that has an integer form: float operands go through
    `edge.quantize`, the result comes back through `edge.dequantize`; where both
    meet, nothing is left, or an `edge.requantize` if their types differ.
    Activations are asymmetric int8 per tensor or, in the precision `s16x8`,
    symmetric int16; weights symmetric int8 per output channel, biases int32. Values
    that only move (max_pool, reshape, transpose, pad, slice, concat, gather) keep
    one type all the way.

    Assumes ranges as `edge-calibrate` leaves them: `edge.ranges = [[min, max]]`
    on operations, `edge.range = [min, max]` on arguments; `edge.extents` and
    `edge.extent` alike where a range leaves out some of what was seen, which int16
    covers. An operand of a sum gets no more range than makes a difference to the
    result's: a mask of 0 and -1e9 ends where the scores do. `edge.precision =
    "f32"` on an operation leaves it in float, and one without an integer form
    stays there; a remark names it. Other precisions choose the width of
    activations; data movement takes that of what it moves. Arguments and results
    of the function stay float.

    With `s8w4`, weights are on a grid of four bits (`edgecc/Quant/WeightGrid.h`):
    int8 as before, but in each group a multiplier times -8..7. Such layers carry
    `edge.weight_bits = 4`. Depthwise layers, rows of less than 16 weights and
    layers that would become smaller by less than 128 bytes keep eight bits.

    Guarantees that no accumulator overflows for any input, from the weights:
    where it could, weights are rounded more coarsely or the layer stays in float,
    with a warning or remark that names it.

    ```mlir
    %y = edge.fully_connected %x, %w, %b {edge.ranges = [[0.0, 4.0]]}
      : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
    ```
    becomes
    ```mlir
    %q = edge.quantize %x : (tensor<1x2xf32>)
      -> tensor<1x2x!quant.uniform<i8:f32, 7.8e-03>>
    %r = edge.fully_connected %q, %wq, %bq : (…)
      -> tensor<1x3x!quant.uniform<i8:f32, 1.5e-02:-128>>
    %y = edge.dequantize %r : (…) -> tensor<1x3xf32>
    ```
  }];
  let options = [
    Option<"precision", "precision", "::edgecc::quantization::Precision",
           "::edgecc::quantization::Precision::S8",
           "What operations without edge.precision compute in",
           [{::llvm::cl::values(
             clEnumValN(::edgecc::quantization::Precision::F32, "f32", "float"),
             clEnumValN(::edgecc::quantization::Precision::S8, "s8",
                        "int8 activations and weights"),
             clEnumValN(::edgecc::quantization::Precision::S16x8, "s16x8",
                        "int16 activations, int8 weights"),
             clEnumValN(::edgecc::quantization::Precision::S8W4, "s8w4",
                        "int8 activations, weights of four bits"))}]>,
    Option<"weightGroup", "weight-group", "int64_t",
           "::edgecc::quantization::kDefaultWeightGroup",
           "Weights of four bits that share a multiplier (0: all of an output "
           "channel)">
  ];
}

#endif // EDGECC_PASSES_QUANTIZATION_TD
