/*
 * adapter: what there is to say of one source. One file an API, and one for our own run records;
 * they stand in the table of adapters.c.
 *
 * An adapter is a pure function from a record to the model: no files, no printing, no static
 * state. To read another API, copy the file of the one that is most like it (telnyx.c is the
 * shortest) and go through it from above:
 *
 * - its comment: what a record looks like, what the vendor documents, and what was decided here;
 * - claims: by which members a record is known. No two adapters may claim the same one;
 * - the tables of fields: what stands where, as what it is read, and where it goes. A function in a
 *   row is for what no type says;
 * - read_run: reads the table, then decides what takes several members: outcome, reason, details;
 * - read_definition: names of suites, cases, agents;
 * - its row: words, envelopes and limits that this API alone has.
 *
 * Then its extern and its row in adapters.c, cases and samples (src/adapters/README.md).
 */
#ifndef RUNTALLY_ADAPTERS_ADAPTER_H
#define RUNTALLY_ADAPTERS_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/adapters/field.h"
#include "runtally/base/error.h"
#include "runtally/input/envelope.h"
#include "runtally/model/definition.h"
#include "runtally/model/run.h"

enum record_kind {
	RECORD_NOT_MINE,
	RECORD_RUN,
	RECORD_DEFINITION,      /* names suites, cases, agents; joined by id */
	RECORD_ACKNOWLEDGEMENT, /* "run created": no result in it */
	RECORD_REFUSAL,         /* an exported error body */
	RECORD_FRAME,           /* begins or ends a file of ours: counts as nothing */
};

/* Verdicts of records stay as they were written: what is rolled up is not judged. */
enum { PASS_SCORE_STORED = -1 };

/* Verdicts for sources that only score (--pass-score, --score-scale). */
struct verdict_rules {
	/* Millionths of 1; passed iff the score is at least this. Or PASS_SCORE_STORED. */
	int32_t pass_score_micro;
	int score_scale; /* 1, 10, 100; 0: found from each score */
};

/* What an adapter works with besides the record. */
struct adapter_input {
	const struct verdict_rules *rules;
	int64_t now;           /* ms; 0: what is odd about times is not remarked */
	struct arena *scratch; /* for strings it composes; lives as long as the record */
	bool want_logs;        /* false (--no-transcripts): what was said may stand in them */
	bool want_details;     /* false: run->details and criterion details are not looked at */
	struct definition *definitions; /* heap; grown by adapter_define */
	size_t definition_count, definition_capacity;
};

void adapter_input_release(struct adapter_input *input);

struct adapter {
	const char *name;      /* what --from takes, and `source` in every report */
	const char *summary;   /* one line of --list-sources */
	const char *criterion; /* its word for one, for JUnit types; NULL: criterion */

	/* Looks at the record's members only, never at their types in depth; pure. */
	enum record_kind (*claims)(const struct json_value *record);

	/*
	 * What is read of a run (field_table.h). In a run that did not fail nothing else is looked
	 * at: of other members of the record only their types are there.
	 */
	const struct field_row *fields;

	/*
	 * Fills *run (already run_init'ed; source is set) from a record that is a run. Strings are
	 * borrowed from the record or from input->scratch. -1 and an error when the record cannot
	 * be counted as a run at all (no id): it is then rejected. All lesser trouble is a remark.
	 */
	int (*read_run)(struct run *run, const struct field *record, struct adapter_input *input,
			struct error *err);

	/* Calls adapter_define for each thing that a definition names; NULL: there are none. */
	int (*read_definition)(const struct field *record, struct adapter_input *input,
			       struct error *err);

	/* Those that no other API has, the last without a name; NULL: none. */
	const struct envelope *envelopes;

	/*
	 * The list in which bare texts are names of suites: they say nothing that could be joined,
	 * but no run is lost. NULL: no list.
	 */
	const char *name_list;

	/* Its verdicts all come from scores, also those in records that do not say so. */
	bool only_scores;

	/* List lengths at which the API cuts silently, ended by 0; NULL: none known. */
	const size_t *silent_caps;
};

#endif
