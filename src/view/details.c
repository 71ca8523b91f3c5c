#include "details.h"

#include <stddef.h>
#include <string.h>

#include "runtally/base/format_number.h"
#include "runtally/model/details.h"

/* `at` is the offset of an enum outcome. */
static enum outcome outcome_at(const struct value *of)
{
	return *(const enum outcome *)value_field(of);
}

void view_outcome(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, outcome_name(outcome_at(of)));
}

bool view_is_passed(const struct value *of)
{
	return outcome_at(of) == OUTCOME_PASSED;
}

bool view_is_failed(const struct value *of)
{
	return outcome_at(of) == OUTCOME_FAILED;
}

bool view_is_error(const struct value *of)
{
	return outcome_at(of) == OUTCOME_ERROR;
}

bool view_is_pending(const struct value *of)
{
	return outcome_at(of) == OUTCOME_PENDING;
}

bool view_is_unknown(const struct value *of)
{
	return outcome_at(of) == OUTCOME_UNKNOWN;
}

bool view_is_failure(const struct value *of)
{
	return view_is_failed(of) || view_is_error(of);
}

void view_score(struct strbuf *out, bool known, int32_t micro)
{
	if (known)
		format_score(out, micro);
}

bool view_next_of(const struct value *of, const struct value_class *class, const void *items,
		  size_t count, size_t size, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= count)
		return false;
	*out = value_of(class, value_view(of), (const char *)items + cursor->index * size,
			cursor->index);
	cursor->index++;
	return true;
}

/* ---- parts of a run ---- */

static const struct run *run_of(const struct value *of)
{
	return of->object;
}

const struct run *view_load(const struct view *view, const struct run *run)
{
	return view->loads ? view_loads_get(view->loads, run) : run;
}

/* NULL: they cannot be read back, of which main tells. */
static const struct details *details_of(const struct value *of)
{
	return view_load(value_view(of), run_of(of))->details;
}

const void *view_part(const struct value *of, enum view_part part)
{
	static const union {
		struct turn turn;
		struct message message;
		struct passage passage;
	} nothing;
	const struct details *details;

	if (part == PART_OBJECT)
		return of->object;
	if (part == PART_CRITERION)
		return &run_of(of)->criteria[of->index];
	details = details_of(of);
	if (!details)
		return &nothing;
	if (part == PART_TURN)
		return &details->turns[of->index];
	if (part == PART_MESSAGE)
		return &details_messages(details)[of->index];
	return &details->passages[of->index];
}

bool view_next_part(const struct value *of, const struct value_class *class, size_t first,
		    size_t count, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= count)
		return false;
	*out = value_of(class, value_view(of), of->object, first + cursor->index++);
	return true;
}

/* ---- criteria ---- */

static const struct criterion *criterion_of(const struct value *of)
{
	return view_part(of, PART_CRITERION);
}

static void criterion_detail(const struct value *of, struct strbuf *out)
{
	const struct run *run = view_load(value_view(of), run_of(of));

	if (run->criteria[of->index].detail)
		strbuf_addstr(out, run->criteria[of->index].detail);
}

static bool criterion_has_score(const struct value *of)
{
	return criterion_of(of)->has_score;
}

static void criterion_score(const struct value *of, struct strbuf *out)
{
	view_score(out, criterion_of(of)->has_score, criterion_of(of)->score_micro);
}

static void criterion_raw_score(const struct value *of, struct strbuf *out)
{
	if (criterion_of(of)->has_score)
		format_micro(out, criterion_of(of)->score_micro);
}

static bool criterion_has_turn(const struct value *of)
{
	return criterion_of(of)->turn != NO_TURN;
}

static void criterion_turn(const struct value *of, struct strbuf *out)
{
	if (criterion_has_turn(of))
		strbuf_addf(out, "%d", criterion_of(of)->turn + 1);
}

static const struct member raw_criterion_members[] = {
	{"score", MEMBER_TEXT, {.text = criterion_raw_score}, 0},
};

static const struct value_class class_raw_criterion = {
	.name = "raw criterion",
	.members = raw_criterion_members,
	.count = MEMBER_COUNT(raw_criterion_members),
};

static bool criterion_raw(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_criterion, value_view(of), of->object, of->index);
	return true;
}

#define AT_CRITERION(member) VIEW_AT(PART_CRITERION, offsetof(struct criterion, member))

static const struct member criterion_members[] = {
	OUTCOME_MEMBERS(AT_CRITERION(outcome)),
	{"name", MEMBER_TEXT, {.text = view_text_at}, AT_CRITERION(name)},
	{"detail", MEMBER_TEXT, {.text = criterion_detail}, 0},
	{"score", MEMBER_TEXT, {.text = criterion_score}, 0},
	{"has_score", MEMBER_FLAG, {.flag = criterion_has_score}, 0},
	{"turn", MEMBER_TEXT, {.text = criterion_turn}, 0},
	{"has_turn", MEMBER_FLAG, {.flag = criterion_has_turn}, 0},
	{"raw", MEMBER_OBJECT, {.object = criterion_raw}, 0},
};

const struct value_class class_criterion = {
	.name = "criterion",
	.members = criterion_members,
	.count = MEMBER_COUNT(criterion_members),
};

/* ---- messages ---- */

static bool message_is(const struct value *of, enum message_kind kind)
{
	const struct message *message = view_part(of, PART_MESSAGE);

	return message_kind(message->role) == kind;
}

static bool message_is_user(const struct value *of)
{
	return message_is(of, MESSAGE_USER);
}

static bool message_is_tool(const struct value *of)
{
	return message_is(of, MESSAGE_TOOL);
}

static bool message_is_system(const struct value *of)
{
	return message_is(of, MESSAGE_SYSTEM);
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

/* Its index in its own list: a turn's input or output, or the transcript. */
static size_t message_index(const struct value *of)
{
	const struct details *details = details_of(of);
	const struct message *message;
	const struct turn *turn;

	if (!details)
		return 0;
	message = details_messages(details) + of->index;
	if (message >= details->transcript)
		return (size_t)(message - details->transcript);
	turn = turn_with(details, message);
	return (size_t)(message - (message < turn->output ? turn->input : turn->output));
}

static bool message_is_first(const struct value *of)
{
	return message_index(of) == 0;
}

static void message_number(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "%zu", message_index(of) + 1);
}

#define AT_MESSAGE(member) VIEW_AT(PART_MESSAGE, offsetof(struct message, member))

static const struct member message_members[] = {
	{"role", MEMBER_TEXT, {.text = view_text_at}, AT_MESSAGE(role)},
	{"content", MEMBER_TEXT, {.text = view_text_at}, AT_MESSAGE(content)},
	{"is_user", MEMBER_FLAG, {.flag = message_is_user}, 0},
	{"is_tool", MEMBER_FLAG, {.flag = message_is_tool}, 0},
	{"is_system", MEMBER_FLAG, {.flag = message_is_system}, 0},
	{"first", MEMBER_FLAG, {.flag = message_is_first}, 0},
	{"number", MEMBER_TEXT, {.text = message_number}, 0},
};

const struct value_class class_message = {
	.name = "message",
	.members = message_members,
	.count = MEMBER_COUNT(message_members),
};

/* ---- passages ---- */

#define AT_PASSAGE(member) VIEW_AT(PART_PASSAGE, offsetof(struct passage, member))

static const struct member passage_members[] = {
	{"label", MEMBER_TEXT, {.text = view_text_at}, AT_PASSAGE(label)},
	{"text", MEMBER_TEXT, {.text = view_text_at}, AT_PASSAGE(text)},
};

const struct value_class class_passage = {
	.name = "passage",
	.members = passage_members,
	.count = MEMBER_COUNT(passage_members),
};

/* ---- turns ---- */

static const struct turn *turn_of(const struct value *of)
{
	return view_part(of, PART_TURN);
}

static bool next_message(const struct value *of, const struct message *messages, size_t count,
			 struct value_cursor *cursor, struct value *out)
{
	const struct details *details = details_of(of);

	return details && count &&
	       view_next_part(of, &class_message, (size_t)(messages - details_messages(details)),
			      count, cursor, out);
}

static bool turn_input(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_message(of, turn_of(of)->input, turn_of(of)->input_count, cursor, out);
}

static bool turn_output(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_message(of, turn_of(of)->output, turn_of(of)->output_count, cursor, out);
}

static void turn_latency(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_latency)
		format_duration(out, turn_of(of)->latency_ms);
}

static void turn_cost(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_cost)
		format_money(out, turn_of(of)->cost_nano);
}

static void turn_tokens(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_tokens)
		format_count(out, (uint64_t) * (const int64_t *)value_field(of));
}

static bool turn_has_criteria(const struct value *of)
{
	const struct run *run = run_of(of);

	for (size_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].turn == (int)of->index)
			return true;
	return false;
}

/* The criteria of its run that were judged at this turn. */
static bool turn_criteria(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct run *run = run_of(of);

	for (; cursor->index < run->criterion_count; cursor->index++)
		if (run->criteria[cursor->index].turn == (int)of->index)
			break;
	return view_next_part(of, &class_criterion, 0, run->criterion_count, cursor, out);
}

#define AT_TURN(member) VIEW_AT(PART_TURN, offsetof(struct turn, member))

static const struct member turn_members[] = {
	OUTCOME_MEMBERS(AT_TURN(outcome)),
	{"input", MEMBER_LIST, {.next = turn_input}, 0},
	{"output", MEMBER_LIST, {.next = turn_output}, 0},
	{"expected", MEMBER_TEXT, {.text = view_text_at}, AT_TURN(expected)},
	{"latency", MEMBER_TEXT, {.text = turn_latency}, 0},
	{"has_latency", MEMBER_FLAG, {.flag = view_flag_at}, AT_TURN(has_latency)},
	{"cost", MEMBER_TEXT, {.text = turn_cost}, 0},
	{"has_cost", MEMBER_FLAG, {.flag = view_flag_at}, AT_TURN(has_cost)},
	{"tokens_input", MEMBER_TEXT, {.text = turn_tokens}, AT_TURN(tokens_input)},
	{"tokens_output", MEMBER_TEXT, {.text = turn_tokens}, AT_TURN(tokens_output)},
	{"has_tokens", MEMBER_FLAG, {.flag = view_flag_at}, AT_TURN(has_tokens)},
	{"trace_id", MEMBER_TEXT, {.text = view_text_at}, AT_TURN(trace_id)},
	{"criteria", MEMBER_LIST, {.next = turn_criteria}, 0},
	{"has_criteria", MEMBER_FLAG, {.flag = turn_has_criteria}, 0},
};

const struct value_class class_turn = {
	.name = "turn",
	.members = turn_members,
	.count = MEMBER_COUNT(turn_members),
};
