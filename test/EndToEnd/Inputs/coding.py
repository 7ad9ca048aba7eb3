# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
"""Two reports, without and with coded constants: which takes more of what?"""
import json
import sys

plain, coded = (json.load(open(file, encoding="utf-8")) for file in sys.argv[1:])
assert coded["flash"]["total"] < plain["flash"]["total"]
assert coded["accuracy"] == plain["accuracy"]
some = False
for before, after in zip(plain["layers"], coded["layers"], strict=True):
    assert before["kernel"] == after["kernel"] and before["coding"] is None
    if after["coding"]:
        some = True
        assert after["weight_bytes"] < before["weight_bytes"] and after["cycles"] > before["cycles"]
    else:
        assert after["weight_bytes"] == before["weight_bytes"]
assert some
