#!/usr/bin/env python3
"""The site: its files and links, its budgets, and what it may replace."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402
from page import runs  # noqa: E402

NAMES = re.compile(r"(index|(suites|families|criteria|failures|flaky|notes)-\d+"
                   r"|cause-f-[0-9a-f]{16}|suite-s-[0-9a-f]{16}(-\d+)?"
                   r"|case-c-[0-9a-f]{16}(-\d+)?|run-r-[0-9a-f]{16})\.html"
                   r"|style\.css|(site|search)\.js")
SCRIPT = '<script src="site.js" defer></script>'


def search_of(folder):
    """What search.js hands over: one assignment of what is JSON, too."""
    text = (folder / "search.js").read_text()
    found = re.fullmatch(r"globalThis\.runtallySearch = (\{.*\});\n", text, re.S)
    return json.loads(found[1])


def executed(cases, executions, *, suites=1):
    """Run records: a suite's cases in each of its executions, one a day; the last case fails."""
    for suite in range(suites):
        for number in range(executions):
            for case in range(cases):
                yield {"schema": "runtally.run/1", "source": "telnyx",
                       "run_id": f"run-{suite}-{number}-{case}",
                       "suite": {"id": f"suite-{suite}", "name": f"suite {suite}"},
                       "execution_id": f"execution-{suite}-{number}",
                       "case": {"id": f"case-{case}", "name": f"case {case:04}"},
                       "outcome": "failed" if case == cases - 1 else "passed",
                       "started_at": f"2026-11-{number + 1:02}T02:00:00Z",
                       "ended_at": f"2026-11-{number + 1:02}T02:01:{case % 60:02}Z"}


def pages(folder):
    return {path.name: path.read_text() for path in sorted(folder.glob("*.html"))}


class Site(harness.Case):
    def put(self, **shape):
        self.write("runs.ndjson", "".join(json.dumps(run) + "\n" for run in runs(**shape)))

    def make(self, *options, inputs="runs.ndjson", status=0):
        ended = self.run_here(inputs, "-o", "site/", *options)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return self.folder / "site"

    def hidden(self):
        return [path.name for path in self.folder.iterdir() if path.name.startswith(".")]

    def check(self, folder):
        """What holds of every site; returns its pages."""
        found = pages(folder)
        ids = {name: re.findall(r' id="([^"]*)"', text) for name, text in found.items()}
        for path in folder.iterdir():
            self.assertTrue(NAMES.fullmatch(path.name), path.name)
        linked = {"index.html", "style.css", "site.js", "search.js"}
        for name, text in found.items():
            self.assertEqual(len(ids[name]), len(set(ids[name])), f"{name}: an id twice")
            self.assertNotRegex(text.replace(SCRIPT, ""), r"(?i)<script|<style| style=| on\w+=")
            for link in re.findall(r' (?:href|src)="([^"]*)"', text):
                file, _, fragment = link.partition("#")
                self.assertTrue((folder / (file or name)).is_file(), f"{name}: {link}")
                linked.add(file or name)
                if fragment:
                    self.assertIn(fragment, ids[file or name], f"{name}: {link}")
        self.assertEqual(linked, {path.name for path in folder.iterdir()}, "not linked")
        self.check_search(folder, ids)
        return found

    def check_search(self, folder, ids):
        """It finds each page of a suite or case, the causes that are listed, and nothing else."""
        search = search_of(folder)
        suites = [suite[2] for suite in search["suites"]]
        cases = [case[1] for suite in search["suites"] for case in suite[4]]
        kinds = {kind: {name for name in ids if re.fullmatch(rf"{kind}-\w-\w{{16}}\.html", name)}
                 for kind in ("suite", "case")}
        for links, kind in ((suites, "suite"), (cases, "case")):
            self.assertEqual(len(links), len(set(links)))
            self.assertLessEqual(set(links), kinds[kind])
            if not search["isCut"]:
                self.assertEqual(set(links), kinds[kind])
        causes = {f"cause-{anchor}.html" if f"cause-{anchor}.html" in ids else f"{name}#{anchor}"
                  for name in ids for anchor in ids[name] if re.fullmatch(r"f-\w{16}", anchor)}
        self.assertEqual({cause[2] for cause in search["causes"]}, causes)

    def test_samples(self):
        found = self.check(self.make("--details=all", inputs=harness.ROOT / "samples"))
        kinds = {name.split("-")[0] for name in found}
        self.assertEqual(kinds, {"index.html", "families", "criteria", "failures", "flaky",
                                 "cause", "suite", "case", "run"})

    def test_weight_of_samples(self):
        site = self.make(inputs=harness.ROOT / "samples")
        size = (site / "index.html").stat().st_size + (site / "style.css").stat().st_size
        self.assertLess(size, 100_000)

    def test_page_for_each(self):
        self.put(suites=3, cases=4, each=5, failing=2)
        found = self.check(self.make())
        counts = [sum(name.startswith(kind) for name in found)
                  for kind in ("suite-", "case-", "run-")]
        self.assertEqual(counts, [3, 12, 24])

    def test_neighbours(self):
        """From the first failing run of a case to its last, and back."""
        found = self.check(self.make(inputs=harness.ROOT / "samples"))

        def to(name, rel):
            return re.search(rf'<a href="([^"]*)" rel="{rel}"', found[name])

        later = {name: to(name, "next")[1] for name in found
                 if name.startswith("run-") and to(name, "next")}
        self.assertGreater(len(later), 50)
        for name, other in later.items():
            self.assertEqual(to(other, "prev")[1], name)
        # as many chains as there are cases with such runs
        runs_of = [name for name in found if name.startswith("run-")]
        cases = {re.search(r'href="(case-[^"]*)"', found[name])[1] for name in runs_of}
        self.assertEqual(len(runs_of) - len(later), len(cases))

    def test_causes(self):
        """Each failing run stands on the page of its cause, and leads there and back."""
        found = self.check(self.make(inputs=harness.ROOT / "samples"))
        listed = [(name, run) for name, text in found.items() if name.startswith("cause-")
                  for run in re.findall(r'href="(run-r-[^"]*)"', text)]
        runs_of = {name for name in found if name.startswith("run-")}
        self.assertEqual(sorted(run for _, run in listed), sorted(runs_of))
        for cause, run in listed:
            many = sum(name == cause for name, _ in listed)
            self.assertEqual(f'href="{cause}">{many} runs' in found[run], many > 1)

    def test_parts(self):
        """Nothing of a long list is lost between its parts."""
        self.put(suites=1, cases=250, each=1)
        found = self.check(self.make())
        rows = [re.findall(r'<tr id="(c-\w+)"', text) for name, text in sorted(found.items())
                if name.startswith("suite-")]
        self.assertEqual(sorted(map(len, rows)), [50, 100, 100])
        self.assertEqual(len({row for part in rows for row in part}), 250)
        self.assertIn("failures-3.html", found)
        listed = [found[name].partition('id="failures"')[2] for name in
                  ("index.html", "failures-2.html", "failures-3.html")]
        cases = re.findall(r'<a href="run-(r-\w+).html"><bdi>', "".join(listed))
        self.assertEqual((len(cases), len(set(cases))), (250, 250))

    def test_many_runs_of_a_case(self):
        self.put(suites=1, cases=1, each=2101, failing=2101)
        found = self.check(self.make())
        self.assertEqual(sum(name.startswith("run-") for name in found), 2000)
        case = {name: text for name, text in found.items() if name.startswith("case-")}
        self.assertEqual(len(case), 10)
        rows = sum(text.count('data-label="Outcome"') for text in case.values())
        self.assertEqual(rows, 2000)
        for text in case.values():
            self.assertIn("not listed to keep this site small: 101 of 2,101", text)

    def test_many_suites(self):
        self.put(suites=150, cases=1, each=2)
        found = self.check(self.make())
        for name in ("suites-2.html", "suites-3.html", "failures-2.html", "flaky-2.html"):
            self.assertIn(name, found)

    def put_causes(self, number):
        """Two runs fail for each; words tell the reasons apart, for numbers do not."""
        words = ["".join("abcdefghij"[int(digit)] for digit in f"{cause:03}")
                 for cause in range(number)]
        self.write("runs.ndjson", "".join(json.dumps({
            "schema": "runtally.run/1", "source": "kapso", "run_id": f"{word}-{copy}",
            "case": {"name": f"case {copy}"}, "outcome": "error", "reason": f"{word} broke",
            "created_at": fields.TIME % copy}) + "\n" for word in words for copy in range(2)))

    def causes(self, found):
        """What the run pages link to, and what the lists of causes hold: page and anchor."""
        links = {tuple(link) for name, text in found.items() if name.startswith("run-")
                 for link in re.findall(r'href="([^"]*)#(f-\w+)"', text)}
        return links, {(name, anchor) for name, text in found.items()
                       for anchor in re.findall(r'<li id="(f-\w+)"', text)}

    def test_many_causes(self):
        """A failed run links to the page of its cause, else to the part that lists it."""
        self.put_causes(130)
        found = self.check(self.make())
        links, listed = self.causes(found)
        with_page = {(name, anchor) for name, anchor in listed if f"cause-{anchor}.html" in found}
        self.assertEqual(len(with_page), 100)
        self.assertEqual(links, listed - with_page)
        self.assertEqual([sum(page == name for page, _ in listed) for name in
                          ("index.html", "families-2.html", "families-3.html")], [8, 100, 22])
        self.assertEqual(len({anchor for _, anchor in listed}), 130)
        self.assertNotIn("Not listed", found["families-3.html"])

    def test_causes_in_the_budget(self):
        """Where a cause is not listed, nothing links to it."""
        self.put_causes(130)
        found = self.check(self.make("--limit", "site-bytes=300K"))
        links, listed = self.causes(found)
        self.assertLess(8, len(listed))
        self.assertLess(len(listed), 130)
        self.assertLessEqual(links, listed)
        self.assertIn(f"Not listed to keep this page short: {130 - len(listed)} more.",
                      found["index.html"])

    def test_empty(self):
        self.write("none.json", "[]")
        self.assertIn("No runs", self.check(self.make(inputs="none.json"))["index.html"])

    def test_one_id_twice(self):
        """Suites that bear one id, but are not grouped by it, have pages of their own."""
        for agents in ([{"suite": {"id": "a", "name": "Bot"}, "agent": {"id": "a", "name": "Bot"}},
                        {"agent": {"id": "a", "name": "Bot"}}],
                       [{"agent": {"name": "X"}}, {"agent": {"id": "X", "name": "Y"}}]):
            self.write("runs.ndjson", "".join(json.dumps({
                "schema": "runtally.run/1", "source": "playgent", "run_id": f"{number}",
                "case": {"id": f"c{number}"}, "outcome": "failed", **agent}) + "\n"
                for number, agent in enumerate(agents)))
            found = self.check(self.make())
            self.assertEqual(sum(name.startswith("suite-") for name in found), 2)

    def test_one_hash_twice(self):
        """Names that have one FNV-1a hash."""
        self.write("runs.ndjson", "".join(json.dumps({
            "schema": "runtally.run/1", "source": "playgent", "run_id": name,
            "case": {"id": name}, "suite": {"id": name}, "outcome": "failed"}) + "\n"
            for name in ("8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ")))
        found = self.check(self.make())
        for kind in ("suite-", "case-", "run-"):
            self.assertEqual(sum(name.startswith(kind) for name in found), 2)

    # ---- search.js ----

    def test_search(self):
        self.put(suites=2, cases=2, each=2)
        search = search_of(self.make())
        self.assertEqual([(name, source, rate, [(case[0], case[2]) for case in cases])
                          for name, source, _, rate, cases in search["suites"]],
                         [(f"agent {suite}", "playgent", "50.0 %",
                           [("case 0", "50.0 %"), ("case 1", "50.0 %")]) for suite in range(2)])
        self.assertEqual([cause[3] for cause in search["causes"]], ["4 runs"])
        self.assertFalse(search["isCut"])

    def test_search_is_safe(self):
        """No text ends the script, begins a line in it, or shows in another order than it has."""
        run = fields.playgent()
        run["test_case"] = {"id": "</script><!--\u2028\u2029\u202e\"'\\ ]};alert(1)//"}
        self.write("run.json", json.dumps(run))
        site = self.make(inputs="run.json")
        self.assertNotRegex((site / "search.js").read_text(), "[<\u2028\u2029\u202e]")
        self.assertEqual(search_of(site)["suites"][0][4][0][0], run["test_case"]["id"])

    def test_search_is_bounded(self):
        """Names that fill it: the worst are found, and it says that others are not."""
        name = "x" * 40_000
        with open(self.folder / "runs.ndjson", "w") as file:
            for run in runs(suites=1, cases=150, each=1, failing=0):
                passed = run["run_id"] != "run-0-149-0"
                run["test_case"]["name"] += name
                run["success"] = run["turns"][0]["success"] = passed
                file.write(json.dumps(run) + "\n")
        site = self.make("--limit", "site-bytes=1G", "--limit", "label-bytes=64K")
        self.assertLess((site / "search.js").stat().st_size, 4_100_000)
        search = search_of(site)
        self.assertTrue(search["isCut"])
        found = [case[0].removesuffix(name) for case in search["suites"][0][4]]
        self.assertGreater(len(found), 50)
        self.assertLess(len(found), 150)
        self.assertIn("case 149", found)

    def test_hostile(self):
        run = fields.playgent()
        run["test_case"] = {"id": "../../x", "name": '<script>"\'</script>'}
        run["agent"] = {"id": "..", "name": "javascript:alert(1)"}
        self.write("run.json", json.dumps(run))
        self.assertEqual(len(self.check(self.make(inputs="run.json"))), 5)

    def test_same_bytes(self):
        self.put(suites=2, cases=3, each=4)
        first = {path.name: path.read_bytes() for path in self.make().iterdir()}
        ended = self.run_here("runs.ndjson", "-o", "site=other", "--jobs=1",
                              env=harness.environment(TZ="Asia/Tokyo", LC_ALL="C.UTF-8"))
        self.assertEqual(ended.returncode, 0)
        second = {path.name: path.read_bytes() for path in (self.folder / "other").iterdir()}
        self.assertEqual(first, second)

    def test_in_the_bundle(self):
        self.put(suites=2, cases=2, each=2)
        site = self.make("-o", "all.zip")
        with zipfile.ZipFile(self.folder / "all.zip") as bundle:
            packed = {name[5:]: bundle.read(name) for name in bundle.namelist()
                      if name.startswith("site/")}
        self.assertEqual(packed, {path.name: path.read_bytes() for path in site.iterdir()})

    def test_user_partial(self):
        self.put(suites=1, cases=1, each=1)
        self.write("mine/html/page_foot.mustache", "<footer>ours</footer>\n")
        found = self.check(self.make("--templates", "mine"))
        self.assertEqual([name for name, text in found.items() if "<footer>ours" not in text],
                         ["index.html"])

    # ---- cases by execution ----

    def put_criteria(self, number, each=5):
        """Runs that are judged by so many; and by a phrase of their own."""
        self.write("runs.ndjson", "".join(json.dumps({
            "schema": "runtally.run/1", "source": "magpipe", "run_id": f"run-{first}",
            "case": {"name": f"case {first}"}, "outcome": "passed",
            "criteria": [{"name": f"criterion {first + i}", "outcome": "passed"}
                         for i in range(each)] +
                        [{"name": f'phrase_expected: "{first} AM"', "outcome": "failed"}]})
            + "\n" for first in range(0, number, each)))

    def criteria(self, found, *names):
        return [re.findall(r'<th scope="row"><bdi>(.*?)</bdi>',
                           found[name].partition('id="criteria"')[2].partition("</table>")[0])
                for name in names]

    def test_many_criteria(self):
        """None is lost between the parts; phrases are one, which fails and so comes first."""
        self.put_criteria(130)
        found = self.check(self.make())
        listed = self.criteria(found, "index.html", "criteria-2.html", "criteria-3.html")
        self.assertEqual(listed[0][0], "phrase_expected: &quot;…&quot;")
        self.assertEqual(list(map(len, listed)), [6, 100, 25])
        self.assertEqual(len(set(sum(listed, []))), 131)
        self.assertNotIn("Not listed", found["criteria-3.html"])

    def test_criteria_in_the_budget(self):
        self.put_criteria(2000)
        found = self.check(self.make("--limit", "site-bytes=800K"))
        parts = [name for name in found if name.startswith("criteria-")]
        listed = sum(self.criteria(found, "index.html", *parts), [])
        self.assertLess(6, len(listed))
        self.assertIn(f"Not listed to keep this page short: {2001 - len(listed):,} more.",
                      found["index.html"])

    def put_executed(self, *shape, **more):
        self.write("runs.ndjson",
                   "".join(json.dumps(run) + "\n" for run in executed(*shape, **more)))

    def matrix(self, page):
        """Its rows: texts of their cells."""
        table = re.search(r'<table class="matrix">.*?</table>', page, re.S)
        return [[re.sub(r"<[^>]*>", "", cell).strip()
                 for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
                for row in re.findall(r"<tr>.*?</tr>", table[0], re.S)] if table else []

    def test_matrix(self):
        self.put_executed(3, 14)
        found = self.check(self.make())
        page, = (text for name, text in found.items() if name.startswith("suite-"))
        head, *rows, rates = self.matrix(page)
        self.assertEqual(head, ["Case"] + [f"11-{day:02} 02:00" for day in range(3, 15)])
        self.assertEqual([row[0] for row in rows], ["case 0000", "case 0001", "case 0002"])
        self.assertEqual([row[1:] for row in rows], [["passed"] * 12] * 2 + [["failed"] * 12])
        self.assertEqual(rates, ["Pass rate, all cases"] + ["66.7 % 2/3"] * 12)
        self.assertIn("The latest 12, oldest first; 2 earlier not shown.", page)
        self.assertEqual(len(re.findall(r'<td><a class="outcome failed" href="run-r-', page)), 12)

    def test_matrix_in_parts(self):
        """Each part of a suite shows its own rows, and the columns count all of the suite's."""
        self.put_executed(250, 3)
        found = self.check(self.make())
        parts = [self.matrix(text) for name, text in sorted(found.items())
                 if name.startswith("suite-")]
        self.assertEqual(sorted(len(part) - 2 for part in parts), [50, 100, 100])
        self.assertEqual(len({row[0] for part in parts for row in part[1:-1]}), 250)
        for part in parts:
            self.assertEqual(part[-1], ["Pass rate, all cases"] + ["99.6 % 249/250"] * 3)

    def test_no_matrix(self):
        self.put_executed(3, 1)
        self.assertNotIn('"matrix"', "".join(self.check(self.make()).values()))
        self.put(suites=1, cases=3, each=3)
        self.assertNotIn('"matrix"', "".join(self.check(self.make()).values()))

    # ---- a case over time ----

    def test_case_over_time(self):
        self.put_executed(1, 14)
        found = self.check(self.make())
        page, = (text for name, text in found.items() if name.startswith("case-"))
        self.assertEqual(re.findall(r"<figcaption>(.*?)</figcaption>", page), ["Duration"])
        marks = page.partition('class="marks"')[2].partition("</g>")[0]
        self.assertEqual(marks.count('<svg class="failed"'), 14)
        self.assertIn('aria-label="Duration of 14 runs: first 1 m 00 s on 2026-11-01, ', page)
        self.assertIn("Pass rate by week", page)
        self.put(suites=1, cases=1, each=12)
        for name, text in self.check(self.make()).items():
            self.assertNotIn('class="marks"', text, name)

    # ---- budgets ----

    def test_matrix_in_budgets(self):
        self.put_executed(30, 12, suites=6)
        _, size = self.weigh(self.make())
        for most in (size, size * 3 // 4, size // 2, size // 4):
            with self.subTest(most=most):
                site = self.make("--limit", f"site-bytes={most}")
                files, taken = self.weigh(site)
                self.assertLessEqual(taken, most)
                self.assertGreater(taken, most // 3)
                self.check(site)

    def weigh(self, site):
        sizes = [path.stat().st_size for path in site.iterdir()]
        return len(sizes), sum(sizes)

    def test_budgets(self):
        self.put(suites=10, cases=30, each=4, failing=2)
        files, size = self.weigh(self.make())
        self.assertNotIn("Left out", (self.folder / "site/index.html").read_text())
        for limit in (f"site-files={files}", f"site-bytes={size}"):
            with self.subTest(limit):
                self.make("--limit", limit)
                self.assertLessEqual(self.weigh(self.folder / "site"), (files, size))
        for limit, most in (("site-files", files - 1), ("site-files", 200), ("site-files", 20),
                            ("site-bytes", size - 1), ("site-bytes", 500_000),
                            ("site-bytes", 250_000)):
            with self.subTest(limit, most=most):
                site = self.make("--limit", f"{limit}={most}")
                found = self.check(site)
                self.assertLessEqual(self.weigh(site)[limit == "site-bytes"], most)
                self.check_omissions(found, suites=10, cases=300, runs=600)
                self.assertTrue(search_of(site)["isCut"] or "cases" not in self.omissions(found))

    def test_suites_come_first(self):
        """Each has a page before the worst of them take all."""
        self.put(suites=30, cases=20, each=1)
        found = self.check(self.make("--limit", "site-files=100"))
        self.assertEqual(sum(name.startswith("suite-") for name in found), 30)
        self.assertGreater(sum(name.startswith("case-") for name in found), 20)

    def test_no_part_is_empty(self):
        self.put(suites=1, cases=350, each=1)
        found = self.check(self.make("--limit", "site-files=100"))
        suites = [text for name, text in found.items() if name.startswith("suite-")]
        self.assertEqual(len(suites), 1)
        self.assertIn("Cases not listed to keep this site small", suites[0])

    def omissions(self, found):
        return found["index.html"].partition('id="left-out"')[2].partition("above count")[0]

    def check_omissions(self, found, **totals):
        said = self.omissions(found)
        self.assertTrue(said)
        for what, word in (("suites", "suites"), ("cases", "cases"), ("runs", "with details")):
            made = sum(re.match(rf"{what[:-1]}-\w-\w+\.html", name) is not None for name in found)
            omitted = re.search(rf" {word} ([\d,]+)[ ;]", said)
            self.assertEqual(made + int(omitted[1].replace(",", "") if omitted else 0),
                             totals[what], what)

    def test_giants(self):
        """Text that escaping makes longer keeps to the budget."""
        self.put(suites=4, cases=5, each=2, failing=2, said="<&>" * 20000)
        self.assertGreater(self.weigh(self.make())[1], 5_000_000)
        site = self.make("--limit", "site-bytes=2M")
        self.assertLessEqual(self.weigh(site)[1], 2 << 20)
        self.check(site)

    def test_page_of_a_run(self):
        """A run that takes more than a page may has none, in a site that has room for it."""
        for turns, said in ((20_000, "short"), (1, '"' * 2_000_000)):
            with self.subTest(turns=turns):
                run = next(runs(1, 1, 1, said=said))
                run["turns"] *= turns
                self.write("runs.ndjson", json.dumps(run))
                found = self.check(self.make("--limit", "site-bytes=400M"))
                self.assertLess(max(len(text.encode()) for text in found.values()), 9_500_000)
                self.check_omissions(found, suites=1, cases=1, runs=1)
                found = pages(self.make("--limit", "site-bytes=400M", "--limit", "html-bytes=99M"))
                self.assertGreater(max(len(text) for text in found.values()), 9_500_000)

    def test_less_than_an_index(self):
        self.put(suites=3, cases=3, each=1)
        found = self.check(self.make("--limit", "site-bytes=1", "--limit", "site-files=1"))
        self.assertEqual(list(found), ["index.html"])

    # ---- what stands at its place ----

    def test_replaces_an_earlier_site(self):
        self.put(suites=3, cases=5, each=2)
        self.make()
        self.put(suites=1, cases=1, each=1)
        self.assertEqual(len(self.check(self.make())), 5)
        self.assertEqual(self.hidden(), [])

    def test_takes_an_empty_folder(self):
        self.put(suites=1, cases=1, each=1)
        (self.folder / "site").mkdir(mode=0o750)
        self.assertEqual(len(self.check(self.make())), 5)
        self.assertEqual((self.folder / "site").stat().st_mode & 0o777, 0o750)

    def test_through_a_link(self):
        self.put(suites=1, cases=1, each=1)
        (self.folder / "real").mkdir()
        (self.folder / "site").symlink_to("real")
        self.make()
        self.assertTrue((self.folder / "site").is_symlink())
        self.assertTrue((self.folder / "real/index.html").is_file())

    def test_leaves_others_alone(self):
        """A folder of the user's: no file of it changes."""
        self.put(suites=1, cases=1, each=1)
        for name, content in (("site/notes.txt", "mine"), ("site/index.html", "<html>mine</html>"),
                              ("site/style.css", "mine"), ("site/.git", "mine"),
                              ("site/run-r-0.html/x", "mine")):
            with self.subTest(name):
                mine = self.write(name, content)
                ended = self.run_here("runs.ndjson", "-o", "site/")
                self.assertEqual(ended.returncode, 4)
                self.assertIn(b"nothing is replaced", ended.stderr)
                self.assertEqual(self.files(), sorted(["runs.ndjson", name]))
                self.assertEqual(mine.read_text(), content)
                mine.unlink()
                if mine.parent.name != "site":
                    mine.parent.rmdir()

    def test_earlier_site_with_a_file_of_the_users(self):
        self.put(suites=1, cases=1, each=1)
        site = self.make()
        for name in ("CNAME", "run-r-0.html/mine", "case-c-0.htm", "index.html.orig"):
            with self.subTest(name):
                mine = self.write(f"site/{name}", "mine")
                before = self.files()
                ended = self.run_here("runs.ndjson", "-o", "site/")
                self.assertEqual((ended.returncode, self.files()), (4, before))
                self.assertIn(name.split("/")[0].encode(), ended.stderr)
                mine.unlink()
                if mine.parent != site:
                    mine.parent.rmdir()

    def test_not_a_folder(self):
        self.put(suites=1, cases=1, each=1)
        for place in ("site=/dev/full", "site=runs.ndjson", "site=missing/site"):
            with self.subTest(place):
                self.assertEqual(self.run_here("runs.ndjson", "-o", place).returncode, 4)
        self.assertEqual(self.run_here("runs.ndjson", "-o", "site=-").returncode, 2)
        self.assertEqual(self.files(), ["runs.ndjson"])

    def test_here(self):
        """The folder that the program runs in, and from it on to other reports."""
        self.put(suites=1, cases=1, each=1)
        for place in (".", "./", "../site", "../site/."):
            site = self.folder / "site"
            site.mkdir(exist_ok=True)
            with self.subTest(place):
                for _ in ("empty", "an earlier site"):
                    ended = self.run_here("../runs.ndjson", "-o", f"site={place}", "-o",
                                          "../more.json", cwd=site)
                    self.assertEqual(ended.returncode, 0, ended.stderr)
                    self.check(site)
                    (self.folder / "more.json").unlink()
                self.assertEqual(self.hidden(), [])
            shutil.rmtree(site)

    def test_mount_point(self):
        """Told before anything is written; a folder in it will do."""
        self.put(suites=1, cases=1, each=1)
        (self.folder / "site").mkdir()
        (self.folder / "real").mkdir()
        for source in ("-t tmpfs none", "--bind real"):
            enter = ["unshare", "-rm", "sh", "-c", f'mount {source} site && exec "$@"', "sh"]
            if subprocess.run([*enter, "true"], cwd=self.folder, capture_output=True).returncode:
                self.skipTest("nothing can be mounted here")
            for place, status in (("site/", 4), ("site/new/", 0)):
                with self.subTest(source, place=place):
                    ended = subprocess.run([*enter, harness.RUNTALLY, "runs.ndjson", "-o", place],
                                           cwd=self.folder, capture_output=True)
                    self.assertEqual(ended.returncode, status, ended.stderr)
                    if status:
                        self.assertIn(b"site: is a mount point", ended.stderr)
                        self.assertIn(b"such as site/site", ended.stderr)
                    self.assertEqual(self.hidden(), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_folder_of_another_user(self):
        self.put(suites=1, cases=1, each=1)
        self.make()
        os.chmod(self.folder, 0o1777)
        # The build may lie below a home that others cannot enter.
        program = shutil.copy(harness.RUNTALLY, self.folder)
        before = self.files()
        ended = subprocess.run([program, "runs.ndjson", "-o", "site/"], cwd=self.folder,
                               capture_output=True, preexec_fn=lambda: os.setuid(65534))
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"site: belongs to another user", ended.stderr)
        self.assertEqual(self.files(), before)

    # ---- failures on the way ----

    def test_no_room(self):
        """A limit on file sizes stands in for a disk that fills up half way."""
        self.put(suites=2, cases=2, each=2)
        for old in (False, True):
            with self.subTest(old=old):
                before = self.files()
                ended = subprocess.run(
                    [harness.RUNTALLY, "runs.ndjson", "-o", "site/"], cwd=self.folder,
                    capture_output=True, env=harness.environment(), timeout=harness.LIMIT,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)))
                self.assertEqual(ended.returncode, 4, ended.stderr)
                self.assertIn(b"cannot write: File too large", ended.stderr)
                self.assertEqual((self.files(), self.hidden()), (before, []))
            self.make()

    def test_signal(self):
        """While pages are written, or before: the old site stays, and no litter."""
        self.put(suites=20, cases=20, each=10, failing=5)
        self.make()
        before = self.files()
        for delay in (0, 0.005, 0.02, 0.03, 0.04, 0.06, 0.08):
            with self.subTest(delay=delay):
                program = subprocess.Popen([harness.RUNTALLY, "runs.ndjson", "-o", "site/"],
                                           cwd=self.folder, env=harness.environment(),
                                           stderr=subprocess.DEVNULL)
                harness.wait_until(lambda: harness.catches(program, signal.SIGTERM))
                time.sleep(delay)
                program.send_signal(signal.SIGTERM)
                self.assertIn(program.wait(harness.LIMIT), (0, 128 + signal.SIGTERM))
                self.assertEqual((self.files(), self.hidden()), (before, []))


if __name__ == "__main__":
    sys.exit(harness.main())
