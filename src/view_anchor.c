#include "runtally/view_anchor.h"

#include <string.h>

static uint64_t mix(uint64_t hash, const char *text)
{
	return (hash ^ hash_bytes(text, strlen(text))) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t suite_hash(const struct suite_group *suite)
{
	return mix(mix(1, suite->source), suite->id ? suite->id : suite->name);
}

static void add_anchor(struct strbuf *out, char kind, uint64_t hash)
{
	static const char digits[] = "0123456789abcdef";
	char text[] = {kind, '-', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

	for (size_t i = sizeof(text); i > 2; hash >>= 4)
		text[--i] = digits[hash & 15];
	strbuf_add(out, text, sizeof(text));
}

void anchor_suite(struct strbuf *out, const struct suite_group *suite)
{
	add_anchor(out, 's', suite_hash(suite));
}

void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group)
{
	add_anchor(out, 'c', mix(suite_hash(suite), group->id ? group->id : group->name));
}

void anchor_run(struct strbuf *out, const struct run *run)
{
	add_anchor(out, 'r', mix(mix(2, run->source), run->run_id));
}

void anchor_family(struct strbuf *out, const struct family *family)
{
	add_anchor(out, 'f', family->hash);
}
