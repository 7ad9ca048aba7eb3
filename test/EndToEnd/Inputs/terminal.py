# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command with a terminal as its standard error and prints what was shown there, one line for each rewriting.

    terminal.py COMMAND...
"""
import os
import pty
import subprocess
import sys


def read_all(terminal):
    text = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # What Linux says when nobody holds the other end any more.
            return text
        if not part:
            return text
        text += part


def main():
    terminal, end = pty.openpty()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    shown = read_all(terminal).decode()
    print(shown.replace("\r\x1b[K", "<clear>\n"))
    sys.exit(process.wait())


main()
