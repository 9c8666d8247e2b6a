/* What stands beside the recommendations from purchases: similar and popular items, models, statistics, tuning, the
 * visitor's profile. */
#include "picks.h"

#include <math.h>
#include <string.h>

static bool read_n(pr_call *call, uint32_t fallback, uint32_t *n) {
    pr_picks_request request;
    if (!pr__picks_defaults(call, pr__text("me"), &request) || !pr__picks_parameters(call, &request))
        return false;
    *n = pr__parameter(call, "n").bytes ? request.wanted : fallback;
    return true;
}

static void write_price_of(pr_engine *engine, uint32_t item, pr_writer *w) {
    pr_item_stats stats = {.price = NAN};
    pr__item_stats(engine, item, &stats);
    pr__write_price(w, "item_price", stats.price);
}

/* ---- similar items ---- */

/* The square root of the sum of squares of eight-bit factors. */
static double length_of(const int8_t *values, uint32_t factors) {
    int32_t sum = 0;
    for (uint32_t f = 0; f < factors; f++)
        sum += values[f] * values[f];
    return sqrt((double)sum);
}

/* 0 to 1: the cosine of two items' factors, nothing below 0. */
static double cosine(pr_engine *engine, uint32_t a, uint32_t b) {
    uint32_t factors = engine->purchases.factors;
    if (!engine->purchases.has[PR_BY_ALS])
        return 0;
    pr__fold_event one = pr__factors_of(engine, a), other = pr__factors_of(engine, b);
    int32_t dot = 0;
    if (!one.values || !other.values || one.scale <= 0 || other.scale <= 0)
        return 0;
    for (uint32_t f = 0; f < factors; f++)
        dot += one.values[f] * other.values[f];
    return dot > 0 ? dot / (length_of(one.values, factors) * length_of(other.values, factors)) : 0;
}

/* Without neighbours: by the cosine of the factors. */
static pr_status by_factors(pr_call *call, uint32_t item, uint32_t n, pr_link *out, uint32_t *count) {
    pr_engine *engine = call->engine;
    pr__best best;
    pr__best_row *rows = pr_arena_array(&engine->scratch, n, sizeof *rows);
    float *scores = pr_arena_array(&engine->scratch, engine->items, sizeof *scores);
    *count = 0;
    for (uint32_t s = 0; s < engine->tables[PR_TABLE_FACTORS].count; s++)
        pr__shard_of_row(engine, PR_TABLE_FACTORS,
                         engine->shards[engine->tables[PR_TABLE_FACTORS].first + s].first_row);
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    if (!rows || !scores || !pr__best_start(&best, n, &engine->scratch))
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while looking for similar items");
    for (uint32_t other = 0; other < engine->items; other++)
        scores[other] = other == item ? 0 : (float)cosine(engine, item, other);
    pr__best_offer(&best, scores, 0, engine->items, NULL);
    uint32_t found = pr__best_finish(&best, rows);
    while (*count < found && rows[*count].score > 0) {
        out[*count] = (pr_link){rows[*count].row, rows[*count].score};
        ++*count;
    }
    return PR_OK;
}

static void write_similar(pr_engine *engine, uint32_t item, const pr_link *links, uint32_t count, pr_writer *w) {
    pr_write_key(w, "similar_items");
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++) {
        pr_write_object(w);
        pr__write_item_members(engine, links[i].item, w);
        pr__write_rounded(w, "relevance_score", links[i].score / links[0].score);
        pr__write_rounded(w, "confidence_score", cosine(engine, item, links[i].item));
        write_price_of(engine, links[i].item, w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

pr_status pr__get_similar_items(pr_call *call) {
    enum { WANTED = 5 };
    pr_engine *engine = call->engine;
    uint32_t n, count = 0, item;
    if (!read_n(call, WANTED, &n))
        return PR_OK;
    item = call->id.size <= PR_MAX_ID ? pr__item_find(engine, call->id) : UINT32_MAX;
    if (item == UINT32_MAX) {
        if (!engine->missing_count && !engine->needs_refused)
            pr__refuse(call, 404, "item_not_found", "item_id", "there is no item with that id");
        return PR_OK;
    }
    pr_link *links = pr_arena_array(&engine->scratch, (n > PR_MAX_LINKS ? n : PR_MAX_LINKS) + 1u, sizeof *links);
    if (!links)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while looking for similar items");
    if (engine->purchases.has[PR_BY_ITEM_CF])
        count = pr__neighbours(engine, item, links);
    if (!count && engine->purchases.has[PR_BY_ALS] && !engine->missing_count)
        PR_TRY(by_factors(call, item, n, links, &count));
    pr__order_links(links, count);
    count = count < n ? count : n;
    pr_write_object(&call->w);
    pr_write_key(&call->w, "item_id");
    pr_write_string(&call->w, call->id.bytes, call->id.size);
    write_similar(engine, item, links, count, &call->w);
    pr_write_key(&call->w, "processing_time_ms");
    pr_write_null(&call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}

/* ---- popular items ---- */

pr_status pr__get_popular_items(pr_call *call) {
    enum { WANTED = 10 };
    pr_engine *engine = call->engine;
    pr_ledger nobody = {.average_price = NAN, .last = INT64_MIN};
    pr_level_one level;
    pr__best best;
    uint32_t n;
    if (!read_n(call, WANTED, &n))
        return PR_OK;
    PR_TRY(pr__level_one(engine, &nobody, &engine->purchases.tuning, PR_BY_POPULARITY, &level, call->error));
    if (!level.scores)
        return PR_OK;
    pr__best_row *rows = pr_arena_array(&engine->scratch, n, sizeof *rows);
    if (!rows || !pr__best_start(&best, n, &engine->scratch))
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while listing popular items");
    pr__best_offer(&best, level.scores, 0, engine->items, NULL);
    uint32_t count = pr__best_finish(&best, rows);
    pr_write_object(&call->w);
    pr_write_key(&call->w, "items");
    pr_write_array(&call->w);
    for (uint32_t i = 0; i < count; i++) {
        pr_item_stats stats = {.price = NAN};
        pr__item_stats(engine, rows[i].row, &stats);
        pr_write_object(&call->w);
        pr__write_item_members(engine, rows[i].row, &call->w);
        pr__write_price(&call->w, "item_price", stats.price);
        pr__write_rounded(&call->w, "popularity_score", stats.popularity);
        pr_write_key(&call->w, "buyers");
        pr_write_integer(&call->w, stats.buyers);
        pr_write_end_object(&call->w);
    }
    pr_write_end_array(&call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}

/* ---- models, statistics, tuning ---- */

static void write_given(pr_writer *w, const char *key, const pr_json *value) {
    pr_write_key(w, key);
    if (value)
        pr_write_json(w, value);
    else
        pr_write_null(w);
}

static const pr_json *figures_of(const pr_purchases *purchases, const char *model) {
    const pr_json *entry =
        purchases->models && purchases->models->type == PR_JSON_ARRAY ? purchases->models->first : NULL;
    while (entry && !pr_json_is(pr_json_get(entry, "name"), model))
        entry = entry->next;
    return entry ? pr_json_get(entry, "metrics") : NULL;
}

pr_status pr__get_models(pr_call *call) {
    static const char *const says[PR_SOURCE_NAMES] = {
        "Matrix factorisation: the taste behind what was bought, solved anew for each visitor",
        "Items bought by the same people as what the visitor bought",
        "What most people buy, the same for everyone",
        "A weighted blend of the others",
    };
    const pr_purchases *purchases = &call->engine->purchases;
    pr_writer *w = &call->w;
    pr_write_object(w);
    pr_write_key(w, "models");
    pr_write_array(w);
    for (int s = PR_SOURCE_NAMES; s-- > 0;) {
        pr_write_object(w);
        pr_write_key(w, "name");
        pr_write_text(w, pr__source_names[s]);
        pr_write_key(w, "description");
        pr_write_text(w, says[s]);
        pr_write_key(w, "available");
        pr_write_bool(w, s == PR_BY_HYBRID || purchases->has[s]);
        pr_write_key(w, "default");
        pr_write_bool(w, s == (int)purchases->default_model);
        write_given(w, "metrics", figures_of(purchases, pr__source_names[s]));
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    pr_write_key(w, "default_model");
    pr_write_text(w, pr__source_names[purchases->default_model]);
    pr_write_end_object(w);
    return PR_OK;
}

pr_status pr__get_stats(pr_call *call) {
    const pr_purchases *purchases = &call->engine->purchases;
    pr_writer *w = &call->w;
    pr_write_object(w);
    for (const pr_json *m = purchases->stats ? purchases->stats->first : NULL; m; m = m->next)
        write_given(w, m->key, m);
    pr__write_time(w, "as_of", purchases->as_of ? purchases->as_of : INT64_MIN);
    pr_write_key(w, "items_in_bundle");
    pr_write_integer(w, call->engine->items);
    pr_write_end_object(w);
    return PR_OK;
}

pr_status pr__get_config(pr_call *call) {
    pr__tuning_write(&call->engine->purchases.tuning, &call->w);
    return PR_OK;
}

/* ---- the visitor ---- */

/* On a device there is one: its visitor. */
pr_status pr__get_users(pr_call *call) {
    pr_ledger ledger;
    pr_writer *w = &call->w;
    PR_TRY(pr__ledger_read(call->engine, &call->state, call->request->now, &ledger, call->error));
    pr_write_object(w);
    pr_write_key(w, "users");
    pr_write_array(w);
    if (call->state.event_count) {
        pr_write_object(w);
        pr__write_user_members(&call->engine->purchases, &ledger, pr__text("me"), w);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
    pr_write_key(w, "total");
    pr_write_integer(w, call->state.event_count > 0);
    pr_write_end_object(w);
    return PR_OK;
}

static void write_purchase(pr_call *call, const pr_taken *taken, pr_writer *w) {
    double days;
    int64_t due = pr__due(call->engine, &call->engine->purchases.tuning, taken, &days);
    pr_write_object(w);
    pr__write_item_members(call->engine, taken->item, w);
    write_price_of(call->engine, taken->item, w);
    pr__write_rounded(w, "quantity", taken->units);
    pr_write_key(w, "times");
    pr_write_integer(w, taken->times);
    pr__write_time(w, "last_date", taken->last);
    pr__write_rounded(w, "cycle_days", days);
    pr__write_time(w, "due_date", due);
    pr_write_key(w, "due");
    pr_write_bool(w, due <= call->request->now);
    pr_write_end_object(w);
}

/* Purchases, the latest first, ties by rising item: by insertion into a list of places. */
static uint32_t *latest_first(pr_call *call, const pr_ledger *ledger, uint32_t *count) {
    uint32_t *places = pr_arena_array(&call->engine->scratch, ledger->count + 1u, sizeof *places);
    *count = 0;
    for (uint32_t i = 0; places && i < ledger->count; i++) {
        if (!ledger->items[i].times)
            continue;
        uint32_t at = (*count)++;
        for (; at > 0 && ledger->items[places[at - 1]].last < ledger->items[i].last; at--)
            places[at] = places[at - 1];
        places[at] = i;
    }
    return places;
}

pr_status pr__get_user_profile(pr_call *call) {
    pr_ledger ledger;
    uint32_t count;
    pr_writer *w = &call->w;
    pr_picks_request request;
    if (!pr__picks_defaults(call, call->id, &request))
        return PR_OK;
    PR_TRY(pr__ledger_read(call->engine, &call->state, call->request->now, &ledger, call->error));
    uint32_t *places = latest_first(call, &ledger, &count);
    if (!places)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while writing the profile");
    pr_write_object(w);
    pr__write_user_members(&call->engine->purchases, &ledger, call->id, w);
    pr__write_price(w, "total_spend", ledger.spend);
    pr_write_key(w, "purchases");
    pr_write_array(w);
    for (uint32_t i = 0; i < count; i++)
        write_purchase(call, &ledger.items[places[i]], w);
    pr_write_end_array(w);
    pr_write_end_object(w);
    return PR_OK;
}
