/* How well scores order what people chose, and how sure that is. Relevance is binary; lists are cut at K = 5.
 *
 * ndcg@5: hits at place i count 1 / log2(i + 1), divided by the best that any list could have.  p@5: hits among the
 * first five / 5.  map: mean over the relevant of the precision at their places (over the whole list; what is not in
 * the list adds 0).  mrr: 1 / place of the first hit.  auc: the chance that a chosen row of anybody stands above one
 * that was not chosen (pooled over all rows of a week, mean over weeks); lists alone have none.
 *
 * A group is what one user was shown in one week. Groups without anything chosen are left out of all but auc. Intervals
 * are of the percentile bootstrap over users (Efron 1979): a user's weeks go together. */
#ifndef PRT_RANKING_METRICS_H
#define PRT_RANKING_METRICS_H

#include "history.h"
#include "metrics.h"

enum { PRT_RANKING_K = 5, PRT_RANKING_AUC = 4, PRT_RANKING_METRICS = 5 };

extern const char *const prt_ranking_metric_names[PRT_RANKING_METRICS];

/* What one list is worth: labels in its order, of `relevant` that there are in all (> 0). Fills all but auc. */
void prt_list_metrics(const float *labels, uint32_t count, uint32_t relevant, double values[PRT_RANKING_METRICS]);

/* Sums over the groups of each user, for one model. */
typedef struct prt_ranking_tally {
    uint32_t users;
    double (*sums)[PRT_RANKING_METRICS]; /* auc's is not used */
    uint32_t *groups;                    /* that had something chosen */
    uint32_t week_count;
    struct prt_auc_week *weeks; /* one for each call of prt_tally_matrix */
} prt_ranking_tally;

bool prt_tally_make(uint32_t users, prt_ranking_tally *out);
void prt_tally_free_ranking(prt_ranking_tally *tally);
/* Add one list of a user. */
void prt_tally_list(prt_ranking_tally *tally, uint32_t user, const float *labels, uint32_t count, uint32_t relevant);
/* Add all groups of a matrix, ordered by falling score, ties by item. False: out of memory. */
bool prt_tally_matrix(prt_ranking_tally *tally, const prt_matrix *matrix, const double *scores);

/* Means and 95 % intervals; without auc where there are only lists (its mean is NaN then). `resamples` 0: means only.
 */
pr_status prt_tally_intervals(const prt_ranking_tally *tally, uint64_t seed, uint32_t resamples,
                              prt_interval out[PRT_RANKING_METRICS], pr_error *error);

#endif
