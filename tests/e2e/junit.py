#!/usr/bin/env python3
"""JUnit from report to report: what Jenkins and GitLab take for the same test, and what they say of
it then."""

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
        """{key: verdict}; each key once."""
        text = self.run_here("-q", "-o", "junit=-", *options, *inputs).stdout
        found = {}
        for suite in ElementTree.fromstring(text).iter("testsuite"):
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

    def test_samples(self):
        """A week after another: every test that changes for a consumer did so in the runs."""
        top = harness.TESTS.parent / "samples"
        for weeks in (("playgent/runs-2026-w44.ndjson", "playgent/runs-2026-w45.ndjson"),
                      ("kapso/runs-2026-w44.json", "kapso/runs-2026-w45.ndjson"),
                      ("magpipe/run-before-the-fix.json", "magpipe/run-after-the-fix.json")):
            tests, cases = [], []
            for week in weeks:
                tests.append(self.verdicts(jenkins, [top / week]))
                ended = self.run_here("-q", "-o", "records=-", top / week)
                verdicts = {}
                for line in ended.stdout.splitlines():
                    row = json.loads(line)
                    if row["outcome"] in ("passed", "failed", "error"):
                        label = row.get("case") or {}
                        suite = row.get("suite") or {}
                        verdicts.setdefault((suite.get("id") or suite.get("name"),
                                             label.get("id") or label.get("name")),
                                            []).append(row["outcome"])
                cases.append({case: "passed" if set(found) == {"passed"} else
                              "failure" if "failed" in found else "error"
                              for case, found in verdicts.items()})
            with self.subTest(weeks[0]):
                self.assertEqual(self.changes(*tests), self.changes(*cases))

    @staticmethod
    def changes(before, after):
        """How many tests are new, regressed and fixed; as in runs, unjudged ones are not there."""
        before, after = ({test: verdict for test, verdict in found.items()
                          if verdict != "skipped"} for found in (before, after))
        both = set(before) & set(after)
        return (len(set(after) - set(before)),
                sum(before[test] == "passed" != after[test] for test in both),
                sum(before[test] != "passed" == after[test] for test in both))


if __name__ == "__main__":
    sys.exit(harness.main())
