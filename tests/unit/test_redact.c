#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/ingest/redact.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define HEX32        "0123456789abcdef0123456789abcdef"
#define ALNUM36      "abcdefghijklmnopqrstuvwxyz0123456789"
/* The scanner of the code host must not take the tests for a leak: prefixes are kept apart. */
#define J(prefix, rest) prefix rest

struct redact_case {
	const char *text, *wanted;
};

/* Also: what comes out stays as it is, and nothing is taken from the run before. */
static void check_cases(const struct redact_case *cases, size_t count)
{
	struct redactor redactor;

	redactor_init(&redactor);
	for (size_t i = 0; i < count; i++) {
		redactor_next_run(&redactor);
		assert_string_equal(redact(&redactor, cases[i].text), cases[i].wanted);
		assert_ptr_equal(redact(&redactor, cases[i].wanted), cases[i].wanted);
	}
	redactor_release(&redactor);
}

static void test_untouched(void **state)
{
	static const char *const texts[] = {
		"",
		"The customer asked for a refund; we said: yes.",
		"550e8400-e29b-41d4-a716-446655440000",
		"call 550e8400-4111-1111-1111-111111111111 now",
		"phone 12345678-1234-1234-4111-111111111111",
		"41111111-1111-1111-1111-111111111111",
		"run_def456 test_abc123 msg_01J8ZQ4Y sk-learn task-12345678 run-12345678",
		"2026-11-20T10:00:00.000Z",
		"called at 2026-11-20T10:00:00+02:00",
		"call me 2026-11-20 10:00 or 20.11.2026, 10:30:00",
		"call started 1763632800000",
		"$1234567.89 or 1,234,567.89 or 1234567.89 EUR, call 1234567.89",
		"call me for $12345678",
		"order 123456789012, order number 12345678, Order #12345678",
		"my order's tracking number is 123456789",
		"12345678 is my order id",
		"phone order 12345678",
		"5551234567",
		"555-123-4567",
		"5f4dcc3b5aa765d61d8327deb882cf99",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"4111111111111112",
		"9111111111111111111 1234567890123456 1111222233334444",
		"0.4111111111111111 4111111111111111.5 x4111111111111111 4111111111111111x",
		"call 192.168.100.200",
		"+1234567 and 1+12345678 and a+12345678 and +01234567890",
		"+1234567890123456",
		"call rate 12345678%",
		"growth of +12345678.90",
		"user@localhost @handle a@b joe@3.11 x@.com",
		"Invalid token: expired. Secret: nothing. Token: 12345",
		"\"tokens\": 1234567, \"max_tokens\": 20, \"token\": 150, \"secret\": null",
		"token= password: \"\" password: \"ab\" secret=none",
		"Authorization: required",
		"Bearer of good internationalization; Basic requirements; basic authentication",
		"eyJ alone, eyJhbGciOiJ.x, eyJhbGciOiJIUzI1NiJ9",
		"AKIA is a prefix; AKIAIOSFODNN7EXAMPLES; ghp_short; SKILLS; AC/DC; SG.1; hf_hub",
		"sk-internationalisation sk_buff npm_config_cache key-value key-",
		"12345678:short 123456789:AAF",
		"-----BEGIN nothing",
		"[phone 1] [email 2] [token 3] [key 4] [jwt 5] [card 6]",
		"[phone 4155550123415555] [email 01234] [card abcdef0123456789]",
		"password=[token 1] Authorization: Bearer [token 2], \"api_key\": \"[token 3]\"",
	};
	struct redactor redactor;

	(void)state;
	redactor_init(&redactor);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *out = redact(&redactor, texts[i]);

		assert_string_equal(out, texts[i]);
		assert_ptr_equal(out, texts[i]);
	}
	for (int kind = 0; kind < REDACT_KINDS; kind++)
		assert_int_equal(redactor.counts[kind], 0);
	redactor_release(&redactor);
}

/* One of each prefix, in a sentence, in quotes, behind `=` and a literal \n. */
static void test_prefixes(void **state)
{
	static const char *const tokens[] = {
		J("AKIA", "IOSFODNN7EXAMPLE"),
		J("ASIA", "IOSFODNN7EXAMPLE"),
		J("ghp_", ALNUM36),
		J("gho_", ALNUM36),
		J("ghu_", ALNUM36),
		J("ghs_", ALNUM36),
		J("ghr_", ALNUM36),
		J("github_pat_", "11ABCDEFG0abcdefghij_klmnopqrstuvwxyz"),
		J("glpat-", "abcdefghij-1234567_z"),
		J("glrt-", "abcdefghij1234567890"),
		J("xoxb-", "123456789012-abcdef"),
		J("xoxb-", "1234567890"),
		J("xoxp-", "123456789012-abcdef"),
		J("xoxa-", "123456789012-abcdef"),
		J("xoxr-", "123456789012-abcdef"),
		J("xoxs-", "123456789012-abcdef"),
		J("sk-", "abcdefghij0123456789"),
		J("sk-", "abcdefghijklmnopqrstuvwxyzabcdef"),
		J("sk-proj-", "abcdefghij_klmn-opqrstuvwx"),
		J("sk-ant-", "api03-abcdefghij_klmn-opqr"),
		J("AIza", "SyA1234567890abcdefghijklmnopqrstuv"),
		J("sk_live_", "abcdefghij1234567890"),
		J("sk_test_", "abcdefghij1234567890"),
		J("rk_live_", "abcdefghij1234567890"),
		J("whsec_", "abcdefghij1234567890/+=="),
		J("SK", HEX32),
		J("AC", HEX32),
		J("SG.", "abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
		J("KEY0", "173A1B2C3D4E5F6A7B8C9D0E1F2_abcdefgh"),
		J("npm_", ALNUM36),
		J("hf_", ALNUM36),
		J("123456789:", "AAF0123456789abcdefghijklmnopqrstuv"),
		J("gsk_", ALNUM36),
		J("sk_", HEX32 "0123456789abcdef"),
		J("pypi-", ALNUM36 ALNUM36),
		J("dop_v1_", HEX32 HEX32),
		J("shpat_", HEX32),
		J("key-", HEX32),
	};
	static const struct {
		const char *before, *after;
	} places[] = {
		{"", ""},   {"the \"", "\", or"}, {"x=", ";"}, {"a\\n", "\nb"},
		{"(", ")"}, {"%20", ""},          {"my_", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		for (size_t j = 0; j < COUNT(places); j++) {
			char text[512], wanted[512];
			struct redact_case one = {text, wanted};

			snprintf(text, sizeof(text), "%s%s%s", places[j].before, tokens[i],
				 places[j].after);
			snprintf(wanted, sizeof(wanted), "%s[token 1]%s", places[j].before,
				 places[j].after);
			check_cases(&one, 1);
		}
}

static void test_values(void **state)
{
	static const struct redact_case cases[] = {
		{"Authorization: Bearer abc", "Authorization: Bearer [token 1]"},
		{"authorization:bearer   secretword x", "authorization:bearer   [token 1] x"},
		{"-H \"Authorization: Basic dXNlcjpwYXNz\" -d",
		 "-H \"Authorization: Basic [token 1]\" -d"},
		{"\"Authorization\": \"Bearer abc def\",",
		 "\"Authorization\": \"Bearer [token 1]\","},
		{"\\\"Authorization\\\": \\\"Token abc123\\\"",
		 "\\\"Authorization\\\": \\\"Token [token 1]\\\""},
		{"Authorization: Digest username=\"u\", response=\"x\"\nHost: h",
		 "Authorization: [token 1]\nHost: h"},
		{"Authorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c\r\nX: y",
		 "Authorization: [token 1]\r\nX: y"},
		{"Authorization: Custom abcdef123456 rest", "Authorization: [token 1] rest"},
		{"Authorization: k3yWithout", "Authorization: [token 1]"},
		{"Proxy-Authorization: Basic YTpi", "Proxy-Authorization: Basic [token 1]"},
		{"sent Bearer abcdefghijk1234567.", "sent Bearer [token 1]."},
		{"sent Basic dXNlcjpwYXNz now", "sent Basic [token 1] now"},
		{"sent Basic dXNlcjpwYXNzdw now", "sent Basic [token 1] now"},
		{"api_key=abc123", "api_key=[token 1]"},
		{"?a=1&api_key=abcdef&b=2", "?a=1&api_key=[token 1]&b=2"},
		{"apikey: Abc123", "apikey: [token 1]"},
		{"X-API-Key: abcDEF123", "X-API-Key: [token 1]"},
		{"API key: abc-123-def.", "API key: [token 1]."},
		{"{\"apiKey\":\"x y z\"}", "{\"apiKey\":\"[token 1]\"}"},
		{"{'client_secret': 'abcdef'}", "{'client_secret': '[token 1]'}"},
		{"{\\\"access_token\\\": \\\"abc\\\", 1}",
		 "{\\\"access_token\\\": \\\"[token 1]\\\", 1}"},
		{"password=hunter2", "password=[token 1]"},
		{"Password: hunter, thanks", "Password: [token 1], thanks"},
		{"password := \"a \\\" b\" c", "password := \"[token 1]\" c"},
		{"password='it is open\nnext", "password='[token 1]\nnext"},
		{"secret=abc", "secret=[token 1]"},
		{"secret: s3cr3tvalue", "secret: [token 1]"},
		{"token=abcdef", "token=[token 1]"},
		{"refresh_token: 1/abcDEF", "refresh_token: [token 1]"},
		{"token=abc token=abc token=abd",
		 "token=[token 1] token=[token 1] token=[token 2]"},
		{"password=x1y2@z.com", "password=[token 1]"},
		{"token: +15551234567", "token: [token 1]"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_jwt_and_pem(void **state)
{
	static const struct redact_case cases[] = {
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_def", "[jwt 1]"},
		{"x eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "x [jwt 1]."},
		{"eyJhbGciOi.abcd", "[jwt 1]"},
		{"eyJhbGciOiJSU0EifQ.a0b1c2.d3e4.f5.g6 y", "[jwt 1] y"},
		{"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.a1b", "Bearer [jwt 1]"},
		{"token-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "token-[jwt 1]"},
		{"a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b", "a [key 1] b"},
		{"-----BEGIN RSA PRIVATE KEY-----\\nMII\\n-----END RSA PRIVATE KEY-----\\n",
		 "[key 1]\\n"},
		{"a -----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nnever ends", "a [key 1]"},
		{"-----BEGIN A-----x-----END A----------BEGIN B-----y-----END B-----",
		 "[key 1][key 2]"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

/* Numbers that issuers and payment firms publish for tests. */
static void test_cards(void **state)
{
	static const struct redact_case cases[] = {
		{"4111111111111111", "[card 1]"},
		{"card 4111 1111 1111 1111.", "card [card 1]."},
		{"4111-1111-1111-1111,", "[card 1],"},
		{"4111-1111 1111-1111", "[card 1]"},
		{"4222222222222", "[card 1]"},
		{"5555555555554444 2223003122003222", "[card 1] [card 2]"},
		{"378282246310005, 3782 822463 10005", "[card 1], [card 2]"},
		{"6011111111111117 30569309025904", "[card 1] [card 2]"},
		{"3530111333300000 6200000000000005", "[card 1] [card 2]"},
		{"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card 1]"},
		{"12 4111 1111 1111 1111 12", "12 [card 1] 12"},
		{"4111  1111 1111 1111", "4111  1111 1111 1111"},
		{"call 4111 1111 1111 1111", "call [card 1]"},
		{"call 5551234 4111 1111 1111 1111", "call [phone 1] [card 1]"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_emails(void **state)
{
	static const struct redact_case cases[] = {
		{"joe@example.com", "[email 1]"},
		{"<Joe.Smith+x@mail.example.co.uk>.", "<[email 1]>."},
		{"mailto:joe@example.com?x", "mailto:[email 1]?x"},
		{"to=joe%40example.com&", "to=[email 1]&"},
		{"m\xC3\xBCller@b\xC3\xBC"
		 "cher.example",
		 "[email 1]"},
		{"\xE2\x80\x9Cjoe@example.com\xE2\x80\x9D", "\xE2\x80\x9C[email 1]\xE2\x80\x9D"},
		{"\xE8\x81\x94\xE7\xB3\xBBjoe@x.com\xE8\x81\x94",
		 "\xE8\x81\x94\xE7\xB3\xBB[email 1]\xE8\x81\x94"},
		{"a@b.de,a@b.de;c@b.de", "[email 1],[email 1];[email 2]"},
		{"joe@example.com. Next", "[email 1]. Next"},
		{"joe@xn--bcher-kva.xn--p1ai", "[email 1]"},
		{"..joe@x.com-", "..[email 1]-"},
		{"a@b@c.com", "a@[email 1]"},
		{"git@github.com:o/r", "[email 1]:o/r"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_phones(void **state)
{
	static const struct redact_case cases[] = {
		{"+15551234567", "[phone 1]"},
		{"+1 (555) 123-4567.", "[phone 1]."},
		{"(+49) 30", "(+49) 30"},
		{"+49 (0) 30 / 123 45 67", "[phone 1]"},
		{"+1.555.123.4567", "[phone 1]"},
		{"+44\xC2\xA0"
		 "20\xC2\xA0"
		 "7946\xE2\x80\x91"
		 "0958",
		 "[phone 1]"},
		{"+1 555 123 4567 3 times", "[phone 1] 3 times"},
		{"+4930123456 3 times", "[phone 1] 3 times"},
		{"5551234567 +15551112222", "5551234567 [phone 1]"},
		{"+15551234567 3 times +15551234567", "[phone 1] 3 times [phone 1]"},
		{"+1 5 5 5 1 2 3 4 5 6 7 ok", "[phone 1] ok"},
		{"tel:+15551234567;", "tel:[phone 1];"},
		{"To=%2B15551234567&", "To=[phone 1]&"},
		{"{\\u002B15551234567}", "{[phone 1]}"},
		{"\xEF\xBC\x8B"
		 "15551234567",
		 "[phone 1]"},
		{"a\\n+15551234567", "a\\n[phone 1]"},
		{"sip:+15551234567@sip.example.com", "sip:[phone 1]@sip.example.com"},
		{"+1 555 123 4567 4111 1111 1111 1111", "[phone 1] [card 1]"},
		{"+12345678", "[phone 1]"},
		{"+123456789012345", "[phone 1]"},
		{"+1 555 123 4567 4111 times", "[phone 1] 4111 times"},
		{"call+5551234567%20now%2B15551234567", "call+5551234567%20now[phone 1]"},
		{"call%205551234567%20now", "call%20[phone 1]%20now"},
		/* what looks like a card here is the fraction of a number */
		{"call +15551234567 /.5623.256767 4111 11 567 4!",
		 "call [phone 1] /.[phone 2] 11 567 4!"},
		{"call me at 5551234567", "call me at [phone 1]"},
		{"My phone is (555) 123-4567.", "My phone is [phone 1]."},
		{"phone (5551234567)", "phone ([phone 1])"},
		{"mobile 555.123.4567x12", "mobile [phone 1]x12"},
		{"Tel. 030/123 45 67", "Tel. [phone 1]"},
		{"Tel.0301234567", "Tel.[phone 1]"},
		{"Telefon: 0049 170 123 4567", "Telefon: [phone 1]"},
		{"T\xC3\xA9l\xC3\xA9phone 01 23 45 67 89", "T\xC3\xA9l\xC3\xA9phone [phone 1]"},
		{"\"phone_number\": \"5551234567\"", "\"phone_number\": \"[phone 1]\""},
		{"phoneNumber=5551234", "phoneNumber=[phone 1]"},
		{"my number is 555-1234", "my number is [phone 1]"},
		{"555-123-4567 is my cell", "[phone 1] is my cell"},
		{"call at 2026-11-09T15:31:15.561286+00:00",
		 "call at 2026-11-09T15:31:15.561286+00:00"},
		{"call 31:15:5551234567", "call 31:15:[phone 1]"},
		{"call 1:5551234567", "call 1:[phone 1]"},
		{"5551234567 (mobile)", "[phone 1] (mobile)"},
		{"call 5551234567 about order 12345678", "call [phone 1] about order 12345678"},
		{"call 5551234567 or 5559876543 and 5551234567",
		 "call [phone 1] or [phone 2] and [phone 1]"},
		{"case number 12345678", "case number 12345678"},
		{"phone, in case you need it: 5551234567", "phone, in case you need it: [phone 1]"},
		{"phone 555123", "phone 555123"},
		{"my order, call 1234567890123456", "my order, call 1234567890123456"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_numbering(void **state)
{
	struct redactor redactor;

	(void)state;
	redactor_init(&redactor);
	assert_string_equal(redact(&redactor, "a@b.de +15551234567"), "[email 1] [phone 1]");
	assert_string_equal(redact(&redactor, "+15551234568 a@b.de +15551234567"),
			    "[phone 2] [email 1] [phone 1]");
	assert_int_equal(redactor.counts[REDACT_PHONE], 3);
	redactor_next_run(&redactor);
	assert_string_equal(redact(&redactor, "+15551234568"), "[phone 1]");
	assert_int_equal(redactor.counts[REDACT_PHONE], 4);
	assert_int_equal(redactor.counts[REDACT_EMAIL], 2);
	assert_int_equal(redactor.counts[REDACT_TOKEN], 0);
	/* the same text as another kind is another thing */
	assert_string_equal(redact(&redactor, "token=a1@bc.de a1@bc.de"),
			    "token=[token 1] [email 1]");
	redactor_release(&redactor);
}

/* Enough to make the table grow several times, and to be given back for the next run. */
static void test_many(void **state)
{
	struct redactor redactor;
	char text[64], wanted[64];

	(void)state;
	redactor_init(&redactor);
	for (int run = 0; run < 2; run++) {
		for (int round = 0; round < 2; round++)
			for (int i = 1; i <= 5000; i++) {
				snprintf(text, sizeof(text), "user%d@example.com", i);
				snprintf(wanted, sizeof(wanted), "[email %d]", i);
				assert_string_equal(redact(&redactor, text), wanted);
			}
		redactor_next_run(&redactor);
	}
	assert_int_equal(redactor.counts[REDACT_EMAIL], 20000);
	redactor_release(&redactor);
}

static void test_names(void **state)
{
	static const char *const names[REDACT_KINDS] = {"token", "key",   "jwt",
							"card",  "email", "phone"};

	(void)state;
	for (int kind = 0; kind < REDACT_KINDS; kind++)
		assert_string_equal(redaction_names[kind], names[kind]);
}

static uint64_t steps_for(const char *piece, size_t length)
{
	struct strbuf text = STRBUF_INIT;
	struct redactor redactor;
	uint64_t steps;

	redactor_init(&redactor);
	while (text.length < length)
		strbuf_addstr(&text, piece);
	redact(&redactor, text.text);
	steps = redactor.steps;
	redactor_release(&redactor);
	strbuf_release(&text);
	return steps;
}

/* Beginnings over and over that never become a match, or that end in one: four times the text
 * takes about four times the steps. */
static void test_linear(void **state)
{
	static const char *const pieces[] = {
		"eyJ",
		"eyJ-",
		"eyJhbGciOiJ-",
		"eyJhbGciOiJIUzI.",
		"a@",
		"a@a.",
		"a%40",
		"a%40b.",
		"@",
		"a.",
		"-----BEGIN ",
		"-----BEGIN A-----",
		"-----",
		"+1 ",
		"+1",
		"1 ",
		"4 ",
		"4-1 ",
		"41-",
		"(1) ",
		"(",
		"+(",
		"token=",
		"token='",
		"token=\"[token 1]",
		"token: ",
		"token=;",
		"token = \\\"",
		"password:",
		"=",
		":",
		"authorization: a ",
		"authorization: digest '",
		"authorization:\"bearer ",
		"Bearer ",
		"Bearer a-",
		"Basic aaaa",
		"sk-",
		"sk-a",
		"sk-proj-",
		"xoxb-",
		"SG.",
		"s ",
		"AC0123456789abcdef",
		"a 1234567 ",
		"call 1234567 ",
		"\xC3\xA4",
		"\xC3",
		"\xC3\xA4@",
		"[phone ",
		"[phone 1]",
		"[",
		"%",
		"%2B",
		"\\",
		"\\u002B",
		"0",
		"0123456789abcdef0123456789abcdef-",
		"12345678-1234-1234-1234-",
		"12345678:",
		"a",
		"call ",
		"1234567 tel[",
		"number ",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		uint64_t small = steps_for(pieces[i], 10000);
		uint64_t large = steps_for(pieces[i], 40000);

		assert_true(large <= small * 9 / 2);
		assert_true(large <= UINT64_C(40000) * 250);
	}
}

/* The same in every call, whatever came before; and a second time changes nothing. */
static void test_marks(void **state)
{
	struct redactor redactor, again;
	char first[100], second[200];

	(void)state;
	redactor_init_for_labels(&redactor, NULL);
	redactor_init_for_labels(&again, NULL);
	snprintf(first, sizeof(first), "%s", redact(&redactor, "ann@example.com"));
	assert_string_equal(first, "[email bcc45b4a8f092044]");
	redact(&again, "bob@example.com +15551234567");
	snprintf(second, sizeof(second), "%s",
		 redact(&again, "of ann@example.com, ann@example.com"));
	assert_string_equal(second, "of [email bcc45b4a8f092044], [email bcc45b4a8f092044]");
	assert_ptr_equal(redact(&again, second), second);
	assert_int_equal(again.counts[REDACT_EMAIL], 3);
	redactor_release(&redactor);
	redactor_release(&again);
}

static void test_ids(void **state)
{
	static const char *const kept[] = {"4111111111111111", "304450122353273652",
					   "call-4155550123",  "4111-1111-1111-1111",
					   "tel_4155550123",   "AZaz09_-"};
	static const char *const redacted[] = {"4111 1111 1111 1111", "+15551234567",
					       "ann@example.com", "run:4111111111111111"};
	char token[80];
	struct redactor redactor;

	(void)state;
	redactor_init_for_labels(&redactor, NULL);
	for (size_t i = 0; i < COUNT(kept); i++)
		assert_ptr_equal(redact_id(&redactor, kept[i]), kept[i]);
	for (size_t i = 0; i < COUNT(redacted); i++)
		assert_non_null(strstr(redact_id(&redactor, redacted[i]), "["));
	/* of no detector but those */
	snprintf(token, sizeof(token), "ghp_%s", "q8Rr2Kd0vXwZ5yTn3LbJ7cMf1HsGpE4uAaQi");
	assert_non_null(strstr(redact_id(&redactor, token), "[token "));
	redactor_release(&redactor);
}

static void test_numbered(void **state)
{
	(void)state;
	assert_true(redact_is_numbered("of [email 1]"));
	assert_true(redact_is_numbered("[x] [card 12] y"));
	assert_false(redact_is_numbered("[step 1]"));
	assert_false(redact_is_numbered("of [email 0123456789abcdef]"));
	assert_false(redact_is_numbered("Refund"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untouched), cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_values),    cmocka_unit_test(test_jwt_and_pem),
		cmocka_unit_test(test_cards),     cmocka_unit_test(test_emails),
		cmocka_unit_test(test_phones),    cmocka_unit_test(test_numbering),
		cmocka_unit_test(test_many),      cmocka_unit_test(test_names),
		cmocka_unit_test(test_linear),    cmocka_unit_test(test_marks),
		cmocka_unit_test(test_ids),       cmocka_unit_test(test_numbered),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
