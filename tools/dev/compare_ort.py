#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the reference interpreter with ONNX Runtime.

    tools/dev/compare_ort.py FOLDER... [--bin BUILD/bin] [--tolerance 1e-4]

FOLDER holds .onnx files, or folders of them. Inputs are samples that lie beside the model where their size fits: INPUT.npy,
eval_INPUT.npy, calib_INPUT.npy, eval.npy or calib.npy, first axis: samples. Else they are made up. Networks that pick
and sort (detectors) agree on real samples only: on noise, all scores are alike. For every output, prints the largest difference relative to the largest
value that ONNX Runtime gives. Exit status 0 if all are within the tolerance, 1 if not, 77 (ctest: skipped) where there
are no models, or no numpy or onnxruntime from PyPI. Models with operators that edgecc does not have are named, not
counted.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
ARGUMENT = re.compile(r'%arg\d+: tensor<(?:([\dx]+)x)?(\w+)> \{edge.name = "([^"]*)"\}')
RESULT = re.compile(r"^sample 0 result (\d+): .* = \[(.*)\] hash")
DTYPES = {"f32": "float32", "i64": "int64", "i32": "int32", "i8": "int8", "ui8": "uint8", "i1": "bool"}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import numpy as np
    import onnxruntime as ort
except ImportError as missing:
    skip(f"{missing}; pip install numpy onnxruntime")


def find_sample(model, name, shape, dtype):
    """The first sample for an input in the model's folder that has its shape, or None."""
    for stem in [name, f"eval_{name}", f"calib_{name}", "eval", "calib"]:
        path = model.parent / f"{stem}.npy"
        if "/" in stem or not path.is_file():
            continue
        samples = np.load(path, mmap_mode="r")
        fits = samples.ndim and len(samples) and samples[0].size == np.prod(shape, dtype=int)
        if fits and samples.dtype.kind == dtype.kind:
            return np.asarray(samples[0], dtype).reshape(shape)
    return None


def make_inputs(model, module, folder):
    """Files and values for the arguments of @main, by name; and where they are from."""
    random = np.random.default_rng(7)
    files, feeds, sources = [], {}, set()
    for dims, element, name in ARGUMENT.findall(module.split("->")[0]):
        shape = [int(dim) for dim in dims.split("x")] if dims else []
        dtype = np.dtype(DTYPES[element])
        data = find_sample(model, name, shape, dtype)
        sources.add("noise" if data is None else "sample")
        if data is None:
            data = random.uniform(-1, 1, shape) if dtype.kind == "f" else random.integers(0, 2, shape)
        feeds[name] = np.asarray(data, dtype)
        files.append(folder / f"{len(files)}.npy")
        np.save(files[-1], feeds[name][None])
    return files, feeds, "+".join(sorted(sources))


def interpret(program, module, files):
    elements = f"--edge-interpret=inputs={','.join(map(str, files))} samples=1 elements={1 << 40}"
    run = subprocess.run([program / "edgecc-opt", "-", elements, "-o", "/dev/null"], input=module, text=True,
                         capture_output=True, check=False)
    if run.returncode:
        return None, run.stderr
    found = [RESULT.match(line) for line in (run.stdout + run.stderr).splitlines()]
    return [np.array([float(word) for word in match[2].split(",") if word.strip()]) for match in found if match], ""


def compare(program, model, tolerance):
    """(whether it agrees, what to print)"""
    imported = subprocess.run([program / "edgecc", model, "--emit", "onnx"], text=True, capture_output=True,
                              check=False)
    if imported.returncode:
        return None, "not imported: " + imported.stderr.strip().splitlines()[0]
    with tempfile.TemporaryDirectory() as folder:
        files, feeds, source = make_inputs(model, imported.stdout, pathlib.Path(folder))
        have, message = interpret(program, imported.stdout, files)
    if have is None:
        return False, "not interpreted: " + message
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    expected = [np.asarray(value, np.float64).ravel() for value in session.run(None, feeds)]
    if [len(value) for value in have] != [len(value) for value in expected]:
        return False, f"has outputs of {[len(value) for value in have]} elements"
    worst = max(np.abs(a - b).max(initial=0) / max(np.abs(b).max(initial=0), 1e-6) for a, b in zip(have, expected))
    return bool(worst <= tolerance), f"{worst:.2e} ({source})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=pathlib.Path)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build/bin")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    models = sorted(path for folder in options.folder for path in folder.rglob("*.onnx"))
    if not models:
        skip(f"no models in {', '.join(map(str, options.folder))}")
    failed = agreed = 0
    for model in models:
        ok, text = compare(options.bin, model, options.tolerance)
        print(f"{model.stem:28} {'agrees' if ok else 'not compared' if ok is None else 'DIFFERS'}  {text}", flush=True)
        failed += ok is False
        agreed += ok is True
    print(f"{agreed} agree, {failed} differ, of {len(models)}")
    sys.exit(1 if failed or not agreed else 0)


main()
