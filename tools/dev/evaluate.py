#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles models for targets, verifies, measures, and prints one markdown table.

    tools/dev/evaluate.py FOLDER... [--target T,T...] [--float | --write FILE.md] [--edgecc PROGRAM] [--out DIR]
                          [-- EDGECC-OPTION...]

FOLDER holds NAME.onnx, with calib.npy, eval.npy and eval_labels.npy beside it where there are any, or it holds such
folders. --write puts tables of integers and of floats into FILE.md (docs/results.md). What edgecc wrote stays in
DIR/NAME/TARGET (default build/evaluate). Exit status 1 if any run failed.
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
TITLE = """# Results

Models of the MLPerf Tiny kind (not part of this repository), made by

```
tools/dev/evaluate.py ../shared/models/{{{names}}} \\
  --target {targets} --write docs/results.md
```

Accuracy is measured on samples that calibration never saw: top-1 in per cent, AUC × 100 for ad_autoencoder. RAM total is
arena and measured stack; flash is the linked image on Cortex-M, else text and constants of the object file; instructions are
counted by QEMU, or on the host, for one inference with float inputs and outputs. `same bits`: eight samples, equal bit for
bit to the reference interpreter. Cortex-A and x86 stand beside their peers in [neon.md](benchmarks/neon.md) and
[x86.md](benchmarks/x86.md).
"""


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=pathlib.Path)
    parser.add_argument("--target", default=TARGETS, help=f"with commas between them (default {TARGETS})")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--float", action="store_true", help="no calibration data, hence float code")
    kinds.add_argument("--write", type=pathlib.Path)
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
    print(f"{model.stem} {target}: exit {result.returncode}, {time.monotonic() - start:.1f} s", file=sys.stderr)
    if result.returncode != 0:
        print(f"{' '.join(line)}\n{result.stderr}", file=sys.stderr)
        return [model.stem, target] + ["-"] * (len(report.COLUMNS) - 1) + [f"exit {result.returncode}"], False
    return [model.stem, target] + report.cells(report.load(folder / "report.json")), True


def evaluate_all(options, models):
    """The table, and whether edgecc succeeded everywhere."""
    results = [evaluate(options, model, target) for model in models for target in options.target.split(",")]
    table = report.markdown(["model", "target"] + report.COLUMNS, [row for row, _ in results])
    return table, all(success for _, success in results)


def write_document(options, models):
    text = TITLE.format(names=",".join(model.stem for model in models), targets=options.target)
    good = True
    for heading, options.float in (("int8, calibrated with `calib.npy`", False), ("float32", True)):
        table, success = evaluate_all(options, models)
        text += f"\n## {heading}\n\n{table}\n"
        good &= success
    options.write.write_text(text, encoding="utf-8")
    return good


def main():
    options = read_command_line()
    models = find_models(options.folder)
    if options.write:
        sys.exit(0 if write_document(options, models) else 1)
    table, good = evaluate_all(options, models)
    print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
