# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a split network: the device's program, then a server that speaks the Open Inference Protocol.

    client.py SPLIT_FOLDER SAMPLES.npy --device PROGRAM [--server URL] [--timeout SECONDS] [--fallback PROGRAM]
              [--out ANSWERS.npy]

PROGRAM is what build.sh made; one that ends in .elf runs under QEMU. The server's models have the names of the tiers; with
two, what the first sends to the second goes through the client, rounded as it would be on the link. Where the server does not answer in time, or what it
answers is no answer, FALLBACK computes everything on the device; without one the client says what is wrong and ends with
status 1. It never waits longer than the timeout for anything.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib

import numpy

TYPES = {"FP32": "<f4", "INT64": "<i8", "INT32": "<i4", "INT8": "i1", "UINT8": "u1", "BOOL": "?"}


class Trouble(Exception):
    """What is wrong, for people."""


def run_device(program, samples, timeout):
    """What the program writes for the samples."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "input.bin").write_bytes(samples.tobytes())
        command = [str(pathlib.Path(program).resolve()), f"run:{folder}"]
        if program.endswith(".elf"):
            command = ["qemu-system-arm", "-M", "mps2-an500", "-kernel", command[0], "-display", "none", "-monitor", "none",
                       "-serial", "none", "-no-reboot", "-semihosting-config", f"enable=on,target=native,arg={command[1]}"]
        try:
            subprocess.run(command, check=True, timeout=timeout, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
            raise Trouble(f"the device's program failed: {error}") from error
        return pathlib.Path(folder, "output.bin").read_bytes()


def decode(tensor, data):
    if tensor["encoding"] == "raw":
        return numpy.frombuffer(data, TYPES[tensor["datatype"]]).reshape(tensor["shape"])
    stored = numpy.frombuffer(data, numpy.uint8)
    if tensor["encoding"] == "uint4":
        stored = numpy.stack([stored & 15, stored >> 4], 1).reshape(-1)[:tensor["elements"]]
    values = (stored.astype(numpy.int32) - tensor["zero"]).astype(numpy.float32) * numpy.float32(tensor["scale"])
    return values.reshape(tensor["shape"])


def send_over(tensors, link):
    """Tensors as they are after they have been sent."""
    sent = {}
    for tensor in link["tensors"]:
        values = tensors[tensor["name"]]
        if tensor["encoding"] != "raw":
            most = 255 if tensor["encoding"] == "uint8" else 15
            stored = numpy.clip(numpy.rint(values / numpy.float32(tensor["scale"])) + tensor["zero"], 0, most)
            values = (stored - tensor["zero"]).astype(numpy.float32) * numpy.float32(tensor["scale"])
        sent[tensor["name"]] = values
    return sent


def unpack(message, manifest, link):
    """The tensors of a message, by name."""
    if len(message) != link["message_bytes"]:
        raise Trouble(f"a message of {len(message)} bytes, where this cut has {link['message_bytes']}")
    magic, version, number, model, length, _, checksum = struct.unpack_from("<4sHHIIII", message)
    if (magic, version, number, model, length) != (b"EWIR", manifest["wire_version"], link["link"], manifest["wire_model"],
                                                   len(message) - 24):
        raise Trouble("a message from another model, cut or version")
    if zlib.crc32(message[24:], zlib.crc32(message[:20])) != checksum:
        raise Trouble("a damaged message")
    return {tensor["name"]: decode(tensor, message[tensor["offset"]:tensor["offset"] + tensor["bytes"]])
            for tensor in link["tensors"]}


def ask(url, model, part, tensors, timeout):
    """The outputs of a server's part, by name."""
    body = {"inputs": [{"name": entry["name"], "shape": entry["shape"], "datatype": entry["datatype"],
                        "data": tensors[entry["name"]].reshape(-1).tolist()} for entry in part["inputs"]]}
    request = urllib.request.Request(f"{url}/v2/models/{model}/infer", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    deadline = time.monotonic() + timeout
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            text = b""
            # A server that sends a byte now and then does not get more time.
            while chunk := response.read1(65536):
                text += chunk
                if time.monotonic() > deadline:
                    raise Trouble(f"the server at {url} takes longer than {timeout} s")
        answer = json.loads(text)
        outputs = {entry["name"]: entry for entry in answer["outputs"]}
        return {entry["name"]: numpy.asarray(outputs[entry["name"]]["data"], TYPES[entry["datatype"]]).reshape(entry["shape"])
                for entry in part["outputs"]}
    except Trouble:
        raise
    except (OSError, urllib.error.URLError) as error:
        raise Trouble(f"the server at {url} does not answer: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"the server at {url} answers what is no answer: {error!r}") from error


def run_servers(arguments, manifest, tensors):
    """All parts beyond the device; the model's first output."""
    made = {}
    for part in manifest["parts"]:
        if part["tier"] == "device":
            continue
        made = {**tensors, **ask(arguments.server, part["tier"], part, tensors, arguments.timeout), **made}
        for link in manifest["links"]:
            if link["from"] == part["tier"]:
                tensors = send_over(made, link)
    return made[manifest["outputs"][0]["name"]]


def run_split(arguments, manifest, samples):
    """The model's first output for each sample."""
    if not manifest["links"] or manifest["outputs"][0]["tier"] == "device":
        raise Trouble("the device computes the answer by itself in this cut; there is nothing to ask a server for")
    link = manifest["links"][0]
    size = link["message_bytes"]
    messages = run_device(arguments.device, samples, 60)
    return numpy.stack([run_servers(arguments, manifest, unpack(messages[start:start + size], manifest, link))
                        for start in range(0, size * len(samples), size)])


def run_fallback(arguments, manifest, samples):
    output = manifest["outputs"][0]
    data = run_device(arguments.fallback, samples, 60)
    return numpy.frombuffer(data, TYPES[output["datatype"]]).reshape([len(samples)] + output["shape"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("--device", required=True)
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--timeout", type=float, default=2)
    parser.add_argument("--fallback")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.folder / "manifest.json").read_text())
    samples = numpy.load(arguments.samples)
    try:
        answers = run_split(arguments, manifest, samples)
    except Trouble as trouble:
        print(f"client: {trouble}", file=sys.stderr)
        if not arguments.fallback:
            return 1
        print("client: falling back to the device alone", file=sys.stderr)
        answers = run_fallback(arguments, manifest, samples)
    if arguments.out:
        numpy.save(arguments.out, answers)
    for answer in answers:
        print(int(answer.reshape(-1).argmax()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
