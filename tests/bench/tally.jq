# Baseline: jq, a record after the other: jq -n -r -f tally.jq FILE
# One short row a record, which are grouped at the end: quicker than sums that are updated in place.
def ms: (.[:19] + "Z" | fromdateiso8601) * 1000 + (.[20:23] | tonumber);
def word: {"passed": 0, "failed": 1, "error": 2}[.] // 3;
def bit: if . then 0 else 1 end;
def row($name; $suite; $outcome; $ids): [$name + "\t" + $suite, $outcome, ($ids | length)];
def times($from; $to): [($to | ms) - ($from | ms)];

# [suite, outcome, bytes of ids, duration, score in millionths]
def kapso:
  row("kapso"; .test_case.test_suite_id;
      if .error or (.execution_completed | not) then 2 else .score >= 0.8 | bit end;
      .id + .test_case.id) + times(.started_at; .ended_at) + [.score * 1e6 | round];
def magpipe:
  row("magpipe"; .test_cases.suite_id; .status | word; .id + .test_case_id)
  + times(.started_at; .completed_at);
def telnyx:
  row("telnyx"; ""; .status | word; .run_id + .test_id) + times(.created_at; .completed_at);
def sigmamind:
  row("sigmamind"; .agent.name; .isSuccessful | bit; .jobId + .testCase.testCaseId)
  + times(.createdDate; .completedDate);
# [suite, outcome, bytes of ids, null, null, cost in billionths, turns, latency, tokens in, out]
def playgent:
  row("playgent"; .agent.name;
      if .status == "failed" then 2 elif .status != "completed" then 3 else .success | bit end;
      .run_id + .test_case.id)
  + [null, null, (.summary.total_cost_usd * 1e9 | round)]
  + ([.turns[].metrics]
     | [length, (map(.latency_ms) | add), (map(.tokens.input) | add), (map(.tokens.output) | add)]);

def extract:
  if .data then .data | kapso
  elif .run then .run | magpipe
  elif .test_id then telnyx
  elif .jobId then sigmamind
  else playgent end;

def known(i): map(.[i] | values) | length, (add // 0);
def sum(i): map(.[i] | values) | add // 0;

[inputs | extract] | group_by(.[0])[]
| [.[0][0], length, (map(.[1]) | .[[0, 1, 2, 3][] | [.]] | length), known(5), known(3), known(4),
   sum(6), sum(7), (map(.[6] | values) | length), sum(8), sum(9), sum(2)]
| map(tostring) | join("\t")
