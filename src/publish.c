#include "runtally/publish.h"

#include <stdio.h>
#include <string.h>

#include "runtally/output.h"
#include "runtally/path.h"
#include "runtally/sha256.h"
#include "runtally/templates.h"

/* One target being written: the part that is open, and how the next is named. */
struct printing {
	const char *path;
	struct output *output;
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

static int begin_part(void *ctx, size_t part, struct error *err)
{
	struct printing *printing = ctx;
	struct output *complete = printing->output;

	if (part && strcmp(printing->path, "-") == 0)
		return error_set(err, "standard output: the report is over its size budget and "
				      "needs several files: give it a path");
	printing->output = NULL;
	if (complete && output_commit(complete, err))
		return -1;
	printing->output = output_open(part_path(printing, part), err);
	return printing->output ? 0 : -1;
}

static int write_part(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct printing *printing = ctx;

	return output_write(printing->output, bytes, length, err);
}

static const char *template_file(const struct options *options, const struct format *format)
{
	for (size_t i = options->template_count; i > 0; i--)
		if (options->templates[i - 1].format == format)
			return options->templates[i - 1].file;
	return NULL;
}

/* The page's policy allows just this style sheet, also when it is the user's own. */
static int hash_style(struct templates *templates, const struct format *format, struct strbuf *hash,
		      struct error *err)
{
	struct template_source style;

	if (!format->style)
		return 0;
	if (templates_text(templates, format->style, &style, err))
		return -1;
	if (style.text)
		sha256_base64(hash, style.text, style.length);
	return 0;
}

/* Renders one format into a sink. */
static int render(const struct options *options, const struct format *format, struct view *view,
		  struct rendering *rendering, struct error *err)
{
	struct templates *templates = NULL;
	struct strbuf hash = STRBUF_INIT;
	int failed = 0;

	if (format->template) {
		templates = templates_new(format, options->templates_folder,
					  template_file(options, format));
		failed = hash_style(templates, format, &hash, err);
		rendering->templates = templates_set(templates);
	}
	view->style_hash = hash.text;
	view->rows = format->rows ? format->rows : SIZE_MAX;
	rendering->format = format;
	rendering->view = view;
	if (!failed)
		failed = format_render(rendering, err);
	view->style_hash = NULL;
	strbuf_release(&hash);
	templates_free(templates);
	return failed;
}

static int publish_one(const struct options *options, const struct target *target,
		       struct view *view, struct error *err)
{
	struct arena arena;
	struct printing printing = {.path = target->path, .arena = &arena};
	struct rendering rendering = {.begin = begin_part, .sink = write_part, .ctx = &printing};
	int failed;

	arena_init(&arena, 0);
	failed = render(options, target->format, view, &rendering, err);
	if (!failed && printing.output)
		failed = output_commit(printing.output, err);
	else if (printing.output)
		output_abort(printing.output);
	arena_release(&arena);
	return failed;
}

/* ---- the bundle: the same, into entries ---- */

struct packing {
	struct bundle *bundle;
	const struct format *format;
	struct strbuf bytes;
	size_t part;
};

static void pack_part(struct packing *packing)
{
	char name[64];

	if (packing->part)
		snprintf(name, sizeof(name), "report-%zu%s", packing->part + 1,
			 packing->format->extension);
	else
		snprintf(name, sizeof(name), "report%s", packing->format->extension);
	bundle_add(packing->bundle, name, packing->bytes.text, packing->bytes.length);
	strbuf_reset(&packing->bytes);
}

static int begin_entry(void *ctx, size_t part, struct error *err)
{
	struct packing *packing = ctx;

	(void)err;
	if (part)
		pack_part(packing);
	packing->part = part;
	return 0;
}

static int write_entry(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct packing *packing = ctx;

	(void)err;
	strbuf_add(&packing->bytes, bytes, length);
	return 0;
}

static int pack_format(const struct options *options, const struct format *format,
		       struct view *view, struct bundle *bundle, struct error *err)
{
	struct packing packing = {.bundle = bundle, .format = format, .bytes = STRBUF_INIT};
	struct rendering rendering = {.begin = begin_entry, .sink = write_entry, .ctx = &packing};
	int failed = render(options, format, view, &rendering, err);

	if (!failed)
		pack_part(&packing);
	strbuf_release(&packing.bytes);
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
		if (!formats[i]->bundle && formats[i]->extension)
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
	return publish_one(options, target, view, err);
}
