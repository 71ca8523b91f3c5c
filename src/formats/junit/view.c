#include "view.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "lines.h"
#include "runtally/analysis/compare.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "text.h"

static int64_t start_of(const struct run *run)
{
	int64_t begin = run_begin(run);

	return begin == TIME_UNKNOWN ? run_when(run) : begin;
}

void junit_slice_add(struct junit_slice *slice, const struct junit_names *names, size_t run)
{
	const struct run *decides = junit_deciding_run(names, run);
	int64_t start = start_of(names->results->runs[run]);

	slice->tests++;
	slice->failures += decides->outcome == OUTCOME_FAILED;
	slice->errors += decides->outcome == OUTCOME_ERROR;
	slice->skipped += !junit_is_judged(decides);
	slice->time_ms = junit_add_time(slice->time_ms, junit_unit_time(names, run));
	if (start != TIME_UNKNOWN &&
	    (slice->started_at == TIME_UNKNOWN || start < slice->started_at))
		slice->started_at = start;
	slice->last_run = run;
}

static const struct suite_group *suite_of(const struct value *of)
{
	const struct junit_slice *slice = of->object;

	return slice->suite;
}

static void suite_title(const struct value *of, struct strbuf *out)
{
	const struct suite_group *suite = suite_of(of);
	const struct junit *junit = junit_of(of);

	strbuf_addstr(out, suite ? junit->names.suites[suite - junit->view.results->suites]
				 : junit_setup_suite);
}

static void suite_count(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "%" PRIu64, *(const uint64_t *)value_field(of));
}

static void suite_time(const struct value *of, struct strbuf *out)
{
	const struct junit_slice *slice = of->object;

	format_seconds(out, slice->time_ms);
}

/*
 * Jenkins takes two suites with the same name and time for the same one and drops the second: so
 * only the first slice of a suite tells its time.
 */
static void suite_timestamp(const struct value *of, struct strbuf *out)
{
	const struct junit_slice *slice = of->object;
	char text[TIME_TEXT_SIZE];

	if (slice->started_at == TIME_UNKNOWN || slice->continues)
		return;
	time_text(slice->started_at, text);
	strbuf_add(out, text, strlen("2026-08-21T10:00:00"));
}

static void add_pass_rate(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = &suite_of(of)->tally;

	if (tally_judged(tally))
		format_fraction(out,
				ratio_micro(tally->outcomes[OUTCOME_PASSED], tally_judged(tally)));
}

static void add_suite_cost(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = &suite_of(of)->tally;

	if (tally->cost_known)
		format_dollars(out, tally->cost_nano);
}

/* How many runs tell their cost, where not all do. */
static void add_cost_known(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = &suite_of(of)->tally;

	if (tally->cost_known && tally->cost_known < tally->runs)
		strbuf_addf(out, "%" PRIu64, tally->cost_known);
}

static void add_output_cut(const struct value *of, struct strbuf *out)
{
	const struct junit *junit = junit_of(of);
	const struct render_options *options = junit->view.render;

	if (junit->level.passed < options->junit_passed_output_bytes)
		strbuf_addstr(out, "none for passing cases");
	if (junit->level.failed < options->junit_failed_output_bytes) {
		strbuf_addstr(out, ", at most ");
		format_count(out, junit->level.failed);
		strbuf_addstr(out, " bytes for others");
	}
}

/* ---- what changed ---- */

/* Of the suite, or of all runs: these stand on the first suite, for the root has no properties. */
static const struct difference *suite_difference(const struct value *of)
{
	const struct comparison *comparison = value_view(of)->comparison;

	return comparison ? &comparison_of_suite(comparison, suite_of(of))->rate : NULL;
}

static bool speaks_for_all(const struct value *of)
{
	const struct junit_slice *slice = of->object;

	return slice->suite == junit_of(of)->view.results->suites && !slice->continues;
}

static const struct difference *total_difference(const struct value *of)
{
	const struct comparison *comparison = value_view(of)->comparison;

	return comparison && speaks_for_all(of) ? &comparison->total : NULL;
}

static void add_before(const struct difference *difference, struct strbuf *out)
{
	const struct tally *before = difference ? difference->before : NULL;

	if (before && tally_judged(before))
		format_fraction(
			out, ratio_micro(before->outcomes[OUTCOME_PASSED], tally_judged(before)));
}

static void add_points(const struct difference *difference, struct strbuf *out)
{
	if (difference && difference->change != CHANGE_UNKNOWN)
		format_fraction(out, difference->points);
}

static void add_change(const struct difference *difference, struct strbuf *out)
{
	if (difference)
		strbuf_addstr(out, change_name(difference->change));
}

static void add_suite_before(const struct value *of, struct strbuf *out)
{
	add_before(suite_difference(of), out);
}

static void add_suite_points(const struct value *of, struct strbuf *out)
{
	add_points(suite_difference(of), out);
}

static void add_suite_change(const struct value *of, struct strbuf *out)
{
	add_change(suite_difference(of), out);
}

static void add_total_before(const struct value *of, struct strbuf *out)
{
	add_before(total_difference(of), out);
}

static void add_total_points(const struct value *of, struct strbuf *out)
{
	add_points(total_difference(of), out);
}

static void add_total_change(const struct value *of, struct strbuf *out)
{
	add_change(total_difference(of), out);
}

/* ---- gates ---- */

static void add_gates(const struct value *of, bool met, struct strbuf *out)
{
	const struct gates *gates = value_view(of)->gates;
	const char *between = "";

	for (size_t i = 0; gates && speaks_for_all(of) && i < gates->count; i++) {
		const struct gate *gate = &gates->items[i];

		if (gate->met != met)
			continue;
		strbuf_addf(out, "%s%s: wanted %s, found %s", between, gate->name, gate->wanted,
			    gate->found);
		between = "; ";
	}
}

static void add_gates_met(const struct value *of, struct strbuf *out)
{
	add_gates(of, true, out);
}

static void add_gates_missed(const struct value *of, struct strbuf *out)
{
	add_gates(of, false, out);
}

static const struct suite_property {
	const char *name;
	member_text *add;
} suite_properties[] = {
	{"pass_rate", add_pass_rate},
	{"cost_usd", add_suite_cost},
	{"cost_known", add_cost_known},
	{"baseline_pass_rate", add_suite_before},
	{"pass_rate_change", add_suite_points},
	{"change", add_suite_change},
	{"total_baseline_pass_rate", add_total_before},
	{"total_pass_rate_change", add_total_points},
	{"total_change", add_total_change},
	{"gates_met", add_gates_met},
	{"gates_missed", add_gates_missed},
	{"system_out_cut", add_output_cut},
};

static void suite_property_name(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_properties[of->index].name);
}

static void suite_property_value(const struct value *of, struct strbuf *out)
{
	suite_properties[of->index].add(of, out);
}

static const struct member suite_property_members[] = {
	{"key", TEXT, .text = suite_property_name},
	{"value", TEXT, .text = suite_property_value},
};
static const struct value_class class_suite_property = {
	.name = "JUnit suite property",
	.members = suite_property_members,
	.count = MEMBER_COUNT(suite_property_members),
};

static bool suite_property_next(const struct value *of, struct value_cursor *cursor,
				struct value *out)
{
	struct strbuf value = STRBUF_INIT;
	bool found = false;

	while (!found && suite_of(of) && cursor->index < MEMBER_COUNT(suite_properties)) {
		*out = value_of(&class_suite_property, value_view(of), of->object, cursor->index++);
		suite_property_value(out, &value);
		found = value.length > 0;
	}
	strbuf_release(&value);
	return found;
}

static bool suite_has_properties(const struct value *of)
{
	struct value_cursor cursor = {.index = 0};
	struct value first;

	return suite_property_next(of, &cursor, &first);
}

/* The cursor's position is the case of the test case before, its index that one's run. */
static bool suite_cases(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct junit_slice *slice = of->object;
	const struct junit *junit = junit_of(of);
	const struct case_group *cases = junit->view.results->cases, *before = cursor->position;
	struct junit_unit unit = slice->first;

	if (before && cursor->index == slice->last_run)
		return false;
	if (before) {
		unit = (struct junit_unit){(size_t)(before - cases), cursor->index};
		junit_unit_next(&junit->names, &unit);
	}
	cursor->position = &cases[unit.test_case];
	cursor->index = unit.run;
	*out = value_of(&class_junit_case, &junit->view, cursor->position, unit.run);
	return slice->tests > 0;
}

static bool suite_or_setup_cases(const struct value *of, struct value_cursor *cursor,
				 struct value *out)
{
	if (suite_of(of))
		return suite_cases(of, cursor, out);
	*out = value_of(&class_junit_case, value_view(of), NULL, 0);
	return cursor->index++ == 0;
}

static const struct member suite_members[] = {
	{"title", TEXT, .text = suite_title},
	{"tests", TEXT, .text = suite_count, .at = offsetof(struct junit_slice, tests)},
	{"failures", TEXT, .text = suite_count, .at = offsetof(struct junit_slice, failures)},
	{"errors", TEXT, .text = suite_count, .at = offsetof(struct junit_slice, errors)},
	{"skipped", TEXT, .text = suite_count, .at = offsetof(struct junit_slice, skipped)},
	{"time", TEXT, .text = suite_time},
	{"timestamp", TEXT, .text = suite_timestamp},
	{"has_properties", FLAG, .flag = suite_has_properties},
	{"properties", LIST, .next = suite_property_next},
	{"cases", LIST, .next = suite_or_setup_cases},
};
static const struct value_class class_junit_suite = {
	.name = "JUnit suite",
	.members = suite_members,
	.count = MEMBER_COUNT(suite_members),
};

/* ---- values: the root; its object is a part ---- */

static void root_title(const struct value *of, struct strbuf *out)
{
	junit_add_line(out, value_view(of)->title, value_view(of)->render->junit_name_bytes);
}

/* The sum of one count over all suites; `at` is its offset in a slice. */
static void root_count(const struct value *of, struct strbuf *out)
{
	const struct junit_part *part = of->object;
	const struct member *member = of->detail;
	uint64_t sum = 0;

	for (size_t i = 0; i < part->count; i++)
		sum += *(const uint64_t *)((const char *)&part->slices[i] + member->at);
	strbuf_addf(out, "%" PRIu64, sum);
}

static void root_time(const struct value *of, struct strbuf *out)
{
	const struct junit_part *part = of->object;
	int64_t sum = 0;

	for (size_t i = 0; i < part->count; i++)
		sum = junit_add_time(sum, part->slices[i].time_ms);
	format_seconds(out, sum);
}

static bool root_suites(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct junit_part *part = of->object;
	size_t index = cursor->index++;

	if (index >= part->count)
		return false;
	*out = value_of(&class_junit_suite, value_view(of), &part->slices[index], index);
	return true;
}

static const struct member root_members[] = {
	{"title", TEXT, .text = root_title},
	{"tests", TEXT, .text = root_count, .at = offsetof(struct junit_slice, tests)},
	{"failures", TEXT, .text = root_count, .at = offsetof(struct junit_slice, failures)},
	{"errors", TEXT, .text = root_count, .at = offsetof(struct junit_slice, errors)},
	{"time", TEXT, .text = root_time},
	{"suites", LIST, .next = root_suites},
};
static const struct value_class class_junit = {
	.name = "JUnit report",
	.members = root_members,
	.count = MEMBER_COUNT(root_members),
};

struct value junit_root(const struct junit *junit, const struct junit_part *part)
{
	return value_of(&class_junit, &junit->view, part, 0);
}

struct junit_slice junit_setup_slice(const struct view *view)
{
	return (struct junit_slice){
		.tests = 1,
		.errors = view->notes->errors > 0,
		.skipped = view->notes->errors == 0,
		.started_at = TIME_UNKNOWN,
	};
}
