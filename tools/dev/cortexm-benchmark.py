#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles int8 models for Cortex-M cores, verifies, measures, and prints tables beside what TFLite Micro takes.

    tools/dev/cortexm-benchmark.py [FOLDER] [--write FILE.md] [--edgecc PROGRAM] [--out DIR]

FOLDER holds NAME/NAME.onnx with NAME/calib.npy (default ../shared/models beside the project); the project's own example
is always measured. --write puts the tables into FILE.md (docs/benchmarks/cortex-m.md), else they are printed. Reports
stay in DIR (default build/benchmark). Exit status 1 if a model does not compile or is not bit-exact.
"""
import argparse
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
CORES = ["cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "cortex-m0plus"]
SHORT = {"cortex-m4": "M4", "cortex-m7": "M7", "cortex-m33": "M33", "cortex-m55": "M55", "cortex-m0plus": "M0+"}
MODELS = {"resnet8_cifar10": "resnet8", "vww_mobilenetv1": "vww", "kws_dscnn": "kws", "ad_autoencoder": "ad"}

# TFLite Micro with CMSIS-NN (kernels -O2, CMSIS-NN -Ofast) on MLPerf Tiny's int8 models, counted in the same way, by
# QEMU 7.2 and gcc 12.2: instructions by core, then arena and what of the image is no weights, on a Cortex-M4.
TFLM = {
    "resnet8": ([29_874_279, 29_937_971, 29_931_391, 4_811_139, 97_571_499], 54_996, 82_344),
    "vww": ([24_101_967, 24_484_052, 24_542_292, 6_433_813, 86_879_379], 100_708, 88_704),
    "kws": ([7_699_897, 7_763_353, 7_803_170, 1_787_512, 29_011_436], 22_820, 88_704),
    "ad": ([582_354, 582_655, 582_580, 149_988, 1_763_071], 2_580, 34_616),
}

# Cycles of the Cortex-M4's instructions by its Technical Reference Manual (table 3-1), from memory without wait states.
# A load that another follows takes less, a taken branch up to three more; both stand for what is usual. LDRD, which moves
# two words, is a load like others here, hence the half.
CYCLES_M4 = {"alu": 1, "mul": 1, "simd_mac": 1, "div": 7, "branch": 2.5, "load": 2.5, "store": 1,
             "load_store_multiple": 1, "multiple_words": 1}
# Milliseconds on an STM32L4R5 at 120 MHz, published by MLCommons (MLPerf Tiny): X-CUBE-AI 10.2, Plumerai.
BOARD_HZ = 120_000_000
PUBLISHED = {"resnet8": (165.7, 173.2), "vww": (89.4, 208.6), "kws": (43.4, 71.7), "ad": (4.79, 5.57)}


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/benchmark")
    return parser.parse_args()


def find_models(folder):
    models = {short: folder / name / f"{name}.onnx" for name, short in MODELS.items()}
    models = {short: path for short, path in models.items() if path.exists()}
    return {**models, "digits": PROJECT / "docs/examples/digits/digits.onnx"}


def measure(options, name, model, core, extra=(), io="quantized"):
    """The report of a model on a core; quantized: its tensors are int8 outside as well."""
    result = options.out / f"{name}-{core}-{io}{''.join(extra).replace('-', '_')}.json"
    line = [options.edgecc, model, "--target", core, "--io", io, "--calib", model.parent / "calib.npy",
            "--measure", "--verify", "--report", result, *extra]
    run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"cortexm-benchmark.py: {name} for {core}: {run.stderr.strip()}")
    found = report.load(result)
    if not report.field(found, "verify", "exact"):
        sys.exit(f"cortexm-benchmark.py: {name} for {core} differs from the reference interpreter")
    return found


def measure_tight(options, name, model, core, extra=()):
    """The report with the least RAM: what a budget that is too small says is needed."""
    line = [options.edgecc, model, "--target", core, "--io", "quantized", "--calib", model.parent / "calib.npy",
            "--ram", "1", "--report", options.out / "refused.json", *extra]
    run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
    least = re.search(r"RAM: ([0-9,]+) bytes", run.stderr)
    if not least:
        sys.exit(f"cortexm-benchmark.py: {name} for {core}: {run.stderr.strip()}")
    return measure(options, name, model, core, ["--ram", least[1].replace(",", ""), *extra])


def times(other, ours):
    return f"{other / ours:.2f}×"


def instruction_rows(models, reports):
    rows = []
    for name in models:
        row = [name]
        for index, core in enumerate(CORES):
            count = reports[name, core]["latency"]["instructions"]
            theirs = TFLM[name][0][index] if name in TFLM else None
            row.append(f"{count:,}" + (f" ({times(theirs, count)})" if theirs else ""))
        rows.append(row)
    return rows


def memory_rows(models, reports, small, inside):
    rows = []
    for name in models:
        found = reports[name, "cortex-m4"]
        arena, code = found["ram"]["arena"], found["flash"]["code"]
        tflm = TFLM.get(name, (None, None, None))
        rows.append([name, f"{arena:,}", f"{inside[name]['ram']['arena']:,}", report.number(tflm[1]), f"{found['ram']['stack']:,}",
                     f"{found['flash']['weights']:,}", f"{code:,}", report.number(tflm[2]),
                     f"{small[name]['flash']['weights']:,}", f"{small[name]['flash']['code']:,}",
                     f"{small[name]['latency']['instructions']:,}"])
    return rows


def tight_rows(models, reports, tight, tight_inside):
    rows = []
    for name in models:
        full, found, inside = reports[name, "cortex-m4"], tight[name], tight_inside[name]
        before, after = full["latency"]["instructions"], found["latency"]["instructions"]
        rows.append([name, f"{full['ram']['arena']:,}", f"{found['ram']['arena']:,}", f"{found['ram']['stack']:,}",
                     f"{after:,}", f"{100 * (after - before) / before:+.1f}%", f"{found['flash']['code']:,}",
                     f"{inside['ram']['arena']:,}", f"{inside['latency']['instructions']:,}"])
    return rows


def cycle_rows(models, reports):
    rows = []
    for name in models:
        classes = reports[name, "cortex-m4"]["latency"]["classes"]
        cycles = sum(CYCLES_M4.get(key, 1) * count for key, count in classes.items())
        published = [f"{value:.1f}" if value else "-" for value in PUBLISHED.get(name, (None, None))]
        instructions = reports[name, "cortex-m4"]["latency"]["instructions"]
        rows.append([name, f"{cycles:,.0f}", f"{cycles / instructions:.2f}", f"{1000 * cycles / BOARD_HZ:.1f}"] + published)
    return rows


def class_rows(models, reports, core):
    """Shares of the classes that make up most of any model."""
    counts = {name: reports[name, core]["latency"]["classes"] for name in models}
    names = sorted({c for count in counts.values() for c in count if c != "multiple_words"},
                   key=lambda c: -max(count.get(c, 0) / sum(count.values()) for count in counts.values()))[:8]
    rows = []
    for name, count in counts.items():
        total = sum(value for key, value in count.items() if key != "multiple_words")
        rows.append([name] + [f"{100 * count.get(c, 0) / total:.1f}%" for c in names])
    return [c.replace("_", " ") for c in names], rows


def render(models, reports, small, inside, tight, tight_inside):
    short = [SHORT[core] for core in CORES]
    parts = ["""# int8 on Cortex-M

Made by `tools/dev/cortexm-benchmark.py --write docs/benchmarks/cortex-m.md`: MLPerf Tiny's four models and the project's
[digits](../examples/digits), quantized from their float models, with `--io quantized`. Every run is bit-exact with the
reference interpreter (`--verify`). Instructions are those of one whole `run`, counted by QEMU 7.2; they are no cycles.
[Why the kernels are as they are](../rationale/cortexm-kernels.md), with figures of depthwise layers that these models do not have.

## Instructions per inference

In brackets, how many times as many TFLite Micro with CMSIS-NN takes on the official int8 model on that core.
""", report.markdown(["model"] + short, instruction_rows(models, reports)), """
## Memory on a Cortex-M4

Bytes. Inputs and outputs are memory of the caller's. TFLite Micro's arena holds them; so does the second column, which is
that of `--inputs arena`: the input has its place in there. `code` is the linked image without weights: start-up and libm
are in it. The last three columns are those of `--optimize size`: no transformed or widened weights, and `-Os`.
""", report.markdown(["model", "arena", "with the input", "TFLM", "stack", "weights", "code", "TFLM", "weights (size)", "code (size)",
                      "instructions (size)"],
                     memory_rows(models, reports, small, inside))]
    parts += ["""
## With as little RAM as possible, on a Cortex-M4

What `--ram` reaches: layers that follow each other are computed together, row by row, so that what is between them is never
there as a whole. The bits are the same. The last two columns have the input in the arena (`--inputs arena`).
""", report.markdown(["model", "arena before", "arena", "stack", "instructions", "", "code", "arena with the input", "instructions"],
                     tight_rows(models, reports, tight, tight_inside))]
    parts += ["""
## What the instructions of a Cortex-M4 amount to

An estimate, not a measurement: counted instructions by class, times the cycles of the core's manual (loads at 2.5, branches
at 2.5), without wait states of the flash; milliseconds at the 120 MHz of an STM32L4R5, beside what others have measured on
that board and published in MLPerf Tiny.
""", report.markdown(["model", "cycles", "per instruction", "ms", "X-CUBE-AI 10.2, ms", "Plumerai, ms"],
                     cycle_rows(models, reports))]
    for core in ["cortex-m4", "cortex-m55", "cortex-m0plus"]:
        header, rows = class_rows(models, reports, core)
        parts += [f"\n## What they are on a {core.replace('cortex-m', 'Cortex-M').replace('plus', '+')}\n",
                  report.markdown(["model"] + header, rows)]
    return "\n".join(parts) + "\n"


def main():
    options = read_command_line()
    options.out.mkdir(parents=True, exist_ok=True)
    models = find_models(options.folder)
    if len(models) == 1:
        print(f"cortexm-benchmark.py: no models in {options.folder}: the project's example only", file=sys.stderr)
    jobs = [(name, core) for name in models for core in CORES]
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = pool.map(lambda job: measure(options, job[0], models[job[0]], job[1]), jobs)
        reports = dict(zip(jobs, found))
        small = dict(zip(models, pool.map(
            lambda name: measure(options, name, models[name], "cortex-m4", ["--optimize", "size"]), models)))
        inside = dict(zip(models, pool.map(
            lambda name: measure(options, name, models[name], "cortex-m4", ["--inputs", "arena"]), models)))
        tight = dict(zip(models, pool.map(
            lambda name: measure_tight(options, name, models[name], "cortex-m4"), models)))
        tight_inside = dict(zip(models, pool.map(
            lambda name: measure_tight(options, name, models[name], "cortex-m4", ["--inputs", "arena"]), models)))
    text = render(models, reports, small, inside, tight, tight_inside)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
