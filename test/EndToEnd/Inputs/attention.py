# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""attention.py X.npy PRESENT.npy: samples of masked-attention.onnxtxt, of which one to five tokens are present."""
import random
import sys

from npy import write

COUNT = 40
random.seed(1)
write(sys.argv[1], (COUNT, 5, 16), [random.gauss(0, 1) for _ in range(COUNT * 80)])
write(sys.argv[2], (COUNT, 5), [float(j <= i % 5) for i in range(COUNT) for j in range(5)])
