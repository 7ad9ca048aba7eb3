//===- Pruning.td - Passes under passes/pruning ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_TD
#define EDGECC_PASSES_PRUNING_TD

include "mlir/Pass/PassBase.td"

def PruneConstantChannels
    : Pass<"edge-prune-constant-channels", "::mlir::func::FuncOp"> {
  let summary = "takes out channels that are constant or that nothing needs";
  let description = [{
    Works on int8 and float values. Bounds the stored integers that each int8
    channel can take, for all inputs, by interval arithmetic from the weights; a
    float channel is constant where weights of zeros let nothing through to it
    that varies. Finds also which channels nothing depends on. What is constant or
    not needed is taken out of the operations that compute it and of all that take
    part in it (ChannelOpInterface); a convolution or fully connected layer that
    sums over a constant channel adds its share to the bias instead.

    Channels of zeros come from training with batch normalisation, where a unit
    that has died keeps its place, and from rounding to int8. In float weights they
    are tiny numbers, which `edge-flush-tiny-weights` makes zeros.

    A constant channel that is not the zero point stays where a convolution pads,
    because its share differs at the border. So does a channel whose removal would
    change the shift that all channels of a layer requantize with. With `vector` a
    few stay that fill up the last vector of channels, a quarter of it at most:
    15 of 16 channels would take longer than all.

    Assumes nothing. Guarantees the same integers, bit for bit, for every input; the
    same floats but for the rounding of what goes into a bias, for every finite
    input.

    Example: the second channel is `clamp(bias)` whatever the input is.

    ```mlir
    %w = edge.constant dense<[[1, 2], [0, 0]]> : tensor<2x2xi8>
      -> tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>
    %b = edge.constant dense<[0, 8]> : tensor<2xi32>
      -> tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.25}>>
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>,
         tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>,
         tensor<2x!quant.uniform<i32:f32:0, {0.25, 0.25}>>)
      -> tensor<1x2x!quant.uniform<i8:f32, 0.5>>
    ```
    With a fully connected layer after it, `%0` becomes a tensor of 1x1, and the
    bias of the next layer takes up the constant.
  }];
  let options = [
    Option<"vector", "vector", "int64_t", /*default=*/"1",
           "channels of a vector of the target">
  ];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def FlushTinyWeights
    : Pass<"edge-flush-tiny-weights", "::mlir::func::FuncOp"> {
  let summary = "makes zeros of float weights that cannot be seen in any sum";
  let description = [{
    Units that have died in training with weight decay keep weights like 1e-30.
    This makes zeros of them, so that `edge-prune-constant-channels` finds that
    nothing comes through.

    A weight counts as much as its magnitude, times the size of the channel it
    multiplies, times the reach of the channel it adds to. Sizes are estimated from
    the weights and biases in front, with 1 for all channels of an input; the reach
    is the largest magnitude that layers behind multiply the channel with, relative
    to the largest there, and 1 where anything else reads it. With both, a unit
    whose small weights are made up for by large ones in front or behind stays. What
    counts less than `2^-bits` of what counts most in its layer becomes zero.

    Assumes that inputs are finite, and that what has been estimated to be of one
    size is: for `bits` of 60 and `n` weights that add up, sums change by less than
    float rounding (2^-24) as long as channels differ by no more than `2^36 / n`
    from it. Guarantees that nothing changes but weights.

    Example: the second filter becomes zeros.

    ```mlir
    %w = edge.constant dense<[[1.0, -2.0], [1.0e-30, 3.0e-31]]> : tensor<2x2xf32>
      -> tensor<2x2xf32>
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
  let options = [
    Option<"bits", "bits", "int64_t", "60",
           "What counts less than 2 to the minus this of the layer's largest "
           "weight becomes zero">
  ];
}

def PruneChannels : Pass<"edge-prune-channels", "::mlir::func::FuncOp"> {
  let summary = "takes out channels that count little and refits what is behind";
  let description = [{
    Structured pruning of a float function, without training. Channels that only
    go together (through residual sums, concatenations, depthwise convolutions,
    maps, pools, reshapes; ChannelOpInterface) are one unit, and units that reach
    the same tensors are a group. In each group those units go first without which
    the layers behind can be fitted with the least error (channel pruning by
    reconstruction: Luo et al. 2017, "ThiNet", and He et al. 2017, "Channel Pruning
    for Accelerating Very Deep Neural Networks"; the error of the best fit is that
    of the optimal brain surgeon for blocks, Hassibi and Stork 1993). What that
    costs at the outputs is measured for some numbers of channels of each group.

    With `ratio`, the groups give up channels by what they cost at the outputs for
    each multiplication that they save, until this share of all multiplications is
    gone. `groups` says instead which share of a layer's channels goes. Then, layer
    by layer, weights and biases are fitted by least squares to what the whole
    function computes, with the pruned function's activations as inputs; where the
    result is added to another tensor, to the sum.

    Assumes `edge-simplify` has run. Guarantees fewer channels in the shapes of
    tensors and weights, and the same inputs and outputs. Layers whose inputs are
    longer than 4096 keep theirs.

    Example: the second channel of `%0` is twice the first.

    ```mlir
    %w = edge.constant dense<[[1.0, 1.0], [2.0, 2.0]]> : tensor<2x2xf32>
      -> tensor<2x2xf32>
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    %1 = edge.fully_connected %0, %v, %c
      : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
    ```
    With `ratio=0.5`, `%0` becomes a tensor of 1x1, and the weights `%v` take up
    what the other channel has added.

    ```
    edgecc-opt --edge-prune-channels="samples=x=calib.npy ratio=0.5" model.mlir
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
  let options = [
    ListOption<"samples", "samples", "std::string",
               "Samples of an input as NAME=FILE.npy, or FILE.npy by position">,
    Option<"ratio", "ratio", "double", "0.0",
           "The share of all multiplications that goes">,
    ListOption<"groups", "groups", "std::string",
               "LAYER=SHARE: the share of the channels which this layer computes "
               "that goes, in place of ratio">,
    Option<"multiple", "multiple", "int64_t", "1",
           "What numbers of channels that stay are multiples of">,
    Option<"levels", "levels", "int64_t", "8",
           "How many numbers of channels are tried in each group">,
    Option<"damping", "damping", "double", "0.1",
           "What holds weights in a fit, relative to the inputs' second moments">
  ];
}

def FactorLayers : Pass<"edge-factor-layers", "::mlir::func::FuncOp"> {
  let summary = "makes two thin layers of one by a weighted decomposition";
  let description = [{
    Low-rank weights: a fully connected layer W becomes two, of `r` rows and of `r`
    columns, where `r * (rows + columns)` is less than what W has. Of all such
    pairs it takes the one whose result has the least squared error on samples: W
    on the directions in which its results vary most, which is the singular value
    decomposition of W times the square root of its inputs' second moments (Chen et
    al. 2021, "DRONE: Data-aware Low-rank Compression for Large NLP Models"). Each
    layer is fitted to what it computed before, with what the layers in front of it
    compute now. What is between the two thin layers has mean 0 and variance 1,
    which suits integers.

    The input weights of recurrent operators become a fully connected layer in
    front of the operator and smaller input weights; weights of the recurrence stay,
    because they are multiplied with the state inside of it. A constant table from
    which rows are gathered becomes a table of shorter rows and a fully connected
    layer behind it; rows count as often as samples ask for them.

    What ranks of each layer cost at the outputs is measured, and layers become
    thinner in the order of weights saved for what that costs, as long as, by the
    sum, `energy` of the outputs' variance stays; `ranks` says it for single layers,
    and then only those are factored.

    Assumes `edge-simplify` has run. Guarantees fewer weights. Layers whose inputs
    are longer than 4096 stay.

    Example: the rows are multiples of each other.

    ```mlir
    %w = edge.constant dense<[[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0],
        [-1.0, -2.0, -3.0, -4.0]]> : tensor<3x4xf32> -> tensor<3x4xf32>
    %0 = edge.fully_connected %x, %w, %b
      : (tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<1x3xf32>
    ```
    becomes a layer of 1x4 and one of 3x1.

    ```
    edgecc-opt --edge-factor-layers="samples=x=calib.npy energy=0.99" model.mlir
    ```
  }];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
  let options = [
    ListOption<"samples", "samples", "std::string",
               "Samples of an input as NAME=FILE.npy, or FILE.npy by position">,
    Option<"energy", "energy", "double", "0.99",
           "The share of the outputs' variance that stays">,
    Option<"multiple", "multiple", "int64_t", "1",
           "What ranks are multiples of, where the layer is large enough">,
    ListOption<"ranks", "ranks", "std::string",
               "LAYER=RANK: factor these layers only, with these ranks">
  ];
}

#endif // EDGECC_PASSES_PRUNING_TD
