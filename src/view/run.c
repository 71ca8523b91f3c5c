#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "anchor.h"
#include "details.h"
#include "failure_group.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/model/details.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"

static const struct run *run_of(const struct value *of)
{
	return of->object;
}

bool run_is_shown(const struct view *view, const struct run *run)
{
	if (view->details == DETAILS_NONE ||
	    (view->details == DETAILS_FAILED && !run_is_failure(run)))
		return false;
	return !view->plan || view_plan_shows(view->plan, run);
}

static size_t failed_criteria(const struct run *run)
{
	size_t failed = 0;

	for (size_t i = 0; i < run->criterion_count; i++)
		failed += run->criteria[i].outcome == OUTCOME_FAILED;
	return failed;
}

/* Names of the criteria that failed, each once, three at most. */
static void add_failed_names(const struct run *run, struct strbuf *out)
{
	const char *named[3];
	size_t count = 0;

	for (size_t i = 0; i < run->criterion_count && count < 3; i++) {
		const struct criterion *criterion = &run->criteria[i];
		bool known = criterion->outcome != OUTCOME_FAILED || !criterion->name;

		for (size_t n = 0; n < count; n++)
			known = known || strcmp(named[n], criterion->name) == 0;
		if (known)
			continue;
		strbuf_addf(out, "%s%s", count ? ", " : ": ", criterion->name);
		named[count++] = criterion->name;
	}
}

void run_headline(const struct run *run, struct strbuf *out)
{
	size_t failed = failed_criteria(run);

	if (run->outcome == OUTCOME_FAILED && failed) {
		strbuf_addf(out, "%zu of %" PRIu32 " %s failed", failed, run->criterion_count,
			    run->criterion_count == 1 ? "criterion" : "criteria");
		add_failed_names(run, out);
	} else if (run->reason) {
		strbuf_addstr(out, run->reason);
	} else if (run->outcome != OUTCOME_PASSED && run->status) {
		strbuf_addf(out, "status: %s", run->status);
	}
}

static void headline_text(const struct value *of, struct strbuf *out)
{
	run_headline(run_of(of), out);
}

static const struct case_group *case_of(const struct value *of)
{
	return &value_view(of)->results->cases[run_of(of)->case_index];
}

static const struct suite_group *suite_of(const struct value *of)
{
	return &value_view(of)->results->suites[case_of(of)->suite];
}

static void suite_title(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of(of)->title);
}

static void suite_link(const struct value *of, struct strbuf *out)
{
	anchor_suite(out, suite_of(of));
}

static void case_title(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, case_of(of)->name);
}

static void case_link(const struct value *of, struct strbuf *out)
{
	anchor_case(out, suite_of(of), case_of(of));
}

static void run_link(const struct value *of, struct strbuf *out)
{
	anchor_run(out, run_of(of));
}

static void run_href(const struct value *of, struct strbuf *out)
{
	view_run_href(value_view(of), suite_of(of), case_of(of), run_of(of), out);
}

static void run_suite_href(const struct value *of, struct strbuf *out)
{
	view_suite_href(value_view(of), suite_of(of), out);
}

static void run_case_href(const struct value *of, struct strbuf *out)
{
	view_case_href(value_view(of), suite_of(of), case_of(of), out);
}

static void origin_text(const struct value *of, struct strbuf *out)
{
	run_origin(run_of(of), out);
}

static void agent_text(const struct value *of, struct strbuf *out)
{
	const struct label *agent = &run_of(of)->agent;

	if (agent->name || agent->id)
		strbuf_addstr(out, agent->name ? agent->name : agent->id);
}

static void run_score(const struct value *of, struct strbuf *out)
{
	view_score(out, run_of(of)->has_score, run_of(of)->score_micro);
}

static void run_cost(const struct value *of, struct strbuf *out)
{
	if (run_of(of)->has_cost)
		format_money(out, run_of(of)->cost_nano);
}

static bool has_duration(const struct value *of)
{
	return run_of(of)->duration_ms >= 0;
}

static void run_duration(const struct value *of, struct strbuf *out)
{
	if (has_duration(of))
		format_duration(out, run_of(of)->duration_ms);
}

static bool has_latency(const struct value *of)
{
	return run_of(of)->latency_count > 0;
}

static void run_latency(const struct value *of, struct strbuf *out)
{
	if (has_latency(of))
		format_duration(out, run_mean_latency(run_of(of)));
}

static void run_tokens(const struct value *of, struct strbuf *out)
{
	if (run_of(of)->has_tokens)
		format_count(out, (uint64_t) * (const int64_t *)value_field(of));
}

static void add_moment(struct strbuf *out, int64_t ms)
{
	if (ms != TIME_UNKNOWN)
		view_moment(out, ms, SECONDS);
}

static void moment_text(const struct value *of, struct strbuf *out)
{
	add_moment(out, *(const int64_t *)value_field(of));
}

static void when_text(const struct value *of, struct strbuf *out)
{
	add_moment(out, run_when(run_of(of)));
}

/* Of a run that tells no time itself. */
static bool is_first_seen(const struct value *of)
{
	return !run_tells_time(run_of(of)) && run_of(of)->seen_at != TIME_UNKNOWN;
}

static bool has_criteria(const struct value *of)
{
	return run_of(of)->criterion_count > 0;
}

static bool run_criteria(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_part(of, &class_criterion, 0, run_of(of)->criterion_count, cursor, out);
}

/* ---- criteria at a glance: those that passed at a turn stand there alone ---- */

static bool is_in_summary(const struct criterion *criterion)
{
	return criterion->turn == NO_TURN || criterion->outcome != OUTCOME_PASSED;
}

static bool is_failure(const struct criterion *criterion)
{
	return criterion->outcome == OUTCOME_FAILED || criterion->outcome == OUTCOME_ERROR;
}

/* What did not pass comes first: the cursor goes over the criteria twice. */
static bool summary_criteria(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct run *run = run_of(of);
	size_t count = run->criterion_count;

	for (; cursor->index < 2 * count; cursor->index++) {
		const struct criterion *criterion = &run->criteria[cursor->index % count];

		if (is_in_summary(criterion) && is_failure(criterion) == (cursor->index < count))
			break;
	}
	if (cursor->index == 2 * count)
		return false;
	*out = value_of(&class_criterion, value_view(of), run, cursor->index++ % count);
	return true;
}

static bool has_summary_criteria(const struct value *of)
{
	struct value_cursor cursor = {.index = 0};
	struct value first;

	return summary_criteria(of, &cursor, &first);
}

static size_t count_elsewhere(const struct value *of)
{
	const struct run *run = run_of(of);
	size_t count = 0;

	for (size_t i = 0; i < run->criterion_count; i++)
		count += !is_in_summary(&run->criteria[i]);
	return count;
}

static void passed_at_turns(const struct value *of, struct strbuf *out)
{
	format_count(out, count_elsewhere(of));
}

static bool has_passed_at_turns(const struct value *of)
{
	return count_elsewhere(of) > 0;
}

static bool case_is_listed(const struct value *of)
{
	const struct view_plan *plan = value_view(of)->plan;

	return !plan || plan->cases[run_of(of)->case_index];
}

static bool is_shown(const struct value *of)
{
	return run_is_shown(value_view(of), run_of(of));
}

/* What details there are; none is a set of nothing. */
static const struct details *details_of(const struct value *of)
{
	static const struct details none = {.turn_count = 0};
	const struct run *run = view_load(value_view(of), run_of(of));

	return run->details ? run->details : &none;
}

static bool run_passages(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_part(of, &class_passage, 0, details_of(of)->passage_count, cursor, out);
}

static bool has_turns(const struct value *of)
{
	return details_of(of)->turn_count > 0;
}

static bool run_turns(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_part(of, &class_turn, 0, details_of(of)->turn_count, cursor, out);
}

static bool has_transcript(const struct value *of)
{
	return details_of(of)->transcript_count > 0;
}

static bool run_transcript(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct details *details = details_of(of);

	if (!details->transcript_count)
		return false;
	return view_next_part(of, &class_message,
			      (size_t)(details->transcript - details_messages(details)),
			      details->transcript_count, cursor, out);
}

/* ---- evidence: what a comment in a merge request shows of a failed run ---- */

enum { EVIDENCE_BYTES = 1500, EVIDENCE_DETAIL_BYTES = 300 };

static void add_cut(struct strbuf *out, const char *text, size_t limit)
{
	size_t length = strlen(text), cut = utf8_cut(text, length, limit);

	strbuf_add(out, text, cut);
	if (cut < length)
		strbuf_addf(out, "... (%zu bytes in all)", length);
}

static void add_evidence(const struct run *run, struct strbuf *out)
{
	for (size_t i = 0; i < run->criterion_count && out->length < EVIDENCE_BYTES; i++) {
		const struct criterion *criterion = &run->criteria[i];

		if (criterion->outcome != OUTCOME_FAILED && criterion->outcome != OUTCOME_ERROR)
			continue;
		strbuf_addstr(out, criterion->outcome == OUTCOME_ERROR ? "ERROR" : "FAIL");
		if (criterion->name)
			strbuf_addf(out, " %s", criterion->name);
		if (criterion->has_score)
			strbuf_addstr(out, "  ");
		view_score(out, criterion->has_score, criterion->score_micro);
		if (criterion->detail)
			strbuf_addstr(out, "  ");
		add_cut(out, criterion->detail ? criterion->detail : "", EVIDENCE_DETAIL_BYTES);
		strbuf_addch(out, '\n');
	}
	if (run->reason)
		strbuf_addf(out, "%s\n", run->reason);
}

/* Mail, comments and job summaries carry no transcript text (safety.md): only verdicts do. */
static void evidence_markup(const struct value *of, struct strbuf *out)
{
	struct strbuf plain = STRBUF_INIT;

	add_evidence(view_load(value_view(of), run_of(of)), &plain);
	if (plain.length)
		escape_markdown_fence(out, plain.text, plain.length);
	strbuf_release(&plain);
}

/* ---- raw ---- */

static void raw_score(const struct value *of, struct strbuf *out)
{
	if (run_of(of)->has_score)
		format_micro(out, run_of(of)->score_micro);
}

static void raw_cost(const struct value *of, struct strbuf *out)
{
	if (run_of(of)->has_cost)
		format_nano(out, run_of(of)->cost_nano);
}

static void raw_duration(const struct value *of, struct strbuf *out)
{
	if (has_duration(of))
		strbuf_addf(out, "%" PRId64, run_of(of)->duration_ms);
}

static void raw_tokens(const struct value *of, struct strbuf *out)
{
	if (run_of(of)->has_tokens)
		strbuf_addf(out, "%" PRId64, *(const int64_t *)value_field(of));
}

static void raw_seen(const struct value *of, struct strbuf *out)
{
	if (is_first_seen(of))
		view_time_at(of, out);
}

static void raw_milliseconds(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "%" PRIu32, *(const uint32_t *)of->object);
}

static const struct member number_members[] = {
	{"value", MEMBER_TEXT, {.text = raw_milliseconds}, 0},
};

static const struct value_class class_number = {
	.name = "number",
	.members = number_members,
	.count = MEMBER_COUNT(number_members),
};

static bool raw_latencies(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_of(of, &class_number, run_of(of)->latency_ms, run_of(of)->latency_count,
			    sizeof(uint32_t), cursor, out);
}

static const struct member raw_members[] = {
	{"score", MEMBER_TEXT, {.text = raw_score}, 0},
	{"cost", MEMBER_TEXT, {.text = raw_cost}, 0},
	{"duration_ms", MEMBER_TEXT, {.text = raw_duration}, 0},
	{"created_at", MEMBER_TEXT, {.text = view_time_at}, offsetof(struct run, created_at)},
	{"started_at", MEMBER_TEXT, {.text = view_time_at}, offsetof(struct run, started_at)},
	{"ended_at", MEMBER_TEXT, {.text = view_time_at}, offsetof(struct run, ended_at)},
	{"updated_at", MEMBER_TEXT, {.text = view_time_at}, offsetof(struct run, updated_at)},
	{"seen_at", MEMBER_TEXT, {.text = raw_seen}, offsetof(struct run, seen_at)},
	{"tokens_input", MEMBER_TEXT, {.text = raw_tokens}, offsetof(struct run, tokens_input)},
	{"tokens_output", MEMBER_TEXT, {.text = raw_tokens}, offsetof(struct run, tokens_output)},
	{"latency_ms", MEMBER_LIST, {.next = raw_latencies}, 0},
};

static const struct value_class class_raw_run = {
	.name = "raw run",
	.members = raw_members,
	.count = MEMBER_COUNT(raw_members),
};

static bool raw_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_run, value_view(of), of->object, of->index);
	return true;
}

static const struct member run_members[] = {
	OUTCOME_MEMBERS(offsetof(struct run, outcome)),
	{"source", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, source)},
	{"run_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, run_id)},
	{"model", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, model)},
	{"status", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, status)},
	{"origin", MEMBER_TEXT, {.text = origin_text}, 0},
	{"execution_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, execution_id)},
	{"suite", MEMBER_TEXT, {.text = suite_title}, 0},
	{"suite_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, suite.id)},
	{"suite_name", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, suite.name)},
	{"suite_anchor", MEMBER_TEXT, {.text = suite_link}, 0},
	{"case", MEMBER_TEXT, {.text = case_title}, 0},
	{"case_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, test_case.id)},
	{"case_name", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, test_case.name)},
	{"case_anchor", MEMBER_TEXT, {.text = case_link}, 0},
	{"case_is_listed", MEMBER_FLAG, {.flag = case_is_listed}, 0},
	{"agent", MEMBER_TEXT, {.text = agent_text}, 0},
	{"agent_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, agent.id)},
	{"agent_name", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, agent.name)},
	{"anchor", MEMBER_TEXT, {.text = run_link}, 0},
	{"href", MEMBER_TEXT, {.text = run_href}, 0},
	{"suite_href", MEMBER_TEXT, {.text = run_suite_href}, 0},
	{"case_href", MEMBER_TEXT, {.text = run_case_href}, 0},
	{"headline", MEMBER_TEXT, {.text = headline_text}, 0},
	{"reason", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct run, reason)},
	{"score", MEMBER_TEXT, {.text = run_score}, 0},
	{"has_score", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct run, has_score)},
	{"cost", MEMBER_TEXT, {.text = run_cost}, 0},
	{"has_cost", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct run, has_cost)},
	{"duration", MEMBER_TEXT, {.text = run_duration}, 0},
	{"has_duration", MEMBER_FLAG, {.flag = has_duration}, 0},
	{"latency", MEMBER_TEXT, {.text = run_latency}, 0},
	{"has_latency", MEMBER_FLAG, {.flag = has_latency}, 0},
	{"tokens_input", MEMBER_TEXT, {.text = run_tokens}, offsetof(struct run, tokens_input)},
	{"tokens_output", MEMBER_TEXT, {.text = run_tokens}, offsetof(struct run, tokens_output)},
	{"has_tokens", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct run, has_tokens)},
	{"when", MEMBER_TEXT, {.text = when_text}, 0},
	{"created", MEMBER_TEXT, {.text = moment_text}, offsetof(struct run, created_at)},
	{"started", MEMBER_TEXT, {.text = moment_text}, offsetof(struct run, started_at)},
	{"ended", MEMBER_TEXT, {.text = moment_text}, offsetof(struct run, ended_at)},
	{"is_first_seen", MEMBER_FLAG, {.flag = is_first_seen}, 0},
	{"criteria", MEMBER_LIST, {.next = run_criteria}, 0},
	{"has_criteria", MEMBER_FLAG, {.flag = has_criteria}, 0},
	{"summary_criteria", MEMBER_LIST, {.next = summary_criteria}, 0},
	{"has_summary_criteria", MEMBER_FLAG, {.flag = has_summary_criteria}, 0},
	{"passed_at_turns", MEMBER_TEXT, {.text = passed_at_turns}, 0},
	{"has_passed_at_turns", MEMBER_FLAG, {.flag = has_passed_at_turns}, 0},
	{"family", MEMBER_TEXT, {.text = view_run_failure_group}, 0},
	{"family_anchor", MEMBER_TEXT, {.text = view_run_failure_group_anchor}, 0},
	{"family_href", MEMBER_TEXT, {.text = view_run_failure_group_href}, 0},
	{"family_runs", MEMBER_TEXT, {.text = view_run_failure_group_runs}, 0},
	{"family_is_shared", MEMBER_FLAG, {.flag = view_run_failure_group_shared}, 0},
	{"is_shown", MEMBER_FLAG, {.flag = is_shown}, 0},
	{"passages", MEMBER_LIST, {.next = run_passages}, 0},
	{"turns", MEMBER_LIST, {.next = run_turns}, 0},
	{"has_turns", MEMBER_FLAG, {.flag = has_turns}, 0},
	{"transcript", MEMBER_LIST, {.next = run_transcript}, 0},
	{"has_transcript", MEMBER_FLAG, {.flag = has_transcript}, 0},
	{"evidence", MEMBER_MARKUP, {.text = evidence_markup}, 0},
	{"raw", MEMBER_OBJECT, {.object = raw_object}, 0},
};

const struct value_class class_run = {
	.name = "run",
	.members = run_members,
	.count = MEMBER_COUNT(run_members),
};
