#include "runtally/view_anchor.h"

#include <inttypes.h>
#include <string.h>

static uint64_t mix(uint64_t hash, const char *text)
{
	return (hash ^ hash_bytes(text, strlen(text))) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t suite_hash(const struct suite_group *suite)
{
	return mix(mix(1, suite->source), suite->id ? suite->id : suite->name);
}

void anchor_suite(struct strbuf *out, const struct suite_group *suite)
{
	strbuf_addf(out, "s-%016" PRIx64, suite_hash(suite));
}

void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group)
{
	strbuf_addf(out, "c-%016" PRIx64,
		    mix(suite_hash(suite), group->id ? group->id : group->name));
}

void anchor_run(struct strbuf *out, const struct run *run)
{
	strbuf_addf(out, "r-%016" PRIx64, mix(mix(2, run->source), run->run_id));
}
