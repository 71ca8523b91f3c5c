#!/usr/bin/env python3
"""One run, one period: reports on consecutive weeks add up, by whatever way a history is filled;
and a date by which a run is only counted puts it in no order."""

import datetime
import email
import email.policy
import itertools
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

MONDAY = datetime.datetime(2026, 11, 9, tzinfo=datetime.timezone.utc)
WEEK, DAY = datetime.timedelta(weeks=1), datetime.timedelta(days=1)
MORNING = datetime.timedelta(hours=6, minutes=30)
WEEKS = 5
LEFT = "2 runs without a time of their own are left out."
ANY = "2 of these runs have no time of their own: they may be of any time."
DATED = ("2 of these runs have no time of their own: they are counted by when they were first "
         "reported.")


def at(moment):
    return harness.environment(SOURCE_DATE_EPOCH=str(int(moment.timestamp())))


def week_of(moment):
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02}"


def untimed(name, passed, case="Flow"):
    """A Playgent run; it tells no time."""
    made = fields.playgent()
    made.update(run_id=name, success=passed, status="completed",
                test_case={"id": f"tc-{case}", "name": case})
    return made


def timed(name, passed, ended):
    return {"schema": "runtally.run/1", "source": "ci", "run_id": name, "case": {"id": "c"},
            "outcome": "passed" if passed else "failed",
            "ended_at": ended.strftime("%Y-%m-%dT%H:%M:%SZ")}


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


class Periods(harness.Case):
    def call(self, *args, status=0, moment=MONDAY + WEEK + MORNING, folder="history"):
        ended = self.run_here("-q", *(("--history", folder) if folder else ()), *args,
                              env=at(moment))
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended.stdout

    def weekly(self, week, *args, folder="history", **options):
        """Of that week, on the morning after it, twice."""
        moment = MONDAY + week * WEEK
        call = ("--week", week_of(moment), "-ojson=-", *args)
        first, again = (self.call(*call, moment=moment + WEEK + MORNING, folder=folder, **options)
                        for _ in range(2))
        self.assertEqual(first, again)
        return json.loads(first)

    # ---- weeks add up ----

    def test_weekly_calls(self):
        """New runs of three weeks, of which the API tells no time."""
        wanted = (3, 2, 1)
        numbers = itertools.count()
        for week, count in enumerate(wanted):
            self.write(f"{week}.ndjson", lines(untimed(f"p{next(numbers)}", True)
                                               for _ in range(count)))
            report = self.weekly(week, f"{week}.ndjson")
            self.assertEqual(report["totals"]["runs"], count)
            self.assertEqual(report["inputs"]["dated"], count)
            if week:
                self.assertEqual(report["comparison"]["with"]["runs"], wanted[week - 1])
        for week, count in enumerate(wanted):  # and of the history alone, much later
            moment = MONDAY + week * WEEK
            report = json.loads(self.call("--week", week_of(moment), "-ojson=-",
                                          moment=MONDAY + 9 * WEEK))
            self.assertEqual(report["totals"]["runs"], count)

    def exports(self, seed):
        """A day's export each: what is new, and again what came up to two weeks before."""
        dice = random.Random(seed)
        exports, known = [], []
        for day in range(7 * WEEKS):
            moment = MONDAY + day * DAY
            for number in range(dice.randint(0, 3)):
                name, passed = f"{seed}-{day}-{number}", dice.random() < 0.6
                record = (untimed(name, passed) if dice.random() < 0.6 else
                          timed(name, passed, moment + dice.random() * DAY * 0.2))
                known.append((day, name, passed, record))
            again = [one for one in known if one[0] == day or
                     (day - one[0] < 14 and dice.random() < 0.3)]
            exports.append((moment, again))
        return exports, known

    def check(self, report, known):
        totals = report["totals"]
        self.assertEqual((totals["runs"], totals["passed"], totals["failed"]),
                         (len(known), sum(one[2] for one in known),
                          sum(not one[2] for one in known)))

    def test_random_overlaps(self):
        for seed in range(3):
            with self.subTest(seed):
                exports, known = self.exports(seed)
                for moment, records in exports:
                    self.write("day.json", json.dumps([one[3] for one in records]))
                    self.call("--history-only", "day.json", folder=f"days-{seed}",
                              moment=moment + MORNING)
                for week in range(WEEKS):
                    days = range(7 * week, 7 * week + 7)
                    its = [one for one in known if one[0] in days]
                    self.check(self.weekly(week, folder=f"days-{seed}"), its)
                    self.write("week.ndjson", lines(
                        {one[1]: one[3] for day in days for one in exports[day][1]}.values()))
                    self.check(self.weekly(week, "week.ndjson", folder=f"weeks-{seed}"), its)

    # ---- without a history ----

    def test_headlines(self):
        self.write("runs.ndjson", lines([untimed("a", True), untimed("b", False),
                                         timed("t", True, MONDAY + DAY)]))
        cases = (
            (None, (), 1, (0, 0, 0, 2), LEFT),
            (None, ("--undated", "include"), 3, (2, 0, 2, 0), ANY),
            (None, ("--undated", "exclude"), 1, (0, 0, 0, 2), LEFT),
            ("history", (), 3, (2, 2, 0, 0), DATED),
            ("history", ("--undated", "exclude"), 1, (0, 0, 0, 2), LEFT),
        )
        for folder, options, runs, counts, sentence in cases:
            with self.subTest((folder, *options)):
                def made(form):
                    out = self.call("--week", week_of(MONDAY), *options, f"-o{form}=-",
                                    "--mail-from=a@example.com", "--mail-to=b@example.com",
                                    "runs.ndjson", folder=folder)
                    if form != "eml":
                        return out.decode()
                    mail = email.message_from_bytes(out, policy=email.policy.default)
                    return mail.get_body(("html",)).get_content()
                report = json.loads(made("json"))
                self.assertEqual(report["totals"]["runs"], runs)
                self.assertEqual(tuple(report["inputs"][name] for name in
                                       ("without_time", "dated", "any_time", "undated")), counts)
                for form in ("text", "markdown", "html", "mail-text", "eml"):
                    self.assertIn(sentence, " ".join(made(form).split()), form)
        self.write("runtally.json", json.dumps({"undated": "include"}))
        report = json.loads(self.call("--week", week_of(MONDAY), "-ojson=-", "runs.ndjson",
                                      folder=None))
        self.assertEqual(report["inputs"]["any_time"], 2)

    # ---- no order ----

    def test_dates_order_nothing(self):
        """Whatever comes first, and whatever the ids: it is not known which verdict is the last."""
        seen = set()
        for number, (first, then) in enumerate(itertools.product(("a", "b"), (True, False))):
            folder = f"history-{number}"
            for week, (name, passed) in enumerate(((first, then), ("ab".replace(first, ""),
                                                                   not then))):
                self.write("runs.ndjson", lines([untimed(name, passed)]))
                self.weekly(week, "runs.ndjson", folder=folder)
            report = json.loads(self.call("--last", "60d", "-ojson=-", folder=folder,
                                          moment=MONDAY + 3 * WEEK))
            case = report["suites"][0]["cases"][0]
            self.assertEqual((case["flaky"], case["last_outcome"], case["last_at"]),
                             (True, None, None))
            seen.add(json.dumps(case))
            text = self.call("--last", "60d", "-omarkdown=-", folder=folder,
                             moment=MONDAY + 3 * WEEK).decode()
            self.assertNotIn("fails since", text)
            self.assertNotIn("latest 2026", text)
        self.assertEqual(len(seen), 1)

    def test_newly_failing(self):
        """Where all runs of a week agree, their verdict is known."""
        rows = (((True, True), (False, False), "newly failing"),
                ((False,), (True, True), "fixed"), ((True, False), (False,), None))
        for before, now, change in rows:
            with self.subTest(change):
                for week, verdicts in enumerate((before, now)):
                    self.write("runs.ndjson", lines(untimed(f"{week}-{n}", passed)
                                                    for n, passed in enumerate(verdicts)))
                    report = self.weekly(week, "runs.ndjson", folder=f"history-{change}")
                found = {one["state"] for one in report["comparison"]["cases"]}
                self.assertEqual(found, {change} - {None})

    # ---- the first week ----

    def test_first_mail(self):
        self.write("runs.ndjson", lines([untimed("a", True), untimed("b", True)]))
        args = ("--week", "2026-W46", "--fail-on", "regressions", "--mail-from=a@example.com",
                "--mail-to=b@example.com", "-oeml=-", "runs.ndjson")
        mail = email.message_from_bytes(self.call(*args), policy=email.policy.default)
        self.assertEqual(mail["Subject"], "Agent test runs, 2026-W46: 100 % passed")
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("Week 2026-W46: 2026-11-09 to 2026-11-15", text)
        gates = json.loads(self.call("--week", "2026-W46", "--fail-on", "regressions", "-ojson=-",
                                     "runs.ndjson"))["gates"]
        self.assertIn("nothing to compare with", json.dumps(gates))

    def test_week_without_runs(self):
        self.write("runs.ndjson", lines([timed("t", True, MONDAY + DAY)]))
        mail = email.message_from_bytes(
            self.call("--week", "2026-W40", "--mail-from=a@example.com",
                      "--mail-to=b@example.com", "-oeml=-", "runs.ndjson"),
            policy=email.policy.default)
        self.assertEqual(mail["Subject"], "Agent test runs, 2026-W40: no runs")


if __name__ == "__main__":
    sys.exit(harness.main())
