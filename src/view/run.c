#include <inttypes.h>
#include <string.h>

#include "members.h"
#include "runtally/base/format_number.h"
#include "runtally/model/details.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"

enum { HEADLINE_NAMES = 3 };

static const struct run *run_of(const struct value *of)
{
	return of->object;
}

bool view_keeps_failure(const struct value *of, const void *item, size_t index)
{
	(void)of;
	(void)index;
	return run_is_failure(item);
}

bool view_keeps_shown(const struct value *of, const void *item, size_t index)
{
	(void)index;
	return run_is_shown(value_view(of), item);
}

/* ---- what failed ---- */

void run_headline(const struct run *run, struct strbuf *out)
{
	if (run->outcome == OUTCOME_FAILED && run_count_criteria(run, OUTCOME_FAILED)) {
		run_add_failures(run, HEADLINE_NAMES, "", out);
	} else if (run->reason) {
		strbuf_addstr(out, run->reason);
	} else if (run->outcome != OUTCOME_PASSED && run->status) {
		strbuf_addf(out, "status: %s", run->status);
	}
}

static void judged_by_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, run_of(of)->judged_by_score ? "score" : "");
}

static void cause_text(const struct value *of, struct strbuf *out)
{
	const char *text;

	if (run_is_failure(run_of(of)))
		strbuf_addstr(out, cause_name(run_cause(run_of(of), &text)));
}

static void headline_text(const struct value *of, struct strbuf *out)
{
	run_headline(run_of(of), out);
}

static const void *case_from(const struct value *of)
{
	return &value_view(of)->results->cases[run_of(of)->case_index];
}

static const void *suite_from(const struct value *of)
{
	const struct case_group *group = case_from(of);

	return &value_view(of)->results->suites[group->suite];
}

static void run_anchor(const struct value *of, struct strbuf *out)
{
	anchor_run(out, run_of(of));
}

static void run_href(const struct value *of, struct strbuf *out)
{
	view_run_href(value_view(of), suite_from(of), case_from(of), run_of(of), out);
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

static int64_t latency(const struct value *of)
{
	return run_of(of)->latency_count ? run_mean_latency(run_of(of)) : FIGURE_UNKNOWN;
}

static int64_t happened(const struct value *of)
{
	return run_when(run_of(of));
}

/* Of a run that tells no time itself. */
static int64_t first_seen(const struct value *of)
{
	return run_tells_time(run_of(of)) ? TIME_UNKNOWN : run_of(of)->seen_at;
}

static int64_t dated(const struct value *of)
{
	return run_tells_time(run_of(of)) ? TIME_UNKNOWN : run_of(of)->dated_at;
}

/* Where it may decide which of two copies is the later. */
static int64_t exported(const struct value *of)
{
	return run_of(of)->exported_at;
}

static int64_t when(const struct value *of)
{
	return happened(of) != TIME_UNKNOWN ? happened(of) : first_seen(of);
}

static bool is_first_seen(const struct value *of)
{
	return first_seen(of) != TIME_UNKNOWN;
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
	*out = value_made(of, run, cursor->index++ % count);
	return true;
}

static int64_t passed_at_turns(const struct value *of)
{
	const struct run *run = run_of(of);
	int64_t count = 0;

	for (size_t i = 0; i < run->criterion_count; i++)
		count += !is_in_summary(&run->criteria[i]);
	return count;
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

static void run_criteria(const struct value *of, struct value_list *list)
{
	view_parts_of_run(of, 0, run_of(of)->criterion_count, list);
}

static void run_transcript(const struct value *of, struct value_list *list)
{
	const struct details *details = view_details(of);

	if (details && details->transcript_count)
		view_parts_of_run(of, (size_t)(details->transcript - details_messages(details)),
				  details->transcript_count, list);
}

/* ---- its failure group ---- */

static const void *group_from(const struct value *of)
{
	const struct failure_groups *groups = value_view(of)->failure_groups;

	return groups ? failure_group_of(groups, run_of(of)) : NULL;
}

/* Its place among all groups; SIZE_MAX: it has none that is listed. */
static size_t listed_group(const struct value *of)
{
	const struct failure_group *group = group_from(of);
	size_t at = group ? (size_t)(group - value_view(of)->failure_groups->items) : SIZE_MAX;

	return at < view_window(value_view(of), LIST_FAILURE_GROUPS).listed ? at : SIZE_MAX;
}

static void group_title(const struct value *of, struct strbuf *out)
{
	if (group_from(of))
		failure_group_title(group_from(of), out);
}

static void group_anchor(const struct value *of, struct strbuf *out)
{
	if (group_from(of))
		anchor_failure_group(out, group_from(of));
}

static void group_href(const struct value *of, struct strbuf *out)
{
	size_t at = listed_group(of);

	if (at != SIZE_MAX)
		view_failure_group_href(value_view(of), at, out);
}

static bool group_is_shared(const struct value *of)
{
	const struct failure_group *group = group_from(of);

	return group && group->runs > 1 && listed_group(of) != SIZE_MAX;
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
		if (criterion->has_score) {
			strbuf_addstr(out, "  ");
			format_score(out, criterion->score_micro);
		}
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

/* ---- the run ---- */

static int64_t milliseconds(const struct value *of)
{
	return *(const uint32_t *)of->object;
}

static const struct member number_members[] = {
	{"value", DIGITS, .number = milliseconds},
};

static const struct value_class class_number = CLASS("number", number_members);

static void latencies(const struct value *of, struct value_list *list)
{
	*list = (struct value_list){.items = run_of(of)->latency_ms,
				    .count = run_of(of)->latency_count,
				    .size = sizeof(uint32_t)};
}

#define AT(member) .at = offsetof(struct run, member)
#define IF(member) .known = KNOWN_FLAG | offsetof(struct run, member)

static const struct member run_members[] = {
	OUTCOME_MEMBERS(AT(outcome)),
	{"source", TEXT, AT(source)},
	{"run_id", TEXT, AT(run_id)},
	{"model", TEXT, AT(model)},
	{"status", TEXT, AT(status)},
	{"origin", TEXT, .text = origin_text},
	{"execution_id", TEXT, AT(execution_id)},
	{"environment", TEXT, AT(environment)},
	{"suite", TEXT, .from = suite_from, .at = offsetof(struct suite_group, title)},
	{"suite_id", TEXT, AT(suite.id)},
	{"suite_name", TEXT, AT(suite.name)},
	{"suite_anchor", TEXT, .text = text_suite_anchor, .from = suite_from},
	{"case", TEXT, .from = case_from, .at = offsetof(struct case_group, name)},
	{"case_id", TEXT, AT(test_case.id)},
	{"case_name", TEXT, AT(test_case.name)},
	{"case_anchor", TEXT, .text = text_case_anchor, .from = case_from},
	{"case_is_listed", FLAG, .flag = case_is_listed},
	{"agent", TEXT, .text = agent_text},
	{"agent_id", TEXT, AT(agent.id)},
	{"agent_name", TEXT, AT(agent.name)},
	{"anchor", TEXT, .text = run_anchor},
	{"href", TEXT, .text = run_href},
	{"suite_href", TEXT, .text = text_suite_href, .from = suite_from},
	{"case_href", TEXT, .text = text_case_href, .from = case_from},
	{"cause", TEXT, .text = cause_text},
	{"judged_by", TEXT, .text = judged_by_text},
	{"headline", TEXT, .text = headline_text},
	{"reason", TEXT, AT(reason)},
	{"score", SCORE, AT(score_micro), IF(has_score), .has = "has_score", .raw = "score"},
	{"cost", MONEY, AT(cost_nano), IF(has_cost), .has = "has_cost", .raw = "cost"},
	{"duration", DURATION, AT(duration_ms), .has = "has_duration", .raw = "duration_ms"},
	{"latency", DURATION, .number = latency, .has = "has_latency"},
	{"tokens_input", COUNT, AT(tokens_input), IF(has_tokens)},
	{"tokens_output", COUNT, AT(tokens_output), IF(has_tokens), .has = "has_tokens"},
	{"when", SECOND, .number = when},
	{"happened", SECOND, .number = happened},
	{"dated", DAY, .number = dated},
	{"created", SECOND, AT(created_at), .raw = "created_at"},
	{"started", SECOND, AT(started_at), .raw = "started_at"},
	{"ended", SECOND, AT(ended_at), .raw = "ended_at"},
	{.raw = "updated_at", .kind = TIME, AT(updated_at)},
	{.raw = "seen_at", .kind = TIME, .number = first_seen},
	{.raw = "dated_at", .kind = TIME, .number = dated},
	{.raw = "exported_at", .kind = TIME, .number = exported},
	{.raw = "tokens_input", .kind = DIGITS, AT(tokens_input), IF(has_tokens)},
	{.raw = "tokens_output", .kind = DIGITS, AT(tokens_output), IF(has_tokens)},
	{.raw = "latency_ms", .kind = LIST, .list = latencies, .class = &class_number},
	{"is_first_seen", FLAG, .flag = is_first_seen},
	{"criteria", LIST, .list = run_criteria, .is = CLASS_CRITERION, .has = "has_criteria"},
	{"summary_criteria", LIST, .next = summary_criteria, .is = CLASS_CRITERION,
	 .has = "has_summary_criteria"},
	{"passed_at_turns", COUNT, .number = passed_at_turns, .has = "has_passed_at_turns"},
	{"family", TEXT, .text = group_title},
	{"family_anchor", TEXT, .text = group_anchor},
	{"family_href", TEXT, .text = group_href},
	{"family_runs", COUNT, .from = group_from, .at = offsetof(struct failure_group, runs)},
	{"family_is_shared", FLAG, .flag = group_is_shared},
	{"is_shown", FLAG, .flag = is_shown},
	{"passages", LIST, .from = view_details, PARTS(struct details, passage_count),
	 .is = CLASS_PASSAGE},
	{"turns", LIST, .from = view_details, PARTS(struct details, turn_count), .is = CLASS_TURN,
	 .has = "has_turns"},
	{"transcript", LIST, .list = run_transcript, .is = CLASS_MESSAGE, .has = "has_transcript"},
	{"evidence", MARKUP, .text = evidence_markup},
	{"raw", .kind = RAW},
};

const struct value_class class_run = CLASS("run", run_members);
