/*
 * definition: what an export says of a suite, a case, an agent or an execution, to be joined by id.
 */
#ifndef RUNTALLY_MODEL_DEFINITION_H
#define RUNTALLY_MODEL_DEFINITION_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/model/run.h"

/* What a definition says of one thing. Members that it does not tell are NULL. */
enum definition_kind { DEFINES_SUITE, DEFINES_CASE, DEFINES_AGENT, DEFINES_EXECUTION };

struct definition {
	enum definition_kind kind;
	const char *source;
	const char *id, *name;
	struct label suite, agent; /* of a case; the agent also of a suite or execution */
	int64_t runs_expected;     /* of an execution: how many runs it consists of; -1: not told */
	int64_t runs_seen;         /* counted by join; an adapter leaves it 0 */
};

/* Its ids and names, which are to stay different from one another: 0..DEFINITION_LABELS-1. */
enum { DEFINITION_LABELS = 6 };

static inline const char **definition_label(struct definition *definition, size_t index)
{
	const char **const labels[DEFINITION_LABELS] = {
		&definition->id,         &definition->name,     &definition->suite.id,
		&definition->suite.name, &definition->agent.id, &definition->agent.name,
	};

	return labels[index];
}

static inline enum label_kind definition_label_kind(size_t index)
{
	return index % 2 ? LABEL_NAME : LABEL_ID;
}

#endif
