//===- Reference.td - Passes under compiler/reference ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_REFERENCE_TD
#define EDGECC_PASSES_REFERENCE_TD

include "mlir/Pass/PassBase.td"

def Interpret : Pass<"edge-interpret", "::mlir::ModuleOp"> {
  let summary = "executes a function and prints its results";
  let description = [{
    Runs the reference interpreter on @main (or `function`) and prints a line
    per result: its type, its first elements (quantized ones as the stored
    integers) and a hash of all its bytes. The module does not change.

    Inputs are .npy files of samples; where none is given, a pseudo-random
    sequence that is the same everywhere, in [-1, 1) for floats.

    ```
    $ edgecc-opt --edge-interpret="inputs=x.npy samples=2" model.mlir -o /dev/null
    sample 0 result 0: tensor<1x2xf32> = [0.25, 0.75] hash 2d06800538d394c2
    sample 1 result 0: tensor<1x2xf32> = [0.5, 0.5] hash 7a1f2c39b0d7e815
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", "\"main\"",
           "Name of the function to execute">,
    ListOption<"inputs", "inputs", "std::string",
               "A .npy file of samples for each argument">,
    Option<"samples", "samples", "int64_t", "1",
           "How many samples to run at most">,
    Option<"elements", "elements", "int64_t", "64",
           "How many elements of a result to print at most">,
    Option<"quiet", "quiet", "bool", "false",
           "Execute without printing, to measure the time">
  ];
  let dependentDialects = ["::edgecc::edge::EdgeDialect"];
}

#endif // EDGECC_PASSES_REFERENCE_TD
