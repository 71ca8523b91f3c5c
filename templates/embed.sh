#!/bin/sh
# Prints a C file with the template files named as arguments, as builtin_templates (templates.h).
set -eu
echo '#include "runtally/template/templates.h"'
n=0
for file; do
	n=$((n + 1))
	printf 'static const unsigned char text_%d[] = {\n' "$n"
	od -An -v -tu1 "$file" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
	echo '0};'
done
echo 'const struct builtin_template builtin_templates[] = {'
n=0
for file; do
	n=$((n + 1))
	printf '{"%s", (const char *)text_%d, sizeof(text_%d) - 1},\n' "${file#templates/}" "$n" "$n"
done
echo '{NULL, NULL, 0}};'
