/* A heap for each row, whose root is the worst of those kept. */
#include "neighbours_inner.h"

#include <stdlib.h>
#include <string.h>

bool prt_best_rows_make(uint32_t items, uint32_t top, prt_best_rows *out) {
    *out = (prt_best_rows){items, top, calloc(items + (size_t)1, sizeof *out->count),
                           malloc(((size_t)items * top + 1) * sizeof *out->share)};
    return out->count && out->share;
}

void prt_best_rows_free(prt_best_rows *rows) {
    free(rows->count);
    free(rows->share);
    *rows = (prt_best_rows){0};
}

/* Is a worse than b: smaller share, ties by rising number? */
static bool is_worse(prt_share a, prt_share b) {
    return a.share != b.share ? a.share < b.share : a.item > b.item;
}

/* Put `added` into the place of the root. */
static void sift(prt_share *heap, uint32_t count, prt_share added) {
    uint32_t root = 0;
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && is_worse(heap[child + 1], heap[child]))
            child++;
        if (!is_worse(heap[child], added))
            break;
        heap[root] = heap[child];
    }
    heap[root] = added;
}

void prt_best_rows_keep(prt_best_rows *rows, uint32_t row, prt_share added) {
    prt_share *heap = rows->share + (size_t)row * rows->top;
    if (rows->count[row] == rows->top) {
        if (is_worse(heap[0], added))
            sift(heap, rows->top, added);
        return;
    }
    uint32_t at = rows->count[row]++;
    for (; at > 0 && is_worse(added, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = added;
}

/* The worst goes to the end again and again. */
void prt_best_rows_sort(prt_best_rows *rows, uint32_t row) {
    prt_share *heap = rows->share + (size_t)row * rows->top;
    for (uint32_t count = rows->count[row]; count > 1;) {
        prt_share worst = heap[0], last = heap[--count];
        sift(heap, count, last);
        heap[count] = worst;
    }
}

bool prt_best_rows_pack(const prt_best_rows *rows, prt_neighbours *out) {
    uint64_t used = 0;
    out->items = rows->items;
    out->offsets = calloc(rows->items + (size_t)1, sizeof *out->offsets);
    for (uint32_t i = 0; out->offsets && i < rows->items; i++)
        out->offsets[i + (size_t)1] = out->offsets[i] + rows->count[i];
    uint64_t total = out->offsets ? out->offsets[rows->items] : 0;
    out->neighbour = malloc((total + 1) * sizeof *out->neighbour);
    out->weight = malloc((total + 1) * sizeof *out->weight);
    if (!out->offsets || !out->neighbour || !out->weight)
        return false;
    for (uint32_t i = 0; i < rows->items; i++) {
        const prt_share *row = rows->share + (size_t)i * rows->top;
        for (uint32_t n = 0; n < rows->count[i]; n++, used++) {
            out->neighbour[used] = row[n].item;
            out->weight[used] = row[n].share;
        }
    }
    return true;
}
