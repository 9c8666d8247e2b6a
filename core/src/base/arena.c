/* Memory: the default allocator, arenas, growing buffers. The only file of the core that calls malloc. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

static void *default_allocate(void *context, size_t bytes) {
    (void)context;
    return malloc(bytes);
}

static void default_release(void *context, void *memory, size_t bytes) {
    (void)context;
    (void)bytes;
    free(memory);
}

const pr_allocator *pr_allocator_default(void) {
    static const pr_allocator allocator = {NULL, default_allocate, default_release};
    return &allocator;
}

struct pr_arena_block {
    pr_arena_block *previous;
    size_t capacity, used; /* of the bytes behind the header */
    size_t padding;        /* keeps what follows aligned to 16 on 32-bit machines too */
};

enum { HEADER = (sizeof(pr_arena_block) + 15) & ~(size_t)15, SMALLEST_BLOCK = 8192 };

void pr_arena_init(pr_arena *arena, const pr_allocator *allocator, size_t limit) {
    memset(arena, 0, sizeof *arena);
    arena->allocator = allocator;
    arena->limit = limit;
}

static pr_arena_block *add_block(pr_arena *arena, size_t needed) {
    if (!arena->allocator)
        arena->allocator = pr_allocator_default();
    size_t capacity = arena->blocks ? arena->blocks->capacity : SMALLEST_BLOCK / 2;
    capacity = capacity > (SIZE_MAX - HEADER) / 2 ? needed : capacity * 2;
    if (capacity > (size_t)1 << 22)
        capacity = (size_t)1 << 22;
    if (capacity < needed)
        capacity = needed;
    if (arena->limit && capacity > needed && capacity + HEADER > arena->limit - arena->held)
        capacity = needed;
    if (capacity > SIZE_MAX - HEADER)
        return NULL;
    if (arena->limit && (arena->held > arena->limit || capacity + HEADER > arena->limit - arena->held))
        return NULL;
    pr_arena_block *block = arena->allocator->allocate(arena->allocator->context, capacity + HEADER);
    if (!block)
        return NULL;
    block->previous = arena->blocks;
    block->capacity = capacity;
    block->used = 0;
    arena->blocks = block;
    arena->held += capacity + HEADER;
    return block;
}

void *pr_arena_take(pr_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - 15 - HEADER)
        return NULL;
    bytes = (bytes + 15) & ~(size_t)15;
    pr_arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < bytes)
        block = add_block(arena, bytes);
    if (!block)
        return NULL;
    void *memory = (char *)block + HEADER + block->used;
    block->used += bytes;
    arena->used += bytes;
    return memset(memory, 0, bytes);
}

void *pr_arena_array(pr_arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        return NULL;
    return pr_arena_take(arena, count * size);
}

static void release_block(pr_arena *arena, pr_arena_block *block) {
    arena->held -= block->capacity + HEADER;
    arena->allocator->release(arena->allocator->context, block, block->capacity + HEADER);
}

void pr_arena_reset(pr_arena *arena) {
    pr_arena_block *largest = NULL;
    for (pr_arena_block *block = arena->blocks, *previous; block; block = previous) {
        previous = block->previous;
        if (!largest || block->capacity > largest->capacity) {
            if (largest)
                release_block(arena, largest);
            largest = block;
        } else {
            release_block(arena, block);
        }
    }
    if (largest) {
        largest->previous = NULL;
        largest->used = 0;
    }
    arena->blocks = largest;
    arena->used = 0;
}

void pr_arena_free(pr_arena *arena) {
    for (pr_arena_block *block = arena->blocks, *previous; block; block = previous) {
        previous = block->previous;
        release_block(arena, block);
    }
    arena->blocks = NULL;
    arena->used = 0;
}

/* An append that finds room costs one memcpy. A buffer that grows leaves its old bytes in the arena: doubling keeps
 * that waste below the final size. */
void pr_buffer_append(pr_buffer *buffer, const void *bytes, size_t size) {
    if (buffer->failed || size == 0)
        return;
    if (size > buffer->capacity - buffer->size) {
        size_t capacity = buffer->capacity ? buffer->capacity : 1024;
        while (capacity - buffer->size < size) {
            if (capacity > SIZE_MAX / 2) {
                buffer->failed = true;
                return;
            }
            capacity *= 2;
        }
        char *grown = pr_arena_take(buffer->arena, capacity);
        if (!grown) {
            buffer->failed = true;
            return;
        }
        if (buffer->size)
            memcpy(grown, buffer->bytes, buffer->size);
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}
