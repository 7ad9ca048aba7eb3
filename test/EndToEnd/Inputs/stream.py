# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a model of one step with state against the same model over a whole sequence.

    stream.py WORK-FOLDER STEP.onnx SEQUENCE.onnx IN=OUT...

Both are compiled for the host. The step model gets the frames of the sequence model's first input one by one, twice
with a reset in between; its outputs have to be those of the sequence model. Prints the largest relative difference.
"""
import ctypes
import pathlib
import random
import re
import subprocess
import sys


class Model:
    """A compiled model behind its C functions; tensors of float."""

    def __init__(self, work, name, options):
        subprocess.run(["edgecc", *options, "--name", name, "--target", "generic", "-o", work], check=True,
                       stdout=subprocess.DEVNULL)
        library = work / f"{name}.so"
        subprocess.run(["c++", "-std=c++17", "-O1", "-shared", "-fPIC", work / f"{name}.cpp", "-o", library], check=True)
        self.code = ctypes.CDLL(str(library))
        self.name = name
        size = self.call("context_bytes", ctypes.c_size_t)()
        room = ctypes.create_string_buffer(size + 15)
        self.room, self.context = room, ctypes.c_void_p((ctypes.addressof(room) + 15) // 16 * 16)
        header = (work / f"{name}.h").read_text()
        self.inputs, self.outputs = (self.sizes(header, "kInputs"), self.sizes(header, "kOutputs"))
        self.reset()

    @staticmethod
    def sizes(header, array):
        text = header.split(f"{array}[] = ")[1].split("};\n")[0]
        return [int(bytes) // 4 for bytes in re.findall(r'"float", (\d+)', text)]

    def call(self, function, result=None):
        entry = getattr(self.code, f"{self.name}_{function}")
        entry.restype = result
        return entry

    def reset(self):
        self.call("reset")(self.context)

    def run(self, data):
        source = (ctypes.c_float * len(data))(*data)
        results = [(ctypes.c_float * size)() for size in self.outputs]
        inputs = (ctypes.c_void_p * 1)(ctypes.addressof(source))
        outputs = (ctypes.c_void_p * len(results))(*map(ctypes.addressof, results))
        self.call("run")(self.context, inputs, outputs)
        return [list(result) for result in results]


def main():
    work, step_file, sequence_file, *pairs = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    step = Model(work, "step", [step_file] + [word for pair in pairs for word in ("--stateful", pair)])
    sequence = Model(work, "sequence", [sequence_file])
    random.seed(1)
    data = [random.gauss(0, 1) for _ in range(sequence.inputs[0])]
    expected = sequence.run(data)
    size = step.inputs[0]
    worst = 0.0
    for _ in range(2):
        step.reset()
        found = [[] for _ in step.outputs]
        for at in range(0, len(data), size):
            for whole, part in zip(found, step.run(data[at:at + size])):
                whole += part
        for wanted, actual in zip(expected, found):
            scale = max(map(abs, wanted))
            worst = max([worst] + [abs(a - b) / scale for a, b in zip(wanted, actual, strict=True)])
    print(f"{len(data) // size} steps, largest difference {worst:.1e}: {'same' if worst < 1e-5 else 'different'}")


main()
