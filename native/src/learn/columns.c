/* Interactions by item. */
#include "neighbours_inner.h"

#include <stdlib.h>

bool prt_columns_make(const prt_interactions *train, prt_columns *out) {
    const size_t entries = (size_t)train->offsets[train->users], items = train->items;
    *out = (prt_columns){calloc(items + 2, sizeof *out->offsets), malloc((entries + 1) * sizeof *out->user),
                         malloc((entries + 1) * sizeof *out->place)};
    if (!out->offsets || !out->user || !out->place)
        return false;
    uint64_t *next = out->offsets + 1; /* where an item goes on; in the end where it ends */
    for (uint64_t k = 0; k < entries; k++)
        next[train->item[k] + (size_t)1]++;
    for (uint32_t i = 0; i < items; i++)
        next[i + (size_t)1] += next[i];
    for (uint32_t u = 0; u < train->users; u++) {
        for (uint64_t k = train->offsets[u]; k < train->offsets[u + (size_t)1]; k++) {
            uint64_t at = next[train->item[k]]++;
            out->user[at] = u;
            out->place[at] = k;
        }
    }
    return true;
}

void prt_columns_free(prt_columns *columns) {
    free(columns->offsets);
    free(columns->user);
    free(columns->place);
    *columns = (prt_columns){0};
}
