/* Personal data: card numbers, phone numbers, e-mail addresses. */
#include "detect.h"

#include <string.h>

/* ---- cards ---- */

/* Whether the digits at `at` follow a decimal point. */
static bool is_in_fraction(struct scan *scan, size_t at)
{
	return at > scan->floor + 1 && scan_byte(scan, at - 1) == '.' &&
	       is_digit(scan_byte(scan, at - 2));
}

enum { CARD_LEAST = 13, CARD_MOST = 19 };

/* First digits that issuers have (ISO/IEC 7812), as ranges of four, and the lengths in use. */
static const struct {
	unsigned first, last, least, most;
} issuers[] = {
	{2200, 2204, 16, 19}, {2221, 2720, 16, 16}, {3000, 3059, 14, 19}, {3400, 3499, 15, 15},
	{3528, 3589, 16, 19}, {3600, 3699, 14, 19}, {3700, 3799, 15, 15}, {3800, 3999, 14, 19},
	{4000, 4999, 13, 19}, {5018, 5018, 13, 19}, {5020, 5020, 13, 19}, {5038, 5038, 13, 19},
	{5100, 5599, 16, 16}, {5893, 5893, 13, 19}, {6011, 6011, 16, 19}, {6200, 6299, 16, 19},
	{6304, 6304, 13, 19}, {6440, 6599, 16, 19}, {6759, 6763, 13, 19},
};

static bool has_issuer(const char *digits, size_t count)
{
	unsigned four = 0;

	for (int i = 0; i < 4; i++)
		four = four * 10 + (unsigned)(digits[i] - '0');
	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++)
		if (four >= issuers[i].first && four <= issuers[i].last &&
		    count >= issuers[i].least && count <= issuers[i].most)
			return true;
	return false;
}

/* ISO/IEC 7812-1, annex B */
static bool luhn(const char *digits, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned digit = (unsigned)(digits[count - 1 - i] - '0');

		if (i % 2)
			digit = digit > 4 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

static bool is_card(const char *digits, size_t count)
{
	return count >= CARD_LEAST && has_issuer(digits, count) && luhn(digits, count);
}

/* Groups of digits with a single space or dash between; the longest that is a card number. */
static size_t card_length(struct scan *scan, size_t at)
{
	char digits[CARD_MOST];
	size_t count = 0, best = 0, i = 0;

	for (;; i++) {
		char byte;

		for (; is_digit(byte = scan_byte(scan, at + i)); i++) {
			if (count == CARD_MOST)
				return best;
			digits[count++] = byte;
		}
		if (is_letter(byte))
			return best;
		if (is_card(digits, count) &&
		    !(byte == '.' && !is_letter(scan_byte(scan, at + i + 1)) &&
		      scan_continues(scan, at + i + 1)))
			best = i;
		if ((byte != ' ' && byte != '-') || !is_digit(scan_byte(scan, at + i + 1)))
			return best;
	}
}

bool detect_card(struct scan *scan, struct match *match)
{
	bool known = scan->at >= scan->no_card_from && scan->at < scan->no_card_to;
	size_t length = known || is_in_fraction(scan, scan->at) ? 0 : card_length(scan, scan->at);

	*match = (struct match){.start = scan->at, .end = scan->at + length, .kind = REDACT_CARD};
	return length > 0;
}

/* ---- words around phone numbers ---- */

enum word { WORD_OTHER, WORD_PHONE, WORD_NUMBER, WORD_COUNTED, WORD_UNIT, WORD_JOIN, WORD_KINDS };

enum { WORDS_MOST = 64, LONGEST_WORD = 16, WORDS_BEFORE = 48, WORDS_AFTER = 32 };

/*
 * Words around a number. NUMBER says phone unless a COUNTED thing stands before it; a UNIT makes it
 * something else; JOIN connects it to the phone number before.
 */
static const char *const words[WORD_KINDS][WORDS_MOST] = {
	[WORD_PHONE] = {"phone",       "phones",       "telephone",     "phonenumber",
			"tel",         "call",         "called",        "calling",
			"caller",      "callback",     "callerid",      "callernumber",
			"mobile",      "mobilenumber", "cell",          "cellphone",
			"telefon",     "telefono",     "teléfono",      "téléphone",
			"tél",         "telefone",     "telefonnummer", "rufnummer",
			"handynummer", "handy",        "mobil",         "movil",
			"móvil",       "celular",      "portable",      "fax",
			"whatsapp",    "sms",          "text",          "dial",
			"dialed",      "dialled",      "ring",          "reach",
			"contact",     "landline",     "voicemail",     "msisdn",
			"anrufen",     "erreichbar",   "llamar",        "fromnumber",
			"tonumber",    "contactnumber"},
	[WORD_NUMBER] = {"number", "numbers", "nummer", "numero", "número", "numéro"},
	[WORD_COUNTED] = {"case", "part", "model", "version", "item", "card", "member", "customer",
			  "record", "routing", "build", "run", "test", "total", "random"},
	[WORD_UNIT] = {"order",    "orders",      "ordernumber",   "invoice",  "tracking",
		       "account",  "ticket",      "reference",     "ref",      "confirmation",
		       "booking",  "reservation", "serial",        "id",       "ids",
		       "sid",      "uuid",        "sku",           "policy",   "timestamp",
		       "duration", "started",     "ended",         "ms",       "tokens",
		       "bytes",    "seconds",     "cost",          "price",    "amount",
		       "usd",      "eur",         "gbp",           "dollars",  "euros",
		       "pounds",   "bestellung",  "bestellnummer", "rechnung", "pedido",
		       "commande"},
	[WORD_JOIN] = {"or", "and", "oder", "und", "ou", "et", "y", "o"},
};

static enum word word_of(struct scan *scan, size_t start, size_t end)
{
	char first = lower(scan_byte(scan, start));

	if (end - start > LONGEST_WORD)
		return WORD_OTHER;
	for (int word = WORD_PHONE; word < WORD_KINDS; word++)
		for (size_t i = 0; i < WORDS_MOST && words[word][i]; i++)
			if (words[word][i][0] == first && strlen(words[word][i]) == end - start &&
			    scan_has(scan, start, words[word][i]))
				return (enum word)word;
	return WORD_OTHER;
}

static bool is_word_byte(char byte)
{
	return is_letter(byte) || (byte & 0x80);
}

/* The end of the nearest word before `at`, and its start; false: none behind `lowest`. */
static bool word_before(struct scan *scan, size_t lowest, size_t *start, size_t *end)
{
	size_t at = *start;

	while (at > lowest && !is_word_byte(scan_byte(scan, at - 1)))
		at--;
	*end = at;
	while (at > lowest && is_word_byte(scan_byte(scan, at - 1)))
		at--;
	*start = at;
	return at < *end;
}

enum verdict { NO_PHONE, MAYBE_PHONE, PHONE };

/* The nearest word before that decides. */
static enum verdict ask_before(struct scan *scan)
{
	size_t lowest =
		scan->at > scan->floor + WORDS_BEFORE ? scan->at - WORDS_BEFORE : scan->floor;
	size_t start = scan->at, end;
	bool number = false, joined = scan->after_phone && lowest == scan->floor;

	while (word_before(scan, lowest, &start, &end)) {
		enum word word = word_of(scan, start, end);

		if (word == WORD_PHONE)
			return PHONE;
		if (word == WORD_UNIT || (word == WORD_COUNTED && number))
			return NO_PHONE;
		number = number || word == WORD_NUMBER;
		joined = joined && word == WORD_JOIN;
	}
	return number || joined ? PHONE : MAYBE_PHONE;
}

/* The nearest word after that decides, within the sentence. */
static enum verdict ask_after(struct scan *scan, size_t at)
{
	size_t most = at + WORDS_AFTER;

	while (at < most) {
		size_t start;
		char byte = scan_byte(scan, at);
		enum word word;

		if (!byte || is_digit(byte) || strchr("\n.,;!?[", byte))
			return MAYBE_PHONE;
		for (start = at; at < most && is_word_byte(scan_byte(scan, at));)
			at++;
		if (start == at) {
			at++;
			continue;
		}
		word = word_of(scan, start, at);
		if (scan_byte(scan, at) == '[') /* perhaps a placeholder for the word's end */
			return MAYBE_PHONE;
		if (word == WORD_UNIT || word == WORD_PHONE || word == WORD_NUMBER)
			return word == WORD_UNIT ? NO_PHONE : PHONE;
	}
	return MAYBE_PHONE;
}

/* Whether a word that says phone decides about the number from scan->at to `end`. */
static bool beside_phone_word(struct scan *scan, size_t end)
{
	enum verdict verdict = ask_before(scan);

	return (verdict == MAYBE_PHONE ? ask_after(scan, end) : verdict) == PHONE;
}

/* ---- phone numbers ---- */

enum { PHONE_LEAST = 8, NATIONAL_LEAST = 7, PHONE_MOST = 15 };

/* Marks that stand between the digits of a phone number, some of them not ASCII. */
static size_t phone_mark(struct scan *scan, size_t at)
{
	static const char *const marks[] = {
		"\xC2\xA0",     /* no-break space */
		"\xE2\x80\x91", /* no-break hyphen */
		"\xE2\x80\x93", /* en dash */
		"\xE2\x80\xAF", /* narrow no-break space */
	};
	char byte = scan_byte(scan, at);

	if (byte && strchr(" .-()/", byte))
		return 1;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks) && (byte & 0x80); i++)
		if (scan_has(scan, at, marks[i]))
			return strlen(marks[i]);
	return 0;
}

/* What stands between this group of digits and the next; 0 where none follows soon. */
static size_t gap_length(struct scan *scan, size_t at)
{
	size_t length = 0;

	for (int marks = 0; marks < 3; marks++) {
		size_t mark = phone_mark(scan, at + length);

		if (!mark || scan_has(scan, at + length, ". ")) /* ends a sentence */
			break;
		length += mark;
	}
	return is_digit(scan_byte(scan, at + length)) ? length : 0;
}

/* Digits that may be a phone number. */
struct phone_number {
	size_t start, end;
	unsigned digits, groups;
	unsigned sizes[PHONE_MOST]; /* of the groups */
	size_t ends[PHONE_MOST];    /* of the groups, in the text */
};

static unsigned group_size(struct scan *scan, size_t at)
{
	unsigned size = 0;

	while (size <= PHONE_MOST && is_digit(scan_byte(scan, at + size)))
		size++;
	return size;
}

/* Behind a whole number a space is the end of it: `+15551234567 3 times`. */
static bool is_whole(const struct phone_number *number, bool long_prefix, unsigned next_size)
{
	unsigned last = number->sizes[number->groups - 1];

	return last >= 8 ||
	       (number->digits >= (long_prefix ? 13 : 11) && (next_size != last || last > 3));
}

/*
 * Whether a card number begins at one of the later groups of a number. The next groups ask about
 * the same ones again, so what was found out is kept in the scan.
 */
static bool begins_card(struct scan *scan, size_t at, const struct phone_number *number)
{
	if (is_in_fraction(scan, at) || (at >= scan->no_card_from && at < scan->no_card_to))
		return false;
	if (card_length(scan, at))
		return true;
	if (number->start < scan->no_card_from || number->start >= scan->no_card_to)
		scan->no_card_from = number->groups == 1 ? at : scan->no_card_from;
	scan->no_card_to = at + 1;
	return false;
}

/* As many groups as a phone number can have; stops before a card number. */
static struct phone_number read_number(struct scan *scan, size_t at)
{
	struct phone_number number = {.start = at, .end = at};
	bool long_prefix = scan_has(scan, at, "00");

	for (;;) {
		unsigned size = group_size(scan, at);
		size_t gap;

		if (!size || number.digits + size > PHONE_MOST ||
		    (number.groups && begins_card(scan, at, &number)))
			return number;
		number.end = at + size;
		number.sizes[number.groups] = size;
		number.ends[number.groups++] = number.end;
		number.digits += size;
		gap = gap_length(scan, number.end);
		if (!gap || (scan_byte(scan, number.end) == ' ' &&
			     is_whole(&number, long_prefix, group_size(scan, number.end + gap))))
			return number;
		at = number.end + gap;
	}
}

static void drop_last_group(struct phone_number *number)
{
	number->digits -= number->sizes[--number->groups];
	number->end = number->groups ? number->ends[number->groups - 1] : number->start;
}

/* The byte behind the first group, where it stands behind each group but the last; else 0. */
static char common_mark(struct scan *scan, const struct phone_number *number)
{
	char mark = scan_byte(scan, number->ends[0]);

	for (unsigned i = 1; i + 1 < number->groups; i++)
		if (scan_byte(scan, number->ends[i]) != mark)
			return 0;
	return mark;
}

/* `1234567.89` */
static bool is_decimal(struct scan *scan, const struct phone_number *number)
{
	return number->groups == 2 && number->sizes[1] <= 2 && common_mark(scan, number) == '.';
}

/* `2026-11-20` and what may follow it, `20.11.2026`, `192.168.100.200` */
static bool is_date_or_address(struct scan *scan, const struct phone_number *number)
{
	const unsigned *sizes = number->sizes;
	char mark;

	if (number->groups < 3)
		return false;
	mark = scan_byte(scan, number->ends[0]);
	if (mark == ' ' || scan_byte(scan, number->ends[1]) != mark)
		return false;
	if (sizes[0] == 4 && sizes[1] == 2 && sizes[2] == 2)
		return true;
	if (sizes[0] <= 2 && sizes[1] <= 2 && sizes[2] == 4 && number->groups == 3)
		return true;
	return mark == '.' && common_mark(scan, number) == '.' && number->groups == 4 &&
	       sizes[0] <= 3 && sizes[1] <= 3 && sizes[2] <= 3 && sizes[3] <= 3;
}

/* The byte before scan->at; a space where a word may begin anyway. */
static char byte_before(struct scan *scan)
{
	return scan->at == scan->fresh ? ' ' : scan_byte(scan, scan->at - 1);
}

/* A plus sign, also as URLs and JSON within JSON write it. */
static size_t plus_length(struct scan *scan, size_t at)
{
	static const char *const signs[] = {"+", "%2b", "\\u002b", "\xEF\xBC\x8B"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (scan_has(scan, at, signs[i]))
			return strlen(signs[i]);
	return 0;
}

/* E.164: up to 15 digits, none of the country codes begins with 0. */
static bool is_international(struct scan *scan, size_t plus, struct phone_number *number)
{
	size_t at = scan->at + plus;

	if (scan_byte(scan, scan->at) == '+' && is_alnum(byte_before(scan)))
		return false;
	if (scan_byte(scan, at) == '(')
		at++;
	if (scan_byte(scan, at) == '0')
		return false;
	*number = read_number(scan, at);
	return number->digits >= PHONE_LEAST && !is_decimal(scan, number);
}

/* The seconds of `15:31:15.561286`. */
static bool is_seconds(struct scan *scan)
{
	const char *before = scan->text + scan->at - 6;

	return scan->at >= 6 && is_digit(before[0]) && is_digit(before[1]) && before[2] == ':' &&
	       is_digit(before[3]) && is_digit(before[4]) && before[5] == ':' &&
	       group_size(scan, scan->at) == 2;
}

/* Ids, paths, prices and fractions: what stands right before is part of them. */
static bool is_tail(struct scan *scan)
{
	char before = byte_before(scan);

	return strchr("_-/$#+", before) || is_in_fraction(scan, scan->at) || before == '\xA3' ||
	       before == '\xAC' || before == '\xA5'; /* last bytes of pound, euro and yen */
}

/* The same with what stands right after. */
static bool is_head(struct scan *scan, size_t end)
{
	char after = scan_byte(scan, end);

	if (after == '%') /* of a URL's escape, or a percentage */
		return !is_hex(scan_byte(scan, end + 1)) || !is_hex(scan_byte(scan, end + 2));
	if (after == '_' || (is_letter(after) && lower(after) != 'x'))
		return true;
	if (after == '.')
		return !is_letter(scan_byte(scan, end + 1)) && scan_continues(scan, end + 1);
	return (after == '-' || after == ':' || after == '/') && scan_continues(scan, end + 1);
}

/* `(555) 123-4567`, but not `(5551234567)`, where the digits alone are the number. */
static bool opens_area_code(struct scan *scan)
{
	unsigned size = group_size(scan, scan->at + 1);

	return size && size < 6 && scan_byte(scan, scan->at + 1 + size) == ')';
}

static bool is_national(struct scan *scan, struct phone_number *number)
{
	bool open = scan_byte(scan, scan->at) == '(';

	if (open && !opens_area_code(scan))
		return false;
	if (is_tail(scan) || is_seconds(scan))
		return false;
	*number = read_number(scan, scan->at + open);
	while (number->digits >= NATIONAL_LEAST &&
	       (is_decimal(scan, number) || is_date_or_address(scan, number) ||
		is_head(scan, number->end)))
		drop_last_group(number);
	return number->digits >= NATIONAL_LEAST && beside_phone_word(scan, number->end);
}

bool detect_phone(struct scan *scan, struct match *match)
{
	size_t plus = plus_length(scan, scan->at);
	struct phone_number number;

	if (plus ? !is_international(scan, plus, &number) : !is_national(scan, &number))
		return false;
	*match = (struct match){.start = scan->at, .end = number.end, .kind = REDACT_PHONE};
	return true;
}

/*
 * Bots, cards and phone numbers have seven digits and more. Fewer may be the first group of them if
 * more digits follow, with no more than marks between.
 */
bool may_begin_number(struct scan *scan)
{
	const char *text = scan->text + scan->at;
	size_t at = 0;

	while (at < NATIONAL_LEAST && is_digit(text[at]))
		at++;
	scan->steps += at + 1;
	if (at == NATIONAL_LEAST)
		return true;
	if (is_letter(text[at]))
		return false;
	while (text[at] && strchr(" .-()/", text[at]))
		at++;
	return is_digit(text[at]) || (unsigned char)text[at] >= 0x80;
}

/* ---- e-mail addresses ---- */

/*
 * First byte of a letter outside ASCII: Latin, Greek or Cyrillic (U+00C0..U+053F). Scripts that
 * write without spaces are left out, since a whole sentence would go along.
 */
static bool is_wide_lead(char byte)
{
	return (unsigned char)byte >= 0xC3 && (unsigned char)byte <= 0xD4;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/*
 * `marks` may stand in the local part. They hold no at sign as it is written here, so that no two
 * searches meet the same bytes.
 */
static size_t local_start(struct scan *scan, const char *marks)
{
	size_t at = scan->at;

	while (at > scan->floor) {
		char byte = scan_byte(scan, at - 1);

		if (is_alnum(byte) || (byte && strchr(marks, byte)))
			at--;
		else if (is_continuation(byte) && at > scan->floor + 1 &&
			 is_wide_lead(scan_byte(scan, at - 2)))
			at -= 2;
		else
			break;
	}
	while (at < scan->at && !is_alnum(scan_byte(scan, at)) &&
	       !is_wide_lead(scan_byte(scan, at)))
		at++;
	return at;
}

static size_t label_end(struct scan *scan, size_t at)
{
	for (;;) {
		char byte = scan_byte(scan, at);

		if (is_alnum(byte) || byte == '-')
			at++;
		else if (is_wide_lead(byte) && is_continuation(scan_byte(scan, at + 1)))
			at += 2;
		else
			return at;
	}
}

/* A top-level domain begins with two letters; what is stuck to it goes along. */
static bool is_top_level(struct scan *scan, size_t start, size_t end)
{
	return end >= start + 2 && !is_digit(scan_byte(scan, start)) &&
	       scan_byte(scan, start) != '-' && !is_digit(scan_byte(scan, start + 1)) &&
	       scan_byte(scan, start + 1) != '-';
}

/* The end of the domain at `at`, which has at least one dot; 0: there is none. */
static size_t domain_end(struct scan *scan, size_t at)
{
	size_t best = 0;
	bool dotted = false;

	for (;;) {
		size_t end = label_end(scan, at);

		if (end == at)
			return best;
		if (dotted && is_top_level(scan, at, end))
			best = end;
		if (scan_byte(scan, end) != '.')
			return best;
		dotted = true;
		at = end + 1;
	}
}

/*
 * RFC 5321's dot-string without its rarer marks, at a domain with a dot; `%40` is an at sign in
 * URLs.
 */
bool detect_email(struct scan *scan, struct match *match)
{
	size_t sign = scan_has(scan, scan->at, "%40") ? 3 : 1;
	size_t start, end;

	if (sign == 1 && scan_byte(scan, scan->at) != '@')
		return false;
	start = local_start(scan, sign == 3 ? "._+-" : "._%+-");
	if (start == scan->at)
		return false;
	end = domain_end(scan, scan->at + sign);
	while (end && scan_byte(scan, end - 1) == '-')
		end--;
	*match = (struct match){.start = start, .end = end, .kind = REDACT_EMAIL};
	return end > 0;
}
