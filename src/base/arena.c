#include "runtally/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The strictest of what is kept in arenas. */
union aligned {
	int64_t number;
	double real;
	void *pointer;
	void (*function)(void);
};

enum { BLOCK_SIZE = 64 * 1024, ALIGNMENT = _Alignof(union aligned) };

/* Aligned memory is taken from the front, texts from the back: so neither leaves holes. */
struct arena_block {
	struct arena_block *older;
	size_t capacity;
	size_t used, texts; /* bytes at the front and at the back */
	union aligned data[];
};

void (*memory_exhausted)(void) = abort;

static void *checked(void *memory)
{
	if (!memory) {
		memory_exhausted();
		abort();
	}
	return memory;
}

void *memory_alloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *memory_resize(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

void memory_free(void *old)
{
	free(old);
}

char *memory_strdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_alloc(size), text, size);
}

void *array_reserve(void *items, size_t *capacity, size_t need, size_t size)
{
	size_t wanted = *capacity ? *capacity : 8;

	if (need <= *capacity)
		return items;
	while (wanted < need)
		wanted = wanted > SIZE_MAX / 2 ? need : wanted * 2;
	if (wanted > SIZE_MAX / size)
		checked(NULL);
	*capacity = wanted;
	return memory_resize(items, wanted * size);
}

void arena_init(struct arena *arena, size_t budget)
{
	*arena = (struct arena){.budget = budget};
}

void arena_release(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *older = arena->blocks->older;

		memory_free(arena->blocks);
		arena->blocks = older;
	}
	arena->used = 0;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->blocks;

	if (!kept)
		return;
	arena->blocks = kept->older;
	arena_release(arena);
	if (kept->capacity > BLOCK_SIZE) {
		memory_free(kept);
		return;
	}
	kept->older = NULL;
	kept->used = kept->texts = 0;
	arena->blocks = kept;
}

/* Behind the newest block, which is the one that has room. */
void arena_adopt(struct arena *arena, struct arena *from)
{
	struct arena_block **end = &arena->blocks;

	while (*end)
		end = &(*end)->older;
	*end = from->blocks;
	arena->used += from->used;
	from->blocks = NULL;
	from->used = 0;
}

static struct arena_block *block_with_room(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	if (block && block->capacity - block->used - block->texts >= size)
		return block;
	block = memory_alloc(sizeof(*block) + capacity);
	*block = (struct arena_block){.older = arena->blocks, .capacity = capacity};
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct arena_block *block;
	void *memory;

	if (rounded < size || rounded > SIZE_MAX / 2)
		checked(NULL);
	block = block_with_room(arena, rounded);
	memory = (char *)block->data + block->used;
	block->used += rounded;
	arena->used += rounded;
	return memory;
}

/* Memory of any alignment. */
static char *text_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (!size || size > SIZE_MAX / 2)
		checked(NULL);
	block = block_with_room(arena, size);
	block->texts += size;
	arena->used += size;
	return (char *)block->data + block->capacity - block->texts;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *arena_try_alloc(struct arena *arena, size_t size)
{
	if (arena->budget && (size > arena->budget || arena->used > arena->budget - size))
		return NULL;
	return arena_alloc(arena, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = text_alloc(arena, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	text = text_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}
