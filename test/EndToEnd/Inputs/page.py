# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says what a report.html is like.

    page.py FOLDER              whether it carries FOLDER/report.json and asks nobody else for anything
    page.py --render FOLDER     which sections Chromium shows, how many shapes are drawn, what the console says
"""
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys


class Page(html.parser.HTMLParser):
    """Visible sections, shapes of pictures (points of charts), elements by name, the data."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.hidden, self.shown, self.shapes, self.data = set(), 0, [], 0, ""
        self.in_data = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.add(tag)
        self.in_data = tag == "script" and attributes.get("type") == "application/json"
        if tag == "section" and "id" in attributes and "hidden" not in attributes:
            self.shown.append(attributes["id"])
        self.shapes += tag in ("rect", "circle", "polyline")
        self.shapes += int(attributes.get("data-points", 0))

    def handle_data(self, data):
        if self.in_data:
            self.data += data

    def handle_endtag(self, tag):
        self.in_data &= tag != "script"


def check(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    same = json.loads(page.data) == json.loads((folder / "report.json").read_text(encoding="utf-8"))
    print("data:", "same" if same else "different")
    # Names of XML's vocabularies are no addresses to load from.
    addresses = [word for word in re.findall(r"(?:https?:)?//[\w.]+\.\w+", text) if "www.w3.org" not in word]
    loaded = re.findall(r"<(?:img|iframe|link[^>]*rel=\"stylesheet\")|@import|url\(|\bsrc=", text)
    print("from elsewhere:", addresses + loaded or "nothing")
    print("elements:", " ".join(sorted(page.elements & {"b", "script"})))


def render(folder):
    browser = shutil.which("chromium")
    result = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                             "--virtual-time-budget=2000", "--dump-dom", (folder / "report.html").resolve().as_uri()],
                            capture_output=True, text=True, check=True)
    page = Page(result.stdout)
    print("sections:", " ".join(page.shown))
    print("shapes:", page.shapes)
    console = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
    print("console:", console or "silent")


if __name__ == "__main__":
    if sys.argv[1] == "--render":
        render(pathlib.Path(sys.argv[2]))
    else:
        check(pathlib.Path(sys.argv[1]))
