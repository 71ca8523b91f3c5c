#include "fields.h"

#include "members.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/site.h"

/* What `at` counts from; NULL: there is no such thing. */
static const char *base_of(const struct value *of)
{
	const struct member *member = of->detail;
	const char *base = member->from ? member->from(of) : of->object;

	if (base && member->via)
		base = *(const char *const *)(base + member->via - 1);
	return base;
}

const void *value_field(const struct value *of)
{
	const char *base = base_of(of);

	return base ? base + value_member(of)->at : NULL;
}

static bool is_told(const struct member *member, const char *base)
{
	const char *at = base + (member->known & ~(unsigned)(KNOWN_FLAG | KNOWN_COUNT));

	if (member->known & KNOWN_FLAG)
		return *(const bool *)at;
	return !member->known || *(const uint64_t *)at > 0;
}

static int64_t read_field(enum member_kind kind, const void *field)
{
	int64_t figure;

	switch (kind) {
	case SIZE:
		return (int64_t) * (const size_t *)field;
	case PERCENT:
	case SCORE:
	case MICRO:
		return *(const int32_t *)field;
	case OUTCOME:
		figure = *(const enum outcome *)field;
		return figure == OUTCOME_COUNT ? FIGURE_UNKNOWN : figure;
	case DURATION:
		figure = *(const int64_t *)field;
		return figure < 0 ? FIGURE_UNKNOWN : figure;
	default:
		return *(const int64_t *)field;
	}
}

int64_t figure_of(const struct value *of)
{
	const struct member *member = of->detail;
	const char *base = base_of(of);

	if (!base || !is_told(member, base))
		return FIGURE_UNKNOWN;
	return member->number ? member->number(of) : read_field(member->kind, base + member->at);
}

static void add_hundredths(struct strbuf *out, int64_t hundredths)
{
	format_digits(out, (uint64_t)hundredths / 100, 0);
	strbuf_addch(out, '.');
	format_digits(out, (uint64_t)hundredths % 100, 2);
}

static void add_time(struct strbuf *out, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	strbuf_addstr(out, text);
}

void view_moment(struct strbuf *out, int64_t ms, enum moment_precision precision)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	text[10] = ' ';
	strbuf_add(out, text, 11 + (size_t)precision);
}

static void add_day(struct strbuf *out, int64_t ms)
{
	char text[DATE_TEXT_SIZE];

	time_local_date_text(ms, text);
	strbuf_addstr(out, text);
}

void view_add_days(int64_t first, int64_t last, struct strbuf *out)
{
	add_day(out, first);
	if (time_local_days(first) == time_local_days(last))
		return;
	strbuf_addstr(out, " to ");
	add_day(out, last);
}

/* For programs. */
static void add_raw(enum member_kind kind, int64_t figure, struct strbuf *out)
{
	switch (kind) {
	case MONEY:
		format_nano(out, figure);
		break;
	case PERCENT:
	case SCORE:
	case MICRO:
		format_micro(out, (int32_t)figure);
		break;
	case SHARE:
		add_hundredths(out, figure);
		break;
	case TIME:
	case SECOND:
	case MINUTE:
	case DAY:
		add_time(out, figure);
		break;
	case OUTCOME:
		strbuf_addstr(out, outcome_name((enum outcome)figure));
		break;
	default:
		format_digits(out, (uint64_t)figure, 0);
	}
}

/* For people; what reads alike for both is left to add_raw. */
static void add_figure(enum member_kind kind, int64_t figure, struct strbuf *out)
{
	switch (kind) {
	case COUNT:
	case SIZE:
		format_count(out, (uint64_t)figure);
		break;
	case BYTES:
		format_bytes(out, (uint64_t)figure);
		break;
	case MONEY:
		format_money(out, figure);
		break;
	case DURATION:
		format_duration(out, figure);
		break;
	case PERCENT:
		format_percent(out, (int32_t)figure);
		break;
	case SCORE:
		format_score(out, (int32_t)figure);
		break;
	case SECOND:
		view_moment(out, figure, SECONDS);
		break;
	case MINUTE:
		view_moment(out, figure, MINUTES);
		break;
	case DAY:
		add_day(out, figure);
		break;
	default:
		add_raw(kind, figure, out);
	}
}

void figure_text(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;
	int64_t figure = figure_of(of);

	if (figure == FIGURE_UNKNOWN) {
		if (member->absent)
			strbuf_addstr(out, member->absent);
		return;
	}
	if (member->least && member->least(of))
		strbuf_addstr(out, "≥ ");
	if (member->show)
		member->show(out, figure);
	else
		add_figure(member->kind, figure, out);
}

void figure_raw_text(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;
	int64_t figure = figure_of(of);

	if (figure != FIGURE_UNKNOWN)
		add_raw(member->kind, figure, out);
}

/* ---- lists ---- */

struct view_window view_window(const struct view *view, enum view_list list)
{
	size_t count = list < LIST_CASES ? view->rows : SIZE_MAX;

	if (view->site)
		return view->site->windows[list];
	return (struct view_window){.count = count, .listed = count};
}

int64_t view_hidden(const struct value *of, enum view_list which, uint64_t count)
{
	size_t listed = view_window(value_view(of), which).listed;

	return count > listed ? (int64_t)(count - listed) : 0;
}

void list_of(const struct value *of, struct value_list *list)
{
	const struct member *member = of->detail;
	const char *base = base_of(of);
	struct view_window window;

	*list = (struct value_list){.keeps = member->keeps, .size = member->size};
	if (member->list) {
		member->list(of, list);
	} else if (base) {
		list->items =
			member->parts ? of->object : *(const void *const *)(base + member->at);
		list->count = *(const size_t *)(base + member->count);
		list->pointers = !member->size && !member->parts;
	}
	if (member->cut) {
		window = view_window(value_view(of), (enum view_list)(member->cut - 1));
		list->cut = true;
		list->first = window.first;
		list->most = window.count;
	}
}

static const void *item_at(const struct value_list *list, size_t at)
{
	if (list->pointers)
		return ((const void *const *)list->items)[at];
	return (const char *)list->items + at * list->size;
}

bool list_step(const struct value *of, const struct value_list *list, struct value_cursor *cursor,
	       const void **item, size_t *index)
{
	size_t found = (size_t)(uintptr_t)cursor->position, at = list->first + cursor->index;
	size_t end = SIZE_MAX;

	/* Where all are in the list, the cursor counts its elements. */
	if (!list->keeps) {
		if (at >= list->count || (list->cut && cursor->index >= list->most))
			return false;
		cursor->index++;
		*item = item_at(list, at);
		*index = list->first_index + at;
		return true;
	}
	/* Else it counts items, and its position those that the list keeps. */
	if (list->cut && list->most < SIZE_MAX - list->first)
		end = list->first + list->most;
	while (cursor->index < list->count && found < end) {
		at = cursor->index++;
		*item = item_at(list, at);
		if (!list->keeps(of, *item, at) || found++ < list->first)
			continue;
		cursor->position = (const void *)(uintptr_t)found;
		*index = list->by_place ? list->first_index + at : found - 1;
		return true;
	}
	return false;
}
