# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs code that chooses among targets on this machine and on emulated ones.

    dispatch.py FOLDER NAME COMPILER [CPU=TARGET...]

Compiles FOLDER/NAME.cpp without any -march, strictly, and checks that no function outside of the AVX targets' own has
an instruction of AVX, and none of AVX2 one of AVX-512. Then it runs the program here and, under qemu-x86_64, on each
CPU, where the code of TARGET has to be chosen. Prints "N machines, the same bits" if all outputs are equal.
"""
import pathlib
import re
import subprocess
import sys

WARNINGS = "-Wall -Wextra -Wconversion -Wshadow -Werror -fno-exceptions -fno-rtti".split()
MAIN = """
#include "@.h"
#include <cstdio>
#include <cstring>
static @::Context context;
static unsigned char in[1 << 22], out[1 << 22];
int main() {
  const void *inputs[16];
  void *outputs[16];
  std::size_t at = 0;
  unsigned seed = 1;
  for (std::size_t i = 0; i < sizeof(@::kInputs) / sizeof(@::kInputs[0]); ++i) {
    inputs[i] = in + at;
    for (std::size_t j = 0; j < @::kInputs[i].bytes; ++j) {
      seed = seed * 1664525u + 1013904223u;
      in[at + j] = static_cast<unsigned char>(seed >> 24);
    }
    at += (@::kInputs[i].bytes + 63) / 64 * 64;
  }
  at = 0;
  for (std::size_t i = 0; i < sizeof(@::kOutputs) / sizeof(@::kOutputs[0]); ++i) {
    outputs[i] = out + at;
    at += (@::kOutputs[i].bytes + 63) / 64 * 64;
  }
  @_reset(&context);
  @_run(&context, inputs, outputs);
  std::printf("%s ", @_chosen_target());
  for (std::size_t i = 0; i < at; ++i)
    std::printf("%02x", out[i]);
}
"""


def must(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result.stdout


def check_instructions(object_file):
    function = ""
    for line in must("objdump", "-d", "--no-show-raw-insn", object_file).splitlines():
        if line.endswith(">:"):
            function = line
            continue
        words = line.split("\t")
        if len(words) < 2 or "for_x86_avx512" in function:
            continue
        wide = re.search(r"%zmm|%k[0-7]|[xy]mm(1[6-9]|2\d|3[01])", line)
        vex = re.match(r"v[a-z]", words[1]) and not words[1].startswith("ver")
        if wide or (vex and "for_x86_avx2" not in function):
            sys.exit(f"{function} has{line}")


def main():
    folder, name, compiler = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    source, program = folder / "main.cpp", folder / "main"
    source.write_text(MAIN.replace("@", name))
    must(compiler, "-std=c++17", "-O3", *WARNINGS, "-c", folder / f"{name}.cpp", "-o", folder / f"{name}.o")
    check_instructions(folder / f"{name}.o")
    must(compiler, "-std=c++17", "-O1", source, folder / f"{name}.o", "-o", program)
    here, bits = must(program).split()
    print("here:", here)
    for pair in sys.argv[4:]:
        cpu, target = pair.split("=")
        chosen, others = must("qemu-x86_64", "-cpu", cpu, program).split()
        if chosen != target:
            sys.exit(f"{cpu} runs the code of {chosen}, not of {target}")
        if others != bits:
            sys.exit(f"{cpu}: the bits of {chosen} differ from those of {here}")
    print(f"{len(sys.argv) - 3} machines, the same bits")


main()
