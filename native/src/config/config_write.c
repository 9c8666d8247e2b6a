/* The effective settings, as the manifest of a bundle carries them. */
#include "config.h"

static void number(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void integer(pr_writer *w, const char *key, int64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, value);
}

static void text(pr_writer *w, const char *key, const char *value) {
    pr_write_key(w, key);
    pr_write_text(w, value);
}

static void object(pr_writer *w, const char *key) {
    pr_write_key(w, key);
    pr_write_object(w);
}

static void array(pr_writer *w, const char *key) {
    pr_write_key(w, key);
    pr_write_array(w);
}

static void write_dimension(const prt_dimension_config *d, pr_writer *w) {
    pr_write_object(w);
    text(w, "name", d->name);
    text(w, "side", d->item_side ? "item" : "user");
    text(w, "column", d->column);
    text(w, "input", d->input);
    text(w, "label", d->label);
    if (d->bands.count > 0) {
        array(w, "bands");
        for (uint32_t i = 0; i < d->bands.count; i++) {
            pr_write_object(w);
            text(w, "label", d->bands.bands[i].label);
            integer(w, "minimum", d->bands.bands[i].minimum);
            integer(w, "maximum", d->bands.bands[i].maximum);
            pr_write_end_object(w);
        }
        pr_write_end_array(w);
    }
    pr_write_end_object(w);
}

static void write_segments(const prt_config *c, pr_writer *w) {
    object(w, "segments");
    array(w, "dimensions");
    for (uint32_t d = 0; d < c->segments.dimension_count; d++)
        write_dimension(&c->segments.dimensions[d], w);
    pr_write_end_array(w);
    array(w, "backoff");
    for (uint32_t b = 0; b < c->segments.backoff_count; b++) {
        pr_write_array(w);
        for (uint32_t d = 0; d < c->segments.dimension_count; d++) {
            if (c->segments.backoffs[b] >> d & 1)
                pr_write_text(w, c->segments.dimensions[d].name);
        }
        pr_write_end_array(w);
    }
    pr_write_end_array(w);
    pr_write_end_object(w);
}

static void write_score(const prt_config *c, pr_writer *w) {
    object(w, "score");
    number(w, "completion", c->score.completion);
    number(w, "like", c->score.like);
    number(w, "views", c->score.views);
    if (c->score.prior == PRT_PRIOR_BETA) {
        object(w, "prior");
        number(w, "alpha", c->score.alpha);
        number(w, "beta", c->score.beta);
        pr_write_end_object(w);
    } else {
        text(w, "prior", c->score.prior == PRT_PRIOR_LEARNED ? "learned" : "none");
    }
    object(w, "freshness");
    if (c->score.freshness_column)
        text(w, "column", c->score.freshness_column);
    number(w, "decay", c->score.decay);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

static void write_rank(const prt_config *c, pr_writer *w) {
    object(w, "rank");
    number(w, "mmr", c->rank.mmr);
    number(w, "explore", c->rank.explore);
    integer(w, "pool", c->rank.pool);
    array(w, "similarity");
    for (uint32_t i = 0; i < c->rank.similarity.count; i++)
        pr_write_text(w, c->rank.similarity.names[i]);
    pr_write_end_array(w);
    pr_write_end_object(w);
}

static void write_rules(const prt_config *c, pr_writer *w) {
    object(w, "rules");
    if (c->rules.flag_column) {
        object(w, "flag");
        text(w, "column", c->rules.flag_column);
        number(w, "threshold", c->rules.flag_threshold);
        number(w, "confidence", c->rules.flag_confidence);
        integer(w, "minimum_started", c->rules.flag_minimum_started);
        pr_write_end_object(w);
    }
    object(w, "boosts");
    number(w, "type", c->rules.boost_type);
    number(w, "instructor", c->rules.boost_instructor);
    pr_write_end_object(w);
    number(w, "own_weight", c->rules.own_weight);
    pr_write_end_object(w);
}

static void write_search(const prt_config *c, pr_writer *w) {
    object(w, "search");
    object(w, "fields");
    for (uint32_t i = 0; i < c->search.field_count; i++)
        number(w, c->search.fields[i].name, c->search.fields[i].weight);
    pr_write_end_object(w);
    pr_write_end_object(w);
}

static void write_limits(const prt_config *c, pr_writer *w) {
    object(w, "limits");
    integer(w, "min_users", c->limits.min_users);
    number(w, "rejects", c->limits.rejects);
    integer(w, "list", c->limits.list);
    integer(w, "results", c->limits.results);
    integer(w, "shard_bytes", (int64_t)c->limits.shard_bytes);
    pr_write_end_object(w);
}

static void write_columns(const prt_config *c, pr_writer *w) {
    object(w, "columns");
    for (uint32_t i = 0; i < c->items.column_count; i++) {
        object(w, c->items.columns[i].name);
        text(w, "type", prt_column_type_name(c->items.columns[i].type));
        pr_write_end_object(w);
    }
    pr_write_end_object(w);
}

static void write_recipes(const prt_config *c, pr_writer *w) {
    if (!c->recipes)
        return;
    pr_write_key(w, "recipes");
    pr_write_json(w, c->recipes);
}

void prt_config_write_members(const prt_config *c, pr_writer *w) {
    write_segments(c, w);
    write_score(c, w);
    write_rank(c, w);
    write_recipes(c, w);
    write_rules(c, w);
    write_search(c, w);
    write_limits(c, w);
    write_columns(c, w);
}

void prt_config_write_settings(const prt_config *c, pr_writer *w) {
    pr_write_object(w);
    prt_config_write_members(c, w);
    pr_write_end_object(w);
}
