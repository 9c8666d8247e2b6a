/* How good the search is: judged queries are asked as visitors ask them, any word counting and none corrected.
 *
 * ndcg@10 and recall@10 as in metrics.h; mrr@10: 1 / place of the first relevant item among the first ten, else 0.
 * Relevant items that the catalogue lacks count as not found. Queries to which nothing is relevant are not asked. */
#ifndef PRT_SEARCH_QUALITY_H
#define PRT_SEARCH_QUALITY_H

#include "asker.h"

enum { PRT_SEARCH_METRICS = 3, PRT_MOST_QUERY = 255 /* characters; the core refuses longer ones */ };

extern const char *const prt_search_metric_names[PRT_SEARCH_METRICS];

/* By words alone, and where the configuration has an encoder by meaning, and by both. */
enum { PRT_SEARCH_WAYS = 3 };

typedef struct prt_search_result {
    uint32_t queries, cut; /* asked; of them longer than a query may be, and cut at a word */
    uint32_t ways;         /* that were asked: the first 1 or 3 */
    prt_interval metrics[PRT_SEARCH_WAYS][PRT_SEARCH_METRICS];
} prt_search_result;

/* Train a bundle of the dataset, or open the one in the folder `bundle` if that is not NULL, and ask it the queries of
 * config->judgements. */
pr_status prt_eval_search(const prt_config *config, const prt_dataset *dataset, const char *bundle, int threads,
                          uint64_t seed, prt_search_result *out, pr_error *error);

/* As members of an open object, and as text. */
void prt_search_write(const prt_search_result *result, pr_writer *w);
void prt_search_print(const prt_search_result *result);

/* ---- for tests ---- */

/* The longest beginning of a query that may be asked: whole words, or 255 characters of a longer word. */
size_t prt_search_cut(const char *query, size_t size);
/* What a list of `count` <= 10 items is worth; `relevant` > 0 in all. */
void prt_search_metrics(const bool *hits, uint32_t count, uint32_t relevant, double values[PRT_SEARCH_METRICS]);

#endif
