#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "options_table.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"
#include "runtally/base/utf8.h"
#include "runtally/formats/mime.h"
#include "runtally/history/forget.h"
#include "runtally/model/call.h"

enum {
	DAYS_MAX = 36500,
	DATE_LENGTH = DATE_TEXT_SIZE - 1,
	KEY_BYTES_MAX = 4096,
};

static char *copy_of(struct options *options, const char *text)
{
	return arena_strdup(&options->arena, text);
}

/*
 * `items`, or where it is full a larger copy of it. Capacities are powers of two, so that the
 * count alone tells when.
 */
static void *with_room(struct options *options, const void *items, size_t count, size_t size)
{
	void *grown;

	if (count & (count - 1))
		return (void *)items;
	grown = arena_alloc(&options->arena, (count ? count * 2 : 1) * size);
	return count ? memcpy(grown, items, count * size) : grown;
}

static const char *const *add_text(struct options *options, const char *const *items, size_t *count,
				   const char *text)
{
	const char **grown = with_room(options, items, *count, sizeof(*items));

	grown[(*count)++] = copy_of(options, text);
	return grown;
}

void options_add_input(struct options *options, const char *input)
{
	options->inputs =
		(const char **)add_text(options, options->inputs, &options->input_count, input);
}

void words_add(struct strbuf *list, const char *word)
{
	if (list->length)
		strbuf_addstr(list, ", ");
	strbuf_addstr(list, word);
}

int words_refuse(struct error *err, const char *what, const char *value, struct strbuf *list)
{
	error_set(err, "%s \"%s\"; known: %s", what, value, list->text);
	strbuf_release(list);
	return -1;
}

int words_choose(const char *value, const char *const *words, size_t *index, struct error *err)
{
	struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], value) == 0) {
			*index = i;
			return 0;
		}
	}
	for (size_t i = 0; words[i]; i++)
		words_add(&list, words[i]);
	return words_refuse(err, "unknown word", value, &list);
}

static int unknown_format(const char *value, struct error *err)
{
	struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; formats[i]; i++) {
		words_add(&list, formats[i]->name);
		if (formats[i]->extension)
			strbuf_addf(&list, " (%s)", formats[i]->extension);
	}
	return words_refuse(err, "unknown format", value, &list);
}

/*
 * Reads the FORMAT= in front of `value`: returns what follows it, NULL where there is no `=` or no
 * such format.
 */
static const char *split_format(const char *value, const struct format **format)
{
	const char *equals = strchr(value, '=');
	char name[32];
	size_t length;

	if (!equals || (length = (size_t)(equals - value)) >= sizeof(name))
		return NULL;
	memcpy(name, value, length);
	name[length] = '\0';
	*format = format_by_name(name);
	return *format ? equals + 1 : NULL;
}

static bool has_controls(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return true;
	return false;
}

/* Past slashes and `./`, which name nothing after a slash or in front. */
static const char *past_nothing(const char *path)
{
	for (;;) {
		if (*path == '/')
			path++;
		else if (path[0] == '.' && path[1] == '/')
			path += 2;
		else
			return path;
	}
}

/* Whether two paths are one, as far as their text tells: `./a//b` is `a/b`. */
static bool same_path(const char *a, const char *b)
{
	if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0 || (*a == '/') != (*b == '/'))
		return strcmp(a, b) == 0;
	for (a = past_nothing(a), b = past_nothing(b); *a && *a == *b; a++, b++) {
		if (*a == '/') {
			a = past_nothing(a) - 1;
			b = past_nothing(b) - 1;
		}
	}
	return *a == *b;
}

static int target_parse(struct target *target, const char *value, struct error *err)
{
	target->path = split_format(value, &target->format);
	if (!target->path) {
		target->path = value;
		target->format =
			strcmp(value, "-") == 0 ? format_fallback() : format_by_path(value);
		if (!target->format)
			return unknown_format(value, err);
	}
	if (!*target->path)
		return error_set(err, "\"%s\" names no file", value);
	if (target->format->folder && strcmp(target->path, "-") == 0)
		return error_set(err, "\"%s\": a folder cannot be written to standard output",
				 value);
	if (!target->format->folder && target->path[strlen(target->path) - 1] == '/')
		return error_set(err, "\"%s\" names a folder, not a file", value);
	return 0;
}

int set_output(struct options *options, const char *value, struct error *err)
{
	struct target target;

	if (target_parse(&target, value, err) != 0)
		return -1;
	for (size_t i = 0; i < options->target_count; i++)
		if (same_path(options->targets[i].path, target.path))
			return error_set(err, "two reports would be written to \"%s\"",
					 target.path);
	target.path = copy_of(options, target.path);
	options->targets = with_room(options, options->targets, options->target_count,
				     sizeof(*options->targets));
	options->targets[options->target_count++] = target;
	return 0;
}

int set_template(struct options *options, const char *value, struct error *err)
{
	struct template_choice choice;

	if (!strchr(value, '='))
		return error_set(err, "\"%s\" is not FORMAT=FILE", value);
	choice.file = split_format(value, &choice.format);
	if (!choice.file)
		return unknown_format(value, err);
	if (!choice.format->template)
		return error_set(err, "format %s has no template", choice.format->name);
	if (!*choice.file)
		return error_set(err, "\"%s\" names no file", value);
	for (size_t i = 0; i < options->template_count; i++)
		if (options->templates[i].format == choice.format)
			return error_set(err, "format %s has two templates", choice.format->name);
	choice.file = copy_of(options, choice.file);
	options->templates = with_room(options, options->templates, options->template_count,
				       sizeof(*options->templates));
	options->templates[options->template_count++] = choice;
	return 0;
}

int set_templates(struct options *options, const char *value, struct error *err)
{
	struct stat status;

	if (!*value)
		return error_set(err, "must not be empty");
	options->templates_folder = copy_of(options, value);
	if (stat(value, &status) != 0)
		return error_set(err, "\"%s\": %s", value, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return error_set(err, "\"%s\" is not a folder", value);
	return 0;
}

int set_title(struct options *options, const char *value, struct error *err)
{
	if (!value[strspn(value, " ")])
		return error_set(err, "must not be empty");
	if (has_controls(value))
		return error_set(err, "must not hold control characters or line breaks");
	options->title = copy_of(options, value);
	return 0;
}

/* What follows http:// or https://; NULL where neither stands in front. */
static const char *after_scheme(const char *url)
{
	static const char https[] = "https";
	size_t length = 0;

	while (https[length] && (url[length] | 0x20) == https[length])
		length++;
	if (length < 4 || strncmp(url + length, "://", 3) != 0)
		return NULL;
	return url + length + 3;
}

int set_link(struct options *options, const char *value, struct error *err)
{
	const char *host = after_scheme(value);

	if (!host || !*host || strchr("/?#", *host))
		return error_set(err, "\"%s\" is not an http:// or https:// address", value);
	/* RFC 3986, 2: what is not in this range or among these must be percent-encoded. */
	for (const char *at = host; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at))
			return error_set(err, "\"%s\" holds a character that no URL may hold",
					 value);
	options->link = copy_of(options, value);
	return 0;
}

int set_logo(struct options *options, const char *value, struct error *err)
{
	struct logo *logo = arena_alloc(&options->arena, sizeof(*logo));

	options->logo = logo;
	return logo_read(logo, value, &options->arena, err);
}

/* The whole file but white space at its end, so that the same text can be in the environment. */
int set_identity_key(struct options *options, const char *value, struct error *err)
{
	struct mark_key *key = arena_alloc(&options->arena, sizeof(*key));
	char secret[KEY_BYTES_MAX + 1];
	FILE *file = fopen(value, "rb");
	size_t length;
	bool failed;

	if (!file)
		return error_set(err, "%s: cannot open: %s", value, strerror(errno));
	length = fread(secret, 1, sizeof(secret), file);
	failed = ferror(file);
	fclose(file);
	if (failed)
		return error_set(err, "%s: cannot read", value);
	if (length > KEY_BYTES_MAX)
		return error_set(err, "%s: is longer than %d bytes", value, KEY_BYTES_MAX);
	while (length && strchr(" \t\r\n", secret[length - 1]))
		length--;
	if (!length)
		return error_set(err, "%s: is empty", value);
	mark_key_init(key, secret, length);
	options->ingest.key = key;
	return 0;
}

int set_accent(struct options *options, const char *value, struct error *err)
{
	struct accent *accent = arena_alloc(&options->arena, sizeof(*accent));

	options->accent = accent;
	if (accent_parse(value, accent))
		return 0;
	return error_set(err, "\"%s\" is not a color as #rgb or #rrggbb", value);
}

int set_mail_from(struct options *options, const char *value, struct error *err)
{
	options->render.mail_from = copy_of(options, value);
	return address_check(value, err);
}

int set_mail_to(struct options *options, const char *value, struct error *err)
{
	options->render.mail_to =
		add_text(options, options->render.mail_to, &options->render.mail_to_count, value);
	return address_check(value, err);
}

int set_from(struct options *options, const char *value, struct error *err)
{
	struct strbuf list = STRBUF_INIT;

	options->ingest.from = adapter_by_name(value);
	if (options->ingest.from)
		return 0;
	for (size_t i = 0; adapters[i]; i++)
		words_add(&list, adapters[i]->name);
	return words_refuse(err, "unknown source", value, &list);
}

static int parse_time(const char *value, int64_t *ms, struct error *err)
{
	if (time_or_date_parse(value, ms))
		return 0;
	return error_set(err,
			 "\"%s\" is neither a date (2026-11-20) nor a time "
			 "(2026-11-20T10:00:00Z)",
			 value);
}

static bool is_day(const char *value)
{
	return strlen(value) == DATE_LENGTH;
}

int set_since(struct options *options, const char *value, struct error *err)
{
	struct asked_bound *bound = &options->bounds[BOUND_SINCE];

	bound->text = copy_of(options, value);
	bound->since_in_days = is_day(value);
	return parse_time(value, &bound->period.since, err);
}

int set_until(struct options *options, const char *value, struct error *err)
{
	struct asked_bound *bound = &options->bounds[BOUND_UNTIL];
	int64_t ms;

	if (parse_time(value, &ms, err) != 0)
		return -1;
	bound->text = copy_of(options, value);
	bound->until_in_days = is_day(value);
	bound->period.until = is_day(value) ? ms + DAY_MS : ms;
	return 0;
}

int set_exported(struct options *options, const char *value, struct error *err)
{
	int64_t day;

	if (is_day(value) && time_or_date_parse(value, &day) && day > 0) {
		options->ingest.exported_at = day;
		return 0;
	}
	return error_set(err, "\"%s\" is not a date as in 2026-11-20", value);
}

static int refuse_days(const char *value, struct error *err)
{
	return error_set(err, "\"%s\" is not a number of days or weeks (7d, 2w; %dd at most)",
			 value, DAYS_MAX);
}

int set_last(struct options *options, const char *value, struct error *err)
{
	int64_t ms;

	if (!parse_age_ms(value, DAYS_MAX, &ms))
		return error_set(err,
				 "\"%s\" is not a number of hours, days or weeks (24h, 7d, 2w; %dd "
				 "at most)",
				 value, DAYS_MAX);
	options->bounds[BOUND_LAST].period = (struct period){options->now - ms, options->now};
	options->bounds[BOUND_LAST].text = copy_of(options, value);
	return 0;
}

static void set_days(struct asked_bound *bound, int64_t first, int64_t end)
{
	*bound = (struct asked_bound){.period = {first * DAY_MS, end * DAY_MS},
				      .since_in_days = true,
				      .until_in_days = true};
}

void options_set_week(struct asked_bound *bound, int64_t monday)
{
	set_days(bound, monday, monday + 7);
}

void options_set_month(struct asked_bound *bound, int64_t day)
{
	const struct civil at = civil_from_days(day);

	set_days(bound, days_from_civil(at.year, at.month, 1),
		 days_from_civil(at.year + at.month / 12, at.month % 12 + 1, 1));
}

/* `this` and `last`: which week or month that is depends on the zone, which may come later. */
static bool set_by_now(struct options *options, enum period_bound which, const char *value)
{
	const bool last = strcmp(value, "last") == 0;

	options->bounds[which] = (struct asked_bound){.by = last ? BY_NOW_LAST : BY_NOW_THIS};
	return last || strcmp(value, "this") == 0;
}

int set_week(struct options *options, const char *value, struct error *err)
{
	int64_t day;

	if (set_by_now(options, BOUND_WEEK, value))
		return 0;
	if (!week_parse(value, &day))
		return error_set(err,
				 "\"%s\" is no week of ISO 8601 (2026-W47), nor the word this or "
				 "last",
				 value);
	options_set_week(&options->bounds[BOUND_WEEK], day);
	return 0;
}

int set_month(struct options *options, const char *value, struct error *err)
{
	char first_day[DATE_TEXT_SIZE];
	int64_t ms;

	if (set_by_now(options, BOUND_MONTH, value))
		return 0;
	if (strlen(value) != 7 ||
	    snprintf(first_day, sizeof(first_day), "%s-01", value) != DATE_LENGTH ||
	    !time_or_date_parse(first_day, &ms))
		return error_set(err, "\"%s\" is no month (2026-11), nor the word this or last",
				 value);
	options_set_month(&options->bounds[BOUND_MONTH], time_days(ms));
	return 0;
}

int set_tz(struct options *options, const char *value, struct error *err)
{
	const bool is_offset = time_zone_parse(value, &options->zone_ms);

	(void)err;
	options->zone = is_offset ? NULL : copy_of(options, value);
	return 0;
}

/* `DATE..DATE`, the second one included. */
static int parse_days(const char *value, struct period *period, struct error *err)
{
	char first[DATE_LENGTH + 1];

	if (strlen(value) == 2 * DATE_LENGTH + 2 && memcmp(value + DATE_LENGTH, "..", 2) == 0) {
		memcpy(first, value, DATE_LENGTH);
		first[DATE_LENGTH] = '\0';
		if (time_or_date_parse(first, &period->since) &&
		    time_or_date_parse(value + DATE_LENGTH + 2, &period->until) &&
		    period->since <= period->until) {
			period->until += DAY_MS;
			return 0;
		}
	}
	return error_set(err,
			 "\"%s\" is neither previous, none, nor a period (2026-11-01..2026-11-07)",
			 value);
}

int set_compare(struct options *options, const char *value, struct error *err)
{
	struct select_options *choice = &options->choice;

	options->compare = copy_of(options, value);
	if (strcmp(value, "previous") == 0 || strcmp(value, "none") == 0) {
		choice->compare = *value == 'p' ? COMPARE_PREVIOUS : COMPARE_NONE;
		return 0;
	}
	choice->compare = COMPARE_PERIOD;
	return parse_days(value, &choice->compare_period, err);
}

int set_baseline(struct options *options, const char *value, struct error *err)
{
	(void)err;
	options->baselines = (const char **)add_text(options, options->baselines,
						     &options->baseline_count, value);
	return 0;
}

int set_shard(struct options *options, const char *value, struct error *err)
{
	const char *slash = strchr(value, '/');
	int64_t shard, shards;

	if (!slash ||
	    !parse_decimal(arena_strndup(&options->arena, value, (size_t)(slash - value)), 0,
			   CALL_SHARDS, &shard) ||
	    !parse_decimal(slash + 1, 0, CALL_SHARDS, &shards) || shard < 1 || shard > shards)
		return error_set(err,
				 "\"%s\" is not the number of a part and how many there are (2/4)",
				 value);
	options->shard = (unsigned)shard;
	options->shards = (unsigned)shards;
	return 0;
}

int set_environment(struct options *options, const char *value, struct error *err)
{
	const size_t length = strlen(value);

	if (!value[strspn(value, " \t")])
		return error_set(err, "the label is empty");
	for (size_t at = 0; at < length;) {
		const struct code_point point = utf8_read(value + at, length - at);

		if (point.bad) /* a record would not keep it as it is */
			return error_set(err, "the label is not UTF-8");
		at += point.length;
	}
	options->ingest.environment = copy_of(options, value);
	return 0;
}

int set_forget(struct options *options, const char *value, struct error *err)
{
	const char *colon = strchr(value, ':');

	if (!history_is_call(value) && (!colon || colon == value || !colon[1]))
		return error_set(
			err,
			"\"%.100s\" is neither SOURCE:RUN-ID nor the name of a file of the "
			"history",
			value);
	options->forgets =
		(const char **)add_text(options, options->forgets, &options->forget_count, value);
	return 0;
}

int set_history_age(struct options *options, const char *value, struct error *err)
{
	int64_t days;

	if (!parse_age_days(value, DAYS_MAX, &days))
		return refuse_days(value, err);
	options->history_age_days = (uint64_t)days;
	return 0;
}

int set_history_size(struct options *options, const char *value, struct error *err)
{
	if (parse_size(value, 1, INT64_MAX, &options->history_bytes))
		return 0;
	return error_set(err, "\"%s\" is not a size in bytes (900K, 64M, 2G)", value);
}

int set_suite(struct options *options, const char *value, struct error *err)
{
	(void)err;
	options->choice.suites =
		add_text(options, options->choice.suites, &options->choice.suite_count, value);
	return 0;
}

/* Run records may come of sources that no adapter names, so any name will do. */
int set_source(struct options *options, const char *value, struct error *err)
{
	if (!*value)
		return error_set(err, "must not be empty");
	options->choice.sources =
		add_text(options, options->choice.sources, &options->choice.source_count, value);
	return 0;
}

int set_pass_score(struct options *options, const char *value, struct error *err)
{
	int64_t micro;

	if (!parse_decimal(value, 6, SCORE_ONE, &micro))
		return error_set(err, "\"%s\" is not a score from 0 to 1 (at most 6 decimals)",
				 value);
	options->ingest.rules.pass_score_micro = (int32_t)micro;
	return 0;
}

int set_score_scale(struct options *options, const char *value, struct error *err)
{
	static const char *const words[] = {"auto", "1", "10", "100", NULL};
	static const int scales[] = {0, 1, 10, 100};
	size_t index;

	if (words_choose(value, words, &index, err) != 0)
		return -1;
	options->ingest.rules.score_scale = scales[index];
	return 0;
}

int set_jobs(struct options *options, const char *value, struct error *err)
{
	uint64_t jobs;

	if (!parse_size(value, 1, JOBS_MOST, &jobs))
		return error_set(err, "\"%s\" is not a number from 1 to %d", value, JOBS_MOST);
	options->ingest.jobs = (size_t)jobs;
	return 0;
}

void options_add_suite_gates(struct options *options, const char *glob,
			     const struct gate_options *gates)
{
	struct gate_demands *demands = &options->gates;
	struct suite_gates *suites =
		with_room(options, demands->suites, demands->suite_count, sizeof(*suites));

	suites[demands->suite_count++] = (struct suite_gates){copy_of(options, glob), *gates};
	demands->suites = suites;
}

/* ---- members of any kind ---- */

void option_store(struct options *options, size_t offset, size_t size, uint64_t value)
{
	char *member = (char *)options + offset;
	uint32_t narrow = (uint32_t)value;
	bool flag = value != 0;

	if (size == sizeof(flag))
		memcpy(member, &flag, sizeof(flag));
	else if (size == sizeof(narrow))
		memcpy(member, &narrow, sizeof(narrow));
	else
		memcpy(member, &value, sizeof(value));
}

int option_apply(struct options *options, const struct option_row *row, const char *value,
		 struct error *err)
{
	const char *copy;
	size_t index;

	if (row->set)
		return row->set(options, value, err);
	if (!row->argument) {
		option_store(options, row->offset, row->size, (uint64_t)row->flag);
		return 0;
	}
	if (row->words) {
		if (words_choose(value, row->words, &index, err) != 0)
			return -1;
		option_store(options, row->offset, row->size, index);
		return 0;
	}
	if (!*value)
		return error_set(err, "must not be empty");
	copy = copy_of(options, value);
	memcpy((char *)options + row->offset, &copy, sizeof(copy));
	return 0;
}
