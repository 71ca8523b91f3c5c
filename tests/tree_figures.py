#!/usr/bin/env python3
"""How large the tree is and how it hangs together, a figure a line; more trees, more columns.

    tree_figures.py [ROOT...]    each with its objects in ROOT/build; where none: this tree, BUILD
"""

import sys

import harness
from tree import Symbols, Tree, functions


def figures(tree):
    """(name, number)"""
    symbols = Symbols(tree)
    if symbols.missing:
        sys.exit(f"{symbols.missing[0]}: no object file of it; run make first")
    files = tree.sources + tree.headers
    found = [row for path in files for row in functions(path)]
    public = symbols.functions()
    users = [len(symbols.users[name]) for name in public]
    yield "lines of src and include", tree.lines()
    yield "files", len(files)
    lengths = [path.read_text().count("\n") for path in tree.sources]
    yield "  sources with fewer than 90 lines", sum(length < 90 for length in lengths)
    yield "  sources with more than 600", sum(length > 600 for length in lengths)
    yield "functions", len(found)
    yield "  per 1,000 lines of sources", round(len(found) * 1000 / sum(lengths))
    yield "  static, per cent", round(100 - len(public) * 100 / len(found))
    yield "  with at most 3 lines", sum(row[2] <= 3 for row in found)
    yield "  with more than 50 lines", sum(row[2] > 50 for row in found)
    yield "public functions", len(public)
    yield "  used by one file", users.count(1)
    yield "  used by none", users.count(0)
    yield "circles of files", len(symbols.circles())
    yield "  files in them", sum(map(len, symbols.circles()))
    yield "tags with two meanings", len(tree.doubled_tags())
    yield "searches of a hash table by hand", len(list(tree.hash_tables()))
    yield "places that name an API", len(list(tree.named_apis()))
    yield "places that name a format", len(list(tree.named_formats()))


def main():
    trees = [Tree(root, f"{root}/build") for root in sys.argv[1:]] or \
        [Tree(harness.ROOT, harness.BUILD)]
    for rows in zip(*map(figures, trees)):
        print(f"{rows[0][0]:36}" + "".join(f"{number:>9,}" for _, number in rows))


if __name__ == "__main__":
    main()
