#include "label.h"

#include <string.h>

#include "runtally/base/sha256.h"
#include "runtally/base/utf8.h"

/* `…` and 8 digits */
enum { MARK_BYTES = 11 };

bool label_is_long(const char *label, uint64_t most)
{
	return label && strnlen(label, most + 1) > most;
}

const char *label_cut(const char *label, uint64_t most, struct arena *arena)
{
	size_t length = strlen(label);
	uint8_t digest[SHA256_SIZE];

	sha256(label, length, digest);
	return arena_printf(arena, "%.*s…%02x%02x%02x%02x",
			    (int)utf8_cut(label, length, most > MARK_BYTES ? most - MARK_BYTES : 0),
			    label, digest[0], digest[1], digest[2], digest[3]);
}

/* ---- whose it is ---- */

const char *label_path_in_run(const struct run *run, const char *label)
{
	const struct {
		const char *text, *path;
	} labels[] = {
		{run->source, "source"},
		{run->run_id, "run_id"},
		{run->suite.id, "suite.id"},
		{run->suite.name, "suite.name"},
		{run->test_case.id, "case.id"},
		{run->test_case.name, "case.name"},
		{run->agent.id, "agent.id"},
		{run->agent.name, "agent.name"},
		{run->execution_id, "execution_id"},
		{run->model, "model"},
		{run->status, "status"},
		{run->origin, "origin"},
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (labels[i].text == label)
			return labels[i].path;
	for (uint32_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].name == label)
			return "criteria[].name";
	return "details";
}

const char *label_path_in_definition(struct definition *definition, const char *label)
{
	static const char *const paths[DEFINITION_LABELS] = {
		"id", "name", "suite.id", "suite.name", "agent.id", "agent.name"};
	size_t i = 0;

	while (i + 1 < DEFINITION_LABELS && *definition_label(definition, i) != label)
		i++;
	return paths[i];
}

/* ---- details ---- */

struct cutting {
	uint64_t most;
	struct arena *arena;
	text_filter *cut;
	void *ctx;
};

static bool have_long_roles(const struct message *messages, size_t count, uint64_t most)
{
	for (size_t i = 0; i < count; i++)
		if (label_is_long(messages[i].role, most))
			return true;
	return false;
}

static bool have_long(const struct details *details, uint64_t most)
{
	for (size_t i = 0; i < details->passage_count; i++)
		if (label_is_long(details->passages[i].label, most))
			return true;
	for (size_t i = 0; i < details->turn_count; i++) {
		const struct turn *turn = &details->turns[i];

		if (label_is_long(turn->trace_id, most) ||
		    have_long_roles(turn->input, turn->input_count, most) ||
		    have_long_roles(turn->output, turn->output_count, most))
			return true;
	}
	return have_long_roles(details->transcript, details->transcript_count, most);
}

static void *copy_of(const struct cutting *cutting, const void *items, size_t count, size_t size)
{
	void *copy = arena_alloc(cutting->arena, count * size);

	return count ? memcpy(copy, items, count * size) : copy;
}

static void cut(const struct cutting *cutting, const char **label)
{
	if (label_is_long(*label, cutting->most))
		*label = cutting->cut(cutting->ctx, *label);
}

static const struct message *cut_roles(const struct cutting *cutting,
				       const struct message *messages, size_t count)
{
	struct message *copy = copy_of(cutting, messages, count, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		cut(cutting, &copy[i].role);
	return copy;
}

const struct details *labels_cut_in_details(const struct details *details, uint64_t most,
					    struct arena *arena, text_filter *cut_long, void *ctx)
{
	const struct cutting cutting = {most, arena, cut_long, ctx};
	struct details *copy;
	struct passage *passages;
	struct turn *turns;

	if (!have_long(details, most))
		return details;
	copy = copy_of(&cutting, details, 1, sizeof(*copy));
	copy->passages = passages =
		copy_of(&cutting, details->passages, details->passage_count, sizeof(*passages));
	copy->turns = turns =
		copy_of(&cutting, details->turns, details->turn_count, sizeof(*turns));
	for (size_t i = 0; i < copy->passage_count; i++)
		cut(&cutting, &passages[i].label);
	for (size_t i = 0; i < copy->turn_count; i++) {
		turns[i].input = cut_roles(&cutting, turns[i].input, turns[i].input_count);
		turns[i].output = cut_roles(&cutting, turns[i].output, turns[i].output_count);
		cut(&cutting, &turns[i].trace_id);
	}
	copy->transcript = cut_roles(&cutting, details->transcript, details->transcript_count);
	return copy;
}
