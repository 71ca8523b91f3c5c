/*
 * recognise: what a record is, whose, and where in its wrappers; and words for what it is not.
 */
#ifndef RUNTALLY_ADAPTERS_RECOGNISE_H
#define RUNTALLY_ADAPTERS_RECOGNISE_H

#include <stdbool.h>

#include "runtally/adapters/adapter.h"
#include "runtally/base/strbuf.h"

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

/* All envelopes in their order, general ones first; NULL: there are no more. */
const struct envelope *envelope_at(size_t index);

/* A report that was written into the folder that is read the next time. */
bool is_own_report(const struct json_value *record);

/* `is no API's record: an object with "a", "b"` */
void describe_stranger(const struct json_value *record, const struct adapter *from,
		       struct strbuf *out);

#endif
