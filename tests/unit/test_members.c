/*
 * The tables of what templates see: whether their rows are well formed. With the argument `names`,
 * prints all names that templates may ask for, each with its class: for tests/lint.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "runtally/view/view.h"

enum { CLASSES_MOST = 100 };

/* Classes that can be reached from the report. */
struct classes {
	const struct value_class *items[CLASSES_MOST];
	size_t count;
};

static const struct value_class *class_of(const struct member *member)
{
	return member->class ? member->class : view_classes[member->is];
}

static void reach(struct classes *classes, const struct value_class *class)
{
	if (!class)
		return;
	for (size_t i = 0; i < classes->count; i++)
		if (classes->items[i] == class)
			return;
	assert_true(classes->count < CLASSES_MOST);
	classes->items[classes->count++] = class;
	reach(classes, class->base);
	for (size_t i = 0; i < class->count; i++)
		reach(classes, class_of(&class->members[i]));
}

static void reach_all(struct classes *classes)
{
	static const struct view view;

	*classes = (struct classes){.count = 0};
	reach(classes, view_root(&view).detail);
}

static bool is_made_of(enum member_kind kind)
{
	return kind == OBJECT || kind == POINTER || kind == LIST || kind == MEMBERS;
}

static void check_row(const struct value_class *class, const struct member *member)
{
	bool tests = member->kind == IS || member->kind == IS_OUTCOME;

	if (!member->name && !member->raw && member->kind != MEMBERS)
		fail_msg("%s: a row without a name", class->name);
	if (is_made_of(member->kind) != (class_of(member) != NULL))
		fail_msg("%s: %s: what it is made of", class->name, member->name);
	if (member->class && member->is)
		fail_msg("%s: %s: has two classes", class->name, member->name);
	if (tests && !member->mask)
		fail_msg("%s: %s: is never", class->name, member->name);
	if (member->has && !member->name)
		fail_msg("%s: %s: a truth of a raw form", class->name, member->has);
	if (member->kind == RAW && member != &class->members[class->count - 1])
		fail_msg("%s: rows behind its RAW", class->name);
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Names of a class, those of its own tables only: a base's may be hidden. */
static void check_names(const struct value_class *class)
{
	for (size_t i = 0; i < class->count; i++) {
		const struct member *a = &class->members[i];

		assert_false(is_same(a->name, a->has));
		for (size_t j = 0; j < i; j++) {
			const struct member *b = &class->members[j];

			if (is_same(a->name, b->name) || is_same(a->name, b->has) ||
			    is_same(a->has, b->name) || is_same(a->has, b->has))
				fail_msg("%s: two members have a name: %s", class->name, a->name);
			if (is_same(a->raw, b->raw))
				fail_msg("%s: two raw forms have a name: %s", class->name, a->raw);
		}
	}
}

static bool has_raw(const struct value_class *class)
{
	const struct member *last = &class->members[class->count - 1];
	bool any = false;

	for (size_t i = 0; i < class->count; i++)
		any = any || class->members[i].raw;
	return !any || last->kind == RAW;
}

static void well_formed(void **state)
{
	struct classes classes;

	(void)state;
	reach_all(&classes);
	assert_true(classes.count > 40);
	for (size_t i = 0; i < classes.count; i++) {
		const struct value_class *class = classes.items[i];

		assert_non_null(class->name);
		for (size_t row = 0; row < class->count; row++)
			check_row(class, &class->members[row]);
		check_names(class);
		if (!has_raw(class))
			fail_msg("%s: nothing shows its raw forms", class->name);
	}
}

/* Every class that has an id can be reached. */
static void ids(void **state)
{
	struct classes classes;

	(void)state;
	reach_all(&classes);
	for (size_t id = CLASS_NONE + 1; id < CLASSES; id++) {
		size_t count = classes.count;

		assert_non_null(view_classes[id]);
		reach(&classes, view_classes[id]);
		assert_int_equal(classes.count, count);
	}
}

static void print_name(const struct value_class *class, const char *name)
{
	for (size_t length; name && *name; name += length + (name[length] == '.')) {
		length = strcspn(name, ".");
		printf("%s: %.*s\n", class->name, (int)length, name);
	}
}

static int print_names(void)
{
	struct classes classes;

	reach_all(&classes);
	for (size_t i = 0; i < classes.count; i++)
		for (size_t row = 0; row < classes.items[i]->count; row++) {
			const struct member *member = &classes.items[i]->members[row];

			print_name(classes.items[i], member->name);
			print_name(classes.items[i], member->has);
			print_name(classes.items[i], member->raw);
		}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed),
		cmocka_unit_test(ids),
	};

	if (argc > 1 && strcmp(argv[1], "names") == 0)
		return print_names();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
