#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes every text model of the tests as binary ONNX, for the fuzzer to start from.

    make-corpus.py ONNX-AS FOLDER

Models over 64 KiB are left out: mutations of weights find little, and long inputs are slow.
"""
import pathlib
import subprocess
import sys

MAX_BYTES = 64 * 1024

tests = pathlib.Path(__file__).resolve().parent.parent
onnx_as, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
count = 0
for text in sorted([*tests.glob("models/*.onnxtxt"), *tests.glob("Import/**/*.onnxtxt")]):
    binary = folder / f"{text.parent.name}-{text.stem}.onnx"
    # Some tests hold several models, or one that onnx-as refuses; they are no seeds.
    made = subprocess.run([onnx_as, text, "-o", binary], capture_output=True, check=False)
    if made.returncode != 0 or binary.stat().st_size > MAX_BYTES:
        binary.unlink(missing_ok=True)
        continue
    count += 1
print(f"{count} models in {folder}")
sys.exit(0 if count else 1)
