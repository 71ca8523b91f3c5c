#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "runtally/base/strbuf.h"
#include "runtally/input/records.h"

/* A blob over bytes in memory, which may fail at its end. */
struct bytes {
	const char *text;
	size_t length, at;
	bool fails;
};

static int64_t bytes_read(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct bytes *bytes = blob->state;
	size_t left = bytes->length - bytes->at;

	if (!left && bytes->fails)
		return error_set(err, "cannot read: it is a test");
	if (size > left)
		size = left;
	memcpy(buffer, bytes->text + bytes->at, size);
	bytes->at += size;
	return (int64_t)size;
}

static void add_value(struct strbuf *out, const struct json_value *value)
{
	json_t *json = json_value_to_jansson(value);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	strbuf_addstr(out, text);
	free(text);
	json_decref(json);
}

/* The place that a record tells must hold its text. */
static void check_place(const struct bytes *bytes, const struct record *record)
{
	json_t *again, *value = json_value_to_jansson(record->value);

	assert_true(record->offset + record->length <= bytes->length);
	again = json_loadb(bytes->text + record->offset, record->length, JSON_DECODE_ANY, NULL);
	assert_non_null(again);
	assert_true(json_equal(again, value));
	json_decref(value);
	json_decref(again);
}

/*
 * Events as lines: `1 VALUE` a record (`1 data VALUE` in a list), `1! TEXT` a bad one,
 * `+1 data*2 VALUE` a rest whose list had two elements; last the number of documents.
 */
static void add_event(struct strbuf *out, enum record_event event, const struct record *record,
		      const struct error *err)
{
	switch (event) {
	case RECORDS_RECORD:
		strbuf_addf(out, "%zu %s%s", record->number, record->list ? record->list : "",
			    record->list ? " " : "");
		add_value(out, record->value);
		break;
	case RECORDS_REST:
		strbuf_addf(out, "+%zu %s*%zu ", record->number, record->list, record->listed);
		add_value(out, record->value);
		break;
	default:
		strbuf_addf(out, "%zu! %s", record->number, err->text);
	}
	strbuf_addch(out, '\n');
}

/* As its reader would do: all members of what came with the wanted ones alone. */
static enum record_event complete(struct records *records, enum record_event event,
				  struct record *record, struct error *err)
{
	if (event != RECORDS_RECORD)
		return event;
	record->value = records_whole(records, record, err);
	return record->value ? RECORDS_RECORD : RECORDS_BAD;
}

static void read_all(struct bytes *bytes, const struct limits *limits, size_t size,
		     const struct wanted *wanted, struct strbuf *out)
{
	struct blob blob = {.read = bytes_read, .state = bytes};
	struct records *records = records_new(&blob, limits, size);
	enum record_event event;
	struct record record;
	struct error err;
	uint64_t numbered = 0;

	records_want(records, wanted);
	bytes->at = 0;
	strbuf_reset(out);
	while ((event = records_next(records, &record, &err)) != RECORDS_END) {
		event = complete(records, event, &record, &err);
		add_event(out, event, &record, &err);
		if (event == RECORDS_RECORD)
			check_place(bytes, &record);
		if (event != RECORDS_REST && record.number)
			assert_int_equal(record.number, ++numbered);
	}
	assert_int_equal(records_next(records, &record, &err), RECORDS_END);
	assert_int_equal(records_sums(records).count, numbered);
	assert_int_equal(records_sums(records).failed, bytes->fails);
	strbuf_addf(out, "%llu", (unsigned long long)records_sums(records).documents);
	records_free(records);
}

/* A part from the reader's place on, `size` bytes or a record more, and a jump over it. */
static void read_part(struct records *records, struct bytes *bytes, const struct limits *limits,
		      const struct wanted *wanted, uint64_t size, struct strbuf *out)
{
	const struct records_place from = records_place(records);
	struct bytes rest = *bytes;
	struct blob blob = {.read = bytes_read, .state = &rest};
	struct records *part = records_new(&blob, limits, 0);
	struct records_place to = from;
	struct record record;
	struct error err;
	size_t count = 0;

	rest.at = from.at.offset;
	records_reset_within(part, &blob, &from, from.at.offset);
	records_want(part, wanted);
	records_stop_at(part, from.at.offset + size);
	while (records_next(part, &record, &err) == RECORDS_RECORD &&
	       complete(part, RECORDS_RECORD, &record, &err) == RECORDS_RECORD) {
		assert_int_equal(record.number, ++count);
		record.number += records_sums(records).count;
		add_event(out, RECORDS_RECORD, &record, &err);
		check_place(bytes, &record);
		to = records_place(part);
	}
	records_free(part);
	if (count) {
		bytes->at = to.at.offset;
		records_jump(records, &to, count);
	}
}

static const uint64_t part_sizes[] = {1, 10, 40, 1000};

static void read_in_parts(struct bytes *bytes, const struct limits *limits,
			  const struct wanted *wanted, uint64_t size, struct strbuf *out)
{
	struct blob blob = {.read = bytes_read, .state = bytes};
	struct records *records = records_new(&blob, limits, 0);
	enum record_event event;
	struct record record;
	struct error err;

	records_want(records, wanted);
	bytes->at = 0;
	strbuf_reset(out);
	while ((event = records_next(records, &record, &err)) != RECORDS_END) {
		if (event == RECORDS_SEAM) {
			read_part(records, bytes, limits, wanted, size, out);
			records_stop_at(records, UINT64_MAX);
			continue;
		}
		event = complete(records, event, &record, &err);
		add_event(out, event, &record, &err);
		if (event == RECORDS_RECORD)
			records_stop_at(records, records_place(records).at.offset);
	}
	assert_int_equal(records_sums(records).failed, bytes->fails);
	strbuf_addf(out, "%llu", (unsigned long long)records_sums(records).documents);
	records_free(records);
}

/* Whatever the size of the buffer, read fast or not, whole or in parts, the events are the same. */
static void check(struct bytes *bytes, const struct limits *limits, const char *events)
{
	struct strbuf out = STRBUF_INIT;
	struct wanted *wanted = wanted_new();

	wanted_add(wanted, "a");
	for (size_t round = 0; round <= 2 * 65 - 1; round++) {
		size_t size = round / 2;
		bool fast = round % 2;

		read_all(bytes, limits, size, fast ? wanted : NULL, &out);
		if (strcmp(out.text, events) != 0)
			print_message("text <%.*s>, buffer of %zu%s\n", (int)bytes->length,
				      bytes->text, size, fast ? ", fast" : "");
		assert_string_equal(out.text, events);
	}
	for (size_t round = 0; round < 2 * sizeof(part_sizes) / sizeof(*part_sizes); round++) {
		uint64_t size = part_sizes[round / 2];

		read_in_parts(bytes, limits, round % 2 ? wanted : NULL, size, &out);
		if (strcmp(out.text, events) != 0)
			print_message("text <%.*s>, parts of %llu\n", (int)bytes->length,
				      bytes->text, (unsigned long long)size);
		assert_string_equal(out.text, events);
	}
	wanted_free(wanted);
	strbuf_release(&out);
}

struct adapter_case {
	const char *text, *events;
};

/* A text that holds NULs. */
struct raw_case {
	size_t length;
	const char *text, *events;
};

static void check_table(const struct adapter_case *cases, size_t count, const struct limits *limits,
			bool fails)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes bytes = {
			.text = cases[i].text,
			.length = strlen(cases[i].text),
			.fails = fails,
		};

		check(&bytes, limits, cases[i].events);
	}
}

static void check_raw_table(const struct raw_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes bytes = {.text = cases[i].text, .length = cases[i].length};

		check(&bytes, &default_limits, cases[i].events);
	}
}

#define LENGTH(table) (sizeof(table) / sizeof(*(table)))

static void test_documents(void **state)
{
	static const struct adapter_case cases[] = {
		{"{}", "1 {}\n1"},
		{"{\"a\":1}", "1 {\"a\":1}\n1"},
		{"  \r\n\t{\"a\":1}\n\n", "1 {\"a\":1}\n1"},
		{"\xEF\xBB\xBF{\"a\":1}", "1 {\"a\":1}\n1"},
		{"{\"a\":1}\n{\"a\":2}\n", "1 {\"a\":1}\n2 {\"a\":2}\n2"},
		{"{\"a\":1}{\"a\":2} {\"a\":3}", "1 {\"a\":1}\n2 {\"a\":2}\n3 {\"a\":3}\n3"},
		{"{\"a\":1}\r\n{\"a\":2}\r\n", "1 {\"a\":1}\n2 {\"a\":2}\n2"},
		{"\x1E{\"a\":1}\n\x1E{\"a\":2}\n", "1 {\"a\":1}\n2 {\"a\":2}\n2"},
		{"1 \"two\" true null -2.5", "1 1\n2 \"two\"\n3 true\n4 null\n5 -2.5\n5"},
		{"{\"a\":\"}]\\\"{[\\\\\"}", "1 {\"a\":\"}]\\\"{[\\\\\"}\n1"},
		{"{\n\"a\": [\n{\"b\": [[]]},\n{}\n],\n\"c\":\n{}}",
		 "1 {\"a\":[{\"b\":[[]]},{}],\"c\":{}}\n1"},
		{"{\"\xC3\xA4\":\"\xF0\x9F\x98\x80\"}", "1 {\"\xC3\xA4\":\"\xF0\x9F\x98\x80\"}\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
}

static void test_envelopes(void **state)
{
	static const struct adapter_case cases[] = {
		/* arrays, as SigmaMind's first version lists and Telnyx's trigger answers */
		{"[]", "1"},
		{" [ ] ", "1"},
		{"[{\"jobId\":\"j1\"},{\"jobId\":\"j2\"}]",
		 "1 {\"jobId\":\"j1\"}\n2 {\"jobId\":\"j2\"}\n1"},
		{"[[{\"a\":1}],[],[[{\"a\":2}]]]", "1 {\"a\":1}\n2 {\"a\":2}\n1"},
		{"[1,\"x\",null,[true]]", "1 1\n2 \"x\"\n3 null\n4 true\n1"},
		/* Kapso: the record is in `data`, which is no list */
		{"{\"data\":{\"id\":\"k\",\"score\":0.5}}",
		 "1 {\"data\":{\"id\":\"k\",\"score\":0.5}}\n1"},
		{"{\"data\":[{\"id\":\"s\",\"test_cases\":[{\"id\":\"c\"}]}]}",
		 "1 data {\"id\":\"s\",\"test_cases\":[{\"id\":\"c\"}]}\n+1 data*1 "
		 "{\"data\":[]}\n1"},
		/* SigmaMind's second version: paging around the list */
		{"{\"data\":[{\"jobId\":\"j\"}],\"page\":0,\"hasNext\":true}",
		 "1 data {\"jobId\":\"j\"}\n+1 data*1 "
		 "{\"data\":[],\"hasNext\":true,\"page\":0}\n1"},
		/* Telnyx: likewise, before the list; and names of suites */
		{"{\"meta\":{\"total_pages\":1},\"data\":[{\"run_id\":\"r\"},{\"run_id\":\"s\"}]}",
		 "1 data {\"run_id\":\"r\"}\n2 data {\"run_id\":\"s\"}\n"
		 "+2 data*2 {\"data\":[],\"meta\":{\"total_pages\":1}}\n1"},
		{"{\"data\":[\"nightly\",\"smoke\"]}",
		 "1 data \"nightly\"\n2 data \"smoke\"\n+2 data*2 {\"data\":[]}\n1"},
		/* Magpipe */
		{"{\"run\":{\"id\":\"m\"}}", "1 {\"run\":{\"id\":\"m\"}}\n1"},
		{"{\"runs\":[]}", "+0 runs*0 {\"runs\":[]}\n1"},
		{"{ \"runs\" : [ {\"id\":\"m\"} , {\"id\":\"n\"} ] }",
		 "1 runs {\"id\":\"m\"}\n2 runs {\"id\":\"n\"}\n+2 runs*2 {\"runs\":[]}\n1"},
		{"{\"suites\":[{\"id\":1,\"test_cases\":[{\"count\":2}]}]}",
		 "1 suites {\"id\":1,\"test_cases\":[{\"count\":2}]}\n+1 suites*1 "
		 "{\"suites\":[]}\n1"},
		{"{\"cases\":[{\"id\":1}]}", "1 cases {\"id\":1}\n+1 cases*1 {\"cases\":[]}\n1"},
		/* Playgent: a run with lists of its own */
		{"{\"run_id\":\"p\",\"turns\":[{\"input\":[]}]}",
		 "1 {\"run_id\":\"p\",\"turns\":[{\"input\":[]}]}\n1"},
		/* several lists, and one in vain */
		{"{\"suites\":[{\"id\":1}],\"cases\":[{\"id\":2},{\"id\":3}],\"x\":[4]}",
		 "1 suites {\"id\":1}\n2 cases {\"id\":2}\n3 cases {\"id\":3}\n"
		 "+3 cases*2 {\"cases\":[],\"suites\":[],\"x\":[4]}\n1"},
		/* arrays of envelopes, several envelopes, one a line */
		{"[{\"runs\":[1]},{\"runs\":[2],\"n\":0},{\"id\":3}]",
		 "1 runs 1\n+1 runs*1 {\"runs\":[]}\n2 runs 2\n+2 runs*1 {\"n\":0,\"runs\":[]}\n"
		 "3 {\"id\":3}\n1"},
		{"{\"data\":[1]}\n{\"data\":[2]}\n",
		 "1 data 1\n+1 data*1 {\"data\":[]}\n2 data 2\n+2 data*1 {\"data\":[]}\n2"},
		/* no envelope within a list, within a member, or under a longer name */
		{"{\"data\":[{\"runs\":[1]},[[2]]]}",
		 "1 data {\"runs\":[1]}\n2 data [[2]]\n+2 data*2 {\"data\":[]}\n1"},
		{"{\"a\":{\"data\":[1]},\"b\":\"data\",\"datas\":[2],\"dat\":[3]}",
		 "1 {\"a\":{\"data\":[1]},\"b\":\"data\",\"dat\":[3],\"datas\":[2]}\n1"},
		{"{\"a\":\"runs\",\"b\":[1],\"data\":null,\"c\":[2]}",
		 "1 {\"a\":\"runs\",\"b\":[1],\"c\":[2],\"data\":null}\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
}

static void test_bad_records(void **state)
{
	static const struct adapter_case cases[] = {
		/* brackets match: this record alone */
		{"[{\"a\":1},{\"a\":tru},{\"a\":3}]",
		 "1 {\"a\":1}\n2! line 1, column 17: not JSON\n3 {\"a\":3}\n1"},
		/* lines and columns count on over parts that were read by themselves */
		{"[{\"a\":1},\n{\"a\":\n2},{\"a\":\n3\n}, {\"a\":4},\n {\"a\":5}, {\"a\":tru}]",
		 "1 {\"a\":1}\n2 {\"a\":2}\n3 {\"a\":3}\n4 {\"a\":4}\n5 {\"a\":5}\n"
		 "6! line 6, column 18: not JSON\n1"},
		{"{\"a\":1 \"b\":2}\n{\"a\":3}", "1! line 1, column 10: not JSON\n2 {\"a\":3}\n2"},
		{"{\"a\":1,\"a\":2}\n{\"a\":3}",
		 "1! line 1, column 10: duplicate key\n2 {\"a\":3}\n2"},
		{"{\"a\":\"\tx\"} {\"a\":3}", "1! line 1, column 6: not JSON\n2 {\"a\":3}\n2"},
		{"{\"a\":\"\xFF\"}\n{\"a\":3}", "1! line 1, column 6: not UTF-8\n2 {\"a\":3}\n2"},
		{"{\"a\":1e400}\n{\"a\":3}",
		 "1! line 1, column 10: number out of range\n2 {\"a\":3}\n2"},
		{"{\"a\":[1,]}{\"a\":3}", "1! line 1, column 9: not JSON\n2 {\"a\":3}\n2"},
		{"{\"data\":[{\"a\":1},{a:2},{\"a\":3}]}",
		 "1 data {\"a\":1}\n2! line 1, column 19: not JSON\n3 data {\"a\":3}\n"
		 "+3 data*3 {\"data\":[]}\n1"},
		{"[tru,2]", "1! line 1, column 4: not JSON\n2 2\n1"},
		/* a line's end in a string: on to the next line that begins one */
		{"{\"a\":\"x\ny\"}\n{\"a\":2}\n",
		 "1! line 1, column 8: a line ends inside a string; reading goes on at line 3\n"
		 "2 {\"a\":2}\n2"},
		{"{\"a\":\"x, \"b\":\"y\"}\n{\"a\":2}\n",
		 "1! line 1, column 18: a line ends inside a string\n2 {\"a\":2}\n2"},
		{"{\"a\":\"x\\\n\"}\n{\"a\":2}\n",
		 "1! line 1, column 9: a line ends inside a string; reading goes on at line 3\n"
		 "2 {\"a\":2}\n2"},
		{"[{\"a\":\"x},\n{\"a\":2},\n{\"a\":3}]\n",
		 "1! line 1, column 11: a line ends inside a string\n2 {\"a\":2}\n3 {\"a\":3}\n1"},
		{"[{\"a\":\"x},\r\n{\"a\":2}]\n",
		 "1! line 1, column 12: a line ends inside a string\n2 {\"a\":2}\n1"},
		{"{\"data\":[\n{\"a\":\"x},\n{\"a\":2}\n],\"n\":1}\n",
		 "1! line 2, column 10: a line ends inside a string\n2 data {\"a\":2}\n"
		 "+2 data*2 {\"data\":[],\"n\":1}\n1"},
		{"[\n  {\n    \"a\": \"x,\n    \"b\": {}\n  },\n  {\n    \"a\": 2\n  }\n]\n",
		 "1! line 3, column 13: a line ends inside a string; reading goes on at line 6\n"
		 "2 {\"a\":2}\n1"},
		{"\"abc\n[1]", "1! line 1, column 5: a line ends inside a string\n2 1\n2"},
		/* one envelope a line: the next is no element of the broken one's list */
		{"{\"data\":[{\"a\":\"x}]}\n{\"data\":[2]}\n",
		 "1! line 1, column 20: a line ends inside a string\n2 data 2\n"
		 "+2 data*1 {\"data\":[]}\n2"},
		{"{\"data\":[{\"a\":[1\n{\"data\":[2]}\n",
		 "1! line 1, column 10: not closed before line 2\n2 data 2\n"
		 "+2 data*1 {\"data\":[]}\n2"},
		/* a mismatch likewise */
		{"{\"a\":[1,2}\n{\"a\":2}\n",
		 "1! line 1, column 10: `}` where `]` should be\n2 {\"a\":2}\n2"},
		{"[{\"a\":1]\n",
		 "1! line 1, column 8: `]` where `}` should be; the rest (2 bytes) was "
		 "not read\n1"},
		{"{\"a\":{]}}",
		 "1! line 1, column 7: `]` where `}` should be; the rest (3 bytes) was "
		 "not read\n1"},
		/* cut lines */
		{"{\"a\":1\n{\"a\":2}\n{\"a\":3", "1! line 1, column 1: not closed before line 2\n"
						  "2 {\"a\":2}\n"
						  "3! line 3, column 7: ends inside record 3\n3"},
		{"{\"a\":{\"b\":1\n[{\"a\":2}]\n",
		 "1! line 1, column 1: not closed before line 2\n2 {\"a\":2}\n2"},
		{"{\"a\":1,\n{\"a\":2}\n", "1! line 1, column 1: not closed before line 2\n"
					   "2 {\"a\":2}\n2"},
		{"[\n{\"a\":1,\"b\":[2\n{\"a\":3},\n{\"a\":4}\n]",
		 "1! line 2, column 1: not closed before line 3\n2 {\"a\":3}\n3 {\"a\":4}\n1"},
		{"{\"a\":\"x\n", "1! line 1, column 8: a line ends inside a string\n1"},
		{"{\"a\":\"x\nrest of it",
		 "1! line 1, column 8: a line ends inside a string; the rest "
		 "(11 bytes) was not read\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
}

static void test_cut_files(void **state)
{
	static const struct adapter_case cases[] = {
		{"{", "1! line 1, column 2: ends inside record 1\n1"},
		{"{\"a\":1}\n{\"a\":\"x",
		 "1 {\"a\":1}\n2! line 2, column 8: ends inside record 2\n2"},
		{"{\"a\":\"x\\", "1! line 1, column 9: ends inside record 1\n1"},
		{"[", "1! line 1, column 2: ends inside a list\n1"},
		{"[{\"a\":1},", "1 {\"a\":1}\n2! line 1, column 10: ends inside a list\n1"},
		{"[{\"a\":1}", "1 {\"a\":1}\n2! line 1, column 9: ends inside a list\n1"},
		{"{\"data\":[{\"a\":1},{\"a\"",
		 "1 data {\"a\":1}\n2! line 1, column 22: ends inside record 2\n1"},
		{"{\"data\":[{\"a\":1}]",
		 "1 data {\"a\":1}\n2! line 1, column 18: ends inside record 2\n1"},
		{"{\"data\":[{\"a\":1}],\"n\":",
		 "1 data {\"a\":1}\n2! line 1, column 23: ends inside "
		 "record 2\n1"},
		{"\"abc", "1! line 1, column 5: ends inside record 1\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
}

static void test_between_values(void **state)
{
	static const struct adapter_case cases[] = {
		{"[{\"a\":1},]",
		 "1 {\"a\":1}\n2! line 1, column 10: nothing between the last comma and "
		 "`]`\n1"},
		{"[1 2]", "1 1\n2! line 1, column 4: a comma is missing before this\n3 2\n1"},
		{"{\"data\":[{\"a\":1}{\"a\":2}]}",
		 "1 data {\"a\":1}\n2! line 1, column 17: a comma is missing before this\n"
		 "3 data {\"a\":2}\n+3 data*2 {\"data\":[]}\n1"},
		{"[1,,2]", "1 1\n2! line 1, column 4: a comma with nothing before it\n3 2\n1"},
		{"[,1]", "1! line 1, column 2: a comma with nothing before it\n2 1\n1"},
		{"{\"a\":1},\n{\"a\":2}",
		 "1 {\"a\":1}\n2! line 1, column 8: a comma outside of any list\n"
		 "3 {\"a\":2}\n2"},
		{"oops {\"a\":1} and, so on\n{\"a\":2}",
		 "1! line 1, column 1: text that is not JSON\n2 {\"a\":1}\n"
		 "3! line 1, column 14: text that is not JSON\n4 {\"a\":2}\n2"},
		{"2024-01-02 03:04 done {\"a\":1}",
		 "1! line 1, column 6: something follows the end of "
		 "the value\n2 {\"a\":1}\n2"},
		{"[1, oops, 2]", "1 1\n2! line 1, column 5: text that is not JSON\n3 2\n1"},
		{"[1 oops, 2]", "1 1\n2! line 1, column 4: text that is not JSON\n3 2\n1"},
		{"]{\"a\":1}}", "1! line 1, column 1: `]` outside of any list\n2 {\"a\":1}\n"
				"3! line 1, column 9: `}` outside of any object\n1"},
		{"[{\"data\":[1},{\"data\":[2]}]",
		 "1 data 1\n2! line 1, column 12: `}` where `]` should be\n3 data 2\n"
		 "+3 data*1 {\"data\":[]}\n1"},
		{"[1}]", "1 1\n2! line 1, column 3: `}` outside of any object\n1"},
	};
	static const struct raw_case raw[] = {
		{16, "{\"a\":1}\0\0{\"a\":2}",
		 "1 {\"a\":1}\n2! line 1, column 8: text that is not JSON\n3 {\"a\":2}\n2"},
		{4, "[1\0]", "1! line 1, column 3: holds the character NUL\n1"},
		{3, "\0\0\0", "1! line 1, column 1: text that is not JSON\n0"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
	check_raw_table(raw, LENGTH(raw));
}

/* What is wrong around a list is told where it stands in the blob. */
static void test_bad_rests(void **state)
{
	static const struct adapter_case cases[] = {
		{"{\"data\":[\n{\"a\":1},\n2],\n \"n\":tru}\n{\"a\":3}",
		 "1 data {\"a\":1}\n2 data 2\n3! line 4, column 8: not JSON\n4 {\"a\":3}\n2"},
		{"{\"n\":tru,\"data\":[\n1]}", "1 data 1\n2! line 1, column 8: not JSON\n1"},
		{"{\"data\":[1],\"runs\":[\n2],,\"x\":1}",
		 "1 data 1\n2 runs 2\n3! line 2, column 4: not JSON\n1"},
		{"{\"data\":[1],\"runs\" [\n2],\"x\":1}",
		 "1 data 1\n2! line 1, column 20: not JSON\n1"},
		{"{\"data\":[1],\n}", "1 data 1\n2! line 1, column 12: not JSON\n1"},
		{" {\"n\":1,\"data\":[1],\"n\":2}",
		 "1 data 1\n2! line 1, column 2: duplicate key\n1"},
		{" {\"data\":[1],\"data\":[2]}",
		 "1 data 1\n2 data 2\n3! line 1, column 2: duplicate key\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
}

static void test_no_json(void **state)
{
	static const struct adapter_case cases[] = {
		{"", "0! is empty\n0"},
		{" \n\t\r\n", "0! is empty\n0"},
		{"\xEF\xBB\xBF", "0! is empty\n0"},
		{"\xEF\xBB\xBF \n", "0! is empty\n0"},
		{"<!DOCTYPE html>\x1B[2J", "0! is HTML or XML, not JSON (an error page?)\n0"},
		{"\n <html>", "0! is HTML or XML, not JSON (an error page?)\n0"},
		{"PK\3\4abc", "0! is a ZIP archive: give it by its file name\n0"},
		{"PK\5\6abc", "0! is a ZIP archive: give it by its file name\n0"},
		{"BZh91AY", "0! is compressed by bzip2: unpack it first\n0"},
		{"\xFD\x37zXZ", "0! is compressed by xz: unpack it first\n0"},
		{"\x28\xB5\x2F\xFD", "0! is compressed by zstd: unpack it first\n0"},
	};
	static const struct raw_case raw[] = {
		{5, "\0\0\0\0\0", "0! is binary, not JSON\n0"},
		{6, "\xFF\xFE{\0}\0", "0! is UTF-16, not UTF-8\n0"},
		{6, "\xFE\xFF\0{\0}", "0! is UTF-16, not UTF-8\n0"},
		{4, "{\0}\0", "0! is UTF-16, not UTF-8\n0"},
		{4, "\0{\0}", "0! is UTF-16, not UTF-8\n0"},
		{8, "{\0\0\0}\0\0\0", "0! is UTF-32, not UTF-8\n0"},
		{8, "\0\0\0{\0\0\0}", "0! is UTF-32, not UTF-8\n0"},
		{4, "\x1F\x8B\x08\0", "0! is compressed by gzip: unpack it first\n0"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, false);
	check_raw_table(raw, LENGTH(raw));
}

static void test_failed_reads(void **state)
{
	static const struct adapter_case cases[] = {
		{"", "0! cannot read: it is a test\n0"},
		{"{\"a\":1}", "1 {\"a\":1}\n0! cannot read: it is a test\n1"},
		{"{\"a\":1}\n{\"a\"", "1 {\"a\":1}\n0! cannot read: it is a test\n2"},
		{"[1,\"x\",12", "1 1\n2 \"x\"\n0! cannot read: it is a test\n1"},
		{"{\"data\":[1],\"n\"", "1 data 1\n0! cannot read: it is a test\n1"},
		{"{\"a\":1]",
		 "1! line 1, column 7: `]` where `}` should be; the rest (1 bytes) was "
		 "not read\n0! cannot read: it is a test\n1"},
	};

	(void)state;
	check_table(cases, LENGTH(cases), &default_limits, true);
}

static void test_record_bytes(void **state)
{
	static const struct adapter_case cases[] = {
		/* ten bytes are taken, eleven are not, and what follows is read */
		{"{\"a\":1234}{\"a\":12345}{\"a\":3}",
		 "1 {\"a\":1234}\n2! line 1, column 11: longer than 10 bytes\n3 {\"a\":3}\n3"},
		{"[12345678901,1234567890]",
		 "1! line 1, column 2: longer than 10 bytes\n2 1234567890\n1"},
		{"\"12345678\"\"123456789\"",
		 "1 \"12345678\"\n2! line 1, column 11: longer than 10 "
		 "bytes\n2"},
		{"[[\"long\",{\"x\":\"longer still\"}],7]",
		 "1 \"long\"\n2! line 1, column 10: longer than 10 bytes\n3 7\n1"},
		/* the elements of a list do not count for the object around it */
		{"{\"runs\":[{\"a\":1},{\"a\":2345},{\"a\":34567}]}",
		 "1 runs {\"a\":1}\n2 runs {\"a\":2345}\n"
		 "3! line 1, column 29: longer than 10 bytes\n"
		 "4! line 1, column 1: longer than 10 bytes\n1"},
		{"{\"x\":\"long enough\",\"runs\":[1]} 2",
		 "1! line 1, column 1: longer than 10 bytes\n2 2\n2"},
	};
	struct limits limits = default_limits;

	(void)state;
	limits.record_bytes = 10;
	check_table(cases, LENGTH(cases), &limits, false);
}

static void test_record_memory(void **state)
{
	static const struct adapter_case cases[] = {
		{"{\"runs\":[{\"a\":[{},{},{},{},{},{},{},{}]},{}]}",
		 "1! line 1, column 10: needs more than 512 bytes of memory\n2 runs {}\n"
		 "+2 runs*2 {\"runs\":[]}\n1"},
		/* the budget is each record's own */
		{"[{},{},{},{},{}]", "1 {}\n2 {}\n3 {}\n4 {}\n5 {}\n1"},
	};
	struct limits limits = default_limits;

	(void)state;
	limits.record_memory = 512;
	check_table(cases, LENGTH(cases), &limits, false);
}

/* What a record needs is taken, one byte less is not. */
static void test_least_record_memory(void **state)
{
	struct bytes bytes = {.text = "{\"a\":[1,2,3]}", .length = 13};
	struct strbuf out = STRBUF_INIT;
	struct limits limits = default_limits;
	uint64_t least = 0;

	(void)state;
	for (limits.record_memory = 4096; limits.record_memory > 0; limits.record_memory--) {
		bool taken;

		read_all(&bytes, &limits, 0, NULL, &out);
		taken = strstr(out.text, "needs more") == NULL;
		if (!taken && !least)
			least = limits.record_memory + 1;
		assert_int_equal(taken, !least);
	}
	assert_in_range(least, 100, 4000);
	strbuf_release(&out);
}

static void nest(struct strbuf *text, const char *prefix, size_t depth, const char *suffix)
{
	strbuf_reset(text);
	strbuf_addstr(text, prefix);
	strbuf_pad(text, '[', depth);
	strbuf_pad(text, ']', depth);
	strbuf_addstr(text, suffix);
}

static size_t count_lines(const char *text, const char *holding)
{
	size_t lines = 0;

	while ((text = strstr(text, holding))) {
		lines++;
		text++;
	}
	return lines;
}

static void test_depth(void **state)
{
	static const struct {
		const char *prefix, *suffix;
		size_t depth, refused;
	} cases[] = {
		{"{\"a\":", "} {\"b\":1}", 2047, 0},
		{"{\"a\":", "} {\"b\":1}", 2048, 1},
		{"{\"a\":", "} {\"b\":1}", 5000, 1},
		{"{\"runs\":[", "]} {\"b\":1}", 2048, 0},
		{"{\"runs\":[", "]} {\"b\":1}", 2049, 1},
		{"", "{\"b\":1}", 2048, 0},
		{"", "{\"b\":1}", 2049, 1},
		{"", "{\"b\":1}", 5000, 1},
	};
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct bytes bytes = {.at = 0};

		nest(&text, cases[i].prefix, cases[i].depth, cases[i].suffix);
		bytes.text = text.text;
		bytes.length = text.length;
		for (size_t size = 0; size < 40; size++) {
			read_all(&bytes, &default_limits, size, NULL, &out);
			assert_int_equal(count_lines(out.text, "deeper than 2048 levels"),
					 cases[i].refused);
			assert_int_equal(count_lines(out.text, "!"), cases[i].refused);
			assert_int_equal(count_lines(out.text, " {\"b\":1}\n"), 1);
		}
	}
	strbuf_release(&text);
	strbuf_release(&out);
}

/* A blob of more records than memory would be given for: each in turn is all that is held. */
struct endless {
	struct bytes element;
	size_t left;
};

static int64_t endless_read(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct endless *endless = blob->state;
	struct blob inner = {.state = &endless->element};
	int64_t got = bytes_read(&inner, buffer, size, err);

	if (got || !endless->left)
		return got;
	endless->left--;
	endless->element.at = 0;
	return bytes_read(&inner, buffer, size, err);
}

static void test_memory_is_one_record(void **state)
{
	static const char text[] = "{\"runs\":[{\"a\":[{},{},{}]}],\"n\":1}\n";
	struct endless endless = {.element = {.text = text, .length = sizeof(text) - 1},
				  .left = 99999};
	struct blob blob = {.read = endless_read, .state = &endless};
	struct limits limits = default_limits;
	struct records *records;
	struct record record;
	struct error err;
	uint64_t count = 0;

	(void)state;
	limits.record_memory = 8192;
	limits.record_bytes = 64;
	records = records_new(&blob, &limits, 0);
	while (records_next(records, &record, &err) == RECORDS_RECORD &&
	       records_next(records, &record, &err) == RECORDS_REST)
		count++;
	assert_int_equal(count, 100000);
	assert_int_equal(records_sums(records).documents, 100000);
	assert_int_equal(records_sums(records).bytes, 100000 * (sizeof(text) - 1));
	records_free(records);
}

/* A list of an API's own name is a list of records where that was said, and not elsewhere. */
static void test_own_envelope(void **state)
{
	static const char text[] = "{\"calls\":[{\"a\":1}],\"data\":[2],\"n\":3}";

	(void)state;
	for (int told = 0; told < 2; told++) {
		struct bytes bytes = {.text = text, .length = sizeof(text) - 1};
		struct blob blob = {.read = bytes_read, .state = &bytes};
		struct records *records = records_new(&blob, &default_limits, 0);
		struct strbuf out = STRBUF_INIT;
		enum record_event event;
		struct record record;
		struct error err;

		if (told)
			records_walk(records, "calls");
		while ((event = records_next(records, &record, &err)) != RECORDS_END)
			add_event(&out, event, &record, &err);
		assert_string_equal(
			out.text, told ? "1 calls {\"a\":1}\n2 data 2\n"
					 "+2 data*1 {\"calls\":[],\"data\":[],\"n\":3}\n"
				       : "1 data 2\n"
					 "+1 data*1 {\"calls\":[{\"a\":1}],\"data\":[],\"n\":3}\n");
		strbuf_release(&out);
		records_free(records);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_cut_files),
		cmocka_unit_test(test_between_values),
		cmocka_unit_test(test_bad_rests),
		cmocka_unit_test(test_no_json),
		cmocka_unit_test(test_failed_reads),
		cmocka_unit_test(test_record_bytes),
		cmocka_unit_test(test_record_memory),
		cmocka_unit_test(test_least_record_memory),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_memory_is_one_record),
		cmocka_unit_test(test_own_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
