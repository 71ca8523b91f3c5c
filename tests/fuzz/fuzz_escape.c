/* Every escaper: what comes out cannot leave its place in the format. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/template/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Good UTF-8 without controls but those in `allowed`. */
static void require_clean(const struct strbuf *out, const char *allowed)
{
	for (size_t at = 0; at < out->length;) {
		struct code_point point = utf8_read(out->text + at, out->length - at);

		require(!point.bad);
		if (point.value < 0x20)
			require(point.value && strchr(allowed, (int)point.value));
		require(point.value < 0x7F || point.value > 0x9F);
		at += point.length;
	}
}

static size_t longest_ticks(const char *text, size_t length)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < length; i++) {
		run = text[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void check_markup(const struct strbuf *out)
{
	for (size_t i = 0; i < out->length; i++) {
		const char *at = out->text + i;

		require(!strchr("<>\"'", *at));
		if (*at == '&')
			require(!strncmp(at, "&amp;", 5) || !strncmp(at, "&lt;", 4) ||
				!strncmp(at, "&gt;", 4) || !strncmp(at, "&quot;", 6) ||
				!strncmp(at, "&#39;", 5) || !strncmp(at, "&#9;", 4) ||
				!strncmp(at, "&#10;", 5));
	}
}

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

/* Whether `word`, in lower case, stands in the text in any case. */
static bool has(const struct strbuf *out, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= out->length; i++) {
		size_t same = 0;

		while (same < length && lower(out->text[i + same]) == word[same])
			same++;
		if (same == length)
			return true;
	}
	return false;
}

static void check_xml(struct strbuf *out, const char *text, size_t size)
{
	escape_html(out, text, size, 0);
	require_clean(out, "\t\n");
	check_markup(out);
	strbuf_reset(out);
	escape_xml(out, text, size, 0);
	require_clean(out, "");
	check_markup(out);
	require(!has(out, "[[attachment|") && !has(out, "[[property|"));
	strbuf_reset(out);
	escape_xml_text(out, text, size);
	require_clean(out, "\t\n");
	check_markup(out);
	require(!has(out, "[[attachment|") && !has(out, "[[property|"));
	strbuf_reset(out);
}

/* A mere number goes without a span: nothing in it may mean anything. */
static bool is_figure(const struct strbuf *out)
{
	static const char marks[] = " .,%/:;&\\$-+=\xE2\x89\xA5\x80\x93\x88\x92";

	for (size_t i = 0; i < out->length; i++)
		if (!strchr(marks, out->text[i]) && !(out->text[i] >= '0' && out->text[i] <= '9') &&
		    !(lower(out->text[i]) >= 'a' && lower(out->text[i]) <= 'z'))
			return false;
	return out->length && out->length < 200;
}

static void check_span(struct strbuf *out, const char *text, size_t size, char start)
{
	size_t ticks;

	escape_markdown(out, text, size, start);
	require_clean(out, "");
	if (out->length && out->text[0] != '`') {
		require(is_figure(out) && (start || !strcmp(out->text, "n/a")));
		strbuf_reset(out);
		return;
	}
	require(!out->length == !size);
	ticks = strspn(out->text, "`");
	require(!size || out->length > 2 * ticks);
	require(ticks <= 32 &&
		(!size || longest_ticks(out->text + ticks, out->length - 2 * ticks) < ticks));
	for (size_t i = 1; start && i < out->length; i++) {
		if (out->text[i] != '|')
			continue;
		require(out->text[i - 1] == '\\' && out->text[i - 2] != '\\');
	}
	strbuf_reset(out);
}

static void check_fence(struct strbuf *out, const char *text, size_t size)
{
	size_t ticks, end;

	escape_markdown_fence(out, text, size);
	require_clean(out, "\t\n");
	ticks = strspn(out->text, "`");
	end = out->length - ticks - 1;
	for (size_t i = ticks; size && i + 1 < end; i++)
		require(out->text[i] != '\n' || !strncmp(out->text + i + 1, "  ", 2));
	require(!size || (ticks >= 3 && longest_ticks(out->text + ticks, end - ticks) < ticks));
	strbuf_reset(out);
}

static void check_data(struct strbuf *out, const char *text, size_t size)
{
	escape_json(out, text, size, 0);
	require_clean(out, "");
	for (size_t i = 0; i < out->length; i++) {
		require(out->text[i] != '"' && out->text[i] != '<');
		if (out->text[i] == '\\')
			require(strchr("bfnrt\"\\u", out->text[++i]));
	}
	strbuf_reset(out);
	escape_csv(out, text, size, 0);
	require_clean(out, "\t\n");
	require(out->text[0] == '"' && out->text[out->length - 1] == '"');
	require(!strchr("=+@\t\r", out->text[1]));
	for (size_t i = 1; i + 1 < out->length; i++)
		if (out->text[i] == '"')
			require(out->text[++i] == '"' && i + 1 < out->length);
	strbuf_reset(out);
}

static void check_terminal(struct strbuf *out, const char *text, size_t size)
{
	escape_terminal(out, text, size, 0);
	require_clean(out, "");
	require(!has(out, "::") && !has(out, "##[") && !has(out, "##vso[") &&
		!has(out, "##teamcity["));
	strbuf_reset(out);
}

static void check_mail(struct strbuf *out, const char *text, size_t size)
{
	escape_mail_html(out, text, size, 0);
	require_clean(out, "\t\n");
	check_markup(out);
	strbuf_reset(out);
	escape_mail_text(out, text, size, 0);
	require_clean(out, "");
	strbuf_reset(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes;
	struct strbuf out = STRBUF_INIT;

	check_xml(&out, text, size);
	check_span(&out, text, size, 0);
	check_span(&out, text, size, '|');
	check_fence(&out, text, size);
	check_data(&out, text, size);
	check_terminal(&out, text, size);
	check_mail(&out, text, size);
	require(utf8_cut(text, size, size / 2) <= size / 2);
	require(utf8_columns(text, size) <= 2 * size);
	strbuf_release(&out);
	return 0;
}
