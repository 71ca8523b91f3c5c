#include "runtally/formats/format.h"

#include <string.h>
#include <strings.h>

#include "budget.h"
#include "html/site.h"
#include "junit/junit.h"
#include "mail/mail.h"
#include "runtally/view/view.h"

/* Long lists of the printed view are cut: it is for reading. */
enum { VIEW_LIST_LIMIT = 3 };

int sink_to_text(void *text, const char *bytes, size_t length, struct error *err)
{
	(void)err;
	strbuf_add(text, bytes, length);
	return 0;
}

static int render_view(const struct rendering *rendering, struct error *err)
{
	struct value root = view_root(rendering->view);

	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return view_print(&root, VIEW_LIST_LIMIT, rendering->sink, rendering->ctx, err);
}

/* They are read again: what is redacted has to stay what it is. */
static int render_records(const struct rendering *rendering, struct error *err)
{
	const struct format *format = rendering->format;
	struct view own = *rendering->view;

	own.whole_marks = true;
	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return mustache_render(rendering->templates, format->template, view_root(&own),
			       format->escape, rendering->sink, rendering->ctx, err);
}

static const struct format html = {
	.name = "html",
	.extension = ".html",
	.summary = "one page for a browser, complete without scripts",
	.template = "html/report",
	.escape = escape_html,
	.render = budget_cut_plan,
	.limit = offsetof(struct render_options, html_bytes),
	.style = "style",
	.needs = NEED_DETAILS | NEED_FAILURE_GROUPS | NEED_SERIES | NEED_RELIABILITY |
		 NEED_BREAKDOWNS,
};

static const struct format site = {
	.name = "site",
	.extension = "/",
	.summary = "a folder of pages: index, suites, cases, runs",
	.template = "html/index",
	.escape = escape_html,
	.render = site_render,
	.folder = &site_folder,
	.needs = NEED_DETAILS | NEED_FAILURE_GROUPS | NEED_SERIES | NEED_RELIABILITY |
		 NEED_BREAKDOWNS,
};

static const struct format markdown = {
	.name = "markdown",
	.extension = ".md",
	.summary = "job summary or merge-request comment, within a size budget",
	.template = "markdown/report",
	.escape = escape_markdown,
	.render = budget_cut_rows,
	.limit = offsetof(struct render_options, markdown_bytes),
	.needs = NEED_DETAILS | NEED_RELIABILITY,
};

static const struct format junit = {
	.name = "junit",
	.extension = ".xml",
	.summary = "JUnit XML for Jenkins, GitLab and others",
	.template = "junit/report",
	.escape = escape_xml,
	.render = junit_render,
	.needs = NEED_DETAILS,
	.part_mark = {"<!-- runtally: part ", " -->\n"},
};

static const struct format json = {
	.name = "json",
	.extension = ".json",
	.summary = "all figures for programs (schema runtally.report/1)",
	.template = "json/report",
	.escape = escape_json,
	.needs = NEED_FAILURE_GROUPS | NEED_TREND | NEED_RELIABILITY,
};

static const struct format records = {
	.name = "records",
	.extension = ".ndjson",
	.summary = "one normalised run a line (schema runtally.run/1); can be read again",
	.template = "records/report",
	.escape = escape_json,
	.render = render_records,
};

static const struct format csv = {
	.name = "csv",
	.extension = ".csv",
	.summary = "one case a row, for spreadsheets",
	.template = "csv/report",
	.escape = escape_csv,
};

static const struct format text = {
	.name = "text",
	.extension = ".txt",
	.summary = "summary for a terminal",
	.rows = 30,
	.template = "text/report",
	.escape = escape_terminal,
	.needs = NEED_RELIABILITY,
};

/* Of each list in a mail: it is read at a glance, and leads to the full report. */
enum { MAIL_ROWS = 8 };

static const struct format mail_html = {
	.name = "mail-html",
	.summary = "the HTML of the mail, for what sends bodies",
	.rows = MAIL_ROWS,
	.template = "mail/html",
	.escape = escape_mail_html,
	.render = budget_cut_halves,
	.limit = offsetof(struct render_options, mail_bytes),
	.needs = NEED_FAILURE_GROUPS,
};

static const struct format mail_text = {
	.name = "mail-text",
	.summary = "the text of the mail, likewise",
	.rows = MAIL_ROWS,
	.template = "mail/text",
	.escape = escape_mail_text,
	.render = mail_text_render,
	.needs = NEED_FAILURE_GROUPS,
};

static const struct format *const mail_bodies[] = {&mail_text, &mail_html};

static const struct format mail = {
	.name = "mail",
	.extension = ".eml",
	.summary = "a mail, whole: give it to sendmail (needs --mail-from, --mail-to)",
	.template = "mail/subject",
	.escape = escape_mail_text,
	.render = mail_render,
	.bodies = mail_bodies,
	.needs = NEED_FAILURE_GROUPS,
};

static const struct format bundle = {
	.name = "bundle",
	.extension = ".zip",
	.summary = "a ZIP of all of the above",
	.bundle = true,
	.needs = NEED_ALL,
};

static const struct format view = {
	.name = "view",
	.summary = "the values that templates see, as JSON (long lists cut)",
	.escape = escape_json,
	.render = render_view,
	.needs = NEED_ALL,
};

const struct format *const formats[] = {
	&html, &site, &markdown,  &junit,     &json,   &records, &csv,
	&text, &mail, &mail_html, &mail_text, &bundle, &view,    NULL,
};

bool format_is_possible(const struct format *format, const struct render_options *options)
{
	return !format->bodies || (options->mail_from && options->mail_to_count);
}

const struct format *format_by_name(const char *name)
{
	for (size_t i = 0; formats[i]; i++) {
		const char *extension = formats[i]->extension;

		if (strcmp(formats[i]->name, name) == 0 ||
		    (extension && extension[1] && strcmp(extension + 1, name) == 0))
			return formats[i];
	}
	return NULL;
}

const struct format *format_fallback(void)
{
	return &text;
}

const struct format *format_of_records(void)
{
	return &records;
}

const struct format *format_by_path(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; formats[i]; i++) {
		const char *extension = formats[i]->extension;

		if (extension && length > strlen(extension) &&
		    strcasecmp(path + length - strlen(extension), extension) == 0)
			return formats[i];
	}
	return NULL;
}

int format_render(const struct rendering *rendering, struct error *err)
{
	const struct format *format = rendering->format;

	if (format->render)
		return format->render(rendering, err);
	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return mustache_render(rendering->templates, format->template, view_root(rendering->view),
			       format->escape, rendering->sink, rendering->ctx, err);
}
