/* What a JSON Schema cannot say about a configuration. */
#include "config_reader.h"

#include <stdio.h>
#include <string.h>

enum { MOST_SUGGESTED = 64 };

pr_status prt_config_check_column(prt_config_reader *r, const char *key, const char *side,
                                  const prt_entity_config *entity, const char *name, uint32_t types, const char *must) {
    const prt_column_config *column = prt_config_column(entity, name);
    if (column && types >> column->type & 1)
        return PR_OK;
    if (column)
        return prt_fail(r->error, PR_E_FORMAT, "%s: %s names \"%s\", which is of the type %s; it must be %s", r->where,
                        key, name, prt_column_type_name(column->type), must);
    const char *names[MOST_SUGGESTED];
    uint32_t count = 0;
    for (; count < entity->column_count && count < MOST_SUGGESTED; count++)
        names[count] = entity->columns[count].name;
    const char *nearest = prt_nearest(name, names, count);
    return prt_fail(r->error, PR_E_FORMAT, "%s: %s names \"%s\", which is not in %s.columns; %s%s%s", r->where, key,
                    name, side, nearest ? "did you mean \"" : "add it there", nearest ? nearest : "",
                    nearest ? "\"?" : "");
}

static pr_status check_bands(prt_config_reader *r, const char *key, const prt_band_list *bands) {
    for (uint32_t i = 0; i < bands->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const prt_band *a = &bands->bands[i], *b = &bands->bands[j];
            if (a->minimum <= b->maximum && b->minimum <= a->maximum)
                return prt_fail(r->error, PR_E_FORMAT, "%s: %s has the bands \"%s\" and \"%s\", which overlap",
                                r->where, key, b->label, a->label);
        }
    }
    return PR_OK;
}

static pr_status check_entity(prt_config_reader *r, const prt_entity_config *entity) {
    static const char *const taken[] = {"id", "title", "text", "image"};
    for (uint32_t i = 0; i < entity->column_count; i++) {
        const prt_column_config *column = &entity->columns[i];
        char key[160];
        snprintf(key, sizeof key, "%s.columns.%s", entity->source.key, column->name);
        for (size_t t = 0; entity->title && t < PRT_COUNT(taken); t++) {
            if (strcmp(column->name, taken[t]) == 0)
                return prt_fail(r->error, PR_E_FORMAT,
                                "%s: %s must have another name: %s is one of the items' own keys", r->where, key,
                                taken[t]);
        }
        if (column->minimum > column->maximum)
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s has a minimum above its maximum", r->where, key);
        PRT_TRY(check_bands(r, key, &column->bands));
    }
    return PR_OK;
}

static pr_status check_dimension(prt_config_reader *r, uint32_t number) {
    const prt_config *c = r->config;
    const prt_dimension_config *d = &c->segments.dimensions[number];
    char key[64];
    snprintf(key, sizeof key, "segments.dimensions[%u]", number);
    for (uint32_t other = 0; other < number; other++) {
        const prt_dimension_config *o = &c->segments.dimensions[other];
        if (strcmp(o->name, d->name) == 0 || strcmp(o->input, d->input) == 0)
            return prt_fail(r->error, PR_E_FORMAT, "%s: %s has the name or input of an earlier dimension, \"%s\"",
                            r->where, key, o->name);
    }
    if (!d->item_side && !c->has_users)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: %s is on the users' side, but there are no users; add \"users\" or change the side",
                        r->where, key);
    PRT_TRY(check_bands(r, key, &d->bands));
    snprintf(key, sizeof key, "segments.dimensions[%u].column", number);
    if (d->item_side)
        return prt_config_check_column(r, key, "items", &c->items, d->column, 1u << PRT_CATEGORY | 1u << PRT_LIST,
                                       "a category or a list");
    return prt_config_check_column(r, key, "users", &c->users, d->column, 1u << PRT_CATEGORY,
                                   "a category (give it bands if it is a number)");
}

static pr_status check_search(prt_config_reader *r) {
    const prt_config *c = r->config;
    for (uint32_t i = 0; i < c->search.field_count; i++) {
        const char *name = c->search.fields[i].name;
        if (strcmp(name, "title") == 0)
            continue;
        if (strcmp(name, "text") == 0) {
            if (!c->items.text)
                return prt_fail(r->error, PR_E_FORMAT, "%s: search.fields names \"text\", but items.text is not set",
                                r->where);
            continue;
        }
        PRT_TRY(prt_config_check_column(r, "search.fields", "items", &c->items, name,
                                        1u << PRT_CATEGORY | 1u << PRT_LIST | 1u << PRT_TEXT,
                                        "a category, a list or a text"));
    }
    return PR_OK;
}

pr_status prt_config_check(prt_config_reader *r) {
    const prt_config *c = r->config;
    PRT_TRY(check_entity(r, &c->items));
    PRT_TRY(check_entity(r, &c->users));
    if (c->has_users && c->event_count == 0 && !c->has_weekly && !c->has_searches)
        return prt_fail(
            r->error, PR_E_FORMAT,
            "%s: events is empty, so users have done nothing; name a log in events or weekly, or leave users out",
            r->where);
    for (uint32_t d = 0; d < c->segments.dimension_count; d++)
        PRT_TRY(check_dimension(r, d));
    if (c->score.freshness_column)
        PRT_TRY(prt_config_check_column(r, "score.freshness.column", "items", &c->items, c->score.freshness_column,
                                        1u << PRT_DATE, "a date"));
    for (uint32_t i = 0; i < c->rank.similarity.count; i++)
        PRT_TRY(prt_config_check_column(r, "rank.similarity", "items", &c->items, c->rank.similarity.names[i],
                                        1u << PRT_CATEGORY | 1u << PRT_LIST, "a category or a list"));
    if (c->rules.flag_column)
        PRT_TRY(prt_config_check_column(r, "rules.flag.column", "items", &c->items, c->rules.flag_column,
                                        1u << PRT_CATEGORY, "a category"));
    PRT_TRY(check_search(r));
    PRT_TRY(prt_config_check_ranking(r));
    PRT_TRY(prt_config_check_shop(r));
    PRT_TRY(prt_config_check_purchases(r));
    PRT_TRY(prt_config_check_meaning(r));
    PRT_TRY(prt_config_check_campaigns(r));
    PRT_TRY(prt_config_check_sync(r));
    return prt_config_check_evaluation(r);
}
