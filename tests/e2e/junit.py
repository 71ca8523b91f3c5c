#!/usr/bin/env python3
"""JUnit from report to report: what Jenkins and GitLab take for the same test, and what they say of
it then."""

import itertools
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402


def record(run, name, case=None, outcome="passed", day=2, **more):
    at = f"2026-11-{day:02}T10:00:00.000Z"
    return {"schema": "runtally.run/1", "source": "telnyx", "run_id": run,
            "suite": {"id": "s1", "name": "Suite"}, "case": {"id": case, "name": name},
            "outcome": outcome, "started_at": at, "ended_at": at, "duration_ms": 1000, **more}


SMOKE = {"suite": {"id": "s2", "name": "Smoke"}}

# What week 1 has; week 2 has the last of it alone.
PAIRS = {
    "two of a name": [record("r1", "Refund", "c1"), record("r2", "Refund", "c2")],
    "another source": [record("r1", "Refund", "c1", source="kapso",
                              suite={"id": "s1", "name": "Smoke"}),
                       record("r2", "Login", "c2", **SMOKE)],
    "two suites alike": [record("r1", "Refund", "c1", suite={"id": "s1", "name": "A b"}),
                         record("r2", "Login", "c2", suite={"id": "s2", "name": "A-b"})],
    "signs": [record("r1", "Was ist das?", "c1"), record("r2", "Was ist das!", "c2")],
    "signs without ids": [record("r1", "Was ist das?"), record("r2", "Was ist das!")],
    "scripts": [record("r1", "\u9000\u6b3e"), record("r2", "\u767b\u5f55")],
    "case": [record("r1", "refund"), record("r2", "Refund")],
    "a number in the name": [record("r1", "Refund"), record("r2", "Refund"),
                             record("r3", "Refund [2]")],
    "underscores": [record("r1", "q_r", suite={"name": "p"}), record("r2", "r",
                                                                     suite={"name": "p_q"})],
    "dots": [record("r1", "x", suite={"name": "a.b"}), record("r2", "x", suite={"name": "a_b"})],
}


def jenkins(suite, case):
    """SuiteResult's name, then CaseResult's full name."""
    return suite.get("name"), f"{case.get('classname')}.{case.get('name')}"


def jenkins_address(_suite, case):
    """getSafeName of each: Java's letters and digits, of all scripts, and _."""
    return tuple(re.sub(r"\W", "_", case.get(name)) for name in ("classname", "name"))


def gitlab(_suite, case):
    """Gitlab::Ci::Reports::TestCase, in one job."""
    return f"job_{case.get('classname')}_{case.get('name')}"


KEYS = (jenkins, jenkins_address, gitlab)


class Weeks(harness.Case):
    def verdicts(self, key, inputs, *options):
        return self.verdicts_in(self.tree(inputs, *options), key)

    def tree(self, inputs, *options):
        return ElementTree.fromstring(
            self.run_here("-q", "-o", "junit=-", *options, *inputs).stdout)

    def verdicts_in(self, tree, key):
        """{key: verdict}; each key once."""
        found = {}
        for suite in tree.iter("testsuite"):
            for case in suite.iter("testcase"):
                name = key(suite, case)
                self.assertNotIn(name, found)
                found[name] = next((word for word in ("failure", "error", "skipped")
                                    if case.find(word) is not None), "passed")
        return found

    def put(self, name, records):
        self.write(name, "".join(json.dumps(row) + "\n" for row in records))
        return name

    def test_names_do_not_depend_on_others(self):
        for pair, records in PAIRS.items():
            self.put("1.ndjson", records)
            self.put("2.ndjson", [{**records[-1], "run_id": "later"}])
            for key in KEYS:
                with self.subTest(pair, key=key.__name__):
                    before = self.verdicts(key, ["1.ndjson"])
                    self.assertEqual(len(before), 2)
                    self.assertLessEqual(set(self.verdicts(key, ["2.ndjson"])), set(before))

    def test_windows_a_day_apart(self):
        """Nothing that is in both changes its name, and what its verdict was is as in the runs."""
        rows = [record(f"r{day}-{case}", f"Case {case}", f"c{case}",
                       "failed" if (day + case) % 5 == 0 else "passed", day)
                for day in range(2, 12) for case in range(4)]
        self.put("runs.ndjson", rows)
        for key in KEYS:
            first = self.verdicts(key, ["runs.ndjson"], "--since", "2026-11-02",
                                  "--until", "2026-11-07")
            second = self.verdicts(key, ["runs.ndjson"], "--since", "2026-11-03",
                                   "--until", "2026-11-08")
            self.assertEqual(set(first), set(second))
            self.assertEqual(len(first), 4)

    # ---- two weeks of each API ----

    def week(self, name, inputs):
        """The report, {run: case}, and {case: verdict} by the runs."""
        ended = self.run_here("-q", "-o", f"{name}.xml", "--junit-flavor", "rich", "-o",
                              f"{name}.ndjson", *inputs)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        cases, outcomes = {}, {}
        for line in (self.folder / f"{name}.ndjson").read_text().splitlines():
            row = json.loads(line)
            case = cases[row["run_id"]] = tuple(
                (row.get(part) or {}).get("id") or (row.get(part) or {}).get("name")
                for part in ("suite", "case"))
            outcomes.setdefault(case, set()).add(row["outcome"])
        return (ElementTree.parse(self.folder / f"{name}.xml"), cases,
                {case: self.verdict(found) for case, found in outcomes.items()})

    def seen(self, key, tree, cases):
        """{key: (case, verdict)} as a consumer sees it."""
        seen = {}
        for suite in tree.iter("testsuite"):
            for case in suite.iter("testcase"):
                run = case.find("properties/property[@name='run_id']").get("value")
                test = key(suite, case)
                self.assertNotIn(test, seen)
                seen[test] = (cases[run], next((word for word in ("failure", "error", "skipped")
                                                if case.find(word) is not None), "passed"))
        return seen

    @staticmethod
    def verdict(outcomes):
        """Of a case, from those of its runs: all that have a verdict must have passed."""
        for outcome, word in (("failed", "failure"), ("error", "error"), ("passed", "passed")):
            if outcome in outcomes:
                return word
        return "skipped"

    @staticmethod
    def changes(before, after):
        """What is new, regressed and fixed from one {test: verdict} to the next."""
        both = before.keys() & after.keys()
        bad = ("failure", "error")
        return {"new": after.keys() - before.keys(),
                "regressed": {test for test in both
                              if after[test] in bad and before[test] not in bad},
                "fixed": {test for test in both
                          if before[test] in bad and after[test] == "passed"}}

    def weeks(self):
        """(name, inputs and options of each week): of all that the samples have."""
        top = harness.TESTS.parent / "samples"
        numbers = (44, 45, 46)
        for api in ("kapso", "magpipe", "sigmamind", "telnyx"):
            yield api, [("--week", f"2026-W{number}", top / api) for number in numbers]
        names = top / "playgent" / "test-cases.ndjson"
        yield "playgent", [(top / "playgent" / f"runs-2026-w{number}.ndjson", names)
                           for number in numbers]
        yield "all of them", [("--week", f"2026-W{number}", top) for number in numbers]

    def test_weeks_of_each_api(self):
        """What a consumer calls new, regressed or fixed is so by the runs, case by case."""
        told = dict.fromkeys(("new", "regressed", "fixed"), 0)
        for api, weeks in self.weeks():
            made = [self.week(f"week{number}", inputs) for number, inputs in enumerate(weeks)]
            for key in KEYS:
                known, before = {}, None
                for number, (tree, cases, truth) in enumerate(made):
                    with self.subTest(api, key=key.__name__, week=number):
                        seen = self.seen(key, tree, cases)
                        self.assertGreater(len(seen), 5)
                        self.assertEqual(dict(seen.values()), truth)
                        self.assertEqual(len(seen), len(truth))
                        for test, (case, _) in seen.items():  # one name in all weeks
                            self.assertEqual(known.setdefault(case, test), test)
                        tests = {test: verdict for test, (_, verdict) in seen.items()}
                        if before:
                            found = self.changes(before[0], tests)
                            self.assertEqual(
                                found, {word: {known[case] for case in changed} for word, changed
                                        in self.changes(before[1], truth).items()})
                            for word, changed in found.items():
                                told[word] += len(changed)
                        before = tests, truth
        self.assertTrue(all(told.values()), told)

    def test_pairs_tell_of_verdicts_alone(self):
        """Of two weeks of a few cases alike: what changes is the one whose verdict did."""
        for (pair, records), then, now in itertools.product(PAIRS.items(), ("passed", "failed"),
                                                            ("passed", "failed")):
            self.put("1.ndjson", [*records[:-1], {**records[-1], "outcome": then}])
            self.put("2.ndjson", [{**records[-1], "run_id": "later", "outcome": now}])
            trees = self.tree(["1.ndjson"]), self.tree(["2.ndjson"])
            for key in KEYS:
                with self.subTest(pair, key=key.__name__, then=then, now=now):
                    found = self.changes(*(self.verdicts_in(tree, key) for tree in trees))
                    self.assertEqual({word: len(changed) for word, changed in found.items()},
                                     {"new": 0, "fixed": int(then == "failed" and now == "passed"),
                                      "regressed": int(then == "passed" and now == "failed")})


if __name__ == "__main__":
    sys.exit(harness.main())
