#!/usr/bin/env python3
"""stats.c against exact arithmetic (fractions, binomials, 50 decimal digits) over grids, and
against figures in the literature."""

import decimal
import itertools
import math
import os
import pathlib
import random
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402

PROGRAM = harness.ROOT / os.environ.get("BUILD", "build") / "tests/truth/stats"
Z = Decimal("1.959963984540054")
Z_POWER = Decimal("0.8416212335729143")
MICRO = 10 ** 6

decimal.getcontext().prec = 50


def asked(questions):
    """The lines of answers, as lists of words."""
    questions = list(questions)
    ended = subprocess.run([PROGRAM], input="\n".join(questions) + "\n", text=True,
                           capture_output=True, check=True)
    answers = [line.split() for line in ended.stdout.splitlines()]
    assert len(answers) == len(questions), (len(answers), len(questions))
    return answers


def of(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def rounded(value):
    """To millionths, half away from zero."""
    micro = int(abs(value) * MICRO + Decimal("0.5"))
    return micro if value >= 0 else -micro


def wilson(passed, total):
    k, n = Decimal(passed), Decimal(total)
    spread = Z * (Z * Z + 4 * k * (n - k) / n).sqrt()
    return ((2 * k + Z * Z - spread) / (2 * (n + Z * Z)),
            (2 * k + Z * Z + spread) / (2 * (n + Z * Z)))


def newcombe(a, m, b, n):
    (low_a, high_a), (low_b, high_b) = wilson(a, m), wilson(b, n)
    p, q = Decimal(a) / m, Decimal(b) / n
    return (p - q - ((p - low_a) ** 2 + (high_b - q) ** 2).sqrt(),
            p - q + ((high_a - p) ** 2 + (q - low_b) ** 2).sqrt())


def tables(good, total_a, total_b):
    """How many ways there are for each count of good ones on the first side."""
    return {k: math.comb(total_a, k) * math.comb(total_b, good - k)
            for k in range(max(0, good - total_b), min(total_a, good) + 1)}


def fisher(a, m, b, n):
    ways = tables(a + b, m, n)
    return Fraction(sum(way for way in ways.values() if way <= ways[a]), math.comb(m + n, a + b))


def fisher_least(a, m, b, n):
    ways = tables(a + b, m, n)
    return Fraction(sum(way for way in ways.values() if way == min(ways.values())),
                    math.comb(m + n, a + b))


def mcnemar(broken, fixed):
    count = broken + fixed
    tail = sum(math.comb(count, k) for k in range(min(broken, fixed) + 1))
    return min(Fraction(1), Fraction(2 * tail, 2 ** count))


def adjusted(micros):
    """By the definition: of each, the least of p * count / rank over all ranks from its own on."""
    order = sorted(range(len(micros)), key=lambda at: micros[at])
    found = [None] * len(micros)
    for rank, at in enumerate(order, 1):
        found[at] = min([Fraction(1)] + [
            Fraction(micros[order[later - 1]] * len(micros), later * MICRO)
            for later in range(rank, len(micros) + 1)])
    return found


def runs(micro):
    p = Decimal(micro) / MICRO
    other = p + Decimal("0.05") if micro < 50000 else p - Decimal("0.05")
    mean = (p + other) / 2
    spread = (Z * (2 * mean * (1 - mean)).sqrt() +
              Z_POWER * (p * (1 - p) + other * (1 - other)).sqrt())
    return math.ceil(spread ** 2 / Decimal("0.0025"))


def pass_hat(total, passed, k):
    chance = Fraction(math.comb(passed, k), math.comb(total, k))
    micro = int(chance * MICRO + Fraction(1, 2))
    if 0 < chance and not micro:
        return 1
    return MICRO - 1 if micro == MICRO and chance < 1 else micro


def close(found, exact, share=1e-9):
    return abs(Fraction(float(found)) - exact) <= exact * Fraction(share)


def sides(most):
    for m, n in itertools.product(range(1, most + 1), repeat=2):
        for a, b in itertools.product(range(m + 1), range(n + 1)):
            yield a, m, b, n


def check_wilson():
    grid = [(k, n) for n in [*range(1, 40), 100, 263, 1000, 98765]
            for k in range(0, n + 1, max(1, n // 40))]
    for (k, n), found in zip(grid, asked(f"wilson {k} {n}" for k, n in grid)):
        if [int(word) for word in found] != [rounded(end) for end in wilson(k, n)]:
            yield f"wilson {k} {n}: {found}"


def check_newcombe():
    grid = list(sides(9)) + [(81, 100, 63, 100), (999, 1000, 998, 1000), (0, 5000, 1, 7),
                             (123456, 654321, 120000, 650000), (10 ** 9, 2 * 10 ** 9, 1, 1)]
    for numbers, found in zip(grid, asked("newcombe %d %d %d %d" % row for row in grid)):
        wanted = [rounded(end) for end in newcombe(*numbers)]
        # Whole differences are half a millionth from neither side; a double may fall on either.
        if any(abs(int(word) - end) > 1 for word, end in zip(found, wanted)) or \
                sum(int(word) != end for word, end in zip(found, wanted)) > 1:
            yield f"newcombe {numbers}: {found}, wanted {wanted}"


def check_newcombe_published():
    """Newcombe (1998), Statistics in Medicine 17: 873-890, table II, method 10."""
    published = {(56, 70, 48, 80): (.0524, .3339), (9, 10, 3, 10): (.1705, .8090),
                 (6, 7, 2, 7): (.0582, .8062), (5, 56, 0, 29): (-.0381, .1926),
                 (0, 10, 0, 20): (-.1611, .2775), (0, 10, 0, 10): (-.2775, .2775),
                 (10, 10, 0, 20): (.6791, 1.0), (10, 10, 0, 10): (.6075, 1.0)}
    for numbers, found in zip(published, asked("newcombe %d %d %d %d" % row for row in published)):
        if any(abs(int(word) / MICRO - end) > .00005001
               for word, end in zip(found, published[numbers])):
            yield f"newcombe {numbers}: {found}, published {published[numbers]}"


def check_fisher():
    dice = random.Random(1)
    grid = list(sides(8)) + [(95, 100, 75, 100), (80, 100, 60, 100), (0, 400, 400, 400)]
    for _ in range(400):
        m, n = dice.randint(1, 900), dice.randint(1, 900)
        grid.append((dice.randint(0, m), m, dice.randint(0, n), n))
    for numbers, found in zip(grid, asked("fisher %d %d %d %d" % row for row in grid)):
        exact, least = fisher(*numbers), fisher_least(*numbers)
        for word, wanted in zip(found, (exact, least)):
            wanted = max(wanted, Fraction(1, 10 ** 30))
            # Below a millionth of a millionth the tails that are left out tell.
            if not close(word, wanted, 1e-9 if wanted > 1e-15 else 1):
                yield f"fisher {numbers}: {found}, wanted {float(exact)} {float(least)}"


def check_fisher_published():
    """The lady tasting tea and the convictions of twins (Fisher 1935), by R's fisher.test."""
    published = {(3, 4, 1, 4): 0.4857, (2, 17, 10, 13): 0.0005367}
    for numbers, found in zip(published, asked("fisher %d %d %d %d" % row for row in published)):
        if abs(float(found[0]) / published[numbers] - 1) > 2e-4:
            yield f"fisher {numbers}: {found}, published {published[numbers]}"


def check_fisher_large():
    """Millions: neither overflow nor underflow, the same both ways round, and near the normal."""
    grid = [(950000, 10 ** 6, 949000, 10 ** 6), (10 ** 7, 2 * 10 ** 7, 9995000, 2 * 10 ** 7),
            (4 * 10 ** 6, 4 * 10 ** 6, 0, 10 ** 6), (1, 10 ** 9, 3, 10 ** 9)]
    found = asked("fisher %d %d %d %d" % row for row in grid)
    turned = asked(f"fisher {b} {n} {a} {m}" for a, m, b, n in grid)
    for (a, m, b, n), one, other in zip(grid, found, turned):
        p = float(one[0])
        if abs(p / float(other[0]) - 1) > 1e-6:
            yield f"fisher {a} {m} {b} {n}: {one} and {other}"
        mean = (a + b) / (m + n)
        # With the correction for continuity, of half a run on each side.
        z = ((abs(a / m - b / n) - (1 / m + 1 / n) / 2) /
             math.sqrt(mean * (1 - mean) * (1 / m + 1 / n)))
        normal = math.erfc(z / math.sqrt(2))
        if min(a, b, m - a, n - b) > 1000 and abs(p / normal - 1) > .001:
            yield f"fisher {a} {m} {b} {n}: {p}, normal {normal}"
    if float(found[2][0]) != 1e-30 or abs(float(found[3][0]) - .625) > 1e-6:
        yield f"fisher, large: {found[2]} {found[3]}"


def check_mcnemar():
    grid = list(itertools.product(range(40), repeat=2)) + [(600, 400), (400, 600), (5001, 5000)]
    for numbers, found in zip(grid, asked("mcnemar %d %d" % row for row in grid)):
        if not close(found[0], mcnemar(*numbers)):
            yield f"mcnemar {numbers}: {found}, wanted {float(mcnemar(*numbers))}"


def check_adjusted():
    dice = random.Random(2)
    lists = [[dice.choice((1, 500, 20000, 50000, dice.randint(1, MICRO)))
              for _ in range(dice.randint(1, 60))] for _ in range(300)]
    found = asked(f"adjust {len(row)} " + " ".join(map(str, row)) for row in lists)
    for row, words in zip(lists, found):
        if not all(close(word, wanted) for word, wanted in zip(words, adjusted(row))):
            yield f"adjust {row}: {words}"
        if len({(micro, word) for micro, word in zip(row, words)}) != len(set(row)):
            yield f"adjust {row}: equal ones do not stay equal"


def check_adjusted_published():
    """Benjamini and Hochberg (1995), section 3: of 15 hypotheses four are rejected at 5 %."""
    row = [100, 400, 1900, 9500, 20100, 27800, 29800, 34400, 45900, 324000, 426200, 571900, 652800,
           759000, 1000000]
    words = asked([f"adjust {len(row)} " + " ".join(map(str, row))])[0]
    if sum(float(word) <= .05 for word in words) != 4:
        yield f"adjust: {words}"


def check_runs():
    grid = list(range(0, MICRO + 1, 12345)) + [MICRO]
    for micro, found in zip(grid, asked(f"runs {micro}" for micro in grid)):
        if int(found[0]) != runs(micro):
            yield f"runs {micro}: {found}, wanted {runs(micro)}"


def check_pass_hat():
    grid = [(n, c, k) for n in range(1, 25) for c in range(n + 1) for k in range(1, min(n, 8) + 1)]
    grid += [(10 ** 6, 10 ** 6 - 1, 1), (10 ** 7, 10 ** 7 - 1, 1), (10 ** 7, 1, 1), (400, 20, 8)]
    for numbers, found in zip(grid, asked("pass %d %d %d" % row for row in grid)):
        if int(found[0]) != pass_hat(*numbers):
            yield f"pass {numbers}: {found}, wanted {pass_hat(*numbers)}"


def main():
    passed = failed = 0
    for name, check in list(globals().items()):
        if not name.startswith("check_"):
            continue
        complaints = list(check())
        for complaint in complaints[:5]:
            print(f"FAIL: {complaint}")
        failed += bool(complaints)
        passed += not complaints
    return harness.say_counts(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
