#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Records what ONNX Runtime computes for a model, for tests that run without it.

    tools/dev/expected.py MODEL.onnx SAMPLES PREFIX

Writes PREFIX.out0.npy, PREFIX.out1.npy ..., in the order of the model's outputs. SAMPLES is a .npy file for the first
input (first axis: samples; the rest is the input's shape with or without its leading 1), or a number: then that many
samples are made up for every input and written as PREFIX.in0.npy and so on. Needs numpy and onnxruntime from PyPI; the
tests of the project do not.
"""
import sys

import numpy as np
import onnxruntime as ort

SEED = 20240607
TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64,
         "tensor(int32)": np.int32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8}


def static_shape(value):
    """An axis without a fixed size is the batch or the like: one."""
    return [dim if isinstance(dim, int) else 1 for dim in value.shape]


def made_up(value, count, random):
    dtype, shape = TYPES[value.type], [count] + static_shape(value)
    if np.issubdtype(dtype, np.floating):
        return random.standard_normal(shape).astype(dtype)
    return random.integers(0, 8, shape).astype(dtype)


def read_feeds(inputs, samples, prefix):
    if not samples.isdigit():
        return {inputs[0].name: np.load(samples)}
    random = np.random.default_rng(SEED)
    feeds = {value.name: made_up(value, int(samples), random) for value in inputs}
    for index, data in enumerate(feeds.values()):
        np.save(f"{prefix}.in{index}.npy", data)
    return feeds


def run_all(session, feeds):
    inputs = session.get_inputs()
    missing = [value.name for value in inputs if value.name not in feeds]
    if missing:
        sys.exit(f"expected.py: the model also has the inputs {', '.join(missing)}; give a number of samples")
    count = len(next(iter(feeds.values())))
    rows = [session.run(None, {value.name: feeds[value.name][i].reshape(static_shape(value)) for value in inputs})
            for i in range(count)]
    return [np.stack(column) for column in zip(*rows)]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    model, samples, prefix = sys.argv[1:]
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    outputs = run_all(session, read_feeds(session.get_inputs(), samples, prefix))
    for index, (value, data) in enumerate(zip(session.get_outputs(), outputs)):
        np.save(f"{prefix}.out{index}.npy", data)
        print(f"{prefix}.out{index}.npy: {value.name} {data.dtype} {list(data.shape)}")


if __name__ == "__main__":
    main()
