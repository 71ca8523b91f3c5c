#include <string.h>

#include "options_table.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

/* The whole dollars of --max-cost at most. */
#define COST_MAX INT64_C(1000000000)

int set_min_pass_rate(struct options *options, const char *value, struct error *err)
{
	int64_t micro;

	if (!parse_decimal(value, 4, SCORE_ONE, &micro))
		return error_set(err,
				 "\"%s\" is not a percentage from 0 to 100 (at most 4 decimals)",
				 value);
	options->gates.whole.min_pass_rate_micro = (int32_t)micro;
	return 0;
}

static int parse_money(const char *value, int64_t *nano, struct error *err)
{
	const int64_t dollar = 1000000000;

	if (parse_decimal(value, 9, COST_MAX * dollar, nano))
		return 0;
	return error_set(err,
			 "\"%s\" is not a number of US dollars from 0 to %lld (at most 9 "
			 "decimals)",
			 value, (long long)COST_MAX);
}

int set_max_cost(struct options *options, const char *value, struct error *err)
{
	return parse_money(value, &options->gates.whole.max_cost_nano, err);
}

int set_max_cost_per_pass(struct options *options, const char *value, struct error *err)
{
	return parse_money(value, &options->gates.whole.max_cost_per_pass_nano, err);
}

int set_max_p95_latency(struct options *options, const char *value, struct error *err)
{
	if (parse_duration_ms(value, DAY_MS, &options->gates.whole.max_p95_latency_ms))
		return 0;
	return error_set(err,
			 "\"%s\" is no time from 0 to a day, in milliseconds or seconds (2500, "
			 "800ms, 2.5s)",
			 value);
}

static int unknown_fail_on(const char *word, struct error *err)
{
	struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; fail_on_words[i]; i++)
		words_add(&list, fail_on_words[i]);
	return words_refuse(err, "unknown word", word, &list);
}

/* Adds up over several calls: a gate that a second --fail-on silently dropped would be no gate. */
int set_fail_on(struct options *options, const char *value, struct error *err)
{
	while (value) {
		const char *comma = strchr(value, ',');
		size_t length = comma ? (size_t)(comma - value) : strlen(value);
		const char *word = arena_strndup(&options->arena, value, length);
		unsigned flag = fail_on_by_name(word);

		if (!flag)
			return unknown_fail_on(word, err);
		options->gates.whole.fail_on |= flag;
		value = comma ? comma + 1 : NULL;
	}
	return 0;
}

void options_add_suite_gates(struct options *options, const char *glob,
			     const struct gate_options *gates)
{
	struct gate_demands *demands = &options->gates;
	struct suite_gates *suites = options->suite_gates;
	size_t count = demands->suite_count;

	/* Full at each power of two. */
	if (!(count & (count - 1))) {
		suites = arena_alloc(&options->arena, (count ? count * 2 : 1) * sizeof(*suites));
		if (count)
			memcpy(suites, demands->suites, count * sizeof(*suites));
	}
	suites[demands->suite_count++] =
		(struct suite_gates){arena_strdup(&options->arena, glob), *gates};
	options->suite_gates = suites;
	demands->suites = suites;
}
