#include "runtally/ingest/redact.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "detect.h"
#include "runtally/base/arena.h"

/* A text of this run that was redacted: its place in redactor.texts. */
struct redacted {
	size_t start, length;
	enum redaction_kind kind;
	uint32_t number;
};

/* A table that grew over this is not kept for the next run, which would have to clear it. */
enum { SLOTS_KEPT = 256 };

void redactor_init(struct redactor *redactor)
{
	*redactor = (struct redactor){.count = 0};
	strbuf_init(&redactor->output);
	strbuf_init(&redactor->texts);
}

void redactor_init_for_labels(struct redactor *redactor, const struct mark_key *key)
{
	redactor_init(redactor);
	redactor->is_for_labels = true;
	if (key)
		redactor->key = *key;
	else
		mark_key_init(&redactor->key, NULL, 0);
}

void redactor_release(struct redactor *redactor)
{
	strbuf_release(&redactor->output);
	strbuf_release(&redactor->texts);
	memory_free(redactor->items);
	hash_table_release(&redactor->table);
	redactor_init(redactor);
}

void redactor_next_run(struct redactor *redactor)
{
	memset(redactor->numbers, 0, sizeof(redactor->numbers));
	if (!redactor->count)
		return;
	redactor->count = 0;
	strbuf_reset(&redactor->texts);
	if (redactor->table.capacity > SLOTS_KEPT)
		hash_table_release(&redactor->table);
	else
		hash_table_clear(&redactor->table);
}

static uint32_t number_of(struct redactor *redactor, enum redaction_kind kind, const char *text,
			  size_t length)
{
	const uint64_t hash = hash_pair(hash_bytes(text, length), kind);
	size_t walk;

	for (size_t at = hash_first(&redactor->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&redactor->table, hash, &walk)) {
		const struct redacted *item = &redactor->items[at];

		if (item->kind == kind && item->length == length &&
		    !memcmp(redactor->texts.text + item->start, text, length))
			return item->number;
	}
	redactor->items = array_reserve(redactor->items, &redactor->capacity, redactor->count + 1,
					sizeof(*redactor->items));
	hash_add(&redactor->table, hash, redactor->count);
	redactor->items[redactor->count++] = (struct redacted){
		.start = redactor->texts.length,
		.length = length,
		.kind = kind,
		.number = ++redactor->numbers[kind],
	};
	strbuf_add(&redactor->texts, text, length);
	return redactor->numbers[kind];
}

/* At a byte that is neither letter nor digit. */
static bool detect_mark(struct scan *scan, struct match *match)
{
	switch (scan_byte(scan, scan->at)) {
	case '-':
		return detect_pem(scan, match);
	case ':':
	case '=':
		return detect_value(scan, match);
	case '@':
		return detect_email(scan, match);
	case '%':
		return detect_email(scan, match) ||
		       (scan_has(scan, scan->at, "%2b") && detect_phone(scan, match));
	case '\\':
		return scan_has(scan, scan->at, "\\u002b") && detect_phone(scan, match);
	case '\xEF':
		return scan_has(scan, scan->at, "\xEF\xBC\x8B") && detect_phone(scan, match);
	case '+':
	case '(':
		return detect_phone(scan, match);
	default:
		return false;
	}
}

/* Behind it a word may begin: `\n` and `%20` within text end in a letter or digit of their own. */
static size_t escape_length(struct scan *scan, size_t at)
{
	char first = scan_byte(scan, at), second = scan_byte(scan, at + 1);

	if (first == '\\' && (second == 'n' || second == 'r' || second == 't'))
		return 2;
	if (first == '%' && is_hex(second) && is_hex(scan_byte(scan, at + 2)))
		return 3;
	return 0;
}

static void set_floor(struct scan *scan, size_t end, enum redaction_kind kind)
{
	scan->at = scan->floor = scan->fresh = end;
	scan->after_phone = kind == REDACT_PHONE;
}

/* What a byte is to a scan: nothing, part of a word, a mark that detect_mark or skip_mark knows. */
enum { N, W, M };

static const unsigned char kinds_of_bytes[256] = {
	['0'] = W, ['1'] = W, ['2'] = W, ['3'] = W, ['4'] = W,  ['5'] = W, ['6'] = W, ['7'] = W,
	['8'] = W, ['9'] = W, ['A'] = W, ['B'] = W, ['C'] = W,  ['D'] = W, ['E'] = W, ['F'] = W,
	['G'] = W, ['H'] = W, ['I'] = W, ['J'] = W, ['K'] = W,  ['L'] = W, ['M'] = W, ['N'] = W,
	['O'] = W, ['P'] = W, ['Q'] = W, ['R'] = W, ['S'] = W,  ['T'] = W, ['U'] = W, ['V'] = W,
	['W'] = W, ['X'] = W, ['Y'] = W, ['Z'] = W, ['a'] = W,  ['b'] = W, ['c'] = W, ['d'] = W,
	['e'] = W, ['f'] = W, ['g'] = W, ['h'] = W, ['i'] = W,  ['j'] = W, ['k'] = W, ['l'] = W,
	['m'] = W, ['n'] = W, ['o'] = W, ['p'] = W, ['q'] = W,  ['r'] = W, ['s'] = W, ['t'] = W,
	['u'] = W, ['v'] = W, ['w'] = W, ['x'] = W, ['y'] = W,  ['z'] = W, ['-'] = M, [':'] = M,
	['='] = M, ['@'] = M, ['%'] = M, ['+'] = M, ['\\'] = M, ['('] = M, ['['] = M, [0xEF] = M,
};

static unsigned char kind_at(const struct scan *scan)
{
	return kinds_of_bytes[(unsigned char)scan->text[scan->at]];
}

static void skip_word(struct scan *scan)
{
	size_t start = scan->at;

	while (kind_at(scan) == W)
		scan->at++;
	scan->steps += scan->at - start;
}

static void skip_nothing(struct scan *scan)
{
	size_t start = scan->at;

	while (scan->at < scan->length && kind_at(scan) == N)
		scan->at++;
	scan->steps += scan->at - start;
}

static void skip_mark(struct scan *scan)
{
	char byte = scan_byte(scan, scan->at);
	enum redaction_kind kind;
	size_t length = 0;

	if (byte == '[' && (length = placeholder_length(scan, scan->at, &kind)))
		set_floor(scan, scan->at + length, kind);
	else if ((byte == '\\' || byte == '%') && (length = escape_length(scan, scan->at)))
		scan->fresh = scan->at += length;
	else
		scan->at++;
}

/* Length of the UUID at scan->at, 0: there is none. Hardly any other word has that dash. */
static size_t uuid_length(struct scan *scan)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const size_t length = sizeof(shape) - 1;

	if (scan_byte(scan, scan->at + 8) != '-' || scan->length - scan->at < length)
		return 0;
	scan->steps += length;
	for (size_t i = 0; i < length; i++) {
		char byte = scan->text[scan->at + i];

		if (shape[i] == 'x' ? !is_hex(byte) : byte != '-')
			return 0;
	}
	return is_alnum(scan_byte(scan, scan->at + length)) ? 0 : length;
}

/* At a letter or digit that begins a word; passes it where nothing is found. */
static bool find_in_word(struct scan *scan, struct match *match)
{
	bool digit = is_digit(scan_byte(scan, scan->at)), found = false;
	size_t uuid = uuid_length(scan);

	if (!uuid && digit && !scan->no_numbers && may_begin_number(scan))
		found = detect_bot(scan, match) || detect_card(scan, match) ||
			detect_phone(scan, match);
	else if (!uuid && !digit && may_begin_secret(scan))
		found = detect_token(scan, match) || detect_bearer(scan, match);
	if (found)
		return true;
	scan->at += uuid;
	skip_word(scan);
	return false;
}

/* Asks at the beginning of each word, and at each mark. */
static bool find(struct scan *scan, struct match *match)
{
	for (;;) {
		skip_nothing(scan);
		if (scan->at >= scan->length)
			return false;
		if (kind_at(scan) == W) {
			if (find_in_word(scan, match))
				return true;
		} else if (detect_mark(scan, match)) {
			return true;
		} else {
			skip_mark(scan);
		}
	}
}

static void put_placeholder(struct redactor *redactor, const char *text, const struct match *match)
{
	const char *kind = redaction_names[match->kind], *secret = text + match->start;
	size_t length = match->end - match->start;

	strbuf_addf(&redactor->output, "[%s ", kind);
	if (redactor->is_for_labels)
		mark_add(&redactor->output, &redactor->key, kind, secret, length);
	else
		strbuf_addf(&redactor->output, "%" PRIu32,
			    number_of(redactor, match->kind, secret, length));
	strbuf_addch(&redactor->output, ']');
	redactor->counts[match->kind]++;
}

static const char *redact_scanned(struct redactor *self, const char *text, bool no_numbers)
{
	struct scan scan = {.text = text, .length = strlen(text), .no_numbers = no_numbers};
	struct match match;
	size_t copied = 0;

	strbuf_reset(&self->output);
	while (find(&scan, &match)) {
		assert(match.start >= copied && match.end > match.start);
		strbuf_add(&self->output, text + copied, match.start - copied);
		put_placeholder(self, text, &match);
		copied = match.end;
		set_floor(&scan, match.end, match.kind);
	}
	self->steps += scan.steps;
	if (!copied)
		return text;
	strbuf_add(&self->output, text + copied, scan.length - copied);
	return self->output.text;
}

const char *redact(void *redactor, const char *text)
{
	return redact_scanned(redactor, text, false);
}

static bool is_plain_id(const char *id)
{
	while (kinds_of_bytes[(unsigned char)*id] == W || *id == '-' || *id == '_')
		id++;
	return !*id;
}

const char *redact_id(struct redactor *redactor, const char *id)
{
	return redact_scanned(redactor, id, is_plain_id(id));
}

bool redact_is_numbered(const char *label)
{
	struct scan scan = {.text = label, .length = strlen(label)};
	enum redaction_kind kind;

	for (const char *at = strchr(label, '['); at; at = strchr(at + 1, '[')) {
		size_t length = placeholder_length(&scan, (size_t)(at - label), &kind);

		if (length && length < strlen(redaction_names[kind]) + MARK_DIGITS + 3)
			return true;
	}
	return false;
}
