"""What lint.py and tree_figures.py measure: files, functions, symbols of object files, tags, names.

A tree is a folder with src/ and include/, and a folder with the object files that were built of it.
"""

import collections
import pathlib
import re
import subprocess

# How src/ names what it does not know: the APIs, and the formats by the names of their rows. Those
# that are also everyday words count only where a format is looked up.
APIS = re.compile(r"kapso|sigmamind|telnyx|magpipe|playgent", re.I)
FORMATS = re.compile(r'"(?:html|markdown|junit|csv|mail-html|mail-text)(?:/\w+)?"|'
                     r'\bformat_by_name\("[\w-]+"')

# One step of a search in a table with open addressing.
PROBE = re.compile(r"\+ 1\) & |\[\w+ & \(")

TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"')
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
TOKEN = re.compile(COMMENT.pattern + "|" + TEXT.pattern + r"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(text):
    """As many lines, nothing in them."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return TOKEN.sub(lambda found: blank(found[0]) if found[0].startswith("/") else found[0], text)


def blanked(text):
    """The code alone: comments and the insides of texts give way to blanks, lines stay."""
    def less(found):
        start = text.rfind("\n", 0, found.start()) + 1
        if text[start:found.start()].startswith("#include"):
            return found[0]
        return blank(found[0])
    return TOKEN.sub(less, text)


def functions(path):
    """(name, line, lines, is static) of each: a body opens and closes at the margin here."""
    name = start = None
    static = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        head = re.match(r"\w[\w *]*?(\w+)\((?!.*[;={]$)", line)
        if head:
            name, static = head[1], line.startswith("static ")
        if line == "{":
            start = number
        elif line == "}" and start:
            yield name, start, number - start - 1, static
            start = None


class Tree:
    def __init__(self, root, build):
        self.root, self.build = pathlib.Path(root), pathlib.Path(build)
        self.sources = sorted((self.root / "src").rglob("*.c"))
        self.headers = (sorted((self.root / "include/runtally").rglob("*.h")) +
                        sorted((self.root / "src").rglob("*.h")))

    def place(self, path, line=None):
        name = path.relative_to(self.root)
        return f"{name}:{line}" if line else f"{name}"

    def module(self, path):
        """`json/pick` of src/json/pick.c and of include/runtally/json/pick.h."""
        base = "src" if path.is_relative_to(self.root / "src") else "include/runtally"
        return path.relative_to(self.root / base).with_suffix("").as_posix()

    def lines(self):
        return sum(path.read_text().count("\n") for path in self.sources + self.headers)

    def lines_matching(self, pattern, paths=None, of=without_comments):
        """(path, line number, what was found)"""
        for path in paths or self.headers + self.sources:
            for number, line in enumerate(of(path.read_text()).splitlines(), 1):
                for found in pattern.finditer(line):
                    yield path, number, found

    def doubled_tags(self):
        """{tag: [places]} of those that two files define: a file may have one for each machine."""
        head = re.compile(r"^(?:struct|enum|union) (\w+) \{")
        places = collections.defaultdict(dict)
        for path, line, found in self.lines_matching(head):
            places[found[1]].setdefault(path, self.place(path, line))
        return {tag: list(found.values()) for tag, found in sorted(places.items())
                if len(found) > 1}

    def hash_tables(self):
        """Places that search a table with open addressing by hand, one a function."""
        last = None
        for path, line, _ in self.lines_matching(PROBE):
            if self.module(path) == "base/hash_table":
                continue
            start = max([at for _, at, _, _ in functions(path) if at <= line], default=line)
            if last != (path, start):
                yield self.place(path, line)
            last = path, start

    def named_apis(self):
        """Places outside the adapters and their table whose texts or code name an API."""
        for path, line, found in self.lines_matching(APIS):
            if not re.match(r"adapters/|adapter$", self.module(path)):
                yield self.place(path, line), found[0]

    def named_formats(self):
        """Places outside the formats and their table that name one."""
        for path, line, found in self.lines_matching(FORMATS):
            # In a table of values a name is that of a member.
            if not re.match(r"formats/|format$", self.module(path)) and \
                    "MEMBER_" not in path.read_text().splitlines()[line - 1]:
                yield self.place(path, line), found[0]


class Symbols:
    """Which object file needs which, by what they define and use."""

    def __init__(self, tree):
        self.defined, self.used, self.missing = {}, {}, []
        objects = {path: tree.build / path.relative_to(tree.root).with_suffix(".o")
                   for path in tree.sources}
        self.missing = [tree.place(path) for path, made in objects.items()
                        if not made.exists() or made.stat().st_mtime < path.stat().st_mtime]
        for path, made in objects.items():
            if made.exists():
                self.read(tree.module(path), made)
        self.owner = {name: file for file, names in self.defined.items() for name in names
                      if name != "main"}
        self.users = collections.defaultdict(set)
        for file, names in self.used.items():
            for name in names & self.owner.keys():
                self.users[name].add(file)

    def read(self, file, made):
        told = subprocess.run(["nm", "-P", made], capture_output=True, text=True, check=True)
        self.defined[file], self.used[file] = {}, set()
        for line in told.stdout.splitlines():
            name, kind = line.split()[:2]
            if kind in "TDBRVW":
                self.defined[file][name] = kind
            elif kind == "U":
                self.used[file].add(name)

    def functions(self):
        return sorted(name for name, file in self.owner.items() if self.defined[file][name] == "T")

    def needs(self, file):
        """{other file: {names}}"""
        found = collections.defaultdict(set)
        for name in self.used[file] & self.owner.keys():
            if self.owner[name] != file:
                found[self.owner[name]].add(name)
        return found

    def circles(self):
        """Sets of files each of which needs, in steps, each other: Tarjan's algorithm."""
        edges = {file: sorted(self.needs(file)) for file in sorted(self.defined)}
        index, low, stack, found = {}, {}, [], []

        def visit(file):
            index[file] = low[file] = len(index)
            stack.append(file)
            for other in edges[file]:
                if other not in index:
                    visit(other)
                    low[file] = min(low[file], low[other])
                elif other in stack:
                    low[file] = min(low[file], index[other])
            if low[file] == index[file]:
                at = stack.index(file)
                if len(stack) - at > 1:
                    found.append(sorted(stack[at:]))
                del stack[at:]

        for file in edges:
            if file not in index:
                visit(file)
        return sorted(found)
