#!/usr/bin/env python3
"""The bench on small data: its data is the same each time, and it compares equal work alone."""

import os
import re
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

TOOLS = harness.BUILD / "tests/bench"
BENCH = harness.TESTS / "bench/bench.py"
BASELINES = ("ondemand", "load_file", "node", "jq", "read_loop", "zip_loop", "unzip")


class BenchCase(harness.Case):
    def setUp(self):
        super().setUp()
        if not (TOOLS / "generate").exists():
            self.skipTest("the bench is not built (make tests)")

    def generate(self, name, *words):
        path = self.folder / name
        told = subprocess.run([TOOLS / "generate", *map(str, words), path], timeout=harness.LIMIT,
                              capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        return path, told.stdout

    def bench(self, *words, runtally=harness.RUNTALLY):
        env = harness.environment(BUILD=str(harness.BUILD), RUNTALLY=str(runtally))
        return subprocess.run([sys.executable, BENCH, "--data", self.folder / "data", "--rounds",
                               "1", *words], env=env, timeout=harness.LIMIT,
                              capture_output=True, text=True)


class Generator(BenchCase):
    def test_same_words_same_bytes(self):
        first, told = self.generate("first", "--bytes", 300000, "ndjson")
        second, _ = self.generate("second", "--bytes", 300000, "ndjson")
        other, _ = self.generate("other", "--seed", 2, "--bytes", 300000, "ndjson")
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertNotEqual(first.read_bytes(), other.read_bytes())
        lines = first.read_bytes().split(b"\n")[:-1]
        self.assertEqual(told, f"{len(lines)} runs, {sum(map(len, lines))} bytes\n")
        for line in lines:
            self.assertTrue(1900 < len(line) < 9000, len(line))

    def test_all_shapes_hold_the_same_runs(self):
        lines = self.generate("l", "--runs", 60, "ndjson")[0].read_bytes().split(b"\n")[:-1]
        array = self.generate("a", "--runs", 60, "array")[0].read_bytes()
        files = self.generate("f", "--runs", 60, "files")[0]
        archive = zipfile.ZipFile(self.generate("z", "--runs", 60, "zip")[0])
        self.assertEqual(array, b"[" + b",".join(lines) + b"]\n")
        self.assertEqual([path.read_bytes() for path in sorted(files.rglob("*.json"))], lines)
        self.assertEqual([archive.read(name) for name in sorted(archive.namelist())], lines)


class Agreement(BenchCase):
    def test_all_programs_do_the_same_work(self):
        done = self.bench("--size", "400k", "--runs", "200", "array", "ndjson", "files", "zip",
                          "render", "scale")
        self.assertEqual(done.returncode, 0, done.stderr)
        left_out = dict(re.findall(r"^left out: (\w+): (.*)$", done.stdout, re.M))
        for name in BASELINES:
            with self.subTest(name):
                if name in left_out:
                    self.skipTest(left_out[name])
        self.assertEqual(done.stdout.count("\nruntally, one thread "), 4, done.stdout)

    def test_other_work_is_not_measured(self):
        wrong = self.write("wrong", f'#!/bin/sh\nexec "{harness.RUNTALLY}" --pass-score 0.9 "$@"\n')
        wrong.chmod(0o755)
        done = self.bench("--size", "400k", "array", runtally=wrong)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"differs from runtally:\n +kapso/[^\n]*: passed: ")
        self.assertNotIn("MB/s", done.stdout)


if __name__ == "__main__":
    sys.exit(harness.main())
