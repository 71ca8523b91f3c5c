"""What a document says, without how it is laid out: for goldens that compare values.

A page is what a reader gets of it: its texts, a line a block, and what attributes say or lead to.
A mail is its headers and those of its parts, whose texts are reports of their own.
"""

import difflib
import email
import email.policy
import html.parser
import re

SILENT = {"style", "script", "meta", "link"}
INLINE = {"a", "abbr", "b", "bdi", "br", "cite", "code", "em", "i", "q", "s", "small", "span",
          "strong", "sub", "sup", "time", "u"}
CELLS = {"td", "th"}
# Attributes that hold values; all others are layout.
SAYING = ("href", "title", "aria-label", "alt", "datetime", "value", "placeholder")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.lines, self.line, self.silent = [], "", None

    def end_line(self):
        line = " ".join(self.line.split())
        if line:
            self.lines.append(line)
        self.line = ""

    def handle_starttag(self, tag, attributes):
        if tag in SILENT:
            self.silent = tag if tag in ("style", "script") else self.silent
            return
        if tag in CELLS:
            self.line += " | "
        elif tag == "br":
            self.line += " "
        elif tag not in INLINE:
            self.end_line()
        if tag == "details" and dict(attributes).get("open", 0) != 0:
            self.line += "(open) "
        for name, value in attributes:
            if name in SAYING or name.startswith("on") or name == "src":
                self.line += f" [{name} {value}] "

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = None
        elif tag not in INLINE and tag not in CELLS:
            self.end_line()

    def handle_data(self, data):
        if not self.silent:
            self.line += data


def of_page(data):
    page = Page()
    page.feed(data.decode("utf-8"))
    page.close()
    page.end_line()
    return page.lines


def of_mail(data):
    lines = []
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        # Made of the whole, so they change with every letter of it.
        lines += [re.sub(r'boundary="=_\w+"', 'boundary="..."', f"{name}: {value}")
                  for name, value in part.items() if name != "Message-ID"]
        lines.append("(parts)" if part.is_multipart() else
                     "(text)" if part.get_content().strip() else "(nothing)")
    return lines


def of(name, data):
    if name.endswith(".html"):
        return of_page(data)
    if name.endswith(".eml"):
        return of_mail(data)
    return data.decode("utf-8").splitlines()


def lines(texts):
    return "".join(f"{text}\n" for text in texts).encode()


def differing(texts, others):
    """What is said beside, and what instead of `others`: no places, which move with the layout."""
    diff = difflib.unified_diff(others, texts, n=0, lineterm="")
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]
