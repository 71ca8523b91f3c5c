#include "sparkline.h"

/* Pixels: a run takes BAR and the GAP behind it, which the style sheet's dashes repeat. */
enum { BAR = 4, GAP = 1, STEP = BAR + GAP, HEIGHT = 20 };

/* Bars are strokes along a line so far down; that of an error is an outline (ERROR_SHAPE). */
static const int middles[OUTCOME_COUNT] = {
	[OUTCOME_PASSED] = 5,
	[OUTCOME_FAILED] = 15,
	[OUTCOME_PENDING] = 10,
	[OUTCOME_UNKNOWN] = 10,
};

#define ERROR_SHAPE "v7.5h2.5v-7.5z"

/* How many runs from this one on ended alike. */
static size_t alike(struct run *const *runs, size_t count)
{
	size_t length = 1;

	while (length < count && runs[length]->outcome == runs[0]->outcome)
		length++;
	return length;
}

/* "12 passed, 1 failed, 2 passed" */
static void add_words(struct run *const *runs, size_t count, struct strbuf *out)
{
	for (size_t i = 0, length; i < count; i += length) {
		length = alike(runs + i, count - i);
		strbuf_addf(out, "%s%zu %s", i ? ", " : "", length, outcome_name(runs[i]->outcome));
	}
}

static void add_errors(struct strbuf *out, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		strbuf_addf(out, "M%zu.75 11.25" ERROR_SHAPE, i * STEP);
}

/* A line through neighbours, which its dashes divide. */
static void add_line(struct strbuf *out, size_t first, size_t count, enum outcome outcome)
{
	strbuf_addf(out, "M%zu %dh%zu", first * STEP, middles[outcome], count * STEP - GAP);
}

/* All runs of an outcome are one path. */
static void add_path(struct run *const *runs, size_t count, enum outcome outcome,
		     struct strbuf *out)
{
	bool any = false;

	for (size_t i = 0, length; i < count; i += length) {
		length = alike(runs + i, count - i);
		if (runs[i]->outcome != outcome)
			continue;
		if (!any)
			strbuf_addf(out, "<path class=\"%s\" d=\"", outcome_name(outcome));
		any = true;
		if (outcome == OUTCOME_ERROR)
			add_errors(out, i, length);
		else
			add_line(out, i, length, outcome);
	}
	if (any)
		strbuf_addstr(out, "\"/>");
}

void sparkline_add(struct run *const *runs, size_t count, struct strbuf *out)
{
	const size_t width = count * STEP - GAP;

	if (!count)
		return;
	strbuf_addf(out,
		    "<svg class=\"strip\" width=\"%zu\" height=\"%d\" viewBox=\"0 0 %zu %d\""
		    " preserveAspectRatio=\"none\" role=\"img\""
		    " aria-label=\"Latest runs, oldest first: ",
		    width, HEIGHT, width, HEIGHT);
	add_words(runs, count, out);
	strbuf_addstr(out, "\">");
	for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		add_path(runs, count, (enum outcome)outcome, out);
	strbuf_addstr(out, "</svg>");
}
