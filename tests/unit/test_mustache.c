#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_values.h"
#include "runtally/template/mustache.h"

/* In JSON texts of the tables ' stands for ". */
struct example {
	const char *template, *partials, *data, *expected;
};

static json_t *json_of(const char *text)
{
	struct strbuf json = STRBUF_INIT;
	json_error_t why;
	json_t *value;

	for (; *text; text++)
		strbuf_addch(&json, *text == '\'' ? '"' : *text);
	value = json_loadb(json.text, json.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
	if (!value)
		fail_msg("%s: %s", json.text, why.text);
	strbuf_release(&json);
	return value;
}

static void escape(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '&' || text[i] == '<' || text[i] == '>' || text[i] == '"')
			strbuf_addf(out, "&%d;", text[i]);
		else
			strbuf_addch(out, text[i]);
	}
}

/* Shows what it was told of the line. */
static void escape_with_line(struct strbuf *out, const char *text, size_t length, char line_start)
{
	strbuf_addf(out, "(%c:", line_start ? line_start : '0');
	strbuf_add(out, text, length);
	strbuf_addch(out, ')');
}

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)err;
	strbuf_add(ctx, bytes, length);
	return 0;
}

struct texts {
	const char *root;
	json_t *partials;
	size_t loads;
};

static int load(void *ctx, const char *name, struct template_source *source, struct error *err)
{
	struct texts *texts = ctx;
	const json_t *partial = json_object_get(texts->partials, name);

	texts->loads++;
	if (json_is_false(partial))
		return error_set(err, "cannot read %s", name);
	if (strcmp(name, "root") == 0)
		*source = (struct template_source){texts->root, strlen(texts->root), "root.txt"};
	else
		*source = (struct template_source){json_string_value(partial),
						   json_string_length(partial), name};
	return 0;
}

/* Appends what comes out, or the error in brackets. */
static void render(const struct example *example, struct value root, escape_fn *escaper,
		   struct strbuf *out)
{
	struct texts texts = {.root = example->template};
	struct template_set *set = template_set_new(load, &texts);
	struct error err;

	texts.partials = json_of(example->partials ? example->partials : "{}");
	if (mustache_render(set, "root", root, escaper, collect, out, &err) < 0)
		strbuf_addf(out, "[%s]", err.text);
	template_set_free(set);
	json_decref(texts.partials);
}

static void check(const struct example *examples, size_t count, escape_fn *escaper)
{
	for (size_t i = 0; i < count; i++) {
		json_t *data = json_of(examples[i].data ? examples[i].data : "{}");
		struct strbuf out = STRBUF_INIT;

		render(&examples[i], value_of_json(data), escaper, &out);
		if (strcmp(out.text, examples[i].expected) != 0)
			fail_msg("%zu: \"%s\": got \"%s\", not \"%s\"", i, examples[i].template,
				 out.text, examples[i].expected);
		strbuf_release(&out);
		json_decref(data);
	}
}

#define CHECK(examples, escaper) check(examples, sizeof(examples) / sizeof(*examples), escaper)

static void values(void **state)
{
	static const struct example examples[] = {
		{"", NULL, NULL, ""},
		{"plain } text {", NULL, NULL, "plain } text {"},
		{"{{a}}-{{{a}}}-{{&a}}", NULL, "{'a':'<&>'}", "&60;&38;&62;-<&>-<&>"},
		{"{{ a\n}}{{& a }}{{{ a }}}", NULL, "{'a':'x'}", "xxx"},
		{"{{i}} {{r}} {{s}} {{w}} {{t}} {{f}} {{n}}", NULL,
		 "{'i':-9007199254740993,'r':0.1,'s':1e300,'w':5.0,'t':true,'f':false,'n':null}",
		 "-9007199254740993 0.1 1e+300 5 true false "},
		{"{{r}}", NULL, "{'r':0.30000000000000004}", "0.30000000000000004"},
		{"{{o}}{{l}}{{none}}", NULL, "{'o':{'a':1},'l':[1,2]}", ""},
		{"{{a.b.c}}", NULL, "{'a':{'b':{'c':'deep'}}}", "deep"},
		{"{{a.b}}{{a.x.y}}", NULL, "{'a':{'x':3},'b':'no'}", ""},
		{"{{a..b}}", NULL, "{'a':{'':{'b':'odd'}}}", "odd"},
		{"{{.}}", NULL, "'root'", "root"},
		{"{{<% %>}}", NULL, NULL, "[root.txt:1:1: white space in the name \"% %>\"]"},
		{"{{=<% %>=}}<%a%><%{a}%><%&a%>{{a}}<%={{ }}=%>{{a}}", NULL, "{'a':'>'}",
		 "&62;>>{{a}}&62;"},
		{"{{={ }=}}{a} {{a}}", NULL, "{'a':'>'}", "&62; >"},
		{"{{=| |=}}|#a||.||/a|", NULL, "{'a':[1,2]}", "12"},
		{"a{{! {{ not a tag }}b", NULL, NULL, "ab"},
		{"{{!\n a\n}}b", NULL, NULL, "b"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void sections(void **state)
{
	static const struct example examples[] = {
		{"{{#l}}[{{.}}]{{/l}}{{^l}}none{{/l}}", NULL, "{'l':[1,'b',true]}", "[1][b][true]"},
		{"{{#l}}x{{/l}}{{^l}}none{{/l}}", NULL, "{'l':[]}", "none"},
		{"{{#s}}x{{/s}}{{^s}}none{{/s}}", NULL, "{'s':''}", "none"},
		{"{{#n}}{{.}}{{/n}}", NULL, "{'n':0}", "0"},
		{"{{^x}}a{{^y}}b{{/y}}{{/x}}", NULL, "{'y':false}", "ab"},
		{"{{#o}}{{a}}{{b}}{{/o}}", NULL, "{'a':1,'b':2,'o':{'b':3}}", "13"},
		{"{{#o}}{{a.x}}{{/o}}", NULL, "{'a':{'x':1},'o':{'a':{}}}", ""},
		{"{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", NULL, "{'l':[[1,2],[],[3]]}", "12;;3;"},
		{"{{#l}}{{n}}{{#l}}<{{n}}>{{/l}}{{/l}}", NULL,
		 "{'l':[{'n':1,'l':[{'n':2}]},{'n':3,'l':[]}]}", "1<2>3"},
		{"{{#a}}{{#b}}{{/b}}{{/a}}", NULL, "{'a':1,'b':1}", ""},
		{"a\n {{#t}}\t\nb\n{{/t}} \n  {{! c }}\n{{={{ }}=}}\nd", NULL, "{'t':1}",
		 "a\nb\nd"},
		{"a\r\n{{#t}}\r\nb\r\n{{/t}}\r\nc", NULL, "{'t':1}", "a\r\nb\r\nc"},
		{"{{#t}}\r{{/t}}", NULL, "{'t':1}", "\r"},
		{"{{#t}} {{/t}}\n{{#t}}{{/t}}\n.{{^t}}\n{{/t}}", NULL, "{'t':1}", " \n\n."},
		{"{{!a}} {{!b}}\n{{!a\n}} {{!b}}\n", NULL, NULL, " \n \n"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void partials(void **state)
{
	static const struct example examples[] = {
		{"<{{>p}}|{{> none }}>", "{'p':'{{a}}'}", "{'a':'&'}", "<&38;|>"},
		{"{{>a.b}}", "{'a.b':'dots are no path'}", "{'a':{'b':1}}", "dots are no path"},
		{"{{=<% %>=}}<%>p%>", "{'p':'<%a%>{{a}}'}", "{'a':1}", "<%a%>1"},
		{" {{>p}}\n.", "{'p':'a\\n\\nb\\n'}", NULL, " a\n \n b\n."},
		{"\t{{>p}}\r\n.", "{'p':'a\\r\\nb\\r\\n'}", NULL, "\ta\r\n\tb\r\n."},
		{"  {{>p}}\n", "{'p':'{{a}}\\n{{#t}}\\n{{a}}{{/t}}\\n'}", "{'a':'x\\ny','t':1}",
		 "  x\ny\n  x\ny\n"},
		{" {{>p}}\n", "{'p':'a\\n {{>q}}\\nb {{>q}}\\n','q':'1\\n2\\n'}", NULL,
		 " a\n  1\n  2\n b 1\n2\n\n"},
		{" {{>p}}\n", "{'p':'{{#l}}\\n{{.}}\\n{{/l}}\\n{{#l}}a\\n{{/l}}'}", "{'l':[1,2]}",
		 " 1\n 2\n a\na\n"},
		{" {{>p}}\n", "{'p':'a\\n{{/*}}'}", NULL,
		 "[p:2:1: closing tag \"*\" closes nothing]"},
		{"{{#l}}{{>*kind}}{{/l}}", "{'a':'A{{v}}','b':'B{{v}}'}",
		 "{'l':[{'kind':'a','v':1},{'kind':'b','v':2},{'kind':'c'},{'kind':''},{}]}",
		 "A1B2"},
		{"{{> * x.y }}|{{>*.}}|{{>*o}}", "{'p':'P','a':'no'}",
		 "{'x':{'y':'p'},'o':'a\\u0000b'}", "P||"},
		{" {{>*k}}\n", "{'p':'a\\nb\\n'}", "{'k':'p'}", " a\n b\n"},
		{"{{<*k}}{{$b}}2{{/b}}{{/ * k }}", "{'p':'1{{$b}}{{/b}}3'}", "{'k':'p'}", "123"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void inheritance(void **state)
{
	static const struct example examples[] = {
		{"{{$a}}1{{/a}}{{$b}}{{/b}}", NULL, NULL, "1"},
		{"{{<p}}{{$a}}new{{/a}}{{/p}}", "{'p':'{{$a}}old{{/a}} {{$a}}again{{/a}}'}", NULL,
		 "new new"},
		{"{{<none}}{{$a}}x{{/a}}{{/none}}.", NULL, NULL, "."},
		{"{{<p}}lost {{v}}{{#s}}{{$a}}lost{{/a}}{{/s}}{{$a}}kept{{/a}}{{/p}}",
		 "{'p':'{{$a}}{{/a}}'}", "{'s':1}", "kept"},
		{"{{<p}}{{$a}}{{/a}}{{/p}}", "{'p':'<{{$a}}default{{/a}}>'}", NULL, "<>"},
		/* the outermost parent has the last word */
		{"{{<p}}{{$a}}1{{/a}}{{/p}}",
		 "{'p':'{{<q}}{{$a}}2{{/a}}{{$b}}3{{/b}}{{/q}}','q':'{{$a}}{{/a}}{{$b}}{{/b}}'}",
		 NULL, "13"},
		/* an argument's own blocks belong to the file that it is written in */
		{"{{<p}}{{$a}}x{{$a}}y{{/a}}{{/a}}{{/p}}", "{'p':'{{$a}}{{/a}}'}", NULL, "xy"},
		{"{{<p}}{{$i}}3{{/i}}{{/p}}",
		 "{'p':'{{<q}}{{$o}}1{{$i}}2{{/i}}{{/o}}{{/q}}','q':'{{$o}}{{/o}}{{$i}}4{{/i}}'}",
		 NULL, "133"},
		/* partials see the arguments of the parent that they are in */
		{"{{<p}}{{$a}}1{{/a}}{{/p}}{{>q}}", "{'p':'{{>q}}','q':'{{$a}}0{{/a}}'}", NULL,
		 "10"},
		{"{{<p}}{{$a}}{{n}}{{/a}}{{/p}}", "{'p':'{{#l}}{{$a}}{{/a}},{{/l}}'}",
		 "{'n':0,'l':[{'n':1},{'n':2},{}]}", "1,2,0,"},
		{"{{<p}}{{$a}}{{<p}}{{$a}}in{{/a}}{{/p}}{{/a}}{{/p}}", "{'p':'({{$a}}{{/a}})'}",
		 NULL, "((in))"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void inheritance_lines(void **state)
{
	static const struct example examples[] = {
		{" {{<p}}\n {{$a}}\n x\n{{/a}}\n{{/p}} \n.", "{'p':'1\\n{{$a}}\\n{{/a}}\\n2\\n'}",
		 NULL, " 1\n x\n 2\n."},
		{"a {{<p}}\n{{/p}}\n.", "{'p':'1\\n2'}", NULL, "a 1\n2\n."},
		{"  {{<p}}{{$a}}x{{/a}}{{/p}}b", "{'p':'1\\n{{$a}}{{/a}}'}", NULL, "  1\nxb"},
		{"a\n{{<p}}{{/p}}\nb\n", "{'p':'1\\n'}", NULL, "a\n1\nb\n"},
		/* the default's indentation is the place's, the argument's own goes */
		{"{{<p}}\n{{$a}}\n\n      x\n\n\ty\n{{/a}}\n{{/p}}\n",
		 "{'p':'<\\n {{$a}}\\n    0\\n {{/a}}\\n>\\n'}", NULL,
		 "<\n    \n          x\n    \n    \ty\n>\n"},
		{"{{<p}}\n{{$a}}\n    x\n      y\n\n    {{#t}}\n    z\n    "
		 "{{/t}}\n{{/a}}\n{{/p}}\n",
		 "{'p':'<\\n  {{$a}}{{/a}}>\\n'}", "{'t':1}", "<\n  x\n    y\n  \n  z\n>\n"},
		{"{{<p}}{{$a}}x{{/a}}{{/p}}", "{'p':'<\\n  {{$a}}\\n   0\\n  {{/a}}\\n>\\n'}", NULL,
		 "<\n   x>\n"},
		{"{{<p}}{{$a}}{{/a}}{{/p}}", "{'p':'<\\n  {{$a}}\\n   0\\n  {{/a}}\\n>\\n'}", NULL,
		 "<\n>\n"},
		{"{{<p}}\n{{$a}}\n  {{>q}}\n{{/a}}\n{{/p}}\n",
		 "{'p':'<\\n {{$a}}\\n {{/a}}\\n>\\n','q':'1\\n2\\n'}", NULL, "<\n 1\n 2\n>\n"},
		{"{{<p}}\n{{$a}}\n  {{#l}}\n    {{.}}\n  {{/l}}\n{{/a}}\n{{/p}}\n",
		 "{'p':'-{{$a}}{{/a}}-'}", "{'l':[1,2]}", "-  1\n  2\n-"},
		{"{{<p}}{{$a}}\r\n  1\r\n  2\r\n{{/a}}\r\n{{/p}}\r\n",
		 "{'p':'{{$a}}\\r\\n {{/a}}\\r\\n.'}", NULL, "1\r\n2\r\n."},
		/* arguments of a parent inside are not lines of the argument around it */
		{"{{<p}}{{$a}}\n    {{<q}}\n  {{$b}}\n  1\n  {{/b}}\n    {{/q}}\n    "
		 "2\n{{/a}}{{/p}}",
		 "{'p':'{{$a}}{{/a}}','q':'{{$b}}{{/b}}'}", NULL, "1\n2\n"},
		/* a default that stands stays as it is written */
		{" {{>p}}\n", "{'p':'<\\n {{$a}}\\n   1\\n  2\\n {{/a}}\\n>'}", NULL,
		 " <\n    1\n   2\n >"},
		{"{{<p}}{{$a}}\n  {{<q}}\n    {{$b}}\n      1\n    {{/b}}\n  {{/q}}\n  "
		 "2\n{{/a}}{{/p}}",
		 "{'p':'.\\n   {{$a}}\\n   {{/a}}\\n','q':'[\\n{{$b}}\\n{{/b}}\\n]\\n'}", NULL,
		 ".\n   [\n   1\n   ]\n   2\n"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void errors(void **state)
{
	static const struct example examples[] = {
		{"a\nb {{#s}}x", NULL, NULL, "[root.txt:2:3: section \"s\" is never closed]"},
		{"{{^s}}", NULL, NULL, "[root.txt:1:1: inverted section \"s\" is never closed]"},
		{"{{<p}}{{$b}}", NULL, NULL, "[root.txt:1:7: block \"b\" is never closed]"},
		{"{{<p}}{{$b}}{{/b}}", NULL, NULL, "[root.txt:1:1: parent \"p\" is never closed]"},
		{"\xc3\xa9\t{{#a}}{{/b}}", NULL, NULL,
		 "[root.txt:1:9: closing tag \"b\" where section \"a\" is open]"},
		{"{{#a}}{{#b}}{{/a}}{{/b}}", NULL, NULL,
		 "[root.txt:1:13: closing tag \"a\" where section \"b\" is open]"},
		{"{{<*a}}{{/a}}", NULL, NULL,
		 "[root.txt:1:8: closing tag \"a\" where parent \"a\" is open]"},
		{"\r\n{{/a}}", NULL, NULL, "[root.txt:2:1: closing tag \"a\" closes nothing]"},
		{"{{a", NULL, NULL, "[root.txt:1:1: tag is never closed by \"}}\"]"},
		{"{{{a}} {{b}}", NULL, NULL, "[root.txt:1:1: tag is never closed by \"}}}\"]"},
		{"{{=<% %>}}", NULL, NULL, "[root.txt:1:1: tag is never closed by \"=}}\"]"},
		{"{{=<%=}}", NULL, NULL, "[root.txt:1:1: bad delimiters \"<%\"]"},
		{"{{=a b c=}}", NULL, NULL, "[root.txt:1:1: bad delimiters \"a b c\"]"},
		{"{{==a b=}}", NULL, NULL, "[root.txt:1:1: bad delimiters \"=a b\"]"},
		{"{{=}}", NULL, NULL, "[root.txt:1:1: tag is never closed by \"=}}\"]"},
		{"{{==}}", NULL, NULL, "[root.txt:1:1: bad delimiters \"\"]"},
		{"{{}}", NULL, NULL, "[root.txt:1:1: tag without a name]"},
		{"{{# }}{{/}}", NULL, NULL, "[root.txt:1:1: tag without a name]"},
		{"{{>*}}", NULL, NULL, "[root.txt:1:1: tag without a name]"},
		{"{{a b}}", NULL, NULL, "[root.txt:1:1: white space in the name \"a b\"]"},
		{"x{{>p}}", "{'p':'y\\n {{#s}}'}", NULL, "[p:2:2: section \"s\" is never closed]"},
		{"x\n{{>p}}", "{'p':false}", NULL, "[root.txt:2:1: cannot read p]"},
		{"{{>p}}", "{'p':'.{{>p}}'}", NULL,
		 "[p:1:2: partials nested deeper than 200 levels]"},
		{"{{<p}}{{/p}}", "{'p':'{{>q}}','q':'{{<p}}{{$b}}{{/b}}{{/p}}'}", NULL,
		 "[q:1:1: partials nested deeper than 200 levels]"},
		{"{{>p}}",
		 "{'p':'{{#t}}{{#t}}{{#t}}{{#t}}{{#t}}{{#t}}{{>p}}{{/t}}{{/t}}{{/t}}{{/t}}"
		 "{{/t}}{{/t}}'}",
		 "{'t':1}", "[p:1:25: sections nested deeper than 1000 levels]"},
	};

	(void)state;
	CHECK(examples, escape);
}

static void no_root(void **state)
{
	struct texts texts = {.partials = json_of("{}")};
	struct template_set *set = template_set_new(load, &texts);
	struct strbuf out = STRBUF_INIT;
	struct error err;

	(void)state;
	assert_int_equal(
		mustache_render(set, "x", value_of_json(NULL), escape, collect, &out, &err), -1);
	assert_string_equal(err.text, "there is no template \"x\"");
	assert_int_equal(out.length, 0);
	template_set_free(set);
	json_decref(texts.partials);
}

static void templates_are_looked_for_once(void **state)
{
	struct texts texts = {.root = "{{#l}}{{>p}}{{>q}}{{>none}}{{>*k}}{{/l}}",
			      .partials = json_of("{'p':'1','q':'2'}")};
	json_t *data = json_of("{'l':[{'k':'p'},{'k':'q'},{'k':'p'}]}");
	struct template_set *set = template_set_new(load, &texts);
	struct strbuf out = STRBUF_INIT;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(mustache_render(set, "root", value_of_json(data), escape, collect,
						 &out, &err),
				 0);
	assert_string_equal(out.text, "121122121121122121");
	assert_int_equal(texts.loads, 4);
	strbuf_release(&out);
	template_set_free(set);
	json_decref(data);
	json_decref(texts.partials);
}

static void tags_nest_200_deep(void **state)
{
	(void)state;
	for (size_t depth = 200; depth <= 201; depth++) {
		struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
		json_t *data = json_of("{'t':1}");

		for (size_t i = 0; i < depth; i++)
			strbuf_addstr(&text, "{{#t}}");
		strbuf_addch(&text, 'x');
		for (size_t i = 0; i < depth; i++)
			strbuf_addstr(&text, "{{/t}}");
		render(&(struct example){.template = text.text}, value_of_json(data), escape, &out);
		assert_string_equal(out.text, depth == 200
						      ? "x"
						      : "[root.txt:1:1201: tags nested deeper than "
							"200 levels]");
		strbuf_release(&text);
		strbuf_release(&out);
		json_decref(data);
	}
}

/* Data as deep as partials may go, and one deeper. */
static void partials_nest_200_deep(void **state)
{
	static const struct example example = {"{{>p}}", "{'p':'x{{#c}}{{>p}}{{/c}}'}", NULL, NULL};

	(void)state;
	for (size_t depth = 199; depth <= 200; depth++) {
		json_t *data = json_pack("{sb}", "c", 0);
		struct strbuf out = STRBUF_INIT;

		for (size_t i = 0; i < depth; i++)
			data = json_pack("{so}", "c", data);
		render(&example, value_of_json(data), escape, &out);
		if (depth == 199)
			assert_int_equal(out.length, 200);
		else
			assert_string_equal(out.text,
					    "[p:1:8: partials nested deeper than 200 levels]");
		strbuf_release(&out);
		json_decref(data);
	}
}

static void line_start(void **state)
{
	static const struct example examples[] = {
		{"{{a}}", NULL, "{'a':'x'}", "(0:x)"},
		{"| {{a}} {{a}}\n{{a}}{{a}}\n", NULL, "{'a':'x'}", "| (|:x) (|:x)\n(0:x)((:x)\n"},
		{"{{a}}{{a}}\n -{{a}}", NULL, "{'a':'x\\n#'}", "(0:x\n#)(#:x\n#)\n -( :x\n#)"},
		{"#{{{a}}}{{b}}", NULL, "{'a':'1\\n2','b':'x'}", "#1\n2(2:x)"},
		{" {{>p}}\n", "{'p':'{{a}}'}", "{'a':'x'}", " ( :x)"},
		{"a\r\n{{a}}", NULL, "{'a':'x'}", "a\r\n(0:x)"},
		{"{{#l}}|{{.}}\n{{/l}}", NULL, "{'l':['a','b']}", "|(|:a)\n|(|:b)\n"},
	};

	(void)state;
	CHECK(examples, escape_with_line);
}

/* A line longer than what is buffered keeps its first byte. */
static void line_start_of_long_lines(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	json_t *data = json_of("{'a':'x'}");

	(void)state;
	strbuf_addch(&text, '|');
	strbuf_pad(&text, '-', 100000);
	strbuf_addstr(&text, "{{a}}");
	strbuf_pad(&text, '-', 100000);
	strbuf_addstr(&text, "{{a}}\n");
	strbuf_pad(&text, '\n', 100000);
	strbuf_addstr(&text, "{{a}}");
	render(&(struct example){.template = text.text}, value_of_json(data), escape_with_line,
	       &out);
	assert_memory_equal(out.text + 100001, "(|:x)-", 6);
	assert_memory_equal(out.text + 200006, "(|:x)\n", 6);
	assert_string_equal(out.text + 300012, "(0:x)");
	strbuf_release(&text);
	strbuf_release(&out);
	json_decref(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(sections),
		cmocka_unit_test(partials),
		cmocka_unit_test(inheritance),
		cmocka_unit_test(inheritance_lines),
		cmocka_unit_test(errors),
		cmocka_unit_test(no_root),
		cmocka_unit_test(templates_are_looked_for_once),
		cmocka_unit_test(tags_nest_200_deep),
		cmocka_unit_test(partials_nest_200_deep),
		cmocka_unit_test(line_start),
		cmocka_unit_test(line_start_of_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
