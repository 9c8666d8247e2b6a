/* Rules that keep items away, and factors that move candidates: prices a visitor is used to, something a little better,
 * what is due again. */
#include "level_two.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- what is allowed ---- */

/* Small spenders are not shown the dearest quarter. */
static double dearest_for(const pr_purchases *purchases, const pr_ledger *ledger, const pr_tuning *tuning) {
    bool small = pr__spending_segment(purchases, ledger) == 0;
    double band = purchases->price_bands[PR_SPENDING_SEGMENTS - 2];
    return tuning->sensitivity && small && band > 0 ? band : INFINITY;
}

/* Prices are compared as the bundle holds them. */
static float as_price(double given) {
    return given < (double)FLT_MAX ? (float)given : INFINITY;
}

static bool has_range(const pr_pick_limits *limits) {
    return limits->least_price == limits->least_price || limits->most_price == limits->most_price;
}

/* Without a known price an item fits no range. */
static void forbid_outside(pr_engine *engine, const pr_pick_limits *limits, uint64_t *allowed) {
    float least = limits->least_price == limits->least_price ? as_price(limits->least_price) : -INFINITY,
          most = limits->most_price == limits->most_price ? as_price(limits->most_price) : INFINITY;
    for (uint32_t s = 0; s < engine->tables[PR_TABLE_ITEM_STATS].count; s++) {
        const pr_shard *shard = &engine->shards[engine->tables[PR_TABLE_ITEM_STATS].first + s];
        const float *price = shard->view.item_stats.price;
        for (uint32_t r = 0; r < shard->rows; r++) {
            if (!(price[r] >= least && price[r] <= most))
                pr__forbid(allowed, shard->first_row + r);
        }
    }
}

static void forbid_dear(pr_engine *engine, const pr_ledger *ledger, float dearest, uint64_t *allowed) {
    for (uint32_t s = 0; s < engine->tables[PR_TABLE_ITEM_STATS].count; s++) {
        const pr_shard *shard = &engine->shards[engine->tables[PR_TABLE_ITEM_STATS].first + s];
        const float *price = shard->view.item_stats.price;
        for (uint32_t r = 0; r < shard->rows; r++) {
            const pr_taken *taken = price[r] > dearest ? pr__ledger_find(ledger, shard->first_row + r) : NULL;
            if (price[r] > dearest && !(taken && taken->has)) /* what was bought before is not too dear */
                pr__forbid(allowed, shard->first_row + r);
        }
    }
}

static uint32_t count_allowed(const uint64_t *allowed, uint32_t items) {
    uint32_t count = 0;
    for (uint32_t first = 0; first < items; first += 64) {
        uint64_t bits = pr__allowed_bits(allowed, first, items - first < 64 ? items - first : 64);
        for (; bits; bits &= bits - 1)
            count++;
    }
    return count;
}

/* What is there already stays away: for good, or until it is due. */
static void forbid_taken(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning,
                         const pr_pick_limits *limits, uint64_t *allowed) {
    for (uint32_t i = 0; i < ledger->count; i++) {
        const pr_taken *taken = &ledger->items[i];
        double days;
        bool away = taken->disliked || (taken->has && limits->exclude_purchased);
        if (!away && taken->has && tuning->cycles)
            away = pr__due(engine, tuning, taken, &days) > limits->now;
        if (away)
            pr__forbid(allowed, taken->item);
    }
}

static bool has_all_stats(pr_engine *engine) {
    bool there = true;
    for (uint32_t s = 0; s < engine->tables[PR_TABLE_ITEM_STATS].count; s++)
        there &= pr__shard_of_row(engine, PR_TABLE_ITEM_STATS,
                                  engine->shards[engine->tables[PR_TABLE_ITEM_STATS].first + s].first_row) != NULL;
    return there;
}

uint64_t *pr__picks_allowed(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning,
                            const pr_pick_limits *limits, uint32_t wanted) {
    double dearest = dearest_for(&engine->purchases, ledger, tuning);
    size_t words = pr__allowed_words(engine->items);
    uint64_t *allowed = pr_arena_array(&engine->scratch, words, sizeof *allowed);
    uint64_t *cheaper = pr_arena_array(&engine->scratch, words, sizeof *cheaper);
    bool priced = has_range(limits) || dearest < INFINITY;
    if (!allowed || !cheaper || (priced && !has_all_stats(engine)))
        return NULL;
    for (size_t i = 0; i < words; i++)
        allowed[i] = UINT64_MAX;
    if (has_range(limits))
        forbid_outside(engine, limits, allowed);
    forbid_taken(engine, ledger, tuning, limits, allowed);
    if (!(dearest < INFINITY))
        return allowed;
    memcpy(cheaper, allowed, words * sizeof *cheaper);
    forbid_dear(engine, ledger, as_price(dearest), cheaper);
    return count_allowed(cheaper, engine->items) >= wanted ? cheaper : allowed;
}

/* ---- what moves candidates ---- */

/* Dearer than the visitor is used to, within tolerance, is raised; beyond it is lowered as far as it is beyond. */
static void weigh_price(const pr_tuning *tuning, double usual, pr_pick *pick) {
    if (!(usual > 0) || !(pick->price > usual))
        return;
    double times = pick->price / usual;
    if (tuning->sensitivity && times > tuning->tolerance)
        pick->sensitivity = tuning->tolerance / times;
    else if (tuning->upsell)
        pick->upsell = 1 + tuning->upsell_factor * (1 + tuning->price_boost_weight * (times - 1));
}

static void weigh(const pr_level_one *level, const pr_tuning *tuning, const pr_pick_limits *limits, pr_pick *pick) {
    pr_item_stats stats = {.price = NAN};
    double days;
    pr__item_stats(level->engine, pick->item, &stats);
    pick->price = stats.price;
    pick->upsell = pick->sensitivity = pick->due = 1;
    weigh_price(tuning, level->ledger->average_price, pick);
    const pr_taken *taken = pr__ledger_find(level->ledger, pick->item);
    if (taken && taken->has && tuning->cycles && pr__due(level->engine, tuning, taken, &days) <= limits->now)
        pick->due = 1 + tuning->due_boost;
}

/* By insertion, as candidates come nearly sorted. */
void pr__picks_order(pr_pick *picks, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        pr_pick pick = picks[i];
        pick.score = pick.level_one * pick.upsell * pick.sensitivity * pick.due;
        uint32_t at = i;
        for (; at > 0 && (picks[at - 1].score < pick.score ||
                          (picks[at - 1].score == pick.score && picks[at - 1].item > pick.item));
             at--)
            picks[at] = picks[at - 1];
        picks[at] = pick;
    }
}

pr_pick *pr__picks_rank(const pr_level_one *level, const pr_tuning *tuning, const pr_pick_limits *limits,
                        const uint64_t *allowed, uint32_t wanted, uint32_t *count) {
    pr_arena *scratch = &level->engine->scratch;
    uint32_t pool = wanted > tuning->pool ? wanted : tuning->pool;
    pr__best best;
    pr__best_row *rows = pr_arena_array(scratch, pool, sizeof *rows);
    pr_pick *picks = pr_arena_array(scratch, pool, sizeof *picks);
    if (!rows || !picks || !pr__best_start(&best, pool, scratch))
        return NULL;
    pr__best_offer(&best, level->scores, 0, level->engine->items, allowed);
    *count = pr__best_finish(&best, rows);
    for (uint32_t i = 0; i < *count; i++) {
        picks[i] = (pr_pick){.item = rows[i].row, .level_one = rows[i].score};
        weigh(level, tuning, limits, &picks[i]);
    }
    pr__picks_order(picks, *count);
    return picks;
}
