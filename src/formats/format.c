#include "runtally/formats/format.h"

#include <string.h>
#include <strings.h>

#include "html/html.h"
#include "junit/junit.h"
#include "mail/mail.h"
#include "markdown/markdown.h"
#include "runtally/formats/site.h"
#include "runtally/view/view.h"

const struct render_options default_render_options = {
	.junit_name_bytes = 200,
	.junit_message_chars = 300,
	.junit_failure_bytes = 8 * 1024,
	.junit_passed_output_bytes = 900,
	.junit_failed_output_bytes = 16 * 1024,
	.junit_file_bytes = 25 * 1000 * 1000,
	.html_bytes = 9500 * 1000,
	.site_bytes = 60 * 1000 * 1000,
	.site_files = 5000,
	.markdown_bytes = 65000,
	.mail_bytes = 80000,
	.date = TIME_UNKNOWN,
};

/* Long lists of the printed view are cut: it is for reading. */
enum { VIEW_LIST_LIMIT = 3 };

static int render_view(const struct rendering *rendering, struct error *err)
{
	struct value root = view_root(rendering->view);

	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return view_print(&root, VIEW_LIST_LIMIT, rendering->sink, rendering->ctx, err);
}

static const struct format html = {
	.name = "html",
	.details = true,
	.failure_groups = true,
	.series = true,
	.reliability = true,
	.breakdowns = true,
	.extension = ".html",
	.summary = "one page for a browser, complete without scripts",
	.template = "html/report",
	.escape = escape_html,
	.render = html_render,
	.style = "style",
};

static const struct format site = {
	.name = "site",
	.details = true,
	.failure_groups = true,
	.series = true,
	.reliability = true,
	.breakdowns = true,
	.extension = "/",
	.summary = "a folder of pages: index, suites, cases, runs",
	.template = "html/index",
	.escape = escape_html,
	.render = site_render,
	.folder = true,
};

static const struct format markdown = {
	.name = "markdown",
	.details = true,
	.reliability = true,
	.extension = ".md",
	.summary = "job summary or merge-request comment, within a size budget",
	.template = "markdown/report",
	.escape = escape_markdown,
	.render = markdown_render,
};

static const struct format junit = {
	.name = "junit",
	.details = true,
	.extension = ".xml",
	.summary = "JUnit XML for Jenkins, GitLab and others",
	.template = "junit/report",
	.escape = escape_xml,
	.render = junit_render,
};

static const struct format json = {
	.name = "json",
	.failure_groups = true,
	.trend = true,
	.reliability = true,
	.extension = ".json",
	.summary = "all figures for programs (schema runtally.report/1)",
	.template = "json/report",
	.escape = escape_json,
};

static const struct format records = {
	.name = "records",
	.extension = ".ndjson",
	.summary = "one normalised run a line (schema runtally.run/1); can be read again",
	.template = "records/report",
	.escape = escape_json,
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
	.reliability = true,
	.template = "text/report",
	.escape = escape_terminal,
};

/* Of each list in a mail: it is read at a glance, and leads to the full report. */
enum { MAIL_ROWS = 8 };

static const struct format mail_html = {
	.name = "mail-html",
	.failure_groups = true,
	.summary = "the HTML of the mail, for what sends bodies",
	.rows = MAIL_ROWS,
	.template = "mail/html",
	.escape = escape_mail_html,
	.render = mail_html_render,
};

static const struct format mail_text = {
	.name = "mail-text",
	.failure_groups = true,
	.summary = "the text of the mail, likewise",
	.rows = MAIL_ROWS,
	.template = "mail/text",
	.escape = escape_mail_text,
	.render = mail_text_render,
};

static const struct format *const mail_bodies[] = {&mail_text, &mail_html};

static const struct format mail = {
	.name = "mail",
	.failure_groups = true,
	.extension = ".eml",
	.summary = "a mail, whole: give it to sendmail (needs --mail-from, --mail-to)",
	.template = "mail/subject",
	.escape = escape_mail_text,
	.render = mail_render,
	.bodies = mail_bodies,
};

static const struct format bundle = {
	.name = "bundle",
	.details = true,
	.failure_groups = true,
	.series = true,
	.trend = true,
	.reliability = true,
	.breakdowns = true,
	.extension = ".zip",
	.summary = "a ZIP of all of the above",
	.bundle = true,
};

static const struct format view = {
	.name = "view",
	.details = true,
	.failure_groups = true,
	.series = true,
	.trend = true,
	.reliability = true,
	.breakdowns = true,
	.summary = "the values that templates see, as JSON (long lists cut)",
	.escape = escape_json,
	.render = render_view,
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
