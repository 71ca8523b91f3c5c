#!/usr/bin/env python3
"""Canaries: secrets and personal data in every text of every API, looked for in every output."""

import io
import json
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

# Made up, of the shape that their makers document. Put together here, so that scanners of this
# repository do not take them for real ones.
CANARIES = {
    "cloud key": "AKIA" + "QW5XK7RTLM2PB4NC",
    "code host token": "ghp_" + "q8Rr2Kd0vXwZ5yTn3LbJ7cMf1HsGpE4uAaQi",
    "model key": "sk-proj-" + "Zk3mQ9vXyTq7LrB2nWcD5fGhJ8sPaE4u",
    "chat token": "xoxb-" + "123456789012-234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "PEM": "-----BEGIN PRIVATE KEY-----\nMIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJc"
           "\n-----END PRIVATE KEY-----",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "authorization": "Authorization: Bearer q7WmZx2LrTnV9cKd4Bf8HsYp",
    "card": "4242 4242 4242 4242",
    "e-mail": "zofia.kuebler@mail.example.com",
    "e-mail in an address": "https://shop.example.com/?for=zofia.kuebler%40mail.example.com",
    "phone": "+49 151 23456789",
}

# What of a canary must not be seen: its core, whatever stands around it.
CORES = {
    "PEM": "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJc",
    "authorization": "q7WmZx2LrTnV9cKd4Bf8HsYp",
    "e-mail in an address": "zofia.kuebler%40mail",
}

FORMATS = ("html", "md", "xml", "json", "ndjson", "csv", "txt", "zip")
NAMED = ("view", "mail-html", "mail-text")


def records(canary, words):
    """(name, place, record): a canary in each text of each API, one at a time."""
    for source, make in {**fields.RUNS, **fields.DEFINITIONS}.items():
        for path in fields.places(make(), words):
            yield source, path, fields.replaced(make(), path, f"say {canary} now")


class Privacy(harness.Case):
    def outputs(self, *arguments):
        names = [word for name in FORMATS for word in ("-o", f"out/report.{name}")]
        names += [word for name in NAMED for word in ("-o", f"{name}=out/{name}")]
        (self.folder / "out").mkdir(exist_ok=True)
        ended = self.run_here(*arguments, *names, "--details", "all", "-v")
        self.assertIn(ended.returncode, (0, 3), ended.stderr)
        found = {path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}
        self.assertEqual(len(found), len(FORMATS) + len(NAMED))
        with zipfile.ZipFile(io.BytesIO(found["report.zip"])) as bundle:
            for name in bundle.namelist():
                found[f"report.zip!{name}"] = bundle.read(name)
        found["stdout"], found["stderr"] = ended.stdout, ended.stderr
        return found

    @staticmethod
    def seen(outputs, core):
        """In which outputs it is; blanks and escapes do not hide it."""
        bare = "".join(core.split())
        places = []
        for name, data in outputs.items():
            if name.endswith(".zip"):
                continue
            text = data.decode("utf-8", "replace")
            squeezed = "".join(text.split()).replace("&#43;", "+").replace("&#64;", "@")
            if core in text or bare in squeezed:
                places.append(name)
        return places

    def write_all(self, canary):
        """As many runs as there are places, each with an id of its own unless that is the place."""
        number = 0
        for words in (False, True):
            for source, path, record in records(canary, words):
                number += 1
                if source in fields.RUNS and path != (fields.run_key(source),):
                    record[fields.run_key(source)] = f"run-{number}"
                self.write(f"in/{number:03}.json", json.dumps(record))
        return number

    def test_no_canary_is_seen(self):
        for kind, canary in CANARIES.items():
            with self.subTest(kind):
                self.assertGreater(self.write_all(canary), 150)
                outputs = self.outputs("in")
                self.assertEqual(self.seen(outputs, CORES.get(kind, canary)), [])
                report = json.loads(outputs["report.json"])
                self.assertGreater(report["inputs"]["redactions"], 100)

    def test_all_are_seen_without_redaction(self):
        """Else the search above would prove nothing."""
        for kind, canary in CANARIES.items():
            with self.subTest(kind):
                self.write_all(canary)
                outputs = self.outputs("in", "--no-redact")
                seen = self.seen(outputs, CORES.get(kind, canary))
                for name in ("report.html", "report.xml", "report.json", "report.ndjson",
                             "report.md", "report.csv", "report.txt", "report.zip!report.html"):
                    self.assertIn(name, seen)
                self.assertEqual(json.loads(outputs["report.json"])["inputs"]["redactions"], 0)

    def test_every_shown_text_is_reached(self):
        """Without redaction, with details: the texts of a run that no page or record shows."""
        hidden = set()
        for source, make in fields.RUNS.items():
            for path in fields.places(make()):
                self.write("one.json", json.dumps(fields.replaced(make(), path, "zqcanaryqz")))
                shown = b"".join(self.run_here("one.json", "-o", f"{name}=-", "--no-redact",
                                               "--details", "all").stdout
                                 for name in ("html", "records"))
                if b"zqcanaryqz" not in shown:
                    hidden.add(f"{source}: {path[-1]}")
        # What is read by no adapter: ids of other systems, and texts that say nothing of the run.
        known = {"thread_id", "provider", "description", "workspaceId", "chatId", "variableName",
                 "value", "triggered_by", "conversation_id", "conversation_insights_id", "user_id",
                 "call_record_id", "caller_call_sid", "event", "call_sid", "type", "caller_mode",
                 "content", "role", "name", "agentId", "schema", "test_case_id"}
        self.assertEqual({place for place in hidden if place.split(": ")[1] not in known}, set())

    def test_in_file_names_keys_and_messages(self):
        mail, card = CANARIES["e-mail"], CANARIES["card"].replace(" ", "")
        self.write(f"in/{mail}.json", json.dumps(fields.playgent()))
        self.write(f"in/{card}.json", "{")
        self.write("in/key.json", json.dumps({f"key {mail}": 1, card: 2}))
        self.write("in/refused.json", json.dumps({"error": f"no access for {mail}"}))
        self.write("in/type.json", json.dumps({**fields.playgent(), "turns": [
            {"evaluation": {"scorer_outputs": {f"{mail}": {"score": "x"}}}}]}))
        outputs = self.outputs("in")
        for core in (mail, card):
            with self.subTest(core):
                self.assertEqual(self.seen(outputs, core), [])

    def test_in_archive_names(self):
        mail = CANARIES["e-mail"]
        with zipfile.ZipFile(self.folder / "in.zip", "w") as archive:
            archive.writestr(f"{mail}/a.json", json.dumps(fields.playgent()))
            archive.writestr(f"{mail}/b.json", "{")
        self.assertEqual(self.seen(self.outputs("in.zip"), mail), [])

    def test_same_run_same_number(self):
        """Placeholders are numbered per run, equal values alike; never a hash of the value."""
        run = fields.playgent()
        mail, other = CANARIES["e-mail"], "b@example.org"
        run["turns"][0]["input"][0]["content"] = f"{mail} and {other} and {mail}"
        self.write("run.json", json.dumps(run))
        ended = self.run_here("run.json", "-o", "html=-")
        self.assertIn(b"[email 1] and [email 2] and [email 1]",
                      ended.stdout.replace(b"e-mail", b"email"))

    def test_redacted_records_stay_redacted(self):
        self.write_all(CANARIES["e-mail"])
        self.run_here("in", "-o", "runs.ndjson")
        ended = self.run_here("runs.ndjson", "-o", "records=-", "--no-redact")
        self.assertNotIn(CANARIES["e-mail"].encode(), ended.stdout)


if __name__ == "__main__":
    sys.exit(harness.main())
