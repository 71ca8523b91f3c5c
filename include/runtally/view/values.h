/*
 * values: what templates see, as tables of typed rows.
 *
 * A kind of object is a class: a table of members. A member is one row, from which come its text
 * for people, its form for programs and its truth:
 *
 *	{"cost", MONEY, .at = offsetof(struct tally, cost_nano),
 *	 .known = KNOWN_COUNT | offsetof(struct tally, cost_known), .absent = "n/a",
 *	 .has = "has_cost", .raw = "cost.total"},
 *
 * `cost` prints `$1.23` (`n/a` where no run tells), `raw.cost.total` prints `1.23`, `has_cost` asks
 * whether it is known. All is made when a template asks for it, straight into the output, so a list
 * of a million runs costs nothing that is not printed. `-o view=PATH` prints members in the order
 * of their rows, each followed by its `has`; a test holds templates/README.md to the tables.
 */
#ifndef RUNTALLY_VIEW_VALUES_H
#define RUNTALLY_VIEW_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/template/mustache.h"

struct view;
struct member;
struct value_class;

/*
 * Classes by which tables of other files call what they are made of (view->classes): files need
 * none of those that show what they show.
 */
enum class_id {
	CLASS_NONE, /* the member names one of its own file, or its function makes one */
	CLASS_TALLY,
	CLASS_RUN,
	CLASS_CRITERION, /* of a run */
	CLASS_TURN,
	CLASS_MESSAGE,
	CLASS_PASSAGE,
	CLASS_CASE,
	CLASS_SUITE,
	CLASS_SOURCE,
	CLASS_MATRIX,
	CLASS_CELL,
	CLASS_OVER_TIME,
	CLASS_CASE_TRIES,
	CLASS_SUITE_CHANGE,
	CLASS_CASE_CHANGE,
	CLASS_COMPARISON,
	CLASS_FAILURE_GROUP,
	CLASS_CRITERION_GROUP, /* of all runs */
	CLASSES
};

/*
 * Of each kind: what lies at the member's place or what its function gives; how it reads. A figure
 * reads as "" where it is not known, or as `absent`, and has a second form, below `raw`.
 */
enum member_kind {
	TEXT,       /* a const char *, NULL: empty; or `text` */
	MARKUP,     /* the same, printed without being escaped where a template asks for that */
	FLAG,       /* a bool; or `flag` */
	ANY,        /* a uint64_t: whether it is above 0 */
	ONE,        /* a uint64_t: whether it is 1 */
	SET,        /* a pointer: whether it is not NULL */
	UNSET,      /* the same the other way round */
	IS,         /* an enum, of four bytes: whether its bit is in `mask` */
	IS_OUTCOME, /* an enum outcome, likewise */

	/* Figures: what lies there; or `number`.       for people           raw */
	COUNT,    /* a uint64_t or int64_t              12,345               12345 */
	SIZE,     /* a size_t                           12,345               12345 */
	DIGITS,   /* a uint64_t or int64_t              12345                12345 */
	BYTES,    /* a uint64_t                         1.5 MB               1500000 */
	MONEY,    /* an int64_t, billionths of a dollar $0.0123              0.0123 */
	DURATION, /* an int64_t, ms; below 0: unknown   2.4 s                2400 */
	PERCENT,  /* an int32_t, millionths             93.3 %               0.933333 */
	SHARE,    /* hundredths of a per cent           93.33                93.33 */
	SCORE,    /* an int32_t, millionths             0.88                 0.876543 */
	MICRO,    /* an int32_t, millionths             0.876543             0.876543 */
	TIME,     /* an int64_t, ms since 1970; UTC     2026-10-01T12:30:05.000Z  the same */
	SECOND,   /*                                    2026-10-01 12:30:05  as TIME */
	MINUTE,   /*                                    2026-10-01 12:30     as TIME */
	DAY,      /*                                    2026-10-01 (--tz)    as TIME */
	OUTCOME,  /* an enum outcome                    passed               passed */

	OBJECT,  /* what lies there, of the class named; or `object` */
	POINTER, /* the same, by a pointer to it; NULL: nothing */
	RAW,     /* the raw forms of the class's own members; last in its table */
	LIST,    /* an array of the class named; or `list`, or `next` */
	MEMBERS, /* the members of the class named stand here, as if they were in this table */
};

/* What is not known of a figure; TIME_UNKNOWN is the same. */
#define FIGURE_UNKNOWN INT64_MIN

/*
 * Functions of members get the value of the object that the member belongs to, with of->context
 * (the view), of->object, of->index (position in its list), and the member itself in of->detail.
 */
typedef int64_t member_number(const struct value *of); /* FIGURE_UNKNOWN: not known */
typedef void member_text(const struct value *of, struct strbuf *out); /* empty: falsey */
typedef bool member_flag(const struct value *of);
/* Makes *out with value_of; false: nothing there. */
typedef bool member_object(const struct value *of, struct value *out);
typedef bool member_next(const struct value *of, struct value_cursor *cursor, struct value *out);
/* Another object than of->object from which `at` counts; NULL: there is none, nothing is known. */
typedef const void *member_from(const struct value *of);

/* Whether an item of an array is in the list. */
typedef bool member_keeps(const struct value *of, const void *item, size_t index);

/* An array that is walked, and what of it is in the list. */
struct value_list {
	const void *items;
	size_t count;
	size_t size;         /* of an item; 0: all are the same object and differ by their index */
	bool pointers;       /* the items are pointers to the objects */
	member_keeps *keeps; /* NULL: all are in the list */
	bool by_place;       /* an element's index is its place in the array, else in the list */
	size_t first_index;  /* of the array's first item, where the index is the place */
	bool cut;            /* only `most` elements from `first` on are in the list */
	size_t first, most;
};
/* Fills in *list, which is all zero at first: an empty list. Asked anew for each element. */
typedef void member_list(const struct value *of, struct value_list *list);

/* An array of objects of `size` bytes, or of pointers to them. */
static inline void value_items(struct value_list *list, const void *items, size_t count,
			       size_t size)
{
	list->items = items;
	list->count = count;
	list->size = size;
}

static inline void value_pointers(struct value_list *list, const void *items, size_t count)
{
	list->items = items;
	list->count = count;
	list->pointers = true;
}

/* For `known`: at this offset lies a bool, or a uint64_t that is above 0, where it is known. */
enum { KNOWN_FLAG = 1 << 30, KNOWN_COUNT = 1 << 29 };

struct member {
	const char *name; /* NULL: only its raw form has one */
	enum member_kind kind;
	/* Where this is set, it takes the place of what lies there, and `at` is its own. */
	union {
		member_number *number;
		member_text *text;
		member_flag *flag;
		member_object *object;
		member_next *next;
	};
	size_t at;         /* an offset in of->object, or in what `from` gives */
	unsigned known;    /* of a figure: of what tells whether it is known; 0: nothing does */
	unsigned mask;     /* of IS and IS_OUTCOME */
	member_from *from; /* NULL: of->object itself */
	size_t via;        /* 1 + the offset of a pointer there that leads to where `at` counts */
	/* Of a list: an array to which a pointer lies there, or what `list` makes of it. */
	unsigned count, size; /* the offset of its size_t count; of an item; 0: pointers to them */
	unsigned cut;         /* 1 + the enum view_list of which only a part is shown; 0: none */
	bool parts; /* no array: its elements are of->object itself, told apart by index */
	member_keeps *keeps;
	member_list *list;
	bool in_place; /* of another object: it keeps the index of this one, else it has 0 */
	/* Of an object or a list's elements: a class of the same file, or the id of another's. */
	const struct value_class *class;
	enum class_id is;
	member_flag *least; /* of a figure: whether it may be more; `≥ ` stands before it */
	void (*show)(struct strbuf *out, int64_t figure); /* for people, instead of its kind's */
	const char *absent;
	/*
	 * A flag beside the member: whether it is known; of counts that always are, whether it is
	 * above 0; of texts and lists, whether there are any, in a list before it is cut.
	 */
	const char *has;
	const char *raw; /* its name below `raw`; with a dot, in an object that comes and goes
			    with the truth of its first member */
};

#define VIA(type, pointer) .via = 1 + offsetof(type, pointer)
/* Parts of of->object, of which a struct that `at` is in tells how many there are. */
#define PARTS(type, how_many) .count = offsetof(type, how_many), .parts = true
/* An array and its count, both of a struct that `at` is in; of pointers to its items. */
#define ITEMS(type, items, how_many)                                                               \
	.at = offsetof(type, items), .count = offsetof(type, how_many),                            \
	.size = sizeof(*((type *)NULL)->items)
#define POINTERS(type, items, how_many)                                                            \
	.at = offsetof(type, items), .count = offsetof(type, how_many)

struct value_class {
	const char *name;
	const struct member *members;
	size_t count;
	const struct value_class
		*base; /* members looked up when not found here; same object; or NULL */
};

#define MEMBER_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Classes of a table of members. */
#define CLASS(title, table)                                                                        \
	{                                                                                          \
		.name = (title), .members = (table), .count = MEMBER_COUNT(table)                  \
	}
#define CLASS_BASED(title, table, below)                                                           \
	{                                                                                          \
		.name = (title), .members = (table), .count = MEMBER_COUNT(table), .base = (below) \
	}

/* A value of class `class`: `object` is what the class's functions expect in of->object. */
struct value value_of(const struct value_class *class, const struct view *view, const void *object,
		      size_t index);
static inline const struct view *value_view(const struct value *value)
{
	return value->context;
}
/* A value of the class that the member names whose function is called. */
struct value value_made(const struct value *of, const void *object, size_t index);
/* The member whose function is called. */
static inline const struct member *value_member(const struct value *of)
{
	return of->detail;
}
/* What `of`'s member lies at; NULL: `from` gives nothing. */
const void *value_field(const struct value *of);

/* Whether it is no text but true or false. */
bool value_is_flag(const struct value *value);
/*
 * Calls `each` with the names of an object's members, in their order, those of bases last; without
 * what every object has.
 */
typedef void value_name_fn(void *ctx, const struct value *object, const char *name, size_t length);
void value_names(const struct value *object, value_name_fn *each, void *ctx);

/* Prints all values below `root` as JSON, lists cut after `list_limit` elements (0: not cut). */
int view_print(const struct value *root, size_t list_limit, render_sink *sink, void *ctx,
	       struct error *err);

#endif
