#!/usr/bin/env python3
"""Options two by two: which runs a report is of, and what it says it was asked for."""

import datetime
import fnmatch
import itertools
import json
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
ZONES = {"UTC": 0, "+05:30": 330, "-08:00": -480}

# Of each option, None (it is not given) and values. `from`: where runs of now come from.
FACTORS = {
    "since": (None, "2026-11-03", "2026-11-10T07:30:00Z"),
    "until": (None, "2026-11-18", "2026-11-16T20:00:00Z"),
    "last": (None, "20d", "300h", "3w"),
    "week": (None, "2026-W46", "last", "this"),
    "month": (None, "2026-11", "last", "this"),
    "tz": (None, "UTC", "+05:30", "-08:00"),
    "suite": (None, ("al*",), ("(no suite)", "b[e]ta"), ("telnyx", "magp?pe")),
    "source": (None, ("telnyx",), ("telnyx", "magpipe")),
    "suite-by": (None, "suite", "source"),
    "from": ("inputs", "history", "both"),
    "compare": (None, "previous", "none", "2026-10-20..2026-11-05"),
    "baseline": (None, "base.ndjson"),
    "pass-score": (None, "0.5"),
    "gates": (None, ("--min-pass-rate", "0", "--fail-on", "no-runs,flaky"),
              ("--max-cost", "100", "--max-cost-per-pass", "0.25", "--max-p95-latency", "2.5s")),
}


def rows():
    """Rows in which each value of each factor stands beside each value of every other."""
    names = list(FACTORS)
    missing = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2)
               for x in FACTORS[a] for y in FACTORS[b]}
    rng = random.Random(11)
    while missing:
        (a, x), (b, y) = min(missing, key=repr)
        row = {a: x, b: y}
        for name in rng.sample(names, len(names)):
            if name in row:
                continue

            def gain(value):
                return sum((((n, row[n]), (name, value)) if names.index(n) < names.index(name)
                            else ((name, value), (n, row[n]))) in missing for n in row)
            # Nine in ten periods of many options are empty: not given counts a little more.
            row[name] = max(FACTORS[name], key=lambda v: (gain(v) + (v is None) / 2, rng.random()))
        missing -= set(itertools.combinations(((name, row[name]) for name in names), 2))
        yield row
    # Many of these are wrong usage or empty: more, of fewer options each.
    for _ in range(60):
        few = rng.sample(names, 4)
        yield {name: rng.choice(values if name in few else values[:1])
               for name, values in FACTORS.items()} | {"from": rng.choice(FACTORS["from"])}


def runs(first, count, step):
    """Every few hours one, of changing suites and sources."""
    made = []
    for number in range(count):
        hours = first + number * step
        when = datetime.datetime(2026, 10, 15, tzinfo=UTC) + hours * HOUR
        run = {"schema": "runtally.run/1", "run_id": f"{when:%m%dT%H}", "outcome": "passed",
               "source": ("telnyx", "magpipe", "kapso")[hours // 5 % 3],
               "ended_at": f"{when:%Y-%m-%dT%H:%M:%S.000Z}", "when": when}
        if hours // 7 % 4:
            run["suite"] = {"name": ("alpha", "beta", "alien")[hours // 7 % 4 - 1]}
        made.append(run)
    return made


INPUTS = runs(0, 90, 11)       # every 11 hours, to the 25th of November
HISTORY = runs(0, 66, 15)      # of which those of each 165th hour are in both
BASELINE = runs(3, 80, 12) + INPUTS[::9]


def text(moment):
    return moment and moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Model:
    """What the manual says of a row, by another program."""

    def __init__(self, row):
        self.row = row
        self.zone = datetime.timezone(datetime.timedelta(minutes=ZONES[row["tz"] or "UTC"]))
        self.week = self.month = None
        bounds = [(self.time(row["since"], 0), self.time(row["until"], 1)), self.last(),
                  self.in_week(), self.in_month()]
        self.since = max((low for low, _ in bounds if low), default=None)
        self.until = min((high for _, high in bounds if high), default=None)
        self.has_history = row["from"] != "inputs"
        self.has_inputs = row["from"] != "history"
        periodic = row["compare"] not in (None, "none")
        self.wrong = bool(self.since and self.until and self.since >= self.until) or (
            periodic and (not self.has_history or row["baseline"] is not None))

    def midnight(self, day):
        return datetime.datetime.combine(day, datetime.time(), self.zone)

    def time(self, value, days_more):
        if value is None:
            return None
        if len(value) == 10:
            return self.midnight(datetime.date.fromisoformat(value) + days_more * DAY)
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))

    def last(self):
        value = self.row["last"]
        if value is None:
            return None, None
        return NOW - int(value[:-1]) * {"h": HOUR, "d": DAY, "w": 7 * DAY}[value[-1]], NOW

    def in_week(self):
        value, today = self.row["week"], NOW.astimezone(self.zone).date()
        if value is None:
            return None, None
        monday = (datetime.datetime.strptime(value + "-1", "%G-W%V-%u").date() if value[0] == "2"
                  else today - today.weekday() * DAY - (value == "last") * 7 * DAY)
        self.week = "{}-W{:02}".format(*monday.isocalendar())
        return self.midnight(monday), self.midnight(monday + 7 * DAY)

    def in_month(self):
        value, first = self.row["month"], NOW.astimezone(self.zone).date().replace(day=1)
        if value is None:
            return None, None
        if value[0] == "2":
            first = datetime.date.fromisoformat(value + "-01")
        elif value == "last":
            first = (first - DAY).replace(day=1)
        self.month = f"{first:%Y-%m}"
        return self.midnight(first), self.midnight((first + 31 * DAY).replace(day=1))

    def is_wanted(self, run):
        sources, globs = self.row["source"], self.row["suite"]
        suite = (run["source"] if self.row["suite-by"] == "source"
                 else run.get("suite", {}).get("name", "(no suite)"))
        return (sources is None or run["source"] in sources) and (
            globs is None or any(fnmatch.fnmatchcase(suite, glob) for glob in globs))

    def holds(self, run):
        return (not self.since or run["when"] >= self.since) and (
            not self.until or run["when"] < self.until)

    def choose(self):
        inputs = {run["run_id"]: run for run in INPUTS} if self.has_inputs else {}
        history = {run["run_id"]: run for run in HISTORY} if self.has_history else {}
        asked = self.since or self.until
        union = {**history, **inputs}
        pool = union if asked else inputs or history
        self.now = {name for name, run in pool.items() if self.is_wanted(run) and self.holds(run)}
        self.filtered = len(inputs.keys() - self.now)
        self.from_history = len(self.now - inputs.keys())
        self.before = self.choose_before(union)

    def choose_before(self, union):
        """None: nothing is compared."""
        compare = self.row["compare"]
        if compare == "none":
            return None
        if self.row["baseline"] is not None:
            return {run["run_id"] for run in BASELINE if self.is_wanted(run)
                    and run["run_id"] not in self.now
                    and not (self.until and run["when"] >= self.until)}
        if not self.has_history:
            return None
        times = sorted(union[name]["when"] for name in self.now)
        since, until = self.since or (times or [None])[0], self.until or (times or [None])[-1]
        if compare not in (None, "previous"):
            first, end = map(datetime.date.fromisoformat, compare.split(".."))
            low, high = self.midnight(first), self.midnight(end + DAY)
        elif since is None or until is None:
            return set()
        else:
            length = until - since
            if not self.since:
                length = max(length, 7 * DAY)
            low, high = since - length, since
        return {name for name, run in union.items() if self.is_wanted(run)
                and name not in self.now and low <= run["when"] < high}

    def asked(self):
        row = self.row
        given = {name: row[name] for name in ("since", "until", "last", "compare")
                 if row[name] is not None}
        given.update({name: value for name, value in (("week", self.week), ("month", self.month))
                      if value})
        gates = {None: [],
                 "--min-pass-rate": [{"suite": None, "min_pass_rate": 0,
                                      "fail_on": ["flaky", "no-runs"]}],
                 "--max-cost": [{"suite": None, "max_cost_usd": 100, "max_cost_per_pass_usd": 0.25,
                                 "max_p95_latency_ms": 2500}]}[(row["gates"] or (None,))[0]]
        zone = row["tz"] or "UTC"
        return {"from": text(self.since), "to": text(self.until), **given,
                "tz": zone if zone == "UTC" else "UTC" + zone,
                "suites": list(row["suite"] or ()), "sources": list(row["source"] or ()),
                "suite_by": row["suite-by"] or "suite",
                "pass_score": float(row["pass-score"] or 0.8), "score_scale": "auto",
                "history": self.has_history, "baselines": int(row["baseline"] is not None),
                "gates": gates}


class Pairs(harness.Case):
    def write_runs(self, name, made):
        self.write(name, "\n".join(json.dumps({key: value for key, value in run.items()
                                               if key != "when"}) for run in made))

    def arguments(self, row):
        made = list(row["gates"] or ())
        for name in ("since", "until", "last", "week", "month", "tz", "suite", "source",
                     "suite-by", "compare", "baseline", "pass-score"):
            values = row[name] if isinstance(row[name], tuple) else (row[name],)
            made += [f"--{name}={value}" for value in values if value is not None]
        if row["from"] != "inputs":
            shutil.rmtree(self.folder / "h", ignore_errors=True)
            shutil.copytree(self.folder / "kept", self.folder / "h")
            made += ["--history", "h"]
        return made + (["inputs.ndjson"] if row["from"] != "history" else [])

    def test_two_by_two(self):
        env = harness.environment(SOURCE_DATE_EPOCH=str(int(NOW.timestamp())))
        self.write_runs("inputs.ndjson", INPUTS)
        self.write_runs("history.ndjson", HISTORY)
        self.write_runs("base.ndjson", BASELINE)
        self.run_here("--history", "kept", "--history-only", "history.ndjson", env=env)
        told = {"rows": 0, "wrong": 0, "empty": 0, "compared": 0, "both": 0}
        for row in rows():
            model = Model(row)
            with self.subTest(**{name: value for name, value in row.items() if value}):
                ended = self.run_here("-q", "-ojson=r.json", "-orecords=r.ndjson",
                                      *self.arguments(row), env=env)
                told["rows"] += 1
                if model.wrong:
                    told["wrong"] += 1
                    self.assertEqual(ended.returncode, 2, ended.stderr)
                    continue
                self.assertIn(ended.returncode, (0, 1), ended.stderr)
                model.choose()
                report = json.loads((self.folder / "r.json").read_text())
                lines = (self.folder / "r.ndjson").read_text().splitlines()
                self.assertEqual({json.loads(line)["run_id"] for line in lines}, model.now)
                self.assertEqual(report["totals"]["runs"], len(model.now))
                self.assertEqual(report["inputs"]["filtered"], model.filtered)
                self.assertEqual(report["inputs"]["from_history"], model.from_history)
                compared = report.get("comparison")
                self.assertEqual(compared and compared["with"]["runs"],
                                 None if model.before is None else len(model.before))
                self.assertEqual(report["asked"], model.asked())
                told["empty"] += not model.now
                told["compared"] += bool(model.before)
                told["both"] += 0 < model.from_history < len(model.now)
        # That the rows reach what they are for.
        self.assertGreater(told["rows"] - told["wrong"], 15, told)
        self.assertGreater(told["compared"], 5, told)
        self.assertGreater(told["both"], 3, told)

    def test_asked_of_suites(self):
        """Gates of suites come from the configuration file."""
        self.write_runs("inputs.ndjson", INPUTS)
        self.write("c.json", json.dumps({"score-scale": 10, "fail-on": "failed", "gates": [
            {"suite": "al*", "min-pass-rate": "99.5"}, {"suite": "beta", "fail-on": "errors"}]}))
        ended = self.run_here("-q", "-ojson=-", "--config", "c.json", "inputs.ndjson")
        asked = json.loads(ended.stdout)["asked"]
        self.assertEqual(asked["score_scale"], "10")
        self.assertEqual(asked["gates"], [{"suite": None, "fail_on": ["failed"]},
                                          {"suite": "al*", "min_pass_rate": 0.995},
                                          {"suite": "beta", "fail_on": ["errors"]}])


if __name__ == "__main__":
    sys.exit(harness.main())
