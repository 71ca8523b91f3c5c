#include "definitions.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtally/base/path.h"
#include "runtally/ingest/join.h"

static const char *const kind_names[] = {
	[DEFINES_SUITE] = "suite",
	[DEFINES_CASE] = "case",
	[DEFINES_AGENT] = "agent",
};

/* ---- what a file holds ---- */

static void add_label(struct strbuf *out, const char *name, const struct label *label)
{
	struct strbuf inner = STRBUF_INIT;

	history_text(&inner, "id", label->id);
	history_text(&inner, "name", label->name);
	if (inner.length)
		strbuf_addf(out, ",\"%s\":{%s}", name, inner.text + 1);
	strbuf_release(&inner);
}

static void add_line(struct strbuf *out, const struct definition *definition)
{
	strbuf_addstr(out, "{\"schema\":\"" DEFINITION_SCHEMA "\"");
	history_text(out, "source", definition->source);
	history_text(out, "kind", kind_names[definition->kind]);
	history_text(out, "id", definition->id);
	history_text(out, "name", definition->name);
	add_label(out, "suite", &definition->suite);
	add_label(out, "agent", &definition->agent);
	strbuf_addstr(out, "}\n");
}

static bool bear_marks(const struct definition *definitions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct definition definition = definitions[i];

		for (size_t n = 0; n < DEFINITION_LABELS; n++) {
			const char *label = *definition_label(&definition, n);

			if (label && marks_are_in(label))
				return true;
		}
	}
	return false;
}

/* `path`: of the file, "" before. */
static int write_file(const char *folder, const char *moment, const char *key_check,
		      const struct definition *definitions, size_t count, struct strbuf *path,
		      struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int failed;

	if (key_check[0])
		strbuf_addf(&text, "{\"schema\":\"" HISTORY_SCHEMA "\",\"key_check\":\"%s\"}\n",
			    key_check);
	for (size_t i = 0; i < count; i++)
		add_line(&text, &definitions[i]);
	failed = history_put(folder, HISTORY_DEFINITIONS, moment, &text, path, err);
	strbuf_release(&text);
	return failed;
}

int definitions_add(const char *folder, int64_t at, const struct mark_key *key,
		    const struct history_news *news, struct error *err)
{
	const size_t count = news->definition_count;
	struct strbuf moment = STRBUF_INIT, path = STRBUF_INIT;
	bool is_marked = key->is_own || bear_marks(news->definitions, count);
	int failed = 0;

	history_moment(&moment, at);
	if (count)
		failed = write_file(folder, moment.text, is_marked ? key->check : "",
				    news->definitions, count, &path, err);
	strbuf_release(&moment);
	strbuf_release(&path);
	return failed;
}

/* ---- many into one ---- */

static int remove_others(const struct history_files *files, const char *kept, struct error *err)
{
	for (size_t i = files->of_months; i < files->count; i++) {
		const char *path = files->items[i].path;

		if (strcmp(path, kept) != 0 && unlink(path) != 0 && errno != ENOENT)
			return error_set(err, "%s: cannot remove: %s", path, strerror(errno));
	}
	return 0;
}

/*
 * The new file has the moment of the last of them: what another call adds meanwhile is later, and
 * stays so.
 */
int definitions_roll_up(const struct history_files *files, const char *folder,
			const struct ingest_options *options, struct notes *notes,
			struct error *err)
{
	const char *last = path_name(files->items[files->count - 1].path);
	struct strbuf moment = STRBUF_INIT, path = STRBUF_INIT;
	struct ingest_counts counts;
	struct definition *told;
	struct notes found;
	struct runs runs;
	size_t count;
	int failed = 0;

	notes_init(&found, notes->limit);
	runs_init(&runs, NULL);
	history_ingest(files, files->of_months, files->count, options, &runs, &counts, &found);
	told = definitions_news(&runs, NULL, &count);
	if (!found.errors) {
		strbuf_add(&moment, last, strcspn(last, "-"));
		failed =
			write_file(folder, moment.text, counts.keys.first, told, count, &path, err);
		if (!failed)
			failed = remove_others(files, path.text, err);
	} else {
		notes_append(notes, &found, 0);
	}
	memory_free(told);
	runs_release(&runs);
	notes_release(&found);
	strbuf_release(&moment);
	strbuf_release(&path);
	return failed;
}
