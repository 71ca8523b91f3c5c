#!/usr/bin/env python3
"""Odd orders of calls on a history: clocks that go back, calls within a second, periods to come."""

import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

MONDAY = 1794787200  # 2026-11-16, of 2026-W47
DAY = 86400


def undated(number, passed=True, status="completed"):
    """A run of Playgent, which tells no time."""
    made = fields.playgent()
    made["turns"][0]["success"] = made["turns"][0]["evaluation"]["overall_pass"] = passed
    made.update(run_id=f"p{number}", success=passed, status=status)
    return made


def dated(number, outcome="passed", day=16):
    """A run of Magpipe, which tells no update."""
    made = fields.magpipe()
    made.update(id=f"m{number}", status=outcome, started_at=f"2026-11-{day}T10:00:00Z",
                completed_at=f"2026-11-{day}T10:01:00Z")
    return made


class Sequences(harness.Case):
    def call(self, records, *args, day=0, second=0, status=0, name="in.ndjson"):
        """With its inputs in a file of that name; the reports come from --history h alone."""
        inputs = []
        if records:
            self.write(name, "\n".join(json.dumps(record) for record in records))
            inputs = [pathlib.Path(name).parts[0]]
        env = harness.environment(SOURCE_DATE_EPOCH=str(MONDAY + day * DAY + second))
        ended = self.run_here("--history", "h", *inputs, *args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def add(self, records, *args, **more):
        return self.call(records, "--history-only", *args, **more)

    def report(self, *args, day=20, records=(), **more):
        return json.loads(self.call(records, "-q", "-ojson=-", *args, day=day, **more).stdout)

    def counts(self, *args, **more):
        totals = self.report(*args, **more)["totals"]
        return totals["passed"], totals["failed"], totals["pending"]

    def held(self):
        return sorted(path for path in self.files() if path.startswith("h/"))

    # ---- the order of writing ----

    def test_two_verdicts_within_a_second(self):
        """The later call counts, whatever the names of the files would say."""
        for number in range(8):  # one of two orders of hashes were luck
            self.add([undated(number, False), dated(number, "failed")])
            self.add([undated(number), dated(number)])
        self.assertEqual(self.counts(), (16, 0, 0))
        self.add([undated(0, False)])
        self.assertEqual(self.counts(), (15, 1, 0))

    def test_a_clock_that_goes_back(self):
        self.add([undated(1, False), dated(1, "failed")], day=3)
        self.add([undated(1), dated(1)], day=1)
        self.assertEqual(self.counts(), (2, 0, 0))
        held = self.held()
        for day in (1, 2, 3, 4):
            self.add([undated(1), dated(1)], day=day)
        self.assertEqual(self.held(), held)

    def test_a_clock_that_goes_back_behind_an_archive(self):
        self.add([undated(1, False), dated(1, "failed")], day=0)
        self.call([], "--compact", day=60)
        self.add([undated(1), dated(1)], day=-40)
        self.assertEqual(self.counts(), (2, 0, 0))
        self.call([], "--compact", day=60)
        self.assertEqual(self.counts(day=60), (2, 0, 0))

    # ---- names ----

    def test_a_new_name_of_what_tells_no_time(self):
        for number, name in enumerate(("Old", "New")):
            run = undated(number)
            run["agent"]["name"] = name
            self.add([run], day=number)
        self.assertEqual([suite["name"] for suite in self.report()["suites"]], ["New"])

    def test_a_new_name_in_dated_folders(self):
        """By their days, whatever the order in which they are read."""
        for number in (2, 1, 3, 0):
            run = undated(number)
            run["agent"]["name"] = f"Name {number}"
            self.add([run], day=number, name=f"2026-11-{16 + number}/in.ndjson")
        self.assertEqual([suite["name"] for suite in self.report()["suites"]], ["Name 3"])


if __name__ == "__main__":
    sys.exit(harness.main())
