#!/usr/bin/env python3
"""Every option does what --help says of it."""

import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402
from inputs import zipped  # noqa: E402

GOOD = json.dumps(fields.playgent())
SAMPLES = harness.ROOT / "samples"


class Usage(harness.Case):
    """Mistakes in the call: status 2, a message, nothing written."""

    ROWS = [
        ([], "no input"),
        (["--no-such"], "--no-such"),
        (["-x"], "-x"),
        (["run.json", "-o"], "-o"),
        (["run.json", "-o", "report.pdf"], "report.pdf"),
        (["run.json", "-o", "pdf=report"], "pdf"),
        (["run.json", "-o", "json="], "names no file"),
        (["run.json", "-o", "a.json", "-o", "./a.json"], "a.json"),
        (["run.json", "--from", "nobody"], "nobody"),
        (["run.json", "--pass-score", "2"], "2"),
        (["run.json", "--pass-score", "high"], "high"),
        (["run.json", "--score-scale", "7"], "7"),
        (["run.json", "--suite-by", "moon"], "moon"),
        (["run.json", "--since", "yesterday"], "yesterday"),
        (["run.json", "--until", "2026-13-01"], "2026-13-01"),
        (["run.json", "--last", "3y"], "3y"),
        (["run.json", "--since", "2026-02-01", "--until", "2026-01-01"], "--until"),
        (["run.json", "--template", "pdf=x"], "pdf"),
        (["run.json", "--template", "x"], "x"),
        (["run.json", "--title", "two\nlines"], "title"),
        (["run.json", "--link", "javascript:alert(1)"], "javascript"),
        (["run.json", "--link", "https://a b"], "a b"),
        (["run.json", "--logo", "run.json"], "no PNG, JPEG, GIF, WebP or SVG"),
        (["run.json", "--logo", "missing.png"], "missing.png"),
        (["run.json", "--accent", "yellow"], "yellow"),
        (["run.json", "--accent", "#12345"], "#12345"),
        (["run.json", "--details", "some"], "some"),
        (["run.json", "--junit-flavor", "odd"], "odd"),
        (["run.json", "--min-pass-rate", "101"], "101"),
        (["run.json", "--max-cost", "-1"], "-1"),
        (["run.json", "--fail-on", "failed,moon"], "moon"),
        (["run.json", "--limit", "moon=1"], "moon"),
        (["run.json", "--limit", "notes=x"], "notes"),
        (["run.json", "--progress", "maybe"], "maybe"),
        (["run.json", "--config", "missing.json"], "missing.json"),
        (["run.json", "--strict=yes"], "strict"),
    ]

    def test_mistakes(self):
        self.write("run.json", GOOD)
        for arguments, part in self.ROWS:
            with self.subTest(" ".join(arguments)):
                ended = self.run_here(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, b""), ended.stderr)
                self.assertIn(part, ended.stderr.decode())
                self.assertEqual(self.files(), ["run.json"])

    def test_bad_epoch(self):
        self.write("run.json", GOOD)
        for value in ("x", "-1", "1e9", "99999999999999999999"):
            with self.subTest(value):
                ended = self.run_here("run.json", "--last", "1d",
                                      env=harness.environment(SOURCE_DATE_EPOCH=value))
                self.assertEqual(ended.returncode, 2)
                self.assertIn(b"SOURCE_DATE_EPOCH", ended.stderr)

    def test_bad_config(self):
        self.write("run.json", GOOD)
        for text in ("{", "[]", '{"no-such": 1}', '{"title": 5}', '{"strict": "yes"}'):
            with self.subTest(text):
                self.write("c.json", text)
                ended = self.run_here("run.json", "--config", "c.json")
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn(b"c.json", ended.stderr)


class Options(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("run.json", GOOD)

    def report(self, *arguments, status=0):
        ended = self.run_here(*arguments, "-o", "json=-")
        self.assertEqual(ended.returncode, status, ended.stderr)
        return json.loads(ended.stdout)

    def output(self, format_name, *arguments, inputs=("run.json",)):
        ended = self.run_here(*inputs, *arguments, "-o", f"{format_name}=-")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout.decode()

    def test_words(self):
        for option in ("--help", "-h"):
            self.assertIn(b"Usage: runtally", self.run_here(option).stdout)
        self.assertRegex(self.run_here("--version").stdout, rb"^runtally \d+\.\d+\.\d+\n$")
        sources = self.run_here("--list-sources").stdout.split()
        for name in (b"kapso", b"sigmamind", b"telnyx", b"magpipe", b"playgent", b"runtally"):
            self.assertIn(name, sources)
        formats = self.run_here("--list-formats").stdout.split()
        for name in (b"html", b"markdown", b"junit", b"json", b"records", b"csv", b"text"):
            self.assertIn(name, formats)

    def test_every_option_is_known(self):
        """No option of --help is refused as unknown."""
        text = self.run_here("--help").stdout.decode()
        options = re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)", text, re.M)
        self.assertGreater(len(options), 30)
        for option in options:
            with self.subTest(option):
                ended = self.run_here("run.json", option)
                self.assertNotIn(b"unknown option", ended.stderr)

    def test_title_and_link(self):
        for name in ("html", "markdown", "text"):
            self.assertIn("Grüße an alle", self.output(name, "--title", "Grüße an alle"))
        self.assertIn("https://ci.test/42", self.output("markdown", "--link", "https://ci.test/42"))

    def test_details(self):
        passed = json.dumps({**fields.playgent(), "run_id": "p2", "success": True, "turns": [
            {**fields.playgent()["turns"][0], "success": True, "evaluation": {},
             "output": [fields.message("assistant", "said in passing")]}]})
        failed = GOOD.replace('"answer"', '"said in failing"')
        self.write("runs.ndjson", passed + "\n" + failed)
        for choice, expected in (("none", (False, False)), ("failed", (False, True)),
                                 ("all", (True, True))):
            with self.subTest(choice):
                text = self.output("html", "--details", choice, inputs=["runs.ndjson"])
                self.assertEqual(("said in passing" in text, "said in failing" in text), expected)

    def test_no_transcripts(self):
        self.write("said.json", GOOD.replace('"answer"', '"said by the agent"'))
        self.write("called.json", json.dumps(fields.kapso()))
        for arguments, shown in (([], True), (["--no-transcripts"], False)):
            text = self.output("html", "--details", "all", *arguments,
                               inputs=["said.json", "called.json"])
            for words in ("said by the agent", "look_up(arguments)", "prompt"):
                self.assertEqual(words in text, shown, words)
            self.assertIn("relevance", text)

    def test_tool_calls(self):
        self.write("called.json", json.dumps(fields.kapso()))
        text = self.output("html", inputs=["called.json"])
        for kind, role, content in (("tool", "tool call", "look_up(arguments)"),
                                    ("tool", "tool: look_up", "result"),
                                    ("system", "system", "prompt")):
            self.assertRegex(text, rf'"message {kind}">.*<bdi>{role}</bdi>.*>{re.escape(content)}<')
        said = ElementTree.fromstring(self.output("junit", inputs=["called.json"]))
        self.assertTrue(said.find(".//system-out").text.endswith(
            "\nsystem: prompt\nuser: question\ntool call: look_up(arguments)\n"
            "tool: look_up: result\nassistant: answer"))

    def test_junit_flavor(self):
        self.assertNotIn("<properties>\n      <property name=\"run_id\"", self.output("junit"))
        strict = ElementTree.fromstring(self.output("junit"))
        rich = ElementTree.fromstring(self.output("junit", "--junit-flavor", "rich"))
        self.assertIsNone(strict.find(".//testcase/properties"))
        self.assertIsNotNone(rich.find(".//testcase/properties"))
        self.assertIsNone(rich.find(".//testcase").get("file"))
        named = ElementTree.fromstring(self.output("junit", "--junit-flavor", "rich",
                                                   "--junit-file", "tests/agent.py"))
        self.assertEqual(named.find(".//testcase").get("file"), "tests/agent.py")

    def test_from(self):
        report = self.report("run.json", "--from", "playgent")
        self.assertEqual(report["totals"]["runs"], 1)
        report = self.report("run.json", "--from", "telnyx", status=0)
        self.assertEqual(report["sources"][0]["source"], "telnyx")
        # As a run of another API it has no known status.
        self.assertEqual(report["totals"]["passed"], 0)

    def test_period(self):
        rows = [
            (["--since", "2026-11-10"], 1), (["--since", "2026-11-11"], 0),
            (["--until", "2026-11-10"], 1), (["--until", "2026-11-09"], 0),
            (["--since", "2026-11-10T10:01:00Z"], 1), (["--since", "2026-11-10T10:01:01Z"], 0),
            (["--until", "2026-11-10T10:01:00Z"], 0), (["--until", "2026-11-10T10:01:01Z"], 1),
            (["--since", "2026-11-10T12:01:00+02:00"], 1),
            (["--last", "6d"], 1), (["--last", "5d"], 0), (["--last", "1w"], 1),
        ]
        self.write("t.json", json.dumps(fields.telnyx()))
        for arguments, runs in rows:
            with self.subTest(" ".join(arguments)):
                self.assertEqual(self.report("t.json", *arguments)["totals"]["runs"], runs)

    def test_suite_and_source(self):
        rows = [(["--suite", "age*"], 1), (["--suite", "p-agent"], 1), (["--suite", "x*"], 0),
                (["--suite", "x*", "--suite", "agent"], 1), (["--source", "playgent"], 1),
                (["--source", "kapso"], 0), (["--source", "kapso", "--source", "playgent"], 1)]
        for arguments, runs in rows:
            with self.subTest(" ".join(arguments)):
                self.assertEqual(self.report("run.json", *arguments)["totals"]["runs"], runs)

    def test_scores(self):
        """What passes, by threshold and by scale."""
        rows = [(0.8, [], "passed"), (0.79, [], "failed"),
                (0.79, ["--pass-score", "0.79"], "passed"),
                (8, [], "passed"), (7.9, [], "failed"), (80, [], "passed"), (79, [], "failed"),
                (1, ["--score-scale", "10"], "failed"), (1, [], "passed"),
                (9, ["--score-scale", "100"], "failed"), (9, ["--score-scale", "1"], "unknown"),
                (0, ["--pass-score", "0"], "passed")]
        for score, arguments, outcome in rows:
            with self.subTest(f"{score} {arguments}"):
                self.write("k.json", json.dumps({**fields.kapso(), "score": score}))
                status = 3 if outcome == "unknown" else 0
                report = self.report("k.json", *arguments, status=status)
                self.assertEqual(report["totals"][outcome], 1)

    def test_limits(self):
        """At the limit all is well; one more is bad input, and said to be."""
        archive = bytes(zipped([("a.json", GOOD), ("b.json", GOOD + " " * 3000000)]))
        self.write("two.zip", archive)
        size = len(GOOD) + 3000000
        total = size + len(GOOD)
        rows = [
            ("run.json", f"record-bytes={len(GOOD)}", f"record-bytes={len(GOOD) - 1}"),
            ("two.zip", "zip-entries=2", "zip-entries=1"),
            ("two.zip", f"zip-entry-bytes={size}", f"zip-entry-bytes={size - 1}"),
            ("two.zip", f"zip-total-bytes={total}", f"zip-total-bytes={total - 1}"),
            ("two.zip", "zip-ratio=1032", "zip-ratio=20"),
            ("run.json", "record-memory=1M", "record-memory=2K"),
        ]
        for name, enough, too_little in rows:
            with self.subTest(too_little):
                self.assertEqual(self.run_here(name, "--limit", enough).returncode, 0)
                ended = self.run_here(name, "--limit", too_little)
                self.assertEqual(ended.returncode, 3)
                self.assertIn(name.encode(), ended.stderr)

    def test_folder_depth(self):
        self.write("a/b/c/run.json", GOOD)
        self.assertEqual(self.run_here("a", "--limit", "folder-depth=2").returncode, 0)
        self.assertEqual(self.run_here("a", "--limit", "folder-depth=1").returncode, 3)

    def test_notes_limit(self):
        self.write("bad.ndjson", "".join(f'{{"x{i}": 1}}\n' for i in range(200)))
        report = self.report("bad.ndjson", "--limit", "notes=10", status=3)
        self.assertEqual(len(report["notes"]), 10)

    def test_markdown_bytes(self):
        for limit in (65000, 20000, 5000):
            with self.subTest(limit):
                ended = harness.runtally("kapso", "telnyx", "magpipe", "-o", "markdown=-",
                                         "--limit", f"markdown-bytes={limit}", cwd=SAMPLES)
                self.assertEqual(ended.returncode, 0)
                self.assertLessEqual(len(ended.stdout), limit)
                ended.stdout.decode()

    def test_quiet_and_verbose(self):
        self.write("w.json", json.dumps({**fields.telnyx(), "status": "odd"}))
        self.write("bad.json", "{")
        usual = self.run_here("w.json", "bad.json").stderr
        self.assertIn(b"warning", usual)
        quiet = self.run_here("w.json", "bad.json", "-q").stderr
        self.assertNotIn(b"warning", quiet)
        self.assertIn(b"bad.json", quiet)
        self.write("many.ndjson", "".join(f'{{"x{i}": 1}}\n' for i in range(200)))
        usual = self.run_here("many.ndjson").stderr.splitlines()
        self.assertLess(len(usual), 60)
        self.assertEqual(len(self.run_here("many.ndjson", "-v").stderr.splitlines()), 200)

    def test_progress(self):
        self.write("runs.ndjson", (GOOD + "\n") * 3000)
        self.assertEqual(self.run_here("runs.ndjson").stderr, b"")
        self.assertIn(b"records", self.run_here("runs.ndjson", "--progress", "on").stderr)
        self.assertEqual(self.run_here("runs.ndjson", "--progress", "off").stderr, b"")

    def test_config(self):
        """The same options from a file; arguments win; `runtally.json` is read by itself."""
        config = {"title": "From the file", "fail-on": "failed", "details": "none",
                  "output": ["report.json", "markdown=report.txt"], "strict": True,
                  "min-pass-rate": 50}
        for name, arguments in (("my.json", ["--config", "my.json"]), ("runtally.json", [])):
            with self.subTest(name):
                self.write(name, json.dumps(config))
                ended = self.run_here("run.json", *arguments)
                self.assertEqual(ended.returncode, 1, ended.stderr)
                report = json.loads((self.folder / "report.json").read_text())
                self.assertEqual(report["title"], "From the file")
                self.assertEqual(len(report["gates"]), 2)
                self.assertIn("From the file", (self.folder / "report.txt").read_text())
                ended = self.run_here("run.json", *arguments, "--title", "Told", "-o", "json=-")
                self.assertEqual(json.loads(ended.stdout)["title"], "Told")

    def gates_of(self, config, *arguments):
        self.write("c.json", json.dumps(config))
        ended = self.run_here("run.json", "--config", "c.json", "-q", "-ojson=-", *arguments)
        self.assertIn(ended.returncode, (0, 1), ended.stderr)
        return [gate["name"].removeprefix("--") for gate in json.loads(ended.stdout)["gates"]]

    def test_config_and_line_gates(self):
        """Words of fail-on add up and none clears; another gate of the line replaces the file's."""
        words = {"fail-on": ["failed,flaky"]}
        rows = [
            (words, (), ["fail-on failed", "fail-on flaky"]),
            (words, ("--fail-on", "errors"),
             ["fail-on failed", "fail-on errors", "fail-on flaky"]),
            (words, ("--fail-on", "none"), []),
            (words, ("--fail-on", "none,errors"), ["fail-on errors"]),
            (words, ("--fail-on", "none", "--fail-on", "errors"), ["fail-on errors"]),
            (words, ("--fail-on", "errors,none"), []),
            ({"fail-on": "none"}, ("--fail-on", "failed"), ["fail-on failed"]),
            ({"min-pass-rate": 50, **words}, ("--min-pass-rate", "60"),
             ["min-pass-rate 60", "fail-on failed", "fail-on flaky"]),
            ({"min-pass-rate": 50}, ("--max-cost", "1"), ["min-pass-rate 50", "max-cost 1"]),
            ({"gates": [{"suite": "*", "fail-on": "failed"}], **words}, ("--fail-on", "none"),
             ["agent: fail-on failed"]),
        ]
        for config, arguments, gates in rows:
            with self.subTest(config=config, arguments=arguments):
                self.assertEqual(self.gates_of(config, *arguments), gates)

    def test_config_and_line_limits(self):
        """A limit of the line replaces that of its name."""
        self.write("bad.ndjson", "".join(f'{{"x{i}": 1}}\n' for i in range(200)))
        self.write("c.json", json.dumps({"limit": ["notes=7", "record-bytes=10"]}))
        rows = [((), 7, 0), (("record-bytes=1M",), 7, 1), (("notes=9",), 9, 0),
                (("notes=9", "record-bytes=1M"), 9, 1), (("html-bytes=1M",), 7, 0)]
        for limits, notes, runs in rows:
            with self.subTest(limits):
                arguments = [word for limit in limits for word in ("--limit", limit)]
                report = self.report("run.json", "bad.ndjson", "--config", "c.json", *arguments,
                                     status=3)
                self.assertEqual(len(report["notes"]), notes)
                self.assertEqual(report["totals"]["runs"], runs)

    def test_config_and_line_periods(self):
        """Different options intersect; the same one of the line replaces the file's."""
        self.write("t.ndjson", "\n".join(json.dumps({
            **fields.telnyx(), "run_id": f"t{day}", "test_suite": "even" if day % 2 == 0 else "odd",
            **{name: f"2026-11-{day:02}T10:00:00Z"
               for name in ("created_at", "completed_at", "updated_at")}})
            for day in range(1, 31)))
        rows = [
            ({"since": "2026-11-10"}, ("--until", "2026-11-12"), 3),
            ({"since": "2026-11-10"}, ("--since", "2026-11-20"), 11),
            ({"week": "2026-W47"}, ("--since", "2026-11-18"), 5),
            ({"week": "2026-W47"}, ("--week", "2026-W46", "--until", "2026-11-12"), 4),
            ({"last": "10d"}, ("--week", "2026-W46"), 7),
            ({"last": "1d"}, ("--last", "3d"), 3),
            ({"month": "2026-11", "until": "2026-11-03"}, ("--since", "2026-11-02"), 2),
            ({"source": ["kapso"]}, ("--source", "telnyx"), 30),
            ({"source": ["telnyx"]}, ("--suite", "nobody"), 0),
        ]
        for config, arguments, runs in rows:
            with self.subTest(config=config, arguments=arguments):
                self.write("c.json", json.dumps(config))
                report = self.report("t.ndjson", "--config", "c.json", *arguments)
                self.assertEqual(report["totals"]["runs"], runs)
        self.write("c.json", json.dumps({"week": "2026-W47"}))
        self.assertEqual(self.run_here("t.ndjson", "--config", "c.json", "--until",
                                       "2026-11-10").returncode, 2)

    def test_config_and_line_comparison(self):
        self.write("base.json", GOOD.replace("p-run", "other"))
        rows = [({"history": "h", "compare": "previous"}, ("--baseline", "base.json"), "baseline"),
                ({"history": "h", "compare": "previous"}, (), "period"),
                ({"history": "h", "compare": "none"}, ("--baseline", "base.json"), "baseline"),
                ({"baseline": "base.json"}, (), "baseline"),
                ({"baseline": "base.json"}, ("--compare", "none"), None)]
        for config, arguments, kind in rows:
            with self.subTest(config=config, arguments=arguments):
                self.write("c.json", json.dumps(config))
                compared = self.report("run.json", "--config", "c.json",
                                       *arguments).get("comparison")
                self.assertEqual(compared and compared["with"]["kind"], kind)

    def test_from_history(self):
        """How many runs of a report only the history holds: in every report, where there are."""
        self.write("old.json", json.dumps(fields.telnyx()))
        self.write("new.json", json.dumps({**fields.telnyx(), "run_id": "new"}))
        self.run_here("--history", "h", "--history-only", "old.json")
        rows = [(("new.json",), 0, 1), (("--until", "2026-11-30", "new.json"), 1, 2),
                (("--until", "2026-11-30", "old.json"), 1, 2), ((), 2, 2),
                (("--since", "2026-11-30", "new.json"), 0, 0)]
        for arguments, from_history, runs in rows:
            with self.subTest(arguments):
                report = self.report("--history", "h", *arguments)
                self.assertEqual(report["totals"]["runs"], runs)
                self.assertEqual(report["inputs"]["from_history"], from_history)
                mail = ("--mail-from", "a@x.org", "--mail-to", "b@x.org")
                for name in ("text", "markdown", "html", "mail-text", "mail-html"):
                    text = self.output(name, "--history", "h", *mail, *arguments, inputs=())
                    self.assertEqual("From the history" in text, from_history > 0, name)

    def test_reruns(self):
        runs = [{**fields.runtally_record(), "run_id": f"r{i}", "outcome": outcome,
                 "created_at": fields.TIME % i}
                for i, outcome in enumerate(("failed", "passed"))]
        self.write("runs.ndjson", "\n".join(map(json.dumps, runs)))
        for options, cases, failures, flaky in (
                ((), 1, 1, 0), (("--junit-cases", "case"), 1, 1, 0),
                (("--junit-cases", "run"), 2, 1, 0), (("--reruns",), 1, 1, 0),
                (("--junit-pass-rate", "50"), 1, 0, 1),
                (("--reruns", "--junit-pass-rate", "50"), 1, 0, 1)):
            with self.subTest(options):
                root = ElementTree.fromstring(self.output("junit", *options,
                                                          inputs=["runs.ndjson"]))
                self.assertEqual([len(root.findall(f".//{name}"))
                                  for name in ("testcase", "failure", "flakyFailure")],
                                 [cases, failures, flaky])
        self.assertEqual(self.run_here("runs.ndjson", "--junit-pass-rate", "101").returncode, 2)

    def test_color(self):
        """Never in a file or a pipe."""
        self.assertNotIn("\x1b", self.output("text"))

    def test_view(self):
        values = json.loads(self.output("view"))
        self.assertEqual(values["totals"]["runs"], "1")
        self.assertEqual(values["title"], "Agent test runs")


class Templates(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("run.json", GOOD)

    FORMATS = ("html", "markdown", "junit", "json", "records", "csv", "text")

    def outputs(self, *arguments):
        found = {}
        for name in self.FORMATS:
            ended = self.run_here("run.json", "-o", f"{name}=-", *arguments)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            found[name] = ended.stdout
        return found

    def test_round_trip(self):
        """The built-in templates, printed and given again, make the same bytes."""
        built_in = self.outputs()
        self.assertEqual(self.run_here("--print-templates", "mine").returncode, 0)
        self.assertEqual(built_in, self.outputs("--templates", "mine"))
        here = {path.relative_to(harness.ROOT / "templates")
                for path in (harness.ROOT / "templates").glob("*/*")}
        self.assertEqual(here, {path.relative_to(self.folder / "mine")
                                for path in (self.folder / "mine").rglob("*") if path.is_file()})

    def test_one_changed(self):
        self.run_here("--print-templates", "mine")
        for name in self.FORMATS:
            with self.subTest(name):
                root = self.folder / "mine" / name / "report.mustache"
                text = root.read_text()
                root.write_text("{{title}} changed\n")
                ended = self.run_here("run.json", "-o", f"{name}=-", "--templates", "mine")
                self.assertIn(b"changed", ended.stdout)
                root.write_text(text)

    def test_partly(self):
        """A folder may hold only what differs."""
        self.write("mine/html/masthead.mustache", "<p>my own head</p>\n")
        ended = self.run_here("run.json", "-o", "html=-", "--templates", "mine")
        self.assertIn(b"my own head", ended.stdout)
        self.assertIn(b"</html>", ended.stdout)

    def test_one_file(self):
        self.write("weekly.mustache", "{{#totals}}{{passed}} of {{runs}}{{/totals}} <{{title}}>\n")
        ended = self.run_here("run.json", "--template", "text=weekly.mustache", "--title", "T")
        self.assertEqual(ended.stdout, b"0 of 1 <T>\n")
        ended = self.run_here("run.json", "--template", "html=weekly.mustache", "-o", "html=-",
                              "--title", "<T>")
        self.assertEqual(ended.stdout, b"0 of 1 <&lt;T&gt;>\n")

    def test_no_way_around_the_escaper(self):
        """Raw tags print raw only what runtally itself laid out."""
        run = {**fields.playgent(), "agent": {"id": "a", "name": "<script>"}}
        self.write("bad.json", json.dumps(run))
        self.write("t.mustache", "{{#suites}}{{{name}}} {{&name}}{{/suites}}")
        ended = self.run_here("bad.json", "--template", "html=t.mustache", "-o", "html=-")
        self.assertEqual(ended.stdout, b"&lt;script&gt; &lt;script&gt;")

    def test_mistakes(self):
        """Named with file, line and column; status 4, and no report."""
        for text, place in (("a\n{{#x}}", "t.mustache:2"), ("{{/x}}", "t.mustache:1"),
                            ("{{", "t.mustache:1"), ("{{>no-such}}", "t.mustache")):
            with self.subTest(text):
                self.write("t.mustache", text)
                ended = self.run_here("run.json", "--template", "text=t.mustache", "-o", "out.txt")
                if text == "{{>no-such}}" and ended.returncode == 0:
                    continue  # the specification takes a missing partial as empty
                self.assertEqual(ended.returncode, 4, ended.stderr)
                self.assertIn(place, ended.stderr.decode())
                self.assertEqual(self.files(), ["run.json", "t.mustache"])

    def test_missing_file(self):
        ended = self.run_here("run.json", "--template", "text=no.mustache")
        self.assertEqual(ended.returncode, 4)
        self.assertIn(b"no.mustache", ended.stderr)


if __name__ == "__main__":
    sys.exit(harness.main())
