# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes one sample of attention's scores: two rows of four, masked by -1e9."""
import sys

from npy import write

write(sys.argv[1], (1, 8), [8.0, 5.0, 3.0, -1e9, -1e9, -1e9, -1e9, -1e9])
