/*
 * json_pick: one pass over the text of a JSON object that checks every byte and makes values only
 * of the members that are wanted.
 *
 * It is the fast way beside json_parse, never the judge: what it does not take (PICKED_NOT) is for
 * json_parse to read, or to refuse with a reason and a place. What it takes (PICKED), json_parse
 * takes too, and the value is what json_parse gives, less what is not wanted.
 */
#ifndef RUNTALLY_JSON_PICK_H
#define RUNTALLY_JSON_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/json/json.h"

/*
 * wanted: a set of paths. Built once, then only read: threads may share it.
 *
 *   status                    the member, whatever is in it
 *   turns[].metrics.cost_usd  `[]`: every item of the list
 *   scorers.*.score           `*`: every member of the object
 *   (an empty path)           everything there is
 *   assertions?               `?` at the end: that it is there, and its type. A list, an object and
 *                             a string come empty, all else as it is.
 *
 * Where a path goes on and the value cannot (`turns` is a string, `metrics` is null), the value
 * comes as it is if it is a scalar, else empty: a reader sees the wrong type at its place. Items
 * of a list keep their index. A member wanted twice comes with what either path wants.
 */
struct wanted;

/* Wants nothing yet: every record is picked as {}. Never NULL. */
struct wanted *wanted_new(void);
extern const struct wanted wanted_everything;
bool wanted_is_everything(const struct wanted *wanted);
void wanted_free(struct wanted *wanted);
/* Names are of 1 to 47 bytes. A malformed path is a mistake of ours: asserted. */
void wanted_add(struct wanted *wanted, const char *path);

enum picked {
	PICKED,
	PICKED_MORE, /* nothing is wrong up to the end of the text, but the object does not end */
	PICKED_NOT,  /* not JSON as json_parse takes it, or beyond what is checked here */
};

/* Zero bytes that must stand behind the text, so that nobody has to look for its end. */
enum { JSON_PICK_PADDING = 64 };

/*
 * key cache: the keys that were met, which makes those that come again cheaper: for picks that
 * follow one another in one thread, with the same `wanted`.
 */
struct cache;

struct cache *key_cache_new(void);
void key_cache_free(struct cache *cache);

struct picking {
	const struct wanted *wanted;
	/*
	 * NULL, or names and a NULL at last: an object with such a member of its own that is a list
	 * is PICKED_NOT.
	 */
	const char *const *lists;
	struct arena *arena; /* where values go, within its budget */
	struct cache *cache; /* NULL: none */
};

struct pick {
	struct json_value value; /* the object */
	size_t length;           /* of its text in bytes: up to its last brace */
	size_t newlines;         /* in it */
};

/*
 * Reads the object that begins at text[0]. Its members come in the document's order; they do not
 * refer to the text, but to the arena, to how->wanted and to how->cache. Unless the result is
 * PICKED, *pick is unspecified and the arena holds what was made so far: reset it.
 *
 * PICKED_NOT are, besides everything that json_parse refuses: escapes in keys, objects with
 * thousands of members, a budget that does not suffice, and keys whose hashes are alike.
 */
enum picked json_pick(const char *text, size_t length, const struct picking *how,
		      struct pick *pick);

#endif
