# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs docs/examples/split: the digits model over a device and a server.

    split-run.py faults WORK    a server that is down, slow, or answers garbage (a fake one); needs numpy
    split-run.py served WORK    MLServer with ONNX Runtime, device on this machine and a Cortex-M7 under QEMU, and latency
                                through a link with delay, as simulated; needs numpy, mlserver, onnxruntime

Status 77 where a package is missing.
"""
import http.server
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs/examples/split"
DIGITS = ROOT / "docs/examples/digits"
sys.dont_write_bytecode = True
sys.path.insert(0, str(EXAMPLE))
try:
    import numpy
    if sys.argv[1] == "served":
        import mlserver  # noqa: F401
        import onnxruntime
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
import client  # noqa: E402

TRIP, BITS = 0.2, 200000


def run(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def make_split(work, kind, target, server_time=1e-3):
    """Splits the model after its first layer and builds the device's program."""
    folder = work / kind
    system = {
        "tiers": [{"name": "device", "target": target, "clock_mhz": 1000, "cycles_per_mac": 1},
                  {"name": "server", "macs_per_second": 1e15, "overhead": server_time}],
        "links": [{"from": "device", "to": "server", "bandwidth": BITS, "round_trip": TRIP}],
        "arrivals": {"rate": 1},
        "constraints": {"private": ["image"], "place": {"Conv_3": "server"}},
    }
    (work / f"{kind}.json").write_text(json.dumps(system))
    run("edgecc", DIGITS / "digits.onnx", "--calib", DIGITS / "calib.npy", "--split", work / f"{kind}.json", "--name",
        "digits", "-o", folder)
    program = work / ("device.elf" if kind == "cortex-m7" else "device")
    run(EXAMPLE / "build.sh", kind, folder, "digits", "server", program)
    return folder, program


def make_three(work):
    """Device, edge and cloud; the tensor between the servers in integers, too."""
    system = {
        "tiers": [{"name": "device", "target": "generic", "clock_mhz": 1000, "cycles_per_mac": 1},
                  {"name": "edge", "macs_per_second": 1e9}, {"name": "cloud", "macs_per_second": 1e9}],
        "links": [{"from": "device", "to": "edge", "bandwidth": BITS}, {"from": "edge", "to": "cloud", "bandwidth": BITS}],
        "constraints": {"private": ["image"], "place": {"Conv_3": "edge", "Gemm_18": "cloud"}},
    }
    (work / "three.json").write_text(json.dumps(system))
    run("edgecc", DIGITS / "digits.onnx", "--calib", DIGITS / "calib.npy", "--split", work / "three.json", "--name", "digits",
        "-o", work / "three")
    run(EXAMPLE / "build.sh", "host", work / "three", "digits", "edge", work / "device-three")
    return work / "three", work / "device-three"


def make_fallback(work):
    run("edgecc", DIGITS / "digits.onnx", "--calib", DIGITS / "calib.npy", "--target", "generic", "--name", "whole", "-o",
        work / "whole")
    run(EXAMPLE / "build.sh", "host", work / "whole", "whole", "-", work / "fallback")
    return work / "fallback"


def save_samples(work, count):
    samples = numpy.load(DIGITS / "eval.npy")[:count].astype("float32")
    numpy.save(work / "samples.npy", samples)
    return work / "samples.npy"


def ask(folder, samples, program, url, *more):
    """The client's exit status, classes, complaints, and seconds."""
    begin = time.monotonic()
    result = subprocess.run([sys.executable, EXAMPLE / "client.py", folder, samples, "--device", program, "--server", url,
                             "--timeout", "1", *more], capture_output=True, text=True, timeout=30)
    return result.returncode, result.stdout.split(), result.stderr, time.monotonic() - begin


def expect(condition, what):
    print("ok  " if condition else "FAIL", what)
    if not condition:
        sys.exit(1)


# Servers that are not what they should be.

class Fake(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        getattr(self, self.server.fault)()

    def answer(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def garbage(self):
        self.answer(b"\xff\x00<html>")

    def other(self):
        self.answer(b'{"outputs": [{"name": "probabilities", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}]}')

    def slow(self):
        time.sleep(5)

    def dripping(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(50):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass

    def error(self):
        self.send_error(500)

    def log_message(self, *_):
        pass


def test_faults(work):
    folder, program = make_split(work, "host", "generic")
    fallback = make_fallback(work)
    samples = save_samples(work, 5)
    labels = numpy.load(DIGITS / "eval_labels.npy")[:5]
    status, _, text, seconds = ask(folder, samples, program, "http://127.0.0.1:9")
    expect(status == 1 and "does not answer" in text and seconds < 10, "down: says so")
    for fault, words in (("garbage", "what is no answer"), ("other", "what is no answer"), ("slow", "does not answer"),
                         ("dripping", "takes longer"), ("error", "does not answer")):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
        server.fault, server.daemon_threads = fault, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        status, _, text, seconds = ask(folder, samples, program, url)
        expect(status == 1 and words in text and seconds < 10, f"{fault}: says so, does not hang")
        status, classes, text, seconds = ask(folder, samples, program, url, "--fallback", fallback)
        expect(status == 0 and "falling back" in text and classes == [str(label) for label in labels] and seconds < 10,
               f"{fault}: falls back to the device")
        server.shutdown()
    manifest = json.loads((folder / "manifest.json").read_text())
    message = bytearray(client.run_device(str(program), numpy.load(samples), 10)[:manifest["links"][0]["message_bytes"]])
    client.unpack(bytes(message), manifest, manifest["links"][0])
    message[100] ^= 1
    try:
        client.unpack(bytes(message), manifest, manifest["links"][0])
        expect(False, "damaged message: refused")
    except client.Trouble as trouble:
        expect("damaged" in str(trouble), "damaged message: refused")


# A server that is one.

def start_server(work, models):
    """MLServer with these ONNX files as models of their names."""
    serve = work / "serve"
    serve.mkdir()
    for model in models:
        shutil.copytree(EXAMPLE / "mlserver", serve / model.stem)
        shutil.copy(model, serve / model.stem)
        entry = json.loads((EXAMPLE / "mlserver/model-settings.json").read_text())
        entry.update(name=model.stem, parameters={"uri": model.name})
        (serve / model.stem / "model-settings.json").write_text(json.dumps(entry))
    settings = json.loads((EXAMPLE / "mlserver/settings.json").read_text())
    ports = []
    for key in ("http_port", "grpc_port", "metrics_port"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            settings[key] = probe.getsockname()[1]
            ports.append(settings[key])
    (serve / "settings.json").write_text(json.dumps(settings))
    process = subprocess.Popen([sys.executable, "-m", "mlserver.cli.main", "start", "."], cwd=serve,
                               stdout=open(work / "server.log", "w"), stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{ports[0]}"
    for _ in range(120):
        try:
            for model in models:
                urllib.request.urlopen(f"{url}/v2/models/{model.stem}/ready", timeout=1)
            return process, url
        except OSError:
            time.sleep(0.5)
    process.terminate()
    raise SystemExit("MLServer did not start:\n" + (work / "server.log").read_text()[-2000:])


def receive(connection, size):
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data)) or sys.exit("the link broke")
    return data


def forward(source, target, size):
    """A link with bandwidth and delay, one way."""
    while True:
        message = receive(source, size)
        time.sleep(size * 8 / BITS + TRIP / 2)
        target.sendall(message)


def gateway(connection, manifest, url):
    """Asks the server for each message, and sends the answer's floats."""
    link, part = manifest["links"][0], manifest["parts"][-1]
    while True:
        tensors = client.unpack(receive(connection, link["message_bytes"]), manifest, link)
        answer = client.ask(url, "server", part, tensors, 2)[part["outputs"][0]["name"]]
        connection.sendall(answer.astype("<f4").tobytes())


def measure_link(manifest, url, message, count):
    """Seconds from the message to the answer, through the link."""
    (device, near), (far, server) = socket.socketpair(), socket.socketpair()
    size = len(message)
    for target, arguments in ((forward, (near, far, size)), (forward, (far, near, 40)), (gateway, (server, manifest, url))):
        threading.Thread(target=target, args=arguments, daemon=True).start()
    times = []
    for _ in range(count):
        begin = time.monotonic()
        device.sendall(message)
        receive(device, 40)
        times.append(time.monotonic() - begin)
    return statistics.median(times)


def measure_server(manifest, url, message):
    link, part = manifest["links"][0], manifest["parts"][-1]
    times = []
    for _ in range(40):
        begin = time.monotonic()
        client.ask(url, "server", part, client.unpack(message, manifest, link), 2)
        times.append(time.monotonic() - begin)
    return statistics.median(times)


def test_served(work):
    folder, program = make_split(work, "host", "generic")
    samples = save_samples(work, 40)
    three, three_program = make_three(work)
    process, url = start_server(work, [folder / "server.onnx", three / "edge.onnx", three / "cloud.onnx"])
    try:
        status, _, text, _ = ask(folder, samples, program, url, "--out", work / "host.npy")
        expect(status == 0, f"served by MLServer {text}")
        session = onnxruntime.InferenceSession(str(DIGITS / "digits.onnx"))
        whole = numpy.stack([session.run(None, {"image": image.reshape(1, 1, 8, 8)})[0] for image in numpy.load(samples)])
        answers = numpy.load(work / "host.npy")
        difference = float(numpy.abs(answers - whole).max())
        expect(difference < 0.05 and (answers.argmax(-1) == whole.argmax(-1)).all(),
               f"equal to the whole model but for integers: at most {difference:.4f}")
        status, _, text, _ = ask(three, samples, three_program, url, "--out", work / "three.npy")
        difference = float(numpy.abs(numpy.load(work / "three.npy") - whole).max()) if status == 0 else 1
        expect(difference < 0.05, f"three tiers: at most {difference:.4f} {text}")
        if shutil.which("qemu-system-arm") and shutil.which("arm-none-eabi-g++"):
            device_folder, elf = make_split(work, "cortex-m7", "cortex-m7")
            status, _, text, _ = ask(device_folder, samples, elf, url, "--out", work / "m7.npy")
            expect(status == 0 and (numpy.load(work / "m7.npy") == answers).all(),
                   f"Cortex-M7 under QEMU: the same answers {text}")
        manifest = json.loads((folder / "manifest.json").read_text())
        message = client.run_device(str(program), numpy.load(samples)[:1], 10)
        seconds = measure_server(manifest, url, message)
        simulated_folder, _ = make_split(work, "host", "generic", seconds)
        simulated = json.loads((simulated_folder / "split.json").read_text())["simulation"]["p50_ms"]
        measured = measure_link(manifest, url, message, 40) * 1e3
        expect(abs(simulated / measured - 1) < 0.1, f"p50 through the link: simulated {simulated:.1f} ms, measured "
               f"{measured:.1f} ms ({(simulated / measured - 1) * 100:+.1f}%), server {seconds * 1e3:.1f} ms")
    finally:
        process.terminate()
        process.wait(20)


def main():
    work = pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    {"faults": test_faults, "served": test_served}[sys.argv[1]](work)


os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
main()
