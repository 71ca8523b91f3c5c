#!/usr/bin/env python3
"""What a history keeps beside runs: names; what is to be forgotten; environments."""

import collections
import json
import os
import re
import shutil
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

SAMPLES = harness.ROOT / "samples"
DEFINITIONS = re.compile("test-cases|test-suites|assistant-tests|batch")
OCTOBER, NOVEMBER, DECEMBER = "1792000000", "1794787200", "1797379200"


def at(epoch):
    return harness.environment(SOURCE_DATE_EPOCH=epoch)


def telnyx(run_id, test_id, status="passed", day="2026-11-10"):
    when = f"{day}T10:00:00Z"
    return {"run_id": run_id, "test_id": test_id, "test_suite_run_id": "x", "status": status,
            "triggered_by": "api", "created_at": when, "updated_at": when, "completed_at": when}


def test(test_id, name, suite):
    return {"test_id": test_id, "name": name, "test_suite": suite, "rubric": []}


class Keep(harness.Case):
    def call(self, *args, status=0, env=None, history="history"):
        ended = self.run_here("--history", history, *args, env=env or at(NOVEMBER))
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def data(self, *args, **options):
        return json.loads(self.call("-ojson=-", *args, **options).stdout)

    def records(self, *args, **options):
        ended = self.call("-orecords=-", *args, **options)
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def export(self, name, runs, tests=()):
        self.write(f"{name}/runs.json", json.dumps({"data": runs}))
        if tests:
            self.write(f"{name}/tests.json", json.dumps({"data": list(tests)}))

    def files(self, below=""):
        return sorted(path for path in (self.folder / "history" / below).rglob("*")
                      if path.is_file())

    def names(self, records):
        return {record["run_id"]: tuple(record.get(member, {}).get("name")
                                        for member in ("suite", "case", "agent"))
                for record in records}

    # ---- definitions ----

    def test_names_of_every_api(self):
        """A history that holds nothing but definitions names runs as their own export does."""
        named = 0
        for folder in sorted(SAMPLES.iterdir()):
            with self.subTest(folder.name):
                parts = collections.defaultdict(list)
                for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                    parts[bool(DEFINITIONS.search(path.name))].append(path)
                if not parts[True]:
                    continue
                shutil.rmtree(self.folder / "history", ignore_errors=True)
                self.call("--history-only", *parts[True])
                alone = self.names(self.records(*parts[False], history="none"))
                whole = self.names(self.records(*parts[False], *parts[True], history="none"))
                self.assertEqual(self.names(self.records(*parts[False])), whole)
                named += alone != whole
        self.assertGreaterEqual(named, 2)

    def test_deleted_definition(self):
        """The call that brings the run says what the next one says of it."""
        self.export("w1", [telnyx("a1", "t1"), telnyx("a2", "t2", "failed")],
                    [test("t1", "Greeting", "Front desk"), test("t2", "Refund", "Front desk")])
        self.export("w2", [telnyx("b1", "t1", day="2026-11-17"),
                           telnyx("b2", "t2", "failed", day="2026-11-17")],
                    [test("t1", "Greeting", "Front desk")])
        self.call("--history-only", "w1")
        first, second = (self.data("--week", "2026-W47", "w2", env=at(DECEMBER))
                         for _ in range(2))
        self.assertEqual([suite["name"] for suite in first["suites"]], ["Front desk"])
        states = {case["name"]: case["state"] for case in first["comparison"]["cases"]}
        self.assertEqual(states, {"Refund": "still failing"})
        self.assertEqual(first, second)

    def test_only_news_are_kept(self):
        self.export("w1", [telnyx("a1", "t1")], [test("t1", "Greeting", "Front desk")])
        for _ in range(2):
            self.call("--history-only", "w1")
            self.assertEqual(len(self.files("definitions")), 1)
        self.export("w1", [telnyx("a1", "t1")], [test("t1", "Welcome", "Front desk")])
        for _ in range(2):
            self.call("--history-only", "w1", env=at(DECEMBER))
            self.assertEqual(len(self.files("definitions")), 2)
        self.assertEqual(self.names(self.records()), {"a1": ("Front desk", "Welcome", None)})
        self.assertEqual(len(self.files("2026")), 1)

    def test_definitions_name_older_runs(self):
        self.export("runs", [telnyx("a1", "t1")])
        self.call("--history-only", "runs")
        self.export("tests", [], [test("t1", "Greeting", "Front desk")])
        self.call("--history-only", "tests/tests.json")
        self.assertEqual(self.names(self.records()), {"a1": ("Front desk", "Greeting", None)})

    def test_compacted_definitions(self):
        """The newest of each are left; what another call adds meanwhile is not older."""
        for number, name in enumerate(("One", "Two", "Three")):
            self.export("w", [telnyx("a1", "t1")],
                        [test("t1", name, "Front desk"), test(f"t{number + 2}", "Else", "S")])
            self.call("--history-only", "w", env=at(str(int(OCTOBER) + number)))
        last = self.files("definitions")[-1].name
        before = self.call("-orecords=-").stdout
        self.call("--compact", env=at(DECEMBER))
        path, = self.files("definitions")
        self.assertEqual(path.name.split("-")[0], last.split("-")[0])
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual([(line["id"], line["name"]) for line in lines],
                         [("t1", "Three"), ("t2", "Else"), ("t3", "Else"), ("t4", "Else")])
        self.assertEqual(self.call("-orecords=-").stdout, before)
        self.call("--compact", env=at(DECEMBER))
        self.assertEqual(self.files("definitions"), [path])

    def test_definitions_as_inputs(self):
        self.export("w", [telnyx("a1", "t1")], [test("t1", "Greeting", "Front desk")])
        self.call("--history-only", "w")
        path, = self.files("definitions")
        ended = self.run_here("-ojson=-", "w/runs.json", path)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        report = json.loads(ended.stdout)
        self.assertEqual([suite["name"] for suite in report["suites"]], ["Front desk"])
        self.assertEqual(report["inputs"]["definitions"], 1)
        self.write("newer.ndjson", '{"schema":"runtally.definition/2"}\n')
        ended = self.run_here("w/runs.json", "newer.ndjson")
        self.assertEqual(ended.returncode, 3)
        self.assertIn(b"the schema runtally.definition/2 is not known", ended.stderr)

    def test_redacted_definitions(self):
        secret = "bob@example.com"
        self.export("w", [telnyx("a1", "t1")], [test("t1", f"Mail {secret}", "Front desk")])
        self.call("--history-only", "w")
        text = self.files("definitions")[0].read_text()
        self.assertNotIn(secret, text)
        self.assertIn('"key_check":', text)
        # its names were marked by another key than this one
        self.write("key", "a secret of one's own, long enough for any program to take it\n")
        (self.folder / "history/2026").rename(self.folder / "elsewhere")
        self.call("--identity-key", "key", "w", status=2)

    # ---- to forget ----

    def ids(self, *args, **options):
        return sorted(record["run_id"] for record in self.records(*args, **options))

    def kept(self):
        """The bytes of all files of months, unpacked."""
        text = b""
        for path in self.files():
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    text += b"".join(archive.read(name) for name in archive.namelist())
            elif path.parent.name != "forgotten":
                text += path.read_bytes()
        return text

    def whole(self, history="history"):
        ended = self.run_here("--history", history, "-ojson=-", env=at(NOVEMBER))
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))

    def weeks(self):
        self.export("w1", [telnyx(f"a{n}", "t1") for n in range(4)])
        self.export("w2", [telnyx(f"b{n}", "t1", day="2026-11-17") for n in range(4)])
        self.call("--history-only", "w1", env=at(OCTOBER))
        self.call("--history-only", "w2")

    def test_forget_a_run(self):
        self.weeks()
        ended = self.call("--forget", "telnyx:a1", "--forget", "telnyx:b2")
        self.assertEqual(ended.stderr, b"runtally: history: 2 runs are forgotten\n")
        left = ["a0", "a2", "a3", "b0", "b1", "b3"]
        self.assertEqual(self.ids(), left)
        self.assertFalse(re.search(rb'"(a1|b2)"', self.kept()))
        self.whole()
        # an export that holds it again does not bring it back
        report = self.data("w1")
        self.assertEqual((report["totals"]["runs"], report["inputs"]["forgotten"]), (3, 1))
        self.assertEqual(report["notes"], [])
        self.assertEqual(self.ids(), left)
        self.assertEqual(self.call("-q", "--forget", "telnyx:a1").stderr, b"")
        self.assertEqual(len(self.files("forgotten")), 1)

    def test_forget_what_is_not_there(self):
        self.weeks()
        ended = self.call("--forget", "telnyx:c1")
        self.assertIn(b"it has no run telnyx:c1; should that come, it will be kept out",
                      ended.stderr)
        self.export("w3", [telnyx("c1", "t1"), telnyx("c2", "t1")])
        self.assertEqual(self.data("w3")["totals"]["runs"], 1)
        files = self.files()
        for thing in ("20261118T000000Z-0123456789abcdef.ndjson", "telnyx", ":a", "telnyx:"):
            self.call("--forget", "telnyx:a1", "--forget", thing, status=2)
        self.call("--forget", "telnyx:a1", history="elsewhere", status=2)
        self.assertFalse((self.folder / "elsewhere").exists())
        self.assertEqual(self.run_here("--forget", "telnyx:a1", "w1").returncode, 2)
        self.assertEqual(self.files(), files)

    def test_forget_a_call(self):
        self.weeks()
        name = self.files("2026")[0].name
        self.assertTrue(name.startswith("20261014T"))
        self.call("--forget", name, "-otext=report.txt")
        self.assertEqual(self.ids(), ["b0", "b1", "b2", "b3"])
        self.call("--history-only", "w1")
        self.assertEqual(self.ids(), ["b0", "b1", "b2", "b3"])
        self.assertIn(b'"written_at":"2026-10-14', self.kept())
        self.whole()

    def test_forget_and_compact(self):
        """In both orders; what is left is the same, and is whole."""
        kept = []
        for first, then in ((("--forget", "telnyx:a1"), ("--compact",)),
                            (("--compact",), ("--forget", "telnyx:a1"))):
            shutil.rmtree(self.folder / "history", ignore_errors=True)
            self.weeks()
            self.call(*first, env=at(NOVEMBER))
            self.call(*then, env=at(NOVEMBER))
            self.whole()
            self.assertNotIn(b'"a1"', self.kept())
            self.assertEqual(self.ids(), ["a0", "a2", "a3", "b0", "b1", "b2", "b3"])
            kept.append((self.files("2026"), self.kept()))
        self.assertEqual(*kept)
        self.call("--forget", "telnyx:a0", "--compact", env=at(DECEMBER))
        self.assertEqual(self.ids(), ["a2", "a3", "b0", "b1", "b2", "b3"])

    def test_forget_beside_others(self):
        """A file that was put there by another call meanwhile does not bring it back."""
        self.weeks()
        path = self.files("2026")[0]
        saved = path.read_bytes()
        self.call("--forget", "telnyx:a1")
        path.write_bytes(saved)
        self.assertNotIn("a1", self.ids())
        self.call("--compact")
        self.assertNotIn(b'"a1"', self.kept())
        path.write_bytes(saved)
        self.call("--forget", "telnyx:a1")
        self.assertNotIn(b'"a1"', self.kept())

    def test_compact_finishes_to_forget(self):
        """Also of this month, and of one that is an archive already."""
        for before in ((), ("--compact",)):
            shutil.rmtree(self.folder / "history", ignore_errors=True)
            self.weeks()
            if before:
                self.call(*before, env=at(DECEMBER))
            shutil.copytree(self.folder / "history/2026", self.folder / "saved")
            self.call("--forget", "telnyx:a1", "--forget", "telnyx:b1")
            shutil.rmtree(self.folder / "history/2026")
            (self.folder / "saved").rename(self.folder / "history/2026")
            self.call("--compact")
            self.assertFalse(re.search(rb'"[ab]1"', self.kept()))
            self.assertEqual(len(self.ids()), 6)
            self.whole()

    def test_forget_in_damaged_files(self):
        """A file that was not whole does not become so; one of a newer schema is told."""
        self.weeks()
        cut, newer = self.files("2026")
        cut.write_bytes(cut.read_bytes()[:-20])
        newer.write_bytes(newer.read_bytes().replace(b"runtally.history/1", b"runtally.history/2"))
        ended = self.call("--forget", "telnyx:a1", status=3)
        self.assertIn(b"the schema runtally.history/2 is not known", ended.stderr)
        self.assertNotIn(b'"a1"', self.kept())
        ended = self.call(status=3)
        self.assertIn(b"is cut off", ended.stderr)
        path, = self.files("forgotten")
        path.write_bytes(path.read_bytes() + b"{}\n")
        self.assertIn(b"is not as it was written", self.call(status=3).stderr)

    def test_forget_in_files_put_together(self):
        """Of several in one nothing else is lost; a last line needs no end to be a run."""
        self.weeks()
        first, second = self.files("2026")
        first.write_bytes(first.read_bytes() + second.read_bytes())
        second.unlink()
        self.call("--forget", "telnyx:a1")
        self.assertEqual(self.ids(status=3), ["a0", "a2", "a3", "b0", "b1", "b2", "b3"])
        path, = self.files("2026")
        path.write_bytes(b"".join(path.read_bytes().splitlines(True)[:4])[:-1])
        self.assertEqual(self.ids(status=3), ["a0", "a2", "a3"])
        self.call("--forget", path.name)
        self.assertEqual(self.ids(status=3), [])

    def test_forget_redacted_ids(self):
        """By the source's words, and as the history has them; by either option of redaction."""
        for redact, name in (((), "mark"), (("--no-redact",), "words")):
            for thing in ("words", "mark"):
                with self.subTest(redact=redact, thing=thing):
                    shutil.rmtree(self.folder / "history", ignore_errors=True)
                    self.export("w", [telnyx("of bob@example.com", "t1"), telnyx("a2", "t1")])
                    self.call("--history-only", *redact, "w")
                    held = [json.loads(line).get("run_id")
                            for line in self.files("2026")[0].read_text().splitlines()]
                    asked = held[1] if thing == "mark" else "of bob@example.com"
                    self.call("--forget", f"telnyx:{asked}")
                    self.assertNotIn(held[1].encode(), self.kept())
                    self.assertEqual(self.ids("w"), ["a2"])
                    self.assertNotIn(b"bob", b"".join(path.read_bytes()
                                                      for path in self.files("forgotten")))

    def test_killed_while_forgetting(self):
        """At each system call: all is forgotten, or nothing; the next call does the rest."""
        self.weeks()
        self.call("--compact", env=at(NOVEMBER))
        shutil.copytree(self.folder / "history", self.folder / "saved")
        things = ("--forget", "telnyx:a1", "--forget", "telnyx:b1")
        args = ("--history", "history", *things)
        calls, seen = self.calls_of(*args, env=at(NOVEMBER)), set()
        for call in calls:
            shutil.rmtree(self.folder / "history")
            shutil.copytree(self.folder / "saved", self.folder / "history")
            self.strace(*args, env=at(NOVEMBER), kill=call)
            left = self.ids()
            self.assertEqual("a1" in left, "b1" in left, call)
            seen.add(len(left))
            self.call("-q", *things)
            self.assertFalse(re.search(rb'"[ab]1"', self.kept()), call)
            self.assertEqual(len(self.ids()), 6, call)
        self.assertEqual(seen, {6, 8})

    # ---- environments ----

    def test_two_environments(self):
        """The same run in both is two, and so is its case, in every report."""
        self.export("w", [telnyx("a1", "t1")], [test("t1", "Greeting", "Front desk")])
        self.call("--environment", "staging", "w")
        self.export("w", [telnyx("a1", "t1", "failed")], [test("t1", "Greeting", "Front desk")])
        for _ in range(2):
            report = self.data("--environment", "production", "w")
            self.assertEqual(report["environment"], "production")
            self.assertEqual(report["inputs"]["other_environments"], 1)
            self.assertEqual(report["totals"]["failed"], 1)
            self.assertNotIn("fixed", {case["state"] for case in report["comparison"]["cases"]})
        self.assertEqual({(record["run_id"], record["environment"], record["outcome"])
                          for record in self.records()},
                         {("a1", "staging", "passed"), ("a1", "production", "failed")})
        both = self.data()
        self.assertEqual((both["environment"], both["totals"]["runs"]), (None, 2))
        self.assertFalse(any(case["flaky"] for suite in both["suites"] for case in suite["cases"]))
        self.assertEqual([suite["environment"] for suite in both["suites"]],
                         ["production", "staging"])
        names = set()
        for args in (("--environment", "staging"), ("--environment", "production"), ()):
            text = self.call("-ojunit=-", *args).stdout.decode()
            found = re.findall('<testcase (classname="[^"]*" name="[^"]*")', text)
            self.assertEqual(len(found), 1 if args else 2)
            names |= set(found)
        self.assertEqual(len(names), 2)
        page = self.call("-ohtml=-").stdout.decode()
        anchors = re.findall(' id="(c-[^"]*)"', page)
        self.assertEqual((len(anchors), len(set(anchors))), (2, 2))
        self.assertIn("Front desk (staging)", page)
        self.call("--forget", "telnyx:a1", "--environment", "staging")
        self.assertEqual([record["environment"] for record in self.records()], ["production"])

    def test_environment_of_records(self):
        """They keep theirs; what was kept without one is of another."""
        self.export("w", [telnyx("a1", "t1")])
        self.call("--history-only", "w")
        self.run_here("-orecords=staging.ndjson", "--environment", "staging", "w")
        record, = self.records("--environment", "production", "staging.ndjson", history="none")
        self.assertEqual(record["environment"], "staging")
        report = self.data("--environment", "production")
        self.assertEqual((report["totals"]["runs"], report["inputs"]["other_environments"]), (0, 1))
        for bad in (" ", "\t", "\udcff"):
            self.call("--environment", bad, "w", status=2)

    def test_redacted_environment(self):
        self.export("w", [telnyx("a1", "t1")])
        for _ in range(2):
            report = self.data("--environment", "of bob@example.com", "w")
            self.assertEqual(report["inputs"]["other_environments"], 0)
            self.assertEqual(len(self.files("2026")), 1)
        self.assertNotIn(b"bob@", self.kept())

    def test_environment_of_a_baseline(self):
        self.export("w", [telnyx("a1", "t1")])
        self.run_here("-orecords=other.ndjson", "--environment", "production", "w")
        report = json.loads(self.run_here("--environment", "staging", "--baseline", "other.ndjson",
                                          "-ojson=-", "w").stdout)
        self.assertEqual(report["inputs"]["other_environments"], 1)


if __name__ == "__main__":
    sys.exit(harness.main())
