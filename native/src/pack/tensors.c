/* Tensors of a shard, built in an arena. */
#include "tensors.h"

#include <string.h>

static void *take(prt_tensors *t, uint64_t count, size_t size) {
    void *memory = t->failed ? NULL : pr_arena_array(t->arena, (size_t)count + 1, size);
    t->failed = t->failed || !memory;
    return memory;
}

void prt_tensors_array(prt_tensors *t, const char *prefix, const char *suffix, pr_dtype dtype, const void *data,
                       uint64_t count, uint32_t columns) {
    size_t a = strlen(prefix), b = strlen(suffix);
    char *name = take(t, a + b, 1);
    if (t->failed || t->count == PRT_MAX_SHARD_TENSORS) {
        t->failed = true;
        return;
    }
    memcpy(name, prefix, a);
    memcpy(name + a, suffix, b);
    t->list[t->count++] = (pr_tensor){name, dtype, columns > 1 ? 2 : 1, {count, columns}, data};
}

void prt_tensors_uints(prt_tensors *t, const char *prefix, const char *suffix, const uint32_t *values, uint64_t count) {
    uint32_t bits = 0;
    for (uint64_t i = 0; i < count; i++)
        bits |= values[i];
    pr_dtype dtype = bits <= UINT8_MAX ? PR_U8 : bits <= UINT16_MAX ? PR_U16 : PR_U32;
    void *data = take(t, count, pr_dtype_size(dtype));
    for (uint64_t i = 0; !t->failed && i < count; i++) {
        if (dtype == PR_U8)
            ((uint8_t *)data)[i] = (uint8_t)values[i];
        else if (dtype == PR_U16)
            ((uint16_t *)data)[i] = (uint16_t)values[i];
        else
            ((uint32_t *)data)[i] = values[i];
    }
    prt_tensors_array(t, prefix, suffix, dtype, data, count, 1);
}

void prt_tensors_strings(prt_tensors *t, const char *prefix, const pr_text *texts, uint32_t count) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += texts[i].size;
    uint32_t *offsets = take(t, count + (uint64_t)1, sizeof *offsets);
    char *bytes = take(t, total, 1);
    if (t->failed || total > UINT32_MAX) {
        t->failed = true;
        return;
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (texts[i].size)
            memcpy(bytes + at, texts[i].bytes, texts[i].size);
        at += (uint32_t)texts[i].size;
        offsets[i + 1] = at;
    }
    prt_tensors_array(t, prefix, ".offsets", PR_U32, offsets, count + (uint64_t)1, 1);
    prt_tensors_array(t, prefix, ".bytes", PR_U8, bytes, total, 1);
}

void prt_tensors_counts(prt_tensors *t, const pr_counts *counts, uint64_t count) {
    uint32_t *values = take(t, count, 4 * sizeof *values);
    if (t->failed)
        return;
    uint32_t *started = values, *completed = started + count, *rated = completed + count, *liked = rated + count;
    for (uint64_t i = 0; i < count; i++) {
        started[i] = counts[i].started;
        completed[i] = counts[i].completed;
        rated[i] = counts[i].rated;
        liked[i] = counts[i].liked;
    }
    prt_tensors_uints(t, "started", "", started, count);
    prt_tensors_uints(t, "completed", "", completed, count);
    prt_tensors_uints(t, "rated", "", rated, count);
    prt_tensors_uints(t, "liked", "", liked, count);
}
