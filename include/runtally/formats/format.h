/*
 * format: THE TABLE of output formats, and where their templates are found.
 *
 * A format is a row: a name, an extension, a template, an escaper. A report that needs more than
 * one rendering (a size budget, numbered files) has a function in its row.
 */
#ifndef RUNTALLY_FORMATS_FORMAT_H
#define RUNTALLY_FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/analysis/analysis.h"
#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/template/escape.h"
#include "runtally/template/mustache.h"
#include "runtally/view/render.h"

struct view;
struct format;
struct folder_kind;

/* A rendered report: one file, or several (JUnit beyond its budget). */
struct rendering {
	const struct format *format;
	struct template_set *templates;
	const struct view *view;
	struct strbuf bodies[2]; /* of a message: what its bodies' formats gave */
	/*
	 * Begins file `part` (0 is the report itself; 1.. are numbered beside it) and ends the one
	 * before. Until the first call the sink must not be used.
	 */
	int (*begin)(void *ctx, size_t part, struct error *err);
	/* The same for the files of a folder, each by its name. */
	int (*begin_file)(void *ctx, const char *name, struct error *err);
	render_sink *sink;
	void *ctx;
};

struct format {
	const char *name;      /* html, site, markdown, junit, json, records, csv, text, ... */
	const char *extension; /* ".html"; "/": a folder; NULL: cannot be told from a name */
	const char *summary;   /* one line of --list-formats */
	const char *template;  /* root template, "html/report"; NULL: none */
	escape_fn *escape;
	/* NULL: the template is rendered once with the view's root. */
	int (*render)(const struct rendering *rendering, struct error *err);
	unsigned needs;    /* enum need: what it shows of that which takes time or memory */
	size_t rows;       /* of each list that a size budget cuts; 0: all */
	size_t limit;      /* of its bytes: an offset in struct render_options; 0: none */
	const char *style; /* the template of the style whose hash the page carries; NULL: none */
	const struct format *const *bodies; /* a message: of its text and its HTML; NULL: none */
	/* Of a format with many files, by name: how an earlier folder of it is known; else NULL. */
	const struct folder_kind *folder;
	bool bundle; /* an archive of all formats that are not, and have an extension */
	/*
	 * Of a format that beyond its size is several files (report.xml, report-2.xml, ...): what
	 * stands before and after the number of a part at the end of each but the first, so that it
	 * is known for one of ours whatever made the rest of it. NULL: it is one file.
	 */
	const char *part_mark[2];
};

/* No mark of a part takes more bytes. */
enum { PART_MARK_MAX = 64 };

extern const struct format *const formats[]; /* ended by NULL */

/* Whether the options tell all that it needs: a message has a sender and recipients. */
bool format_is_possible(const struct format *format, const struct render_options *options);

/* By name or by extension without its dot ("md"); NULL where there is none. */
const struct format *format_by_name(const char *name);
/* What standard output gets where no format is named; what a history keeps, to be read again. */
const struct format *format_fallback(void);
const struct format *format_of_records(void);
/* By the ending of a path; NULL where none fits. */
const struct format *format_by_path(const char *path);

/* A render_sink; `text` is a struct strbuf. */
int sink_to_text(void *text, const char *bytes, size_t length, struct error *err);

/* Renders the view in the format's way into the rendering's sink. */
int format_render(const struct rendering *rendering, struct error *err);

#endif
