# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Parses every example in the descriptions of operations and passes with edgecc-opt.

    parse-examples.py INCLUDE-FOLDER [-I FOLDER]... FILE.td...

An example is a block between ```mlir and ```. Values that it does not define become arguments of a function around it,
with the types of their first use. Blocks with an ellipsis leave something out and are counted, not parsed; every
operation needs an example without. Prints a line per file; exit status 1 with what edgecc-opt says if one fails.
"""
import json
import re
import subprocess
import sys

BLOCK = re.compile(r"```mlir\n(.*?)```", re.DOTALL)
NAME = r"%[A-Za-z0-9_]+"
RESULTS = rf"{NAME}(?:, {NAME})*"


def split_types(text):
    """Splits "tensor<2xf32>, !quant.uniform<i8:f32:0, {1.0, 2.0}>" at the commas between types."""
    parts, depth = [""], 0
    for index, char in enumerate(text):
        depth += {"<": 1, "{": 1, "(": 1, "}": -1, ")": -1}.get(char, 0)
        depth -= char == ">" and text[index - 1] != "-"
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def parenthesized(text, start):
    """The text between the parenthesis at `start` and the one that closes it."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return text[start + 1:index]
    return text[start + 1:]


def typed_uses(statement):
    """Pairs of operand and type, in the forms that our operations print."""
    functional = re.search(r":\s*\(", statement)
    grouped = [m for m in re.finditer(r"\(" + NAME, statement) if " : " in parenthesized(statement, m.start())]
    if grouped:
        for match in grouped:
            names, types = parenthesized(statement, match.start()).split(" : ", 1)
            yield from zip(re.findall(NAME, names), split_types(types))
    elif functional:
        yield from zip(re.findall(NAME, statement[:functional.start()]),
                       split_types(parenthesized(statement, functional.end() - 1)))
    else:
        match = re.search(rf"({NAME})[^%]* : (.*?)(?: to .*)?$", statement, re.DOTALL)
        if match:
            yield match.group(1), match.group(2).strip()


def wrap(example):
    """The example, in a function that has its free values as arguments."""
    if "func.func" in example:
        return example
    bodies = re.findall(r"\^bb0\((.*?)\):", example)
    defined = {name for results in re.findall(rf"({RESULTS}) *=", example) for name in results.split(", ")}
    for arguments in bodies:
        defined.update(re.findall(rf"({NAME}) *:", arguments))
    free = {}
    for statement in re.split(r"\n(?=\s*(?:%|[a-z_]+\.[a-z_]+ ))", example):
        operation = re.split(r"\{\s*\^bb", re.sub(rf"^\s*{RESULTS} = ", "", statement))[0]
        for name, kind in typed_uses(operation):
            if name not in defined:
                free.setdefault(name, kind)
    if not free:
        return example
    arguments = ", ".join(f"{name}: {kind}" for name, kind in free.items())
    return f"func.func @example({arguments}) {{\n{example}\nreturn\n}}\n"


def read_descriptions(folder, includes, path):
    """(name, description, whether it is an operation) of what a .td file defines or includes."""
    flags = [flag for include in [folder, *includes] for flag in ("-I", include)]
    records = json.loads(subprocess.check_output(["llvm-tblgen", "--dump-json", *flags, path]))
    for name in records["!instanceof"].get("Op", []):
        record = records[name]
        if record["opDialect"]["def"] in ("Edge_Dialect", "Kern_Dialect"):
            yield f"{name} ({record['opName']})", record["description"], True
    for name in records["!instanceof"].get("PassBase", []):
        yield f"{name} ({records[name]['argument']})", records[name]["description"], False


def main():
    folder, *rest = sys.argv[1:]
    includes = [rest[i + 1] for i, word in enumerate(rest) if word == "-I"]
    files = [word for i, word in enumerate(rest) if word != "-I" and (i == 0 or rest[i - 1] != "-I")]
    failures = 0
    for path in files:
        parsed = abridged = 0
        for name, description, needs_example in read_descriptions(folder, includes, path):
            blocks = BLOCK.findall(description)
            whole = [block for block in blocks if "..." not in block and "…" not in block]
            abridged += len(blocks) - len(whole)
            if needs_example and not whole:
                failures += 1
                print(f"{name}: has no example")
            for block in whole:
                run = subprocess.run(["edgecc-opt", "-", "-o", "/dev/null"], input=wrap(block), text=True,
                                     capture_output=True, check=False)
                parsed += 1
                if run.returncode:
                    failures += 1
                    print(f"{name}: example does not parse\n{wrap(block)}{run.stderr}")
        print(f"{path.rsplit('/', 1)[-1]}: {parsed} examples, {abridged} abridged")
    sys.exit(1 if failures else 0)


main()
