/*
 * adapters: THE TABLE of sources, and what a record is, whose, and where in its wrappers.
 *
 * Detection, --from, --list-sources and the tests walk the same array.
 */
#ifndef RUNTALLY_ADAPTERS_ADAPTERS_H
#define RUNTALLY_ADAPTERS_ADAPTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/adapters/adapter.h"
#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"
#include "runtally/model/call.h"

/* All of them, in the order of reports; ended by NULL. Our run records come last. */
extern const struct adapter *const adapters[];

/* NULL where there is none. */
const struct adapter *adapter_by_name(const char *name);

/* Position in the order of reports; sources that no adapter names come after all that one does. */
size_t adapter_rank(const char *source);

/*
 * Wants what the adapters look at in a run that did not fail, and all members of a record by name
 * and type; in its wrappers, too.
 */
void adapters_want(struct wanted *wanted);

/*
 * What the record itself is. *owner is the adapter that claims it (NULL for a refusal or for what
 * nobody claims). Error bodies of all APIs are recognised here, not by the adapters: they look
 * alike.
 */
enum record_kind adapter_pick(const struct json_value *record, const struct adapter **owner);

struct recognised {
	enum record_kind kind;
	const struct adapter *owner;    /* NULL: nobody's */
	const struct json_value *value; /* the record, or what it wraps */
};

/*
 * `from` (--from, or NULL): whatever is no error body and no definition is read as a run of that
 * source.
 */
struct recognised recognise(const struct json_value *record, const struct adapter *from);

/*
 * owner->read_run. A verdict that comes from a score is that of these rules, also in a record that
 * was written under others.
 */
int adapter_read_run(const struct adapter *owner, struct run *run, const struct field *record,
		     struct adapter_input *input, struct error *err);

/* All envelopes in their order, general ones first; NULL: there are no more. */
const struct envelope *envelope_at(size_t index);

/* A report that was written into the folder that is read the next time. */
bool is_own_report(const struct json_value *record);
/* What a frame tells of the key of marks (mark.h); NULL: nothing. */
const char *frame_key_check(const struct json_value *frame);
/*
 * The call that a frame tells of, its texts borrowed from the frame, its notes listed in scratch.
 * False: it tells of none.
 */
bool frame_call(const struct json_value *frame, struct arena *scratch, struct call *call);

/* The words of an error body, borrowed from the record or from scratch; never NULL. */
const char *refusal_text(const struct json_value *record, struct arena *scratch);

/* `is no API's record: an object with "a", "b"` */
void describe_stranger(const struct json_value *record, const struct adapter *from,
		       struct strbuf *out);

#endif
