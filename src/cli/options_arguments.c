#include <string.h>

#include "options_table.h"

enum { NAME_MAX_LENGTH = 40 };

/* Where the reading of argv stands. */
struct cursor {
	struct arguments *out;
	char *const *argv;
	int argc, at; /* argv[at] is what is looked at */
	struct error *err;
};

static enum options_action bad_usage(int failed)
{
	return failed ? ACTION_BAD_USAGE : ACTION_RUN;
}

static const struct option_row *option_by_letter(char letter)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->letter && row->letter == letter)
			return row;
	return NULL;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters have to be put in, taken out or changed; `b` is shorter than NAME_MAX_LENGTH. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LENGTH], length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= length; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[length];
}

/* An option that begins with `name`, else one that little tells from it; NULL: none. */
static const char *nearest_name(const char *name)
{
	size_t length = strlen(name), best = length / 2 + 1;
	const char *nearest = NULL;

	if (length < 2 || length >= NAME_MAX_LENGTH)
		return NULL;
	for (const struct option_row *row = option_rows; row->name; row++) {
		size_t distance =
			strncmp(row->name, name, length) == 0 ? 0 : edit_distance(name, row->name);

		if (distance < best) {
			best = distance;
			nearest = row->name;
		}
	}
	return nearest;
}

static int unknown_option(const char *name, size_t length, struct error *err)
{
	char text[NAME_MAX_LENGTH] = "";
	const char *nearest;

	if (length < sizeof(text))
		memcpy(text, name, length);
	nearest = nearest_name(text);
	if (nearest)
		return error_set(err, "unknown option --%.*s; did you mean --%s?", (int)length,
				 name, nearest);
	return error_set(err, "unknown option --%.*s; see runtally --help", (int)length, name);
}

static enum options_action add_setting(struct cursor *cursor, const struct option_row *row,
				       const char *value, bool by_letter)
{
	if (row->action != ACTION_RUN)
		return row->action;
	cursor->out->settings[cursor->out->setting_count++] = (struct setting){
		.row = row,
		.value = value,
		.by_letter = by_letter,
	};
	return ACTION_RUN;
}

/* The next argument as a value; NULL where there is none. */
static const char *take_value(struct cursor *cursor)
{
	return cursor->at + 1 < cursor->argc ? cursor->argv[++cursor->at] : NULL;
}

/* `text` follows the two dashes. */
static enum options_action read_long(struct cursor *cursor, const char *text)
{
	size_t length = strcspn(text, "=");
	const struct option_row *row = option_by_name(text, length);
	const char *value = text[length] ? text + length + 1 : NULL;

	if (!row)
		return bad_usage(unknown_option(text, length, cursor->err));
	if (!row->argument && value)
		return bad_usage(error_set(cursor->err, "--%s takes no value", row->name));
	if (row->argument && !value && !(value = take_value(cursor)))
		return bad_usage(
			error_set(cursor->err, "--%s needs a value: %s", row->name, row->argument));
	return add_setting(cursor, row, value, false);
}

/*
 * `letters` follow one dash: flags, and at last an option whose value is the rest or what follows.
 */
static enum options_action read_letters(struct cursor *cursor, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = option_by_letter(*letters);
		const char *value = NULL;
		enum options_action action;

		if (!row)
			return bad_usage(error_set(
				cursor->err, "unknown option -%c; see runtally --help", *letters));
		if (row->argument) {
			value = letters[1] ? letters + 1 : take_value(cursor);
			if (!value)
				return bad_usage(error_set(cursor->err, "-%c needs a value: %s",
							   row->letter, row->argument));
		}
		action = add_setting(cursor, row, value, true);
		if (action != ACTION_RUN || value)
			return action;
	}
	return ACTION_RUN;
}

static void add_rest(struct cursor *cursor)
{
	while (++cursor->at < cursor->argc)
		cursor->out->inputs[cursor->out->input_count++] = cursor->argv[cursor->at];
}

static enum options_action read_argument(struct cursor *cursor)
{
	const char *argument = cursor->argv[cursor->at];

	if (strcmp(argument, "--") == 0)
		add_rest(cursor);
	else if (strncmp(argument, "--", 2) == 0)
		return read_long(cursor, argument + 2);
	else if (argument[0] == '-' && argument[1])
		return read_letters(cursor, argument + 1);
	else
		cursor->out->inputs[cursor->out->input_count++] = argument;
	return ACTION_RUN;
}

/* How many settings argv can hold: a letter each at most, where several stand behind one dash. */
static size_t settings_in(int argc, char *const *argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++)
		count += argv[i][0] == '-' && argv[i][1] != '-' ? strlen(argv[i]) : 1;
	return count;
}

enum options_action arguments_read(struct arguments *arguments, struct arena *arena, int argc,
				   char *const *argv, struct error *err)
{
	struct cursor cursor = {.out = arguments, .argv = argv, .argc = argc, .err = err};

	*arguments = (struct arguments){
		.settings =
			arena_alloc(arena, settings_in(argc, argv) * sizeof(*arguments->settings)),
		.inputs = arena_alloc(arena,
				      (argc > 0 ? (size_t)argc : 0) * sizeof(*arguments->inputs)),
	};
	for (cursor.at = 1; cursor.at < argc; cursor.at++) {
		enum options_action action = read_argument(&cursor);

		if (action != ACTION_RUN)
			return action;
	}
	return ACTION_RUN;
}

bool arguments_have(const struct arguments *arguments, const struct option_row *row)
{
	for (size_t i = 0; i < arguments->setting_count; i++)
		if (arguments->settings[i].row == row)
			return true;
	return false;
}
