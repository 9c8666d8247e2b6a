/* What is held out of a log to see how well models guess it: of some users the items they took last. */
#ifndef PRT_VALIDATION_H
#define PRT_VALIDATION_H

#include "purchases_inner.h"

enum { PRT_VALIDATION_USERS = 2000, PRT_VALIDATION_BEST = 50 };

/* Validation user v is user[v] of the ledger, and items[offsets[v]] … items[offsets[v + 1] - 1] are held out, rising.
 */
typedef struct prt_validation {
    uint32_t users;
    uint32_t *user;
    uint64_t *offsets;
    uint32_t *items;
    prt_ledger rest; /* the ledger without them */
} prt_validation;

/* Hold out a tenth of each user's items, at least one: those that came first at the latest time; where times are
 * missing or equal, by a hash of user and item. Users of one item are left in peace, and sessions of
 * nobody as long as there is anybody else; of more than PRT_VALIDATION_USERS
 * others those with the least hash are taken, the same in every run. PR_E_MEMORY. */
pr_status prt_validation_make(const prt_ledger *ledger, prt_validation *out, pr_error *error);
void prt_validation_free(prt_validation *validation);

/* An item that the user has not taken in the rest, and its score. */
typedef struct prt_unseen {
    uint32_t item;
    float score;
    bool held_out;
} prt_unseen;

/* The best items that user v has not taken yet, by falling score, ties by rising number. */
typedef struct prt_unseen_list {
    uint32_t count; /* at most the `most` that was asked for */
    prt_unseen best[PRT_VALIDATION_BEST];
} prt_unseen_list;

/* Score every validation user's history with one model and keep the `most` best items that are new to the user, into
 * lists[v]; `learned` was learned from validation->rest. PR_E_MEMORY. */
pr_status prt_validation_ask(const prt_validation *validation, const prt_purchases *learned, prt_score_model model,
                             uint32_t most, int threads, prt_unseen_list *lists, pr_error *error);

/* How well the first ten of the lists guess, as means over the validation users; NDCG with relevance 0 or 1 (Järvelin
 * and Kekäläinen 2002). PR_E_MEMORY. */
pr_status prt_validation_judge(const prt_validation *validation, const prt_unseen_list *lists, prt_guess_metrics *out,
                               pr_error *error);

/* The median of the users' best scores; 1 where that is not above 0. PR_E_MEMORY. */
pr_status prt_typical(const prt_unseen_list *lists, uint32_t users, double *out, pr_error *error);

/* Learn typical scores and confidence of `out`, which was learned from all of the ledger: the same is learned from the
 * validation's rest and asked for what was held out. */
pr_status prt_calibrate(const prt_purchases_job *job, const prt_validation *validation, prt_purchases *out,
                        pr_error *error);

/* Isotonic regression: values[i] of weight weights[i] > 0, in the order in which they shall rise, become the rising
 * sequence that is nearest by weighted squares (pool adjacent violators: Ayer et al. 1955). At most
 * PRT_CONFIDENCE_POINTS. */
void prt_isotonic(double *values, const double *weights, uint32_t count);

/* The points of a confidence from `count` guesses: groups of neighbouring scores that hold about equally many hits,
 * each with its mean score and share of hits, made to rise. Sorts the guesses. */
void prt_confidence_make(prt_unseen *guesses, uint64_t count, prt_confidence *out);

#endif
