/* Memory that is given back in the reverse order: blocks in a list, kept until the end. */
#include "itemset_miner.h"

#include <stdlib.h>

enum { LEAST_BLOCK = 1 << 16, ALIGNMENT = 16 };

struct prt_stack_block {
    prt_stack_block *next;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

/* An empty block of at least `bytes` after the top one; those that are too small make way. */
static prt_stack_block *next_block(prt_stack *stack, size_t bytes) {
    prt_stack_block **link = stack->top ? &stack->top->next : &stack->first;
    while (*link && (*link)->size < bytes) {
        prt_stack_block *small = *link;
        *link = small->next;
        free(small);
    }
    if (!*link) {
        size_t size = stack->top ? stack->top->size * 2 : LEAST_BLOCK;
        size = size < bytes ? bytes : size;
        prt_stack_block *block = malloc(sizeof *block + size);
        if (!block)
            return NULL;
        *block = (prt_stack_block){.size = size};
        *link = block;
    }
    (*link)->used = 0;
    return *link;
}

void *prt_stack_take(prt_stack *stack, size_t count, size_t size) {
    if (count > (SIZE_MAX - ALIGNMENT) / 2 / size)
        return NULL;
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!stack->top || stack->top->size - stack->top->used < bytes) {
        prt_stack_block *block = next_block(stack, bytes);
        if (!block)
            return NULL;
        stack->top = block;
    }
    void *taken = stack->top->bytes + stack->top->used;
    stack->top->used += bytes;
    return taken;
}

prt_stack_mark prt_stack_now(const prt_stack *stack) {
    return (prt_stack_mark){stack->top, stack->top ? stack->top->used : 0};
}

void prt_stack_back(prt_stack *stack, prt_stack_mark mark) {
    stack->top = mark.block;
    if (mark.block)
        mark.block->used = mark.used;
}

void prt_stack_free(prt_stack *stack) {
    for (prt_stack_block *block = stack->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *stack = (prt_stack){0};
}
