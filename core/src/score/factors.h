/* Scores by factors: inner products of a query with the rows of a factor model, eight bits a number. */
#ifndef PR_FACTORS_H
#define PR_FACTORS_H

#include "best.h"

/* Factors of a row: a multiple of PR_FACTOR_STEP. With 512 of them no sum overflows 32 bits: 512 x 128 x 32,767 < 2^31.
 */
enum { PR_FACTOR_STEP = 16, PR_MAX_FACTORS = 512 };

/* Rows of a factor model that lie one behind the other, as a shard holds them. Row r stands for
 * scales[r] x values[r x dims + 0 … dims - 1]. A scale is finite and not negative; 0 means that the row has no factors.
 * The bundle's check sees to that and to pr__factors_dims_allowed; all is borrowed. */
typedef struct pr__factor_rows {
    uint32_t first, count; /* of all rows of the model */
    const int8_t *values;  /* need not be aligned */
    const float *scales;
} pr__factor_rows;

/* The vector that rows are multiplied by: scale x values. */
typedef struct pr__factor_query {
    uint32_t dims;
    float scale;
    int16_t values[PR_MAX_FACTORS];
} pr__factor_query;

static inline bool pr__factors_dims_allowed(uint64_t dims) {
    return dims >= PR_FACTOR_STEP && dims <= PR_MAX_FACTORS && dims % PR_FACTOR_STEP == 0;
}

/* Round x[dims] to sixteen bits: off by at most 1/65,534 of its largest number. False when a number is not finite or
 * too large for a float. */
bool pr__factors_query(const double *x, uint32_t dims, pr__factor_query *query);

/* scores[r] = (float)dot x scales[r] x query->scale for each of the rows; 0 for a row without factors. */
void pr__factors_scores(const pr__factor_rows *rows, const pr__factor_query *query, float *scores);

/* Offer the rows of one shard to `best`; rows without factors and rows that are not allowed are never chosen. Shards
 * come by rising `first`. Exact: every allowed row is scored as above. */
void pr__factors_top(const pr__factor_rows *rows, const pr__factor_query *query, pr__allowed allowed, pr__best *best);

#endif
