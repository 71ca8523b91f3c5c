#!/usr/bin/env python3
"""Copies of one run: which counts, what they lend it, and times that are none."""

import datetime
import json
import os
import random
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

FIRST = datetime.date(2026, 11, 16)
LATER = "1796083200"  # 2026-12-01
JUDGED = ("passed", "failed", "error")


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


def epoch(number):
    """The end of that day."""
    return str(1794787200 + (number + 1) * 86400)


def at(seconds):
    return harness.environment(SOURCE_DATE_EPOCH=seconds)


class Run:
    """What a run is, and how it went each time it was judged: a copy tells some of that."""

    def __init__(self, rng, number):
        self.rng = rng
        suite = number % 3
        self.facts = {
            "suite": {"id": f"s{suite}", "name": f"Suite {suite}"},
            "case": {"id": f"c{number}", "name": f"Case {number}"},
            "agent": {"id": "a", "name": "Agent"}, "execution_id": f"e{suite}", "model": "m",
            "created_at": f"2026-11-15T10:{number:02}:00.000Z",
            "started_at": f"2026-11-15T10:{number:02}:10.000Z",
            "ended_at": f"2026-11-15T10:{number:02}:40.000Z"}
        if rng.random() < 0.3:  # tells no time
            self.facts = {name: fact for name, fact in self.facts.items() if name[-3:] != "_at"}
        self.id = f"r{number}"
        updates = rng.random() < 0.4
        self.attempts = [self.attempt(number, n, updates) for n in range(rng.randint(1, 3))]

    def attempt(self, number, n, updates):
        rng = self.rng
        made = {"outcome": "pending" if n == 0 and rng.random() < 0.4 else rng.choice(JUDGED)}
        some = {"score": rng.randrange(1000) / 1000, "reason": f"reason {n}",
                "cost_usd": rng.randrange(1000) / 1000, "duration_ms": rng.randrange(9000),
                "tokens": {"input": rng.randrange(99), "output": 1}, "latency_ms": [100 + n],
                "criteria": [{"name": f"criterion {k}", "outcome": rng.choice(JUDGED)}
                             for k in range(rng.randint(1, 3))]}
        made.update({name: what for name, what in some.items() if rng.random() < 0.5})
        if updates:
            made["updated_at"] = f"2026-11-{16 + n}T10:{number:02}:00.000Z"
        return made

    def copy(self, n):
        told = {"schema": "runtally.run/1", "source": "telnyx", "run_id": self.id}
        for name, fact in self.facts.items():
            if name == "ended_at" and self.attempts[n]["outcome"] == "pending":
                continue
            if isinstance(fact, dict):
                fact = {half: text for half, text in fact.items() if self.rng.random() < 0.6}
            if fact and self.rng.random() < 0.6:
                told[name] = fact
        return {**told, **self.attempts[n]}


class Copies(harness.Case):
    def export(self, number, records, name="runs.ndjson"):
        self.write(f"exports/{day(number)}/{name}",
                   "".join(json.dumps(one) + "\n" for one in records))
        return f"exports/{day(number)}"

    def call(self, *args, env=None, status=0):
        ended = self.run_here(*args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def records(self, *args, exported=False, **options):
        """But for what a record tells of the calls."""
        found = {}
        for line in self.call("-orecords=-", *args, **options).stdout.splitlines():
            record = json.loads(line)
            for name in ("seen_at", "origin"):
                record.pop(name, None)
            if not exported:  # of copies that say the same any may be the one that is kept
                record.pop("exported_at", None)
            found[record["run_id"]] = record
        return found

    # ---- dated exports ----

    def test_any_calls_in_any_order(self):
        """The same records, however the days are shared among calls. The first call dates a run."""
        rng = random.Random(11)
        for trial in range(8):
            runs = [Run(rng, number) for number in range(12)]
            days = list(range(rng.randint(2, 5)))
            state = {run.id: 0 for run in runs}
            folders = []
            for number in days:
                copies = []
                for run in runs:
                    state[run.id] = min(state[run.id] + rng.randrange(2), len(run.attempts) - 1)
                    if rng.random() < 0.7:
                        copies.append(run.copy(state[run.id]))
                folders.append(self.export(number, copies))
            expected = self.records(*folders, env=at(LATER))
            for way in range(3):
                order = folders if way == 0 else rng.sample(folders, len(folders))
                history = f"history-{trial}-{way}"
                while order:
                    size = rng.randint(1, len(order)) if way else 1
                    now = epoch(folders.index(order[0])) if way == 0 else LATER
                    self.call("--history", history, "--history-only", *order[:size], env=at(now))
                    order = order[size:]
                with self.subTest(trial=trial, way=way):
                    found = self.records("--history", history, env=at(LATER))
                    for records in (expected, found) if way else ():
                        for record in records.values():
                            record.pop("dated_at", None)
                    self.assertEqual({key: (found.get(key), record)
                                      for key, record in expected.items()
                                      if found.get(key) != record}, {})
            for path in self.folder.glob("exports/*/*"):
                path.unlink()

    def test_rejudged_run(self):
        """The later verdict, though it comes with fewer words: in one call and day by day."""
        run = fields.playgent()
        run.pop("status")
        first = {**fields.playgent(), "run_id": "r"}
        then = json.loads(json.dumps(first))
        for copy, passed in ((first, False), (then, True)):
            copy["status"], copy["success"] = "completed", passed
            for turn in copy["turns"]:
                turn["success"] = turn["evaluation"]["overall_pass"] = passed
        folders = [self.export(0, [first]), self.export(1, [then])]
        report = json.loads(self.call("exports", "-ojson=-").stdout)
        self.assertEqual((report["totals"]["runs"], report["totals"]["passed"]), (1, 1))
        self.assertFalse([note for note in report["notes"] if "verdict" in note["text"]])
        for order in (folders, folders[::-1]):
            history = f"history-{order[0][-2:]}"
            for folder in order:
                ended = self.call("--history", history, "--history-only", folder, env=at(LATER))
                self.assertNotIn(b"verdict", ended.stderr)
            record, = self.records("--history", history, env=at(LATER)).values()
            self.assertEqual(record["outcome"], "passed")

    def test_the_same_again(self):
        """Days of which each exports the same again are kept once."""
        run = {**fields.playgent(), "run_id": "r"}
        for number in range(3):
            self.call("--history", "history", "--history-only", self.export(number, [run]),
                      env=at(epoch(number)))
        self.assertEqual(len([path for path in self.folder.glob("history/2*/*/*.ndjson")]), 1)
        run["success"] = not run["success"]
        self.call("--history", "history", "--history-only", self.export(3, [run]),
                  env=at(epoch(3)))
        self.assertEqual(len([path for path in self.folder.glob("history/2*/*/*.ndjson")]), 2)

    def exported(self, *args, **options):
        return [record.get("exported_at", "")[:10]
                for record in self.records(*args, exported=True, **options).values()]

    def test_where_the_day_comes_from(self):
        record = {**fields.runtally_record()}
        record.pop("updated_at", None)
        record.pop("exported_at", None)
        text = json.dumps(record)
        for path, expected in (("a.json", ""), ("2026-11-20/a.json", "2026-11-20"),
                               ("2026-11-20/x/2026-11-21/y/a.json", "2026-11-21"),
                               ("2026-11-20/2026-02-30/a.json", "2026-11-20"),
                               ("2026-11-20.json", ""), ("0001-01-01/a.json", ""),
                               ("x2026-11-20/a.json", "")):
            with self.subTest(path=path):
                self.write(path, text)
                self.assertEqual(self.exported(path), [expected])
                self.assertEqual(self.exported("--exported", "2026-11-22", path), ["2026-11-22"])
                with zipfile.ZipFile(self.folder / "a.zip", "w") as archive:
                    archive.writestr(path, text)
                self.assertEqual(self.exported("a.zip"), [expected])
        own = self.write("2026-11-20/own.json",
                         json.dumps({**record, "exported_at": "2026-11-19T00:00:00Z"}))
        self.assertEqual(self.exported(own), ["2026-11-19"])
        self.assertEqual(self.exported("--exported", "2026-11-22", own), ["2026-11-19"])
        self.write("runtally.json", '{"exported": "2026-11-23"}')
        self.assertEqual(self.exported("a.json"), ["2026-11-23"])
        for bad in ("2026-02-30", "2026-11", "yesterday", "", "2026-11-20T10:00:00Z", "1970-01-01"):
            with self.subTest(bad=bad):
                ended = self.call("--exported", bad, "a.json", status=2)
                self.assertIn(b"--exported", ended.stderr)
        ended = self.call("--exported", "2099-11-20", "a.json")
        self.assertIn(b"a.json: warning: the day of its export has not come yet", ended.stderr)

    def test_date_of_a_run_that_tells_no_time(self):
        """Noon of the day of its export, but not after the present."""
        folder = self.export(0, [{**fields.playgent(), "run_id": "r"}])
        noon = f"{day(0)}T12:00:00.000Z"
        for now, expected in ((LATER, noon), ("1794787260", f"{day(0)}T00:01:00.000Z")):
            record, = self.records(folder, env=at(now)).values()
            self.assertEqual(record["dated_at"], expected)
        self.call("--history", "history", "--history-only", folder, env=at(LATER))
        again = self.export(3, [{**fields.playgent(), "run_id": "r"}])
        self.call("--history", "history", "--history-only", again, env=at(LATER))
        record, = self.records("--history", "history", env=at(LATER)).values()
        self.assertEqual(record["dated_at"], noon)

    def test_day_of_a_history(self):
        """A history may lie in such a folder: its records do not come from there."""
        self.write("a.json", json.dumps({**fields.playgent(), "run_id": "r"}))
        (self.folder / "2026-11-02").mkdir()
        self.call("--history", "2026-11-02/history", "--history-only", "a.json")
        self.assertEqual(self.exported("--history", "2026-11-02/history"), [""])

    # ---- verdicts that contradict each other ----

    def verdicts(self, *args, **options):
        """How many changed, and what is said of two."""
        report = json.loads(self.call("-ojson=-", *args, **options).stdout)
        return report["inputs"]["changed"], [note["text"] for note in report["notes"]
                                             if "verdict" in note["text"]]

    def test_contradictions(self):
        passed = [{**fields.runtally_record(), "run_id": f"r{n}", "outcome": "passed"}
                  for n in range(3)]
        failed = [{**record, "outcome": "failed"} for record in passed]
        for record in passed + failed:
            record.pop("updated_at", None)
        self.write("a/1.json", json.dumps(passed))
        self.write("a/2.json", json.dumps(failed[:2]))
        self.write("a/3.json", json.dumps(failed[:1]))
        self.assertEqual(self.verdicts("a"), (0, [
            "2 runs have two verdicts, and no update time or export day says which is the later: "
            "the copy that holds more counts, else the first"]))
        # a later copy that says so decides over both
        self.write("a/4.json", json.dumps(
            [{**record, "updated_at": "2026-11-10T00:00:00Z"} for record in passed]))
        self.assertEqual(self.verdicts("a"), (0, []))
        self.export(0, passed)
        self.export(1, failed)
        self.assertEqual(self.verdicts("exports"), (0, []))

    def test_told_once(self):
        """By the call that brings it, and on standard error only where nothing says it is later."""
        record = fields.runtally_record()
        record.pop("updated_at", None)
        for n, outcome in enumerate(("failed", "passed")):
            self.write(f"{n}.json", json.dumps([{**record, "outcome": outcome}]))
            self.export(n, [{**record, "outcome": outcome}])
        for history, first, second, said in (("a", "0.json", "1.json", 1),
                                             ("b", f"exports/{day(0)}", f"exports/{day(1)}", 0)):
            with self.subTest(history=history):
                history = ("--history", history)
                self.assertEqual(self.verdicts(*history, first, env=at(epoch(1))), (0, []))
                changed, notes = self.verdicts(*history, second, env=at(epoch(2)))
                self.assertEqual((changed, len(notes)), (1, said))
                for number, args in enumerate(((second,), ())):
                    self.assertEqual(self.verdicts(*history, *args, env=at(epoch(3 + number))),
                                     (0, []))
        for number, name in enumerate(("0.json", "1.json", "1.json")):
            ended = self.call("--history", "c", "--history-only", name, env=at(epoch(number)))
            self.assertEqual(ended.stderr, b"")

    # ---- times that are none ----

    def timeless(self):
        return {**fields.magpipe(), "started_at": None, "created_at": None}

    def test_zero_times(self):
        for zero in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "0001-01-01 00:00:00",
                     "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00", "0000-00-00 00:00:00",
                     "0", 0):
            with self.subTest(zero=zero):
                run = {**fields.magpipe(), "status": "running", "completed_at": zero,
                       "started_at": "2026-11-10T10:00:00Z"}
                self.write("a.json", json.dumps(run))
                report = json.loads(self.call("-ojson=-", "--week", "2026-W46", "a.json").stdout)
                self.assertEqual((report["totals"]["runs"], report["totals"]["pending"]), (1, 1))
                self.assertEqual([(note["severity"], note["path"], note["text"])
                                  for note in report["notes"]],
                                 [("warning", "completed_at",
                                   "is the zero of a clock: taken as unknown")])

    def test_times_to_come(self):
        """A day is allowed: of a time without a zone, and for clocks that differ."""
        for ended, said in (("2026-11-16T14:00:00", 0), ("2026-11-17T00:00:00Z", 0),
                            ("2026-11-17T00:00:01Z", 1), ("2062-11-16T10:00:00Z", 1)):
            with self.subTest(ended=ended):
                self.write("a.json", json.dumps({**self.timeless(), "completed_at": ended}))
                called = self.call("-ojson=-", "a.json")
                report = json.loads(called.stdout)
                self.assertEqual(report["totals"]["runs"], 1)
                self.assertEqual([note["text"] for note in report["notes"]],
                                 ["has not come yet: a clock may be wrong"] * said)

    def test_odd_times_of_a_history(self):
        """They were told when they came."""
        self.write("a.json", json.dumps({**self.timeless(), "completed_at": "2062-11-16T10:00:00"}))
        ended = self.call("--history", "h", "--history-only", "a.json")
        self.assertIn(b"has not come", ended.stderr)
        self.assertEqual(self.call("--history", "h", "-ojson=-").stderr, b"")


if __name__ == "__main__":
    sys.exit(harness.main())
