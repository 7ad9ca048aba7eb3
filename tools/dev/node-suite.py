#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs ONNX's official node tests through edgecc.

Every case goes through the interpreter and through generated C++ (generic,
x86-avx2). Needs onnx and numpy, from PyPI or Debian (python3-onnx, whose cases
are those of 1.12):

  tools/dev/node-suite.py --build build [--only REGEX] [--table docs/operators.md]
  tools/dev/node-suite.py --build build --list test/EndToEnd/Inputs/node-cases.txt

With --list, the cases named there have to pass, or the exit status is 1: the
quick test "node-cases". --write-list makes such a file: of each operator, the
cases with the smallest and the largest results among those that pass.

Operands that fix shapes (Reshape's shape, Slice's starts, ...) are graph inputs
in these tests; they are made constant, as with --freeze-input.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np

    # Debian's onnx 1.12 makes its cases with names that its numpy has dropped.
    for alias in (float, int, bool, object):
        if alias.__name__ not in np.__dict__:
            setattr(np, alias.__name__, alias)
    import onnx
    import onnx.numpy_helper
    from onnx.backend.test.case.node import collect_testcases
except ImportError as missing:
    print(f"node-suite.py: {missing}; install python3-onnx, or onnx and numpy "
          "from PyPI")
    sys.exit(77)

TYPES = {1: "float", 7: "int64", 6: "int32", 9: "bool", 3: "int8", 2: "uint8"}
# Read as float: cases are given and compared in float, with the precision of
# the type (relative, absolute).
READ_AS_FLOAT = {10: "float16", 16: "bfloat16", 11: "double"}
TOLERANCES = {"float16": (1e-2, 1e-3), "bfloat16": (2e-2, 1e-2)}
TARGETS = ["generic", "x86-avx2"]
BATCH = 100  # cases in one translation unit
LISTED_ELEMENTS = 5000  # of a case's results, for --write-list at most

# Operands that have to be known when the network is compiled, since the shape
# of the result or the choice of a kernel depends on them.
ALL = range(16)
FROZEN = {
    "Attention": [], "BatchNormalization": [1, 2, 3, 4], "BlackmanWindow": [0],
    "CenterCropPad": [1], "Clip": [1, 2], "Col2Im": [1, 2], "Compress": [1],
    "ConstantOfShape": [0], "CumProd": [1], "CumSum": [1], "DFT": [1, 2],
    "Dropout": [1, 2], "Expand": [1], "HammingWindow": [0], "HannWindow": [0],
    "AffineGrid": [1], "If": [0], "Loop": [0, 1], "MaxUnpool": [2],
    "MelWeightMatrix": ALL, "NonMaxSuppression": ALL, "NonZero": [0],
    "OneHot": [1], "Pad": [1, 2, 3], "Range": [0, 1, 2], "Reshape": [1],
    "Resize": [1, 2, 3], "STFT": [1, 3], "Slice": [1, 2, 3, 4], "Split": [1],
    "Squeeze": [1], "Tile": [1], "TopK": [1], "Trilu": [1], "Unique": [0],
    "Unsqueeze": [1], "Upsample": [1], "ReverseSequence": [],
    "QuantizeLinear": [1, 2], "DequantizeLinear": [1, 2],
    "QLinearConv": [1, 2, 3, 4, 5, 6, 7, 8],
    "QLinearMatMul": [1, 2, 3, 4, 5, 6, 7], "ConvInteger": [1, 2, 3],
    "MatMulInteger": [1, 2, 3],
}
for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod",
             "Sum", "SumSquare"):
    FROZEN["Reduce" + kind] = [1]


def reads_of(node):
    """The names that a node reads, those that its bodies capture included."""
    names = list(node.input)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            names.extend(reads_of(inner))
        names.extend(output.name for output in attribute.g.output)
    return names


def frozen_inputs(graph):
    """The graph's inputs that operands in FROZEN are computed from."""
    producers = {name: node for node in graph.node for name in node.output}
    names = {value.name for value in graph.input}
    frozen, seen = set(), set()
    work = [node.input[i] for node in graph.node
            for i in FROZEN.get(node.op_type, []) if i < len(node.input)]
    while work:
        name = work.pop()
        if not name or name in seen:
            continue
        seen.add(name)
        if name in names:
            frozen.add(name)
        node = producers.get(name)
        if node is not None and node.op_type not in ("Shape", "Size"):
            work.extend(reads_of(node))
    return frozen


def tensors(graph):
    return list(graph.input) + list(graph.output)


def out_of_scope(case):
    """Why a case is none of ours, or None."""
    graph = case.model.graph
    if any("ml" in node.domain for node in graph.node):
        return "ai.onnx.ml"
    if any("preview" in node.domain for node in graph.node):
        return "ai.onnx.preview"
    if any("training" in node.domain for node in graph.node):
        return "training"
    if any(not value.type.HasField("tensor_type") for value in tensors(graph)):
        return "sequences, optional values, maps"
    for value in tensors(graph):
        kind = value.type.tensor_type.elem_type
        if kind not in TYPES and kind not in READ_AS_FLOAT:
            return "elements of type " + onnx.TensorProto.DataType.Name(
                kind).lower()
    return None


def main_type(case):
    """The type that a case counts under: one that is read as float, or else its
    first input's or output's."""
    kinds = [value.type.tensor_type.elem_type
             for value in tensors(case.model.graph)]
    for kind in kinds:
        if kind in READ_AS_FLOAT:
            return READ_AS_FLOAT[kind]
    return TYPES[kinds[0]]


def as_read(data, kind):
    """An array as edgecc takes and gives it."""
    if isinstance(data, onnx.TensorProto):
        data = onnx.numpy_helper.to_array(data)
    data = np.asarray(data)
    return data.astype(np.float32) if kind in READ_AS_FLOAT else data


def operator_of(case):
    """The operator that a case tests, also where it is expanded."""
    nodes = case.model.graph.node
    if len(nodes) == 1:
        return nodes[0].op_type
    base = KNOWN_OPERATORS.get(case.name.split("_expanded")[0])
    if base:
        return base
    words = case.name[len("test_"):].split("_")
    for count in range(len(words), 0, -1):
        wanted = "".join(words[:count])
        for schema in SCHEMAS:
            if schema.lower() == wanted:
                return schema
    return nodes[-1].op_type


SCHEMAS = {s.name: s for s in onnx.defs.get_all_schemas()}
KNOWN_OPERATORS = {}


class Case:
    """One node test, prepared for node-cases."""

    def __init__(self, case, folder):
        self.case, self.name = case, case.name
        self.failures = {}
        graph = case.model.graph
        inputs, outputs = case.data_sets[0]
        kinds = [value.type.tensor_type.elem_type for value in graph.output]
        self.expected = [as_read(*pair) for pair in zip(outputs, kinds)]
        self.tolerance = TOLERANCES.get(main_type(case), (1e-3, 1e-5))
        frozen = frozen_inputs(graph)
        self.inputs, description = [], {
            "name": self.name, "model": f"{folder}/{self.name}.onnx",
            "results": f"{folder}/{self.name}", "inputs": [], "freeze": {},
            "shapes": {}, "code": {t: f"{folder}/{t}" for t in TARGETS}}
        # Cases are made for the opset in which an operator changed last. Where
        # that is before 7, it is the same in 7, the first that edgecc reads.
        for opset in case.model.opset_import:
            opset.version = max(opset.version, 7)
        onnx.save(case.model, description["model"])
        for value, data in zip(graph.input, inputs):
            data = as_read(data, value.type.tensor_type.elem_type)
            file = f"{folder}/{self.name}.{value.name}.in.npy".replace("::", "_")
            np.save(file, data)
            if value.name in frozen:
                description["freeze"][value.name] = file
                continue
            # 0 in a model often means an open size; here it is meant.
            if 0 in data.shape:
                description["shapes"][value.name] = list(data.shape)
            description["inputs"].append(file)
            self.inputs.append(data)
        self.description = description
        with open(f"{folder}/{self.name}.in", "wb") as file:
            for data in self.inputs:
                file.write(data.tobytes())

    def compare(self, found):
        """Why results are not the expected ones, or None."""
        for index, (want, have) in enumerate(zip(self.expected, found)):
            if have.shape != want.shape or have.dtype != want.dtype:
                return (f"result {index} is {have.dtype}{have.shape}, "
                        f"expected {want.dtype}{want.shape}")
            if want.dtype == np.float32:
                relative, absolute = self.tolerance
                if not np.allclose(have, want, rtol=relative, atol=absolute,
                                   equal_nan=True):
                    return f"result {index} differs"
            elif not np.array_equal(have, want):
                return f"result {index} differs"
        return None

    def check_interpreter(self):
        found = [np.load(f"{self.description['results']}.{i}.npy")
                 for i in range(len(self.expected))]
        wrong = self.compare(found)
        if wrong:
            self.failures["interpreter"] = "wrong: " + wrong

    def check_code(self, target, folder):
        path = f"{folder}/{target}/{self.name}.out"
        if not os.path.exists(path):
            self.failures[target] = "wrong: did not run"
            return
        raw, found = open(path, "rb").read(), []
        for want in self.expected:
            found.append(np.frombuffer(raw[:want.nbytes], want.dtype)
                         .reshape(want.shape)
                         if len(raw) >= want.nbytes else np.zeros(0))
            raw = raw[want.nbytes:]
        wrong = self.compare(found)
        if wrong:
            self.failures[target] = "wrong: " + wrong

    def passed(self, way):
        return "import" not in self.failures and way not in self.failures


def run_tool(tool, cases, folder):
    """Import, interpreter and emission of all cases. After a crash it goes on
    with the case that follows."""
    rest = list(cases)
    while rest:
        listing = f"{folder}/cases.jsonl"
        with open(listing, "w") as file:
            for case in rest:
                file.write(json.dumps(case.description) + "\n")
        done = subprocess.run([tool, listing], capture_output=True, text=True)
        lines = done.stdout.splitlines()
        for case, line in zip(rest, lines):
            case.failures = json.loads(line)
            del case.failures["name"]
        rest = rest[len(lines):]
        if rest:
            rest[0].failures = {"import": "crashed: " + done.stderr[-300:]}
            rest = rest[1:]


def compile_batch(batch, target, folder, number, root, failures):
    """Compiles and links the code of some cases; cases that the compiler
    rejects are left out."""
    runner = os.path.join(root, "tools/node-cases/runner.cpp")
    with open(f"{root}/backends/targets/{target}.json") as file:
        flags = json.load(file)["compiler"].get("flags", [])
    work = f"{folder}/{target}/batch{number}"
    os.makedirs(work, exist_ok=True)
    while batch:
        with open(f"{work}/cases.inc", "w") as table:
            for case in batch:
                sizes = [", ".join(str(a.nbytes) for a in arrays)
                         for arrays in (case.inputs, case.expected)]
                table.write(f"CASE({case.name}, SIZES({sizes[0]}), "
                            f"SIZES({sizes[1]}))\n")
        with open(f"{work}/all.cpp", "w") as source:
            for case in batch:
                source.write(f'#include "../{case.name}.cpp"\n')
        done = subprocess.run(
            ["clang++-19", "-std=c++17", "-O1", "-ffp-contract=off", "-w",
             "-fno-exceptions", "-fno-rtti", "-ferror-limit=0", *flags,
             f"-I{work}", f"{work}/all.cpp", runner, "-o", f"{work}/run"],
            capture_output=True, text=True)
        if done.returncode == 0:
            break
        bad = set(re.findall(r"/(\w+)\.(?:cpp|h):\d+:\d+: (?:fatal )?error",
                             done.stderr))
        bad |= set(re.findall(r"/(\w+)\.(?:cpp|h):\d+:\d+: note: in instan",
                              done.stderr))
        rejected = [case for case in batch if case.name in bad]
        if not rejected:
            sys.exit(done.stderr[:2000])
        for case in rejected:
            message = re.search(r"error: (.*)", done.stderr).group(1)
            failures[case.name] = "wrong: does not compile: " + message
        batch = [case for case in batch if case not in rejected]
    if batch:
        subprocess.run([f"{work}/run", folder, f"{folder}/{target}"],
                       stdout=subprocess.DEVNULL)
    return batch


def run_batch(batch, target, folder, number, root):
    """Compiles, runs and checks the code of some cases."""
    failures = {}
    for case in batch:
        path = f"{folder}/{target}/{case.name}.out"
        if os.path.exists(path):
            os.remove(path)
    for case in compile_batch(batch, target, folder, number, root, failures):
        case.check_code(target, folder)
    for case in batch:
        if case.name in failures:
            case.failures[target] = failures[case.name]


def run_code(cases, folder, root):
    """All targets; as many batches at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        batches = []
        for target in TARGETS:
            ready = [case for case in cases if case.passed(target)]
            batches += [pool.submit(run_batch, ready[number:number + BATCH],
                                    target, folder, number, root)
                        for number in range(0, len(ready), BATCH)]
        for batch in batches:
            batch.result()


def reason_of(message):
    """A message without what is particular to a case."""
    lines = [line.strip() for line in message.strip().splitlines()]
    text = lines[-1] if len(lines) > 1 and "not supported (" in lines[0] \
        else lines[0] if lines else message
    text = re.sub(r"^.*?\(opset \d+\): ", "", text)
    return text[:150]


def counted(case):
    """Whether a case counts in the total: none that is read as float does."""
    return main_type(case.case) in TYPES.values()


def count_row(name, group, ways):
    counts = [sum(c.passed(w) for c in group) for w in ways]
    return f"| {name} | {len(group)} | " + " | ".join(map(str, counts)) + " |"


def write_table(path, everything, skipped, root):
    """The table of docs/operators.md."""
    by_operator = collections.defaultdict(list)
    cases = [case for case in everything if counted(case)]
    for case in cases:
        by_operator[operator_of(case.case)].append(case)
    listing = {}
    tool = subprocess.run([f"{BUILD}/bin/edgecc", "--list-ops"],
                          capture_output=True, text=True)
    for line in tool.stdout.splitlines()[1:]:
        name, since = line.split()[:2]
        listing[name] = since
    ways = ["interpreter"] + TARGETS
    out = ["# Operators", "",
           "Made by `tools/dev/node-suite.py` from the node tests of onnx "
           f"{onnx.__version__}; do not edit. A case counts as passed if the "
           "results agree with ONNX's own (relative 1e-3, absolute 1e-5; "
           "integers exactly). Operands that fix shapes are constants, as with "
           "`--freeze-input`.", ""]
    out += ["## Cases per type of tensor", "",
            "| type of the first input | cases | " + " | ".join(ways) + " |",
            "|-|-|" + "-|" * len(ways)]
    for kind in list(TYPES.values()) + ["all"]:
        out.append(count_row(kind, [c for c in cases if kind in (
            "all", main_type(c.case))], ways))
    out += ["", "Besides, cases with tensors of types that are read as float "
            "(relative, absolute tolerance of float16: 1e-2, 1e-3; of bfloat16: "
            "2e-2, 1e-2):", "",
            "| type of a tensor | cases | " + " | ".join(ways) + " |",
            "|-|-|" + "-|" * len(ways)]
    for kind in READ_AS_FLOAT.values():
        out.append(count_row(kind, [c for c in everything
                                    if main_type(c.case) == kind], ways))
    out += ["", "## Operators", "",
            "`opset`: from which on edgecc reads the operator, `-` where it "
            "does not; `(function)`: only as the primitive operators that ONNX "
            "defines it by.", "",
            "| operator | opset | cases | " + " | ".join(ways) +
            " | left out |", "|-|-|-|" + "-|" * (len(ways) + 1)]
    for name in sorted(by_operator):
        group = by_operator[name]
        counts = [sum(c.passed(w) for c in group) for w in ways]
        reasons = collections.Counter(
            reason_of(next(iter(c.failures.values())))
            for c in group if c.failures)
        left = "; ".join(f"{reason} ({count})"
                         for reason, count in reasons.most_common(3))
        since = listing.get(name) or ("(function)" if max(counts) else "-")
        out.append(f"| {name} | {since} | {len(group)} | " +
                   " | ".join(map(str, counts)) + " | " +
                   left.replace("|", "\\|") + " |")
    out += ["", "## Cases that are not counted", "", "| why | cases |", "|-|-|"]
    out += [f"| {why} | {count} |" for why, count in skipped.most_common()]
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def runs_here(target):
    """Whether this machine has the instructions of a target."""
    if target != "x86-avx2":
        return True
    with open("/proc/cpuinfo") as file:
        return " avx2 " in file.read()


def write_list(path, cases):
    """Cases that pass, two for each operator."""
    by_operator = collections.defaultdict(list)
    for case in cases:
        if not case.failures:
            by_operator[operator_of(case.case)].append(case)
    with open(path, "w") as file:
        for name in sorted(by_operator):
            sizes = {c.name: sum(a.size for a in c.expected)
                     for c in by_operator[name] if "_expanded" not in c.name}
            names = sorted((c for c in sizes if sizes[c] <= LISTED_ELEMENTS),
                           key=lambda c: (sizes[c], c))
            chosen = [c for c in names if sizes[c]][:1] + names[-1:]
            file.writelines(c + "\n" for c in dict.fromkeys(chosen))


def report_list(cases, wanted):
    """The exit status of --list: whether all the named cases pass."""
    missing = wanted - {case.name for case in cases}
    for name in sorted(missing):
        print(f"{name}: this version of onnx has no such case in scope")
    failed = sorted(case.name for case in cases if case.failures)
    print(f"{len(cases) - len(failed)} of {len(wanted)} cases pass; failed: "
          f"{', '.join(failed) or 'none'}")
    return 1 if failed or missing else 0


def main():
    global BUILD
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--only", default="", help="names of cases, a regex")
    parser.add_argument("--list", help="run the cases that this file names")
    parser.add_argument("--write-list", help="make such a file")
    parser.add_argument("--table", help="write the table to this file")
    parser.add_argument("--no-code", action="store_true",
                        help="the interpreter alone")
    parser.add_argument("--keep", help="folder for files, kept")
    args = parser.parse_args()
    BUILD = os.path.abspath(args.build)
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    folder = os.path.abspath(args.keep or tempfile.mkdtemp(prefix="node-suite"))
    TARGETS[:] = [] if args.no_code else filter(runs_here, TARGETS)
    wanted = set()
    if args.list:
        with open(args.list) as file:
            wanted = set(file.read().split())
    for target in [""] + TARGETS:
        os.makedirs(f"{folder}/{target}", exist_ok=True)
    cases, skipped = [], collections.Counter()
    # Debian's onnx has two cases of one name.
    collected = {case.name: case for case in collect_testcases(None)}
    for case in collected.values():
        if case.model is None:
            skipped["no model"] += 1
            continue
        if len(case.model.graph.node) == 1:
            KNOWN_OPERATORS[case.name] = case.model.graph.node[0].op_type
        why = out_of_scope(case)
        if why:
            skipped[why] += 1
        elif re.search(args.only, case.name) and (
                not args.list or case.name in wanted):
            cases.append(Case(case, folder))
    run_tool(f"{BUILD}/bin/node-cases", cases, folder)
    for case in cases:
        if case.passed("interpreter"):
            case.check_interpreter()
    run_code(cases, folder, root)
    for case in cases:
        for way, message in case.failures.items():
            print(f"{case.name}: {way}: " + " / ".join(message.split("\n")))
    for way in ["interpreter"] + TARGETS:
        group = [case for case in cases if counted(case)]
        print(f"{way}: {sum(c.passed(way) for c in group)} of {len(group)}")
    if args.table:
        write_table(args.table, cases, skipped, root)
    if args.write_list:
        write_list(args.write_list, cases)
    if args.list:
        sys.exit(report_list(cases, wanted))


if __name__ == "__main__":
    main()
