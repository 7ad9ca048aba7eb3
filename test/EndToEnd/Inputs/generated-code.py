# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Generates code for small models, in float and int8, and puts it through other tools than --verify does.

    generated-code.py warnings|sanitizers WORK-FOLDER MODEL.onnxtxt...

warnings: clang and gcc compile it with all the warnings of the contract as errors. sanitizers: it runs under
AddressSanitizer and UndefinedBehaviorSanitizer, on ordinary inputs and on huge, infinite and NaN ones.
Prints how many were checked; exit status 1, with what was said, if any failed.
"""
import pathlib
import sys

from verify import make_samples, must, run

INPUTS = pathlib.Path(__file__).resolve().parent
COMMON = ["-std=c++17", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
SANITIZE = ["-g1", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
            # Floats that no int8 holds are converted through checks of their own; say so if they are not.
            "-fsanitize=float-cast-overflow"]


def check_warnings(name, folder):
    """gcc finds some of its warnings only when it optimizes."""
    for compiler in ("clang++-19", "g++"):
        result = run(compiler, *COMMON, "-O2", "-c", folder / f"{name}.cpp", "-o", folder / "code.o")
        if result.returncode:
            return f"{compiler}: {result.stderr}"
    return ""


def check_sanitizers(name, folder):
    program = folder / "sanitized"
    result = run("clang++-19", "-std=c++17", *SANITIZE, f"-DMODEL={name}", f'-DHEADER="{name}.h"', "-I", folder,
                 INPUTS / "sanitized-runner.cpp", folder / f"{name}.cpp", "-o", program)
    if result.returncode == 0:
        result = run(program)
    return result.stderr if result.returncode else ""


CHECKS = {"warnings": check_warnings, "sanitizers": check_sanitizers}


def generate(work, text):
    """Yields (what, folder, error) of the code in float, int8, and int8 with quantized inputs and outputs."""
    model = work / f"{text.stem}.onnx"
    must("onnx-as", text, "-o", model)
    samples = make_samples(model)
    for variant, options in (("float", []), ("int8", samples), ("int8-io", [*samples, "--io", "quantized"])):
        folder = work / f"{text.stem}-{variant}"
        made = run("edgecc", model, "--target", "generic", "--name", "model", "-o", folder, *options)
        yield f"{text.stem} {variant}", folder, made.stderr if made.returncode else ""


def main():
    check, work, *models = sys.argv[1], *map(pathlib.Path, sys.argv[2:])
    work.mkdir(parents=True, exist_ok=True)
    count, failures = 0, []
    for model in models:
        for what, folder, message in generate(work, model):
            count += 1
            message = message or CHECKS[check]("model", folder)
            if message:
                failures.append(f"{what}\n{message}")
    sys.stderr.write("\n".join(failures))
    print(f"{count - len(failures)} of {count} passed: {check}")
    sys.exit(1 if failures or not count else 0)


main()
