//===- KernOps.td - The kern dialect -----------------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DIALECT_KERN_KERNOPS_TD
#define EDGECC_DIALECT_KERN_KERNOPS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kern_Dialect : Dialect {
  let name = "kern";
  let cppNamespace = "::edgecc::kern";
  let summary = "What runs, in order, and where each operand lives";
  let description = [{
    A program is a `func.func` on memrefs whose arguments are the model's inputs
    (`kern.input` = name), then its outputs (`kern.output` = name). Its body is a
    straight line of kernel calls on buffers in the arena or the state and on
    packed constants. Every decision is made here; emission only prints.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
  let useDefaultAttributePrinterParser = 1;
}

class Kern_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kern_Dialect, mnemonic, traits>;

def Kern_Buffer : StaticShapeMemRefOf<[AnyType]>;

//===----------------------------------------------------------------------===//
// Template arguments of kernels
//===----------------------------------------------------------------------===//

class Kern_Attr<string name, string attrMnemonic> : AttrDef<Kern_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Kern_ShapeAttr : Kern_Attr<"Shape", "shape"> {
  let summary = "a list of integers, `Shape<...>` in the generated code";
  let parameters = (ins OptionalArrayRefParameter<"int64_t">:$dims);
  let assemblyFormat = "`<` `[` (`]`) : ($dims^ `]`)? `>`";
}

def Kern_WindowAttr : Kern_Attr<"Window", "window"> {
  let summary = "a two-dimensional window, `Window<...>` in the generated code";
  let description = [{
    Kernel, stride and dilation are (height, width); padding is (top, left,
    bottom, right).
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$kernel,
                        ArrayRefParameter<"int64_t">:$strides,
                        ArrayRefParameter<"int64_t">:$dilations,
                        ArrayRefParameter<"int64_t">:$pads);
  let assemblyFormat = [{
    `<` `kernel` `=` `[` $kernel `]` `,` `strides` `=` `[` $strides `]` `,`
    `dilations` `=` `[` $dilations `]` `,` `pads` `=` `[` $pads `]` `>`
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Attributes of operations that are to be lowered
//===----------------------------------------------------------------------===//

def Kern_TilingAttr : Kern_Attr<"Tiling", "tiling"> {
  let summary = "how the loops of a layer are to be cut, as --tune measured it";
  let description = [{
    `kern.tiling` of an `edge` operation. `method` names the kernels that may
    compute it (Kernel::tilings), `unit` pixels count as one (of Winograd's
    convolution: the outputs of a tile in each direction), `pixels` times
    `blocks` vectors of channels are sums in registers, and the inputs of `band`
    rows, or of `band` pixels where windows lie side by side, are prepared at a
    time. Without it a cost model chooses.

    Example: `#kern.tiling<"vnni", unit = 1, pixels = 6, blocks = 4, band = 8>`
  }];
  let parameters = (ins StringRefParameter<>:$method, "int64_t":$unit,
                        "int64_t":$pixels, "int64_t":$blocks, "int64_t":$band);
  let assemblyFormat = [{
    `<` $method `,` `unit` `=` $unit `,` `pixels` `=` $pixels `,` `blocks` `=`
    $blocks `,` `band` `=` $band `>`
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

def Kern_DataOp : Kern_Op<"data", [Symbol]> {
  let summary = "constants as a kernel reads them: packed, in flash";
  let description = [{
    Example:

    ```mlir
    kern.data @dense_weights : memref<4xi8> = dense<[1, 2, 3, 4]> : tensor<4xi8>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<Kern_Buffer>:$type, ElementsAttr:$value);
  let assemblyFormat = "$sym_name `:` $type `=` $value attr-dict";
  let hasVerifier = 1;
}

def Kern_GetDataOp : Kern_Op<"get_data", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the address of constants";
  let description = [{
    Example:

    ```mlir
    kern.data @dense_weights : memref<4xi8> = dense<[1, 2, 3, 4]> : tensor<4xi8>
    %w = kern.get_data @dense_weights : memref<4xi8>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$data);
  let results = (outs Kern_Buffer:$result);
  let assemblyFormat = "$data attr-dict `:` type($result)";
}

def Kern_BufferOp : Kern_Op<"buffer", [MemoryEffects<[MemAlloc]>]> {
  let summary = "a buffer in the arena, or in the state";
  let description = [{
    Without `offset` until memory is planned (`--kern-plan-arena`). A buffer with
    `state` lies in the context's state instead, which keeps its values from one
    run to the next.

    Example:

    ```mlir
    %0 = kern.buffer : memref<1x8x8x4xi8>
    %1 = kern.buffer {offset = 256} : memref<1x4x4x4xi8>
    %2 = kern.buffer {offset = 0, state} : memref<1x1x24xf32>
    ```
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$offset, UnitAttr:$state);
  let results = (outs Kern_Buffer:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Kern_ViewOp : Kern_Op<"view", [Pure]> {
  let summary = "the same bytes in another shape, or some of them";
  let description = [{
    With `offset`, in bytes, the view begins there and may be shorter than the
    rest.

    Example:

    ```mlir
    %flat = kern.view %0 : memref<1x8x8x4xi8> to memref<1x256xi8>
    %last = kern.view %0 {offset = 224} : memref<1x8x8x4xi8> to memref<1x1x8x4xi8>
    ```
  }];
  let arguments = (ins Kern_Buffer:$source, OptionalAttr<I64Attr>:$offset);
  let results = (outs Kern_Buffer:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($result)";
  let hasVerifier = 1;
}

def Kern_CallOp : Kern_Op<"call", [AttrSizedOperandSegments]> {
  let summary = "a kernel, run";
  let description = [{
    `kernel` is the template's name, `header` the file that defines it, after
    those that define its arguments (names with spaces between them),
    `template_args` its arguments (`#kern.shape`, `#kern.window`, integers,
    types, or strings taken as they are). The call passes the inputs, then the
    outputs, then the scratch buffers, then `scalars`. `function`, if present,
    is a scalar function that becomes the first template argument; then the
    output comes first. Outputs may share memory with the inputs listed in
    `inplace`, where such an input is not needed afterwards. `overlap` lists
    pairs of an input and a number of bytes: the output may cover that input if
    it begins so many bytes before it, because by then the kernel has read what
    it overwrites. `backwards`, one such pair, is for kernels that can also go
    through that input from its end, namely if the last scalar, which is 0,
    becomes 1: then the output may cover the input if it begins so many bytes
    behind it.
    `layer`, `macs` and `precision` describe the call in the report.

    Example:

    ```mlir
    kern.call "copy" from "data_movement.h"<[#kern.shape<[1, 4]>, i8]>
      ins(%0 : memref<1x4xi8>) outs(%1 : memref<1x4xi8>) {layer = "copy"}
    ```
  }];
  let arguments = (ins
    StrAttr:$kernel, StrAttr:$header, ArrayAttr:$template_args,
    Variadic<Kern_Buffer>:$inputs, Variadic<Kern_Buffer>:$outputs,
    Variadic<Kern_Buffer>:$scratch, OptionalAttr<ArrayAttr>:$scalars,
    OptionalAttr<FlatSymbolRefAttr>:$function,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$inplace,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$overlap,
    DefaultValuedOptionalAttr<DenseI64ArrayAttr, "{}">:$backwards,
    OptionalAttr<StrAttr>:$layer, OptionalAttr<StrAttr>:$precision,
    DefaultValuedOptionalAttr<I64Attr, "0">:$macs);
  let assemblyFormat = [{
    $kernel `from` $header `<` $template_args `>` (`(` $function^ `)`)?
    (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    `outs` `(` $outputs `:` type($outputs) `)`
    (`scratch` `(` $scratch^ `:` type($scratch) `)`)?
    (`scalars` $scalars^)? attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Row by row
//===----------------------------------------------------------------------===//

def Kern_StreamOp : Kern_Op<"stream", [
    SingleBlock, NoTerminator, AttrSizedOperandSegments]> {
  let summary = "layers that are computed together, row by row";
  let description = [{
    Goes through its body `steps` times. The body consists of `kern.due`, each for
    the rows of one layer. Buffers outside keep what they hold from one step to
    the next; those inside are of one step. The result `covers`, if present, may
    lie over the source, which is not needed afterwards, if it begins `distance`
    bytes before it.

    Example:

    ```mlir
    kern.stream 8 {
      kern.due every 2 from 1 rows 0 to 4 {
        %row = kern.rows %x every 2 from 1 advance 2
          : memref<1x8x4x2xi8> to memref<1x2x4x2xi8>
        kern.call "f" from "f.h"<[]> outs(%row : memref<1x2x4x2xi8>)
      }
    }
    ```
  }];
  let arguments = (ins I64Attr:$steps, Optional<Kern_Buffer>:$source,
                       Optional<Kern_Buffer>:$result,
                       DefaultValuedOptionalAttr<I64Attr, "0">:$distance);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $steps (`covers` $source^ `:` type($source))?
    (`by` $result^ `:` type($result))? $body attr-dict
  }];
}

def Kern_DueOp : Kern_Op<"due", [
    SingleBlock, NoTerminator, HasParent<"StreamOp">]> {
  let summary = "what a layer does for each of its rows";
  let description = [{
    Row y is due in step `phase + period * y`. The body runs if `first` <= y <
    `last`.

    Example: rows 0 to 3, in the steps 1, 3, 5 and 7

    ```mlir
    kern.stream 8 {
      kern.due every 2 from 1 rows 0 to 4 {
        kern.call "f" from "f.h"<[]> outs(%x : memref<1x8x4x2xi8>)
      }
    }
    ```
  }];
  let arguments = (ins I64Attr:$period, I64Attr:$phase, I64Attr:$first,
                       I64Attr:$last);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `every` $period `from` $phase `rows` $first `to` $last $body attr-dict
  }];
  let hasVerifier = 1;
}

def Kern_RowsOp : Kern_Op<"rows", [Pure]> {
  let summary = "the rows of an image that belong to the row that is due";
  let description = [{
    Rows of [1, H, W, C] from `advance` * y on, where y is the row that is due.

    Example:

    ```mlir
    kern.stream 8 {
      kern.due every 2 from 1 rows 0 to 4 {
        %row = kern.rows %x every 2 from 1 advance 2
          : memref<1x8x4x2xi8> to memref<1x2x4x2xi8>
        kern.call "f" from "f.h"<[]> outs(%row : memref<1x2x4x2xi8>)
      }
    }
    ```
  }];
  let arguments = (ins Kern_Buffer:$source, I64Attr:$period, I64Attr:$phase,
                       I64Attr:$advance);
  let results = (outs Kern_Buffer:$result);
  let assemblyFormat = [{
    $source `every` $period `from` $phase `advance` $advance attr-dict `:`
    type($source) `to` type($result)
  }];
  let hasVerifier = 1;
}

#endif // EDGECC_DIALECT_KERN_KERNOPS_TD
