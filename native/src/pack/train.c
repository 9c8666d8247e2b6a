/* The learners in their order: plan, counts, prior, words, then packing. */
#include "train.h"
#include "categories.h"
#include "choose.h"
#include "fail.h"
#include "item_meaning.h"
#include "progress.h"
#include "purchases.h"
#include "ranking_settings.h"
#include "shop.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST_ITEMS = 1 << 24 };

typedef struct learned {
    prt_plan plan;
    prt_counts counts;
    prt_prior_models prior;
    prt_terms terms;
    bool ranks; /* then the next two are filled */
    prt_history history;
    prt_chosen chosen;
    bool sells; /* then `shop` is filled */
    prt_shop shop;
    bool buys; /* then `purchases` is filled */
    prt_purchases purchases;
    bool means; /* then `meaning` is filled, and must be freed */
    prt_item_meaning meaning;
} learned;

/* What is there already: packed as it is, and it stays the caller's. */
typedef struct given_models {
    const prt_ranker *ranker;       /* NULL: choose and learn one */
    const prt_purchases *purchases; /* NULL: learn them */
} given_models;

static pr_status learn_ranking(const prt_config *config, const prt_dataset *dataset, int threads,
                               const prt_ranker *given, learned *l, pr_error *error) {
    PRT_TRY(prt_history_make(config, dataset, threads, &l->history, error));
    pr_status status = PR_OK;
    if (given)
        l->chosen.ranker = *given;
    else {
        prt_history_say_gaps(&l->history);
        status = prt_model_choose(config, &l->history, threads, &l->chosen, error);
    }
    l->ranks = status == PR_OK;
    if (status != PR_OK)
        prt_history_free(&l->history);
    return status;
}

static pr_status learn_shop(const prt_config *config, const prt_dataset *dataset, int threads, learned *l,
                            pr_error *error) {
    PRT_TRY(prt_shop_learn(config, dataset, threads, &l->shop, error));
    l->sells = true;
    l->plan.counts.order = l->shop.order;
    return prt_shop_index(config, dataset, l->plan.fields, l->plan.field_count, &l->shop, error);
}

static pr_status learn_purchases(const prt_config *config, const prt_dataset *dataset, int threads,
                                 const prt_purchases *given, learned *l, pr_error *error) {
    if (given)
        l->purchases = *given;
    else
        PRT_TRY(prt_purchases_learn(config, dataset, NULL, threads, &l->purchases, error));
    l->buys = true;
    const prt_purchases *p = &l->purchases;
    prt_log("purchases", "%u users took %llu items; the hybrid's NDCG@10 on what was held out of %u of them is %.4f",
            p->named_users, (unsigned long long)p->taken.offsets[p->users], p->validation_users,
            p->metrics[PRT_SCORE_HYBRID].ndcg);
    /* a shop has an order of its own */
    return l->sells ? PR_OK : prt_purchases_order(&l->purchases, &l->plan.arena, &l->plan.counts.order, error);
}

static pr_status learn(const prt_config *config, const prt_dataset *dataset, int threads, const given_models *given,
                       learned *l, pr_error *error) {
    PRT_TRY(prt_plan_make(config, dataset, threads, &l->plan, error));
    if (config->has_shop)
        PRT_TRY(learn_shop(config, dataset, threads, l, error));
    if (config->has_purchases)
        PRT_TRY(learn_purchases(config, dataset, threads, given->purchases, l, error));
    PRT_TRY(prt_counts_make(dataset, &l->plan.counts, &l->counts, error));
    if (config->has_meaning) {
        l->means = true;
        PRT_TRY(prt_meaning_learn(config, dataset, l->counts.item_order, threads, &l->meaning, error));
    }
    PRT_TRY(prt_prior_fit(&l->counts, &l->plan.counts, threads, &l->prior, error));
    /* a shop has a search of its own */
    PRT_TRY(prt_terms_make(l->plan.fields, l->sells ? 0 : l->plan.field_count, l->counts.item_order,
                           l->counts.item_count, &l->terms, error));
    return config->has_weekly ? learn_ranking(config, dataset, threads, given->ranker, l, error) : PR_OK;
}

typedef struct settings {
    const prt_config *config;
    const prt_dataset *dataset;
    const learned *learned;
    int64_t created;
} settings;

static void write_meaning(const settings *s, pr_writer *w) {
    const prt_column *levels[PRT_MOST_LEVELS];
    const char *names[PRT_MOST_LEVELS];
    const uint32_t count = prt_category_levels(s->config, s->dataset, levels);
    for (uint32_t i = 0; i < count; i++)
        names[i] = levels[i]->name;
    prt_meaning_write_settings(s->config, &s->learned->meaning, names, count, w);
}

static void write_settings(const void *context, pr_writer *w) {
    const settings *s = context;
    pr_write_object(w);
    prt_config_write_members(s->config, w);
    if (s->learned->ranks)
        prt_ranking_write_settings(s->config, &s->learned->history, s->learned->chosen.ranker.kind, s->created, w);
    if (s->learned->sells)
        prt_shop_write_settings(s->config, &s->learned->shop, w);
    if (s->learned->buys)
        prt_purchases_write_settings(&s->learned->purchases, s->dataset, w);
    if (s->learned->means)
        write_meaning(s, w);
    pr_write_end_object(w);
}

/* The version that the configuration gives, else the day of the training. */
static void default_version(int64_t created, char out[32]) {
    time_t seconds = (time_t)created;
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || strftime(out, 32, "%Y-%m-%d", &utc) == 0)
        snprintf(out, 32, "0");
}

/* The cross-encoder reads what the bundle recommends, so the bundle comes first. */
static pr_status rerank(const prt_config *config, prt_pack *pack, int threads, prt_packed *out, pr_error *error) {
    prt_reranked reranked[PRT_PAGES];
    pr_status status = prt_rerank_packed(config, pack, threads, out, reranked, error);
    pack->reranked = reranked;
    if (status == PR_OK)
        status = prt_pack_reranked(pack, out, error);
    for (int of = 0; of < PRT_PAGES; of++)
        prt_reranked_free(&reranked[of]);
    return status;
}

static pr_status pack_learned(const prt_config *config, const prt_dataset *dataset, const learned *l, int threads,
                              int64_t created, prt_packed *out, pr_error *error) {
    char version[32];
    default_version(created, version);
    prt_flag_rule rule = {config->rules.flag_threshold, config->rules.flag_confidence,
                          config->rules.flag_minimum_started};
    const settings about = {config, dataset, l, created};
    prt_pack pack = {
        .dataset = dataset,
        .plan = &l->plan.counts,
        .counts = &l->counts,
        .prior = &l->prior,
        .terms = &l->terms,
        .choices = l->plan.choices,
        .flag_rule = config->rules.flag_column ? &rule : NULL,
        .min_users = config->limits.min_users,
        .shard_bytes = config->limits.shard_bytes,
        .name = config->name,
        .version = config->version ? config->version : version,
        .created = created,
        .write_settings = write_settings,
        .settings = &about,
    };
    if (l->ranks) {
        pack.history = &l->history;
        pack.ranker = &l->chosen.ranker;
        pack.model_ndcg = l->chosen.judged ? l->chosen.ndcg : NAN;
        pack.model_rows = l->chosen.rows;
    }
    if (l->sells) {
        pack.shop = &l->shop;
        pack.facets = config->search.facets;
    }
    if (l->buys)
        pack.purchases = &l->purchases;
    if (l->means) {
        pack.meaning = &l->meaning;
        pack.ship_encoder = config->meaning.ship != PRT_SHIP_NOTHING;
        pack.ship_cross = config->meaning.ship_cross != PRT_SHIP_NOTHING;
    }
    if (dataset->items.column_count > PRT_MAX_COLUMNS)
        return prt_fail(error, PR_E_LIMIT, "%s: items.columns: a bundle holds at most %d columns; remove some",
                        config->path, PRT_MAX_COLUMNS);
    for (uint32_t c = 0; c < dataset->items.column_count; c++)
        pack.columns[pack.column_count++] = &dataset->items.columns[c];
    prt_categories categories = {0};
    pr_status status = l->means ? prt_categories_make(config, &pack, &categories, error) : PR_OK;
    pack.categories = &categories;
    if (status == PR_OK)
        status = prt_pack_make(&pack, out, error);
    if (status == PR_OK && l->means && l->meaning.cross.encoder)
        status = rerank(config, &pack, threads, out, error);
    prt_categories_free(&categories);
    return status;
}

static pr_status train(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created,
                       const given_models *given, prt_packed *out, pr_error *error) {
    memset(out, 0, sizeof *out);
    if (dataset->items.count == 0)
        return prt_fail(error, PR_E_FORMAT, "%s: items.files: there is not a single item in them; check the files",
                        config->path);
    if (dataset->items.count > MOST_ITEMS)
        return prt_fail(error, PR_E_LIMIT,
                        "%s: items.files: a bundle holds at most 16,777,216 items, not %u; split the catalogue",
                        config->path, dataset->items.count);
    learned l = {0};
    pr_status status = learn(config, dataset, threads, given, &l, error);
    if (status == PR_OK)
        status = pack_learned(config, dataset, &l, threads, created, out, error);
    if (l.ranks) {
        if (!given->ranker)
            prt_ranker_free(&l.chosen.ranker);
        prt_history_free(&l.history);
    }
    if (l.sells)
        prt_shop_free(&l.shop);
    if (l.buys && !given->purchases)
        prt_purchases_free(&l.purchases);
    if (l.means)
        prt_meaning_free(&l.meaning);
    prt_terms_free(&l.terms);
    prt_counts_free(&l.counts);
    prt_plan_free(&l.plan);
    return status;
}

pr_status prt_train(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created, prt_packed *out,
                    pr_error *error) {
    return train(config, dataset, threads, created, &(given_models){0}, out, error);
}

pr_status prt_train_given(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created,
                          const prt_ranker *given, prt_packed *out, pr_error *error) {
    return train(config, dataset, threads, created, &(given_models){.ranker = given}, out, error);
}

pr_status prt_train_purchases(const prt_config *config, const prt_dataset *dataset, int threads, int64_t created,
                              const prt_purchases *given, prt_packed *out, pr_error *error) {
    return train(config, dataset, threads, created, &(given_models){.purchases = given}, out, error);
}
