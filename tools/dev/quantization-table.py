#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What quantization loses on real models, in each precision, against goals: docs/quantization-results.md.

    tools/dev/quantization-table.py [--models FOLDER] [--only NAME,...] [--precisions s8,s16x8,s8w4,auto]
                                    [--repair auto|none|LIST] [--edgecc PROGRAM] [--out DIR] [--keep] [--write FILE.md]

FOLDER (default ../shared/models) holds NAME/NAME.onnx with calib.npy and eval.npy. Accuracy is the reference
interpreter's, whose bits generated code has; calibration never sees the samples it is measured on. `auto` is asked to
keep the goal for int8. Reports stay in DIR (default build/quantization); --keep takes those that are there already. Exit status 1 if a run failed; goals that are missed are only marked.
"""
import argparse
import collections
import datetime
import pathlib
import subprocess
import sys
import time

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PRECISIONS = "s8,s16x8,s8w4,auto"

# Options beside --calib and --eval, and the least that the metric should be in int8 and with weights of four bits.
Model = collections.namedtuple("Model", "name metric labels options goal goal4", defaults=[None, (), None, None])
MODELS = [
    Model("resnet8_cifar10", "top1", "eval_labels.npy", goal=87.7, goal4=86.5),
    Model("kws_dscnn", "top1", "eval_labels.npy", goal=92.4, goal4=91.5),
    Model("vww_mobilenetv1", "top1", "eval_labels.npy", goal=85.3, goal4=84),
    Model("mobilenet_v1_025_128", "top1", "eval_labels.npy", goal=47, goal4=44),
    Model("mnist_cntk", "top1", "eval_labels.npy"),
    Model("ad_autoencoder", "auc", "eval_labels.npy", goal=88, goal4=87),
    Model("subpixel_sr", "psnr", "eval_target.npy", goal=25.4),
    Model("rt_gru", "top1", "eval_labels.npy", goal=75, goal4=74),
    Model("yunet_n", "cosine", goal=99.5),
    Model("ultraface_slim320", "cosine", goal=99.5),
    Model("rnnoise_gru", "snr", goal=30),
    Model("dtln_1", "snr", options=("--stateful", "input_3=tf_op_layer_stack_2"), goal=30),
]


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--only", default="", help="names of models, with commas between them")
    parser.add_argument("--precisions", default=PRECISIONS, help=f"default {PRECISIONS}")
    parser.add_argument("--repair", default="auto", help="what edgecc's --repair should be (default auto)")
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/quantization")
    parser.add_argument("--keep", action="store_true", help="do not make reports again that are in DIR")
    parser.add_argument("--write", type=pathlib.Path, help="write the page here instead of printing it")
    return parser.parse_args()


def run(line):
    """Seconds, and what went wrong, if anything."""
    start = time.monotonic()
    result = subprocess.run([str(word) for word in line], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            check=False)
    seconds = time.monotonic() - start
    if result.returncode == 0:
        return seconds, None
    print(" ".join(map(str, line)), result.stderr, sep="\n", file=sys.stderr)
    return seconds, f"exit {result.returncode}"


def compile_command(options, model, precision):
    folder = options.models / model.name
    line = [options.edgecc, folder / f"{model.name}.onnx", "--target", "generic", "--calib", folder / "calib.npy", *model.options]
    return line + ["--precision", precision, "--repair", options.repair]


def get_goal_options(model, results):
    """What asks `auto` to keep the goal for int8, which float exceeds by so much."""
    exact = get_float_value(results)
    if model.goal is None or exact is None or exact <= model.goal:
        return []
    return ["--max-drop", f"{exact - model.goal:.4f}"]


def evaluate(options, model, precision, extra):
    """The report of a run, or None, and what went wrong."""
    folder = options.models / model.name
    file = options.out / f"{model.name}-{precision}.json"
    if options.keep and file.exists():
        return report.load(file), None
    file.unlink(missing_ok=True)
    line = compile_command(options, model, precision)
    line += ["--eval", folder / "eval.npy", "--metric", model.metric, "--report", file]
    if model.labels:
        line += ["--labels", folder / model.labels]
    seconds, problem = run(line + extra)
    print(f"{model.name} {precision}: {problem or 'done'}, {seconds:.1f} s", file=sys.stderr)
    return (None, problem) if problem else (report.load(file), None)


def time_calibration(options, model):
    """Seconds for importing, calibrating and quantizing, without measuring anything."""
    seconds, problem = run(compile_command(options, model, "s8") + ["--emit", "edge"])
    return "-" if problem else f"{seconds:.1f}"


def count_samples(options, model):
    with open(options.models / model.name / "calib.npy", "rb") as file:
        header = file.read(256).decode("latin1")
    return header.split("'shape': (")[1].split(",")[0]


def describe(result, problem, goal):
    """A cell: the metric, set in bold where the goal is missed."""
    if result is None:
        return problem or "-"
    value = result["accuracy"]["compiled"]
    text = f"{value:.2f}"
    if goal is not None and value < goal:
        text = f"**{text}**"
    search = result.get("precision_search")
    weights = f"{result['flash']['weights'] / 1024:.0f} KiB"
    return f"{text} ({search['label']}; {weights})" if search else f"{text} ({weights})"


def get_float_value(results):
    """What the float model reaches, by any report there is."""
    return next((result["accuracy"]["float"] for result, _ in results.values() if result), None)


def make_row(options, model, precisions):
    results = {}
    for precision in precisions:
        extra = get_goal_options(model, results) if precision == "auto" else []
        results[precision] = evaluate(options, model, precision, extra)
    exact = get_float_value(results)
    # Against its own outputs, the float model is perfect by definition.
    against_float = model.labels is None
    row = [model.name, model.metric, "-" if against_float or exact is None else f"{exact:.2f}"]
    row += [f"≥ {goal:g}" if goal is not None else "-" for goal in (model.goal, model.goal4)]
    for precision, (result, problem) in results.items():
        row.append(describe(result, problem, model.goal4 if precision == "s8w4" else model.goal))
    failed = any(problem for _, problem in results.values())
    return row + [count_samples(options, model), time_calibration(options, model)], failed


PAGE = """# What quantization loses

Made on {date} by

```
{command}
```

on models and data that are not part of this repository. Accuracy is measured on `eval.npy`, which calibration never
sees, by the reference interpreter; generated code computes the same bits. top1 and AUC in per cent, PSNR and SNR in dB.
Cosine (times 100) and SNR compare with the float model's outputs, the worst output counts; SNR is over whole streams.
In parentheses the bytes of all constants in the generated code (the generic target's) and, for `auto`, the number of
layers in each precision. **Bold**: below the goal. `auto` is given a `--max-drop` that the goal for int8 leaves it, or
one point where there is no goal. Seconds: reading the model, calibrating with all of `calib.npy` and
quantizing to int8, on a shared machine.

{table}
"""


def main():
    options = read_command_line()
    options.out.mkdir(parents=True, exist_ok=True)
    precisions = options.precisions.split(",")
    only = options.only.split(",") if options.only else [model.name for model in MODELS]
    header = ["model", "metric", "float", "goal", "goal, 4-bit weights", *precisions, "calibration samples", "seconds"]
    rows, failed = [], False
    for model in MODELS:
        if model.name not in only:
            continue
        row, bad = make_row(options, model, precisions)
        rows.append(row)
        failed |= bad
    page = PAGE.format(date=datetime.date.today(), command=" ".join(["tools/dev/quantization-table.py", *sys.argv[1:]]),
                       table=report.markdown(header, rows))
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    else:
        print(page)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
