/* Candidates of three voices, all of them heard about each candidate, and the blend. */
#include "gather.h"

#include <math.h>

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while gathering candidates");
}

static bool is_missing(const pr_engine *engine) {
    return engine->missing_count || engine->needs_refused;
}

/* ---- what others took ---- */

static bool has_models(const pr_engine *engine) {
    return engine->purchases.present && (engine->purchases.has[PR_BY_ALS] || engine->purchases.has[PR_BY_ITEM_CF]);
}

/* Fold-in reads the factors of all items: of a large catalogue that is more than a list is worth to a phone. */
static bool has_many_factors(const pr_engine *engine) {
    const uint64_t most_bytes = 4 << 20;
    return (uint64_t)engine->tables[PR_TABLE_FACTORS].rows * engine->purchases.factors > most_bytes;
}

/* The model that was asked for, or another one that the bundle has and that costs the visitor less. */
static pr_source model_for(const pr_engine *engine, pr_source asked) {
    const bool *has = engine->purchases.has;
    if (has[PR_BY_ITEM_CF] && has_many_factors(engine))
        return PR_BY_ITEM_CF;
    if (asked != PR_BY_HYBRID && !has[asked])
        return has[PR_BY_ITEM_CF] ? PR_BY_ITEM_CF : PR_BY_ALS;
    return asked;
}

/* Scores of all items by the models of purchases, popularity left out: that is a voice of its own. */
static pr_status by_models(pr_engine *engine, const pr_gather_query *query, float **scores, pr_error *error) {
    pr_ledger *ledger = pr_arena_take(&engine->scratch, sizeof *ledger);
    pr_level_one level;
    pr_tuning tuning = engine->purchases.tuning;
    tuning.weights[PR_BY_POPULARITY] = 0;
    if (!ledger)
        return memory(error);
    PR_TRY(pr__ledger_read(engine, query->taken, query->now, ledger, error));
    if (!ledger->heavy_count || is_missing(engine))
        return PR_OK;
    PR_TRY(pr__level_one(engine, ledger, &tuning, model_for(engine, query->model), &level, error));
    *scores = level.scores;
    return PR_OK;
}

uint32_t pr__taken_together(pr_engine *engine, uint32_t item, pr_link *out) {
    pr_rule rules[PR_MAX_LINKS];
    if (engine->purchases.present && engine->purchases.has[PR_BY_ITEM_CF])
        return pr__neighbours(engine, item, out);
    uint32_t count = engine->tables[PR_TABLE_RULES].rows ? pr__rules(engine, item, rules) : 0;
    for (uint32_t i = 0; i < count; i++)
        out[i] = (pr_link){rules[i].item, rules[i].confidence};
    return count;
}

/* Sums over what is taken together with the seeds that are wanted. */
static pr_status by_links(pr_engine *engine, const pr_gather_query *query, float **scores, pr_error *error) {
    pr_link links[PR_MAX_LINKS];
    if (!engine->tables[PR_TABLE_RULES].rows)
        return PR_OK;
    *scores = pr_arena_array(&engine->scratch, engine->items, sizeof **scores);
    if (!*scores)
        return memory(error);
    for (uint32_t s = 0; s < query->seed_count; s++) {
        uint32_t found = query->seeds[s].weight > 0 ? pr__taken_together(engine, query->seeds[s].item, links) : 0;
        for (uint32_t k = 0; k < found; k++)
            (*scores)[links[k].item] += (float)(query->seeds[s].weight * links[k].score);
    }
    return PR_OK;
}

/* ---- popularity ---- */

double pr__popularity_of(pr_engine *engine, uint32_t item) {
    pr_item_stats stats;
    pr_item view, first;
    if (engine->purchases.present)
        return pr__item_stats(engine, item, &stats) ? stats.popularity : 0;
    if (engine->shop.present) {
        const double most = 15;
        const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_DOCUMENTS, item);
        return shard ? (shard->view.documents.classes[item - shard->first_row] >> 4) / most : 0;
    }
    if (!pr__item(engine, item, &view) || !pr__item(engine, 0, &first))
        return 0;
    double own = pr__counts(&view.view->counts, view.row).started,
           most = pr__counts(&first.view->counts, first.row).started;
    return most > 0 && own < most ? pr_log(1 + own) / pr_log(1 + most) : own > 0;
}

/* ---- gathering ---- */

static void add(pr_gathered *out, uint32_t item, pr_voice voice) {
    uint32_t at = out->count;
    while (at > 0 && out->candidates[at - 1].item > item)
        at--;
    if (at == 0 || out->candidates[at - 1].item != item) {
        for (uint32_t i = out->count++; i > at; i--)
            out->candidates[i] = out->candidates[i - 1];
        out->candidates[at] = (pr_staged){.item = item, .pair = NAN};
    } else
        at--;
    out->found[voice] += !(out->candidates[at].voices >> voice & 1);
    out->candidates[at].voices |= (uint8_t)(1u << voice);
}

/* The items of a bundle begin with the most popular ones, and so do those of a category. */
static void add_popular(const pr_gather_query *query, pr_gathered *out) {
    const pr_category *category = query->category;
    const uint32_t count = category ? category->count : out->engine->items;
    for (uint32_t i = 0; i < count && out->found[PR_POPULARITY] < query->pool; i++) {
        const uint32_t item = category ? pr__category_item(category, i) : i;
        if (!query->allowed || (query->allowed[item / 64] >> item % 64 & 1))
            add(out, item, PR_POPULARITY);
    }
}

/* A category's own clusters are looked into: none of the nearest ones may have anything of it. */
static pr_status find_probing(const pr_gather_query *query, const pr_content *content, pr_probing *out,
                              pr_error *error) {
    const pr_category *category = query->category;
    *out = (pr_probing){NULL, content->engine->meaning.probes};
    if (!category || !content->vector)
        return PR_OK;
    out->clusters = pr__category_clusters(content->engine, category);
    out->probes = pr__category_probes(content->engine, category, query->pool);
    return out->clusters ? PR_OK : memory(error);
}

static pr_status add_found(const pr_gather_query *query, pr_gathered *out, pr_error *error) {
    pr__best_row *rows = pr_arena_array(&out->engine->scratch, query->pool, sizeof *rows);
    uint32_t count;
    pr_probing probing;
    if (!rows)
        return memory(error);
    PR_TRY(find_probing(query, &out->content, &probing, error));
    PR_TRY(pr__content_top(&out->content, query->allowed, probing, query->pool, rows, &count, error));
    for (uint32_t i = 0; i < count; i++)
        add(out, rows[i].row, PR_CONTENT);
    PR_TRY(pr__top_scores(out->engine, out->collaborative, query->allowed, query->pool, rows, &count, error));
    for (uint32_t i = 0; i < count; i++)
        add(out, rows[i].row, PR_COLLABORATIVE);
    add_popular(query, out);
    return PR_OK;
}

pr_status pr__gather(pr_engine *engine, const pr_gather_query *query, pr_gathered *out, pr_error *error) {
    *out = (pr_gathered){
        .engine = engine,
        .candidates = pr_arena_array(&engine->scratch, (size_t)PR_VOICES * query->pool + 1, sizeof *out->candidates)};
    if (!out->candidates)
        return memory(error);
    PR_TRY(pr__content_start(engine, query->seeds, query->seed_count, &out->content, error));
    if (has_models(engine))
        PR_TRY(by_models(engine, query, &out->collaborative, error));
    else
        PR_TRY(by_links(engine, query, &out->collaborative, error));
    return is_missing(engine) ? PR_OK : add_found(query, out, error);
}

/* ---- blending ---- */

static void hear(pr_gathered *g) {
    bool small = pr__content_is_small(g->engine);
    for (uint32_t i = 0; i < g->count; i++) {
        pr_staged *c = &g->candidates[i];
        if (small || c->voices >> PR_CONTENT & 1)
            c->says[PR_CONTENT] = pr__content_of(&g->content, c->item);
        c->says[PR_COLLABORATIVE] = g->collaborative ? g->collaborative[c->item] : 0;
        c->says[PR_POPULARITY] = pr__popularity_of(g->engine, c->item);
    }
}

static void sum_up(pr_gathered *g) {
    double most[PR_VOICES] = {0};
    for (uint32_t i = 0; i < g->count; i++) {
        for (int v = 0; v < PR_VOICES; v++)
            most[v] = g->candidates[i].says[v] > most[v] ? g->candidates[i].says[v] : most[v];
    }
    for (uint32_t i = 0; i < g->count; i++) {
        pr_staged *c = &g->candidates[i];
        for (int v = 0; v < PR_VOICES; v++) {
            c->parts[v] = c->says[v] > 0 ? g->engine->stages.weights[v] * (c->says[v] / most[v]) : 0;
            c->hybrid += c->parts[v];
        }
        c->score = c->hybrid;
    }
}

void pr__staged_order(pr_staged *candidates, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        pr_staged moved = candidates[i];
        uint32_t at = i;
        for (; at > 0 && (candidates[at - 1].score < moved.score ||
                          (candidates[at - 1].score == moved.score && candidates[at - 1].item > moved.item));
             at--)
            candidates[at] = candidates[at - 1];
        candidates[at] = moved;
    }
}

void pr__staged_settle(pr_staged *candidates, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        pr_staged moved = candidates[i];
        uint32_t at = i;
        for (; at > 0 && candidates[at - 1].score < moved.score; at--)
            candidates[at] = candidates[at - 1];
        candidates[at] = moved;
    }
}

void pr__blend(pr_gathered *gathered) {
    hear(gathered);
    sum_up(gathered);
    pr__staged_order(gathered->candidates, gathered->count);
}
