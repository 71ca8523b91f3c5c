#include "text.h"

#include <inttypes.h>
#include <string.h>

#include "lines.h"
#include "runtally/base/format_number.h"
#include "runtally/template/escape.h"

enum {
	VALUE_BYTES = 100,
	PROPERTY_CRITERIA = 50,     /* at most so many become properties */
	PROPERTY_LINES_BYTES = 450, /* together less: of stdout Jenkins keeps 500 of the head */
};

static void add_run_id(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->run_id ? run->run_id : "", VALUE_BYTES);
}

static void add_cost(const struct run *run, struct strbuf *out)
{
	if (run->has_cost)
		format_dollars(out, run->cost_nano);
}

static void add_score(const struct run *run, struct strbuf *out)
{
	if (run->has_score)
		format_fraction(out, run->score_micro);
}

static void add_latency(const struct run *run, struct strbuf *out)
{
	if (run->latency_count)
		strbuf_addf(out, "%" PRId64, run_mean_latency(run));
}

static void add_tokens_input(const struct run *run, struct strbuf *out)
{
	if (run->has_tokens)
		strbuf_addf(out, "%" PRId64, run->tokens_input);
}

static void add_tokens_output(const struct run *run, struct strbuf *out)
{
	if (run->has_tokens)
		strbuf_addf(out, "%" PRId64, run->tokens_output);
}

static void add_source(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->source ? run->source : "", VALUE_BYTES);
}

static void add_status(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->status ? run->status : "", VALUE_BYTES);
}

static void add_model(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->model ? run->model : "", VALUE_BYTES);
}

static void add_case_id(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->test_case.id ? run->test_case.id : "", VALUE_BYTES);
}

static void add_execution_id(const struct run *run, struct strbuf *out)
{
	junit_add_line(out, run->execution_id ? run->execution_id : "", VALUE_BYTES);
}

static void add_agent(const struct run *run, struct strbuf *out)
{
	const char *agent = run->agent.name ? run->agent.name : run->agent.id;

	junit_add_line(out, agent ? agent : "", VALUE_BYTES);
}

/* Most wanted first: in the strict flavour there is room for less than 450 bytes. */
static const struct property {
	const char *name;
	void (*add)(const struct run *run, struct strbuf *out);
} properties[] = {
	{"run_id", add_run_id},
	{"cost_usd", add_cost},
	{"score", add_score},
	{"latency_ms", add_latency},
	{"tokens_input", add_tokens_input},
	{"tokens_output", add_tokens_output},
	{"source", add_source},
	{"status", add_status},
	{"model", add_model},
	{"case_id", add_case_id},
	{"execution_id", add_execution_id},
	{"agent", add_agent},
};

enum { PROPERTY_COUNT = sizeof(properties) / sizeof(properties[0]) };

bool junit_property(const struct run *run, size_t index, struct strbuf *name, struct strbuf *value)
{
	const struct criterion *criterion;

	if (index < PROPERTY_COUNT) {
		strbuf_addstr(name, properties[index].name);
		properties[index].add(run, value);
		return true;
	}
	index -= PROPERTY_COUNT;
	if (index >= run->criterion_count || index >= PROPERTY_CRITERIA)
		return false;
	criterion = &run->criteria[index];
	strbuf_addstr(name, "criterion.");
	junit_add_named(name, criterion->name, VALUE_BYTES);
	strbuf_addstr(value, outcome_name(criterion->outcome));
	if (criterion->has_score) {
		strbuf_addch(value, ' ');
		format_fraction(value, criterion->score_micro);
	}
	return true;
}

/* Consumers end the value at the first bracket. */
static void add_property_line(struct strbuf *out, const char *name, char *value)
{
	for (char *c = value; *c; c++)
		*c = *c == '[' ? '(' : *c == ']' ? ')' : *c;
	strbuf_addf(out, "[[PROPERTY|%s=", name);
	escape_xml_text(out, value, strlen(value));
	strbuf_addstr(out, "]]\n");
}

/* Returns how many bytes they are before escaping. */
static size_t add_property_lines(struct strbuf *out, const struct run *run, size_t limit)
{
	struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;
	size_t used = 0;

	for (size_t i = 0; i < PROPERTY_COUNT; i++) {
		size_t line;

		strbuf_reset(&name);
		strbuf_reset(&value);
		junit_property(run, i, &name, &value);
		line = strlen("[[PROPERTY|=]]\n") + name.length + value.length;
		if (value.length && used + line < PROPERTY_LINES_BYTES && used + line <= limit) {
			add_property_line(out, name.text, value.text);
			used += line;
		}
	}
	strbuf_release(&name);
	strbuf_release(&value);
	return used;
}

/*
 * Lines that follow the first are marked, so that no message can pass itself off as the next
 * one, or as a command to the CI system that prints it.
 */
static void add_message(struct strbuf *out, const char *role, const char *content)
{
	size_t start = out->length;

	junit_add_speaker(out, role, "message");
	strbuf_addstr(out, ": ");
	if (content && *content)
		junit_add_lines(out, content, "", "  | ");
	if (out->length == start || out->text[out->length - 1] != '\n')
		strbuf_addch(out, '\n');
}

static void add_messages(struct strbuf *out, const struct message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_message(out, messages[i].role, messages[i].content);
}

/* Ends in a newline, if there is anything. */
static void add_transcript(struct strbuf *out, const struct details *details)
{
	for (size_t i = 0; i < details->turn_count; i++) {
		const struct turn *turn = &details->turns[i];

		add_messages(out, turn->input, turn->input_count);
		add_messages(out, turn->output, turn->output_count);
		if (turn->expected && turn->outcome != OUTCOME_PASSED)
			add_message(out, "expected", turn->expected);
	}
	add_messages(out, details->transcript, details->transcript_count);
}

static void drop_newlines(struct strbuf *out)
{
	while (out->length && out->text[out->length - 1] == '\n')
		strbuf_truncate(out, out->length - 1);
}

void junit_output(const struct view *view, const struct run *run, bool with_properties,
		  size_t limit, size_t escaped, struct strbuf *out)
{
	const struct details *details = junit_details(view, run);
	struct strbuf transcript = STRBUF_INIT;
	struct junit_piece piece = {.text = &transcript, .tail = true};
	size_t used = with_properties ? add_property_lines(out, run, limit) : 0;

	if (details)
		add_transcript(&transcript, details);
	drop_newlines(&transcript);
	if (used && transcript.length)
		strbuf_addch(out, '\n');
	piece.limit = limit > used ? limit - used - (used > 0) : 0;
	piece.escaped = escaped > out->length ? escaped - out->length : 0;
	junit_add_piece(out, &piece);
	drop_newlines(out);
	strbuf_release(&transcript);
}
