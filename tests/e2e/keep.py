#!/usr/bin/env python3
"""What a history keeps beside runs: names; what is to be forgotten; environments."""

import collections
import json
import os
import re
import shutil
import sys

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


if __name__ == "__main__":
    sys.exit(harness.main())
