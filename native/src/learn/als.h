/* Implicit alternating least squares: a vector for each user and each item, so that a user's product with an item is
 * near 1 where the user took it and near 0 elsewhere.
 *
 * The objective is that of Rendle, Krichene, Zhang and Koren, "Revisiting the Performance of iALS on Item
 * Recommendation Benchmarks" (RecSys 2022), section 3:
 *     sum over what was taken of c_ui (1 - x_u . y_i)^2  +  alpha0 sum over all cells of (x_u . y_i)^2
 *     + lambda sum over users of (sum of c_ui + alpha0 items)^nu |x_u|^2  +  the same for items. */
#ifndef PRT_ALS_H
#define PRT_ALS_H

#include "interactions.h"

/* How one row's least squares are solved while the other side stands still (als_rows.h). */
typedef enum prt_als_solver {
    PRT_ALS_CONJUGATE, /* a few conjugate gradients from the row's last vector: the fastest */
    PRT_ALS_BLOCK,     /* block after block of coordinates: Rendle et al., "iALS++" (2021) */
    PRT_ALS_DIRECT,    /* exactly, by Cholesky */
} prt_als_solver;

typedef struct prt_als_options {
    uint32_t factors;      /* a multiple of 16, 16 … 512 */
    uint32_t iterations;   /* 1 … 10,000; in each, the items are solved and then the users */
    double unobserved;     /* alpha0: the weight of every cell, 0 or more */
    double regularization; /* lambda, above 0 */
    double exponent;       /* nu, 0 … 2 */
    double init;           /* the standard deviation of a number before the first iteration x sqrt(factors) */
    uint64_t seed;
    prt_als_solver solver;
    uint32_t block; /* PRT_ALS_BLOCK: coordinates at a time, a multiple of 16 up to `factors` */
    uint32_t steps; /* PRT_ALS_CONJUGATE: gradients of one row, 1 … 100 */
} prt_als_options;

/* What has proved good: 64 factors, 16 iterations, alpha0 0.1, lambda 0.003, nu 1, init 0.1, seed 1, 2 conjugate
 * gradients, blocks of 32. */
prt_als_options prt_als_defaults(void);

/* Whether the options can be used: PR_E_ARGUMENT with a sentence otherwise. */
pr_status prt_als_check(const prt_als_options *options, pr_error *error);

/* Learn from `train`. Users and items without interactions get zeros. The users' vectors are solved last: each is what
 * prt_als_fold_in makes of that user's interactions. With `users` NULL that last half iteration is not made. The bytes
 * depend on train and options only: not on threads, processor or compiler. PR_E_ARGUMENT for options and interactions
 * that break their rules and where the numbers grow beyond float, PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_als_fit(const prt_interactions *train, const prt_als_options *options, int threads, prt_factors *items,
                      prt_factors *users, pr_error *error);
void prt_factors_free(prt_factors *factors);

/* Y'Y in double precision, factors x factors numbers: what fold-in needs beside the items themselves. Made anew for
 * given items; the caller frees it. NULL: out of memory. */
double *prt_als_gram(const prt_factors *items);

/* The vector of a user who took item[0 … count - 1] (any order, each once, below items->rows) with these weights:
 *     (alpha0 Y'Y + sum of c y y' + lambda (sum of c + alpha0 items)^nu)^-1 sum of c y
 * in double precision. vector: items->factors numbers; nothing taken gives zeros. PR_E_ARGUMENT for what breaks the
 * rules, PR_E_MEMORY. */
pr_status prt_als_fold_in(const prt_factors *items, const double *gram, const prt_als_options *options,
                          const uint32_t *item, const float *weight, size_t count, float *vector, pr_error *error);

#endif
