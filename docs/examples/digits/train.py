#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains a small CNN on scikit-learn's handwritten digits and writes the files of this folder.

    python3 -m venv venv && venv/bin/pip install jax numpy scikit-learn onnx onnxruntime
    venv/bin/python train.py [FOLDER]

Writes digits.onnx (batch normalization left in the graph, as exporters do when they do not fold), calib.npy,
eval.npy and eval_labels.npy. Seeded: the same versions of the packages give the same files.
"""
import os

# Sums in one order, whatever the number of cores.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SEED, EPOCHS, BATCH, RATE, DECAY = 7, 60, 32, 3e-3, 1e-4
HELD_OUT, CALIBRATION = 400, 100
STEPS = (1797 - HELD_OUT) // BATCH  # an epoch
EPSILON, MOMENTUM = 1e-5, 0.9


def network(ops, x):
    """The model, written once: `ops` computes it, or writes it down as ONNX nodes."""
    x = ops.relu(ops.normalize("stem_bn", ops.conv("stem", x, 8, 3)))
    x = ops.relu(ops.normalize("depthwise_bn", ops.conv("depthwise", x, 8, 3, groups=8)))
    x = shortcut = ops.relu(ops.normalize("pointwise_bn", ops.conv("pointwise", x, 16, 1)))
    x = ops.normalize("residual_bn", ops.conv("residual", x, 16, 3))
    x = ops.max_pool(ops.relu(ops.add(x, shortcut)))
    x = ops.relu(ops.conv("head", x, 32, 3, bias=True))
    return ops.dense("classifier", ops.global_average(x), 10)


class Compute:
    """Evaluates the network with JAX. Weights that `params` lacks are made; the statistics that batch normalization saw
    are collected in `seen`."""

    def __init__(self, params, statistics, training, random=None):
        self.params, self.statistics, self.training, self.random = params, statistics, training, random
        self.seen = {}

    def weight(self, name, shape, fan_in):
        if name not in self.params:
            self.params[name] = jnp.asarray(self.random.normal(0, np.sqrt(2 / fan_in), shape), jnp.float32)
        return self.params[name]

    def fill(self, store, name, count, value):
        return store.setdefault(name, jnp.full([count], value, jnp.float32))

    def conv(self, name, x, channels, size, groups=1, bias=False):
        depth = x.shape[1] // groups
        w = self.weight(name + ".weight", (channels, depth, size, size), depth * size * size)
        y = jax.lax.conv_general_dilated(x, w, (1, 1), [(size // 2, size // 2)] * 2, feature_group_count=groups)
        return y + self.fill(self.params, name + ".bias", channels, 0.0)[:, None, None] if bias else y

    def normalize(self, name, x):
        count = x.shape[1]
        scale = self.fill(self.params, name + ".weight", count, 1.0)
        bias = self.fill(self.params, name + ".bias", count, 0.0)
        mean = self.fill(self.statistics, name + ".running_mean", count, 0.0)
        var = self.fill(self.statistics, name + ".running_var", count, 1.0)
        if self.training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.seen |= {name + ".running_mean": mean, name + ".running_var": var}
        factor = scale / jnp.sqrt(var + EPSILON)
        return (x - mean[:, None, None]) * factor[:, None, None] + bias[:, None, None]

    def relu(self, x):
        return jax.nn.relu(x)

    def add(self, a, b):
        return a + b

    def max_pool(self, x):
        return x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).max((3, 5))

    def global_average(self, x):
        return x.mean((2, 3))

    def dense(self, name, x, count):
        w = self.weight(name + ".weight", (count, x.shape[1]), x.shape[1])
        return x @ w.T + self.fill(self.params, name + ".bias", count, 0.0)


class Export:
    """Writes the network down as ONNX nodes, named and with attributes as PyTorch's exporter does."""

    def __init__(self, weights):
        self.weights, self.nodes, self.initializers = weights, [], []

    def emit(self, op, inputs, result=None, **attributes):
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [result or f"/{name}_output"], name, **attributes))
        return self.nodes[-1].output[0]

    def constant(self, name):
        self.initializers.append(numpy_helper.from_array(np.asarray(self.weights[name]), name))
        return name

    def conv(self, name, x, channels, size, groups=1, bias=False):
        inputs = [x, self.constant(name + ".weight")] + ([self.constant(name + ".bias")] if bias else [])
        return self.emit("Conv", inputs, dilations=[1, 1], group=groups, kernel_shape=[size, size],
                         pads=[size // 2] * 4, strides=[1, 1])

    def normalize(self, name, x):
        parts = [self.constant(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        return self.emit("BatchNormalization", [x] + parts, epsilon=EPSILON, momentum=MOMENTUM)

    def relu(self, x):
        return self.emit("Relu", [x])

    def add(self, a, b):
        return self.emit("Add", [a, b])

    def max_pool(self, x):
        return self.emit("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])

    def global_average(self, x):
        return self.emit("Flatten", [self.emit("GlobalAveragePool", [x])], axis=1)

    def dense(self, name, x, count):
        return self.emit("Gemm", [x, self.constant(name + ".weight"), self.constant(name + ".bias")], transB=1)


def loss(params, statistics, images, labels):
    ops = Compute(params, statistics, training=True)
    scores = jax.nn.log_softmax(network(ops, images))
    return -jnp.take_along_axis(scores, labels[:, None], 1).mean(), ops.seen


@jax.jit
def step(params, statistics, moments, index, images, labels):
    """One step of Adam with decoupled weight decay, the rate falling along half a cosine."""
    (_, seen), slope = jax.value_and_grad(loss, has_aux=True)(params, statistics, images, labels)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], slope)
    second = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, moments[1], slope)
    total = EPOCHS * STEPS
    rate = RATE * 0.5 * (1 + jnp.cos(jnp.pi * index / total))
    update = lambda p, m, v: p - rate * (m / (1 - 0.9 ** (index + 1)) / (
        jnp.sqrt(v / (1 - 0.99 ** (index + 1))) + 1e-8) + DECAY * p)
    params = jax.tree.map(update, params, first, second)
    statistics = jax.tree.map(lambda old, new: MOMENTUM * old + (1 - MOMENTUM) * new, statistics, seen)
    return params, statistics, (first, second)


def shifted(images, random):
    """Each image moved by up to one pixel: people do not write in the middle of the box."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    offsets = random.choice(3, (len(images), 2), p=[0.15, 0.7, 0.15])
    return np.stack([image[:, y:y + 8, x:x + 8] for image, (y, x) in zip(padded, offsets)])


def train(images, labels):
    random = np.random.default_rng(SEED)
    params, statistics = {}, {}
    network(Compute(params, statistics, training=False, random=random), jnp.asarray(images[:1]))
    moments = (jax.tree.map(jnp.zeros_like, params),) * 2
    index = 0
    for _ in range(EPOCHS):
        order = random.permutation(len(images))
        for start in range(0, len(images) - BATCH + 1, BATCH):
            rows = order[start:start + BATCH]
            params, statistics, moments = step(params, statistics, moments, index, shifted(images[rows], random),
                                               labels[rows])
            index += 1
    return params | statistics


def export(weights, path):
    ops = Export(weights)
    ops.emit("Softmax", [network(ops, "image")], "probabilities", axis=-1)
    graph = helper.make_graph(
        ops.nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])], ops.initializers)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)],
                              producer_name="edgecc docs/examples/digits/train.py")
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def accuracy(path, images, labels):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    answers = [session.run(None, {"image": image[None]})[0].argmax() for image in images]
    return (np.array(answers) == labels).mean()


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    digits = load_digits()
    images = digits.images.astype(np.float32)[:, None]
    order = np.random.default_rng(SEED).permutation(len(images))
    images, labels = images[order], digits.target[order].astype(np.int64)
    held_out, rest = slice(0, HELD_OUT), slice(HELD_OUT, None)
    weights = train(images[rest], labels[rest])
    export(weights, folder / "digits.onnx")
    np.save(folder / "calib.npy", images[rest][:CALIBRATION])
    np.save(folder / "eval.npy", images[held_out])
    np.save(folder / "eval_labels.npy", labels[held_out])
    print(f"top-1 on {HELD_OUT} held-out digits: {accuracy(folder / 'digits.onnx', images[held_out], labels[held_out]):.2%}")


if __name__ == "__main__":
    main()
