# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a model, as text for onnx-as, whose If nodes are nested 28 deep."""


def nest(depth):
    if depth == 0:
        return "v0 = Neg (x)"
    body = f"() => (float[1] v{depth - 1}) {{ {nest(depth - 1)} }}"
    other = f"() => (float[1] w{depth}) {{ w{depth} = Neg (x) }}"
    return f"v{depth} = If <then_branch = t{depth} {body}, else_branch = e{depth} {other}> (c)"


print('<ir_version: 8, opset_import: ["" : 17]>')
print(f"g (float[1] x) => (float[1] v28) <bool c = {{1}}> {{ {nest(28)} }}")
