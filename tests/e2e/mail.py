#!/usr/bin/env python3
"""The mail: what independent parsers make of it, and what arrives when it is really sent."""

import email
import email.policy
import html.parser
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

SENDER, TEAM, BOSS = "ci@example.com", "team@example.com", "boss@example.com"
ADDRESSES = ["--mail-from", SENDER, "--mail-to", TEAM, "--mail-to", BOSS]
LINK = "https://ci.example.com/job/42?tab=report&run=7"

# What looks like parts of a message, of SMTP, of a mailbox, or of an encoded word.
HOSTILE = [
    "a\r\nBcc: everyone@example.com\r\n\r\nHello",
    "a\nSubject: another one",
    "\r\n.\r\nQUIT\r\n",
    ".",
    "..",
    ".leading dot",
    "From ci Mon Nov 16 00:00:00 2026",
    ">From ci",
    "--=_",
    "=?utf-8?q?=42=63=63?=",
    "=?utf-8?b?QmNjOiBh?= =?utf-8?q?x?=",
    "=3D=0D=0A trailing blanks   \t ",
    "-- \nnot a signature",
    "\u202eright to left\u202c and \u2028 lines \u2029",
    "עברית: שלום (2026) 12 %",
    "<b>bold</b> & \"quoted\" <script>alert(1)</script>",
    "<img src=http://127.0.0.1:9/beacon> javascript:alert(1)",
    "x" * 10_000,
    "words " * 2000,
    "😀日本語" * 1500,
    "\x1b[31mred\x1b[0m \x07\x08",
]

# The system's own, which has the package; the one that runs the tests may be another.
SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = harness.TESTS / "smtp_server.py"


def has_server():
    return os.path.exists(SYSTEM_PYTHON) and subprocess.run(
        [SYSTEM_PYTHON, "-c", "import aiosmtpd"], capture_output=True).returncode == 0


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def lf(data):
    return data.replace(b"\r\n", b"\n")


def body(message, kind):
    """A body as it was before it was encoded for its way."""
    return lf(message.get_body((kind,)).get_payload(decode=True))


def run(number, suite, **more):
    return {"schema": "runtally.run/1", "source": "kapso", "run_id": f"r{number}",
            "suite": {"id": f"s{number}", "name": suite},
            "case": {"id": f"c{number}", "name": suite},
            "outcome": "failed", "started_at": "2026-11-15T10:00:00Z", **more}


class Markup(html.parser.HTMLParser):
    """Attributes of all elements, and whether what is opened is closed."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.problems, self.elements, self.text = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"stray </{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text.append(data)


class Mail(harness.Case):
    def mail(self, *arguments, **options):
        """(the message's bytes, its text and HTML as their own reports give them)"""
        ended = self.run_here(*ADDRESSES, "-o", "m.eml", "-o", "mail-text=m.txt", "-o",
                              "mail-html=m.html", *arguments, **options)
        self.assertIn(ended.returncode, (0, 3), ended.stderr)
        return [(self.folder / name).read_bytes() for name in ("m.eml", "m.txt", "m.html")]

    def records(self, runs, name="runs.ndjson"):
        return self.write(name, "".join(json.dumps(run) + "\n" for run in runs))

    def hostile(self):
        """Runs whose every text is hostile, in run records and in what the APIs answer."""
        runs = [run(number, text, reason=text, agent={"id": text, "name": text}, model=text,
                    criteria=[{"name": text, "outcome": "failed"}] if number % 2 else [])
                for number, text in enumerate(HOSTILE)]
        self.records(fields.hostile_records(HOSTILE), "apis.ndjson")
        return [self.records(runs), "apis.ndjson"]

    def inputs(self):
        many = [run(number, f"{number:03} " + "Vehicle and passenger booking regression " * 12)
                for number in range(500)]
        return {
            "samples": [harness.ROOT / "samples"],
            "empty": [harness.TESTS / "envelopes/magpipe-runs-empty.json"],
            "compared": ["--baseline", harness.ROOT / "samples/telnyx", harness.ROOT / "samples"],
            "500 suites": [self.records(many, "many.ndjson"), "--baseline",
                           self.records([{**row, "run_id": f"before-{row['run_id']}",
                                          "outcome": "passed"} for row in many], "before.ndjson")],
            "hostile": self.hostile(),
        }

    def check_message(self, data, text, markup):
        message = parse(data)
        parts = list(message.walk())
        self.assertEqual([part.get_content_type() for part in parts],
                         ["multipart/alternative", "text/plain", "text/html"])
        self.assertEqual([part.defects for part in parts], [[], [], []])
        for part in parts:
            for name, value in part.items():
                self.assertEqual(value.defects, (), name)
        self.assertEqual(body(message, "plain"), text)
        self.assertEqual(body(message, "html"), markup)
        return message

    def check_lines(self, data):
        """CR LF alone ends lines; no header is over 78 columns, no line of a body over 76."""
        self.assertEqual(data.count(b"\n"), data.count(b"\r\n"))
        self.assertEqual(data.count(b"\r"), data.count(b"\r\n"))
        self.assertTrue(data.isascii())
        head, rest = data.split(b"\r\n\r\n", 1)
        self.assertLessEqual(max(map(len, head.split(b"\r\n"))), 78)
        self.assertLessEqual(max(map(len, rest.split(b"\r\n"))), 76)
        self.assertEqual(sorted(line.split(b":")[0] for line in head.split(b"\r\n")
                                if not line.startswith(b" ")),
                         sorted([b"From", b"To", b"Subject", b"Date", b"Message-ID",
                                 b"MIME-Version", b"Auto-Submitted", b"X-Auto-Response-Suppress",
                                 b"List-Id", b"Content-Type"]))

    def test_messages(self):
        for name, arguments in self.inputs().items():
            with self.subTest(name):
                data, text, markup = self.mail(*arguments, "--link", LINK)
                message = self.check_message(data, text, markup)
                self.check_lines(data)
                self.assertEqual(message["From"].addresses[0].addr_spec, SENDER)
                self.assertEqual([one.addr_spec for one in message["To"].addresses], [TEAM, BOSS])
                self.assertEqual(message["Date"].datetime.timestamp(), float(harness.EPOCH))
                self.assertEqual(message["Auto-Submitted"], "auto-generated")
                self.assertEqual(message["X-Auto-Response-Suppress"], "All")
                self.assertRegex(message["Message-ID"], r"^<[0-9a-f]+@example\.com>$")
                self.assertTrue(message["Subject"].startswith("Agent test runs"))
                self.assertLess(len(markup), 80_000)
                self.assertIn(LINK.encode(), text)
                self.assertIn(LINK.encode(), markup)

    def test_text_is_wrapped(self):
        for name, arguments in self.inputs().items():
            with self.subTest(name):
                text = self.mail(*arguments, "--link", "https://ci.example.com/" + "x" * 200)[1]
                for line in text.decode().split("\n"):
                    if "https://" not in line:
                        self.assertLessEqual(len(line), 72)

    def test_subjects(self):
        week = ["--week", "2026-W46", harness.ROOT / "samples"]
        cases = {
            "Agent test runs, 2026-W46: 88.5 % passed": week,
            "Ferries – tests, 2026-W46: 88.5 % passed": [*week, "--title", "Ferries – tests"],
            "=?utf-8?q?=42cc?=, 2026-W46: 88.5 % passed":
                [*week, "--title", "=?utf-8?q?=42cc?="],
            "日本語" * 30 + ", 2026-W46: 88.5 % passed": [*week, "--title", "日本語" * 30],
            "x" * 300 + "…, 2026-W46: 88.5 % passed": [*week, "--title", "x" * 301],
            "Agent test runs, 2026-W46: 88.5 % passed, gate missed":
                [*week, "--min-pass-rate", "90"],
            "Agent test runs: no runs": [harness.TESTS / "envelopes/magpipe-runs-empty.json"],
            "Agent test runs, 2026-10-26 to 2026-11-15: 84.1 % passed": [harness.ROOT / "samples"],
        }
        for subject, arguments in cases.items():
            with self.subTest(subject):
                ended = self.run_here(*ADDRESSES, "-q", "-o", "eml=-", *arguments)
                self.assertEqual(parse(ended.stdout)["Subject"], subject)
                self.check_lines(ended.stdout)

    def test_hostile_titles(self):
        for title in HOSTILE:
            with self.subTest(title[:40]):
                title = re.sub("[\x00-\x1f]", "", title)
                data, text, markup = self.mail(harness.ROOT / "samples/magpipe", "--title", title)
                message = self.check_message(data, text, markup)
                self.check_lines(data)
                self.assertTrue(message["Subject"].endswith(" passed"))
                begin = re.match("[^\u2028-\u202e]*", title)[0].strip()[:80]
                self.assertEqual(" ".join(message["Subject"].split()).find(begin), 0)
                self.assertNotIn("Bcc", message)

    def test_verdict_stands_in_the_subject(self):
        now = self.records([run(i, "s") for i in range(60)], "now.ndjson")
        other = self.records([run(i + 60, "s", outcome="passed") for i in range(60)], "then.ndjson")
        for word, inputs in {"worse": [now, "--baseline", other],
                             "better": [other, "--baseline", now]}.items():
            with self.subTest(word):
                message = parse(self.mail(*inputs)[0])
                self.assertTrue(message["Subject"].endswith(f" passed, {word}"))
                self.assertIn(f": {word}", " ".join(body(message, "plain").decode().split()))

    def test_few_runs(self):
        now = self.records([run(0, "s")], "now.ndjson")
        other = self.records([run(1, "s", outcome="passed")], "then.ndjson")
        message = parse(self.mail(now, "--baseline", other)[0])
        self.assertTrue(message["Subject"].endswith(" passed, too few runs to tell"))
        self.assertIn("the source does not tell why (kapso): failed runs 1, 100 % of all",
                      body(message, "plain").decode())

    def test_bad_addresses_are_refused(self):
        for address in ("", "team", "Team <team@example.com>", "a@example.com, b@example.com",
                        "a@example.com\nBcc: b@example.com", "a@example.com\r\n", "ä@example.com",
                        "a@exämple.com", "a@example.com\x7f", "a@[127.0.0.1]"):
            for option in ("--mail-from", "--mail-to"):
                with self.subTest(address=address, option=option):
                    ended = self.run_here("-o", "m.eml", *ADDRESSES, option, address,
                                          harness.ROOT / "samples")
                    self.assertEqual((ended.returncode, self.files()), (2, []))
                    self.assertIn(option.encode(), ended.stderr)

    def test_addresses_are_needed(self):
        for arguments in ([], ADDRESSES[:2], ADDRESSES[2:]):
            ended = self.run_here("-o", "m.eml", *arguments, harness.ROOT / "samples")
            self.assertEqual((ended.returncode, self.files()), (2, []))
        ended = self.run_here("-q", "-o", "mail-html=m.html", harness.ROOT / "samples/magpipe")
        self.assertEqual(ended.returncode, 0)

    def test_bundles_have_it_where_it_can_be_made(self):
        for arguments, there in (([], False), (ADDRESSES, True)):
            self.run_here("-q", "-o", "b.zip", *arguments, harness.ROOT / "samples/magpipe")
            with zipfile.ZipFile(self.folder / "b.zip") as bundle:
                self.assertEqual("report.eml" in bundle.namelist(), there)
                if there:
                    self.assertEqual(parse(bundle.read("report.eml")).defects, [])

    def test_same_input_same_bytes(self):
        """Also without SOURCE_DATE_EPOCH, on another day and elsewhere."""
        first = self.mail(harness.ROOT / "samples", env=harness.environment(SOURCE_DATE_EPOCH=None))
        again = self.mail(harness.ROOT / "samples", "--jobs", "1", env=harness.environment(
            SOURCE_DATE_EPOCH=None, TZ="Asia/Tokyo", LC_ALL="tr_TR.UTF-8"))
        self.assertEqual(first, again)
        self.assertEqual(parse(first[0])["Date"], "Sun, 15 Nov 2026 19:58:00 +0000")
        other = self.mail(harness.ROOT / "samples", env=harness.environment(SOURCE_DATE_EPOCH="0"))
        self.assertEqual(first[1:], other[1:])
        self.assertNotEqual(parse(first[0])["Message-ID"], parse(other[0])["Message-ID"])

    def test_html_is_what_mail_programs_show(self):
        for name, arguments in self.inputs().items():
            with self.subTest(name):
                text = self.mail(*arguments, "--link", LINK)[2].decode()
                markup = Markup(text)
                self.assertEqual((markup.problems, markup.open), ([], []))
                allowed = {"html", "head", "meta", "title", "style", "body", "div", "table", "tr",
                           "td", "th", "p", "h1", "h2", "strong", "span", "a", "bdi", "br"}
                self.assertEqual({tag for tag, _ in markup.elements} - allowed, set())
                for tag, attributes in markup.elements:
                    self.check_attributes(tag, attributes)
                style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
                self.assertLess(len(style), 16_384)
                self.assertIn("prefers-color-scheme: dark", style)
                self.assertIn('<meta name="color-scheme" content="light dark">', text)
                for word in ("url(", "@import", "flex", "grid", "data:"):
                    self.assertNotIn(word, style)
                self.assertNotRegex(text, "[\u202a-\u202e\u2066-\u2069]")

    def check_attributes(self, tag, attributes):
        self.assertEqual([name for name in attributes if name.startswith("on")], [])
        self.assertNotIn("src", attributes)
        if "href" in attributes:
            self.assertEqual(attributes["href"], LINK)
        style = attributes.get("style", "")
        self.assertNotRegex(style, r"url\(|flex|grid|position|expression")
        rules = {rule.split(":")[0] for rule in style.split(";")}
        self.assertEqual("color" in rules, "background-color" in rules, (tag, style))
        if "bgcolor" in attributes:
            self.assertIn(f"background-color:{attributes['bgcolor']}", style)

    def test_no_transcript(self):
        """Nothing of what agents and callers said; of a reason, what is left of it."""
        told = fields.playgent()
        told.update(success=False, run_id="told")
        turn = told["turns"][0]
        turn["success"] = False
        turn["input"][0]["content"] = turn["output"][0]["content"] = "zqtranscriptqz"
        self.write("told.json", json.dumps(told))
        self.records([run(1, "s", reason="call me at +49 151 23456789 zqreasonqz")])
        outputs = self.mail("told.json", "runs.ndjson", "--details", "all")
        for data in outputs[1:]:
            self.assertNotIn(b"zqtranscriptqz", data)
            self.assertNotIn(b"23456789", data)
            self.assertIn(b"zqreasonqz", data)

    def test_templates_of_its_parts(self):
        """The message holds what the formats of its bodies give, with the user's templates, too."""
        for name in ("subject", "text", "html"):
            self.write(f"mine/{name}", f"own {name}: {{{{totals.pass_rate}}}}\n")
        data, text, markup = self.mail(
            harness.ROOT / "samples", "--template", "mail=mine/subject", "--template",
            "mail-text=mine/text", "--template", "mail-html=mine/html")
        message = self.check_message(data, text, markup)
        self.assertEqual(message["Subject"], "own subject: 84.1 %")
        self.assertEqual((text, markup), (b"own text: 84.1 %\n", b"own html: 84.1 %\n"))


def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


class Sent(Mail):
    """Through a real SMTP server on this machine."""

    def setUp(self):
        super().setUp()
        if not has_server():
            self.skipTest("no aiosmtpd (Debian: python3-aiosmtpd)")
        self.port = free_port()
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        server = subprocess.Popen([SYSTEM_PYTHON, str(SERVER), str(self.port), str(self.inbox)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, server)
        self.assertEqual(server.stdout.readline(), b"ready\n")

    @staticmethod
    def end(server):
        server.terminate()
        server.wait()
        server.stdin.close()
        server.stdout.close()

    def msmtp(self, path):
        if not shutil.which("msmtp"):
            self.skipTest("no msmtp")
        config = self.write("msmtprc", f"account default\nhost 127.0.0.1\nport {self.port}\n"
                                       "tls off\nauth off\n")
        config.chmod(0o600)
        with path.open("rb") as message:
            subprocess.run(["msmtp", "-C", config, "-i", "-f", SENDER, "--", TEAM, BOSS],
                           stdin=message, check=True, timeout=harness.LIMIT)

    def curl(self, path):
        if not shutil.which("curl"):
            self.skipTest("no curl")
        subprocess.run(["curl", "--silent", "--show-error", "--noproxy", "*",
                        f"smtp://127.0.0.1:{self.port}", "--mail-from", SENDER, "--mail-rcpt",
                        TEAM, "--mail-rcpt", BOSS, "--upload-file", path],
                       check=True, timeout=harness.LIMIT)

    def arrived(self, number):
        """(envelope, message) of so many that came."""
        harness.wait_until(lambda: len(list(self.inbox.glob("*.json"))) >= number)
        self.assertEqual(len(list(self.inbox.glob("*.json"))), number)
        return (json.loads((self.inbox / f"{number}.json").read_text()),
                (self.inbox / f"{number}.eml").read_bytes())

    def check_sent(self, send):
        for number, (name, arguments) in enumerate(self.inputs().items(), 1):
            with self.subTest(name):
                data, text, markup = self.mail(*arguments, "--link", LINK)
                send(self.folder / "m.eml")
                envelope, came = self.arrived(number)
                self.assertEqual(envelope, {"from": SENDER, "to": [TEAM, BOSS]})
                self.check_message(came, text, markup)
                self.check_lines(came)
                # Servers put their own headers in front, and change nothing else.
                self.assertTrue(came.endswith(data), came[:300])

    def test_by_msmtp(self):
        self.check_sent(self.msmtp)

    def test_by_curl(self):
        self.check_sent(self.curl)


# The tests of Mail run once.
for name in [name for name in dir(Mail) if name.startswith("test_")]:
    setattr(Sent, name, None)


if __name__ == "__main__":
    sys.exit(harness.main())
