#!/usr/bin/env python3
"""The samples and the envelopes: what they hold was written down when they were made."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

OUTCOMES = ("passed", "failed", "errors", "pending", "unknown")
CUT_SHORT = "may be cut short"


def report_of(*inputs, cwd):
    ended = harness.runtally("-o", "json=-", *inputs, cwd=cwd)
    return json.loads(ended.stdout), ended


class Envelopes(harness.Case):
    """Each file of tests/envelopes alone, against tests/envelopes_truth.json."""

    folder_of_files = harness.TESTS / "envelopes"
    truth = json.loads((harness.TESTS / "envelopes_truth.json").read_text())

    def test_every_file_has_its_truth(self):
        files = {path.name for path in self.folder_of_files.iterdir()}
        self.assertEqual(files, set(self.truth))

    def test_counts(self):
        for name, truth in self.truth.items():
            with self.subTest(name):
                report, ended = report_of(name, cwd=self.folder_of_files)
                self.check(truth, report, ended)

    def check(self, truth, report, ended):
        inputs, totals = report["inputs"], report["totals"]
        for outcome in OUTCOMES:
            self.assertEqual(totals[outcome], truth[outcome], outcome)
        for member in ("documents", "duplicates"):
            self.assertEqual(inputs[member], truth[member], member)
        if truth["definitions"] is not None:
            self.assertEqual(inputs["definitions"], truth["definitions"])
        self.assertEqual(inputs["rejected"], truth["refusals"] + truth["acknowledgements"])
        self.assertEqual(any(CUT_SHORT in note["text"] for note in report["notes"]),
                         truth["cut_short"])
        errors = any(note["severity"] == "error" for note in report["notes"])
        self.assertEqual(ended.returncode, 3 if errors else 0)
        if truth["refusals"]:
            self.assertEqual(ended.returncode, 3)


class Samples(harness.Case):
    """The samples as one report, against tests/samples_truth.json."""

    truth = json.loads((harness.TESTS / "samples_truth.json").read_text())

    def setUp(self):
        super().setUp()
        inputs = sorted(path.name for path in (harness.ROOT / "samples").iterdir()
                        if path.name not in ("ci", "export", "README.md"))
        self.report, self.ended = report_of(*inputs, cwd=harness.ROOT / "samples")

    def check(self, truth, found):
        for member in ("runs",) + OUTCOMES:
            self.assertEqual(found[member], truth[member], member)
        cost = found["cost_usd"]
        self.assertEqual(cost["known"] if cost else 0, truth["cost_known"])
        self.assertEqual(repr(cost["total"]) if cost else None, truth["cost_usd"])

    def test_status(self):
        self.assertEqual(self.ended.returncode, 0, self.ended.stderr)

    def test_inputs(self):
        for member, count in self.truth["inputs"].items():
            with self.subTest(member):
                self.assertEqual(self.report["inputs"][member], count)

    def test_totals(self):
        self.check(self.truth["totals"], self.report["totals"])

    def test_sources(self):
        self.assertEqual([group["source"] for group in self.truth["sources"]],
                         [group["source"] for group in self.report["sources"]])
        for truth, found in zip(self.truth["sources"], self.report["sources"]):
            with self.subTest(truth["source"]):
                self.check(truth, found)

    def test_suites(self):
        found = {(suite["source"], suite["name"]): suite for suite in self.report["suites"]}
        self.assertEqual(len(found), len(self.truth["suites"]))
        for truth in self.truth["suites"]:
            with self.subTest(truth["name"]):
                suite = found[truth["source"], truth["name"]]
                self.check(truth, suite)
                self.assertEqual(suite["id"], truth["id"])

    def test_files(self):
        for name, truth in self.truth["files"].items():
            if "!" in name:
                continue
            with self.subTest(name):
                report, _ = report_of(name, cwd=harness.ROOT / "samples")
                self.assertEqual(report["inputs"]["documents"], truth["documents"])
                self.assertEqual(report["inputs"]["records"], truth["records"])


if __name__ == "__main__":
    sys.exit(harness.main())
