/* Metrics of one list. */
#include "purchases_metrics.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME(name) #name,
const char *const prt_cut_metric_names[PRT_CUT_METRICS] = {PRT_CUT_METRIC_LIST(NAME)};
#undef NAME

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* ---- relevance ---- */

void prt_cut_accuracy(const bool *hits, uint32_t count, uint32_t k, uint32_t relevant,
                      double values[PRT_CUT_ACCURACY]) {
    double gain = 0, ideal = 0, found = 0, precision = 0, first = 0;
    memset(values, 0, PRT_CUT_ACCURACY * sizeof *values);
    if (!relevant)
        return;
    for (uint32_t i = 0; i < least(count, k); i++) {
        if (!hits[i])
            continue;
        found++;
        gain += 1 / log2(i + 2.0);
        precision += found / (i + 1.0);
        first = first > 0 ? first : i + 1.0;
    }
    for (uint32_t i = 0; i < least(k, relevant); i++)
        ideal += 1 / log2(i + 2.0);
    values[PRT_CUT_ndcg] = gain / ideal;
    values[PRT_CUT_recall] = found / relevant;
    values[PRT_CUT_map] = precision / least(k, relevant);
    values[PRT_CUT_mrr] = first > 0 ? 1 / first : 0;
    values[PRT_CUT_hit_rate] = found > 0;
}

/* ---- novelty ---- */

float *prt_surprise_make(const prt_interactions *taken) {
    float *surprise = calloc(taken->items + (size_t)1, sizeof *surprise);
    uint32_t users = 0;
    if (!surprise)
        return NULL;
    for (uint32_t u = 0; u < taken->users; u++)
        users += taken->offsets[u + (size_t)1] > taken->offsets[u];
    for (uint64_t p = 0; p < taken->offsets[taken->users]; p++)
        surprise[taken->item[p]]++; /* exact: below 2^24 users, and beyond that near enough */
    for (uint32_t i = 0; i < taken->items; i++)
        surprise[i] = users ? (float)-log2((surprise[i] > 1 ? (double)surprise[i] : 1.0) / users) : 0;
    return surprise;
}

double prt_list_novelty(const float *surprise, const uint32_t *list, uint32_t count, uint32_t k) {
    uint32_t places = least(count, k);
    double sum = 0;
    for (uint32_t i = 0; i < places; i++)
        sum += (double)surprise[list[i]];
    return places ? sum / places : 0;
}

/* ---- diversity ---- */

static pr_status make_dense(const prt_factors *factors, prt_directions *out, pr_error *error) {
    out->width = factors->factors;
    out->dense = calloc((size_t)factors->rows * factors->factors + 1, sizeof *out->dense);
    if (!out->dense)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < factors->rows; i++) {
        const float *row = factors->values + (size_t)i * factors->factors;
        double square = 0;
        for (uint32_t f = 0; f < factors->factors; f++)
            square += (double)row[f] * (double)row[f];
        for (uint32_t f = 0; square > 0 && f < factors->factors; f++)
            out->dense[(size_t)i * factors->factors + f] = (float)((double)row[f] / sqrt(square));
    }
    return PR_OK;
}

/* Codes of one row, moved by `first`, so that columns don't share any. Written where `out` is not NULL. */
static uint32_t codes_of(const prt_column *column, uint32_t row, uint32_t first, uint32_t *out) {
    uint32_t count = 0;
    if (column->type == PRT_CATEGORY) {
        if (column->codes[row] == PRT_NONE)
            return 0;
        if (out)
            out[0] = first + column->codes[row];
        return 1;
    }
    for (uint32_t at = column->list_offsets[row]; at < column->list_offsets[row + (size_t)1]; at++, count++) {
        if (out)
            out[count] = first + column->codes[at];
    }
    return count;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Sort and drop what is there twice. */
static uint32_t settle_codes(uint32_t *codes, uint32_t count) {
    uint32_t used = 0;
    qsort(codes, count, sizeof *codes, by_number);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || codes[i] != codes[i - 1])
            codes[used++] = codes[i];
    }
    return used;
}

static pr_status make_sparse(const prt_column *const *columns, uint32_t column_count, prt_directions *out,
                             pr_error *error) {
    uint64_t most = 0;
    for (uint32_t c = 0; c < column_count; c++) {
        out->code_count += columns[c]->values.count;
        for (uint32_t i = 0; i < out->items; i++)
            most += codes_of(columns[c], i, 0, NULL);
    }
    out->offsets = calloc(out->items + (size_t)1, sizeof *out->offsets);
    out->code = malloc((most + 1) * sizeof *out->code);
    if (!out->offsets || !out->code)
        return prt_fail_memory(error, "evaluating");
    for (uint32_t i = 0; i < out->items; i++) {
        uint32_t *codes = out->code + out->offsets[i], count = 0, first = 0;
        for (uint32_t c = 0; c < column_count; c++) {
            count += codes_of(columns[c], i, first, codes + count);
            first += columns[c]->values.count;
        }
        out->offsets[i + (size_t)1] = out->offsets[i] + settle_codes(codes, count);
    }
    return PR_OK;
}

pr_status prt_directions_make(const prt_factors *factors, const prt_column *const *columns, uint32_t column_count,
                              uint32_t items, prt_directions *out, pr_error *error) {
    *out = (prt_directions){.items = items};
    return factors ? make_dense(factors, out, error) : make_sparse(columns, column_count, out, error);
}

void prt_directions_free(prt_directions *directions) {
    free(directions->dense);
    free(directions->offsets);
    free(directions->code);
    *directions = (prt_directions){0};
}

size_t prt_directions_scratch(const prt_directions *directions) {
    return directions->dense ? directions->width : directions->code_count;
}

/* Add one item's direction to the sum; returns the square of its length, 1 or 0. */
static double add_direction(const prt_directions *d, uint32_t item, double *sum) {
    if (d->dense) {
        const float *row = d->dense + (size_t)item * d->width;
        double square = 0;
        for (uint32_t f = 0; f < d->width; f++) {
            sum[f] += (double)row[f];
            square += (double)row[f] * (double)row[f];
        }
        return square;
    }
    uint64_t first = d->offsets[item], end = d->offsets[item + (size_t)1];
    for (uint64_t at = first; at < end; at++)
        sum[d->code[at]] += 1 / sqrt((double)(end - first));
    return end > first;
}

/* The square of the sum's length, which is cleared. */
static double clear_sum(const prt_directions *d, const uint32_t *list, uint32_t places, double *sum) {
    double square = 0;
    for (uint32_t f = 0; d->dense && f < d->width; f++) {
        square += sum[f] * sum[f];
        sum[f] = 0;
    }
    for (uint32_t i = 0; !d->dense && i < places; i++) {
        for (uint64_t at = d->offsets[list[i]]; at < d->offsets[list[i] + (size_t)1]; at++) {
            square += sum[d->code[at]] * sum[d->code[at]];
            sum[d->code[at]] = 0;
        }
    }
    return square;
}

/* The square of a sum of vectors is the sum of their squares and twice the products of all pairs. */
double prt_list_diversity(const prt_directions *directions, const uint32_t *list, uint32_t count, uint32_t k,
                          double *scratch) {
    uint32_t places = least(count, k);
    double squares = 0;
    for (uint32_t i = 0; i < places; i++)
        squares += add_direction(directions, list[i], scratch);
    double products = clear_sum(directions, list, places, scratch) - squares;
    return places > 1 ? 1 - products / ((double)places * (places - 1)) : 0;
}
