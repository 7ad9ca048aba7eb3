# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a system for --split, a Cortex-M4 and a server, with changes: PATH=JSON for each."""
import json
import sys

system = {
    "tiers": [{"name": "device", "target": "cortex-m4", "active_power_mw": 33},
              {"name": "server", "macs_per_second": 1e9, "overhead": "1ms"}],
    "links": [{"from": "device", "to": "server", "bandwidth": "1Mbit/s", "round_trip": "10ms",
               "energy_per_byte": "1uJ"}],
}
for change in sys.argv[2:]:
    path, _, value = change.partition("=")
    *steps, last = path.split(".")
    place = system
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = json.loads(value)
with open(sys.argv[1], "w") as file:
    json.dump(system, file)
