/* What is learned from what people took: how strongly each user holds to each item, the models made of that, and facts
 * about items and users.
 *
 * The path: event_ledger.c sorts and settles the events, facts.c tells prices, units and buyers, strengths.c weighs,
 * popularity.c counts, models.c learns, calibrate.c compares with what was held out, cycles.c finds out how soon
 * something is bought again. Whatever the number of threads, the result is the same. */
#ifndef PRT_PURCHASES_H
#define PRT_PURCHASES_H

#include "config.h"
#include "scorer.h"

enum { PRT_CONFIDENCE_POINTS = 16 };

/* A score h and the share of people who took an item that had it; both rise. */
typedef struct prt_confidence {
    uint32_t count;
    double score[PRT_CONFIDENCE_POINTS], probability[PRT_CONFIDENCE_POINTS];
} prt_confidence;

/* How well a model guessed what was held out: the first ten of its list. */
typedef struct prt_guess_metrics {
    double ndcg, recall, hit_rate;
    double coverage; /* share of the items that are in anybody's list */
} prt_guess_metrics;

/* Items are rows of the catalogue, users those of the dataset. */
typedef struct prt_purchases {
    uint32_t users, items;
    uint32_t named_users;   /* without sessions of nobody */
    int64_t as_of;          /* time of the last event, 0 when none is known */
    prt_interactions taken; /* how strongly each user holds to each item */

    /* of each item */
    float *price;      /* NaN: not known */
    float *units;      /* usually bought at once, 1 when not known */
    float *popularity; /* 0 … 1 */
    float *cycle;      /* days until it is bought again, 0: not known */
    uint32_t *buyers;  /* different users; 0 when fewer than limits.min_users */

    /* of each user */
    float *average_price; /* of the settled purchases with a price, NaN when there is none */
    double *spend;        /* what was kept of it; without a price of its own at the item's */

    bool has_als, has_item_cf;
    prt_factors factors;
    double *gram;
    pr_balance balance; /* of the interactions that als learned from */
    prt_neighbours neighbours;
    double typical[PRT_SCORE_SIMPLE];
    prt_confidence confidence[PRT_SCORE_MODELS];
    uint32_t validation_users; /* 0: nothing was held out, and the metrics say nothing */
    prt_guess_metrics metrics[PRT_SCORE_MODELS];

    bool has_segments, has_price_bands;
    double segments[3];    /* users' spend at the percentiles of tuning.user_segments */
    double price_bands[3]; /* quartiles of the items' prices, each item as often as it was bought */
    uint64_t purchases, returns;
    double revenue;

    prt_purchases_config config; /* what it was learned by, tuned where that was asked for */
} prt_purchases;

/* Learn everything from the events of `dataset` without those whose byte in `left_out` is not 0 (one byte an event;
 * NULL: none is left out). What is held out to tell typical scores and confidence comes back before the end, so the
 * models know all events. PR_E_MEMORY, PR_E_ARGUMENT; then nothing needs to be freed. */
pr_status prt_purchases_learn(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out,
                              int threads, prt_purchases *out, pr_error *error);
/* The same models without validation: typical scores are those of `like`; there are no cycles, bands, confidence and
 * metrics. For comparing trainings, as each validation costs a training more. */
pr_status prt_purchases_learn_like(const prt_config *config, const prt_dataset *dataset, const uint8_t *left_out,
                                   const prt_purchases *like, int threads, prt_purchases *out, pr_error *error);
void prt_purchases_free(prt_purchases *purchases);

/* The rows of the catalogue by falling popularity, ties as they are; lives in `arena`. PR_E_MEMORY. */
pr_status prt_purchases_order(const prt_purchases *purchases, pr_arena *arena, const uint32_t **order, pr_error *error);

/* Write the manifest's settings.purchases. */
void prt_purchases_write_settings(const prt_purchases *purchases, const prt_dataset *dataset, pr_writer *w);

/* A scorer of what was learned; borrows from it. */
prt_scorer prt_purchases_scorer(const prt_purchases *purchases);

#endif
