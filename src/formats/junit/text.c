#include "text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "runtally/adapters/adapters.h"
#include "runtally/base/format_number.h"
#include "runtally/base/utf8.h"
#include "runtally/template/escape.h"

enum {
	PROPERTY_LINES_BYTES = 450, /* together less: of stdout Jenkins keeps 500 of the head */
	PROPERTY_CRITERIA = 50,     /* at most so many become properties */
	SCORE_NAMES_BYTES = 1000,   /* of all criteria whose scores are also told as evals.scores */
	VALUE_BYTES = 100,
	RUN_ID_BYTES = 200,
	PAGE_BYTES = 1000,
	CRITERION_NAME_BYTES = 100,
	CRITERION_DETAIL_BYTES = 500,
	SPEAKER_BYTES = 40,
	EXCERPT_BYTES_MIN = 64, /* less of a text is not worth showing */
	SETUP_NOTES = 20,
	NOTE_BYTES = 500,
};

static const char ellipsis[] = "\xE2\x80\xA6";

/* ---- texts that are kept ---- */

void junit_texts_release(struct junit_texts *texts)
{
	strbuf_release(&texts->next);
	arena_release(&texts->arena);
}

void junit_texts_reset(struct junit_texts *texts)
{
	arena_reset(&texts->arena);
	strbuf_reset(&texts->next);
	texts->property_count = 0;
	texts->unknown_bytes = 0;
}

const char *junit_keep(struct junit_texts *texts)
{
	const char *kept = arena_strndup(&texts->arena, texts->next.text, texts->next.length);

	strbuf_reset(&texts->next);
	return kept;
}

void junit_keep_property(struct junit_texts *texts, const char *key)
{
	if (!texts->next.length) {
		texts->unknown_bytes += strlen(key) + JUNIT_PROPERTY_BYTES;
		return;
	}
	assert(texts->property_count < JUNIT_PROPERTIES);
	texts->properties[texts->property_count++] =
		(struct junit_property){key, junit_keep(texts)};
}

/* ---- lines and excerpts of long texts ---- */

/* Cuts what stands after `start` to `limit` code points, "…" among them. */
static void cut_characters(struct strbuf *out, size_t start, size_t limit)
{
	size_t last = start, count = 0;

	for (size_t at = start; at < out->length; at++) {
		if (((unsigned char)out->text[at] & 0xc0) == 0x80)
			continue;
		if (++count == limit)
			last = at;
		if (count > limit) {
			strbuf_truncate(out, last);
			strbuf_addstr(out, ellipsis);
			return;
		}
	}
}

/* Appends every line of the text, ended by \n: `first` before the first, `next` before others. */
static void add_lines(struct strbuf *out, const char *text, const char *first, const char *next)
{
	for (const char *mark = first; *text; mark = next) {
		size_t length = strcspn(text, "\r\n");

		strbuf_addstr(out, mark);
		strbuf_add(out, text, length);
		strbuf_addch(out, '\n');
		text += length;
		if (*text)
			text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
	}
}

/*
 * Who says the lines that follow: a role or label, or `otherwise` where the text does not begin
 * with a letter: `::error::` at the beginning of a line is a command to some CI systems.
 */
static void add_speaker(struct strbuf *out, const char *text, const char *otherwise)
{
	size_t start = out->length;
	unsigned char first;

	junit_add_line(out, text ? text : "", SPEAKER_BYTES);
	first = (unsigned char)out->text[start];
	if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80)
		return;
	strbuf_truncate(out, start);
	strbuf_addstr(out, otherwise);
}

/* A text that is not to take more than so many bytes before and after escaping. */
struct excerpt {
	const struct strbuf *text;
	size_t before; /* bytes of it that were written already: the cut mark counts them */
	size_t limit, escaped;
	bool tail; /* the middle is cut out, not the end */
};

/* Appends head and tail of the text, and a mark that says how much there was, in `limit` bytes. */
static void add_cut(struct strbuf *out, const struct excerpt *excerpt, size_t limit)
{
	const struct strbuf *text = excerpt->text;
	struct strbuf mark = STRBUF_INIT;
	size_t room, head, from = text->length;

	if (text->length <= limit) {
		strbuf_add(out, text->text, text->length);
		return;
	}
	strbuf_addf(&mark, "\n%s cut, ", ellipsis);
	format_count(&mark, excerpt->before + text->length);
	strbuf_addstr(&mark, excerpt->tail ? " bytes in all\n" : " bytes in all");
	room = limit > mark.length ? limit - mark.length : 0;
	head = utf8_cut(text->text, text->length, excerpt->tail ? room / 2 : room);
	if (excerpt->tail)
		from -= room - head;
	while (from < text->length && ((unsigned char)text->text[from] & 0xc0) == 0x80)
		from++;
	strbuf_add(out, text->text, head);
	strbuf_add(out, mark.text, mark.length);
	strbuf_add(out, text->text + from, text->length - from);
	strbuf_release(&mark);
}

/*
 * Appends the excerpt as XML text; nothing where the limits leave too little. How much bigger a
 * text gets depends on what is in it: so it is cut shorter until it fits.
 */
static void add_excerpt(struct strbuf *out, const struct excerpt *excerpt)
{
	size_t whole = excerpt->text->length, start = out->length;
	size_t room = whole < excerpt->limit ? whole : excerpt->limit;
	struct strbuf cut = STRBUF_INIT;

	while (room >= EXCERPT_BYTES_MIN || room == whole) {
		size_t size;

		strbuf_reset(&cut);
		add_cut(&cut, excerpt, room);
		escape_xml_text(out, cut.text, cut.length);
		size = out->length - start;
		if (size <= excerpt->escaped)
			break;
		strbuf_truncate(out, start);
		room = (size_t)((double)room * 0.95 * (double)excerpt->escaped / (double)size);
		if (!room)
			break;
	}
	strbuf_release(&cut);
}

/* ---- type, message and body ---- */

static bool is_below_pass_score(const struct view *view, const struct run *run)
{
	return run->has_score && run->score_micro < view->pass_score_micro;
}

const char *junit_type(struct junit_texts *texts, const struct view *view, const struct run *run)
{
	const struct adapter *adapter = run->source ? adapter_by_name(run->source) : NULL;
	const char *word = adapter && adapter->criterion ? adapter->criterion : "criterion";

	if (run->outcome == OUTCOME_ERROR)
		return "RunError";
	if (!run_count_criteria(run, OUTCOME_FAILED))
		return is_below_pass_score(view, run) ? "ScoreBelowThreshold" : "RunFailed";
	strbuf_addf(&texts->next, "%c%sFailed", word[0] - 'a' + 'A', word + 1);
	return junit_keep(texts);
}

static void add_scores(struct strbuf *out, const struct view *view, const struct run *run)
{
	strbuf_addstr(out, "score ");
	format_fraction(out, run->score_micro);
	strbuf_addstr(out, ", pass score ");
	format_fraction(out, view->pass_score_micro);
}

static void add_verdict(struct strbuf *out, const struct view *view, const struct run *run)
{
	if (run->outcome == OUTCOME_PENDING)
		strbuf_addstr(out, "not finished");
	else if (run->outcome == OUTCOME_UNKNOWN)
		strbuf_addstr(out, "no verdict");
	else if (run->outcome == OUTCOME_ERROR)
		strbuf_addstr(out, "the run ended in error");
	else if (is_below_pass_score(view, run))
		add_scores(out, view, run);
	else
		strbuf_addstr(out, "the run failed");
}

void junit_message(struct strbuf *out, const struct view *view, const struct run *run)
{
	struct strbuf found = STRBUF_INIT, line = STRBUF_INIT;
	size_t start = out->length;

	if (junit_is_judged(run))
		run_headline(run, &found);
	else if (run->reason || run->status)
		strbuf_addstr(&found, run->reason ? run->reason : run->status);
	escape_xml_line(&line, found.text, found.length);
	if (!line.length || !junit_is_judged(run))
		add_verdict(out, view, run);
	if (line.length && !junit_is_judged(run))
		strbuf_addstr(out, ": ");
	strbuf_add(out, line.text, line.length);
	cut_characters(out, start, view->render->junit_message_chars);
	strbuf_release(&line);
	strbuf_release(&found);
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

/* Of a run that this report shows, else NULL; good until another run is loaded. */
static const struct details *details_of(const struct view *view, const struct run *run)
{
	return run_is_shown(view, run) ? view_load(view, run)->details : NULL;
}

/* Criteria that did not pass come first, since the text may be cut. */
static void add_facts(struct strbuf *out, const struct view *view, const struct run *run,
		      const char *message)
{
	const struct run *loaded = view_load(view, run);
	const struct details *details = details_of(view, run);
	struct strbuf reason = STRBUF_INIT;

	for (int passed = 0; passed < 2; passed++)
		for (size_t i = 0; i < loaded->criterion_count; i++)
			if ((loaded->criteria[i].outcome == OUTCOME_PASSED) == passed)
				add_criterion(out, &loaded->criteria[i]);
	if (run->has_score) {
		strbuf_addstr(out, "  ");
		add_scores(out, view, run);
		strbuf_addch(out, '\n');
	}
	if (run->reason)
		escape_xml_line(&reason, run->reason, strlen(run->reason));
	if (reason.length && strcmp(reason.text, message) != 0)
		strbuf_addf(out, "  reason: %s\n", reason.text);
	for (size_t i = 0; details && i < details->passage_count; i++) {
		add_speaker(out, details->passages[i].label, "text");
		strbuf_addstr(out, ":\n");
		add_lines(out, details->passages[i].text, "  | ", "  | ");
	}
	strbuf_release(&reason);
}

/* The message is never cut, for some consumers read the attribute and some the first line. */
void junit_body(struct strbuf *out, const struct view *view, const struct run *run,
		const char *message, const char *reasons, size_t escaped)
{
	size_t limit = view->render->junit_failure_bytes, length = strlen(message);
	size_t start = out->length, used;
	struct strbuf facts = STRBUF_INIT;

	strbuf_addch(&facts, '\n');
	strbuf_addstr(&facts, reasons);
	add_facts(&facts, view, run, message);
	strbuf_truncate(&facts, facts.length - 1);
	escape_xml_text(out, message, length);
	used = out->length - start;
	add_excerpt(out, &(struct excerpt){
				 .text = &facts,
				 .before = length,
				 .limit = limit > length ? limit - length : 0,
				 .escaped = escaped > used ? escaped - used : 0,
			 });
	strbuf_release(&facts);
}

/* ---- properties ---- */

static void add_text(struct junit_texts *texts, const char *key, const char *text)
{
	junit_add_line(&texts->next, text ? text : "", VALUE_BYTES);
	junit_keep_property(texts, key);
}

static void add_integer(struct junit_texts *texts, const char *key, bool known, int64_t value)
{
	if (known)
		strbuf_addf(&texts->next, "%" PRId64, value);
	junit_keep_property(texts, key);
}

static void add_criterion_property(struct junit_texts *texts, const struct criterion *criterion)
{
	const char *key;

	strbuf_addstr(&texts->next, "criterion.");
	junit_add_named(&texts->next, criterion->name, VALUE_BYTES);
	key = junit_keep(texts);
	strbuf_addstr(&texts->next, outcome_name(criterion->outcome));
	if (criterion->has_score) {
		strbuf_addch(&texts->next, ' ');
		format_fraction(&texts->next, criterion->score_micro);
	}
	junit_keep_property(texts, key);
}

/* As Codecov and Sentry read them; returns how many bytes the name has. */
static size_t add_score_property(struct junit_texts *texts, const struct criterion *criterion)
{
	struct strbuf name = STRBUF_INIT;
	size_t length;
	const char *key;

	junit_add_named(&name, criterion->name, VALUE_BYTES);
	strbuf_addf(&texts->next, "evals.scores.%s.value", name.text);
	length = name.length;
	strbuf_release(&name);
	key = junit_keep(texts);
	format_fraction(&texts->next, criterion->score_micro);
	junit_keep_property(texts, key);
	return length;
}

static void add_criteria_properties(struct junit_texts *texts, const struct run *run)
{
	size_t bytes = 0;

	for (size_t i = 0; i < run->criterion_count && i < PROPERTY_CRITERIA; i++)
		add_criterion_property(texts, &run->criteria[i]);
	for (size_t i = 0; i < run->criterion_count && i < PROPERTY_CRITERIA; i++)
		if (run->criteria[i].has_score && bytes + VALUE_BYTES <= SCORE_NAMES_BYTES)
			bytes += add_score_property(texts, &run->criteria[i]);
}

/* Most wanted first: in the strict flavour there is room for less than 450 bytes. */
void junit_properties(struct junit_texts *texts, const struct junit_verdict *verdict,
		      const char *page, bool rich)
{
	const struct run *run = verdict->shown;
	const struct label *agent = &run->agent;

	junit_add_line(&texts->next, run->run_id ? run->run_id : "", RUN_ID_BYTES);
	junit_keep_property(texts, "run_id");
	if (rich) {
		junit_add_line(&texts->next, page, PAGE_BYTES);
		junit_keep_property(texts, "url");
	}
	add_integer(texts, "runs", verdict->tries > 1, (int64_t)verdict->tries);
	add_integer(texts, "runs_passed", verdict->tries > 1,
		    (int64_t)verdict->counts[OUTCOME_PASSED]);
	if (run->has_cost)
		format_dollars(&texts->next, run->cost_nano);
	junit_keep_property(texts, "cost_usd");
	if (run->has_score)
		format_fraction(&texts->next, run->score_micro);
	junit_keep_property(texts, "score");
	add_integer(texts, "latency_ms", run->latency_count, run_mean_latency(run));
	add_integer(texts, "tokens_input", run->has_tokens, run->tokens_input);
	add_integer(texts, "tokens_output", run->has_tokens, run->tokens_output);
	add_text(texts, "source", run->source);
	add_text(texts, "status", run->status);
	add_text(texts, "model", run->model);
	add_text(texts, "case_id", run->test_case.id);
	add_text(texts, "execution_id", run->execution_id);
	add_text(texts, "agent", agent->name ? agent->name : agent->id);
	if (rich)
		add_criteria_properties(texts, run);
}

/* ---- system-out ---- */

/*
 * Appends [[PROPERTY|key=value]] lines; returns how many bytes they are before escaping. Consumers
 * end the value at the first bracket.
 */
static size_t add_property_lines(struct junit_texts *texts, size_t limit)
{
	struct strbuf *out = &texts->next;
	size_t used = 0;

	for (size_t i = 0; i < texts->property_count; i++) {
		const struct junit_property *property = &texts->properties[i];
		size_t length = strlen(property->value), at;
		size_t line = strlen("[[PROPERTY|=]]\n") + strlen(property->key) + length;

		if (used + line >= PROPERTY_LINES_BYTES || used + line > limit)
			continue;
		strbuf_addf(out, "[[PROPERTY|%s=", property->key);
		at = out->length;
		escape_xml_text(out, property->value, length);
		for (; at < out->length; at++)
			out->text[at] = out->text[at] == '['   ? '('
					: out->text[at] == ']' ? ')'
							       : out->text[at];
		strbuf_addstr(out, "]]\n");
		used += line;
	}
	return used;
}

/*
 * Lines that follow the first are marked, so that no message can pass itself off as the next
 * one, or as a command to the CI system that prints it.
 */
static void add_said(struct strbuf *out, const char *role, const char *content)
{
	add_speaker(out, role, "message");
	strbuf_addstr(out, ": ");
	if (content && *content)
		add_lines(out, content, "", "  | ");
	else
		strbuf_addch(out, '\n');
}

static void add_messages(struct strbuf *out, const struct message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_said(out, messages[i].role, messages[i].content);
}

static void add_transcript(struct strbuf *out, const struct details *details)
{
	for (size_t i = 0; i < details->turn_count; i++) {
		const struct turn *turn = &details->turns[i];

		add_messages(out, turn->input, turn->input_count);
		add_messages(out, turn->output, turn->output_count);
		if (turn->expected && turn->outcome != OUTCOME_PASSED)
			add_said(out, "expected", turn->expected);
	}
	add_messages(out, details->transcript, details->transcript_count);
}

static void drop_newlines(struct strbuf *out)
{
	while (out->length && out->text[out->length - 1] == '\n')
		strbuf_truncate(out, out->length - 1);
}

void junit_output(struct junit_texts *texts, const struct view *view, const struct run *run,
		  const char *page, size_t limit, size_t escaped)
{
	const struct details *details = details_of(view, run);
	struct strbuf *out = &texts->next, transcript = STRBUF_INIT;
	size_t used = 0;

	if (*page && !view->render->junit_rich && strlen(page) < PAGE_BYTES) {
		strbuf_addstr(out, "report: ");
		escape_xml_text(out, page, strlen(page));
		strbuf_addch(out, '\n');
	}
	if (!view->render->junit_rich)
		used = add_property_lines(texts, limit);
	if (details)
		add_transcript(&transcript, details);
	drop_newlines(&transcript);
	if (used && transcript.length)
		strbuf_addch(out, '\n');
	add_excerpt(out, &(struct excerpt){
				 .text = &transcript,
				 .limit = limit > used ? limit - used - (used > 0) : 0,
				 .escaped = escaped > out->length ? escaped - out->length : 0,
				 .tail = true,
			 });
	drop_newlines(out);
	strbuf_release(&transcript);
}

/* ---- the case that says why there are no runs ---- */

static void add_setup_reason(struct strbuf *out, const struct ingest_counts *counts)
{
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

static const struct note *first_error(const struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		if (notes->items[i].severity == SEVERITY_ERROR)
			return &notes->items[i];
	return NULL;
}

static void add_notes(struct strbuf *out, const struct notes *notes)
{
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; i < notes->count && i < SETUP_NOTES; i++) {
		const struct note *note = &notes->items[i];

		strbuf_reset(&line);
		note_add_text(note, &line);
		strbuf_addstr(out,
			      note->severity == SEVERITY_ERROR ? "\n  error: " : "\n  warning: ");
		junit_add_line(out, line.text, NOTE_BYTES);
	}
	if (notes->count > SETUP_NOTES)
		strbuf_addf(out, "\n  and %zu more", notes->count - SETUP_NOTES);
	strbuf_release(&line);
}

void junit_setup(struct junit_texts *texts, const struct view *view, const char **message,
		 const char **body)
{
	const struct note *error = first_error(view->notes);
	struct strbuf *text = &texts->next, found = STRBUF_INIT;

	add_setup_reason(&found, view->counts);
	if (error) {
		strbuf_addstr(&found, ": ");
		note_add_text(error, &found);
	}
	escape_xml_line(text, found.text, found.length);
	cut_characters(text, 0, view->render->junit_message_chars);
	*message = junit_keep(texts);
	escape_xml_text(text, *message, strlen(*message));
	strbuf_reset(&found);
	add_notes(&found, view->notes);
	add_excerpt(text, &(struct excerpt){.text = &found,
					    .limit = view->render->junit_failure_bytes,
					    .escaped = SIZE_MAX});
	*body = junit_keep(texts);
	strbuf_release(&found);
}
