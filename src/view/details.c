#include "members.h"

#include "runtally/model/details.h"

/* ---- details of the runs that are being shown ---- */

void view_loads_init(struct view_loads *loads, struct spool *spool)
{
	*loads = (struct view_loads){.spool = spool};
	for (size_t i = 0; i < 2; i++)
		arena_init(&loads->items[i].arena, 0);
}

void view_loads_release(struct view_loads *loads)
{
	for (size_t i = 0; i < 2; i++)
		arena_release(&loads->items[i].arena);
}

const struct run *view_load(const struct view *view, const struct run *run)
{
	struct view_loads *loads = view->loads;
	struct view_load *load;

	if (!loads || !run->details_place)
		return run;
	if (loads->items[loads->newest].of != run)
		loads->newest = !loads->newest;
	load = &loads->items[loads->newest];
	if (load->of != run) {
		arena_reset(&load->arena);
		load->run = run_load(run, loads->spool, &load->arena);
		load->of = run;
	}
	return &load->run;
}

const void *view_details(const struct value *of)
{
	return view_load(value_view(of), of->object)->details;
}

void view_parts_of_run(const struct value *of, size_t first, size_t count, struct value_list *list)
{
	*list = (struct value_list){.items = of->object, .count = count, .first_index = first};
}

/* ---- criteria ---- */

static const void *criterion_from(const struct value *of)
{
	const struct run *run = of->object;

	return &run->criteria[of->index];
}

/* Not told of a kept run: loaded. */
static void criterion_detail(const struct value *of, struct strbuf *out)
{
	const struct run *run = view_load(value_view(of), of->object);

	if (run->criteria[of->index].detail)
		strbuf_addstr(out, run->criteria[of->index].detail);
}

static int64_t criterion_score(const struct value *of)
{
	const struct criterion *criterion = criterion_from(of);

	return criterion->has_score ? criterion->score_micro : FIGURE_UNKNOWN;
}

static int64_t criterion_turn(const struct value *of)
{
	const struct criterion *criterion = criterion_from(of);

	return criterion->turn == NO_TURN ? FIGURE_UNKNOWN : criterion->turn + 1;
}

#define AT_CRITERION(member) .from = criterion_from, .at = offsetof(struct criterion, member)

static const struct member criterion_members[] = {
	OUTCOME_MEMBERS(AT_CRITERION(outcome)),
	{"name", TEXT, AT_CRITERION(name)},
	{"detail", TEXT, .text = criterion_detail},
	{"score", SCORE, .number = criterion_score, .has = "has_score", .raw = "score"},
	{"turn", DIGITS, .number = criterion_turn, .has = "has_turn"},
	{"raw", .kind = RAW},
};

const struct value_class class_criterion = CLASS("criterion", criterion_members);

/* ---- messages ---- */

static const void *message_from(const struct value *of)
{
	const struct details *details = view_details(of);

	return details ? &details_messages(details)[of->index] : NULL;
}

/* `at` is an enum message_kind. */
static bool message_is(const struct value *of)
{
	const struct message *message = message_from(of);

	return message && message_kind(message->role) == (enum message_kind)value_member(of)->at;
}

/* The last turn whose messages begin at or before the one; there is one such turn. */
static const struct turn *turn_with(const struct details *details, const struct message *message)
{
	size_t low = 0, high = details->turn_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (details->turns[middle].input <= message)
			low = middle;
		else
			high = middle;
	}
	return &details->turns[low];
}

/* Its number in its own list: a turn's input or output, or the transcript. */
static int64_t message_number(const struct value *of)
{
	const struct details *details = view_details(of);
	const struct message *message;
	const struct turn *turn;

	if (!details)
		return 1;
	message = details_messages(details) + of->index;
	if (message >= details->transcript)
		return message - details->transcript + 1;
	turn = turn_with(details, message);
	return message - (message < turn->output ? turn->input : turn->output) + 1;
}

static bool message_is_first(const struct value *of)
{
	return message_number(of) == 1;
}

#define AT_MESSAGE(member) .from = message_from, .at = offsetof(struct message, member)

static const struct member message_members[] = {
	{"role", TEXT, AT_MESSAGE(role)},
	{"content", TEXT, AT_MESSAGE(content)},
	{"is_user", FLAG, .flag = message_is, .at = MESSAGE_USER},
	{"is_tool", FLAG, .flag = message_is, .at = MESSAGE_TOOL},
	{"is_system", FLAG, .flag = message_is, .at = MESSAGE_SYSTEM},
	{"first", FLAG, .flag = message_is_first},
	{"number", DIGITS, .number = message_number},
};

const struct value_class class_message = CLASS("message", message_members);

/* ---- passages ---- */

static const void *passage_from(const struct value *of)
{
	const struct details *details = view_details(of);

	return details ? &details->passages[of->index] : NULL;
}

#define AT_PASSAGE(member) .from = passage_from, .at = offsetof(struct passage, member)

static const struct member passage_members[] = {
	{"label", TEXT, AT_PASSAGE(label)},
	{"text", TEXT, AT_PASSAGE(text)},
};

const struct value_class class_passage = CLASS("passage", passage_members);

/* ---- turns ---- */

static const void *turn_from(const struct value *of)
{
	const struct details *details = view_details(of);

	return details ? &details->turns[of->index] : NULL;
}

/* What came in, or went out: `at` is where the turn has it. */
static void turn_messages(const struct value *of, struct value_list *list)
{
	const struct details *details = view_details(of);
	const struct turn *turn = turn_from(of);
	bool input = value_member(of)->at == offsetof(struct turn, input);
	const struct message *first = NULL;
	size_t count = 0;

	if (turn) {
		first = input ? turn->input : turn->output;
		count = input ? turn->input_count : turn->output_count;
	}
	if (count)
		view_parts_of_run(of, (size_t)(first - details_messages(details)), count, list);
}

static bool is_of_turn(const struct value *of, const void *item, size_t index)
{
	const struct run *run = item;

	return run->criteria[index].turn == (int)of->index;
}

/* The criteria of its run that were judged at this turn. */
static void turn_criteria(const struct value *of, struct value_list *list)
{
	const struct run *run = of->object;

	*list = (struct value_list){
		.items = run, .count = run->criterion_count, .keeps = is_of_turn, .by_place = true};
}

#define AT_TURN(member)  .from = turn_from, .at = offsetof(struct turn, member)
#define TURN_HAS(member) .known = KNOWN_FLAG | offsetof(struct turn, member)

static const struct member turn_members[] = {
	OUTCOME_MEMBERS(AT_TURN(outcome)),
	{"input", LIST, .list = turn_messages, .at = offsetof(struct turn, input),
	 .class = &class_message},
	{"output", LIST, .list = turn_messages, .at = offsetof(struct turn, output),
	 .class = &class_message},
	{"expected", TEXT, AT_TURN(expected)},
	{"latency", DURATION, AT_TURN(latency_ms), TURN_HAS(has_latency), .has = "has_latency"},
	{"cost", MONEY, AT_TURN(cost_nano), TURN_HAS(has_cost), .has = "has_cost"},
	{"tokens_input", COUNT, AT_TURN(tokens_input), TURN_HAS(has_tokens)},
	{"tokens_output", COUNT, AT_TURN(tokens_output), TURN_HAS(has_tokens), .has = "has_tokens"},
	{"trace_id", TEXT, AT_TURN(trace_id)},
	{"criteria", LIST, .list = turn_criteria, .class = &class_criterion, .has = "has_criteria"},
};

const struct value_class class_turn = CLASS("turn", turn_members);
