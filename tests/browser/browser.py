#!/usr/bin/env python3
"""Reports of many kinds, looked at in Chromium: browser.py [--all] [--figures] [NAME...|RUNS...]

A NAME is a part of the name of a report; a number stands for the single page and the site of that
many runs. --all opens every page of a site; --figures prints how long each check took and what
reports of many runs weigh.

Skips itself, and says why, where node, Chromium or the packages of package.json are missing.
Environment: RUNTALLY_CHROMIUM, the browser (default: the first one found on PATH).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import fields  # noqa: E402
import harness  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# What makes a page slow is counted: bytes, elements, and those that are laid out before anybody
# scrolls or opens anything.
PAGE = {"bytes": 10_000_000, "nodes": 150_000, "laid": 5000}
INDEX = {"bytes": 400_000, "nodes": 5000, "laid": 5000}
SITE = {"files": 5000, "bytes": 60_000_000}

# Each tells of itself when it is run; `ran` is looked for in the page, the beacon in its requests.
SCRIPTS = [
    "<img src=x onerror=\"ran=1;fetch('http://127.0.0.1:9/beacon')\">",
    "\"><svg onload=ran=1><script>ran=1</script>",
    "' autofocus tabindex=1 onfocus='ran=1' x='",
    "\" style=\"position:fixed;inset:0;background:url(http://127.0.0.1:9/beacon)",
    "</title></style></textarea></bdi></p></table><script>ran=1</script>",
    "<a href=\"javascript:ran=1\">x</a><iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<details open ontoggle=ran=1><summary>x</summary></details>",
    "<base href=http://127.0.0.1:9/><form action=http://127.0.0.1:9/><button>x</button></form>",
    "<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/\">"
    "<link rel=stylesheet href=http://127.0.0.1:9/>",
]


def missing():
    """Why nothing can be looked at; None when all is there."""
    node = shutil.which("node")
    version = node and subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    if not version or int(version.lstrip("v").partition(".")[0]) < 20:
        return "no node of version 20 or later"
    if not browser():
        return f"no {', '.join(BROWSERS)}"
    if not (HERE / "node_modules").is_dir():
        return "`npm ci` in tests/browser"
    return None


def browser():
    named = os.environ.get("RUNTALLY_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


# ---- runs ----

def runs(number, passed, name="case {}", said="answer"):
    """Runs of Playgent; passed(i) says which passed."""
    for i in range(number):
        run = fields.playgent()
        run.update(run_id=f"run-{i}", created_at=fields.TIME % (i % 60), success=passed(i))
        run["test_case"] = {"id": f"case-{i % 7}", "name": name.format(i % 7)}
        turn = run["turns"][0]
        turn["success"] = turn["evaluation"]["overall_pass"] = passed(i)
        turn["output"][0]["content"] = said
        yield run


def unfinished():
    for run in runs(3, bool):
        yield {**run, "status": "running", "success": None, "turns": [], "summary": None}


ARABIC = "حجز العبّارة إلى الجزيرة (نسخة {}) 2026"
UNBROKEN = "Vehicle_and_passenger_booking_regression_" * 8 + "{}"
ADDRESS = "https://example.com/" + "x" * 900

RECORDS = {
    "one run": lambda: runs(1, lambda i: False),
    "all passed": lambda: runs(12, lambda i: True),
    "all failed": lambda: runs(12, lambda i: False),
    "all unknown": unfinished,
    "right to left": lambda: runs(12, lambda i: i % 3 > 0, ARABIC, "תשובה with 12 % (x)"),
    "long names": lambda: runs(12, lambda i: i % 3 > 0, UNBROKEN, ADDRESS),
    "hostile": lambda: fields.hostile_records(fields.HOSTILE),
    "scripts": lambda: fields.hostile_records(SCRIPTS),
}

# Everything that can be shown: gates, and the details of runs that passed.
ALL = ["--details", "all", "--min-pass-rate", "50"]

# A colour that is no text colour on light pages, and a picture that is a document of its own.
BRANDED = ["--logo", harness.TESTS / "golden/brand/logo.svg", "--accent", "#ffe600",
           harness.TESTS / "golden/formats/in"]

INPUTS = {
    "samples": ["--title", "Saltwind Ferries: agent tests", harness.ROOT / "samples"],
    "hostile golden": [*ALL, harness.TESTS / "golden/hostile/in"],
    "branded": BRANDED,
    "compared": [*ALL, "--baseline", harness.ROOT / "samples/kapso/runs-2026-w44.json",
                 "--baseline", harness.ROOT / "samples/magpipe", harness.ROOT / "samples/kapso"],
    "empty": ["--min-pass-rate", "99", harness.TESTS / "envelopes/magpipe-runs-empty.json"],
}


# ---- reports ----

class Reports:
    """What is looked at, written to one folder."""

    def __init__(self, folder, wanted):
        self.folder, self.wanted = folder, wanted

    def is_wanted(self, name):
        return not self.wanted or any(word in name for word in self.wanted)

    def page(self, name, *arguments):
        """One report, alone in its folder."""
        path = self.folder / name.replace(" ", "-") / "report.html"
        path.parent.mkdir()
        ended = harness.runtally("-q", "-o", path, *arguments)
        if not path.exists():
            sys.exit(f"{name}: {ended.stderr.decode()}")
        return path

    def mails(self):
        """The HTML of mails: of samples/, compared, too, and of texts that are hard to show."""
        samples = [*INPUTS["samples"], "--link", "https://ci.example.com/job/42"]
        kinds = {"samples": samples, "scripts": None, "right to left": None,
                 "compared": [*samples, "--baseline", self.worse()],
                 "long names": None, "empty": INPUTS["empty"]}
        for name, arguments in kinds.items():
            if self.is_wanted(f"mail of {name}"):
                path = self.folder / f"mail-of-{name.replace(' ', '-')}.html"
                records = arguments or [self.records(f"mail-{name}", RECORDS[name]())]
                harness.runtally("-q", "-o", f"mail-html={path}", "--min-pass-rate", "99", *records)
                yield {"name": f"mail of {name}", "file": str(path), "mail": True}

    def worse(self):
        """A baseline of samples/ in which every third run went otherwise, of a suite all did."""
        ended = harness.runtally("-q", "-o", "records=-", harness.ROOT / "samples")
        runs = [json.loads(line) for line in ended.stdout.splitlines()]
        for number, run in enumerate(runs):
            run["run_id"] = f"before-{run['run_id']}"
            if run["outcome"] in ("passed", "failed"):
                other = number % 3 == 0 or run.get("suite", {}).get("name", "").startswith("B")
                passed = (run["outcome"] == "passed") != other
                run["outcome"] = "passed" if passed else "failed"
        return self.records("worse", runs)

    def records(self, name, records):
        path = self.folder / f"{name}.ndjson"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return path

    def pages(self):
        for name, arguments in INPUTS.items():
            if self.is_wanted(name):
                yield {"name": name, "file": str(self.page(name, *arguments)), "hostile": False,
                       "branded": arguments is BRANDED}
        for name, make in RECORDS.items():
            if self.is_wanted(name):
                yield {"name": name, "file": str(self.page(name, *ALL, self.records(name, make()))),
                       "hostile": name in ("hostile", "scripts")}

    def heavy(self):
        """The single page of so many runs, and the index of their site."""
        numbers = [int(word) for word in self.wanted if word.isdecimal()]
        for runs in numbers or [10_000] * (not self.wanted):
            name = f"{runs} runs"
            made = self.folder / f"{runs}.ndjson"
            subprocess.run([harness.BUILD / "tests/bench/generate", "--runs", str(runs), "--cases",
                            str(runs // 10), "ndjson", made], check=True, stdout=subprocess.DEVNULL)
            yield {"name": name, "file": str(self.page(name, made)), "heavy": PAGE}
            yield self.heavy_site(f"{name}, site", made)
            made.unlink()

    def heavy_site(self, name, made):
        folder = self.folder / name.replace(" ", "-")
        harness.runtally("-q", "-o", f"{folder}/", made)
        sizes = [path.stat().st_size for path in folder.iterdir()]
        found = {"files": len(sizes), "bytes": sum(sizes)}
        return {"name": name, "file": str(folder / "index.html"), "heavy": INDEX,
                "site": {"found": found, "limits": SITE}}

    def sites(self):
        """Folders of pages: of samples/, of texts that would be scripts, with a logo."""
        if self.is_wanted("site"):
            yield {"name": "site", "folder": self.site("site", *INPUTS["samples"])}
        if self.is_wanted("site of scripts"):
            records = self.records("scripts-of-site", fields.hostile_records(SCRIPTS))
            yield {"name": "site of scripts", "hostile": True,
                   "folder": self.site("site-of-scripts", records)}

        if self.is_wanted("branded site"):
            yield {"name": "branded site", "branded": True,
                   "folder": self.site("branded-site", *BRANDED)}

    def site(self, name, *arguments):
        harness.runtally("-q", "-o", f"{self.folder / name}/", *arguments)
        return str(self.folder / name)


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    reason = missing()
    if reason:
        print(f"skipped: pages in a browser ({reason})")
        return harness.say_counts(0, 0, 1)
    with tempfile.TemporaryDirectory(prefix="runtally-browser-") as folder:
        reports = Reports(pathlib.Path(folder), words)
        plan = {"chromium": browser(), "folder": folder, "figures": "--figures" in sys.argv,
                "all": "--all" in sys.argv, "limit": harness.LIMIT * 1000,
                "pages": [*reports.heavy(), *reports.pages(), *reports.mails()],
                "sites": [*reports.sites()]}
        path = pathlib.Path(folder) / "plan.json"
        path.write_text(json.dumps(plan))
        return subprocess.run(["node", HERE / "check.mjs", path]).returncode


if __name__ == "__main__":
    sys.exit(main())
