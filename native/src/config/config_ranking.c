/* The weekly log and the ranking that is learned from it: defaults, and what the schema cannot say. */
#include "config_reader.h"
#include "field_check.h"

#include <string.h>

/* ---- weekly ---- */

static pr_status read_name(prt_config_reader *r, const pr_json *given, const char *key, const char *otherwise,
                           const char **out) {
    PRT_TRY(prt_config_text(r, pr_json_get(given, key), out));
    *out = *out ? *out : otherwise;
    return PR_OK;
}

static pr_status read_start(prt_config_reader *r, const pr_json *given, int64_t *out) {
    enum { DAY = 86400 };
    int64_t days;
    *out = PRT_NO_INTEGER;
    if (!given)
        return PR_OK;
    if (!prt_parse_date(given->string, given->size, &days))
        return prt_fail(r->error, PR_E_FORMAT, "%s: weekly.start must be a day like 2026-11-02, not \"%s\"", r->where,
                        given->string);
    *out = days * DAY;
    return PR_OK;
}

static pr_status read_weekly(prt_config_reader *r, const pr_json *given, prt_weekly_config *out) {
    PRT_TRY(prt_config_source(r, "weekly", given, &out->source));
    PRT_TRY(read_name(r, given, "user", "user_id", &out->user));
    PRT_TRY(read_name(r, given, "item", "trainer_id", &out->item));
    PRT_TRY(read_name(r, given, "week", "week", &out->week));
    PRT_TRY(read_name(r, given, "impressions", "impressions", &out->impressions));
    PRT_TRY(read_name(r, given, "clicks", "clicks", &out->clicks));
    PRT_TRY(read_name(r, given, "views", "video_views", &out->views));
    PRT_TRY(read_name(r, given, "likes", "likes", &out->likes));
    PRT_TRY(read_name(r, given, "watch", "avg_watch_time", &out->watch));
    return read_start(r, pr_json_get(given, "start"), &out->start);
}

/* ---- ranking ---- */

static pr_status all_numbers(prt_config_reader *r, prt_name_list *out) {
    const prt_entity_config *items = &r->config->items;
    const char **names = prt_config_take(r, items->column_count, sizeof *names);
    if (!names)
        return prt_config_no_memory(r);
    *out = (prt_name_list){0, names};
    for (uint32_t i = 0; i < items->column_count; i++) {
        if (items->columns[i].type == PRT_INTEGER || items->columns[i].type == PRT_REAL)
            names[out->count++] = items->columns[i].name;
    }
    return PR_OK;
}

static pr_status read_goal(prt_config_reader *r, const pr_json *given, prt_ranking_config *out) {
    const pr_json *synonyms = pr_json_get(given, "synonyms");
    out->synonyms = synonyms && synonyms->size ? synonyms : NULL;
    PRT_TRY(prt_config_text(r, pr_json_get(given, "user"), &out->goal_user));
    return prt_config_text(r, pr_json_get(given, "item"), &out->goal_item);
}

static void read_model(const pr_json *given, prt_ranking_config *out) {
    static const char *const models[] = {
#define NAME(name) #name,
        PRT_MODEL_LIST(NAME)
#undef NAME
    };
    static const char *const labels[] = {"clicks", "views", "likes"}; /* as prt_label */
    const pr_json *model = pr_json_get(given, "model"), *label = pr_json_get(given, "label"),
                  *trees = pr_json_get(given, "trees");
    out->model = model ? (prt_model_kind)prt_config_position(model, models, PRT_COUNT(models)) : PRT_MODEL_AUTO;
    out->label = label ? (prt_label)prt_config_position(label, labels, PRT_COUNT(labels)) : PRT_LABEL_CLICKS;
    out->label_weeks = (uint32_t)prt_config_number(given, "label_weeks", 3);
    out->trees = (uint32_t)prt_config_number(trees, "count", 300);
    out->depth = (uint32_t)prt_config_number(trees, "depth", 3);
    out->learning_rate = prt_config_number(trees, "learning_rate", 0.05);
}

static pr_status read_ranking(prt_config_reader *r, const pr_json *given, prt_ranking_config *out) {
    const pr_json *smoothing = pr_json_get(given, "smoothing"), *columns = pr_json_get(given, "columns");
    PRT_TRY(read_goal(r, pr_json_get(given, "goal"), out));
    out->decay = prt_config_number(given, "decay", 0.8);
    out->ctr_strength = prt_config_number(smoothing, "ctr", 20);
    out->view_strength = prt_config_number(smoothing, "view_rate", 10);
    out->like_strength = prt_config_number(smoothing, "like_rate", 10);
    out->specialities = (uint32_t)prt_config_number(given, "specialities", 64);
    out->columns_given = columns != NULL;
    PRT_TRY(columns ? prt_config_names(r, columns, &out->columns) : all_numbers(r, &out->columns));
    read_model(given, out);
    out->topk = (uint32_t)prt_config_number(given, "topk", 5);
    out->min_candidates = (uint32_t)prt_config_number(given, "min_candidates", 30);
    out->explore = prt_config_number(given, "explore", 0);
    return prt_config_path(r, "ranking.exploration_log", pr_json_get(given, "exploration_log"), &out->exploration_log);
}

pr_status prt_config_read_ranking(prt_config_reader *r, const pr_json *root) {
    prt_config *c = r->config;
    const pr_json *weekly = pr_json_get(root, "weekly"), *ranking = pr_json_get(root, "ranking");
    c->has_weekly = weekly != NULL;
    if (ranking && !weekly)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: ranking learns from a weekly log, but there is none; add \"weekly\" or take ranking out",
                        r->where);
    if (!weekly)
        return PR_OK;
    PRT_TRY(read_weekly(r, weekly, &c->weekly));
    return read_ranking(r, ranking, &c->ranking);
}

/* ---- what the schema cannot say ---- */

pr_status prt_config_check_synonyms(prt_config_reader *r, const char *key, const pr_json *synonyms) {
    enum { MOST_PHRASE = 100 };
    for (const pr_json *group = synonyms ? synonyms->first : NULL; group; group = group->next) {
        for (const pr_json *phrase = group->first; phrase; phrase = phrase->next) {
            if (phrase->size > MOST_PHRASE || strlen(phrase->string) != phrase->size)
                return prt_fail(r->error, PR_E_FORMAT,
                                "%s: %s has the phrase \"%.40s…\", which is longer than %d bytes or holds a NUL "
                                "character",
                                r->where, key, phrase->string, MOST_PHRASE);
        }
    }
    return PR_OK;
}

static pr_status check_goal(prt_config_reader *r) {
    const prt_config *c = r->config;
    if (!c->ranking.goal_user)
        return PR_OK;
    PRT_TRY(prt_config_check_column(r, "ranking.goal.user", "users", &c->users, c->ranking.goal_user,
                                    1u << PRT_CATEGORY, "a category"));
    PRT_TRY(prt_config_check_column(r, "ranking.goal.item", "items", &c->items, c->ranking.goal_item,
                                    1u << PRT_LIST | 1u << PRT_CATEGORY, "a list or a category"));
    return prt_config_check_synonyms(r, "ranking.goal.synonyms", c->ranking.synonyms);
}

static pr_status check_columns(prt_config_reader *r, const prt_name_list *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        PRT_TRY(prt_config_check_column(r, "ranking.columns", "items", &r->config->items, columns->names[i],
                                        1u << PRT_INTEGER | 1u << PRT_REAL, "an integer or real"));
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(columns->names[i], columns->names[j]) == 0)
                return prt_fail(r->error, PR_E_FORMAT, "%s: ranking.columns names \"%s\" twice; take one out", r->where,
                                columns->names[i]);
        }
    }
    return PR_OK;
}

/* Two keys of one log that read the same column are a slip of the pen. */
static pr_status check_sources(prt_config_reader *r) {
    const prt_weekly_config *w = &r->config->weekly;
    const char *const keys[] = {"user", "item", "week", "impressions", "clicks", "views", "likes", "watch"};
    const char *const names[] = {w->user, w->item, w->week, w->impressions, w->clicks, w->views, w->likes, w->watch};
    for (size_t i = 0; i < PRT_COUNT(names); i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(names[i], names[j]) == 0)
                return prt_fail(r->error, PR_E_FORMAT, "%s: weekly.%s and weekly.%s are the same column, \"%s\"",
                                r->where, keys[j], keys[i], names[i]);
        }
    }
    return PR_OK;
}

/* Members of every ranked result, which a column of the items would hide (the core's settings_ranking.c). */
static pr_status check_names(prt_config_reader *r) {
    static const char *const taken[] = {"popularity", "goal_match", "matches", "source",
                                        "explored",   "reasons",    "base",    "other"};
    for (size_t i = 0; i < PRT_COUNT(taken); i++) {
        if (prt_config_column(&r->config->items, taken[i]))
            return prt_fail(
                r->error, PR_E_FORMAT,
                "%s: items.columns.%s must have another name (\"from\" may stay): every ranked result has a "
                "member %s of its own",
                r->where, taken[i], taken[i]);
    }
    return PR_OK;
}

pr_status prt_config_check_ranking(prt_config_reader *r) {
    const prt_config *c = r->config;
    if (!c->has_weekly)
        return PR_OK;
    if (!c->has_users)
        return prt_fail(r->error, PR_E_FORMAT,
                        "%s: weekly needs the people it is about, but there are no users; add \"users\"", r->where);
    PRT_TRY(check_names(r));
    PRT_TRY(check_sources(r));
    PRT_TRY(check_goal(r));
    return check_columns(r, &c->ranking.columns);
}
