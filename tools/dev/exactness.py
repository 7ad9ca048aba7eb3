#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs models in every integer precision on every kind of target and compares all outputs with the reference interpreter.

    tools/dev/exactness.py FOLDER [--write FILE.md] [--samples N] [--edgecc PROGRAM]

FOLDER holds NAME/NAME.onnx with NAME/calib.npy. Each run is an `edgecc --verify=N`, with --repair none, as repair changes
weights, not arithmetic. Prints (or writes) a table of models and precisions; a cell names the targets whose bits are the
interpreter's, and what stands in the way of others. Exit status 1 if any bit differs, or a run fails for another reason
than a model that is too large for the emulated board.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = {"generic": "generic", "x86-avx2": "AVX2", "cortex-a53": "A53", "cortex-m0plus": "M0+", "cortex-m4": "M4",
           "cortex-m55": "M55"}
PRECISIONS = ["s8", "s16x8", "s8w4"]
TOO_LARGE = "too large for the board"
# What a model needs besides samples for its first input.
OPTIONS = {"dtln_1": ["--stateful", "input_3=tf_op_layer_stack_2"]}


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--samples", type=int, default=2)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    return parser.parse_args()


def run(options, model, precision, target):
    """(outcome, why not): "same", "float", "differs", or "no" where it does not come to that."""
    line = [options.edgecc, model, "--target", target, "--calib", model.parent / "calib.npy", "--precision", precision,
            "--repair", "none", f"--verify={options.samples}", "--report", options.reports / f"{model.stem}-{target}.json", *OPTIONS.get(model.stem, [])]
    done = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ("same", "") if "equal bit for bit" in done.stdout else ("float", "")
    reason = next((text for text in done.stderr.splitlines() if "error:" in text), done.stderr[:200])
    if "too large for the board" in reason:
        return "no", TOO_LARGE
    return ("differs" if "reference interpreter computes" in reason else "no"), reason.split("error:")[-1].strip()


def cell(outcomes):
    same = [name for name, (outcome, _) in outcomes.items() if outcome == "same"]
    close = [name for name, (outcome, _) in outcomes.items() if outcome == "float"]
    parts = ["all" if len(same) == len(outcomes) else ", ".join(same)] if same else []
    if close:
        parts.append("float parts: " + ("all" if len(close) == len(outcomes) else ", ".join(close)))
    parts += [f"{name}: {outcome if outcome == 'differs' else why}" for name, (outcome, why) in outcomes.items()
              if outcome in ("no", "differs")]
    return "; ".join(parts)


def main():
    options = read_command_line()
    models = [path for path in sorted(options.folder.glob("*/*.onnx"))
              if path.stem == path.parent.name and (path.parent / "calib.npy").exists()]
    if not models:
        sys.exit(f"exactness.py: no model with calibration samples in {options.folder}")
    jobs = [(model, precision, target) for model in models for precision in PRECISIONS for target in TARGETS]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=2) as pool:
        options.reports = pathlib.Path(folder)
        results = dict(zip(jobs, pool.map(lambda job: run(options, *job), jobs)))
    rows = [[model.stem] + [cell({TARGETS[target]: results[model, precision, target] for target in TARGETS})
                            for precision in PRECISIONS] for model in models]
    text = f"""# The same bits on every target

Made by `tools/dev/exactness.py FOLDER --write docs/benchmarks/exactness.md`: every output of {options.samples} samples, computed by the
generated code on {", ".join(TARGETS.values())} (Arm under QEMU), against the reference interpreter. "All" means equal, bit
for bit, on all of them; a network with layers in float may differ in rounding there.

""" + report.markdown(["model"] + PRECISIONS, rows) + "\n"
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    sys.exit(any(outcome == "differs" or (outcome == "no" and why != TOO_LARGE) for outcome, why in results.values()))


if __name__ == "__main__":
    main()
