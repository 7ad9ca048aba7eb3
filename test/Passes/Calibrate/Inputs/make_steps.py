# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes one sample of three steps: 9, 9, -9."""
import struct
import sys

header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 1, 1), }"
header = header.ljust(117) + "\n"
with open(sys.argv[1], "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode("ascii"))
    file.write(struct.pack("<3f", 9.0, 9.0, -9.0))
