# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a model, as text for onnx-as: layers fc1 and fc2 of 64 x 64 weights that are nearly of rank 6, then fc3.

With an argument, an embedding of 96 rows that lie near a space of 3 dimensions, and an RNN, in place of them.
"""
import random
import sys

numbers = random.Random(5)


def matrix(rows, columns):
    return [[numbers.gauss(0, 1) for _ in range(columns)] for _ in range(rows)]


def thin(rows, columns, rank, scale):
    """A product of two, and a little of everything else."""
    left, right = matrix(rows, rank), matrix(rank, columns)
    return [scale * (sum(left[i][k] * right[k][j] for k in range(rank)) + 0.2 * numbers.gauss(0, 1))
            for i in range(rows) for j in range(columns)]


def initializer(shape, name, values):
    return f"float[{', '.join(map(str, shape))}] {name} = {{{', '.join(f'{value:.6f}' for value in values)}}}"


def dense():
    weights = [initializer((64, 64), "w1", thin(64, 64, 6, 0.05)), initializer((64, 64), "w2", thin(64, 64, 6, 0.05)),
               initializer((10, 64), "w3", thin(10, 64, 8, 0.1)), "float[64] b1, float[64] b2, float[10] b3"]
    return "float[1, 64] x", "float[1, 10] y", weights, """
  # name h1 fc1
  # name h2 fc2
  # name y fc3
  h1 = Gemm <transB = 1> (x, w1, b1)
  t1 = Tanh (h1)
  h2 = Gemm <transB = 1> (t1, w2, b2)
  t2 = Tanh (h2)
  y = Gemm <transB = 1> (t2, w3, b3)"""


def recurrent():
    weights = [initializer((96, 24), "table", thin(96, 24, 3, 0.3)), initializer((1, 32, 24), "w", thin(32, 24, 3, 0.1)),
               "float[1, 32, 32] r, float[1, 64] b"]
    return "int64[1, 8] x", "float[1, 1, 32] y", weights, """
  # name e words
  # name h rnn
  e = Gather (table, x)
  s = Transpose <perm = [1, 0, 2]> (e)
  h, y = RNN <hidden_size = 32> (s, w, r, b)"""


source, result, tensors, body = recurrent() if len(sys.argv) > 1 else dense()
print('<ir_version: 8, opset_import: ["" : 17]>')
print(f"main_graph ({source}) => ({result})\n<{', '.join(tensors)}>\n{{{body}\n}}")
