/*
 * spec FOLDER: runs the Mustache specification's own test suite, the *.json files in FOLDER.
 * Lambdas are left out: the engine has none, on purpose.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/json_values.h"
#include "runtally/base/arena.h"
#include "runtally/template/mustache.h"

enum { FILES_MAX = 64 };

struct tally_of_tests {
	size_t passed, failed;
};

/* As the specification wants it: the program's own escaper writes more. */
static void escape(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '&')
			strbuf_addstr(out, "&amp;");
		else if (text[i] == '<')
			strbuf_addstr(out, "&lt;");
		else if (text[i] == '>')
			strbuf_addstr(out, "&gt;");
		else if (text[i] == '"')
			strbuf_addstr(out, "&quot;");
		else
			strbuf_addch(out, text[i]);
	}
}

/* The root template is called "" and cannot be mistaken for a partial: no tag has an empty name. */
static int load(void *ctx, const char *name, struct template_source *source, struct error *err)
{
	const json_t *test = ctx;
	const json_t *text = *name ? json_object_get(json_object_get(test, "partials"), name)
				   : json_object_get(test, "template");

	(void)err;
	*source = (struct template_source){
		.text = json_string_value(text),
		.length = json_string_length(text),
		.file = *name ? name : "template",
	};
	return 0;
}

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)err;
	strbuf_add(ctx, bytes, length);
	return 0;
}

static const char *text_of(const json_t *test, const char *key)
{
	const char *text = json_string_value(json_object_get(test, key));

	return text ? text : "(missing)";
}

static void run_test(json_t *test, const char *file, struct tally_of_tests *tally)
{
	struct template_set *set = template_set_new(load, test);
	const json_t *expected = json_object_get(test, "expected");
	struct strbuf got = STRBUF_INIT;
	struct error err;

	if (mustache_render(set, "", value_of_json(json_object_get(test, "data")), escape, collect,
			    &got, &err) < 0)
		strbuf_addf(&got, "[error: %s]", err.text);
	if (expected && got.length == json_string_length(expected) &&
	    memcmp(got.text, json_string_value(expected), got.length) == 0) {
		tally->passed++;
	} else {
		tally->failed++;
		printf("%s: %s\n--- template\n%s\n--- expected\n%s\n--- got\n%s\n---\n", file,
		       text_of(test, "name"), text_of(test, "template"), text_of(test, "expected"),
		       got.text);
	}
	strbuf_release(&got);
	template_set_free(set);
}

static int run_file(const char *folder, const char *name, struct tally_of_tests *tally)
{
	struct strbuf path = STRBUF_INIT;
	json_error_t why;
	json_t *suite, *test;
	size_t i;

	strbuf_addf(&path, "%s/%s", folder, name);
	suite = json_load_file(path.text, 0, &why);
	strbuf_release(&path);
	if (!suite || !json_array_size(json_object_get(suite, "tests"))) {
		fprintf(stderr, "spec: %s: %s\n", name, suite ? "no tests" : why.text);
		json_decref(suite);
		return -1;
	}
	json_array_foreach(json_object_get(suite, "tests"), i, test) run_test(test, name, tally);
	json_decref(suite);
	return 0;
}

static int is_suite(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0 &&
	       strcmp(entry->d_name, "~lambdas.json") != 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_suites(const char *folder, struct arena *arena, const char *names[FILES_MAX])
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t count = 0;

	while (dir && count < FILES_MAX && (entry = readdir(dir)))
		if (is_suite(entry))
			names[count++] = arena_strdup(arena, entry->d_name);
	if (dir)
		closedir(dir);
	qsort(names, count, sizeof(*names), by_name);
	return count;
}

int main(int argc, char **argv)
{
	struct tally_of_tests tally = {0};
	const char *names[FILES_MAX];
	struct arena arena;
	size_t count;
	int result = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: spec FOLDER\n");
		return 2;
	}
	arena_init(&arena, 0);
	count = list_suites(argv[1], &arena, names);
	for (size_t i = 0; i < count; i++)
		result |= run_file(argv[1], names[i], &tally);
	printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
	arena_release(&arena);
	return result < 0 || tally.failed || !tally.passed;
}
