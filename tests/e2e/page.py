#!/usr/bin/env python3
"""The HTML page within its size budget: it fits, says what it leaves out, and no link is dead."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402


def runs(suites, cases, each, *, said="answer", failing=1):
    """Runs of Playgent; of each case's runs the first `failing` ones failed."""
    for suite in range(suites):
        for case in range(cases):
            for number in range(each):
                run = fields.playgent()
                name = f"{suite}-{case}-{number}"
                run["run_id"] = f"run-{name}"
                run["created_at"] = fields.TIME % (number % 60)
                run["agent"] = {"id": f"agent-{suite}", "name": f"agent {suite}"}
                run["test_case"] = {"id": f"case-{suite}-{case}", "name": f"case {case}"}
                run["success"] = number >= failing
                run["turns"][0]["success"] = run["success"]
                run["turns"][0]["evaluation"]["overall_pass"] = run["success"]
                run["turns"][0]["output"][0]["content"] = said if number < failing else "short"
                yield run


SHAPES = {
    "many suites": dict(suites=300, cases=1, each=1),
    "many cases": dict(suites=1, cases=300, each=1),
    "many runs": dict(suites=1, cases=1, each=400, failing=200),
    "a bit of all": dict(suites=12, cases=12, each=4, failing=2),
    "giants": dict(suites=5, cases=5, each=2, failing=2, said="<&>" * 20000),
}


class Page(harness.Case):
    def page(self, limit=None, *options):
        more = ["--limit", f"html-bytes={limit}"] if limit else []
        ended = self.run_here("runs.ndjson", "-o", "html=-", *more, *options)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout.decode()

    def put(self, shape):
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in runs(**shape)))

    def omitted(self, page):
        """What the page says it leaves out: suites, cases, details of runs."""
        return [int((re.search(rf" {what} ([\d,]+)[ ;]", page.partition('id="cases"')[2])
                     or [0, "0"])[1].replace(",", ""))
                for what in ("suites", "cases", "details of runs")]

    def test_whole(self):
        for name, shape in SHAPES.items():
            with self.subTest(name):
                self.put(shape)
                self.assertNotIn("Left out", self.page(100_000_000))
                self.assertEqual(self.page(100_000_000), self.page("1G"))

    def test_budget(self):
        for name, shape in SHAPES.items():
            self.put(shape)
            whole = self.page(100_000_000)
            for limit in (200_000, 60_000, 40_000):
                if limit >= len(whole.encode()):
                    continue
                with self.subTest(name, limit=limit):
                    page = self.page(limit)
                    self.assertLessEqual(len(page.encode()), limit)
                    self.assertIn("Left out", page)
                    self.check_counts(page, whole)
                    self.check_links(page)

    def check_counts(self, page, whole):
        for what, found in (("suites", r'<section class="suite"'), ("cases", r'<tr id="c-'),
                            ("runs", r'<article class="run')):
            here, all_of_them = len(re.findall(found, page)), len(re.findall(found, whole))
            said = self.omitted(page)[("suites", "cases", "runs").index(what)]
            self.assertEqual(here + said, all_of_them, what)

    def check_links(self, page):
        links = set(re.findall(r'href="#([^"]+)"', page))
        self.assertEqual(links - set(re.findall(r'id="([^"]+)"', page)), set())

    def test_matrices(self):
        """Cases by execution stand there where there is room, those of the worst suite first."""
        everything = []
        for suite in range(40):
            for number in range(400):
                everything.append({
                    "schema": "runtally.run/1", "source": "telnyx", "run_id": f"{suite}-{number}",
                    "suite": {"name": f"suite {suite}"}, "case": {"name": f"case {number // 10}"},
                    "execution_id": f"{number % 10}", "outcome": "passed",
                    "started_at": fields.TIME % (number % 10)})
            everything[-1]["outcome"] = "passed" if suite != 17 else "failed"
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in everything))
        whole = self.page(100_000_000)
        self.assertEqual(whole.count('<table class="matrix">'), 40)
        for share in (1.2, 2):
            with self.subTest(share=share):
                page = self.page(int(len(whole.encode()) / share))
                matrices = re.findall(r'<table class="matrix">.*?</table>', page, re.S)
                self.assertIn("Cases of <bdi>suite 17</bdi> by", "".join(matrices))
                self.assertLess(len(matrices), 40)
                self.check_links(page)

    def test_worst_comes_first(self):
        shape = dict(suites=60, cases=4, each=3)
        everything = list(runs(**shape))
        for run in everything:
            if run["agent"]["id"] == "agent-17":
                run["success"] = run["turns"][0]["success"] = False
                run["turns"][0]["evaluation"]["overall_pass"] = False
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in everything))
        page = self.page(60_000)
        self.assertIn("Cases of <bdi>agent 17</bdi>", page)
        self.assertGreater(self.omitted(page)[0], 0)

    def test_all_details(self):
        self.put(dict(suites=2, cases=20, each=5))
        page, whole = self.page(80_000, "--details=all"), self.page(None, "--details=all")
        self.assertEqual(len(re.findall('<article class="run', whole)), 200)
        self.check_counts(page, whole)

    def test_causes(self):
        """Failures whose texts differ in numbers alone are one; in the budget, largest first."""
        everything = []
        for number in range(900):
            run = {"schema": "runtally.run/1", "source": "kapso", "run_id": f"r{number}",
                   "case": {"name": f"case {number % 7}"}, "outcome": "error",
                   "created_at": fields.TIME % (number % 60),
                   "reason": f"score 0.{number} below 0.8 in run_{number:06x}"}
            if number >= 600:
                run["reason"] = f"{'abcdefghij'[number % 10]} {'klmnopqrst'[number // 10 % 10]} x"
            everything.append(run)
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in everything))
        page = self.page()
        self.assertEqual(len(re.findall('<li id="f-', page)), 101)
        first = re.search(r'<li id="f-.*?</li>', page, re.S)[0]
        self.assertIn("score … below 0.8 in run_…", first)
        self.assertIn("<b>600</b> runs", first)
        self.assertIn("7 cases", first)
        self.assertNotIn('id="trend"', page)
        cut = self.page(90_000)
        self.assertEqual(re.findall('<li id="(f-.*?)"', cut)[0], first[8:26])
        listed = len(re.findall('<li id="f-', cut))
        self.assertLess(listed, 101)
        self.assertIn(f"Not listed to keep this page short: {101 - listed} more", cut)
        self.check_links(cut)

    def test_causes_in_other_templates(self):
        """What the built-in templates of a format leave out is there for a user's own."""
        everything = [{"schema": "runtally.run/1", "source": "kapso", "run_id": f"r{day}",
                       "case": {"name": "case"}, "outcome": "error", "reason": "none",
                       "created_at": f"2026-11-1{day}T00:00:00Z"} for day in (1, 2)]
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in everything))
        self.write("own.mustache", "{{family_count}} {{series_unit}}")
        ended = self.run_here("runs.ndjson", "-o", "csv=-", "--template", "csv=own.mustache")
        self.assertEqual(ended.stdout, b"\"1\" \"day\"", ended.stderr)

    def test_no_details(self):
        self.put(dict(suites=1, cases=300, each=1))
        page = self.page(60_000, "--details=none")
        self.assertEqual(self.omitted(page)[2], 0)
        self.assertNotIn("<article", page)

    def test_less_than_a_frame(self):
        """The frame of the page is never left out, whatever the budget."""
        self.put(dict(suites=3, cases=3, each=1))
        page = self.page(1)
        self.assertIn("</html>", page)
        self.assertEqual(self.omitted(page), [3, 9, 9])
        self.check_links(page)


if __name__ == "__main__":
    sys.exit(harness.main())
