#!/usr/bin/env python3
"""However many threads read, the reports and messages are the same, byte by byte."""

import json
import os
import random
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

JOBS = (1, 2, 8)
SAID = "The caller asked for the ferry at nine; the agent \u00fcbernahm and said \"no\". " * 4


def run(number, seed):
    """A SigmaMind run; some labels and texts hold what is redacted."""
    passed = seed.random() < 0.9
    label = f"case {number % 50}" if number % 11 else f"case of owner{number % 7}@example.com"
    return {"jobId": f"run-{number}", "batchId": "batch", "isSuccessful": passed,
            "testCase": {"testCaseId": f"case-{number % 50}", "label": label},
            "createdDate": "2026-11-01T10:00:00Z",
            "remarks": None if passed else f"call +49 30 {1000000 + number} failed",
            "conversation": [{"role": "user", "content": SAID},
                             {"jobId": "inner", "isSuccessful": True, "content": "},{"}]}


def runs(count, start=0):
    seed = random.Random(start)
    return [run(start + number, seed) for number in range(count)]


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


class Jobs(harness.Case):
    def outputs(self, jobs, *args):
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        names = [f"out/r.{kind}" for kind in ("html", "md", "xml", "json", "ndjson", "csv")]
        ended = self.run_here("--jobs", jobs, *args, *(f"-o{name}" for name in names))
        return [ended.returncode, ended.stderr, ended.stdout,
                *((self.folder / name).read_bytes() for name in names)]

    def same(self, *args, status=0):
        first = self.outputs(JOBS[0], *args)
        self.assertEqual(first[0], status, first[1][-2000:])
        self.assertGreater(len(first[3]), 1000)
        for jobs in JOBS[1:]:
            with self.subTest(jobs=jobs):
                for one, other in zip(first, self.outputs(jobs, *args)):
                    self.assertTrue(one == other)

    def test_samples(self):
        self.same(harness.ROOT / "samples")

    def test_envelopes(self):
        self.same(harness.ROOT / "tests/envelopes", status=3)

    def test_many_files(self):
        for number, record in enumerate(runs(1500)):
            self.write(f"in/{number % 13}/{number}.json", json.dumps(record))
        self.write("in/5/broken.json", '[{"jobId":"x",]')
        self.write("in/6/owner3@example.com.json", json.dumps(run(2000, random.Random(1))))
        self.same("in", status=3)
        self.same("in", "--limit", "notes=1", status=3)

    def test_archive(self):
        with zipfile.ZipFile(self.folder / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number, record in enumerate(runs(1500)):
                archive.writestr(f"{number % 13}/{number}.json", json.dumps(record))
            archive.writestr("0/all.ndjson", lines(runs(500, 3000)))
        self.same("in.zip")

    def test_one_large_file(self):
        """Ten megabytes and more are read in segments."""
        records = runs(30000)
        for name, text in {
                "a.json": json.dumps(records, ensure_ascii=False),
                "b.json": json.dumps({"data": records, "meta": {"total_pages": 2}}),
                "c.json": json.dumps(records[:16000], indent=3),
                "d.ndjson": lines(records),
        }.items():
            with self.subTest(name):
                self.assertGreater(len(text), 10 << 20)
                self.write(name, text)
                self.same(name)

    def test_large_file_with_all_that_can_go_wrong(self):
        text = lines(runs(25000))
        text += '{"jobId": "cut", "isSuccessful": tru}\n' * 3
        text += json.dumps({"cases": [{"id": "c", "name": "n"}], "runs": runs(9000, 50000)}) + "\n"
        text += lines(runs(4000, 70000)) + '{"jobId": "open", "turns": [\n'
        text += lines(runs(50, 80000))
        self.write("x.ndjson", text)
        self.write("y/z.json", json.dumps(runs(20000, 20000)))
        self.same("x.ndjson", "y", status=3)


if __name__ == "__main__":
    sys.exit(harness.main())
