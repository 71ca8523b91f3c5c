#include "runtally/view_details.h"

#include <stddef.h>
#include <string.h>

#include "runtally/numbers.h"

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
	int32_t hundredths = (micro + 5000) / 10000;

	if (known)
		strbuf_addf(out, "%d.%02d", hundredths / 100, hundredths % 100);
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

/* ---- criteria ---- */

static const struct criterion *criterion_of(const struct value *of)
{
	return of->object;
}

static void criterion_score(const struct value *of, struct strbuf *out)
{
	view_score(out, criterion_of(of)->has_score, criterion_of(of)->score_micro);
}

static void criterion_raw_score(const struct value *of, struct strbuf *out)
{
	if (criterion_of(of)->has_score)
		number_micro(out, criterion_of(of)->score_micro);
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

static const struct member criterion_members[] = {
	OUTCOME_MEMBERS(offsetof(struct criterion, outcome)),
	{"name", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct criterion, name)},
	{"detail", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct criterion, detail)},
	{"score", MEMBER_TEXT, {.text = criterion_score}, 0},
	{"has_score", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct criterion, has_score)},
	{"turn", MEMBER_TEXT, {.text = criterion_turn}, 0},
	{"has_turn", MEMBER_FLAG, {.flag = criterion_has_turn}, 0},
	{"raw", MEMBER_OBJECT, {.object = criterion_raw}, 0},
};

const struct value_class class_criterion = {
	.name = "criterion",
	.members = criterion_members,
	.count = MEMBER_COUNT(criterion_members),
};

/* ---- messages and passages ---- */

static bool message_is_user(const struct value *of)
{
	const struct message *message = of->object;

	return message->role && strcmp(message->role, "user") == 0;
}

static const struct member message_members[] = {
	{"role", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct message, role)},
	{"content", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct message, content)},
	{"is_user", MEMBER_FLAG, {.flag = message_is_user}, 0},
};

const struct value_class class_message = {
	.name = "message",
	.members = message_members,
	.count = MEMBER_COUNT(message_members),
};

static const struct member passage_members[] = {
	{"label", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct passage, label)},
	{"text", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct passage, text)},
};

const struct value_class class_passage = {
	.name = "passage",
	.members = passage_members,
	.count = MEMBER_COUNT(passage_members),
};

/* ---- turns: the value's index is the turn's ---- */

static const struct turn *turn_of(const struct value *of)
{
	return of->object;
}

static bool turn_input(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_of(of, &class_message, turn_of(of)->input, turn_of(of)->input_count,
			    sizeof(struct message), cursor, out);
}

static bool turn_output(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_of(of, &class_message, turn_of(of)->output, turn_of(of)->output_count,
			    sizeof(struct message), cursor, out);
}

static void turn_latency(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_latency)
		number_duration(out, turn_of(of)->latency_ms);
}

static void turn_cost(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_cost)
		number_money(out, turn_of(of)->cost_nano);
}

static void turn_tokens(const struct value *of, struct strbuf *out)
{
	if (turn_of(of)->has_tokens)
		number_count(out, (uint64_t) * (const int64_t *)value_field(of));
}

/* The criteria of its run that were judged at this turn; the value's index is the turn's. */
static bool turn_criteria(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct run *run = turn_of(of)->run;

	for (; cursor->index < run->criterion_count; cursor->index++)
		if (run->criteria[cursor->index].turn == (int)of->index)
			break;
	return view_next_of(of, &class_criterion, run->criteria, run->criterion_count,
			    sizeof(struct criterion), cursor, out);
}

static const struct member turn_members[] = {
	OUTCOME_MEMBERS(offsetof(struct turn, outcome)),
	{"input", MEMBER_LIST, {.next = turn_input}, 0},
	{"output", MEMBER_LIST, {.next = turn_output}, 0},
	{"expected", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct turn, expected)},
	{"latency", MEMBER_TEXT, {.text = turn_latency}, 0},
	{"has_latency", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct turn, has_latency)},
	{"cost", MEMBER_TEXT, {.text = turn_cost}, 0},
	{"has_cost", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct turn, has_cost)},
	{"tokens_input", MEMBER_TEXT, {.text = turn_tokens}, offsetof(struct turn, tokens_input)},
	{"tokens_output", MEMBER_TEXT, {.text = turn_tokens}, offsetof(struct turn, tokens_output)},
	{"has_tokens", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct turn, has_tokens)},
	{"trace_id", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct turn, trace_id)},
	{"criteria", MEMBER_LIST, {.next = turn_criteria}, 0},
};

const struct value_class class_turn = {
	.name = "turn",
	.members = turn_members,
	.count = MEMBER_COUNT(turn_members),
};
