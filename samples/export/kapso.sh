#!/bin/sh
# Exports test runs of Kapso by their ids, and the test suites of agents, into FOLDER, for runtally.
#   KAPSO_API_KEY=... kapso.sh [--agent AGENT_ID...] FOLDER RUN_ID...
#   KAPSO_API_KEY=... kapso.sh [--agent AGENT_ID...] FOLDER - <run-ids.txt
# This API has no list of runs: keep the id that starting a run answers (data.id). Runs that were over
# are not fetched again. KAPSO_BASE is another address than https://app.kapso.ai/api/v1. See common.sh
# for the rest.
usage='kapso.sh [--refresh] [--dated] [--agent AGENT_ID...] FOLDER [RUN_ID...|-]'
key_variable=KAPSO_API_KEY
key_header='X-API-Key: '
base_variable=KAPSO_BASE
base_default=https://app.kapso.ai/api/v1
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

[ -n "$agents" ] || [ $# -gt 0 ] || die "nothing to export; usage: $usage" 2
runs=$(ids "$@")
for run in $runs; do
	need_safe "$run"
done
for agent in $agents; do
	fetch "test-suites-$agent.json" "/agents/$agent/test_suites" data || :
done
for run in $runs; do
	fetch_run "run-$run.json" "/test_runs/$run" data.execution_completed 'true|false' data || :
done
export_end
