#!/usr/bin/env python3
"""The same run, the same case, the same suite, in every call: whatever is redacted of their ids and
names, in whatever order and company they come, and however a name is spelled."""

import collections
import csv
import hashlib
import io
import itertools
import json
import os
import random
import re
import sys
import unicodedata
import xml.etree.ElementTree as etree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402
import marks  # noqa: E402

DAY = 86400
WHOLE_MARK = re.compile(rb"\[[a-z]+ [0-9a-f]{16}\]")


def luhn(digits):
    """The digits with a last one that makes them a card number."""
    for last in "0123456789":
        numbers = [int(digit) for digit in reversed(digits + last)]
        if sum(numbers[::2] + [sum(divmod(2 * number, 10)) for number in numbers[1::2]]) % 10 == 0:
            return digits + last
    raise AssertionError(digits)


# Texts that hold what redaction looks for.
KINDS = {
    "address": lambda n: f"for user{n}@shop.example",
    "phone": lambda n: f"call +4915{n:09}",
    "16 digits": lambda n: luhn(f"4{n:014}"),
    "18 digits": lambda n: luhn(f"40{n * 7919:015}"),
    "card in words": lambda n: f"paid with {luhn(f'4{n:014}')} twice",
}

# Where they may stand: what of a record they replace.
PLACES = {
    "run id": lambda record, text: record.update(run_id=f"{text}-{record['day']}"),
    "case id": lambda record, text: record.update(case={"id": text, "name": "a case"}),
    "case name": lambda record, text: record.update(case={"name": text}),
    "suite id": lambda record, text: record.update(suite={"id": text, "name": "a suite"}),
    "suite name": lambda record, text: record.update(suite={"name": text}),
    "agent": lambda record, text: (record.update(agent={"name": text}),
                                   record.pop("suite")),
    "execution": lambda record, text: record.update(execution_id=text),
    "criterion": lambda record, text: record.update(
        criteria=[{"name": text, "outcome": record["outcome"]}]),
}

THINGS, DAYS = 500, 4  # 2,000 runs of each kind in each place


def passes(thing):
    return thing % 3 > 0


def records(kind, place, day):
    """A day's run of each thing: the same verdict every day."""
    for thing in range(THINGS):
        record = {"schema": "runtally.run/1", "source": "ci", "run_id": f"r{thing}-{day}",
                  "suite": {"id": "s"}, "case": {"id": f"c{thing}"}, "day": day,
                  "outcome": "passed" if passes(thing) else "failed",
                  "ended_at": f"2026-11-{10 + day}T10:00:00Z"}
        if place == "agent":  # which is the suite; its cases are told apart by their ids
            record["case"] = {"id": "c"}
        PLACES[place](record, KINDS[kind](thing))
        del record["day"]
        yield record


def flaky(report):
    return sum(case["flaky"] for suite in report["suites"] for case in suite["cases"])


class Identity(harness.Case):
    def call(self, lines, *args, day=0, status=0, env=None, name="in.ndjson"):
        self.write(name, "\n".join(line if isinstance(line, str) else json.dumps(line)
                                   for line in lines))
        env = harness.environment(SOURCE_DATE_EPOCH=str(1794787200 + day * DAY), **(env or {}))
        ended = self.run_here(name, *args, env=env)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def report(self, *args, day=0):
        env = harness.environment(SOURCE_DATE_EPOCH=str(1794787200 + day * DAY))
        ended = self.run_here(*args, "-q", "-o", "json=-", env=env)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    # ---- runs and cases between calls ----

    def test_places_stay(self):
        """Two cases whose ids are redacted, in the other order in the second call."""
        def record(run, case, name, outcome):
            return {"schema": "runtally.run/1", "source": "ci", "run_id": run,
                    "suite": {"id": "s"}, "case": {"id": case, "name": name}, "outcome": outcome}
        self.call([record("1", "a@x.example", "A", "failed"),
                   record("2", "b@x.example", "B", "passed")], "--history", "h", "--history-only")
        self.call([record("3", "b@x.example", "B", "passed"),
                   record("4", "a@x.example", "A", "failed")], "--history", "h", "--history-only")
        cases = self.report("--history", "h")["suites"][0]["cases"]
        self.assertEqual([(case["name"], case["id"], case["passed"], case["failed"])
                          for case in cases],
                         [("A", marks.shown("email", "a@x.example"), 0, 2),
                          ("B", marks.shown("email", "b@x.example"), 2, 0)])

    def test_shuffled_calls(self):
        """Nothing is flaky, fixed, broken, new, gone or lost that is not."""
        shuffle, failing = random.Random(7), THINGS - sum(map(passes, range(THINGS)))
        for kind, place in itertools.product(KINDS, PLACES):
            with self.subTest(kind, place=place):
                history = f"h {kind} {place}"
                for day in range(DAYS):
                    lines = list(records(kind, place, day))
                    shuffle.shuffle(lines)
                    self.call(lines, "--history", history, "--history-only", day=day)
                whole = self.report("--history", history, day=DAYS)
                self.assertEqual(whole["totals"]["runs"], THINGS * DAYS)
                self.assertEqual(flaky(whole), 0)
                self.assertEqual(sum(len(suite["cases"]) for suite in whole["suites"]), THINGS)
                last = self.report("--history", history, "--since", "2026-11-13", "--until",
                                   "2026-11-14", "--compare", "2026-11-12..2026-11-12", day=DAYS)
                states = collections.Counter(
                    case["state"] for case in last["comparison"]["cases"])
                self.assertEqual(states, {"still failing": failing})  # others are not listed

    def test_read_again(self):
        """What is read a second time is nothing new, also as run records and with other words."""
        lines = list(records("address", "run id", 0))
        self.call(lines, "--history", "h", "--history-only", "-o", "records=out.ndjson")
        before = sorted(self.files())
        self.call(reversed(lines), "--history", "h", "--history-only", day=1)
        self.call(lines, "-q", "-o", "out.ndjson")
        ended = self.run_here("out.ndjson", "--history", "h", "--history-only")
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.assertEqual([path for path in self.files() if path.startswith("h/")],
                         [path for path in before if path.startswith("h/")])

    def test_order_and_threads(self):
        """The same bytes, whatever is read first and by how many."""
        for day, (kind, place) in enumerate(itertools.product(KINDS, ("case name", "run id"))):
            self.write(f"in/{day:02}.ndjson",
                       "\n".join(json.dumps(record) for record in records(kind, place, day % 4)))
        names = sorted(f"in/{path.name}" for path in (self.folder / "in").iterdir())
        wanted = None
        for jobs, inputs in itertools.product("128", (names, names[::-1], names[3:] + names[:3])):
            outputs = {}
            for form in ("html", "xml", "json", "ndjson", "csv", "md", "txt"):
                ended = self.run_here(*inputs, "-q", "--jobs", jobs, "-o", f"out.{form}")
                self.assertEqual(ended.returncode, 0, ended.stderr)
                outputs[form] = (self.folder / f"out.{form}").read_bytes()
                if form != "ndjson":
                    self.assertIsNone(WHOLE_MARK.search(outputs[form]), form)
            wanted = wanted or outputs
            for form in wanted:
                self.assertTrue(outputs[form] == wanted[form], f"{form}, {jobs} jobs")

    # ---- marks ----

    @staticmethod
    def alike():
        """Two addresses whose marks begin alike."""
        seen = {}
        for number in itertools.count():
            address = f"user{number}@shop.example"
            begin = marks.digits("email", address)[:marks.SHOWN]
            if begin in seen:
                return seen[begin], address
            seen[begin] = address

    def test_what_looks_alike_stays_apart(self):
        one, other = self.alike()
        self.assertEqual(marks.shown("email", one), marks.shown("email", other))
        made = []
        for number, (address, outcome) in enumerate(
                itertools.product((one, other), ("failed", "passed"))):
            outcome = "failed" if address == one else "passed"
            made.append({"schema": "runtally.run/1", "source": "ci",
                         "run_id": f"{number} {address}", "suite": {"name": f"Suite {address}"},
                         "case": {"name": f"Of {address}"},
                         "agent": {"name": f"Bot {address}"}, "execution_id": address,
                         "model": f"model {address}", "outcome": outcome,
                         "started_at": f"2026-11-1{number}T10:00:00Z",
                         "criteria": [{"name": f"kind to {address}", "outcome": outcome}]})
        self.call(made, "-q", "--history", "h", "--history-only")
        self.call(made[::-1], "-q", "--history", "h", "-o", "site/", "-o", "o.json", "-o", "o.csv",
                  "-o", "o.xml", "-o", "o.html", "-o", "o.ndjson")
        report = json.loads((self.folder / "o.json").read_text())
        self.assertEqual([(suite["runs"], suite["failed"], len(suite["cases"]))
                          for suite in report["suites"]], [(2, 2, 1), (2, 0, 1)]
                         if report["suites"][0]["failed"] else [(2, 0, 1), (2, 2, 1)])
        self.assertEqual(flaky(report), 0)
        self.assertEqual(report["totals"]["runs"], 4)
        rows = list(csv.DictReader(io.StringIO((self.folder / "o.csv").read_text())))
        self.assertEqual(sorted((row["passed"], row["failed"]) for row in rows),
                         [("0", "2"), ("2", "0")])
        tree = etree.parse(self.folder / "o.xml")
        names = [(case.get("classname"), case.get("name")) for case in tree.iter("testcase")
                 if "kind" not in case.get("name")]
        self.assertEqual(len(names), len(set(names)))
        titles = [suite.get("name") for suite in tree.iter("testsuite")]
        self.assertEqual(len(titles), len(set(titles)), titles)
        pages = [path for path in self.files() if re.search(r"site/suite", path)]
        self.assertEqual(len(pages), len(set(pages)))
        kept = [json.loads(line) for line in (self.folder / "o.ndjson").read_text().splitlines()]
        for member in ("run_id", "execution_id", "model"):
            self.assertEqual(len({run[member] for run in kept}), 4 if member == "run_id" else 2)
        self.assertEqual({run["case"]["name"] for run in kept},
                         {f"Of {marks.mark('email', address)}" for address in (one, other)})
        self.assertEqual(self.report("--history", "h")["totals"]["runs"], 4)

    def test_ids_that_look_like_numbers(self):
        """Ids of digits, letters, - and _ are no cards and phones; names and other ids may be."""
        card = luhn("4" + "1" * 14)
        for text, stays in ((card, True), (f"run-{card}", True), ("tel_4155550123", True),
                            ("4111-1111-1111-1111", True), ("4111 1111 1111 1111", False),
                            ("+4915112345678", False), ("ghp_" + "q8Rr2Kd0vXwZ5yTn3LbJ7cMf1HsGpE4"
                                                        "uAaQi", False)):
            for path in ("run_id", "case.id", "suite.id", "agent.id", "execution_id"):
                with self.subTest(text, path=path):
                    record = fields.runtally_record()
                    owner, _, member = path.rpartition(".")
                    (record.setdefault(owner, {}) if owner else record)[member] = text
                    ended = self.call([record], "-q", "-o", "records=-")
                    found = json.loads(ended.stdout)
                    found = (found[owner] if owner else found)[member]
                    self.assertEqual(found == text, stays, found)
        record = fields.runtally_record()
        record["case"] = {"name": card}
        found = json.loads(self.call([record], "-q", "-o", "records=-").stdout)
        self.assertEqual(found["case"]["name"], marks.mark("card", card))

    # ---- the key ----

    def secret(self, text="correct horse battery staple\n"):
        self.write("key", text)
        return "--identity-key", "key"

    def header(self, history="h"):
        first = sorted((self.folder / history).rglob("*.ndjson"))[0]
        return json.loads(first.read_text().splitlines()[0])

    def test_key_of_file_and_environment(self):
        record = {**fields.runtally_record(), "run_id": "a@x.example"}
        key = b"correct horse battery staple"
        wanted = marks.mark("email", "a@x.example", key)
        for args, env in ((self.secret(), {}),
                          ((), {"RUNTALLY_IDENTITY_KEY": key.decode()}),
                          (self.secret(), {"RUNTALLY_IDENTITY_KEY": "another"})):
            found = self.call([record], "-q", "-o", "records=-", *args, env=env).stdout
            self.assertEqual(json.loads(found)["run_id"], wanted)
        plain = self.call([record], "-q", "-o", "records=-", env={"RUNTALLY_IDENTITY_KEY": ""})
        self.assertEqual(json.loads(plain.stdout)["run_id"], marks.mark("email", "a@x.example"))
        for content in ("", " \n", "x" * 5000):
            self.write("key", content)
            self.call([record], "--identity-key", "key", status=2)
        self.call([record], "--identity-key", "missing", status=2)

    def test_history_keeps_to_a_key(self):
        bare, marked = fields.runtally_record(), fields.runtally_record()
        bare["run_id"], marked["run_id"] = "1", "a@x.example"
        add = ("--history", "h", "--history-only")
        report = ("--history", "h", "-q", "-o", "out.json")
        # without marks a history is open to any key, and then keeps to it
        self.call([bare], *add)
        self.assertNotIn("key_check", self.header())
        self.call([{**bare, "run_id": "2"}], *add, *self.secret())
        for day, (args, env) in enumerate((((), {}), ((), {"RUNTALLY_IDENTITY_KEY": "other"}))):
            before = self.files()
            for what in (add, report):
                ended = self.call([marked], *what, *args, env=env, status=2, day=2 + day)
                self.assertIn(b"runtally: h: was written with another identity key", ended.stderr)
            self.assertEqual(self.files(), before)
        self.call([marked], *add, *self.secret(), day=3)
        # rolled up, without the key, it is still the same
        later = harness.environment(SOURCE_DATE_EPOCH=str(1794787200 + 90 * DAY))
        ended = self.run_here("--history", "h", "--compact", env=later)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.call([marked], *add, status=2, day=91)
        self.call([marked], *report, *self.secret(), day=91)
        self.assertEqual(json.loads((self.folder / "out.json").read_text())["totals"]["runs"], 1)
        # and one with marks of the constant does not take a key any more
        self.call([marked], "--history", "h2", "--history-only")
        self.assertRegex(self.header("h2")["key_check"], "^[0-9a-f]{16}$")
        ended = self.call([bare], "--history", "h2", *self.secret(), status=2)
        self.assertIn(b"redacted without an identity key", ended.stderr)
        self.call([bare], "--history", "h2")

    # ---- histories from before ----

    def old_history(self, *lines):
        """A file as the program wrote it when labels had numbers."""
        text = json.dumps({"schema": "runtally.history/1", "written_at": "2026-11-10T10:00:00.000Z",
                           "title": "T"}, separators=(",", ":")) + "\n"
        for line in lines:
            text += json.dumps(line, separators=(",", ":")) + "\n"
        end = {"schema": "runtally.history.end/1", "runs": len(lines),
               "sha256": hashlib.sha256(text.encode()).hexdigest()}
        self.write("h/2026/11/20261110T100000Z-0000000000000000.ndjson",
                   text + json.dumps(end, separators=(",", ":")) + "\n")

    def test_numbered_labels(self):
        record = {"schema": "runtally.run/1", "source": "ci", "run_id": "1", "outcome": "passed",
                  "suite": {"name": "S"}, "case": {"name": "Login as [email 1]"},
                  "ended_at": "2026-11-10T09:00:00Z"}
        self.old_history(record, {**record, "run_id": "2", "case": {"name": "Step [3]"}},
                         {**record, "run_id": "3"})
        new = {**record, "run_id": "4", "case": {"name": "Login as a@x.example"}}
        for args in ((), ("--history-only",)):
            ended = self.call([new], "--history", "h", *args)
            self.assertEqual(ended.stderr.decode(),
                             "runtally: warning: history: 2 runs with ids or names that an earlier "
                             "version redacted to numbers ([email 1]): not matched with later "
                             "runs\n")
        cases = self.report("--history", "h")["suites"][0]["cases"]
        shown = marks.shown("email", "a@x.example")
        self.assertEqual(sorted((case["name"], case["runs"]) for case in cases),
                         [("Login as [email 1]", 2), (f"Login as {shown}", 1), ("Step [3]", 1)])

    def test_history_with_and_without_redaction(self):
        """What is in clear in a history is matched; what is redacted in it is told."""
        record = {**fields.runtally_record(), "run_id": "1", "case": {"name": "Of a@x.example"}}
        self.call([record], "--history", "clear", "--history-only", "--no-redact")
        self.call([{**record, "run_id": "2"}], "--history", "clear", "--history-only", day=1)
        cases = self.report("--history", "clear")["suites"][0]["cases"]
        self.assertEqual([case["runs"] for case in cases], [2])
        self.call([record], "--history", "h", "--history-only")
        ended = self.call([{**record, "run_id": "2"}], "--history", "h", "--no-redact", day=1)
        self.assertIn(b"history: 1 run with redacted ids or names: not matched", ended.stderr)

    # ---- spellings ----

    def spelled(self, names):
        """As they are in records, in the order of their run ids."""
        made = [{"schema": "runtally.run/1", "source": "ci", "run_id": f"{number:06}",
                 "outcome": "passed", "suite": {"id": "s"}, "case": {"name": name}}
                for number, name in enumerate(names)]
        found = [json.loads(line) for line in
                 self.call(made, "-q", "--no-redact", "-o", "records=-").stdout.splitlines()]
        found.sort(key=lambda run: run["run_id"])
        return [run["case"]["name"] for run in found]

    @staticmethod
    def spelling(name):
        """In another way: but for what the program leaves alone."""
        return " ".join(unicodedata.normalize("NFC", name).split())

    def test_spelling_of_all(self):
        """Each code point of the plane, alone and with marks before and behind it."""
        plane = [chr(code) for code in range(0x21, 0xf900)
                 if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co", "Cc", "Zs", "Zl",
                                                            "Zp")]
        self.assertGreater(len(plane), 50000)
        for before, behind in (("", ""), ("a", "\u0301"), ("\u0915", "\u093c"),
                               ("x\u0327", "\u0323")):
            wanted = [f"{before}{char}{behind}" for char in plane]
            self.assertEqual([(name, found) for name, found in zip(wanted, self.spelled(wanted))
                              if found != self.spelling(name)], [])

    def test_spelling_at_random(self):
        pieces = ["a", "e", "o", "U", "\u00e2", "\u1ea1", "\u03b1", "\u0438", "\u0c46", "\u09c7",
                  "\u1100", "\u1161", "\u11a8", "\uac00", "\u304b", "\u0301", "\u0302", "\u0308",
                  "\u0323", "\u0327", "\u0345", "\u09be", "\u0cd5", "\u3099", "\u0f71", "\u212b",
                  "\u2126", " ", "\u00a0", "\u3000", "\t", "\U0001f600"]
        draw = random.Random(11)
        names = [f"n{''.join(draw.choices(pieces, k=draw.randint(1, 9)))}" for _ in range(5000)]
        self.assertEqual([(name, found) for name, found in zip(names, self.spelled(names))
                          if found != self.spelling(name)], [])

    def test_alike_names_are_one(self):
        """Of cases, suites, agents and criteria; ids stay as they are."""
        for one, other in (("Refund", "Refund "), ("Refund", "\tRefund"), ("a b", "a  b"),
                           ("a b", "a\u00a0\nb"), ("\u00dcberfahrt", "U\u0308berfahrt")):
            with self.subTest(one, other=other):
                made = []
                for number, name in enumerate((one, other)):
                    made.append({
                        "schema": "runtally.run/1", "source": "ci", "run_id": f"{number}",
                        "suite": {"name": name}, "case": {"name": name}, "agent": {"name": name},
                        "outcome": "failed" if number else "passed",
                        "ended_at": f"2026-11-1{number}T10:00:00Z",
                        "criteria": [{"name": name, "outcome": "failed" if number else "passed"}]})
                self.call(made[:1], "--history", f"h{one}", "--history-only")
                self.call(made[1:], "--history", f"h{one}", "--history-only", day=1)
                report = self.report("--history", f"h{one}", day=2)
                self.assertEqual([(suite["name"], len(suite["cases"]), suite["runs"])
                                  for suite in report["suites"]], [(one, 1, 2)])
                self.assertEqual(flaky(report), 1)
                for run in made:
                    run["case"]["id"] = run["case"].pop("name")
                self.call(made, "-o", "o.json")
                report = json.loads((self.folder / "o.json").read_text())
                self.assertEqual(len(report["suites"][0]["cases"]), 2)

    # ---- renamed suites ----

    def telnyx(self, day, suite, outcome, count=1):
        """A definition, and runs of the test at that day."""
        yield {**fields.telnyx_test(), "test_id": "t1", "name": "Greeting", "test_suite": suite}
        for number in range(count):
            yield {**fields.telnyx(), "run_id": f"{day}-{number}", "test_id": "t1",
                   "status": outcome, "created_at": f"2026-11-{day}T10:00:00Z",
                   "completed_at": f"2026-11-{day}T10:0{number}:30Z",
                   "updated_at": f"2026-11-{day}T10:0{number}:30Z"}

    def test_renamed_suite(self):
        self.call(self.telnyx(10, "Front desk", "passed", 9), "--history", "h", "--history-only")
        ended = self.call(self.telnyx(17, "Reception", "failed", 9), "--history", "h", "--week",
                          "2026-W47", "-o", "o.json", day=2)
        self.assertEqual(ended.stderr.decode(), "runtally: warning: suite \"Front desk\" is called "
                         "\"Reception\" now: 9 runs of it are counted there\n")
        compared = json.loads((self.folder / "o.json").read_text())["comparison"]
        self.assertEqual([(case["suite"]["name"], case["state"], case["change"])
                          for case in compared["cases"]],
                         [("Reception", "newly failing", "worse")])
        self.assertEqual([(suite["name"], suite["change"]) for suite in compared["suites"]],
                         [("Reception", "worse")])

    def test_renamed_since_a_baseline(self):
        self.write("before.ndjson", "\n".join(map(json.dumps,
                                                  self.telnyx(10, "Front desk", "passed"))))
        self.call(self.telnyx(17, "Reception", "failed"), "--baseline", "before.ndjson", "-o",
                  "o.json")
        compared = json.loads((self.folder / "o.json").read_text())["comparison"]
        self.assertEqual([case["state"] for case in compared["cases"]], ["newly failing"])


if __name__ == "__main__":
    sys.exit(harness.main())
