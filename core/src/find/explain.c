/* Explanations. Leaving out an entry moves the weights of all others when it had a price, so nothing is a plain
 * difference; fold_change.h says how a score is had nevertheless without solving anew. */
#include "explain.h"

#include <math.h>

/* What rounding may do to a score, as a share of it. */
static const double ROUNDING = 1e-7;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while explaining");
}

static uint32_t place(const uint32_t *items, uint32_t count, uint32_t item) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && items[low] == item ? low : UINT32_MAX;
}

/* ---- parts ---- */

static double effect_of_item_cf(const pr_explained *e, uint32_t k, uint32_t i) {
    const pr_level_one *level = e->level;
    double share = level->share[PR_BY_ITEM_CF] * level->ledger->items[level->ledger->heavy[i]].weight / level->divisor;
    return share * e->links[(size_t)k * level->ledger->heavy_count + i];
}

/* Negative scores count 0, and so do their parts. */
static double effect_of_als(const pr_explained *e, uint32_t k, uint32_t i) {
    if (!e->targets || !(e->parts[k][PR_BY_ALS] > 0))
        return 0;
    return e->level->share[PR_BY_ALS] * (e->level->events[i].weight * e->targets[k].products[i]);
}

static void explain_item_cf(pr_explained *e) {
    const pr_ledger *ledger = e->level->ledger;
    pr_link links[PR_MAX_LINKS];
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        uint32_t found = pr__neighbours(e->level->engine, ledger->items[ledger->heavy[i]].item, links);
        for (uint32_t n = 0; n < found; n++) {
            uint32_t k = place(e->items, e->count, links[n].item);
            if (k == UINT32_MAX)
                continue;
            e->links[(size_t)k * ledger->heavy_count + i] = links[n].score;
            e->parts[k][PR_BY_ITEM_CF] += effect_of_item_cf(e, k, i);
        }
    }
}

static pr_status explain_als(pr_explained *e, pr_error *error) {
    const pr_level_one *level = e->level;
    pr_arena *scratch = &level->engine->scratch;
    e->targets = pr_arena_array(scratch, e->count + 1u, sizeof *e->targets);
    if (!e->targets)
        return memory(error);
    PR_TRY(pr__fold_base_make(&level->fold, scratch, &e->base, error));
    for (uint32_t k = 0; k < e->count; k++) {
        pr__fold_event item = pr__factors_of(level->engine, e->items[k]);
        double sum = 0;
        PR_TRY(pr__fold_target_make(&level->fold, &item, scratch, &e->targets[k], error));
        for (uint32_t i = 0; i < level->ledger->heavy_count; i++)
            sum += level->events[i].weight * e->targets[k].products[i];
        e->parts[k][PR_BY_ALS] = sum > 0 ? level->share[PR_BY_ALS] * sum : 0;
    }
    return PR_OK;
}

static void explain_popularity(pr_explained *e) {
    for (uint32_t k = 0; k < e->count; k++) {
        pr_item_stats stats;
        if (pr__item_stats(e->level->engine, e->items[k], &stats))
            e->parts[k][PR_BY_POPULARITY] = e->level->share[PR_BY_POPULARITY] * stats.popularity;
    }
}

static pr_status make_room(pr_explained *e, pr_error *error) {
    pr_arena *scratch = &e->level->engine->scratch;
    uint32_t heavy = e->level->ledger->heavy_count;
    size_t cells = (size_t)e->count * heavy + 1;
    e->parts = pr_arena_array(scratch, e->count + 1u, sizeof *e->parts);
    e->links = pr_arena_array(scratch, cells, sizeof *e->links);
    e->less = pr_arena_array(scratch, heavy + 1u, sizeof *e->less);
    e->exact = pr_arena_array(scratch, cells, sizeof *e->exact);
    e->known = pr_arena_array(scratch, heavy + 1u, sizeof *e->known);
    if (!e->parts || !e->links || !e->less || !e->exact || !e->known)
        return memory(error);
    PR_TRY(pr__ledger_room(e->level->ledger, scratch, &e->rest, error));
    return pr__level_one_room(e->level, &e->rest_level, error);
}

pr_status pr__explain(const pr_level_one *level, const uint32_t *items, uint32_t count, pr_explained *out,
                      pr_error *error) {
    *out = (pr_explained){.level = level, .items = items, .count = count};
    PR_TRY(make_room(out, error));
    if (level->share[PR_BY_ITEM_CF] > 0)
        explain_item_cf(out);
    if (level->share[PR_BY_ALS] > 0 && level->folded)
        PR_TRY(explain_als(out, error));
    if (level->share[PR_BY_POPULARITY] > 0)
        explain_popularity(out);
    return PR_OK;
}

double pr__explained_score(const pr_explained *explained, uint32_t k) {
    double sum = 0;
    for (int s = 0; s < PR_SOURCES; s++)
        sum += explained->parts[k][s];
    return sum;
}

double pr__explained_effect(const pr_explained *explained, uint32_t k, uint32_t i) {
    return effect_of_item_cf(explained, k, i) + effect_of_als(explained, k, i);
}

/* ---- without one entry: cheaply ---- */

/* ALS's weights follow those of item_cf, and there is one item with factors less. */
static bool balance(const pr_explained *e, uint32_t i, pr_less *less) {
    const pr_level_one *level = e->level;
    const pr_ledger *ledger = level->ledger;
    const pr_balance *balance = &level->engine->purchases.balance;
    double ratio = 1;
    less->balanced = pr_arena_array(&level->engine->scratch, ledger->heavy_count, sizeof *less->balanced);
    if (!less->balanced)
        return false;
    if (balance->user_exponent != 0 && level->events[i].scale > 0)
        ratio = pr_balance_of(balance, level->known - 1, 1) / pr_balance_of(balance, level->known, 1);
    for (uint32_t j = 0; j < ledger->heavy_count; j++) {
        double before = ledger->items[ledger->heavy[j]].weight, weight = level->events[j].weight;
        less->balanced[j] = ratio * (less->weights[j] == before ? weight : weight * (less->weights[j] / before));
    }
    return true;
}

static bool leave_out(pr_explained *e, uint32_t i, pr_less *less) {
    const pr_level_one *level = e->level;
    const pr_ledger *ledger = level->ledger;
    pr_arena *scratch = &level->engine->scratch;
    double sum = 0;
    less->weights = pr_arena_array(scratch, ledger->heavy_count, sizeof *less->weights);
    if (!less->weights || !pr__ledger_weights_without(level->engine, ledger, i, less->weights))
        return false;
    for (uint32_t j = 0; j < ledger->heavy_count; j++)
        sum += less->weights[j];
    less->divisor = pr__level_one_divisor(level->engine, sum);
    if (level->share[PR_BY_ALS] <= 0)
        return true;
    return level->folded && balance(e, i, less) &&
           pr__fold_change_make(&e->base, i, less->balanced, scratch, &less->change, NULL) == PR_OK;
}

static double item_cf_without(const pr_explained *e, const pr_less *less, uint32_t k) {
    uint32_t heavy = e->level->ledger->heavy_count;
    const double *links = e->links + (size_t)k * heavy;
    double sum = 0;
    for (uint32_t j = 0; j < heavy; j++)
        sum += less->weights[j] * links[j];
    return e->level->share[PR_BY_ITEM_CF] * sum / less->divisor;
}

double pr__explained_without(pr_explained *explained, uint32_t k, uint32_t i, double *error) {
    const pr_level_one *level = explained->level;
    pr_less *less = explained->less[i];
    *error = HUGE_VAL;
    if (!less) {
        less = pr_arena_take(&level->engine->scratch, sizeof *less);
        if (!less)
            return 0;
        *less = (pr_less){0};
        less->usable = leave_out(explained, i, less);
        explained->less[i] = less;
    }
    if (!less->usable)
        return 0;
    double score = explained->parts[k][PR_BY_POPULARITY], off = 0;
    if (level->share[PR_BY_ITEM_CF] > 0)
        score += item_cf_without(explained, less, k);
    if (level->share[PR_BY_ALS] > 0) {
        double als = pr__fold_change_score(&less->change, &explained->targets[k], &off);
        score += als > 0 ? level->share[PR_BY_ALS] * als : 0;
    }
    *error = level->share[PR_BY_ALS] * off + ROUNDING * (score + pr__explained_score(explained, k));
    return score;
}

/* ---- without one entry: exactly ---- */

static void score_by_als(const pr_explained *e, const pr_level_one *level, double *scores) {
    for (uint32_t k = 0; k < e->count; k++) {
        pr__fold_event item = pr__factors_of(level->engine, e->items[k]);
        double score = item.scale > 0 ? pr__fold_in_product(&item, level->fold.x, level->fold_model.dims) : 0;
        scores[k] += score > 0 ? level->share[PR_BY_ALS] * score : 0;
    }
}

static void score_by_item_cf(const pr_explained *e, const pr_level_one *level, double *scores) {
    const pr_ledger *ledger = level->ledger;
    pr_link links[PR_MAX_LINKS];
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        const pr_taken *taken = &ledger->items[ledger->heavy[i]];
        double share = level->share[PR_BY_ITEM_CF] * taken->weight / level->divisor;
        uint32_t found = pr__neighbours(level->engine, taken->item, links);
        for (uint32_t n = 0; n < found; n++) {
            uint32_t at = place(e->items, e->count, links[n].item);
            if (at != UINT32_MAX)
                scores[at] += share * links[n].score;
        }
    }
}

double pr__explained_without_exactly(pr_explained *explained, uint32_t k, uint32_t i) {
    const pr_ledger *ledger = explained->level->ledger;
    pr_level_one *level = &explained->rest_level;
    double *scores = explained->exact + (size_t)i * explained->count;
    if (explained->known[i])
        return scores[k];
    explained->known[i] = true;
    pr__ledger_without(level->engine, ledger, ledger->heavy[i], &explained->rest);
    pr__level_one_refold(level, &explained->rest);
    for (uint32_t m = 0; m < explained->count; m++)
        scores[m] = explained->parts[m][PR_BY_POPULARITY];
    if (level->share[PR_BY_ITEM_CF] > 0)
        score_by_item_cf(explained, level, scores);
    if (level->share[PR_BY_ALS] > 0 && level->folded)
        score_by_als(explained, level, scores);
    return scores[k];
}
