/*
 * arena: memory that is given back all at once, and the one place (with strbuf) that allocates.
 *
 * Out of memory ends the program: `memory_exhausted` is called and must not return. main sets it
 * to a function that says so and ends with status 4; its default aborts. So no caller checks.
 */
#ifndef RUNTALLY_BASE_ARENA_H
#define RUNTALLY_BASE_ARENA_H

#include <stddef.h>

extern void (*memory_exhausted)(void);

/* Heap memory that is never NULL. The caller frees it with memory_free. */
void *memory_alloc(size_t size);
void *memory_resize(void *old, size_t size);
void memory_free(void *old);
char *memory_strdup(const char *text);

/*
 * Makes room for `need` items of `size` bytes in the heap array `items`, whose capacity is
 * `*capacity`; returns the (possibly moved) array. New items are not initialised.
 */
void *array_reserve(void *items, size_t *capacity, size_t need, size_t size);

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* bytes handed out since the last reset */
	size_t budget;              /* of arena_try_alloc; 0: none */
};

/* `budget` bytes at most through arena_try_alloc; 0 means no limit. */
void arena_init(struct arena *arena, size_t budget);
/* Gives all memory back to the system. The arena may be used again. */
void arena_release(struct arena *arena);
/* Forgets all that was handed out, keeps one block for the next use. */
void arena_reset(struct arena *arena);

/* Moves all memory of `from`, with what is in it. */
void arena_adopt(struct arena *arena, struct arena *from);

/*
 * Memory aligned for pointers, doubles and 64-bit integers, not initialised, alive until reset or
 * release. Never NULL.
 */
void *arena_alloc(struct arena *arena, size_t size);
/* The same, zeroed. */
void *arena_zalloc(struct arena *arena, size_t size);
/* The same as arena_alloc, but NULL where the budget would be exceeded. */
void *arena_try_alloc(struct arena *arena, size_t size);
/* Copies `length` bytes and ends them with a NUL; the copy takes no byte more. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
