#!/usr/bin/env python3
"""Goldens: folders with a command, its inputs, and what must come out.

    tests/golden/NAME/cmd    the arguments, one shell-quoted line; {out} is a folder to write to
    tests/golden/NAME/each   optional, a glob: the command runs for every file of it, {each}
    tests/golden/NAME/in/    inputs, unless the command names others; the working folder is NAME
    tests/golden/NAME/now    optional, seconds since 1970: the present, else that of harness.py
    tests/golden/NAME/out/   what must come out: the files written to {out}, and stdout, stderr,
                             status where they are not empty or 0; with `each` a folder per file
    tests/golden/NAME/show   optional, how files of a name (a glob) are compared, a line each:
                             GLOB whole         to the byte
                             GLOB words         what they say (words.py), as FILE.words
                             GLOB like OTHER    what they say else than the golden OTHER's file
                                                of that name, as FILE.differs; none: nothing else

Where `show` is silent, pages and mails are compared by words and all else whole: each template has
one whole document somewhere, so that a change of it is read once.

    golden.py [--update] [NAME...]
"""

import concurrent.futures
import difflib
import fnmatch
import functools
import os
import pathlib
import shlex
import shutil
import sys
import tempfile

import harness
import words

GOLDEN = harness.TESTS / "golden"
DIFF_LINES = 40


class Call:
    """One command to run, and the folder that holds what must come out of it."""

    def __init__(self, folder, name, expected, each=None):
        self.folder, self.name, self.expected, self.each = folder, name, expected, each

    def arguments(self, out):
        line = (self.folder / "cmd").read_text()
        return [word.replace("{out}", str(out)).replace("{each}", str(self.each))
                for word in shlex.split(line)]

    @functools.cached_property
    def rules(self):
        """[(glob, how, other golden or None)], the default last."""
        show = self.folder / "show"
        lines = show.read_text().splitlines() if show.exists() else []
        lines += ["*.html words", "*.eml words", "* whole"]
        return [(*line.split(), None)[:3] for line in lines]

    def rule(self, name):
        return next((how, other) for glob, how, other in self.rules
                    if fnmatch.fnmatchcase(name, glob))

    def shown(self):
        """What comes out, as it is compared: {name: bytes}."""
        found = {}
        for name, data in self.produce().items():
            how, other = self.rule(name)
            if how == "whole":
                found[name] = data
            elif how == "words":
                found[f"{name}.words"] = words.lines(words.of(name, data))
            else:
                differing = words.differing(words.of(name, data),
                                            words.of(name, produced(other)[name]))
                if differing:
                    found[f"{name}.differs"] = words.lines(differing)
        return found

    def environment(self):
        now = self.folder / "now"
        more = {"SOURCE_DATE_EPOCH": now.read_text().strip()} if now.exists() else {}
        return harness.environment(**more)

    def produce(self):
        """What comes out: {name: bytes}."""
        with tempfile.TemporaryDirectory(prefix="runtally-golden-") as out:
            ended = harness.runtally(*self.arguments(out), cwd=self.folder,
                                     env=self.environment())
            found = read_tree(pathlib.Path(out))
        # The place of the temporary folder must not matter, where a message names it.
        place = out.encode()
        for name, data in (("stdout", ended.stdout), ("stderr", ended.stderr)):
            if data:
                found[name] = data.replace(place, b"{out}")
        if ended.returncode:
            found["status"] = b"%d\n" % ended.returncode
        return found


@functools.cache
def produced(name):
    """By a golden without `each`."""
    return Call(GOLDEN / name, name, GOLDEN / name / "out").produce()


def read_tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def calls_of(folder):
    each = folder / "each"
    if not each.exists():
        return [Call(folder, folder.name, folder / "out")]
    files = sorted(folder.glob(each.read_text().strip()))
    return [Call(folder, f"{folder.name}/{file.name}", folder / "out" / file.name,
                 os.path.relpath(file, folder)) for file in files]


def lines_of(data):
    return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)


def explain(name, expected, found):
    """Why two byte strings differ; None when they do not."""
    if expected == found:
        return None
    if expected is None:
        return f"{name}: is new\n" + "".join(lines_of(found)[:DIFF_LINES])
    if found is None:
        return f"{name}: does not come out any more\n"
    diff = list(difflib.unified_diff(lines_of(expected), lines_of(found), name, "now"))
    if not diff:
        return f"{name}: differs in bytes that are not text\n"
    cut = diff[:DIFF_LINES]
    text = "".join(line if line.endswith("\n") else line + "\n" for line in cut)
    if len(diff) > DIFF_LINES:
        text += f"... {len(diff) - DIFF_LINES} more lines\n"
    return text


def compare(call):
    found, expected = call.shown(), read_tree(call.expected)
    reasons = [explain(name, expected.get(name), found.get(name))
               for name in sorted(set(found) | set(expected))]
    return "".join(reason for reason in reasons if reason)


def update(call):
    found = call.shown()
    if read_tree(call.expected) == found:
        return ""
    shutil.rmtree(call.expected, ignore_errors=True)
    for name, data in found.items():
        path = call.expected / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return "rewritten\n"


def strays(calls):
    """Folders of files that `each` does not name any more."""
    named = {call.expected for call in calls}
    for folder in {call.folder for call in calls if call.each}:
        yield from (path for path in sorted((folder / "out").glob("*")) if path not in named)


def chosen(names):
    folders = sorted(path.parent for path in GOLDEN.glob("*/cmd"))
    return [folder for folder in folders if not names or folder.name in names]


def main():
    names = [word for word in sys.argv[1:] if word != "--update"]
    updating = "--update" in sys.argv
    calls = [call for folder in chosen(names) for call in calls_of(folder)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        told = list(pool.map(update if updating else compare, calls))
    failed = 0
    for call, text in zip(calls, told):
        if text and updating:
            print(f"{call.name}: rewritten")
        elif text:
            failed += 1
            print(f"FAIL: golden {call.name}\n{text}")
    for stray in strays(calls):
        if updating:
            shutil.rmtree(stray)
        else:
            failed += 1
            print(f"FAIL: {stray.relative_to(GOLDEN)}: no input has this name")
    return harness.say_counts(len(calls) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
