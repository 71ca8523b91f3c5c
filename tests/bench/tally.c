#include "tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_ERROR, OUTCOME_OPEN, OUTCOMES };

struct suite {
	enum source source;
	char *name;
	size_t length;
	uint64_t runs, outcomes[OUTCOMES];
	uint64_t cost_known, cost_nano, duration_known, duration_ms, score_known, score_micro;
	uint64_t latency_known, latency_ms, tokens_known, tokens_input, tokens_output;
	uint64_t id_bytes;
};

static struct suite suites[SLOTS];
static size_t suite_count;

static bool is(struct text text, const char *word)
{
	return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

/* ---- verdicts, as the readers of runtally decide them ---- */

static enum outcome outcome_of_word(struct text status)
{
	if (is(status, "passed"))
		return OUTCOME_PASSED;
	if (is(status, "failed"))
		return OUTCOME_FAILED;
	return is(status, "error") ? OUTCOME_ERROR : OUTCOME_OPEN;
}

static enum outcome outcome_of(const struct extract *run)
{
	switch (run->source) {
	case SOURCE_KAPSO:
		if (run->broken || !run->completed)
			return OUTCOME_ERROR;
		return run->has_score && run->score >= 0.8 ? OUTCOME_PASSED : OUTCOME_FAILED;
	case SOURCE_SIGMAMIND:
		return run->success ? OUTCOME_PASSED : OUTCOME_FAILED;
	case SOURCE_PLAYGENT:
		if (is(run->status, "failed"))
			return OUTCOME_ERROR;
		if (!is(run->status, "completed"))
			return OUTCOME_OPEN;
		return run->success ? OUTCOME_PASSED : OUTCOME_FAILED;
	default:
		return outcome_of_word(run->status);
	}
}

/* ---- times: 2026-10-18T18:56:12.546, and what follows is UTC ---- */

static int two(const char *digits)
{
	return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* Days since the first of March of year 0. */
static int64_t days_of(int year, int month, int day)
{
	year -= month <= 2;
	month += month <= 2 ? 9 : -3;
	return INT64_C(365) * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
	       day - 1;
}

static bool parse_time(struct text text, int64_t *ms)
{
	const char *t = text.bytes;
	int64_t seconds;

	if (text.length < 23 || t[4] != '-' || t[10] != 'T' || t[19] != '.')
		return false;
	seconds = days_of(two(t) * 100 + two(t + 2), two(t + 5), two(t + 8)) * 86400 +
		  two(t + 11) * 3600 + two(t + 14) * 60 + two(t + 17);
	*ms = seconds * 1000 + two(t + 20) * 10 + t[22] - '0';
	return true;
}

/* ---- sums ---- */

static uint64_t hash_of(enum source source, struct text name)
{
	uint64_t hash = UINT64_C(14695981039346656037) + source;

	for (size_t i = 0; i < name.length; i++)
		hash = (hash ^ (unsigned char)name.bytes[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

static struct suite *new_suite(struct suite *slot, enum source source, struct text name)
{
	*slot = (struct suite){.source = source, .length = name.length};
	slot->name = malloc(name.length + 1);
	if (!slot->name || ++suite_count > SLOTS / 2) {
		fprintf(stderr, "tally: too many suites\n");
		exit(1);
	}
	if (name.length)
		memcpy(slot->name, name.bytes, name.length);
	slot->name[name.length] = '\0';
	return slot;
}

static struct suite *suite_of(enum source source, struct text name)
{
	for (uint64_t at = hash_of(source, name) % SLOTS;; at = (at + 1) % SLOTS) {
		struct suite *slot = &suites[at];

		if (!slot->name)
			return new_suite(slot, source, name);
		if (slot->source == source && slot->length == name.length &&
		    (!name.length || memcmp(slot->name, name.bytes, name.length) == 0))
			return slot;
	}
}

void tally_add(const struct extract *run)
{
	struct suite *suite = suite_of(run->source, run->suite);
	int64_t started, ended;

	suite->runs++;
	suite->outcomes[outcome_of(run)]++;
	suite->id_bytes += run->id.length + run->test_case.length;
	if (run->has_cost) {
		suite->cost_known++;
		suite->cost_nano += (uint64_t)llround(run->cost_usd * 1e9);
	}
	if (parse_time(run->started, &started) && parse_time(run->ended, &ended)) {
		suite->duration_known++;
		suite->duration_ms += (uint64_t)(ended - started);
	}
	if (run->has_score) {
		suite->score_known++;
		suite->score_micro += (uint64_t)llround(run->score * 1e6);
	}
	suite->latency_known += run->latency_count;
	suite->latency_ms += run->latency_ms;
	suite->tokens_known += run->latency_count > 0;
	suite->tokens_input += run->tokens_input;
	suite->tokens_output += run->tokens_output;
}

/* ---- what is printed ---- */

static int compare(const void *a, const void *b)
{
	const struct suite *one = a, *other = b;

	if (one->source != other->source)
		return one->source < other->source ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void print_suite(const struct suite *suite)
{
	static const char *const names[] = {"kapso", "magpipe", "playgent", "sigmamind", "telnyx"};
	const uint64_t sums[] = {
		suite->runs,
		suite->outcomes[OUTCOME_PASSED],
		suite->outcomes[OUTCOME_FAILED],
		suite->outcomes[OUTCOME_ERROR],
		suite->outcomes[OUTCOME_OPEN],
		suite->cost_known,
		suite->cost_nano,
		suite->duration_known,
		suite->duration_ms,
		suite->score_known,
		suite->score_micro,
		suite->latency_known,
		suite->latency_ms,
		suite->tokens_known,
		suite->tokens_input,
		suite->tokens_output,
		suite->id_bytes,
	};

	printf("%s\t%s", names[suite->source], suite->name);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		printf("\t%" PRIu64, sums[i]);
	printf("\n");
}

void tally_print(void)
{
	size_t count = 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (suites[i].name)
			suites[count++] = suites[i];
	qsort(suites, count, sizeof(suites[0]), compare);
	for (size_t i = 0; i < count; i++) {
		print_suite(&suites[i]);
		free(suites[i].name);
	}
}
