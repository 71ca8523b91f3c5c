#!/usr/bin/env python3
"""--tz with names: days and weeks of 23 and 25 hours, against Python's zoneinfo."""

import collections
import datetime
import io
import json
import os
import struct
import sys
import unittest
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)

# Clocks that change: by an hour, by half of one, at midnight, not at all, by a whole day.
SYSTEM = {"Europe/Berlin": ("2026-03-29", "2026-10-25"),
          "America/New_York": ("2026-03-08", "2026-11-01"),
          "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
          "America/Havana": ("2026-03-08", "2026-11-01"),
          "Asia/Kolkata": ("2026-03-29",),
          "Pacific/Apia": ("2011-12-30",),
          "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
          "Europe/London": ("2041-03-31", "2041-10-27")}


def table(footer, standard):
    """A TZif file, version 2, of one offset until 1970 and the rule of its footer from then on."""
    def block(pointer):
        name = b"STD\0"
        counts = struct.pack(">6I", 0, 0, 0, 1, 1, len(name))
        data = struct.pack(pointer, 0) + b"\0" + struct.pack(">lBB", standard, 0, 0) + name
        return b"TZif2" + b"\0" * 15 + counts + data
    return block(">l") + block(">q") + b"\n" + footer.encode() + b"\n"


OWN = {"Test/Berlin": (table("CET-1CEST,M3.5.0,M10.5.0/3", 3600), ("2026-03-29", "2050-10-30")),
       "Test/Midnight": (table("CST5CDT,M3.2.0/0,M11.1.0/1", -18000), ("2026-03-08", "2026-11-01")),
       "Test/South": (table("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 37800), ("2026-04-05",))}


def text(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def start(day, zone):
    """The first moment of a day: found by walking, for a clock may skip midnight."""
    at = datetime.datetime.combine(day, datetime.time(), UTC) - 2 * DAY
    step = datetime.timedelta(minutes=30)
    while at.astimezone(zone).date() < day:
        at += step
    return at


def week(day):
    return "{}-W{:02}".format(*day.isocalendar())


class Zones(harness.Case):
    def prepare(self, day):
        """A run each half hour, ten days before and after."""
        noon = datetime.datetime.combine(day, datetime.time(12), UTC)
        self.moments = [noon + number * datetime.timedelta(minutes=30)
                        for number in range(-480, 481)]
        self.write("runs.ndjson", "\n".join(json.dumps({
            "schema": "runtally.run/1", "source": "telnyx", "run_id": str(number),
            "outcome": "passed", "ended_at": text(moment)})
            for number, moment in enumerate(self.moments)))

    def report(self, name, *args):
        ended = self.run_here("--tz", name, "-q", "-ojson=-", *args, "runs.ndjson", env=self.env)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def count(self, since, until):
        return sum(since <= moment < until for moment in self.moments)

    def check(self, name, zone, day):
        self.prepare(day)
        local = [moment.astimezone(zone) for moment in self.moments]
        report = self.report(name)
        days = collections.Counter(str(moment.date()) for moment in local)
        self.assertEqual({point["date"]: point["runs"] for point in report["trend"]["days"]}, days)
        self.assertEqual({point["week"]: point["runs"] for point in report["trend"]["weeks"]},
                         collections.Counter(week(moment.date()) for moment in local))
        offsets = sorted({moment.utcoffset() for moment in local})
        told = []
        for offset in offsets:
            minutes = round(offset.total_seconds() / 60)
            size = abs(minutes)
            told.append("UTC" + (f"{'-' if minutes < 0 else '+'}{size // 60:02}:{size % 60:02}"
                                 if minutes else ""))
        self.assertEqual(report["trend"]["tz"], " / ".join(told) + f", {name}")
        for at in (day - DAY, day, day + DAY):
            monday = at - at.weekday() * DAY
            rows = [(("--week", week(at)), monday, monday + 7 * DAY),
                    (("--since", str(at)), at, day + 30 * DAY),
                    (("--until", str(at)), day - 30 * DAY, at + DAY),
                    (("--since", str(at), "--until", str(at)), at, at + DAY)]
            for args, first, end in rows:
                since, until = start(first, zone), start(end, zone)
                if since == until:  # the day was left out
                    continue
                with self.subTest(zone=name, args=args):
                    self.assertEqual(self.report(name, *args)["totals"]["runs"],
                                     self.count(since, until))

    def test_own_tables(self):
        """Far beyond the last change that a table lists, too."""
        for name, (content, days) in OWN.items():
            self.write(f"tables/{name}", content)
            zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(content), name)
            for day in days:
                self.env = harness.environment(TZDIR=str(self.folder / "tables"))
                self.check(name, zone, datetime.date.fromisoformat(day))

    def test_tables_of_the_system(self):
        folder = "/usr/share/zoneinfo"
        absent = [name for name in SYSTEM if not os.path.exists(f"{folder}/{name}")]
        self.env = harness.environment()
        for name, days in SYSTEM.items():
            for day in days if name not in absent else ():
                with open(f"{folder}/{name}", "rb") as file:
                    zone = zoneinfo.ZoneInfo.from_file(file, name)
                self.check(name, zone, datetime.date.fromisoformat(day))
        if absent:
            raise unittest.SkipTest(f"no tables in {folder} of {', '.join(absent)}")

    def test_periods_that_follow(self):
        """The week before a week in which clocks change ends where that begins."""
        content, _ = OWN["Test/Berlin"]
        self.write("tables/Test/Berlin", content)
        self.env = harness.environment(TZDIR=str(self.folder / "tables"))
        zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(content))
        self.prepare(datetime.date(2026, 10, 25))
        compared = self.report("Test/Berlin", "--history", "h", "--week", "2026-W44")["comparison"]
        for name, day in (("from", datetime.date(2026, 10, 19)),
                          ("to", datetime.date(2026, 10, 26))):
            self.assertEqual(compared["with"][name], text(start(day, zone)))
        compared = self.report("Test/Berlin", "--history", "h", "--week", "2026-W44", "--compare",
                               "2026-10-24..2026-10-25")["comparison"]["with"]
        self.assertEqual(compared["from"], text(start(datetime.date(2026, 10, 24), zone)))
        self.assertEqual(compared["to"], text(start(datetime.date(2026, 10, 26), zone)))

    def test_last_and_this(self):
        """Which month it is depends on the zone: it is the 1st there, and the 31st in UTC."""
        self.write("tables/Test/Berlin", OWN["Test/Berlin"][0])
        self.prepare(datetime.date(2026, 10, 25))
        now = int(datetime.datetime(2026, 10, 31, 23, 30, tzinfo=UTC).timestamp())
        self.env = harness.environment(TZDIR=str(self.folder / "tables"),
                                       SOURCE_DATE_EPOCH=str(now))
        since = datetime.datetime(2026, 9, 30, 22, tzinfo=UTC)
        until = datetime.datetime(2026, 10, 31, 23, tzinfo=UTC)
        self.assertEqual(self.report("Test/Berlin", "--month", "last")["totals"]["runs"],
                         self.count(since, until))
        self.assertEqual(self.report("UTC", "--month", "this")["totals"]["runs"],
                         self.count(since + 2 * DAY / 24, until + DAY / 24))

    def test_names_that_are_none(self):
        self.write("tables/Test/Berlin", OWN["Test/Berlin"][0])
        self.write("tables/Test/text", "no table")
        self.write("outside", OWN["Test/Berlin"][0])
        self.prepare(datetime.date(2026, 10, 25))
        env = harness.environment(TZDIR=str(self.folder / "tables"))
        for name in ("Test/Nowhere", "../outside", "Test/../../outside", "", "/", "Test", "Test/",
                     "Test/text", str(self.folder / "outside"), "right/Test/Berlin",
                     "Test/Berlin\n",
                     "A" * 200, ":Test/Berlin", "+02:00:00", "CET-1"):
            with self.subTest(name):
                ended = self.run_here("--tz", name, "runs.ndjson", env=env)
                self.assertEqual(ended.returncode, 2)
                self.assertIn(b"--tz: ", ended.stderr)
                self.assertIn(b"nor a zone whose table lies in", ended.stderr)
        none = harness.environment(TZDIR=str(self.folder / "none"))
        self.assertEqual(self.run_here("--tz", "Test/Berlin", "runs.ndjson", env=none).returncode,
                         2)
        self.assertEqual(self.run_here("--tz", "+02:00", "runs.ndjson", env=none).returncode, 0)

    def test_a_folder_of_tables_from_here(self):
        self.write("tables/Test/Berlin", OWN["Test/Berlin"][0])
        self.prepare(datetime.date(2026, 10, 25))
        told = [self.run_here("--tz", "Test/Berlin", "-otext=-", "runs.ndjson",
                              env=harness.environment(TZDIR=folder)).stdout
                for folder in ("tables", "./tables", str(self.folder / "tables"))]
        self.assertEqual(told, told[2:] * 3)

    def test_the_zone_of_the_machine_does_not_matter(self):
        self.write("tables/Test/Berlin", OWN["Test/Berlin"][0])
        self.prepare(datetime.date(2026, 10, 25))
        told = set()
        for zone in ("UTC", "Asia/Tokyo", "XYZ+9", None):
            self.env = harness.environment(TZDIR=str(self.folder / "tables"), TZ=zone)
            told.add(json.dumps([self.report(name) for name in ("Test/Berlin", "UTC", "-03:00")]))
        self.assertEqual(len(told), 1)


if __name__ == "__main__":
    sys.exit(harness.main())
