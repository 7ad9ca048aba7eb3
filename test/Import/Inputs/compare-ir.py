# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares files of IR: equal up to names, the exporter, where constants stand, and whether they are in line or out of line.

    compare-ir.py FIRST OTHER...

Prints a diff and fails where OTHER differs from FIRST.
"""
import difflib
import re
import struct
import sys

FORMATS = {"f32": "f", "i64": "q", "i32": "i", "i8": "b"}


def encode(text, shape, element):
    """The bytes, in hexadecimal, of the numbers in a dense<...>."""
    numbers = re.findall(r"[-+\w.]+", text)
    count = 1
    for size in re.findall(r"\d+", shape):
        count *= int(size)
    if len(numbers) == 1:
        numbers *= count
    convert = float if element == "f32" else int
    return struct.pack(f"<{len(numbers)}{FORMATS[element]}", *map(convert, numbers)).hex()


def read_constants(text):
    """Name of each constant's value: its type and bytes."""
    blobs = {name: data[8:].lower() for name, data in re.findall(r'(\w+): "0x([0-9A-Fa-f]*)"', text)}
    constants = {}
    for name, value, shape, element in re.findall(
            r"(%\w+) = edge\.constant (dense\w*<.*>) : tensor<((?:\d+x)*)(\w+)> -> ", text):
        resource = re.fullmatch(r"dense_resource<(\w+)>", value)
        data = blobs[resource[1]] if resource else encode(value[len("dense<"):-1], shape, element)
        constants[name] = f"<{shape}{element} {data}>"
    return constants


def normalize(path):
    with open(path) as file:
        text = file.read()
    constants = read_constants(text)
    names, lines = {}, []
    for line in text.split("{-#")[0].splitlines():
        if not re.search(r"= edge\.constant |^module", line):
            lines.append(re.sub(r"%\w+", lambda m: constants.get(m[0]) or names.setdefault(m[0], f"%{len(names)}"), line))
    return lines


def main():
    first = normalize(sys.argv[1])
    if not any("edge." in line for line in first):
        sys.exit(f"{sys.argv[1]} holds no operations")
    status = 0
    for other in sys.argv[2:]:
        difference = list(difflib.unified_diff(first, normalize(other), sys.argv[1], other, lineterm=""))
        print("\n".join(difference))
        status |= bool(difference)
    sys.exit(status)


main()
