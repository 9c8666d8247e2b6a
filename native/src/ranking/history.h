/* The weekly log rolled up, and what of it a feature row needs. docs/ranking.md explains the features. */
#ifndef PRT_HISTORY_H
#define PRT_HISTORY_H

#include "config.h"
#include "tables.h"

/* Weeks of keys 0 … count - 1: weeks[starts[k] … starts[k + 1]), rising by week. */
typedef struct prt_weeks {
    uint32_t count;
    uint64_t *starts; /* count + 1 */
    pr_week *weeks;
} prt_weeks;

typedef struct prt_history {
    uint32_t user_count, item_count;
    int32_t first_week, last_week;
    uint32_t week_count;
    int32_t *week_numbers; /* that occur, rising */

    /* Pairs that occur, by user and then item: pairs of user u are [user_pairs[u] … user_pairs[u + 1]). */
    uint32_t *user_pairs, *pair_item;
    prt_weeks pairs, users, everyone; /* everyone has the one key 0 */
    prt_weeks items;                  /* without the (item, week) cells that fewer than min_users users stand behind */

    /* What does not change with the week. */
    uint32_t feature_count;
    pr_feature *features;
    char **names;              /* of the features: "ctr", "sp__rehab", "goal__rehab", "years_experience" */
    char **arguments;          /* speciality or goal phrase, or column name, of each feature; NULL: none */
    pr_feature_set set;        /* points to `features` */
    uint32_t column_count;     /* numeric columns that are features */
    double *columns;           /* item_count x column_count */
    uint32_t speciality_count; /* phrases that are sp__ features */
    uint8_t *specialities;     /* item_count x speciality_count */
    uint32_t goal_count;       /* distinct phrases among the users' goals, by bytes */
    char **goals;
    uint32_t *goal_users;   /* how many users have each */
    uint32_t *user_goal;    /* of each user, or PRT_NONE */
    uint8_t *goal_match;    /* goal_count x item_count */
    uint8_t *goal_features; /* goal_count x goal_count: the `goals` input of each goal */
} prt_history;

/* Roll the dataset's weekly log up. The same result whatever the number of threads. PR_E_FORMAT when there is no week,
 * PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_history_make(const prt_config *config, const prt_dataset *dataset, int threads, prt_history *out,
                           pr_error *error);
void prt_history_free(prt_history *history);
/* Log a warning for each gap between the weeks. */
void prt_history_say_gaps(const prt_history *history);

/* Rows to learn from or to judge by: the pairs shown in a week, with features of the weeks before it. The rows of one
 * (user, week) stand together, users rising, items rising within. */
typedef struct prt_matrix {
    uint32_t rows, columns;
    float *values; /* rows x columns */
    float *labels; /* 0 or 1 */
    uint32_t *user, *item;
    uint32_t group_count, *group_starts; /* group_count + 1 */
} prt_matrix;

/* Append the rows of `week` to `matrix` (zeroed at first). Groups without any row are left out. */
pr_status prt_matrix_add_week(const prt_history *history, prt_label label, int32_t week, int threads,
                              prt_matrix *matrix, pr_error *error);
void prt_matrix_free(prt_matrix *matrix);

/* Fill the feature row of any (user, item) for `week` (exactly what prt_matrix_add_week computes). `user` PRT_NONE:
 * somebody without history; `goal` PRT_NONE: no goal. */
void prt_history_row(const prt_history *history, uint32_t user, uint32_t item, uint32_t goal, int32_t week, float *out);

#endif
