/* What a cross-encoder says at night about the candidates of each product's and each category's page: those that the
 * core's own first two stages find, scored as pairs of texts that the core tells, so that night and device agree.
 *
 * The path: rerank_candidates.c asks the packed bundle, embed.c scores what the cache of pairs does not know yet,
 * rerank.c orders and rounds. Whatever the number of threads, the result is the same. */
#ifndef PRT_RERANK_H
#define PRT_RERANK_H

#include "loaded.h"
#include "tables.h"

enum { PRT_RERANKED = 20 /* candidates of a page, at most */ };

/* Whose page it is. */
typedef enum prt_page { PRT_OF_PRODUCT, PRT_OF_CATEGORY, PRT_PAGES } prt_page;

/* Of each product or category its candidates, numbers in the bundle: best first, ties by number. */
typedef struct prt_reranked {
    pr_arena arena;
    uint32_t rows;     /* items or categories of the bundle */
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

/* A page that is asked for. */
typedef struct prt_asked {
    prt_page of;
    uint32_t row; /* of the product or the category */
    pr_text name; /* in the path: the product's id or the category's name */
} prt_asked;

typedef struct prt_rerank_order {
    const prt_rerank_bundle *bundle;
    const prt_loaded_encoder *cross;
    const pr_text *ids;       /* of the items by number in the bundle */
    const prt_asked *asked;   /* products first */
    uint32_t count, products; /* of asked; of them products */
    uint32_t rows[PRT_PAGES]; /* items and categories of the bundle */
    const char *cache;        /* path of the file that keeps scores of pairs, or NULL */
    int threads;
} prt_rerank_order;

/* Into out[PRT_PAGES]. Free each with prt_reranked_free, also after a failure. PR_E_FORMAT, PR_E_MEMORY. */
pr_status prt_rerank(const prt_rerank_order *order, prt_reranked *out, pr_error *error);
void prt_reranked_free(prt_reranked *reranked);

/* ---- the steps ---- */

/* Candidates of each page that is asked for, and the texts of all that take part. */
typedef struct prt_pages {
    pr_arena *arenas; /* of the threads: they hold the texts */
    int threads;
    uint32_t *candidates; /* of asked[i]: from i x PRT_RERANKED on */
    uint8_t *counts;      /* how many */
    pr_text *queries;     /* of asked[i]: the text that candidates should answer */
    pr_text *texts;       /* of candidates, by number; empty: takes no part, or has none */
} prt_pages;

/* Ask for each page. Free with prt_pages_free, also after a failure. */
pr_status prt_pages_ask(const prt_rerank_order *order, prt_pages *out, pr_error *error);
void prt_pages_free(prt_pages *pages);

#endif
