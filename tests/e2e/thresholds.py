#!/usr/bin/env python3
"""A verdict that comes from a score is that of this call's pass score, wherever the score lies."""

import itertools
import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

SCORES = (0, 0.3, 0.599999, 0.6, 0.7, 0.8, 0.95, 1)
CALLS = ("0", "0.3", "0.6", "0.8", "1")
DECEMBER, JANUARY = "1797379200", "1799000000"
COUNTS = ("runs", "passed", "failed", "errors", "pending", "unknown", "pass_rate")


def at(epoch):
    return harness.environment(SOURCE_DATE_EPOCH=epoch)


def scored(number, score, **more):
    run = fields.kapso()
    run.update({"id": f"k-{number}", "score": score}, **more)
    return run


def exports():
    """Runs that only their score judges, one that ended in error with one, others without."""
    runs = [scored(number, score) for number, score in enumerate(SCORES)]
    runs.append(scored("error", 0.9, error={"message": "no line"}))
    runs.append(scored("lost", None))
    runs.append(fields.telnyx())
    return "\n".join(json.dumps(run) for run in runs)


def expected(threshold):
    """By an own count: the Telnyx run failed by its own verdict, whatever the pass score is."""
    passed = sum(score >= float(threshold) for score in SCORES)
    failed = len(SCORES) - passed + 1
    return {"runs": len(SCORES) + 3, "passed": passed, "failed": failed, "errors": 1, "pending": 0,
            "unknown": 1, "pass_rate": round(passed / (passed + failed + 1), 6)}


class Thresholds(harness.Case):
    def call(self, *args, env=None):
        ended = self.run_here(*args, env=env)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended

    def report(self, threshold, *args, env=None):
        made = self.call("--pass-score", threshold, "-ojson=-", *args, env=env)
        self.notes = made.stderr.decode()
        return json.loads(made.stdout)

    def figures(self, tally):
        return {name: tally[name] for name in COUNTS}

    def stored(self, threshold):
        """The same runs in each place where they can lie, judged by that threshold."""
        name = f"at-{threshold}"
        records, old = f"{name}.ndjson", f"{name}-old.ndjson"
        self.call("--pass-score", threshold, "-q", "-o", records, "runs.json")
        lines = [json.loads(line) for line in (self.folder / records).read_text().splitlines()]
        for line in lines:
            line.pop("judged_by", None)  # as versions before wrote them
        self.write(old, "\n".join(map(json.dumps, lines)))
        for history, source in ((f"{name}-h", "runs.json"), (f"{name}-oldh", old)):
            self.call("--pass-score", threshold, "-q", "--history", history, "--history-only",
                      source)
        self.call("--pass-score", threshold, "-q", "--history", f"{name}-zip", "--history-only",
                  "runs.json")
        self.call("--pass-score", "0.5", "--history", f"{name}-zip", "--compact",
                  env=at(JANUARY))
        self.assertTrue(list((self.folder / f"{name}-zip").rglob("*.zip")))
        return {
            "records": [records],
            "records of an older version": [old],
            "history": ["--history", f"{name}-h"],
            "history of an older version": ["--history", f"{name}-oldh"],
            "compacted history": ["--history", f"{name}-zip"],
            "both": ["--history", f"{name}-h", "--until", "2026-11-30", "runs.json"],
            "inputs in two forms": ["runs.json", records],
            "inputs in three forms": [old, "runs.json", records],
        }

    def test_place_does_not_matter(self):
        self.write("runs.json", exports())
        for call in CALLS:
            with self.subTest(call=call, place="export"):
                made = self.report(call, "runs.json")
                self.assertEqual(self.figures(made["totals"]), expected(call))
        for stored_at in ("0.3", "0.8", "1"):
            places = self.stored(stored_at)
            for call, (place, args) in itertools.product(CALLS, places.items()):
                with self.subTest(stored=stored_at, call=call, place=place):
                    made = self.report(call, *args)
                    self.assertEqual(self.figures(made["totals"]), expected(call))
                    self.assertNotIn("verdict", self.notes)
                    self.assertNotIn("changed since", self.notes)

    def test_nothing_to_compare_but_the_runs(self):
        """The same runs before and now, stored under any threshold: never a change."""
        self.write("runs.json", exports())
        self.write("again.json", exports().replace('"k-', '"again-').replace("t-run", "again")
                   .replace("2026-11-10", "2026-11-17"))
        for stored_at, call in itertools.product(("0.3", "1"), CALLS):
            base = f"base-{stored_at}.ndjson"
            self.call("--pass-score", stored_at, "-q", "-o", base, "runs.json")
            history = f"{stored_at}-{call}"
            self.call("--pass-score", stored_at, "-q", "--history", history, "--history-only",
                      "runs.json")
            for args in (["--baseline", base],
                         ["--history", history, "--week", "2026-W47"]):
                with self.subTest(stored=stored_at, call=call, args=args):
                    made = self.report(call, "--fail-on", "regressions", *args, "again.json")
                    total = made["comparison"]["total"]
                    self.assertEqual(total["difference"], 0)
                    self.assertEqual(total["before"]["pass_rate"], total["now"]["pass_rate"])

    def test_a_history_is_not_written_again(self):
        self.write("runs.json", exports())
        history = self.folder / "h"
        self.call("-q", "--history", "h", "--history-only", "runs.json")
        held = {path: path.read_bytes() for path in history.rglob("*.ndjson")}
        for call in CALLS + CALLS[::-1]:
            self.report(call, "--history", "h", "runs.json")
            self.assertEqual({path: path.read_bytes() for path in history.rglob("*.ndjson")}, held)
            self.assertNotIn("changed since", self.notes)

    def test_a_run_that_fails_now_has_a_reason(self):
        self.write("runs.json", json.dumps(scored(1, 0.7)))
        self.call("--pass-score", "0.6", "-q", "-o", "then.ndjson", "runs.json")
        self.call("--pass-score", "0.8", "-q", "-o", "now.ndjson", "then.ndjson")
        self.call("--pass-score", "0.6", "-q", "-o", "again.ndjson", "now.ndjson")
        told = [json.loads((self.folder / f"{name}.ndjson").read_text())
                for name in ("then", "now", "again")]
        self.assertEqual([run["outcome"] for run in told], ["passed", "failed", "passed"])
        self.assertEqual([run["judged_by"] for run in told], ["score"] * 3)
        self.assertEqual([run.get("reason") for run in told],
                         [None, "the score is below the pass score", None])

    def test_own_verdicts_stay(self):
        """A source that judges itself, and one that no adapter names, without the member."""
        base = {"schema": "runtally.run/1", "run_id": "1", "score": 0.5, "outcome": "passed"}
        rows = [("magpipe", {}, "passed"), ("elsewhere", {}, "passed"),
                ("elsewhere", {"judged_by": "score"}, "failed"),
                ("elsewhere", {"judged_by": "people"}, "passed"),
                ("elsewhere", {"judged_by": "score", "outcome": "error"}, "error")]
        for source, more, outcome in rows:
            with self.subTest(source=source, **more):
                self.write("run.ndjson", json.dumps({**base, "source": source, **more}))
                self.call("-q", "-o", "out.ndjson", "run.ndjson")
                self.assertEqual(json.loads(pathlib.Path(self.folder, "out.ndjson").read_text())
                                 ["outcome"], outcome)


if __name__ == "__main__":
    sys.exit(harness.main())
