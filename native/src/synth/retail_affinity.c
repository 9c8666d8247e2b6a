/* truth/affinity.csv: how relevant the best items are to each shopper, as nobody could know it from the log. */
#include "retail_world.h"

#include <stdlib.h>

/* Larger data has the truth of some shoppers only, evenly spread. */
enum { MOST_SHOPPERS = 2000, MOST_PAIRS = 20000000 };

typedef struct relevance {
    double value;
    uint32_t item;
} relevance;

static int falling(const void *a, const void *b) {
    const relevance *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* The chance that a discovery is this item, for all items; on the day after the log, with nothing at home. */
static void fill_relevance(const prt_retail_world *w, const prt_shopper *s, relevance *all) {
    double chances[PRT_RETAIL_KINDS], sums[PRT_RETAIL_KINDS] = {0};
    prt_shopper_aisles(w, s, w->options->last_day + (int64_t)1, chances);
    for (uint32_t i = 0; i < w->count; i++) {
        const prt_retail_item *item = &w->items[i];
        all[i] = (relevance){item->share * prt_shopper_fit(s, item), i};
        sums[item->kind] += all[i].value;
    }
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t kind = w->items[i].kind;
        all[i].value = sums[kind] > 0 ? chances[kind] * all[i].value / sums[kind] : 0;
    }
}

static void put_best(const prt_retail_world *w, uint64_t user, const relevance *all, prt_synth_file *out) {
    for (uint32_t i = 0; i < w->count && i < PRT_RETAIL_AFFINITIES; i++) {
        prt_retail_put_user(out, user);
        prt_put_char(out, ',');
        prt_retail_put_item(out, all[i].item);
        prt_put_char(out, ',');
        prt_put_number(out, all[i].value);
        prt_put_char(out, '\n');
    }
}

bool prt_retail_write_affinity(const prt_retail_world *w, prt_synth_file *out) {
    uint64_t users = w->options->users,
             most = MOST_PAIRS / w->count < MOST_SHOPPERS ? MOST_PAIRS / w->count : MOST_SHOPPERS;
    uint64_t every = (users + most - 1) / most;
    relevance *all = malloc(w->count * sizeof *all);
    prt_put_text(out, "user_id,item_id,relevance\n");
    for (uint64_t user = 0; all && user < users; user += every) {
        const prt_shopper shopper = prt_shopper_make(w, user);
        fill_relevance(w, &shopper, all);
        qsort(all, w->count, sizeof *all, falling);
        put_best(w, user, all, out);
    }
    free(all);
    return all != NULL;
}
