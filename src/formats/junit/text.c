#include "text.h"

#include <inttypes.h>
#include <string.h>

#include "lines.h"
#include "names.h"
#include "runtally/base/format_number.h"
#include "runtally/template/escape.h"

enum {
	CRITERION_NAME_BYTES = 100,
	CRITERION_DETAIL_BYTES = 500,
	SETUP_NOTES = 20,
	NOTE_BYTES = 500,
};

static bool has_failed_criterion(const struct run *run)
{
	for (size_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].outcome == OUTCOME_FAILED)
			return true;
	return false;
}

static bool is_below_pass_score(const struct view *view, const struct run *run)
{
	return run->has_score && run->score_micro < view->pass_score_micro;
}

const char *junit_type(const struct view *view, const struct run *run)
{
	if (run->outcome == OUTCOME_ERROR)
		return "RunError";
	if (has_failed_criterion(run))
		return run->source && !strcmp(run->source, "magpipe") ? "AssertionFailed"
								      : "CriterionFailed";
	return is_below_pass_score(view, run) ? "ScoreBelowThreshold" : "RunFailed";
}

static void add_scores(const struct view *view, const struct run *run, struct strbuf *out)
{
	strbuf_addstr(out, "score ");
	format_fraction(out, run->score_micro);
	strbuf_addstr(out, ", pass score ");
	format_fraction(out, view->pass_score_micro);
}

static void add_verdict(const struct view *view, const struct run *run, struct strbuf *out)
{
	if (run->outcome == OUTCOME_PENDING)
		strbuf_addstr(out, "not finished");
	else if (run->outcome == OUTCOME_UNKNOWN)
		strbuf_addstr(out, "no verdict");
	else if (run->outcome == OUTCOME_ERROR)
		strbuf_addstr(out, "the run ended in error");
	else if (is_below_pass_score(view, run))
		add_scores(view, run, out);
	else
		strbuf_addstr(out, "the run failed");
}

void junit_message(const struct view *view, const struct run *run, struct strbuf *out)
{
	struct strbuf told = STRBUF_INIT, line = STRBUF_INIT;
	size_t start = out->length;

	if (junit_is_judged(run))
		run_headline(run, &told);
	else if (run->reason || run->status)
		strbuf_addstr(&told, run->reason ? run->reason : run->status);
	junit_add_flat(&line, told.text);
	if (!line.length || !junit_is_judged(run))
		add_verdict(view, run, out);
	if (line.length && !junit_is_judged(run))
		strbuf_addstr(out, ": ");
	strbuf_add(out, line.text, line.length);
	junit_cut_characters(out, start, view->render->junit_message_chars);
	strbuf_release(&line);
	strbuf_release(&told);
}

static void add_criterion(struct strbuf *out, const struct criterion *criterion)
{
	static const char *const marks[OUTCOME_COUNT] = {
		[OUTCOME_PASSED] = "ok  ",  [OUTCOME_FAILED] = "FAIL",  [OUTCOME_ERROR] = "ERR ",
		[OUTCOME_PENDING] = "... ", [OUTCOME_UNKNOWN] = "?   ",
	};

	strbuf_addf(out, "  %s ", marks[criterion->outcome]);
	junit_add_named(out, criterion->name, CRITERION_NAME_BYTES);
	if (criterion->turn != NO_TURN)
		strbuf_addf(out, " (turn %d)", criterion->turn + 1);
	if (criterion->has_score) {
		strbuf_addstr(out, "  ");
		format_fraction(out, criterion->score_micro);
	}
	if (criterion->detail && *criterion->detail) {
		strbuf_addstr(out, "  ");
		junit_add_line(out, criterion->detail, CRITERION_DETAIL_BYTES);
	}
	strbuf_addch(out, '\n');
}

/* Those that did not pass come first, since the text may be cut. */
static void add_criteria(struct strbuf *out, const struct run *run)
{
	for (int passed = 0; passed < 2; passed++)
		for (size_t i = 0; i < run->criterion_count; i++)
			if ((run->criteria[i].outcome == OUTCOME_PASSED) == passed)
				add_criterion(out, &run->criteria[i]);
}

static void add_passages(struct strbuf *out, const struct details *details)
{
	for (size_t i = 0; i < details->passage_count; i++) {
		junit_add_speaker(out, details->passages[i].label, "text");
		strbuf_addstr(out, ":\n");
		junit_add_lines(out, details->passages[i].text, "  | ", "  | ");
	}
}

const struct details *junit_details(const struct view *view, const struct run *run)
{
	return run_is_shown(view, run) ? view_load(view, run)->details : NULL;
}

static void add_facts(const struct view *view, const struct run *run, const char *message,
		      struct strbuf *out)
{
	struct strbuf reason = STRBUF_INIT;
	const struct details *details = junit_details(view, run);

	add_criteria(out, view_load(view, run));
	if (run->has_score) {
		strbuf_addstr(out, "  ");
		add_scores(view, run, out);
		strbuf_addch(out, '\n');
	}
	if (run->reason)
		junit_add_flat(&reason, run->reason);
	if (reason.length && strcmp(reason.text, message) != 0)
		strbuf_addf(out, "  reason: %s\n", reason.text);
	if (details)
		add_passages(out, details);
	strbuf_release(&reason);
}

/* The message is never cut, for some consumers read the attribute and some the first line. */
void junit_body(const struct view *view, const struct run *run, size_t limit, size_t escaped,
		struct strbuf *out)
{
	struct strbuf message = STRBUF_INIT, facts = STRBUF_INIT;
	struct junit_piece piece = {.text = &facts};
	size_t start = out->length, used;

	junit_message(view, run, &message);
	strbuf_addch(&facts, '\n');
	add_facts(view, run, message.text, &facts);
	strbuf_truncate(&facts, facts.length - 1);
	escape_xml_text(out, message.text, message.length);
	used = out->length - start;
	piece.before = message.length;
	piece.limit = limit > message.length ? limit - message.length : 0;
	piece.escaped = escaped > used ? escaped - used : 0;
	junit_add_piece(out, &piece);
	strbuf_release(&message);
	strbuf_release(&facts);
}

static void add_setup_reason(const struct view *view, struct strbuf *out)
{
	const struct ingest_counts *counts = view->counts;

	if (counts->filtered) {
		strbuf_addstr(out, "no runs: all ");
		format_count(out, counts->filtered);
		strbuf_addstr(
			out, " that were read are outside the period, suites or sources asked for");
	} else if (!counts->files) {
		strbuf_addstr(out, "no runs: no input was found");
	} else {
		strbuf_addstr(out, "no runs among ");
		format_count(out, counts->records);
		strbuf_addstr(out, " records in ");
		format_count(out, counts->files);
		strbuf_addstr(out, " files");
	}
}

static void add_note(const struct note *note, struct arena *arena, struct strbuf *out)
{
	const char *place = note_place(note, arena);

	strbuf_addf(out, "%s%s%s%s%s", place, *place ? ": " : "", note->path ? note->path : "",
		    note->path ? ": " : "", note->text);
}

static void add_first_error(const struct notes *notes, struct arena *arena, struct strbuf *out)
{
	for (size_t i = 0; i < notes->count; i++)
		if (notes->items[i].severity == SEVERITY_ERROR) {
			strbuf_addstr(out, ": ");
			add_note(&notes->items[i], arena, out);
			return;
		}
}

static void add_notes(const struct notes *notes, struct arena *arena, struct strbuf *out)
{
	for (size_t i = 0; i < notes->count && i < SETUP_NOTES; i++) {
		struct strbuf line = STRBUF_INIT;

		add_note(&notes->items[i], arena, &line);
		strbuf_addstr(out, notes->items[i].severity == SEVERITY_ERROR ? "\n  error: "
									      : "\n  warning: ");
		junit_add_line(out, line.text, NOTE_BYTES);
		strbuf_release(&line);
	}
	if (notes->count > SETUP_NOTES)
		strbuf_addf(out, "\n  and %zu more", notes->count - SETUP_NOTES);
}

void junit_setup(const struct view *view, struct strbuf *message, struct strbuf *body)
{
	const struct notes *notes = view->notes;
	struct strbuf text = STRBUF_INIT;
	struct junit_piece piece = {
		.text = &text,
		.limit = view->render->junit_failure_bytes,
		.escaped = SIZE_MAX,
	};
	struct arena arena;

	arena_init(&arena, 0);
	add_setup_reason(view, &text);
	add_first_error(notes, &arena, &text);
	junit_add_flat(message, text.text);
	junit_cut_characters(message, 0, view->render->junit_message_chars);
	escape_xml_text(body, message->text, message->length);
	strbuf_reset(&text);
	add_notes(notes, &arena, &text);
	junit_add_piece(body, &piece);
	strbuf_release(&text);
	arena_release(&arena);
}
