/*
 * How fast json_pick is: runs of one kind, made up from a seed, through json_pick, json_parse and
 * memchr, in turn. `pick [KIND [MIB [ROUNDS]]]`; with 0 rounds json_pick alone goes once over it,
 * for callgrind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtally/arena.h"
#include "runtally/error.h"
#include "runtally/json.h"
#include "runtally/json_pick.h"
#include "runtally/strbuf.h"

/* What makes the kinds differ. */
struct kind {
	const char *name;
	const char *const *words; /* and a NULL */
	int words_a_message;
	bool indented;
};

static const char *const english[] = {
	"the",       "ferry",   "leaves",    "at",       "booking", "I",      "would",
	"like",      "to",      "change",    "my",       "seat",    "please", "and",
	"passenger", "refund",  "policy,",   "says",     "that",    "days.",  "we",
	"can",       "offer",   "another",   "sailing",  "from",    "16:25",  "is",
	"fine",      "thanks!", "reference", "SW-PEYDP", NULL,
};
static const char *const french[] = {
	"déjà",      "réservé", "la",         "traversée", "pour",    "Île-aux-Mouettes",
	"été",       "billets", "remboursés", "très",      "bientôt", "à",
	"l’adresse", "élève",   "cinq",       "façon",     "où",      "passagers",
	"arrivée",   "👍",       NULL,
};
static const char *const chinese[] = {
	"渡轮", "预订", "请问", "乘客，", "更改", "座位。", "谢谢", "可以", "退款", "明天", NULL,
};
static const char *const code[] = {
	"{\\\"from\\\":",
	"\\\"Stenhamn\\\",",
	"\\n",
	"\\\"adults\\\": 2}",
	"\\n\\n- **note**",
	"C:\\\\tmp",
	"plain",
	"text",
	"\\u00e9t\\u00e9",
	NULL,
};

static const struct kind kinds[] = {
	{"english", english, 300, false}, {"french", french, 250, false},
	{"chinese", chinese, 250, false}, {"code", code, 250, false},
	{"short", english, 8, false},     {"indented", english, 300, true},
};

static const char *const paths[] = {
	"run_id",
	"status",
	"success",
	"test_case.id",
	"test_case.name",
	"agent.id",
	"agent.name",
	"turns[].turn_index",
	"turns[].success",
	"turns[].evaluation.overall_pass",
	"turns[].evaluation.scorer_outputs.*.score",
	"turns[].metrics.latency_ms",
	"turns[].metrics.tokens",
	"turns[].metrics.cost_usd",
	"turns[].trace_id",
	"summary",
};

static uint64_t seed = 1;

/* Keeps compilers from leaving out what is measured. */
static volatile size_t result;

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void add_words(struct strbuf *out, const struct kind *kind, int count)
{
	unsigned known = 0;

	while (kind->words[known])
		known++;
	strbuf_addch(out, '"');
	for (int i = 0; i < count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", kind->words[draw(known)]);
	strbuf_addch(out, '"');
}

static void add_turn(struct strbuf *out, const struct kind *kind, unsigned index)
{
	static const char *const talk[] = {"input", "output"};
	static const char *const scorers[] = {"relevance", "faithfulness"};

	strbuf_addf(out, "%s{\"turn_index\":%u", index ? "," : "", index);
	for (int i = 0; i < 2; i++) {
		strbuf_addf(out, ",\"%s\":[{\"role\":\"%s\",\"content\":", talk[i],
			    i ? "assistant" : "user");
		add_words(out, kind, kind->words_a_message);
		strbuf_addstr(out, "}]");
	}
	strbuf_addstr(out, ",\"expected_behavior\":");
	add_words(out, kind, kind->words_a_message / 4);
	strbuf_addstr(out, ",\"success\":true,\"evaluation\":{\"overall_pass\":true,"
			   "\"scorer_outputs\":{");
	for (int i = 0; i < 2; i++) {
		strbuf_addf(out, "%s\"%s\":{\"score\":0.%02u,\"reasoning\":", i ? "," : "",
			    scorers[i], draw(100));
		add_words(out, kind, kind->words_a_message / 4);
		strbuf_addch(out, '}');
	}
	strbuf_addf(out, "}},\"metrics\":{\"latency_ms\":%u,\"tokens\":{", draw(5000));
	strbuf_addf(out, "\"input\":%u,", draw(2000));
	strbuf_addf(out, "\"output\":%u},", draw(500));
	strbuf_addf(out, "\"cost_usd\":0.%05u},", draw(100000));
	strbuf_addf(out, "\"trace_id\":\"trace_%08x\"}", draw(1u << 30));
}

static void add_run(struct strbuf *out, const struct kind *kind)
{
	unsigned turns = 4 + draw(6);

	strbuf_addf(out, "{\"run_id\":\"run_%08x\",", draw(1u << 30));
	strbuf_addf(out,
		    "\"status\":\"completed\",\"success\":true,"
		    "\"test_case\":{\"id\":\"tc_%04x\",\"name\":\"Refund after a storm\"},"
		    "\"agent\":{\"id\":\"agent_y6dtgb\",\"name\":\"Concierge\"},\"turns\":[",
		    draw(1000));
	for (unsigned i = 0; i < turns; i++)
		add_turn(out, kind, i);
	strbuf_addf(out,
		    "],\"summary\":{\"turns_passed\":%u,\"turns_failed\":0,"
		    "\"avg_latency_ms\":%u,\"total_cost_usd\":0.01}}",
		    turns, draw(5000));
}

/* The run again as a tool that indents writes it. */
static void indent_run(struct strbuf *run)
{
	json_t *json = json_loadb(run->text, run->length, 0, NULL);
	char *text = json_dumps(json, JSON_INDENT(2));

	strbuf_reset(run);
	strbuf_addstr(run, text);
	free(text);
	json_decref(json);
}

static size_t *lengths; /* of each run */
static size_t length_count, length_capacity;

static void generate(struct strbuf *out, const struct kind *kind, size_t size)
{
	struct strbuf run = STRBUF_INIT;

	while (out->length < size) {
		strbuf_reset(&run);
		add_run(&run, kind);
		if (kind->indented)
			indent_run(&run);
		strbuf_add(out, run.text, run.length);
		strbuf_addch(out, '\n');
		lengths = array_reserve(lengths, &length_capacity, length_count + 1,
					sizeof(*lengths));
		lengths[length_count++] = run.length;
	}
	strbuf_release(&run);
}

static void fail(const char *what)
{
	fprintf(stderr, "pick: %s\n", what);
	exit(1);
}

/* ---- what is measured: each returns the number of runs or newlines ---- */

static struct wanted *wanted;
static struct arena arena;

__attribute__((noinline)) static size_t pick_all(const char *text, size_t length)
{
	size_t at = 0, runs = 0;

	while (at < length) {
		struct pick pick;

		arena_reset(&arena);
		if (json_pick(text + at, length - at, wanted, NULL, &pick) != PICKED)
			fail("not picked");
		at += pick.length + 1;
		runs++;
	}
	return runs;
}

static size_t parse_all(const char *text, size_t length)
{
	size_t at = 0, runs = 0;

	while (at < length) {
		size_t end = at + lengths[runs];
		struct error err;

		arena_reset(&arena);
		if (!json_parse(text + at, end - at, 1, 1, &err))
			fail(err.text);
		at = end + 1;
		runs++;
	}
	return runs;
}

static size_t count_lines(const char *text, size_t length)
{
	const char *at = text, *end = text + length;
	size_t lines = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		lines++;
	}
	return lines;
}

static double measure(size_t (*function)(const char *, size_t), const struct strbuf *text)
{
	struct timespec from, to;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	result = function(text->text, text->length);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
}

static void keep_least(double *least, double value)
{
	if (*least == 0 || value < *least)
		*least = value;
}

static void run_kind(const struct kind *kind, size_t size, int rounds)
{
	struct strbuf text = STRBUF_INIT;
	double picked = 0, parsed = 0, lines = 0, bytes;

	length_count = 0;
	generate(&text, kind, size);
	bytes = (double)text.length;
	strbuf_reserve(&text, JSON_PICK_PADDING);
	memset(text.text + text.length, 0, JSON_PICK_PADDING);
	json_use_arena(&arena);
	if (!rounds)
		measure(pick_all, &text);
	for (int i = 0; i < rounds; i++) {
		keep_least(&picked, measure(pick_all, &text));
		keep_least(&parsed, measure(parse_all, &text));
		keep_least(&lines, measure(count_lines, &text));
	}
	json_use_arena(NULL);
	printf("%-9s %9.0f bytes, ns/byte: json_pick %.3f  json_parse %.2f  memchr %.3f\n",
	       kind->name, bytes, picked / bytes, parsed / bytes, lines / bytes);
	strbuf_release(&text);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "all";
	size_t size = (size_t)(argc > 2 ? strtoul(argv[2], NULL, 10) : 16) << 20;
	int rounds = (int)(argc > 3 ? strtol(argv[3], NULL, 10) : 7);

	arena_init(&arena, 0);
	wanted = wanted_new();
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		wanted_add(wanted, paths[i]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(name, "all") == 0 || strcmp(name, kinds[i].name) == 0)
			run_kind(&kinds[i], size, rounds);
	wanted_free(wanted);
	memory_free(lengths);
	arena_release(&arena);
	return 0;
}
