#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles models under the budgets that edgecc has to meet, and prints what came out.

    tools/dev/budget-table.py [FOLDER] [--write FILE.md] [--edgecc PROGRAM] [--out DIR]

FOLDER holds NAME/NAME.onnx with calib.npy, eval.npy and eval_labels.npy (default ../shared/models beside the project).
--write puts the table into FILE.md (docs/budget-results.md), else it is printed. Every result is verified bit for bit
against the reference interpreter. Exit status 1 if a budget is not met.
"""
import argparse
import pathlib
import subprocess
import sys

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
# Model, target, input and output, limits and other options.
ROWS = [
    ("resnet8_cifar10", "cortex-m4", "quantized", "--flash 64K --max-drop 1.0"),
    ("resnet8_cifar10", "cortex-m4", "quantized", "--prune 0.18"),
    ("resnet8_cifar10", "cortex-m4", "quantized", "--latency 81ms --max-drop 2.0"),
    ("vww_mobilenetv1", "cortex-m4", "quantized", "--prune lossless"),
    ("kws_dscnn", "cortex-m0plus", "quantized", "--ram 6K --flash 40K --latency 400ms --max-drop 1.0"),
    ("ad_autoencoder", "cortex-m4", "quantized", "--flash 160K --metric auc --max-drop 1.0"),
    ("rt_gru", "cortex-m4", "float", "--flash 96K --max-drop 1.0"),
]


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/budgets")
    return parser.parse_args()


def compile_row(options, row):
    """The report, or what edgecc says in its place."""
    name, target, io, limits = row
    folder, result = options.folder / name, options.out / "row.json"
    line = [options.edgecc, folder / f"{name}.onnx", "--target", target, "--io", io, "--calib", folder / "calib.npy",
            "--eval", folder / "eval.npy", "--labels", folder / "eval_labels.npy", "--measure", "--verify",
            "--report", result, *limits.split()]
    run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
    return (report.load(result), "") if run.returncode == 0 else (None, run.stderr.strip())


def describe(row, found, refused):
    name, target, _, limits = row
    if not found:
        return [name, target, limits, "no", "-", "-", "-", "-", refused.splitlines()[0].split(": ", 2)[-1]]
    latency = found["latency"]
    return [name, target, limits, "yes", *report.accuracy(found), f"{found['ram']['total']:,}", f"{found['flash']['total']:,}",
            f"{latency['instructions']:,} ({latency['ms']:.1f} ms)"]


def main():
    options = read_command_line()
    options.out.mkdir(parents=True, exist_ok=True)
    lines, failures = [], 0
    for row in ROWS:
        if not (options.folder / row[0]).exists():
            print(f"budget-table.py: no {row[0]} in {options.folder}: skipped", file=sys.stderr)
            continue
        found, refused = compile_row(options, row)
        failures += not found or not report.field(found, "verify", "exact")
        lines.append(describe(row, found, refused))
        print(" | ".join(lines[-1]), file=sys.stderr, flush=True)
    text = """# Budgets that are met

Made by `tools/dev/budget-table.py --write docs/budget-results.md`. Every figure is measured on the code that comes out, which
gives the reference interpreter's bits; accuracy is that of samples that calibration has not seen.

""" + report.markdown(["model", "target", "asked for", "met", "float", "compiled", "drop", "RAM", "flash", "instructions"],
                      lines) + "\n"
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
