/*
 * options_table: what the files of the command line share: the table with its defaults and --help
 * (options_table.c), what its rows do (options_set.c, options_limits.c), the readers of arguments
 * and of the config file. Nobody else includes this but their tests.
 */
#ifndef RUNTALLY_CLI_OPTIONS_TABLE_H
#define RUNTALLY_CLI_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/cli/options.h"

#define CONFIG_DEFAULT "runtally.json"

enum { CONFIG_BYTES_MAX = 1024 * 1024 };

/* Headings of --help, in this order. */
enum option_group {
	GROUP_REPORTS,
	GROUP_INPUT,
	GROUP_COMPARISON,
	GROUP_VERDICTS,
	GROUP_LIMITS,
	GROUP_GATES,
	GROUP_PRIVACY,
	GROUP_OTHER,
	GROUP_COUNT
};

/* Takes one value; strings are copied. The error does not name the option. */
typedef int option_setter(struct options *options, const char *value, struct error *err);

struct option_row {
	const char *name;     /* long name, without -- */
	char letter;          /* 0: none */
	const char *argument; /* NULL: a flag */
	enum option_group group;
	bool repeatable;            /* each time adds; else the last one counts */
	bool numeric;               /* the config file may give it as a number, too */
	bool adds_up;               /* the command line adds to the config file */
	bool arguments_only;        /* has no place in a config file */
	enum options_action action; /* not ACTION_RUN: ends the reading of arguments with it */
	const char *help;
	option_setter *set; /* NULL: what follows tells, or the action ends it all */
	/*
	 * A member of struct options that takes the index of the word, `flag` where there is no
	 * argument, or a copy of a text that is not empty.
	 */
	size_t offset, size;
	const char *const *words; /* that the value may be, ended by NULL; NULL: any */
	int flag;
};

#define OPTION_MEMBER(member)                                                                      \
	.offset = offsetof(struct options, member), .size = sizeof(((struct options *)0)->member)

extern const struct option_row option_rows[]; /* ended by a NULL name */

/* NULL where there is none. */
const struct option_row *option_by_name(const char *name, size_t length);

/* What the row says of one value (NULL for a flag). The error does not name the option. */
int option_apply(struct options *options, const struct option_row *row, const char *value,
		 struct error *err);
/* Sets a member: a bool, 4 bytes or 8. */
void option_store(struct options *options, size_t offset, size_t size, uint64_t value);

option_setter set_output, set_title, set_link, set_logo, set_accent, set_template, set_templates,
	set_mail_from, set_mail_to, set_from, set_since, set_until, set_last, set_week, set_month,
	set_exported, set_tz, set_suite, set_source, set_baseline, set_shard, set_forget,
	set_environment, set_history_age, set_history_size, set_compare, set_pass_score,
	set_score_scale, set_limit, set_min_pass_rate, set_junit_pass_rate, set_max_cost,
	set_max_cost_per_pass, set_max_p95_latency, set_fail_on, set_jobs, set_identity_key;

/* Takes over the options that are set as the demands on suites that match the glob. */
void options_add_suite_gates(struct options *options, const char *glob,
			     const struct gate_options *gates);

void options_add_input(struct options *options, const char *input);

/* Lists of words in errors: `WHAT "VALUE"; known: a, b`, which releases the list. */
void words_add(struct strbuf *list, const char *word);
int words_refuse(struct error *err, const char *what, const char *value, struct strbuf *list);
/* Sets *index to the position of `value` in `words`, which NULL ends. */
int words_choose(const char *value, const char *const *words, size_t *index, struct error *err);

/* One name of --limit. */
struct limit_row {
	const char *name;
	const char *help;
	size_t offset, size; /* of the member in struct options; 4 or 8 bytes */
	uint64_t max;        /* the least is 1 */
};

extern const struct limit_row limit_rows[]; /* ended by a NULL name */

uint64_t limit_value(const struct limit_row *row, const struct options *options);
/* `64M` where it is a multiple of 1024, else the number. */
void limit_text(struct strbuf *out, uint64_t value);

/* Everything at its default. */
void options_init(struct options *options);

/* The week that begins on that Monday; the month that the day is in. Days since 1970-01-01. */
void options_set_week(struct asked_bound *bound, int64_t monday);
void options_set_month(struct asked_bound *bound, int64_t day);

/* Sets options->asked, when all else is known. */
void options_ask(struct options *options);

/* One option of the command line. */
struct setting {
	const struct option_row *row;
	const char *value; /* NULL: a flag */
	bool by_letter;    /* -o, not --output */
};

/* The command line taken apart, nothing of it applied yet. Strings are those of argv. */
struct arguments {
	struct setting *settings;
	size_t setting_count;
	const char **inputs;
	size_t input_count;
};

/* ACTION_RUN, an action that ends the reading, or ACTION_BAD_USAGE and an error. */
enum options_action arguments_read(struct arguments *arguments, struct arena *arena, int argc,
				   char *const *argv, struct error *err);
bool arguments_have(const struct arguments *arguments, const struct option_row *row);

/*
 * Applies a config file: those keys that `arguments` does not have as well. A file that does not
 * exist is an error only when `required`. Errors name the file and the key.
 */
int config_read(struct options *options, const char *path, bool required,
		const struct arguments *arguments, struct error *err);

#endif
