#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles models for targets, verifies, measures, and prints one markdown table.

    tools/dev/evaluate.py FOLDER... [--target T,T...] [--float] [--edgecc PROGRAM] [--out DIR] [-- EDGECC-OPTION...]

FOLDER holds NAME.onnx, with calib.npy, eval.npy and eval_labels.npy beside it where there are any, or it holds such
folders. What edgecc wrote stays in DIR/NAME/TARGET (default build/evaluate). Exit status 1 if any run failed.
"""
import argparse
import pathlib
import subprocess
import sys
import time

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = "generic,x86-avx2,cortex-m4,cortex-m7,cortex-a53"
# The metric is top-1 unless a model stands here. An autoencoder's score is the error of what it rebuilds.
METRICS = {"ad_autoencoder": "auc"}


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=pathlib.Path)
    parser.add_argument("--target", default=TARGETS, help=f"with commas between them (default {TARGETS})")
    parser.add_argument("--float", action="store_true", help="no calibration data, hence float code")
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/evaluate")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    options.extra = arguments[split + 1:]
    return options


def find_models(folders):
    models = []
    for folder in folders:
        found = sorted(folder.glob("*.onnx")) or sorted(
            path for path in folder.glob("*/*.onnx") if path.stem == path.parent.name)
        if not found:
            sys.exit(f"evaluate.py: no model in {folder}")
        models += found
    return models


def command(options, model, target, folder):
    line = [options.edgecc, model, "--target", target, "-o", folder, "--verify", "--measure", "--report",
            folder / "report.json"]
    data = [("--calib", "calib.npy"), ("--eval", "eval.npy"), ("--labels", "eval_labels.npy")]
    for flag, name in data[1 if options.float else 0:]:
        if (model.parent / name).exists():
            line += [flag, model.parent / name]
    if "--labels" in line:
        line += ["--metric", METRICS.get(model.stem, "top1")]
    return [str(word) for word in line + options.extra]


def evaluate(options, model, target):
    """One row of the table, and whether edgecc succeeded."""
    folder = options.out / model.stem / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").unlink(missing_ok=True)
    line = command(options, model, target, folder)
    start = time.monotonic()
    result = subprocess.run(line, capture_output=True, text=True, check=False)
    seconds = f"{time.monotonic() - start:.1f}"
    if result.returncode != 0:
        print(f"{' '.join(line)}\n{result.stderr}", file=sys.stderr)
        return [model.stem, target] + ["-"] * (len(report.COLUMNS) - 1) + [f"exit {result.returncode}", seconds], False
    return [model.stem, target] + report.cells(report.load(folder / "report.json")) + [seconds], True


def main():
    options = read_command_line()
    rows, good = [], True
    for model in find_models(options.folder):
        for target in options.target.split(","):
            row, success = evaluate(options, model, target)
            print(f"{model.stem} {target}: {row[-2]} {row[-1]} s", file=sys.stderr)
            rows.append(row)
            good &= success
    print(report.markdown(["model", "target"] + report.COLUMNS + ["seconds"], rows))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
