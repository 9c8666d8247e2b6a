/* Fold-in: the factors of somebody whom the trainer never saw, from the history and the items' factors.
 *
 * The half step of implicit ALS for one user: Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback
 * Datasets" (2008), equation 4, with the regularisation scaled by frequency of Rendle et al., "Revisiting the
 * Performance of iALS on Item Recommendation Benchmarks" (2021), section 3:
 *
 *     A = alpha G + sum_i c_i v_i v_i^T + ridge I,   x = A^-1 sum_i c_i v_i,
 *     ridge = lambda (sum_i c_i + alpha items)^nu
 *
 * with G = V^T V over all items and event i of the history with weight c_i on the item with factors v_i. In double,
 * each number by a fixed sequence of operations, so that all builds agree to the last bit. */
#ifndef PR_FOLD_IN_H
#define PR_FOLD_IN_H

#include "factors.h"

/* What the bundle says about a factor model. */
typedef struct pr__fold_model {
    uint32_t dims;     /* pr__factors_dims_allowed */
    const float *gram; /* G's lower triangle, row after row: [dims (dims + 1) / 2]; borrowed */
    double items;      /* rows that G sums over */
    double alpha, lambda, nu;
} pr__fold_model;

/* One item of the history; without factors (scale 0) it takes no part. */
typedef struct pr__fold_event {
    const int8_t *values; /* [dims], borrowed */
    float scale;
    double weight; /* c_i: finite, not negative */
} pr__fold_event;

typedef struct pr__fold_in {
    const pr__fold_model *model;
    const pr__fold_event *events;
    uint32_t count, most;
    double ridge;
    double *x;      /* [dims] what was solved for */
    double *rows;   /* [count][dims] v of each event, zeros without factors */
    double *factor; /* [dims][dims] U of A = U^T U in its upper triangle */
    double *work;
} pr__fold_in;

/* Room for solving over and over with this model (borrowed) for at most `most` events; lives in `arena`,
 * 8 dims (dims + most) bytes and a little more. PR_E_MEMORY. */
pr_status pr__fold_in_room(const pr__fold_model *model, uint32_t most, pr_arena *arena, pr__fold_in *out,
                           pr_error *error);

/* Solve for the history, which is borrowed as long as `fold` is used; at most as many events as there is room for.
 * Nobody's history gives x = 0. False, and nothing of `fold` may be used but this function, when A is not positive
 * definite or a number is not finite: the caller falls back on what needs no taste. */
bool pr__fold_in_solve(pr__fold_in *fold, const pr__fold_event *events, uint32_t count);

/* lambda (weight + alpha items)^nu. */
double pr__fold_in_ridge(const pr__fold_model *model, double weight);

/* vector[dims] = A^-1 v for the item's v. */
void pr__fold_in_inverse(const pr__fold_in *fold, const pr__fold_event *item, double *vector);

/* v · vector[dims] for the item's v. */
double pr__fold_in_product(const pr__fold_event *item, const double *vector, uint32_t dims);

/* The same for event i of the history. With vector = A^-1 v_j, c_i times it is what event i adds to the score of item j
 * (Hu, Koren and Volinsky, section 5). */
double pr__fold_in_event_product(const pr__fold_in *fold, uint32_t i, const double *vector);

/* a · b of vectors[dims]. */
double pr__fold_in_dot(const double *a, const double *b, uint32_t dims);

#endif
