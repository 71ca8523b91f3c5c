#!/usr/bin/env python3
"""Runs what README.md shows: the commands of its ```console blocks, in a copy of the checkout.

A line that begins with `$ ` is a command, what follows it is what it prints (standard output and
standard error together), up to the next command. `...` stands for any text; a line of it alone for
any lines. A command may be followed by spaces and a `# comment`. `make` is run by CI itself.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import harness

NOT_RUN = ("make ", "sudo ", "man ", "curl ", "git clone")


def blocks(text):
    """(line, block) of each console block."""
    for found in re.finditer(r"^```console\n(.*?)^```$", text, re.M | re.S):
        yield text[:found.start()].count("\n") + 2, found[1]


def commands(first_line, block):
    """(line, command, expected output)"""
    command = None
    for number, line in enumerate(block.splitlines(), first_line):
        if line.startswith("$ "):
            if command:
                yield at, command, "".join(expected)
            at, command, expected = number, re.sub(r"  +#.*$", "", line[2:]), []
        elif command and command.endswith("\\"):
            command = command[:-1] + line.lstrip()
        elif command:
            expected.append(line + "\n")
    if command:
        yield at, command, "".join(expected)


def fits(expected, found):
    pattern = re.escape(expected).replace(re.escape("...\n"), "(?:.*\n)*?").replace(
        re.escape("..."), ".*?")
    return re.fullmatch(pattern, found) is not None


def run(command, folder):
    env = harness.environment()
    env["PATH"] = f"{harness.RUNTALLY.parent}:{env['PATH']}"
    env["LC_ALL"] = "C.UTF-8"
    ended = subprocess.run(["sh", "-c", command], cwd=folder, env=env, timeout=harness.LIMIT,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.stdout.decode("utf-8", "backslashreplace")


def main():
    text = (harness.ROOT / "README.md").read_text()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="runtally-readme-") as scratch:
        folder = pathlib.Path(scratch)
        for name in ("samples", "templates"):
            shutil.copytree(harness.ROOT / name, folder / name)
        for first_line, block in blocks(text):
            for line, command, expected in commands(first_line, block):
                if command.startswith(NOT_RUN):
                    skipped += 1
                    continue
                found = run(command, folder)
                if fits(expected, found):
                    passed += 1
                    continue
                failed += 1
                print(f"FAIL: README.md:{line}: $ {command}\n--- shown\n{expected}--- found\n"
                      f"{found[:4000]}")
    return harness.say_counts(passed, failed, skipped)


if __name__ == "__main__":
    sys.exit(main())
