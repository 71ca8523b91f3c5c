/*
 * runtally: options → ingest → tally → render → exit status.
 */
#include <stdlib.h>

#include "runtally/analysis/analysis.h"
#include "runtally/cli/console.h"
#include "runtally/cli/options.h"
#include "runtally/cli/process.h"
#include "runtally/cli/publish.h"
#include "runtally/history/history.h"
#include "runtally/ingest/ingest.h"
#include "runtally/template/templates.h"
#include "runtally/view/loads.h"
#include "runtally/view/matrix.h"

/* ---- what is read ---- */

struct loaded {
	struct spool spool;
	struct notes notes;
	struct run_sets sets;
	struct ingest_counts counts; /* of the inputs */
	struct run **news;           /* of the inputs, what the history does not hold */
	size_t news_count;
};

static void read_inputs(struct loaded *loaded, const struct options *options)
{
	struct run_sets *sets = &loaded->sets;
	struct ingest_counts of_baseline, of_history;

	*loaded = (struct loaded){.news = NULL};
	sets->has_inputs = options->input_count > 0;
	sets->has_history = options->history != NULL;
	sets->has_baseline = options->baseline_count > 0;
	sets->now = options->now;
	spool_init(&loaded->spool, SPOOL_MEMORY, process_temporary_folder());
	notes_init(&loaded->notes, options->notes_limit);
	runs_init(&sets->inputs, &loaded->spool);
	runs_init(&sets->baseline, &loaded->spool);
	runs_init(&sets->history, &loaded->spool);
	ingest(options->inputs, options->input_count, &options->ingest, &sets->inputs,
	       &loaded->counts, &loaded->notes);
	if (sets->has_baseline)
		ingest(options->baselines, options->baseline_count, &options->ingest,
		       &sets->baseline, &of_baseline, &loaded->notes);
	if (sets->has_history)
		history_read(options->history, &options->ingest, &sets->history, &of_history,
			     &loaded->notes);
	if (options->ingest.progress)
		console_progress(NULL, 0, 0);
}

static void loaded_release(struct loaded *loaded)
{
	memory_free(loaded->news);
	runs_release(&loaded->sets.history);
	runs_release(&loaded->sets.baseline);
	runs_release(&loaded->sets.inputs);
	notes_release(&loaded->notes);
	spool_release(&loaded->spool);
}

/* ---- the history ---- */

/* Before the reports: they can be made again of what is in it. */
static int remember(const struct options *options, const struct loaded *loaded)
{
	const struct history_stamp stamp = {
		.now = options->now,
		.title = options->title,
		.shard = options->shard,
		.shards = options->shards,
	};
	struct error err;

	if (!options->history ||
	    history_add(options->history, &stamp, loaded->news, loaded->news_count, &err) == 0)
		return EXIT_OK;
	console_error(NULL, err.text);
	return EXIT_OUTPUT;
}

static int compact(const struct options *options)
{
	const struct history_caps caps = {
		.now = options->now,
		.max_age_days = options->history_age_days,
		.max_bytes = options->history_bytes,
	};
	struct notes notes;
	struct error err;
	int status = EXIT_OK;

	if (!options->compact)
		return EXIT_OK;
	notes_init(&notes, options->notes_limit);
	if (history_compact(options->history, &caps, &options->ingest, &notes, &err)) {
		console_error(NULL, err.text);
		status = EXIT_OUTPUT;
	} else if (notes.errors) {
		status = EXIT_INPUT;
	}
	console_notes(options, &notes);
	notes_release(&notes);
	return status;
}

/* ---- what is reported ---- */

/* What the reports that were asked for show; a user's templates may show what they like. */
static unsigned needs_of(const struct options *options)
{
	bool own = options->templates_folder || options->template_count;
	unsigned needs = own ? NEED_ALL : 0;

	if (!options->target_count)
		needs |= format_fallback()->needs;
	for (size_t i = 0; i < options->target_count; i++)
		needs |= options->targets[i].format->needs;
	return needs;
}

static int write_reports(const struct options *options, struct view *view)
{
	static const struct target fallback = {.path = "-"};
	struct target text = fallback;
	const struct target *targets = options->target_count ? options->targets : &text;
	size_t count = options->target_count ? options->target_count : 1;
	int status = EXIT_OK;

	text.format = format_fallback();
	for (size_t i = 0; i < count; i++) {
		struct error err;

		view->color = console_wants_color(&targets[i]);
		if (publish(options, &targets[i], view, &err)) {
			console_error(NULL, err.text);
			status = EXIT_OUTPUT;
		}
	}
	return status;
}

static int report_on(const struct options *options, struct loaded *loaded,
		     const struct analysis *analysis)
{
	struct view_matrix matrix = {.suite = NULL};
	struct view_loads loads;
	struct view view = {
		.loads = &loads,
		.matrix = &matrix,
		.counts = &loaded->counts,
		.asked = &options->choice.period,
		.notes = &loaded->notes,
		.render = &options->render,
		.title = options->title,
		.link = options->link,
		.logo = options->logo,
		.accent = options->accent,
		.details = options->ingest.details,
		.pass_score_micro = options->ingest.rules.pass_score_micro,
	};
	int status;

	view_show(&view, analysis);
	view_loads_init(&loads, &loaded->spool);
	status = write_reports(options, &view);
	view_loads_release(&loads);
	if (!loaded->spool.failed)
		return status;
	console_error(NULL, "temporary file: cannot be read back: details are missing in reports");
	return EXIT_OUTPUT;
}

static int report(const struct options *options, struct loaded *loaded)
{
	const struct analysis_request request = {
		.needs = needs_of(options),
		.by = options->suite_by,
		.select = &options->choice,
		.gates = &options->gates,
	};
	struct analysis analysis;
	int status;

	analysis_make(&analysis, &loaded->sets, &request, &loaded->counts, &loaded->notes);
	console_notes(options, &loaded->notes);
	status = report_on(options, loaded, &analysis);
	console_gates(options, &analysis.gates);
	status = larger(status, analysis.gates.missed ? EXIT_GATE : EXIT_OK);
	analysis_release(&analysis);
	return status;
}

/* ---- the pipeline ---- */

static int run_with(struct options *options, struct loaded *loaded)
{
	int status = loaded->notes.errors ? EXIT_INPUT : EXIT_OK;

	if (options->strict && loaded->notes.errors) {
		console_notes(options, &loaded->notes);
		console_error(NULL, "--strict: no report is written, for some input was bad");
		return status;
	}
	status = larger(status, remember(options, loaded));
	if (options->history_only)
		console_notes(options, &loaded->notes);
	else
		status = larger(status, report(options, loaded));
	return larger(status, compact(options));
}

/* No input, and no report asked for. */
static bool only_compacts(const struct options *options)
{
	return options->compact && !options->input_count &&
	       (options->history_only || !options->target_count);
}

static int run(struct options *options)
{
	struct loaded loaded;
	int status;

	if (only_compacts(options))
		return compact(options);
	for (size_t i = 0; options->history && i < options->input_count; i++)
		if (history_lies_in(options->history, options->inputs[i])) {
			console_error(options->history,
				      "the history must not lie in an input folder");
			return EXIT_USAGE;
		}
	options->ingest.details_unseen =
		options->history_only || !(needs_of(options) & NEED_DETAILS);
	if (console_wants_progress(options))
		options->ingest.progress = console_progress;
	read_inputs(&loaded, options);
	if (options->history)
		loaded.news = history_news(&loaded.sets.inputs, &loaded.sets.history, options->now,
					   &loaded.news_count, &loaded.notes);
	status = run_with(options, &loaded);
	loaded_release(&loaded);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err;
	enum options_action action;
	int status = EXIT_OK;

	process_init();
	action = options_parse(&options, argc, argv, process_clock_ms(),
			       getenv("SOURCE_DATE_EPOCH"), &err);
	if (action == ACTION_BAD_USAGE) {
		console_error(NULL, err.text);
		status = EXIT_USAGE;
	} else if (action != ACTION_RUN) {
		status = console_answer(action) ? EXIT_OUTPUT : EXIT_OK;
	} else if (options.print_templates) {
		if (templates_print(options.print_templates, &err)) {
			console_error(NULL, err.text);
			status = EXIT_OUTPUT;
		}
	} else {
		status = run(&options);
	}
	options_release(&options);
	return status;
}
