/* All items explained by all others, in closed form. */
#include "fail.h"
#include "neighbours_inner.h"
#include "parallel.h"
#include "symmetric_inverse.h"

#include <stdatomic.h>

typedef struct making {
    const prt_interactions *train;
    const prt_columns *columns;
    prt_symmetric *matrix;
    prt_best_rows *rows;
    atomic_uint next; /* item */
} making;

/* X'X by rows, below the diagonal and on it. */
static void add_gram(void *context, int thread) {
    making *m = context;
    const prt_interactions *t = m->train;
    (void)thread;
    for (uint32_t item; (item = atomic_fetch_add(&m->next, 1)) < t->items;) {
        for (uint64_t k = m->columns->offsets[item]; k < m->columns->offsets[item + (size_t)1]; k++) {
            const double weight = (double)t->weight[m->columns->place[k]];
            const uint32_t u = m->columns->user[k];
            for (uint64_t p = t->offsets[u]; p < t->offsets[u + (size_t)1] && t->item[p] <= item; p++)
                *prt_symmetric_at(m->matrix, item, t->item[p]) += weight * (double)t->weight[p];
        }
    }
}

/* Sweeping reads tiles on the diagonal whole. */
static void complete_diagonal(const prt_symmetric *m) {
    for (uint32_t row = 0; row < m->size; row++) {
        for (uint32_t column = row / PRT_TILE * PRT_TILE; column < row; column++)
            *prt_symmetric_at(m, column, row) = *prt_symmetric_at(m, row, column);
    }
}

/* B_ij = -P_ij / P_jj, where P is the inverse. */
static void choose(void *context, int thread) {
    making *m = context;
    const uint32_t items = m->train->items;
    (void)thread;
    for (uint32_t item; (item = atomic_fetch_add(&m->next, 1)) < items;) {
        for (uint32_t other = 0; other < items; other++) {
            const double shared =
                other < item ? *prt_symmetric_at(m->matrix, item, other) : *prt_symmetric_at(m->matrix, other, item);
            const float share = (float)(-shared / *prt_symmetric_at(m->matrix, other, other));
            if (other != item && share > 0)
                prt_best_rows_keep(m->rows, item, (prt_share){share, other});
        }
        prt_best_rows_sort(m->rows, item);
    }
}

static pr_status make(making *m, const prt_neighbours_options *options, int threads, pr_error *error) {
    prt_parallel(threads, add_gram, m);
    for (uint32_t i = 0; i < m->matrix->size; i++)
        *prt_symmetric_at(m->matrix, i, i) += options->regularization - 1; /* the matrix began as the identity */
    complete_diagonal(m->matrix);
    PRT_TRY(prt_symmetric_invert(m->matrix, threads, error));
    atomic_store(&m->next, 0);
    prt_parallel(threads, choose, m);
    return PR_OK;
}

pr_status prt_ease_make(const prt_interactions *train, const prt_neighbours_options *options, int threads,
                        prt_neighbours *out, pr_error *error) {
    prt_columns columns;
    prt_symmetric matrix = {0};
    prt_best_rows rows = {0};
    making m = {.train = train, .columns = &columns, .matrix = &matrix, .rows = &rows};
    pr_status status = prt_columns_make(train, &columns) && prt_symmetric_make(train->items, &matrix) &&
                               prt_best_rows_make(train->items, options->top, &rows)
                           ? make(&m, options, threads, error)
                           : prt_fail_memory(error, "inverting a matrix of items");
    if (status == PR_OK && !prt_best_rows_pack(&rows, out))
        status = prt_fail_memory(error, "looking for neighbours");
    prt_columns_free(&columns);
    prt_symmetric_free(&matrix);
    prt_best_rows_free(&rows);
    return status;
}
