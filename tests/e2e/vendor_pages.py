#!/usr/bin/env python3
"""The examples of the vendors' own pages, saved as exports: each is one run, read rightly.

The pages are beside the checkout (../shared/apis, or $RUNTALLY_SHARED/apis) and not part of it.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import harness  # noqa: E402

PAGES = pathlib.Path(os.environ.get("RUNTALLY_SHARED", harness.ROOT.parent / "shared")) / "apis"

# What a reader of the page sees: outcome; cost; suite; case; duration, where it is none.
EXPECTED = {
    "kapso": ("passed", None, "3c90c3cc-0d44-4b50-8888-8dd25736052a", "Greeting Test"),
    "sigmamind": ("passed", None, "Demo Agent", None),
    "telnyx": ("unknown", None, "(no suite)", "123e4567-e89b-12d3-a456-426614174000"),
    "magpipe": ("failed", None, "(no suite)", "b2c3d4e5-2345-6789-abcd-ef0123456789"),
    "playgent": ("failed", 0.0102, None, "Refund Request Flow"),
}


def example(name):
    """The first JSON document of the page."""
    text = (PAGES / f"{name}.txt").read_text()
    start = text.index("\n{\n") + 1
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


@harness.unittest.skipUnless(PAGES.is_dir(), "the vendors' pages are not here (no ../shared/apis)")
class VendorPages(harness.Case):
    def report(self, *inputs):
        ended = self.run_here(*inputs, "-o", "json=-")
        return json.loads(ended.stdout), ended

    def test_each(self):
        for name, (outcome, cost, suite, case) in EXPECTED.items():
            with self.subTest(name):
                self.write(f"{name}.json", example(name))
                report, ended = self.report(f"{name}.json")
                self.assertEqual(ended.returncode, 0, ended.stderr)
                self.assertEqual([group["source"] for group in report["sources"]], [name])
                totals = report["totals"]
                self.assertEqual((totals["runs"], totals[outcome]), (1, 1), totals)
                self.assertEqual((totals["cost_usd"] or {}).get("total"), cost)
                found = report["suites"][0]
                self.assertEqual(found["name"], suite or found["name"])
                self.assertEqual(found["cases"][0]["name"], case or found["cases"][0]["name"])

    def test_together(self):
        for name in EXPECTED:
            self.write(f"in/{name}.txt.json", example(name))
        report, ended = self.report("in")
        self.assertEqual((ended.returncode, report["totals"]["runs"]), (0, 5))
        # Telnyx's example ends before it begins, which gives no duration; Playgent tells no times.
        self.assertEqual(report["totals"]["duration_ms"]["known"], 3)


if __name__ == "__main__":
    sys.exit(harness.main())
