/* The manifest's settings.purchases. docs/bundle-format.md. */
#include "purchases.h"

#include <math.h>
#include <string.h>

static void number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void integer(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

static void object(pr_writer *w, const char *key) {
    pr_write_key(w, key);
    pr_write_object(w);
}

static void null(pr_writer *w, const char *key) {
    pr_write_key(w, key);
    pr_write_null(w);
}

/* ---- columns: by their number in the manifest, which is that of the dataset ---- */

static void column_number(const prt_dataset *dataset, const char *name, pr_writer *w) {
    for (uint32_t c = 0; name && c < dataset->items.column_count; c++) {
        if (strcmp(dataset->items.columns[c].name, name) == 0) {
            pr_write_integer(w, c);
            return;
        }
    }
    pr_write_null(w);
}

static void write_columns(const prt_purchases_config *config, const prt_dataset *dataset, pr_writer *w) {
    pr_write_key(w, "price");
    column_number(dataset, config->price, w);
    pr_write_key(w, "category");
    pr_write_array(w);
    for (uint32_t i = 0; i < config->category.count; i++)
        column_number(dataset, config->category.names[i], w);
    pr_write_end_array(w);
}

/* ---- signals and models ---- */

static void write_signals(const pr_signals *signals, pr_writer *w) {
    object(w, "signals");
    number(w, "view", signals->weight[PR_SIGNAL_VIEW]);
    number(w, "click", signals->weight[PR_SIGNAL_CLICK]);
    number(w, "start", signals->weight[PR_SIGNAL_START]);
    number(w, "cart", signals->weight[PR_SIGNAL_CART]);
    number(w, "complete", signals->weight[PR_SIGNAL_COMPLETE]);
    number(w, "like", signals->weight[PR_SIGNAL_LIKE]);
    number(w, "purchase", signals->weight[PR_SIGNAL_PURCHASE]);
    number(w, "spending", signals->spending);
    number(w, "quantity", signals->quantity);
    number(w, "cap", signals->cap);
    number(w, "half_life_days", signals->half_life);
    number(w, "saturation", signals->saturation);
    pr_write_end_object(w);
}

static void write_als(const prt_purchases *p, pr_writer *w) {
    if (!p->has_als) {
        null(w, "als");
        return;
    }
    object(w, "als");
    integer(w, "factors", p->factors.factors);
    number(w, "unobserved", p->config.als.unobserved);
    number(w, "regularization", p->config.als.regularization);
    number(w, "exponent", p->config.als.exponent);
    number(w, "balance", p->balance.scale);
    number(w, "user_exponent", p->balance.user_exponent);
    number(w, "item_exponent", p->balance.item_exponent);
    number(w, "typical", p->typical[PRT_SCORE_ALS]);
    pr_write_end_object(w);
}

static void write_item_cf(const prt_purchases *p, pr_writer *w) {
    if (!p->has_item_cf) {
        null(w, "item_cf");
        return;
    }
    object(w, "item_cf");
    pr_write_key(w, "kind");
    pr_write_text(w, p->config.item_cf.kind);
    number(w, "normalize", p->config.item_cf.normalize);
    number(w, "typical", p->typical[PRT_SCORE_ITEM_CF]);
    pr_write_end_object(w);
}

/* ---- tuning ---- */

static void enabled(pr_writer *w, bool value) {
    pr_write_key(w, "enabled");
    pr_write_bool(w, value);
}

static void write_tuning(const prt_purchases_config *config, pr_writer *w) {
    object(w, "tuning");
    integer(w, "candidate_pool_size", config->tuning.candidates);
    object(w, "model_weights");
    number(w, "als", config->tuning.als);
    number(w, "item_cf", config->tuning.item_cf);
    number(w, "popularity", config->tuning.popularity);
    pr_write_end_object(w);
    pr_write_key(w, "model_mean");
    pr_write_text(w, config->tuning.quadratic ? "quadratic" : "arithmetic");
    object(w, "upsell");
    enabled(w, config->tuning.upsell);
    number(w, "factor", config->tuning.upsell_factor);
    number(w, "price_boost_weight", config->tuning.upsell_boost);
    pr_write_end_object(w);
    object(w, "user_segments");
    number(w, "small", config->tuning.segments[0]);
    number(w, "low_average", config->tuning.segments[1]);
    number(w, "average", config->tuning.segments[2]);
    number(w, "high", config->tuning.segments[3]);
    pr_write_end_object(w);
    object(w, "repurchase_cycle");
    enabled(w, config->tuning.repurchase);
    number(w, "default_cycle_days", config->tuning.cycle_days);
    number(w, "due_boost", config->tuning.due_boost);
    pr_write_end_object(w);
    object(w, "price_sensitivity");
    enabled(w, config->tuning.price_sensitivity);
    number(w, "budget_tolerance", config->tuning.budget_tolerance);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

static const char *default_model(const prt_purchases *p) {
    bool als = p->config.default_model == PRT_DEFAULT_ALS, item_cf = p->config.default_model == PRT_DEFAULT_ITEM_CF;
    /* where nobody took anything the configured model may not be there */
    if ((als && !p->has_als) || (item_cf && !p->has_item_cf))
        return "popularity";
    return als                                                 ? "als"
           : item_cf                                           ? "item_cf"
           : p->config.default_model == PRT_DEFAULT_POPULARITY ? "popularity"
                                                               : "hybrid";
}

/* ---- what was measured ---- */

/* Zeros where nothing is known. */
static void write_three(const char *key, bool known, const double *values, pr_writer *w) {
    pr_write_key(w, key);
    pr_write_array(w);
    for (int i = 0; i < 3; i++)
        pr_write_number(w, known ? values[i] : 0);
    pr_write_end_array(w);
}

static bool is_learned(const prt_purchases *p, int model) {
    return model == PRT_SCORE_ALS ? p->has_als : model != PRT_SCORE_ITEM_CF || p->has_item_cf;
}

/* Scores that are printed alike would not rise. */
static bool prints_alike(double a, double b) {
    char x[32], y[32];
    size_t size = pr_format_number(a, x);
    return size == pr_format_number(b, y) && memcmp(x, y, size) == 0;
}

static void write_confidence(const prt_purchases *p, pr_writer *w) {
    object(w, "confidence");
    for (int m = 0; m < PRT_SCORE_MODELS; m++) {
        const prt_confidence *confidence = &p->confidence[m];
        pr_write_key(w, prt_score_model_name((prt_score_model)m));
        pr_write_array(w);
        for (uint32_t i = 0; is_learned(p, m) && i < confidence->count; i++) {
            if (i && prints_alike(confidence->score[i], confidence->score[i - 1]))
                continue;
            pr_write_array(w);
            pr_write_number(w, confidence->score[i]);
            pr_write_number(w, confidence->probability[i]);
            pr_write_end_array(w);
        }
        pr_write_end_array(w);
    }
    pr_write_end_object(w);
}

static void write_metrics(const prt_purchases *p, int model, pr_writer *w) {
    const prt_guess_metrics *metrics = &p->metrics[model];
    pr_write_object(w);
    pr_write_key(w, "name");
    pr_write_text(w, prt_score_model_name((prt_score_model)model));
    object(w, "metrics");
    number(w, "ndcg@10", metrics->ndcg);
    number(w, "recall@10", metrics->recall);
    number(w, "hit_rate@10", metrics->hit_rate);
    number(w, "coverage@10", metrics->coverage);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

/* The hybrid first. */
static void write_models(const prt_purchases *p, pr_writer *w) {
    pr_write_key(w, "models");
    pr_write_array(w);
    for (int i = 0; p->validation_users && i < PRT_SCORE_MODELS; i++) {
        int model = (i + PRT_SCORE_HYBRID) % PRT_SCORE_MODELS;
        if (is_learned(p, model))
            write_metrics(p, model, w);
    }
    pr_write_end_array(w);
}

static void write_stats(const prt_purchases *p, pr_writer *w) {
    object(w, "stats");
    integer(w, "users", p->named_users);
    integer(w, "items", p->items);
    integer(w, "interactions", p->taken.offsets[p->users]);
    integer(w, "purchases", p->purchases);
    integer(w, "returns", p->returns);
    number(w, "revenue", p->revenue);
    pr_write_end_object(w);
}

void prt_purchases_write_settings(const prt_purchases *purchases, const prt_dataset *dataset, pr_writer *w) {
    object(w, "purchases");
    pr_write_key(w, "as_of");
    pr_write_integer(w, purchases->as_of);
    write_columns(&purchases->config, dataset, w);
    write_signals(&purchases->config.signals, w);
    write_als(purchases, w);
    write_item_cf(purchases, w);
    object(w, "popularity");
    number(w, "typical", purchases->typical[PRT_SCORE_POPULARITY]);
    pr_write_end_object(w);
    write_tuning(&purchases->config, w);
    pr_write_key(w, "default_model");
    pr_write_text(w, default_model(purchases));
    write_three("segments", purchases->has_segments, purchases->segments, w);
    write_three("price_bands", purchases->has_price_bands, purchases->price_bands, w);
    write_confidence(purchases, w);
    write_stats(purchases, w);
    write_models(purchases, w);
    pr_write_end_object(w);
}
