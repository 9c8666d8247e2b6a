/* What the parts of the evaluation of purchases share. */
#ifndef PRT_PURCHASES_RUN_H
#define PRT_PURCHASES_RUN_H

#include "purchases_eval.h"

typedef struct prt_purchase_run {
    prt_config config; /* a view: prices of the catalogue may be of the future, and then are not used */
    const prt_dataset *dataset;
    const prt_purchase_options *options;
    prt_split split;
    prt_purchases learned; /* from the training's events */
    prt_scorer scorer;
    uint32_t model_count, places; /* models that were learned; the longest list */
    uint32_t *subjects;           /* all of the split, in order */
    uint32_t *warm, *cold;        /* those with and without a history */
    uint32_t warm_count, cold_count;
    float *surprise;
    prt_directions directions;
    prt_model_figures figures[PRT_SCORE_MODELS]; /* of all subjects */
} prt_purchase_run;

/* Scores by `scorer`, which is borrowed; people without a history get what is popular. */
prt_score_source prt_purchase_source(const prt_scorer *scorer);

/* NDCG at the first cut of each list of the subjects; free. NULL without memory. */
double *prt_first_metric(const prt_purchase_run *run, const uint32_t *subjects, const prt_made_lists *lists);

/* How `values` compare with `reference` on the same people. PR_E_MEMORY. */
pr_status prt_paired_make(const prt_purchase_run *run, const double *values, const double *reference, uint32_t count,
                          prt_paired *out, pr_error *error);

pr_status prt_eval_fold_in(const prt_purchase_run *run, prt_fold_in_result *out, pr_error *error);
pr_status prt_eval_served(const prt_purchase_run *run, prt_served_result *out, pr_error *error);
/* The confidence that the model states against what was taken, for the items of its lists. PR_E_MEMORY. */
pr_status prt_calibration_make(const prt_purchase_run *run, const prt_model_figures *figures, prt_calibration *out,
                               pr_error *error);

/* ---- for tests ---- */

/* The confidence at a score, between the points straight, beyond them as at the last. 0 without points. */
double prt_confidence_at(const prt_confidence *confidence, double score);

/* One item of a list: what was said of it, and whether it was taken. */
typedef struct prt_claim {
    double confidence;
    bool taken;
} prt_claim;

/* Groups of claims by confidence, and the error; sorts the claims. */
void prt_calibrate_claims(prt_claim *claims, uint64_t count, prt_calibration *out);

#endif
