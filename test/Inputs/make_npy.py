# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a .npy file of made-up numbers, without numpy.

    make_npy.py FILE DTYPE SHAPE [LOW HIGH]     make_npy.py x.npy f4 16,3,8,8 -1 1

DTYPE is f4, f8, i4 or i8 as numpy abbreviates them; the numbers are the same every time.
"""
import random
import sys

from npy import write


def main():
    path, dtype, shape = sys.argv[1], sys.argv[2], [int(d) for d in sys.argv[3].split(",")]
    low, high = (float(v) for v in sys.argv[4:6]) if len(sys.argv) > 4 else (-1.0, 1.0)
    count = 1
    for dim in shape:
        count *= dim
    numbers = random.Random(7)
    values = [numbers.uniform(low, high) for _ in range(count)]
    if dtype[0] == "i":
        values = [round(v) for v in values]
    write(path, shape, values, dtype)


main()
