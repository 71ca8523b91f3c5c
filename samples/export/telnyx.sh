#!/bin/sh
# Exports all assistant tests of a Telnyx account and all their runs into FOLDER, for runtally.
#   TELNYX_API_KEY=... telnyx.sh FOLDER
# TELNYX_BASE is another address than https://api.telnyx.com/v2. See common.sh for the rest.
usage='telnyx.sh [--refresh] [--dated] FOLDER'
key_variable=TELNYX_API_KEY
key_header='Authorization: Bearer '
base_variable=TELNYX_BASE
base_default=https://api.telnyx.com/v2
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# Pages count from 1. Without the number of pages, or with one that cannot be, the list ends with an
# empty page.
more() { # FILE PAGE
	total=$(values "$1" meta.total_pages)
	case $total in
	'' | *[!0-9]* | ???????*) [ -n "$(values "$1" 'data[].test_id')" ] ;;
	*) [ "$2" -lt "$total" ] ;;
	esac
}

size='page%5Bsize%5D=100&page%5Bnumber%5D=@'

pages assistant-tests "/ai/assistants/tests?$size" 1 data more || export_end
last=$page
page=0
while [ $((page += 1)) -le "$last" ]; do
	tests="${tests-} $(values "$folder/assistant-tests-$page.json" 'data[].test_id')"
done
for test in $tests; do
	usable "$test" || continue
	pages "runs-$test" "/ai/assistants/tests/$test/runs?$size" 1 data more || continue
done
export_end
