/* One pipeline for every list: find candidates, drop the forbidden, score, rank, explain. A route fills a pr_query and
 * gets a pr_list. */
#ifndef PR_PIPELINE_H
#define PR_PIPELINE_H

#include "state.h"

enum { PR_MAX_RESULTS = 1000, PR_MAX_FILTERS = 16, PR_MAX_ROWS = 256, PR_MAX_WORDS = 16, PR_NO_ROW = UINT16_MAX };

/* The parts of a score, in the order in which they are added up and shown. */
#define PR_PART_LIST(X) X(completion) X(like) X(views) X(boost_type) X(boost_instructor) X(text) X(popularity)
enum {
#define PR_PART_ENUM(name) PR_PART_##name,
    PR_PART_LIST(PR_PART_ENUM)
#undef PR_PART_ENUM
        PR_PARTS
};

/* Codes of one dictionary, as bits. */
typedef struct pr_code_set {
    uint32_t *bits; /* NULL: no set given */
    uint32_t count; /* of codes in it */
} pr_code_set;

typedef struct pr_filter {
    uint32_t column;
    pr_code_set codes;       /* category, list: one of them must be there */
    double minimum, maximum; /* integer, date, real */
} pr_filter;

typedef struct pr_query {
    pr_recipe recipe;
    pr_knobs knobs;
    uint32_t requested;
    int64_t now;
    uint64_t seed;
    pr_profile profile;
    pr_text segment; /* ask for exactly this row of segments; empty: by the profile */
    pr_text words[PR_MAX_WORDS];
    uint32_t word_count;
    bool searching;     /* keywords were given, though they may hold no word */
    bool by_popularity; /* order by popularity alone */
    uint32_t filter_count;
    pr_filter filters[PR_MAX_FILTERS];
    pr_code_set should_types, should_groups, must_not_groups;
    uint32_t *excluded; /* bits over items; NULL: none */
    bool hide_seen, hide_flagged;
    pr_own own;
    uint32_t only; /* explain this item alone; UINT32_MAX: a list */
} pr_query;

/* A row of segments taking part, decoded. */
typedef struct pr_row {
    pr_text key;
    uint32_t level; /* 0: the full segment, k: back-off k, settings.backoff_count + 1: everyone */
    pr_segment segment;
    bool found;
    uint32_t cells;
    uint32_t *items;                   /* decoded, rising */
    double like_rate, completion_rate; /* of the row's type, for the learned prior */
} pr_row;

typedef struct pr_candidate {
    uint32_t item;
    uint32_t tier; /* lower tiers come first */
    uint16_t row;  /* in pr_list.rows, or PR_NO_ROW: counts of everyone */
    pr_counts counts;
    double alpha, beta; /* the posterior of the like rate, own events included */
    double own_trials;
    double parts[PR_PARTS];
    double score;
    double freshness;
    int32_t days_old; /* -1: no date */
    double text;
    /* what ranking did */
    uint32_t rank_before; /* 1-based place by score */
    double similarity, mmr, propensity;
    uint32_t similar_to; /* item, or UINT32_MAX */
} pr_candidate;

typedef enum pr_reason { PR_REASON_NONE, PR_REASON_EXHAUSTED, PR_REASON_FILTERED, PR_REASON_NO_MATCH } pr_reason;

typedef struct pr_list {
    uint32_t row_count;
    pr_row rows[PR_MAX_ROWS];
    pr_segment everyone;      /* totals and views of all; its view is NULL when the bundle has no such row */
    uint32_t count, capacity; /* candidates */
    pr_candidate *candidates;
    uint32_t *taken;  /* bits over items: already a candidate */
    uint32_t dropped; /* candidates that a rule forbade */
    uint32_t picked_count;
    pr_candidate **picked; /* the answer, in order */
    pr_reason reason;
} pr_list;

/* The steps; each in a file of its own name. */
pr_status pr__find_segments(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
pr_status pr__find_everyone(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
pr_status pr__find_search(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
pr_status pr__find_catalogue(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
pr_status pr__find_row(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
pr_status pr__find_item(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
/* Load the rows of the visitor's full segments, so that they speak for the candidates of later finders. */
pr_status pr__find_rows(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
/* Make `item` a candidate unless it is one already, does not exist or a rule forbids it. *added may be NULL. */
pr_status pr__candidate_add(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t item, uint32_t tier,
                            pr_candidate **added, pr_error *error);
/* May this item be shown? */
bool pr__is_allowed(pr_engine *engine, const pr_query *query, uint32_t item, pr_item view);
void pr__score_all(pr_engine *engine, const pr_query *query, pr_list *list);
/* Cosine of two items' binary vectors over the columns of settings.similarity. */
double pr__similarity(const pr_settings *settings, pr_item a, pr_item b);
pr_status pr__rank(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
/* The chance of each of `count` candidates to have the highest sampled score (Thompson sampling), into `chances`. */
pr_status pr__thompson_chances(pr_engine *engine, const pr_query *query, pr_candidate *const *candidates,
                               uint32_t count, double *chances, pr_error *error);

/* The whole: afterwards list->picked holds the answer, or shards are missing (see engine->missing_count). */
pr_status pr__recommend(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error);
/* Write one result. */
void pr__write_result(pr_engine *engine, const pr_query *query, const pr_list *list, const pr_candidate *candidate,
                      uint32_t position, pr_writer *w);
/* Write the published columns of an item as members of an open object. */
void pr__write_item_columns(pr_engine *engine, uint32_t item, pr_writer *w);

static inline bool pr__bit(const uint32_t *bits, uint32_t i) {
    return bits && (bits[i / 32] >> (i % 32) & 1);
}

static inline void pr__set_bit(uint32_t *bits, uint32_t i) {
    bits[i / 32] |= 1u << (i % 32);
}

#endif
