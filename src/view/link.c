#include <string.h>

#include "members.h"
#include "runtally/base/sha256.h"
#include "runtally/view/site.h"

/* ---- anchors ---- */

/*
 * The first 64 bits of SHA-256: the same in every report, and hard to find two names for, as it is
 * not with hashes for tables.
 */
enum { ANCHOR_BYTES = 8 };

static void add_anchor(struct strbuf *out, char kind, const char *const *texts)
{
	static const char digits[] = "0123456789abcdef";
	struct strbuf whole = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];

	strbuf_addch(&whole, kind);
	for (; *texts; texts++) {
		strbuf_addch(&whole, '\0');
		strbuf_addstr(&whole, *texts);
	}
	sha256(whole.text, whole.length, digest);
	strbuf_release(&whole);
	strbuf_addf(out, "%c-", kind);
	for (int i = 0; i < ANCHOR_BYTES; i++) {
		strbuf_addch(out, digits[digest[i] >> 4]);
		strbuf_addch(out, digits[digest[i] & 15]);
	}
}

static void anchor_suite(struct strbuf *out, const struct suite_group *suite)
{
	add_anchor(out, 's', (const char *const[]){suite->source, suite->key, NULL});
}

void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group)
{
	add_anchor(out, 'c',
		   (const char *const[]){suite->source, suite->key,
					 group->id ? group->id : group->name, NULL});
}

void anchor_run(struct strbuf *out, const struct run *run)
{
	add_anchor(out, 'r', (const char *const[]){run->source, run->run_id, NULL});
}

void anchor_failure_group(struct strbuf *out, const struct failure_group *group)
{
	add_anchor(
		out, 'f',
		(const char *const[]){group->source, cause_name(group->cause), group->key, NULL});
}

/* ---- links ---- */

static const char *const list_names[LIST_COUNT] = {
	[LIST_SUITES] = "suites",
	[LIST_FAILURES] = "failing-runs",
	[LIST_FAILING] = "failures",
	[LIST_FLAKY] = "flaky",
	[LIST_FAILURE_GROUPS] = "families",
	[LIST_CRITERIA] = "criteria",
	[LIST_NOTES] = "notes",
	[LIST_CASES] = "suite",
	[LIST_RUNS] = "case",
};

static void suite_file(struct strbuf *out, const struct suite_group *suite)
{
	strbuf_addstr(out, "suite-");
	anchor_suite(out, suite);
}

static void case_file(struct strbuf *out, const struct suite_group *suite,
		      const struct case_group *group)
{
	strbuf_addstr(out, "case-");
	anchor_case(out, suite, group);
}

static const struct suite_group *suite_of(const struct view *view, const struct case_group *group)
{
	return &view->results->suites[group->suite];
}

/* Of the list of the page that is made; the others are the index'. */
void site_file(const struct view *view, enum view_list list, size_t part, struct strbuf *out)
{
	const void *subject = view->site->subject;

	if (list == LIST_CASES)
		suite_file(out, subject);
	else if (list == LIST_RUNS)
		case_file(out, suite_of(view, subject), subject);
	else
		strbuf_addstr(out, part ? list_names[list] : "index");
	if (part)
		strbuf_addf(out, "-%zu", part + 1);
	strbuf_addstr(out, ".html");
}

/* The part that holds the list's element of that index. */
static size_t part_of(const struct view_window *window, size_t index)
{
	return index < window->opening ? 0 : 1 + (index - window->opening) / window->rest;
}

void view_suite_href(const struct view *view, const struct suite_group *suite, struct strbuf *out)
{
	if (view->site) {
		suite_file(out, suite);
		strbuf_addstr(out, ".html");
	} else {
		strbuf_addch(out, '#');
		anchor_suite(out, suite);
	}
}

void view_case_href(const struct view *view, const struct suite_group *suite,
		    const struct case_group *group, struct strbuf *out)
{
	if (view->site) {
		case_file(out, suite, group);
		strbuf_addstr(out, ".html");
	} else {
		strbuf_addch(out, '#');
		anchor_case(out, suite, group);
	}
}

/* A link that ends in / is a site's. */
void view_case_url(const struct view *view, const struct case_group *group, struct strbuf *out)
{
	size_t length = strlen(view->link);

	strbuf_addstr(out, view->link);
	if (strpbrk(view->link, "#?"))
		return;
	if (length && view->link[length - 1] == '/') {
		case_file(out, suite_of(view, group), group);
		strbuf_addstr(out, ".html");
	} else {
		strbuf_addch(out, '#');
		anchor_case(out, suite_of(view, group), group);
	}
}

void view_run_href(const struct view *view, const struct suite_group *suite,
		   const struct case_group *group, const struct run *run, struct strbuf *out)
{
	if (!run_is_shown(view, run)) {
		view_case_href(view, suite, group, out);
		return;
	}
	strbuf_addstr(out, view->site ? "run-" : "#");
	anchor_run(out, run);
	if (view->site)
		strbuf_addstr(out, ".html");
}

void view_failure_group_href(const struct view *view, size_t index, struct strbuf *out)
{
	if (view->site && index < view->site->failure_groups) {
		strbuf_addstr(out, "cause-");
		anchor_failure_group(out, &view->failure_groups->items[index]);
		strbuf_addstr(out, ".html");
		return;
	}
	if (view->site)
		site_file(view, LIST_FAILURE_GROUPS,
			  part_of(&view->site->windows[LIST_FAILURE_GROUPS], index), out);
	strbuf_addch(out, '#');
	anchor_failure_group(out, &view->failure_groups->items[index]);
}

void view_part_href(const struct view *view, enum view_list list, size_t part, struct strbuf *out)
{
	const char *place = list == LIST_CASES  ? "cases"
			    : list == LIST_RUNS ? "runs"
						: list_names[list];

	site_file(view, list, part, out);
	if (!part)
		strbuf_addf(out, "#%s", place);
}

/* ---- for members ---- */

void text_suite_anchor(const struct value *of, struct strbuf *out)
{
	anchor_suite(out, value_field(of));
}

void text_suite_href(const struct value *of, struct strbuf *out)
{
	view_suite_href(value_view(of), value_field(of), out);
}

void text_case_anchor(const struct value *of, struct strbuf *out)
{
	const struct case_group *group = value_field(of);

	anchor_case(out, suite_of(value_view(of), group), group);
}

void text_case_href(const struct value *of, struct strbuf *out)
{
	const struct case_group *group = value_field(of);

	view_case_href(value_view(of), suite_of(value_view(of), group), group, out);
}
