/* The settings that the manifest carries: what the configuration said, checked again, because a manifest is untrusted.
 */
#ifndef PR_SETTINGS_H
#define PR_SETTINGS_H

#include "base.h"

enum { PR_MAX_DIMENSIONS = 6, PR_MAX_BACKOFFS = 16, PR_MAX_BANDS = 32, PR_MAX_SIMILARITY = 8, PR_MAX_COLUMNS = 64 };
#define PR_NO_COLUMN UINT32_MAX

typedef enum pr_column_type {
    PR_COLUMN_TEXT,
    PR_COLUMN_CATEGORY,
    PR_COLUMN_LIST,
    PR_COLUMN_INTEGER,
    PR_COLUMN_DATE,
    PR_COLUMN_REAL
} pr_column_type;

typedef struct pr_column {
    pr_text name;
    pr_column_type type;
    uint32_t values; /* size of the dictionary of a category or list */
} pr_column;

/* An integer answer from minimum to maximum (inclusive) means `label`. */
typedef struct pr_band {
    pr_text label;
    int64_t minimum, maximum;
} pr_band;

typedef struct pr_dimension {
    pr_text name, input, label;
    bool item_side;
    uint32_t column; /* of the items when item_side */
    uint32_t band_count, value_count;
    pr_band bands[PR_MAX_BANDS];
    const pr_text *values;
} pr_dimension;

typedef enum pr_prior_kind { PR_PRIOR_NONE, PR_PRIOR_BETA, PR_PRIOR_LEARNED } pr_prior_kind;

/* What a request may override: the knobs. */
typedef struct pr_knobs {
    double completion, like, views; /* weights of the engagement score */
    pr_prior_kind prior;
    double alpha, beta; /* of PR_PRIOR_BETA */
    double decay;       /* freshness, per day */
    double mmr;         /* 1 = relevance only, 0 = novelty only */
    double explore;     /* share of the slots that are drawn by Thompson sampling */
    double boost_type, boost_instructor;
    double own_weight; /* pseudo-trials that one own like or dislike adds */
    bool backoff;
} pr_knobs;

/* Where candidates come from. A recipe is a list of finders; the routes name recipes, the manifest may change them. */
#define PR_FINDER_LIST(X) X(segments) X(everyone) X(search) X(catalogue) X(rows) X(row) X(item)
typedef enum pr_finder {
    PR_FIND_END,
#define PR_FINDER_ENUM(name) PR_FIND_##name,
    PR_FINDER_LIST(PR_FINDER_ENUM)
#undef PR_FINDER_ENUM
} pr_finder;

#define PR_RECIPE_LIST(X)                                                                                              \
    X(onboarding, segments, everyone)                                                                                  \
    X(segment, row, END)                                                                                               \
    X(search, rows, search)                                                                                            \
    X(browse, rows, catalogue)                                                                                         \
    X(popular, catalogue, END)                                                                                         \
    X(explain, rows, item)
typedef enum pr_recipe {
#define PR_RECIPE_ENUM(name, first, second) PR_RECIPE_##name,
    PR_RECIPE_LIST(PR_RECIPE_ENUM)
#undef PR_RECIPE_ENUM
        PR_RECIPES
} pr_recipe;
enum { PR_RECIPE_STEPS = 4 };

typedef struct pr_settings {
    pr_finder recipes[PR_RECIPES][PR_RECIPE_STEPS];
    uint32_t dimension_count;
    pr_dimension dimensions[PR_MAX_DIMENSIONS];
    uint32_t backoff_count;
    uint32_t backoffs[PR_MAX_BACKOFFS]; /* bit d set: dimension d is kept */
    uint32_t column_count;
    pr_column columns[PR_MAX_COLUMNS];
    pr_knobs knobs;
    uint32_t pool;
    uint32_t results;
    uint32_t freshness_column, flag_column; /* or PR_NO_COLUMN */
    uint32_t type_column;                   /* of the first item-side dimension, or PR_NO_COLUMN */
    uint32_t similarity_count;
    uint32_t similarity[PR_MAX_SIMILARITY];
    pr_rate_model like, completion;
    bool ranked; /* the bundle has settings.ranking */
    bool shop;   /* it has settings.shop */
    bool buys;   /* it has settings.purchases */
    bool meant;  /* it has settings.meaning */
} pr_settings;

/* Read columns, settings, dimensions and model of a parsed manifest. Texts are copied into `arena`. */
pr_status pr__settings_read(const pr_json *manifest, pr_arena *arena, pr_settings *out, pr_error *error);
/* The column with that name, or PR_NO_COLUMN. */
uint32_t pr__column_find(const pr_settings *settings, const char *name, size_t size);
/* Change `knobs` as the object `given` says; on failure *field is the offending key. */
pr_status pr__knobs_read(const pr_json *given, pr_knobs *knobs, const char **field, pr_error *error);

#endif
