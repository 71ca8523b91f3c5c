"""Every figure of report.json from known runs, by the words of contract.md and exact arithmetic."""

import collections
import datetime
import decimal
import fractions
import math

from world import SOURCES

D = decimal.Decimal
F = fractions.Fraction
MEMBERS = {"passed": "passed", "failed": "failed", "error": "errors", "pending": "pending",
           "unknown": "unknown"}


def rounded(value, digits):
    """Half away from zero, as text with just so many decimals."""
    scaled = F(value) * 10 ** digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return D(whole).scaleb(-digits)


def plain(value):
    """Without trailing zeros."""
    text = f"{value:f}"
    return D(text.rstrip("0").rstrip(".") if "." in text else text)


def root(value):
    """To 60 digits: the sixth decimal of what is made of it is safe."""
    with decimal.localcontext() as context:
        context.prec = 60
        return F((D(value.numerator) / D(value.denominator)).sqrt())


def wilson(passed, total):
    z = F("1.959963984540054")
    p = F(passed, total)
    centre = p + z * z / (2 * total)
    spread = z * root(p * (1 - p) / total + z * z / (4 * total * total))
    low, high = ((centre - spread) / (1 + z * z / total), (centre + spread) / (1 + z * z / total))
    return rounded(max(low, F(0)), 6), rounded(min(high, F(1)), 6)


def spread(values):
    """Percentiles by nearest rank: the ceil(p * n)th of them in order."""
    if not values:
        return None
    values = sorted(values)

    def rank(percent):
        return values[-(-percent * len(values) // 100) - 1]
    return {"known": len(values), "mean": int(rounded(F(sum(values), len(values)), 0)),
            "p50": rank(50), "p95": rank(95), "max": values[-1]}


def cost_of(runs):
    told = [run for run in runs if run.cost is not None]
    if not told:
        return None
    total = sum((run.cost for run in told), D(0))
    passed = sum(run.outcome == "passed" for run in told)
    return {"total": plain(total), "known": len(told),
            "mean": plain(rounded(F(total) / len(told), 9)),
            "per_pass": plain(rounded(F(total) / passed, 9)) if passed else None}


def tokens_of(runs):
    told = [run.tokens for run in runs if run.tokens is not None]
    if not told:
        return None
    return {"input": sum(one[0] for one in told), "output": sum(one[1] for one in told),
            "known": len(told)}


def score_of(runs):
    told = [run.score for run in runs if run.score is not None]
    if not told:
        return None
    return {"known": len(told), "mean": rounded(F(sum(told)) / len(told), 6)}


def tally(runs):
    counted = collections.Counter(MEMBERS[run.outcome] for run in runs)
    judged = counted["passed"] + counted["failed"] + counted["errors"]
    low, high = wilson(counted["passed"], judged) if judged else (None, None)
    return {
        "runs": len(runs), **{member: counted[member] for member in MEMBERS.values()},
        "pass_rate": rounded(F(counted["passed"], judged), 6) if judged else None,
        "pass_rate_low": low, "pass_rate_high": high, "cost_usd": cost_of(runs),
        "tokens": tokens_of(runs), "score": score_of(runs),
        "latency_ms": spread([ms for run in runs for ms in run.latencies]),
        "duration_ms": spread([run.duration_ms for run in runs if run.duration_ms is not None])}


def time_text(ms):
    if ms is None:
        return None
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds") + "Z"


def spelled(name):
    """As reports show it: the names here have no white space but plain and no-break spaces."""
    return name and name.replace("\u00a0", " ")


def suite_of(run):
    """(id, name) of the suite that a run counts under."""
    if run.suite.id or run.suite.name:
        return run.suite.id, spelled(run.suite.name) or run.suite.id
    if run.agent.name:
        return run.agent.id, spelled(run.agent.name)
    return None, "(no suite)"


def case_of(run):
    if run.case.id:
        return run.case.id, spelled(run.case.name) or run.case.id
    return None, "(no case)"


def last_of(runs):
    """Its last outcome and when that was; without times only if all agree."""
    timed = [run for run in runs if run.when is not None]
    if timed:
        last = max(timed, key=lambda run: run.when)
        return last.outcome, time_text(last.when)
    outcomes = {run.outcome for run in runs}
    return (outcomes.pop() if len(outcomes) == 1 else None), None


def tries_of(runs):
    """Of a case with two verdicts: pass^k for as many tries as it has, 8 at most."""
    most = min(judged(runs), 8)
    if most < 2:
        return {}
    return {"pass_hat": [share(pass_hat(runs, k)) for k in range(1, most + 1)]}


def case_figures(key, runs):
    outcome, at = last_of(runs)
    kinds = {run.outcome for run in runs}
    return {"id": key[0], "name": key[1], **tally(runs), **tries_of(runs),
            "flaky": "passed" in kinds and bool(kinds & {"failed", "error"}),
            "last_outcome": outcome, "last_at": at}


def grouped(runs, key):
    groups = collections.defaultdict(list)
    for run in runs:
        groups[key(run)].append(run)

    def order(item):
        identity, name = item[0]
        return name.encode(), (identity or "").encode()
    return sorted(groups.items(), key=order)


def suites_of(source, runs):
    for key, of_suite in grouped(runs, suite_of):
        yield {"source": source, "id": key[0], "name": key[1], **tally(of_suite),
               "cases": [case_figures(case, some) for case, some in grouped(of_suite, case_of)]}


def trend(runs, *, hours=0):
    """By days and ISO weeks of a zone that is so far ahead of UTC, without gaps."""
    days, weeks = collections.defaultdict(list), collections.defaultdict(list)
    for run in runs:
        if run.when is None:
            continue
        day = (datetime.datetime(1970, 1, 1) +
               datetime.timedelta(milliseconds=run.when, hours=hours)).date()
        days[day].append(run)
        weeks[day - datetime.timedelta(day.weekday())].append(run)
    return {"days": [{"date": day.isoformat(), **tally(some)}
                     for day, some in sorted(days.items())],
            "weeks": [{"week": "%d-W%02d" % monday.isocalendar()[:2], "from": monday.isoformat(),
                       **tally(some)} for monday, some in sorted(weeks.items())]}


def pass_hat(runs, k):
    """The share of all choices of k verdicts that are all passes."""
    outcomes = [run.outcome for run in runs if run.outcome in ("passed", "failed", "error")]
    return F(math.comb(outcomes.count("passed"), k), math.comb(len(outcomes), k))


def share(value):
    """With 6 decimals; all means all and none none."""
    whole = rounded(value, 6)
    if 0 < value < 1:
        return min(max(whole, D("0.000001")), D("0.999999"))
    return whole


def judged(runs):
    return sum(run.outcome in ("passed", "failed", "error") for run in runs)


def mean_of(values):
    """Of values to 12 decimals, with 6."""
    return share(F(sum(rounded(value, 12) for value in values)) / len(values))


def kind_of(runs):
    passed = sum(run.outcome == "passed" for run in runs)
    if judged(runs) < 3:
        return "too_few"
    return "solid" if passed == judged(runs) else "shaky" if passed else "dead"


def reliability(runs):
    cases = [some for source in SOURCES
             for _, of_suite in grouped([run for run in runs if run.source == source], suite_of)
             for _, some in grouped(of_suite, case_of)]
    timed = [run.when for run in runs if run.when is not None]
    kinds = collections.Counter(map(kind_of, cases))
    hats = []
    for k in range(1, 9):
        enough = [case for case in cases if judged(case) >= k]
        if enough:
            hats.append({"k": k, "cases": len(enough),
                         "rate": mean_of([pass_hat(case, k) for case in enough]),
                         "single": mean_of([pass_hat(case, 1) for case in enough])})
    return {"window": {"from": time_text(min(timed, default=None)),
                       "to": time_text(max(timed, default=None))},
            "pass_hat": hats, **{kind: kinds[kind] for kind in ("solid", "shaky", "dead",
                                                                "too_few")},
            "flaky": sum(0 < sum(run.outcome == "passed" for run in case) < judged(case)
                         for case in cases)}


def begin_of(run):
    """A run that ended before it began counts from its end on."""
    return run.when if run.begin is None or run.begin > run.when else run.begin


def report(truth):
    runs = truth.runs
    by_source = {source: [run for run in runs if run.source == source] for source in SOURCES}
    timed = [run for run in runs if run.when is not None]
    return {
        "period": {"from": time_text(min(map(begin_of, timed), default=None)),
                   "to": time_text(max((run.when for run in timed), default=None))},
        "inputs": {"files": truth.files, "documents": truth.documents, "records": truth.records,
                   "runs": len(runs), "definitions": truth.definitions,
                   "duplicates": truth.duplicates, "rejected": truth.rejected,
                   "bytes": truth.bytes},
        "totals": tally(runs),
        "sources": [{"source": source, **tally(some)}
                    for source, some in by_source.items() if some],
        "suites": [suite for source, some in by_source.items()
                   for suite in suites_of(source, some)],
        "trend": {"tz": "UTC", **trend(runs)}, "reliability": reliability(runs),
    }
