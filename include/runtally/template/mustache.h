/*
 * mustache: template + values → text. Mustache 1.4 with the inheritance and dynamic-names modules,
 * white space exactly as the specification says; no lambdas, on purpose. Knows nothing of reports.
 *
 * Values are read through a small interface, so that a list of a million runs is walked one
 * element at a time and never built.
 */
#ifndef RUNTALLY_TEMPLATE_MUSTACHE_H
#define RUNTALLY_TEMPLATE_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/template/escape.h"

struct value_ops;

/*
 * A handle, passed by value; ops == NULL is "nothing" (a failed look-up). The other members belong
 * to the ops, which find through them what they need without allocating anything.
 */
struct value {
	const struct value_ops *ops;
	const void *context;
	const void *object;
	const void *detail;
	size_t index;
};

/* Where an iteration stands; zeroed at its beginning, then the ops' own. */
struct value_cursor {
	size_t index;
	const void *position;
};

/*
 * A name as a template writes it, not NUL-terminated. A tag asks the same few kinds of values again
 * and again: so there is room for look-ups to note what they found for a kind. All zero at first.
 */
enum { NAME_MEMOS = 4 };

struct value_name {
	const char *text;
	size_t length;
	struct value_memo {
		const void *kind, *found;
	} memos[NAME_MEMOS];
	unsigned memo_next; /* the one that is given up next */
};

enum value_kind {
	VALUE_FALSE, /* false, null, empty text: an inverted section shows */
	VALUE_TEXT,  /* text, number or true */
	VALUE_OBJECT,
	VALUE_LIST, /* falsey when its first next() finds nothing */
};

struct value_ops {
	enum value_kind (*kind)(const struct value *value);
	/* Sets *out to the member `name`; false: has none. NULL: never has. */
	bool (*member)(const struct value *value, struct value_name *name, struct value *out);
	/* Sets *out to the list's next element; false: no more. NULL: not a list. */
	bool (*next)(const struct value *value, struct value_cursor *cursor, struct value *out);
	/* Appends the text as it is, not escaped. NULL: prints nothing. */
	void (*text)(const struct value *value, struct strbuf *out);
	/*
	 * Whether the text is markup that our own code produced: only then do {{{x}}} and {{&x}}
	 * print it raw; everything else goes through the escaper however it is asked for. NULL:
	 * never.
	 */
	bool (*is_markup)(const struct value *value);
};

/*
 * Finds the source of a template or partial. NULL in *text means "there is none": a partial then
 * renders as nothing, a root template is an error. {{>*name}} asks for names that come from values,
 * so from untrusted data: check them as such. The text is borrowed and must outlive the set.
 * `file` is what errors name.
 */
struct template_source {
	const char *text;
	size_t length;
	const char *file;
};
typedef int template_loader(void *ctx, const char *name, struct template_source *source,
			    struct error *err);

/* Parsed templates by name, each parsed once. */
struct template_set;

struct template_set *template_set_new(template_loader *load, void *ctx);
void template_set_free(struct template_set *set);

/* Takes rendered bytes as they come; -1 and an error ends the rendering. */
typedef int render_sink(void *ctx, const char *bytes, size_t length, struct error *err);

/*
 * Renders template `name` with `root`. -1 and an error that names template file, line and column
 * (`html/report.mustache:12:3: section "runs" is never closed`), also for partials nested deeper
 * than 200 levels, or when the sink fails. What was sunk before an error stays with the sink.
 */
int mustache_render(struct template_set *set, const char *name, struct value root,
		    escape_fn *escape, render_sink *sink, void *sink_ctx, struct error *err);

#endif
