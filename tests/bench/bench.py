#!/usr/bin/env python3
"""Measures runtally beside other programs that do the same work; `make bench` builds them first.

    bench.py [--size BYTES] [--rounds N] [--markdown] [--data FOLDER] [PART...]

Parts: array ndjson files zip render scale instructions; all of them without one. README.md, beside
this file, says what each measures.
"""

import argparse
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import agree  # noqa: E402
import harness  # noqa: E402
import measure  # noqa: E402
import tables  # noqa: E402
from measure import Contender, Failure  # noqa: E402

TOOLS = harness.BUILD / "tests/bench"
TIMED = TOOLS / "timed"
# What a run of the generator's takes on average; there is one file a run.
RUN_BYTES = 5000
INSTRUCTIONS_MOST = 9
BUSY = 1.15
FOUR = ("html", "markdown", "junit", "json")
STREAMED = ("junit", "markdown", "json", "records")

LABELS = {
    "one": "runtally, one thread", "two": "runtally, two threads",
    "ondemand": "simdjson On-Demand", "load_file": "json_load_file", "jq": "jq",
    "node": "node, JSON.parse by lines", "read_loop": "a read loop", "zip_loop": "a libzip loop",
    "unzip": "unzip -p",
}

# (what, the part, what is divided: contender and figure, by what, whether at least or at most, how
# much); "one" and "two" are runtally with so many threads.
DEMANDS = (
    ("runtally / simdjson On-Demand, one thread", "array", ("one", "cpu"), ("ondemand", "cpu"),
     "<=", 2.0),
    ("json_load_file / runtally, one thread", "array", ("load_file", "cpu"), ("one", "cpu"),
     ">=", 12),
    ("one thread / two threads", "array", ("one", "wall"), ("two", "wall"), ">=", 1.6),
    ("node by lines / runtally, one thread", "ndjson", ("node", "cpu"), ("one", "cpu"), ">=", 3.5),
    ("node by lines / runtally, two threads", "ndjson", ("node", "wall"), ("two", "wall"),
     ">=", 5.5),
    ("jq / runtally, one thread", "ndjson", ("jq", "cpu"), ("one", "cpu"), ">=", 12),
    ("one thread / two threads", "ndjson", ("one", "wall"), ("two", "wall"), ">=", 1.6),
    ("runtally / a read loop, one thread", "files", ("one", "cpu"), ("read_loop", "cpu"), "<=", 3),
    ("runtally / a libzip loop, one thread", "zip", ("one", "cpu"), ("zip_loop", "cpu"),
     "<=", 1.35),
    ("runtally, two threads / unzip -p", "zip", ("two", "wall"), ("unzip", "wall"), "<=", 0.6),
)


class Bench:
    def __init__(self, options):
        self.options = options
        self.data = pathlib.Path(options.data).resolve()
        self.data.mkdir(parents=True, exist_ok=True)
        self.out = tables.Printer(options.markdown)
        self.has_jobs = "--jobs" in harness.runtally("--help").stdout.decode()
        self.demands = []

    # ---- data ----

    def generate(self, shape, *words):
        """(path, runs, bytes); what the same generator made of the same words is used again."""
        path = self.data / "-".join([shape, *(word.strip("-") for word in words)])
        stamp = pathlib.Path(f"{path}.told")
        head = generator_version() + "\n"
        if not stamp.exists() or not stamp.read_text().startswith(head):
            shutil.rmtree(path, ignore_errors=True)
            told = subprocess.run([TOOLS / "generate", *words, shape, path], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
            stamp.write_text(head + told)
            # Or the disk is busy while others are measured.
            os.sync()
        runs, size = map(int, re.findall(r"\d+", stamp.read_text()[len(head):]))
        return path, runs, size

    # ---- contenders ----

    def command(self, source, formats=("json",), jobs=None):
        words = [harness.RUNTALLY, "-q"]
        for name in formats:
            words += ["-o", f"{name}={self.data / 'out'}/report.{name}"]
        if jobs and self.has_jobs:
            words += ["--jobs", str(jobs)]
        return [*words, source]

    def ours(self, source):
        two = Contender("two", self.command(source, jobs=2))
        if not self.has_jobs:
            two = Contender("two", None, "runtally has no --jobs")
        return [Contender("one", self.command(source, jobs=1)), two]

    def built(self, name, *words):
        path = TOOLS / name
        if not path.exists():
            return Contender(name, None, "not built: its library is not installed")
        return Contender(name, [path, *words])

    @staticmethod
    def installed(name, program, *words):
        if not shutil.which(program):
            return Contender(name, None, f"{program} is not installed")
        return Contender(name, [program, *words])

    # ---- a part ----

    def wipe(self):
        shutil.rmtree(self.data / "out", ignore_errors=True)
        (self.data / "out").mkdir()

    def check_report(self, runs):
        report, suites = agree.read_report(self.data / "out/report.json")
        if report["totals"]["runs"] != runs or report["notes"]:
            raise Failure(f"runtally counts {report['totals']['runs']} runs of {runs}, with "
                          f"{len(report['notes'])} notes")
        return suites

    def check(self, contenders, runs, size):
        """Runs each once, which also warms the page cache, and compares what they found."""
        found, first = None, None
        for contender in contenders:
            if not contender.command:
                self.out.line(f"left out: {contender.name}: {contender.why}")
                continue
            self.wipe()
            path = measure.printed(TIMED, contender.command, self.data)
            if contender.name in ("one", "two"):
                suites = self.check_report(runs)
                if found not in (None, suites):
                    raise Failure("runtally: another report with another number of threads")
                found = suites
            elif contender.name in CHECKS:
                CHECKS[contender.name](contender, path, runs, size)
            else:
                sums = check_sums(contender, path, found)
                first = first or (contender, sums)
                if sums != first[1]:
                    raise Failure(f"{contender.name} differs from {first[0].name}")
            os.unlink(path)

    def part(self, name, title, contenders, runs, size):
        self.out.head(title)
        self.check(contenders, runs, size)
        measure.measure(TIMED, contenders, self.options.rounds, self.data,
                        lambda text: measure.progress(f"{name}: {text}"))
        measure.progress("")
        running = [contender for contender in contenders if contender.command]
        own = running[0].median("cpu")
        self.out.table(
            ["", "CPU", "wall", "MB/s of CPU", "runs/s of CPU", "peak", "CPU / runtally"],
            [[LABELS[contender.name], tables.seconds(cpu), tables.seconds(contender.median("wall")),
              tables.number(size / 1e6 / cpu), tables.number(runs / cpu),
              tables.size(contender.median("peak")), tables.number(cpu / own)]
             for contender in running for cpu in [contender.median("cpu")]])
        self.warn_busy(running[0])
        by_name = {contender.name: contender for contender in contenders}
        for what, part, over, under, sign, bound in DEMANDS:
            if part == name:
                self.demand_ratio(f"{part}: {what}", by_name, over, under, sign, bound)

    def warn_busy(self, contender):
        """One thread that reads from the page cache waits for nothing but a core."""
        cpu, wall = contender.median("cpu"), contender.median("wall")
        if wall > BUSY * cpu:
            self.out.line(f"the machine was busy: {tables.seconds(wall)} passed for "
                          f"{tables.seconds(cpu)} of work; do not trust wall times")

    def demand_ratio(self, what, by_name, over, under, sign, bound):
        if by_name[over[0]].command and by_name[under[0]].command:
            found = by_name[over[0]].median(over[1]) / by_name[under[0]].median(under[1])
            self.demand(what, sign, bound, found)
        else:
            self.demands.append([what, f"{sign} {bound}", "not measured", ""])

    def demand(self, what, sign, bound, found, unit=""):
        met = found <= bound if sign == "<=" else found >= bound
        missed = found / bound if sign == "<=" else bound / found
        self.demands.append([what, f"{sign} {bound}{unit}", f"{tables.number(found)}{unit}",
                             "met" if met else f"missed by a factor of {missed:.2f}"])
        return met

    # ---- the parts ----

    def array(self):
        path, runs, size = self.generate("array", "--bytes", str(self.options.size))
        self.part("array", f"array: one JSON array, {tables.size(size)}, {runs:,} runs",
                  [*self.ours(path), self.built("ondemand", path),
                   self.built("load_file", path)], runs, size)

    def ndjson(self):
        path, runs, size = self.generate("ndjson", "--bytes", str(self.options.size))
        self.part("ndjson", f"ndjson: a run a line, {tables.size(size)}, {runs:,} runs",
                  [*self.ours(path), self.built("ondemand", "--lines", path),
                   self.installed("node", "node", HERE / "lines.js", path),
                   self.installed("jq", "jq", "-n", "-r", "-f", HERE / "tally.jq", path)],
                  runs, size)

    def files(self):
        count = max(self.options.size // RUN_BYTES, 1)
        path, runs, size = self.generate("files", "--runs", str(count))
        self.part("files", f"files: a run a file, {tables.size(size)}, {runs:,} files",
                  [*self.ours(path), self.built("read_loop", path)], runs, size)

    def zip(self):
        count = max(self.options.size // RUN_BYTES, 1)
        path, runs, size = self.generate("zip", "--runs", str(count))
        packed = tables.size(path.stat().st_size)
        self.part("zip", f"zip: the same files in a ZIP of {packed}",
                  [*self.ours(path), self.built("zip_loop", path),
                   self.installed("unzip", "unzip", "-p", path)], runs, size)

    def once(self, path, runs, formats, rounds):
        """Medians of runtally alone, and what the page of HTML takes."""
        contender = Contender("default", self.command(path, formats))
        self.wipe()
        measure.run(TIMED, contender.command, self.data)
        self.check_report(runs)
        pages = [page.stat().st_size for page in (self.data / "out").glob("report.html")]
        measure.measure(TIMED, [contender], rounds, self.data)
        return contender, max(pages, default=0)

    def render(self):
        self.out.head("render: small runs to HTML, Markdown, JUnit and JSON")
        rows = []
        for count in (self.options.runs // 100, self.options.runs):
            path, runs, size = self.generate("ndjson", "--small", "--runs", str(count))
            found, page = self.once(path, runs, FOUR, self.options.rounds)
            wall, peak = found.median("wall"), found.median("peak")
            rows.append([f"{runs:,} runs", tables.size(size), tables.seconds(found.median("cpu")),
                         tables.seconds(wall), tables.size(peak), tables.size(page)])
            if count == 1000:
                self.demand("render: 1,000 runs", "<=", 30, wall * 1e3, " ms")
            if count == 100000:
                self.demand("render: 100,000 runs", "<=", 1.0, wall, " s")
                self.demand("render: 100,000 runs, peak", "<=", 150, peak / 1e6, " MB")
                self.demand("render: 100,000 runs, HTML", "<=", 10, page / 1e6, " MB")
        self.out.table(["", "input", "CPU", "wall", "peak", "HTML"], rows)
        self.warn_busy(found)

    def scale(self):
        self.out.head("scale: small runs, time and memory a run")
        rows = []
        for formats in (("json",), STREAMED):
            costs = []
            for count in (self.options.runs // 10, self.options.runs, self.options.runs * 10):
                path, runs, _ = self.generate("ndjson", "--small", "--runs", str(count))
                found, _ = self.once(path, runs, formats, min(self.options.rounds, 3))
                cpu, peak = found.median("cpu"), found.median("peak")
                costs.append(cpu / runs)
                rows.append([", ".join(formats), f"{runs:,}", tables.seconds(cpu),
                             tables.seconds(found.median("wall")),
                             f"{tables.number(cpu / runs * 1e6)} µs", tables.size(peak),
                             f"{tables.number(peak / runs)} B",
                             tables.number(costs[-1] / costs[0])])
                if count == 1000000:
                    self.demand(f"scale: 1,000,000 runs to {', '.join(formats)}, peak", "<=", 600,
                                peak / 1e6, " MB")
        self.out.table(["reports", "runs", "CPU", "wall", "CPU a run", "peak", "peak a run",
                        "CPU a run / first step"], rows)

    def count(self, path):
        """Instructions that one call takes."""
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               *map(str, self.command(path, jobs=1))], cwd=self.data,
                              env=measure.environment(), capture_output=True, text=True)
        found = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode or not found:
            raise Failure(f"valgrind: {done.stderr[-500:]}")
        return int(found[1])

    def instructions(self):
        """Of few cases, as in a large export, where the report's own cost is lost in the sum."""
        self.out.head("instructions: counted by callgrind, one thread, array")
        if not shutil.which("valgrind"):
            self.out.line("left out: valgrind is not installed")
            return True
        path, _, size = self.generate("array", "--cases", "20", "--bytes", "4000000")
        empty = self.data / "empty.json"
        empty.write_text("[]\n")
        self.wipe()
        first, full = self.count(empty), self.count(path)
        found = (full - first) / size
        self.out.line(f"{full:,} for {size:,} bytes, {first:,} without any: "
                      f"{tables.number(found)} a byte")
        return self.demand("instructions a byte", "<=", INSTRUCTIONS_MOST, found)


def check_counts(contender, path, runs, size):
    told = pathlib.Path(path).read_text()
    if told != f"{runs} files, {size} bytes\n":
        raise Failure(f"{contender.name} found {told.strip()}, not {runs} of {size} bytes")


def check_size(contender, path, _, size):
    if os.path.getsize(path) != size:
        raise Failure(f"{contender.name} wrote {os.path.getsize(path)} bytes, not {size}")


def check_sums(contender, path, report):
    sums = agree.read_baseline(path)
    different = list(agree.differences(report, sums))
    if different:
        raise Failure(f"{contender.name} differs from runtally:\n  " + "\n  ".join(different[:9]))
    return sums


# Of programs that only read; the others sum.
CHECKS = {"read_loop": check_counts, "zip_loop": check_counts, "unzip": check_size}


def generator_version():
    sources = sorted([*HERE.glob("generate.c"), *HERE.glob("exports.*"), *HERE.glob("prose.*")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


PARTS = ("array", "ndjson", "files", "zip", "render", "scale", "instructions")


def parse_size(text):
    found = re.fullmatch(r"(\d+)([kMG]?)B?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text}: wanted a size such as 100M")
    return int(found[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[found[2]]


def parse():
    parser = argparse.ArgumentParser(description="Measures runtally beside other programs.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {' '.join(PARTS)}")
    parser.add_argument("--size", type=parse_size, default=500 * 10**6,
                        help="of the runs of array, ndjson, files and zip (500M)")
    parser.add_argument("--runs", type=int, default=100000,
                        help="of render, which also takes a 100th of them; scale takes a tenth and "
                             "ten times as many (100000)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", default=harness.BUILD / "bench",
                        help="the folder for data; what is there is used again (BUILD/bench)")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    parser.add_argument("--instructions", action="store_true",
                        help=f"that part alone; fails above {INSTRUCTIONS_MOST} a byte")
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"no part {part}; there are: {' '.join(PARTS)}")
    return options


def main():
    options = parse()
    bench = Bench(options)
    met, failed = True, False
    parts = ["instructions"] if options.instructions else options.parts or PARTS
    for part in parts:
        try:
            met = getattr(bench, part)()
        except Failure as failure:
            print(f"bench: {part}: {failure}", file=sys.stderr)
            failed = True
    if bench.demands:
        bench.out.head(f"demands, on {platform.machine()} with {os.cpu_count()} cores, medians "
                       f"of {options.rounds} rounds")
        bench.out.table(["", "demand", "found", ""], bench.demands)
    return 1 if failed or (options.instructions and not met) else 0


if __name__ == "__main__":
    sys.exit(main())
