/* Scoring all items: ALS by fold-in and inner products, item_cf by sums over neighbours, popularity as it is. */
#include "level_one.h"

#include <math.h>

enum { TILE = 1024 /* rows whose inner products are made at once */ };

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while scoring");
}

pr__fold_event pr__factors_of(pr_engine *engine, uint32_t item) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_FACTORS, item);
    if (!shard)
        return (pr__fold_event){0};
    uint32_t row = item - shard->first_row;
    return (pr__fold_event){shard->view.factors.values + (size_t)row * engine->purchases.factors,
                            shard->view.factors.scale[row], 0};
}

/* ---- ALS ---- */

/* Room for the fold-in of at most `most` entries. */
static pr_status make_fold(pr_level_one *level, uint32_t most, pr_error *error) {
    pr_engine *engine = level->engine;
    const pr_purchases *purchases = &engine->purchases;
    const float *gram = pr__gram(engine);
    level->events = pr_arena_array(&engine->scratch, most + 1u, sizeof *level->events);
    if (!level->events)
        return memory(error);
    level->fold_model = (pr__fold_model){
        purchases->factors, gram, engine->items, purchases->unobserved, purchases->regularization, purchases->exponent};
    return gram ? pr__fold_in_room(&level->fold_model, most, &engine->scratch, &level->fold, error) : PR_OK;
}

static void fold(pr_level_one *level) {
    const pr_ledger *ledger = level->ledger;
    level->folded = false;
    level->known = 0;
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        level->events[i] = pr__factors_of(level->engine, ledger->items[ledger->heavy[i]].item);
        level->known += level->events[i].scale > 0;
    }
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        const pr_taken *taken = &ledger->items[ledger->heavy[i]];
        pr_item_stats stats = {0};
        pr__item_stats(level->engine, taken->item, &stats);
        level->events[i].weight =
            taken->weight * pr_balance_of(&level->engine->purchases.balance, level->known, stats.buyers);
    }
    if (!level->engine->missing_count && level->fold_model.gram)
        level->folded = pr__fold_in_solve(&level->fold, level->events, ledger->heavy_count);
}

double pr__level_one_divisor(const pr_engine *engine, double weight) {
    const double exponent = engine->purchases.normalize;
    return exponent == 0 || weight <= 0 ? 1 : exponent == 1 ? weight : pr_exp(exponent * pr_log(weight));
}

pr_status pr__level_one_room(const pr_level_one *like, pr_level_one *out, pr_error *error) {
    *out = *like;
    return like->share[PR_BY_ALS] > 0 ? make_fold(out, like->ledger->heavy_count, error) : PR_OK;
}

void pr__level_one_refold(pr_level_one *level, const pr_ledger *ledger) {
    level->ledger = ledger;
    level->divisor = pr__level_one_divisor(level->engine, ledger->weight);
    if (level->share[PR_BY_ALS] > 0)
        fold(level);
}

/* What a part of the blend adds to it before the root is taken. */
static float term(const pr_level_one *level, float part) {
    return level->quadratic ? part * part : part;
}

static void add_tile(const pr_level_one *level, float *scores, const float *tile, uint32_t count) {
    const float share = (float)level->share[PR_BY_ALS];
    for (uint32_t r = 0; r < count; r++)
        scores[r] += tile[r] > 0 ? term(level, tile[r] * share) : 0;
}

/* Negative inner products count 0. */
static void add_als(const pr_level_one *level, float *scores) {
    const pr_engine *engine = level->engine;
    uint32_t factors = engine->purchases.factors, first = engine->tables[PR_TABLE_FACTORS].first,
             end = first + engine->tables[PR_TABLE_FACTORS].count;
    pr__factor_query query;
    float tile[TILE];
    if (!level->folded || !pr__factors_query(level->fold.x, factors, &query))
        return;
    for (uint32_t s = first; s < end; s++) {
        const pr_shard *shard = &engine->shards[s];
        for (uint32_t row = 0; row < shard->rows; row += TILE) {
            uint32_t count = shard->rows - row < TILE ? shard->rows - row : TILE;
            const pr__factor_rows rows = {shard->first_row + row, count,
                                          shard->view.factors.values + (size_t)row * factors,
                                          shard->view.factors.scale + row};
            pr__factors_scores(&rows, &query, tile);
            add_tile(level, scores + rows.first, tile, count);
        }
    }
}

/* ---- item_cf and popularity ---- */

static void add_item_cf(const pr_level_one *level, float *scores) {
    const pr_ledger *ledger = level->ledger;
    pr_link links[PR_MAX_LINKS];
    for (uint32_t i = 0; i < ledger->heavy_count; i++) {
        const pr_taken *taken = &ledger->items[ledger->heavy[i]];
        double share = level->share[PR_BY_ITEM_CF] * taken->weight / level->divisor;
        uint32_t count = pr__neighbours(level->engine, taken->item, links);
        for (uint32_t k = 0; k < count; k++)
            scores[links[k].item] += (float)(share * links[k].score);
    }
}

static void add_popularity(const pr_level_one *level, float *scores) {
    const pr_engine *engine = level->engine;
    float share = (float)level->share[PR_BY_POPULARITY];
    for (uint32_t s = 0; s < engine->tables[PR_TABLE_ITEM_STATS].count; s++) {
        const pr_shard *shard = &engine->shards[engine->tables[PR_TABLE_ITEM_STATS].first + s];
        for (uint32_t r = 0; r < shard->rows; r++)
            scores[shard->first_row + r] += term(level, share * shard->view.item_stats.popularity[r]);
    }
}

/* ---- all ---- */

static void share_out(pr_level_one *level, const pr_tuning *tuning, pr_source model) {
    const pr_purchases *purchases = &level->engine->purchases;
    double sum = 0;
    for (int s = 0; s < PR_SOURCES; s++) {
        bool asked = purchases->has[s] && (model == PR_BY_HYBRID || (int)model == s);
        level->share[s] = asked ? (model == PR_BY_HYBRID ? tuning->weights[s] : 1) : 0;
        sum += level->share[s];
    }
    level->quadratic = model == PR_BY_HYBRID && tuning->quadratic;
    for (int s = 0; s < PR_SOURCES; s++) {
        double weight = sum > 0 ? level->share[s] / sum : 0;
        level->share[s] = (level->quadratic ? sqrt(weight) : weight) / purchases->typical[s];
    }
}

double pr__level_one_blend(const pr_level_one *level, const double parts[PR_SOURCES]) {
    double sum = 0;
    for (int s = 0; s < PR_SOURCES; s++)
        sum += level->quadratic ? parts[s] * parts[s] : parts[s];
    return level->quadratic ? sqrt(sum) : sum;
}

/* item_cf's parts are whole only once all of the history has been looked at. */
static void square(float *scores, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        scores[i] *= scores[i];
}

static void take_roots(float *scores, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        scores[i] = sqrtf(scores[i]);
}

static void blend(const pr_level_one *level, float *scores) {
    if (level->share[PR_BY_ITEM_CF] > 0)
        add_item_cf(level, scores);
    if (level->quadratic)
        square(scores, level->engine->items);
    if (level->share[PR_BY_POPULARITY] > 0)
        add_popularity(level, scores);
    if (level->share[PR_BY_ALS] > 0)
        add_als(level, scores);
    if (level->quadratic)
        take_roots(scores, level->engine->items);
}

/* Note every shard that the models need and that is not there. */
static void want_tables(const pr_level_one *level) {
    static const pr_table tables[PR_SOURCES] = {PR_TABLE_FACTORS, PR_TABLE_COUNT, PR_TABLE_ITEM_STATS};
    pr_engine *engine = level->engine;
    for (int s = 0; s < PR_SOURCES; s++) {
        uint32_t first = s == PR_BY_ITEM_CF ? 0 : engine->tables[tables[s]].first,
                 count = s == PR_BY_ITEM_CF || level->share[s] <= 0 ? 0 : engine->tables[tables[s]].count;
        for (uint32_t k = 0; k < count; k++)
            pr__shard_of_row(engine, tables[s], engine->shards[first + k].first_row);
    }
    for (uint32_t i = 0; level->share[PR_BY_ITEM_CF] > 0 && i < level->ledger->heavy_count; i++)
        pr__shard_of_row(engine, PR_TABLE_NEIGHBOURS, level->ledger->items[level->ledger->heavy[i]].item);
}

pr_status pr__level_one(pr_engine *engine, const pr_ledger *ledger, const pr_tuning *tuning, pr_source model,
                        pr_level_one *out, pr_error *error) {
    *out = (pr_level_one){.engine = engine, .ledger = ledger};
    out->divisor = pr__level_one_divisor(engine, ledger->weight);
    share_out(out, tuning, model);
    want_tables(out);
    if (out->share[PR_BY_ALS] > 0) {
        PR_TRY(make_fold(out, ledger->heavy_count, error));
        fold(out);
    }
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    out->scores = pr_arena_array(&engine->scratch, engine->items, sizeof *out->scores);
    if (!out->scores)
        return memory(error);
    blend(out, out->scores);
    return PR_OK;
}
