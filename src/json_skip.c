#include "json_skip.h"

#include <stdlib.h>

static int compare_hashes(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

bool skip_has_twins(struct skip *s, size_t first)
{
	qsort(s->hashes + first, s->key_count - first, sizeof(*s->hashes), compare_hashes);
	for (size_t i = first + 1; i < s->key_count; i++)
		if (s->hashes[i] == s->hashes[i - 1])
			return true;
	return false;
}

/* From the opening bracket to the first thing in it. There must be a level left. */
static inline const char *open_level(struct skip *s, const char *at)
{
	s->levels[s->depth++] = (struct skip_level){
		.keys = {.first = s->key_count},
		.close = *at == '{' ? '}' : ']',
	};
	return skip_blanks(s, at + 1);
}

/* From behind a value over all brackets that close behind it, as far as the level `base`. */
static inline const char *close_levels(struct skip *s, const char *at, size_t base)
{
	for (;;) {
		const struct skip_level *level = &s->levels[s->depth - 1];

		if (*at != level->close)
			return *at == ',' ? at : text_stop(&s->end, at);
		if (!skip_drop_keys(s, &level->keys))
			return text_refuse(&s->end);
		at++;
		if (--s->depth == base)
			return at;
		at = skip_blanks(s, at);
	}
}

const char *skip_brackets(struct skip *s, const char *at)
{
	const size_t base = s->depth;

	for (;;) {
		const bool opens = *at == '{' || *at == '[';
		struct skip_level *level;
		struct key key;

		at = opens ? open_level(s, at) : skip_scalar(s, at);
		if (!at)
			return NULL;
		level = &s->levels[s->depth - 1];
		if (!opens || *at == level->close) {
			at = close_levels(s, skip_blanks(s, at), base);
			if (!at || s->depth == base)
				return at;
			at = skip_blanks(s, at + 1);
			level = &s->levels[s->depth - 1];
		} else if (s->depth == SKIP_DEPTH_MOST) {
			return text_refuse(&s->end);
		}
		if (level->close == '}')
			at = skip_key(s, at, &level->keys, &key);
		if (!at)
			return NULL;
	}
}
