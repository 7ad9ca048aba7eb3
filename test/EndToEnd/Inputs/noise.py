# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""noise.py FILE.npy SIZE...: an array of these sizes, of which the first counts samples, normally distributed."""
import math
import random
import sys

from npy import write

random.seed(1)
shape = [int(size) for size in sys.argv[2:]]
write(sys.argv[1], shape, [random.gauss(0, 1) for _ in range(math.prod(shape))])
