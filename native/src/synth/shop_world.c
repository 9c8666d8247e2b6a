/* What is planted in a shop: bundles, products that rise, tastes. */
#include "shop_world.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

enum {
    WELL_KNOWN = 3,   /* the first products of a shelf are in no bundle: they are in many sessions by themselves */
    MOST_BUNDLES = 40 /* of one shelf */
};

const char *prt_shop_copy(prt_shop_world *w, const char *bytes, size_t size) {
    char *copy = pr_arena_take(&w->arena, size + 1);
    if (copy && size)
        memcpy(copy, bytes, size);
    return copy;
}

size_t prt_shop_brand_size(const char *name) {
    return strcspn(name, " ,;|(");
}

/* ---- shelves ---- */

typedef struct ranked {
    double key; /* the highest first */
    uint32_t sub, product;
} ranked;

static int by_shelf(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->sub != y->sub)
        return x->sub < y->sub ? -1 : 1;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return x->product < y->product ? -1 : x->product > y->product;
}

static void fill_shelves(prt_shop_world *w, ranked *order) {
    for (uint32_t p = 0; p < w->count; p++)
        order[p] = (ranked){(double)w->products[p].reviews, w->products[p].sub, p};
    qsort(order, w->count, sizeof *order, by_shelf);
    for (uint32_t i = 0; i < w->count; i++) {
        prt_shelf *shelf = &w->shelves[order[i].sub];
        if (shelf->count++ == 0)
            shelf->first = i;
        w->by_sub[i] = order[i].product;
    }
    for (uint32_t s = 0; s < w->shelf_count; s++)
        w->shelves[s].log_span = pr_log((w->shelves[s].count + 1 + PRT_SHOP_FLAT) / (1 + PRT_SHOP_FLAT));
}

/* The dear third of each shelf, the middle one, the cheap one. */
static void set_levels(prt_shop_world *w, ranked *order) {
    for (uint32_t p = 0; p < w->count; p++)
        order[p].key = w->products[w->by_sub[p]].price, order[p].product = w->by_sub[p];
    qsort(order, w->count, sizeof *order, by_shelf);
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_shelf *shelf = &w->shelves[order[i].sub];
        uint32_t third = (uint32_t)((uint64_t)(i - shelf->first) * PRT_PRICE_LEVELS / shelf->count);
        prt_product *p = &w->products[order[i].product];
        p->level = (uint8_t)(p->price > 0 ? PRT_PRICE_LEVELS - 1 - third : PRT_PRICE_LEVELS / 2);
        size_t size = prt_shop_brand_size(p->name);
        p->brand = 0;
        for (size_t c = 0; c < size; c++)
            p->brand = (uint32_t)pr_mix64((uint64_t)p->brand << 8 | (unsigned char)p->name[c]);
    }
}

/* Which shelves are liked most depends on the seed alone. */
static void order_shelves(prt_shop_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_SHELF, 0);
    for (uint32_t s = 0; s < w->shelf_count; s++) {
        uint32_t at = prt_draw_below(&draw, s + 1);
        w->by_liking[s] = w->by_liking[at];
        w->by_liking[at] = s;
    }
}

static bool make_shelves(prt_shop_world *w) {
    ranked *order = malloc((w->count + (size_t)1) * sizeof *order);
    w->by_sub = pr_arena_array(&w->arena, w->count + (size_t)1, sizeof *w->by_sub);
    w->by_liking = pr_arena_array(&w->arena, w->shelf_count + (size_t)1, sizeof *w->by_liking);
    bool ok = order && w->by_sub && w->by_liking;
    if (ok) {
        fill_shelves(w, order);
        set_levels(w, order);
        order_shelves(w);
    }
    free(order);
    return ok;
}

uint32_t prt_shop_draw(const prt_shop_world *w, uint32_t shelf, prt_draw *draw) {
    const prt_shelf *s = &w->shelves[shelf];
    /* Inverse of the running sum log(r + 1 + q) of the chances of ranks up to r. */
    double at = (1 + PRT_SHOP_FLAT) * pr_exp(prt_draw_uniform(draw) * s->log_span) - PRT_SHOP_FLAT;
    uint32_t rank = at < 1 ? 1 : at > s->count ? s->count : (uint32_t)at;
    return w->by_sub[s->first + rank - 1];
}

/* ---- bundles ---- */

/* A product of the better known half of a shelf that is in no bundle, or PRT_NONE. */
static uint32_t find_single(const prt_shop_world *w, uint32_t shelf, prt_draw *draw) {
    const prt_shelf *s = &w->shelves[shelf];
    if (s->count / 2 <= WELL_KNOWN)
        return PRT_NONE;
    uint32_t p = w->by_sub[s->first + WELL_KNOWN + prt_draw_below(draw, s->count / 2 - WELL_KNOWN)];
    return w->products[p].bundle == PRT_NONE ? p : PRT_NONE;
}

/* A product of this shelf with one of the next, and in two cases of five one of the shelf after that. */
static void plant_bundle(prt_shop_world *w, uint32_t shelf, prt_draw *draw) {
    prt_bundle *bundle = &w->bundles[w->bundle_count];
    uint32_t wanted = prt_draw_uniform(draw) < 0.4 ? 3 : 2;
    *bundle = (prt_bundle){.count = 0};
    for (uint32_t i = 0; i < wanted && i < w->shelf_count; i++) {
        uint32_t p = find_single(w, (shelf + i) % w->shelf_count, draw);
        if (p != PRT_NONE)
            bundle->products[bundle->count++] = p;
    }
    if (bundle->count < 2)
        return;
    for (uint32_t i = 0; i < bundle->count; i++)
        w->products[bundle->products[i]].bundle = w->bundle_count;
    w->bundle_count++;
}

static uint32_t bundles_wanted(const prt_shelf *shelf) {
    return shelf->count / 10 < MOST_BUNDLES ? shelf->count / 10 : MOST_BUNDLES;
}

static bool plant_bundles(prt_shop_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_PARTNER, 0);
    size_t room = 1;
    for (uint32_t p = 0; p < w->count; p++)
        w->products[p].bundle = PRT_NONE;
    for (uint32_t s = 0; s < w->shelf_count; s++)
        room += bundles_wanted(&w->shelves[s]);
    w->bundles = pr_arena_array(&w->arena, room, sizeof *w->bundles);
    for (uint32_t s = 0; w->bundles && s < w->shelf_count; s++) {
        for (uint32_t i = bundles_wanted(&w->shelves[s]); i > 0; i--)
            plant_bundle(w, s, &draw);
    }
    return w->bundles != NULL;
}

/* ---- what rises ---- */

static bool is_rising(const prt_shop_world *w, uint32_t product) {
    for (uint32_t i = 0; i < w->rising_count; i++) {
        if (w->rising[i].product == product)
            return true;
    }
    return false;
}

/* One in three hundred, 3 to 10, of those that few have rated and that are in no bundle. */
static bool plant_rising(prt_shop_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_RISING, 0);
    uint32_t part = w->count / 300, wanted = part < 3 ? 3 : part > 10 ? 10 : part;
    double total = 0;
    w->rising = pr_arena_array(&w->arena, wanted, sizeof *w->rising);
    for (uint32_t tries = 0; w->rising && tries < 40 * wanted && w->rising_count < wanted; tries++) {
        const prt_shelf *shelf = &w->shelves[prt_draw_below(&draw, w->shelf_count)];
        if (shelf->count == 0)
            continue;
        uint32_t half = shelf->count / 2,
                 p = w->by_sub[shelf->first + half + prt_draw_below(&draw, shelf->count - half)];
        if (w->products[p].bundle != PRT_NONE || is_rising(w, p))
            continue;
        w->rising[w->rising_count].product = p;
        w->rising[w->rising_count].share = 1 + 2 * prt_draw_uniform(&draw);
        total += w->rising[w->rising_count++].share;
    }
    for (uint32_t i = 0; i < w->rising_count; i++)
        w->rising[i].share *= PRT_SHOP_RISING / total;
    return w->rising != NULL;
}

/* ---- tastes ---- */

prt_taste prt_shop_taste(const prt_shop_world *w, uint64_t user) {
    static const double levels[PRT_PRICE_LEVELS] = {0.35, 0.4, 0.25};
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_TASTE, user);
    prt_taste taste = {{0}, 0, 0};
    for (int i = 0; i < PRT_FAVOURITES; i++) {
        taste.shelves[i] = w->products[0].sub;
        for (int tries = 0; tries < 16; tries++) {
            double u = prt_draw_uniform(&draw);
            uint32_t shelf = w->by_liking[(uint32_t)(u * (1 + u) / 2 * w->shelf_count)];
            bool known = (i > 0 && shelf == taste.shelves[0]) || (i > 1 && shelf == taste.shelves[1]);
            if (!known && w->shelves[shelf].count) {
                taste.shelves[i] = shelf;
                break;
            }
        }
    }
    taste.level = (uint8_t)prt_draw_share(&draw, levels, PRT_PRICE_LEVELS);
    taste.brand_of = prt_shop_draw(w, taste.shelves[0], &draw);
    return taste;
}

pr_status prt_shop_world_make(prt_shop_world *w, const prt_shop_options *options, pr_error *error) {
    *w = (prt_shop_world){.options = options};
    pr_arena_init(&w->arena, NULL, 0);
    pr_status status = options->catalogue ? prt_shop_catalogue_read(w, error) : prt_shop_catalogue_invent(w, error);
    if (status == PR_OK && (!make_shelves(w) || !plant_bundles(w) || !plant_rising(w)))
        status = prt_fail_memory(error, "making a shop");
    return status == PR_OK ? prt_shop_find_heads(w, error) : status;
}

void prt_shop_world_free(prt_shop_world *w) {
    pr_arena_free(&w->arena);
    *w = (prt_shop_world){0};
}
