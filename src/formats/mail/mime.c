#include "runtally/formats/mime.h"

#include <stdbool.h>
#include <string.h>

#include "runtally/base/format_number.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"
#include "runtally/base/utf8.h"

#define CRLF "\r\n"

enum {
	HEADER_COLUMNS = 78,
	ENCODED_COLUMNS = 76, /* of a header line with an encoded word (RFC 2047, 2) */
	QUOTED_COLUMNS = 76,
	ID_BYTES = 12, /* of the hash */
};

/* RFC 5321, 4.5.3.1, and for a label RFC 1035, 2.3.4. */
enum { ADDRESS_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63 };

/* ---- addresses ---- */

static bool is_alnum(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z');
}

static bool is_atom_byte(char byte)
{
	return is_alnum(byte) || (byte && strchr("!#$%&'*+-/=?^_`{|}~", byte));
}

static bool is_label_byte(char byte)
{
	return is_alnum(byte) || byte == '-';
}

/* Whether it is parts of those bytes with a dot between two of them. */
static bool is_dotted(const char *text, size_t length, size_t longest, bool (*is_byte)(char))
{
	size_t part = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' ? !part : !is_byte(text[i]))
			return false;
		part = text[i] == '.' ? 0 : part + 1;
		if (part > longest)
			return false;
	}
	return part > 0;
}

int address_check(const char *address, struct error *err)
{
	const char *at = strchr(address, '@');
	size_t length = strlen(address), local = at ? (size_t)(at - address) : 0;

	/* What looks like an encoded word some readers decode. */
	if (at && !strstr(address, "=?") && length <= ADDRESS_MAX && local <= LOCAL_MAX &&
	    is_dotted(address, local, LOCAL_MAX, is_atom_byte) &&
	    is_dotted(at + 1, length - local - 1, LABEL_MAX, is_label_byte))
		return 0;
	return error_set(err, "\"%s\" is not a bare address in ASCII (team@example.com)", address);
}

/* ---- headers ---- */

static bool is_blank(char byte)
{
	return (unsigned char)byte <= ' ' || byte == 0x7f;
}

/* Appends the text with one blank for each run of such bytes, and none at its ends. */
static void add_on_one_line(struct strbuf *out, const char *text)
{
	size_t start = out->length;

	for (; *text; text++) {
		if (!is_blank(*text))
			strbuf_addch(out, *text);
		else if (out->length > start && out->text[out->length - 1] != ' ')
			strbuf_addch(out, ' ');
	}
	if (out->length > start && out->text[out->length - 1] == ' ')
		strbuf_truncate(out, out->length - 1);
}

static bool is_plain_header(const char *text)
{
	size_t word = 0;

	for (const char *at = text; *at; at++) {
		word = *at == ' ' ? 0 : word + 1;
		if ((unsigned char)*at >= 0x80 || word >= HEADER_COLUMNS)
			return false;
	}
	return !strstr(text, "=?");
}

/* `column` is that of the line's end. */
static void add_folded(struct strbuf *out, const char *text, size_t column)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (column + 1 + length > HEADER_COLUMNS) {
			strbuf_addstr(out, CRLF);
			column = 0;
		}
		strbuf_addch(out, ' ');
		strbuf_add(out, text, length);
		column += 1 + length;
		text += length + (text[length] == ' ');
	}
}

/* Letters stay whole: a reader may decode word by word. */
static void add_encoded(struct strbuf *out, const char *text, size_t column)
{
	static const char begin[] = "=?UTF-8?B?", end[] = "?=";
	const size_t around = 1 + strlen(begin) + strlen(end);
	size_t length = strlen(text);

	while (length) {
		size_t room = column + around < ENCODED_COLUMNS
				      ? (ENCODED_COLUMNS - column - around) / 4 * 3
				      : 0;
		size_t taken = utf8_cut(text, length, room);

		if (taken) {
			strbuf_addch(out, ' ');
			strbuf_addstr(out, begin);
			strbuf_add_base64(out, text, taken);
			strbuf_addstr(out, end);
		}
		text += taken;
		length -= taken;
		if (length)
			strbuf_addstr(out, CRLF);
		column = 0;
	}
}

/*
 * The value is plain text, folded; encoded words where the text is not ASCII, holds what looks like
 * one, or a word too long to fold. White space and control characters become one blank each run:
 * nothing begins another header.
 */
static void add_header(struct strbuf *out, const char *name, const char *text)
{
	struct strbuf line = STRBUF_INIT;

	add_on_one_line(&line, text);
	strbuf_addf(out, "%s:", name);
	if (is_plain_header(line.text))
		add_folded(out, line.text, strlen(name) + 1);
	else
		add_encoded(out, line.text, strlen(name) + 1);
	strbuf_addstr(out, CRLF);
	strbuf_release(&line);
}

static void add_addresses(struct strbuf *out, const char *name, const char *const *addresses,
			  size_t count)
{
	size_t column = strlen(name) + 1;

	strbuf_addf(out, "%s:", name);
	for (size_t i = 0; i < count; i++) {
		bool more = i + 1 < count;
		size_t length = strlen(addresses[i]);

		if (column + 1 + length + more > HEADER_COLUMNS) {
			strbuf_addstr(out, CRLF);
			column = 0;
		}
		strbuf_addf(out, " %s%s", addresses[i], more ? "," : "");
		column += 1 + length + more;
	}
	strbuf_addstr(out, CRLF);
}

/* `Mon, 16 Nov 2026 00:00:00 +0000` */
static void add_date(struct strbuf *out, int64_t ms)
{
	static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = time_days(ms);
	struct civil date = civil_from_days(day);
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	strbuf_addf(out, "%s, %02d %s ", days[(day % 7 + 7) % 7], date.day, months[date.month - 1]);
	format_digits(out, (uint64_t)date.year, 4);
	strbuf_addf(out, " %.8s +0000", strchr(text, 'T') + 1);
}

/* ---- bodies ---- */

/*
 * Bytes that stand for themselves. A dot alone on a line ends an SMTP transfer, and `From ` begins
 * the next message of a mailbox: what sends and keeps mail knows that, and some of it wrongly.
 */
static bool is_literal(const char *text, size_t at, size_t length, size_t column)
{
	char byte = text[at];

	if (byte == ' ' || byte == '\t')
		return at + 1 < length && text[at + 1] != '\n' && text[at + 1] != '\r';
	if (!column && (byte == '.' ||
			(byte == 'F' && length - at >= 5 && memcmp(text + at, "From ", 5) == 0)))
		return false;
	return byte > ' ' && byte < 0x7f && byte != '=';
}

static bool ends_line(const char *text, size_t at, size_t length)
{
	return at == length || text[at] == '\n' ||
	       (text[at] == '\r' && at + 1 < length && text[at + 1] == '\n');
}

/* RFC 2045, 6.7. LF and CR LF end lines. */
static void add_quoted(struct strbuf *out, const char *text, size_t length)
{
	size_t column = 0;

	for (size_t at = 0; at < length; at++) {
		size_t width;

		if (ends_line(text, at, length)) {
			at += text[at] == '\r';
			strbuf_addstr(out, CRLF);
			column = 0;
			continue;
		}
		width = is_literal(text, at, length, column) ? 1 : 3;
		if (column + width + !ends_line(text, at + 1, length) > QUOTED_COLUMNS) {
			strbuf_addstr(out, "=" CRLF);
			column = 0;
			width = is_literal(text, at, length, column) ? 1 : 3;
		}
		if (width == 1)
			strbuf_addch(out, text[at]);
		else
			strbuf_addf(out, "=%02X", (unsigned)(unsigned char)text[at]);
		column += width;
	}
}

/* ---- the message ---- */

/* The sender's domain; where that makes the line too long, what it is part of. */
static const char *domain_of(const char *address)
{
	const char *domain = strchr(address, '@') + 1;

	while (strlen(domain) + strlen("Message-ID: <@>") + 2 * ID_BYTES > HEADER_COLUMNS) {
		const char *dot = strchr(domain, '.');

		domain = (dot ? dot : domain) + 1;
	}
	return domain;
}

static void add_head(struct strbuf *out, const struct mime_message *mime_message)
{
	add_addresses(out, "From", &mime_message->from, 1);
	add_addresses(out, "To", mime_message->to, mime_message->to_count);
	add_header(out, "Subject", mime_message->subject);
	strbuf_addstr(out, "Date: ");
	add_date(out, mime_message->date);
	strbuf_addstr(out, CRLF);
	strbuf_addstr(out, "MIME-Version: 1.0" CRLF);
	/* RFC 3834; Exchange; RFC 2919: no answer comes back, and filters can tell it. */
	strbuf_addstr(out, "Auto-Submitted: auto-generated" CRLF);
	strbuf_addstr(out, "X-Auto-Response-Suppress: All" CRLF);
	strbuf_addf(out, "List-Id: <runtally.%s>" CRLF, domain_of(mime_message->from));
}

static void add_part(struct strbuf *out, const char *boundary, const char *kind,
		     const struct strbuf *body)
{
	strbuf_addf(out, "--%s" CRLF, boundary);
	strbuf_addf(out, "Content-Type: text/%s; charset=UTF-8" CRLF, kind);
	strbuf_addstr(out, "Content-Transfer-Encoding: quoted-printable" CRLF CRLF);
	add_quoted(out, body->text, body->length);
	strbuf_addstr(out, CRLF);
}

/* Hexadecimal digits of a hash of the head and both bodies. */
static void add_id(struct strbuf *out, const struct strbuf *head,
		   const struct mime_message *mime_message)
{
	struct strbuf all = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];

	strbuf_add(&all, head->text, head->length + 1);
	strbuf_add(&all, mime_message->text->text, mime_message->text->length + 1);
	strbuf_add(&all, mime_message->html->text, mime_message->html->length);
	sha256(all.text, all.length, digest);
	for (size_t i = 0; i < ID_BYTES; i++)
		strbuf_addf(out, "%02x", (unsigned)digest[i]);
	strbuf_release(&all);
}

void mime_add(struct strbuf *out, const struct mime_message *mime_message)
{
	struct strbuf head = STRBUF_INIT, id = STRBUF_INIT, boundary = STRBUF_INIT;

	add_head(&head, mime_message);
	add_id(&id, &head, mime_message);
	/* `=_` cannot occur in what is quoted-printable (RFC 2045, 6.7). */
	strbuf_addf(&boundary, "=_%s", id.text);
	strbuf_add(out, head.text, head.length);
	strbuf_addf(out, "Message-ID: <%s@%s>" CRLF, id.text, domain_of(mime_message->from));
	strbuf_addf(out, "Content-Type: multipart/alternative;" CRLF " boundary=\"%s\"" CRLF CRLF,
		    boundary.text);
	add_part(out, boundary.text, "plain", mime_message->text);
	add_part(out, boundary.text, "html", mime_message->html);
	strbuf_addf(out, "--%s--" CRLF, boundary.text);
	strbuf_release(&head);
	strbuf_release(&id);
	strbuf_release(&boundary);
}
