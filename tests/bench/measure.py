"""Running programs side by side: what each took, in interleaved rounds, and the medians."""

import dataclasses
import os
import statistics
import subprocess
import sys


@dataclasses.dataclass
class Sample:
    cpu: float   # seconds, user and system
    wall: float  # seconds
    peak: int    # bytes


@dataclasses.dataclass
class Contender:
    """A program of a part; without a command it is left out, and `why` says for what reason."""

    name: str
    command: list
    why: str = ""
    samples: list = dataclasses.field(default_factory=list)

    def median(self, what):
        return statistics.median(getattr(sample, what) for sample in self.samples)


class Failure(Exception):
    """A program that did not do its work: what it took means nothing."""


def environment():
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def run(timed, command, cwd, stdout=subprocess.DEVNULL):
    """Once; `timed` is the program of that name."""
    reader, writer = os.pipe()

    # timed.c reports to descriptor 3, which is rarely what the pipe got.
    def to_three():
        os.dup2(writer, 3)
    child = subprocess.Popen([str(timed), *map(str, command)], cwd=cwd, env=environment(),
                             stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                             preexec_fn=to_three, close_fds=False)
    os.close(writer)
    errors = child.communicate()[1].decode("utf-8", "replace")
    with os.fdopen(reader) as report:
        words = report.read().split()
    if child.returncode or len(words) != 4:
        raise Failure(f"{command[0]}: could not be measured: {errors}")
    status, cpu, wall, peak = map(int, words)
    if status:
        raise Failure(f"{command[0]}: ended with status {status}: {errors[:500]}")
    return Sample(cpu / 1e6, wall / 1e6, peak * 1024)


def printed(timed, command, cwd):
    """What it prints, whole."""
    path = os.path.join(cwd, "printed")
    with open(path, "wb") as out:
        run(timed, command, cwd, out)
    return path


def measure(timed, contenders, rounds, cwd, say=lambda text: None):
    """One run of each a round, so that what else the machine does falls on all of them."""
    for number in range(rounds):
        for contender in contenders:
            if contender.command:
                contender.samples.append(run(timed, contender.command, cwd))
        say(f"round {number + 1} of {rounds}")


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
