# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# lit's configuration: which files are tests and what their commands may use.
import os
import shutil

import lit.formats

config.name = "edgecc"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".mlir", ".test", ".onnxtxt"]
config.excludes = ["Inputs", "inputs", "models", "unit", "kernels"]
config.test_source_root = os.path.join(config.edgecc_source_dir, "test")
config.test_exec_root = os.path.join(config.edgecc_binary_dir, "test")

bin_dir = os.path.join(config.edgecc_binary_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    [bin_dir, config.llvm_tools_dir, os.environ["PATH"]])
# HOME and TMPDIR for ccache-free compilers that the driver runs; the others
# for builds with sanitizers.
for variable in ("HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]

config.substitutions.append(("%models", os.path.join(config.test_source_root, "models")))
config.substitutions.append(("%shared", config.shared_dir))
config.substitutions.append(("%source_dir", config.edgecc_source_dir))
config.substitutions.append(("%binary_dir", config.edgecc_binary_dir))
config.substitutions.append(("%llvm_include", config.llvm_include))
config.substitutions.append(("%python", config.python))
# Where scripts of tests find npy.py.
config.environment["PYTHONPATH"] = os.path.join(config.test_source_root, "Inputs")

if os.path.isdir(os.path.join(config.shared_dir, "models")):
    config.available_features.add("shared")
for feature, program in (("arm", "arm-none-eabi-g++"),
                         ("aarch64", "aarch64-linux-gnu-g++"),
                         ("qemu-arm", "qemu-system-arm"),
                         ("qemu-aarch64", "qemu-aarch64"),
                         ("qemu-x86", "qemu-x86_64"),
                         ("clang", "clang++-19"),
                         ("chromium", "chromium")):
    if shutil.which(program):
        config.available_features.add(feature)
