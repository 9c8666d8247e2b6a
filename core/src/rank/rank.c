/* From scored candidates to the answer: order by score, diversify by MMR, give some slots to exploration. */
#include "pipeline.h"

#include <stdlib.h>

/* Lower tiers first, then higher scores; ties by item, so the order is total. */
static int by_score(const void *a, const void *b) {
    const pr_candidate *x = *(pr_candidate *const *)a, *y = *(pr_candidate *const *)b;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* A new pick makes those like it less welcome. */
static void note_pick(pr_engine *engine, pr_candidate *const *pool, uint32_t count, const pr_candidate *pick) {
    pr_item picked, other;
    if (!pr__item(engine, pick->item, &picked))
        return;
    for (uint32_t i = 0; i < count; i++) {
        if (!pool[i] || !pr__item(engine, pool[i]->item, &other))
            continue;
        double similarity = pr__similarity(&engine->settings, picked, other);
        if (similarity > pool[i]->similarity) {
            pool[i]->similarity = similarity;
            pool[i]->similar_to = pick->item;
        }
    }
}

static void take(pr_engine *engine, const pr_query *query, pr_list *list, pr_candidate **pool, uint32_t count,
                 uint32_t at) {
    pr_candidate *pick = pool[at];
    pool[at] = NULL;
    list->picked[list->picked_count++] = pick;
    if (query->knobs.mmr < 1)
        note_pick(engine, pool, count, pick);
}

/* Maximal marginal relevance (Carbonell & Goldstein, 1998): λ · score − (1 − λ) · greatest similarity to what was
 * picked. */
static void pick_by_mmr(pr_engine *engine, const pr_query *query, pr_list *list, pr_candidate **pool, uint32_t count,
                        uint32_t wanted) {
    double lambda = query->by_popularity ? 1.0 : query->knobs.mmr;
    for (uint32_t n = 0; n < wanted; n++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            if (!pool[i])
                continue;
            pool[i]->mmr = lambda * pool[i]->score - (1 - lambda) * pool[i]->similarity;
            if (best == UINT32_MAX || pool[i]->mmr > pool[best]->mmr)
                best = i;
        }
        if (best == UINT32_MAX)
            return;
        take(engine, query, list, pool, count, best);
    }
}

/* Draw each slot from the exact chances, so that the chance written down is the chance used. */
static pr_status pick_by_chance(pr_engine *engine, const pr_query *query, pr_list *list, pr_candidate **pool,
                                uint32_t count, uint32_t wanted, pr_error *error) {
    enum { WIDEST = 64 };
    for (uint32_t n = 0; n < wanted; n++) {
        pr_candidate *open[WIDEST];
        uint32_t place[WIDEST], open_count = 0;
        double chances[WIDEST];
        for (uint32_t i = 0; i < count && open_count < WIDEST; i++) {
            if (pool[i]) {
                place[open_count] = i;
                open[open_count++] = pool[i];
            }
        }
        if (!open_count)
            return PR_OK;
        PR_TRY(pr__thompson_chances(engine, query, open, open_count, chances, error));
        double draw = pr_uniform(query->seed, list->picked_count), sum = 0;
        uint32_t chosen = 0;
        for (uint32_t i = 0; i < open_count; i++) {
            if (chances[i] > 0)
                chosen = i;
            sum += chances[i];
            if (draw < sum)
                break;
        }
        open[chosen]->propensity = chances[chosen];
        take(engine, query, list, pool, count, place[chosen]);
    }
    return PR_OK;
}

/* Tier by tier: the best of a tier form the pool from which picks are made. */
static pr_status pick_tiers(pr_engine *engine, const pr_query *query, pr_list *list, pr_candidate **order,
                            pr_error *error) {
    uint32_t explore = (uint32_t)(query->knobs.explore * query->requested + 0.5);
    for (uint32_t start = 0; start < list->count && list->picked_count < query->requested;) {
        uint32_t end = start, tier = order[start]->tier;
        while (end < list->count && order[end]->tier == tier)
            end++;
        uint32_t wanted = query->requested - list->picked_count;
        uint32_t pool = engine->settings.pool > wanted ? engine->settings.pool : wanted;
        uint32_t count = end - start < pool ? end - start : pool;
        for (uint32_t i = 0; query->knobs.mmr < 1 && i < list->picked_count; i++)
            note_pick(engine, order + start, count, list->picked[i]);
        uint32_t by_chance = explore < wanted ? explore : wanted;
        pick_by_mmr(engine, query, list, order + start, count, wanted - by_chance);
        PR_TRY(pick_by_chance(engine, query, list, order + start, count, query->requested - list->picked_count, error));
        start = end;
    }
    return PR_OK;
}

pr_status pr__rank(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    pr_candidate **order = pr_arena_array(&engine->scratch, list->count + 1u, sizeof *order);
    list->picked = pr_arena_array(&engine->scratch, list->count + 1u, sizeof *list->picked);
    if (!order || !list->picked)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while ranking");
    for (uint32_t i = 0; i < list->count; i++)
        order[i] = &list->candidates[i];
    qsort(order, list->count, sizeof *order, by_score);
    for (uint32_t i = 0; i < list->count; i++)
        order[i]->rank_before = i + 1;
    if (query->by_popularity || query->only != UINT32_MAX) {
        for (uint32_t i = 0; i < list->count && i < query->requested; i++) {
            order[i]->mmr = order[i]->score;
            list->picked[list->picked_count++] = order[i];
        }
        return PR_OK;
    }
    return pick_tiers(engine, query, list, order, error);
}
