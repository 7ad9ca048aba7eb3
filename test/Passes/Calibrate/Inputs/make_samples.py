# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes two small .npy files, without numpy: 100 samples of x and of y."""
import struct
import sys


def write(path, shape, values):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': %r, }" % (shape,)
    header = header.ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode("ascii"))
        file.write(struct.pack("<%df" % len(values), *values))


if __name__ == "__main__":
    x = [-1.0 + 2.0 * i / 799 for i in range(800)]
    x[100 * 8 - 1] = 4.0
    y = [0.0 if i % 2 == 0 else -2.0 for i in range(100)]
    write(sys.argv[1], (100, 8), x)
    write(sys.argv[2], (100, 1), y)
