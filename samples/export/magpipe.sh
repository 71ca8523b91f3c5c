#!/bin/sh
# Exports suites, cases and runs of a Magpipe account into FOLDER, for runtally.
#   MAGPIPE_API_KEY=... magpipe.sh FOLDER
# MAGPIPE_BASE is another address than https://api.magpipe.ai/functions/v1. See common.sh for the rest.
#
# This API has no pages and cuts without a word: a suite's runs after the newest 200, a case's after the
# newest 50. So suites are asked for; where one is full, each of its cases; and what only a case's list
# has is asked for run by run, since that list does not tell the case. A case with 50 runs there may have
# had older ones: then the exit status is 3.
usage='magpipe.sh [--refresh] [--dated] FOLDER'
key_variable=MAGPIPE_API_KEY
key_header='Authorization: Bearer '
base_variable=MAGPIPE_BASE
base_default=https://api.magpipe.ai/functions/v1
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

suite_cap=200 case_cap=50

count() { printf '%s' "$1" | wc -w; }

# Runs of a case that its suite's list, whose ids are in $reached, does not have.
runs_of_case() { # CASE
	fetch "runs-case-$1.json" "/test-runs?test_case_id=$1" runs || return 0
	runs=$(values "$folder/runs-case-$1.json" 'runs[].id')
	for run in $runs; do
		usable "$run" || continue
		case " $reached " in
		*" $run "*) continue ;;
		esac
		fetch_run "run-$run.json" "/test-runs?id=$run" run.status 'passed|failed|error' run || :
	done
	[ "$(count "$runs")" -ge $case_cap ] || return 0
	say "$base/test-runs?test_case_id=$1: $case_cap runs, the most that this API gives"
	capped=$((capped + 1))
}

runs_of_suite() { # SUITE
	fetch "cases-$1.json" "/test-cases?action=list_cases&suite_id=$1" cases || :
	fetch "runs-suite-$1.json" "/test-runs?suite_id=$1" runs || return 0
	reached=$(values "$folder/runs-suite-$1.json" 'runs[].id' | tr '\n' ' ')
	[ "$(count "$reached")" -ge $suite_cap ] || return 0
	[ -f "$folder/cases-$1.json" ] || return 0
	for test_case in $(values "$folder/cases-$1.json" 'cases[].id'); do
		usable "$test_case" || continue
		runs_of_case "$test_case"
	done
}

# The newest of all, for runs whose suite or case was deleted.
fetch runs-newest.json "/test-runs?limit=$suite_cap" runs || :
fetch suites.json '/test-cases?action=list_suites' suites || export_end
for suite in $(values "$folder/suites.json" 'suites[].id'); do
	usable "$suite" || continue
	runs_of_suite "$suite"
done
export_end
