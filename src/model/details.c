#include "runtally/model/details.h"

#include <assert.h>
#include <string.h>

/*
 * A number is seven bits a byte, the lowest first; the top bit says that more follow. A text is its
 * length plus one, its bytes and a NUL; 0 is NULL. A list is its count and its items.
 */

/* ---- writing ---- */

static void put_number(struct strbuf *out, uint64_t number)
{
	for (; number > 0x7f; number >>= 7)
		strbuf_addch(out, (char)(0x80 | (number & 0x7f)));
	strbuf_addch(out, (char)number);
}

static void put_plain(struct strbuf *out, const char *text)
{
	size_t length = text ? strlen(text) + 1 : 0;

	put_number(out, length);
	strbuf_add(out, text, length);
}

/* Where texts go and what they pass on the way. */
struct writer {
	struct strbuf *out;
	text_filter *filter;
	void *ctx;
};

static void put_text(const struct writer *writer, const char *text)
{
	put_plain(writer->out, text && writer->filter ? writer->filter(writer->ctx, text) : text);
}

static size_t message_count(const struct details *details)
{
	size_t count = details->transcript_count;

	for (size_t i = 0; i < details->turn_count; i++)
		count += details->turns[i].input_count + details->turns[i].output_count;
	return count;
}

size_t details_parts(const struct details *details)
{
	return details->passage_count + details->turn_count + details->transcript_count;
}

static void put_passages(const struct writer *writer, const struct details *details)
{
	put_number(writer->out, details->passage_count);
	for (size_t i = 0; i < details->passage_count; i++) {
		put_text(writer, details->passages[i].label);
		put_text(writer, details->passages[i].text);
	}
}

static void put_messages(const struct writer *writer, const struct message *messages, size_t count)
{
	put_number(writer->out, count);
	for (size_t i = 0; i < count; i++) {
		put_text(writer, messages[i].role);
		put_text(writer, messages[i].content);
	}
}

static void put_turn(const struct writer *writer, const struct turn *turn)
{
	const uint64_t numbers[] = {
		(uint64_t)turn->outcome,
		turn->has_latency,
		turn->has_cost,
		turn->has_tokens,
		(uint64_t)turn->latency_ms,
		(uint64_t)turn->cost_nano,
		(uint64_t)turn->tokens_input,
		(uint64_t)turn->tokens_output,
	};

	put_messages(writer, turn->input, turn->input_count);
	put_messages(writer, turn->output, turn->output_count);
	put_text(writer, turn->expected);
	put_text(writer, turn->trace_id);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		put_number(writer->out, numbers[i]);
}

void details_add_criterion(struct strbuf *out, const char *detail)
{
	put_plain(out, detail);
}

void details_write(struct strbuf *out, const struct details *details, text_filter *filter,
		   void *ctx)
{
	const struct writer writer = {out, filter, ctx};

	put_number(out, details != NULL);
	if (!details)
		return;
	put_number(out, message_count(details));
	put_passages(&writer, details);
	put_number(out, details->turn_count);
	for (size_t i = 0; i < details->turn_count; i++)
		put_turn(&writer, &details->turns[i]);
	put_messages(&writer, details->transcript, details->transcript_count);
}

/* ---- reading: we wrote it ourselves, so whatever is wrong with it is our mistake ---- */

struct details_reader {
	const char *at, *end;
	struct arena *arena;
	struct message *messages; /* room for those still to come */
	size_t messages_left;
};

static uint64_t take_number(struct details_reader *reader)
{
	uint64_t number = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte;

		assert(reader->at < reader->end && shift < 64);
		byte = (unsigned char)*reader->at++;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
}

static const char *take_text(struct details_reader *reader)
{
	size_t length = (size_t)take_number(reader);
	const char *text = reader->at;

	if (!length)
		return NULL;
	assert(length <= (size_t)(reader->end - reader->at) && !text[length - 1]);
	reader->at += length;
	return text;
}

/* The count of a list; each of its items takes a byte at least. */
static size_t take_count(struct details_reader *reader)
{
	size_t count = (size_t)take_number(reader);

	assert(count <= (size_t)(reader->end - reader->at));
	return count;
}

static const struct message *take_messages(struct details_reader *reader, size_t *count)
{
	struct message *messages = reader->messages;

	*count = take_count(reader);
	assert(*count <= reader->messages_left);
	reader->messages += *count;
	reader->messages_left -= *count;
	for (size_t i = 0; i < *count; i++) {
		messages[i].role = take_text(reader);
		messages[i].content = take_text(reader);
	}
	return messages;
}

static void take_turn(struct details_reader *reader, struct turn *turn)
{
	turn->input = take_messages(reader, &turn->input_count);
	turn->output = take_messages(reader, &turn->output_count);
	turn->expected = take_text(reader);
	turn->trace_id = take_text(reader);
	turn->outcome = (enum outcome)take_number(reader);
	turn->has_latency = take_number(reader);
	turn->has_cost = take_number(reader);
	turn->has_tokens = take_number(reader);
	turn->latency_ms = (int64_t)take_number(reader);
	turn->cost_nano = (int64_t)take_number(reader);
	turn->tokens_input = (int64_t)take_number(reader);
	turn->tokens_output = (int64_t)take_number(reader);
}

static const struct passage *take_passages(struct details_reader *reader, size_t *count)
{
	struct passage *passages;

	*count = take_count(reader);
	passages = arena_alloc(reader->arena, *count * sizeof(*passages));
	for (size_t i = 0; i < *count; i++) {
		passages[i].label = take_text(reader);
		passages[i].text = take_text(reader);
	}
	return passages;
}

static const struct turn *take_turns(struct details_reader *reader, size_t *count)
{
	struct turn *turns;

	*count = take_count(reader);
	turns = arena_alloc(reader->arena, *count * sizeof(*turns));
	for (size_t i = 0; i < *count; i++)
		take_turn(reader, &turns[i]);
	return turns;
}

static const struct details *take_details(struct details_reader *reader)
{
	struct details *details;

	if (!take_number(reader))
		return NULL;
	details = arena_zalloc(reader->arena, sizeof(*details));
	reader->messages_left = take_count(reader);
	reader->messages =
		arena_alloc(reader->arena, reader->messages_left * sizeof(*reader->messages));
	details->passages = take_passages(reader, &details->passage_count);
	details->turns = take_turns(reader, &details->turn_count);
	details->transcript = take_messages(reader, &details->transcript_count);
	return details;
}

static const struct criterion *take_criteria(struct details_reader *reader, const struct run *run)
{
	struct criterion *criteria =
		arena_alloc(reader->arena, run->criterion_count * sizeof(*criteria));

	for (size_t i = 0; i < run->criterion_count; i++) {
		criteria[i] = run->criteria[i];
		criteria[i].detail = take_text(reader);
	}
	return criteria;
}

void details_read(struct run *run, const char *bytes, size_t length, struct arena *arena)
{
	struct details_reader reader = {.at = bytes, .end = bytes + length, .arena = arena};

	run->criteria = take_criteria(&reader, run);
	run->details = take_details(&reader);
	assert(reader.at == reader.end && !reader.messages_left);
}

const struct message *details_messages(const struct details *details)
{
	return details->turn_count ? details->turns[0].input : details->transcript;
}
