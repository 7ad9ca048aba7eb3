#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads edgecc's report.json files and prints them side by side.

    tools/dev/report.py report.json...

Also the module that evaluate.py makes its tables with. Field names are those of the contract in docs/.
"""
import json
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def field(report, *names):
    """A field of the report, None when it or what it stands in is absent: a report says only what was measured."""
    for name in names:
        if not isinstance(report, dict) or report.get(name) is None:
            return None
        report = report[name]
    return report


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def accuracy(report):
    """Float and compiled accuracy and what was lost, as edgecc gives them: points for top-1, plain otherwise."""
    digits = 2 if field(report, "accuracy", "metric") == "top1" else 4
    return [number(field(report, "accuracy", name), digits) for name in ("float", "compiled", "drop")]


def verified(report):
    """How the compiled code's outputs compare with the reference interpreter's."""
    verification = field(report, "verify")
    if verification is None:
        return "-"
    return "same bits" if verification["exact"] else f"within {verification['largest_difference']:.0e}"


COLUMNS = ["accuracy float", "compiled", "drop", "ram arena", "ram total", "flash weights", "flash code", "flash total",
           "instructions", "verified"]


def cells(report):
    sizes = [("ram", "arena"), ("ram", "total"), ("flash", "weights"), ("flash", "code"), ("flash", "total"),
             ("latency", "instructions")]
    return accuracy(report) + [number(field(report, *names)) for names in sizes] + [verified(report)]


def markdown(header, rows):
    lines = [header, ["-"] * len(header)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def side_by_side(reports):
    """One column for each report, one line for each figure."""
    names = ["target"] + COLUMNS
    columns = [[field(report, "target") or "?"] + cells(report) for report in reports]
    lines = []
    for index, name in enumerate(names):
        lines.append(f"  {name:16}" + "".join(f"{column[index]:>16}" for column in columns))
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print(side_by_side([load(path) for path in sys.argv[1:]]))
