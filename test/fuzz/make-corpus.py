#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes models as binary ONNX for the fuzzer to start from: the text models of the tests, and ONNX's own node cases
where this Python has onnx and numpy.

    make-corpus.py ONNX-AS FOLDER

Larger models are left out: mutations of weights find little, and long inputs are slow.
"""
import pathlib
import subprocess
import sys

MAX_BYTES = 64 * 1024
MAX_CASE_BYTES = 4 * 1024
TESTS = pathlib.Path(__file__).resolve().parent.parent


def add_text_models(onnx_as, folder):
    """Each folder of the tests that has text models."""
    count = 0
    for text in sorted(TESTS.glob("**/*.onnxtxt")):
        binary = folder / f"{text.parent.name}-{text.stem}.onnx"
        # Some tests hold several models, or one that onnx-as refuses; they are no seeds.
        made = subprocess.run([onnx_as, text, "-o", binary], capture_output=True, check=False)
        if made.returncode != 0 or binary.stat().st_size > MAX_BYTES:
            binary.unlink(missing_ok=True)
            continue
        count += 1
    return count


def add_node_cases(folder):
    """One model of each operator and kind: they reach what no other test of ours does."""
    try:
        import numpy
        # Debian's onnx 1.12 makes its cases with names that its numpy has dropped.
        for name, kind in (("bool", bool), ("object", object), ("int", int), ("float", float)):
            if name not in numpy.__dict__:
                setattr(numpy, name, kind)
        from onnx.backend.test.case.node import collect_testcases
        cases = collect_testcases(None)
    except (ImportError, AttributeError, TypeError) as error:
        print(f"without ONNX's node cases: {error}")
        return 0
    count = 0
    for case in cases:
        model = case.model.SerializeToString()
        if len(model) <= MAX_CASE_BYTES:
            (folder / f"node-{case.name}.onnx").write_bytes(model)
            count += 1
    return count


def main():
    onnx_as, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    texts, cases = add_text_models(onnx_as, folder), add_node_cases(folder)
    print(f"{texts} text models and {cases} node cases in {folder}")
    sys.exit(0 if texts else 1)


main()
