#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "runtally/base/times.h"
#include "runtally/template/escape.h"

static void add_string(struct strbuf *out, const char *text)
{
	strbuf_addch(out, '"');
	escape_json(out, text, strlen(text), 0);
	strbuf_addch(out, '"');
}

void history_text(struct strbuf *out, const char *name, const char *text)
{
	if (!text)
		return;
	strbuf_addf(out, ",\"%s\":", name);
	add_string(out, text);
}

static void add_time(struct strbuf *out, const char *name, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	strbuf_addf(out, "%s\"%s\":\"%s\"", out->text[out->length - 1] == '{' ? "" : ",", name,
		    text);
}

/* `,"period":{"since":T,"until":T}`; what is not known is left out. */
static void add_span(struct strbuf *out, const char *name, const char *const ends[2], int64_t from,
		     int64_t to)
{
	if (from == TIME_UNKNOWN && to == TIME_UNKNOWN)
		return;
	strbuf_addf(out, ",\"%s\":{", name);
	if (from != TIME_UNKNOWN)
		add_time(out, ends[0], from);
	if (to != TIME_UNKNOWN)
		add_time(out, ends[1], to);
	strbuf_addch(out, '}');
}

static void add_bad(struct strbuf *out, const struct call *call)
{
	strbuf_addf(out, ",\"bad\":{\"errors\":%" PRIu64 ",\"count\":%" PRIu64 ",\"notes\":[",
		    call->errors, call->gaps);
	for (size_t i = 0; i < call->note_count; i++) {
		strbuf_addstr(out, i ? "," : "");
		add_string(out, call->notes[i]);
	}
	strbuf_addstr(out, "]}");
}

static void add_call(struct strbuf *out, const struct call *call)
{
	static const char *const bounds[] = {"since", "until"}, *const ends[] = {"from", "to"};

	add_time(out, "written_at", call->written_at);
	if (*call->file)
		history_text(out, "file", call->file);
	history_text(out, "title", call->title);
	if (call->shards)
		strbuf_addf(out, ",\"shard\":\"%u/%u\"", call->shard, call->shards);
	if (*call->environment)
		history_text(out, "environment", call->environment);
	add_span(out, "period", bounds, call->since, call->until);
	add_span(out, "counted", ends, call->from, call->to);
	if (call->gaps)
		add_bad(out, call);
}

void history_header(struct strbuf *out, const struct call *call, const char *month,
		    const char *key_check)
{
	strbuf_addstr(out, "{\"schema\":\"" HISTORY_SCHEMA "\"");
	if (call)
		add_call(out, call);
	else
		strbuf_addf(out, ",\"month\":\"%.4s-%s\"", month, month + 5);
	if (*key_check)
		strbuf_addf(out, ",\"key_check\":\"%s\"", key_check);
	strbuf_addstr(out, "}\n");
}

void history_footer(char line[HISTORY_FOOTER_SIZE], uint64_t runs,
		    const uint8_t digest[SHA256_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(digest, hex);
	snprintf(line, HISTORY_FOOTER_SIZE,
		 "{\"schema\":\"" HISTORY_END_SCHEMA "\",\"runs\":%" PRIu64 ",\"sha256\":\"%s\"}\n",
		 runs, hex);
}
