#!/usr/bin/env python3
"""The fast way of reading records gives what reading them whole gives.

With --details all every record is read whole; else only those of failed runs are. Run records hold
no details, so both calls must write the same ones, byte by byte.
"""

import copy
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

VALUES = [None, True, False, 0, -1, 7, 0.5, 1e300, "", "x", "passed", "2026-01-01T00:00:00Z", [],
          ["x"], [{}], [None], {}, {"id": "i", "name": "n"}, [{"name": "c", "passed": True}]]
RECORDS = {"kapso": fields.kapso, "kapso_error": fields.kapso_error,
           "sigmamind": fields.sigmamind, "telnyx": fields.telnyx, "magpipe": fields.magpipe,
           "playgent": fields.playgent, "runtally": fields.runtally_record}
IDS = ("id", "jobId", "run_id")


def members(value, path=()):
    """The paths of all members and items, outer ones first."""
    inside = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())
    for key, inner in inside:
        yield path + (key,)
        yield from members(inner, path + (key,))


def changed(record, path, value=None, drop=False):
    record = copy.deepcopy(record)
    owner = record
    for key in path[:-1]:
        owner = owner[key]
    if drop:
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return record


def variants(record):
    for path in members(record):
        yield changed(record, path, drop=True)
        for value in VALUES:
            yield changed(record, path, value)


def numbered(records):
    """Each with a run id of its own, where it still has one."""
    for number, record in enumerate(records):
        owner = record.get("data") if isinstance(record.get("data"), dict) else record
        for key in IDS:
            if isinstance(owner.get(key), str) and owner[key]:
                owner[key] = f"{owner[key]}-{number}"
        yield record


class Fast(harness.Case):
    def same(self, *inputs):
        whole, fast = (self.run_here(*inputs, "-q", "--details", details, "-o", "records=-")
                       for details in ("all", "failed"))
        self.assertEqual(whole.stdout, fast.stdout)
        return whole

    def test_samples(self):
        self.assertGreater(len(self.same(harness.ROOT / "samples").stdout), 100000)

    def test_envelopes(self):
        for path in sorted((harness.ROOT / "tests/envelopes").iterdir()):
            with self.subTest(path.name):
                self.same(path)

    def test_each_member_changed(self):
        for name, make in RECORDS.items():
            for wrap in (lambda one: one, lambda one: {"data": one}):
                with self.subTest(name):
                    records = [wrap(one) for one in numbered(variants(make()))]
                    self.write("runs.json", json.dumps(records))
                    self.write("runs.ndjson", "\n".join(map(json.dumps, records)))
                    self.assertGreater(len(self.same("runs.json").stdout), 1000)
                    self.same("runs.ndjson")


if __name__ == "__main__":
    sys.exit(harness.main())
