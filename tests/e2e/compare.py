#!/usr/bin/env python3
"""What changed, from end to end: two sets of runs, and what the reports say of them."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402


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
        self.assertEqual([row["name"] for row in found["new_cases"]], ["came"])
        self.assertEqual([row["name"] for row in found["gone_cases"]], ["left"])
        self.assertEqual(found["gone_cases"][0]["href"], "")
        self.assertIs(found["gone_cases"][0]["now"], False)

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
