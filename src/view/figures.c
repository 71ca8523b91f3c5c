#include "figures.h"

#include "members.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/view.h"

const void *value_field(const struct value *of)
{
	const struct member *member = of->detail;
	const char *base = member->from ? member->from(of) : of->object;

	return base ? base + member->at : NULL;
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
	const char *base = member->from ? member->from(of) : of->object;

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
