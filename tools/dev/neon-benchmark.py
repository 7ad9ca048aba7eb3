#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles models for AArch64 cores, verifies, counts instructions, and prints tables beside peers and goals.

    tools/dev/neon-benchmark.py [FOLDER] [--models NAME,...] [--write FILE.md] [--edgecc PROGRAM] [--out DIR]

FOLDER holds NAME/NAME.onnx with NAME/calib.npy (default ../shared/models beside the project). --write puts the tables
into FILE.md (docs/benchmarks/neon.md), else they are printed. Reports stay in DIR (default build/benchmark). Exit
status 1 if a model does not compile or does not verify.
"""
import argparse
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import report

PROJECT = pathlib.Path(__file__).resolve().parents[2]
MODELS = {"resnet8_cifar10": "resnet8", "vww_mobilenetv1": "vww", "kws_dscnn": "kws", "ad_autoencoder": "ad",
          "mobilenet_v1_025_128": "mobilenet_v1_025_128", "ultraface_slim320": "ultraface_slim320"}

# Thousands of instructions per inference, (best peer, goal), by core and precision. The peers ran under qemu-aarch64 7.2
# as cortex-a53 and as neoverse-n1 (dot product), counted without their interpreters' overhead. LiteRT with XNNPACK in
# int8, ONNX Runtime for ultraface and for mobilenet with the dot product; MNN (Winograd) in float, LiteRT for ad.
FIGURES = {
    ("cortex-a53", "int8"): {"resnet8": (5011, 2800), "vww": (4014, 1400), "kws": (1337, 850), "ad": (138, 130),
                             "mobilenet_v1_025_128": (7282, 4200), "ultraface_slim320": (49138, 27000)},
    ("cortex-a76", "int8"): {"resnet8": (1499, 1000), "vww": (1927, 750), "kws": (712, 420), "ad": (45, 45),
                             "mobilenet_v1_025_128": (5580, 2200), "ultraface_slim320": (30500, 12000)},
    ("cortex-a53", "f32"): {"resnet8": (3021, 2400), "vww": (3533, 1500), "kws": (1366, 1000), "ad": (179, 130),
                            "mobilenet_v1_025_128": (6050, 4500), "ultraface_slim320": (36521, 28000)},
}
# In float the peers and goals on a Cortex-A76 are taken to be those of a Cortex-A53: the float kernels need no feature
# beyond NEON. The one figure with its own count is LiteRT's on ad.
FIGURES["cortex-a76", "f32"] = {**FIGURES["cortex-a53", "f32"], "ad": (130, 130)}


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--models", default=",".join(MODELS.values()))
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/benchmark")
    return parser.parse_args()


def measure(options, name, model, core, precision):
    """Thousands of instructions of one run."""
    result = options.out / f"{name}-{core}-{precision}.json"
    line = [options.edgecc, model, "--target", core, "--measure", "--verify", "--report", result]
    if precision == "int8":
        line += ["--io", "quantized", "--repair", "none", "--calib", model.parent / "calib.npy"]
    run = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"neon-benchmark.py: {name} for {core} in {precision}: {run.stderr.strip()}")
    found = report.load(result)
    if precision == "int8" and not report.field(found, "verify", "exact"):
        sys.exit(f"neon-benchmark.py: {name} for {core} differs from the reference interpreter")
    return found["latency"]["instructions"] / 1000


def rows(counts, core, precision):
    result = []
    for name, (peer, goal) in FIGURES[core, precision].items():
        ours = counts.get((name, core, precision))
        if ours is not None:
            result.append([name, f"{ours:,.0f}", f"{peer:,}", f"{peer / ours:.2f}×", f"{goal:,}", f"{ours / goal:.2f}"])
    return result


def render(counts):
    parts = ["""# Arm NEON

Made by `tools/dev/neon-benchmark.py --write docs/benchmarks/neon.md`. Thousands of instructions of one whole `run`,
counted by QEMU 7.2; they are no cycles. int8 runs (`--io quantized --repair none`) are bit-exact with the reference interpreter, float
runs within its tolerance (`--verify`). `peer` is the best of LiteRT with XNNPACK, ONNX Runtime and MNN; `peer / ours` above
one means fewer instructions than it, `ours / goal` at most one means that the goal is reached.
"""]
    for core, precision in FIGURES:
        parts += [f"\n## {precision} on {core.replace('cortex-a', 'Cortex-A')}\n",
                  report.markdown(["model", "ours", "peer", "peer / ours", "goal", "ours / goal"],
                                  rows(counts, core, precision))]
    return "\n".join(parts) + "\n"


def main():
    options = read_command_line()
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = options.models.split(",")
    unknown = [name for name in wanted if name not in MODELS.values()]
    if unknown:
        sys.exit(f"neon-benchmark.py: no model {', '.join(unknown)}; there are {', '.join(MODELS.values())}")
    paths = {short: options.folder / name / f"{name}.onnx" for name, short in MODELS.items() if short in wanted}
    missing = [str(path) for path in paths.values() if not path.exists()]
    if missing:
        sys.exit(f"neon-benchmark.py: cannot find {', '.join(missing)}")
    jobs = [(name, core, precision) for name in paths for core, precision in FIGURES]
    with ThreadPoolExecutor(max_workers=2) as pool:
        counts = dict(zip(jobs, pool.map(lambda job: measure(options, job[0], paths[job[0]], *job[1:]), jobs)))
    text = render(counts)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
