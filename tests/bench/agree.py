"""Whether the programs did the same work: a bench of different work is void."""

import json

COLUMNS = ("runs", "passed", "failed", "errors", "open", "cost_known", "cost_nano",
           "duration_known", "duration_ms", "score_known", "score_micro", "latency_known",
           "latency_ms", "tokens_known", "tokens_input", "tokens_output", "id_bytes")
# Of those whose suites are their agents, baselines know the name.
BY_NAME = ("sigmamind", "playgent")


def read_baseline(path):
    """{(source, suite): {column: sum}} of what a baseline printed."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            source, suite, *sums = line.rstrip("\n").split("\t")
            if len(sums) != len(COLUMNS):
                raise ValueError(f"{path}: a line of {len(sums)} sums, not {len(COLUMNS)}")
            found[source, suite] = dict(zip(COLUMNS, map(int, sums)))
    return found


def read_report(path):
    """The same of a report.json, which tells means instead of some sums: {column: (low, high)}."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    found = {}
    for suite in report["suites"]:
        key = suite["name"] if suite["source"] in BY_NAME else suite["id"]
        found[suite["source"], key or ""] = bounds(suite)
    return report, found


def bounds(suite):
    sums = {name: suite[name] for name in ("runs", "passed", "failed", "errors")}
    sums["open"] = suite["pending"] + suite["unknown"]
    exact = {name: (value, value) for name, value in sums.items()}
    cost, tokens = suite["cost_usd"], suite["tokens"]
    if cost:
        nano = round(cost["total"] * 1e9)
        exact.update(cost_known=(cost["known"],) * 2, cost_nano=(nano, nano))
    if tokens:
        for name in ("known", "input", "output"):
            exact[f"tokens_{name}"] = (tokens[name],) * 2
    for name, unit, scale in (("duration", "ms", 1), ("latency", "ms", 1), ("score", "micro", 1e6)):
        part = suite["score" if name == "score" else f"{name}_ms"]
        if part:
            known, total = part["known"], part["mean"] * part["known"] * scale
            exact[f"{name}_known"] = (known, known)
            # Means are rounded to the unit.
            exact[f"{name}_{unit}"] = (total - known, total + known)
    return exact


def differences(report, baseline):
    """What a report says otherwise than a baseline; report and baseline as read above."""
    for key in sorted(set(report) ^ set(baseline)):
        yield f"{'/'.join(key)}: only one of both has this suite"
    for key in sorted(set(report) & set(baseline)):
        for column, value in baseline[key].items():
            # Of ids; reports do not tell it, and baselines are compared with each other.
            if column == "id_bytes":
                continue
            low, high = report[key].get(column, (0, 0))
            if not low <= value <= high:
                yield f"{'/'.join(key)}: {column}: {value}, the report says {low} to {high}"
