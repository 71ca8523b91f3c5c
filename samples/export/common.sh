# shellcheck shell=sh disable=SC2154
# What the export scripts of this folder share; they read it, it is not called by itself.
# POSIX sh, curl and awk.
#
# A script sets `usage`, `key_variable`, `key_header`, `base_variable` and `base_default`, and reads this
# file, which leaves in "$@" what follows FOLDER. Then it calls
#   fetch FILE PATH MEMBER...              one answer, which has a member of these
#   pages NAME PATH FIRST MEMBER MORE      all pages of a list
#   fetch_run FILE PATH PLACE OVER MEMBER  one run by its id
#   usable ID                              is this id, which the API gave, one? Else it is missing
#   values FILE PLACE                      the values at a place such as data[].id, a line each
#   export_end                             says what was done; exit status 0 only if all is there
#
# With --dated, what it saves lies in FOLDER/YYYY-MM-DD, the day (UTC) of the call: runtally then knows which
# of two copies of a run is the later, and when a run happened that tells no time.
#
# Environment, beside the key and the address:
#   EXPORT_TRIES     how often one request is tried (5)
#   EXPORT_PAUSE     seconds before the second try, doubled for each one after it (2)
#   EXPORT_MAX_WAIT  the longest Retry-After in seconds that is waited for (300)
#   EXPORT_TIMEOUT   seconds for one request (120)
#   EXPORT_MAX_BYTES the most bytes of one answer (200000000)
#
# Exit status: 0 all is there, 1 something is missing, 2 usage, 3 all that the API still gives is there.
#
# An export is finished when all of it is there. Until then its folder holds .unfinished, the names of
# the files so far, and the next call asks only for what is missing. A call on a finished export (or
# with --refresh, or a day after the last one broke off) asks for every list again, because new runs
# move old ones from page to page; runs that were fetched one by one and are over stay as they are.

# Keys: never on a command line, where every user of the machine can read them, and never traced.
set +x
set -euf
umask 077
LC_ALL=C
export LC_ALL

export_name=$(basename "$0")
say() { printf '%s: %s\n' "$export_name" "$1" >&2; }

die() {
	say "$1"
	exit "${2:-1}"
}

# An id becomes part of an address and of a file name.
safe() {
	case $1 in
	'' | .* | -* | *[!A-Za-z0-9._-]*) return 1 ;;
	esac
	[ ${#1} -le 150 ]
}

shown() { printf '%s' "$1" | tr -c 'A-Za-z0-9._-' '?' | cut -c1-150; }

need_safe() {
	safe "$1" || die "not an id: $(shown "$1")" 2
}

# The same for an id that the API gave: an odd one is missing, and the others are still fetched.
usable() {
	safe "$1" && return 0
	say "not an id, so what it names is missing: $(shown "$1")"
	missing=$((missing + 1))
	return 1
}

# Walks the JSON in a file by its quotes, and prints the values at the place $2: data[].id, [].id,
# meta.total_pages; for "." the names of the members on top, [] for a list. Fails when the document does
# not begin with { or [ or does not end where it should: an HTML page, or one cut short; with status 2
# when it is nested deeper than 100. Texts are read up to a few hundred characters.
values() {
	awk -v want="$2" '
	function place() { return depth == 0 ? "" : base[depth] (kind[depth] == "{" ? "." key[depth] : "[]") }
	function leave() {
		if (place() == want && (quoted || bare != "")) print quoted ? text : bare
		quoted = 0; bare = ""
	}
	function outside(piece,   i, c) {
		for (i = 1; i <= length(piece); i++) {
			c = substr(piece, i, 1)
			if (c ~ /[ \t\r\n]/) continue
			if (depth == 0 && c !~ /[{[]/) { bad = 1; exit }
			if (c == ":") {
				key[depth] = text; quoted = 0
				if (names && depth == 1) print text
			} else if (c == "{" || c == "[") {
				if (depth == 0 && documents++) { bad = 1; exit }
				# Each level holds its whole place.
				if (depth == 100) { deep = bad = 1; exit }
				base[depth + 1] = place(); depth++; kind[depth] = c; key[depth] = ""
				if (names && depth == 1 && c == "[") print "[]"
			} else if (c == "}" || c == "]") {
				leave()
				if ((kind[depth] == "{") != (c == "}")) { bad = 1; exit }
				depth--
			} else if (c == ",") leave()
			else if (length(bare) < 300) bare = bare c
		}
	}
	BEGIN { RS = "\""; names = want == "."; if (want !~ /^\[/) want = "." want }
	inside {
		if (length(text) < 300) text = text substr($0, 1, 300)
		# A quote behind an odd number of backslashes belongs to the text.
		if (match($0, /\\+$/) && RLENGTH % 2) { if (length(text) < 300) text = text "\""; next }
		inside = 0; quoted = 1; next
	}
	{ outside($0); if (bad) exit; inside = 1; text = "" }
	END {
		if (deep) exit 2
		# Behind the last quote nothing was opened any more.
		if (bad || depth || !documents) exit 1
	}' "$1"
}

# Seconds that the header Retry-After of a saved head asks for: a number, or a date against Date.
retry_after() {
	awk '
	function seconds(text,   f, t, y, m, d) { # of "Fri, 27 Nov 2026 19:00:00 GMT", since 1970
		split(text, f, " "); split(f[5], t, ":")
		m = (index("JanFebMarAprMayJunJulAugSepOctNovDec", f[3]) + 2) / 3
		if (m < 1 || f[4] < 1970) return -1
		y = m > 2 ? f[4] : f[4] - 1
		d = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * ((m + 9) % 12) + 2) / 5) + f[2] - 719469
		return d * 86400 + t[1] * 3600 + t[2] * 60 + t[3]
	}
	{ sub(/\r$/, ""); name = tolower($1); value = $0; sub(/^[^:]*:[ \t]*/, "", value) }
	name == "retry-after:" { wait = value }
	name == "date:" { now = seconds(value) }
	END {
		if (wait ~ /^[0-9]+$/ && length(wait) < 8) print wait + 0
		else if (wait ~ /GMT$/) {
			if (now == "") { srand(); now = srand() }
			until = seconds(wait)
			if (until >= 0) print (until > now ? until - now : 0)
		}
	}' "$1"
}

# One try: the status in $code, or what ended it in $trouble. The key goes in by standard input.
# No .curlrc, no redirect: the key is for this address alone. Older ones of curl hold to --max-filesize
# only when the length is told before; the limit of the shell, in 512 bytes or 1024, bounds the others.
request() {
	code=000 curl_status=0
	rm -f "$part" "$part.head"
	(
		trap '' XFSZ
		ulimit -f $((max_bytes / 512 + 1)) 2>/dev/null || :
		ask "$1"
	) <<-KEY || curl_status=$?
		header = "$key_header$key"
	KEY
	code=$(cat "$part.code")
	[ -f "$part" ] || : >"$part"
}

ask() { # URL
	curl -q --silent --globoff --proto '=https,http' --connect-timeout 20 --max-time "$timeout" \
		--header 'Accept: application/json' --config - --dump-header "$part.head" --output "$part" \
		--max-filesize "$max_bytes" --write-out '%{http_code}' --url "$1" >"$part.code" 2>/dev/null
}

# 0: answered well; 1: not, and the same again would not help; 2: try again.
judge() {
	if [ "$curl_status" -eq 63 ] || [ "$(wc -c <"$part")" -gt "$max_bytes" ]; then
		trouble="an answer larger than EXPORT_MAX_BYTES ($max_bytes)"
		return 1
	fi
	case $curl_status in
	0) ;;
	# Not found, not connected, cut, too slow, empty, and streams that broke.
	5 | 6 | 7 | 16 | 18 | 28 | 35 | 52 | 55 | 56 | 92)
		trouble="the connection failed or was cut (curl $curl_status)"
		return 2 ;;
	*)
		trouble="curl ended with status $curl_status"
		return 1 ;;
	esac
	trouble="HTTP status $code"
	case $code in
	200) return 0 ;;
	401 | 403) die "$1: HTTP status $code: the API does not accept $key_variable" ;;
	408 | 425 | 429 | 5??) return 2 ;;
	3??) die "$1: HTTP status $code, a redirect: it is not followed, since the key goes with it" ;;
	*) return 1 ;;
	esac
}

wait_for() { # URL SECONDS
	asked=
	[ "$curl_status" -ne 0 ] || asked=$(retry_after "$part.head")
	if [ -n "$asked" ] && [ "$asked" -gt "$longest" ]; then
		die "$1: $trouble: asks to wait $asked seconds; call again then, what is here is kept"
	fi
	seconds=${asked:-$2}
	say "$1: $trouble; again in $seconds s"
	sleep "$seconds"
}

# Has the answer a member of those named? Then it is what was asked for, and no error body.
answers() { # MEMBER...
	members=$(values "$part" .) || return 1
	for member; do
		for found in $members; do
			[ "$found" != "$member" ] || return 0
		done
	done
	return 1
}

# The same for what an answer of status 200 holds.
look() { # URL MEMBER...
	url=$1
	shift
	state=0
	values "$part" . >/dev/null || state=$?
	case $state in
	0)
		answers "$@" && return 0
		trouble="an answer without \"$1\""
		return 1 ;;
	2)
		trouble="an answer nested deeper than 100"
		return 1 ;;
	esac
	case $(tr -d '[:space:]' <"$part" | head -c 1) in
	'{' | '[' | '') ;;
	*) die "$url: the answer is not JSON, but perhaps a page for people; is $base_variable right?" ;;
	esac
	trouble="the answer is not whole"
	return 2
}

get() { # FILE URL MEMBER...
	file=$1 url=$2
	shift 2
	try=1 delay=$pause
	while :; do
		verdict=0
		request "$url"
		judge "$url" || verdict=$?
		if [ "$verdict" -eq 0 ]; then
			look "$url" "$@" || verdict=$?
		fi
		[ "$verdict" -eq 2 ] || break
		[ "$try" -lt "$tries" ] || die "$url: $trouble, $tries times; call again later, what is here is kept"
		wait_for "$url" "$delay"
		try=$((try + 1)) delay=$((delay * 2))
	done
	if [ "$verdict" -ne 0 ]; then
		say "$url: $trouble; not saved"
		missing=$((missing + 1))
		return 1
	fi
	mv -f "$part" "$folder/$file" || die "cannot write $folder/$file"
	printf '%s\n' "$file" >>"$progress"
	fetched=$((fetched + 1))
}

# Is the file there, from this export?
there() { [ -f "$folder/$1" ] && grep -qxF -e "$1" "$progress"; }

fetch() { # FILE PATH MEMBER...
	if there "$1"; then
		kept=$((kept + 1))
		return 0
	fi
	file=$1 url=$base$2
	shift 2
	get "$file" "$url" "$@"
}

# All pages of a list, in NAME-1.json and so on. @ in PATH stands for the number, which begins at FIRST;
# MORE is called with a page's file and number and says whether others follow. When an export is resumed
# the last page is asked for again: it may have grown.
pages() { # NAME PATH FIRST MEMBER MORE
	page=$3
	while [ "$page" -lt 10000 ]; do
		path=${2%@*}$page${2#*@} known=
		! there "$1-$page.json" || known=yes
		fetch "$1-$page.json" "$path" "$4" "[]" || return 1
		if [ -n "$known" ] && ! "$5" "$folder/$1-$page.json" "$page"; then
			kept=$((kept - 1))
			get "$1-$page.json" "$base$path" "$4" "[]" || return 1
		fi
		"$5" "$folder/$1-$page.json" "$page" || return 0
		page=$((page + 1))
	done
	die "$base$path: this list does not end"
}

# A run asked for by its id: kept for good when the value at PLACE says that it is over.
fetch_run() { # FILE PATH PLACE OVER MEMBER...; OVER: values, separated by |
	file=$1 url=$base$2 place=$3 over=$4
	shift 4
	if [ -z "$refresh" ] && [ -f "$folder/$file" ]; then
		case "|$over|" in
		*"|$(values "$folder/$file" "$place")|"*)
			kept=$((kept + 1))
			return 0 ;;
		esac
	fi
	get "$file" "$url" "$@"
}

# Ids from the arguments; for - from standard input, one a line.
ids() {
	for id; do
		if [ "$id" = - ]; then
			tr -d '\r' | sed '/^[[:space:]]*$/d'
		else
			printf '%s\n' "$id"
		fi
	done
}

export_end() {
	if [ "$missing" -gt 0 ]; then
		die "$missing answers are missing; fetched $fetched, kept $kept in $folder"
	fi
	rm -f "$progress"
	say "fetched $fetched, kept $kept in $folder"
	if [ "$capped" -gt 0 ]; then
		die "$capped lists end where the API cuts them: older runs can no longer be asked for" 3
	fi
}

need_number() { # VARIABLE VALUE DIGITS
	case $2 in
	'' | *[!0-9]* | 0?*) die "$1 is not a number: $2" 2 ;;
	esac
	[ ${#2} -le "$3" ] || die "$1 is not a number of at most $3 digits: $2" 2
}

# From here on: the call itself.

refresh='' agents='' dated=''
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		echo "Usage: $usage"
		exit 0 ;;
	--refresh) refresh=yes ;;
	--dated) dated=yes ;;
	--agent)
		[ $# -gt 1 ] || die "--agent needs an id" 2
		need_safe "$2"
		agents="$agents $2"
		shift ;;
	-?*) die "no option $1; usage: $usage" 2 ;;
	*) break ;;
	esac
	shift
done
folder=${1-}
[ -n "$folder" ] || die "usage: $usage" 2
shift
# The day of an export says which of two copies of a run is the later, and dates runs that tell no time.
[ -z "$dated" ] || folder=$folder/$(date -u +%Y-%m-%d)

command -v curl >/dev/null 2>&1 || die "curl is needed" 2
eval "key=\${$key_variable:-} base=\${$base_variable:-$base_default}"
[ -n "$key" ] || die "set $key_variable to your API key" 2
# What cannot stand between quotes in curl's configuration is no key of these APIs.
case $key in
*[!A-Za-z0-9._~+/=:@!-]*) die "$key_variable has a character that an API key does not have" 2 ;;
esac
base=${base%/}
# Nor has an address what would make another host of its rest, or leaves printable ASCII.
case $base in
*[!!-~]* | *[@?#\"\'\`\\]*) die "$base_variable has a character that an API's address does not have" 2 ;;
esac
case $base in
https://?* | http://127.0.0.1:* | http://localhost:* | 'http://[::1]:'*) ;;
*) die "$base_variable must begin with https:// (http:// is for this machine alone)" 2 ;;
esac
tries=${EXPORT_TRIES:-5} pause=${EXPORT_PAUSE:-2}
longest=${EXPORT_MAX_WAIT:-300} timeout=${EXPORT_TIMEOUT:-120}
max_bytes=${EXPORT_MAX_BYTES:-200000000}
need_number EXPORT_TRIES "$tries" 6
need_number EXPORT_PAUSE "$pause" 6
need_number EXPORT_MAX_WAIT "$longest" 6
need_number EXPORT_TIMEOUT "$timeout" 6
need_number EXPORT_MAX_BYTES "$max_bytes" 9
[ "$max_bytes" -gt 0 ] || die "EXPORT_MAX_BYTES is 0: no answer is that small" 2

mkdir -p -- "$folder" || die "cannot make the folder $folder"
# A folder whose name begins with - is still a folder to all commands below.
case $folder in
/*) ;;
*) folder=./$folder ;;
esac
part=$folder/.part.$$
progress=$folder/.unfinished
trap 'rm -f "$part" "$part.head" "$part.code"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ -n "$refresh" ] || [ -n "$(find "$progress" -mtime +0 2>/dev/null)" ]; then
	rm -f "$progress"
fi
fetched=0 kept=0 missing=0 capped=0
: >>"$progress" || die "cannot write to $folder"
