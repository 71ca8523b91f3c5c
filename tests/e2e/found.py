#!/usr/bin/env python3
"""What was found wrong once, each with the shortest input that shows it."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402


def record(**members):
    return {"schema": "runtally.run/1", "source": "playgent", "outcome": "passed", **members}


def lines(records):
    return "".join(json.dumps(one) + "\n" for one in records)


class Found(harness.Case):
    def report(self, *arguments):
        ended = self.run_here(*arguments, "-o", "json=-")
        return ended, json.loads(ended.stdout)

    def test_own_report_among_the_inputs(self):
        """A report has lists named like those of envelopes, and must not be walked."""
        self.write("in/run.json", json.dumps(fields.playgent()))
        for _ in range(2):
            ended = self.run_here("in", "-o", "in/report.json")
            self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn(b"a report of runtally itself", ended.stderr)
        self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)

    def test_unset_clock(self):
        """A duration of 46 years is written as none, so the record can be read back."""
        self.write("run.json", json.dumps({"data": {
            "id": "k", "thread_id": "t", "score": 0.9, "feedback": "", "execution_completed": True,
            "started_at": "1980-01-01T00:00:00Z", "ended_at": "2026-11-01T00:00:00Z"}}))
        ended = self.run_here("run.json", "-o", "run.ndjson")
        self.assertEqual(ended.returncode, 0)
        self.assertIn(b"31 years", ended.stderr)
        ended, report = self.report("run.ndjson")
        self.assertEqual((ended.returncode, report["totals"]["duration_ms"]), (0, None))

    def test_update_survives_run_records(self):
        """Of two copies the later update wins, also when both went through run records."""
        for name, update, status in (("a", "2026-01-01", "failed"), ("b", "2026-02-01", "passed")):
            self.write(f"{name}.json", json.dumps({
                "run_id": "r", "test_id": "t", "status": status,
                "created_at": "2026-01-01T00:00:00Z", "updated_at": f"{update}T00:00:00Z",
                "detail_status": [{"name": "x", "status": status}] * (2 if name == "a" else 1)}))
            self.run_here(f"{name}.json", "-o", f"{name}.ndjson")
        for kind in ("json", "ndjson"):
            report = self.report(f"a.{kind}", f"b.{kind}")[1]
            self.assertEqual((report["totals"]["passed"], report["inputs"]["duplicates"]), (1, 1))

    def test_filters_that_leave_nothing(self):
        self.write("run.json", json.dumps(fields.playgent()))
        for kind in ("text", "markdown", "html"):
            ended = self.run_here("run.json", "--source", "kapso", "-o", f"{kind}=-")
            self.assertIn(b"asked for", ended.stdout)
            self.assertNotIn(b"in what was read (", ended.stdout)

    def test_rate_of_nearly_all(self):
        """100 % is said of all runs only; here 1 of 250,000 failed."""
        passed = '{"schema":"runtally.run/1","source":"x","run_id":"%d","outcome":"passed"}\n'
        failed = '{"schema":"runtally.run/1","source":"x","run_id":"f","outcome":"failed"}\n'
        self.write("runs.ndjson", "".join(passed % i for i in range(250000)) + failed)
        ended = self.run_here("runs.ndjson")
        self.assertIn("> 99.9 % passed".encode(), ended.stdout)
        self.assertNotIn(b"100.0", ended.stdout)

    def test_dropped_notes(self):
        self.write("bad.ndjson", lines({f"x{i}": 1} for i in range(30)))
        ended, report = self.report("bad.ndjson", "--limit", "notes=10")
        self.assertEqual((len(report["notes"]), report["notes_dropped"]), (10, 20))
        self.assertIn(b"20 more notes", ended.stderr)

    def test_budget_of_many_suites(self):
        """As many suites as runs: the search for what fits looks at each suite once a try."""
        self.write("runs.ndjson", lines(
            record(run_id=str(i), suite={"id": f"s{i}", "name": f"S {i}"},
                   case={"id": "c"}, outcome="failed") for i in range(20000)))
        ended = self.run_here("runs.ndjson", "-o", "markdown=-")
        self.assertEqual(ended.returncode, 0)
        self.assertLessEqual(len(ended.stdout), 65000)
        self.assertGreater(len(ended.stdout), 50000)

    def test_closed_standard_files(self):
        """A report must not get the number of standard error, nor the messages with it."""
        self.write("bad.json", "{")
        ended = subprocess.run(["sh", "-c", 'exec "$0" bad.json -o r.json <&- >&- 2>&-',
                                str(harness.RUNTALLY)], cwd=self.folder, timeout=harness.LIMIT)
        self.assertEqual(ended.returncode, 3)
        json.loads((self.folder / "r.json").read_text())

    def test_binary_input(self):
        self.write("zeros.json", "\0" * 100)
        ended = self.run_here("zeros.json", "-o", "json=-")
        self.assertEqual(ended.returncode, 3)
        self.assertIn(b"is binary, not JSON", ended.stderr)



class Copies(harness.Case):
    def test_which_copy_stays_does_not_depend_on_the_reports(self):
        """Two copies of a failed run that differ in their details and in their reason."""
        poor = {"jobId": "j", "batchId": "b", "isSuccessful": False, "remarks": "poor",
                "testCase": {"testCaseId": "c", "label": "case"}, "conversation": []}
        rich = dict(poor, remarks="rich", conversation=[{"role": "user", "content": "hello"},
                                                        {"role": "agent", "content": "hello"}])
        for order in ((poor, rich), (rich, poor)):
            with self.subTest(first=order[0]["remarks"]):
                self.write("in.json", json.dumps(order))
                alone = self.run_here("-q", "-o", "records=-", "in.json")
                beside = self.run_here("-q", "-o", "records=-", "-o", "r.html", "in.json")
                self.assertEqual(alone.stdout, beside.stdout)
                self.assertIn(b'"rich"', alone.stdout)


if __name__ == "__main__":
    sys.exit(harness.main())
