#include "calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/analysis/tally.h"
#include "runtally/base/times.h"

/* Of those that a note could tell, what is told. */
enum { NOTES_SHOWN = 3, PARTS_SHOWN = 10 };

static bool touches(const struct call *call, const struct period *period)
{
	int64_t from = call->from, to = call->to;

	if (call->since != TIME_UNKNOWN || call->until != TIME_UNKNOWN) {
		int64_t since = call->since != TIME_UNKNOWN ? call->since : INT64_MIN + 1;
		int64_t until = call->until != TIME_UNKNOWN ? call->until : call->written_at + 1;

		widen_time(&from, &to, since, until > since ? until - 1 : since);
	} else {
		if (from == TIME_UNKNOWN)
			from = to = call->written_at - DAY_MS;
		widen_time(&from, &to, call->written_at, call->written_at);
	}
	return (period->until == TIME_UNKNOWN || from < period->until) &&
	       (period->since == TIME_UNKNOWN || to >= period->since);
}

/* `the call of 2026-11-18 (staging)` */
static void add_call(struct strbuf *out, const struct call *call)
{
	char date[DATE_TEXT_SIZE];

	time_local_date_text(call->written_at, date);
	strbuf_addf(out, "the call of %s", date);
	if (*call->environment)
		strbuf_addf(out, " (%s)", call->environment);
}

/* ---- bad inputs ---- */

static void note_bad(const struct call *call, struct notes *notes)
{
	struct strbuf text = STRBUF_INIT;

	add_call(&text, call);
	if (call->errors)
		strbuf_addf(&text, " had bad input (%" PRIu64 " error%s", call->errors,
			    call->errors == 1 ? "" : "s");
	else
		strbuf_addstr(&text, " had incomplete input (");
	for (size_t i = 0; i < call->note_count && i < NOTES_SHOWN; i++)
		strbuf_addf(&text, "%s%s", i ? "; " : call->errors ? ": " : "", call->notes[i]);
	if (call->note_count > NOTES_SHOWN)
		strbuf_addstr(&text, "; …");
	notes_add_gap(notes, "history: %s): its runs may be missing", text.text);
	strbuf_release(&text);
}

/* ---- parts ---- */

static int compare_ms(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Of what may be of one set. */
static int compare_kinds(const struct call *a, const struct call *b)
{
	int order = compare_ms(a->shards, b->shards);

	if (!order)
		order = strcmp(a->title, b->title);
	return order ? order : strcmp(a->environment, b->environment);
}

static int compare_calls(const void *left, const void *right)
{
	const struct call *a = *(const struct call *const *)left;
	const struct call *b = *(const struct call *const *)right;
	int order = compare_kinds(a, b);

	return order ? order : compare_ms(a->written_at, b->written_at);
}

static int compare_parts(const void *left, const void *right)
{
	const struct call *a = *(const struct call *const *)left;
	const struct call *b = *(const struct call *const *)right;

	return compare_ms(a->shard, b->shard);
}

/* Whether it belongs to the set that the other begins. */
static bool is_of_set(const struct call *call, const struct call *first)
{
	return compare_kinds(call, first) == 0 && call->written_at >= first->written_at &&
	       call->written_at - first->written_at < DAY_MS;
}

/* `part 3 of 4 is`, `parts 3, 4 of 4 are`; the parts of the set are sorted. False: none is. */
static bool add_missing(struct strbuf *out, const struct call *const *set, size_t count)
{
	struct strbuf parts = STRBUF_INIT;
	unsigned missing = 0, shards = set[0]->shards;
	size_t at = 0;

	for (unsigned shard = 1; shard <= shards; shard++) {
		while (at < count && set[at]->shard < shard)
			at++;
		if (at < count && set[at]->shard == shard)
			continue;
		if (missing++ < PARTS_SHOWN)
			strbuf_addf(&parts, "%s%u", missing > 1 ? ", " : "", shard);
	}
	if (missing > PARTS_SHOWN)
		strbuf_addf(&parts, " and %u more", missing - PARTS_SHOWN);
	strbuf_addf(out, "%s %s of %u %s", missing == 1 ? "part" : "parts", parts.text, shards,
		    missing == 1 ? "is" : "are");
	strbuf_release(&parts);
	return missing > 0;
}

static void note_set(const struct call **set, size_t count, struct notes *notes)
{
	struct strbuf call = STRBUF_INIT, missing = STRBUF_INIT;

	add_call(&call, set[0]);
	qsort(set, count, sizeof(*set), compare_parts);
	if (add_missing(&missing, set, count))
		notes_add_gap(notes, "history: of %s %s missing", call.text, missing.text);
	strbuf_release(&call);
	strbuf_release(&missing);
}

static void note_sets(const struct call **parts, size_t count, const struct period *period,
		      const struct call *own, struct notes *notes)
{
	if (count)
		qsort(parts, count, sizeof(*parts), compare_calls);
	for (size_t first = 0, end; first < count; first = end) {
		bool touched = false;

		for (end = first; end < count && is_of_set(parts[end], parts[first]); end++)
			touched = touched || touches(parts[end], period);
		if (touched && !(own && is_of_set(own, parts[first])))
			note_set(parts + first, end - first, notes);
	}
}

void calls_note(const struct call *calls, size_t count, const struct period *period,
		const struct call *own, struct notes *notes)
{
	const struct call **parts = memory_alloc(count * sizeof(*parts));
	size_t part_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (calls[i].gaps && touches(&calls[i], period))
			note_bad(&calls[i], notes);
		if (calls[i].shards)
			parts[part_count++] = &calls[i];
	}
	note_sets(parts, part_count, period, own, notes);
	memory_free(parts);
}
