/*
 * runtally: options → ingest → tally → render → exit status.
 */
#include <stdlib.h>

#include "runtally/cli/console.h"
#include "runtally/cli/findings.h"
#include "runtally/cli/options.h"
#include "runtally/cli/process.h"
#include "runtally/cli/publish.h"
#include "runtally/history/history.h"
#include "runtally/ingest/ingest.h"
#include "runtally/template/templates.h"
#include "runtally/view/loads.h"
#include "runtally/view/matrix.h"

/* ---- what is read ---- */

struct material {
	struct spool spool;
	struct notes notes;
	struct runs inputs, baseline, past;
	struct ingest_counts counts; /* of the inputs */
	struct run **news;           /* of the inputs, what the history does not hold */
	size_t news_count;
};

static void read_inputs(struct material *material, const struct options *options)
{
	struct ingest_counts of_baseline, of_past;

	spool_init(&material->spool, SPOOL_MEMORY, process_temporary_folder());
	notes_init(&material->notes, options->notes_limit);
	runs_init(&material->inputs, &material->spool);
	runs_init(&material->baseline, &material->spool);
	runs_init(&material->past, &material->spool);
	ingest(options->inputs, options->input_count, &options->ingest, &material->inputs,
	       &material->counts, &material->notes);
	if (options->baseline_count)
		ingest(options->baselines, options->baseline_count, &options->ingest,
		       &material->baseline, &of_baseline, &material->notes);
	if (options->history)
		history_read(options->history, &options->ingest, &material->past, &of_past,
			     &material->notes);
	if (options->ingest.progress)
		console_progress(NULL, 0, 0);
}

static void material_release(struct material *material)
{
	memory_free(material->news);
	runs_release(&material->past);
	runs_release(&material->baseline);
	runs_release(&material->inputs);
	notes_release(&material->notes);
	spool_release(&material->spool);
}

/* ---- the history ---- */

/* Before the reports: they can be made again of what is in it. */
static int remember(const struct options *options, const struct material *material)
{
	const struct history_stamp stamp = {
		.now = options->now,
		.title = options->title,
		.shard = options->shard,
		.shards = options->shards,
	};
	struct error err;

	if (!options->history ||
	    history_add(options->history, &stamp, material->news, material->news_count, &err) == 0)
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

static int write_reports(const struct options *options, struct view *view)
{
	static const struct target fallback = {.path = "-"};
	struct target text = fallback;
	const struct target *targets = options->target_count ? options->targets : &text;
	size_t count = options->target_count ? options->target_count : 1;
	int status = EXIT_OK;

	text.format = format_by_name("text");
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

static int report_on(const struct options *options, struct material *material,
		     const struct findings *found)
{
	struct view_matrix matrix = {.suite = NULL};
	struct view_loads loads;
	struct view view = {
		.loads = &loads,
		.matrix = &matrix,
		.counts = &material->counts,
		.asked = &options->choice.period,
		.notes = &material->notes,
		.render = &options->render,
		.title = options->title,
		.link = options->link,
		.logo = options->logo,
		.accent = options->accent,
		.details = options->ingest.details,
		.pass_score_micro = options->ingest.rules.pass_score_micro,
	};
	int status;

	findings_show(found, options, &view);
	view_loads_init(&loads, &material->spool);
	status = write_reports(options, &view);
	view_loads_release(&loads);
	if (!material->spool.failed)
		return status;
	console_error(NULL, "temporary file: cannot be read back: details are missing in reports");
	return EXIT_OUTPUT;
}

static int report(const struct options *options, struct material *material)
{
	const struct supply supply = {
		.inputs = &material->inputs,
		.past = &material->past,
		.baseline = &material->baseline,
		.has_inputs = options->input_count > 0,
		.has_past = options->history != NULL,
		.has_baseline = options->baseline_count > 0,
		.now = options->now,
	};
	struct findings found;
	int status;

	findings_make(&found, &supply, options, &material->counts, &material->notes);
	console_notes(options, &material->notes);
	status = report_on(options, material, &found);
	console_gates(options, &found.gates);
	status = larger(status, found.gates.missed ? EXIT_GATE : EXIT_OK);
	findings_release(&found);
	return status;
}

/* ---- the pipeline ---- */

static int run_with(struct options *options, struct material *material)
{
	int status = material->notes.errors ? EXIT_INPUT : EXIT_OK;

	if (options->strict && material->notes.errors) {
		console_notes(options, &material->notes);
		console_error(NULL, "--strict: no report is written, for some input was bad");
		return status;
	}
	status = larger(status, remember(options, material));
	if (options->history_only)
		console_notes(options, &material->notes);
	else
		status = larger(status, report(options, material));
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
	struct material material = {.news = NULL};
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
	read_inputs(&material, options);
	if (options->history)
		material.news = history_news(&material.inputs, &material.past, options->now,
					     &material.news_count, &material.notes);
	status = run_with(options, &material);
	material_release(&material);
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
