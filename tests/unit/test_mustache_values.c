/* The template engine with values that are not JSON, and what it does with its sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "runtally/template/mustache.h"

static void escape(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '<')
			strbuf_addstr(out, "&60;");
		else
			strbuf_addch(out, text[i]);
	}
}

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)err;
	strbuf_add(ctx, bytes, length);
	return 0;
}

static size_t loads;

static int load(void *ctx, const char *name, struct template_source *source, struct error *err)
{
	const char *text =
		strcmp(name, "line") == 0 ? "number {{.}} of many\n" : *(const char **)ctx;

	(void)err;
	loads++;
	*source = (struct template_source){text, strlen(text), name};
	return 0;
}

/* `text` may use a partial that is called `line`. Everything is loaded once. */
static int render(const char *text, struct value root, render_sink *sink, void *ctx,
		  struct error *err)
{
	struct template_set *set = template_set_new(load, &text);
	int result;

	loads = 0;
	result = mustache_render(set, "root", root, escape, sink, ctx, err);
	assert_in_range(loads, 1, 2);
	template_set_free(set);
	return result;
}

static enum value_kind text_kind(const struct value *value)
{
	(void)value;
	return VALUE_TEXT;
}

static void text_text(const struct value *value, struct strbuf *out)
{
	strbuf_addstr(out, value->object);
}

static bool says_yes(const struct value *value)
{
	return value->index == 1;
}

static void raw_is_for_markup(void **state)
{
	static const struct value_ops plain = {.kind = text_kind, .text = text_text};
	static const struct value_ops marked = {
		.kind = text_kind, .text = text_text, .is_markup = says_yes};
	static const struct {
		const struct value_ops *ops;
		size_t index;
		const char *expected;
	} cases[] = {
		{&plain, 0, "&60;&60;&60;"},
		{&marked, 0, "&60;&60;&60;"},
		{&marked, 1, "&60;<<"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct value root = {.ops = cases[i].ops, .object = "<", .index = cases[i].index};
		struct strbuf out = STRBUF_INIT;
		struct error err;

		assert_int_equal(render("{{.}}{{{.}}}{{&.}}", root, collect, &out, &err), 0);
		assert_string_equal(out.text, cases[i].expected);
		strbuf_release(&out);
	}
}

/* A list of as many numbers as its detail says; counts how far it was walked. */
static enum value_kind list_kind(const struct value *value)
{
	(void)value;
	return VALUE_LIST;
}

static void number_text(const struct value *value, struct strbuf *out)
{
	strbuf_addf(out, "%zu", value->index);
}

static const struct value_ops number_ops = {.kind = text_kind, .text = number_text};
static size_t walked;

static bool list_next(const struct value *value, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index == value->index)
		return false;
	walked++;
	*out = (struct value){.ops = &number_ops, .index = cursor->index++};
	return true;
}

static const struct value_ops list_ops = {.kind = list_kind, .next = list_next};

struct progress {
	uint64_t bytes, lines;
	size_t largest, chunks, chunks_allowed;
};

static int measure(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct progress *progress = ctx;

	if (progress->chunks_allowed && progress->chunks == progress->chunks_allowed)
		return error_set(err, "disk full");
	progress->chunks++;
	progress->bytes += length;
	progress->largest = length > progress->largest ? length : progress->largest;
	for (size_t i = 0; i < length; i++)
		progress->lines += bytes[i] == '\n';
	return 0;
}

static int render_numbers(size_t count, struct progress *progress, struct error *err)
{
	struct value root = {.ops = &list_ops, .index = count};

	return render("{{#.}}\n{{>line}}\n{{/.}}\n", root, measure, progress, err);
}

static long peak_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void long_lists_are_streamed(void **state)
{
	enum { COUNT = 1000000 };
	struct progress progress = {0};
	struct error err;
	long before;

	(void)state;
	render_numbers(1000, &progress, &err);
	before = peak_kilobytes();
	progress = (struct progress){0};
	walked = 0;
	assert_int_equal(render_numbers(COUNT, &progress, &err), 0);
	assert_int_equal(walked, COUNT);
	assert_int_equal(progress.lines, COUNT);
	assert_int_equal(progress.bytes, 16 * COUNT + 5888890);
	assert_in_range(progress.largest, 16 * 1024, 64 * 1024);
	assert_in_range(peak_kilobytes() - before, 0, 4096);
}

static void a_failing_sink_ends_it(void **state)
{
	struct progress progress = {.chunks_allowed = 2};
	struct error err;

	(void)state;
	walked = 0;
	assert_int_equal(render_numbers(1000000, &progress, &err), -1);
	assert_string_equal(err.text, "disk full");
	assert_int_equal(progress.chunks, 2);
	assert_in_range(walked, 1, 10000);
	progress = (struct progress){.chunks_allowed = 1};
	assert_int_equal(render_numbers(2000, &progress, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_is_for_markup),
		cmocka_unit_test(long_lists_are_streamed),
		cmocka_unit_test(a_failing_sink_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
