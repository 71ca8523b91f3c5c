#include "runtally/cli/steps.h"

#include <inttypes.h>
#include <stdio.h>

#include "publish.h"
#include "runtally/cli/console.h"
#include "runtally/cli/process.h"
#include "runtally/history/forget.h"
#include "runtally/history/history.h"
#include "runtally/ingest/dedupe.h"
#include "runtally/ingest/join.h"
#include "runtally/ingest/labels.h"

/* ---- what is read ---- */

bool inputs_hold_history(const struct options *options)
{
	for (size_t i = 0; options->history && i < options->input_count; i++) {
		if (!history_lies_in(options->history, options->inputs[i]))
			continue;
		console_error(options->history, "the history must not lie in an input folder");
		return true;
	}
	return false;
}

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

/*
 * What the history knows names the runs of this call, and the other way round. A baseline is called
 * as it says itself.
 */
static void join_all(struct run_sets *sets)
{
	struct runs *const read[] = {&sets->history, &sets->inputs};
	struct runs *const baseline = &sets->baseline;

	join(read, 2);
	join(&baseline, 1);
}

/* The call as a history keeps it: `loaded->notes` are on its inputs so far. */
static struct call call_of(const struct options *options, struct loaded *loaded)
{
	struct call call;

	call_init(&call);
	if (options->choice.environment)
		call.environment = options->choice.environment;
	call.written_at = options->now;
	call.title = options->title;
	call.since = options->choice.period.since;
	call.until = options->choice.period.until;
	call.shard = options->shard;
	call.shards = options->shards;
	call_take_notes(&call, &loaded->notes, &loaded->sets.inputs.arena);
	return call;
}

/* What the history is to forget is in no report. */
static void drop_forgotten(struct loaded *loaded, const char *folder)
{
	struct run_sets *sets = &loaded->sets;
	struct forgotten forgotten;

	forgotten_read(&forgotten, folder, &loaded->notes);
	loaded->counts.forgotten = forgotten_drop(&forgotten, &sets->inputs);
	forgotten_drop(&forgotten, &sets->baseline);
	forgotten_drop(&forgotten, &sets->history);
	forgotten_release(&forgotten);
}

/* Of what is new, so that it is told once. */
static void note_bare_copies(struct loaded *loaded)
{
	const struct runs *past = &loaded->sets.history;
	uint64_t count =
		dedupe_count_bare(loaded->news, loaded->news_count, past->items, past->count);

	if (count)
		notes_addf(&loaded->notes, SEVERITY_WARNING,
			   "history: %" PRIu64
			   " run%s of this call %s in it already, once with and "
			   "once without an environment: each counts twice; give --environment in "
			   "each call or in none",
			   count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
}

static int read_runs(struct loaded *loaded, const struct options *options)
{
	struct run_sets *sets = &loaded->sets;
	struct ingest_options earlier = options->ingest;
	struct ingest_counts of_baseline, of_history;
	int status = EXIT_OK;
	struct error err;

	*loaded = (struct loaded){.news = NULL};
	sets->has_inputs = options->input_count > 0;
	sets->has_history = options->history != NULL;
	sets->has_baseline = options->baseline_count > 0;
	spool_init(&loaded->spool, SPOOL_MEMORY, process_temporary_folder());
	notes_init(&loaded->notes, options->notes_limit);
	runs_init(&sets->inputs, &loaded->spool);
	runs_init(&sets->baseline, &loaded->spool);
	runs_init(&sets->history, &loaded->spool);
	ingest(options->inputs, options->input_count, &options->ingest, &sets->inputs,
	       &loaded->counts, &loaded->notes);
	loaded->call = call_of(options, loaded);
	earlier.exported_at = 0; /* --exported is about the inputs */
	sets->call = &loaded->call;
	if (sets->has_baseline)
		ingest(options->baselines, options->baseline_count, &earlier, &sets->baseline,
		       &of_baseline, &loaded->notes);
	if (sets->has_history && history_read(options->history, &options->ingest, &sets->history,
					      &of_history, &loaded->notes, &err) != 0)
		status = EXIT_USAGE;
	if (sets->has_history) {
		drop_forgotten(loaded, options->history);
		/* by what runs tell themselves, not by what others lend them */
		loaded->news = history_find_news(&sets->inputs, &sets->history, options->now,
						 options->choice.period.until, &loaded->news_count,
						 &loaded->counts.changed);
		note_bare_copies(loaded);
	}
	join_all(sets);
	if (options->ingest.progress)
		console_progress(NULL, 0, 0);
	if (status)
		console_error(options->history, err.text);
	return status;
}

/* The filter compares with what runs are kept with. */
static void take_environment(struct options *options)
{
	struct labels *labels;

	if (!options->ingest.environment)
		return;
	labels = labels_new(&options->ingest);
	options->choice.environment = arena_strdup(
		&options->arena, labels_clean(labels, options->ingest.environment, LABEL_NAME));
	labels_free(labels);
}

int load(struct loaded *loaded, struct options *options)
{
	options->ingest.details_unseen =
		options->history_only || !(needs_of(options) & NEED_DETAILS);
	take_environment(options);
	if (console_wants_progress(options))
		options->ingest.progress = console_progress;
	if (read_runs(loaded, options) == EXIT_USAGE)
		return EXIT_USAGE;
	if (options->history)
		loaded->definitions = definitions_news(&loaded->sets.inputs, &loaded->sets.history,
						       &loaded->definition_count);
	return loaded->notes.errors ? EXIT_INPUT : EXIT_OK;
}

void loaded_release(struct loaded *loaded)
{
	memory_free(loaded->news);
	memory_free(loaded->definitions);
	runs_release(&loaded->sets.history);
	runs_release(&loaded->sets.baseline);
	runs_release(&loaded->sets.inputs);
	notes_release(&loaded->notes);
	spool_release(&loaded->spool);
}

/* ---- the history ---- */

int remember(const struct options *options, const struct loaded *loaded)
{
	const struct history_news news = {
		.call = &loaded->call,
		.key = options->ingest.key,
		.runs = loaded->news,
		.count = loaded->news_count,
		.definitions = loaded->definitions,
		.definition_count = loaded->definition_count,
	};
	struct error err;

	if (!options->history || history_add(options->history, &news, &err) == 0)
		return EXIT_OK;
	console_error(NULL, err.text);
	return EXIT_OUTPUT;
}

int forget(const struct options *options)
{
	const struct forget_request request = {
		.things = options->forgets,
		.count = options->forget_count,
		.environment = options->ingest.environment,
		.now = options->now,
	};
	struct forget_result result;
	struct notes notes;
	struct error err;
	char text[80];
	int status = EXIT_OK;

	if (!request.count)
		return EXIT_OK;
	notes_init(&notes, options->notes_limit);
	if (history_forget(options->history, &request, &options->ingest, &result, &notes, &err)) {
		console_error(result.unknown ? options->history : NULL, err.text);
		status = result.unknown ? EXIT_USAGE : EXIT_OUTPUT;
	} else if (notes.errors) {
		status = EXIT_INPUT;
	}
	console_notes(options, &notes);
	notes_release(&notes);
	snprintf(text, sizeof(text), "history: %" PRIu64 " run%s forgotten", result.runs,
		 result.runs == 1 ? " is" : "s are");
	if (status != EXIT_USAGE && result.runs && options->verbosity >= 0)
		console_error(NULL, text);
	return status;
}

int compact(const struct options *options)
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

int analyse(struct analysis *analysis, const struct options *options, struct loaded *loaded)
{
	const struct analysis_request request = {
		.needs = needs_of(options),
		.by = options->suite_by,
		.select = &options->choice,
		.gates = &options->gates,
	};

	analysis_make(analysis, &loaded->sets, &request, &loaded->counts, &loaded->notes);
	return analysis->gates.missed ? EXIT_GATE : EXIT_OK;
}

static int write_reports(const struct options *options, struct view *view)
{
	const struct target fallback = {.format = format_fallback(), .path = "-"};
	const struct target *targets = options->target_count ? options->targets : &fallback;
	size_t count = options->target_count ? options->target_count : 1;
	int status = EXIT_OK;

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

int report(const struct options *options, struct loaded *loaded, const struct analysis *analysis)
{
	struct view_matrix matrix = {.suite = NULL};
	struct view_loads loads;
	struct view view = {
		.loads = &loads,
		.matrix = &matrix,
		.counts = &loaded->counts,
		.asked = &options->asked,
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
