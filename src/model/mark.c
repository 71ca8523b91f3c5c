#include "runtally/model/mark.h"

#include <string.h>

/* Whoever has it can try secrets out; it only keeps ours from being anybody's plain SHA-256. */
static const char constant[] = "runtally identity, key of those who have none";
static const char checked[] = "runtally identity check";

static void add_digits(struct strbuf *out, const uint8_t digest[SHA256_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(digest, hex);
	strbuf_add(out, hex, MARK_DIGITS);
}

void mark_key_init(struct mark_key *key, const void *secret, size_t length)
{
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];
	struct sha256 message;

	key->is_own = secret != NULL;
	hmac_key_init(&key->hmac, secret ? secret : constant,
		      secret ? length : sizeof(constant) - 1);
	message = key->hmac.inner;
	sha256_add(&message, checked, sizeof(checked) - 1);
	hmac_finish(&message, &key->hmac, digest);
	sha256_hex(digest, hex);
	memcpy(key->check, hex, MARK_CHECK_SIZE - 1);
	key->check[MARK_CHECK_SIZE - 1] = '\0';
}

void mark_add(struct strbuf *out, const struct mark_key *key, const char *kind, const char *secret,
	      size_t length)
{
	struct sha256 message = key->hmac.inner;
	uint8_t digest[SHA256_SIZE];

	sha256_add(&message, kind, strlen(kind) + 1);
	sha256_add(&message, secret, length);
	hmac_finish(&message, &key->hmac, digest);
	add_digits(out, digest);
}

/* ---- in texts ---- */

/* Where the digits of the mark that begins at the bracket end; NULL: none begins there. */
static const char *digits_end(const char *bracket)
{
	const char *at = bracket + 1;
	int digits = 0;

	while (*at >= 'a' && *at <= 'z')
		at++;
	if (at == bracket + 1 || *at++ != ' ')
		return NULL;
	while (digits <= MARK_DIGITS &&
	       ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f'))) {
		digits++;
		at++;
	}
	return digits == MARK_DIGITS && *at == ']' ? at : NULL;
}

bool marks_are_in(const char *text)
{
	while ((text = strchr(text, '[')))
		if (digits_end(text++))
			return true;
	return false;
}

size_t marks_cut(const char *text, size_t limit)
{
	size_t length = strnlen(text, limit);
	const char *bracket = length ? text + length - 1 : text;
	const char *end;

	while (bracket > text && *bracket != '[')
		bracket--;
	end = *bracket == '[' ? digits_end(bracket) : NULL;
	return end && end + 1 > text + length ? (size_t)(bracket - text) : length;
}

void marks_shorten(struct strbuf *out, size_t start)
{
	const char *from = out->text + start, *whole_end = out->text + out->length;
	const char *bracket = memchr(from, '[', out->length - start);
	char *to = out->text + start;
	size_t kept;

	for (; bracket; bracket = memchr(bracket + 1, '[', (size_t)(whole_end - bracket - 1))) {
		const char *end = digits_end(bracket);

		if (!end)
			continue;
		kept = (size_t)(end - MARK_DIGITS + MARK_DIGITS_SHOWN - from);
		memmove(to, from, kept);
		to += kept;
		from = end;
	}
	if (from == to)
		return;
	kept = (size_t)(whole_end - from);
	memmove(to, from, kept);
	strbuf_truncate(out, (size_t)(to + kept - out->text));
}

const char *marks_shown(struct arena *arena, const char *text)
{
	struct strbuf shown = STRBUF_INIT;

	if (!marks_are_in(text))
		return text;
	strbuf_addstr(&shown, text);
	marks_shorten(&shown, 0);
	text = arena_strndup(arena, shown.text, shown.length);
	strbuf_release(&shown);
	return text;
}
