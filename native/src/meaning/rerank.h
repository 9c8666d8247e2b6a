/* What a cross-encoder says at night about each product's candidates: those that the core's own first two stages find
 * for its page, scored as pairs of texts that the core tells, so that night and device agree.
 *
 * The path: rerank_candidates.c asks the packed bundle, embed.c scores what the cache of pairs does not know yet,
 * rerank.c orders and rounds. Whatever the number of threads, the result is the same. */
#ifndef PRT_RERANK_H
#define PRT_RERANK_H

#include "loaded.h"
#include "tables.h"

enum { PRT_RERANKED = 20 /* candidates of a product, at most */ };

/* Of each product its candidates, numbers in the bundle: best first, ties by number. */
typedef struct prt_reranked {
    pr_arena arena;
    uint32_t rows;     /* items of the bundle */
    uint32_t *offsets; /* rows + 1 */
    uint32_t *item;
    uint16_t *score; /* low[row] + step[row] x score is about what the cross-encoder says */
    float *low, *step;
} prt_reranked;

/* The bundle that is asked: manifest and shards, borrowed. */
typedef struct prt_rerank_bundle {
    pr_text manifest;
    const pr_text *shards; /* empty: no engine needs it */
    uint32_t shard_count;
    int64_t now;
} prt_rerank_bundle;

typedef struct prt_rerank_order {
    const prt_rerank_bundle *bundle;
    const prt_loaded_encoder *cross;
    const pr_text *ids;    /* of the items by number in the bundle */
    const uint32_t *asked; /* numbers of the items whose candidates are scored */
    uint32_t items, count; /* of ids, of asked */
    const char *cache;     /* path of the file that keeps scores of pairs, or NULL */
    int threads;
} prt_rerank_order;

/* Free with prt_reranked_free, also after a failure. PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_rerank(const prt_rerank_order *order, prt_reranked *out, pr_error *error);
void prt_reranked_free(prt_reranked *reranked);

/* ---- the steps ---- */

/* Candidates of each item that is asked about, and the texts of all that take part. */
typedef struct prt_pages {
    pr_arena *arenas; /* of the threads: they hold the texts */
    int threads;
    uint32_t *candidates; /* of asked[i]: from i x PRT_RERANKED on */
    uint8_t *counts;      /* how many */
    pr_text *texts;       /* by number; empty: takes no part, or has none */
} prt_pages;

/* Ask for the page of each item. Free with prt_pages_free, also after a failure. */
pr_status prt_pages_ask(const prt_rerank_order *order, prt_pages *out, pr_error *error);
void prt_pages_free(prt_pages *pages);

#endif
