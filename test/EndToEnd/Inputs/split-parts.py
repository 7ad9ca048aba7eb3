# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Splits models at many places; the parts, run one after the other by ONNX Runtime, must compute what the whole does.

    split-parts.py WORK MODEL.onnx|MODEL.onnxtxt...     status 77 without onnx, onnxruntime

Without samples only floats cross, so that results are the same but for the order of sums.
"""
import json
import pathlib
import shutil
import subprocess
import sys

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TYPES = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(int32)": numpy.int32,
         "tensor(bool)": numpy.bool_, "tensor(uint8)": numpy.uint8, "tensor(int8)": numpy.int8}
PLACES = 4


def load(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def run(model, values):
    """All outputs of a model, by name; inputs are taken from `values`."""
    session = load(model)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {entry.name: values[entry.name] for entry in session.get_inputs()})))


def make_inputs(model):
    random = numpy.random.default_rng(1)
    values = {}
    for entry in load(model).get_inputs():
        shape = [size if isinstance(size, int) else 1 for size in entry.shape]
        dtype = TYPES[entry.type]
        values[entry.name] = (random.standard_normal(shape) if dtype == numpy.float32
                              else random.integers(0, 2, shape)).astype(dtype)
    return values


def split(work, model, place):
    system = {
        "tiers": [{"name": "device", "target": "generic", "clock_mhz": 100, "cycles_per_mac": 4},
                  {"name": "edge", "macs_per_second": 1e9}, {"name": "cloud", "macs_per_second": 1e10}],
        "links": [{"from": "device", "to": "edge", "bandwidth": 1e7}, {"from": "edge", "to": "cloud", "bandwidth": 1e7}],
        "arrivals": {"rate": 1e-3}, "constraints": {"place": place, "min_snr": 100},
    }
    (work / "system.json").write_text(json.dumps(system))
    return subprocess.run(["edgecc", str(model), "--split", str(work / "system.json"), "--name", "net", "-o",
                           str(work / "out")], capture_output=True, text=True)


def check(work, model, place):
    shutil.rmtree(work / "out", ignore_errors=True)
    result = split(work, model, place)
    if result.returncode:
        # Constants are on no tier, nodes of one kernel on the same.
        impossible = ("go in a circle", "names no node", "elsewhere", "--input-shape")
        return "no cut" if any(words in result.stderr for words in impossible) else "FAIL " + result.stderr.strip()
    inputs = make_inputs(model)
    whole = run(model, inputs)
    values = dict(inputs)
    for part in json.loads((work / "out/manifest.json").read_text())["parts"]:
        path = work / "out" / part["onnx"]
        onnx.checker.check_model(str(path))
        values.update(run(path, values))
    for name, expected in whole.items():
        if not numpy.allclose(expected, values[name], rtol=1e-4, atol=1e-5, equal_nan=True):
            return f"FAIL {name} differs by {numpy.abs(expected - values[name]).max()}"
    return "same"


def main():
    work = pathlib.Path(sys.argv[1])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    failures = 0
    for source in map(pathlib.Path, sys.argv[2:]):
        model = source
        if source.suffix == ".onnxtxt":
            model = work / (source.stem + ".onnx")
            subprocess.run(["onnx-as", str(source), "-o", str(model)], check=True)
        nodes = [node.name or f"{node.op_type}_{index}" for index, node in enumerate(onnx.load(model).graph.node)]
        results = [check(work, model, {})]
        for step in range(PLACES):
            first = nodes[len(nodes) * step // PLACES]
            results.append(check(work, model, {first: "edge"}))
            later = nodes[min(len(nodes) - 1, len(nodes) * step // PLACES + len(nodes) // 3)]
            if later != first:
                results.append(check(work, model, {first: "edge", later: "cloud"}))
        failures += sum(result.startswith("FAIL") for result in results)
        print(source.name, ", ".join(f"{results.count(kind)} {kind}" for kind in dict.fromkeys(results)))
    sys.exit(failures > 0)


main()
