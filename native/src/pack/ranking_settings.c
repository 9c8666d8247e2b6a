/* settings.ranking: features, published goals, weeks, and the defaults of requests. */
#include "ranking_settings.h"

enum { DAY = 86400, WEEK = 7 * DAY };

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

/* The goals that enough people have; the history has them rising by bytes. */
static void write_goals(const prt_config *config, const prt_history *h, pr_writer *w) {
    text(w, "goal_column", config->ranking.goal_item);
    pr_write_key(w, "goals");
    pr_write_array(w);
    for (uint32_t g = 0; g < h->goal_count; g++) {
        if (h->goal_users[g] >= config->limits.min_users)
            pr_write_text(w, h->goals[g]);
    }
    pr_write_end_array(w);
    pr_write_key(w, "synonyms");
    if (config->ranking.synonyms) {
        pr_write_json(w, config->ranking.synonyms);
    } else {
        pr_write_array(w);
        pr_write_end_array(w);
    }
}

static void write_features(const prt_history *h, pr_writer *w) {
    pr_write_key(w, "features");
    pr_write_array(w);
    for (uint32_t f = 0; f < h->feature_count; f++) {
        pr_write_object(w);
        text(w, "name", h->names[f]);
        text(w, "kind", pr_feature_kind_name(h->features[f].kind));
        if (h->arguments[f])
            text(w, "argument", h->arguments[f]);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

/* 1970-01-01 was a Thursday, three days after a Monday. */
static int64_t monday_of(int64_t time) {
    int64_t since = (time + 3 * (int64_t)DAY) % WEEK;
    return time - (since < 0 ? since + WEEK : since);
}

static int64_t next_week_start(const prt_config *config, const prt_history *h, int64_t created) {
    if (config->weekly.start == PRT_NO_INTEGER)
        return monday_of(created);
    return config->weekly.start + h->last_week * (int64_t)WEEK;
}

void prt_ranking_write_settings(const prt_config *config, const prt_history *h, prt_model_kind model, int64_t created,
                                pr_writer *w) {
    const prt_ranking_config *ranking = &config->ranking;
    pr_write_key(w, "ranking");
    pr_write_object(w);
    write_goals(config, h, w);
    number(w, "decay", ranking->decay);
    number(w, "ctr_strength", ranking->ctr_strength);
    number(w, "view_strength", ranking->view_strength);
    number(w, "like_strength", ranking->like_strength);
    write_features(h, w);
    text(w, "model", prt_model_name(model));
    integer(w, "topk", ranking->topk);
    integer(w, "min_candidates", ranking->min_candidates);
    number(w, "explore", ranking->explore);
    integer(w, "first_week", h->first_week);
    integer(w, "last_week", h->last_week);
    integer(w, "next_week_start", next_week_start(config, h, created));
    pr_write_end_object(w);
}
