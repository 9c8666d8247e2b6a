/* The items most similar to each item, by the cosine of their vectors. */
#ifndef PRT_SIMILAR_H
#define PRT_SIMILAR_H

#include "tfidf.h"

/* Similar items, one list a row: row i has item[offsets[i]] … item[offsets[i + 1] - 1]. */
typedef struct prt_similar {
    uint32_t rows;
    uint64_t *offsets; /* rows + 1 */
    uint32_t *item;
    float *score;
} prt_similar;

/* For each row the `top` rows with the greatest dot product, which for vectors of length 1 is the cosine: by falling
 * score, ties by rising number, the row itself left out, and only scores above `minimum` (0 or more). Exactly these:
 * what is skipped cannot reach the list. With `allowed` (one byte a row, or NULL) only rows whose byte is not 0 stand
 * in lists; all rows have one. A score is the sum of the products in double precision, rare terms first, rounded once,
 * so the bytes are the same for any number of threads. Weights are between 1e-15 and 1e15, terms rise within a row:
 * PR_E_ARGUMENT otherwise. On failure (or PR_E_MEMORY) nothing needs to be freed. */
pr_status prt_similar_make(const prt_vectors *vectors, uint32_t top, float minimum, int threads, const uint8_t *allowed,
                           prt_similar *out, pr_error *error);
void prt_similar_free(prt_similar *similar);

#endif
