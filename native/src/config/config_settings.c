/* Segments, score, rank, rules, search, limits and outputs of a configuration, with their defaults. */
#include "config_reader.h"

#include <stdio.h>
#include <string.h>

static pr_status read_dimension(prt_config_reader *r, const pr_json *given, prt_dimension_config *out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, "name"), &out->name));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "column"), &out->column));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "input"), &out->input));
    PRT_TRY(prt_config_text(r, pr_json_get(given, "label"), &out->label));
    out->input = out->input ? out->input : out->name;
    out->label = out->label ? out->label : out->name;
    out->item_side = pr_json_is(pr_json_get(given, "side"), "item");
    PRT_TRY(prt_config_bands(r, pr_json_get(given, "bands"), &out->bands));
    const prt_column_config *column =
        prt_config_column(out->item_side ? &r->config->items : &r->config->users, out->column);
    if (out->bands.count == 0 && column)
        out->bands = column->bands;
    return PR_OK;
}

static pr_status read_backoff(prt_config_reader *r, uint32_t number, const pr_json *names, uint32_t *out) {
    const prt_config *c = r->config;
    for (const pr_json *name = names->first; name; name = name->next) {
        uint32_t d = 0;
        while (d < c->segments.dimension_count && !pr_json_is(name, c->segments.dimensions[d].name))
            d++;
        if (d == c->segments.dimension_count)
            return prt_fail(
                r->error, PR_E_FORMAT,
                "%s: segments.backoff[%u] names the dimension \"%s\", which segments.dimensions does not have",
                r->where, number, name->string);
        *out |= 1u << d;
    }
    return PR_OK;
}

static pr_status read_segments(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *dimensions = pr_json_get(given, "dimensions"), *backoff = pr_json_get(given, "backoff");
    for (const pr_json *d = dimensions ? dimensions->first : NULL; d; d = d->next)
        PRT_TRY(read_dimension(r, d, &c->segments.dimensions[c->segments.dimension_count++]));
    if (!backoff)
        c->segments.backoff_count = 1; /* everyone */
    for (const pr_json *b = backoff ? backoff->first : NULL; b; b = b->next) {
        uint32_t n = c->segments.backoff_count++;
        PRT_TRY(read_backoff(r, n, b, &c->segments.backoffs[n]));
    }
    return PR_OK;
}

static pr_status read_score(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *prior = pr_json_get(given, "prior"), *freshness = pr_json_get(given, "freshness");
    c->score.completion = prt_config_number(given, "completion", 0.5);
    c->score.like = prt_config_number(given, "like", 0.4);
    c->score.views = prt_config_number(given, "views", 0.1);
    c->score.prior = pr_json_is(prior, "learned") ? PRT_PRIOR_LEARNED
                     : pr_json_is(prior, "none")  ? PRT_PRIOR_NONE
                                                  : PRT_PRIOR_BETA;
    c->score.alpha = prt_config_number(prior, "alpha", 2);
    c->score.beta = prt_config_number(prior, "beta", 5);
    c->score.decay = prt_config_number(freshness, "decay", 0.01);
    return prt_config_text(r, pr_json_get(freshness, "column"), &c->score.freshness_column);
}

static pr_status list_columns(prt_config_reader *r, prt_name_list *out) {
    const prt_entity_config *items = &r->config->items;
    const char **names = prt_config_take(r, items->column_count, sizeof *names);
    if (!names)
        return prt_config_no_memory(r);
    *out = (prt_name_list){0, names};
    for (uint32_t i = 0; i < items->column_count && out->count < 8; i++) {
        if (items->columns[i].type == PRT_LIST)
            names[out->count++] = items->columns[i].name;
    }
    return PR_OK;
}

static pr_status read_rank(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *similarity = pr_json_get(given, "similarity");
    c->rank.mmr = prt_config_number(given, "mmr", 0.5);
    c->rank.explore = prt_config_number(given, "explore", 0);
    c->rank.pool = (uint32_t)prt_config_number(given, "pool", 50);
    return similarity ? prt_config_names(r, similarity, &c->rank.similarity) : list_columns(r, &c->rank.similarity);
}

static pr_status read_rules(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *flag = pr_json_get(given, "flag"), *boosts = pr_json_get(given, "boosts");
    c->rules.flag_threshold = prt_config_number(flag, "threshold", 0.5);
    c->rules.flag_confidence = prt_config_number(flag, "confidence", 0.95);
    c->rules.flag_minimum_started = (uint32_t)prt_config_number(flag, "minimum_started", 20);
    c->rules.boost_type = prt_config_number(boosts, "type", 0.1);
    c->rules.boost_instructor = prt_config_number(boosts, "instructor", 0.05);
    c->rules.own_weight = prt_config_number(given, "own_weight", 3);
    return prt_config_text(r, pr_json_get(flag, "column"), &c->rules.flag_column);
}

static pr_status read_given_fields(prt_config_reader *r, const pr_json *given) {
    prt_search_field *fields = prt_config_take(r, given->size, sizeof *fields);
    if (!fields)
        return prt_config_no_memory(r);
    r->config->search.fields = fields;
    for (const pr_json *f = given->first; f; f = f->next) {
        const pr_json name = {.type = PR_JSON_STRING, .string = f->key, .size = f->key_size};
        PRT_TRY(prt_config_text(r, &name, &fields[r->config->search.field_count].name));
        fields[r->config->search.field_count++].weight = f->number;
    }
    return PR_OK;
}

/* The title before all, what people wrote as tags next, the text last. */
static pr_status read_search(prt_config_reader *r, const pr_json *given) {
    prt_config *c = r->config;
    const pr_json *wanted = pr_json_get(given, "fields");
    if (wanted)
        return read_given_fields(r, wanted);
    prt_search_field *fields = prt_config_take(r, c->items.column_count + 2u, sizeof *fields);
    if (!fields)
        return prt_config_no_memory(r);
    uint32_t n = 0;
    fields[n++] = (prt_search_field){"title", 3};
    for (uint32_t i = 0; i < c->items.column_count; i++) {
        if (c->items.columns[i].type == PRT_LIST)
            fields[n++] = (prt_search_field){c->items.columns[i].name, 2};
    }
    if (c->items.text)
        fields[n++] = (prt_search_field){"text", 1};
    c->search.fields = fields;
    c->search.field_count = n;
    return PR_OK;
}

static void read_limits(prt_config *c, const pr_json *given) {
    c->limits.min_users = (uint32_t)prt_config_number(given, "min_users", 5);
    c->limits.rejects = prt_config_number(given, "rejects", 0.05);
    c->limits.list = (uint32_t)prt_config_number(given, "list", 5);
    c->limits.results = (uint32_t)prt_config_number(given, "results", 10);
    c->limits.shard_bytes = (uint64_t)prt_config_number(given, "shard_bytes", 262144);
}

pr_status prt_config_read_settings(prt_config_reader *r, const pr_json *root) {
    prt_config *c = r->config;
    const pr_json *outputs = pr_json_get(root, "outputs"), *judgements = pr_json_get(root, "judgements");
    PRT_TRY(prt_config_text(r, pr_json_get(root, "name"), &c->name));
    PRT_TRY(prt_config_text(r, pr_json_get(root, "version"), &c->version));
    PRT_TRY(read_segments(r, pr_json_get(root, "segments")));
    PRT_TRY(read_score(r, pr_json_get(root, "score")));
    PRT_TRY(read_rank(r, pr_json_get(root, "rank")));
    r->config->recipes = pr_json_get(root, "recipes");
    PRT_TRY(read_rules(r, pr_json_get(root, "rules")));
    PRT_TRY(read_search(r, pr_json_get(root, "search")));
    read_limits(c, pr_json_get(root, "limits"));
    PRT_TRY(prt_config_path(r, "judgements.queries", pr_json_get(judgements, "queries"), &c->judgements.queries));
    PRT_TRY(prt_config_path(r, "judgements.relevance", pr_json_get(judgements, "relevance"), &c->judgements.relevance));
    PRT_TRY(prt_config_path(r, "outputs.segment_recommendations", pr_json_get(outputs, "segment_recommendations"),
                            &c->outputs.segment_recommendations));
    PRT_TRY(prt_config_path(r, "outputs.profiles", pr_json_get(outputs, "profiles"), &c->outputs.profiles));
    PRT_TRY(prt_config_path(r, "outputs.rules", pr_json_get(outputs, "rules"), &c->outputs.rules));
    return prt_config_path(r, "outputs.rejects", pr_json_get(outputs, "rejects"), &c->outputs.rejects);
}
