/* What is known by its own form: tokens, JWTs, PEM blocks, and our own placeholders. */
#include "detect.h"

#include <string.h>

/* ---- placeholders ---- */

const char *const redaction_names[REDACT_KINDS] = {
	[REDACT_TOKEN] = "token", [REDACT_KEY] = "key",     [REDACT_JWT] = "jwt",
	[REDACT_CARD] = "card",   [REDACT_EMAIL] = "email", [REDACT_PHONE] = "phone",
};

/* Of its number, or of its mark, whole or as reports show it; 0: neither. */
static size_t digits_length(struct scan *scan, size_t at)
{
	size_t digits = 0, all = 0;

	while (digits <= 10 && is_digit(scan_byte(scan, at + digits)))
		digits++;
	while (all <= MARK_DIGITS && is_hex(scan_byte(scan, at + all)))
		all++;
	return all == MARK_DIGITS || all == MARK_DIGITS_SHOWN ? all : digits;
}

size_t placeholder_length(struct scan *scan, size_t at, enum redaction_kind *kind)
{
	size_t end, digits;

	if (scan_byte(scan, at) != '[')
		return 0;
	for (int i = 0; i < REDACT_KINDS; i++) {
		end = at + 1 + strlen(redaction_names[i]);
		if (!scan_has(scan, at + 1, redaction_names[i]) || scan_byte(scan, end) != ' ')
			continue;
		digits = digits_length(scan, end + 1);
		end += 1 + digits;
		*kind = (enum redaction_kind)i;
		return digits && scan_byte(scan, end) == ']' ? end + 1 - at : 0;
	}
	return 0;
}

/* ---- tokens ---- */

enum alphabet { ALNUM, MIXED, BASE64URL, BASE64, UPPER, LOWER_HEX, DOTTED };

/*
 * What follows the prefix: `least` characters, or exactly so many. Of MIXED ones there are 32, or
 * there is a digit among them: sk-internationalisation is none.
 */
struct token {
	const char *prefix;
	enum alphabet alphabet;
	unsigned char least;
	bool exactly;
};

/*
 * As their makers document them, or as secret scanners of the big code hosts know them. Lengths
 * are the shortest known ones or less, so that words of a language are never met.
 */
static const struct token tokens[] = {
	{"AKIA", UPPER, 16, true}, /* AWS access keys */
	{"ASIA", UPPER, 16, true},
	{"ABIA", UPPER, 16, true},
	{"ACCA", UPPER, 16, true},
	{"AC", LOWER_HEX, 32, true}, /* Twilio */
	{"SK", LOWER_HEX, 32, true},
	{"AIza", BASE64URL, 35, false}, /* Google */
	{"ya29.", DOTTED, 20, false},
	{"GOCSPX-", BASE64URL, 20, false},
	{"KEY0", BASE64URL, 20, false},      /* a voice platform */
	{"SG.", DOTTED, 40, false},          /* SendGrid */
	{"FLWSECK-", BASE64URL, 16, false},  /* Flutterwave */
	{"PMAK-", BASE64URL, 30, false},     /* Postman */
	{"dckr_pat_", BASE64URL, 20, false}, /* Docker */
	{"dop_v1_", ALNUM, 40, false},       /* DigitalOcean */
	{"doo_v1_", ALNUM, 40, false},
	{"dor_v1_", ALNUM, 40, false},
	{"figd_", BASE64URL, 30, false},
	{"ghp_", ALNUM, 30, false}, /* GitHub */
	{"gho_", ALNUM, 30, false},
	{"ghu_", ALNUM, 30, false},
	{"ghs_", DOTTED, 30, false},
	{"ghr_", ALNUM, 30, false},
	{"github_pat_", BASE64URL, 20, false},
	{"glpat-", DOTTED, 20, false}, /* GitLab */
	{"gldt-", DOTTED, 20, false},
	{"glrt-", DOTTED, 20, false},
	{"glcbt-", DOTTED, 20, false},
	{"glptt-", DOTTED, 20, false},
	{"glft-", DOTTED, 20, false},
	{"glsoat-", DOTTED, 20, false},
	{"gloas-", DOTTED, 20, false},
	{"glagent-", DOTTED, 20, false},
	{"gsk_", ALNUM, 30, false},     /* Groq */
	{"hf_", ALNUM, 30, false},      /* Hugging Face */
	{"hvs.", BASE64URL, 20, false}, /* Vault */
	{"key-", LOWER_HEX, 32, true},  /* Mailgun */
	{"lin_api_", ALNUM, 30, false},
	{"lsv2_pt_", BASE64URL, 30, false}, /* LangSmith */
	{"lsv2_sk_", BASE64URL, 30, false},
	{"npm_", ALNUM, 30, false},
	{"ntn_", ALNUM, 30, false}, /* Notion */
	{"nvapi-", BASE64URL, 30, false},
	{"phx_", ALNUM, 30, false}, /* PostHog */
	{"pplx-", ALNUM, 30, false},
	{"pypi-", BASE64URL, 50, false},
	{"r8_", ALNUM, 30, false},      /* Replicate */
	{"rk_live_", ALNUM, 10, false}, /* Stripe */
	{"rk_test_", ALNUM, 10, false},
	{"rzp_live_", ALNUM, 10, false},
	{"sbp_", ALNUM, 30, false}, /* Supabase */
	{"sb_secret_", BASE64URL, 20, false},
	{"shpat_", ALNUM, 30, false}, /* Shopify */
	{"shpca_", ALNUM, 30, false},
	{"shppa_", ALNUM, 30, false},
	{"shpss_", ALNUM, 30, false},
	{"sk_live_", ALNUM, 10, false}, /* Stripe */
	{"sk_test_", ALNUM, 10, false},
	{"sk_", ALNUM, 32, false},          /* ElevenLabs */
	{"sk-ant-", BASE64URL, 20, false},  /* Anthropic */
	{"sk-proj-", BASE64URL, 20, false}, /* OpenAI */
	{"sk-svcacct-", BASE64URL, 20, false},
	{"sk-admin-", BASE64URL, 20, false},
	{"sk-or-v1-", ALNUM, 30, false},  /* OpenRouter */
	{"sk-lf-", BASE64URL, 30, false}, /* Langfuse */
	{"sk-", MIXED, 20, false},
	{"sq0atp-", BASE64URL, 20, false}, /* Square */
	{"sq0csp-", BASE64URL, 30, false},
	{"tvly-", BASE64URL, 20, false},
	{"whsec_", BASE64, 16, false}, /* Stripe, Svix */
	{"xai-", ALNUM, 40, false},
	{"xapp-", BASE64URL, 10, false}, /* Slack */
	{"xoxa-", BASE64URL, 10, false},
	{"xoxb-", BASE64URL, 10, false},
	{"xoxc-", BASE64URL, 10, false},
	{"xoxd-", BASE64URL, 10, false},
	{"xoxe-", BASE64URL, 10, false},
	{"xoxe.xox", DOTTED, 10, false},
	{"xoxp-", BASE64URL, 10, false},
	{"xoxr-", BASE64URL, 10, false},
	{"xoxs-", BASE64URL, 10, false},
	{"xkeysib-", BASE64URL, 30, false}, /* Brevo */
};

/* The shortest token that there is, prefix and all; also the shortest JWT that is taken for one. */
enum { TOKEN_LEAST = 15 };

static bool is_base64url(char byte)
{
	return is_alnum(byte) || byte == '-' || byte == '_';
}

static bool is_of(enum alphabet alphabet, char byte)
{
	switch (alphabet) {
	case ALNUM:
	case MIXED:
		return is_alnum(byte);
	case BASE64URL:
		return is_base64url(byte);
	case BASE64:
		return is_alnum(byte) || (byte && strchr("+/=", byte));
	case UPPER:
		return is_digit(byte) || (byte >= 'A' && byte <= 'Z');
	case LOWER_HEX:
		return is_digit(byte) || (byte >= 'a' && byte <= 'f');
	case DOTTED:
		return is_base64url(byte) || byte == '.';
	}
	return false;
}

static bool is_mixed(struct scan *scan, size_t at, size_t length)
{
	if (length >= 32)
		return true;
	while (length && !is_digit(scan_byte(scan, at + length - 1)))
		length--;
	return length > 0;
}

static size_t token_length(struct scan *scan, size_t at, const struct token *token)
{
	size_t prefix = 0, length = 0;

	while (token->prefix[prefix] && scan_byte(scan, at + prefix) == token->prefix[prefix])
		prefix++;
	if (token->prefix[prefix])
		return 0;
	at += prefix;
	while ((!token->exactly || length < token->least) &&
	       is_of(token->alphabet, scan_byte(scan, at + length)))
		length++;
	if (length < token->least || (token->exactly && is_alnum(scan_byte(scan, at + length))))
		return 0;
	if (token->alphabet == MIXED && !is_mixed(scan, at, length))
		return 0;
	while (scan_byte(scan, at + length - 1) == '.' && length > token->least)
		length--;
	return prefix + length;
}

/* Bytes of the part of a JWT at `at`, and where it ends. */
static size_t skip_part(struct scan *scan, size_t at)
{
	while (is_base64url(scan_byte(scan, at)))
		at++;
	return at;
}

/* RFC 7519: the header's `{"` is `eyJ` in base64; three parts, five when encrypted. */
size_t jwt_length(struct scan *scan, size_t at)
{
	size_t end, first;

	if (at < scan->no_jwt_before || scan_byte(scan, at) != 'e' ||
	    scan_byte(scan, at + 1) != 'y' || scan_byte(scan, at + 2) != 'J')
		return 0;
	first = end = skip_part(scan, at);
	/* Later beginnings within the first part end there, too, and fare no better. */
	scan->no_jwt_before = first;
	if (first - at < 10 || scan_byte(scan, first) != '.')
		return 0;
	end = skip_part(scan, first + 1);
	if (end - first < 5)
		return 0;
	for (int parts = 2; parts < 5 && scan_byte(scan, end) == '.'; parts++)
		end = skip_part(scan, end + 1);
	if (scan_byte(scan, end - 1) == '.')
		end--;
	return end - at;
}

static bool found(struct scan *scan, struct match *match, size_t length, enum redaction_kind kind)
{
	*match = (struct match){.start = scan->at, .end = scan->at + length, .kind = kind};
	return length > 0;
}

/* Whether any alphabet has the byte. */
static bool is_of_any(char byte)
{
	return is_base64url(byte) || byte == '.' || byte == '+' || byte == '/' || byte == '=';
}

/* All of the bytes that a token or JWT has at least must be of some alphabet: words end before. */
static bool is_too_short(struct scan *scan)
{
	const char *text = scan->text + scan->at;
	size_t last = TOKEN_LEAST;

	if (scan->length - scan->at < TOKEN_LEAST)
		return true;
	while (last && is_of_any(text[last - 1]))
		last--;
	scan->steps += TOKEN_LEAST - last;
	return last > 0;
}

/* The second bytes of what detect_token and detect_bearer look for, by the first. */
static const char *const seconds[] = {
	['A'] = "BCIKS", ['B'] = "AEae", ['F'] = "L",  ['G'] = "O",   ['K'] = "E",   ['P'] = "M",
	['S'] = "GK",    ['b'] = "AEae", ['d'] = "co", ['e'] = "y",   ['f'] = "i",   ['g'] = "hils",
	['h'] = "fv",    ['k'] = "e",    ['l'] = "is", ['n'] = "ptv", ['p'] = "hpy", ['r'] = "8kz",
	['s'] = "bhkq",  ['t'] = "v",    ['w'] = "h",  ['x'] = "ako", ['y'] = "a",   ['z'] = NULL,
};

bool may_begin_secret(struct scan *scan)
{
	const char *text = scan->text + scan->at;
	const char *second = seconds[(unsigned char)text[0]];

	scan->steps += 2;
	while (second && *second && *second != text[1])
		second++;
	return second && *second;
}

bool detect_token(struct scan *scan, struct match *match)
{
	char first = scan_byte(scan, scan->at);

	if (is_too_short(scan))
		return false;
	if (first == 'e')
		return found(scan, match, jwt_length(scan, scan->at), REDACT_JWT);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
		if (tokens[i].prefix[0] == first &&
		    found(scan, match, token_length(scan, scan->at, &tokens[i]), REDACT_TOKEN))
			return true;
	return false;
}

/* BotFather: the bot's number, a colon, 35 characters */
bool detect_bot(struct scan *scan, struct match *match)
{
	size_t at = scan->at, digits;

	while (at - scan->at < 12 && is_digit(scan_byte(scan, at)))
		at++;
	digits = at - scan->at;
	if (digits < 8 || digits > 11 || scan_byte(scan, at) != ':')
		return false;
	for (at++; at - scan->at <= digits + 35; at++)
		if (!is_base64url(scan_byte(scan, at)))
			return false;
	return !scan_continues(scan, at) && found(scan, match, at - scan->at, REDACT_TOKEN);
}

/* The end of `-----BEGIN X-----`; 0 where it is none. */
static size_t pem_label_end(struct scan *scan, size_t at)
{
	size_t label;

	if (!scan_has(scan, at, "-----begin "))
		return 0;
	at += strlen("-----begin ");
	for (label = 0; label < 64 && scan_byte(scan, at) != '-'; label++, at++)
		if (!is_alnum(scan_byte(scan, at)) && scan_byte(scan, at) != ' ')
			return 0;
	return scan_has(scan, at, "-----") ? at + 5 : 0;
}

/* Up to `-----END X-----`, which may be on the same line; a block that is cut goes to the end. */
bool detect_pem(struct scan *scan, struct match *match)
{
	size_t body = pem_label_end(scan, scan->at), end = scan->length;
	const char *mark;

	if (!body)
		return false;
	mark = strstr(scan->text + body, "-----END ");
	if (mark) {
		end = (size_t)(mark - scan->text) + strlen("-----END ");
		for (size_t label = 0; label < 64; label++)
			if (scan_has(scan, end + label, "-----")) {
				end += label + 5;
				break;
			}
	}
	scan->steps += end - body;
	return found(scan, match, end - scan->at, REDACT_KEY);
}
