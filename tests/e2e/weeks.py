#!/usr/bin/env python3
"""Twelve weeks of each API, reported week by week in two ways, against an independent computation.

Each Sunday's export is read by one call on Monday that reports on the week; or each day's export is
only added to a history, of which the week is reported. Runs come pending and are judged the day
after, some are judged anew days later; exports overlap; suites, agents and cases get other names, a
definition is deleted; the export of one day is broken, a part of another is missing.
"""

import collections
import dataclasses
import datetime
import decimal
import json
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
sys.path.append(os.path.join(os.path.dirname(__file__), "../truth"))
import harness  # noqa: E402
import world  # noqa: E402

WEEKS, OVERLAP = 12, 2
FIRST = datetime.datetime(2026, 9, 7, tzinfo=datetime.timezone.utc)  # the Monday of 2026-W37
HOUR = 3600 * 1000
OUTCOMES = ("passed", "failed", "error", "pending", "unknown")
COUNTS = ("passed", "failed", "errors", "pending", "unknown")
JUDGED = ("passed", "failed", "error")

# What happens, by number of the week or day.
RENAMED_SUITE, RENAMED_CASE, DELETED = 4, 6, 8
BROKEN, SPLIT, INCOMPLETE = 2 * 7 + 2, (2, 40, 72), 7 * 7 + 2  # days; Wednesdays but for SPLIT
SHARDS = 3


def moment(day, ms=0):
    return int(FIRST.timestamp() * 1000) + day * 24 * HOUR + ms


def date(day):
    return (FIRST + datetime.timedelta(day)).date().isoformat()


def week_name(week):
    year, number, _ = (FIRST + datetime.timedelta(7 * week)).isocalendar()
    return f"{year}-W{number:02}"


def at(day, hours):
    """The environment of a call: so many hours into that day."""
    seconds = moment(day, round(hours * HOUR)) // 1000
    return harness.environment(SOURCE_DATE_EPOCH=str(seconds))


def plain(name):
    return " ".join(name.split())


class Simulation:
    """What becomes of the runs of one API, day by day, and what it exports of them."""

    def __init__(self, source, seed):
        self.source = source
        self.world = world.World(seed, 0)
        self.rng = random.Random(seed)
        self.cases = self.some_cases()
        self.deleted = self.cases[-1][0]
        self.states = {}  # run id: [(day, Run)], in their order
        for day in range(7 * WEEKS):
            for _ in range(self.rng.randrange(2, 6)):
                self.begin(day)

    def some_cases(self):
        """(case, suite, agent)"""
        made, none = self.world, world.Group()
        if self.source == "kapso":
            return [(case, suite, none) for case, suite in made.kapso_cases
                    if suite in made.kapso_suites[:1] + made.kapso_suites[-2:]]
        if self.source == "telnyx":
            return [(case, suite, none) for case, suite in made.telnyx_tests[:12]]
        if self.source == "magpipe":
            return made.magpipe_cases[:9]
        cases = made.sigma_cases if self.source == "sigmamind" else made.playgent_cases
        return [(case, none, agent) for case, agent in cases[::2]]

    # ---- runs ----

    def begin(self, day):
        rng, source = self.rng, self.source
        case, suite, agent = rng.choice(self.cases)
        run = world.Run(source, self.world.token("run_"), case, suite, agent,
                        rng.choices(OUTCOMES, (60, 22, 8, 4, 6))[0])
        if source == "sigmamind" and run.outcome == "error":
            run.outcome = "failed"  # it tells of no errors
        began = moment(day, rng.randrange(22 * HOUR))
        late = rng.random() < 0.15
        if source != "playgent":
            run.created = None if source == "magpipe" else began
            run.started = began if source in ("kapso", "magpipe") else None
            if run.outcome != "pending":
                run.ended = moment(day + 1, rng.randrange(2 * HOUR)) if late else \
                    began + rng.randrange(HOUR // 2)
            run.updated = run.ended or began
        self.shape(run)
        states = self.states[run.run_id] = []
        if late and run.outcome != "pending":
            states.append((day, dataclasses.replace(
                run, outcome="pending", ended=None, updated=began, cost=None, latencies=(),
                tokens=None, score=None, shape="bare" if source == "playgent" else run.shape)))
            day += 1
        states.append((day, run))
        if run.outcome in ("passed", "failed") and rng.random() < 0.12:
            self.judge_anew(day + rng.randrange(1, 10), run)
        self.states[run.run_id] = [state for state in states if state[0] < 7 * WEEKS]

    def judge_anew(self, day, run):
        again = dataclasses.replace(run, outcome="failed" if run.outcome == "passed" else "passed",
                                    updated=moment(day, HOUR))
        if self.source == "kapso":
            self.score(again)
        self.states[run.run_id].append((day, again))

    def score(self, run):
        low, high = (80, 101) if run.outcome == "passed" else (0, 80)
        run.score = decimal.Decimal(self.rng.randrange(low, high)) / 100

    def shape(self, run):
        rng = self.rng
        if self.source == "kapso":
            run.shape = "exception" if run.outcome == "error" else None
            if run.outcome in ("passed", "failed"):
                self.score(run)
        elif self.source == "sigmamind":
            run.execution, run.shape = self.world.token("batch_"), rng.choice(["v1", "v2"])
        elif self.source == "telnyx":
            run.execution = self.world.uuid()
        elif self.source == "playgent":
            run.shape = "bare"
            if run.outcome != "pending":
                run.shape = rng.choice(["full", "no summary", "abbreviated"])
                run.latencies = tuple(rng.choices(range(200, 9000), k=rng.randrange(1, 4)))
                run.cost = decimal.Decimal(rng.randrange(1, 10 ** 8)) / 10 ** 9

    def known(self, day):
        """{run id: Run} as it is at the end of that day."""
        found = {}
        for run_id, states in self.states.items():
            for since, run in states:
                if since <= day:
                    found[run_id] = run
        return found

    def week_of(self, run, day):
        """In which a report counts it: one that tells no time by when its verdict was first known,
        where that is known at the end of that day, else by when it was first seen."""
        if self.source != "playgent":
            return (run.when - moment(0)) // (7 * 24 * HOUR)
        states = [state for state in self.states[run.run_id] if state[0] <= day]
        judged = [since for since, state in states if state.outcome in JUDGED]
        return (judged[0] if judged else states[0][0]) // 7

    def figures(self, day, week=None):
        """{case: its counts and its cost} of what is known at the end of that day."""
        counts, costs = collections.defaultdict(lambda: [0] * len(OUTCOMES)), {}
        for run in self.known(day).values():
            if week is None or self.week_of(run, day) == week:
                case = run.case.id
                counts[case][OUTCOMES.index(run.outcome)] += 1
                if run.cost is not None:
                    costs[case] = costs.get(case, 0) + run.cost
        return {case: (*found, costs.get(case)) for case, found in counts.items()}

    def judged(self):
        return [run_id for run_id, run in self.known(7 * WEEKS - 1).items()
                if run.outcome in JUDGED]

    # ---- names ----

    def rename(self, week):
        """What has another name from this week on."""
        if week == RENAMED_SUITE:
            group = self.cases[0][2 if self.source in ("sigmamind", "playgent") else 1]
            before = group.name
            for _, suite, agent in self.cases:
                for one in (suite, agent):
                    if one is group or self.source == "telnyx" and one.name == before:
                        one.name = "Another name"
        elif week == RENAMED_CASE:
            self.cases[1][0].name = "Another case"

    def definitions(self, week):
        """As they are exported, without the one that was deleted."""
        made = getattr(self.world, f"define_{self.source}")()
        gone = self.deleted if week >= DELETED else None
        if self.source == "kapso":
            for suite in made:
                suite["test_cases"] = [case for case in suite["test_cases"]
                                       if not gone or case["id"] != gone.id]
        elif self.source == "magpipe":
            made = [{"suites": made[0]},
                    {"cases": [case for case in made[1] if not gone or case["id"] != gone.id]}]
        else:
            made = made[1] if self.source == "sigmamind" else made
            made = [case for case in made if not gone or gone.id not in case.values()]
        return made

    # ---- exports ----

    def changed(self, day, since):
        """What was new or changed from `since` on, as it is at the end of `day`."""
        known = self.known(day)
        return [known[run_id] for run_id, states in self.states.items()
                if any(since <= changed <= day for changed, _ in states)]

    def records(self, day, since):
        for run in self.changed(day, since):
            if self.source == "magpipe":
                run = dataclasses.replace(run, shape=self.rng.choice(
                    ["single", "suite", "list", "documented"]))
            yield self.world.export(run)

    def text(self, records):
        if self.source in ("kapso", "playgent"):
            wrap = (lambda record: {"data": record}) if self.source == "kapso" else dict
            return "\n".join(world.dumps(wrap(record)) for record in records)
        if self.source == "magpipe":
            return world.dumps({"runs": records})
        if self.source == "telnyx":
            return world.dumps({"data": records, "meta": {
                "page_number": 1, "page_size": 250, "total_pages": 1,
                "total_results": len(records)}})
        return world.dumps(records)

    def defined_text(self, week):
        return "\n".join(world.dumps(definition) for definition in self.definitions(week))


class Weeks(harness.Case):
    sources = world.SOURCES

    def begin(self, source, dated, environment=None, seed=1):
        self.sim = Simulation(source, seed)
        self.dated, self.prefix = dated, f"{source} {dated}"
        self.more = ("--environment", environment) if environment else ()
        self.touched = {"daily": set(), "weekly": set()}  # weeks, by calls that were not whole

    # ---- exports ----

    def export(self, way, day, since, *, broken=False, shards=1):
        """Writes the export of a day into a folder for each part, and returns their names."""
        records = list(self.sim.records(day, since))
        folders = []
        for shard in range(shards):
            name = date(day) if self.dated else f"day {day}"
            name = f"{self.prefix}/{way}/{shard}{'b' if broken else ''}/{name}"
            text = self.sim.text(records[shard::shards])
            self.write(f"{name}/definitions.json", self.sim.defined_text(day // 7))
            if broken:
                self.write(f"{name}/error.json", '{"error":{"code":"x","message":"no key"}}')
                text = text[:len(text) * 3 // 5]
            self.write(f"{name}/runs.json", text)
            folders.append(name)
        return folders

    def touch(self, way, day, since):
        self.touched[way] |= {self.sim.week_of(run, day) for run in self.sim.changed(day, since)}

    # ---- calls ----

    def call(self, history, *args, status=0, env):
        ended = self.run_here("--history", history, *self.more, *args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def report(self, history, *args, env):
        ended = self.call(history, "-q", "-ojson=-", *args, env=env)
        return json.loads(ended.stdout, parse_float=decimal.Decimal)

    def made(self, history, week, *inputs, env):
        self.call(history, "-q", "--week", week_name(week), *inputs, "-o", "o.json", "-o",
                  "o.ndjson", "-o", "mail-text=o.txt", "-o", "o.csv", env=env)
        return {end: (self.folder / f"o.{end}").read_bytes()
                for end in ("json", "ndjson", "txt", "csv")}

    def made_twice(self, history, week, *inputs, env):
        """The report on that week, and its run records."""
        copy = self.folder / "copy"
        if inputs and (self.folder / history).exists():
            shutil.copytree(self.folder / history, copy)
        made = self.made(history, week, *inputs, env=env)
        again = self.made("copy" if inputs else history, week, *inputs, env=env)
        self.assertEqual(made, again)
        if inputs:
            # Again into the same history: there are no news to tell, and the figures are the same.
            shutil.rmtree(copy)
            again = self.made(history, week, *inputs, env=env)
            self.assertEqual((made["ndjson"], made["csv"]), (again["ndjson"], again["csv"]))
        return (json.loads(made["json"], parse_float=decimal.Decimal),
                [json.loads(line) for line in made["ndjson"].splitlines()])

    def day_of(self, day):
        env = at(day, 23.5)
        add = (f"{self.prefix} daily", "-q", "--history-only")
        since = day - OVERLAP
        if day in (BROKEN, INCOMPLETE):
            self.touch("daily", day, since)
        if day == BROKEN:
            self.call(*add, *self.export("d", day, since, broken=True), status=3, env=env)
        elif day in SPLIT or day == INCOMPLETE:
            for number, folder in enumerate(self.export("d", day, since, shards=SHARDS), 1):
                if day != INCOMPLETE or number != 2:
                    self.call(*add, "--shard", f"{number}/{SHARDS}", folder, env=env)
        else:
            self.call(*add, *self.export("d", day, since), env=env)

    def week_of(self, week):
        """The report of the call on Monday, by either way: {way: (report, records)}."""
        sunday, env = 7 * week + 6, at(7 * week + 7, 6.5)
        weekly = f"{self.prefix} weekly"
        since = 7 * week - OVERLAP
        if BROKEN // 7 == week:
            self.touch("weekly", sunday, since)
            folder, = self.export("w", sunday, since, broken=True)
            self.call(weekly, "-q", "--week", week_name(week), "-o", "o.json", folder, env=env,
                      status=3)
        folder, = self.export("w", sunday, since)
        return {"weekly": self.made_twice(weekly, week, folder, env=at(7 * week + 7, 7)),
                "daily": self.made_twice(f"{self.prefix} daily", week, env=env)}

    # ---- what is found ----

    def found(self, report):
        cases = {}
        for suite in report["suites"]:
            for case in suite["cases"]:
                self.assertNotIn(case["id"], cases)
                cost = case["cost_usd"]
                cases[case["id"]] = (*(case[count] for count in COUNTS), cost and cost["total"])
        for column, count in enumerate(COUNTS):
            self.assertEqual(report["totals"][count], sum(case[column] for case in cases.values()))
        costs = [case[-1] for case in cases.values() if case[-1] is not None]
        cost = report["totals"]["cost_usd"]
        self.assertEqual(cost and cost["total"], sum(costs) if costs else None)
        return cases

    def check_names(self, report):
        """All are called what they are called now."""
        place = 2 if self.sim.source in ("sigmamind", "playgent") else 1
        names = {case[0].id: (plain(case[place].name or "(no suite)"), plain(case[0].name))
                 for case in self.sim.cases}
        self.assertEqual({case["id"]: (suite["name"], case["name"]) for suite in report["suites"]
                          for case in suite["cases"]},
                         {case["id"]: names[case["id"]] for suite in report["suites"]
                          for case in suite["cases"]})

    def incomplete(self, report):
        """What its notes say of calls that were broken or are missing."""
        return [note["text"] for note in report["notes"] if note.get("incomplete")]

    def check_notes(self, way, week, report):
        """Of the week of such a call, and of no week but those that its export has runs of."""
        told = bool(self.incomplete(report))
        if week == BROKEN // 7 or (way == "daily" and week == INCOMPLETE // 7):
            self.assertTrue(told, report["notes"])
        elif told:
            self.assertIn(week, self.touched[way], report["notes"])

    def simulate(self):
        """Week by week, by both ways: what was mailed is what was known."""
        mailed = {"weekly": collections.Counter(), "daily": collections.Counter()}
        for week in range(WEEKS):
            self.sim.rename(week)
            for day in range(7 * week, 7 * week + 7):
                self.day_of(day)
            for way, (report, records) in self.week_of(week).items():
                with self.subTest(f"{self.prefix} {way}", week=week):
                    self.assertEqual(self.found(report), self.sim.figures(7 * week + 6, week))
                    self.check_names(report)
                    self.check_notes(way, week, report)
                mailed[way].update(run["run_id"] for run in records if run["outcome"] in JUDGED)
        for way, runs in mailed.items():
            with self.subTest(f"{self.prefix} {way}: each judged run in one week"):
                self.assertEqual(runs, collections.Counter(self.sim.judged()))

    def afterwards(self, what, day):
        """Every week from the history alone: as it is known at the end, the same by both ways."""
        last = 7 * WEEKS - 1
        for way in ("weekly", "daily"):
            for week in range(WEEKS):
                with self.subTest(f"{self.prefix} {way} {what}", week=week):
                    report = self.report(f"{self.prefix} {way}", "--week", week_name(week),
                                         env=at(day, 7))
                    self.assertEqual(self.found(report), self.sim.figures(last, week))
                    self.check_notes(way, week, report)
            whole = self.report(f"{self.prefix} {way}", env=at(day, 7))
            self.assertEqual(self.found(whole), self.sim.figures(last))

    def check(self, *args, **options):
        self.begin(*args, **options)
        self.simulate()
        later = 7 * WEEKS + 1
        self.afterwards("afterwards", later)
        for way in ("weekly", "daily"):
            self.call(f"{self.prefix} {way}", "-q", "--compact", env=at(later + 60, 7))
        self.afterwards("compacted", later + 60)

    def test_kapso(self):
        self.check("kapso", dated=False)

    def test_sigmamind(self):
        self.check("sigmamind", dated=True, seed=2)

    def test_telnyx(self):
        self.check("telnyx", dated=False, seed=3)

    def test_magpipe(self):
        self.check("magpipe", dated=True, seed=4)

    def test_playgent_by_calls(self):
        self.check("playgent", dated=False, seed=5)

    def test_playgent_in_dated_folders(self):
        self.check("playgent", dated=True, seed=6)


if __name__ == "__main__":
    sys.exit(harness.main())
