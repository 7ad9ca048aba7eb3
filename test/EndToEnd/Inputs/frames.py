# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes frames of a .npy file of sequences, the first 5 of 100 x 1 x 42."""
import struct
import sys

from npy import write

with open(sys.argv[1], "rb") as file:
    data = file.read()
begin = 10 + struct.unpack("<H", data[8:10])[0]
frames = struct.unpack_from("<%df" % (500 * 42), data, begin)
write(sys.argv[2], (500, 1, 1, 42), frames)
