/*
 * envelope: members of an object that are nothing but the way to records. What any API may call
 * them stands in one table, general_envelopes; a name that one API alone has stands in its
 * adapter's row, and whoever reads its records tells that name to records_walk.
 */
#ifndef RUNTALLY_INPUT_ENVELOPE_H
#define RUNTALLY_INPUT_ENVELOPE_H

#include <stdbool.h>

struct envelope {
	const char *name;
	bool list;   /* if it is a list: of records or envelopes, walked one element at a time */
	bool object; /* if it is an object: the record, or another envelope */
};

/* The last one has no name. */
extern const struct envelope general_envelopes[];

#endif
