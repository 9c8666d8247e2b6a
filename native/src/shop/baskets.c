/* What was clicked or bought together: the baskets of the configuration, or the sessions of the events; without
 * sessions a visitor's day. */
#include "baskets.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* An event on its way into a basket. */
typedef struct piece {
    uint64_t basket; /* session, or user and day */
    uint32_t user, item;
} piece;

static int by_basket(const void *a, const void *b) {
    const piece *x = a, *y = b;
    if (x->basket != y->basket)
        return x->basket < y->basket ? -1 : 1;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static uint64_t basket_of(const prt_events *events, uint64_t e) {
    const uint64_t sessions = (uint64_t)1 << 63;
    if (events->session && events->session[e] != PRT_NONE)
        return sessions | events->session[e];
    int64_t day = events->time && events->time[e] != PRT_NO_INTEGER ? events->time[e] / 86400 : 0;
    return (uint64_t)events->user[e] << 24 | ((uint64_t)day & 0xFFFFFF);
}

static bool takes_part(uint16_t types) {
    return types & (PRT_EVENT_CLICK | PRT_EVENT_CART | PRT_EVENT_PURCHASE | PRT_EVENT_START | PRT_EVENT_COMPLETE |
                    PRT_EVENT_LIKE | PRT_EVENT_VIEW);
}

static pr_status from_events(const prt_events *events, prt_shop_baskets *out, pr_error *error) {
    piece *pieces = malloc((events->count + 1) * sizeof *pieces);
    out->baskets.offsets = calloc(events->count + 2, sizeof *out->baskets.offsets);
    out->baskets.items = malloc((events->count + 1) * sizeof *out->baskets.items);
    out->user = malloc((events->count + 1) * sizeof *out->user);
    if (!pieces || !out->baskets.offsets || !out->baskets.items || !out->user) {
        free(pieces);
        return prt_fail_memory(error, "laying out baskets");
    }
    uint64_t count = 0, kept = 0;
    for (uint64_t e = 0; e < events->count; e++) {
        if (takes_part(events->types[e]))
            pieces[count++] = (piece){basket_of(events, e), events->user[e], events->item[e]};
    }
    qsort(pieces, count, sizeof *pieces, by_basket);
    for (uint64_t i = 0; i < count; i++) {
        bool begins = i == 0 || pieces[i].basket != pieces[i - 1].basket || pieces[i].user != pieces[i - 1].user;
        if (begins)
            out->user[out->baskets.count++] = pieces[i].user;
        if (begins || pieces[i].item != pieces[i - 1].item)
            out->baskets.items[kept++] = pieces[i].item;
        out->baskets.offsets[out->baskets.count] = kept;
    }
    free(pieces);
    return PR_OK;
}

/* Baskets of a file belong to nobody that we know: each counts as somebody's own. */
static pr_status from_file(const prt_baskets *given, prt_shop_baskets *out, pr_error *error) {
    uint64_t entries = given->offsets[given->count];
    out->baskets.count = given->count;
    out->baskets.offsets = malloc((given->count + (size_t)1) * sizeof *out->baskets.offsets);
    out->baskets.items = malloc((entries + 1) * sizeof *out->baskets.items);
    out->user = malloc((given->count + (size_t)1) * sizeof *out->user);
    if (!out->baskets.offsets || !out->baskets.items || !out->user)
        return prt_fail_memory(error, "laying out baskets");
    memcpy(out->baskets.offsets, given->offsets, (given->count + (size_t)1) * sizeof *given->offsets);
    memcpy(out->baskets.items, given->items, entries * sizeof *given->items);
    for (uint32_t b = 0; b < given->count; b++)
        out->user[b] = b;
    return PR_OK;
}

pr_status prt_shop_baskets_make(const prt_dataset *dataset, prt_shop_baskets *out, pr_error *error) {
    *out = (prt_shop_baskets){.baskets.item_count = dataset->items.count};
    pr_status status =
        dataset->baskets.count ? from_file(&dataset->baskets, out, error) : from_events(&dataset->events, out, error);
    if (status != PR_OK)
        prt_shop_baskets_free(out);
    return status;
}

void prt_shop_baskets_free(prt_shop_baskets *baskets) {
    free(baskets->baskets.offsets);
    free(baskets->baskets.items);
    free(baskets->user);
    *baskets = (prt_shop_baskets){0};
}
