/* What is planted in a made-up retailer apart from the people: how well known things are, and what goes together. */
#include "retail_world.h"
#include "fail.h"

/* What is used up is wanted more often than what lasts. */
static const double USED_UP = 1.0, LASTS = 0.7, SHARE_SPREAD = 0.6;
/* One in so many of an aisle's better known half has a partner. */
enum { PARTNER_EVERY = 3 };

/* Items in a random order, which is that of how well they are known; then by kind, that order kept. */
static void fill_aisles(prt_retail_world *w, uint32_t *order) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_ORDER, 0);
    uint32_t next[PRT_RETAIL_KINDS], first = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t at = prt_draw_below(&draw, i + 1);
        order[i] = order[at];
        order[at] = i;
        w->aisles[w->items[i].kind].count++;
    }
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        next[k] = w->aisles[k].first = first;
        first += w->aisles[k].count;
    }
    for (uint32_t i = 0; i < w->count; i++)
        w->by_kind[next[w->items[order[i]].kind]++] = order[i];
}

/* How often each aisle is wanted, and each item of it: an item's share is the length of its stretch of log(r + 1 + q).
 */
static void share_out(prt_retail_world *w) {
    double total = 0;
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        prt_retail_aisle *aisle = &w->aisles[k];
        prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_SHELF, k);
        double liked = pr_exp(SHARE_SPREAD * prt_draw_normal(&draw));
        aisle->share = aisle->count ? liked * (prt_retail_kinds[k].cycle ? USED_UP : LASTS) : 0;
        aisle->log_span = pr_log((aisle->count + 1 + PRT_RETAIL_FLAT) / (1 + PRT_RETAIL_FLAT));
        for (uint32_t r = 1; r <= aisle->count; r++)
            w->items[w->by_kind[aisle->first + r - 1]].share =
                pr_log((r + 1 + PRT_RETAIL_FLAT) / (r + PRT_RETAIL_FLAT)) / aisle->log_span;
        total += aisle->share;
    }
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++)
        w->aisles[k].share /= total;
}

uint32_t prt_retail_think_of(const prt_retail_world *w, uint32_t kind, prt_draw *draw) {
    const prt_retail_aisle *aisle = &w->aisles[kind];
    /* Inverse of the running sum log(r + 1 + q) of the chances of ranks up to r. */
    double at = (1 + PRT_RETAIL_FLAT) * pr_exp(prt_draw_uniform(draw) * aisle->log_span) - PRT_RETAIL_FLAT;
    uint32_t rank = at < 1 ? 1 : at > aisle->count ? aisle->count : (uint32_t)at;
    return w->by_kind[aisle->first + rank - 1];
}

/* Partners lie in the better known half of the next aisle of the same main category. */
static void plant_partners(prt_retail_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_PARTNER, 0);
    for (uint32_t k = 0; k < PRT_RETAIL_KINDS; k++) {
        uint32_t place = k % PRT_RETAIL_NEIGHBOURS;
        const prt_retail_aisle *aisle = &w->aisles[k],
                               *other = &w->aisles[k - place + (place + 1) % PRT_RETAIL_NEIGHBOURS];
        uint32_t half = (other->count + 1) / 2;
        for (uint32_t r = 0; other->count && r < (aisle->count + 1) / 2; r += PARTNER_EVERY)
            w->items[w->by_kind[aisle->first + r]].partner = w->by_kind[other->first + prt_draw_below(&draw, half)];
    }
}

pr_status prt_retail_world_make(prt_retail_world *w, const prt_retail_options *options, pr_error *error) {
    *w = (prt_retail_world){.options = options};
    pr_arena_init(&w->arena, NULL, 0);
    uint32_t count = (uint32_t)options->items;
    w->items = pr_arena_array(&w->arena, count, sizeof *w->items);
    w->by_kind = pr_arena_array(&w->arena, count, sizeof *w->by_kind);
    uint32_t *order = pr_arena_array(&w->arena, count, sizeof *order);
    bool ok = w->items && w->by_kind && order;
    for (; ok && w->count < count; w->count++)
        ok = prt_retail_invent(w, w->count);
    if (!ok)
        return prt_fail_memory(error, "inventing items");
    fill_aisles(w, order);
    share_out(w);
    plant_partners(w);
    return PR_OK;
}

void prt_retail_world_free(prt_retail_world *w) {
    pr_arena_free(&w->arena);
    *w = (prt_retail_world){0};
}
