#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/options_table.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

/* Tests run in an empty folder, so that no runtally.json gets in; `home` is where they began. */
static int home;
static char folder[] = "/tmp/runtally-options-XXXXXX";

/* 2026-11-20T10:00:00Z */
static const int64_t now = INT64_C(1795168800000);

static int enter_folder(void **state)
{
	(void)state;
	home = open(".", O_RDONLY | O_DIRECTORY);
	return home < 0 || !mkdtemp(folder) || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
	(void)state;
	return fchdir(home) != 0 || rmdir(folder) != 0 || close(home) != 0;
}

/* A command line as a test writes it: arguments with `|` between them. */
struct line {
	char text[2048];
	char *argv[64];
	int argc;
};

static void line_split(struct line *line, const char *text)
{
	char *at = line->text;

	assert_true(strlen(text) < sizeof(line->text));
	memcpy(line->text, text, strlen(text) + 1);
	line->argv[0] = (char *)"runtally";
	line->argc = 1;
	while (at && *text) {
		char *bar = strchr(at, '|');

		line->argv[line->argc++] = at;
		if (bar)
			*bar++ = '\0';
		at = bar;
	}
	line->argv[line->argc] = NULL;
}

static enum options_action parse(struct options *options, const char *text, struct error *err)
{
	struct line line;

	line_split(&line, text);
	err->text[0] = '\0';
	return options_parse(options, line.argc, line.argv, now, NULL, err);
}

static void add_words(struct strbuf *out, const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, " %s=%s", name, words[i]);
}

static void add_integer(struct strbuf *out, const char *name, int64_t value, int64_t usual)
{
	if (value != usual)
		strbuf_addf(out, " %s=%" PRId64, name, value);
}

static void add_text(struct strbuf *out, const char *name, const char *value)
{
	if (value)
		strbuf_addf(out, " %s=%s", name, value);
}

static void add_time(struct strbuf *out, const char *name, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	if (ms == TIME_UNKNOWN)
		return;
	time_text(ms, text);
	strbuf_addf(out, " %s=%s", name, text);
}

static void describe_ingest(struct strbuf *out, const struct ingest_options *ingest)
{
	add_text(out, "from", ingest->from ? ingest->from->name : NULL);
	add_integer(out, "pass-score", ingest->rules.pass_score_micro, 800000);
	add_integer(out, "score-scale", ingest->rules.score_scale, 0);
	add_integer(out, "details", ingest->details, DETAILS_FAILED);
	add_integer(out, "jobs", (int64_t)ingest->jobs, 0);
	add_integer(out, "redact", ingest->redact, true);
	add_integer(out, "transcripts", ingest->transcripts, true);
}

static void describe_choice(struct strbuf *out, const struct select_options *choice)
{
	add_time(out, "since", choice->period.since);
	add_time(out, "until", choice->period.until);
	add_words(out, "suite", choice->suites, choice->suite_count);
	add_words(out, "source", choice->sources, choice->source_count);
	add_integer(out, "compare", choice->compare, COMPARE_DEFAULT);
	add_time(out, "compare-since", choice->compare_period.since);
	add_time(out, "compare-until", choice->compare_period.until);
}

static void describe_reports(struct strbuf *out, const struct options *options)
{
	for (size_t i = 0; i < options->target_count; i++)
		strbuf_addf(out, " output=%s:%s", options->targets[i].format->name,
			    options->targets[i].path);
	for (size_t i = 0; i < options->template_count; i++)
		strbuf_addf(out, " template=%s:%s", options->templates[i].format->name,
			    options->templates[i].file);
	add_text(out, "templates", options->templates_folder);
	add_text(out, "print-templates", options->print_templates);
	if (strcmp(options->title, "Agent test runs") != 0)
		add_text(out, "title", options->title);
	add_text(out, "link", options->link);
	if (options->accent)
		add_integer(out, "accent", options->accent->color, -1);
	add_text(out, "mail-from", options->render.mail_from);
	add_words(out, "mail-to", options->render.mail_to, options->render.mail_to_count);
	add_integer(out, "junit-rich", options->render.junit_rich, false);
	add_integer(out, "junit-reruns", options->render.junit_reruns, false);
	add_integer(out, "junit-runs", options->render.junit_runs, false);
	add_integer(out, "junit-pass-rate", options->render.junit_pass_rate_micro, SCORE_ONE);
	add_text(out, "junit-file", options->render.junit_file);
}

static void describe_limits(struct strbuf *out, const struct options *options)
{
	struct options usual;

	options_init(&usual);
	for (const struct limit_row *row = limit_rows; row->name; row++)
		add_integer(out, row->name, (int64_t)limit_value(row, options),
			    (int64_t)limit_value(row, &usual));
	options_release(&usual);
}

static void describe_gates(struct strbuf *out, const struct gate_options *gates)
{
	add_integer(out, "min-pass-rate", gates->min_pass_rate_micro, -1);
	add_integer(out, "max-cost", gates->max_cost_nano, -1);
	add_integer(out, "max-cost-per-pass", gates->max_cost_per_pass_nano, -1);
	add_integer(out, "max-p95-latency", gates->max_p95_latency_ms, -1);
	add_integer(out, "fail-on", gates->fail_on, 0);
}

/* All that is not at its default, each with a space in front. */
static void describe(struct strbuf *out, const struct options *options)
{
	add_words(out, "input", options->inputs, options->input_count);
	describe_reports(out, options);
	add_words(out, "baseline", options->baselines, options->baseline_count);
	add_text(out, "history", options->history);
	add_integer(out, "history-only", options->history_only, false);
	add_integer(out, "shard", options->shard, 0);
	add_integer(out, "shards", options->shards, 0);
	add_integer(out, "compact", options->compact, false);
	add_integer(out, "history-age", (int64_t)options->history_age_days, 0);
	add_integer(out, "history-size", (int64_t)options->history_bytes, 0);
	describe_choice(out, &options->choice);
	describe_ingest(out, &options->ingest);
	add_integer(out, "suite-by", options->suite_by, SUITE_BY_SUITE);
	describe_limits(out, options);
	describe_gates(out, &options->gates.whole);
	for (size_t i = 0; i < options->gates.suite_count; i++) {
		add_text(out, "gates-of", options->gates.suites[i].suite);
		describe_gates(out, &options->gates.suites[i].options);
	}
	add_integer(out, "strict", options->strict, false);
	add_integer(out, "progress", options->progress, PROGRESS_AUTO);
	add_integer(out, "verbosity", options->verbosity, 0);
	add_text(out, "config", options->config);
	add_integer(out, "now", options->now, now);
}

static void expect(const char *text, const char *wanted)
{
	struct strbuf out = STRBUF_INIT;
	struct options options;
	struct error err;

	if (parse(&options, text, &err) != ACTION_RUN)
		fail_msg("%s: %s", text, err.text);
	describe(&out, &options);
	if (strcmp(out.text, wanted) != 0)
		fail_msg("%s:\nis     %s\nwanted %s", text, out.text, wanted);
	strbuf_release(&out);
	options_release(&options);
}

static void expect_error(const char *text, const char *wanted)
{
	struct options options;
	struct error err;
	enum options_action action = parse(&options, text, &err);

	if (action != ACTION_BAD_USAGE || strcmp(err.text, wanted) != 0)
		fail_msg("%s:\nis     %d, %s\nwanted %s", text, action, err.text, wanted);
	options_release(&options);
}

struct expectation {
	const char *line, *wanted;
};

static void expect_all(const struct expectation *cases, size_t count,
		       void (*check)(const char *, const char *))
{
	for (size_t i = 0; i < count; i++)
		check(cases[i].line, cases[i].wanted);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void good_lines(void **state)
{
	static const struct expectation cases[] = {
		/* shapes of arguments */
		{"a", " input=a"},
		{"a|-|b", " input=a input=- input=b"},
		{"a|--|-q|--help|--", " input=a input=-q input=--help input=--"},
		{"a|--title=T|b|--title|U", " input=a input=b title=U"},
		{"--title=a=b|x", " input=x title=a=b"},
		{"--accent=#fff|x|--accent|#0102ff", " input=x accent=66303"},
		{"--title|--|x", " input=x title=--"},
		{"x|-oa.eml|--mail-from=a@b.c|--mail-to|d@e|--mail-to=f@g",
		 " input=x output=mail:a.eml mail-from=a@b.c mail-to=d@e mail-to=f@g"},
		{"x|-oeml=-|--mail-from=a@b|--mail-to=c@d|--mail-from=e@f",
		 " input=x output=mail:- mail-from=e@f mail-to=c@d"},
		{"x|-omail-html=a|-omail-text=-|--mail-to=c@d",
		 " input=x output=mail-html:a output=mail-text:- mail-to=c@d"},
		{"x|-oa.zip", " input=x output=bundle:a.zip"},
		{"-qoa.html|x", " input=x output=html:a.html verbosity=-1"},
		{"-o|a.html|x", " input=x output=html:a.html"},
		{"-o-|x", " input=x output=text:-"},
		{"-v|x", " input=x verbosity=1"},
		{"-qv|x", " input=x verbosity=1"},
		{"-v|--quiet|x", " input=x verbosity=-1"},
		{"|x", " input= input=x"},
		/* reports */
		{"x|-oa.html|-o|b.md|--output=c.xml|--output|d.json|-oe.ndjson|-of.csv|-og.txt|-o"
		 "h.zip",
		 " input=x output=html:a.html output=markdown:b.md output=junit:c.xml "
		 "output=json:d.json output=records:e.ndjson output=csv:f.csv output=text:g.txt "
		 "output=bundle:h.zip"},
		{"x|-ojson=-", " input=x output=json:-"},
		{"x|-omd=notes|-oview=v", " input=x output=markdown:notes output=view:v"},
		{"x|-ohtml=a=b", " input=x output=html:a=b"},
		{"x|-oq=1/a.html", " input=x output=html:q=1/a.html"},
		{"x|-o=a.html", " input=x output=html:=a.html"},
		{"x|-oa.html|-ob/a.html|-o/a.html|-o../a.html|-ojson=./-|-ocsv=-",
		 " input=x output=html:a.html output=html:b/a.html output=html:/a.html "
		 "output=html:../a.html output=json:./- output=csv:-"},
		{"x|--template|html=t|--template=md=u=v",
		 " input=x template=html:t template=markdown:u=v"},
		{"x|--templates=/", " input=x templates=/"},
		{"--print-templates=t", " print-templates=t"},
		{"x|--title=\xc3\x9c \xe2\x82\xac", " input=x title=\xc3\x9c \xe2\x82\xac"},
		{"x|--link=https://example.com/r?a=b#c",
		 " input=x link=https://example.com/r?a=b#c"},
		{"x|--link=HTTP://example.com", " input=x link=HTTP://example.com"},
		{"x|--details=all", " input=x details=1"},
		{"x|--details=none", " input=x details=2"},
		{"x|--details=none|--details=failed", " input=x"},
		{"x|--junit-flavor=rich|--reruns", " input=x junit-rich=1 junit-reruns=1"},
		{"x|--junit-flavor=rich|--junit-flavor=strict", " input=x"},
		/* input */
		{"x|--from=telnyx", " input=x from=telnyx"},
		{"x|--since=2026-11-01|--until=2026-11-19",
		 " input=x since=2026-11-01T00:00:00.000Z until=2026-11-20T00:00:00.000Z"},
		{"x|--until=2024-02-28", " input=x until=2024-02-29T00:00:00.000Z"},
		{"x|--since=2026-11-20|--until=2026-11-20",
		 " input=x since=2026-11-20T00:00:00.000Z until=2026-11-21T00:00:00.000Z"},
		{"x|--since=2026-11-01T12:00:00+02:00|--until=2026-11-20T10:00:00.5Z",
		 " input=x since=2026-11-01T10:00:00.000Z until=2026-11-20T10:00:00.500Z"},
		{"x|--last=7d",
		 " input=x since=2026-11-13T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--last=36h",
		 " input=x since=2026-11-18T22:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--last=2w|--until=2026-11-10",
		 " input=x since=2026-11-06T10:00:00.000Z until=2026-11-11T00:00:00.000Z"},
		/* what they have in common, in whatever order; of the same one the last counts */
		{"x|--since=2026-11-01|--last=1d",
		 " input=x since=2026-11-19T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--last=1d|--since=2026-11-01",
		 " input=x since=2026-11-19T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--last=1d|--since=2026-11-20|--last=2d",
		 " input=x since=2026-11-20T00:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--week=2026-W47|--since=2026-11-01",
		 " input=x since=2026-11-16T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--week=2026-W47|--until=2026-12-01",
		 " input=x since=2026-11-16T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--since=2026-11-22|--week=2026-W47",
		 " input=x since=2026-11-22T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--week=2026-W47|--month=2026-11|--last=2d",
		 " input=x since=2026-11-18T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"x|--week=this",
		 " input=x since=2026-11-16T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--week=last",
		 " input=x since=2026-11-09T00:00:00.000Z until=2026-11-16T00:00:00.000Z"},
		{"x|--week=last|--tz=+02:00",
		 " input=x since=2026-11-08T22:00:00.000Z until=2026-11-15T22:00:00.000Z"},
		{"x|--month=2026-12",
		 " input=x since=2026-12-01T00:00:00.000Z until=2027-01-01T00:00:00.000Z"},
		{"x|--month=2024-02",
		 " input=x since=2024-02-01T00:00:00.000Z until=2024-03-01T00:00:00.000Z"},
		{"x|--month=this|--tz=-05:00",
		 " input=x since=2026-11-01T05:00:00.000Z until=2026-12-01T05:00:00.000Z"},
		{"x|--month=last",
		 " input=x since=2026-10-01T00:00:00.000Z until=2026-11-01T00:00:00.000Z"},
		{"x|--week=last|--week=2026-W47",
		 " input=x since=2026-11-16T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--week=2026-W47",
		 " input=x since=2026-11-16T00:00:00.000Z until=2026-11-23T00:00:00.000Z"},
		{"x|--week=2026-W47|--tz=+02:00",
		 " input=x since=2026-11-15T22:00:00.000Z until=2026-11-22T22:00:00.000Z"},
		{"x|--tz=-0330|--since=2026-11-16|--until=2026-11-17T01:00:00Z",
		 " input=x since=2026-11-16T03:30:00.000Z until=2026-11-17T01:00:00.000Z"},
		{"x|--baseline=y|--baseline=z", " input=x baseline=y baseline=z"},
		{"--history=h", " history=h"},
		{"x|--history=h|--history-only|--shard=2/4",
		 " input=x history=h history-only=1 shard=2 shards=4"},
		{"x|--history=h|--shard=9999/9999", " input=x history=h shard=9999 shards=9999"},
		{"--history=h|--compact|--history-age=52w|--history-size=2K",
		 " history=h compact=1 history-age=364 history-size=2048"},
		{"--history=h|--compact|--history-only", " history=h history-only=1 compact=1"},
		{"x|--history-age=400d|--history-size=1",
		 " input=x history-age=400 history-size=1"},
		{"x|--history=h|--compare=previous", " input=x history=h compare=1"},
		{"x|--compare=none", " input=x compare=3"},
		{"x|--baseline=y|--history=h|--compare=none",
		 " input=x baseline=y history=h compare=3"},
		{"x|--history=h|--compare=2026-11-01..2026-11-07",
		 " input=x history=h compare=2 compare-since=2026-11-01T00:00:00.000Z "
		 "compare-until=2026-11-08T00:00:00.000Z"},
		{"x|--suite=a*|--suite|b|--source=kapso|--source=own|--source=own2",
		 " input=x suite=a* suite=b source=kapso source=own source=own2"},
		{"x|--strict", " input=x strict=1"},
		/* verdicts and suites */
		{"x|--pass-score=0.75", " input=x pass-score=750000"},
		{"x|--pass-score=1|--score-scale=100",
		 " input=x pass-score=1000000 score-scale=100"},
		{"x|--score-scale=10", " input=x score-scale=10"},
		{"x|--score-scale=1|--score-scale=auto", " input=x"},
		{"x|--suite-by=agent", " input=x suite-by=1"},
		{"x|--suite-by=source", " input=x suite-by=2"},
		{"x|--suite-by=folder", " input=x suite-by=3"},
		/* limits, gates, privacy, other */
		{"x|--limit=notes=5|--limit|markdown-bytes=1M|--limit=notes=6",
		 " input=x notes=6 markdown-bytes=1048576"},
		{"x|--min-pass-rate=95.25|--max-cost=1.000000001",
		 " input=x min-pass-rate=952500 max-cost=1000000001"},
		{"x|--min-pass-rate=0|--max-cost=0", " input=x min-pass-rate=0 max-cost=0"},
		{"x|--max-cost=1000000000", " input=x max-cost=1000000000000000000"},
		{"x|--max-cost-per-pass=0.25", " input=x max-cost-per-pass=250000000"},
		{"x|--max-p95-latency=2500", " input=x max-p95-latency=2500"},
		{"x|--max-p95-latency=2.5s", " input=x max-p95-latency=2500"},
		{"x|--max-p95-latency=800ms", " input=x max-p95-latency=800"},
		{"x|--fail-on=failed", " input=x fail-on=1"},
		{"x|--fail-on=regressions", " input=x fail-on=32"},
		{"x|--fail-on=no-runs,errors", " input=x fail-on=18"},
		{"x|--fail-on=unfinished|--fail-on=flaky", " input=x fail-on=12"},
		{"x|--no-redact|--no-transcripts", " input=x redact=0 transcripts=0"},
		{"x|--jobs=1", " input=x jobs=1"},
		{"x|--jobs=256", " input=x jobs=256"},
		{"x|--progress=on", " input=x progress=1"},
		{"x|--progress=off", " input=x progress=2"},
	};

	(void)state;
	expect_all(cases, COUNT(cases), expect);
}

#define FORMATS                                                                                    \
	"; known: html (.html), site (/), markdown (.md), junit (.xml), json (.json), records "    \
	"(.ndjson), "                                                                              \
	"csv (.csv), text (.txt), mail (.eml), mail-html, mail-text, bundle (.zip), view"

static void bad_lines(void **state)
{
	static const struct expectation cases[] = {
		{"", "no input; see runtally --help"},
		{"--strict", "no input; see runtally --help"},
		{"--", "no input; see runtally --help"},
		/* shapes of arguments */
		{"x|--outptu", "unknown option --outptu; did you mean --output?"},
		{"x|--outptu=a.html", "unknown option --outptu; did you mean --output?"},
		{"x|--out=a.html", "unknown option --out; did you mean --output?"},
		{"x|--min-passrate|5",
		 "unknown option --min-passrate; did you mean --min-pass-rate?"},
		{"x|--xyzzy", "unknown option --xyzzy; see runtally --help"},
		{"x|--=a", "unknown option --; see runtally --help"},
		{"x|--base=y", "unknown option --base; did you mean --baseline?"},
		{"x|--week=2026-W54", "--week: \"2026-W54\" is no week of ISO 8601 (2026-W47), nor "
				      "the word this or last"},
		{"x|--week=2026-47", "--week: \"2026-47\" is no week of ISO 8601 (2026-W47), nor "
				     "the word this or last"},
		{"x|--month=2026-13",
		 "--month: \"2026-13\" is no month (2026-11), nor the word this or last"},
		{"x|--month=2026-1",
		 "--month: \"2026-1\" is no month (2026-11), nor the word this or last"},
		{"x|--week=2026-W47|--month=2026-10",
		 "the period is empty: --since, --until, --last, --week and "
		 "--month have nothing in common"},
		{"x|--tz=Europe/Nowhere", "--tz: \"Europe/Nowhere\" is neither UTC nor an offset "
					  "from it (+02:00), nor a zone "
					  "whose table lies in /usr/share/zoneinfo"},
		{"x|--compare=2026-11-07..2026-11-01",
		 "--compare: \"2026-11-07..2026-11-01\" is neither previous, none, nor a period "
		 "(2026-11-01..2026-11-07)"},
		{"x|-x", "unknown option -x; see runtally --help"},
		{"x|-qx", "unknown option -x; see runtally --help"},
		{"x|--title", "--title needs a value: TEXT"},
		{"x|-o", "-o needs a value: [FORMAT=]PATH"},
		{"x|--strict=1", "--strict takes no value"},
		{"x|--help=", "--help takes no value"},
		/* reports */
		{"x|-oreport.pdf", "-o: unknown format \"report.pdf\"" FORMATS},
		{"x|--output=report", "--output: unknown format \"report\"" FORMATS},
		{"x|-o/", "-o: unknown format \"/\"" FORMATS},
		{"x|-osite=-", "-o: \"site=-\": a folder cannot be written to standard output"},
		{"x|-opdf=a", "-o: unknown format \"pdf=a\"" FORMATS},
		{"x|-ohtml=", "-o: \"html=\" names no file"},
		{"x|-ohtml=a/", "-o: \"html=a/\" names a folder, not a file"},
		{"x|--output=", "--output: unknown format \"\"" FORMATS},
		{"x|-oa.html|-oa.html", "-o: two reports would be written to \"a.html\""},
		{"x|-oa.html|-ojson=./a.html", "-o: two reports would be written to \"./a.html\""},
		{"x|-oa//b/./c.md|-o./a/b//c.md",
		 "-o: two reports would be written to \"./a/b//c.md\""},
		{"x|-o-|-ojson=-", "-o: two reports would be written to \"-\""},
		{"x|--template=html", "--template: \"html\" is not FORMAT=FILE"},
		{"x|--template=pdf=a", "--template: unknown format \"pdf=a\"" FORMATS},
		{"x|--template=html=", "--template: \"html=\" names no file"},
		{"x|--template=html=a|--template=html=b",
		 "--template: format html has two templates"},
		{"x|--template=bundle=a", "--template: format bundle has no template"},
		{"x|--templates=", "--templates: must not be empty"},
		{"x|--templates=/nowhere/at/all",
		 "--templates: \"/nowhere/at/all\": No such file or directory"},
		{"x|--templates=/dev/null", "--templates: \"/dev/null\" is not a folder"},
		{"x|--print-templates=", "--print-templates: must not be empty"},
		{"x|--title=", "--title: must not be empty"},
		{"x|--title=a\nb", "--title: must not hold control characters or line breaks"},
		{"x|--title=\x1b[m", "--title: must not hold control characters or line breaks"},
		{"x|--title=\x7f", "--title: must not hold control characters or line breaks"},
		{"x|--title=\xc2\x9b", "--title: must not hold control characters or line breaks"},
		{"x|--link=javascript:alert(1)",
		 "--link: \"javascript:alert(1)\" is not an http:// or https:// address"},
		{"x|--accent=blue", "--accent: \"blue\" is not a color as #rgb or #rrggbb"},
		{"x|-oa.eml", "\"a.eml\": a mail needs --mail-from and --mail-to"},
		{"x|-oeml=-|--mail-from=a@b", "\"-\": a mail needs --mail-from and --mail-to"},
		{"x|-oa.eml|--mail-to=a@b", "\"a.eml\": a mail needs --mail-from and --mail-to"},
		{"x|--mail-from=",
		 "--mail-from: \"\" is not a bare address in ASCII (team@example.com)"},
		{"x|--mail-to==?utf-8?q?x?=@b.c",
		 "--mail-to: \"=?utf-8?q?x?=@b.c\" is not a bare address in ASCII "
		 "(team@example.com)"},
		{"x|--title=  ", "--title: must not be empty"},
		{"x|--mail-to=a@b,c@d",
		 "--mail-to: \"a@b,c@d\" is not a bare address in ASCII (team@example.com)"},
		{"x|--mail-to=a@b\r\nBcc: c@d",
		 "--mail-to: \"a@b\r\nBcc: c@d\" is not a bare address in ASCII "
		 "(team@example.com)"},
		{"x|--logo=/", "--logo: \"/\" is no regular file"},
		{"x|--link=https:/a", "--link: \"https:/a\" is not an http:// or https:// address"},
		{"x|--link=http://", "--link: \"http://\" is not an http:// or https:// address"},
		{"x|--link=https:///a",
		 "--link: \"https:///a\" is not an http:// or https:// address"},
		{"x|--link=httpsx://a",
		 "--link: \"httpsx://a\" is not an http:// or https:// address"},
		{"x|--link=http://a b",
		 "--link: \"http://a b\" holds a character that no URL may hold"},
		{"x|--link=http://a\n",
		 "--link: \"http://a\n\" holds a character that no URL may hold"},
		{"x|--link=http://a/\"",
		 "--link: \"http://a/\"\" holds a character that no URL may hold"},
		{"x|--link=http://\xc3\xa4",
		 "--link: \"http://\xc3\xa4\" holds a character that no URL may hold"},
		{"x|--details=some", "--details: unknown word \"some\"; known: failed, all, none"},
		{"x|--junit-flavor=Rich",
		 "--junit-flavor: unknown word \"Rich\"; known: strict, rich"},
		/* input */
		{"x|--from=acme",
		 "--from: unknown source \"acme\"; known: kapso, sigmamind, telnyx, "
		 "magpipe, playgent, runtally"},
		{"x|--since=yesterday",
		 "--since: \"yesterday\" is neither a date (2026-11-20) nor a "
		 "time (2026-11-20T10:00:00Z)"},
		{"x|--until=2026-02-29",
		 "--until: \"2026-02-29\" is neither a date (2026-11-20) nor "
		 "a time (2026-11-20T10:00:00Z)"},
		{"x|--since=2026-11-20T00:00:00Z|--until=2026-11-20T00:00:00Z",
		 "the period is empty: --since, --until, --last, --week and "
		 "--month have nothing in common"},
		{"x|--last=1d|--until=2026-11-01",
		 "the period is empty: --since, --until, --last, --week and "
		 "--month have nothing in common"},
		{"x|--last=7",
		 "--last: \"7\" is not a number of hours, days or weeks (24h, 7d, 2w; 36500d at "
		 "most)"},
		{"x|--last=36501d",
		 "--last: \"36501d\" is not a number of hours, days or weeks (24h, 7d, 2w; "
		 "36500d at most)"},
		{"x|--source=", "--source: must not be empty"},
		/* verdicts and suites */
		{"x|--pass-score=1.1",
		 "--pass-score: \"1.1\" is not a score from 0 to 1 (at most 6 decimals)"},
		{"x|--score-scale=5", "--score-scale: unknown word \"5\"; known: auto, 1, 10, 100"},
		{"x|--suite-by=day",
		 "--suite-by: unknown word \"day\"; known: suite, agent, source, folder"},
		/* gates */
		{"x|--min-pass-rate=100.0001", "--min-pass-rate: \"100.0001\" is not a percentage "
					       "from 0 to 100 (at most 4 decimals)"},
		{"x|--min-pass-rate=95%", "--min-pass-rate: \"95%\" is not a percentage from 0 to "
					  "100 (at most 4 decimals)"},
		{"--history=h|--history-only", "no input; see runtally --help"},
		{"x|--history-only", "--history-only: needs a --history"},
		{"x|--compact", "--compact: needs a --history"},
		{"x|--shard=1/2", "--shard: needs a --history"},
		{"x|--compare=previous", "--compare: a period to compare with needs a --history"},
		{"x|--baseline=y|--compare=2026-11-01..2026-11-07",
		 "--compare: a period to compare with needs a --history"},
		{"x|--history=h|--baseline=y|--compare=previous",
		 "--compare: compare with a period or with a --baseline, not both"},
		{"x|--baseline=y|--compare=2026-11-01..2026-11-07|--history=h",
		 "--compare: compare with a period or with a --baseline, not both"},
		{"x|--suite-by=folder|--history=h",
		 "--suite-by: a --history does not know folders"},
		{"x|--history=", "--history: must not be empty"},
		{"x|--history=h|--shard=0/2",
		 "--shard: \"0/2\" is not the number of a part and how many there are (2/4)"},
		{"x|--history=h|--shard=3/2",
		 "--shard: \"3/2\" is not the number of a part and how many there are (2/4)"},
		{"x|--history=h|--shard=1/10000",
		 "--shard: \"1/10000\" is not the number of a part and how many there are (2/4)"},
		{"x|--history=h|--shard=2",
		 "--shard: \"2\" is not the number of a part and how many there are (2/4)"},
		{"x|--history=h|--history-age=9",
		 "--history-age: \"9\" is not a number of days or weeks (7d, 2w; 36500d at most)"},
		{"x|--history=h|--history-size=0",
		 "--history-size: \"0\" is not a size in bytes (900K, 64M, 2G)"},
		{"x|--max-cost=1000000000.000000001",
		 "--max-cost: \"1000000000.000000001\" is not a number of US dollars from 0 to "
		 "1000000000 (at most 9 decimals)"},
		{"x|--max-cost=-1", "--max-cost: \"-1\" is not a number of US dollars from 0 to "
				    "1000000000 (at most 9 decimals)"},
		{"x|--fail-on=failed,bogus", "--fail-on: unknown word \"bogus\"; known: failed, "
					     "errors, unfinished, flaky, no-runs, regressions, "
					     "incomplete"},
		{"x|--fail-on=failed,", "--fail-on: unknown word \"\"; known: failed, errors, "
					"unfinished, flaky, no-runs, regressions, incomplete"},
		{"x|--max-cost-per-pass=a", "--max-cost-per-pass: \"a\" is not a number of US "
					    "dollars from 0 to 1000000000 (at most 9 decimals)"},
		{"x|--max-p95-latency=2.5",
		 "--max-p95-latency: \"2.5\" is no time from 0 to a day, in milliseconds or "
		 "seconds (2500, 800ms, 2.5s)"},
		/* limits and other */
		{"x|--limit=notes", "--limit: \"notes\" is not NAME=SIZE"},
		{"x|--limit=notes=0", "--limit: notes: \"0\" is not a size from 1 to 1000000000 "
				      "(900, 64K, 2M, 1G)"},
		{"x|--jobs=0", "--jobs: \"0\" is not a number from 1 to 256"},
		{"x|--jobs=257", "--jobs: \"257\" is not a number from 1 to 256"},
		{"x|--jobs=two", "--jobs: \"two\" is not a number from 1 to 256"},
		{"x|--progress=maybe", "--progress: unknown word \"maybe\"; known: auto, on, off"},
		{"x|--config=", "--config: must not be empty"},
		{"x|--config=none.json", "none.json: No such file or directory"},
		{"x|--config=.", ".: Is a directory"},
	};

	(void)state;
	expect_all(cases, COUNT(cases), expect_error);
}

/* The reading ends at an action: what follows, and the config file, cannot spoil --help. */
static void actions(void **state)
{
	static const struct {
		const char *line;
		enum options_action action;
	} cases[] = {
		{"-h", ACTION_HELP},
		{"--help", ACTION_HELP},
		{"-qh", ACTION_HELP},
		{"a|--help|--bogus", ACTION_HELP},
		{"--min-pass-rate=x|--help", ACTION_HELP},
		{"--config=none|--version", ACTION_VERSION},
		{"--list-formats", ACTION_LIST_FORMATS},
		{"--list-sources|--help", ACTION_LIST_SOURCES},
		{"--bogus|--help", ACTION_BAD_USAGE},
		{"--|--help", ACTION_RUN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		struct error err;

		assert_int_equal(parse(&options, cases[i].line, &err), cases[i].action);
		options_release(&options);
	}
}

/* main's argv may be empty, and strings of argv may change after parsing. */
static void odd_argv(void **state)
{
	char title[] = "--title=T", input[] = "a", output[] = "-oa.html";
	char *argv[] = {title, title, input, output, NULL};
	struct options options;
	struct error err;

	(void)state;
	assert_int_equal(options_parse(&options, 0, argv + 4, now, NULL, &err), ACTION_BAD_USAGE);
	options_release(&options);
	assert_int_equal(options_parse(&options, 4, argv, now, NULL, &err), ACTION_RUN);
	memset(title, 'x', sizeof(title) - 1);
	memset(input, 'x', sizeof(input) - 1);
	memset(output, 'x', sizeof(output) - 1);
	assert_string_equal(options.title, "T");
	assert_string_equal(options.inputs[0], "a");
	assert_string_equal(options.targets[0].path, "a.html");
	options_release(&options);
}

/* Lists grow; more letters than arguments fit. */
static void many(void **state)
{
	enum { MANY = 1000 };
	static char letters[MANY + 2];
	char *argv[MANY + 3];
	struct options options;
	struct error err;

	(void)state;
	argv[0] = (char *)"runtally";
	argv[1] = letters;
	memset(letters, 'q', MANY + 1);
	letters[0] = '-';
	for (size_t i = 0; i < MANY; i++)
		argv[i + 2] = (char *)(i % 3 ? "x" : "--suite=s");
	argv[MANY + 2] = NULL;
	assert_int_equal(options_parse(&options, MANY + 2, argv, now, NULL, &err), ACTION_RUN);
	assert_int_equal(options.input_count, 666);
	assert_int_equal(options.choice.suite_count, 334);
	for (size_t i = 0; i < 334; i++)
		assert_string_equal(options.choice.suites[i], "s");
	options_release(&options);
}

static void epochs(void **state)
{
	static const struct {
		const char *epoch;
		int64_t now; /* -1: an error */
	} cases[] = {
		{NULL, INT64_C(1795168800000)},
		{"0", 0},
		{"1700000000", INT64_C(1700000000000)},
		{"253402300799", INT64_C(253402300799000)},
		{"253402300800", -1},
		{"-1", -1},
		{"1.0", -1},
		{"1700000000 ", -1},
		{"now", -1},
	};
	char *argv[] = {(char *)"runtally", (char *)"--last=1d", (char *)"x", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		struct error err;
		enum options_action action =
			options_parse(&options, 3, argv, now, cases[i].epoch, &err);

		assert_int_equal(action, cases[i].now < 0 ? ACTION_BAD_USAGE : ACTION_RUN);
		if (action == ACTION_RUN) {
			assert_int_equal(options.now, cases[i].now);
			assert_int_equal(options.choice.period.since, cases[i].now - DAY_MS);
		} else {
			assert_ptr_equal(strstr(err.text, "SOURCE_DATE_EPOCH: "), err.text);
		}
		options_release(&options);
	}
}

/* Sets one limit and returns its value; 0 for an error. */
static uint64_t try_limit(const struct limit_row *row, const char *size)
{
	char line[200];
	struct options options;
	struct error err;
	uint64_t value = 0;

	snprintf(line, sizeof(line), "x|--limit=%s=%s", row->name, size);
	if (parse(&options, line, &err) == ACTION_RUN)
		value = limit_value(row, &options);
	options_release(&options);
	return value;
}

static void limits(void **state)
{
	static const char *const bad[] = {
		"0",
		"-1",
		"",
		"x",
		"1T",
		"4611686018427387905",
		"4294967297G",
		"18446744073709551615",
		"18446744073709551616",
		"18446744073709551617",
	};
	char text[32];

	(void)state;
	for (const struct limit_row *row = limit_rows; row->name; row++) {
		assert_int_equal(try_limit(row, "1"), 1);
		snprintf(text, sizeof(text), "%" PRIu64, row->max);
		assert_int_equal(try_limit(row, text), row->max);
		snprintf(text, sizeof(text), "%" PRIu64, row->max + 1);
		assert_int_equal(try_limit(row, text), 0);
		if (row->max >= 1024 * 1024)
			assert_int_equal(try_limit(row, "1M"), 1024 * 1024);
		for (size_t i = 0; i < COUNT(bad); i++)
			assert_int_equal(try_limit(row, bad[i]), 0);
	}
}

/* Each limit sets its own member and no other. */
static void limit_members(void **state)
{
	const struct ingest_options *ingest;
	struct strbuf line = STRBUF_INIT;
	struct options options;
	struct error err;
	int value = 11;

	(void)state;
	strbuf_addstr(&line, "x");
	for (const struct limit_row *row = limit_rows; row->name; row++)
		strbuf_addf(&line, "|--limit=%s=%d", row->name, value++);
	assert_int_equal(parse(&options, line.text, &err), ACTION_RUN);
	ingest = &options.ingest;
	assert_int_equal(ingest->limits.record_bytes, 11);
	assert_int_equal(ingest->limits.record_memory, 12);
	assert_int_equal(ingest->limits.zip_entries, 13);
	assert_int_equal(ingest->limits.zip_entry_bytes, 14);
	assert_int_equal(ingest->limits.zip_total_bytes, 15);
	assert_int_equal(ingest->limits.zip_ratio, 16);
	assert_int_equal(ingest->limits.folder_depth, 17);
	assert_int_equal(ingest->limits.label_bytes, 18);
	assert_int_equal(options.notes_limit, 19);
	assert_int_equal(options.render.junit_name_bytes, 20);
	assert_int_equal(options.render.junit_message_chars, 21);
	assert_int_equal(options.render.junit_failure_bytes, 22);
	assert_int_equal(options.render.junit_passed_output_bytes, 23);
	assert_int_equal(options.render.junit_failed_output_bytes, 24);
	assert_int_equal(options.render.junit_file_bytes, 25);
	assert_int_equal(options.render.junit_job_bytes, 26);
	assert_int_equal(options.render.html_bytes, 27);
	assert_int_equal(options.render.site_bytes, 28);
	assert_int_equal(options.render.site_files, 29);
	assert_int_equal(options.render.markdown_bytes, 30);
	assert_int_equal(options.render.mail_bytes, 31);
	assert_int_equal(value, 32);
	options_release(&options);
	strbuf_release(&line);
}

static void write_file(const char *path, const char *bytes, size_t length)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

struct config_case {
	const char *json, *line, *wanted;
};

static void with_config(const struct config_case *cases, size_t count,
			void (*check)(const char *, const char *))
{
	for (size_t i = 0; i < count; i++) {
		write_text(CONFIG_DEFAULT, cases[i].json);
		check(cases[i].line, cases[i].wanted);
		assert_int_equal(unlink(CONFIG_DEFAULT), 0);
	}
}

static void good_configs(void **state)
{
	static const struct config_case cases[] = {
		{"{}", "x", " input=x"},
		{"{\"inputs\": [\"a\", \"b\"], \"output\": [\"r.html\", \"json=-\"]}", "",
		 " input=a input=b output=html:r.html output=json:-"},
		{"{\"inputs\": \"a\", \"output\": \"r.html\"}", "", " input=a output=html:r.html"},
		{"{\"inputs\": [\"a\"]}", "b", " input=b"},
		{"{\"inputs\": []}", "b", " input=b"},
		{"{\"title\": \"T\", \"strict\": true, \"reruns\": false}", "x",
		 " input=x title=T strict=1"},
		{"{\"title\": \"T\"}", "x|--title=U", " input=x title=U"},
		{"{\"output\": [\"a.html\", \"b.md\"]}", "x|-oc.csv", " input=x output=csv:c.csv"},
		{"{\"suite\": [\"a\", \"b\"], \"source\": \"kapso\"}", "x|--suite=c",
		 " input=x suite=c source=kapso"},
		{"{\"limit\": [\"notes=5\", \"zip-entries=6\"]}", "x",
		 " input=x zip-entries=6 notes=5"},
		{"{\"limit\": [\"notes=5\", \"zip-entries=6\"]}", "x|--limit=notes=7",
		 " input=x zip-entries=6 notes=7"},
		{"{\"min-pass-rate\": 95, \"max-cost\": 1.5, \"pass-score\": 0.1}", "x",
		 " input=x pass-score=100000 min-pass-rate=950000 max-cost=1500000000"},
		{"{\"min-pass-rate\": 95.2501, \"max-cost\": 1e-9}", "x",
		 " input=x min-pass-rate=952501 max-cost=1"},
		{"{\"max-cost\": 123456.789012345, \"pass-score\": 1.0}", "x",
		 " input=x pass-score=1000000 max-cost=123456789012345"},
		{"{\"max-cost\": 1.2345e-5, \"min-pass-rate\": 1E2}", "x",
		 " input=x min-pass-rate=1000000 max-cost=12345"},
		{"{\"min-pass-rate\": \"95.5\", \"score-scale\": 10}", "x",
		 " input=x score-scale=10 min-pass-rate=955000"},
		{"{\"score-scale\": \"auto\", \"fail-on\": \"errors,flaky\"}", "x",
		 " input=x fail-on=10"},
		{"{\"fail-on\": [\"errors\", \"flaky\"]}", "x", " input=x fail-on=10"},
		{"{\"fail-on\": [\"errors\", \"flaky\"]}", "x|--fail-on=failed",
		 " input=x fail-on=11"},
		{"{\"quiet\": true}", "x", " input=x verbosity=-1"},
		{"{\"quiet\": true}", "x|-v", " input=x verbosity=1"},
		{"{\"no-redact\": true, \"no-transcripts\": true}", "x",
		 " input=x redact=0 transcripts=0"},
		{"{\"last\": \"7d\"}", "x",
		 " input=x since=2026-11-13T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		/* another option bounds it further, the same one replaces it */
		{"{\"last\": \"7d\"}", "x|--since=2026-11-15",
		 " input=x since=2026-11-15T00:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"{\"last\": \"7d\"}", "x|--last=1d",
		 " input=x since=2026-11-19T10:00:00.000Z until=2026-11-20T10:00:00.000Z"},
		{"{\"max-p95-latency\": 2500}", "x", " input=x max-p95-latency=2500"},
		{"{\"max-p95-latency\": \"2.5s\"}", "x", " input=x max-p95-latency=2500"},
		/* gates of suites, beside those of the whole */
		{"{\"gates\": []}", "x", " input=x"},
		{"{\"min-pass-rate\": 80, \"gates\": [{\"suite\": \"Book*\", "
		 "\"min-pass-rate\": 95, \"fail-on\": [\"errors\", \"flaky\"]}, "
		 "{\"max-cost\": 1, \"suite\": \"R\"}], \"max-cost\": 2}",
		 "x|--min-pass-rate=70",
		 " input=x min-pass-rate=700000 max-cost=2000000000 gates-of=Book* "
		 "min-pass-rate=950000 fail-on=10 gates-of=R max-cost=1000000000"},
		/* a baseline of the command line is what is compared with */
		{"{\"compare\": \"previous\"}", "x|--history=h|--baseline=y",
		 " input=x baseline=y history=h"},
		{"{\"compare\": \"2026-11-01..2026-11-07\"}", "x|--baseline=y",
		 " input=x baseline=y"},
		{"{\"compare\": \"none\"}", "x|--baseline=y", " input=x baseline=y"},
		{"{\"compare\": \"previous\"}", "x|--history=h", " input=x history=h compare=1"},
		{"{\"compare\": \"none\", \"baseline\": \"y\"}", "x",
		 " input=x baseline=y compare=3"},
		/* what the command line overrules is not looked at beyond its type */
		{"{\"title\": \"\"}", "x|--title=U", " input=x title=U"},
	};

	(void)state;
	with_config(cases, COUNT(cases), expect);
}

static void bad_configs(void **state)
{
	static const struct config_case cases[] = {
		{"[]", "x", "runtally.json: not a JSON object"},
		{"{\"inputs\": []}", "", "no input; see runtally --help"},
		{"{\"titel\": \"T\"}", "x", "runtally.json: titel: unknown key"},
		{"{\"--title\": \"T\"}", "x", "runtally.json: --title: unknown key"},
		{"{\"\": 1}", "x", "runtally.json: : unknown key"},
		{"{\"config\": \"a\"}", "x", "runtally.json: config: belongs on the command line"},
		{"{\"help\": true}", "x", "runtally.json: help: belongs on the command line"},
		{"{\"print-templates\": \"a\"}", "x",
		 "runtally.json: print-templates: belongs on the command line"},
		{"{\"templates\": \"/dev/null\"}", "x",
		 "runtally.json: templates: \"/dev/null\" is not a folder"},
		{"{\"title\": 5}", "x", "runtally.json: title: must be a string"},
		{"{\"title\": null}", "x", "runtally.json: title: must be a string"},
		{"{\"title\": true}", "x", "runtally.json: title: must be a string"},
		{"{\"title\": [\"T\"]}", "x", "runtally.json: title: must be a string"},
		{"{\"title\": 5}", "x|--title=T", "runtally.json: title: must be a string"},
		{"{\"inputs\": 5}", "x",
		 "runtally.json: inputs: must be a string or a list of strings"},
		{"{\"inputs\": [5]}", "x",
		 "runtally.json: inputs: must be a string or a list of strings"},
		{"{\"suite\": [[\"a\"]]}", "x",
		 "runtally.json: suite: must be a string or a list of strings"},
		{"{\"suite\": {}}", "x",
		 "runtally.json: suite: must be a string or a list of strings"},
		{"{\"strict\": \"yes\"}", "x", "runtally.json: strict: must be true or false"},
		{"{\"strict\": 1}", "x", "runtally.json: strict: must be true or false"},
		{"{\"strict\": [true]}", "x", "runtally.json: strict: must be true or false"},
		{"{\"min-pass-rate\": true}", "x",
		 "runtally.json: min-pass-rate: must be a number"},
		{"{\"min-pass-rate\": [95]}", "x",
		 "runtally.json: min-pass-rate: must be a number"},
		{"{\"min-pass-rate\": 101}", "x",
		 "runtally.json: min-pass-rate: \"101\" is not a percentage from 0 to 100 (at most "
		 "4 "
		 "decimals)"},
		{"{\"min-pass-rate\": -0.5}", "x",
		 "runtally.json: min-pass-rate: \"-0.5\" is not a percentage from 0 to 100 (at "
		 "most 4 "
		 "decimals)"},
		{"{\"gates\": {}}", "x", "runtally.json: gates: must be a list of objects"},
		{"{\"gates\": [5]}", "x", "runtally.json: gates: 1: must be an object"},
		{"{\"gates\": [{\"max-cost\": 1}]}", "x",
		 "runtally.json: gates: 1: suite: is missing"},
		{"{\"gates\": [{\"suite\": \"a\", \"max-cost\": 1}, {\"suite\": \"b\"}]}", "x",
		 "runtally.json: gates: 2: has no gate"},
		{"{\"gates\": [{\"suite\": \"\", \"max-cost\": 1}]}", "x",
		 "runtally.json: gates: 1: suite: must be a string that is not empty"},
		{"{\"gates\": [{\"suite\": \"a\", \"title\": \"T\"}]}", "x",
		 "runtally.json: gates: 1: title: unknown key"},
		{"{\"gates\": [{\"suite\": \"a\", \"fail-on\": \"no\"}]}", "x",
		 "runtally.json: gates: 1: fail-on: unknown word \"no\"; known: failed, errors, "
		 "unfinished, flaky, no-runs, regressions, incomplete"},
		{"{\"compare\": \"previous\", \"baseline\": \"y\", \"history\": \"h\"}", "x",
		 "--compare: compare with a period or with a --baseline, not both"},
		{"{\"title\": \"a\\nb\"}", "x",
		 "runtally.json: title: must not hold control characters or line breaks"},
		{"{\"output\": [\"a.html\", \"a.html\"]}", "x",
		 "runtally.json: output: two reports would be written to \"a.html\""},
		{"{\"since\": \"2026-11-20\"}", "x|--until=2026-11-01",
		 "the period is empty: --since, --until, --last, --week and "
		 "--month have nothing in common"},
	};

	(void)state;
	with_config(cases, COUNT(cases), expect_error);
}

/* Numbers of any size become text that a setter can refuse. */
static void huge_numbers(void **state)
{
	static const char *const jsons[] = {
		"{\"max-cost\": 1e308}",
		"{\"max-cost\": -1.7976931348623157e308}",
		"{\"max-cost\": 9223372036854775807}",
		"{\"max-cost\": 1e-308}",
		"{\"pass-score\": 1e15}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(jsons); i++) {
		struct options options;
		struct error err;

		write_text(CONFIG_DEFAULT, jsons[i]);
		/* 1e-308 is 0 as far as billionths go */
		assert_int_equal(parse(&options, "x", &err),
				 i == 3 ? ACTION_RUN : ACTION_BAD_USAGE);
		options_release(&options);
	}
	assert_int_equal(unlink(CONFIG_DEFAULT), 0);
}

/* Broken JSON, and the place of it, comes from json_parse; the file's name from here. */
static void broken_configs(void **state)
{
	static const char *const jsons[] = {"", "{", "{\"title\": \"a\", \"title\": \"b\"}",
					    "{} {}"};

	(void)state;
	for (size_t i = 0; i < COUNT(jsons); i++) {
		struct options options;
		struct error err;

		write_text(CONFIG_DEFAULT, jsons[i]);
		assert_int_equal(parse(&options, "x", &err), ACTION_BAD_USAGE);
		assert_ptr_equal(strstr(err.text, "runtally.json: "), err.text);
		assert_true(strlen(err.text) > strlen("runtally.json: "));
		options_release(&options);
		assert_int_equal(parse(&options, "--help", &err), ACTION_HELP);
		options_release(&options);
	}
	assert_int_equal(unlink(CONFIG_DEFAULT), 0);
}

/* A config file of exactly `length` bytes, filled up with spaces. */
static enum options_action parse_padded(size_t length, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct options options;
	enum options_action action;

	strbuf_addstr(&text, "{\"strict\": true}");
	strbuf_pad(&text, ' ', length - text.length);
	write_file(CONFIG_DEFAULT, text.text, text.length);
	action = parse(&options, "x", err);
	assert_int_equal(options.strict, action == ACTION_RUN);
	options_release(&options);
	strbuf_release(&text);
	assert_int_equal(unlink(CONFIG_DEFAULT), 0);
	return action;
}

static void config_sizes(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(parse_padded(CONFIG_BYTES_MAX, &err), ACTION_RUN);
	assert_int_equal(parse_padded(CONFIG_BYTES_MAX + 1, &err), ACTION_BAD_USAGE);
	assert_string_equal(err.text, "runtally.json: larger than 1 MiB");
	assert_int_equal(parse_padded(CONFIG_BYTES_MAX * 2, &err), ACTION_BAD_USAGE);
}

/* --config names another file, which is then the only one. */
static void other_config(void **state)
{
	(void)state;
	write_text(CONFIG_DEFAULT, "{\"title\": \"A\", \"strict\": true}");
	write_text("b.json", "{\"title\": \"B\"}");
	expect("x|--config=b.json", " input=x title=B config=b.json");
	expect("x|--config|b.json|--title=C", " input=x title=C config=b.json");
	expect("x|--config=b.json|--config=runtally.json",
	       " input=x title=A strict=1 config=runtally.json");
	write_text("b.json", "{\"x\": 1}");
	expect_error("x|--config=./b.json", "./b.json: x: unknown key");
	assert_int_equal(unlink("b.json"), 0);
	assert_int_equal(unlink(CONFIG_DEFAULT), 0);
}

static void help_text(void **state)
{
	struct strbuf out = STRBUF_INIT, line = STRBUF_INIT;
	const char *name;
	struct options usual;

	(void)state;
	options_help(&out);
	for (const char *at = out.text; *at; at++) {
		size_t length = strcspn(at, "\n");

		if (length > 80 || (length && at[length - 1] == ' '))
			fail_msg("%.*s", (int)length, at);
		at += length;
		assert_int_equal(*at, '\n');
	}
	for (size_t i = 0; (name = option_rows[i].name); i++) {
		strbuf_reset(&line);
		strbuf_addf(&line, " --%s", name);
		if (!strstr(out.text, line.text))
			fail_msg("--%s is not in the help", name);
	}
	options_init(&usual);
	for (const struct limit_row *row = limit_rows; row->name; row++) {
		const char *at;

		strbuf_reset(&line);
		strbuf_addf(&line, "        %s ", row->name);
		at = strstr(out.text, line.text);
		assert_non_null(at);
		at += line.length + strspn(at + line.length, " ");
		strbuf_reset(&line);
		limit_text(&line, limit_value(row, &usual));
		strbuf_addch(&line, ' ');
		assert_memory_equal(at, line.text, line.length);
	}
	for (size_t i = 0; fail_on_words[i]; i++)
		assert_non_null(strstr(out.text, fail_on_words[i]));
	options_release(&usual);
	strbuf_release(&line);
	strbuf_release(&out);
}

static void read_manual(struct strbuf *text)
{
	char chunk[4096];
	FILE *stream;
	size_t got;
	int file = openat(home, "src/runtally.1", O_RDONLY);

	assert_true(file >= 0);
	stream = fdopen(file, "rb");
	assert_non_null(stream);
	while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		strbuf_add(text, chunk, got);
	fclose(stream);
}

/* Whether an item of the manual is about `macro` `word`: `.It Fl o , Fl -output Ar PATH`. */
static bool has_item(const char *manual, const char *macro, const char *word)
{
	char wanted[100];
	size_t length = (size_t)snprintf(wanted, sizeof(wanted), " %s %s", macro, word);

	for (const char *at = manual; at; at = strchr(at, '\n')) {
		const char *end, *found;

		at += *at == '\n';
		end = at + strcspn(at, "\n");
		found = strstr(at, wanted);
		if (strncmp(at, ".It ", 4) == 0 && found && found < end &&
		    strchr(" \n", found[length]))
			return true;
	}
	return false;
}

static void manual_has_all(void **state)
{
	struct strbuf manual = STRBUF_INIT, word = STRBUF_INIT;
	struct options usual;

	(void)state;
	read_manual(&manual);
	for (const struct option_row *row = option_rows; row->name; row++) {
		strbuf_reset(&word);
		strbuf_addf(&word, "-%s", row->name);
		if (!has_item(manual.text, "Fl", word.text))
			fail_msg("--%s is not in the manual", row->name);
		if (row->letter && !has_item(manual.text, "Fl", (char[]){row->letter, '\0'}))
			fail_msg("-%c is not in the manual", row->letter);
	}
	options_init(&usual);
	for (const struct limit_row *row = limit_rows; row->name; row++) {
		strbuf_reset(&word);
		strbuf_addf(&word, "%s Pq ", row->name);
		limit_text(&word, limit_value(row, &usual));
		if (!has_item(manual.text, "Cm", word.text))
			fail_msg("%s is not in the manual", word.text);
	}
	options_release(&usual);
	for (size_t i = 0; formats[i]; i++)
		if (!has_item(manual.text, "Cm", formats[i]->name))
			fail_msg("format %s is not in the manual", formats[i]->name);
	for (size_t i = 0; adapters[i]; i++)
		if (!has_item(manual.text, "Cm", adapters[i]->name))
			fail_msg("source %s is not in the manual", adapters[i]->name);
	strbuf_release(&word);
	strbuf_release(&manual);
}

/* Every `Fl -name`, wherever it stands. */
static void manual_has_no_more(void **state)
{
	struct strbuf manual = STRBUF_INIT;
	size_t seen = 0;

	(void)state;
	read_manual(&manual);
	for (const char *at = manual.text; (at = strstr(at, "Fl -")); seen++) {
		char name[40];
		size_t length = strcspn(at += 4, " \n");

		assert_true(length < sizeof(name));
		memcpy(name, at, length);
		name[length] = '\0';
		if (length && !option_by_name(name, strlen(name)))
			fail_msg("--%s is in the manual, but does not exist", name);
	}
	assert_true(seen >= 32);
	strbuf_release(&manual);
}

static void manual_lint(void **state)
{
	(void)state;
	if (system("command -v mandoc >/dev/null 2>&1") != 0)
		skip();
	assert_int_equal(fchdir(home), 0);
	assert_int_equal(system("mandoc -T lint -W warning src/runtally.1 >&2"), 0);
	assert_int_equal(chdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(actions),
		cmocka_unit_test(odd_argv),
		cmocka_unit_test(many),
		cmocka_unit_test(epochs),
		cmocka_unit_test(limits),
		cmocka_unit_test(limit_members),
		cmocka_unit_test(good_configs),
		cmocka_unit_test(bad_configs),
		cmocka_unit_test(huge_numbers),
		cmocka_unit_test(broken_configs),
		cmocka_unit_test(config_sizes),
		cmocka_unit_test(other_config),
		cmocka_unit_test(help_text),
		cmocka_unit_test(manual_has_all),
		cmocka_unit_test(manual_has_no_more),
		cmocka_unit_test(manual_lint),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
