#include "publish.h"

#include <string.h>
#include <sys/stat.h>

#include "runtally/base/folder.h"
#include "runtally/base/format_number.h"
#include "runtally/base/output.h"
#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/cli/console.h"
#include "runtally/template/templates.h"

/* One target being written: its parts so far, of which the last is open. */
struct printing {
	const char *path;
	const struct format *format;
	struct output **parts;
	size_t count, capacity;
	uint64_t bytes; /* of all parts */
	struct arena *arena;
};

/* `report.xml`, then `report-2.xml`, `report-3.xml`. */
static const char *part_path(struct printing *printing, size_t part)
{
	const char *path = printing->path, *name = path_name(path), *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - path) : strlen(path);

	if (!part)
		return path;
	return arena_printf(printing->arena, "%.*s-%zu%s", (int)stem, path, part + 1, path + stem);
}

/* What is at the end of that file of several. */
static const char *mark_of(const struct printing *printing, size_t part)
{
	return arena_printf(printing->arena, "%s%zu%s", printing->format->part_mark[0], part + 1,
			    printing->format->part_mark[1]);
}

static int end_part(const struct printing *printing, struct error *err)
{
	const char *mark;

	if (printing->count < 2)
		return 0;
	mark = mark_of(printing, printing->count - 1);
	return output_write(printing->parts[printing->count - 1], mark, strlen(mark), err);
}

static int begin_part(void *ctx, size_t part, struct error *err)
{
	struct printing *printing = ctx;
	struct output *output;

	if (part && strcmp(printing->path, "-") == 0)
		return error_set(err, "standard output: the report is over its size budget and "
				      "needs several files: give it a path");
	if (part && (end_part(printing, err) || output_finish(printing->parts[part - 1], err)))
		return -1;
	output = output_open(part_path(printing, part), err);
	if (!output)
		return -1;
	printing->parts = array_reserve(printing->parts, &printing->capacity, printing->count + 1,
					sizeof(*printing->parts));
	printing->parts[printing->count++] = output;
	return 0;
}

static int write_part(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct printing *printing = ctx;

	printing->bytes += length;
	return output_write(printing->parts[printing->count - 1], bytes, length, err);
}

/* How parts begin that bear no mark: those of versions that knew them by the title alone. */
static const char *beginning_of_parts(const char *title, struct arena *arena)
{
	struct strbuf name = STRBUF_INIT;
	const char *beginning;

	escape_xml(&name, title, strlen(title), 0);
	beginning = arena_printf(arena, "<testsuites name=\"%s\" tests=\"", name.text);
	strbuf_release(&name);
	return beginning;
}

/* Whether the command writes that file itself, by whatever path. */
static bool is_target(const struct options *options, const char *path)
{
	struct stat file, other;

	if (stat(path, &file))
		return false;
	for (size_t i = 0; i < options->target_count; i++)
		if (stat(options->targets[i].path, &other) == 0 && other.st_dev == file.st_dev &&
		    other.st_ino == file.st_ino)
			return true;
	return false;
}

static int remove_old_parts(const struct options *options, const char *title,
			    struct printing *printing, struct error *err)
{
	const char *beginning = beginning_of_parts(title, printing->arena);
	int removed = printing->format->part_mark[0] && strcmp(printing->path, "-") != 0;

	for (size_t part = printing->count; removed > 0; part++) {
		const char *path = part_path(printing, part);

		removed =
			is_target(options, path)
				? 0
				: output_remove_old(path, beginning, mark_of(printing, part), err);
	}
	return removed;
}

static const char *template_file(const struct options *options, const struct format *format)
{
	for (size_t i = options->template_count; i > 0; i--)
		if (options->templates[i - 1].format == format)
			return options->templates[i - 1].file;
	return NULL;
}

/* The page's policy allows just this style sheet, also when it is the user's own. */
static int hash_style(struct templates *templates, const struct format *format,
		      const struct view *view, struct strbuf *hash, struct error *err)
{
	struct strbuf style = STRBUF_INIT;
	int failed;

	if (!format->style)
		return 0;
	failed = mustache_render(templates_set(templates), format->style, view_root(view),
				 format->escape, sink_to_text, &style, err);
	if (!failed)
		sha256_base64(hash, style.text, style.length);
	strbuf_release(&style);
	return failed;
}

static int begin_body(void *ctx, size_t part, struct error *err)
{
	(void)ctx, (void)part, (void)err;
	return 0;
}

static int render(const struct options *options, const struct format *format, struct view *view,
		  struct rendering *rendering, struct error *err);

/* A message is made of reports of other formats, each with its own templates. */
static int render_bodies(const struct options *options, const struct format *format,
			 struct view *view, struct strbuf *bodies, struct error *err)
{
	for (size_t i = 0; format->bodies && i < 2; i++) {
		struct rendering rendering = {
			.begin = begin_body, .sink = sink_to_text, .ctx = &bodies[i]};

		if (render(options, format->bodies[i], view, &rendering, err))
			return -1;
	}
	return 0;
}

/* Renders one format into a sink. */
static int render(const struct options *options, const struct format *format, struct view *view,
		  struct rendering *rendering, struct error *err)
{
	struct templates *templates = NULL;
	struct strbuf hash = STRBUF_INIT;
	int failed;

	for (size_t i = 0; i < 2; i++)
		strbuf_init(&rendering->bodies[i]);
	failed = render_bodies(options, format, view, rendering->bodies, err);
	if (format->template && !failed) {
		templates = templates_new(format->template, options->templates_folder,
					  template_file(options, format));
		failed = hash_style(templates, format, view, &hash, err);
		rendering->templates = templates_set(templates);
	}
	view->style_hash = hash.text;
	view->rows = format->rows ? format->rows : SIZE_MAX;
	rendering->format = format;
	rendering->view = view;
	if (!failed)
		failed = format_render(rendering, err);
	view->style_hash = NULL;
	for (size_t i = 0; i < 2; i++)
		strbuf_release(&rendering->bodies[i]);
	strbuf_release(&hash);
	templates_free(templates);
	return failed;
}

/* CI servers take so much of all parts together, and drop them all where it is more. */
static void note_size(const struct options *options, const struct printing *printing)
{
	struct strbuf text = STRBUF_INIT;

	if (options->verbosity < 0 || !printing->format->part_mark[0] ||
	    printing->bytes <= options->render.junit_job_bytes)
		return;
	strbuf_addstr(&text, "warning: JUnit has ");
	format_count(&text, printing->bytes);
	strbuf_addstr(&text, " bytes in all its files, more than junit-job-bytes; GitLab refuses a "
			     "job with more than 100 MiB");
	console_error(printing->path, text.text);
	strbuf_release(&text);
}

static int publish_one(const struct options *options, const struct target *target,
		       struct view *view, struct error *err)
{
	struct arena arena;
	struct printing printing = {
		.path = target->path, .format = target->format, .arena = &arena};
	struct rendering rendering = {.begin = begin_part, .sink = write_part, .ctx = &printing};
	int failed;

	arena_init(&arena, 0);
	failed = render(options, target->format, view, &rendering, err) || end_part(&printing, err);
	if (!failed)
		failed = outputs_commit(printing.parts, printing.count, err);
	else
		for (size_t i = 0; i < printing.count; i++)
			output_abort(printing.parts[i]);
	if (!failed)
		failed = remove_old_parts(options, view->title, &printing, err);
	if (!failed)
		note_size(options, &printing);
	memory_free(printing.parts);
	arena_release(&arena);
	return failed ? -1 : 0;
}

static int publish_folder(const struct options *options, const struct target *target,
			  struct view *view, struct error *err)
{
	struct folder *folder = folder_open(target->path, target->format->folder, err);
	struct rendering rendering = {
		.begin_file = folder_begin, .sink = folder_write, .ctx = folder};

	if (!folder)
		return -1;
	if (render(options, target->format, view, &rendering, err)) {
		folder_abort(folder);
		return -1;
	}
	return folder_commit(folder, err);
}

/* ---- the bundle: the same, into entries ---- */

struct bundling {
	struct bundle *bundle;
	const struct format *format;
	struct strbuf name, bytes; /* of the entry that is open; no name: none is */
};

static void pack_entry(struct bundling *bundling)
{
	if (bundling->name.length)
		bundle_add(bundling->bundle, bundling->name.text, bundling->bytes.text,
			   bundling->bytes.length);
	strbuf_reset(&bundling->name);
	strbuf_reset(&bundling->bytes);
}

static int begin_entry(void *ctx, size_t part, struct error *err)
{
	struct bundling *bundling = ctx;

	(void)err;
	pack_entry(bundling);
	strbuf_addstr(&bundling->name, "report");
	if (part)
		strbuf_addf(&bundling->name, "-%zu", part + 1);
	strbuf_addstr(&bundling->name, bundling->format->extension);
	return 0;
}

static int begin_entry_of_folder(void *ctx, const char *name, struct error *err)
{
	struct bundling *bundling = ctx;

	(void)err;
	pack_entry(bundling);
	strbuf_addf(&bundling->name, "%s/%s", bundling->format->name, name);
	return 0;
}

static int write_entry(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct bundling *bundling = ctx;

	(void)err;
	strbuf_add(&bundling->bytes, bytes, length);
	return 0;
}

static int pack_format(const struct options *options, const struct format *format,
		       struct view *view, struct bundle *bundle, struct error *err)
{
	struct bundling bundling = {
		.bundle = bundle, .format = format, .name = STRBUF_INIT, .bytes = STRBUF_INIT};
	struct rendering rendering = {.begin = begin_entry,
				      .begin_file = begin_entry_of_folder,
				      .sink = write_entry,
				      .ctx = &bundling};
	int failed = render(options, format, view, &rendering, err);

	if (!failed)
		pack_entry(&bundling);
	strbuf_release(&bundling.name);
	strbuf_release(&bundling.bytes);
	return failed;
}

static int publish_bundle(const struct options *options, const struct target *target,
			  struct view *view, struct error *err)
{
	struct bundle *bundle = bundle_new();
	int64_t latest = view->counts->period_to;
	struct output *output;
	int failed = 0;

	for (size_t i = 0; formats[i] && !failed; i++)
		if (!formats[i]->bundle && formats[i]->extension &&
		    format_is_possible(formats[i], &options->render))
			failed = pack_format(options, formats[i], view, bundle, err);
	output = failed ? NULL : output_open(target->path, err);
	if (!output) {
		bundle_free(bundle);
		return -1;
	}
	if (bundle_commit(bundle, output, latest == TIME_UNKNOWN ? 0 : latest / 1000, err)) {
		output_abort(output);
		return -1;
	}
	return output_commit(output, err);
}

int publish(const struct options *options, const struct target *target, struct view *view,
	    struct error *err)
{
	if (target->format->bundle)
		return publish_bundle(options, target, view, err);
	if (target->format->folder)
		return publish_folder(options, target, view, err);
	return publish_one(options, target, view, err);
}
