#!/usr/bin/env python3
"""The export scripts of samples/export against a server on loopback, whole and breaking down."""

import email.utils
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import api_answers  # noqa: E402
import api_server  # noqa: E402
import harness  # noqa: E402

EXPORT = harness.ROOT / "samples/export"
KEY = "sk-Canary.5f81/keep+out=of_sight"

# A body that every API's script would take, were it not for what it holds.
DEEP = b'{"data": [], "runs": [], "run_id": "x", "more": %s%s}'

WAITS = {"EXPORT_PAUSE": "0", "EXPORT_TRIES": "3", "EXPORT_TIMEOUT": str(int(harness.LIMIT))}
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
AWKS = [awk for awk in ("mawk", "gawk", "original-awk", "busybox") if shutil.which(awk)]



def small_magpipe():
    return api_answers.Magpipe(cases=2, each=3)


@unittest.skipUnless(shutil.which("curl"), "no curl")
class Exports(harness.Case):
    def serve(self, api):
        server = api_server.Server(api.answer, api.header, KEY)
        self.addCleanup(server.__exit__)
        return server.__enter__()

    def export(self, server, api, *before, arguments=None, shell=("sh",), **env):
        """Runs the script; whatever comes of it, no key and no torn file may be left."""
        server.requests.clear()
        env = {f"{api.base}_API_KEY": KEY, f"{api.base}_BASE": server.url + api.path, **WAITS,
               **env}
        command = [*shell, str(EXPORT / api.script), *before,
                   *(arguments or [*api.arguments, "out", *api.after])]
        ended = subprocess.run(command, cwd=self.folder, env=harness.environment(**env),
                               capture_output=True, timeout=harness.LIMIT, stdin=subprocess.DEVNULL)
        self.check_folder()
        self.assertEqual(server.leaks, [])
        self.assertNotIn(KEY.encode(), ended.stdout + ended.stderr)
        ended.said = ended.stderr.decode()
        return ended

    def check_folder(self):
        for name in self.files():
            path = self.folder / name
            self.assertNotIn(KEY, path.read_text(), name)
            if path.name != ".unfinished":
                self.assertTrue(name.endswith(".json"), name)
                self.assertIsInstance(json.loads(path.read_text()), (dict, list), name)
            if name.startswith("out/"):
                self.assertEqual(path.stat().st_mode & 0o777, 0o600, name)

    def saved(self):
        return [name for name in self.files() if name.endswith(".json")]

    def report(self):
        ended = self.run_here("out", "-o", "json=-")
        return json.loads(ended.stdout), ended

    def check_all(self, api, ended, status=0):
        self.assertEqual(ended.returncode, status, ended.said)
        self.assertNotIn("out/.unfinished", self.files())
        report, read = self.report()
        self.assertEqual(report["totals"]["runs"], api.runs)
        self.assertEqual(report["inputs"]["rejected"], 0, read.stderr)
        names = {case["name"] for suite in report["suites"] for case in suite["cases"]}
        self.assertEqual(names, {api.name})
        return report, read

    def each(self, kinds=api_answers.APIS):
        for kind in kinds:
            api = kind()
            with self.subTest(api.script):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                yield api, self.serve(api)

    def each_small(self):
        """Where many exports are made, of few runs."""
        yield from self.each([small_magpipe if kind is api_answers.Magpipe else kind
                              for kind in api_answers.APIS])

    def test_whole(self):
        for api, server in self.each():
            ended = self.export(server, api)
            _, read = self.check_all(api, ended)
            self.assertEqual(len(server.requests), len(set(server.requests)))
            if api.script != "magpipe.sh":
                self.assertNotIn(b"cut short", read.stderr)

    def test_other_shells_and_awks(self):
        """Nothing but POSIX: every shell and awk of this machine brings the same files."""
        wanted = {}
        for shell in SHELLS:
            for awk in AWKS:
                tools = self.folder / f"tools-{shell}-{awk}"
                tools.mkdir(exist_ok=True)
                (tools / "awk").symlink_to(shutil.which(awk))
                path = f"{tools}:{os.environ['PATH']}"
                for api, server in self.each_small():
                    words = [shell] if shell != "busybox" else ["busybox", "sh"]
                    ended = self.exported_quietly(server, api, words, PATH=path)
                    self.assertEqual(ended.returncode, 0, (shell, awk, ended.stderr))
                    files = {path.name: path.read_bytes()
                             for path in (self.folder / "out").glob("*.json")}
                    self.assertEqual(files, wanted.setdefault(api.script, files), (shell, awk))

    def exported_quietly(self, server, api, words, **env):
        env = {f"{api.base}_API_KEY": KEY, f"{api.base}_BASE": server.url + api.path, **WAITS,
               **env}
        return subprocess.run([*words, str(EXPORT / api.script), *api.arguments, "out",
                               *api.after], cwd=self.folder, capture_output=True,
                              timeout=harness.LIMIT, env=harness.environment(**env),
                              stdin=subprocess.DEVNULL)

    def test_second_call(self):
        """Lists are asked for again, since runs move between pages; runs that are over are not."""
        for api, server in self.each():
            self.export(server, api)
            first = list(server.requests)
            ended = self.export(server, api)
            self.check_all(api, ended)
            if hasattr(api, "finished"):
                over = [line for line in first if line.rsplit("/", 1)[1] in api.finished]
                self.assertEqual(len(over), 2)
                self.assertEqual(server.requests, [line for line in first if line not in over])
            elif api.script != "magpipe.sh":
                self.assertEqual(server.requests, first)
            ended = self.export(server, api, "--refresh")
            self.check_all(api, ended)
            self.assertEqual(server.requests, first)

    def test_refused_key(self):
        for api, server in self.each():
            ended = self.export(server, api, **{f"{api.base}_API_KEY": "wrong"})
            self.assertEqual(ended.returncode, 1)
            self.assertIn(f"HTTP status 401: the API does not accept {api.base}_API_KEY",
                          ended.said)
            self.assertIn(server.url, ended.said)
            self.assertEqual((self.saved(), len(server.requests)), ([], 1))

    # Troubles that pass: the status is 0 and all is there.
    PASSING = [(503, 2, {}), (500, 2, {}), (429, 2, {"Retry_After": "0"}),
               (429, 1, {"Retry_After": "Thu, 01 Jan 2026 00:00:00 GMT"}),
               (429, 1, {"Retry_After": "soon"}),
               ("cut", 2, {}), ("cut", 2, {"silent": True})]

    def test_troubles_that_pass(self):
        for api, server in self.each_small():
            for kind, times, details in self.PASSING:
                with self.subTest(f"{kind} {details}"):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    server.faults = [api_server.Fault(kind, self.middle(api), times, **details)]
                    ended = self.export(server, api)
                    self.check_all(api, ended)
                    self.assertEqual(server.faults[0].times, 0)
                    self.assertEqual(ended.said.count("again in 0 s"), times)

    @staticmethod
    def middle(api):
        """A part of an address that is asked for neither first nor last."""
        return {"kapso.sh": "kr-2", "sigmamind.sh": "sb-2", "telnyx.sh": "tt-1/runs",
                "magpipe.sh": "test-runs?suite_id=ms-1", "playgent.sh": "pr_2"}[api.script]

    # Troubles that stay, what is said of them, and how often the address is asked.
    STAYING = [(500, {}, "HTTP status 500, 3 times", 3),
               ("cut", {}, "was cut (curl 18), 3 times", 3),
               ("cut", {"silent": True}, "the answer is not whole, 3 times", 3),
               ("html", {}, "the answer is not JSON", 1),
               ("redirect", {}, "HTTP status 302, a redirect", 1),
               (403, {}, "HTTP status 403: the API does not accept", 1),
               (404, {}, "HTTP status 404; not saved", 1),
               ("body", {"content": b'{"error": "quota"}'}, "an answer without", 1),
               ("body", {"content": b'{"data": [], "runs": [], "run_id": "x"}{"more": 1}'},
                "not whole", 3),
               ("body", {"content": b""}, "not whole", 3),
               ("body", {"content": DEEP % (b"[" * 100, b"]" * 100)}, "deeper than 100", 1),
               (429, {"Retry_After": "301"}, "asks to wait 301 seconds", 1)]

    def test_troubles_that_stay(self):
        """A clear failure and whole files; the next call asks for what is missing, not more."""
        for api, server in self.each_small():
            self.export(server, api)
            everything = set(server.requests)
            for kind, details, said, asked in self.STAYING:
                with self.subTest(f"{kind} {details}"):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    server.faults = [api_server.Fault(kind, self.middle(api), **details)]
                    ended = self.export(server, api)
                    self.assertEqual(ended.returncode, 1, ended.said)
                    line = next(line for line in ended.said.splitlines() if said in line)
                    self.assertIn(server.url, line)
                    self.assertIn(self.middle(api), line)
                    troubled = [line for line in server.requests if self.middle(api) in line]
                    self.assertEqual(len(troubled), asked)
                    self.assertFalse([line for line in server.requests if "elsewhere" in line])
                    self.resumed(server, api, everything, set(server.requests) - set(troubled))

    def resumed(self, server, api, everything, done):
        before = len(self.saved())
        self.assertEqual(before, len(done))
        server.faults = []
        ended = self.export(server, api)
        self.check_all(api, ended)
        missing = everything - done
        self.assertLessEqual(missing, set(server.requests))
        again = [line for line in server.requests if line in done]
        self.assertEqual(len(again), len(set(again)))
        # Asked for again: last pages of lists and unfinished runs.
        for line in again:
            self.assertTrue(self.may_have_grown(api, line), line)

    @staticmethod
    def may_have_grown(api, line):
        return {"kapso.sh": "agent-7" in line or "kr-3" in line, "playgent.sh": "pr_3" in line,
                "magpipe.sh": False,
                "telnyx.sh": "tests?" in line and line.endswith("=2") or "tt-2/runs" in line
                or "tt-3/runs" in line,
                "sigmamind.sh": "test-cases" in line or "batch-runs" in line and "page=1" in line
                or "sb-2" in line or "sb-3" in line or "sb-1" in line and "page=1" in line
                }[api.script]

    def test_answers_too_large(self):
        """Told before or found on the way: nothing of it is kept, and all others are."""
        large = b'{"run_id": "pr_2", "more": "%s"}' % (b"x" * 5000000)
        api = api_answers.Playgent()
        server = self.serve(api)
        for length in (len(large), None):
            for shell in SHELLS:
                with self.subTest(length=length, shell=shell):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    server.faults = [api_server.Fault("stream", "pr_2", content=large,
                                                      length=length)]
                    words = [shell] if shell != "busybox" else ["busybox", "sh"]
                    ended = self.export(server, api, shell=words, EXPORT_MAX_BYTES="40000")
                    self.assertEqual(ended.returncode, 1)
                    self.assertIn("pr_2: an answer larger than EXPORT_MAX_BYTES (40000)",
                                  ended.said)
                    self.assertEqual(self.saved(), ["out/run-pr_1.json", "out/run-pr_3.json"])
                    self.assertEqual(len(server.requests), 3)

    def test_answers_just_small_enough(self):
        content = b'{"run_id": "pr_2", "status": "completed"}'
        content += b" " * (40000 - len(content))
        api = api_answers.Playgent()
        server = self.serve(api)
        server.faults = [api_server.Fault("stream", "pr_2", content=content)]
        ended = self.export(server, api, EXPORT_MAX_BYTES="40000")
        self.assertEqual(ended.returncode, 0, ended.said)
        self.assertEqual((self.folder / "out/run-pr_2.json").read_bytes(), content)
        ended = self.export(server, api, "--refresh", EXPORT_MAX_BYTES="39999")
        self.assertIn("pr_2: an answer larger than EXPORT_MAX_BYTES (39999)", ended.said)

    def test_values_are_bounded(self):
        """Deep, long and odd documents cost no more memory than their size."""
        for content, place, status, lines in [
                (b'{"a": ' * 100 + b"1" + b"}" * 100, ".", 0, ["a"]),
                (b'{"a": ' * 101 + b"1" + b"}" * 101, ".", 2, ["a"]),
                (b'{"%s": ' % (b"k" * 200) * 20000, ".", 2, ["k" * 200]),
                (b'{"a": %s}' % (b"7" * 1000000), "a", 0, ["7" * 300]),
                (b'{"a": "%s"}' % (b"x" * 1000000), "a", 0, ["x" * 300]),
                (b'{"a": "%s", "b": 1}' % (b'x\\"' * 100000), "b", 0, ["1"])]:
            with self.subTest(content[:20], place=place):
                self.write("document.json", content)
                ended = self.values("document.json", place)
                self.assertEqual((ended.returncode, ended.stderr), (status, b""))
                self.assertEqual(ended.stdout.decode().split(), lines)

    def values(self, name, place):
        """The function alone, with 64 MB."""
        source = (EXPORT / "common.sh").read_text()
        function = "values() {" + source.split("\nvalues() {")[1].split("\n}\n")[0] + "\n}\n"
        return subprocess.run(["sh", "-c", f'ulimit -v 65536; {function} values "$@"', "sh",
                               name, place], cwd=self.folder, capture_output=True,
                              timeout=harness.LIMIT, env=harness.environment(),
                              stdin=subprocess.DEVNULL)

    def test_long_waits(self):
        """A date is counted from the server's own clock; what is longer than the limit ends it."""
        api = api_answers.Telnyx()
        server = self.serve(api)
        late = email.utils.formatdate(email.utils.mktime_tz(
            email.utils.parsedate_tz(email.utils.formatdate())) + 5000, usegmt=True)
        server.faults = [api_server.Fault(429, Retry_After=late)]
        ended = self.export(server, api)
        self.assertEqual(ended.returncode, 1)
        # As long as it is then: the less, the longer it took to get there.
        said = re.search(r"asks to wait (\d+) seconds; call again then", ended.said)
        self.assertTrue(said and 5000 - harness.LIMIT <= int(said[1]) <= 5000, ended.said)
        server.faults = [api_server.Fault(429, times=1, Retry_After="1")]
        ended = self.export(server, api)
        self.assertIn("HTTP status 429; again in 1 s", ended.said)
        self.check_all(api, ended)

    def test_back_off(self):
        api = api_answers.Playgent()
        server = self.serve(api)
        server.faults = [api_server.Fault(502, times=2)]
        ended = self.export(server, api, EXPORT_PAUSE="1")
        self.assertIn("again in 1 s", ended.said)
        self.assertIn("again in 2 s", ended.said)
        self.check_all(api, ended)

    def test_nobody_there(self):
        api = api_answers.Telnyx()
        server = self.serve(api)
        ended = self.export(server, api, TELNYX_BASE="http://127.0.0.1:1")
        self.assertEqual((ended.returncode, self.saved()), (1, []))
        self.assertIn("http://127.0.0.1:1/ai/assistants/tests", ended.said)
        self.assertIn("(curl 7), 3 times", ended.said)

    def test_grown_between(self):
        """An export that broke off and is resumed when its last page has grown."""
        api = api_answers.Telnyx()
        server = self.serve(api)
        server.faults = [api_server.Fault(500, "tt-2/runs")]
        self.assertEqual(self.export(server, api).returncode, 1)
        api.counts.update({"tt-1": 7})
        server.faults = []
        api.runs = 9
        self.check_all(api, self.export(server, api))

    def test_totals_that_cannot_be(self):
        """With no number of pages that a shell can count to, a list ends with an empty page."""
        for total in (str(10 ** 19), 1234567, -1, 1.5, "many", None):
            for kind in (api_answers.Telnyx, api_answers.SigmaMind):
                api = kind()
                with self.subTest(api.script, total=total):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    server = self.serve(api)
                    listed = api.listed
                    api.listed = lambda *args: self.without_total(listed(*args), total)
                    self.check_all(api, self.export(server, api))

    def test_cases_without_a_total(self):
        class Paged(api_answers.SigmaMind):
            def answer(self, method, path, query, body):
                if path != "/v1/test-cases":
                    return super().answer(method, path, query, body)
                cases = [{**self.case, "testCaseId": f"sc-{number}"} for number in range(3)]
                return Exports.without_total(self.listed(cases, query), None)

        api = Paged()
        self.check_all(api, self.export(self.serve(api), api))
        self.assertEqual([name for name in self.saved() if "test-cases" in name],
                         [f"out/test-cases-s-agent-{page}.json" for page in range(3)])

    @staticmethod
    def without_total(answer, total):
        status, document = answer
        if "meta" in document:
            document["meta"]["total_pages"] = total
        else:
            document.update(totalPages=total, hasNext=None)
        return status, document

    def test_caps(self):
        """70 runs a case: 50 are there, more cannot be asked for, and that is said."""
        api = api_answers.Magpipe(cases=4, each=70)
        server = self.serve(api)
        ended = self.export(server, api)
        self.assertEqual(ended.returncode, 3, ended.said)
        self.assertIn("4 lists end where the API cuts them", ended.said)
        self.assertIn("test_case_id=mc-3: 50 runs", ended.said)
        api.runs = 4 * 50 + 2
        self.check_all(api, ended, 3)

    def test_more_than_a_suite_gives(self):
        """210 runs of a suite: 200 by the suite, the others one by one, all with case and suite."""
        api = api_answers.Magpipe()
        server = self.serve(api)
        report, read = self.check_all(api, self.export(server, api))
        self.assertEqual([(suite["name"], suite["runs"]) for suite in report["suites"]],
                         [("Suite ms-1", 2), ("Suite ms-2", 210)])
        single = [line for line in server.requests if "?id=" in line]
        self.assertEqual(len(single), 10)

    def test_ids_from_standard_input(self):
        api = api_answers.Kapso()
        server = self.serve(api)
        env = {"KAPSO_API_KEY": KEY, "KAPSO_BASE": server.url, **WAITS}
        ended = subprocess.run(["sh", EXPORT / api.script, "out", "-"], cwd=self.folder,
                               input=b"kr-1\r\n\n  kr-2\nkr-3", capture_output=True,
                               timeout=harness.LIMIT, env=harness.environment(**env))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(self.saved(), [f"out/run-kr-{number}.json" for number in (1, 2, 3)])

    # Environment and arguments refused before anything is asked, and a part of the message.
    REFUSED = [({"TELNYX_API_KEY": None}, ["out"], "set TELNYX_API_KEY"),
               ({"TELNYX_API_KEY": 'a"\nurl = "b'}, ["out"], "has a character"),
               ({"TELNYX_API_KEY": "a b"}, ["out"], "has a character"),
               ({"TELNYX_BASE": "http://api.example.com"}, ["out"], "must begin with https://"),
               ({"TELNYX_BASE": "http://127.0.0.1.example.com"}, ["out"], "must begin with"),
               ({"TELNYX_BASE": "file:///etc/passwd"}, ["out"], "must begin with https://"),
               *(({"TELNYX_BASE": f"http://127.0.0.1:1{odd}"}, ["out"],
                  "TELNYX_BASE has a character")
                 for odd in ("@evil.example", "?x=", "#", " ", "/a b", '"', "'", "\\", "\n/x",
                             "\t", "\x7f", "\xe9")),
               ({"EXPORT_TRIES": "many"}, ["out"], "EXPORT_TRIES is not a number"),
               ({"EXPORT_MAX_BYTES": "1000000000"}, ["out"], "number of at most 9 digits"),
               ({"EXPORT_MAX_BYTES": "0"}, ["out"], "EXPORT_MAX_BYTES is 0"),
               ({}, [], "usage: telnyx.sh"), ({}, ["--fast", "out"], "no option --fast")]

    def test_refused(self):
        api = api_answers.Telnyx()
        server = self.serve(api)
        for env, arguments, said in self.REFUSED:
            with self.subTest(said):
                ended = self.export(server, api, arguments=arguments or [""], **env)
                self.assertEqual((ended.returncode, server.requests), (2, []), ended.said)
                self.assertIn(said, ended.said)
                self.assertEqual(self.saved(), [])

    def test_ids_that_are_none(self):
        for name in ("../../etc/passwd", "a/b", "a?b", "a%2eb", ".hidden", "x" * 151, "a\x1b[1m"):
            with self.subTest(name):
                api = api_answers.Playgent()
                server = self.serve(api)
                ended = self.export(server, api, arguments=["out", "pr_1", name])
                self.assertEqual(ended.returncode, 2)
                self.assertIn("not an id", ended.said)
                self.assertNotIn("\x1b", ended.said)

    def test_ids_that_the_server_makes_up(self):
        """They are missing, and asked for nowhere; all others are there."""
        for kind in (api_answers.Telnyx, api_answers.SigmaMind):
            api = kind()
            with self.subTest(api.script):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                api.counts = {"../../../../evil": 1, **api.counts}
                server = self.serve(api)
                self.check_odd(server, self.export(server, api), "..?..?..?..?evil")
                self.assertEqual(self.report()[0]["totals"]["runs"], api.runs)

    def test_cases_and_runs_that_the_server_makes_up(self):
        api = api_answers.Magpipe()
        api.all[200]["id"] = "run/evil"
        api.cases = {"mc/evil": "ms-2", **api.cases}
        server = self.serve(api)
        ended = self.export(server, api)
        self.check_odd(server, ended, "run?evil", "mc?evil")
        self.assertEqual(len([line for line in server.requests if "?id=" in line]), 9)

    def check_odd(self, server, ended, *odd):
        self.assertEqual(ended.returncode, 1, ended.said)
        for name in odd:
            self.assertIn(f"not an id, so what it names is missing: {name}\n", ended.said)
        self.assertIn(f"{len(odd)} answers are missing", ended.said)
        self.assertFalse([line for line in server.requests if "evil" in line])

    def test_traced(self):
        """`sh -x` shows what runs, but no key."""
        for api, server in self.each_small():
            self.check_all(api, self.export(server, api, shell=("sh", "-x")))

    def test_curlrc_is_not_read(self):
        api = api_answers.Playgent()
        server = self.serve(api)
        self.write("home/.curlrc", "location\nverbose\ntrace-ascii = trace.txt\n")
        (self.folder / "home").rename(self.folder.parent / f"{self.folder.name}-home")
        home = self.folder.parent / f"{self.folder.name}-home"
        self.addCleanup(shutil.rmtree, home)
        self.check_all(api, self.export(server, api, HOME=str(home)))
        self.assertNotIn("trace.txt", self.files())

    def test_killed(self):
        """Ended in the middle of a request: nothing half is left, and the next call goes on."""
        api = api_answers.Telnyx()
        server = self.serve(api)
        server.faults = [api_server.Fault(429, "tt-2/runs", Retry_After="60")]
        env = {"TELNYX_API_KEY": KEY, "TELNYX_BASE": server.url + api.path}
        running = subprocess.Popen(["sh", EXPORT / api.script, "out"], cwd=self.folder,
                                   stderr=subprocess.PIPE, env=harness.environment(**env),
                                   start_new_session=True)
        while b"again in 60 s" not in running.stderr.readline():
            pass
        # A shell that is just about to wait hears of it when it has waited, its `sleep` at once.
        while running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            time.sleep(0.02)
        self.assertEqual(running.returncode, 143)
        running.stderr.close()
        self.check_folder()
        server.faults = []
        self.check_all(api, self.export(server, api))


class Scripts(unittest.TestCase):
    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck")
    def test_shellcheck(self):
        scripts = sorted(path for path in (harness.ROOT / "samples").rglob("*.sh"))
        self.assertGreaterEqual(len(scripts), 6)
        ended = subprocess.run(["shellcheck", "-x", "--severity=style", *scripts],
                               capture_output=True, text=True, cwd=harness.ROOT)
        self.assertEqual((ended.returncode, ended.stdout), (0, ""))


if __name__ == "__main__":
    sys.exit(harness.main())
