#include "prose.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In a sentence % stands for a place, # for a number and ~ for a person. */
static const char *const asks[] = {
	"Hi! I need a room in % for # nights, two adults and a dog.",
	"My name is ~, the booking was made by my sister.",
	"Can you tell me what the late check-out costs? Last time it was € #.",
	"No, I said *%*, not the other one.",
	"Please send the confirmation to guest#@example.com, thanks 👍",
	"The key card of room # does not open the door.\nI tried it \"a hundred\" times.",
	"Is breakfast included?",
	"I would rather pay on arrival, if that is possible at all.",
	"We will be at the station of % at about #:15 and then take the bus.",
	"Hmm, that is more than the web page says (https://stay.example/%?nights=#).",
	"¿Habla español? ~ prefiere hablar español.",
	"Then cancel it. I want the money back within # days.",
	"ok",
	"Könnte ich bitte mit einem Menschen sprechen? Es geht um Zimmer #.",
};

static const char *const answers[] = {
	"Of course, ~! For which day would you like to book the house in %?",
	"I found # rooms in %; the cheapest is € #.00 a night with breakfast.",
	"Your booking *FJ-#K#* is confirmed ✅ You will get a message before you arrive.",
	"I am sorry to hear that. I have told the reception in %, they will call you back.",
	"According to our terms (\"flexible rate\") you may cancel until # hours before arrival.",
	"Here is what I have so far:\n- guest: ~\n- house: %\n- nights: #\n\nIs that right?",
	"The late check-out is possible until #:00 and costs € # a room.",
	"One moment please, I am looking that up for you…",
	"I cannot change a booking that was made through another site. Please ask them first.",
	"Breakfast is served from #:30 to 10:30; on Sundays until 11:30.",
	"The bus no. # leaves the station of % every # minutes — the stop is called “Café Ørsted”.",
	"Would you like me to connect you to a colleague?",
	"Done. The € # will be back on your card within 7 days.",
	"¡Por supuesto! Un momento, por favor.",
};

static const char *const logs[] = {
	"[2026-11-0#] INFO  session opened, channel=phone_call, region=%\n",
	"DEBUG tool search_rooms(\"%\", nights=#) -> 200 in # ms\n",
	"DEBUG asr partial=\"room # please\" confidence=0.#\n",
	"INFO  turn # finished: {\"tokens\": {\"in\": #, \"out\": #}, \"cached\": true}\n",
	"WARN  barge-in after # ms; speech of the agent was cut\n",
	"DEBUG C:\\voices\\~.wav queued (# frames)\n",
	"INFO  evaluator: criterion # of # done\n",
	"DEBUG http POST /v2/bookings/# <201>\tlocation: /v2/bookings/#\n",
};

static const char *const judges[] = {
	"The agent asks for the missing date before it offers anything.",
	"- ✅ Names the price of € # before booking\n",
	"- ❌ Does not repeat the name of the guest (\"~\")\n",
	"- ⚠️ Offers % although the guest asked for another house\n",
	"The answer is grounded in the context; the figure # stands there word for word.",
	"**Summary:** polite, brief, and correct on the terms of the flexible rate.",
	"It pushes a voucher although the guest wants the money back.",
	"All # criteria were looked at.",
};

#define COUNT_OF(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

static const struct {
	const char *const *sentences;
	unsigned count;
} prose[] = {
	[PROSE_ASKS] = {asks, COUNT_OF(asks)},
	[PROSE_ANSWERS] = {answers, COUNT_OF(answers)},
	[PROSE_LOGS] = {logs, COUNT_OF(logs)},
	[PROSE_JUDGES] = {judges, COUNT_OF(judges)},
};

static const char *const places[] = {
	"Lysvik",   "Korshamn", "Århøj",   "Port Ellis", "Santa Inés", "Öderau",
	"Brennero", "Kaldness", "Żarnica", "St. Maël",   "Holm",       "Vestre Fjell",
};

static const char *const people[] = {
	"Maja Lindqvist", "Tomás Ferreira", "Aiko Tanaka", "Zoë van der Berg", "Oluwaseun Ade",
	"Jürgen Weiß",    "Priya Nair",     "Émile Roux",  "王小明",           "Anna Kowalska",
};

/* SplitMix64, of Steele, Lea and Flood. */
uint64_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct dice dice_of(uint64_t seed, uint64_t kind, uint64_t number)
{
	struct dice dice = {.state = seed};

	dice.state = dice_throw(&dice) + kind;
	dice.state = dice_throw(&dice) + number;
	dice.state = dice_throw(&dice);
	return dice;
}

unsigned dice_below(struct dice *dice, unsigned sides)
{
	return (unsigned)((dice_throw(dice) >> 32) * sides >> 32);
}

void add_uuid(struct strbuf *out, struct dice *dice)
{
	uint64_t high = dice_throw(dice), low = dice_throw(dice);

	strbuf_addf(out, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
		    high >> 32, high >> 16 & 0xffff, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000,
		    low & UINT64_C(0xffffffffffff));
}

/* The code point at the start of well-formed UTF-8, and its length. */
static unsigned long code_point(const unsigned char *text, size_t *length)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned long code;

	*length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	code = text[0] & masks[*length];
	for (size_t i = 1; i < *length; i++)
		code = code << 6 | (text[i] & 0x3f);
	return code;
}

static size_t add_unicode(struct strbuf *out, const char *text)
{
	size_t length;
	unsigned long code = code_point((const unsigned char *)text, &length);

	if (code > 0xffff)
		strbuf_addf(out, "\\u%04lx\\u%04lx", 0xd800 + ((code - 0x10000) >> 10),
			    0xdc00 + ((code - 0x10000) & 0x3ff));
	else
		strbuf_addf(out, "\\u%04lx", code);
	return length;
}

static void add_escape(struct strbuf *out, char byte)
{
	static const char plain[] = "\"\\\n\t", escaped[] = "\"\\nt";
	const char pair[2] = {'\\', escaped[strchr(plain, byte) - plain]};

	strbuf_add(out, pair, sizeof(pair));
}

void json_escape(struct strbuf *out, const struct dice *dice, const char *text)
{
	const char *from = text;

	for (; *text; text++) {
		bool foreign = dice->ascii && (unsigned char)*text >= 0x80;

		if (!foreign && *text != '"' && *text != '\\' && *text != '\n' && *text != '\t')
			continue;
		strbuf_add(out, from, (size_t)(text - from));
		if (foreign)
			text += add_unicode(out, text) - 1;
		else
			add_escape(out, *text);
		from = text + 1;
	}
	strbuf_add(out, from, (size_t)(text - from));
}

static void add_filling(struct strbuf *out, struct dice *dice, char mark)
{
	char number[12];
	unsigned value = 1 + dice_below(dice, 999);

	if (mark == '%') {
		json_escape(out, dice, places[dice_below(dice, COUNT_OF(places))]);
	} else if (mark == '~') {
		json_escape(out, dice, people[dice_below(dice, COUNT_OF(people))]);
	} else {
		snprintf(number, sizeof(number), "%u", value);
		strbuf_addstr(out, number);
	}
}

static void add_sentence(struct strbuf *out, struct dice *dice, const char *sentence)
{
	char part[160];
	size_t length;

	for (; *sentence; sentence += length) {
		length = strcspn(sentence, "%#~");
		memcpy(part, sentence, length);
		part[length] = '\0';
		json_escape(out, dice, part);
		if (!sentence[length])
			break;
		add_filling(out, dice, sentence[length++]);
	}
}

void add_prose(struct strbuf *out, struct dice *dice, enum prose kind, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i && kind != PROSE_LOGS)
			strbuf_addstr(out, " ");
		add_sentence(out, dice, prose[kind].sentences[dice_below(dice, prose[kind].count)]);
	}
}

void add_title(struct strbuf *out, const struct dice *dice, unsigned number)
{
	static const char *const deeds[] = {"Book a room in", "Cancel the stay in",
					    "Late guest in",  "Lost key card in",
					    "Breakfast in",   "Bus to"};

	json_escape(out, dice, deeds[number % COUNT_OF(deeds)]);
	strbuf_addstr(out, " ");
	json_escape(out, dice, places[number / COUNT_OF(deeds) % COUNT_OF(places)]);
	strbuf_addf(out, ", no. %u", number);
}
