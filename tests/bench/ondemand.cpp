/*
 * Baseline: simdjson On-Demand. Each record is walked once, in the order of its members; what is
 * not wanted is skipped.
 *
 *   ondemand FILE            one array of records
 *   ondemand --lines FILE    a record a line
 */
#include <cstdio>
#include <cstring>
#include <exception>

#include <simdjson.h>

#include "tally.h"

using namespace simdjson;

/* The text of a key ends in a quote. */
template <size_t N> static bool is(const char *key, const char (&name)[N])
{
	return std::memcmp(key, name, N - 1) == 0 && key[N - 1] == '"';
}

static text text_of(ondemand::value value)
{
	std::string_view view;

	if (value.get_string().get(view))
		return {nullptr, 0};
	return {view.data(), view.size()};
}

/* A member of a small object. */
static text text_in(ondemand::value value, const char *name)
{
	std::string_view view;

	if (value.get_object().find_field_unordered(name).get_string().get(view))
		return {nullptr, 0};
	return {view.data(), view.size()};
}

static void read_metrics(extract &run, ondemand::value value)
{
	ondemand::object metrics = value.get_object();

	run.latency_count++;
	run.latency_ms += metrics["latency_ms"].get_uint64();
	ondemand::object tokens = metrics["tokens"].get_object();
	run.tokens_input += tokens["input"].get_uint64();
	run.tokens_output += tokens["output"].get_uint64();
}

static void read_turns(extract &run, ondemand::value value)
{
	for (auto turn : value.get_array())
		for (auto field : turn.get_object())
			if (is(field.key().value().raw(), "metrics"))
				read_metrics(run, field.value());
}

static void read_test_case(extract &run, ondemand::value value)
{
	for (auto field : value.get_object()) {
		const char *key = field.key().value().raw();

		if (is(key, "id") || is(key, "testCaseId"))
			run.test_case = text_of(field.value());
		else if (is(key, "test_suite_id"))
			run.suite = text_of(field.value());
	}
}

static void read_summary(extract &run, ondemand::value value)
{
	run.has_cost = !value.get_object()["total_cost_usd"].get_double().get(run.cost_usd);
}

static void read_object(extract &run, ondemand::object object);

/* By its first letter first: there are many keys, and most are not wanted. */
static void read_member(extract &run, const char *key, ondemand::value value)
{
	switch (key[0]) {
	case 'a':
		if (is(key, "agent"))
			run.suite = text_in(value, "name");
		break;
	case 'c':
		if (is(key, "completed_at") || is(key, "completedDate"))
			run.ended = text_of(value);
		else if (is(key, "createdDate"))
			run.started = text_of(value);
		else if (is(key, "created_at") && !run.started.bytes)
			run.started = text_of(value);
		break;
	case 'd':
		if (is(key, "data")) {
			run.source = SOURCE_KAPSO;
			read_object(run, value.get_object());
		}
		break;
	case 'e':
		if (is(key, "ended_at"))
			run.ended = text_of(value);
		else if (is(key, "execution_completed"))
			run.completed = value.get_bool();
		else if (is(key, "error"))
			run.broken = !value.is_null();
		break;
	case 'i':
		if (is(key, "id"))
			run.id = text_of(value);
		else if (is(key, "isSuccessful"))
			run.success = value.get_bool();
		break;
	case 'j':
		if (is(key, "jobId")) {
			run.source = SOURCE_SIGMAMIND;
			run.id = text_of(value);
		}
		break;
	case 'r':
		if (is(key, "run_id")) {
			run.id = text_of(value);
		} else if (is(key, "run")) {
			run.source = SOURCE_MAGPIPE;
			read_object(run, value.get_object());
		}
		break;
	case 's':
		if (is(key, "status"))
			run.status = text_of(value);
		else if (is(key, "success"))
			run.success = value.get_bool();
		else if (is(key, "score"))
			run.has_score = !value.get_double().get(run.score);
		else if (is(key, "started_at"))
			run.started = text_of(value);
		else if (is(key, "summary"))
			read_summary(run, value);
		break;
	case 't':
		if (is(key, "test_id")) {
			run.source = SOURCE_TELNYX;
			run.test_case = text_of(value);
		} else if (is(key, "turns")) {
			run.source = SOURCE_PLAYGENT;
			read_turns(run, value);
		} else if (is(key, "test_case") || is(key, "testCase")) {
			read_test_case(run, value);
		} else if (is(key, "test_case_id")) {
			run.test_case = text_of(value);
		} else if (is(key, "test_cases")) {
			run.suite = text_in(value, "suite_id");
		}
		break;
	}
}

static void read_object(extract &run, ondemand::object object)
{
	for (auto field : object)
		read_member(run, field.key().value().raw(), field.value());
}

static void read_record(ondemand::object record)
{
	extract run = {};

	read_object(run, record);
	tally_add(&run);
}

static void read_array(const char *path)
{
	padded_string json = padded_string::load(path);
	ondemand::parser parser;
	ondemand::document document = parser.iterate(json);

	for (auto record : document.get_array())
		read_record(record.get_object());
}

static void read_lines(const char *path)
{
	padded_string json = padded_string::load(path);
	ondemand::parser parser;
	ondemand::document_stream documents = parser.iterate_many(json);

	for (auto document : documents)
		read_record(document.get_object());
}

int main(int argc, char **argv)
{
	bool lines = argc == 3 && std::strcmp(argv[1], "--lines") == 0;

	if (argc != 2 && !lines) {
		std::fprintf(stderr, "usage: ondemand [--lines] FILE\n");
		return 2;
	}
	try {
		lines ? read_lines(argv[2]) : read_array(argv[1]);
	} catch (const std::exception &trouble) {
		std::fprintf(stderr, "ondemand: %s\n", trouble.what());
		return 1;
	}
	tally_print();
	return 0;
}
