#include <string.h>

#include "options_table.h"
#include "runtally/base/strbuf.h"

/* Help texts begin at HELP_COLUMN; an option too wide for that has its text on the next line. */
enum { HELP_COLUMN = 30, HELP_WIDTH = 79, LIMIT_COLUMN = 34, LIMIT_HELP_COLUMN = 44 };

static const char *const group_names[GROUP_COUNT] = {
	[GROUP_REPORTS] = "Reports",
	[GROUP_INPUT] = "Input",
	[GROUP_COMPARISON] = "Comparison",
	[GROUP_VERDICTS] = "Verdicts and suites",
	[GROUP_LIMITS] = "Limits",
	[GROUP_GATES] = "Gates (exit status 1 when one is missed)",
	[GROUP_PRIVACY] = "Privacy",
	[GROUP_OTHER] = "Other",
};

/* Pads the line, which is `used` columns long, to `column`; at least one space. */
static void pad_to(struct strbuf *out, size_t used, size_t column)
{
	strbuf_pad(out, ' ', used < column ? column - used : 1);
}

/* Adds words between HELP_COLUMN and HELP_WIDTH; the line stands at HELP_COLUMN. */
static void add_wrapped(struct strbuf *out, const char *text)
{
	size_t at = HELP_COLUMN;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + length > HELP_WIDTH) {
			strbuf_addch(out, '\n');
			strbuf_pad(out, ' ', HELP_COLUMN);
			at = HELP_COLUMN;
		} else if (at > HELP_COLUMN) {
			strbuf_addch(out, ' ');
			at++;
		}
		strbuf_add(out, text, length);
		at += length;
		text += length + (text[length] == ' ');
	}
	strbuf_addch(out, '\n');
}

static void add_option(struct strbuf *out, const struct option_row *row)
{
	size_t start = out->length;

	if (row->letter)
		strbuf_addf(out, "  -%c, --%s", row->letter, row->name);
	else
		strbuf_addf(out, "      --%s", row->name);
	if (row->argument)
		strbuf_addf(out, " %s", row->argument);
	if (out->length - start >= HELP_COLUMN) {
		strbuf_addch(out, '\n');
		start = out->length;
	}
	pad_to(out, out->length - start, HELP_COLUMN);
	add_wrapped(out, row->help);
}

void limit_text(struct strbuf *out, uint64_t value)
{
	static const char letters[] = {'\0', 'K', 'M', 'G'};
	size_t power = 0;

	while (value && value % 1024 == 0 && power + 1 < sizeof(letters)) {
		value /= 1024;
		power++;
	}
	strbuf_addf(out, "%llu", (unsigned long long)value);
	if (power)
		strbuf_addch(out, letters[power]);
}

static void add_limits(struct strbuf *out)
{
	struct options options;

	options_init(&options);
	strbuf_addstr(out, "      Names of limits and their defaults:\n");
	for (const struct limit_row *row = limit_rows; row->name; row++) {
		size_t start = out->length;

		strbuf_addf(out, "        %s", row->name);
		pad_to(out, out->length - start, LIMIT_COLUMN);
		limit_text(out, limit_value(row, &options));
		pad_to(out, out->length - start, LIMIT_HELP_COLUMN);
		strbuf_addstr(out, row->help);
		strbuf_addch(out, '\n');
	}
	options_release(&options);
}

void options_help(struct strbuf *out)
{
	strbuf_addstr(out, "Usage: runtally [OPTION]... INPUT...\n"
			   "One report for all your agent test runs.\n\n"
			   "INPUT is a file, a folder, a ZIP archive, or - for standard input.\n");
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		strbuf_addf(out, "\n%s:\n", group_names[group]);
		for (const struct option_row *row = option_rows; row->name; row++)
			if (row->group == group)
				add_option(out, row);
		if (group == GROUP_LIMITS)
			add_limits(out);
	}
	strbuf_addstr(out, "\nExit status: 0 reports written and gates met, 1 a gate missed, "
			   "2 usage,\n3 some input bad, 4 a report could not be written. "
			   "See runtally(1).\n");
}
