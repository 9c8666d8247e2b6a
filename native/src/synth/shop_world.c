/* What is planted in a shop: partners that are bought together, products that rise, tastes. */
#include "shop_world.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

const char *const prt_same_words[][2] = {
    {"earphones", "earbuds"}, {"headphones", "headset"},  {"sofa", "couch"},     {"sneakers", "trainers"},
    {"television", "tv"},     {"refrigerator", "fridge"}, {"trousers", "pants"}, {"backpack", "rucksack"},
    {"mobile", "phone"},      {"lamp", "light"},          {"jumper", "sweater"}, {"kettle", "boiler"},
};
const uint32_t prt_same_word_count = sizeof prt_same_words / sizeof *prt_same_words;

const char *prt_shop_copy(prt_shop_world *w, const char *bytes, size_t size) {
    char *copy = pr_arena_take(&w->arena, size + 1);
    if (copy && size)
        memcpy(copy, bytes, size);
    return copy;
}

typedef struct ranked {
    uint64_t reviews;
    uint32_t sub, product;
} ranked;

static int by_shelf(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->sub != y->sub)
        return x->sub < y->sub ? -1 : 1;
    if (x->reviews != y->reviews)
        return x->reviews > y->reviews ? -1 : 1;
    return x->product < y->product ? -1 : x->product > y->product;
}

static bool fill_shelves(prt_shop_world *w) {
    ranked *order = malloc((w->count + (size_t)1) * sizeof *order);
    w->by_sub = pr_arena_array(&w->arena, w->count + (size_t)1, sizeof *w->by_sub);
    if (!order || !w->by_sub) {
        free(order);
        return false;
    }
    for (uint32_t p = 0; p < w->count; p++)
        order[p] = (ranked){w->products[p].reviews, w->products[p].sub, p};
    qsort(order, w->count, sizeof *order, by_shelf);
    for (uint32_t i = 0; i < w->count; i++) {
        prt_shelf *shelf = &w->shelves[order[i].sub];
        if (shelf->count++ == 0)
            shelf->first = i;
        w->by_sub[i] = order[i].product;
    }
    free(order);
    return true;
}

/* Every tenth of the better known products gets a partner from another shelf. */
static void plant_partners(prt_shop_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_PARTNER, 0);
    for (uint32_t p = 0; p < w->count; p++)
        w->products[p].partner = PRT_NONE;
    for (uint32_t s = 0; s < w->shelf_count; s++) {
        const prt_shelf *shelf = &w->shelves[s], *other = &w->shelves[(s + 1) % w->shelf_count];
        for (uint32_t i = 0; i < shelf->count / 4 && i < 40; i++) {
            uint32_t a = w->by_sub[shelf->first + i];
            if (prt_draw_uniform(&draw) > 0.4 || other->count < 4 || shelf == other)
                continue;
            uint32_t b = w->by_sub[other->first + prt_draw_below(&draw, (other->count + 3) / 4)];
            if (w->products[a].partner == PRT_NONE && w->products[b].partner == PRT_NONE) {
                w->products[a].partner = b;
                w->products[b].partner = a;
            }
        }
    }
}

static bool plant_rising(prt_shop_world *w) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_RISING, 0);
    uint32_t most = w->count / 100 < 3 ? 3 : w->count / 100 > 30 ? 30 : w->count / 100;
    w->rising = pr_arena_array(&w->arena, most + (size_t)1, sizeof *w->rising);
    for (uint32_t i = 0; w->rising && i < most; i++)
        w->rising[w->rising_count++] = prt_draw_below(&draw, w->count);
    return w->rising != NULL;
}

void prt_shop_taste(const prt_shop_world *w, uint64_t user, uint32_t shelves[PRT_FAVOURITES]) {
    prt_draw draw = prt_draw_open(w->options->seed, PRT_DRAW_TASTE, user);
    for (int i = 0; i < PRT_FAVOURITES; i++) {
        double u = prt_draw_uniform(&draw);
        shelves[i] = (uint32_t)(u * u * w->shelf_count); /* some shelves are liked by more people */
    }
}

pr_status prt_shop_world_make(prt_shop_world *w, const prt_shop_options *options, pr_error *error) {
    *w = (prt_shop_world){.options = options};
    pr_arena_init(&w->arena, NULL, 0);
    pr_status status = options->catalogue ? prt_shop_catalogue_read(w, error) : prt_shop_catalogue_invent(w, error);
    if (status == PR_OK && (!fill_shelves(w) || !plant_rising(w)))
        status = prt_fail_memory(error, "making a shop");
    if (status == PR_OK)
        plant_partners(w);
    return status;
}

void prt_shop_world_free(prt_shop_world *w) {
    pr_arena_free(&w->arena);
    *w = (prt_shop_world){0};
}
