//===- Repair.td - Passes that repair quantization ----------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_REPAIR_TD
#define EDGECC_PASSES_REPAIR_TD

include "mlir/Pass/PassBase.td"

defvar Repair_samples = ListOption<"samples", "samples", "std::string",
    "Samples of an input as NAME=FILE.npy, or FILE.npy by position">;
defvar Repair_precision = Option<"precision", "precision",
    "::edgecc::quantization::Precision",
    "::edgecc::quantization::Precision::S8",
    "What layers without edge.precision compute in",
    [{::llvm::cl::values(
      clEnumValN(::edgecc::quantization::Precision::S8, "s8", "int8"),
      clEnumValN(::edgecc::quantization::Precision::S16x8, "s16x8",
                 "int16 activations, int8 weights"),
      clEnumValN(::edgecc::quantization::Precision::S8W4, "s8w4",
                 "int8 activations, weights of four bits"))}]>;

defvar Repair_weightGroup = Option<"weightGroup", "weight-group", "int64_t",
    "::edgecc::quantization::kDefaultWeightGroup",
    "Weights of four bits that share a multiplier (0: all of a row)">;

def CorrectBias : Pass<"edge-correct-bias", "::mlir::func::FuncOp"> {
  let summary = "gives each channel of a quantized layer its mean back";
  let description = [{
    Rounded weights move the mean of a channel, and so do inputs that are rounded
    and cut off. The bias takes back the difference of the means of the float
    layer and of the layer with rounded weights on what its rounded predecessors
    give, layer after layer (Nagel et al. 2019, "Data-Free Quantization Through
    Weight Equalization and Bias Correction", with measured means).

    Assumes ranges (`edge-calibrate`); rounds weights to the nearest unless they
    are on a grid already. Guarantees that means before a clamp agree on the
    samples. Costs nothing at run time.

    ```
    edgecc-opt --edge-correct-bias="samples=x=calib.npy" calibrated.mlir
    ```
  }];
  let options = [Repair_samples, Repair_precision, Repair_weightGroup];
}

def ReconstructWeights : Pass<"edge-reconstruct-weights", "::mlir::func::FuncOp"> {
  let summary = "rounds the weights of a layer so that its output stays";
  let description = [{
    Chooses each channel's integers so that the layer's squared error on samples
    is small, rather than that of each weight: the error is (w - t)ᵀ H (w - t)
    with the second moments H of the layer's input, as rounded predecessors give
    it. `rounding=descent` flips weights one at a time as long as the error falls
    (the problem of Nagel et al. 2020, "Up or Down? Adaptive Rounding for
    Post-Training Quantization", solved by coordinate descent, without training);
    `rounding=gptq` first rounds them in sequence, each making up for those
    before (Frantar et al. 2022, "GPTQ", from the Cholesky factor of the inverse
    of H). t is the float weight, with `fit-inputs` moved to what least squares
    finds for the rounded inputs. The bias follows.

    Assumes ranges (`edge-calibrate`). Guarantees weights on a grid
    (`edge.weight_scales`), and that the error that is minimized is not larger
    than with weights rounded to the nearest. Layers whose rows are longer than
    4096 weights stay as they are; weights that several layers share are rounded
    to the nearest, so that they are stored once.

    ```
    edgecc-opt --edge-reconstruct-weights="samples=x=calib.npy rounding=gptq" \
      calibrated.mlir
    ```
  }];
  let options = [
    Repair_samples, Repair_precision, Repair_weightGroup,
    Option<"rounding", "rounding", "::edgecc::quantization::Rounding",
           "::edgecc::quantization::Rounding::Descent", "How weights are rounded",
           [{::llvm::cl::values(
             clEnumValN(::edgecc::quantization::Rounding::Nearest, "nearest",
                        "each to the nearest"),
             clEnumValN(::edgecc::quantization::Rounding::Descent, "descent",
                        "along each weight to the least error"),
             clEnumValN(::edgecc::quantization::Rounding::Gptq, "gptq",
                        "in sequence, then as descent"))}]>,
    Option<"damping", "damping", "double", "0.03",
           "Added to the diagonal of H, relative to its mean">,
    Option<"actOrder", "act-order", "bool", "true",
           "gptq: weights of large inputs first">,
    Option<"fitInputs", "fit-inputs", "bool", "true",
           "Fit the weights to rounded inputs before rounding them">,
    Option<"fitDamping", "fit-damping", "double", "0.3",
           "The same as damping for that fit: how much it holds the weights">
  ];
}

def RefitWeights : Pass<"edge-refit-weights", "::mlir::func::FuncOp"> {
  let summary = "fits each channel's scale and bias after rounding";
  let description = [{
    Least squares, channel by channel: the factor on the rounded weights and the
    bias with which the layer's output on samples comes closest to the float
    layer's (the per-channel form of the layer-wise calibration of Hubara et al.
    2020, "Improving Post Training Neural Quantization"). The factor goes into
    the channel's scale, thus into the requantization, so that neither costs
    anything.

    Assumes ranges (`edge-calibrate`); rounds weights to the nearest unless they
    are on a grid already. Guarantees that integers stay what they are.

    ```
    edgecc-opt --edge-refit-weights="samples=x=calib.npy" calibrated.mlir
    ```
  }];
  let options = [Repair_samples, Repair_precision, Repair_weightGroup];
}

def EqualizeLayers : Pass<"edge-equalize-layers", "::mlir::func::FuncOp"> {
  let summary = "scales the channels between two layers so that both round well";
  let description = [{
    Between two weighted layers with nothing but ReLU, pooling, padding or
    reshaping, what computes a channel can divide it by a factor s if what takes
    it multiplies its weights by s: the network computes the same (Nagel et al.
    2019, "Data-Free Quantization Through Weight Equalization and Bias
    Correction"). `balance=weights` balances the range of a channel's weights in
    both layers, as the paper does for one scale per tensor. Here rows of weights
    have scales of their own, and it is channels of different range that share one
    scale: `balance=activations` balances the range of a channel's values on
    samples against the weights that they meet. Depthwise layers take all of it.

    Assumes nothing. Guarantees that the function computes the same up to float
    rounding; where a channel has an upper bound (ReLU6), it is only scaled if its
    values on samples stay below two thirds of the bound, before and after. Ranges
    recorded for what changes are dropped: run it before `edge-calibrate`.

    ```
    edgecc-opt --edge-equalize-layers="samples=x=calib.npy" model.mlir
    ```
  }];
  let options = [
    Repair_samples,
    Option<"balance", "balance", "::edgecc::quantization::Balance",
           "::edgecc::quantization::Balance::Activations",
           "What is balanced against the weights behind it",
           [{::llvm::cl::values(
             clEnumValN(::edgecc::quantization::Balance::Weights, "weights",
                        "the weights before; needs no samples"),
             clEnumValN(::edgecc::quantization::Balance::Activations,
                        "activations", "the values on samples"))}]>,
    Option<"strength", "strength", "double", "0.5",
           "How much of the differences moves: 0 nothing, 1 all">
  ];
}

def MigrateScales : Pass<"edge-migrate-scales", "::mlir::func::FuncOp"> {
  let summary = "moves the ranges of normalized channels into the next weights";
  let description = [{
    Behind a normalisation, single channels are often much larger than all
    others, and their range takes the others' bits. Where the last factor and the
    offset of a map are constants per channel, they are divided by factors by
    which the weights of the layers behind are multiplied (Xiao et al. 2023,
    "SmoothQuant").

    Assumes nothing. Guarantees that the function computes the same up to float
    rounding, at no cost. Ranges recorded for what changes are dropped: run it
    before `edge-calibrate`.

    ```
    edgecc-opt --edge-migrate-scales="samples=x=calib.npy" model.mlir
    ```
  }];
  let options = [
    Repair_samples,
    Option<"strength", "strength", "double", "0.5",
           "How much of the differences moves: 0 nothing, 1 all">
  ];
}

#endif // EDGECC_PASSES_REPAIR_TD
