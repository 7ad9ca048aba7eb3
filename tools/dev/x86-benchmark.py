#!/usr/bin/env python3
# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times generated code on x86 beside ONNX Runtime, OpenVINO and LiteRT, one thread, batch 1, and prints a table.

    tools/dev/x86-benchmark.py [FOLDER] [--only NAME,...] [--kinds int8,f32] [--write FILE.md] [--edgecc PROGRAM] [--cxx COMPILER]
                               [--seconds S]

FOLDER holds NAME/NAME.onnx, NAME/calib.npy for int8 and NAME/*.tflite for LiteRT (default ../shared/models beside the
project). Peers are those that this Python can import (onnx onnxruntime openvino ai-edge-litert); nothing is downloaded.
All run in one process and take turns, the minimum counts: compare figures of one run only. --write puts the table into FILE.md (docs/benchmarks/x86.md), else it is printed.
"""
import argparse
import ctypes
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

os.environ.update(OMP_NUM_THREADS="1", GLOG_minloglevel="3", TF_CPP_MIN_LOG_LEVEL="3")
# What x86-avx512 has: OpenVINO would use AMX where there is some.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI")

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = {"x86-avx512": ["-march=x86-64-v4", "-mavx512vnni"], "x86-avx2": ["-march=x86-64-v3"]}
# What the best peer's time divided by ours is to reach on x86-avx512.
GOALS = {("resnet8_cifar10", "int8"): 2, ("vww_mobilenetv1", "int8"): 4, ("kws_dscnn", "int8"): 3,
         ("ad_autoencoder", "int8"): 1.1, ("ad_autoencoder", "f32"): 1.1, ("mobilenet_v1_025_128", "int8"): 3,
         ("subpixel_sr", "int8"): 1.3, ("resnet8_cifar10", "f32"): 1.5, ("vww_mobilenetv1", "f32"): 3,
         ("kws_dscnn", "f32"): 2, ("mobilenet_v1_025_128", "f32"): 2, ("ultraface_slim320", "f32"): 1.5,
         ("yunet_n", "f32"): 1.5, ("subpixel_sr", "f32"): 1.3, ("rt_gru", "f32"): 3, ("rnnoise_gru", "f32"): 3,
         ("dtln_1", "f32"): 3}
ROUNDS = 4


def read_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=PROJECT.parent / "shared/models")
    parser.add_argument("--only")
    parser.add_argument("--kinds", default="int8,f32")
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--edgecc", type=pathlib.Path, default=PROJECT / "build/bin/edgecc")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "build/benchmark-x86")
    parser.add_argument("--cxx", default="g++")
    parser.add_argument("--tune", action="store_true", help="compile ours with --tune (minutes for each model)")
    parser.add_argument("--seconds", type=float, default=1.0, help="per contestant")
    return parser.parse_args()


# --- Ours -------------------------------------------------------------------------------------------------------------

class Ours:
    """A model that edgecc compiled for a target, as a function that times itself."""

    def __init__(self, options, model, kind, target):
        folder = options.out / f"{model.stem}-{target}-{kind}"
        # Of its own: the loader has constants of one name, even of several libraries, once.
        name = re.sub(r"\W", "_", f"{model.stem}_{kind}_{target}")
        line = [options.edgecc, model, "--target", target, "--name", name, "-o", folder]
        line += ["--precision", "s8", "--io", "quantized", "--calib", model.parent / "calib.npy"] if kind == "int8" \
            else ["--precision", "f32"]
        if options.tune:
            line += ["--tune", folder.with_suffix(".json")]
        self.run([str(word) for word in line])
        library = folder / f"{name}.so"
        self.run([options.cxx, "-std=c++17", "-O3", "-shared", "-fPIC", *TARGETS[target], f'-DSOURCE="{folder}/{name}.cpp"',
                  f"-DNET={name}", f"-DNET_RUN={name}_run", str(PROJECT / "tools/dev/x86-timing.cpp"), "-o", str(library)])
        self.library = ctypes.CDLL(str(library))
        self.library.minimum_us.restype = ctypes.c_double
        self.inputs, self.outputs = self.tensors(0), self.tensors(1)

    @staticmethod
    def run(line):
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{line[0]}: {done.stderr.strip()[-500:]}")

    def tensors(self, output):
        buffers, kind = [], ctypes.c_char_p()
        while True:
            size = self.library.describe(output, len(buffers), ctypes.byref(kind))
            if size < 0:
                return (ctypes.c_void_p * len(buffers))(*[ctypes.addressof(b) for b in buffers]), buffers
            buffers.append(ctypes.create_string_buffer(size + 64))

    def minimum(self, seconds):
        return self.library.minimum_us(ctypes.c_double(seconds), self.inputs[0], self.outputs[0])


# --- Peers ------------------------------------------------------------------------------------------------------------

class Peer:
    """A runtime's session as a function to call."""

    def __init__(self, call):
        self.call = call

    def minimum(self, seconds):
        best, end = 1e12, time.perf_counter() + seconds
        while True:
            start = time.perf_counter()
            self.call()
            stop = time.perf_counter()
            best = min(best, stop - start)
            if stop > end:
                return best * 1e6


def feeds_for(session):
    import numpy
    return {i.name: numpy.zeros([d if isinstance(d, int) and d > 0 else 1 for d in i.shape],
                                numpy.int64 if "int64" in i.type else numpy.float32) for i in session.get_inputs()}


def open_onnxruntime(path):
    import onnxruntime
    onnxruntime.set_default_logger_severity(3)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])


def onnxruntime_peer(path):
    session = open_onnxruntime(path)
    binding = session.io_binding()
    for name, value in feeds_for(session).items():
        binding.bind_cpu_input(name, value)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return Peer(lambda: session.run_with_iobinding(binding))


def openvino_peer(path, kind):
    import openvino
    feeds = feeds_for(open_onnxruntime(path))
    core = openvino.Core()
    model = core.read_model(str(path))
    model.reshape({name: list(value.shape) for name, value in feeds.items()})
    settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
    if kind == "f32":
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    request.infer(list(feeds.values()))

    def call():
        request.start_async()
        request.wait()
    return Peer(call)


def litert_peer(path):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    return Peer(interpreter.invoke)


def quantize(model, path):
    """ONNX Runtime's static quantization, per channel."""
    import numpy
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static, quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            feeds = feeds_for(open_onnxruntime(model))
            name = next(iter(feeds))
            self.items = iter([{**feeds, name: sample.reshape(feeds[name].shape).astype(feeds[name].dtype)}
                               for sample in numpy.load(model.parent / "calib.npy")[:50]])

        def get_next(self):
            return next(self.items, None)
    # Shapes are static, and symbolic ones would need one more package.
    quant_pre_process(str(model), str(path) + ".pre", skip_symbolic_shape=True)
    quantize_static(str(path) + ".pre", str(path), Reader(), per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8)


def open_peers(model, kind, folder):
    """The runtimes that take the model; what fails is said and left out."""
    path = model

    def attempt(name, make):
        try:
            return {name: make()}
        except ModuleNotFoundError:
            return {}
        except Exception as error:  # Whatever a peer throws: the table has a gap there.
            print(f"x86-benchmark.py: {model.stem} {kind}: {name}: {str(error)[:200]}", file=sys.stderr)
            return {}
    peers = {}
    if kind == "int8":
        path = folder / f"{model.stem}.onnx"
        made = attempt("onnxruntime", lambda: quantize(model, path))
        if not made:
            path = None
        files = sorted(model.parent.glob("*int8.tflite"))
        if files:
            peers |= attempt("litert", lambda: litert_peer(files[0]))
    if path:
        peers |= attempt("onnxruntime", lambda: onnxruntime_peer(path))
        peers |= attempt("openvino", lambda: openvino_peer(path, kind))
    return peers


# --- The table --------------------------------------------------------------------------------------------------------

def measure(options, model, kind, folder):
    contestants = {}
    for target in TARGETS:
        try:
            contestants[target] = Ours(options, model, kind, target)
        except RuntimeError as error:
            print(f"x86-benchmark.py: {model.stem} {kind} {target}: {error}", file=sys.stderr)
    contestants |= open_peers(model, kind, folder)
    best = {}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            best[name] = min(best.get(name, 1e12), contestant.minimum(options.seconds / ROUNDS))
    return best


def number(value):
    return "-" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def row_of(name, kind, best):
    peers = {peer: best[peer] for peer in ("onnxruntime", "openvino", "litert") if peer in best}
    row = [name, kind] + [number(best.get(key)) for key in (*TARGETS, "onnxruntime", "openvino", "litert")]
    for target in TARGETS:
        row.append(f"{min(peers.values()) / best[target]:.2f}×" if peers and target in best else "-")
    return row + [f"{GOALS[name, kind]}×" if (name, kind) in GOALS else "-"]


def processor():
    try:
        found = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        return found[1] if found else platform.processor()
    except OSError:
        return platform.processor()


def versions(options):
    found = [subprocess.run([options.cxx, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[0]]
    for module, label in (("onnxruntime", "ONNX Runtime"), ("openvino", "OpenVINO"), ("ai_edge_litert", "LiteRT")):
        try:
            found.append(f"{label} {__import__(module).__version__}")
        except (ImportError, AttributeError):
            pass
    return ", ".join(found)


def render(options, rows):
    import report
    header = ["model", "type", "x86-avx512", "x86-avx2", "ONNX Runtime", "OpenVINO", "LiteRT", "best peer / avx512",
              "best peer / avx2", "goal"]
    return f"""# x86: one thread, batch 1

Made by `tools/dev/x86-benchmark.py --write docs/benchmarks/x86.md`: microseconds of an inference, the least of many, all
contestants in turn in one process on one core of a machine with other work. Ratios are what to read. int8 is quantized
from the float model by edgecc (`--io quantized`) and by ONNX Runtime (static, per channel; OpenVINO runs that model, too);
LiteRT runs MLPerf Tiny's official int8 models. OpenVINO is kept from AMX (ONEDNN_MAX_CPU_ISA), which x86-avx512 does not
have either. Goals are for x86-avx512.

{processor()}; {versions(options)}.

""" + report.markdown(header, rows) + "\n"


def main():
    options = read_command_line()
    options.out.mkdir(parents=True, exist_ok=True)
    models = sorted(path for path in options.folder.glob("*/*.onnx") if path.stem == path.parent.name)
    if options.only:
        models = [path for path in models if path.stem in options.only.split(",")]
    if not models:
        sys.exit(f"x86-benchmark.py: no models NAME/NAME.onnx in {options.folder}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds.split(","):
            for model in models:
                if kind == "int8" and not (model.parent / "calib.npy").exists():
                    continue
                rows.append(row_of(model.stem, kind, measure(options, model, kind, pathlib.Path(folder))))
                print(*rows[-1], file=sys.stderr)
    text = render(options, rows)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
