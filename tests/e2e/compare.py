#!/usr/bin/env python3
"""What changed, from end to end: two sets of runs, and what the reports say of them."""

import json
import os
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../truth"))
import harness  # noqa: E402
import stats  # noqa: E402


def record(at, suite, case, outcome, **more):
    """A run record; `at` numbers it, and is its minute in its day."""
    day, minute = divmod(at, 600)
    ended = f"2026-11-{day + 9:02}T{8 + minute // 60:02}:{minute % 60:02}:00Z"
    return {"schema": "runtally.run/1", "source": "telnyx", "run_id": f"r{at}",
            "suite": {"name": suite}, "case": {"name": case}, "outcome": outcome,
            "ended_at": ended, **more}


def lines(records):
    return "".join(json.dumps(row) + "\n" for row in records)


class World(harness.Case):
    """Ten cases of two suites, a hundred runs a side; one suite fell."""

    def make(self, start, falls, **more):
        rows = []
        for at in range(100):
            suite, case = f"suite {at % 2}", f"case {at % 10}"
            passed = at % 10 != 1 or not falls or at % 20 != 1
            if suite == "suite 1" and falls and at % 4 == 3:
                passed = False
            rows.append(record(start + at, suite, case, "passed" if passed else "failed", **more))
        return rows

    def setUp(self):
        super().setUp()
        self.write("before.ndjson", lines(self.make(0, False) +
                                          [record(300, "suite 0", "left", "passed")]))
        self.write("now.ndjson", lines(self.make(1000, True) +
                                       [record(1300, "suite 0", "came", "failed")]))

    def view(self, *words):
        ended = self.run_here("-q", "-o", "view=v.json", *words)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads((self.folder / "v.json").read_text())


class Values(World):
    def test_none_without_baseline(self):
        self.assertIs(self.view("now.ndjson")["comparison"], False)

    def test_headline(self):
        found = self.view("--baseline", "before.ndjson", "now.ndjson")["comparison"]
        self.assertEqual(found["headline"], "Pass rate 69.3 % (59.7–77.5 %), down 30.7 points on "
                                            "the baseline: worse")
        self.assertEqual(found["against"], "the baseline")
        self.assertEqual([found["points"], found["interval"], found["p"]],
                         ["−30.7", "−40.3 to −21.8 points", "p < 0.001"])
        self.assertEqual(found["before"]["fraction"], "101/101")

    def test_lists(self):
        found = self.view("--baseline", "before.ndjson", "now.ndjson")["comparison"]
        self.assertEqual([row["title"] for row in found["worse_suites"]], ["suite 1"])
        self.assertEqual([row["name"] for row in found["worse_cases"]],
                         ["case 1", "case 3", "case 5"])
        self.assertEqual([found["worse_cases_count"], found["better_cases"]], ["5", []])
        self.assertEqual([row["name"] for row in found["new_cases"]], ["came"])
        self.assertEqual([row["name"] for row in found["gone_cases"]], ["left"])
        self.assertEqual(found["gone_cases"][0]["href"], "")
        self.assertIs(found["gone_cases"][0]["now"], False)

    def test_largest_change_first(self):
        failing = {"a": 12, "b": 20, "c": 14, "up": 0}

        def rows(start, judge):
            return lines(record(start + 20 * at + i, "s", case, judge(case, i))
                         for at, case in enumerate(failing) for i in range(20))
        self.write("a.ndjson", rows(0, lambda case, i: "failed" if case == "up" else "passed"))
        self.write("b.ndjson",
                   rows(600, lambda case, i: "failed" if i < failing[case] else "passed"))
        found = self.view("--baseline", "a.ndjson", "b.ndjson")["comparison"]
        self.assertEqual([row["name"] for row in found["worse_cases"]], ["b", "c", "a"])
        self.assertEqual([row["name"] for row in found["better_cases"]], ["up"])

    def test_equal_sides(self):
        rows = self.make(0, True)
        self.write("twin.ndjson", lines({**row, "run_id": row["run_id"] + "b"} for row in rows))
        self.write("one.ndjson", lines(rows))
        found = self.view("--baseline", "one.ndjson", "twin.ndjson")["comparison"]
        self.assertIn(", the same as in the baseline: too few runs to tell", found["headline"])
        self.assertEqual([found["points"], found["p"]], ["0.0", "p = 1"])

    def test_no_verdict_before(self):
        self.write("waits.ndjson", lines([record(1, "suite 0", "case 0", "pending")]))
        found = self.view("--baseline", "waits.ndjson", "now.ndjson")["comparison"]
        self.assertTrue(found["headline"].endswith(
            "; the baseline has no verdicts to compare with"), found["headline"])
        self.assertIs(found["is_unknown"], True)
        self.assertEqual([found["points"], found["p"]], ["n/a", ""])

    def test_nothing_before(self):
        found = self.view("--baseline", "now.ndjson", "now.ndjson")["comparison"]
        self.assertIn("the baseline has no runs to compare with", found["headline"])

    def test_changes_of_cost(self):
        cost = {"cost_usd": 0.02, "tokens": {"input": 100, "output": 20}}
        self.write("a.ndjson", lines(self.make(0, False, **cost)))
        cost["cost_usd"] = 0.023
        self.write("b.ndjson", lines(self.make(1000, False, **cost)[:50]))
        found = self.view("--baseline", "a.ndjson", "b.ndjson")["comparison"]
        self.assertEqual([found["cost_change"], found["cost_mean_change"],
                          found["cost_per_pass_change"], found["tokens_change"],
                          found["latency_p95_change"]], ["−43 %", "+15 %", "+15 %", "0 %", "n/a"])


class Reports(World):
    def report(self, name, *words):
        ended = self.run_here("-q", "-o", name, *words)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        if name.endswith("=-"):
            return ended.stdout.decode()
        return (self.folder / name).read_text()

    def compared(self):
        text = self.report("r.json", "--baseline", "before.ndjson", "now.ndjson")
        return json.loads(text)["comparison"]

    def check_difference(self, found):
        """Against exact arithmetic."""
        (a, m), (b, n) = ((side["passed"], side["passed"] + side["failed"] + side["errors"])
                          for side in (found["now"], found["before"]))
        low, high = stats.newcombe(a, m, b, n)
        for name, wanted in (("difference", a / m - b / n), ("difference_low", low),
                             ("difference_high", high)):
            self.assertAlmostEqual(found[name], float(wanted), delta=2e-6, msg=name)
        self.assertAlmostEqual(found["p"], max(float(stats.fisher(a, m, b, n)), 1e-6), delta=1e-6)
        rate = round(found["before"]["pass_rate"] * 10 ** 6)
        self.assertEqual(found["runs_needed"], stats.runs(rate))

    def test_json(self):
        found = self.compared()
        self.assertEqual(found["with"], {
            "kind": "baseline", "from": "2026-11-09T08:00:00.000Z",
            "to": "2026-11-09T13:00:00.000Z", "runs": 101})
        self.check_difference(found["total"])
        for suite in found["suites"]:
            self.check_difference(suite)
        self.assertEqual([(row["name"], row["change"]) for row in found["suites"]],
                         [("suite 0", "too few runs"), ("suite 1", "worse")])
        self.assertEqual(found["total"]["q"], found["total"]["p"])
        pairs = found["pairs"]
        self.assertEqual([pairs["cases"], pairs["fixed"]], [10, 0])
        self.assertAlmostEqual(pairs["p"], float(stats.mcnemar(pairs["broken"], 0)), delta=1e-6)
        self.assertNotIn("null", json.dumps(found))

    def test_json_cases(self):
        cases = self.compared()["cases"]
        self.assertEqual({row["name"]: row["state"] for row in cases},
                         {"case 1": "newly failing", "case 3": "still passing",
                          "case 5": "newly failing", "case 7": "still passing",
                          "case 9": "newly failing", "came": "new", "left": "gone"})
        # Of the cases that can come out clear there are five, all in one suite.
        clear = sorted((row for row in cases if row["change"] == "worse"),
                       key=lambda row: row["p"])
        self.assertEqual(len(clear), 5)
        wanted = stats.adjusted([round(row["p"] * 10 ** 6) for row in clear])
        for row, q in zip(clear, wanted):
            self.check_difference(row)
            self.assertAlmostEqual(row["q"], float(q), delta=3e-6)
        came, left = ([row for row in cases if row["name"] == name][0]
                      for name in ("came", "left"))
        self.assertEqual(["before" in came, "now" in left, came["change"]],
                         [False, False, "unknown"])

    def test_json_without(self):
        self.assertNotIn("comparison", json.loads(self.report("r.json", "now.ndjson")))

    def test_junit(self):
        text = self.report("r.xml", "--baseline", "before.ndjson", "now.ndjson")
        suites = [{row.get("name"): row.get("value") for row in suite.iter("property")}
                  for suite in xml.etree.ElementTree.fromstring(text).iter("testsuite")]
        self.assertEqual([suite["change"] for suite in suites], ["too few runs", "worse"])
        self.assertEqual([suite["baseline_pass_rate"] for suite in suites], ["1.00", "1.00"])
        self.assertEqual(suites[1]["pass_rate_change"], "-0.60")
        self.assertEqual([suites[0]["total_change"], suites[0]["total_pass_rate_change"]],
                         ["worse", "-0.306931"])
        self.assertNotIn("total_change", suites[1])
        without = self.report("r.xml", "now.ndjson")
        self.assertNotIn("change", without)

    def test_text_and_markdown(self):
        words = ("--baseline", "before.ndjson", "now.ndjson")
        text, markdown = self.report("r.txt", *words), self.report("r.md", *words)
        self.assertIn("Compared with the baseline: −30.7 points (−40.3 to −21.8 points, "
                      "p < 0.001): worse\n", text)
        self.assertIn("  newly failing  case 1 (suite 1)\n", text)
        self.assertIn("**Compared with the baseline: ❌ worse** · −30.7 points", markdown)
        self.assertIn("| `suite 1` | 100 % (50/50) | 40.0 % (20/50) | −60.0 points |",
                      markdown.replace("| −60.0 |", "| −60.0 points |"))
        for name in ("r.txt", "r.md"):
            self.assertNotIn("ompared", self.report(name, "now.ndjson"))

    def test_what_is_missing_is_told(self):
        self.write("waits.ndjson", lines([record(1, "suite 0", "case 0", "pending")]))
        for before, now, wanted in (
                ("waits.ndjson", "now.ndjson",
                 ("; the baseline has no verdicts to compare with\n",
                  "**Compared with the baseline**: it has no verdicts to compare with\n")),
                ("now.ndjson", "waits.ndjson",
                 ("Pass rate n/a; the baseline had 69.3 %\n",
                  "**Compared with the baseline**: no verdict now, before 69.3 %\n"))):
            for name, line in zip(("r.txt", "r.md"), wanted):
                text = self.report(name, "--baseline", before, now)
                self.assertIn(line, text)
                self.assertNotIn("on both sides", text)

    def test_clear_cases(self):
        """Cases whose latest verdict hides what their rates tell are named all the same."""
        words = ("--baseline", "before.ndjson", "now.ndjson", "--mail-from", "a@example.com",
                 "--mail-to", "b@example.com")
        wanted = {"r.txt": "  worse   case 3 (suite 1): 100 %, now 50.0 % (",
                  "r.md": "- ❌ worse · `case 3` · `suite 1` · 10/10 passed before, 5/10 now · "
                          "−50.0 points (",
                  "r.html": "<bdi>case 3</bdi></a> <span class=\"dim\"><bdi>suite 1</bdi> · "
                            "100 % → 50.0 %, −50.0 points (",
                  "mail-text=m.txt": "  - case 3 (suite 1): worse, 50.0 % after 100 % (",
                  "mail-html=m.html": "<bdi dir=\"auto\">case 3</bdi><br><strong"}
        for target, row in wanted.items():
            self.assertEqual(self.run_here("-q", "-o", target, *words).returncode, 0)
            text = (self.folder / target.split("=")[-1]).read_text()
            before, _, after = text.lower().partition("cases that changed clearly")
            self.assertNotIn(row.lower(), before, target)
            self.assertIn(row.lower(), after, target)
            self.assertIn("latest verdict", after + before, target)
            told = "of 10 cases with a known state in both, 3 broke and 0 were repaired "
            if target == "r.md":
                told = "cases with a known state in both: 10 · broke 3 · repaired 0 "
            self.assertIn(told + "(mcnemar p = 0.250)", " ".join(text.lower().split()))
            swapped = self.run_here("-q", "-o", target, "--baseline", "now.ndjson",
                                    "before.ndjson", *words[3:])
            self.assertEqual(swapped.returncode, 0)
            text = (self.folder / target.split("=")[-1]).read_text().lower()
            self.assertIn("better", text.partition("cases that changed clearly")[2], target)

    def test_mail_names_what_fails_without_a_state_before(self):
        untimed = [{**record(at, "s", "mixed", outcome), "ended_at": None}
                   for at, outcome in ((700, "passed"), (701, "failed"))]
        passing = record(702, "fresh", "fine", "passed")
        news = [record(710 + at, "fresh", f"new {at:02}", "failed") for at in range(10)]
        self.write("a.ndjson", lines([record(1, "s", "mixed", "passed")]))
        self.write("b.ndjson", lines([*untimed, passing, *news]))
        words = ("--baseline", "a.ndjson", "b.ndjson")
        text, markup = (self.report(name, *words) for name in ("mail-text=-", "mail-html=-"))
        self.assertIn("Suites that had no run before:\n\n"
                      "  - fresh: 9.1 %, 1/11 passed\n", text)
        new = text.partition("Failing, with no run before:\n\n")[2].partition("\n\n")[0]
        self.assertEqual([line[:10] for line in new.splitlines() if line.startswith("  - n")],
                         [f"  - new {at:02}"[:10] for at in range(8)])
        self.assertTrue(new.endswith("\n  - and 2 more of 10"), new)
        self.assertIn("Failing, with no known state on one side:\n\n"
                      "  - mixed (s): 1 of 2 failed", text)
        self.assertNotIn("fine", text)
        for part in ("Failing, with no run before</h2>", ">new 07</bdi>", "and 2 more of 10<",
                     "Failing, with no known state on one side</h2>", ">mixed</bdi>",
                     "Suites that had no run before</h2>", ">fresh</bdi>"):
            self.assertIn(part, markup)
        self.assertNotIn("new 08", markup)

    def test_rows(self):
        """Of a long list the text shows its rows and how many more there are."""
        cases = [f"case {at}" for at in range(40)]
        self.write("a.ndjson", lines(record(at, "s", case, "passed")
                                     for at, case in enumerate(cases)))
        self.write("b.ndjson", lines(record(at + 100, "s", case, "failed")
                                     for at, case in enumerate(cases)))
        text = self.report("r.txt", "--baseline", "a.ndjson", "b.ndjson")
        self.assertEqual(text.count("  newly failing  "), 30)
        self.assertIn("  and 10 more newly failing cases\n", text)
        markdown = self.report("r.md", "--baseline", "a.ndjson", "b.ndjson")
        self.assertEqual(markdown.count("1/1 passed before"), 40)
        markdown = self.report("r.md", "--baseline", "a.ndjson", "b.ndjson", "--limit",
                               "markdown-bytes=4K")
        self.assertLessEqual(len(markdown.encode()), 4096)
        left = 40 - markdown.count("1/1 passed before")
        self.assertGreater(left, 0)
        self.assertIn(f"- Newly failing cases left out: {left} of 40.\n", markdown)


class Zones(harness.Case):
    """The days of headings are those of the zone, and what says that times are UTC says whose."""

    def test_period(self):
        row = {**record(0, "s", "c", "failed"), "ended_at": "2026-11-15T23:10:00Z"}
        self.write("now.ndjson", lines([row]))
        formats = ("mail-text", "mail-html", "html", "text", "markdown")
        for zone, day in ((None, "2026-11-15"), ("+02:00", "2026-11-16")):
            for name in formats:
                words = ("--tz", zone) if zone else ()
                ended = self.run_here("-q", "-o", f"{name}=-", *words, "now.ndjson")
                self.assertEqual(ended.returncode, 0, ended.stderr)
                text = " ".join(ended.stdout.decode().split())
                self.assertRegex(text, rf"(>|runs ?|· ){day}[ <]", name)
                told = "; days and weeks are those of UTC+02:00." in text
                self.assertEqual(told, bool(zone) and name in formats[:3], name)

    def test_site(self):
        row = {**record(0, "s", "c", "failed"), "ended_at": "2026-11-15T23:10:00Z"}
        self.write("now.ndjson", lines([row]))
        ended = self.run_here("-q", "-o", "site/", "--tz", "-03:30", "now.ndjson")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        pages = list((self.folder / "site").glob("*.html"))
        self.assertGreater(len(pages), 2)
        for page in pages:
            self.assertIn("UTC; days and weeks are those of UTC-03:30.", page.read_text(), page)


class Nothing(World):
    """A report without runs says that the history has others."""

    def check(self, wanted, *words):
        for name in ("mail-text", "mail-html", "html", "text", "markdown"):
            ended = self.run_here("-q", "-o", f"{name}=-", *words)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            text = " ".join(ended.stdout.decode().split())
            self.assertIn("No runs", text, name)
            for part in wanted:
                self.assertIn(part, text, name)

    def test_none_in_the_period(self):
        self.assertEqual(self.run_here("-q", "--history", "h", "--history-only",
                                       "before.ndjson").returncode, 0)
        week = ("--week", "2026-W01")
        self.check(["in what was asked for; others in the history: 101"],
                   "--history", "h", *week)
        self.check(["period, suites and sources asked for", "others in the history: 101"],
                   "--history", "h", *week, "now.ndjson")
        self.check(["period, suites and sources asked for"], *week, "now.ndjson")


class Gates(World):
    def judged(self, *words, config=None):
        """Exit status, and of each gate what it found and whether it is met."""
        if config:
            self.write("gates.json", json.dumps(config))
            words += ("--config", "gates.json")
        ended = self.run_here("-o", "r.json", *words)
        gates = json.loads((self.folder / "r.json").read_text())["gates"]
        told = ended.stderr.decode()
        for gate in gates:
            line = f"gate missed: {gate['name']}: wanted {gate['wanted']}, found {gate['found']}"
            self.assertEqual(line in told, not gate["met"], told)
        return ended.returncode, [(gate["name"], gate["found"], gate["met"]) for gate in gates]

    def test_regressions(self):
        name = "--fail-on regressions"
        words = ("--fail-on", "regressions", "now.ndjson")
        self.assertEqual(self.judged("--baseline", "before.ndjson", *words),
                         (1, [(name, "the total, 1 suite, 5 cases", False)]))
        self.assertEqual(self.judged(*words), (1, [(
            name, "nothing to compare with: neither a baseline nor a history", False)]))
        self.assertEqual(self.judged("--baseline", "now.ndjson", *words),
                         (1, [(name, "no runs to compare with", False)]))
        self.write("same.ndjson", lines(self.make(2000, True)))
        self.assertEqual(self.judged("--baseline", "same.ndjson", *words),
                         (0, [(name, "nothing", True)]))

    def test_of_suites(self):
        config = {"baseline": "before.ndjson",
                  "gates": [{"suite": "suite ?", "fail-on": "regressions"},
                            {"suite": "new", "min-pass-rate": 50, "fail-on": ["regressions"]},
                            {"suite": "none", "max-cost": 1}]}
        self.write("new.ndjson", lines([record(5000, "new", "a", "passed")]))
        self.assertEqual(self.judged("now.ndjson", "new.ndjson", config=config), (1, [
            ("suite 0: fail-on regressions", "nothing", True),
            ("suite 1: fail-on regressions", "the suite, 5 cases", False),
            ("new: min-pass-rate 50", "100 % (1 of 1)", True),
            ("new: fail-on regressions", "nothing: it had no run before", True),
            ("gates of suite none", "none", False)]))

    def test_cost_and_latency(self):
        rows = self.make(0, True, cost_usd=0.02, latency_ms=[900, 2600])
        self.write("took.ndjson", lines(rows))
        passed = sum(row["outcome"] == "passed" for row in rows)
        limit = 2 / passed
        for words, met in ((("--max-cost-per-pass", f"{limit + .0001:.4f}"), True),
                           (("--max-cost-per-pass", f"{limit - .0001:.4f}"), False),
                           (("--max-p95-latency", "2600"), True),
                           (("--max-p95-latency", "2.599s"), False)):
            status, gates = self.judged("took.ndjson", *words)
            self.assertEqual([status, gates[0][2]], [0 if met else 1, met], words)


if __name__ == "__main__":
    sys.exit(harness.main())
