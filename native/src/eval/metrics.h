/* How good a list is. Relevance is binary or graded; lists are cut at k.
 *
 * ndcg@k: the sum of gain(i) / log2(i + 1) over the first k places i = 1, 2, …, divided by the greatest value that any
 * list could have. With binary relevance the ideal list has min(k, number of relevant items) hits at its top.
 *
 * recall@k: relevant items among the first k, divided by the number of relevant items.
 *
 * hit_rate@k: 1 when one of the first k is relevant, else 0.
 *
 * coverage@k: share of the catalogue that stands in anybody's first k. */
#ifndef PRT_METRICS_H
#define PRT_METRICS_H

#include "pocketrec.h"

enum { PRT_EVAL_K = 10 };

/* `gains[i]` belongs to place i + 1 of the list; `ideal` holds the catalogue's highest gains, falling. Both have at
 * most PRT_EVAL_K entries. 0 when nothing is relevant. */
double prt_ndcg(const double *gains, uint32_t count, const double *ideal, uint32_t ideal_count);

/* Mean and 95 % interval. */
typedef struct prt_interval {
    double mean, low, high;
} prt_interval;

/* The member `name` of an open object: {"mean", "low", "high"}, or null when there is no figure (NaN). */
void prt_interval_write(const char *name, const prt_interval *interval, pr_writer *w);

/* Percentile bootstrap (Efron 1979) of the mean of values[subjects[i]], i < count, by `resamples` seeded resamples. The
 * same seed and subjects give the same resamples, so that differences of paired values are paired too. PR_E_MEMORY. */
pr_status prt_bootstrap_mean(const double *values, const uint32_t *subjects, uint32_t count, uint64_t seed,
                             prt_interval *out, pr_error *error);

/* The same for several figures of each subject at once, values[subject * columns + column]: out[columns]. The result
 * does not depend on the number of threads. */
pr_status prt_bootstrap_means(const double *values, uint32_t columns, const uint32_t *subjects, uint32_t count,
                              uint64_t seed, int threads, prt_interval *out, pr_error *error);

/* Lists of `places` places, subject after subject: an item below `items` each, or UINT32_MAX. */
typedef struct prt_lists {
    const uint32_t *items_of;
    uint32_t places, items;
} prt_lists;

/* Coverage of the first k <= places places; the interval is centred at the estimate, which resamples never reach. */
pr_status prt_bootstrap_coverage(const prt_lists *lists, uint32_t k, const uint32_t *subjects, uint32_t count,
                                 uint64_t seed, int threads, prt_interval *out, pr_error *error);

#endif
