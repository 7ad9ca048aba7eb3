#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles models under random budgets: each has to be met as measured, or refused with limits that hold.

    tools/dev/random-budgets.py [--count N] [--seed N] [--models FOLDER] [--only NAME,...] [--targets NAME,...]
                                [--edgecc PROGRAM] [--out DIR]

Budgets are fractions of what the model takes without any. Of a refusal every suggestion is tried: edgecc is called again
with it, and has to succeed. Without --models only the project's own digits example is compiled. One line is printed for
each budget. Exit status 1 if any of them is neither met nor refused with a suggestion that holds, 77 if nothing can be linked or run here.
"""
import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
UNITS = {"--ram": ("ram", 1, ""), "--flash": ("flash", 1, ""), "--latency": ("latency", 1, "ms"), "--max-drop": ("drop", 1, "")}


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--targets", default="cortex-m4,cortex-m7,cortex-m0plus")
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/budgets")
    return parser.parse_args()


def find_models(options):
    models = [PROJECT / "docs/examples/digits/digits.onnx"]
    if options.models:
        models += sorted(folder / f"{folder.name}.onnx" for folder in options.models.iterdir()
                         if (folder / f"{folder.name}.onnx").exists() and (folder / "eval_labels.npy").exists())
    names = [name for name in options.only.split(",") if name]
    return [model for model in models if not names or model.stem in names]


class Compiler:
    def __init__(self, options):
        self.options = options
        self.usual = {}

    def run(self, model, target, limits):
        result = self.options.out / "report.json"
        result.unlink(missing_ok=True)
        folder = model.parent
        line = [self.options.edgecc, model, "--target", target, "--io", "quantized", "--calib", folder / "calib.npy",
                "--eval", folder / "eval.npy", "--labels", folder / "eval_labels.npy", "--measure", "--report", result, *limits]
        run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
        found = report.load(result) if run.returncode == 0 else None
        return run.returncode, run.stderr, found

    def usual_figures(self, model, target):
        """What the model takes without a budget."""
        if (model, target) not in self.usual:
            status, text, found = self.run(model, target, [])
            if status != 0:
                sys.exit(f"random-budgets.py: {model.stem} for {target}: {text.strip()}")
            self.usual[model, target] = figures(found)
        return self.usual[model, target]


def figures(found):
    return {"ram": found["ram"]["total"], "flash": found["flash"]["total"], "latency": found["latency"]["ms"],
            "drop": found["accuracy"]["drop"]}


def draw_limits(usual):
    """Two or three kinds of budgets, around what is usual."""
    limits = []
    for option in random.sample(sorted(UNITS), random.choice([1, 2, 2, 3])):
        name, _, unit = UNITS[option]
        if option == "--max-drop":
            limits += [option, f"{random.choice([0.25, 0.5, 1, 2, 4])}"]
        else:
            value = usual[name] * random.uniform(0.35, 1.3)
            limits += [option, f"{value:.3f}{unit}" if unit else f"{int(value)}"]
    return limits


def holds(found, limits):
    taken = figures(found)
    for option, limit in zip(limits[::2], limits[1::2]):
        name = UNITS[option][0]
        value = float(limit.rstrip("msK")) * (1024 if limit.endswith("K") else 1)
        if taken[name] > value * (1 + 1e-9):
            return False
    return True


def widen(limits, suggestion):
    """The limits with those of a suggestion in their places."""
    words = suggestion.replace(",", "").replace("together", "").split()
    wider = dict(zip(limits[::2], limits[1::2]))
    wider.update(zip(words[::2], words[1::2]))
    return [word for pair in wider.items() for word in pair]


def judge(compiler, model, target, limits):
    """Whether all is well, and what happened."""
    status, text, found = compiler.run(model, target, limits)
    if status == 0:
        return holds(found, limits), "met"
    if status != 2:
        return False, f"exit status {status}: {text.strip()}"
    suggestions = re.findall(r"the nearest that would hold: (.*)", text)
    for suggestion in suggestions:
        wider = widen(limits, suggestion)
        again, _, found = compiler.run(model, target, wider)
        if again != 0 or not holds(found, wider):
            return False, f"refused; '{suggestion}' does not hold"
    return bool(suggestions), "refused; would hold: " + "; ".join(suggestions)


def main():
    options = read_command_line()
    if not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"):
        print("random-budgets.py: skipped: needs arm-none-eabi-gcc and qemu-system-arm, as flash is that of a linked image")
        sys.exit(77)
    options.out.mkdir(parents=True, exist_ok=True)
    random.seed(options.seed)
    models, targets = find_models(options), options.targets.split(",")
    compiler = Compiler(options)
    failures = 0
    for number in range(options.count):
        model, target = random.choice(models), random.choice(targets)
        limits = draw_limits(compiler.usual_figures(model, target))
        good, what = judge(compiler, model, target, limits)
        failures += not good
        print(f"{number + 1:4} {'ok  ' if good else 'FAIL'} {model.stem} {target} {' '.join(limits)}: {what}", flush=True)
    print(f"{options.count - failures} of {options.count} budgets met, or refused with limits that hold")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
