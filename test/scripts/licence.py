# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every source states Apache 2.0 with LLVM's exceptions; kernels, which become part of their user's code, no licence."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
text = (root / "LICENSE.TXT").read_text(encoding="utf-8")
wrong = [f"LICENSE.TXT: lacks '{words}'" for words in
         ("Apache License", "Version 2.0, January 2004", "LLVM Exceptions to the Apache 2.0 License") if words not in text]
for path in sorted((root / "backends/kernels").glob("*.h")):
    if re.search("SPDX|licen[cs]e|copyright", path.read_text(encoding="utf-8"), re.IGNORECASE):
        wrong.append(f"{path.relative_to(root)}: belongs to whoever generates code, no licence line here")
# The rest states it; templates become part of generated code as kernels do.
for pattern in ("*.cpp", "*.h", "*.td", "*.py"):
    for path in sorted(root.rglob(pattern)):
        name = path.relative_to(root).as_posix()
        if re.match(r"build|install|\.|backends/(kernels|templates)/", name):
            continue
        if "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception" not in path.read_text(encoding="utf-8")[:600]:
            wrong.append(f"{name}: lacks the licence line")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
