#!/usr/bin/env python3
"""A source and a format more, in a copy of the tree: one file and one row each, and no other edit.

The copy takes the object files along, so that only what was edited is built.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

# An API that wraps its answers in a list of its own.
ADAPTER = r"""
#include "adapter_input.h"

static enum record_kind claims(const struct json_value *record)
{
	return record_has(record, "squawk_id") ? RECORD_RUN : RECORD_NOT_MINE;
}

static const struct field_row topic_fields[] = {
	{"topic", FIELD_NAME, AT_OF(label, name)},
	{NULL},
};

#define AT(member) AT_OF(run, member)

static const struct field_row fields[] = {
	{"squawk_id", FIELD_KEY, AT(run_id)},
	{"said_well", FIELD_VERDICT, AT(outcome)},
	{"lesson", FIELD_LABEL, AT(suite), .rows = topic_fields},
	{"complaint", FIELD_NAME, AT(reason)},
	{"said_at", FIELD_TIME, AT(ended_at)},
	{"seeds_usd", FIELD_MONEY, AT(cost_nano), ALSO_OF(run, has_cost)},
	{NULL},
};

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	return fields_read(record, fields, run, input, err);
}

static const struct envelope envelopes[] = {{"squawks", .list = true}, {NULL}};

const struct adapter adapter_parrot = {
	.name = "parrot",
	.summary = "what parrots were taught",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.envelopes = envelopes,
};
"""

FORMAT = """static const struct format tally = {
	.name = "tally",
	.extension = ".tally",
	.summary = "a line a suite",
	.template = "tally/report",
	.escape = escape_csv,
};

"""

TEMPLATE = "{{#suites}}\n{{title}}: {{fraction}} by {{source}}, {{cost}}\n{{/suites}}\n"


def squawk(number, **members):
    return {"squawk_id": f"s{number}", "said_well": number % 3 > 0,
            "lesson": {"topic": f"Words {number % 2}"}, "said_at": "2026-11-03T10:00:00Z",
            "seeds_usd": 0.25, **members}


class Sixth(harness.Case):
    def edit(self, name, *pairs):
        path = self.folder / "tree" / name
        text = path.read_text()
        for old, new in pairs:
            self.assertEqual(text.count(old), 1, (name, old))
            text = text.replace(old, new)
        path.write_text(text)

    def make(self, *arguments):
        """With the variables that the caller's make was given."""
        given = shlex.split(os.environ.get("MAKEFLAGS", "").partition("-- ")[2])
        env = {name: os.environ[name] for name in ("CC", "CFLAGS") if name in os.environ}
        return subprocess.run(["make", *given, "BUILD=build", *arguments],
                              cwd=self.folder / "tree", env=harness.environment(**env),
                              capture_output=True, text=True, timeout=harness.LIMIT)

    def setUp(self):
        super().setUp()
        if not shutil.which("make"):
            self.skipTest("no make")
        tree = self.folder / "tree"
        for name in ("src", "include", "templates"):
            shutil.copytree(harness.ROOT / name, tree / name)
        for path in [harness.ROOT / "Makefile", *harness.BUILD.glob("templates.*")]:
            there = tree if path.name == "Makefile" else tree / "build"
            there.mkdir(exist_ok=True)
            shutil.copy2(path, there)
        shutil.copytree(harness.BUILD / "src", tree / "build/src")
        (tree / "src/adapters/parrot.c").write_text(ADAPTER.lstrip())
        self.edit("src/adapters/adapters.c",
                  ("adapter_runtally;", "adapter_runtally, adapter_parrot;"),
                  ("&adapter_runtally,", "&adapter_parrot, &adapter_runtally,"))
        self.write("tree/templates/tally/report.mustache", TEMPLATE)
        self.edit("src/formats/format.c",
                  ("const struct format *const formats[] = {",
                   FORMAT + "const struct format *const formats[] = {\n\t&tally,"))
        made = self.make()
        self.assertEqual((made.returncode, made.stderr), (0, ""), made.stdout)
        # What was not edited was not built.
        self.assertLess(made.stdout.count("  CC "), 10, made.stdout)

    def run_toy(self, *arguments, **options):
        options.setdefault("cwd", self.folder)
        return subprocess.run([self.folder / "tree/build/runtally", *map(str, arguments)],
                              env=harness.environment(), capture_output=True,
                              timeout=harness.LIMIT, **options)

    def test_both(self):
        """One build, looked at in every way."""
        squawks = [squawk(number) for number in range(12)]
        squawks[3]["complaint"] = "It said the other word"
        self.write("in/list.json", json.dumps({"squawks": squawks[:6], "page": 1}))
        self.write("in/lines.ndjson", "".join(json.dumps(one) + "\n" for one in squawks[6:11]))
        self.write("in/one.json", json.dumps({"data": squawks[11]}))
        with self.subTest("lists"):
            self.assertIn(b"parrot", self.run_toy("--list-sources").stdout)
            self.assertIn(b"tally", self.run_toy("--list-formats").stdout)
        with self.subTest("by its ending, and by its name"):
            ended = self.run_toy("in", "-o", "r.tally", "-o", "tally=-")
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            self.assertEqual(ended.stdout.decode(),
                             '"Words 0": "4/6" by "parrot", "$1.50"\n'
                             '"Words 1": "4/6" by "parrot", "$1.50"\n')
            self.assertEqual((self.folder / "r.tally").read_bytes(), ended.stdout)
        with self.subTest("in all other formats"):
            ended = self.run_toy("in", "-o", "r.html", "-o", "r.zip", "-o", "json=-")
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            report = json.loads(ended.stdout)
            self.assertEqual(report["totals"]["failed"], 4)
            self.assertIn("It said the other word", (self.folder / "r.html").read_text())
            with zipfile.ZipFile(self.folder / "r.zip") as bundle:
                self.assertIn("report.tally", bundle.namelist())
        with self.subTest("beside the others"):
            ended = self.run_toy("in", harness.ROOT / "samples", "--source", "parrot", "-ojson=-")
            self.assertEqual(json.loads(ended.stdout)["totals"]["runs"], 12)
        with self.subTest("odd values are told by path"):
            self.write("odd.json", json.dumps({"squawks": [squawk(1, seeds_usd="many")]}))
            ended = self.run_toy("odd.json", "-q", "-o", "tally=-")
            self.assertIn(b"odd.json#1: seeds_usd: is a string, not a number", ended.stderr)
        with self.subTest("fast and whole say the same"):
            fast, whole = (self.run_toy("in", "-o", "records=-", "--details", details).stdout
                           for details in ("failed", "all"))
            self.assertEqual(fast, whole)


if __name__ == "__main__":
    sys.exit(harness.main())
