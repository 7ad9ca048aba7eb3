# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles small models with --verify, and lists those that fail.

    verify.py WORK-FOLDER [--int8] MODEL.onnxtxt... [-- EDGECC-OPTION...]

With --int8, made-up samples for calibration are written for every input. Prints "N models verified"; exit status 1,
with what edgecc said, if any failed.
"""
import pathlib
import re
import subprocess
import sys

MAKE_NPY = pathlib.Path(__file__).resolve().parents[2] / "Inputs" / "make_npy.py"
INPUT = re.compile(r'%arg\d+: tensor<([\dx]+)x(\w+)> \{edge.name = "([^"]*)"\}')
DTYPES = {"f32": "f4", "i64": "i8", "i32": "i4"}


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def must(*command):
    result = run(*command)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def make_samples(model, count=12):
    """A .npy file for each input, as --calib options; the model's own types say how they look."""
    signature = must("edgecc", model, "--emit", "onnx").split("->")[0]
    options = []
    for index, (shape, element, name) in enumerate(INPUT.findall(signature)):
        file = model.with_suffix(f".{index}.npy")
        dims = shape.split("x")
        must(sys.executable, MAKE_NPY, file, DTYPES[element], ",".join([str(count)] + dims))
        options += ["--calib", f"{name}={file}"]
    return options


def verify(work, text, int8, options):
    """What edgecc said against the model; empty if all is well."""
    model = work / f"{text.stem}.onnx"
    must("onnx-as", text, "-o", model)
    samples = make_samples(model) if int8 else []
    result = run("edgecc", model, "--verify=3", "-o", work / text.stem, *samples, *options)
    if result.returncode == 0 and "verified" in result.stdout:
        return ""
    return f"{text.stem}: exit status {result.returncode}\n{result.stdout}{result.stderr}"


def main():
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    words, options = words[:split], words[split + 1:]
    int8 = "--int8" in words
    work, *models = [pathlib.Path(word) for word in words if word != "--int8"]
    work.mkdir(parents=True, exist_ok=True)
    failures = [failure for model in models if (failure := verify(work, model, int8, options))]
    sys.stderr.write("\n".join(failures))
    print(f"{len(models) - len(failures)} models verified")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
