//===- Fusion.td - Passes under passes/fusion ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_FUSION_TD
#define EDGECC_PASSES_FUSION_TD

include "mlir/Pass/PassBase.td"

def FoldBatchNorm : Pass<"edge-fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "folds per-channel scales and offsets into weights";
  let description = [{
    Assumes: channels-last values, so that per-channel constants vary along the
    last axis (run `edge-eliminate-transposes` first). Works on f32.

    A map that computes x * scale[c] + offset[c] of the result of a convolution
    or fully connected layer (WeightedOpInterface) with constant weights, no
    clamp and no other use, changes the weights and the bias instead. The body
    may be written in any way: additions, subtractions, multiplications,
    divisions by constants, square roots of constants, in any association and
    operand order. So batch normalisation, separate Mul and Add nodes, and biases
    added by a node of their own all fold. A reshape in between that keeps the
    last axis is looked through, and any reshape or transpose where scale and
    offset are the same for all channels. A product of computed matrices times a
    number, as in attention, scales such weights as well, if one of the matrices
    comes from them.

    Affine maps before such an operation, such as the normalisation of an input,
    fold too, if an offset does not meet padding with zeros and the scales of the
    channels differ by no more than a factor of 4 (or the convolution is
    depthwise), so that the weights quantize as well as before. An affine map of
    an image with scale and offset per channel that remains, such as the
    normalisation before a Relu, becomes a depthwise convolution of size 1, which
    has an integer form.

    Guarantees: results equal up to rounding; scales that are not finite (a
    variance of 0 without epsilon) do not fold.

    Example:

    ```mlir
    %0 = edge.conv %x, %filter, %bias {
        strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        dilations = array<i64: 1, 1>}
      : (tensor<1x4x4x1xf32>, tensor<2x3x3x1xf32>, tensor<2xf32>)
      -> tensor<1x2x2x2xf32>
    %1 = edge.map %0, %scale : (tensor<1x2x2x2xf32>, tensor<2xf32>)
      -> tensor<1x2x2x2xf32> {
    ^bb0(%e: f32, %s: f32):
      %p = arith.mulf %s, %e : f32
      edge.yield %p : f32
    }
    ```
    becomes an `edge.conv` with other constants.
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def FoldConstants : Pass<"edge-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "computes at compile time what does not depend on inputs";
  let description = [{
    Replaces every operation whose operands are all `edge.constant` by its
    value, computed by the reference interpreter. A value that is the same
    everywhere stays a splat.

    Assumes nothing. Guarantees the same results, bit for bit, as the reference
    interpreter gives without the pass. Results of more than 64 KiB that are
    more than four times as large as the operands together are left to run
    time, because they would cost flash; constants that nothing uses any more
    are removed.

    ```mlir
    %a = edge.constant dense<[[1.0, 2.0], [3.0, 4.0]]>
      : tensor<2x2xf32> -> tensor<2x2xf32>
    %b = edge.transpose %a {perm = array<i64: 1, 0>}
      : (tensor<2x2xf32>) -> tensor<2x2xf32>
    ```
    becomes
    ```mlir
    %b = edge.constant dense<[[1.0, 3.0], [2.0, 4.0]]>
      : tensor<2x2xf32> -> tensor<2x2xf32>
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def FuseActivation : Pass<"edge-fuse-activation", "::mlir::func::FuncOp"> {
  let summary = "fuses clamps into the operations before them";
  let description = [{
    Assumes: nothing. Run after `edge-fold-batch-norm`, which needs results that
    are not clamped yet.

    A map that clamps (Relu, Relu6, Clip: `maximumf`, `minimumf` with constants,
    or the same by `cmpf` and `select`, nested in any way) after an operation with
    ClampableOpInterface that has no other use sets that operation's
    `clamp_min` and `clamp_max`; bounds that are there already are narrowed as
    the two clamps in a row would. Max pools, reshapes, transposes and slices in
    between, which a clamp may come before as well, are looked through.

    Guarantees: the same values.

    Example:

    ```mlir
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x4xf32>
    %1 = edge.map %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> {
    ^bb0(%e: f32):
      %zero = arith.constant 0.0 : f32
      %max = arith.maximumf %e, %zero : f32
      edge.yield %max : f32
    }
    ```
    becomes
    ```mlir
    %0 = edge.fully_connected %x, %w, %b {clamp_min = 0.0 : f32}
      : (tensor<1x2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x4xf32>
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def FusePad : Pass<"edge-fuse-pad", "::mlir::func::FuncOp"> {
  let summary = "fuses padding into convolutions and pools";
  let description = [{
    Assumes: nothing. Run after `edge-fuse-activation`, so that it is known what
    is not negative.

    An `edge.pad` that only adds to spatial axes becomes `pads` of
    - a convolution, if the value is 0;
    - a max pool without `ceil_mode`, if the value is -inf, the lowest float, or
      not above the `clamp_min` of what is padded, and every window still has a
      tap inside the image;
    - an average pool without `ceil_mode`, if the value is 0 and the pool counts
      its padding or has none: it then counts it.
    Pads of channels or batch, pads that cut off, and other values stay.

    Guarantees: the same values.

    Example:

    ```mlir
    %0 = edge.pad %x {low = array<i64: 0, 1, 1, 0>,
                      high = array<i64: 0, 1, 1, 0>, value = 0.0 : f64}
      : (tensor<1x4x4x3xf32>) -> tensor<1x6x6x3xf32>
    %1 = edge.conv %0, %filter, %bias {
        strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        dilations = array<i64: 1, 1>}
      : (tensor<1x6x6x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>)
      -> tensor<1x4x4x2xf32>
    ```
    becomes
    ```mlir
    %1 = edge.conv %x, %filter, %bias {
        strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
        dilations = array<i64: 1, 1>}
      : (tensor<1x4x4x3xf32>, tensor<2x3x3x3xf32>, tensor<2xf32>)
      -> tensor<1x4x4x2xf32>
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def FuseMaps : Pass<"edge-fuse-maps", "::mlir::func::FuncOp"> {
  let summary = "fuses chains of elementwise operations";
  let description = [{
    Assumes: nothing. Run after `edge-fuse-activation`, so that clamps that can go
    into a convolution do.

    A map whose result only one other map uses moves into that one, up to a
    bounded size, if
    - the fused map has one operand: the quantizer makes a table of 256 values
      of it, however long the chain. `x * sigmoid(x)` counts, since x is taken
      once;
    - or the consumer is a clamp: sums and products with a clamp have an integer
      form of their own. This comes first, so that a chain after the clamp does
      not take it away.
    Anything else, such as a sigmoid of a sum, stays apart, because the fused map
    would have no integer form while its parts have. With
    `keep-integer-forms=false`, for maps that stay float, all maps of the same
    shape fuse; maps that broadcast afterwards do not, since their elements would
    be computed more than once.

    Guarantees: the same values; clamps that were fused are `maximumf` and
    `minimumf`, outermost in the body.

    Example: an addition and a Relu become

    ```mlir
    %1 = edge.map %a, %b
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> {
    ^bb0(%x: f32, %y: f32):
      %zero = arith.constant 0.0 : f32
      %sum = arith.addf %x, %y : f32
      %max = arith.maximumf %sum, %zero : f32
      edge.yield %max : f32
    }
    ```
  }];
  let options = [Option<"keepIntegerForms", "keep-integer-forms", "bool",
                        /*default=*/"true",
                        "fuse only what keeps a form the quantizer knows">];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def RecognizeComposites
    : Pass<"edge-recognize-composites", "::mlir::func::FuncOp"> {
  let summary = "finds operators that are spelled out in primitive ones";
  let description = [{
    Exporters write what their opset has no operator for as reductions and
    elementwise nodes: several passes over the data, with a buffer each. What is
    found becomes one operation:

    - `edge.layer_norm`: `(x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon)`,
      also with the variance as `mean(x^2) - mean(x)^2`, and its `rms` form
      without the mean; a scale and a bias that vary along the last axis,
      before or after, are included;
    - `edge.softmax`: `exp(x - c) / sum(exp(x - c))` with any `c` that is the same
      along the axis, such as the maximum or nothing;
    - `edge.softmax` with `log`: `x - c - log(sum(exp(x - c)))` and
      `log(softmax(x))`.

    Patterns are compared as polynomials, through any number of maps. So the order
    of operands, association, division or product with a reciprocal, Sqrt, Rsqrt
    or Pow make no difference.

    GELU, SiLU, HardSwish, Mish and the like need no pattern: they are chains of
    one operand, which `edge-fuse-maps` makes one map of.

    Assumes: layouts as they will stay, since scales are looked for along the last
    axis (run `edge-eliminate-transposes` first), and maps that are not fused yet.
    Guarantees: results equal up to rounding; where `exp` overflows without a
    maximum, results are now finite.

    Example:

    ```mlir
    %square = edge.map %x : (tensor<2x8xf32>) -> tensor<2x8xf32> {
    ^bb0(%e: f32):
      %p = arith.mulf %e, %e : f32
      edge.yield %p : f32
    }
    %mean = edge.reduce %square {kind = 1 : i32, axes = array<i64: 1>}
      : (tensor<2x8xf32>) -> tensor<2x1xf32>
    %y = edge.map %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>)
      -> tensor<2x8xf32> {
    ^bb0(%e: f32, %m: f32):
      %epsilon = arith.constant 1.0e-5 : f32
      %sum = arith.addf %m, %epsilon : f32
      %root = math.sqrt %sum : f32
      %q = arith.divf %e, %root : f32
      edge.yield %q : f32
    }
    ```
    becomes
    ```mlir
    %y = edge.layer_norm %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f32, rms}
      : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

#endif // EDGECC_PASSES_FUSION_TD
