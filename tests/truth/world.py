"""A made-up world of agents, suites, cases and runs, and what each API would export of it.

What a run *is* (struct Run) is decided first, from a seed; the JSON is made from that. The truth is
therefore known without reading any export back.
"""

import dataclasses
import decimal
import random
import re
import uuid

D = decimal.Decimal
START_MS = 1793000000000  # 2026-10-26
SPAN_MS = 21 * 24 * 3600 * 1000
SOURCES = ("kapso", "sigmamind", "telnyx", "magpipe", "playgent")
OUTCOMES = ("passed", "failed", "error", "pending", "unknown")

WORDS = ("Refunds", "Größenberatung", "Booking: \"late\"", "Überfahrt & Auto", "予約", "Lost <bag>",
         "Night\u00a0line", "Cancel, please", "emoji 🚢 deck", "9 AM", "a\\b", "Wi-Fi (pilot)")


@dataclasses.dataclass
class Group:
    """A suite, case or agent; name None: nothing that is exported tells it."""

    id: str = None
    name: str = None


@dataclasses.dataclass
class Run:
    source: str
    run_id: str
    case: Group
    suite: Group
    agent: Group
    outcome: str
    created: int = None
    started: int = None
    ended: int = None
    updated: int = None
    score: D = None
    cost: D = None
    tokens: tuple = None
    latencies: tuple = ()
    execution: str = None
    shape: str = None  # how it is to be exported

    @property
    def begin(self):
        return self.created if self.started is None else self.started

    @property
    def when(self):
        return self.begin if self.ended is None else self.ended

    @property
    def duration_ms(self):
        if self.begin is None or self.ended is None or self.ended < self.begin:
            return None
        return self.ended - self.begin


def time_text(rng, ms):
    """One of the spellings that servers use."""
    if ms is None:
        return None
    seconds, rest = divmod(ms, 1000)
    days, of_day = divmod(seconds, 86400)
    clock = "%02d:%02d:%02d" % (of_day // 3600, of_day // 60 % 60, of_day % 60)
    date = date_text(days)
    way = rng.randrange(4)
    if way == 0:
        return f"{date}T{clock}.{rest:03}Z"
    if way == 1:
        return f"{date}T{clock}.{rest:03}000+00:00"
    if way == 2:
        return f"{date}T{clock}.{rest:03}"
    return shifted_text(seconds, rest)


def shifted_text(seconds, rest):
    """The same moment as a clock two hours ahead shows it."""
    days, of_day = divmod(seconds + 7200, 86400)
    clock = "%02d:%02d:%02d" % (of_day // 3600, of_day // 60 % 60, of_day % 60)
    return f"{date_text(days)}T{clock}.{rest:03}+02:00"


def date_text(days):
    import datetime
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days)).isoformat()


class Number:
    """A number whose text is to stand in the JSON as it is."""

    def __init__(self, text):
        self.text = str(text)


MARK = re.compile(r'"\\u0001(.*?)\\u0001"')


def dumps(value, **options):
    import json

    def default(number):
        return f"\u0001{number.text}\u0001"
    return MARK.sub(r"\1", json.dumps(value, default=default, **options))


class World:
    """All groups and runs, and the exporters of each API."""

    def __init__(self, seed, count):
        self.rng = random.Random(seed)
        self.runs = []
        self.build_groups()
        for index in range(count):
            source = SOURCES[index % len(SOURCES)]
            self.runs.append(getattr(self, "make_" + source)())

    # ---- small things ----

    def uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def token(self, prefix):
        return prefix + "".join(self.rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=14))

    def name(self, index):
        return f"{self.rng.choice(WORDS)} {index}"

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def outcome(self):
        return self.rng.choices(OUTCOMES, (70, 16, 6, 5, 3))[0]

    def moment(self):
        return START_MS + self.rng.randrange(SPAN_MS)

    def build_groups(self):
        rng = self.rng
        self.kapso_suites = [Group(self.uuid(), self.name(i)) for i in range(4)]
        # Two of one name are two suites all the same.
        self.kapso_suites += [Group(self.uuid(), "Smoke"), Group(self.uuid(), "Smoke")]
        self.kapso_undefined = Group(self.uuid(), None)
        self.kapso_cases = [(Group(self.uuid(), self.name(i)), suite)
                            for suite in self.kapso_suites + [self.kapso_undefined]
                            for i in range(5)]
        self.sigma_agents = [Group(self.token(""), f"Agent {i} é") for i in range(3)]
        self.sigma_cases = [(Group(self.token("tc_"), self.name(i)), agent)
                            for agent in self.sigma_agents for i in range(8)]
        self.sigma_batches = {agent.id: [self.token("batch_") for _ in range(6)]
                              for agent in self.sigma_agents}
        self.batch_sizes = {}
        names = ["Vehicle bookings", "Night line", "Öffnungszeiten", None]
        self.telnyx_tests = [(Group(self.uuid(), self.name(i)), Group(None, names[i % 4]))
                             for i in range(24)]
        # No definition tells their names or suites.
        self.telnyx_undefined = [(Group(self.uuid(), None), Group()) for _ in range(3)]
        self.magpipe_suites = [Group(self.uuid(), self.name(i)) for i in range(3)]
        self.magpipe_cases = [(Group(self.uuid(), self.name(i)), suite, Group(self.uuid()))
                              for suite in self.magpipe_suites for i in range(6)]
        self.playgent_agents = [Group(self.token("agent_"), f"Copilot {i}") for i in range(3)]
        self.playgent_cases = [(Group(self.token("tc_"), self.name(i)), agent)
                               for agent in self.playgent_agents for i in range(7)]
        rng.shuffle(self.kapso_cases)

    def times(self, run, started=True):
        """Sets its times; a few runs end before they begin, a few tell no end."""
        run.created = self.moment()
        run.updated = run.created + 900000
        begin = run.created
        if started and run.outcome != "pending":
            run.started = begin = run.created + self.rng.randrange(5000)
        if run.outcome != "pending":
            run.ended = begin + self.rng.randrange(200000)
            if self.chance(2):
                run.ended = begin - 60000

    # ---- Kapso ----

    def make_kapso(self):
        case, suite = self.rng.choice(self.kapso_cases)
        run = Run("kapso", self.uuid(), case, suite, Group(), self.outcome())
        self.times(run)
        if run.outcome == "passed":
            run.score = D(self.rng.randrange(80, 101)) / 100
        elif run.outcome == "failed":
            run.score = D(self.rng.randrange(0, 80)) / 100
        elif run.outcome == "error":
            run.shape = self.rng.choice(["exception", "not completed", "judge failed"])
            # What the judge says of half a conversation; its own failure is no score.
            if run.shape != "judge failed":
                run.score = self.rng.choice([None, D("0.91"), D("0.00")])
        if run.outcome != "pending" and self.chance(30):
            run.tokens = (self.rng.randrange(5000), self.rng.randrange(900))
        return run

    def kapso_score(self, run):
        """As it stands in the export: sometimes out of 10 or of 100."""
        if run.score is None:
            return None
        # 1 out of 10 and 10 out of 100 would be read on the smaller scale.
        if self.chance(10) and run.score * 10 > 1:
            return Number(run.score * 10)
        if self.chance(5) and run.score * 100 > 10:
            return Number((run.score * 100).quantize(D("0.1")))
        return Number(run.score)

    def export_kapso(self, run):
        rng = self.rng
        score = self.kapso_score(run)
        record = {
            "id": run.run_id, "thread_id": self.token("thread_"),
            "started_at": time_text(rng, run.started), "ended_at": time_text(rng, run.ended),
            "score": score, "feedback": "## Feedback\n✅ fine" if score else None,
            "execution_completed": run.outcome != "pending", "error": rng.choice([None, {}]),
            "conversation": [{"role": "user", "content": "Grüße 🚢"}], "full_history": [],
            "created_at": time_text(rng, run.created), "updated_at": time_text(rng, run.updated),
            "test_case": {"id": run.case.id, "name": run.case.name, "rubric": "r", "script": "s",
                          "test_suite_id": run.suite.id}}
        self.spoil_kapso(run, record)
        if run.tokens:
            record["token_usage"] = {"provider": "p", "model": "m", "input_tokens": run.tokens[0],
                                     "output_tokens": run.tokens[1], "total_tokens": 1}
        return record

    def spoil_kapso(self, run, record):
        """The ways in which the vendor tells an error."""
        if run.shape == "exception":
            record["error"] = {"message": "boom", "type": "ValueError"}
        elif run.shape == "not completed":
            record["execution_completed"] = False
        elif run.shape == "judge failed":
            record["score"] = Number("0.0")
            record["feedback"] = "Evaluation failed to provide feedback: no tag"

    def define_kapso(self):
        return [{"id": suite.id, "name": suite.name, "agent_id": "agent",
                 "created_at": "2026-10-01T00:00:00Z", "updated_at": "2026-10-01T00:00:00Z",
                 "test_cases": [{"id": case.id, "name": case.name, "rubric": "r", "script": "s",
                                 "test_suite_id": suite.id}
                                for case, of in self.kapso_cases if of is suite]}
                for suite in self.kapso_suites]

    # ---- SigmaMind ----

    def make_sigmamind(self):
        case, agent = self.rng.choice(self.sigma_cases)
        outcome = self.outcome()
        # This API tells of no errors.
        outcome = "failed" if outcome == "error" else outcome
        run = Run("sigmamind", self.token("job_"), case, Group(), agent, outcome)
        self.times(run, started=False)
        run.updated = None
        run.execution = self.rng.choice(self.sigma_batches[agent.id])
        run.shape = self.rng.choice(["v1", "v2"])
        self.batch_sizes[run.execution] = self.batch_sizes.get(run.execution, 0) + 1
        return run

    def sigma_agent(self, agent, second):
        return {"name": agent.name, "agentId": ("agent_" if second else "") + agent.id,
                "status": "Testing"}

    def sigma_case(self, case, agent, second):
        record = {"testCaseId": case.id, "agent": self.sigma_agent(agent, second),
                  "llmModel": "gpt-4o-mini", "userPrompt": "You want to cancel. " + case.id,
                  "attempt": 3, "successCriteria": "done", "mockData": []}
        if second:
            record["label"] = case.name
        return record

    def export_sigmamind(self, run):
        second = run.shape == "v2"
        record = {"batchId": run.execution, "workspaceId": "org_x",
                  "agent": self.sigma_agent(run.agent, second),
                  "testCase": self.sigma_case(run.case, run.agent, second), "jobId": run.run_id,
                  "chatId": self.token("chat-"), "createdDate": time_text(self.rng, run.created),
                  "completedDate": time_text(self.rng, run.ended), "remarks": "because"}
        if run.outcome in ("passed", "failed"):
            spelling = "isSuccessful" if second else "isSuccesful"
            record[spelling] = run.outcome == "passed"
        if run.outcome == "pending" and self.chance(50):
            record["isSuccessful"] = None
        if second:
            record["conversation"] = [{"role": "user", "content": "hi"}]
        return record

    def define_sigmamind(self):
        """Batches, which count their runs, and all test cases with their labels."""
        by_agent = {agent.id: [case for case, of in self.sigma_cases if of is agent]
                    for agent in self.sigma_agents}
        batches = [{"batchId": batch, "workspaceId": "org_x",
                    "agent": self.sigma_agent(agent, True),
                    "createdDate": "2026-10-27T08:00:00.000Z",
                    "testCases": [self.sigma_case(case, agent, True)
                                  for case in by_agent[agent.id]],
                    "successfulAttempts": 0, "failedAttempts": 0,
                    "totalAttempts": self.batch_sizes.get(batch, 0)}
                   for agent in self.sigma_agents for batch in self.sigma_batches[agent.id]]
        cases = [self.sigma_case(case, agent, True) for case, agent in self.sigma_cases]
        return batches, cases

    # ---- Telnyx ----

    def make_telnyx(self):
        tests = self.telnyx_undefined if self.chance(4) else self.telnyx_tests
        case, suite = self.rng.choice(tests)
        run = Run("telnyx", self.uuid(), case, suite, Group(), self.outcome())
        self.times(run, started=False)
        run.execution = self.uuid()
        return run

    def export_telnyx(self, run):
        rng = self.rng
        status = {"pending": rng.choice(["pending", "starting", "running"]),
                  "error": rng.choice(["error", "timeout"]),
                  "unknown": rng.choice([None, "completed", "sleeping"])}
        record = {"run_id": run.run_id, "test_id": run.case.id,
                  "status": status.get(run.outcome, run.outcome), "triggered_by": "cron",
                  "created_at": time_text(rng, run.created), "logs": "dialling\nhang-up",
                  "updated_at": time_text(rng, run.updated), "test_suite_run_id": run.execution}
        if run.ended is not None:
            record["completed_at"] = time_text(rng, run.ended)
        if run.outcome in ("passed", "failed"):
            record["detail_status"] = [{"name": "greets", "status": "passed"},
                                       {"name": "asks", "status": run.outcome}]
        return record

    def define_telnyx(self):
        tests = []
        for case, suite in self.telnyx_tests:
            test = {"test_id": case.id, "name": case.name, "rubric": [],
                    "telnyx_conversation_channel": "phone_call",
                    "created_at": "2026-10-01T00:00:00Z"}
            if suite.name:
                test["test_suite"] = suite.name
            tests.append(test)
        return tests

    # ---- Magpipe ----

    def make_magpipe(self):
        case, suite, agent = self.rng.choice(self.magpipe_cases)
        run = Run("magpipe", self.uuid(), case, suite, agent, self.outcome())
        self.times(run)
        run.updated = run.created = None
        if run.outcome == "pending":
            run.started = self.moment()
        run.shape = self.rng.choice(["single", "suite", "list", "documented", "served"])
        if run.shape == "served":
            # As the server sends them: nothing says which case it was.
            run.case, run.suite, run.agent = Group(), Group(), Group()
        return run

    def export_magpipe(self, run):
        rng = self.rng
        status = {"pending": rng.choice(["pending", "running"]),
                  "unknown": rng.choice([None, "odd"])}
        record = {"id": run.run_id, "status": status.get(run.outcome, run.outcome),
                  "started_at": time_text(rng, run.started),
                  "completed_at": time_text(rng, run.ended), "call_record_id": self.uuid(),
                  "error_message": "no line" if run.outcome == "error" else None,
                  "ai_analysis": None, "triggered_by": self.uuid(),
                  "assertions": [{"name": "call_connected", "passed": True, "detail": ""},
                                 {"name": 'phrase_expected: "9 AM"', "detail": "d",
                                  "passed": run.outcome == "passed"}]}
        if run.shape in ("single", "suite", "documented"):
            record["test_case_id"] = run.case.id
        nested = {"name": run.case.name, "type": "inbound_call"}
        if run.shape == "list":
            del record["assertions"]
            nested.update(id=run.case.id, suite_id=run.suite.id,
                          test_suites={"name": run.suite.name})
        if run.shape == "single":
            nested.update(id=run.case.id, suite_id=run.suite.id, agent_id=run.agent.id,
                          caller_mode="silent", test_suites={"name": run.suite.name})
            # The call, which is shorter than the run.
            record["logs"] = {"render": [], "signalwire": [
                {"event": "call.ended", "call_sid": "s", "duration_seconds": 7}]}
        if run.shape in ("single", "suite", "list"):
            record["test_cases"] = nested
        return record

    def define_magpipe(self):
        suites = [{"id": suite.id, "name": suite.name, "description": "d",
                   "created_at": "2026-10-01T00:00:00Z", "updated_at": "2026-10-01T00:00:00Z",
                   "test_cases": [{"count": 6}]} for suite in self.magpipe_suites]
        cases = [{"id": case.id, "suite_id": suite.id, "name": case.name, "type": "inbound_call",
                  "agent_id": agent.id, "caller_mode": "silent", "expected_phrases": ["9 AM"]}
                 for case, suite, agent in self.magpipe_cases]
        return suites, cases

    # ---- Playgent ----

    def make_playgent(self):
        case, agent = self.rng.choice(self.playgent_cases)
        run = Run("playgent", self.token("run_"), case, Group(), agent, self.outcome())
        run.shape = self.rng.choice(["full", "full", "abbreviated", "no summary", "bare"])
        if run.outcome == "pending" and self.chance(60):
            run.shape = "bare"
        turns = self.rng.randrange(1, 5)
        if run.shape == "abbreviated":
            # Of a run that goes on, an average without turns says nothing yet.
            if run.outcome != "pending":
                run.latencies = (self.rng.randrange(200, 9000),)
            run.cost = D(self.rng.randrange(1, 10 ** 9)) / 10 ** 9
        elif run.shape != "bare":
            run.latencies = tuple(self.rng.randrange(200, 9000) for _ in range(turns))
            run.tokens = (turns * 100 + 7, turns * 30)
            run.cost = D(self.rng.randrange(10 ** 7)) / 10 ** 8
            if self.chance(2):
                run.cost = D("123.456789012")
        return run

    def playgent_turns(self, run):
        """Turns that add up to what the run is known to have cost."""
        count = len(run.latencies)
        turns = []
        for index in range(count):
            last = index == count - 1
            passed = run.outcome != "failed" or not last
            cost = run.cost if last else D(0)
            metrics = {"latency_ms": run.latencies[index], "cost_usd": Number(cost),
                       "tokens": {"input": 107 if last else 100, "output": 30}}
            if self.chance(20):
                metrics["latency_ms"] = Number(f"{run.latencies[index]}.25")
            turns.append({
                "turn_index": index, "input": [{"role": "user", "content": "hi"}],
                "output": [{"role": "assistant", "content": "ho"}], "expected_behavior": "e",
                "success": passed, "trace_id": self.token("tr_"), "metrics": metrics,
                "evaluation": {"overall_pass": passed, "scorer_outputs": {
                    "relevance": {"score": Number("0.95" if passed else "0.31"),
                                  "reasoning": "so"}}}})
        return turns

    def export_playgent(self, run):
        status = {"error": "failed", "pending": self.rng.choice(["queued", "running"])}
        record = {"run_id": run.run_id, "status": status.get(run.outcome, "completed"),
                  "success": run.outcome == "passed",
                  "test_case": {"id": run.case.id, "name": run.case.name},
                  "agent": {"id": run.agent.id, "name": run.agent.name}, "turns": []}
        if run.outcome == "unknown":
            del record["success"]
        if run.shape in ("full", "no summary"):
            record["turns"] = self.playgent_turns(run)
        failed = 1 if run.outcome == "failed" else 0
        if run.shape == "full":
            record["summary"] = {"turns_passed": len(run.latencies) - failed,
                                 "turns_failed": failed, "total_cost_usd": Number(run.cost),
                                 "avg_latency_ms": sum(run.latencies) // len(run.latencies)}
        elif run.shape == "abbreviated":
            record["summary"] = {"turns_passed": 3 - failed, "turns_failed": failed,
                                 "total_cost_usd": Number(f"{run.cost:e}"),
                                 "avg_latency_ms": (run.latencies or (777,))[0]}
        return record

    def define_playgent(self):
        return [{"id": case.id, "name": case.name, "agent_id": agent.id, "type": "single",
                 "turns": [{"input": {"text": "hi"}, "expected_behavior": "e", "scorers": []}],
                 "tags": [], "created_at": "2026-10-01T00:00:00Z"}
                for case, agent in self.playgent_cases]

    def export(self, run):
        return getattr(self, "export_" + run.source)(run)
