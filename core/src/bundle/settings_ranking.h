/* settings.ranking of the manifest: what a ranking model looks at and how its list is made. docs/bundle-format.md. */
#ifndef PR_SETTINGS_RANKING_H
#define PR_SETTINGS_RANKING_H

#include "settings.h"

enum {
    PR_MAX_WEEKS = 52,
    PR_MAX_GOALS = 1000,
    PR_MAX_GOAL = 200, /* characters of a goal */
    PR_LAST_WEEK = 1000000,
    PR_WEEK_SECONDS = 604800,
    PR_MOST_FUTURE_WEEKS = 520 /* a request may look so far beyond the week after the log */
};

typedef struct pr_ranking {
    uint32_t goal_column; /* a category or list of the items, or PR_NO_COLUMN */
    uint32_t goal_count;
    pr_text *goals; /* that people have */
    const pr_synonyms *synonyms;
    uint32_t feature_count;     /* 0: the bundle has no ranking */
    pr_text *names, *arguments; /* of the features; an argument's bytes are NULL where there is none */
    pr_feature_set set;         /* arguments are indices among the features of the same kind */
    uint32_t speciality_count, goal_feature_count, column_count;
    uint32_t *columns; /* of the items: one for each feature of kind column */
    pr_text model;
    uint32_t topk, min_candidates;
    double explore;
    int32_t first_week, last_week;
    int64_t next_week_start; /* Unix time at which week last_week + 1 begins */
} pr_ranking;

/* Read settings.ranking; `given` NULL leaves all zero. Texts stay where the manifest's are. */
pr_status pr__ranking_read(const pr_json *given, const pr_settings *settings, pr_arena *arena, pr_ranking *out,
                           pr_error *error);
/* The week of a time: first_week at least. */
int32_t pr__week_of(const pr_ranking *ranking, int64_t time);

#endif
