#include "exports.h"

#include "prose.h"

/* What is asked of dice_of(); the numbers are part of what a seed means. */
enum { DICE_RUN = 1, DICE_CASE, DICE_SUITE, DICE_EXECUTION };

enum { SUITE_CASES = 100, PERIOD_SECONDS = 28 * 86400 };

enum verdict { PASSED, FAILED, BROKEN };

/* A run while it is written. */
struct draft {
	struct strbuf *out;
	struct dice dice;
	uint64_t seed;
	unsigned test_case, suite;
	enum verdict verdict;
	bool small;
	/* Seconds of October 2026, and milliseconds. */
	unsigned started, ended, fraction;
	/* Prose is added until `out` is so long. */
	size_t full;
};

static bool is_full(const struct draft *draft)
{
	return draft->out->length >= draft->full;
}

/* ---- parts ---- */

static void add_uuid_of(const struct draft *draft, uint64_t kind, uint64_t number)
{
	struct dice dice = dice_of(draft->seed, kind, number);

	add_uuid(draft->out, &dice);
}

static void add_time(struct strbuf *out, unsigned seconds, unsigned fraction, const char *tail)
{
	strbuf_addf(out, "\"2026-10-%02uT%02u:%02u:%02u.%03u%s\"", 1 + seconds / 86400,
		    seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, fraction, tail);
}

static void add_times(const struct draft *draft, const char *start_key, const char *end_key,
		      const char *tail)
{
	strbuf_addf(draft->out, ",\"%s\":", start_key);
	add_time(draft->out, draft->started, draft->fraction, tail);
	strbuf_addf(draft->out, ",\"%s\":", end_key);
	add_time(draft->out, draft->ended, 999 - draft->fraction, tail);
}

static void add_message(struct draft *draft, const char *role, enum prose kind, unsigned count)
{
	strbuf_addf(draft->out, "{\"role\":\"%s\",\"content\":\"", role);
	add_prose(draft->out, &draft->dice, kind, draft->small ? 1 : count);
	strbuf_addstr(draft->out, "\"}");
}

static void add_exchange(struct draft *draft)
{
	add_message(draft, "user", PROSE_ASKS, 1 + dice_below(&draft->dice, 2));
	strbuf_addstr(draft->out, ",");
	add_message(draft, "assistant", PROSE_ANSWERS, 1 + dice_below(&draft->dice, 3));
}

/* The arguments of a call are JSON within a JSON string. */
static void add_tool_call(struct draft *draft)
{
	unsigned nights = 1 + dice_below(&draft->dice, 14),
		 call = dice_below(&draft->dice, 1u << 31);

	strbuf_addf(
		draft->out,
		",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_%08x\","
		"\"type\":\"function\",\"function\":{\"name\":\"search_rooms\",\"arguments\":"
		"\"{\\\"nights\\\": %u, \\\"guests\\\": [{\\\"adult\\\": true}]}\"}}]},"
		"{\"role\":\"tool\",\"tool_call_id\":\"call_%08x\",\"content\":\"",
		call, nights, call);
	add_prose(draft->out, &draft->dice, PROSE_LOGS, 1);
	strbuf_addstr(draft->out, "\"},");
}

static void add_words(struct draft *draft, const char *key, enum prose kind, unsigned count)
{
	strbuf_addf(draft->out, ",\"%s\":\"", key);
	add_prose(draft->out, &draft->dice, kind, draft->small ? 1 : count);
	strbuf_addstr(draft->out, "\"");
}

static void add_title_of(const struct draft *draft, const char *key, unsigned number)
{
	strbuf_addf(draft->out, "\"%s\":\"", key);
	add_title(draft->out, &draft->dice, number);
	strbuf_addstr(draft->out, "\"");
}

/* ---- Kapso ---- */

/* It reaches as far as the conversation. */
static void add_history(struct draft *draft, int exchanges)
{
	strbuf_addstr(draft->out, ",\"full_history\":[");
	add_message(draft, "system", PROSE_JUDGES, 3);
	for (int i = 0; i < exchanges || !is_full(draft); i++) {
		add_tool_call(draft);
		add_exchange(draft);
	}
	strbuf_addstr(draft->out, "]");
}

/* Returns how many exchanges it has. */
static int add_conversation(struct draft *draft)
{
	int exchanges = 1;
	size_t half = draft->out->length + (draft->full - draft->out->length) / 5;

	strbuf_addstr(draft->out, ",\"conversation\":[");
	add_exchange(draft);
	for (; !is_full(draft) && draft->out->length < half; exchanges++) {
		strbuf_addstr(draft->out, ",");
		add_exchange(draft);
	}
	strbuf_addstr(draft->out, "]");
	return exchanges;
}

static void add_kapso_case(struct draft *draft)
{
	strbuf_addstr(draft->out, ",\"test_case\":{\"id\":\"");
	add_uuid_of(draft, DICE_CASE, draft->test_case);
	strbuf_addstr(draft->out, "\",");
	add_title_of(draft, "name", draft->test_case);
	add_words(draft, "script", PROSE_ASKS, 1);
	add_words(draft, "rubric", PROSE_JUDGES, 2);
	strbuf_addstr(draft->out, ",\"test_suite_id\":\"");
	add_uuid_of(draft, DICE_SUITE, draft->suite);
	strbuf_addstr(draft->out, "\"}");
}

static void add_kapso(struct draft *draft)
{
	static const char *const errors[] = {
		[PASSED] = "null",
		[FAILED] = "null",
		[BROKEN] = "{\"type\":\"GraphError\",\"message\":\"node 'search' has no edge\"}",
	};
	unsigned score = draft->verdict == PASSED ? 80 + dice_below(&draft->dice, 20)
						  : 10 + dice_below(&draft->dice, 65);

	strbuf_addstr(draft->out, "{\"data\":{\"id\":\"");
	add_uuid(draft->out, &draft->dice);
	strbuf_addf(draft->out, "\",\"thread_id\":\"thread_%u\"",
		    dice_below(&draft->dice, 1u << 31));
	add_times(draft, "started_at", "ended_at", "Z");
	strbuf_addf(draft->out, ",\"score\":0.%02u", score);
	add_words(draft, "feedback", PROSE_JUDGES, 4);
	strbuf_addf(draft->out, ",\"execution_completed\":%s,\"error\":%s",
		    draft->verdict == BROKEN ? "false" : "true", errors[draft->verdict]);
	add_history(draft, add_conversation(draft));
	add_times(draft, "created_at", "updated_at", "Z");
	add_kapso_case(draft);
	strbuf_addstr(draft->out, "}}");
}

/* ---- SigmaMind ---- */

static void add_agent(struct draft *draft)
{
	strbuf_addf(draft->out,
		    "\"agent\":{\"name\":\"Desk agent %u\",\"agentId\":\"agent_D5%04uXk\","
		    "\"status\":\"ACTIVE\"}",
		    draft->suite, draft->suite);
}

static void add_sigmamind_case(struct draft *draft)
{
	strbuf_addf(draft->out, ",\"testCase\":{\"testCaseId\":\"tc_%06u\",", draft->test_case);
	add_title_of(draft, "label", draft->test_case);
	strbuf_addstr(draft->out, ",");
	add_agent(draft);
	strbuf_addf(draft->out,
		    ",\"workspaceId\":\"org_77\",\"llmModel\":\"gpt-4o-mini\",\"mockData\":"
		    "[{\"variableName\":\"nights\",\"value\":\"%u\"}]",
		    1 + dice_below(&draft->dice, 14));
	add_words(draft, "userPrompt", PROSE_ASKS, 3);
	strbuf_addstr(draft->out, ",\"attempt\":5");
	add_words(draft, "successCriteria", PROSE_JUDGES, 3);
	strbuf_addstr(draft->out, "}");
}

static void add_sigmamind(struct draft *draft)
{
	strbuf_addf(draft->out, "{\"batchId\":\"batch_%u\",\"workspaceId\":\"org_77\",",
		    draft->started / 3600);
	add_agent(draft);
	add_sigmamind_case(draft);
	strbuf_addf(draft->out, ",\"jobId\":\"job_%016llx\",\"chatId\":\"chat_%u\"",
		    (unsigned long long)dice_throw(&draft->dice),
		    dice_below(&draft->dice, 1u << 31));
	add_times(draft, "createdDate", "completedDate", "Z");
	strbuf_addf(draft->out, ",\"isSuccessful\":%s",
		    draft->verdict == PASSED ? "true" : "false");
	add_words(draft, "remarks", PROSE_JUDGES, 2);
	strbuf_addstr(draft->out, ",\"conversation\":[");
	add_exchange(draft);
	while (!is_full(draft)) {
		strbuf_addstr(draft->out, ",");
		add_exchange(draft);
	}
	strbuf_addstr(draft->out, "]}");
}

/* ---- Telnyx ---- */

static void add_criteria(struct draft *draft)
{
	unsigned count = 2 + dice_below(&draft->dice, 4), bad = dice_below(&draft->dice, count);

	strbuf_addstr(draft->out, ",\"detail_status\":[");
	for (unsigned i = 0; i < count; i++)
		strbuf_addf(draft->out, "%s{\"name\":\"criterion %u\",\"status\":\"%s\"}",
			    i ? "," : "", i + 1,
			    draft->verdict != PASSED && i == bad ? "failed" : "passed");
	strbuf_addstr(draft->out, "]");
}

static void add_telnyx(struct draft *draft)
{
	static const char *const words[] = {
		[PASSED] = "passed", [FAILED] = "failed", [BROKEN] = "error"};

	strbuf_addstr(draft->out, "{\"run_id\":\"");
	add_uuid(draft->out, &draft->dice);
	strbuf_addstr(draft->out, "\",\"test_id\":\"");
	add_uuid_of(draft, DICE_CASE, draft->test_case);
	strbuf_addf(draft->out, "\",\"status\":\"%s\",\"triggered_by\":\"cron\"",
		    words[draft->verdict]);
	add_times(draft, "created_at", "completed_at", "+00:00");
	strbuf_addstr(draft->out, ",\"logs\":\"");
	add_prose(draft->out, &draft->dice, PROSE_LOGS, 3);
	while (!is_full(draft))
		add_prose(draft->out, &draft->dice, PROSE_LOGS, 4);
	strbuf_addf(draft->out, "\",\"conversation_id\":\"conv-%u\",\"test_suite_run_id\":\"",
		    dice_below(&draft->dice, 1u << 31));
	add_uuid_of(draft, DICE_EXECUTION, draft->started / 3600);
	strbuf_addstr(draft->out, "\"");
	add_criteria(draft);
	strbuf_addstr(draft->out, "}");
}

/* ---- Magpipe ---- */

static void add_assertion(struct draft *draft, const char *name, bool passed)
{
	strbuf_addf(draft->out, "{\"name\":\"%s\",\"passed\":%s", name, passed ? "true" : "false");
	add_words(draft, "detail", PROSE_JUDGES, 1);
	strbuf_addstr(draft->out, "}");
}

static void add_assertions(struct draft *draft)
{
	strbuf_addstr(draft->out, ",\"assertions\":[");
	add_assertion(draft, "call_connected", true);
	strbuf_addstr(draft->out, ",");
	add_assertion(draft, "phrase_expected: \\\"9 AM\\\"", draft->verdict == PASSED);
	strbuf_addstr(draft->out, ",");
	add_assertion(draft, "function_called: \\\"search_rooms\\\"", true);
	strbuf_addstr(draft->out, "]");
}

static void add_magpipe_logs(struct draft *draft)
{
	unsigned lines = 0;

	strbuf_addf(draft->out,
		    ",\"logs\":{\"signalwire\":[{\"event\":\"ended\",\"duration_seconds\":%u}],"
		    "\"render\":[",
		    draft->ended - draft->started);
	do {
		strbuf_addstr(draft->out, lines ? ",{\"timestamp\":" : "{\"timestamp\":");
		add_time(draft->out, draft->started + lines++, draft->fraction, "Z");
		strbuf_addstr(draft->out, ",\"level\":\"info\"");
		add_words(draft, "message", PROSE_LOGS, 1);
		strbuf_addstr(draft->out, "}");
	} while (!is_full(draft));
	strbuf_addstr(draft->out, "]}");
}

static void add_magpipe(struct draft *draft)
{
	static const char *const words[] = {
		[PASSED] = "passed", [FAILED] = "failed", [BROKEN] = "error"};

	strbuf_addstr(draft->out, "{\"run\":{\"id\":\"");
	add_uuid(draft->out, &draft->dice);
	strbuf_addf(draft->out, "\",\"status\":\"%s\"", words[draft->verdict]);
	add_times(draft, "started_at", "completed_at", "406+00:00");
	strbuf_addstr(draft->out, ",\"error_message\":null,\"ai_analysis\":null");
	strbuf_addstr(draft->out, ",\"triggered_by\":\"scheduled\"");
	add_assertions(draft);
	add_magpipe_logs(draft);
	strbuf_addstr(draft->out, ",\"test_case_id\":\"");
	add_uuid_of(draft, DICE_CASE, draft->test_case);
	strbuf_addstr(draft->out, "\",\"test_cases\":{\"id\":\"");
	add_uuid_of(draft, DICE_CASE, draft->test_case);
	strbuf_addstr(draft->out, "\",");
	add_title_of(draft, "name", draft->test_case);
	strbuf_addstr(draft->out, ",\"type\":\"inbound_call\",\"suite_id\":\"");
	add_uuid_of(draft, DICE_SUITE, draft->suite);
	strbuf_addf(draft->out, "\",\"test_suites\":{\"name\":\"Hotline %u\"}}}}", draft->suite);
}

/* ---- Playgent ---- */

static void add_scorer(struct draft *draft, const char *name, bool passed)
{
	strbuf_addf(draft->out, "\"%s\":{\"score\":0.%02u", name,
		    (passed ? 80u : 20u) + dice_below(&draft->dice, 20));
	add_words(draft, "reasoning", PROSE_JUDGES, 1);
	strbuf_addstr(draft->out, "}");
}

/* Its cost in millionths of a dollar. */
static unsigned add_turn(struct draft *draft, unsigned index, bool passed)
{
	const char *word = passed ? "true" : "false";
	unsigned cost = 100 + dice_below(&draft->dice, 9000);

	strbuf_addf(draft->out, "%s{\"turn_index\":%u,\"input\":[", index ? "," : "", index);
	add_message(draft, "user", PROSE_ASKS, 2);
	strbuf_addstr(draft->out, "],\"output\":[");
	add_message(draft, "assistant", PROSE_ANSWERS, 2);
	strbuf_addstr(draft->out, "]");
	add_words(draft, "expected_behavior", PROSE_JUDGES, 1);
	strbuf_addf(draft->out,
		    ",\"success\":%s,\"evaluation\":{\"overall_pass\":%s,\"scorer_outputs\":{",
		    word, word);
	add_scorer(draft, "relevance", true);
	strbuf_addstr(draft->out, ",");
	add_scorer(draft, "faithfulness", passed);
	strbuf_addf(draft->out,
		    "}},\"metrics\":{\"latency_ms\":%u,\"tokens\":{\"input\":%u,\"output\":%u},"
		    "\"cost_usd\":0.%06u},\"trace_id\":\"trace_%08x\"}",
		    300 + dice_below(&draft->dice, 3000), 200 + dice_below(&draft->dice, 900),
		    10 + dice_below(&draft->dice, 200), cost, dice_below(&draft->dice, 1u << 31));
	return cost;
}

static void add_playgent(struct draft *draft)
{
	unsigned turns = 0, cost = 0;
	bool failed = draft->verdict == FAILED;

	strbuf_addf(draft->out, "{\"run_id\":\"run_%016llx\",\"status\":\"%s\",\"success\":%s",
		    (unsigned long long)dice_throw(&draft->dice),
		    draft->verdict == BROKEN ? "failed" : "completed",
		    draft->verdict == PASSED ? "true" : "false");
	strbuf_addf(draft->out, ",\"test_case\":{\"id\":\"tc_%06u\",", draft->test_case);
	add_title_of(draft, "name", draft->test_case);
	strbuf_addf(draft->out,
		    "},\"agent\":{\"id\":\"ag_%04u\",\"name\":\"Concierge %u\"},\"turns\":[",
		    draft->suite, draft->suite);
	do {
		cost += add_turn(draft, turns, turns || !failed);
		turns++;
	} while (!is_full(draft));
	strbuf_addf(draft->out,
		    "],\"summary\":{\"turns_passed\":%u,\"turns_failed\":%u,\"total_cost_usd\":%u.%"
		    "06u}}",
		    turns - failed, (unsigned)failed, cost / 1000000, cost % 1000000);
}

/* ---- the mix ---- */

/* Which API a case is of: 25, 15, 15, 20 and 25 of a hundred. */
static void (*const mix[])(struct draft *draft) = {
	add_kapso,     add_playgent, add_magpipe, add_telnyx,   add_sigmamind,
	add_kapso,     add_playgent, add_magpipe, add_playgent, add_telnyx,
	add_kapso,     add_playgent, add_magpipe, add_kapso,    add_sigmamind,
	add_sigmamind, add_playgent, add_magpipe, add_telnyx,   add_kapso,
};

enum { MIX = sizeof(mix) / sizeof(mix[0]) };

/* One run in a hundred breaks and four fail. */
static enum verdict throw_verdict(struct dice *dice)
{
	unsigned eyes = dice_below(dice, 100);

	return eyes == 0 ? BROKEN : eyes <= 4 ? FAILED : PASSED;
}

void export_run(struct strbuf *out, const struct export_rules *rules, uint64_t number)
{
	struct draft draft = {.out = out, .seed = rules->seed, .small = rules->small};
	struct dice *dice = &draft.dice;

	*dice = dice_of(rules->seed, DICE_RUN, number);
	dice->ascii = dice_below(dice, 4) == 0;
	draft.test_case = dice_below(dice, rules->cases);
	draft.suite = draft.test_case / SUITE_CASES;
	draft.verdict = throw_verdict(dice);
	draft.started = dice_below(dice, PERIOD_SECONDS);
	draft.ended = draft.started + 5 + dice_below(dice, 120);
	draft.fraction = dice_below(dice, 1000);
	draft.full = out->length + (rules->small ? 0 : 2000 + dice_below(dice, 5500));
	mix[draft.test_case % MIX](&draft);
}
