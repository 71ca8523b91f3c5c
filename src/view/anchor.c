#include "anchor.h"

#include <stdint.h>

#include "runtally/base/sha256.h"

/*
 * The first 64 bits of SHA-256: the same in every report, and hard to find two names for, as it is
 * not with hashes for tables.
 */
enum { ANCHOR_BYTES = 8 };

static void add_anchor(struct strbuf *out, char kind, const char *const *texts)
{
	static const char digits[] = "0123456789abcdef";
	struct strbuf whole = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];

	strbuf_addch(&whole, kind);
	for (; *texts; texts++) {
		strbuf_addch(&whole, '\0');
		strbuf_addstr(&whole, *texts);
	}
	sha256(whole.text, whole.length, digest);
	strbuf_release(&whole);
	strbuf_addf(out, "%c-", kind);
	for (int i = 0; i < ANCHOR_BYTES; i++) {
		strbuf_addch(out, digits[digest[i] >> 4]);
		strbuf_addch(out, digits[digest[i] & 15]);
	}
}

void anchor_suite(struct strbuf *out, const struct suite_group *suite)
{
	add_anchor(out, 's', (const char *const[]){suite->source, suite->key, NULL});
}

void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group)
{
	add_anchor(out, 'c',
		   (const char *const[]){suite->source, suite->key,
					 group->id ? group->id : group->name, NULL});
}

void anchor_run(struct strbuf *out, const struct run *run)
{
	add_anchor(out, 'r', (const char *const[]){run->source, run->run_id, NULL});
}

void anchor_failure_group(struct strbuf *out, const struct failure_group *failure_group)
{
	add_anchor(out, 'f',
		   (const char *const[]){failure_group->source, cause_name(failure_group->cause),
					 failure_group->key, NULL});
}
