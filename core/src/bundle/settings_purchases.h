/* settings.purchases of the manifest: what events say, the models and how they blend, the knobs of the second level.
 * docs/bundle-format.md. */
#ifndef PR_SETTINGS_PURCHASES_H
#define PR_SETTINGS_PURCHASES_H

#include "factors.h"
#include "settings.h"

/* The models that score items; a hybrid blends them. */
typedef enum pr_source {
    PR_BY_ALS,
    PR_BY_ITEM_CF,
    PR_BY_POPULARITY,
    PR_SOURCES,
    PR_BY_HYBRID = PR_SOURCES,
    PR_SOURCE_NAMES
} pr_source;

extern const char *const pr__source_names[PR_SOURCE_NAMES];

enum { PR_MAX_CURVE = 16, PR_MAX_LEVELS = 4, PR_SPENDING_SEGMENTS = 4 };

extern const char *const pr__spending_segments[PR_SPENDING_SEGMENTS];

/* The knobs that a request may turn. */
typedef struct pr_tuning {
    uint32_t pool; /* candidates of the first level */
    double weights[PR_SOURCES];
    bool quadratic; /* the mean of the models in the hybrid; else arithmetic */
    bool upsell;
    double upsell_factor, price_boost_weight;
    double segments[PR_SPENDING_SEGMENTS]; /* percentiles of spend, the trainer's affair */
    bool cycles;                           /* what was bought stays away until it is due */
    double default_cycle, due_boost;       /* days; share */
    bool sensitivity;                      /* to prices */
    double tolerance;                      /* of the visitor's average price */
} pr_tuning;

/* Straight lines between points: score to probability. Scores rise. */
typedef struct pr_curve {
    uint32_t count;
    double score[PR_MAX_CURVE], probability[PR_MAX_CURVE];
} pr_curve;

typedef struct pr_purchases {
    bool present;
    int64_t as_of; /* time of the last event that the models know, 0: not known */
    uint32_t title, image, price;
    uint32_t category_count, category[PR_MAX_LEVELS];
    pr_signals signals;
    bool has[PR_SOURCES];
    uint32_t factors;                            /* of ALS */
    double unobserved, regularization, exponent; /* of its fold-in */
    pr_balance balance;                          /* of ALS */
    double normalize;                            /* of item_cf: sums are divided by (sum of weights)^normalize */
    double typical[PR_SOURCES];                  /* a visitor's best score, as it usually is */
    pr_tuning tuning;
    pr_source default_model;
    double spend[PR_SPENDING_SEGMENTS - 1];       /* at which the next segment begins */
    double price_bands[PR_SPENDING_SEGMENTS - 1]; /* the same of prices */
    pr_curve confidence[PR_SOURCE_NAMES];
    const pr_json *stats, *models, *als, *item_cf; /* as they stand in the manifest */
} pr_purchases;

/* Read settings.purchases; `given` NULL leaves all zero. */
pr_status pr__purchases_read(const pr_json *given, const pr_settings *settings, pr_purchases *out, pr_error *error);
/* Change `tuning` as the object says; on failure *field is the offending key and the error says what is wrong. */
pr_status pr__tuning_read(const pr_json *given, pr_tuning *tuning, const char **field, pr_error *error);
void pr__tuning_write(const pr_tuning *tuning, pr_writer *w);
/* PR_SOURCE_NAMES when there is no such model. */
pr_source pr__source_named(pr_text name);
double pr__curve_at(const pr_curve *curve, double score);

#endif
