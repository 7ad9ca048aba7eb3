# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of points of explore.json again and compares what they take.

    reproduce.py FOLDER WORK POINT...
"""
import json
import pathlib
import shlex
import subprocess
import sys

folder, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
points = json.loads((folder / "explore.json").read_text(encoding="utf-8"))["points"]
for number in map(int, sys.argv[3:]):
    point = points[number]
    subprocess.run([*shlex.split(point["command"]), "--measure", "-o", str(work)], check=True, stdout=subprocess.DEVNULL)
    report = json.loads((work / "report.json").read_text(encoding="utf-8"))
    again = {"ram": report["ram"]["total"], "flash": report["flash"]["total"],
             "instructions": report["latency"]["instructions"], "accuracy": report["accuracy"]["compiled"]}
    different = {name: (point[name], value) for name, value in again.items() if point[name] != value}
    print(point["label"], different or "same figures", sep=": ")
