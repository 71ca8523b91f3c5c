"""What the black-box tests share: where things are, how runtally is called, how results count."""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
RUNTALLY = pathlib.Path(os.environ.get("RUNTALLY", BUILD / "runtally")).resolve()

# 2026-11-16T00:00:00Z: "now" for --last, a day after the newest sample.
EPOCH = "1794787200"

# Seconds after which a process is taken for one that hangs: no test judges by it. A slow or busy
# machine makes it longer (tests/run says by how much).
LIMIT = 600 * float(os.environ.get("RUNTALLY_TIME_FACTOR") or 1)

PASSED_ON = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH", "TMPDIR")


def environment(**more):
    """Nothing of the caller's but what programs need to start at all."""
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env.update(LC_ALL="C", TZ="UTC", SOURCE_DATE_EPOCH=EPOCH)
    env.update(more)
    return {name: value for name, value in env.items() if value is not None}


def runtally(*args, cwd=None, stdin=b"", env=None):
    """Runs it to its end; stdout and stderr are bytes."""
    feed = {"stdin": stdin} if hasattr(stdin, "fileno") else {"input": stdin}
    return subprocess.run([str(RUNTALLY), *map(str, args)], cwd=cwd, env=env or environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT, **feed)


def wait_until(ready):
    """Looks again and again, for as long as a process may take."""
    end = time.monotonic() + LIMIT
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"not ready after {LIMIT:.0f} s")
        time.sleep(0.005)


def catches(process, number):
    """Whether it has a handler for the signal by now, or has ended."""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return True
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.M)
    return caught is None or bool(int(caught[1], 16) >> (number - 1) & 1)


class Case(unittest.TestCase):
    """A test with a scratch folder of its own."""

    longMessage = True

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="runtally-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_here(self, *args, **options):
        options.setdefault("cwd", self.folder)
        return runtally(*args, **options)

    def files(self):
        """All that lies in the scratch folder, hidden names too."""
        return sorted(str(path.relative_to(self.folder))
                      for path in self.folder.rglob("*") if not path.is_dir())

    def strace(self, *args, env, kill=None):
        """With `kill`, a call's name and how often it was made, it ends there."""
        command = ["strace", "-f", "-q", "-o", str(self.folder / "trace")]
        command += ["-e", "inject={}:signal=KILL:when={}".format(*kill)] if kill else []
        return subprocess.run([*command, str(RUNTALLY), "-q", "--jobs", "1", *args],
                              cwd=self.folder, env=env, capture_output=True, timeout=LIMIT)

    def calls_of(self, *args, env):
        """The system calls of it, each with how often, from its first look at the history on."""
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        ended = self.strace(*args, env=env)
        trace = self.folder / "trace"
        if ended.returncode or not trace.exists():
            self.skipTest(f"strace does not work here: {ended.stderr[:200]}")
        calls, made, begun = [], collections.Counter(), False
        for line in trace.read_text().splitlines():
            name = re.match(r"\d+ +(\w+)\(", line)
            if not name:
                continue
            made[name[1]] += 1
            begun = begun or ("history" in line and name[1] != "execve")
            if begun and name[1] != "exit_group":
                calls.append((name[1], made[name[1]]))
        self.assertGreater(len(calls), 10)
        return calls


class Counter(unittest.TestResult):
    """Counts sub-tests as tests: each is one row of a table."""

    def __init__(self):
        super().__init__()
        self.passed = 0

    def addSuccess(self, test):
        self.passed += 1

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        self.passed += err is None

    def counts(self):
        return self.passed, len(self.failures) + len(self.errors), len(self.skipped)


def say_counts(passed, failed, skipped=0):
    """The line that tests/run reads."""
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed + skipped else 0


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def chosen(tests, words):
    """By a part of the name, or, after --only and --but, by the whole name of the function."""
    if words[:1] in (["--only"], ["--but"]):
        return [test for test in tests
                if (test.id().rsplit(".", 1)[1] in words[1:]) == (words[0] == "--only")]
    return [test for test in tests if not words or any(word in test.id() for word in words)]


def main(module="__main__"):
    """Runs the tests of a module; the arguments choose."""
    tests = tests_of(unittest.defaultTestLoader.loadTestsFromName(module))
    counter = Counter()
    unittest.TestSuite(chosen(tests, sys.argv[1:])).run(counter)
    for kind, found in (("FAIL", counter.failures), ("ERROR", counter.errors)):
        for test, trace in found:
            print(f"{kind}: {test}\n{trace}")
    for test, reason in counter.skipped:
        print(f"skipped: {test.id().split('.', 1)[-1]}: {reason}")
    told = say_counts(*counter.counts())
    # behind --but: each of them may be a job of its own
    return 0 if sys.argv[1:2] == ["--but"] and not counter.testsRun else told
