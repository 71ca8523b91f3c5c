#!/usr/bin/env python3
"""The logo and the accent colour: where they are, and that text in the colour can be read."""

import base64
import hashlib
import json
import os
import re
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import fields  # noqa: E402
import harness  # noqa: E402

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
COLORS = ("#000", "#fff", "#ffe600", "#808080", "#00f", "#f00", "#0f0", "#0ff", "#8b4513")
GROUNDS = ("page", "paper", "sunk")


def contrast(one, other):
    """WCAG 2.2 of two `#rrggbb` or `#rgb`."""
    def luminance(color):
        digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
        shares = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
                  for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    low, high = sorted((luminance(one), luminance(other)))
    return high / low


def colors(style, name):
    """The values that a style sheet gives to a property: on light pages, on dark ones."""
    return re.findall(rf"--{name}: (#\w+)", style)[:2]


class Brand(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("run.json", json.dumps(fields.playgent()))
        (self.folder / "logo").write_bytes(PNG)
        (self.folder / "logo.png").write_bytes(SVG)

    def page(self, *options):
        ended = self.run_here("run.json", "-o", "html=-", *options)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout.decode()

    def site(self, *options):
        ended = self.run_here("run.json", "-o", "site/", *options)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return {path.name: path.read_bytes() for path in (self.folder / "site").iterdir()}

    def test_policy_names_the_style(self):
        for options in ([], ["--accent", "#ffe600"], ["--logo", "logo"],
                        ["--accent", "#123", "--logo", "logo.png"]):
            with self.subTest(options):
                page = self.page(*options)
                style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
                digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
                self.assertIn(f"style-src 'sha256-{digest}'", page)

    def test_text_can_be_read(self):
        """Against the backgrounds that style.css has today."""
        ours = (harness.ROOT / "templates/html/style.css").read_text()
        grounds = list(zip(*(colors(ours, name) for name in GROUNDS)))
        self.assertEqual([len(side) for side in grounds], [3, 3])
        for color in COLORS:
            page = self.page("--accent", color)
            brand = page.partition("<style>")[2].replace(ours, "")
            for text, side in zip(colors(brand, "link"), grounds, strict=True):
                for ground in side:
                    with self.subTest(color, text=text, ground=ground):
                        self.assertGreaterEqual(contrast(text, ground), 4.5)

    def test_logo_in_a_page(self):
        page = self.page("--logo", "logo.png")
        data = base64.b64encode(SVG).decode()
        self.assertEqual(re.findall(r"<img [^>]*>", page), [
            f'<img class="logo" src="data:image/svg+xml;base64,{data}" alt="" height="36">'])

    def test_logo_in_a_site(self):
        site = self.site("--logo", "logo")
        self.assertEqual(site["runtally-logo.png"], PNG)
        for name, text in site.items():
            if name.endswith(".html"):
                logo = b'<img class="logo" src="runtally-logo.png" alt="" '
                self.assertEqual(text.count(logo), 1, name)

    def test_another_logo(self):
        """A site replaces one that has a logo of another kind, or none."""
        names = [{name for name in self.site(*options) if "logo" in name}
                 for options in (["--logo", "logo"], ["--logo", "logo.png"], [])]
        self.assertEqual(names, [{"runtally-logo.png"}, {"runtally-logo.svg"}, set()])

    def test_budget(self):
        """The logo's bytes and file count."""
        (self.folder / "logo").write_bytes(PNG + bytes(200_000))
        plain = self.site()
        total = sum(map(len, plain.values()))
        site = self.site("--logo", "logo", "--limit", f"site-bytes={total + 199_000}")
        self.assertLess(len(site), len(plain) + 1)
        site = self.site("--logo", "logo", "--limit", f"site-files={len(plain)}")
        self.assertLess(len(site), len(plain) + 1)

    def test_in_the_bundle(self):
        self.site("--logo", "logo", "-o", "all.zip")
        with zipfile.ZipFile(self.folder / "all.zip") as bundle:
            self.assertEqual(bundle.read("site/runtally-logo.png"), PNG)

    def test_in_the_config(self):
        self.write("runtally.json", json.dumps({"logo": "logo", "accent": "#fe0"}))
        self.assertIn("--link: #ffee00", self.page())
        self.write("runtally.json", json.dumps({"accent": "red"}))
        self.assertEqual(self.run_here("run.json").returncode, 2)


if __name__ == "__main__":
    sys.exit(harness.main())
