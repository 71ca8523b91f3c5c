#!/usr/bin/env python3
"""Histories that earlier versions wrote: read, continued and compacted, with the same figures."""

import decimal
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

HISTORIES = harness.TESTS / "histories"
SAMPLES = harness.ROOT / "samples"
JANUARY = "1799900000"  # 2027-01-14
COUNTS = ("runs", "passed", "failed", "errors", "pending", "unknown")
PERIODS = ("all", "2026-W44", "2026-W45", "2026-W46")

# What that version got wrong: two spellings of a name are one case.
MENDED = {("ci", "Logins", None, "Refund "): ("ci", "Logins", None, "Refund")}

NUMBERED = ("history: 4 runs with ids or names that an earlier version redacted to numbers "
            "([email 1]): not matched with later runs")


def figures(tally):
    cost = tally["cost_usd"]
    return [*(tally[count] for count in COUNTS), cost and str(cost["total"])]


def of_report(report):
    cases = {(suite["source"], suite["name"], case["id"], case["name"]): figures(case)
             for suite in report["suites"] for case in suite["cases"]}
    return {"totals": figures(report["totals"]), "cases": cases,
            "sources": {tally["source"]: figures(tally) for tally in report["sources"]}}


def mended(told):
    """The figures of an earlier version as they should have been."""
    cases = {}
    for *case, runs, passed, failed, errors, pending, unknown, cost in told["cases"]:
        case = MENDED.get(tuple(case), tuple(case))
        found = [runs, passed, failed, errors, pending, unknown]
        if case in cases:  # none of them tells a cost
            found = [one + other for one, other in zip(found, cases[case])]
        cases[case] = [*found, cost]
    return {**told, "cases": cases}


class Older(harness.Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(HISTORIES / "0.1.0/history", self.folder / "h")
        self.told = json.loads((HISTORIES / "0.1.0/figures.json").read_text())

    def call(self, *args, status=0, env=None):
        ended = self.run_here("--history", "h", *args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def report(self, period="all", **options):
        week = () if period == "all" else ("--week", period)
        return json.loads(self.call(*week, "-q", "-ojson=-", **options).stdout,
                          parse_float=decimal.Decimal)

    def check_figures(self, **options):
        for period in PERIODS:
            with self.subTest(period):
                self.assertEqual(of_report(self.report(period, **options)),
                                 mended(self.told[period]))

    def test_read(self):
        before = self.files()
        self.check_figures()
        self.assertEqual([note["text"] for note in self.report()["notes"]
                          if note["severity"] == "error"], [])
        self.assertIn(NUMBERED, [note["text"] for note in self.report()["notes"]])
        self.assertEqual(self.files(), before)

    def test_compacted(self):
        env = harness.environment(SOURCE_DATE_EPOCH=JANUARY)
        self.call("--compact", env=env)
        self.assertEqual([path.suffix for path in sorted((self.folder / "h").rglob("*"))
                          if path.is_file()], [".zip", ".zip"])
        self.check_figures(env=env)
        kept = {path: (self.folder / path).read_bytes() for path in self.files()}
        self.call("--compact", env=env)
        self.assertEqual({path: (self.folder / path).read_bytes() for path in self.files()}, kept)

    def continued(self):
        """With all the samples, of which it holds some."""
        truth = json.loads((harness.TESTS / "samples_truth.json").read_text())
        self.call("-q", "--history-only", SAMPLES)
        found = {tally["source"]: tally for tally in self.report()["sources"]}
        self.assertEqual(found.pop("ci")["runs"], 6)
        self.assertEqual({source: [tally[count] for count in COUNTS]
                          for source, tally in found.items()},
                         {tally["source"]: [tally[count] for count in COUNTS]
                          for tally in truth["sources"]})

    def undated(self):
        """How many of Playgent's runs are in each week."""
        weeks = {}
        for week in (*PERIODS[1:], "2026-W47"):
            for tally in self.report(week)["sources"]:
                if tally["source"] == "playgent":
                    weeks[week] = tally["runs"]
        return weeks

    def test_continued(self):
        before = self.undated()
        self.assertEqual(before, {week: self.told[week]["sources"]["playgent"][0]
                                  for week in PERIODS[1:]})
        self.continued()
        whole = {tally["source"]: tally for tally in self.report()["sources"]}["playgent"]["runs"]
        # What was seen then stays in its week; what came now is of this one.
        self.assertEqual(self.undated(), {**before, "2026-W47": whole - sum(before.values())})
        held = self.files()
        self.call("-q", "--history-only", SAMPLES)
        self.assertEqual(self.files(), held)

    def test_continued_and_compacted(self):
        self.continued()
        env = harness.environment(SOURCE_DATE_EPOCH=JANUARY)
        before = [of_report(self.report(period, env=env)) for period in PERIODS]
        self.call("--compact", env=env)
        self.assertEqual([of_report(self.report(period, env=env)) for period in PERIODS], before)

    def test_logins(self):
        """Numbered labels stay what they are: who they were is not known any more."""
        record = {"schema": "runtally.run/1", "source": "ci", "suite": {"name": "Logins"},
                  "ended_at": "2026-11-15T09:00:00Z", "outcome": "passed"}
        self.write("in.ndjson", "\n".join(json.dumps({**record, **more}) for more in (
            {"run_id": "u7", "case": {"name": "Login as bert@shop.example"}},
            {"run_id": "4111111111111111", "case": {"name": "Card"}})))
        ended = self.call("in.ndjson", "--history-only")
        self.assertIn(NUMBERED, ended.stderr.decode())
        cases = [case for case in of_report(self.report())["cases"] if case[0] == "ci"]
        self.assertEqual([case[3] for case in sorted(cases, key=str) if "[email 1]" in case[3]],
                         ["Login as [email 1]"])
        self.assertEqual(len(cases), 5)


if __name__ == "__main__":
    sys.exit(harness.main())
