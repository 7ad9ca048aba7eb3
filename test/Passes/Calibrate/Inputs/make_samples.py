# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes two small .npy files, without numpy: 100 samples of x and of y."""
import sys

from npy import write

x = [-1.0 + 2.0 * i / 799 for i in range(800)]
x[100 * 8 - 1] = 4.0
y = [0.0 if i % 2 == 0 else -2.0 for i in range(100)]
write(sys.argv[1], (100, 8), x)
write(sys.argv[2], (100, 1), y)
