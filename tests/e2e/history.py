#!/usr/bin/env python3
"""The history: one set whatever is read how often, by how many at once, and however calls end."""

import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

SAMPLES = harness.ROOT / "samples"
OCTOBER, NOVEMBER, DECEMBER = "1792000000", "1794787200", "1797379200"
SOURCES = ("kapso", "magpipe", "playgent", "sigmamind", "telnyx")
BYTES_A_RUN = 150


def at(epoch):
    return harness.environment(SOURCE_DATE_EPOCH=epoch)


def run(number, **more):
    """A Playgent run; it tells no time."""
    made = fields.playgent()
    made.update({"run_id": f"run-{number}"}, **more)
    return made


class History(harness.Case):
    def add(self, *args, status=0, env=None):
        ended = self.run_here("--history", "history", *args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def report(self, *args, status=0, env=None):
        """Of the history alone."""
        return json.loads(self.add("-ojson=-", *args, status=status, env=env).stdout)

    def found(self, pattern="*"):
        """Of months: definitions lie beside them."""
        return sorted(path for path in (self.folder / "history").rglob(pattern)
                      if path.is_file() and path.parent.name != "definitions")

    def hidden(self):
        return [path for path in self.found() if path.name.startswith(".")]

    def ids(self, **options):
        ended = self.add("-orecords=-", **options)
        return sorted(json.loads(line)["run_id"] for line in ended.stdout.splitlines())

    # ---- two verdicts ----

    def test_two_verdicts_in_one_call(self):
        """Nothing says which is the later: whatever counts, it is not silent."""
        for outcomes, said in ((("passed", "failed"), 1), (("failed", "passed"), 1),
                               (("passed", "passed"), 0), (("pending", "passed"), 0)):
            with self.subTest(outcomes=outcomes):
                self.write("a.json", json.dumps([
                    {**fields.runtally_record(), "outcome": outcome} for outcome in outcomes]))
                report = json.loads(self.run_here("-ojson=-", "a.json").stdout)
                self.assertEqual(report["totals"]["runs"], 1)
                verdicts = [note["text"] for note in report["notes"]
                            if "two verdicts" in note["text"]]
                self.assertEqual(len(verdicts), said)
                self.assertTrue(all(text.startswith("1 run has") for text in verdicts))

    # ---- one set ----

    def test_same_exports_twice(self):
        first = self.add("-ojson=-", SAMPLES, env=at(NOVEMBER))
        files = self.found()
        self.assertEqual(len(files), 1)
        before = files[0].read_bytes()
        again = self.add("-ojson=-", SAMPLES, env=at(DECEMBER))
        self.assertTrue(first.stdout == again.stdout)
        self.assertEqual(self.found(), files)
        self.assertTrue(files[0].read_bytes() == before)

    def test_file_of_an_older_version(self):
        """It told no cause of a failure, and counted an only criterion in the plural."""
        self.add("--history-only", SAMPLES)
        path, = self.found()
        older = re.sub(rb'"cause":"[a-z]+",', b"", path.read_bytes())
        older = older.replace(b"1 of 1 criterion ", b"1 of 1 criteria ")
        self.assertIn(b"1 of 1 criteria in error", older)
        records = older[:older[:-1].rindex(b"\n") + 1]
        end = json.loads(older[len(records):])
        end["sha256"] = hashlib.sha256(records).hexdigest()
        path.write_bytes(records + json.dumps(end, separators=(",", ":")).encode() + b"\n")
        ended = self.add("-ojson=-", SAMPLES, env=at(DECEMBER))
        self.assertNotIn(b"changed", ended.stderr)
        self.assertEqual(self.found(), [path])

    def test_envelopes_twice(self):
        """What is odd comes back as it was written: the second file says that there was bad input,
        and has no run."""
        self.add("--history-only", harness.ROOT / "tests/envelopes", status=3)
        files = self.found()
        self.add("--history-only", harness.ROOT / "tests/envelopes", status=3, env=at(DECEMBER))
        more, = set(self.found()) - set(files)
        lines = more.read_text().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertGreater(json.loads(lines[0])["bad"]["errors"], 0)
        self.assertEqual(json.loads(lines[1])["runs"], 0)

    def test_hostile_texts_twice(self):
        self.write("a.json", json.dumps([run('"\\\n\u2028', agent_name="<b>\x07"), run("[1]"),
                                         run("\u00e9\U0001f600")]))
        self.add("--history-only", "a.json", "--title", 'a "title" \\ \u00e9')
        files = self.found()
        self.add("--history-only", "a.json", env=at(DECEMBER))
        self.assertEqual(self.found(), files)
        self.assertEqual(self.ids(), sorted(['run-"\\\n\u2028', "run-[1]", "run-\u00e9\U0001f600"]))

    def test_first_and_last_line(self):
        self.write("a.json", json.dumps([run(1), run(2)]))
        self.add("--history-only", "--shard", "2/4", "--title", "Nightly", "a.json")
        lines = self.found()[0].read_bytes().splitlines()
        self.assertEqual(json.loads(lines[0]),
                         {"schema": "runtally.history/1", "title": "Nightly", "shard": "2/4",
                          "written_at": "2026-11-16T00:00:00.000Z",
                          "counted": {"from": "2026-11-16T00:00:00.000Z",
                                      "to": "2026-11-16T00:00:00.000Z"}})
        last = json.loads(lines[-1])
        self.assertEqual((last["schema"], last["runs"]), ("runtally.history.end/1", 2))
        records = [json.loads(line) for line in lines[1:-1]]
        self.assertEqual([record["seen_at"] for record in records],
                         ["2026-11-16T00:00:00.000Z"] * 2)
        self.assertFalse(any("turns" in record or "transcript" in record for record in records))

    def test_as_an_input(self):
        """The lines around the records are no records."""
        self.write("a.json", json.dumps([run(1), run(2)]))
        self.add("--history-only", "a.json")
        ended = self.run_here(self.found()[0], "-ojson=-")
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        inputs = json.loads(ended.stdout)["inputs"]
        self.assertEqual((inputs["records"], inputs["runs"], inputs["rejected"]), (2, 2, 0))

    def test_newer_schema_as_an_input(self):
        self.write("a.ndjson", '{"schema":"runtally.history/2"}\n')
        ended = self.run_here("a.ndjson", "-ojson=-")
        self.assertEqual(ended.returncode, 3)
        self.assertIn(b"the schema runtally.history/2 is not known", ended.stderr)

    def test_period_from_the_history(self):
        """Runs that tell no time are of the period in which they were first seen."""
        self.write("a.json", json.dumps([run(1)]))
        self.write("b.json", json.dumps([run(2)]))
        self.add("--history-only", "a.json", env=at(OCTOBER))
        self.add("--history-only", "b.json", env=at(NOVEMBER))
        for last, count in (("1d", 1), ("60d", 2)):
            with self.subTest(last):
                report = self.report("--last", last, env=at(str(int(NOVEMBER) + 3600)))
                self.assertEqual(report["totals"]["runs"], count)

    def test_period_before_now(self):
        """What the history did not know, and tells no time, is of the period asked for."""
        self.write("a.json", json.dumps([run(1), run(2)]))
        week = ("--until", "2026-11-02", "-ojson=-", "a.json")
        for moment in (NOVEMBER, DECEMBER):
            with self.subTest(moment):
                ended = self.add(*week, env=at(moment))
                self.assertEqual(ended.stderr, b"")
                report = json.loads(ended.stdout)
                self.assertEqual((report["totals"]["runs"], report["inputs"]["dated"]), (2, 2))
        self.assertEqual(self.report("--last", "1d", env=at(str(int(NOVEMBER) + 60)))
                         ["totals"]["runs"], 0)

    def test_page_says_first_seen(self):
        self.write("a.json", json.dumps([run(1, success=False)]))
        page = self.add("-ohtml=-", "a.json").stdout
        self.assertIn(b"<dt>First seen, UTC</dt><dd><time>2026-11-16 00:00:00</time>", page)

    def test_strict_adds_nothing(self):
        self.write("a.ndjson", json.dumps(run(1)) + "\n{\n")
        self.add("--strict", "a.ndjson", status=3)
        self.add("--strict", "--history-only", "a.ndjson", status=3)
        self.assertFalse((self.folder / "history").exists())
        self.add("--history-only", "a.ndjson", status=3)
        self.assertEqual(self.ids(), ["run-1"])

    def test_redacted(self):
        self.write("a.json", json.dumps(
            [run(1, success=False, error="mail bob@example.com or +49 30 1234567")]))
        self.add("--history-only", "--details", "all", "a.json")
        text = self.found()[0].read_text()
        self.assertNotIn("example.com", text)
        self.assertNotIn("1234567", text)

    def test_own_templates_do_not_matter(self):
        self.write("mine/records/report.mustache", "nonsense\n")
        self.write("a.json", json.dumps([run(1)]))
        self.add("--history-only", "--templates", "mine", "a.json")
        self.assertEqual(self.ids(), ["run-1"])

    # ---- parts of one export ----

    def parts(self):
        """Four parts of the samples; each has all definitions."""
        runs, rest = [], []
        ended = self.run_here("-orecords=all.ndjson", SAMPLES)
        self.assertEqual(ended.returncode, 0)
        for path in sorted(path for path in SAMPLES.rglob("*") if path.is_file()):
            if path.suffix not in (".json", ".jsonl", ".ndjson"):
                continue
            (rest if re.search("test-cases|test-suites|assistant-tests|batch", path.name)
             else runs).append(path)
        self.assertGreater(len(runs), 10)
        return [[*runs[number::4], *rest] for number in range(4)], [*runs, *rest]

    def test_another_label_limit(self):
        """What was written is read and rolled up as it is."""
        self.write("long.ndjson", "".join(json.dumps({
            "schema": "runtally.run/1", "source": "telnyx", "run_id": f"run-{number}-" + "x" * 60,
            "case": {"id": "c"}, "outcome": "passed"}) + "\n" for number in range(5)))
        self.add("--history-only", "long.ndjson", env=at(OCTOBER))
        before = self.ids()
        self.add("--compact", "--limit", "label-bytes=20", env=at(NOVEMBER))
        self.assertEqual(self.ids(), before)
        self.add("--history-only", "long.ndjson", env=at(NOVEMBER))
        self.assertEqual(self.ids(), before)

    def test_inside_an_input(self):
        """Its records would be taken for runs of today; hidden folders are passed over."""
        self.write("in/a.json", "[]")
        for folder, status in (("in/history", 2), ("in", 2), ("in/.history", 0), ("inside", 0)):
            ended = self.run_here("--history", folder, "in", "-otext=out.txt")
            self.assertEqual(ended.returncode, status, ended.stderr)
            if status:
                self.assertIn(b"must not lie in an input folder", ended.stderr)

    def test_strangers(self):
        """What only bears the name of a year or month is passed over."""
        self.add("--history-only", SAMPLES / "magpipe")
        before = self.add("-ojson=-").stdout
        (self.folder / "history/2025").write_text("x")
        (self.found()[0].parents[1] / "00").write_text("x")
        ended = self.add("-ojson=-")
        self.assertEqual((ended.returncode, ended.stdout == before), (0, True), ended.stderr)

    def test_shards(self):
        """Only what was read, and notes on that, is another than with one call."""
        parts, everything = self.parts()
        calls = [subprocess.Popen(
            [harness.RUNTALLY, "-q", "--history", "history", "--history-only",
             "--shard", f"{number + 1}/4", *part], cwd=self.folder, env=at(NOVEMBER))
            for number, part in enumerate(parts)]
        self.assertEqual([call.wait(harness.LIMIT) for call in calls], [0] * 4)
        self.assertEqual(len(self.found()), 4)
        sharded = self.add("-ojson=-").stdout
        shutil.rmtree(self.folder / "history")
        self.add("--history-only", *everything, env=at(NOVEMBER))
        whole = self.add("-ojson=-").stdout
        self.assertTrue(sharded == whole)
        shutil.rmtree(self.folder / "history")
        one, sharded = self.report(*everything, env=at(NOVEMBER)), json.loads(sharded)
        for report in (one, sharded):
            del report["inputs"], report["notes"]
        self.assertEqual(one, sharded)

    # ---- what is missing ----

    def gaps(self, report):
        self.assertEqual(report["inputs"]["incomplete"],
                         sum(note["count"] for note in report["notes"]
                             if note.get("incomplete")))
        return [note["text"] for note in report["notes"] if note.get("incomplete")]

    def later(self, days, epoch=NOVEMBER):
        return at(str(int(epoch) + int(days * 86400)))

    def test_missing_part(self):
        """A part that brings nothing new is not missing; nobody speaks of it before all are in."""
        missing = "history: of the call of 2026-11-16 part 3 of 4 is missing"
        for number in (1, 2, 4):
            self.write("part.json", json.dumps([run(number)]))
            ended = self.add("--history-only", "--shard", f"{number}/4", "part.json",
                             env=at(NOVEMBER))
            self.assertEqual(ended.stderr, b"")
        self.assertEqual(self.gaps(self.report()), [missing])
        ended = self.add("-ojson=-", "--fail-on", "incomplete", status=1)
        gate, = json.loads(ended.stdout)["gates"]
        self.assertEqual((gate["met"], gate["wanted"], gate["found"]),
                         (False, "nothing missing from the figures", missing))
        self.assertEqual(self.gaps(self.report("--since", "2026-11-17")), [])
        self.assertEqual(self.gaps(self.report("--week", "2026-W47")), [missing])
        # of inputs alone; of the last part itself, though it reports on the whole week
        own = ("--shard", "3/4", "part.json")
        self.assertEqual(self.gaps(self.report("part.json", env=self.later(0.1))), [])
        shutil.copytree(self.folder / "history", self.folder / "saved")
        self.assertEqual(self.gaps(self.report(*own, "--week", "2026-W47", env=self.later(0.1))),
                         [])
        shutil.rmtree(self.folder / "history")
        shutil.move(self.folder / "saved", self.folder / "history")
        files = len(self.found())
        self.add("--history-only", *own, env=self.later(0.1))
        self.assertEqual(len(self.found()), files + 1)
        self.assertEqual(self.gaps(self.report("--fail-on", "incomplete")), [])

    def test_parts_of_an_older_version(self):
        """Their first lines tell the part alone."""
        self.write("part.json", json.dumps([run(1)]))
        self.add("--history-only", "--shard", "1/2", "part.json", env=at(OCTOBER))
        path, = self.found()
        lines = path.read_bytes().splitlines(keepends=True)
        first = json.loads(lines[0])
        del first["counted"]
        records = json.dumps(first, separators=(",", ":")).encode() + b"\n" + lines[1]
        end = json.loads(lines[2])
        end["sha256"] = hashlib.sha256(records).hexdigest()
        path.write_bytes(records + json.dumps(end, separators=(",", ":")).encode() + b"\n")
        self.assertEqual(self.gaps(self.report()),
                         ["history: of the call of 2026-10-14 part 2 of 2 is missing"])

    def test_bad_day(self):
        """Reports of its time say so; their exit status is of their own input."""
        self.write("good.json", json.dumps([run(1)]))
        self.write("day/bad.json", '[{"run_id": ')
        self.write("day/refused.json", '{"error": "mail bob@example.com"}')
        self.add("--history-only", "good.json", env=at(NOVEMBER))
        self.add("--history-only", "day", status=3, env=self.later(2))
        self.add("--history-only", "good.json", env=self.later(3))
        self.assertEqual(len(self.found()), 2)
        told, = self.gaps(self.report("--week", "2026-W47"))
        self.assertRegex(told, r"^history: the call of 2026-11-18 had bad input \(2 errors: "
                               r"bad\.json.*; refused\.json#1: an error body .*\): its runs may "
                               r"be missing$")
        self.assertNotIn("example.com", self.found()[1].read_text() + told)
        for period, gaps in (("--until=2026-11-16", 0), ("--until=2026-11-17", 1),
                             ("--since=2026-11-18", 1), ("--since=2026-11-19", 0)):
            with self.subTest(period):
                self.assertEqual(len(self.gaps(self.report(period))), gaps)
        self.report("--fail-on", "incomplete", status=1)
        page = self.add("-ohtml=-").stdout.decode()
        self.assertIn("Notes on missing data</dt><dd>1</dd>", page)
        self.assertEqual(self.gaps(self.report("good.json", "--fail-on", "incomplete",
                                               env=self.later(4))), [])

    def test_cut_list(self):
        """No error: the call ended well, and lacks input all the same."""
        self.write("page.json", json.dumps({
            "data": [json.loads(path.read_text())["data"][0] for path in
                     sorted((SAMPLES / "telnyx").rglob("*runs*.json"))][:1],
            "meta": {"page_number": 1, "total_pages": 3, "total_results": 60, "page_size": 20}}))
        self.assertEqual(len(self.gaps(self.report("page.json", env=at(NOVEMBER)))), 1)
        told, = self.gaps(self.report(env=self.later(1)))
        self.assertRegex(told, r"^history: the call of 2026-11-16 had incomplete input "
                               r"\(page\.json: page 1 of 3.*\): its runs may be missing$")

    def test_gaps_of_inputs(self):
        """The gate names them; without any it is met."""
        self.write("good.json", json.dumps([run(1)]))
        self.write("bad.json", "[{")
        for names, status, found in ((("good.json",), 0, "nothing"),
                                     (("good.json", "bad.json"), 3, "bad.json")):
            ended = self.run_here("-ojson=-", "--fail-on", "incomplete", *names)
            self.assertEqual(ended.returncode, status)
            gate, = json.loads(ended.stdout)["gates"]
            self.assertEqual(gate["met"], not status)
            self.assertIn(found, gate["found"])

    def test_gaps_are_rolled_up(self):
        """Whatever calls there were, and in however many steps: the same notes, the same bytes."""
        chance = random.Random(11)
        steps, reports, archives = {2: self.folder / "steps", 1: self.folder / "once"}, {}, {}
        calls = []
        for number in range(24):
            shards = chance.choice((0, 0, 3))
            calls.append((chance.random() * 40, chance.random() < 0.4,
                          ("--shard", f"{chance.randint(1, 3)}/3") if shards else (),
                          chance.choice(((), ("--title", "Other \u00e9 \"x\"")))))
        for times, folder in steps.items():
            for number, (day, bad, shard, title) in enumerate(sorted(calls)):
                self.write("in/a.ndjson", json.dumps(run(number % 15)) + ("\n{" if bad else "\n"))
                ended = self.run_here("--history", folder, "--history-only", "in", *shard, *title,
                                      env=self.later(day, OCTOBER))
                self.assertEqual(ended.returncode, 3 if bad else 0)
                if times == 2 and number == 11:
                    self.run_here("--history", folder, "--compact", env=self.later(90, OCTOBER))
            reports[times] = [self.run_here("--history", folder, "-ojson=-", *period).stdout
                              for period in ((), ("--since", "2026-11-01"))]
            ended = self.run_here("--history", folder, "--compact", env=self.later(90, OCTOBER))
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            after = [self.run_here("--history", folder, "-ojson=-", *period).stdout
                     for period in ((), ("--since", "2026-11-01"))]
            for texts in (after, reports[times]):
                texts[:] = [self.gaps(json.loads(text)) for text in texts]
            self.assertEqual(after, reports[times])
            archives[times] = {str(path.relative_to(folder)): path.read_bytes()
                               for path in folder.rglob("*") if path.is_file()}
        self.assertGreater(len(reports[1][0]), 8)
        self.assertGreater(len(reports[1][0]), len(reports[1][1]))
        self.assertEqual(reports[1], reports[2])
        self.assertTrue(archives[1] == archives[2], (sorted(archives[1]), sorted(archives[2])))

    def test_only_gaps_are_rolled_up(self):
        """A month without a run still tells of its calls; they grow old like runs."""
        self.write("bad.json", "[{")
        self.add("--history-only", "bad.json", status=3, env=at(OCTOBER))
        file, = self.found()
        before = self.report()
        self.add("--compact", env=at(DECEMBER))
        archive, = self.found("*.zip")
        self.assertEqual(self.report()["notes"], before["notes"])
        with zipfile.ZipFile(archive) as opened:
            call = json.loads(opened.read("calls.ndjson"))
        self.assertEqual((call["file"], call["bad"]["errors"]), (file.name, 1))
        self.add("--compact", "--history-age", "7d", env=at(DECEMBER))
        self.assertEqual(self.found(), [])

    # ---- at the same time ----

    def test_two_writers(self):
        for turn in range(20):
            wanted = set(self.ids()) if turn else set()
            calls = []
            for side in "ab":
                numbers = [f"{turn}-{side}-{number}" for number in range(10)] + [f"{turn}-both"]
                name = self.write(f"{side}.json", json.dumps([run(n) for n in numbers])).name
                wanted.update(f"run-{number}" for number in numbers)
                calls.append(subprocess.Popen(
                    [harness.RUNTALLY, "-q", "--history", "history", "--history-only", name],
                    cwd=self.folder, env=at(NOVEMBER)))
            self.assertEqual([call.wait(harness.LIMIT) for call in calls], [0, 0])
            self.assertEqual(self.ids(), sorted(wanted))
            for path in self.folder.glob("*.json"):
                path.unlink()
        self.assertEqual(self.hidden(), [])

    def test_readers_and_writers_beside_compacting(self):
        """Whoever reads sees every run, however often months are rolled up meanwhile."""
        wanted = []
        for number in range(12):
            name = self.write(f"{number}.json", json.dumps([run(number)])).name
            self.add("--history-only", name, env=at(str(int(OCTOBER) + number)))
            wanted.append(f"run-{number}")
        for late in range(100, 112):
            compact = [subprocess.Popen(
                [harness.RUNTALLY, "-q", "--history", "history", "--compact"], cwd=self.folder,
                env=at(NOVEMBER), stderr=subprocess.PIPE) for _ in range(2)]
            name = self.write("late.json", json.dumps([run(late)])).name
            readers = [self.ids() for _ in range(2)]
            self.add("--history-only", name, env=at(str(int(OCTOBER) + late)))
            for call in compact:
                said = call.communicate(timeout=harness.LIMIT)[1]
                self.assertEqual((call.returncode, said), (0, b""))
            for ids in readers:
                self.assertEqual(ids, sorted(wanted))
            wanted.append(f"run-{late}")
        self.add("--compact", env=at(NOVEMBER))
        self.assertEqual(self.ids(), sorted(wanted))
        self.assertEqual(len(self.found("*.zip")), 1)

    # ---- however a call ends ----

    def killed(self, *args, env, kill):
        ended = self.strace(*args, env=env, kill=kill)
        self.assertEqual(ended.returncode, -signal.SIGKILL, kill)
        files = [path for path in self.found() if not path.name.startswith(".")]
        self.assertTrue(all(self.whole(path) for path in files), kill)
        return files

    def whole(self, path):
        """Whether the footer fits, or the archive is one."""
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                return archive.testzip() is None
        lines = path.read_bytes().splitlines()
        return json.loads(lines[-1])["runs"] == len(lines) - 2

    def test_killed_while_writing(self):
        """At each system call: nothing of the file is there, or all of it."""
        self.write("a.json", json.dumps([run(1), run(2)]))
        args = ("--history", "history", "--history-only", "a.json")
        calls, seen = self.calls_of(*args, env=at(NOVEMBER)), set()
        for call in calls:
            shutil.rmtree(self.folder / "history", ignore_errors=True)
            self.killed(*args, env=at(NOVEMBER), kill=call)
            ids = self.ids() if (self.folder / "history").exists() else []
            self.assertIn(ids, ([], ["run-1", "run-2"]), call)
            seen.add(len(ids))
            self.add("--history-only", "a.json", env=at(NOVEMBER))
            self.assertEqual(self.ids(), ["run-1", "run-2"])
        self.assertEqual(seen, {0, 2})

    def test_killed_while_compacting(self):
        """At each system call: no run is lost."""
        for number in range(3):
            self.write(f"{number}.json", json.dumps([run(number)]))
            self.add("--history-only", f"{number}.json", env=at(str(int(OCTOBER) + number)))
        shutil.copytree(self.folder / "history", self.folder / "saved")
        args = ("--history", "history", "--compact")
        calls, seen = self.calls_of(*args, env=at(NOVEMBER)), set()
        for call in calls:
            shutil.rmtree(self.folder / "history")
            shutil.copytree(self.folder / "saved", self.folder / "history")
            seen.add(len(self.killed(*args, env=at(NOVEMBER), kill=call)))
            self.assertEqual(self.ids(), ["run-0", "run-1", "run-2"], call)
            self.add("--compact", env=at(NOVEMBER))
            self.assertEqual(self.ids(), ["run-0", "run-1", "run-2"], call)
        # before the archive came, beside the files, and as they were removed one by one
        self.assertEqual(seen, {1, 2, 3, 4})

    def test_ended_by_a_signal(self):
        """Temporary files go."""
        self.write("a.ndjson", "".join(json.dumps(run(n)) + "\n" for n in range(20000)))
        for delay in (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6):
            call = subprocess.Popen(
                [harness.RUNTALLY, "-q", "--history", "history", "--history-only", "a.ndjson"],
                cwd=self.folder, env=at(NOVEMBER))
            harness.wait_until(lambda: harness.catches(call, signal.SIGTERM))
            time.sleep(delay)
            call.send_signal(signal.SIGTERM)
            self.assertIn(call.wait(harness.LIMIT), (0, 128 + signal.SIGTERM))
            self.assertEqual(self.hidden(), [])

    # ---- where it cannot be written ----

    def test_no_room(self):
        """A limit on file sizes stands in for a disk that is full."""
        self.write("a.json", json.dumps([run(1)]))
        ended = subprocess.run(
            ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", harness.RUNTALLY, "--history",
             "history", "a.json"], cwd=self.folder, capture_output=True, env=at(NOVEMBER),
            timeout=harness.LIMIT)
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"cannot write: File too large", ended.stderr)
        # the report is there all the same
        self.assertIn(b"runs 1: passed 0, failed 1", ended.stdout)
        self.assertEqual(self.found(), [])

    def test_no_room_to_compact(self):
        self.write("a.json", json.dumps([run(1)]))
        self.add("--history-only", "a.json", env=at(OCTOBER))
        files = self.found()
        ended = subprocess.run(
            ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", harness.RUNTALLY, "--history",
             "history", "--compact"], cwd=self.folder, capture_output=True, env=at(NOVEMBER),
            timeout=harness.LIMIT)
        self.assertEqual(ended.returncode, 4)
        self.assertEqual(self.found(), files)

    def test_full_disk(self):
        """A file system of one page, where one may be mounted."""
        disk = self.folder / "history"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk],
                                 capture_output=True)
        if mounted.returncode:
            self.skipTest("a file system cannot be mounted here")
        try:
            self.write("a.json", json.dumps([run(number) for number in range(100)]))
            ended = self.add("a.json", status=4)
            self.assertIn(b"No space left", ended.stderr)
            self.assertEqual(self.found(), [])
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_folder_that_is_none(self):
        self.write("history", "a file")
        self.write("a.json", json.dumps([run(1)]))
        ended = self.add("a.json", status=4)
        self.assertIn(b"cannot make the folder: Not a directory", ended.stderr)
        self.assertEqual((self.folder / "history").read_text(), "a file")

    def test_read_only_folder(self):
        self.write("a.json", json.dumps([run(1)]))
        folder = self.folder / "history"
        folder.mkdir(mode=0o555)
        if os.access(folder, os.W_OK):
            folder = pathlib.Path("/proc/self/history")
        ended = self.run_here("--history", folder, "a.json")
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"cannot make the folder", ended.stderr)

    # ---- compacting ----

    def test_compacting_keeps_all(self):
        """Other calls may have written the runs in another order, or twice."""
        self.add("--history-only", SAMPLES, env=at(OCTOBER))
        before = self.add("-ojson=-", env=at(NOVEMBER)).stdout
        self.add("--compact", env=at(NOVEMBER))
        self.assertEqual([path.suffix for path in self.found()], [".zip"])
        self.assertTrue(self.add("-ojson=-", env=at(NOVEMBER)).stdout == before)
        name = self.found()[0]
        content = name.read_bytes()
        shutil.rmtree(self.folder / "history")
        records = self.run_here("-orecords=-", SAMPLES).stdout.splitlines(keepends=True)
        for part, lines in enumerate((records[500:], records[:600])):
            self.write("part.ndjson", b"".join(reversed(lines)))
            self.add("--history-only", "part.ndjson", env=at(str(int(OCTOBER) + part)))
        self.write("part.ndjson", b"".join(records))
        self.add("--history-only", "part.ndjson", env=at(OCTOBER))
        self.add("--compact", env=at(NOVEMBER))
        self.assertTrue(self.add("-ojson=-", env=at(NOVEMBER)).stdout == before)
        self.assertEqual(self.found(), [name])
        self.assertTrue(name.read_bytes() == content)

    def test_compacting_beside_a_report(self):
        self.write("a.json", json.dumps([run(1)]))
        self.add("--history-only", "a.json", env=at(OCTOBER))
        self.write("b.json", json.dumps([run(2)]))
        ended = self.add("--compact", "b.json", env=at(NOVEMBER))
        self.assertIn(b"runs 1: passed 0, failed 1", ended.stdout)
        self.assertEqual(sorted(path.suffix for path in self.found()), [".ndjson", ".zip"])

    def test_what_is_left_is_not_dropped(self):
        """A file that is cut off, one of a newer schema, and a month that cannot be read."""
        left = []
        for number, epoch in enumerate((OCTOBER, OCTOBER, OCTOBER, NOVEMBER)):
            name = self.write(f"{number}.json", json.dumps([run(number)])).name
            before = self.found()
            self.add("--history-only", name, env=at(str(int(epoch) + number)))
            left += [path for path in self.found() if path not in before]
        cut, newer, whole, archive = left
        cut.write_bytes(cut.read_bytes()[:-20])
        newer.write_bytes(newer.read_bytes().replace(b"runtally.history/1", b"runtally.history/2"))
        self.write("history/2026/11/202611-0000000000000000.zip", "no archive")
        ended = self.add("--compact", "--history-size", "1", status=3, env=at(DECEMBER))
        said = ended.stderr.decode()
        self.assertIn(f"{cut.name} is not whole: it is not compacted", said)
        self.assertIn(f"{newer.name} is of a schema that this version does not know", said)
        self.assertIn("2026/11 stays as it is", said)
        self.assertIn("2026/10 is dropped", said)
        self.assertNotIn("2026/11 is dropped", said)
        self.assertFalse(whole.exists())
        self.assertEqual({path.name for path in self.found()},
                         {cut.name, newer.name, archive.name, "202611-0000000000000000.zip"})
        again = self.add("--compact", "--history-size", "1", status=3, env=at(DECEMBER))
        self.assertNotIn(b"is dropped", again.stderr)

    def test_bytes_a_run(self):
        generate = harness.BUILD / "tests/bench/generate"
        subprocess.run([generate, "--runs", "5000", "--cases", "100", "ndjson",
                        self.folder / "many.ndjson"], check=True, capture_output=True)
        self.add("--history-only", "many.ndjson", env=at(OCTOBER))
        self.add("--compact", env=at(NOVEMBER))
        size = sum(path.stat().st_size for path in self.found())
        self.assertLess(size / 5000, BYTES_A_RUN)
        for source in SOURCES:
            with self.subTest(source):
                shutil.rmtree(self.folder / "history")
                records = self.run_here("many.ndjson", "--source", source, "-orecords=-").stdout
                self.write("one.ndjson", records)
                self.add("--history-only", "one.ndjson", env=at(OCTOBER))
                self.add("--compact", env=at(NOVEMBER))
                size = sum(path.stat().st_size for path in self.found())
                self.assertLess(size / records.count(b"\n"), BYTES_A_RUN)


if __name__ == "__main__":
    sys.exit(harness.main())
