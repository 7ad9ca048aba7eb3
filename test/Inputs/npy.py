# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes .npy files, without numpy."""
import struct

FORMATS = {"f4": "f", "f8": "d", "i4": "i", "i8": "q"}


def write(path, shape, values, dtype="f4"):
    """`values` in the order of memory; `dtype` as numpy abbreviates it."""
    header = "{'descr': '<%s', 'fortran_order': False, 'shape': (%s,), }" % (dtype, ", ".join(map(str, shape)))
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%d%s" % (len(values), FORMATS[dtype]), *values))
