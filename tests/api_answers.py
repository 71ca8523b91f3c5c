"""What the five APIs of tests/api_server.py know: a few suites, cases and runs each, made up here.

Each class has `answer(method, path, query, body)` as the vendor's pages tell it, `runs`, how many
runs an export must bring, and `name`, what all their cases are called.
"""

import fields

# Texts and keys that a careless reader of JSON by patterns takes for structure.
TRAP = '{"data": [{"test_id": "no-test", "batchId": "no-batch", "id": "no-id\\\\"}], \\" }]'


def page_of(items, number, size):
    return items[number * size:(number + 1) * size]


class Kapso:
    script, base, path = "kapso.sh", "KAPSO", ""
    header = ("X-API-Key", "{}")
    arguments, after = ["--agent", "agent-7"], ["kr-1", "kr-2", "kr-3"]
    runs, name = 3, "Lost key card"

    def __init__(self):
        self.case = {"id": "kc-1", "name": "Lost key card", "description": TRAP, "rubric": "",
                     "test_suite_id": "ks-1", "created_at": fields.TIME % 0}
        self.finished = {"kr-1", "kr-2"}

    def run(self, name):
        over = name in self.finished
        return {**fields.kapso(), "id": name, "feedback": TRAP, "test_case": self.case,
                "score": 0.9 if over else None, "execution_completed": True if over else None,
                "ended_at": fields.TIME % 5 if over else None}

    def answer(self, _method, path, _query, _body):
        if path == "/agents/agent-7/test_suites":
            return 200, {"data": [{**fields.kapso_suite(), "id": "ks-1", "name": "Night desk",
                                   "test_cases": [self.case]}]}
        name = path.removeprefix("/test_runs/")
        return (200, {"data": self.run(name)}) if name in self.after else None


class Playgent:
    script, base, path = "playgent.sh", "PLAYGENT", ""
    header = ("Authorization", "Bearer {}")
    arguments, after = [], ["pr_1", "pr_2", "pr_3"]
    runs, name = 3, "case"

    def __init__(self):
        self.finished = {"pr_1", "pr_2"}

    def answer(self, _method, path, _query, _body):
        name = path.removeprefix("/v1/runs/")
        status = "completed" if name in self.finished else "running"
        return (200, {**fields.playgent(), "run_id": name, "status": status}
                ) if name in self.after else None


class Telnyx:
    """Three tests on two pages; five runs, two runs, none; its server gives two a page."""
    script, base, path = "telnyx.sh", "TELNYX", "/v2"
    header = ("Authorization", "Bearer {}")
    arguments, after = [], []
    runs, name = 7, "Wake-up call"

    def __init__(self):
        self.counts = {"tt-1": 5, "tt-2": 2, "tt-3": 0}

    def listed(self, items, query):
        number = int(query["page[number]"])
        assert 1 <= int(query["page[size]"]) <= 100
        return 200, {"data": page_of(items, number - 1, 2),
                     "meta": {"page_number": number, "page_size": 2,
                              "total_pages": (len(items) + 1) // 2, "total_results": len(items)}}

    def answer(self, _method, path, query, _body):
        words = path.removeprefix("/v2/ai/assistants/").split("/")
        if words == ["tests"]:
            return self.listed([{"test_id": test, "name": "Wake-up call", "description": TRAP,
                                 "telnyx_conversation_channel": "phone_call",
                                 "rubric": [{"name": "polite", "criteria": TRAP}],
                                 "created_at": fields.TIME % 0, "test_suite": "Nights"}
                                for test in self.counts], query)
        if words[0::2] == ["tests", "runs"] and words[1] in self.counts:
            return self.listed([{**fields.telnyx(), "run_id": f"{words[1]}-run-{number}",
                                 "test_id": words[1], "logs": TRAP}
                                for number in range(self.counts[words[1]])], query)
        return None


class SigmaMind:
    """Three batches on two pages of v2; three runs, one, two; test cases in a bare list of v1."""
    script, base, path = "sigmamind.sh", "SIGMAMIND", ""
    header = ("X-API-Key", "{}")
    arguments, after = ["--agent", "s-agent"], []
    runs, name = 6, "Late checkout"

    def __init__(self):
        self.counts = {"sb-1": 3, "sb-2": 1, "sb-3": 2}
        self.case = {**fields.sigmamind()["testCase"], "label": "Late checkout",
                     "testCaseId": "sc-1", "userPrompt": TRAP}

    def listed(self, items, query):
        number, pages = int(query["page"]), (len(items) + 1) // 2
        return 200, {"data": page_of(items, number, 2), "page": number, "size": 2,
                     "totalCount": len(items), "totalPages": pages,
                     "hasNext": number + 1 < pages, "hasPrevious": number > 0}

    def answer(self, _method, path, query, _body):
        if query.get("agentId") != "s-agent":
            return 400, {"error": "Bad Request", "message": "agentId is required", "status": 400}
        if path == "/v1/test-cases":
            return 200, [self.case]
        if path == "/v1/batch-runs":
            return self.listed([{"batchId": batch, "workspaceId": "w", "testCases": [self.case],
                                 "agent": fields.sigmamind()["agent"], "totalAttempts": count,
                                 "createdDate": fields.TIME % 0, "successfulAttempts": count,
                                 "failedAttempts": 0} for batch, count in self.counts.items()],
                               query)
        if path == "/v1/test-runs" and query["batchId"] in self.counts:
            batch = query["batchId"]
            return self.listed([{**fields.sigmamind(), "batchId": batch, "remarks": TRAP,
                                 "jobId": f"{batch}-job-{number}", "testCase": self.case}
                                for number in range(self.counts[batch])], query)
        return None


class Magpipe:
    """A suite of two runs, and one of 210 in six cases, of which its list gives the newest 200."""
    script, base, path = "magpipe.sh", "MAGPIPE", "/functions/v1"
    header = ("Authorization", "Bearer {}")
    arguments, after, name = [], [], "Room service"

    def __init__(self, cases=6, each=35):
        self.runs = cases * each + 2
        self.cases = {f"mc-{number}": "ms-2" for number in range(1, cases + 1)}
        # Newest first, the cases in turn.
        self.all = [self.run(f"{case}-run-{number}", case) for number in range(each)
                    for case in self.cases]
        self.cases["mc-0"] = "ms-1"
        self.all += [self.run(f"mc-0-run-{number}", "mc-0") for number in range(2)]

    def run(self, name, case):
        return {**fields.magpipe(), "id": name, "test_case_id": case, "ai_analysis": TRAP}

    def shown(self, run, *left_out, **nested):
        kept = {key: value for key, value in run.items()
                if key not in ("test_cases", "logs", "ai_proposed_fixes", *left_out)}
        case = run["test_case_id"]
        suite = self.cases[case]
        if nested:
            kept["test_cases"] = {"name": "Room service", "type": "inbound_call"}
        if nested.get("suite"):
            kept["test_cases"].update(id=case, suite_id=suite, test_suites={"name": suite})
        return kept

    def listed(self, query):
        if "test_case_id" in query:
            return [self.shown(run, "test_case_id") for run in self.all
                    if run["test_case_id"] == query["test_case_id"]][:50]
        if "suite_id" in query:
            return [self.shown(run, name=True) for run in self.all
                    if self.cases[run["test_case_id"]] == query["suite_id"]][:200]
        return [self.shown(run, "assertions", suite=True) for run in self.all
                ][:min(200, int(query.get("limit", 50)))]

    def answer(self, _method, path, query, _body):
        if path == "/functions/v1/test-runs" and "id" in query:
            found = [run for run in self.all if run["id"] == query["id"]]
            return (200, {"run": self.shown(found[0], suite=True)}) if found else None
        if path == "/functions/v1/test-runs":
            return 200, {"runs": self.listed(query)}
        if query.get("action") == "list_suites":
            return 200, {"suites": [{"id": suite, "name": f"Suite {suite}", "description": TRAP,
                                     "created_at": fields.TIME % 0, "test_cases": [{"count": 1}]}
                                    for suite in ("ms-1", "ms-2")]}
        if query.get("action") == "list_cases":
            return 200, {"cases": [{"id": case, "suite_id": suite, "name": "Room service",
                                    "type": "inbound_call", "agent_id": "agent",
                                    "caller_script": [{"id": "no-id", "text": TRAP}]}
                                   for case, suite in self.cases.items()
                                   if suite == query["suite_id"]]}
        return None


APIS = [Kapso, SigmaMind, Telnyx, Magpipe, Playgent]
