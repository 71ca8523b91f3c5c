#!/usr/bin/env python3
"""Broken inputs: a message with the place, the rest reported, exit status 3."""

import io
import json
import os
import struct
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

GOOD = json.dumps(fields.playgent())
HTML = "<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n"


def changed(**members):
    return json.dumps({**fields.playgent(), **members})


def telnyx(**members):
    return json.dumps({**fields.telnyx(), **members})


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return bytearray(data.getvalue())


def bad_crc():
    """A stored entry with one byte changed."""
    data = zipped([("run.json", GOOD)], zipfile.ZIP_STORED)
    at = data.index(b'"turn_index"')
    data[at + 1] = ord("T")
    return bytes(data)


def encrypted():
    """Bit 0 of the flags, in the entry's header and in the directory."""
    data = zipped([("run.json", GOOD)])
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(signature) + offset
        flags = struct.unpack_from("<H", data, at)[0]
        struct.pack_into("<H", data, at, flags | 1)
    return bytes(data)


# name of the file, its content, parts that the message must hold.
BROKEN = [
    ("truncated.json", GOOD[:-40], ["truncated.json#1", "line"]),
    ("truncated-list.json", '{"data": [' + telnyx() + ', {"run_id": "x", "te', ["#2"]),
    ("truncated-text.json", '{"run_id": "abc', ["truncated-text.json"]),
    ("utf16.json", GOOD.encode("utf-16"), ["utf16.json", "UTF-16"]),
    ("utf16-be.json", b"\xfe\xff" + GOOD.encode("utf-16-be"), ["utf16-be.json", "UTF-16"]),
    ("latin1.json", changed(status="caf\u00e9").replace("\\u00e9", "\u00e9").encode("latin-1"),
     ["latin1.json"]),
    ("empty.json", "", ["empty.json"]),
    ("blank.json", " \n\t\n", ["blank.json"]),
    ("bom-alone.json", "\ufeff", ["bom-alone.json"]),
    ("page.json", HTML, ["page.json", "HTML"]),
    ("nul.json", GOOD[:20].encode() + b"\0" + GOOD[20:].encode(), ["nul.json"]),
    ("twice.json", GOOD.replace('"run_id"', '"run_id": "y", "run_id"', 1),
     ["twice.json#1", "duplicate key"]),
    ("word.json", "hello", ["word.json"]),
    ("number.json", "42", ["number.json"]),
    ("stranger.json", '{"name of nobody": 1}', ["stranger.json", "name of nobody"]),
    ("empty-object.json", "{}", ["empty-object.json"]),
    ("no-id.json", changed(run_id=None), ["no-id.json", "run_id"]),
    ("deep.json", "[" * 100000 + "]" * 100000, ["deep.json"]),
    ("comma.json", GOOD[:-1] + ",}", ["comma.json"]),
    ("nan.json", GOOD.replace("0.0034", "NaN", 1), ["nan.json"]),
    ("huge-number.json", GOOD.replace("0.0034", "1e400", 1), ["huge-number.json"]),
    ("surrogate.json", GOOD.replace("question", "\\ud800"), ["surrogate.json"]),
    ("nul-escape.json", GOOD.replace("question", "\\u0000"), ["nul-escape.json"]),
    ("crc.zip", bad_crc(), ["crc.zip", "CRC"]),
    ("encrypted.zip", encrypted(), ["encrypted.zip", "encrypted"]),
    ("cut.zip", bytes(zipped([("run.json", GOOD)]))[:-30], ["cut.zip"]),
    ("text.zip", "not an archive", ["text.zip"]),
    ("nested.zip", bytes(zipped([("inner.zip", bytes(zipped([("run.json", GOOD)])))])),
     ["nested.zip!inner.zip"]),
]

# Members of the wrong type: the path, and what the run's outcome must be all the same.
WRONG_TYPES = [
    (changed(success="true"), "success", "unknown"),
    (changed(success=1), "success", "unknown"),
    (changed(status=3), "status", "unknown"),
    (changed(status=["completed"]), "status", "unknown"),
    (changed(summary={"total_cost_usd": "0.5"}), "summary.total_cost_usd", "failed"),
    (changed(summary={"total_cost_usd": -1}), "summary.total_cost_usd", "failed"),
    (changed(summary={"total_cost_usd": 1e300}), "summary.total_cost_usd", "failed"),
    (changed(summary=[]), "summary", "failed"),
    (changed(turns={}), "turns", "failed"),
    (changed(turns=[7]), "turns[0]", "failed"),
    (changed(test_case="case"), "test_case", "failed"),
    (telnyx(status=True), "status", "unknown"),
    (telnyx(created_at="yesterday"), "created_at", "failed"),
    (telnyx(completed_at=1700000000), "completed_at", "failed"),
    (telnyx(detail_status={"name": 1}), "detail_status", "failed"),
    (json.dumps({**fields.kapso(), "score": "0.9"}), "score", "unknown"),
    (json.dumps({**fields.kapso(), "score": -0.5}), "score", "unknown"),
    (json.dumps({**fields.kapso(), "score": 101}), "score", "unknown"),
    (json.dumps({**fields.sigmamind(), "isSuccessful": "yes"}), "isSuccessful", "unknown"),
    (json.dumps({**fields.magpipe(), "status": 0}), "status", "unknown"),
    (json.dumps({**fields.magpipe(), "assertions": "none"}), "assertions", "failed"),
]


class Broken(harness.Case):
    def report(self, *inputs):
        ended = self.run_here(*inputs, "-o", "json=-")
        return json.loads(ended.stdout), ended

    def test_each(self):
        """Beside a good file: that one is reported, the bad one is named, the status is 3."""
        self.write("good.json", changed(run_id="good"))
        for name, content, parts in BROKEN:
            with self.subTest(name):
                self.write(name, content)
                report, ended = self.report(name, "good.json")
                self.assertEqual(ended.returncode, 3, ended.stderr)
                for part in parts:
                    self.assertIn(part, ended.stderr.decode())
                self.assertTrue(any(note["severity"] == "error" for note in report["notes"]))
                self.assertGreaterEqual(report["totals"]["failed"], 1)
                self.assertTrue(ended.stderr.startswith(b"runtally: "))
                self.assertLess(max(map(len, ended.stderr.splitlines())), 2000)

    def test_nothing_of_a_bad_archive_entry_counts(self):
        for name in ("crc.zip", "encrypted.zip"):
            content = next(row[1] for row in BROKEN if row[0] == name)
            with self.subTest(name):
                self.write(name, content)
                report, _ = self.report(name)
                self.assertEqual((report["totals"]["runs"], report["inputs"]["records"]), (0, 0))

    def test_other_entries_of_an_archive_count(self):
        data = zipped([("a.json", changed(run_id="a")), ("b.json", "{"),
                       ("c.json", changed(run_id="c"))])
        self.write("mixed.zip", bytes(data))
        report, ended = self.report("mixed.zip")
        self.assertEqual((ended.returncode, report["totals"]["runs"]), (3, 2))
        self.assertIn("mixed.zip!b.json", ended.stderr.decode())

    def test_a_bad_record_costs_itself_alone(self):
        bad = GOOD.replace("0.0034", "0.00.34", 1)
        self.write("runs.ndjson", "\n".join([changed(run_id="1"), bad, changed(run_id="3")]))
        report, ended = self.report("runs.ndjson")
        self.assertEqual((ended.returncode, report["totals"]["runs"]), (3, 2))
        self.assertIn("runs.ndjson#2", ended.stderr.decode())

    def test_wrong_types(self):
        for number, (content, path, outcome) in enumerate(WRONG_TYPES):
            with self.subTest(f"{number} {path}"):
                self.write("run.json", content)
                report, ended = self.report("run.json")
                member = "errors" if outcome == "error" else outcome
                self.assertEqual(report["totals"][member], 1, report["totals"])
                self.assertIn(path, [note["path"] for note in report["notes"]])
                self.assertIn(f"run.json#1: {path}: ", ended.stderr.decode())
                self.assertEqual(ended.returncode, 3)

    def test_bom(self):
        self.write("bom.json", b"\xef\xbb\xbf" + GOOD.encode())
        report, ended = self.report("bom.json")
        self.assertEqual((ended.returncode, report["totals"]["failed"]), (0, 1))

    def test_nonexistent(self):
        self.write("good.json", GOOD)
        report, ended = self.report("missing.json", "good.json", "missing folder/")
        self.assertEqual((ended.returncode, report["totals"]["runs"]), (3, 1))
        for part in ("missing.json", "missing folder", "No such file"):
            self.assertIn(part, ended.stderr.decode())

    def test_folder_without_exports(self):
        self.write("notes/readme.txt", "nothing")
        self.write("notes/.hidden.json", GOOD)
        report, ended = self.report("notes")
        self.assertEqual((ended.returncode, report["totals"]["runs"]), (3, 0))
        self.assertIn("notes", ended.stderr.decode())

    def test_folder_walk(self):
        for name in ("b.json", "a/c.ndjson", "a/z/d.jsonl"):
            self.write(f"in/{name}", changed(run_id=name))
        for name in ("in/x.txt", "in/.y.json", "in/.git/z.json"):
            self.write(name, changed(run_id=name))
        self.write("in/w.zip", bytes(zipped([("e.json", changed(run_id="e"))])))
        report, ended = self.report("in")
        self.assertEqual((ended.returncode, report["inputs"]["files"], report["totals"]["runs"]),
                         (0, 4, 4), ended.stderr)

    def test_unreadable(self):
        self.write("good.json", GOOD)
        self.write("secret.json", GOOD).chmod(0)
        command = [str(harness.RUNTALLY), "secret.json", "good.json", "-o", "json=-"]
        if os.geteuid() == 0:
            # root reads everything: become somebody else.
            import shutil
            if not shutil.which("setpriv"):
                self.skipTest("root reads every file, and there is no setpriv")
            shutil.copy(harness.RUNTALLY, self.folder / "program")
            self.folder.chmod(0o755)
            command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                       str(self.folder / "program"), *command[1:]]
        import subprocess
        ended = subprocess.run(command, cwd=self.folder, env=harness.environment(),
                               capture_output=True, timeout=harness.LIMIT)
        self.assertEqual(ended.returncode, 3, ended.stderr)
        self.assertIn("secret.json: ", ended.stderr.decode())
        self.assertIn("ermission denied", ended.stderr.decode())
        self.assertEqual(json.loads(ended.stdout)["totals"]["runs"], 1)

    def test_device_and_fifo(self):
        """No plain file: is named, never waited for."""
        os.mkfifo(self.folder / "pipe.json")
        self.write("good.json", GOOD)
        _, ended = self.report("good.json", "/dev/null")
        self.assertIn(ended.returncode, (0, 3))

    def test_standard_input(self):
        ended = self.run_here("-", "-o", "json=-", stdin=GOOD.encode())
        self.assertEqual((ended.returncode, json.loads(ended.stdout)["totals"]["runs"]), (0, 1))
        ended = self.run_here("-", "-o", "json=-", stdin=GOOD[:50].encode())
        self.assertEqual(ended.returncode, 3)
        self.assertIn(b"-#1", ended.stderr.replace(b"standard input", b"-"))

    def test_standard_input_as_archive(self):
        ended = self.run_here("-", "-o", "json=-", stdin=bytes(zipped([("run.json", GOOD)])))
        self.assertIn(ended.returncode, (0, 3))

    def test_same_file_twice(self):
        self.write("good.json", GOOD)
        report, ended = self.report("good.json", "./good.json")
        self.assertEqual(report["totals"]["runs"], 1)
        self.assertEqual(ended.returncode, 0)

    def test_strict(self):
        """Nothing is written when some input is bad; all as usual when none is."""
        self.write("good.json", GOOD)
        self.write("bad.json", "{")
        ended = self.run_here("good.json", "bad.json", "--strict", "-o", "report.json")
        self.assertEqual((ended.returncode, ended.stdout), (3, b""))
        self.assertNotIn("report.json", self.files())
        ended = self.run_here("good.json", "--strict", "-o", "report.json")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("report.json", self.files())


if __name__ == "__main__":
    sys.exit(harness.main())
