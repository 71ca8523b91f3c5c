#!/bin/sh
# Exports test cases, batches and runs of SigmaMind agents into FOLDER, for runtally.
#   SIGMAMIND_API_KEY=... sigmamind.sh --agent AGENT_ID [--agent AGENT_ID...] FOLDER
# SIGMAMIND_BASE is another address than https://api.sigmamind.ai. See common.sh for the rest.
usage='sigmamind.sh [--refresh] [--dated] --agent AGENT_ID [--agent AGENT_ID...] FOLDER'
key_variable=SIGMAMIND_API_KEY
key_header='X-API-Key: '
base_variable=SIGMAMIND_BASE
base_default=https://api.sigmamind.ai
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# Pages count from 0. A list of v1 is a bare one and has no pages. Without the number of pages, or with
# one that cannot be, the list ends with an empty page.
more() { # FILE PAGE
	case $(values "$1" hasNext) in
	true) return 0 ;;
	false) return 1 ;;
	esac
	total=$(values "$1" totalPages)
	case $total in
	'' | *[!0-9]* | ???????*)
		[ -n "$(values "$1" 'data[].agent.agentId')$(values "$1" 'data[].testCaseId')" ] ;;
	*) [ $(($2 + 1)) -lt "$total" ] ;;
	esac
}

# The batches on the pages of one agent; a list of v1 has its items on top.
batches_of() { # AGENT LAST_PAGE
	page=0
	while [ "$page" -le "$2" ]; do
		values "$folder/batches-$1-$page.json" 'data[].batchId'
		values "$folder/batches-$1-$page.json" '[].batchId'
		page=$((page + 1))
	done
}

[ -n "$agents" ] || die "--agent is needed: this API lists the batches of one agent; usage: $usage" 2
for agent in $agents; do
	pages "test-cases-$agent" "/v1/test-cases?agentId=$agent&size=100&page=@" 0 data more || :
	pages "batches-$agent" "/v1/batch-runs?agentId=$agent&size=100&page=@" 0 data more || continue
	for batch in $(batches_of "$agent" "$page"); do
		usable "$batch" || continue
		pages "runs-$batch" "/v1/test-runs?batchId=$batch&agentId=$agent&size=100&page=@" 0 data more || :
	done
done
export_end
