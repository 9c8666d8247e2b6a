/* Lists made by a learned model: candidates by the visitor's goal, feature rows, scores, top k with exploration.
 * docs/ranking.md tells the steps and their reasons. */
#ifndef PR_RANKING_H
#define PR_RANKING_H

#include "state.h"

typedef struct pr_ranking_query {
    int32_t week; /* that the list is for: only earlier weeks count */
    pr_text goal; /* empty: none */
    double decay; /* of the popularity that fills the list up */
    uint32_t topk, min_candidates;
    double explore;
    uint64_t seed;
    const pr_state *state;
    const pr_own *own; /* likes and dislikes by item */
} pr_ranking_query;

typedef enum pr_ranked_source { PR_RANKED_GOAL, PR_RANKED_POPULARITY, PR_RANKED_CATALOGUE } pr_ranked_source;

typedef struct pr_ranked {
    uint32_t item;
    bool goal_match, explored;
    pr_ranked_source source;
    double popularity; /* clicks of all people, faded */
    double score, propensity;
} pr_ranked;

/* What the feature rows of one request share. */
typedef struct pr_ranking_inputs {
    int32_t week;
    int32_t log_week; /* that items' and everyone's sums are faded to: pr__log_week */
    uint32_t everyone_count;
    pr_week everyone_weeks[PR_MAX_WEEKS];
    pr_faded everyone, user;
    uint32_t own_count;
    struct pr_own_cell *own;    /* the visitor's weeks by rising item and week */
    uint8_t *goals;             /* one for each goal feature */
    const uint16_t *speciality; /* of each code of the goal column, or PR_NO_SPECIALITY */
    uint8_t *matches;           /* does the code match the goal? */
} pr_ranking_inputs;

enum { PR_NO_SPECIALITY = UINT16_MAX };

/* One week of one item in the visitor's own log. */
typedef struct pr_own_cell {
    uint32_t item;
    pr_week week;
} pr_own_cell;

typedef struct pr_ranking_list {
    pr_ranking_inputs inputs;
    bool goal_known;
    uint32_t matched, backfilled;
    uint32_t count; /* candidates */
    pr_ranked *candidates;
    uint32_t picked_count;
    pr_ranked *picked;
} pr_ranking_list;

/* The whole: afterwards list->picked holds the answer, or shards are missing (engine->missing_count). */
pr_status pr__rank_list(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list, pr_error *error);

/* The steps in between. */
/* The week that sums of the bundle's log are faded to: `week`, but not behind the first week that the log does not
 * hold. All items would fade alike behind it, and smoothed rates would melt towards the mean for no reason. */
int32_t pr__log_week(const pr_engine *engine, int32_t week);
pr_status pr__ranking_inputs(pr_engine *engine, const pr_ranking_query *query, pr_ranking_inputs *out, pr_error *error);
/* The feature row of an item; false when a shard is missing. */
bool pr__ranking_row(pr_engine *engine, const pr_ranking_inputs *inputs, uint32_t item, float *out);
/* Has the item a value that matches the goal? */
bool pr__ranking_matches(pr_engine *engine, const pr_ranking_inputs *inputs, pr_item item);
pr_status pr__ranking_candidates(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list,
                                 pr_error *error);
/* Fill the places in order: the best of the rest, or with the chance `explore` any of the rest. */
pr_status pr__ranking_pick(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list, pr_error *error);

#endif
