"""One full record of each API, and its text fields: for hostile texts and canaries."""

import copy
import itertools

TIME = "2026-11-10T10:%02d:00.000Z"

# Members whose words are read, not shown: a time, a state. Texts there are a case of their own.
WORDS = {"status", "started_at", "ended_at", "completed_at", "created_at", "updated_at",
         "createdDate", "completedDate", "timestamp", "schema", "outcome", "source"}


def message(role, content):
    return {"role": role, "content": content}


def kapso():
    return {
        "id": "k-run", "thread_id": "thread", "started_at": TIME % 0, "ended_at": TIME % 1,
        "score": 0.4, "feedback": "feedback", "execution_completed": True, "error": None,
        "conversation": [message("user", "question"), message("assistant", "answer")],
        "full_history": [
            message("system", "prompt"), message("user", "question"),
            {**message("assistant", None), "tool_calls": [
                {"type": "function", "function": {"name": "look_up", "arguments": "arguments"}}]},
            {**message("tool", "result"), "name": "look_up"}, message("assistant", "answer")],
        "created_at": TIME % 0, "updated_at": TIME % 2,
        "token_usage": {"provider": "provider", "model": "model", "input_tokens": 10,
                        "output_tokens": 4},
        "test_case": {"id": "k-case", "name": "case", "description": "description",
                      "script": "script", "rubric": "rubric", "test_suite_id": "k-suite",
                      "created_at": TIME % 0, "updated_at": TIME % 0}}


def kapso_error():
    record = kapso()
    record.update(id="k-run-error", score=None, execution_completed=False,
                  error={"message": "message", "type": "type"})
    return record


def kapso_suite():
    return {"id": "k-suite", "name": "suite", "agent_id": "agent", "description": "description",
            "created_at": TIME % 0, "updated_at": TIME % 0, "test_cases": []}


def sigmamind():
    agent = {"name": "agent", "agentId": "s-agent", "status": "Testing"}
    return {
        "batchId": "s-batch", "workspaceId": "workspace", "agent": agent,
        "testCase": {"testCaseId": "s-case", "label": "label", "agent": dict(agent),
                     "workspaceId": "workspace", "llmModel": "model",
                     "mockData": [{"variableName": "variable", "value": "value"}],
                     "userPrompt": "prompt", "attempt": 1, "successCriteria": "criteria"},
        "jobId": "s-run", "chatId": "chat", "createdDate": TIME % 0, "completedDate": TIME % 1,
        "isSuccessful": False, "remarks": "remarks",
        "conversation": [message("user", "question"), message("assistant", "answer")]}


def telnyx():
    return {
        "run_id": "t-run", "test_id": "t-test", "status": "failed", "triggered_by": "cron",
        "created_at": TIME % 0, "completed_at": TIME % 1, "updated_at": TIME % 2, "logs": "logs",
        "conversation_id": "conversation", "conversation_insights_id": "insights",
        "test_suite_run_id": "execution",
        "detail_status": [{"name": "criterion", "status": "failed"},
                          {"name": "other criterion", "status": "passed"}]}


def telnyx_test():
    return {"test_id": "t-test", "name": "test", "test_suite": "suite",
            "telnyx_conversation_channel": "phone_call", "description": "description",
            "instructions": "instructions", "rubric": [{"name": "criterion", "criteria": "text"}],
            "created_at": TIME % 0}


def magpipe():
    return {
        "id": "m-run", "test_case_id": "m-case", "user_id": "user", "triggered_by": "user",
        "status": "failed", "call_record_id": "call", "caller_call_sid": "sid",
        "started_at": TIME % 0, "completed_at": TIME % 1, "error_message": "error",
        "logs": {"signalwire": [{"event": "call.ended", "call_sid": "sid", "duration_seconds": 45}],
                 "render": [{"level": "warn", "message": "line", "timestamp": TIME % 0}],
                 "call_record_id": "call"},
        "assertions": [{"name": "phrase_expected: \"9 AM\"", "passed": False, "detail": "detail"},
                       {"name": "no_errors", "passed": True, "detail": "detail"}],
        "ai_analysis": "analysis",
        "ai_proposed_fixes": [{"title": "title", "description": "description", "file": "file",
                               "action": "fix"}],
        "test_cases": {"id": "m-case", "name": "case", "type": "inbound_call",
                       "caller_mode": "scripted", "agent_id": "m-agent", "suite_id": "m-suite",
                       "test_suites": {"name": "suite"}}}


def playgent():
    return {
        "run_id": "p-run", "status": "completed", "success": False,
        "test_case": {"id": "p-case", "name": "case"}, "agent": {"id": "p-agent", "name": "agent"},
        "turns": [{"turn_index": 0, "input": [message("user", "question")],
                   "output": [message("assistant", "answer")], "expected_behavior": "expected",
                   "success": False,
                   "evaluation": {"overall_pass": False, "scorer_outputs": {
                       "relevance": {"score": 0.4, "reasoning": "reasoning"},
                       "safety": {"score": 0.9, "reasoning": "reasoning"}}},
                   "metrics": {"latency_ms": 1240, "tokens": {"input": 156, "output": 89},
                               "cost_usd": 0.0034},
                   "trace_id": "trace"}],
        "summary": {"turns_passed": 0, "turns_failed": 1, "avg_latency_ms": 1240,
                    "total_cost_usd": 0.0034}}


def runtally_record():
    return {"schema": "runtally.run/1", "source": "elsewhere", "run_id": "r-run",
            "suite": {"id": "r-suite", "name": "suite"}, "execution_id": "execution",
            "case": {"id": "r-case", "name": "case"}, "agent": {"id": "r-agent", "name": "agent"},
            "model": "model", "outcome": "failed", "status": "raw", "score": 0.5,
            "created_at": TIME % 0, "ended_at": TIME % 1, "latency_ms": [900],
            "cost_usd": 0.25, "criteria": [{"name": "criterion", "outcome": "failed"}],
            "reason": "reason", "origin": "origin"}


RUNS = {"kapso": kapso, "kapso error": kapso_error, "sigmamind": sigmamind, "telnyx": telnyx,
        "magpipe": magpipe, "playgent": playgent, "runtally": runtally_record}

# Read before the runs that they name.
DEFINITIONS = {"kapso suite": kapso_suite, "telnyx test": telnyx_test}

# What a record is known by.
RUN_ID = {"sigmamind": "jobId", "telnyx": "run_id", "playgent": "run_id", "runtally": "run_id"}


def places(record, words=False, path=()):
    """The paths of all texts in it; keys of scorer_outputs count as texts: ("...", "#key")."""
    if isinstance(record, dict):
        for key, value in record.items():
            if isinstance(value, str):
                if words or key not in WORDS:
                    yield path + (key,)
            else:
                if path and path[-1] == "scorer_outputs":
                    yield path + (key, "#key")
                yield from places(value, words, path + (key,))
    elif isinstance(record, list):
        for index, value in enumerate(record):
            yield from places(value, words, path + (index,))


def replaced(record, path, text):
    """A copy with `text` at that place."""
    record = copy.deepcopy(record)
    parent = record
    *way, last = path
    if last == "#key":
        *way, old = way
    for step in way:
        parent = parent[step]
    if last == "#key":
        parent[text] = parent.pop(old)
    else:
        parent[last] = text
    return record


def filled(record, text_at):
    """A copy whose every text is text_at(path, old)."""
    # Keys last: they move what is below them.
    for path in sorted(places(record), key=lambda path: path[-1] == "#key"):
        old = path[-2] if path[-1] == "#key" else value_at(record, path)
        record = replaced(record, path, text_at(path, old))
    return record


def value_at(record, path):
    for step in path:
        record = record[step]
    return record


def run_key(name):
    return RUN_ID.get(name.split()[0], "id")


# Texts that some reader of some output would act on.
HOSTILE = [
    "<b onmouseover=alert(1)>&\"'</b>",
    "</script><script>alert(1)</script>",
    "<!-- --><style>*{display:none}</style>]]>",
    "<![CDATA[x]]>&#1;&amp;",
    "\u001b[2J\u001b]0;title\u0007red \u001b[31mtext",
    "bidi \u202egnp.exe\u2066 x\u2069 \u200b\u200f end",
    "::error file=a,line=1::gone",
    "line\n::set-output name=x::y\n##[error]z",
    "##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]",
    "@team @everyone ping",
    "/close",
    "first line\n/merge\n/label ~bug",
    "closes #12, fixes org/repo#1 and !7",
    "[[ATTACHMENT|/etc/passwd]] [[PROPERTY|run_id=forged]]",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r\nInjected: header",
    "[click](javascript:alert(1)) ![x](https://example.com/beacon.png)",
    "```\n````\n# heading\n`````",
    "a | b || c \\| d",
    "name\nwith\r\nlines\u2028and\u2029more\u0085",
    "\ufffe\uffff\ufdd0 non-characters",
    "\u009b31m C1 \u0080\u009f DEL \u007f",
    "{{{raw}}} {{>partial}} {{=<% %>=}}",
    "C:\\path\\to\\file.txt a.b/c d",
    "%s%n%x ${jndi:ldap://x} $(id) `id`",
    "emoji \U0001f469\u200d\U0001f4bb é e\u0301 שלום 日本語",
    "very " + "long" * 200,
]


def hostile_records(texts):
    """Every text in every place, in turns: place i of record r has text i + r."""
    for turn in range(len(texts)):
        for source, make in {**DEFINITIONS, **RUNS}.items():
            given = itertools.cycle(texts[turn:] + texts[:turn])
            record = filled(make(), lambda path, old, given=given: next(given))
            if source in RUNS:
                # Else runs whose ids are equal were copies of each other.
                record[run_key(source)] += f" {source} {turn}"
            yield record
