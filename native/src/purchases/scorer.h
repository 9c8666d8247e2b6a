/* Scores of all items for a history, in floating point, as the browser computes them from the bundle's rounded tables
 * (docs/models.md): what validation, tuning and evaluation ask.
 *
 *     als         x . v_j, x being the history folded in
 *     item_cf     sum over the history of c_i W[i][j], over (sum of c)^normalize
 *     popularity  what everyone takes, 0 … 1
 *     hybrid      the weighted mean of max(score, 0) / typical over the models present: arithmetic, or quadratic */
#ifndef PRT_SCORER_H
#define PRT_SCORER_H

#include "interactions.h"

/* In the order and by the names of the requests. */
#define PRT_SCORE_MODEL_LIST(X) X(ALS, "als") X(ITEM_CF, "item_cf") X(POPULARITY, "popularity") X(HYBRID, "hybrid")
typedef enum prt_score_model {
#define PRT_SCORE_MODEL_ENUM(name, text) PRT_SCORE_##name,
    PRT_SCORE_MODEL_LIST(PRT_SCORE_MODEL_ENUM)
#undef PRT_SCORE_MODEL_ENUM
        PRT_SCORE_MODELS,
    PRT_SCORE_SIMPLE = PRT_SCORE_HYBRID /* how many the hybrid is made of; they come first */
} prt_score_model;

/* Borrows all arrays from what was learned (prt_purchases_scorer); any number of threads may use one. */
typedef struct prt_scorer {
    uint32_t items;
    const prt_factors *factors; /* NULL: no als */
    const double *gram;         /* of the factors, factors x factors */
    double unobserved, regularization, exponent;
    pr_balance balance;
    const uint32_t *buyers;           /* of each item, for the balance */
    const prt_neighbours *neighbours; /* NULL: no item_cf */
    double normalize;
    const float *popularity;          /* of each item */
    double typical[PRT_SCORE_SIMPLE]; /* a good score, above 0 */
    double weight[PRT_SCORE_SIMPLE];  /* in the hybrid */
    bool quadratic;                   /* its mean */
} prt_scorer;

/* "als", …; never NULL. */
const char *prt_score_model_name(prt_score_model model);
/* Was it learned? Popularity and the hybrid always are. */
bool prt_scorer_has(const prt_scorer *scorer, prt_score_model model);
/* Doubles that prt_scorer_scores needs as scratch. */
size_t prt_scorer_scratch(const prt_scorer *scorer);

/* Score all items for somebody who took items[0 … count - 1] (each once, any order, below scorer->items) with these
 * weights (finite, above 0); items that were taken get a score as the others do. An empty history gives 0 by als and
 * item_cf, and so does a model that was not learned. scores: scorer->items numbers. PR_E_MEMORY, PR_E_ARGUMENT for
 * a history that breaks the rules. */
pr_status prt_scorer_scores(const prt_scorer *scorer, prt_score_model model, const uint32_t *items,
                            const float *weights, uint32_t count, double *scratch, float *scores, pr_error *error);

enum { PRT_SCORER_PEOPLE = 8 };

/* One history, as above. */
typedef struct prt_person {
    const uint32_t *items;
    const float *weights;
    uint32_t count;
} prt_person;

/* Doubles that prt_scorer_many needs as scratch. */
size_t prt_scorer_many_scratch(const prt_scorer *scorer);

/* The scores of up to PRT_SCORER_PEOPLE people by every model, the same bits as prt_scorer_scores gives for one, but
 * sooner: factors are read once for all of them, and the hybrid is made of the others' scores. Of person p by model m:
 * scores[(m * PRT_SCORER_PEOPLE + p) * scorer->items] and on. */
pr_status prt_scorer_many(const prt_scorer *scorer, const prt_person *people, uint32_t count, double *scratch,
                          float *scores, pr_error *error);

#endif
