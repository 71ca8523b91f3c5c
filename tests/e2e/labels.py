#!/usr/bin/env python3
"""Ids and names that are too long: cut, told apart, the same everywhere, and within budgets."""

import hashlib
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402
from marks import mark  # noqa: E402

LABELS = ("source", "run_id", "suite.id", "suite.name", "case.id", "case.name", "agent.id",
          "agent.name", "execution_id", "model", "status", "origin")


def cut(text, most=1000):
    """As collect.h has it."""
    whole = text.encode()
    if len(whole) <= most:
        return text
    kept = whole[:most - 11].decode(errors="ignore")
    kept = re.sub(r"\[[a-z]*( [0-9a-f]*)?$", "", kept)
    return kept + "…" + hashlib.sha256(whole).hexdigest()[:8]


def put_in(record, path, text):
    owner, _, member = path.rpartition(".")
    (record.setdefault(owner, {}) if owner else record)[member] = text
    return record


class Labels(harness.Case):
    def read(self, *records, name="runs.ndjson", options=(), status=0):
        """The run records that come of them, and what standard error says."""
        self.write(name, "\n".join(map(json.dumps, records)))
        ended = self.run_here(name, "-o", "records=-", *options)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return list(map(json.loads, ended.stdout.decode().splitlines())), ended.stderr.decode()

    def test_each(self):
        for path in LABELS:
            with self.subTest(path):
                text = ("long " * 300).strip()
                (run,), told = self.read(put_in(fields.runtally_record(), path, text))
                owner, _, member = path.rpartition(".")
                self.assertEqual((run[owner] if owner else run)[member], cut(text))
                self.assertIn(f"runs.ndjson#1: warning: {path}: longer than 1000 bytes: cut", told)

    def test_criterion(self):
        names = ["a", "b" * 1001, "c"]
        record = fields.runtally_record()
        record["criteria"] = [{"name": name, "outcome": "failed"} for name in names]
        (run,), told = self.read(record)
        self.assertEqual([one["name"] for one in run["criteria"]], list(map(cut, names)))
        self.assertIn("criteria[].name: longer", told)

    def test_details(self):
        record = fields.playgent()
        record["turns"][0]["output"] = [{"role": "r" * 2000, "content": "c"}]
        self.write("run.json", json.dumps(record))
        page = self.run_here("run.json", "-o", "html=-").stdout.decode()
        self.assertIn(cut("r" * 2000), page)
        self.assertNotIn("r" * 1000, page)

    def test_length(self):
        """At the limit all stays; beyond it, what is cut ends between code points."""
        for text, most in (("x" * 1000, 1000), ("x" * 1001, 1000), ("é" * 501, 1000),
                           ("x" + "é" * 500, 1000), ("€" * 334, 1000), ("x" * 20, 20),
                           ("x" * 21, 20), ("x" * 12, 11), ("x" * 12, 1)):
            with self.subTest(text[:2], length=len(text), most=most):
                (run,), told = self.read(put_in(fields.runtally_record(), "model", text),
                                         options=["--limit", f"label-bytes={most}"])
                self.assertEqual(run["model"], cut(text, max(most, 11)))
                self.assertEqual("model: longer" in told, len(text.encode()) > most)

    def test_told_apart(self):
        """By their ends; and what was written is read again as it is."""
        names = ["n" * 5000 + end for end in ("a", "b", "a")]
        records = [{**put_in(fields.runtally_record(), "case.name", name), "run_id": name + "r" * n}
                   for n, name in enumerate(names)]
        for record in records:
            record["case"].pop("id", None)
        found, told = self.read(*records)
        self.assertIn("case.name: longer than 1000 bytes: cut (in 3 records)", told)
        self.assertEqual(len({run["case"]["name"] for run in found}), 2)
        self.assertEqual(len({run["run_id"] for run in found}), 3)
        again, told = self.read(*found, name="again.ndjson")
        self.assertEqual((again, told), (found, ""))

    def test_joined(self):
        """A definition's id is cut as those of runs are."""
        run, test = fields.telnyx(), fields.telnyx_test()
        run["test_id"] = test["test_id"] = "t" * 3000
        for key in ("test_name", "name"):
            run.pop(key, None)
        test["name"] = "N" * 3000
        found, told = self.read(run, test)
        self.assertEqual(found[0]["case"], {"id": cut("t" * 3000), "name": cut("N" * 3000)})
        self.assertIn("warning: name: longer than 1000 bytes: cut", told)

    def test_secrets(self):
        """One that is cut in two is none that redaction would know; nor may the hash tell it."""
        mail = "zofia.kuebler@mail.example.com"
        for before in range(955, 995):
            text = "x" * before + f" {mail} " + "y" * 500
            (run,), _ = self.read(put_in(fields.runtally_record(), "case.name", text))
            self.assertEqual(run["case"]["name"], cut(text.replace(mail, mark("email", mail))))
        self.assertEqual(self.read(put_in(fields.runtally_record(), "case.name", text),
                                   options=["--no-redact"])[0][0]["case"]["name"], cut(text))

    def test_budgets(self):
        """Names of a megabyte everywhere, and all reports stay small."""
        long = "n" * 1_000_000
        records = []
        for number in range(4):
            record = {"schema": "runtally.run/1", "run_id": f"{number}", "outcome": "failed",
                      "started_at": fields.TIME % number}
            for path in LABELS:
                put_in(record, path, record.get(path, f"{number}{long}"))
            record["criteria"] = [{"name": long, "outcome": "failed"}]
            records.append(json.dumps(record))
        self.write("runs.ndjson", "\n".join(records))
        ended = self.run_here("runs.ndjson", "-q", "-o", "site/", *(
            word for kind in ("html", "md", "xml", "json", "csv", "txt")
            for word in ("-o", f"r.{kind}")))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for path in self.files():
            if path != "runs.ndjson":
                self.assertLess((self.folder / path).stat().st_size, 300_000, path)


if __name__ == "__main__":
    sys.exit(harness.main())
