/* Purchases: how much events weigh, the models and the tuning knobs. Defaults, and what the schema cannot say. */
#include "config_reader.h"

#include <string.h>

enum {
    GROUPS = 1u << PRT_CATEGORY | 1u << PRT_LIST,
    NUMBERS = 1u << PRT_INTEGER | 1u << PRT_REAL,
};

static void read_signals(const pr_json *given, pr_signals *out) {
    out->weight[PR_SIGNAL_VIEW] = prt_config_number(given, "view", 0.1);
    out->weight[PR_SIGNAL_CLICK] = prt_config_number(given, "click", 0.2);
    out->weight[PR_SIGNAL_START] = prt_config_number(given, "start", 0.2);
    out->weight[PR_SIGNAL_CART] = prt_config_number(given, "cart", 0.5);
    out->weight[PR_SIGNAL_COMPLETE] = prt_config_number(given, "complete", 0.8);
    out->weight[PR_SIGNAL_LIKE] = prt_config_number(given, "like", 1);
    out->weight[PR_SIGNAL_PURCHASE] = prt_config_number(given, "purchase", 1);
    out->spending = prt_config_number(given, "spending", 0.5);
    out->quantity = prt_config_number(given, "quantity", 0.25);
    out->cap = prt_config_number(given, "cap", 5);
    out->half_life = prt_config_number(given, "half_life_days", 0);
    out->saturation = prt_config_number(given, "saturation", 2);
}

static pr_status read_word(prt_config_reader *r, const pr_json *given, const char *key, const char *otherwise,
                           const char **out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, key), out));
    *out = *out ? *out : otherwise;
    return PR_OK;
}

/* A model that is `false` is not learned; its settings keep their defaults, which nothing reads then. */
static bool is_on(const pr_json *given) {
    return !given || given->type == PR_JSON_OBJECT;
}

static pr_status read_als(prt_config_reader *r, const pr_json *given, prt_purchases_config *out) {
    out->has_als = is_on(given);
    out->als.factors = (uint32_t)prt_config_number(given, "factors", 64);
    out->als.iterations = (uint32_t)prt_config_number(given, "iterations", 15);
    out->als.unobserved = prt_config_number(given, "unobserved", 0.1);
    out->als.regularization = prt_config_number(given, "regularization", 0.003);
    out->als.exponent = prt_config_number(given, "exponent", 1);
    out->als.user_exponent = prt_config_number(given, "user_exponent", 0);
    out->als.item_exponent = prt_config_number(given, "item_exponent", 0);
    out->als.seed = (uint64_t)prt_config_number(given, "seed", 1);
    return read_word(r, given, "solver", "conjugate", &out->als.solver);
}

static pr_status read_item_cf(prt_config_reader *r, const pr_json *given, prt_purchases_config *out) {
    out->has_item_cf = is_on(given);
    out->item_cf.neighbours = (uint32_t)prt_config_number(given, "neighbours", 100);
    out->item_cf.shrinkage = prt_config_number(given, "shrinkage", 10);
    out->item_cf.k1 = prt_config_number(given, "k1", 1.2);
    out->item_cf.b = prt_config_number(given, "b", 0.75);
    out->item_cf.alpha = prt_config_number(given, "alpha", 1);
    out->item_cf.beta = prt_config_number(given, "beta", 0.6);
    out->item_cf.regularization = prt_config_number(given, "regularization", 20);
    out->item_cf.candidates = (uint32_t)prt_config_number(given, "candidates", 150);
    out->item_cf.graph = prt_config_number(given, "graph", 0);
    out->item_cf.low_pass = prt_config_number(given, "low_pass", 0);
    out->item_cf.rank = (uint32_t)prt_config_number(given, "rank", 256);
    out->item_cf.normalize = prt_config_number(given, "normalize", 0.5);
    return read_word(r, given, "kind", "slim", &out->item_cf.kind);
}

static void read_popularity(const pr_json *given, prt_purchases_config *out) {
    out->popularity.count = prt_config_number(given, "count", 1);
    out->popularity.buyers = prt_config_number(given, "buyers", 1);
    out->popularity.quantity = prt_config_number(given, "quantity", 0.25);
    out->popularity.half_life = prt_config_number(given, "half_life_days", 90);
}

static bool read_switch(const pr_json *given) {
    const pr_json *enabled = pr_json_get(given, "enabled");
    return !enabled || enabled->boolean;
}

static void read_tuning(const pr_json *given, prt_purchases_config *out) {
    static const char *const means[] = {"arithmetic", "quadratic"};
    const pr_json *weights = pr_json_get(given, "model_weights"), *upsell = pr_json_get(given, "upsell"),
                  *segments = pr_json_get(given, "user_segments"), *cycle = pr_json_get(given, "repurchase_cycle"),
                  *price = pr_json_get(given, "price_sensitivity");
    out->tuning.candidates = (uint32_t)prt_config_number(given, "candidate_pool_size", 200);
    out->tuning.als = prt_config_number(weights, "als", 0.4);
    out->tuning.item_cf = prt_config_number(weights, "item_cf", 0.4);
    out->tuning.popularity = prt_config_number(weights, "popularity", 0.2);
    out->tuning.quadratic = prt_config_position(pr_json_get(given, "model_mean"), means, PRT_COUNT(means)) == 1;
    out->tuning.upsell = read_switch(upsell);
    out->tuning.upsell_factor = prt_config_number(upsell, "factor", 0.1);
    out->tuning.upsell_boost = prt_config_number(upsell, "price_boost_weight", 0.2);
    out->tuning.segments[0] = prt_config_number(segments, "small", 0.25);
    out->tuning.segments[1] = prt_config_number(segments, "low_average", 0.5);
    out->tuning.segments[2] = prt_config_number(segments, "average", 0.75);
    out->tuning.segments[3] = prt_config_number(segments, "high", 1);
    out->tuning.repurchase = read_switch(cycle);
    out->tuning.cycle_days = prt_config_number(cycle, "default_cycle_days", 30);
    out->tuning.due_boost = prt_config_number(cycle, "due_boost", 0.2);
    out->tuning.price_sensitivity = read_switch(price);
    out->tuning.budget_tolerance = prt_config_number(price, "budget_tolerance", 1.5);
}

pr_status prt_config_read_purchases(prt_config_reader *r, const pr_json *root) {
    static const char *const models[] = {"als", "item_cf", "popularity"};
    const pr_json *given = pr_json_get(root, "purchases");
    prt_purchases_config *out = &r->config->purchases;
    r->config->has_purchases = given != NULL;
    if (!given)
        return PR_OK;
    read_signals(pr_json_get(given, "signals"), &out->signals);
    read_popularity(pr_json_get(given, "popularity"), out);
    read_tuning(pr_json_get(given, "tuning"), out);
    out->default_model = (prt_default_model)prt_config_position(pr_json_get(given, "default_model"), models,
                                                                PRT_COUNT(models)); /* else the hybrid */
    PRT_TRY(read_als(r, pr_json_get(given, "als"), out));
    PRT_TRY(read_item_cf(r, pr_json_get(given, "item_cf"), out));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "price"), &out->price));
    return prt_config_names(r, pr_json_get(given, "category"), &out->category);
}

/* ---- what the schema cannot say ---- */

static pr_status check_columns(prt_config_reader *r) {
    const prt_purchases_config *given = &r->config->purchases;
    if (given->price)
        PRT_TRY(prt_config_check_column(r, "purchases.price", "items", &r->config->items, given->price, NUMBERS,
                                        "an integer or real"));
    for (uint32_t i = 0; i < given->category.count; i++)
        PRT_TRY(prt_config_check_column(r, "purchases.category", "items", &r->config->items, given->category.names[i],
                                        GROUPS, "a category or a list"));
    return PR_OK;
}

static pr_status check_percentiles(prt_config_reader *r) {
    const double *percentiles = r->config->purchases.tuning.segments;
    bool rise = percentiles[3] == 1;
    for (size_t i = 0; i < 3; i++)
        rise = rise && percentiles[i] <= percentiles[i + 1];
    if (rise)
        return PR_OK;
    return prt_fail(r->error, PR_E_FORMAT,
                    "%s: purchases.tuning.user_segments must rise from small over low_average and average to high, "
                    "which must be 1",
                    r->where);
}

static pr_status check_models(prt_config_reader *r) {
    const prt_purchases_config *given = &r->config->purchases;
    double als_weight = given->has_als ? given->tuning.als : 0,
           item_cf_weight = given->has_item_cf ? given->tuning.item_cf : 0;
    if (als_weight + item_cf_weight + given->tuning.popularity <= 0)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: purchases.tuning.model_weights must be above 0 for one of the models that are there",
                        r->where);
    bool als = given->default_model == PRT_DEFAULT_ALS, item_cf = given->default_model == PRT_DEFAULT_ITEM_CF;
    if ((als && !given->has_als) || (item_cf && !given->has_item_cf))
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: purchases.default_model is \"%s\", but purchases.%s is false; choose another model",
                        r->where, als ? "als" : "item_cf", als ? "als" : "item_cf");
    return PR_OK;
}

pr_status prt_config_check_purchases(prt_config_reader *r) {
    const prt_config *c = r->config;
    if (c->outputs.profiles && !c->has_purchases)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: outputs.profiles needs purchases; add \"purchases\": {} or take the file out", r->where);
    if (!c->has_purchases)
        return PR_OK;
    if (c->event_count == 0)
        return prt_fail(r->error, PR_E_FORMAT, "%s: purchases needs events, but there are none; name a log in events",
                        r->where);
    PRT_TRY(check_columns(r));
    PRT_TRY(check_percentiles(r));
    return check_models(r);
}
