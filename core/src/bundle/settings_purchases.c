/* Reading settings.purchases and requests' tuning, checked like everything that comes from outside. */
#include "settings_purchases.h"

#include <string.h>

const char *const pr__source_names[PR_SOURCE_NAMES] = {"als", "item_cf", "popularity", "hybrid"};
const char *const pr__spending_segments[PR_SPENDING_SEGMENTS] = {"small", "low_average", "average", "high"};

static const char *const KINDS[PR_SIGNAL_KINDS] = {"view", "click", "start", "cart", "complete", "like", "purchase"};

static pr_status wrong(pr_error *error, const char *where, const char *what) {
    return pr_fail(error, PR_E_FORMAT, 0, "manifest.json: settings.purchases.", where, " ", what,
                   "; download it again or rebuild the bundle");
}

static bool in_bounds(const pr_json *value, double least, double most, double *out) {
    if (!value || value->type != PR_JSON_NUMBER || !(value->number >= least && value->number <= most))
        return false;
    *out = value->number;
    return true;
}

static pr_status number(const pr_json *given, const char *key, double least, double most, double *out,
                        pr_error *error) {
    return in_bounds(pr_json_get(given, key), least, most, out)
               ? PR_OK
               : wrong(error, key, "is not there or out of its bounds");
}

/* ---- tuning ---- */

enum { MOST_CANDIDATES = 2000 };

/* Where a knob of the object lies in pr_tuning. */
typedef struct knob {
    const char *name;
    double least, most;
    double *value;
    bool *flag; /* instead of value */
} knob;

static const knob *knob_of(const knob *knobs, size_t count, const pr_json *member) {
    for (size_t i = 0; i < count; i++) {
        if (pr__equal(member->key, member->key_size, knobs[i].name, strlen(knobs[i].name)))
            return &knobs[i];
    }
    return NULL;
}

static pr_status turn(const knob *knobs, size_t count, const pr_json *given, const char **field, pr_error *error) {
    if (given->type != PR_JSON_OBJECT)
        return pr_fail(error, PR_E_FORMAT, 0, "this part of the tuning must be an object");
    for (const pr_json *member = given->first; member; member = member->next) {
        const knob *found = knob_of(knobs, count, member);
        *field = member->key;
        if (!found)
            return pr_fail(error, PR_E_FORMAT, 0, "there is no such knob");
        if (found->flag && member->type != PR_JSON_BOOL)
            return pr_fail(error, PR_E_FORMAT, 0, found->name, " must be true or false");
        if (found->flag)
            *found->flag = member->boolean;
        else if (!in_bounds(member, found->least, found->most, found->value))
            return pr_fail(error, PR_E_FORMAT, 0, found->name, " is not a number, or out of its bounds");
    }
    return PR_OK;
}

static pr_status turn_pool(const pr_json *member, pr_tuning *tuning, pr_error *error) {
    double pool = 0;
    if (!in_bounds(member, 1, MOST_CANDIDATES, &pool) || pool != (uint32_t)pool)
        return pr_fail(error, PR_E_FORMAT, 0, "candidate_pool_size must be a whole number from 1 to 2000");
    tuning->pool = (uint32_t)pool;
    return PR_OK;
}

static pr_status turn_mean(const pr_json *member, pr_tuning *tuning, pr_error *error) {
    bool quadratic = pr_json_is(member, "quadratic");
    if (!quadratic && !pr_json_is(member, "arithmetic"))
        return pr_fail(error, PR_E_FORMAT, 0, "model_mean must be arithmetic or quadratic");
    tuning->quadratic = quadratic;
    return PR_OK;
}

static pr_status turn_part(const pr_json *member, pr_tuning *t, const char **field, pr_error *error) {
    double no_limit = 1e6;
    const knob weights[] = {{"als", 0, no_limit, &t->weights[PR_BY_ALS], NULL},
                            {"item_cf", 0, no_limit, &t->weights[PR_BY_ITEM_CF], NULL},
                            {"popularity", 0, no_limit, &t->weights[PR_BY_POPULARITY], NULL}},
               upsell[] = {{"enabled", 0, 0, NULL, &t->upsell},
                           {"factor", 0, 1, &t->upsell_factor, NULL},
                           {"price_boost_weight", 0, 1, &t->price_boost_weight, NULL}},
               segments[] = {{"small", 0, 1, &t->segments[0], NULL},
                             {"low_average", 0, 1, &t->segments[1], NULL},
                             {"average", 0, 1, &t->segments[2], NULL},
                             {"high", 0, 1, &t->segments[3], NULL}},
               cycles[] = {{"enabled", 0, 0, NULL, &t->cycles},
                           {"default_cycle_days", 0.01, 36500, &t->default_cycle, NULL},
                           {"due_boost", 0, 10, &t->due_boost, NULL}},
               prices[] = {{"enabled", 0, 0, NULL, &t->sensitivity},
                           {"budget_tolerance", 1, 1000, &t->tolerance, NULL}};
    const struct {
        const char *name;
        const knob *knobs;
        size_t count;
    } parts[] = {{"model_weights", weights, PR_COUNT(weights)},
                 {"upsell", upsell, PR_COUNT(upsell)},
                 {"user_segments", segments, PR_COUNT(segments)},
                 {"repurchase_cycle", cycles, PR_COUNT(cycles)},
                 {"price_sensitivity", prices, PR_COUNT(prices)}};
    for (size_t p = 0; p < PR_COUNT(parts); p++) {
        if (pr__equal(member->key, member->key_size, parts[p].name, strlen(parts[p].name)))
            return turn(parts[p].knobs, parts[p].count, member, field, error);
    }
    return pr_fail(error, PR_E_FORMAT, 0, "there is no such knob");
}

pr_status pr__tuning_read(const pr_json *given, pr_tuning *tuning, const char **field, pr_error *error) {
    *field = "tuning";
    if (given->type != PR_JSON_OBJECT)
        return pr_fail(error, PR_E_FORMAT, 0, "tuning must be an object");
    for (const pr_json *member = given->first; member; member = member->next) {
        *field = member->key;
        if (pr__equal(member->key, member->key_size, "candidate_pool_size", 19))
            PR_TRY(turn_pool(member, tuning, error));
        else if (pr__equal(member->key, member->key_size, "model_mean", 10))
            PR_TRY(turn_mean(member, tuning, error));
        else
            PR_TRY(turn_part(member, tuning, field, error));
    }
    return PR_OK;
}

static void write_named(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void begin_part(pr_writer *w, const char *key) {
    pr_write_key(w, key);
    pr_write_object(w);
}

static void write_enabled(pr_writer *w, bool enabled) {
    pr_write_key(w, "enabled");
    pr_write_bool(w, enabled);
}

void pr__tuning_write(const pr_tuning *t, pr_writer *w) {
    pr_write_object(w);
    write_named(w, "candidate_pool_size", t->pool);
    begin_part(w, "model_weights");
    for (int s = 0; s < PR_SOURCES; s++)
        write_named(w, pr__source_names[s], t->weights[s]);
    pr_write_end_object(w);
    pr_write_key(w, "model_mean");
    pr_write_text(w, t->quadratic ? "quadratic" : "arithmetic");
    begin_part(w, "upsell");
    write_enabled(w, t->upsell);
    write_named(w, "factor", t->upsell_factor);
    write_named(w, "price_boost_weight", t->price_boost_weight);
    pr_write_end_object(w);
    begin_part(w, "user_segments");
    for (int s = 0; s < PR_SPENDING_SEGMENTS; s++)
        write_named(w, pr__spending_segments[s], t->segments[s]);
    pr_write_end_object(w);
    begin_part(w, "repurchase_cycle");
    write_enabled(w, t->cycles);
    write_named(w, "default_cycle_days", t->default_cycle);
    write_named(w, "due_boost", t->due_boost);
    pr_write_end_object(w);
    begin_part(w, "price_sensitivity");
    write_enabled(w, t->sensitivity);
    write_named(w, "budget_tolerance", t->tolerance);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

/* ---- what the trainer learned ---- */

static pr_status read_columns(const pr_json *given, const pr_settings *settings, pr_purchases *out, pr_error *error) {
    double index = 0;
    const pr_json *price = pr_json_get(given, "price"), *categories = pr_json_get(given, "category");
    out->title = pr__column_find(settings, "title", 5);
    out->image = pr__column_find(settings, "image", 5);
    if (out->title != PR_NO_COLUMN && settings->columns[out->title].type != PR_COLUMN_TEXT)
        out->title = PR_NO_COLUMN;
    if (out->image != PR_NO_COLUMN && settings->columns[out->image].type != PR_COLUMN_TEXT)
        out->image = PR_NO_COLUMN;
    out->price = PR_NO_COLUMN;
    if (price && price->type != PR_JSON_NULL) {
        if (!in_bounds(price, 0, settings->column_count - 1.0, &index))
            return wrong(error, "price", "is no column");
        out->price = (uint32_t)index;
        const pr_column_type type = settings->columns[out->price].type;
        if (type != PR_COLUMN_INTEGER && type != PR_COLUMN_REAL)
            return wrong(error, "price", "is a column that holds no numbers");
    }
    if (!categories || categories->type != PR_JSON_ARRAY || categories->size > PR_MAX_LEVELS)
        return wrong(error, "category", "must be a list of at most 4 columns");
    for (const pr_json *level = categories->first; level; level = level->next) {
        if (!in_bounds(level, 0, settings->column_count - 1.0, &index))
            return wrong(error, "category", "holds something that is no column");
        pr_column_type type = settings->columns[(uint32_t)index].type;
        if (type != PR_COLUMN_CATEGORY && type != PR_COLUMN_LIST)
            return wrong(error, "category", "holds a column that is no category");
        out->category[out->category_count++] = (uint32_t)index;
    }
    return PR_OK;
}

static pr_status read_signals(const pr_json *given, pr_signals *out, pr_error *error) {
    if (!given || given->type != PR_JSON_OBJECT)
        return wrong(error, "signals", "must be an object");
    for (int k = 0; k < PR_SIGNAL_KINDS; k++)
        PR_TRY(number(given, KINDS[k], 0, 1e6, &out->weight[k], error));
    PR_TRY(number(given, "spending", 0, 1e6, &out->spending, error));
    PR_TRY(number(given, "quantity", 0, 1e6, &out->quantity, error));
    PR_TRY(number(given, "cap", 0, 1e6, &out->cap, error));
    PR_TRY(number(given, "half_life_days", 0, 1e6, &out->half_life, error));
    return number(given, "saturation", 0, 1e6, &out->saturation, error);
}

static pr_status read_als(const pr_json *given, pr_purchases *out, pr_error *error) {
    double factors = 0;
    out->als = given;
    out->has[PR_BY_ALS] = given && given->type != PR_JSON_NULL;
    if (!out->has[PR_BY_ALS])
        return PR_OK;
    PR_TRY(number(given, "factors", 16, PR_MAX_FACTORS, &factors, error));
    out->factors = (uint32_t)factors;
    if (out->factors != factors || out->factors % 16)
        return wrong(error, "factors", "must be a multiple of 16");
    PR_TRY(number(given, "unobserved", 0, 1e6, &out->unobserved, error));
    PR_TRY(number(given, "regularization", 0, 1e6, &out->regularization, error));
    PR_TRY(number(given, "exponent", 0, 2, &out->exponent, error));
    PR_TRY(number(given, "balance", 1e-9, 1e9, &out->balance.scale, error));
    PR_TRY(number(given, "user_exponent", 0, 2, &out->balance.user_exponent, error));
    PR_TRY(number(given, "item_exponent", 0, 2, &out->balance.item_exponent, error));
    return number(given, "typical", 1e-9, 1e9, &out->typical[PR_BY_ALS], error);
}

static pr_status read_item_cf(const pr_json *given, pr_purchases *out, pr_error *error) {
    out->item_cf = given;
    out->has[PR_BY_ITEM_CF] = given && given->type != PR_JSON_NULL;
    if (!out->has[PR_BY_ITEM_CF])
        return PR_OK;
    PR_TRY(number(given, "normalize", 0, 1, &out->normalize, error));
    return number(given, "typical", 1e-9, 1e9, &out->typical[PR_BY_ITEM_CF], error);
}

static pr_status read_thresholds(const pr_json *given, const char *key, double *out, pr_error *error) {
    const pr_json *list = pr_json_get(given, key);
    uint32_t n = 0;
    if (!list || list->type != PR_JSON_ARRAY || list->size != PR_SPENDING_SEGMENTS - 1)
        return wrong(error, key, "must be a list of three numbers");
    for (const pr_json *value = list->first; value; value = value->next, n++) {
        if (!in_bounds(value, 0, 1e15, &out[n]) || (n && out[n] < out[n - 1]))
            return wrong(error, key, "must hold three numbers that do not fall");
    }
    return PR_OK;
}

static pr_status read_curve(const pr_json *list, const char *key, pr_curve *out, pr_error *error) {
    out->count = 0;
    if (!list)
        return PR_OK;
    if (list->type != PR_JSON_ARRAY || list->size > PR_MAX_CURVE)
        return wrong(error, key, "must be a curve of at most 16 points");
    for (const pr_json *point = list->first; point; point = point->next) {
        uint32_t n = out->count;
        if (point->type != PR_JSON_ARRAY || point->size != 2 || !in_bounds(point->first, 0, 1e12, &out->score[n]) ||
            !in_bounds(point->first->next, 0, 1, &out->probability[n]) || (n && out->score[n] <= out->score[n - 1]))
            return wrong(error, key, "must be points whose scores rise and whose probabilities are from 0 to 1");
        out->count++;
    }
    return PR_OK;
}

static pr_status read_model(const pr_json *given, pr_purchases *out, pr_error *error) {
    const pr_json *name = pr_json_get(given, "default_model");
    out->default_model =
        name && name->type == PR_JSON_STRING ? pr__source_named((pr_text){name->string, name->size}) : PR_SOURCE_NAMES;
    if (out->default_model == PR_SOURCE_NAMES || (out->default_model != PR_BY_HYBRID && !out->has[out->default_model]))
        return wrong(error, "default_model", "is none of the bundle's models");
    return PR_OK;
}

static pr_status read_tuning(const pr_json *given, pr_tuning *out, pr_error *error) {
    pr_error inner = {0};
    const char *field;
    if (!given)
        return wrong(error, "tuning", "is not there");
    out->pool = 200;
    out->tolerance = out->default_cycle = 1;
    return pr__tuning_read(given, out, &field, &inner) == PR_OK ? PR_OK : wrong(error, "tuning", inner.message);
}

pr_status pr__purchases_read(const pr_json *given, const pr_settings *settings, pr_purchases *out, pr_error *error) {
    double as_of = 0;
    if (!given)
        return PR_OK;
    if (given->type != PR_JSON_OBJECT)
        return wrong(error, "", "must be an object");
    PR_TRY(number(given, "as_of", -1e11, 1e12, &as_of, error));
    out->as_of = (int64_t)as_of;
    PR_TRY(read_columns(given, settings, out, error));
    PR_TRY(read_signals(pr_json_get(given, "signals"), &out->signals, error));
    PR_TRY(read_als(pr_json_get(given, "als"), out, error));
    PR_TRY(read_item_cf(pr_json_get(given, "item_cf"), out, error));
    out->has[PR_BY_POPULARITY] = true;
    PR_TRY(number(pr_json_get(given, "popularity"), "typical", 1e-9, 1e9, &out->typical[PR_BY_POPULARITY], error));
    PR_TRY(read_tuning(pr_json_get(given, "tuning"), &out->tuning, error));
    PR_TRY(read_model(given, out, error));
    PR_TRY(read_thresholds(given, "segments", out->spend, error));
    PR_TRY(read_thresholds(given, "price_bands", out->price_bands, error));
    for (int s = 0; s < PR_SOURCE_NAMES; s++)
        PR_TRY(read_curve(pr_json_get(pr_json_get(given, "confidence"), pr__source_names[s]), "confidence",
                          &out->confidence[s], error));
    out->stats = pr_json_get(given, "stats");
    out->models = pr_json_get(given, "models");
    out->present = true;
    return PR_OK;
}

pr_source pr__source_named(pr_text name) {
    int s = 0;
    while (s < PR_SOURCE_NAMES && !pr__equal(name.bytes, name.size, pr__source_names[s], strlen(pr__source_names[s])))
        s++;
    return (pr_source)s;
}

double pr__curve_at(const pr_curve *curve, double score) {
    uint32_t n = 0;
    if (curve->count == 0)
        return 0;
    while (n < curve->count && curve->score[n] <= score)
        n++;
    if (n == 0 || n == curve->count)
        return curve->probability[n ? n - 1 : 0];
    double from = curve->score[n - 1], share = (score - from) / (curve->score[n] - from);
    return curve->probability[n - 1] + share * (curve->probability[n] - curve->probability[n - 1]);
}
