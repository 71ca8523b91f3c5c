#!/usr/bin/env python3
"""Hostile texts in every text of every API: what readers of each output must be safe from."""

import csv
import html.parser
import io
import json
import os
import re
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

FORMATS = ("html", "md", "xml", "json", "ndjson", "csv", "txt")

# Bidirectional controls: they make a text look like another one.
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
WORKFLOW_COMMANDS = re.compile(r"(?:^|\s)::[a-z-]+ ?[^:]*::|##\[|##vso\[|##teamcity\[", re.M)
VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr", "source", "area"}


class Page(html.parser.HTMLParser):
    """What a browser would make of it: elements, attributes, and whether all are closed."""

    def __init__(self):
        super().__init__()
        self.open, self.problems, self.tags, self.attributes = [], [], set(), []
        self.text = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"stray </{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text.append(data)


def parse_page(text):
    page = Page()
    page.feed(text)
    page.close()
    return page


def controls(text, but="\n\t"):
    """Control characters, and what no XML or terminal takes."""
    return {f"U+{ord(char):04X}" for char in text
            if unicodedata.category(char) == "Cc" and char not in but}


def outside_code(markdown):
    """Markdown without its code spans and fences: what a renderer interprets."""
    kept, fence = [], None
    for line in markdown.split("\n"):
        found = re.match(r"(`{3,})\w*\s*$", line)
        if fence:
            fence = None if found and len(found[1]) >= len(fence) else fence
        elif found:
            fence = found[1]
        else:
            kept.append(line)
    if fence:
        kept.append("a fence is not closed")
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", "\n".join(kept))


class Hostile(harness.Case):
    """Every text of fields.HOSTILE in every place."""

    @classmethod
    def setUpClass(cls):
        cls.records = list(fields.hostile_records(fields.HOSTILE))

    def setUp(self):
        super().setUp()
        self.write("in/all.ndjson", "\n".join(map(json.dumps, self.records)))
        self.write("in/refused.ndjson", "\n".join(
            json.dumps({"error": text}) for text in fields.HOSTILE))
        self.write("in/strangers.ndjson", "\n".join(
            json.dumps({text: 1}) for text in fields.HOSTILE))
        for number, text in enumerate(fields.HOSTILE):
            name = text.replace("/", "|")[:60].encode("utf-8", "surrogatepass")
            folder = os.path.join(os.fsencode(self.folder), b"in")
            with open(os.path.join(folder, b"%d" % number + name + b".json"), "wb") as file:
                file.write(b"{")
        outputs = [word for name in FORMATS for word in ("-o", f"report.{name}")]
        self.ended = self.run_here("in", *outputs, "--details", "all", "-v",
                                   "--limit", "markdown-bytes=100M")
        self.assertEqual(self.ended.returncode, 3)
        self.out = {name: (self.folder / f"report.{name}").read_bytes().decode()
                    for name in FORMATS}

    def test_counts(self):
        report = json.loads(self.out["json"])
        self.assertEqual(report["totals"]["runs"], len(fields.HOSTILE) * len(fields.RUNS))

    def test_html(self):
        page = parse_page(self.out["html"])
        self.assertEqual(page.problems, [])
        self.assertEqual([tag for tag in page.open if tag not in ("p", "li")], [])
        self.assertEqual(page.tags & {"script", "iframe", "object", "form", "img"}, set())
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), (tag, name))
            self.assertNotEqual(name, "style")
            if name in ("href", "src"):
                self.assertRegex(value, r"^(#|https?://)")
        self.assertEqual(controls(self.out["html"]), set())
        self.assertIsNone(BIDI.search(self.out["html"]))
        # The texts themselves are there to be read.
        self.assertIn("</script><script>alert(1)</script>", "".join(page.text))

    def test_junit(self):
        for flavor in ("strict", "rich"):
            with self.subTest(flavor):
                ended = self.run_here("in", "-o", "junit=-", "--junit-flavor", flavor,
                                      "--details", "all", "--junit-cases", "run")
                text = ended.stdout.decode()
                root = ElementTree.fromstring(text)
                self.assertEqual(len(root.findall(".//testcase")),
                                 len(fields.HOSTILE) * len(fields.RUNS))
                self.assertEqual(controls(text), set())
                self.assertNotIn("<![CDATA", text)
                self.assertIsNone(re.search("[\ufffe\uffff]", text))
                self.check_keys(root)
                self.check_markers(root)

    def check_keys(self, root):
        """Unique, also where a consumer maps all but letters (of any script) and digits to `_`."""
        keys = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        self.assertEqual(len(keys), len(set(keys)))
        mapped = {(re.sub(r"\W", "_", name), re.sub(r"\W", "_", case))
                  for name, case in keys}
        self.assertEqual(len(mapped), len(keys))
        for classname, name in keys:
            self.assertNotRegex(classname, r"[./\s]")
            self.assertLessEqual(len(name.encode()), 200)
            self.assertNotIn("\n", name)

    def check_markers(self, root):
        """No text of an export makes an attachment or a property."""
        for out in root.iter("system-out"):
            self.assertNotIn("[[ATTACHMENT|", out.text)
            for line in re.findall(r"\[\[PROPERTY\|(\w+)=", out.text.split("\n\n", 1)[-1]):
                self.assertNotEqual(line, "run_id") if "\n\n" in out.text else None
        for kind in ("failure", "error", "skipped"):
            for element in root.iter(kind):
                self.assertNotIn("[[ATTACHMENT|", element.text or "")
                self.assertNotIn("[[PROPERTY|", element.text or "")

    def test_json(self):
        for name in ("json", "ndjson"):
            self.assertEqual(controls(self.out[name]), set())
        for line in self.out["ndjson"].splitlines():
            json.loads(line)
        self.assertEqual(len(self.out["ndjson"].split("\n")) - 1,
                         len(fields.HOSTILE) * len(fields.RUNS))

    def test_json_keeps_the_text(self):
        """JSON can carry all of it: names come out as they went in, but for what was redacted."""
        names = {case["name"] for suite in json.loads(self.out["json"])["suites"]
                 for case in suite["cases"]}
        for text in ("=cmd|' /C calc'!A0", "@team @everyone ping",
                     "</script><script>alert(1)</script>"):
            self.assertIn(text, names)

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self.out["csv"], newline=""), strict=True))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        for row in rows[1:]:
            for cell in row:
                self.assertNotRegex(cell, r"^[=+@\t\r-](?![\d.]*$)", "a formula")
        self.assertEqual(controls(self.out["csv"], "\n\t\r"), set())

    def test_markdown(self):
        text = self.out["md"]
        self.assertEqual(controls(text), set())
        self.assertIsNone(BIDI.search(text))
        for line in text.split("\n"):
            self.assertFalse(line.startswith("/"), f"a quick action: {line}")
        plain = outside_code(text)
        for word in ("@team", "@everyone", "@SUM", "#12", "repo#1", "!7", "alert(1)",
                     "javascript:", "beacon", "[[", "<b", "<script", "::error", "jndi"):
            self.assertNotIn(word, plain)
        self.assertEqual(set(re.findall(r"</?([a-z]+)", plain)) - {"details", "summary", "sub"},
                         set())
        for line in plain.split("\n"):
            if line.startswith("|"):
                self.assertTrue(line.rstrip().endswith("|"), line)

    def test_tables_keep_their_columns(self):
        """Pipes in cells are escaped, also in code."""
        widths, at = {}, None
        for line in self.out["md"].split("\n"):
            if not line.startswith("|"):
                at = None
                continue
            cells = len(re.sub(r"\\.", "", line).split("|"))
            at = cells if at is None else at
            self.assertEqual(cells, at, line[:200])

    def test_terminal(self):
        """Standard error and the text summary: CI systems and terminals act on neither."""
        for name, text in (("text", self.out["txt"]), ("stderr", self.ended.stderr.decode())):
            with self.subTest(name):
                self.assertEqual(controls(text, "\n"), set())
                self.assertIsNone(BIDI.search(text))
                self.assertEqual(WORKFLOW_COMMANDS.findall(text), [])
        for line in self.ended.stderr.decode().splitlines():
            self.assertTrue(line.startswith("runtally: "), line[:200])

    def test_lines_of_messages_are_bounded(self):
        self.assertLess(max(map(len, self.ended.stderr.splitlines())), 1000)


if __name__ == "__main__":
    sys.exit(harness.main())
