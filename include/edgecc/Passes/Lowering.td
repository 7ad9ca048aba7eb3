//===- Lowering.td - Passes under passes/lowering ----------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LOWERING_TD
#define EDGECC_PASSES_LOWERING_TD

include "mlir/Pass/PassBase.td"

def SplitGroups : Pass<"edge-split-groups", "::mlir::func::FuncOp"> {
  let summary = "gives grouped convolutions kernels that know one group";
  let description = [{
    A convolution of several groups becomes one for each group, on a slice of
    the channels, and their results are joined. Groups of fewer outputs than the
    target computes at once are merged up to that, with zeros for weights
    between them, and so are groups where there would be more than 16 parts. A
    convolution with several outputs for each channel of the input becomes a
    depthwise one of an input that has each channel so many times.

    Assumes: weights and bias are constant, in float or integers. Guarantees:
    every bit of an integer result stays, and of a float one but for infinite
    inputs of merged groups; depthwise convolutions stay, and so does what
    has `kern.small`, or what the target with `features` has no better kernel for
    afterwards than the portable one.

    Example: for an Arm core with vectors of four.

    ```mlir
    %y = edge.conv %x, %filter, %bias {
        strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        dilations = array<i64: 1, 1>, groups = 2 : i64}
      : (tensor<1x8x8x8xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>)
      -> tensor<1x8x8x8xf32>
    ```

    becomes, with the weights and biases of each half

    ```mlir
    %a = edge.slice %x {starts = array<i64: 0, 0, 0, 0>,
                        sizes = array<i64: 1, 8, 8, 4>,
                        steps = array<i64: 1, 1, 1, 1>}
      : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x4xf32>
    %0 = edge.conv %a, %filter0, %bias0 {
        strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        dilations = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x8x8x4xf32>, tensor<4x1x1x4xf32>, tensor<4xf32>)
      -> tensor<1x8x8x4xf32>
    // %1: the same of channels 4 to 7
    %y = edge.concat %0, %1 {axis = 3 : i64}
      : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x8xf32>
    ```
  }];
  let options = [ListOption<"features", "features", "std::string",
    "What the target can do, as in its description (dsp, neon, ...)">];
  // Kernels say what they match in attributes of theirs.
  let dependentDialects = ["::edgecc::edge::EdgeDialect",
                           "::edgecc::kern::KernDialect"];
}

def ConvertEdgeToKern : Pass<"convert-edge-to-kern", "::mlir::ModuleOp"> {
  let summary = "chooses a kernel for every operation";
  let description = [{
    Turns `@main` on tensors into `@run` on memrefs: the arguments are the
    inputs, then the outputs. For every operation the registry
    (`edgecc/Backend/KernelRegistry.h`) offers the kernels that compute it with
    the target's features; the best one is called. A kernel may compute the
    producer of an operand as well, if nothing else uses that (a convolution and
    the sum after it). Some of them take more
    memory for constants to be faster (Winograd's convolution); all such extra
    bytes together stay below `extra-bytes`, if that is given, and are
    `kern.extra_bytes` of the program. Constants are packed into `kern.data` as that kernel reads them, equal ones once. Reshapes become
    views. A result that is returned is written to the output directly. With
    `inputs-in-arena` each input is copied, unless it is there already, into a
    buffer that has `kern.input_place`, its number.

    Assumes: one function `@main` of one block, weights constant. Guarantees: no
    `edge` operation is left, or a diagnostic names every operation that has no
    kernel.

    Example:

    ```mlir
    func.func @main(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
      %y = edge.slice %x {starts = array<i64: 0, 1>, sizes = array<i64: 1, 2>,
                          steps = array<i64: 1, 1>}
        : (tensor<1x4xf32>) -> tensor<1x2xf32>
      return %y : tensor<1x2xf32>
    }
    ```

    becomes

    ```mlir
    func.func @run(%x: memref<1x4xf32>, %y: memref<1x2xf32>) {
      kern.call "slice" from "data_movement.h"<[#kern.shape<[1, 4]>,
          #kern.shape<[1, 2]>, #kern.shape<[0, 1]>, #kern.shape<[1, 1]>]>
        ins(%x : memref<1x4xf32>) outs(%y : memref<1x2xf32>)
      return
    }
    ```
  }];
  let options = [ListOption<"features", "features", "std::string",
    "What the target can do, as in its description (dsp, neon, ...)">,
    Option<"extraBytes", "extra-bytes", "int64_t", /*default=*/"-1",
    "Bytes of constants that kernels may take for speed; all if negative">,
    Option<"inputsInArena", "inputs-in-arena", "bool", /*default=*/"false",
    "Give inputs a place in the arena">,
    Option<"threads", "threads", "int64_t", /*default=*/"1",
    "Parts of a large layer that may be computed at the same time">];
  let dependentDialects = ["::edgecc::kern::KernDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

def ConvertKernToEmitC : Pass<"convert-kern-to-emitc", "::mlir::ModuleOp"> {
  let summary = "prints what kern says as EmitC operations";
  let description = [{
    Every `kern.call` becomes a call of its template, every `kern.data` a
    constant array, every buffer an address in the arena. No decision is made
    here.

    Assumes: all buffers have offsets (`kern-plan-arena`); element types are
    those of C. Guarantees: only `emitc` operations are left, ready for
    `translateToCpp`.

    Example:

    ```mlir
    %0 = kern.buffer {offset = 16} : memref<1x2xf32>
    ```

    becomes

    ```mlir
    %0 = emitc.call_opaque "at"(%arena)
      {template_args = [#emitc.opaque<"float">, 16]}
      : (!emitc.ptr<ui8>) -> !emitc.ptr<!emitc.opaque<"float">>
    ```
  }];
  let dependentDialects = ["::mlir::emitc::EmitCDialect"];
}

#endif // EDGECC_PASSES_LOWERING_TD
