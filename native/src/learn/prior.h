/* The learned prior: how much a thin segment leans on its parents, as far as the data say. */
#ifndef PRT_PRIOR_H
#define PRT_PRIOR_H

#include "counts.h"

/* What is fitted: one model for each rate. */
typedef struct prt_prior_models {
    pr_rate_model like, completion;
} prt_prior_models;

/* Fit both models by maximising the marginal likelihood of the counts. The result does not depend on `threads`. */
pr_status prt_prior_fit(const prt_counts *counts, const prt_counts_plan *plan, int threads, prt_prior_models *out,
                        pr_error *error);

/* One observation: `successes` of `trials`, where `mean` was expected. */
typedef struct prt_trial {
    double mean;
    uint32_t successes, trials;
} prt_trial;

/* Log marginal likelihood of the observations under Beta(strength · mean, strength · (1 - mean)), without the binomial
 * coefficients, which do not depend on the strength. */
double prt_prior_likelihood(const prt_trial *trials, size_t count, double strength);

/* The strength in [0.5, 100000] that makes the observations likeliest; 10 when there are none. */
double prt_prior_strength(const prt_trial *trials, size_t count);

#endif
