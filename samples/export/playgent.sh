#!/bin/sh
# Exports runs of Playgent by their ids into FOLDER, for runtally.
#   PLAYGENT_API_KEY=... playgent.sh FOLDER RUN_ID...
#   PLAYGENT_API_KEY=... playgent.sh FOLDER - <run-ids.txt
# This API has no list of runs: keep the run_id that starting a run answers. A run names its case and
# its agent, so definitions are not needed. Runs that were over are not fetched again. PLAYGENT_BASE is
# another address than https://api.playgent.com. See common.sh for the rest.
usage='playgent.sh [--refresh] [--dated] FOLDER RUN_ID...|-'
key_variable=PLAYGENT_API_KEY
key_header='Authorization: Bearer '
base_variable=PLAYGENT_BASE
base_default=https://api.playgent.com
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || die "which runs? usage: $usage" 2
runs=$(ids "$@")
for run in $runs; do
	need_safe "$run"
done
for run in $runs; do
	fetch_run "run-$run.json" "/v1/runs/$run" status 'completed|failed' run_id || :
done
export_end
