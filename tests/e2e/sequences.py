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
        for day in (0, 1, 2, 3, 4):
            self.add([undated(1), dated(1)], day=day)
        self.assertEqual(self.held(), held)

    def test_a_clock_that_goes_back_behind_an_archive(self):
        self.add([undated(1, False), dated(1, "failed")], day=0)
        self.call([], "--compact", day=60)
        self.add([undated(1), dated(1)], day=-40)
        self.assertEqual(self.counts(), (2, 0, 0))
        self.call([], "--compact", day=60)
        self.assertEqual(self.counts(day=60), (2, 0, 0))

    # ---- periods ----

    def weeks(self, *weeks, day=40):
        """The judged and the pending runs of each week, from the history alone."""
        found = []
        for week in weeks:
            totals = self.report("--week", f"2026-W{week}", day=day)["totals"]
            found.append((totals["passed"] + totals["failed"], totals["pending"]))
        return found

    def test_a_week_to_come(self):
        """What is reported before it counts when it was reported."""
        for _ in range(2):
            report = self.report("--week", "2026-W50", records=[undated(1), dated(1)], day=2)
            self.assertEqual(report["totals"]["runs"], 0)
        self.assertEqual(self.weeks(47, 48, 50), [(2, 0), (0, 0), (0, 0)])

    def test_a_week_that_has_not_ended(self):
        for day in (2, 4):
            report = self.report("--week", "2026-W47", records=[undated(1)], day=day)
            self.assertEqual(report["totals"]["passed"], 1)
        self.assertEqual(self.weeks(46, 47, 48), [(0, 0), (1, 0), (0, 0)])

    def test_a_first_call_with_another_period(self):
        """Each run counts once, whatever the periods that are asked for later."""
        asked = (("--month", "2026-10"), ("--until", "2026-11-01"), ("--last", "24h"),
                 ("--week", "2026-W46", "--until", "2026-11-10"), ())
        for number, period in enumerate(asked):
            self.report(*period, records=[undated(number)], day=number)
        for _ in range(2):
            for week in (47, 46):
                self.report("--week", f"2026-W{week}", day=9,
                            records=[undated(number) for number in range(len(asked))])
        self.assertEqual(self.weeks(44, 45, 46, 47, 48),
                         [(2, 0), (0, 0), (1, 0), (2, 0), (0, 0)])

    def test_a_verdict_that_comes_later(self):
        """It counts in the week that first has it; another verdict afterwards stays there."""
        steps = ((7, 47, undated(1, status="running")), (14, 48, undated(1)),
                 (21, 49, undated(1, False)), (28, 50, undated(1)))
        steps[0][2]["turns"] = []
        steps[0][2].pop("success")
        for day, week, record in steps:
            self.report("--week", f"2026-W{week}", records=[record], day=day)
        self.assertEqual(self.weeks(47, 48, 49, 50), [(0, 0), (1, 0), (0, 0), (0, 0)])
        self.call([], "--compact", day=90)
        self.assertEqual(self.weeks(47, 48, 49, 50, day=90), [(0, 0), (1, 0), (0, 0), (0, 0)])

    # ---- dated folders ----

    def test_dated_folders_in_any_order(self):
        """The latest day has the verdict; a run stays in the week in which it first had one."""
        days = {16: None, 21: False, 25: True, 30: False}
        for number, order in enumerate(((16, 21, 25, 30), (21, 30, 16, 25), (21, 16, 30, 25))):
            for day in order:
                run = undated(number, days[day])
                if days[day] is None:
                    run.update(status="running", turns=[])
                    run.pop("success")
                self.add([run], day=20, name=f"{number}/2026-11-{day}/in.ndjson")
        self.assertEqual(self.weeks(47, 48, 49), [(3, 0), (0, 0), (0, 0)])
        self.assertEqual(self.counts(day=40), (0, 3, 0))

    # ---- forgetting ----

    def test_forgotten_runs_stay_away(self):
        """However they come again, and whatever is rolled up in between."""
        both = [undated(1), undated(2), dated(1), dated(2)]
        self.add(both)
        self.call([], "--forget", "playgent:p1", "--forget", "magpipe:m1", day=1)
        for day in (2, 60, 61, 120):
            self.add(both, day=day)
            self.assertEqual(self.counts(day=day), (2, 0, 0))
            self.call([], "--compact", day=day)
            self.assertEqual(self.counts(day=day), (2, 0, 0))
        held = b"".join((self.folder / name).read_bytes() for name in self.held()
                        if "forgotten" not in name and name.endswith(".ndjson"))
        self.assertNotIn(b'"p1"', held)
        self.add([undated(1, False)], day=121)
        self.assertEqual(self.counts(day=121), (2, 0, 0))
        self.assertEqual(self.weeks(47, 48, day=121), [(2, 0), (0, 0)])

    # ---- environments ----

    def test_an_environment_given_only_sometimes(self):
        """The call that adds a run a second time says so, and no other does."""
        staging = ("--environment", "staging")
        for name, first, then in (("h1", (), staging), ("h2", staging, ())):
            steps = ((first, 0), (first, 0), (then, 2), (then, 0), (first, 0))
            for day, (environment, told) in enumerate(steps):
                with self.subTest(name, day=day):
                    ended = self.add([undated(1), dated(1)], *environment, "--history", name,
                                     day=day)
                    text = ended.stderr.decode()
                    self.assertEqual(f"history: {told} runs of this call are in it already" in text,
                                     told > 0, text)
                    self.assertEqual("environment" in text, told > 0, text)

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
