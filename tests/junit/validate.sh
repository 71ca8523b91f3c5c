#!/bin/sh
# usage: validate.sh [BUILD]
# Holds JUnit files against the schemas beside this script: those of the unit test (hostile texts,
# budgets, split reports) and those of the program over samples/. Where the libraries of
# package.json are installed here (npm ci), they must count what is in the files.
set -eu

build=${1:-build}
set --
here=$(dirname "$0")
top=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "$0: $*" >&2
	exit 1
}

validate() { # FLAVOUR FILE...
	schema=$here/$1.xsd
	shift
	xmllint --noout --schema "$schema" "$@" 2>"$work/log" || {
		grep -v ' validates$' "$work/log" >&2
		fail "a file does not match $schema"
	}
}

count() { # ELEMENT FILE
	grep -o "<$1[ >]" "$2" | wc -l
}

expected() { # FILE
	failed=$(count failure "$1")
	errors=$(count error "$1")
	skipped=$(count skipped "$1")
	passed=$(($(count testcase "$1") - failed - errors - skipped))
	echo "$1=$passed,$failed,$errors,$skipped"
}

mkdir "$work/files"
"$build/tests/unit/test_junit" "$work/files" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	fail "the unit test fails"
}
for options in '' '--details=all' '--reruns' '--junit-cases=run' '--junit-pass-rate=50' \
	'--link=https://ci.example/site/' '--limit=junit-file-bytes=40000' '--suite=nothing'; do
	for flavour in strict rich; do
		name=$flavour-samples$(echo "$options" | tr / _)
		"$build/runtally" -q --junit-flavor "$flavour" $options \
			-o "junit=$work/files/$name.xml" "$top/samples" || fail "$name: status $?"
	done
done
validate strict "$work"/files/strict-*.xml
validate rich "$work"/files/rich-*.xml
xmllint --noout --schema "$here/strict.xsd" "$work"/files/rich-example-0.xml 2>/dev/null &&
	fail "strict.xsd takes a rich file"
if [ -d "$here/node_modules" ]; then
	for file in "$work"/files/*.xml; do
		set -- "$@" "$(expected "$file")"
	done
	node "$here/consumers.mjs" "$@" >"$work/log" || {
		grep -v ': as expected$' "$work/log" >&2
		fail "a consumer counts something else"
	}
fi
echo "junit: $(ls "$work/files" | wc -l) files valid"
