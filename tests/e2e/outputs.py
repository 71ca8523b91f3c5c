#!/usr/bin/env python3
"""Reports that cannot be written, signals, pipes: nothing half written, and the status says it."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
import xml.etree.ElementTree
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

FORMATS = ("html", "markdown", "junit", "json", "records", "csv", "text", "bundle", "view")
GOOD = json.dumps(fields.playgent())


def unread(pipe):
    """Bytes of it that nobody has taken out."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"1234"))[0]


class Outputs(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("run.json", GOOD)

    def test_full_disk(self):
        for name in FORMATS:
            with self.subTest(name):
                ended = self.run_here("run.json", "-o", f"{name}=/dev/full")
                self.assertEqual(ended.returncode, 4)
                self.assertIn(b"No space left", ended.stderr)
        self.assertEqual(self.files(), ["run.json"])

    def test_details_of_any_size(self):
        """More than stays in memory: reports are the same with and without a temporary file."""
        runs = [fields.playgent() for _ in range(300)]
        for number, run in enumerate(runs):
            run["run_id"] = f"run {number}"
            run["turns"][0]["expected_behavior"] = f"expects {number} " * 6000
        self.write("many.json", json.dumps(runs))
        (self.folder / "temporary").mkdir()
        written = []
        for folder in ("temporary", "missing", ""):
            ended = self.run_here("many.json", "-o", "html=-", "-o", "junit=r.xml",
                                  env=harness.environment(TMPDIR=folder))
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            written.append((ended.stdout, (self.folder / "r.xml").read_bytes()))
        self.assertIn(b"expects 299 expects 299", written[0][0])
        self.assertEqual(written[0], written[1])
        self.assertEqual(written[0], written[2])
        self.assertEqual(self.files(), ["many.json", "r.xml", "run.json"])

    def test_full_standard_output(self):
        for name in FORMATS:
            with self.subTest(name), open("/dev/full", "wb") as full:
                ended = subprocess.run([harness.RUNTALLY, "run.json", "-o", f"{name}=-"],
                                       cwd=self.folder, stdout=full, stderr=subprocess.PIPE,
                                       env=harness.environment(), timeout=harness.LIMIT)
                self.assertEqual(ended.returncode, 4)
                self.assertIn(b"No space left", ended.stderr)

    def test_full_standard_output_for_words(self):
        for option in ("--help", "--version", "--list-formats", "--list-sources"):
            with self.subTest(option), open("/dev/full", "wb") as full:
                ended = subprocess.run([harness.RUNTALLY, option], stdout=full,
                                       stderr=subprocess.PIPE, env=harness.environment(),
                                       timeout=harness.LIMIT)
                self.assertEqual(ended.returncode, 4)

    def test_too_large_file_keeps_the_old_report(self):
        """A limit on file sizes stands in for a disk that fills up half way."""
        for name in FORMATS:
            with self.subTest(name):
                self.write("report", "the old one")
                ended = subprocess.run(
                    ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", harness.RUNTALLY, "run.json",
                     "-o", f"{name}=report"], cwd=self.folder,
                    capture_output=True, env=harness.environment(), timeout=harness.LIMIT)
                self.assertEqual(ended.returncode, 4, ended.stderr)
                self.assertEqual((self.folder / "report").read_text(), "the old one")
                self.assertEqual(self.files(), ["report", "run.json"])

    def test_other_reports_are_written(self):
        ended = self.run_here("run.json", "-o", "missing/report.json", "-o", "report.json")
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"missing/report.json: cannot write: No such file", ended.stderr)
        self.assertEqual(self.files(), ["report.json", "run.json"])

    def test_into_a_folder(self):
        (self.folder / "place.json").mkdir()
        ended = self.run_here("run.json", "-o", "place.json")
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"place.json", ended.stderr)

    def test_over_an_old_report(self):
        old = self.write("report.json", "old")
        ended = self.run_here("run.json", "-o", "report.json")
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(json.loads(old.read_bytes())["totals"]["runs"], 1)

    def test_over_an_input(self):
        """Writing to the file that is read: it was read before."""
        ended = self.run_here("run.json", "-o", "json=run.json")
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(json.loads((self.folder / "run.json").read_bytes())["totals"]["runs"], 1)

    def test_through_a_link(self):
        self.write("real/report.json", "old")
        (self.folder / "link.json").symlink_to("real/report.json")
        self.assertEqual(self.run_here("run.json", "-o", "link.json").returncode, 0)
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertNotEqual((self.folder / "real/report.json").read_text(), "old")

    def test_through_a_link_to_nothing(self):
        (self.folder / "link.json").symlink_to("made.json")
        self.assertEqual(self.run_here("run.json", "-o", "link.json").returncode, 0)
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertEqual(json.loads((self.folder / "made.json").read_bytes())["totals"]["runs"], 1)

    def test_permissions_follow_umask(self):
        subprocess.run(["sh", "-c", 'umask 027; exec "$@"', "sh", harness.RUNTALLY, "run.json",
                        "-o", "report.json"], cwd=self.folder, check=True,
                       env=harness.environment(), timeout=harness.LIMIT)
        self.assertEqual((self.folder / "report.json").stat().st_mode & 0o777, 0o640)

    def test_permissions_of_a_replaced_report_stay(self):
        self.write("report.json", "old").chmod(0o604)
        self.assertEqual(self.run_here("run.json", "-o", "report.json").returncode, 0)
        self.assertEqual((self.folder / "report.json").stat().st_mode & 0o777, 0o604)

    def test_templates_must_be_a_folder(self):
        for place in ("missing", "run.json"):
            with self.subTest(place):
                ended = self.run_here("run.json", "-o", "report.html", "--templates", place)
                self.assertEqual(ended.returncode, 2)
                self.assertIn(f'--templates: "{place}"'.encode(), ended.stderr)
        self.assertEqual(self.files(), ["run.json"])

    def test_closed_pipe(self):
        read, write = os.pipe()
        os.close(read)
        for name in FORMATS:
            with self.subTest(name):
                ended = subprocess.run([harness.RUNTALLY, "run.json", "-o", f"{name}=-"],
                                       cwd=self.folder, stdout=write, stderr=subprocess.PIPE,
                                       env=harness.environment(), timeout=harness.LIMIT)
                self.assertEqual(ended.returncode, 4, "a message, not a death by SIGPIPE")
                self.assertIn(b"Broken pipe", ended.stderr)
        os.close(write)

    def test_more_money_than_can_be_counted(self):
        run = {"schema": "runtally.run/1", "source": "x", "outcome": "passed", "cost_usd": 1e6}
        self.write("runs.ndjson", "\n".join(json.dumps({**run, "run_id": f"{number}"})
                                              for number in range(10_000)))
        self.assertIn("cost ≥ $9,223,372,036.85, per pass ≥ $922,337.20 "
                      "(10,000 of 10,000 runs tell, more than can be counted)",
                      self.run_here("runs.ndjson").stdout.decode())

    def test_all_formats_to_standard_output(self):
        for name in FORMATS:
            with self.subTest(name):
                piped = self.run_here("run.json", "-o", f"{name}=-")
                self.assertEqual((piped.returncode, piped.stderr), (0, b""))
                self.run_here("run.json", "-o", f"{name}=file")
                self.assertTrue(piped.stdout == (self.folder / "file").read_bytes())

    def test_bundle_holds_every_format(self):
        self.run_here("run.json", "-o", "all.zip")
        with zipfile.ZipFile(self.folder / "all.zip") as bundle:
            names = {os.path.splitext(name)[1] for name in bundle.namelist() if "/" not in name}
            site = {name for name in bundle.namelist() if name.startswith("site/")}
        self.run_here("run.json", "-o", "site/")
        self.assertEqual(site, {name for name in self.files() if name.startswith("site/")})
        self.assertEqual(names, {".html", ".md", ".xml", ".json", ".ndjson", ".csv", ".txt"})

    def test_split_junit(self):
        """Over its budget it becomes numbered files, all of which hold cases."""
        self.write("runs.ndjson", "\n".join(
            json.dumps({**fields.playgent(), "run_id": f"r{i}",
                        "agent": {"id": f"a{i}", "name": f"Agent {i}"}}) for i in range(40)))
        ended = self.run_here("runs.ndjson", "-o", "report.xml", "--limit", "junit-file-bytes=8K")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        parts = [name for name in self.files() if name.endswith(".xml")]
        self.assertGreater(len(parts), 1)
        self.assertNotIn(b"junit-job-bytes", ended.stderr)
        noted = self.run_here("runs.ndjson", "-o", "report.xml", "--limit", "junit-file-bytes=8K",
                              "--limit", "junit-job-bytes=16K")
        self.assertEqual(noted.returncode, 0)
        self.assertIn(b"more than junit-job-bytes", noted.stderr)
        cases = sum((self.folder / name).read_text().count("<testcase ") for name in parts)
        self.assertEqual(cases, 40)
        # A shorter report leaves none of the longer one's parts; standard output has none.
        kept = self.write("--2", (self.folder / "report.xml").read_text())
        self.assertEqual(self.run_here("run.json", "-o", "report.xml").returncode, 0)
        self.assertEqual(self.run_here("run.json", "-o", "junit=-").returncode, 0)
        self.assertEqual([name for name in self.files() if name.endswith(".xml")], ["report.xml"])
        self.assertTrue(kept.exists())
        piped = self.run_here("runs.ndjson", "-o", "junit=-", "--limit", "junit-file-bytes=8K")
        self.assertEqual(piped.returncode, 4)

    OWN = ('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="{{tests}}">{{#suites}}'
           '<testsuite name="{{title}}" tests="{{tests}}">{{#cases}}<testcase name="{{name}}"/>'
           '{{/cases}}</testsuite>{{/suites}}</testsuites>\n')

    def put_parts(self, *more):
        """A report of several parts: how many it has."""
        self.write("runs.ndjson", "\n".join(
            json.dumps({**fields.playgent(), "run_id": f"r{i}",
                        "agent": {"id": f"a{i}", "name": f"Agent {i}"}}) for i in range(40)))
        ended = self.run_here("runs.ndjson", "-o", "report.xml", *more)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return sum(name.endswith(".xml") for name in self.files())

    def test_old_parts_of_another_title_or_template(self):
        """What an earlier report left behind is told by the part's own mark."""
        self.write("own.mustache", self.OWN)
        own = ("--template", "junit=own.mustache")
        for earlier in ((), own):
            for later in (("--title", "Another"), own, own + ("--title", "Another")):
                with self.subTest(earlier=earlier, later=later):
                    limit = ("--limit", f"junit-file-bytes={1200 if earlier else 4000}")
                    many = self.put_parts(*earlier, *limit)
                    limit = ("--limit", f"junit-file-bytes={2600 if own[0] in later else 20000}")
                    fewer = self.put_parts(*later, *limit)
                    self.assertGreater(fewer, 1)
                    self.assertLess(fewer, many)
                    names = ["report.xml"] + [f"report-{i}.xml" for i in range(2, fewer + 1)]
                    self.assertEqual([n for n in self.files() if n.endswith(".xml")],
                                     sorted(names))
                    self.assertEqual(self.put_parts(*later), 1)

    def test_parts_are_well_formed_and_small(self):
        number = self.put_parts("--limit", "junit-file-bytes=8000")
        for part in range(2, number + 1):
            text = (self.folder / f"report-{part}.xml").read_bytes()
            self.assertLessEqual(len(text), 8000)
            self.assertEqual(xml.etree.ElementTree.fromstring(text).tag, "testsuites")
            self.assertTrue(text.endswith(b"<!-- runtally: part %d -->\n" % part))
        self.assertNotIn(b"<!--", (self.folder / "report.xml").read_bytes())

    def test_files_of_others_stay(self):
        """No part of ours: another tool's, one that bears another number, an edited one."""
        others = ('<?xml version="1.0"?>\n<testsuites name="pytest tests" tests="1"/>\n',
                  "<a/>\n<!-- runtally: part 3 -->\n", "<a/>\n<!-- runtally: part 2 --> \n",
                  "<!-- runtally: part 2 -->", "")
        for text in others:
            with self.subTest(text):
                self.write("report-2.xml", text)
                self.assertEqual(self.run_here("run.json", "-o", "report.xml").returncode, 0)
                self.assertEqual((self.folder / "report-2.xml").read_text(), text)

    def end_while_reading(self, number):
        """Feeds one record, then sends a signal while it waits for more."""
        program = subprocess.Popen(
            [harness.RUNTALLY, "-", "-o", "report.json", "--progress", "off"], cwd=self.folder,
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=harness.environment())
        program.stdin.write(GOOD.encode() + b"\n")
        program.stdin.flush()
        harness.wait_until(lambda: unread(program.stdin) == 0)
        program.send_signal(number)
        try:
            return program.wait(harness.LIMIT)
        finally:
            program.kill()
            program.stdin.close()
            program.stderr.close()

    def test_signals_while_reading(self):
        self.write("report.json", "old")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number.name):
                self.assertEqual(self.end_while_reading(number), 128 + number)
                self.assertEqual(self.files(), ["report.json", "run.json"])
                self.assertEqual((self.folder / "report.json").read_text(), "old")

    def test_signal_while_writing(self):
        """The second report waits at a pipe; the first one's place holds no temporary file."""
        os.mkfifo(self.folder / "pipe.json")
        program = subprocess.Popen([harness.RUNTALLY, "run.json", "-o", "json=pipe.json"],
                                   cwd=self.folder, stderr=subprocess.DEVNULL,
                                   env=harness.environment())
        harness.wait_until(lambda: harness.catches(program, signal.SIGTERM))
        time.sleep(0.3)
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(harness.LIMIT), 128 + signal.SIGTERM)
        self.assertEqual(self.files(), ["pipe.json", "run.json"])


class Statuses(harness.Case):
    """Of several the largest wins."""

    def setUp(self):
        super().setUp()
        self.write("run.json", GOOD)
        self.write("bad.json", "{")

    def test_table(self):
        rows = [
            (0, ["run.json"]),
            (0, ["run.json", "--fail-on", "errors,unfinished,flaky,no-runs"]),
            (1, ["run.json", "--fail-on", "failed"]),
            (1, ["run.json", "--fail-on", "errors", "--fail-on", "failed"]),
            (1, ["run.json", "--min-pass-rate", "1"]),
            (0, ["run.json", "--min-pass-rate", "0"]),
            (1, ["run.json", "--max-cost", "0.003"]),
            (0, ["run.json", "--max-cost", "0.0034"]),
            (2, ["run.json", "--no-such-option"]),
            (3, ["bad.json", "run.json"]),
            (3, ["bad.json", "run.json", "--fail-on", "failed"]),
            (3, ["bad.json", "--fail-on", "no-runs"]),
            (4, ["run.json", "-o", "json=/dev/full"]),
            (4, ["bad.json", "run.json", "-o", "json=/dev/full", "--fail-on", "failed"]),
        ]
        for status, arguments in rows:
            with self.subTest(" ".join(arguments)):
                ended = self.run_here(*arguments)
                self.assertEqual(ended.returncode, status, ended.stderr)

    def test_reports_are_written_when_a_gate_is_missed(self):
        ended = self.run_here("run.json", "-o", "report.json", "--fail-on", "failed")
        self.assertEqual(ended.returncode, 1)
        self.assertFalse(json.loads((self.folder / "report.json").read_text())["gates"][0]["met"])
        self.assertIn(b"--fail-on failed", ended.stderr)


if __name__ == "__main__":
    sys.exit(harness.main())
