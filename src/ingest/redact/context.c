#include "detect.h"

#include <string.h>

enum word { WORD_OTHER, WORD_PHONE, WORD_NUMBER, WORD_COUNTED, WORD_UNIT, WORD_JOIN };

/*
 * Words around a number. NUMBER says phone unless a COUNTED thing stands before it; a UNIT makes it
 * something else; JOIN connects it to the phone number before.
 */
static const struct {
	const char *text;
	enum word word;
} words[] = {
	{"phone", WORD_PHONE},
	{"phones", WORD_PHONE},
	{"telephone", WORD_PHONE},
	{"phonenumber", WORD_PHONE},
	{"tel", WORD_PHONE},
	{"call", WORD_PHONE},
	{"called", WORD_PHONE},
	{"calling", WORD_PHONE},
	{"caller", WORD_PHONE},
	{"callback", WORD_PHONE},
	{"callerid", WORD_PHONE},
	{"callernumber", WORD_PHONE},
	{"mobile", WORD_PHONE},
	{"mobilenumber", WORD_PHONE},
	{"cell", WORD_PHONE},
	{"cellphone", WORD_PHONE},
	{"telefon", WORD_PHONE},
	{"telefono", WORD_PHONE},
	{"tel\xC3\xA9"
	 "fono",
	 WORD_PHONE},
	{"t\xC3\xA9l\xC3\xA9phone", WORD_PHONE},
	{"t\xC3\xA9l", WORD_PHONE},
	{"telefone", WORD_PHONE},
	{"telefonnummer", WORD_PHONE},
	{"rufnummer", WORD_PHONE},
	{"handynummer", WORD_PHONE},
	{"handy", WORD_PHONE},
	{"mobil", WORD_PHONE},
	{"movil", WORD_PHONE},
	{"m\xC3\xB3vil", WORD_PHONE},
	{"celular", WORD_PHONE},
	{"portable", WORD_PHONE},
	{"fax", WORD_PHONE},
	{"whatsapp", WORD_PHONE},
	{"sms", WORD_PHONE},
	{"text", WORD_PHONE},
	{"dial", WORD_PHONE},
	{"dialed", WORD_PHONE},
	{"dialled", WORD_PHONE},
	{"ring", WORD_PHONE},
	{"reach", WORD_PHONE},
	{"contact", WORD_PHONE},
	{"landline", WORD_PHONE},
	{"voicemail", WORD_PHONE},
	{"msisdn", WORD_PHONE},
	{"anrufen", WORD_PHONE},
	{"erreichbar", WORD_PHONE},
	{"llamar", WORD_PHONE},
	{"fromnumber", WORD_PHONE},
	{"tonumber", WORD_PHONE},
	{"contactnumber", WORD_PHONE},
	{"number", WORD_NUMBER},
	{"numbers", WORD_NUMBER},
	{"nummer", WORD_NUMBER},
	{"numero", WORD_NUMBER},
	{"n\xC3\xBAmero", WORD_NUMBER},
	{"num\xC3\xA9ro", WORD_NUMBER},
	{"case", WORD_COUNTED},
	{"part", WORD_COUNTED},
	{"model", WORD_COUNTED},
	{"version", WORD_COUNTED},
	{"item", WORD_COUNTED},
	{"card", WORD_COUNTED},
	{"member", WORD_COUNTED},
	{"customer", WORD_COUNTED},
	{"record", WORD_COUNTED},
	{"routing", WORD_COUNTED},
	{"build", WORD_COUNTED},
	{"run", WORD_COUNTED},
	{"test", WORD_COUNTED},
	{"total", WORD_COUNTED},
	{"random", WORD_COUNTED},
	{"order", WORD_UNIT},
	{"orders", WORD_UNIT},
	{"ordernumber", WORD_UNIT},
	{"invoice", WORD_UNIT},
	{"tracking", WORD_UNIT},
	{"account", WORD_UNIT},
	{"ticket", WORD_UNIT},
	{"reference", WORD_UNIT},
	{"ref", WORD_UNIT},
	{"confirmation", WORD_UNIT},
	{"booking", WORD_UNIT},
	{"reservation", WORD_UNIT},
	{"serial", WORD_UNIT},
	{"id", WORD_UNIT},
	{"ids", WORD_UNIT},
	{"sid", WORD_UNIT},
	{"uuid", WORD_UNIT},
	{"sku", WORD_UNIT},
	{"policy", WORD_UNIT},
	{"timestamp", WORD_UNIT},
	{"duration", WORD_UNIT},
	{"started", WORD_UNIT},
	{"ended", WORD_UNIT},
	{"ms", WORD_UNIT},
	{"tokens", WORD_UNIT},
	{"bytes", WORD_UNIT},
	{"seconds", WORD_UNIT},
	{"cost", WORD_UNIT},
	{"price", WORD_UNIT},
	{"amount", WORD_UNIT},
	{"usd", WORD_UNIT},
	{"eur", WORD_UNIT},
	{"gbp", WORD_UNIT},
	{"dollars", WORD_UNIT},
	{"euros", WORD_UNIT},
	{"pounds", WORD_UNIT},
	{"bestellung", WORD_UNIT},
	{"bestellnummer", WORD_UNIT},
	{"rechnung", WORD_UNIT},
	{"pedido", WORD_UNIT},
	{"commande", WORD_UNIT},
	{"or", WORD_JOIN},
	{"and", WORD_JOIN},
	{"oder", WORD_JOIN},
	{"und", WORD_JOIN},
	{"ou", WORD_JOIN},
	{"et", WORD_JOIN},
	{"y", WORD_JOIN},
	{"o", WORD_JOIN},
};

enum { LONGEST_WORD = 16, WORDS_BEFORE = 48, WORDS_AFTER = 32 };

static enum word word_of(struct scan *scan, size_t start, size_t end)
{
	char first = lower(scan_byte(scan, start));

	if (end - start > LONGEST_WORD)
		return WORD_OTHER;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].text[0] == first && strlen(words[i].text) == end - start &&
		    scan_has(scan, start, words[i].text))
			return words[i].word;
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

bool beside_phone_word(struct scan *scan, size_t end)
{
	enum verdict verdict = ask_before(scan);

	return (verdict == MAYBE_PHONE ? ask_after(scan, end) : verdict) == PHONE;
}
