#!/usr/bin/env python3
"""What the conventions of this code demand and a script can hold.

Each check is a function that yields complaints; warnings are printed and do not fail.
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

import harness
from tree import Symbols, Tree, blanked, functions

ROOT = harness.ROOT
TREE = Tree(ROOT, harness.BUILD)
HEADERS, SOURCES = TREE.headers, TREE.sources
place, module = TREE.place, TREE.module
TEMPLATES = sorted(path for path in (ROOT / "templates").glob("*/*") if path.is_file())

# The rooms of src/, lowest first: a file includes nothing of a later room.
ROOMS = ("base json model input adapters ingest analysis template view formats history "
         "cli main").split()

JANSSON = {"json/json", "json/pick", "json/text", "input/records",
           "adapters/adapter_input", "cli/options_config"}
LIBZIP = {"input/archive", "base/output"}

PRINTING = re.compile(r"(?<!format\()\b(?:v?f?printf|puts|putchar|fputs|fputc|putc|perror|exit|"
                      r"_exit|abort|stdout|stderr)\b")
ALLOCATING = re.compile(r"\b(?:malloc|calloc|realloc|free|strdup|strndup|asprintf|getline)\s*\(")
FORBIDDEN = re.compile(r"\b(?:strcpy|strcat|strncat|sprintf|vsprintf|strtok|gmtime|localtime|"
                       r"asctime|ctime|mktime|atoi|atol|atof|gets|setlocale|alloca|rand|system|"
                       r"popen|tmpnam|mktemp)\s*\(")

# Markup that our own code laid out and escaped (templates/README.md).
RAW = {"style_hash", "table", "evidence", "link", "series_chart", "strip_chart", "rate_chart",
       "duration_chart", "latency_chart", "cost_chart", "score_chart", "colored.red",
       "colored.green", "colored.yellow", "colored.bold", "colored.dim", "colored.off"}
RAW_JUNIT = {"body", "output"}

COLUMNS = 100
FUNCTION_LINES = 50
LONG_SHARE = 10  # per cent


def matches(pattern, path):
    for _, line, found in TREE.lines_matching(pattern, [path], blanked):
        yield line, found


def room_of(path):
    """A private header lies beside its source, a public one in the room's folder of include."""
    base = ROOT / ("src" if path.is_relative_to(ROOT / "src") else "include/runtally")
    name = path.relative_to(base)
    return name.parts[0] if len(name.parts) > 1 else name.stem


def check_rooms():
    include = re.compile(r'#include "([^"]+)"')
    for path in HEADERS + SOURCES:
        own = room_of(path)
        if own not in ROOMS:
            yield f"{place(path)}: {own} is no room (tests/lint.py)"
            continue
        for line, found in matches(include, path):
            beside = (path.parent / found[1]).resolve()
            if found[1].startswith("runtally/"):
                room = found[1].split("/")[1]
                if room not in ROOMS or ROOMS.index(room) > ROOMS.index(own):
                    yield f"{place(path, line)}: includes {found[1]}, of a later room"
            elif not beside.is_file() or room_of(beside) != own:
                yield f"{place(path, line)}: {found[1]} is private to another room"


def check_what_stands_in_src():
    found = {path.name for path in (ROOT / "src").iterdir()}
    wanted = {room for room in ROOMS if room != "main"} | {"main.c", "README.md", "runtally.1"}
    for name in sorted(found - wanted):
        yield f"src/{name}: is no room"
    for name in sorted(wanted - found):
        yield f"src/{name}: is missing"


def check_room_readmes():
    for room in ROOMS:
        path = ROOT / "src" / room / "README.md"
        if room == "main":
            continue
        lines = path.read_text().count("\n") if path.exists() else 0
        if not 5 <= lines <= 14:
            yield f"{place(path)}: has {lines} lines, where 5 to 14 say what a room is for"


def check_circles():
    """No two files need each other, be it through others: by the symbols of the object files."""
    symbols = Symbols(TREE)
    for path in symbols.missing:
        yield f"{path}: no object file of it; run make first"
    for circle in symbols.circles():
        yield f"need each other: {', '.join(circle)}"
        for file in circle:
            for other, names in sorted(symbols.needs(file).items()):
                if other in circle:
                    yield f"    {file} needs {other}: {', '.join(sorted(names))}"


def check_doubled_tags():
    for tag, places in TREE.doubled_tags().items():
        yield f"{tag} has two meanings: {', '.join(places)}"


def warn_unused_functions():
    """Tests are no use."""
    symbols = Symbols(TREE)
    for name in symbols.functions():
        if not symbols.users[name]:
            yield f"src/{symbols.owner[name]}.c: nothing uses {name}, so it could be static or go"


def check_names_of_apis():
    for where, name in TREE.named_apis():
        yield f"{where}: {name} is for its adapter to know"


def check_names_of_formats():
    for where, name in TREE.named_formats():
        yield f"{where}: {name} is for its row among the formats to know"


def check_libraries():
    for path in HEADERS + SOURCES:
        text = path.read_text()
        if "<jansson.h>" in text and module(path) not in JANSSON:
            yield f"{place(path)}: includes jansson.h"
        if re.search(r"\bjson_[a-z]+\(", blanked(text)) and module(path) not in JANSSON:
            yield f"{place(path)}: calls jansson"
        if "<zip.h>" in text and module(path) not in LIBZIP:
            yield f"{place(path)}: includes zip.h"


def check_printing():
    for path in SOURCES:
        if path.name in ("main.c", "console.c", "process.c"):
            continue
        for line, found in matches(PRINTING, path):
            # What ends the program where nobody has said how.
            if path.name == "arena.c" and found[0] == "abort":
                continue
            yield f"{place(path, line)}: {found[0]} is for console.c and process.c alone"


def check_allocation():
    for path in SOURCES + HEADERS:
        if path.name == "arena.c":
            continue
        for line, found in matches(ALLOCATING, path):
            # What realpath() returns.
            if path.name == "output.c" and found[0].startswith("free"):
                continue
            yield f"{place(path, line)}: {found[0]}) is for arena.c alone"


def check_forbidden():
    for path in SOURCES + HEADERS:
        for line, found in matches(FORBIDDEN, path):
            yield f"{place(path, line)}: {found[0]}) is not used here"


def check_typedefs():
    for path in SOURCES + HEADERS:
        for line, _ in matches(re.compile(r"\btypedef\s+(?:struct|enum|union)\b"), path):
            yield f"{place(path, line)}: a typedef hides a struct"


def check_headers_compile_alone():
    flags = ["-std=c11", "-D_XOPEN_SOURCE=700", "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra",
             "-Werror", f"-I{ROOT / 'include'}", f"-I{ROOT / 'src'}"]
    packages = subprocess.run(["pkg-config", "--cflags", "jansson", "libzip"],
                              capture_output=True, text=True).stdout.split()
    compiler = shlex.split(os.environ.get("CC", "cc"))

    def compile_alone(path):
        return subprocess.run(compiler + flags + packages + ["-fsyntax-only", "-x", "c", "-"],
                              input=f'#include "{path}"\n', text=True,
                              capture_output=True).stderr
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, errors in zip(HEADERS, pool.map(compile_alone, HEADERS)):
            if errors:
                yield f"{place(path)}: does not compile alone:\n{errors[:800]}"


def check_columns():
    for path in SOURCES + HEADERS + sorted((ROOT / "tests").rglob("*.[ch]")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if len(line.expandtabs(8)) > COLUMNS:
                yield f"{place(path, number)}: is longer than {COLUMNS} columns"
            if line != line.rstrip():
                yield f"{place(path, number)}: ends in blanks"


def warn_long_functions():
    found = [(lines, place(path, line), name) for path in SOURCES
             for name, line, lines, _ in functions(path)]
    long = sorted((row for row in found if row[0] > FUNCTION_LINES), reverse=True)
    if len(long) * 100 > len(found) * LONG_SHARE:
        yield f"{len(long)} of {len(found)} functions are over {FUNCTION_LINES} lines"
    for lines, where, name in long:
        yield f"{where}: {name} has {lines} lines"


def warn_long_files():
    for path in SOURCES:
        lines = path.read_text().count("\n")
        if lines > 600:
            yield f"{place(path)}: has {lines} lines"


def check_raw_tags():
    pattern = re.compile(r"\{\{\{\s*([^}]*?)\s*\}\}\}|\{\{&\s*([^}]*?)\s*\}\}")
    for path in TEMPLATES:
        allowed = RAW_JUNIT if path.parent.name == "junit" else RAW
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for found in pattern.finditer(line):
                if (found[1] or found[2]) not in allowed:
                    yield f"{place(path, number)}: {found[0]} is not escaped"


SITE_SCRIPT = '<script src="site.js" defer></script>'


def check_html_templates():
    """Pages work under a policy that blocks inline style and every script."""
    for path in TEMPLATES:
        if path.parent.name != "html":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            line = line.replace(SITE_SCRIPT, "") if path.name == "page_head.mustache" else line
            for word in ("style=", "<script", "javascript:", " onclick", "<iframe", "@import"):
                if word in line:
                    yield f"{place(path, number)}: holds {word.strip()}"


def members():
    """Names that templates may ask for, each with the class of its table: the tables are walked."""
    told = subprocess.run([harness.BUILD / "tests/unit/test_members", "names"],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    return {name: of for of, name in (line.rsplit(": ", 1) for line in told.splitlines())}


def members_of_junit():
    """JUnit has a root of its own."""
    for path in (ROOT / "src/formats/junit").glob("*.c"):
        yield from re.findall(r'\{\s*"(\w+)",\s*[A-Z]', path.read_text())
        yield from re.findall(r'\.has = "(\w+)"', path.read_text())


def documented():
    """All words in code of templates/README.md, and those that head a row of its tables."""
    text = (ROOT / "templates/README.md").read_text()
    words, heads = set(), set()
    for number, line in enumerate(text.splitlines()):
        for span in re.findall(r"`([^`]+)`", line):
            words.update(re.findall(r"\w+", span))
        if line.startswith("| `"):
            for span in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
                heads.update(re.findall(r"[a-z]\w*", span))
    return words, heads


def check_template_values():
    known, (words, heads) = members(), documented()
    if len(known) < 100:
        yield f"only {len(known)} values were found in src/view"
    # `has_hidden_…` stands for all that begin so.
    starts = tuple(word for word in words if word.endswith("_"))
    for name in sorted(set(known) - words):
        if not name.startswith(starts or "?"):
            yield f"a member of a {known[name]}: {name} is not in templates/README.md"
    for name in sorted(heads - set(known) - set(starts)):
        yield f"templates/README.md: {name} is no value of src/view"


def check_template_tags():
    """Every name that a template asks for is one that some value has."""
    names = set(members()) | set(members_of_junit())
    tag = re.compile(r"\{\{\{?\s*([#^&/]?)\s*([\w.]+)\s*\}?\}\}")
    for path in TEMPLATES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for _, name in tag.findall(line):
                for part in name.split("."):
                    if part and part not in names:
                        yield f"{place(path, number)}: no value is called {part}"


def help_options():
    text = harness.runtally("--help").stdout.decode()
    return set(re.findall(r"^ +(?:-\w, )?--([a-z0-9-]+)", text, re.M))


def check_manual():
    manual = ROOT / "src/runtally.1"
    text = manual.read_text()
    options = help_options()
    told = set()
    for line in re.findall(r"^\.It (Fl .*)$", text, re.M):
        told.update(re.findall(r"Fl -([a-z0-9-]+)", line))
    for name in sorted(options - told):
        yield f"{place(manual)}: --{name} is missing"
    for name in sorted(told - options):
        yield f"{place(manual)}: --{name} is not in --help"


def check_readme_options():
    """What the README shows must exist."""
    text = (ROOT / "README.md").read_text()
    for name in sorted(set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]+)", text)) - help_options()):
        # Of other programs in its examples.
        if name not in {"user", "mail", "url", "suite-name", "data-binary", "form", "header",
                        "netrc", "mail-rcpt", "upload-file"}:
            yield f"README.md: --{name} is not in --help"


def check_formatted_python():
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if len(line) > COLUMNS:
                yield f"{place(path, number)}: is longer than {COLUMNS} columns"


def main():
    passed = failed = 0
    words = sys.argv[1:]
    for name, check in list(globals().items()):
        if not name.startswith(("check_", "warn_")) or (words and name not in words):
            continue
        complaints = list(check())
        for complaint in complaints:
            print(("warning: " if name.startswith("warn_") else "FAIL: ") + complaint)
        if name.startswith("check_"):
            failed += bool(complaints)
            passed += not complaints
    return harness.say_counts(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
