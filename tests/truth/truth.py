#!/usr/bin/env python3
"""2,000 runs of five APIs with known truth: every figure, and the same bytes whatever surrounds."""

import datetime
import decimal
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.append(os.path.join(os.path.dirname(__file__), ".."))
import figures  # noqa: E402
import generate  # noqa: E402
import harness  # noqa: E402
import world  # noqa: E402

FORMATS = ("html", "md", "xml", "json", "ndjson", "csv", "txt", "zip")
OUTPUTS = [word for end in FORMATS for word in ("-o", f"report.{end}")]


def setUpModule():
    global FOLDER, TRUTH
    FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="runtally-truth-"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER)
    TRUTH = generate.generate(FOLDER)


def parse(data):
    return json.loads(data, parse_float=decimal.Decimal)


def differences(expected, found, path=""):
    """Where two trees differ, for what `expected` names; members may be added."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key not in found:
                yield f"{path}.{key}: is missing"
            else:
                yield from differences(value, found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path}: {len(found)} instead of {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, found)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{path}: found {found}, should be {expected}"


class Figures(harness.Case):
    def test_every_figure(self):
        ended = harness.runtally("data", "-o", "json=-", cwd=FOLDER)
        self.assertEqual(ended.returncode, 3, "error bodies are bad input")
        found = list(differences(figures.report(TRUTH), parse(ended.stdout)))
        self.assertEqual(found[:20], [], f"{len(found)} figures differ")

    def test_notes(self):
        """Nothing looks cut short or missing; each refusal is one error."""
        report = parse(harness.runtally("data", "-o", "json=-", cwd=FOLDER).stdout)
        errors = [note for note in report["notes"] if note["severity"] == "error"]
        self.assertEqual(len(errors), TRUTH.refusals)
        for word in ("cut short", "not among the inputs"):
            self.assertEqual([note for note in report["notes"] if word in note["text"]], [])

    def test_before_the_period(self):
        """All timed runs up to the period's end, which begins and ends at midnight of the zone."""
        ended = harness.runtally("data", "-o", "json=-", "--since", "2026-11-05", "--until",
                                 "2026-11-12", "--tz", "+03:30", cwd=FOLDER)
        found = parse(ended.stdout)
        end = datetime.datetime(2026, 11, 13) - datetime.timedelta(hours=3.5)
        end_ms = (end - datetime.datetime(1970, 1, 1)) // datetime.timedelta(milliseconds=1)
        runs = [run for run in TRUTH.runs if run.when is not None and run.when < end_ms]
        expected = {"trend": {"tz": "UTC+03:30", **figures.trend(runs, hours=3.5)},
                    "reliability": figures.reliability(runs)}
        self.assertEqual(expected["trend"]["days"][-1]["date"], "2026-11-12")
        self.assertLess(found["totals"]["runs"], len(runs))
        self.assertEqual(self.tries(found["suites"]), {
            key: value for key, value in self.tries(
                suite for source in world.SOURCES for suite in figures.suites_of(
                    source, [run for run in runs if run.source == source])).items()
            if key in self.tries(found["suites"])})
        self.assertEqual(list(differences(expected, found))[:20], [])

    @staticmethod
    def tries(suites):
        return {(suite["source"], suite["id"], suite["name"], case["id"], case["name"]):
                case.get("pass_hat") for suite in suites for case in suite["cases"]}

    def test_each_run(self):
        ended = harness.runtally("data", "-o", "records=-", cwd=FOLDER)
        found = {}
        for line in ended.stdout.splitlines():
            record = parse(line)
            found[record["source"], record["run_id"]] = record
        self.assertEqual(len(found), len(TRUTH.runs))
        wrong = [text for run in TRUTH.runs
                 for text in differences(self.record_of(run), found[run.source, run.run_id],
                                         f"{run.source} {run.run_id}")]
        self.assertEqual(wrong[:20], [], f"{len(wrong)} members differ")

    @staticmethod
    def record_of(run):
        told = {"outcome": run.outcome, "score": run.score, "cost_usd": run.cost,
                "created_at": figures.time_text(run.created),
                "started_at": figures.time_text(run.started),
                "ended_at": figures.time_text(run.ended), "duration_ms": run.duration_ms,
                "execution_id": run.execution, "latency_ms": list(run.latencies) or None}
        return {key: value for key, value in told.items() if value is not None}

    def test_can_fail(self):
        """One run of 2,000 that is told wrongly is seen."""
        truth = generate.Truth(**{**vars(TRUTH), "runs": TRUTH.runs[1:]})
        ended = harness.runtally("data", "-o", "json=-", cwd=FOLDER)
        self.assertNotEqual(list(differences(figures.report(truth), parse(ended.stdout))), [])


class Sameness(harness.Case):
    """The same input gives the same bytes."""

    @classmethod
    def setUpClass(cls):
        cls.inputs = sorted(path.name for path in (FOLDER / "data").iterdir())
        cls.first = cls.reports_of(FOLDER / "data", cls.inputs)

    @staticmethod
    def reports_of(cwd, inputs, **env):
        with tempfile.TemporaryDirectory() as out:
            outputs = [word for end in FORMATS for word in ("-o", f"{out}/report.{end}")]
            ended = harness.runtally(*inputs, *outputs, cwd=cwd,
                                     env=harness.environment(**env))
            found = {path.name: path.read_bytes() for path in pathlib.Path(out).iterdir()}
        found["stderr"] = ended.stderr
        return found

    def check(self, found):
        self.assertEqual(sorted(self.first), sorted(found))
        for name, data in self.first.items():
            with self.subTest(name):
                self.assertTrue(data == found[name], f"{name} differs")

    def test_all_formats_are_there(self):
        self.assertEqual(len(self.first), len(FORMATS) + 1)
        self.assertTrue(all(self.first.values()))

    def test_again(self):
        self.check(self.reports_of(FOLDER / "data", self.inputs))

    def test_shuffled_arguments(self):
        shuffled = list(self.inputs)
        random.Random(7).shuffle(shuffled)
        self.assertNotEqual(shuffled, self.inputs)
        self.check(self.reports_of(FOLDER / "data", shuffled))

    def test_other_zone(self):
        for zone in ("Asia/Kolkata", "America/St_Johns", "XYZ-14"):
            self.check(self.reports_of(FOLDER / "data", self.inputs, TZ=zone))

    def test_other_locale(self):
        installed = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
        for locale in [name for name in installed if name not in ("C", "POSIX")] + ["tr_TR.UTF-8"]:
            self.check(self.reports_of(FOLDER / "data", self.inputs, LC_ALL=locale, LANG=locale))

    def test_other_parent_folder(self):
        other = self.folder / "elsewhere" / "deeper"
        shutil.copytree(FOLDER / "data", other)
        self.check(self.reports_of(other, self.inputs))

    def test_files_in_another_order_on_disk(self):
        other = self.folder / "copy"
        for path in sorted((FOLDER / "data").rglob("*"), reverse=True):
            if path.is_file():
                target = other / path.relative_to(FOLDER / "data")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        self.check(self.reports_of(other, self.inputs))

    def test_other_working_folder(self):
        """Places name the inputs as they were given; all else is the same."""
        inputs = [f"../data/{name}" for name in self.inputs]
        (FOLDER / "work").mkdir(exist_ok=True)
        found = self.reports_of(FOLDER / "work", inputs)
        del found["report.zip"]
        first = {name: data for name, data in self.first.items() if name != "report.zip"}
        for name, data in first.items():
            with self.subTest(name):
                self.assertTrue(found[name].replace(b"../data/", b"") == data, f"{name} differs")

    def test_bundle_holds_the_same(self):
        with zipfile.ZipFile(io.BytesIO(self.first["report.zip"])) as bundle:
            self.assertIsNone(bundle.testzip())
            pages = [name for name in bundle.namelist() if name.startswith("site/")]
            reports = sorted(set(bundle.namelist()) - set(pages))
            for name in reports:
                with self.subTest(name):
                    self.assertTrue(bundle.read(name) == self.first[name], f"{name} differs")
            self.assertEqual({pathlib.Path(name).suffix for name in reports},
                             {f".{end}" for end in FORMATS if end != "zip"})
            harness.runtally("-q", "-o", f"{self.folder}/site/", "data", cwd=FOLDER)
            self.assertEqual(sorted(pages),
                             sorted(f"site/{path.name}" for path in self.folder.glob("site/*")
                                    if not path.name.startswith(".")))


class Records(harness.Case):
    """Run records read again give the report that they were written beside."""

    def setUp(self):
        super().setUp()
        ended = harness.runtally("data", "-o", self.folder / "runs.ndjson", "-o",
                                 self.folder / "report.json", cwd=FOLDER)
        self.assertEqual(ended.returncode, 3)

    @staticmethod
    def without_inputs(data):
        report = parse(data)
        return {key: report[key] for key in ("period", "totals", "sources", "suites")}

    def test_same_figures(self):
        ended = self.run_here("runs.ndjson", "-o", "json=-")
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.assertEqual(self.without_inputs((self.folder / "report.json").read_bytes()),
                         self.without_inputs(ended.stdout))

    def test_same_records(self):
        """Written again they are the same bytes."""
        ended = self.run_here("runs.ndjson", "-o", "records=-")
        again = [{**parse(line), "origin": None} for line in ended.stdout.splitlines()]
        first = [{**parse(line), "origin": None}
                 for line in (self.folder / "runs.ndjson").read_bytes().splitlines()]
        self.assertEqual(first[:5], again[:5])
        self.assertTrue(first == again)

    def test_in_parts(self):
        """Split over files in any order, they are the same runs."""
        lines = (self.folder / "runs.ndjson").read_bytes().splitlines(keepends=True)
        random.Random(3).shuffle(lines)
        for part in range(4):
            self.write(f"parts/{part}.ndjson", b"".join(lines[part::4]))
        ended = self.run_here("parts", "-o", "json=-")
        self.assertEqual(self.without_inputs((self.folder / "report.json").read_bytes()),
                         self.without_inputs(ended.stdout))

    def test_beside_their_exports(self):
        """All of them are second copies then."""
        ended = harness.runtally(self.folder / "runs.ndjson", FOLDER / "data", "-o", "json=-")
        report = parse(ended.stdout)
        self.assertEqual(report["inputs"]["duplicates"], TRUTH.duplicates + len(TRUTH.runs))
        self.assertEqual(report["totals"],
                         parse((self.folder / "report.json").read_bytes())["totals"])


if __name__ == "__main__":
    sys.exit(harness.main())
