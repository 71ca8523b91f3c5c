/*
 * runtally: options → ingest → analysis → reports → exit status.
 */
#include <stdlib.h>

#include "runtally/cli/console.h"
#include "runtally/cli/options.h"
#include "runtally/cli/process.h"
#include "runtally/cli/steps.h"
#include "runtally/template/templates.h"

static int report_on(const struct options *options, struct loaded *loaded)
{
	struct analysis analysis;
	int status = analyse(&analysis, options, loaded);

	console_notes(options, &loaded->notes);
	status = larger(status, report(options, loaded, &analysis));
	console_gates(options, &analysis.gates);
	analysis_release(&analysis);
	return status;
}

/* The history comes before the reports: they can be made again of what is in it. */
static int run_with(const struct options *options, struct loaded *loaded)
{
	int status = remember(options, loaded);

	if (options->history_only)
		console_notes(options, &loaded->notes);
	else
		status = larger(status, report_on(options, loaded));
	return larger(status, compact(options));
}

static int run(struct options *options)
{
	struct loaded loaded;
	int status, forgot;

	if (inputs_hold_history(options))
		return EXIT_USAGE;
	forgot = forget(options);
	if (forgot == EXIT_USAGE)
		return EXIT_USAGE;
	status = load(&loaded, options);
	if (status == EXIT_USAGE) {
		/* nothing is written */
	} else if (options->strict && status) {
		console_notes(options, &loaded.notes);
		console_error(NULL, "--strict: no report is written, for some input was bad");
	} else {
		status = larger(status, run_with(options, &loaded));
	}
	loaded_release(&loaded);
	return larger(forgot, status);
}

/* The history alone: no input, and no report asked for. */
static bool only_tidies(const struct options *options)
{
	return (options->compact || options->forget_count) && !options->input_count &&
	       (options->history_only || !options->target_count);
}

static int tidy(const struct options *options)
{
	int status = forget(options);

	return status == EXIT_USAGE ? status : larger(status, compact(options));
}

static int print_templates(const char *folder)
{
	struct error err;

	if (templates_print(folder, &err) == 0)
		return EXIT_OK;
	console_error(NULL, err.text);
	return EXIT_OUTPUT;
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err;
	enum options_action action;
	int status;

	process_init();
	action = options_parse(&options, argc, argv, process_clock_ms(),
			       getenv("SOURCE_DATE_EPOCH"), &err);
	if (action == ACTION_RUN)
		options_take_key(&options, getenv("RUNTALLY_IDENTITY_KEY"));
	if (action == ACTION_BAD_USAGE) {
		console_error(NULL, err.text);
		status = EXIT_USAGE;
	} else if (action != ACTION_RUN) {
		status = console_answer(action) ? EXIT_OUTPUT : EXIT_OK;
	} else if (options.print_templates) {
		status = print_templates(options.print_templates);
	} else if (only_tidies(&options)) {
		status = tidy(&options);
	} else {
		status = run(&options);
	}
	options_release(&options);
	return status;
}
