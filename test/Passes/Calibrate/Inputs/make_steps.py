# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes one sample of three steps: 9, 9, -9."""
import sys

from npy import write

write(sys.argv[1], (1, 3, 1, 1), [9.0, 9.0, -9.0])
