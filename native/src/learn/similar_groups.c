/* Equal vectors: one search does for all rows that have the same. */
#include "similar_inner.h"

#include <stdlib.h>
#include <string.h>

typedef struct grouping {
    const prt_vectors *vectors;
    uint32_t *slots;  /* open addressing: group + 1, 0 = free */
    uint32_t *hashes; /* of each group */
    uint64_t mask;
} grouping;

static uint32_t hash_row(const prt_vectors *v, uint32_t row) {
    uint64_t from = v->offsets[row], hash = v->offsets[row + 1] - from;
    for (uint64_t i = from; i < v->offsets[row + 1]; i++) {
        uint32_t bits;
        memcpy(&bits, &v->weight[i], sizeof bits);
        hash = pr_mix64(hash ^ ((uint64_t)v->term[i] << 32 | bits));
    }
    return (uint32_t)hash;
}

static bool are_equal(const prt_vectors *v, uint32_t a, uint32_t b) {
    uint64_t x = v->offsets[a], y = v->offsets[b];
    size_t count = (size_t)(v->offsets[a + 1] - x);
    return v->offsets[b + 1] - y == count && memcmp(v->term + x, v->term + y, count * sizeof *v->term) == 0 &&
           memcmp(v->weight + x, v->weight + y, count * sizeof *v->weight) == 0;
}

static void place_row(grouping *g, prt_groups *out, uint32_t row) {
    uint32_t hash = hash_row(g->vectors, row);
    uint64_t at = hash & g->mask;
    for (; g->slots[at]; at = (at + 1) & g->mask) {
        uint32_t group = g->slots[at] - 1;
        if (g->hashes[group] == hash && are_equal(g->vectors, out->row[group], row)) {
            out->of_row[row] = group;
            return;
        }
    }
    g->hashes[out->count] = hash;
    out->row[out->count] = row;
    out->of_row[row] = out->count;
    g->slots[at] = ++out->count;
}

static bool is_allowed(const uint8_t *allowed, uint32_t row) {
    return !allowed || allowed[row];
}

/* The rows that may stand in lists come first, so their groups have the lowest numbers, in the order of their rows. */
static void place_rows(grouping *g, const uint8_t *allowed, prt_groups *out) {
    for (uint32_t row = 0; row < g->vectors->rows; row++) {
        if (is_allowed(allowed, row))
            place_row(g, out, row);
    }
    out->listed = out->count;
    for (uint32_t row = 0; row < g->vectors->rows; row++) {
        if (!is_allowed(allowed, row))
            place_row(g, out, row);
    }
}

static bool collect_members(const prt_vectors *vectors, const uint8_t *allowed, prt_groups *out) {
    out->starts = calloc(out->listed + (size_t)2, sizeof *out->starts);
    out->members = malloc((vectors->rows + (size_t)1) * sizeof *out->members);
    if (!out->starts || !out->members)
        return false;
    uint32_t *next = out->starts + 1; /* one ahead: they end as the starts */
    for (uint32_t row = 0; row < vectors->rows; row++) {
        if (is_allowed(allowed, row))
            next[out->of_row[row] + 1]++;
    }
    for (uint32_t g = 1; g < out->listed; g++)
        next[g] += next[g - 1];
    for (uint32_t row = 0; row < vectors->rows; row++) {
        if (is_allowed(allowed, row))
            out->members[next[out->of_row[row]]++] = row;
    }
    return true;
}

bool prt_groups_make(const prt_vectors *vectors, const uint8_t *allowed, prt_groups *out) {
    uint64_t room = 1024;
    while (room / 2 < vectors->rows)
        room *= 2;
    size_t rows = vectors->rows + (size_t)1;
    grouping g = {vectors, calloc(room, sizeof *g.slots), malloc(rows * sizeof *g.hashes), room - 1};
    *out = (prt_groups){.of_row = malloc(rows * sizeof *out->of_row), .row = malloc(rows * sizeof *out->row)};
    bool good = g.slots && g.hashes && out->of_row && out->row;
    if (good)
        place_rows(&g, allowed, out);
    good = good && collect_members(vectors, allowed, out);
    free(g.slots);
    free(g.hashes);
    if (!good)
        prt_groups_free(out);
    return good;
}

void prt_groups_free(prt_groups *groups) {
    free(groups->of_row);
    free(groups->row);
    free(groups->starts);
    free(groups->members);
    *groups = (prt_groups){0};
}
