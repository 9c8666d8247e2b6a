/* Explanations. Leaving out an entry moves the weights of all others when it had a price, so nothing is a plain
 * difference; fold_change.h says how a score is had nevertheless without solving anew. */
#include "explain.h"

#include <math.h>
#include <string.h>

/* What rounding may do to a score, as a share of it. */
static const double ROUNDING = 1e-7;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while explaining");
}

/* The next place at or behind k whose item is not before `item`. Links rise, and so do the items. */
static uint32_t advance(const pr_explained *e, uint32_t k, uint32_t item) {
    while (k < e->count && e->items[k] < item)
        k++;
    return k;
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
        for (uint32_t n = 0, k = 0; n < found; n++) {
            k = advance(e, k, links[n].item);
            if (k == e->count || e->items[k] != links[n].item)
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
    return e->parts && e->links ? PR_OK : memory(error);
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
    return pr__level_one_blend(explained->level, explained->parts[k]);
}

/* By how much the score moves with a part. The parts times their slopes sum to the score, either way. */
static double slope(const pr_explained *e, uint32_t k, pr_source model) {
    double score = e->level->quadratic ? pr__explained_score(e, k) : 0;
    return score > 0 ? e->parts[k][model] / score : 1;
}

double pr__explained_part(const pr_explained *explained, uint32_t k, pr_source model) {
    return slope(explained, k, model) * explained->parts[k][model];
}

double pr__explained_effect(const pr_explained *explained, uint32_t k, uint32_t i) {
    return slope(explained, k, PR_BY_ITEM_CF) * effect_of_item_cf(explained, k, i) +
           slope(explained, k, PR_BY_ALS) * effect_of_als(explained, k, i);
}

/* ---- without one entry: cheaply ---- */

/* ALS's weights follow those of item_cf, and there is one item with factors less. */
static void balance(const pr_explained *e, pr_less *less) {
    const pr_level_one *level = e->level;
    const pr_ledger *ledger = level->ledger;
    const pr_balance *balance = &level->engine->purchases.balance;
    double ratio = 1;
    if (balance->user_exponent != 0 && level->events[less->entry].scale > 0)
        ratio = pr_balance_of(balance, level->known - 1, 1) / pr_balance_of(balance, level->known, 1);
    for (uint32_t j = 0; j < ledger->heavy_count; j++) {
        double before = ledger->items[ledger->heavy[j]].weight, weight = level->events[j].weight;
        less->balanced[j] = ratio * (less->weights[j] == before ? weight : weight * (less->weights[j] / before));
    }
}

static void leave_out(const pr_explained *e, uint32_t i, pr_less *less) {
    const pr_level_one *level = e->level;
    double sum = 0;
    less->entry = i;
    pr__ledger_weights_without(level->engine, level->ledger, i, less->weights);
    for (uint32_t j = 0; j < level->ledger->heavy_count; j++)
        sum += less->weights[j];
    less->divisor = pr__level_one_divisor(level->engine, sum);
    less->usable = level->share[PR_BY_ALS] <= 0 || e->targets;
    if (!e->targets)
        return;
    balance(e, less);
    pr__fold_change_make(&less->change, i, less->balanced);
}

static pr_less *make_less(const pr_explained *e) {
    pr_arena *scratch = &e->level->engine->scratch;
    uint32_t heavy = e->level->ledger->heavy_count;
    pr_less *less = pr_arena_take(scratch, sizeof *less);
    if (!less)
        return NULL;
    *less = (pr_less){.weights = pr_arena_array(scratch, heavy, sizeof *less->weights),
                      .balanced = pr_arena_array(scratch, heavy, sizeof *less->balanced)};
    bool made = less->weights && less->balanced;
    if (made && e->targets)
        made = pr__fold_change_room(&e->base, scratch, &less->change, NULL) == PR_OK;
    return made ? less : NULL;
}

/* NULL: out of memory. */
static const pr_less *less_of(pr_explained *e, uint32_t i) {
    pr_less **less = &e->less[i % PR_KEPT_LESS];
    if (*less && (*less)->entry == i)
        return *less;
    if (!*less)
        *less = make_less(e);
    if (*less)
        leave_out(e, i, *less);
    return *less;
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
    const pr_less *less = less_of(explained, i);
    *error = HUGE_VAL;
    if (!less || !less->usable)
        return 0;
    double parts[PR_SOURCES] = {[PR_BY_POPULARITY] = explained->parts[k][PR_BY_POPULARITY]}, off = 0;
    if (level->share[PR_BY_ITEM_CF] > 0)
        parts[PR_BY_ITEM_CF] = item_cf_without(explained, less, k);
    if (level->share[PR_BY_ALS] > 0) {
        double als = pr__fold_change_score(&less->change, &explained->targets[k], &off);
        parts[PR_BY_ALS] = als > 0 ? level->share[PR_BY_ALS] * als : 0;
    }
    double score = pr__level_one_blend(level, parts);
    *error = level->share[PR_BY_ALS] * off + ROUNDING * (score + pr__explained_score(explained, k));
    return score;
}

/* ---- without one entry: exactly ---- */

static double part_of_als(const pr_level_one *level, uint32_t item) {
    if (level->share[PR_BY_ALS] <= 0 || !level->folded)
        return 0;
    pr__fold_event factors = pr__factors_of(level->engine, item);
    double score = factors.scale > 0 ? pr__fold_in_product(&factors, level->fold.x, level->fold_model.dims) : 0;
    return score > 0 ? level->share[PR_BY_ALS] * score : 0;
}

static void score_by_item_cf(const pr_explained *e, const pr_level_one *level, double *scores) {
    const pr_ledger *ledger = level->ledger;
    pr_link links[PR_MAX_LINKS];
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        const pr_taken *taken = &ledger->items[ledger->heavy[i]];
        double share = level->share[PR_BY_ITEM_CF] * taken->weight / level->divisor;
        uint32_t found = pr__neighbours(level->engine, taken->item, links);
        for (uint32_t n = 0, k = 0; n < found; n++) {
            k = advance(e, k, links[n].item);
            if (k < e->count && e->items[k] == links[n].item)
                scores[k] += share * links[n].score;
        }
    }
}

static void score_without(pr_explained *e, uint32_t i, double *scores) {
    pr_level_one *level = e->rest_level;
    pr__ledger_without(level->engine, e->level->ledger, e->level->ledger->heavy[i], &e->rest);
    pr__level_one_refold(level, &e->rest);
    memset(scores, 0, e->count * sizeof *scores);
    if (level->share[PR_BY_ITEM_CF] > 0)
        score_by_item_cf(e, level, scores);
    for (uint32_t k = 0; k < e->count; k++) {
        const double parts[PR_SOURCES] = {[PR_BY_ALS] = part_of_als(level, e->items[k]),
                                          [PR_BY_ITEM_CF] = scores[k],
                                          [PR_BY_POPULARITY] = e->parts[k][PR_BY_POPULARITY]};
        scores[k] = pr__level_one_blend(level, parts);
    }
}

static bool has_exact_room(pr_explained *e) {
    pr_arena *scratch = &e->level->engine->scratch;
    uint32_t heavy = e->level->ledger->heavy_count;
    if (e->rest_level || e->failed)
        return !e->failed;
    e->exact = pr_arena_array(scratch, (size_t)e->count * heavy, sizeof *e->exact);
    e->known = pr_arena_array(scratch, heavy, sizeof *e->known);
    e->rest_level = pr_arena_take(scratch, sizeof *e->rest_level);
    e->failed = !e->exact || !e->known || !e->rest_level ||
                pr__ledger_room(e->level->ledger, scratch, &e->rest, NULL) != PR_OK ||
                pr__level_one_room(e->level, e->rest_level, NULL) != PR_OK;
    return !e->failed;
}

double pr__explained_without_exactly(pr_explained *explained, uint32_t k, uint32_t i) {
    if (!has_exact_room(explained))
        return 0;
    double *scores = explained->exact + (size_t)i * explained->count;
    if (!explained->known[i])
        score_without(explained, i, scores);
    explained->known[i] = true;
    return scores[k];
}
