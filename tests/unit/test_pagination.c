#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ingest/batch.h"
#include "ingest/pagination.h"
#include "runtally/base/strbuf.h"
#include "steps.h"

extern const struct adapter adapter_kapso, adapter_magpipe, adapter_sigmamind, adapter_telnyx;

/* One list: what stood around it, how long it was, and whose its records were. */
struct list {
	const char *rest;
	size_t listed;
	const struct adapter *owner;
	const char *file;
};

static void add(struct batch *batch, const struct list *list)
{
	struct page_info page = {.owner = list->owner,
				 .file = list->file ? list->file : "a.json",
				 .opened = "in/a.json",
				 .listed = list->listed};
	json_t *rest = json_loads(list->rest, 0, NULL);
	struct arena arena;

	assert_non_null(rest);
	arena_init(&arena, 0);
	page_info_read(&page, json_value_of_jansson(rest, &arena));
	batch_add_pages(batch, &page, 1);
	arena_release(&arena);
	json_decref(rest);
}

/* The notes as `file: text` lines. */
static void check(const struct list *lists, size_t count, const char *expected)
{
	struct batch batch;
	struct strbuf text = STRBUF_INIT;
	struct notes notes;

	batch_init(&batch, 100);
	notes_init(&notes, 100);
	for (size_t i = 0; i < count; i++)
		add(&batch, &lists[i]);
	pages_check(batch.pages, batch.page_count, &notes);
	for (size_t i = 0; i < notes.count; i++) {
		assert_int_equal(notes.items[i].severity, SEVERITY_WARNING);
		assert_string_equal(notes.items[i].opened, "in/a.json");
		strbuf_addf(&text, "%s: %s\n", notes.items[i].file, notes.items[i].text);
	}
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
	notes_release(&notes);
	batch_release(&batch);
}

#define CUT "this export may be cut short"

static void one_list(void **state)
{
	static const struct {
		struct list list;
		const char *expected;
	} cases[] = {
		{{"{}", 3, &adapter_kapso, NULL}, ""},
		/* Telnyx counts from 1 */
		{{"{\"meta\":{\"page_number\":1,\"page_size\":20,\"total_pages\":1,"
		  "\"total_results\":3}}",
		  3, &adapter_telnyx, NULL},
		 ""},
		{{"{\"meta\":{\"page_number\":1,\"total_pages\":2,\"total_results\":30}}", 20,
		  &adapter_telnyx, NULL},
		 "a.json: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n"},
		{{"{\"meta\":{\"page_number\":3,\"total_pages\":3,\"total_results\":50}}", 10,
		  &adapter_telnyx, NULL},
		 "a.json: page 3 of 3: " CUT " (2 of its pages are not among the inputs)\n"},
		/* Kapso's generic envelope, in both spellings */
		{{"{\"meta\":{\"page\":2,\"per_page\":20,\"total_pages\":4,\"total_count\":70}}",
		  20, &adapter_kapso, NULL},
		 "a.json: page 2 of 4: " CUT " (3 of its pages are not among the inputs)\n"},
		{{"{\"meta\":{\"current_page\":1,\"total_pages\":2,\"total_count\":25}}", 20,
		  &adapter_kapso, NULL},
		 "a.json: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n"},
		/* SigmaMind counts from 0, in the envelope itself */
		{{"{\"page\":0,\"size\":20,\"totalCount\":5,\"totalPages\":1,\"hasNext\":false}", 5,
		  &adapter_sigmamind, NULL},
		 ""},
		{{"{\"page\":0,\"size\":20,\"totalCount\":25,\"totalPages\":2,\"hasNext\":true}",
		  20, &adapter_sigmamind, NULL},
		 "a.json: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n"},
		{{"{\"page\":1,\"size\":20,\"totalCount\":25,\"totalPages\":2,\"hasNext\":false}",
		  5, &adapter_sigmamind, NULL},
		 "a.json: page 2 of 2: " CUT " (1 of its pages is not among the inputs)\n"},
		{{"{\"hasNext\":true}", 20, &adapter_sigmamind, NULL},
		 "a.json: more pages follow this one: " CUT "\n"},
		{{"{\"page\":0,\"hasNext\":true}", 20, &adapter_sigmamind, NULL},
		 "a.json: more pages follow this one: " CUT "\n"},
		{{"{\"hasNext\":false}", 20, &adapter_sigmamind, NULL}, ""},
		/* what is no whole number says nothing */
		{{"{\"meta\":{\"page_number\":\"1\",\"total_pages\":2}}", 20, &adapter_telnyx,
		  NULL},
		 ""},
		{{"{\"meta\":{\"page_number\":0,\"total_pages\":2}}", 20, &adapter_telnyx, NULL},
		 ""},
		{{"{\"meta\":{\"page_number\":-1,\"total_pages\":-2}}", 20, &adapter_telnyx, NULL},
		 ""},
		{{"{\"meta\":[1],\"page\":null}", 20, &adapter_telnyx, NULL}, ""},
		{{"{\"page\":0.5,\"totalPages\":2}", 20, &adapter_sigmamind, NULL}, ""},
		/* Magpipe's silent caps */
		{{"{}", 49, &adapter_magpipe, NULL}, ""},
		{{"{}", 50, &adapter_magpipe, NULL},
		 "a.json: a list of exactly 50, where magpipe cuts silently: " CUT "\n"},
		{{"{}", 51, &adapter_magpipe, NULL}, ""},
		{{"{}", 200, &adapter_magpipe, NULL},
		 "a.json: a list of exactly 200, where magpipe cuts silently: " CUT "\n"},
		{{"{}", 50, &adapter_telnyx, NULL}, ""},
		{{"{}", 50, NULL, NULL}, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i].list, 1, cases[i].expected);
}

#define TELNYX(number, pages, results)                                                             \
	"{\"meta\":{\"page_number\":" #number ",\"total_pages\":" #pages                           \
	",\"total_results\":" #results "}}"

static void complete_sets(void **state)
{
	static const struct list backwards[] = {
		{TELNYX(3, 3, 50), 10, &adapter_telnyx, "c"},
		{TELNYX(1, 3, 50), 20, &adapter_telnyx, "a"},
		{TELNYX(2, 3, 50), 20, &adapter_telnyx, "b"},
	};
	static const struct list pair[] = {
		{TELNYX(1, 2, 30), 20, &adapter_telnyx, "a"},
		{TELNYX(2, 2, 30), 10, &adapter_telnyx, "b"},
	};

	(void)state;
	check(backwards, 3, "");
	check(pair, 2, "");
}

static void sets_are_kept_apart(void **state)
{
	static const struct list others[] = {
		/* another source */
		{TELNYX(1, 2, 30), 20, &adapter_telnyx, "a"},
		{TELNYX(2, 2, 30), 10, &adapter_kapso, "b"},
	};
	static const struct list results[] = {
		/* another list: 31 results, not 30 */
		{TELNYX(1, 2, 30), 20, &adapter_telnyx, "a"},
		{TELNYX(2, 2, 31), 11, &adapter_telnyx, "b"},
	};
	static const char expected[] =
		"a: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n"
		"b: page 2 of 2: " CUT " (1 of its pages is not among the inputs)\n";

	(void)state;
	check(others, 2, expected);
	check(results, 2, expected);
}

/* Two lists of equal length: a page of one is not there because the other has it. */
static void two_lists_that_look_alike(void **state)
{
	static const struct list lists[] = {
		{TELNYX(1, 2, 30), 20, &adapter_telnyx, "first-1"},
		{TELNYX(2, 2, 30), 10, &adapter_telnyx, "first-2"},
		{TELNYX(1, 2, 30), 20, &adapter_telnyx, "second-1"},
		{TELNYX(2, 2, 30), 10, &adapter_telnyx, "second-2"},
	};

	(void)state;
	check(lists, 4, "");
	check(lists, 3,
	      "first-1: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n"
	      "second-1: page 1 of 2: " CUT " (1 of its pages is not among the inputs)\n");
}

/* To check so many pages of a list, and then one of a list whose number of pages cannot be. */
static uint64_t steps_of(int pages, bool absurd)
{
	struct batch batch;
	struct notes notes;
	char rest[128];
	uint64_t begun;

	batch_init(&batch, 100);
	notes_init(&notes, 100);
	for (int i = 1; i <= pages; i++) {
		snprintf(rest, sizeof(rest),
			 "{\"meta\":{\"page_number\":%d,\"total_pages\":%d,\"total_results\":9}}",
			 i, pages);
		add(&batch, &(struct list){rest, 20, &adapter_telnyx, NULL});
	}
	if (absurd)
		add(&batch, &(struct list){"{\"page\":0,\"totalPages\":9000000000000000000}", 20,
					   &adapter_sigmamind, NULL});
	begun = steps;
	pages_check(batch.pages, batch.page_count, &notes);
	begun = steps - begun;
	assert_int_equal(notes.count, absurd);
	if (absurd)
		assert_string_equal(notes.items[0].text,
				    "page 1 of 9000000000000000000: " CUT
				    " (8999999999999999999 of its pages are not among the inputs)");
	notes_release(&notes);
	batch_release(&batch);
	return begun;
}

/* A year of pages, and a number of pages that nobody can have: neither may take long. */
static void many_pages(void **state)
{
	uint64_t few = steps_of(1250, false), many = steps_of(5000, false);

	(void)state;
	assert_in_range(few, 1250, UINT64_MAX);
	assert_in_range(many, few, few * 6);
	assert_in_range(steps_of(1250, true), few, few * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_list),
		cmocka_unit_test(complete_sets),
		cmocka_unit_test(sets_are_kept_apart),
		cmocka_unit_test(two_lists_that_look_alike),
		cmocka_unit_test(many_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
