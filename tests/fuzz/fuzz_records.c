/*
 * Any bytes through the scanner: it ends, the size of the buffer changes nothing, and of one
 * object without lists jansson alone says the same.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/strbuf.h"
#include "runtally/input/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const uint8_t *data;
	size_t size, at;
};

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static int64_t bytes_read(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct bytes *bytes = blob->state;
	size_t left = bytes->size - bytes->at;

	(void)err;
	if (size > left)
		size = left;
	if (size)
		memcpy(buffer, bytes->data + bytes->at, size);
	bytes->at += size;
	return (int64_t)size;
}

static void add_event(struct strbuf *out, enum record_event event, const struct record *record,
		      const struct error *err)
{
	const char *shown = event == RECORDS_BAD ? err->text : "-";
	json_t *json = NULL;
	char *text = NULL;

	if (record->value) {
		json = json_value_to_jansson(record->value);
		text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
		shown = event == RECORDS_BAD ? shown : text;
	}
	strbuf_addf(out, "%d %zu %llu+%llu %zu %s %s\n", (int)event, record->number,
		    (unsigned long long)record->offset, (unsigned long long)record->length,
		    record->listed, record->list ? record->list : "-", shown);
	free(text);
	json_decref(json);
}

/* Returns how many events there were. `wanted` (or NULL) makes them come the fast way. */
static size_t read_all(const uint8_t *data, size_t size, size_t buffer_size,
		       const struct wanted *wanted, struct strbuf *out)
{
	struct bytes bytes = {.data = data, .size = size};
	struct blob blob = {.read = bytes_read, .state = &bytes};
	struct limits limits = default_limits;
	struct records *records;
	enum record_event event;
	struct record record;
	struct error err;
	size_t events = 0, numbered = 0;

	limits.record_bytes = 4096;
	records = records_new(&blob, &limits, buffer_size);
	records_want(records, wanted);
	while ((event = records_next(records, &record, &err)) != RECORDS_END) {
		/* Each event has passed a byte of its own, but that a comma is missing. */
		demand(++events <= 2 * size + 2);
		demand(record.offset + record.length <= size);
		if (event != RECORDS_REST && record.number)
			demand(record.number == ++numbered);
		if (event == RECORDS_RECORD)
			record.value = records_whole(records, &record, &err);
		demand(event != RECORDS_RECORD || record.value);
		add_event(out, event, &record, &err);
	}
	demand(records_sums(records).count == numbered);
	demand(records_sums(records).bytes <= size);
	records_free(records);
	return events;
}

static bool has_list(const json_t *object)
{
	return json_is_array(json_object_get(object, "data")) ||
	       json_is_array(json_object_get(object, "runs")) ||
	       json_is_array(json_object_get(object, "cases")) ||
	       json_is_array(json_object_get(object, "suites"));
}

/* What the scanner says of an input that is one object and nothing else. */
static void compare_with_jansson(const uint8_t *data, size_t size, const char *events, size_t count)
{
	json_t *value = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	const char *list = strstr(events, " - ");
	bool one_object = count == 1 && events[0] == '0' + RECORDS_RECORD && list && list[3] == '{';

	if (memchr(data, 0, size) || memchr(data, 0x1E, size) || data[0] == 0xEF || size > 4096)
		;
	else if (json_is_object(value) && !has_list(value))
		demand(one_object);
	else if (!value)
		demand(!one_object);
	json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wanted *wanted;
	struct strbuf once = STRBUF_INIT, again = STRBUF_INIT;
	size_t events;

	if (!size)
		return 0;
	if (!wanted) {
		wanted = wanted_new();
		wanted_add(wanted, "*?");
		wanted_add(wanted, "a");
	}
	events = read_all(data, size, 64 * 1024, NULL, &once);
	read_all(data, size, 1 + data[size / 2] % 16, NULL, &again);
	demand(strcmp(once.text, again.text) == 0);
	for (size_t buffer = 1 + data[size / 2] % 16; buffer; buffer = buffer < 64 ? 4096 : 0) {
		strbuf_reset(&again);
		read_all(data, size, buffer, wanted, &again);
		demand(strcmp(once.text, again.text) == 0);
	}
	compare_with_jansson(data, size, once.text, events);
	strbuf_release(&once);
	strbuf_release(&again);
	return 0;
}
