/* Association rules between two products: "who has this has that too". */
#include "baskets.h"
#include "fail.h"
#include "itemsets.h"
#include "shop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A frequent pair and how many different people had it. */
typedef struct pair {
    uint32_t a, b, baskets, users, last_user;
} pair;

typedef struct maker {
    const prt_config *config;
    prt_shop_baskets own;
    prt_itemsets sets;
    pair *pairs; /* sorted by a, b */
    uint32_t pair_count;
    uint32_t *starts;  /* of each item's pairs as `a` */
    uint32_t *support; /* of each item */
} maker;

static uint32_t least_support(const prt_config *config, uint32_t baskets) {
    double asked = config->shop.rules.support, least = config->limits.min_users > 2 ? config->limits.min_users : 2;
    double count = asked < 1 ? ceil(asked * baskets - 1e-9) : asked;
    return (uint32_t)(count > least ? count : least);
}

static bool read_sets(maker *m, uint32_t items) {
    const prt_itemsets *sets = &m->sets;
    m->support = calloc(items + (size_t)1, sizeof *m->support);
    m->starts = calloc(items + (size_t)2, sizeof *m->starts);
    m->pairs = malloc((sets->count + (size_t)1) * sizeof *m->pairs);
    if (!m->support || !m->starts || !m->pairs)
        return false;
    for (uint32_t s = 0; s < sets->count; s++) { /* by size, then by items: pairs come sorted */
        const uint32_t *set = sets->items + sets->offsets[s];
        uint64_t size = sets->offsets[s + 1] - sets->offsets[s];
        if (size == 1)
            m->support[set[0]] = sets->supports[s];
        else if (size == 2) {
            m->pairs[m->pair_count++] = (pair){set[0], set[1], sets->supports[s], 0, PRT_NONE};
            m->starts[set[0] + 1]++;
        }
    }
    for (uint32_t i = 0; i < items; i++)
        m->starts[i + 1] += m->starts[i];
    return true;
}

/* ---- people ---- */

static pair *find(const maker *m, uint32_t a, uint32_t b) {
    uint32_t low = m->starts[a], high = m->starts[a + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (m->pairs[middle].b == b)
            return &m->pairs[middle];
        if (m->pairs[middle].b < b)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

typedef struct owned {
    uint32_t user, basket;
} owned;

static int by_user(const void *a, const void *b) {
    const owned *x = a, *y = b;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    return x->basket < y->basket ? -1 : x->basket > y->basket;
}

static void count_basket(maker *m, uint32_t basket, uint32_t user) {
    const prt_baskets *all = &m->own.baskets;
    const uint32_t *items = all->items + all->offsets[basket];
    uint64_t count = all->offsets[basket + 1] - all->offsets[basket];
    for (uint64_t i = 0; i < count; i++) {
        if (m->starts[items[i]] == m->starts[items[i] + 1])
            continue;
        for (uint64_t k = 0; k < count; k++) {
            pair *p = items[k] > items[i] ? find(m, items[i], items[k]) : NULL;
            if (p && p->last_user != user) {
                p->users++;
                p->last_user = user;
            }
        }
    }
}

/* A pair that only a handful of people had would tell about them. */
static bool count_users(maker *m) {
    uint32_t count = m->own.baskets.count;
    owned *order = malloc((count + (size_t)1) * sizeof *order);
    if (!order)
        return false;
    for (uint32_t b = 0; b < count; b++)
        order[b] = (owned){m->own.user[b], b};
    qsort(order, count, sizeof *order, by_user);
    for (uint32_t b = 0; b < count; b++)
        count_basket(m, order[b].basket, order[b].user);
    free(order);
    return true;
}

/* ---- rules ---- */

typedef struct directed {
    uint32_t from;
    double confidence, lift;
    prt_pair_rule rule;
} directed;

static int by_worth(const void *a, const void *b) {
    const directed *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->confidence != y->confidence)
        return x->confidence > y->confidence ? -1 : 1;
    if (x->lift != y->lift)
        return x->lift > y->lift ? -1 : 1;
    return x->rule.item < y->rule.item ? -1 : x->rule.item > y->rule.item;
}

static uint32_t direct(const maker *m, directed *out) {
    double baskets = m->own.baskets.count;
    uint32_t count = 0;
    for (uint32_t p = 0; p < m->pair_count; p++) {
        const pair *two = &m->pairs[p];
        if (two->users < m->config->limits.min_users)
            continue;
        for (int turn = 0; turn < 2; turn++) {
            uint32_t from = turn ? two->b : two->a, to = turn ? two->a : two->b;
            double confidence = (double)two->baskets / m->support[from], lift = confidence * baskets / m->support[to];
            if (confidence >= m->config->shop.rules.confidence && lift >= m->config->shop.rules.lift)
                out[count++] = (directed){from, confidence, lift, {to, two->baskets, m->support[to]}};
        }
    }
    return count;
}

static pr_status keep(const maker *m, prt_shop *shop, pr_error *error) {
    directed *all = malloc((2 * (size_t)m->pair_count + 1) * sizeof *all);
    shop->rule_starts = pr_arena_array(&shop->arena, shop->items + (size_t)1, sizeof *shop->rule_starts);
    shop->basket_counts = pr_arena_array(&shop->arena, shop->items + (size_t)1, sizeof *shop->basket_counts);
    shop->rules = pr_arena_array(&shop->arena, 2 * (size_t)m->pair_count + 1, sizeof *shop->rules);
    if (!all || !shop->rule_starts || !shop->basket_counts || !shop->rules) {
        free(all);
        return prt_fail_memory(error, "making rules");
    }
    uint32_t count = direct(m, all), kept = 0, next = 0;
    qsort(all, count, sizeof *all, by_worth);
    for (uint32_t i = 0; i < shop->items; i++) {
        shop->basket_counts[i] = m->support[i];
        for (uint32_t top = 0; next < count && all[next].from == i; next++, top++) {
            if (top < m->config->shop.rules.top)
                shop->rules[kept++] = all[next].rule;
        }
        shop->rule_starts[i + 1] = kept;
    }
    shop->baskets = m->own.baskets.count;
    free(all);
    return PR_OK;
}

pr_status prt_shop_rules(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    enum { PAIRS = 2 };
    maker m = {.config = config};
    PRT_TRY(prt_shop_baskets_make(dataset, &m.own, error));
    pr_status status = PR_OK;
    if (m.own.baskets.count)
        status = prt_itemsets_mine(&m.own.baskets, least_support(config, m.own.baskets.count), PAIRS, &m.sets, error);
    if (m.own.baskets.count && status == PR_OK && config->outputs.rules)
        status =
            prt_shop_write_rules(config, dataset, &m.own.baskets, least_support(config, m.own.baskets.count), error);
    if (m.own.baskets.count && status == PR_OK) {
        if (read_sets(&m, shop->items) && count_users(&m))
            status = keep(&m, shop, error);
        else
            status = prt_fail_memory(error, "making rules");
    }
    prt_itemsets_free(&m.sets);
    prt_shop_baskets_free(&m.own);
    free(m.pairs);
    free(m.starts);
    free(m.support);
    return status;
}
