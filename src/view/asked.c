#include "runtally/view/asked.h"

#include "members.h"

/* ---- gates ---- */

static const struct gate_options *gates_of(const struct value *of)
{
	return &((const struct suite_gates *)of->object)->options;
}

static int64_t if_given(int64_t demand)
{
	return demand < 0 ? FIGURE_UNKNOWN : demand;
}

static int64_t min_pass_rate(const struct value *of)
{
	return if_given(gates_of(of)->min_pass_rate_micro);
}

static int64_t max_cost(const struct value *of)
{
	return if_given(gates_of(of)->max_cost_nano);
}

static int64_t max_cost_per_pass(const struct value *of)
{
	return if_given(gates_of(of)->max_cost_per_pass_nano);
}

static int64_t max_p95_latency(const struct value *of)
{
	return if_given(gates_of(of)->max_p95_latency_ms);
}

static void word_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, of->object);
}

static const struct member word_members[] = {{"text", TEXT, .text = word_text}};
static const struct value_class class_word = CLASS("word", word_members);

static bool keeps_word(const struct value *of, const void *item, size_t index)
{
	(void)item;
	return gates_of(of)->fail_on >> index & 1;
}

static void list_fail_on(const struct value *of, struct value_list *list)
{
	size_t count = 0;

	(void)of;
	while (fail_on_words[count])
		count++;
	value_pointers(list, fail_on_words, count);
	list->keeps = keeps_word;
}

static const struct member gate_members[] = {
	{"suite", TEXT, .at = offsetof(struct suite_gates, suite)},
	{"min_pass_rate", PERCENT, .number = min_pass_rate, .has = "has_min_pass_rate",
	 .raw = "min_pass_rate"},
	{"max_cost", MONEY, .number = max_cost, .has = "has_max_cost", .raw = "max_cost"},
	{"max_cost_per_pass", MONEY, .number = max_cost_per_pass, .has = "has_max_cost_per_pass",
	 .raw = "max_cost_per_pass"},
	{"max_p95_latency", DURATION, .number = max_p95_latency, .has = "has_max_p95_latency",
	 .raw = "max_p95_latency"},
	{"fail_on", LIST, .list = list_fail_on, .class = &class_word, .has = "has_fail_on"},
	{"raw", .kind = RAW},
};
static const struct value_class class_asked_gates = CLASS("asked gates", gate_members);

/* ---- all of it ---- */

#define AT(member) .at = offsetof(struct asked, member)

static const struct member asked_members[] = {
	{"from", MINUTE, AT(period.since), .has = "has_from", .raw = "from"},
	{"to", MINUTE, AT(period.until), .has = "has_to", .raw = "to"},
	{"since", TEXT, AT(since)},
	{"until", TEXT, AT(until)},
	{"last", TEXT, AT(last)},
	{"week", TEXT, AT(week)},
	{"month", TEXT, AT(month)},
	{"tz", TEXT, AT(tz)},
	{"suites", LIST, POINTERS(struct asked, suites, suite_count), .class = &class_word},
	{"sources", LIST, POINTERS(struct asked, sources, source_count), .class = &class_word},
	{"suite_by", TEXT, AT(suite_by)},
	{"pass_score", SCORE, AT(pass_score_micro), .raw = "pass_score"},
	{"score_scale", TEXT, AT(score_scale)},
	{"history", FLAG, AT(history)},
	{"baselines", SIZE, AT(baselines), .raw = "baselines"},
	{"compare", TEXT, AT(compare)},
	{"gates", LIST, ITEMS(struct asked, gates, gate_count), .class = &class_asked_gates},
	{"raw", .kind = RAW},
};

const struct value_class class_asked = CLASS("asked", asked_members);
