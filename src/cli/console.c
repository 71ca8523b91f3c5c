#include "runtally/cli/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtally/adapters/adapters.h"
#include "runtally/formats/format.h"
#include "runtally/model/mark.h"
#include "runtally/template/escape.h"

void console_error(const char *place, const char *text)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(&line, "runtally: ");
	if (place && place[0]) {
		escape_terminal(&line, place, strlen(place), 'r');
		strbuf_addstr(&line, ": ");
	}
	escape_terminal(&line, text, strlen(text), 'r');
	marks_shorten(&line, 0);
	fprintf(stderr, "%s\n", line.text);
	strbuf_release(&line);
}

static void say_note(const struct note *note)
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
	console_error(place.text, text.text);
	strbuf_release(&place);
	strbuf_release(&text);
}

enum { NOTES_TOLD = 50 };

void console_notes(const struct options *options, const struct notes *notes)
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
		say_note(&notes->items[i]);
		told++;
	}
	left += (size_t)notes->dropped;
	if (left) {
		snprintf(text, sizeof(text), "%zu more notes; report.json lists %zu of all", left,
			 notes->count);
		console_error(NULL, text);
	}
}

void console_gates(const struct options *options, const struct gates *gates)
{
	for (size_t i = 0; i < gates->count; i++) {
		const struct gate *gate = &gates->items[i];
		struct strbuf text = STRBUF_INIT;

		if (gate->met && options->verbosity < 1)
			continue;
		strbuf_addf(&text, "gate %s: %s: wanted %s, found %s", gate->met ? "met" : "missed",
			    gate->name, gate->wanted, gate->found);
		console_error(NULL, text.text);
		strbuf_release(&text);
	}
}

void console_progress(void *ctx, uint64_t records, uint64_t bytes)
{
	(void)ctx;
	if (records)
		fprintf(stderr, "\r%llu records, %llu MB ", (unsigned long long)records,
			(unsigned long long)(bytes / 1000000));
	else
		fprintf(stderr, "\r%40s\r", "");
}

bool console_wants_progress(const struct options *options)
{
	if (options->progress == PROGRESS_AUTO)
		return options->verbosity >= 0 && isatty(STDERR_FILENO);
	return options->progress == PROGRESS_ON;
}

/* Set and not empty means no colour. */
bool console_wants_color(const struct target *target)
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

int console_answer(enum options_action action)
{
	struct strbuf text = STRBUF_INIT;
	int failed;

	if (action == ACTION_HELP)
		options_help(&text);
	else if (action == ACTION_VERSION)
		strbuf_addstr(&text, "runtally " RUNTALLY_VERSION "\n");
	else if (action == ACTION_LIST_FORMATS)
		list_formats(&text);
	else
		list_sources(&text);
	failed =
		fwrite(text.text, 1, text.length, stdout) != text.length || fflush(stdout) ? -1 : 0;
	if (failed)
		console_error(NULL, "standard output: cannot write");
	strbuf_release(&text);
	return failed;
}
