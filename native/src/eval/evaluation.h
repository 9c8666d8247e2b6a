/* Evaluation: what each model's lists are worth, under a protocol.
 *
 * "new-users": a fifth of the users is held out entirely; a bundle is trained on the others' logs; for each held-out
 * user the core is asked with what a first visit tells (the answers on the user's side and nothing else). Relevant is
 * what the user liked, or completed where nobody likes anything.
 *
 * "truth", for data of `pocketrec synth`: each full segment's list against what was planted. Its ndcg@10 takes the list
 * that a visitor of the segment gets and the planted relevance. Its like_ndcg@10 looks at smoothing alone: nothing is
 * held back for privacy, the score is the like rate and nothing else, and the gain is the planted chance to be liked.
 *
 * The models differ by the prior alone: popularity, none (raw rates), Beta(2,5), learned; diversity is off for all of
 * them, because it trades accuracy for variety. "as served" is the bundle as configured. */
#ifndef PRT_EVALUATION_H
#define PRT_EVALUATION_H

#include "metrics.h"
#include "tables.h"

#include "config.h"

enum { PRT_EVAL_MODELS = 5, PRT_EVAL_METRICS = 3 };

extern const char *const prt_eval_models[PRT_EVAL_MODELS];

typedef struct prt_evaluation {
    const char *protocol;
    const char *subject;                   /* "users" or "segments" */
    uint32_t first_model;                  /* models before it are not asked */
    const char *metrics[PRT_EVAL_METRICS]; /* their names; the first decides who is best */
    uint32_t metric_count;
    uint32_t difference_count; /* so many of the metrics are compared pair by pair */
    uint32_t subjects, items;
    double *values;   /* [model][metric][subject] */
    uint32_t *lists;  /* [model][subject][PRT_EVAL_K] */
    uint32_t *weight; /* of each subject: started events behind its segment; thin ones have few */
    char *note;       /* how the subjects came about, for people */
} prt_evaluation;

typedef struct prt_eval_options {
    int threads;
    uint64_t seed;
    uint32_t most_users; /* evaluate at most so many held-out users */
} prt_eval_options;

/* Run the protocol. Free with prt_evaluation_free, also after a failure. */
pr_status prt_eval_new_users(const prt_config *config, const prt_dataset *dataset, const prt_eval_options *options,
                             prt_evaluation *out, pr_error *error);
/* `truth` is the folder with affinity.csv; `bundle` a folder to ask in place of one trained from the dataset, or NULL.
 */
pr_status prt_eval_truth(const prt_config *config, const prt_dataset *dataset, const char *truth, const char *bundle,
                         const prt_eval_options *options, prt_evaluation *out, pr_error *error);
void prt_evaluation_free(prt_evaluation *evaluation);

/* Room for `subjects`; every list empty, every value 0. */
pr_status prt_evaluation_make(prt_evaluation *out, uint32_t subjects, uint32_t items, pr_error *error);
double *prt_evaluation_value(const prt_evaluation *e, uint32_t model, uint32_t metric, uint32_t subject);
uint32_t *prt_evaluation_list(const prt_evaluation *e, uint32_t model, uint32_t subject);

/* Write the leaderboards, best first, with intervals and paired differences, as JSON members of an open object, or as
 * text. */
pr_status prt_evaluation_write(const prt_evaluation *e, uint64_t seed, pr_writer *w, pr_error *error);
pr_status prt_evaluation_print(const prt_evaluation *e, uint64_t seed, pr_error *error);

#endif
