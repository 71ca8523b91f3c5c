#include <string.h>

#include "runtally/base/format_number.h"
#include "text.h"

enum { REASONS = 20 }; /* different ones of a case that are counted */

/* One that several runs of a case gave. */
struct reason {
	char *text;
	uint64_t count;
};

static void count_reason(struct reason *reasons, size_t *count, uint64_t *others, const char *text)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(reasons[i].text, text) == 0) {
			reasons[i].count++;
			return;
		}
	}
	if (*count == REASONS)
		++*others;
	else
		reasons[(*count)++] = (struct reason){memory_strdup(text), 1};
}

static void add_reason(struct strbuf *out, uint64_t count, const char *text)
{
	strbuf_addstr(out, "  ");
	format_count(out, count);
	strbuf_addf(out, " %s: %s\n", count == 1 ? "run" : "runs", text);
}

void junit_reasons(struct strbuf *out, const struct view *view, const struct junit_names *names,
		   size_t test_case)
{
	struct reason reasons[REASONS];
	size_t count = 0, at = test_case;
	struct strbuf text = STRBUF_INIT;
	uint64_t others = 0;

	do {
		if (!run_is_failure(names->results->runs[at]))
			continue;
		strbuf_reset(&text);
		junit_message(&text, view, names->results->runs[at]);
		count_reason(reasons, &count, &others, text.text);
	} while (junit_next_retry(names, &at));
	for (size_t left = count; left; left--) {
		size_t most = 0;

		for (size_t i = 1; i < count; i++)
			if (reasons[i].count > reasons[most].count)
				most = i;
		add_reason(out, reasons[most].count, reasons[most].text);
		memory_free(reasons[most].text);
		reasons[most] = (struct reason){NULL, 0};
	}
	if (others)
		add_reason(out, others, "other reasons");
	strbuf_release(&text);
}
