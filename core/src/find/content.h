/* What is alike by content: to one item, or to a weighted few. By the cosine of the items' vectors with the weighted
 * sum of the seeds' vectors, made unit length; a bundle without vectors goes by the cosine of the TF-IDF of the texts,
 * from the shop's table of similar products, summed up over the seeds. */
#ifndef PR_CONTENT_H
#define PR_CONTENT_H

#include "best.h"
#include "meaning.h"

/* An item that candidates should go with. */
typedef struct pr_seed {
    uint32_t item;
    double weight; /* may be negative: rather not like that one */
} pr_seed;

typedef struct pr_content {
    pr_engine *engine;
    double *vector; /* of the seeds; NULL: they have none */
    float *scores;  /* without vectors: of each item, or NULL */
} pr_content;

/* Get ready to say how alike items are to the seeds. Missing shards are noted, and then nothing may be asked.
 * PR_E_MEMORY.
 */
pr_status pr__content_start(pr_engine *engine, const pr_seed *seeds, uint32_t count, pr_content *out, pr_error *error);
/* How alike an item is: 0 or less for not at all. */
double pr__content_of(const pr_content *content, uint32_t item);
/* The most alike that are allowed, best first, into rows[limit]; *count of them, all above 0. Vectors are looked for
 * where `probing` says. PR_E_MEMORY. */
pr_status pr__content_top(const pr_content *content, pr__allowed allowed, pr_probing probing, uint32_t limit,
                          pr__best_row *rows, uint32_t *count, pr_error *error);
/* May the vectors of any few hundred items be loaded? Of a large catalogue only those that lie together are: a page
 * would wait for megabytes. It goes by what the manifest says, so that answers do not depend on what is loaded. */
bool pr__content_is_small(const pr_engine *engine);
/* The seeds' vector: the sum of weight x vector over those that have one, made unit length. NULL when none has one or
 * the sum is 0; missing shards are noted. *failed: out of memory. */
double *pr__seed_vector(pr_engine *engine, const pr_seed *seeds, uint32_t count, bool *failed);
/* The best of scores[0 … items) above 0 that are allowed, the same. */
pr_status pr__top_scores(pr_engine *engine, const float *scores, pr__allowed allowed, uint32_t limit,
                         pr__best_row *rows, uint32_t *count, pr_error *error);

#endif
