#!/usr/bin/env python3
"""What the bench measures with is the same each time, in every shape."""

import os
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

TOOLS = harness.BUILD / "tests/bench"


class BenchCase(harness.Case):
    def setUp(self):
        super().setUp()
        if not (TOOLS / "generate").exists():
            self.skipTest("the bench is not built (make tests)")

    def generate(self, name, *words):
        path = self.folder / name
        told = subprocess.run([TOOLS / "generate", *map(str, words), path], timeout=60,
                              capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        return path, told.stdout


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


if __name__ == "__main__":
    sys.exit(harness.main())
