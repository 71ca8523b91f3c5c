#include "svg.h"

#include <string.h>
#include <strings.h>

#include "runtally/base/strbuf.h"

#define SPACES " \t\r\n"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* ---- the first element ---- */

/* After the next `end`; NULL where there is none. The text has no NUL before its end. */
static const char *after(const char *text, const char *end)
{
	const char *found = strstr(text, end);

	return found ? found + strlen(end) : NULL;
}

/* A DOCTYPE may declare entities between brackets, and hold either in quotes. */
static const char *after_doctype(const char *text)
{
	bool inside = false;

	for (; *text; text++) {
		if (strncmp(text, "<!--", 4) == 0) {
			text = strstr(text, "-->");
			if (!text)
				return NULL;
		} else if (*text == '"' || *text == '\'') {
			text = strchr(text + 1, *text);
			if (!text)
				return NULL;
		} else if (*text == '[' || *text == ']') {
			inside = *text == '[';
		} else if (*text == '>' && !inside) {
			return text + 1;
		}
	}
	return NULL;
}

/* What comes before the first element: declarations, comments, white space; NULL: no XML. */
static const char *root_element(const char *text)
{
	if (strncmp(text, byte_order_mark, strlen(byte_order_mark)) == 0)
		text += strlen(byte_order_mark);
	while (text) {
		text += strspn(text, SPACES);
		if (strncmp(text, "<?", 2) == 0)
			text = after(text, "?>");
		else if (strncmp(text, "<!--", 4) == 0)
			text = after(text, "-->");
		else if (strncmp(text, "<!DOCTYPE", 9) == 0)
			text = after_doctype(text);
		else
			break;
	}
	return text;
}

/* `<svg` or, with a prefix, `<svg:svg`. */
static bool begins_svg(const char *root)
{
	const char *name = root + 1, *colon;

	if (*root != '<')
		return false;
	colon = name + strcspn(name, ":>/" SPACES);
	if (*colon == ':')
		name = colon + 1;
	return strncmp(name, "svg", 3) == 0 && name[3] && strchr(">/" SPACES, name[3]);
}

/* Browsers draw none that does not name its namespace, if only in an entity. */
bool svg_is(const char *bytes, size_t length)
{
	const char *root = strlen(bytes) == length ? root_element(bytes) : NULL;

	return root && begins_svg(root) && strstr(bytes, "http://www.w3.org/2000/svg");
}

/* ---- what it holds ---- */

struct span {
	const char *text;
	size_t length;
};

struct walk {
	const char *at;
	bool in_style;
	struct strbuf style; /* the text of the style element so far */
	struct error *err;
};

static int refuse(const struct walk *walk, const char *what)
{
	return error_set(walk->err, "holds %s: a site would publish it as it is", what);
}

static bool begins(const struct span *span, size_t at, const char *word)
{
	return span->length - at >= strlen(word) &&
	       strncasecmp(span->text + at, word, strlen(word)) == 0;
}

static bool equals(const struct span *span, const char *word)
{
	return span->length == strlen(word) && begins(span, 0, word);
}

static bool contains(const struct span *span, const char *word)
{
	for (size_t at = 0; at < span->length; at++)
		if (begins(span, at, word))
			return true;
	return false;
}

static bool has_byte(const struct span *span, char byte)
{
	return memchr(span->text, byte, span->length) != NULL;
}

/* Without its prefix. */
static struct span local_name(struct span name)
{
	const char *colon = memchr(name.text, ':', name.length);

	if (colon)
		name = (struct span){colon + 1, name.length - (size_t)(colon + 1 - name.text)};
	return name;
}

/* What ends at the next `end`, which is passed; false: there is none. */
static bool take_until(struct walk *walk, const char *end, struct span *span)
{
	const char *found = strstr(walk->at, end);

	if (!found)
		return false;
	*span = (struct span){walk->at, (size_t)(found - walk->at)};
	walk->at = found + strlen(end);
	return true;
}

static bool take_quoted(struct walk *walk, struct span *value)
{
	const char end[] = {*walk->at, '\0'};

	if (*end != '"' && *end != '\'')
		return false;
	walk->at++;
	return take_until(walk, end, value);
}

static bool take_word(struct walk *walk, const char *word)
{
	if (strncmp(walk->at, word, strlen(word)) != 0)
		return false;
	walk->at += strlen(word);
	return true;
}

static void skip_spaces(struct walk *walk)
{
	walk->at += strspn(walk->at, SPACES);
}

static int refuse_broken(const struct walk *walk)
{
	return refuse(walk, "what is no well-formed XML");
}

/* ---- references ---- */

static bool is_inside(const struct span *span, size_t at)
{
	while (at < span->length && strchr(SPACES, span->text[at]))
		at++;
	if (begins(span, at, "&quot;") || begins(span, at, "&apos;"))
		at += strlen("&quot;");
	else if (begins(span, at, "\"") || begins(span, at, "'"))
		at++;
	return begins(span, at, "#") || begins(span, at, "data:image/");
}

/* One of the five that XML itself has: others may stand for anything. */
static bool is_plain_entity(const struct span *span, size_t at)
{
	static const char *const plain[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (begins(span, at, plain[i]))
			return true;
	return false;
}

/* In style sheets, and in attributes, many of which are properties, too. */
static int check_style(const struct walk *walk, const struct span *style)
{
	for (size_t at = 0; at < style->length; at++) {
		if (style->text[at] == '\\' ||
		    (style->text[at] == '&' && !is_plain_entity(style, at)))
			return refuse(walk, "an escape in a style or an attribute");
		if (begins(style, at, "@import") || begins(style, at, "image-set("))
			return refuse(walk, "a style that loads something");
		if (begins(style, at, "url(") && !is_inside(style, at + strlen("url(")))
			return refuse(walk, "a style that refers to something outside of it");
	}
	return 0;
}

/* Drawing programs name namespaces by entities of their own: by a whole one, not by parts. */
static int check_namespace(const struct walk *walk, const struct span *value)
{
	const char *end = memchr(value->text, ';', value->length);

	if (contains(value, "xhtml"))
		return refuse(walk, "HTML");
	if (has_byte(value, '&') && (value->text[0] != '&' || value->text[1] == '#' ||
				     end != value->text + value->length - 1))
		return refuse(walk, "an escape in a namespace");
	return 0;
}

static int check_attribute(const struct walk *walk, struct span name, const struct span *value)
{
	struct span local = local_name(name), animated = local_name(*value);

	if (equals(&name, "xmlns") || begins(&name, 0, "xmlns:"))
		return check_namespace(walk, value);
	if (begins(&name, 0, "on"))
		return refuse(walk, "an event handler");
	if ((equals(&local, "href") || equals(&local, "src") || equals(&local, "base")) &&
	    !is_inside(value, 0))
		return refuse(walk, "a reference to something outside of it");
	if (equals(&name, "attributeName") &&
	    (equals(&animated, "href") || begins(&animated, 0, "on") || has_byte(value, '&')))
		return refuse(walk, "an animation of a reference");
	return has_byte(&name, ':') ? 0 : check_style(walk, value);
}

/* ---- markup ---- */

static int check_element(const struct walk *walk, struct span name)
{
	struct span local = local_name(name);

	if (equals(&local, "script") || equals(&local, "handler"))
		return refuse(walk, "a script");
	return equals(&local, "foreignObject") ? refuse(walk, "a foreignObject") : 0;
}

static int take_attribute(struct walk *walk)
{
	struct span name = {walk->at, strcspn(walk->at, "=/><" SPACES)}, value;

	walk->at += name.length;
	skip_spaces(walk);
	if (!name.length || !take_word(walk, "="))
		return refuse_broken(walk);
	skip_spaces(walk);
	if (!take_quoted(walk, &value))
		return refuse_broken(walk);
	return check_attribute(walk, name, &value);
}

static int take_tag(struct walk *walk)
{
	struct span name = {walk->at, strcspn(walk->at, "/><" SPACES)}, local = local_name(name);
	int failed = check_element(walk, name);

	walk->at += name.length;
	for (skip_spaces(walk); !failed && *walk->at != '/' && *walk->at != '>'; skip_spaces(walk))
		failed = take_attribute(walk);
	if (failed)
		return failed;
	if (!walk->in_style && equals(&local, "style") && *walk->at == '>') {
		walk->in_style = true;
		strbuf_reset(&walk->style);
	}
	take_word(walk, "/");
	return take_word(walk, ">") ? 0 : refuse_broken(walk);
}

/* What stands around it may split what a style says, so that is looked at as a whole. */
static int take_end_tag(struct walk *walk)
{
	struct span tag, local, style = {walk->style.text, walk->style.length};

	if (!take_until(walk, ">", &tag))
		return refuse_broken(walk);
	local = local_name((struct span){tag.text, strcspn(tag.text, ">" SPACES)});
	if (!walk->in_style || !equals(&local, "style"))
		return 0;
	walk->in_style = false;
	return check_style(walk, &style);
}

static int take_text(struct walk *walk)
{
	size_t length = strcspn(walk->at, "<");

	if (walk->in_style)
		strbuf_add(&walk->style, walk->at, length);
	walk->at += length;
	return 0;
}

static int take_literal(struct walk *walk)
{
	struct span text;

	if (!take_until(walk, "]]>", &text))
		return refuse_broken(walk);
	if (walk->in_style)
		strbuf_add(&walk->style, text.text, text.length);
	return 0;
}

/* Bytes of ASCII must be what they seem. */
static bool is_known_encoding(const struct span *declaration)
{
	static const char *const known[] = {"utf-8", "us-ascii", "iso-8859-1", "windows-1252"};

	if (!contains(declaration, "encoding"))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (contains(declaration, known[i]))
			return true;
	return false;
}

static int take_instruction(struct walk *walk)
{
	struct span text;

	if (!take_until(walk, "?>", &text))
		return refuse_broken(walk);
	if (begins(&text, 0, "xml-stylesheet"))
		return refuse(walk, "a reference to a style sheet");
	if (begins(&text, 0, "xml ") && !is_known_encoding(&text))
		return refuse(walk, "an unusual encoding");
	return 0;
}

/* Of text alone: markup or an attribute may not come from it. */
static int take_entity(struct walk *walk)
{
	struct span value;

	skip_spaces(walk);
	walk->at += strcspn(walk->at, "\"'>" SPACES);
	skip_spaces(walk);
	if (!take_quoted(walk, &value) || has_byte(&value, '<') || has_byte(&value, '&') ||
	    has_byte(&value, '%') || contains(&value, "xhtml"))
		return refuse(walk, "a declaration that may hide something");
	skip_spaces(walk);
	return take_word(walk, ">") ? 0 : refuse_broken(walk);
}

static int take_declarations(struct walk *walk)
{
	struct span comment;
	int failed = 0;

	for (skip_spaces(walk); !failed && *walk->at != ']'; skip_spaces(walk)) {
		if (take_word(walk, "<!--"))
			failed = take_until(walk, "-->", &comment) ? 0 : refuse_broken(walk);
		else if (take_word(walk, "<!ENTITY"))
			failed = take_entity(walk);
		else
			failed = refuse(walk, "a declaration that may hide something");
	}
	walk->at += !failed;
	return failed;
}

static int take_doctype(struct walk *walk)
{
	struct span quoted;

	for (;;) {
		walk->at += strcspn(walk->at, "\"'[>");
		if (take_word(walk, ">"))
			return 0;
		if (take_word(walk, "[")) {
			if (take_declarations(walk))
				return -1;
		} else if (!take_quoted(walk, &quoted)) {
			return refuse_broken(walk);
		}
	}
}

static int take_markup(struct walk *walk)
{
	struct span comment;

	if (take_word(walk, "<!--"))
		return take_until(walk, "-->", &comment) ? 0 : refuse_broken(walk);
	if (take_word(walk, "<![CDATA["))
		return take_literal(walk);
	if (take_word(walk, "<!DOCTYPE"))
		return take_doctype(walk);
	if (take_word(walk, "<?"))
		return take_instruction(walk);
	if (take_word(walk, "</"))
		return take_end_tag(walk);
	walk->at++;
	return take_tag(walk);
}

int svg_check(const char *text, struct error *err)
{
	struct walk walk = {.at = text, .style = STRBUF_INIT, .err = err};
	int failed = 0;

	while (!failed && *walk.at)
		failed = *walk.at == '<' ? take_markup(&walk) : take_text(&walk);
	strbuf_release(&walk.style);
	return failed || !walk.in_style ? failed : refuse_broken(&walk);
}
