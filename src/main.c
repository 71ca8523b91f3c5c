/*
 * runtally: options → ingest → tally → render → exit status. All that is printed is printed here.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtally/adapter.h"
#include "runtally/breakdown.h"
#include "runtally/compare.h"
#include "runtally/criteria.h"
#include "runtally/escape.h"
#include "runtally/families.h"
#include "runtally/folder.h"
#include "runtally/history.h"
#include "runtally/ingest.h"
#include "runtally/options.h"
#include "runtally/output.h"
#include "runtally/publish.h"
#include "runtally/reliability.h"
#include "runtally/report.h"
#include "runtally/select.h"
#include "runtally/series.h"
#include "runtally/templates.h"
#include "runtally/view_matrix.h"

/* Exit statuses (contract.md); of several the largest wins. */
enum { EXIT_OK, EXIT_GATE, EXIT_USAGE, EXIT_INPUT, EXIT_OUTPUT };

/* ---- the pipeline ---- */

static int print_words(enum options_wish wish, const struct error *err);
static void tell(const char *place, const char *text);
static void tell_notes(const struct options *options, const struct notes *notes);
static void tell_gates(const struct options *options, const struct gates *gates);
static void show_progress(void *ctx, uint64_t records, uint64_t bytes);
static bool wants_progress(const struct options *options);
static bool wants_color(const struct target *target);
static int larger(int status, int other);
static const char *temporary_folder(void);

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

		view->color = wants_color(&targets[i]);
		if (publish(options, &targets[i], view, &err)) {
			tell(NULL, err.text);
			status = EXIT_OUTPUT;
		}
	}
	return status;
}

/* What the reports show of that which takes time or memory. */
struct shown {
	bool details, families, series, trend, breakdowns, reliability;
};

/* A user's templates may show what they like. */
static struct shown what_is_shown(const struct options *options)
{
	bool all = options->templates_folder || options->template_count;
	struct shown shown = {all, all, all, all, all, all || !options->target_count};

	for (size_t i = 0; i < options->target_count; i++) {
		const struct format *format = options->targets[i].format;

		shown.details = shown.details || format->details;
		shown.families = shown.families || format->families;
		shown.series = shown.series || format->series;
		shown.trend = shown.trend || format->trend;
		shown.breakdowns = shown.breakdowns || format->breakdowns;
		shown.reliability = shown.reliability || format->reliability;
	}
	return shown;
}

struct figures {
	struct families families;
	struct series series, days, weeks;
	struct criteria criteria;
	struct breakdown models, agents;
	struct reliability reliability;
};

/* With a history, the report's own runs stand out among those before. */
static void build_series(struct series *series, const struct report *report,
			 const struct selection *selection)
{
	const struct run_list *runs = selection->has_past ? &selection->all : &selection->now;

	series_build(series, runs->items, runs->count);
	if (selection->has_past)
		series_mark(series, report->totals.first_at, report->totals.last_at);
}

/* What is not shown is not there. */
static void build_figures(struct figures *figures, struct view *view, const struct shown *shown,
			  const struct selection *selection, enum suite_by by)
{
	const struct run_list *all = &selection->all;
	const struct report *report = view->report;

	if (shown->families) {
		families_build(&figures->families, report);
		view->families = &figures->families;
	}
	if (shown->series) {
		build_series(&figures->series, report, selection);
		view->series = &figures->series;
	}
	if (shown->trend) {
		series_latest(&figures->days, all->items, all->count, SERIES_DAY, TREND_DAYS);
		series_latest(&figures->weeks, all->items, all->count, SERIES_WEEK, TREND_WEEKS);
		view->days = &figures->days;
		view->weeks = &figures->weeks;
	}
	if (shown->breakdowns) {
		criteria_build(&figures->criteria, report);
		breakdown_build(&figures->models, report, &by_model);
		breakdown_build(&figures->agents, report, &by_agent);
		view->criteria = &figures->criteria;
		view->models = &figures->models;
		view->agents = &figures->agents;
	}
	if (shown->reliability) {
		reliability_build(&figures->reliability, all->items, all->count, by, report);
		view->reliability = &figures->reliability;
	}
}

static void release_figures(struct figures *figures, const struct view *view)
{
	if (view->families)
		families_release(&figures->families);
	if (view->series)
		series_release(&figures->series);
	if (view->days) {
		series_release(&figures->days);
		series_release(&figures->weeks);
	}
	if (view->criteria) {
		criteria_release(&figures->criteria);
		breakdown_release(&figures->models);
		breakdown_release(&figures->agents);
	}
	if (view->reliability)
		reliability_release(&figures->reliability);
}

/* What was read. */
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

	spool_init(&material->spool, SPOOL_MEMORY, temporary_folder());
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
		show_progress(NULL, 0, 0);
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

/* What is found in it. */
struct findings {
	struct selection selection;
	struct report before, report;
	struct comparison comparison;
	struct gates gates;
};

/* A run knows its case in the report that was built last: in that of now. */
static void build_reports(struct findings *found, enum suite_by by)
{
	const struct run_list *now = &found->selection.now, *before = &found->selection.before;

	if (found->selection.compares)
		report_build(&found->before, before->items, before->count, by);
	report_build(&found->report, now->items, now->count, by);
	if (found->selection.compares)
		comparison_build(&found->comparison, &found->report, &found->before);
}

static void find_out(struct findings *found, struct material *material,
		     const struct options *options)
{
	const struct supply supply = {
		.inputs = &material->inputs,
		.past = &material->past,
		.baseline = &material->baseline,
		.has_inputs = options->input_count > 0,
		.has_past = options->history != NULL,
		.has_baseline = options->baseline_count > 0,
	};

	selection_make(&found->selection, &supply, &options->choice, &material->counts,
		       &material->notes);
	build_reports(found, options->suite_by);
	gates_judge(&found->gates, &options->gates, &found->report,
		    found->selection.compares ? &found->comparison : NULL);
}

static void findings_release(struct findings *found)
{
	gates_release(&found->gates);
	if (found->selection.compares) {
		comparison_release(&found->comparison);
		report_release(&found->before);
	}
	report_release(&found->report);
	selection_release(&found->selection);
}

static void show_comparison(struct view *view, const struct options *options,
			    const struct findings *found)
{
	bool with_baseline =
		options->choice.compare == COMPARE_DEFAULT && options->baseline_count > 0;

	if (!found->selection.compares)
		return;
	view->comparison = &found->comparison;
	view->compared_period = with_baseline ? NULL : &found->selection.before_period;
	view->compared_previous = !with_baseline && options->choice.compare != COMPARE_PERIOD;
}

static int report_on(const struct options *options, const struct material *material,
		     const struct findings *found, struct view_loads *loads)
{
	struct view_matrix matrix = {.suite = NULL};
	struct shown shown = what_is_shown(options);
	struct figures figures;
	struct view view = {
		.report = &found->report,
		.loads = loads,
		.matrix = &matrix,
		.counts = &material->counts,
		.asked = &options->choice.period,
		.notes = &material->notes,
		.gates = &found->gates,
		.render = &options->render,
		.title = options->title,
		.link = options->link,
		.logo = options->logo,
		.accent = options->accent,
		.details = options->ingest.details,
		.pass_score_micro = options->ingest.rules.pass_score_micro,
	};
	int status;

	show_comparison(&view, options, found);
	build_figures(&figures, &view, &shown, &found->selection, options->suite_by);
	status = write_reports(options, &view);
	release_figures(&figures, &view);
	return status;
}

static int report_with_details(const struct options *options, struct material *material,
			       const struct findings *found)
{
	struct view_loads loads;
	int status;

	view_loads_init(&loads, &material->spool);
	status = report_on(options, material, found, &loads);
	view_loads_release(&loads);
	if (!material->spool.failed)
		return status;
	tell(NULL, "temporary file: cannot be read back: details are missing in reports");
	return EXIT_OUTPUT;
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
	tell(NULL, err.text);
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
		tell(NULL, err.text);
		status = EXIT_OUTPUT;
	} else if (notes.errors) {
		status = EXIT_INPUT;
	}
	tell_notes(options, &notes);
	notes_release(&notes);
	return status;
}

/* ---- all of it ---- */

static int report(const struct options *options, struct material *material)
{
	struct findings found;
	int status;

	find_out(&found, material, options);
	tell_notes(options, &material->notes);
	status = report_with_details(options, material, &found);
	tell_gates(options, &found.gates);
	status = larger(status, found.gates.missed ? EXIT_GATE : EXIT_OK);
	findings_release(&found);
	return status;
}

static int run_on(struct options *options, struct material *material)
{
	int status = material->notes.errors ? EXIT_INPUT : EXIT_OK;

	if (options->strict && material->notes.errors) {
		tell_notes(options, &material->notes);
		tell(NULL, "--strict: no report is written, for some input was bad");
		return status;
	}
	status = larger(status, remember(options, material));
	if (options->history_only)
		tell_notes(options, &material->notes);
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

static int run_pipeline(struct options *options)
{
	struct material material = {.news = NULL};
	int status;

	if (only_compacts(options))
		return compact(options);
	options->ingest.details_unseen = options->history_only || !what_is_shown(options).details;
	if (wants_progress(options))
		options->ingest.progress = show_progress;
	read_inputs(&material, options);
	if (options->history)
		material.news = history_news(&material.inputs, &material.past, options->now,
					     &material.news_count, &material.notes);
	status = run_on(options, &material);
	material_release(&material);
	return status;
}

/* ---- the process ---- */

static void remove_temps(void)
{
	output_remove_temps();
	folder_remove_temp();
}

static void end_by_signal(int number)
{
	remove_temps();
	_exit(128 + number);
}

static void end_out_of_memory(void)
{
	static const char text[] = "runtally: out of memory\n";

	remove_temps();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_OUTPUT);
	_exit(EXIT_OUTPUT);
}

/* A closed standard file would lend its number to a report, and messages would land in that. */
static void open_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd >= 0)
		close(fd);
}

static void set_handlers(void)
{
	struct sigaction end = {.sa_handler = end_by_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	memory_exhausted = end_out_of_memory;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGQUIT, &end, NULL);
	/* what they would end for is told by write, too */
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

static int64_t clock_ms(void)
{
	struct timespec now = {.tv_sec = 0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * libzip takes the times of entries for local ones. Without TZ, the C library looks at
 * /etc/localtime for each of them, under one lock for all threads: as long as all else that opening
 * an archive takes.
 */
static void set_time_zone(void)
{
	setenv("TZ", "UTC0", 1);
}

/* Exports may come from strangers, who must not know where their names fall. */
static void set_hash_seed(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	uint64_t seed = 0;

	if (fd < 0 || read(fd, &seed, sizeof(seed)) != sizeof(seed))
		seed = (uint64_t)clock_ms();
	if (fd >= 0)
		close(fd);
	hash_seed(seed);
}

int main(int argc, char **argv)
{
	struct options options;
	struct error err;
	enum options_wish wish;
	int status = EXIT_OK;

	open_standard_files();
	set_handlers();
	set_hash_seed();
	set_time_zone();
	wish = options_parse(&options, argc, argv, clock_ms(), getenv("SOURCE_DATE_EPOCH"), &err);
	if (wish != WISH_RUN) {
		status = print_words(wish, &err);
	} else if (options.print_templates) {
		if (templates_print(options.print_templates, &err)) {
			tell(NULL, err.text);
			status = EXIT_OUTPUT;
		}
	} else {
		status = run_pipeline(&options);
	}
	options_release(&options);
	return status;
}

/* ---- what is printed ---- */

static int larger(int status, int other)
{
	return status > other ? status : other;
}

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && folder[0] ? folder : "/tmp";
}

/* One line on standard error; both texts may hold bytes of the input. */
static void tell(const char *place, const char *text)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(&line, "runtally: ");
	if (place && place[0]) {
		escape_terminal(&line, place, strlen(place), 'r');
		strbuf_addstr(&line, ": ");
	}
	escape_terminal(&line, text, strlen(text), 'r');
	fprintf(stderr, "%s\n", line.text);
	strbuf_release(&line);
}

static void tell_note(const struct note *note)
{
	struct strbuf place = STRBUF_INIT, text = STRBUF_INIT;

	if (note->opened)
		strbuf_addstr(&place, note->opened);
	if (note->opened && note->record)
		strbuf_addf(&place, "#%zu", note->record);
	if (note->severity == SEVERITY_WARNING)
		strbuf_addstr(&text, "warning: ");
	if (note->path)
		strbuf_addf(&text, "%s: ", note->path);
	strbuf_addstr(&text, note->text);
	if (note->count > 1)
		strbuf_addf(&text, " (in %llu records)", (unsigned long long)note->count);
	tell(place.text, text.text);
	strbuf_release(&place);
	strbuf_release(&text);
}

enum { NOTES_TOLD = 50 };

/* -q: errors alone; -v: all of them. The reports list what is left out here. */
static void tell_notes(const struct options *options, const struct notes *notes)
{
	size_t told = 0, left = 0;
	char text[80];

	for (size_t i = 0; i < notes->count; i++) {
		if (options->verbosity < 0 && notes->items[i].severity == SEVERITY_WARNING)
			continue;
		if (options->verbosity < 1 && told == NOTES_TOLD) {
			left++;
			continue;
		}
		tell_note(&notes->items[i]);
		told++;
	}
	left += (size_t)notes->dropped;
	if (left) {
		snprintf(text, sizeof(text), "%zu more notes; report.json lists %zu of all", left,
			 notes->count);
		tell(NULL, text);
	}
}

static void tell_gates(const struct options *options, const struct gates *gates)
{
	for (size_t i = 0; i < gates->count; i++) {
		const struct gate *gate = &gates->items[i];
		struct strbuf text = STRBUF_INIT;

		if (gate->met && options->verbosity < 1)
			continue;
		strbuf_addf(&text, "gate %s: %s: wanted %s, found %s", gate->met ? "met" : "missed",
			    gate->name, gate->wanted, gate->found);
		tell(NULL, text.text);
		strbuf_release(&text);
	}
}

/* Overwrites one line; no records: clears it. */
static void show_progress(void *ctx, uint64_t records, uint64_t bytes)
{
	(void)ctx;
	if (records)
		fprintf(stderr, "\r%llu records, %llu MB ", (unsigned long long)records,
			(unsigned long long)(bytes / 1000000));
	else
		fprintf(stderr, "\r%40s\r", "");
}

static bool wants_progress(const struct options *options)
{
	if (options->progress == PROGRESS_AUTO)
		return options->verbosity >= 0 && isatty(STDERR_FILENO);
	return options->progress == PROGRESS_ON;
}

/* https://no-color.org: set and not empty means no colour. */
static bool wants_color(const struct target *target)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return strcmp(target->path, "-") == 0 && isatty(STDOUT_FILENO) &&
	       !(no_color && no_color[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

static void list_formats(struct strbuf *out)
{
	for (size_t i = 0; formats[i]; i++)
		strbuf_addf(out, "%-10s %-8s %s\n", formats[i]->name,
			    formats[i]->extension ? formats[i]->extension : "",
			    formats[i]->summary);
}

static void list_sources(struct strbuf *out)
{
	for (size_t i = 0; adapters[i]; i++)
		strbuf_addf(out, "%-10s %s\n", adapters[i]->name, adapters[i]->summary);
}

static int print_words(enum options_wish wish, const struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int status = EXIT_OK;

	if (wish == WISH_BAD_USAGE) {
		tell(NULL, err->text);
		return EXIT_USAGE;
	}
	if (wish == WISH_HELP)
		options_help(&text);
	else if (wish == WISH_VERSION)
		strbuf_addstr(&text, "runtally " RUNTALLY_VERSION "\n");
	else if (wish == WISH_LIST_FORMATS)
		list_formats(&text);
	else
		list_sources(&text);
	if (fwrite(text.text, 1, text.length, stdout) != text.length || fflush(stdout)) {
		tell(NULL, "standard output: cannot write");
		status = EXIT_OUTPUT;
	}
	strbuf_release(&text);
	return status;
}
