//===- Memory.td - Passes under passes/memory --------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_MEMORY_TD
#define EDGECC_PASSES_MEMORY_TD

include "mlir/Pass/PassBase.td"

def PlanArena : Pass<"kern-plan-arena", "::mlir::func::FuncOp"> {
  let summary = "gives every buffer its place in one arena";
  let description = [{
    Buffers that live at the same time do not overlap; others share memory. An
    output takes the place of an input that the kernel may overwrite and that
    nothing reads afterwards (`inplace`), or covers a part of it, as far before
    it as the kernel needs (`overlap`). Offsets come from the best of several greedy
    orders, improved by a seeded local search until the lower bound (the largest
    sum of what lives at one time) is reached; the result depends on nothing but
    the program.

    Assumes: straight-line code, kernels that touch only their operands.
    Guarantees: every `kern.buffer` has an `offset` that is a multiple of
    `alignment`; the function has `kern.arena_bytes` and
    `kern.arena_lower_bound`.

    Example: `%0` is dead when `%2` is written, so that they share offset 0.

    ```mlir
    %0 = kern.buffer {offset = 0} : memref<64xi8>
    %1 = kern.buffer {offset = 64} : memref<32xi8>
    kern.call "f" from "f.h"<[]> ins(%0 : memref<64xi8>) outs(%1 : memref<32xi8>)
    %2 = kern.buffer {offset = 0} : memref<64xi8>
    kern.call "f" from "f.h"<[]> ins(%1 : memref<32xi8>) outs(%2 : memref<64xi8>)
    ```
  }];
  let options = [
    Option<"alignment", "alignment", "int64_t", "16",
           "Offsets are multiples of this many bytes">,
    Option<"inplace", "inplace", "bool", "true",
           "Let outputs take the place of dead inputs">];
  let dependentDialects = ["::edgecc::kern::KernDialect"];
}

def CodeConstants : Pass<"kern-code-constants", "::mlir::ModuleOp"> {
  let summary = "stores constants in fewer bits and decodes them before calls";
  let description = [{
    Weights and other constants of calls become codes (canonical Huffman, as
    prefix_code.h says), and a call of `decode_prefix` puts them into a buffer
    just before the call that reads them; before the loop, if that stands in a
    `kern.stream`. Kernels know nothing of it, and no bit of the result changes.
    It takes time, and the buffer takes memory.

    A constant is coded if that saves a 40th part of it, besides what the table
    and the call take. With `save`, only as many as it takes to save so many
    bytes: first those for which there is room without a larger arena, and of
    these first those that save most for the time of decoding. With `arena`,
    only where a call's buffers and its decoded constants are together no larger
    than that.

    Of a table of which a `gather` takes rows (an embedding), every few rows
    begin with a word of their own, and the call becomes one of `gather_prefix`,
    which decodes only those. Other constants of calls without multiplications,
    which might read only some of them, stay as they are if they are large.

    Assumes: the buffers have no offsets yet. Guarantees: `kern.coding_saves` on
    the program has the bytes that are saved, if any.

    Example:

    ```mlir
    kern.data @weights : memref<512xi32> = dense<16843009> : tensor<512xi32>
    ...
    %w = kern.get_data @weights : memref<512xi32>
    kern.call "f" from "f.h"<[]> ins(%x, %w : memref<64xi8>, memref<512xi32>) outs(%y : memref<64xi8>)
    ```

    becomes

    ```mlir
    %w = kern.get_data @weights : memref<133xui16>
    %table = kern.view %w {offset = 0} : memref<133xui16> to memref<4xui16>
    %bits = kern.view %w {offset = 8} : memref<133xui16> to memref<129xui16>
    %0 = kern.buffer : memref<2048xi8>
    kern.call "decode_prefix" from "prefix_code.h"<[]> ins(%table, %bits : ...) outs(%0 : memref<2048xi8>) scalars [2048 : i32]
    %1 = kern.view %0 : memref<2048xi8> to memref<512xi32>
    kern.call "f" from "f.h"<[]> ins(%x, %1 : memref<64xi8>, memref<512xi32>) outs(%y : memref<64xi8>)
    ```
  }];
  let options = [
    Option<"save", "save", "int64_t", "-1",
           "Bytes to save; as many as possible if negative">,
    Option<"arena", "arena", "int64_t", "-1",
           "Bytes that a call's buffers and decoded constants may take; any "
           "number if negative">];
  let dependentDialects = ["::edgecc::kern::KernDialect"];
}

def StreamRows : Pass<"edge-stream-rows", "::mlir::func::FuncOp"> {
  let summary = "marks layers to be computed together, row by row";
  let description = [{
    Where the largest images of a program need more than `arena` bytes, finds
    layers that follow each other and can be computed row by row
    (RowwiseOpInterface), so that of what is between them only the rows are kept
    that windows still need (line buffers). No row is computed twice. Of the
    groups that bring an estimate of the arena below `arena`, the one with the
    fewest multiplications is taken, or else the one that needs least memory; then
    it looks again. What the group computes stays the same: its operations get the
    attribute `edge.stream`, and `convert-edge-to-kern` emits the loop over rows.

    Assumes: channels-last images, a batch of 1. Guarantees: operations with the
    same number follow each other, and only the result of the last one is used
    elsewhere. A program that fits stays as it is; one that cannot be made to fit
    gets the groups with which it needs least.

    Example: with `arena=200`

    ```mlir
    func.func @main(%x: tensor<1x8x8x4x!quant.uniform<i8:f32, 0.5>>)
        -> tensor<1x4x4x4x!quant.uniform<i8:f32, 0.5>> {
      %0 = edge.max_pool %x {
          kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
          pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
          edge.stream = 0}
        : (tensor<1x8x8x4x!quant.uniform<i8:f32, 0.5>>)
        -> tensor<1x8x8x4x!quant.uniform<i8:f32, 0.5>>
      %1 = edge.max_pool %0 {
          kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
          pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
          edge.stream = 0}
        : (tensor<1x8x8x4x!quant.uniform<i8:f32, 0.5>>)
        -> tensor<1x4x4x4x!quant.uniform<i8:f32, 0.5>>
      return %1 : tensor<1x4x4x4x!quant.uniform<i8:f32, 0.5>>
    }
    ```
  }];
  let options = [
    Option<"arena", "arena", "int64_t", "0",
           "Bytes that the arena may take">,
    Option<"alignment", "alignment", "int64_t", "16",
           "Offsets are multiples of this many bytes">];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

def MakeStateful : Pass<"edge-make-stateful", "::mlir::func::FuncOp"> {
  let summary = "marks inputs and outputs as state that the code keeps";
  let description = [{
    For `--stateful IN=OUT`: what comes out as OUT goes in as IN at the next run.
    Both get the attribute `edge.state` with the number of the pair. What the
    function computes stays the same; `convert-edge-to-kern` gives the pair one
    place in the context's state and takes it out of the program's arguments.

    `IN=OUT:FILE.npy` gives IN the attribute `edge.initial`, what the state is
    before the first run, where that is not zero. `NODE` does both for an
    `edge.rnn`, `edge.gru` or `edge.lstm` of that name: its initial state, a
    constant, becomes an argument, and its final state a result.

    Assumes: arguments and results have names (`edge.name`). Guarantees: the
    pairs name inputs and outputs of equal type, each at most once, the operators
    go forward and have no lengths, and both an input and an output are left; or
    a diagnostic says what is wrong.

    Example: with `pairs=h_in=h_out`

    ```mlir
    func.func @main(%x: tensor<1x4xf32> {edge.name = "x"},
                    %h: tensor<1x4xf32> {edge.name = "h_in"})
        -> (tensor<1x4xf32> {edge.name = "y"},
            tensor<1x4xf32> {edge.name = "h_out"}) {
      return %h, %x : tensor<1x4xf32>, tensor<1x4xf32>
    }
    ```

    becomes

    ```mlir
    func.func @main(%x: tensor<1x4xf32> {edge.name = "x"},
                    %h: tensor<1x4xf32> {edge.name = "h_in", edge.state = 0})
        -> (tensor<1x4xf32> {edge.name = "y"},
            tensor<1x4xf32> {edge.name = "h_out", edge.state = 0}) {
      return %h, %x : tensor<1x4xf32>, tensor<1x4xf32>
    }
    ```
  }];
  let options = [ListOption<"pairs", "pairs", "std::string",
    "IN=OUT: an input's and an output's name">];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

#endif // EDGECC_PASSES_MEMORY_TD
