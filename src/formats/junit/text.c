#include "text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "runtally/adapters/adapters.h"
#include "runtally/base/format_number.h"
#include "runtally/base/utf8.h"
#include "runtally/template/escape.h"

enum {
	GROWTH_MAX = 6,           /* a byte's longest escape, &quot; */
	MARKUP_BYTES = 1024,      /* of a case: elements, type and numbers */
	TEXT_BYTES_MIN = 8192,    /* for body and system-out */
	RETRY_BYTES = 4096,       /* of each */
	RETRY_MARKUP_BYTES = 128, /* likewise */
	PROPERTY_MARKUP_BYTES = 48,
	PROPERTY_LINES_BYTES = 450, /* together less: of stdout Jenkins keeps 500 of the head */
	PROPERTY_CRITERIA = 50,     /* at most so many become properties */
	PATH_BYTES = 200,
	VALUE_BYTES = 100,
	CRITERION_NAME_BYTES = 100,
	CRITERION_DETAIL_BYTES = 500,
	SPEAKER_BYTES = 40,
	EXCERPT_BYTES_MIN = 64, /* less of a text is not worth showing */
	SETUP_NOTES = 20,
	NOTE_BYTES = 500,
};

static const char ellipsis[] = "\xE2\x80\xA6";

const char junit_setup_suite[] = "runtally";

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
		texts->unknown_bytes += strlen(key) + PROPERTY_MARKUP_BYTES;
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

/* Why a run that failed or ended in error did so, with the source's word for a criterion. */
static const char *type_of(struct junit_case *made, const struct run *run)
{
	const struct adapter *adapter = run->source ? adapter_by_name(run->source) : NULL;
	const char *word = adapter && adapter->criterion ? adapter->criterion : "criterion";

	if (run->outcome == OUTCOME_ERROR)
		return "RunError";
	if (!has_failed_criterion(run))
		return is_below_pass_score(made->view, run) ? "ScoreBelowThreshold" : "RunFailed";
	strbuf_addf(&made->texts.next, "%c%sFailed", word[0] - 'a' + 'A', word + 1);
	return junit_keep(&made->texts);
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

/* One line: what was found, for any run but a passed one. Never empty. */
static void add_message(struct strbuf *out, const struct view *view, const struct run *run)
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

/*
 * Markup of a failure: the message, then criteria, score, reason and passages, in `escaped` bytes
 * as they stand in the file. The message is never cut, for some consumers read the attribute and
 * some the first line.
 */
static void add_body(struct strbuf *out, const struct view *view, const struct run *run,
		     const char *message, size_t escaped)
{
	size_t limit = view->render->junit_failure_bytes, length = strlen(message);
	size_t start = out->length, used;
	struct strbuf facts = STRBUF_INIT;

	strbuf_addch(&facts, '\n');
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

/* Most wanted first: in the strict flavour there is room for less than 450 bytes. */
static void make_properties(struct junit_texts *texts, const struct run *run, bool rich)
{
	const struct label *agent = &run->agent;

	add_text(texts, "run_id", run->run_id);
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
	for (size_t i = 0; rich && i < run->criterion_count && i < PROPERTY_CRITERIA; i++)
		add_criterion_property(texts, &run->criteria[i]);
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

/*
 * Markup: in the strict flavour lines of properties and an empty line, then head and tail of the
 * transcript, in `limit` bytes, and `escaped` as they stand in the file.
 */
static void add_output(struct junit_case *made, const struct run *run, size_t limit, size_t escaped)
{
	const struct details *details = details_of(made->view, run);
	struct strbuf *out = &made->texts.next, transcript = STRBUF_INIT;
	size_t used = 0;

	if (!made->view->render->junit_rich)
		used = add_property_lines(&made->texts, limit);
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

static void make_setup(struct junit_case *made)
{
	const struct view *view = made->view;
	const struct note *error = first_error(view->notes);
	struct strbuf *text = &made->texts.next, found = STRBUF_INIT;

	made->classname = junit_setup_suite;
	made->name = "[setup]";
	made->time_ms = 0;
	made->type = "RunError";
	made->outcome = view->notes->errors ? OUTCOME_ERROR : OUTCOME_PENDING;
	add_setup_reason(&found, view->counts);
	if (error) {
		strbuf_addstr(&found, ": ");
		note_add_text(error, &found);
	}
	escape_xml_line(text, found.text, found.length);
	cut_characters(text, 0, view->render->junit_message_chars);
	made->message = junit_keep(&made->texts);
	escape_xml_text(text, made->message, strlen(made->message));
	strbuf_reset(&found);
	add_notes(&found, view->notes);
	add_excerpt(text, &(struct excerpt){.text = &found,
					    .limit = view->render->junit_failure_bytes,
					    .escaped = SIZE_MAX});
	made->body = junit_keep(&made->texts);
	strbuf_release(&found);
}

/* ---- the case of a run and its retries ---- */

static size_t escaped_length(const char *text)
{
	struct strbuf escaped = STRBUF_INIT;
	size_t length;

	escape_xml(&escaped, text, strlen(text), 0);
	length = escaped.length;
	strbuf_release(&escaped);
	return length;
}

/* Bytes that all but retries, body and system-out take. */
static size_t frame_length(const struct junit_case *made)
{
	size_t length = MARKUP_BYTES + escaped_length(made->name) + escaped_length(made->message) +
			escaped_length(made->classname);

	if (!made->view->render->junit_rich)
		return length;
	for (size_t i = 0; i < made->texts.property_count; i++)
		length += escaped_length(made->texts.properties[i].key) +
			  escaped_length(made->texts.properties[i].value) + PROPERTY_MARKUP_BYTES;
	return length + made->texts.unknown_bytes + PATH_BYTES * GROWTH_MAX;
}

static void make_retry(struct junit_case *made, const struct run *run)
{
	struct junit_retry *retry = &made->retries[made->retry_count++];
	size_t used;

	retry->type = type_of(made, run);
	add_message(&made->texts.next, made->view, run);
	retry->message = junit_keep(&made->texts);
	used = escaped_length(retry->message) + RETRY_MARKUP_BYTES;
	add_body(&made->texts.next, made->view, run, retry->message,
		 used < RETRY_BYTES ? RETRY_BYTES - used : 0);
	retry->body = junit_keep(&made->texts);
}

/*
 * Makes the failed tries beside the one that decides, as many as leave enough of *room for its own
 * texts, and takes off what they need. Returns how many there are more. An <error> stands alone:
 * there is no child for other tries beside it.
 */
static size_t make_retries(struct junit_case *made, const struct run *decides, size_t *room)
{
	size_t most = decides->outcome == OUTCOME_ERROR || *room < TEXT_BYTES_MIN
			      ? 0
			      : (*room - TEXT_BYTES_MIN) / RETRY_BYTES;
	size_t at = made->number, hidden = 0;

	do {
		const struct run *run = made->names->results->runs[at];

		if (run == decides || !run_is_failure(run))
			continue;
		if (made->retry_count < JUNIT_RETRIES && made->retry_count < most)
			make_retry(made, run);
		else
			hidden++;
	} while (junit_next_retry(made->names, &at));
	*room -= made->retry_count * RETRY_BYTES;
	return hidden;
}

/* The input's path: an origin is that and, where a file holds several, the record's number. */
static void add_file(struct strbuf *out, const struct run *run)
{
	struct strbuf origin = STRBUF_INIT;
	size_t end;

	run_origin(run, &origin);
	junit_add_line(out, origin.text, PATH_BYTES);
	strbuf_release(&origin);
	for (end = out->length; end && strchr("0123456789", out->text[end - 1]);)
		end--;
	if (end && end < out->length && out->text[end - 1] == '#')
		strbuf_truncate(out, end - 1);
}

/* Body, retries and system-out share what the others leave. */
static void make_long_texts(struct junit_case *made, const struct run *run, size_t limit)
{
	size_t frame = frame_length(made), hidden, room;

	room = frame < JUNIT_CASE_BYTES ? JUNIT_CASE_BYTES - frame : 0;
	hidden = make_retries(made, run, &room);
	if (run_is_failure(run))
		add_body(&made->texts.next, made->view, run, made->message, room);
	else
		escape_xml_text(&made->texts.next, made->message, strlen(made->message));
	room = room > made->texts.next.length ? room - made->texts.next.length : 0;
	made->body = junit_keep(&made->texts);
	if (!limit)
		return;
	add_output(made, run, limit, room);
	if (hidden)
		strbuf_addf(&made->texts.next, "%sfailed tries not shown: %zu",
			    made->texts.next.length ? "\n\n" : "", hidden);
	made->output = junit_keep(&made->texts);
}

static void make_run(struct junit_case *made)
{
	const struct run *run = junit_deciding_run(made->names, made->number, &made->time_ms);
	const struct results *results = made->names->results;
	size_t limit = run->outcome == OUTCOME_PASSED ? made->level.passed
		       : junit_is_judged(run)         ? made->level.failed
						      : 0;

	made->classname = made->names->classes[results->cases[run->case_index].suite];
	made->type = type_of(made, run);
	made->outcome = run->outcome;
	junit_case_name(made->names, made->number, &made->texts.next);
	made->name = junit_keep(&made->texts);
	if (run->outcome != OUTCOME_PASSED)
		add_message(&made->texts.next, made->view, run);
	made->message = junit_keep(&made->texts);
	if (made->view->render->junit_rich) {
		add_file(&made->texts.next, run);
		made->file = junit_keep(&made->texts);
	}
	if (made->view->render->junit_rich || limit)
		make_properties(&made->texts, run, made->view->render->junit_rich);
	make_long_texts(made, run, limit);
}

void junit_case_make(struct junit_case *test_case, size_t number)
{
	if (test_case->number == number)
		return;
	junit_texts_reset(&test_case->texts);
	test_case->number = number;
	test_case->file = test_case->output = "";
	test_case->retry_count = 0;
	if (test_case->names->results->run_count)
		make_run(test_case);
	else
		make_setup(test_case);
}
