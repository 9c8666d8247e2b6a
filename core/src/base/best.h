/* The best k of many scored rows: by falling score, ties by rising row. Exact, and the same whatever the order of the
 * steps inside, because no two rows compare equal. */
#ifndef PR_BEST_H
#define PR_BEST_H

#include "base.h"

/* Rows that may be chosen, one bit each: row r is bit r % 64 of word r / 64. NULL means all. */
typedef const uint64_t *pr__allowed;

static inline size_t pr__allowed_words(size_t rows) {
    return rows / 64 + (rows % 64 != 0);
}

static inline void pr__allow(uint64_t *allowed, uint32_t row) {
    allowed[row / 64] |= (uint64_t)1 << row % 64;
}

static inline void pr__forbid(uint64_t *allowed, uint32_t row) {
    allowed[row / 64] &= ~((uint64_t)1 << row % 64);
}

typedef struct pr__best_row {
    uint32_t row;
    float score; /* never -0 */
} pr__best_row;

/* What is kept while rows go by. Keys order rows: the smaller, the better. Up to twice as many as asked for are
 * gathered before the worse half goes, so that a row costs one comparison with `threshold` and little else. */
typedef struct pr__best {
    uint32_t limit, count;
    float threshold; /* a later row needs more than this */
    uint64_t *keys;  /* [2 limit] */
} pr__best;

/* Room for the best `limit` rows: 16 bytes each, so ask for no more than there are. 0 keeps none. False: out of memory.
 */
bool pr__best_start(pr__best *best, uint32_t limit, pr_arena *arena);

/* Offer the rows first … first + count - 1, whose scores are scores[0] … scores[count - 1]. Rows must be offered in
 * rising order, over all calls. NaN and -infinity are never chosen. `allowed` counts from row 0, not from `first`. */
void pr__best_offer(pr__best *best, const float *scores, uint32_t first, uint32_t count, pr__allowed allowed);

/* The same for up to 64 rows: bit i of `bits` says whether row first + i may be chosen. */
void pr__best_offer_bits(pr__best *best, const float *scores, uint32_t first, uint32_t count, uint64_t bits);

/* Bits of the rows first … first + count - 1 (at most 64), from the lowest on. */
uint64_t pr__allowed_bits(pr__allowed allowed, uint32_t first, uint32_t count);

/* Lay out what was kept, best first, into rows[limit]; returns how many. Afterwards nothing may be offered. */
uint32_t pr__best_finish(pr__best *best, pr__best_row *rows);

#endif
