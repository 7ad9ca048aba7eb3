#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fits what kernels take, as a function of their shape, to counted instructions: backends/costs/TARGET.json.

    tools/dev/fit-costs.py [FOLDER] [--target T,T...] [--write FILE.md] [--edgecc PROGRAM]

Compiles small networks that it makes up (random weights; every kernel in many shapes) and the models of FOLDER (default
../shared/models), counts the instructions of every layer, and fits a function for each kernel by least squares of the
relative error with no negative coefficient. --write makes a table: each model of FOLDER as predicted from all the others.
Needs numpy and onnx (Debian's python3-numpy and python3-onnx).
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = "cortex-m0plus,cortex-m4,cortex-m7,cortex-m33,cortex-m55"
MODELS = ["resnet8_cifar10", "vww_mobilenetv1", "kws_dscnn", "ad_autoencoder", "mobilenet_v1_025_128", "mnist_cntk"]
TERMS = ["macs", "taps", "outputs", "pixels", "inputs", "channels", "blocks", "vectors", "call"]
SAMPLES = 16
# How to compile a network: the first is what is predicted.
RUNS = [("speed", "quantized"), ("size", "quantized"), ("speed", "float")]


# ----------------------------------------------------------------------------------------------------------------------
# Networks to learn from
# ----------------------------------------------------------------------------------------------------------------------

class Network:
    """A chain of layers on images [1, C, H, W]."""

    def __init__(self, seed, channels, size):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []
        self.shape = (channels, size, size)
        self.value = "x"
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, size, size])

    def add(self, op, inputs=(), **attributes):
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.value, *inputs], [output], name=output, **attributes))
        self.value = output
        return self

    def weight(self, *shape):
        name = f"w{len(self.weights)}"
        scale = np.sqrt(2 / max(1, np.prod(shape[1:])))
        data = (self.random.standard_normal(shape) * scale).astype(np.float32)
        self.weights.append(numpy_helper.from_array(data, name))
        return name

    def conv(self, outputs, kernel=3, stride=1, depthwise=False, relu=True):
        channels, height, width = self.shape
        pad = kernel // 2
        outputs = channels if depthwise else outputs
        self.add("Conv", [self.weight(outputs, 1 if depthwise else channels, kernel, kernel), self.weight(outputs)],
                 kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4,
                 group=channels if depthwise else 1)
        self.shape = (outputs, (height + 2 * pad - kernel) // stride + 1, (width + 2 * pad - kernel) // stride + 1)
        return self.add("Relu") if relu else self

    def residual(self):
        """A 3x3 convolution whose result is added to what goes in."""
        before = self.value
        return self.conv(self.shape[0], relu=False).add("Add", [before]).add("Relu")

    def pool(self, kind="MaxPool", size=2):
        channels, height, width = self.shape
        self.shape = (channels, height // size, width // size)
        return self.add(kind, kernel_shape=[size, size], strides=[size, size])

    def everywhere(self):
        """One pixel with the mean of all."""
        self.shape = (self.shape[0], 1, 1)
        return self.add("GlobalAveragePool")

    def head(self, *sizes):
        self.everywhere().add("Flatten")
        depth = self.shape[0]
        for size in sizes:
            self.add("Gemm", [self.weight(size, depth), self.weight(size)], transB=1).add("Relu")
            depth = size
        return self

    def save(self, folder):
        folder.mkdir(parents=True)
        output = helper.make_tensor_value_info(self.value, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "made_up", [self.input], [output], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        onnx.save(onnx.shape_inference.infer_shapes(model), str(folder / f"{folder.name}.onnx"))
        shape = [SAMPLES] + [d.dim_value for d in self.input.type.tensor_type.shape.dim][1:]
        np.save(folder / "calib.npy", self.random.standard_normal(shape).astype(np.float32))
        return folder / f"{folder.name}.onnx"


def make_up(folder):
    networks = {
        "residual": Network(1, 3, 24).conv(16).residual().residual().conv(32, stride=2).residual().head(10),
        "deep": Network(2, 8, 12).conv(48).residual().conv(64, stride=2).residual().conv(96, 1).head(64, 32),
        "wide": Network(3, 3, 40).conv(8, stride=2).residual().conv(24).conv(20, 1).conv(36, 3, 2).head(12),
        "separable": Network(4, 3, 48).conv(8, stride=2).conv(0, depthwise=True).conv(16, 1)
        .conv(0, stride=2, depthwise=True).conv(32, 1).conv(0, depthwise=True).conv(32, 1)
        .conv(0, stride=2, depthwise=True).conv(64, 1).head(10).add("Softmax"),
        "slim": Network(5, 3, 33).conv(12, stride=2).conv(0, depthwise=True).conv(27, 1)
        .conv(0, stride=2, depthwise=True).conv(45, 1).conv(0, depthwise=True).conv(58, 1).head(20),
        "speech": Network(6, 1, 28).conv(32, 5, 2).conv(0, depthwise=True).conv(64, 1).conv(0, depthwise=True)
        .conv(96, 1).conv(0, depthwise=True).conv(64, 1).head(12).add("Softmax"),
        "points": Network(7, 16, 10).conv(32, 1).conv(64, 1).conv(128, 1).conv(40, 1, 2).conv(256, 1).head(50),
        "small": Network(8, 1, 16).conv(4).conv(6, 3, 2).conv(8, 5).conv(10, 1).head(24, 10),
        "dense": Network(9, 40, 3).conv(64).head(128, 128, 64, 256, 8, 128, 320),
        "large": Network(10, 3, 64).conv(16, 3, 2).conv(24, 3, 2).residual().conv(40, 3, 2).residual().head(100),
        "odd": Network(11, 5, 19).conv(12).conv(20).conv(0, depthwise=True).conv(28, 1).conv(44, 3, 2).head(9),
        "pooled": Network(13, 3, 36).conv(8, 5).pool().conv(16, 5).pool().conv(20).pool("AveragePool").head(10)
        .add("Softmax"),
        "pooled2": Network(14, 1, 28).conv(6, 5).pool(size=2).conv(12, 5).pool(size=3).head(40).add("Softmax"),
        "pixel": Network(15, 3, 24).conv(24, 3, 2).everywhere().conv(60, 1).conv(100, 1).head(30),
        "pixels": Network(16, 4, 20).conv(40, 3, 2).pool("AveragePool", 5).everywhere().conv(200, 1).head(1000)
        .add("Softmax"),
        "curves": Network(17, 3, 32).conv(16, relu=False).add("Sigmoid").conv(16, relu=False).add("Tanh").head(10)
        .add("Sigmoid"),
        "curves2": Network(18, 2, 20).conv(12, relu=False).add("Tanh").pool("AveragePool").conv(24, 1).head(30)
        .add("Tanh"),
        "big": Network(19, 3, 112).conv(8, stride=2).conv(0, depthwise=True).conv(16, 1)
        .conv(0, stride=2, depthwise=True).conv(24, 1).conv(0, depthwise=True).head(200).add("Softmax"),
        "tiny": Network(20, 1, 8).conv(8).residual().conv(12, stride=2).conv(0, depthwise=True).conv(20, 1).head(16)
        .add("Softmax"),
        "tiny2": Network(21, 3, 10).conv(12).residual().conv(0, depthwise=True).conv(8, 1).conv(16).residual().head(24, 8),
        "tiny3": Network(22, 8, 6).conv(16, 1).conv(16).residual().conv(32, 3, 2).conv(0, depthwise=True).head(10),
        "windows": Network(23, 3, 32).conv(16, stride=2).conv(0, 5, depthwise=True).conv(24, 1).conv(0, 5, 2, True)
        .conv(40, 1).conv(0, 7, depthwise=True).conv(0, 5, depthwise=True).head(10),
        "windows2": Network(24, 4, 21).conv(24, 1).conv(0, 7, depthwise=True).conv(0, 5, 2, True).conv(33, 1)
        .conv(0, 5, depthwise=True).conv(0, 9, depthwise=True).head(8),
        "windows3": Network(25, 8, 48).conv(0, 5, depthwise=True).conv(12, 1, 2).conv(0, 7, 2, True).conv(28, 1)
        .conv(0, 7, depthwise=True).conv(0, 5, 2, True).head(5),
        "windows4": Network(26, 64, 7).conv(0, 5, depthwise=True).conv(96, 1).conv(0, 5, 2, True).conv(160, 1)
        .conv(0, 5, depthwise=True).conv(0, 7, depthwise=True).head(10),
        "flat": Network(12, 2, 30).conv(16, 7, 2).conv(0, depthwise=True).conv(16).conv(0, 3, 2, True).conv(12, 1).head(5),
    }
    return {name: network.save(folder / name) for name, network in networks.items()}


# ----------------------------------------------------------------------------------------------------------------------
# Counting and fitting
# ----------------------------------------------------------------------------------------------------------------------

def count(options, name, model, target):
    """The layers of a model on a target, with fast and with small kernels."""
    layers = []
    for optimize, io in RUNS[:1] if name in (*MODELS, "digits") else RUNS:
        result = options.reports / f"{name}-{target}.json"
        line = [options.edgecc, model, "--target", target, "--io", io, "--calib", model.parent / "calib.npy",
                "--precision", "s8", "--repair", "none", "--measure", "--optimize", optimize, "--report", result]
        run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"fit-costs.py: {name} for {target}: {run.stderr.strip()}")
        found = report.load(result)
        if not layers:
            total = found["latency"]["instructions"]
            layers += found["layers"]
        else:  # Only kernels that the first run has not; with -Os, asm makes most of those that matter.
            fast = {layer["kernel"] for layer in layers}
            layers += [dict(layer, only=True) for layer in found["layers"] if layer["kernel"] not in fast]
    return {"layers": [layer for layer in layers if not layer.get("only")], "total": total,
            "others": [layer for layer in layers if layer.get("only")]}


def count_decoding(options, model, target):
    """Instructions for a byte that decode_prefix decodes: of all that a model's layers have, coded and not."""
    found = {}
    for coding in "none", "entropy":
        result = options.reports / f"{coding}-{target}.json"
        line = [options.edgecc, model, "--target", target, "--calib", model.parent / "calib.npy", "--precision", "s8",
                "--repair", "none", "--measure", "--optimize", "size", "--coding", coding, "--report", result]
        subprocess.run([str(word) for word in line], capture_output=True, check=True)
        found[coding] = report.load(result)["layers"]
    pairs = [pair for pair in zip(found["none"], found["entropy"]) if pair[1]["coding"]]
    return (sum(coded["cycles"] - plain["cycles"] for plain, coded in pairs)
            / sum(plain["weight_bytes"] for plain, _ in pairs))


def kernel_of(layer):
    """Where a kernel's buffer lies makes no difference."""
    return layer["kernel"].removesuffix("_small")


def features(layer):
    channels = max(layer["channels"], 1)
    pixels, window = layer["outputs"] / channels, layer["macs"] / max(layer["outputs"], 1)
    blocks = pixels * np.ceil(channels / 4)
    return [layer["macs"], layer["macs"] / channels, layer["outputs"], pixels, layer["inputs"], channels, blocks,
            blocks * np.ceil(window / 16), 1]


def fit(layers):
    """Non-negative least squares of the relative error, by coordinate descent."""
    rows = np.array([features(layer) for layer in layers], dtype=float)
    counts = np.array([layer["cycles"] for layer in layers], dtype=float)
    # Small layers matter less: their error counts as that of 500 instructions.
    rows, goal = rows / (counts + 500)[:, None], counts / (counts + 500)
    scale = np.maximum(np.linalg.norm(rows, axis=0), 1e-12)
    rows /= scale
    gram, right = rows.T @ rows, rows.T @ goal
    x = np.zeros(len(right))
    for _ in range(20000):
        for k in range(len(x)):
            if gram[k, k] > 0:
                x[k] = max(0.0, x[k] + (right[k] - gram[k] @ x) / gram[k, k])
    return x / scale


def fit_all(layers):
    kernels = {}
    for layer in layers:
        kernels.setdefault(kernel_of(layer), []).append(layer)
    return {name: fit(found) for name, found in sorted(kernels.items())}


def predict(costs, layers):
    """The total, or None with a kernel that is not known."""
    if any(kernel_of(layer) not in costs for layer in layers):
        return None
    return sum(float(np.dot(costs[kernel_of(layer)], features(layer))) for layer in layers)


def left_out(counted, names):
    """For each model: counted, and predicted from all others."""
    rows = {}
    for name in names:
        others = [layer for other, found in counted.items() if other != name
                  for layer in found["layers"] + found["others"]]
        rows[name] = (counted[name]["total"], predict(fit_all(others), counted[name]["layers"]))
    return rows


def render(results):
    parts = ["""# Predicted instructions

Made by `tools/dev/fit-costs.py --write docs/benchmarks/cost-model.md`. Each model is predicted from the layers of all other
models and of made-up networks, and compared with its counted instructions. These functions, fitted to all models, are
`backends/costs/*.json`: what edgecc says of the latency where it cannot run the code.
"""]
    for target, rows in results.items():
        table = [[name, f"{counted:,}", "-" if predicted is None else f"{predicted:,.0f}",
                  "a kernel of its own" if predicted is None else f"{100 * (predicted / counted - 1):+.1f}%"]
                 for name, (counted, predicted) in rows.items()]
        parts += [f"\n## {target}\n", report.markdown(["model", "counted", "predicted", "error"], table)]
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--target", default=TARGETS)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=2) as pool:
        options.reports = pathlib.Path(folder)
        models = make_up(options.reports / "models")
        real = [name for name in MODELS if (options.folder / name / f"{name}.onnx").exists()]
        models.update({name: options.folder / name / f"{name}.onnx" for name in real})
        models["digits"] = PROJECT / "docs/examples/digits/digits.onnx"
        real.append("digits")
        for target in options.target.split(","):
            found = pool.map(lambda name, target=target: count(options, name, models[name], target), models)
            counted = dict(zip(models, found))
            costs = fit_all([layer for model in counted.values() for layer in model["layers"] + model["others"]])
            written = {kernel: {term: float(f"{value:.5g}") for term, value in zip(TERMS, values) if value > 0}
                       for kernel, values in costs.items()}
            written["decode_prefix"] = {"outputs": float(f"{count_decoding(options, models[real[0]], target):.5g}")}
            file = PROJECT / "backends/costs" / f"{target}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            results[target] = left_out(counted, real)
            print(f"{target}: {len(costs)} kernels", file=sys.stderr)
    text = render(results)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
