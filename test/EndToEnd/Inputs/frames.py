# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes frames of a .npy file of sequences, the first 5 of 100 x 1 x 42."""
import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
begin = 10 + struct.unpack("<H", data[8:10])[0]
frames = data[begin:begin + 500 * 42 * 4]
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (500, 1, 1, 42), }"
header = header.ljust(117) + "\n"
with open(sys.argv[2], "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode("ascii") + frames)
