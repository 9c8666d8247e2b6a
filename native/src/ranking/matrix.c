/* Rows to learn from: the pairs shown in a week with the features of the weeks before. */
#include "fail.h"
#include "parallel.h"
#include "rollup.h"

#include <stdlib.h>
#include <string.h>

typedef struct filling {
    const prt_history *history;
    const prt_faded_week *faded;
    prt_label label;
    prt_matrix *matrix;
    uint32_t *user_rows; /* where each user's rows begin in the matrix; user_count + 1 */
    int threads;
} filling;

/* The pair's cell of the week, or NULL. A pair has few weeks, and the one looked for is mostly the last. */
static const pr_week *cell_of(const prt_history *h, uint32_t pair, int32_t week) {
    const pr_week *first = h->pairs.weeks + h->pairs.starts[pair], *cell = h->pairs.weeks + h->pairs.starts[pair + 1];
    while (cell > first && cell[-1].week >= week) {
        if ((--cell)->week == week)
            return cell;
    }
    return NULL;
}

static bool shown(const prt_history *h, uint32_t pair, int32_t week, const pr_week **cell) {
    *cell = cell_of(h, pair, week);
    return *cell && (*cell)->impressions > 0;
}

static float label_of(prt_label label, const pr_week *cell) {
    switch (label) {
    case PRT_LABEL_CLICKS:
        return cell->clicks > 0;
    case PRT_LABEL_VIEWS:
        return cell->views > 0;
    case PRT_LABEL_LIKES:
        return cell->likes > 0;
    }
    return 0;
}

static void fill_user(const filling *f, uint32_t user) {
    const prt_history *h = f->history;
    prt_matrix *m = f->matrix;
    uint32_t row = f->user_rows[user];
    for (uint32_t pair = h->user_pairs[user]; pair < h->user_pairs[user + 1]; pair++) {
        const pr_week *cell;
        pr_faded sums;
        uint32_t item = h->pair_item[pair];
        if (!shown(h, pair, f->faded->week, &cell))
            continue;
        pr_fade(h->pairs.weeks + h->pairs.starts[pair], (size_t)(h->pairs.starts[pair + 1] - h->pairs.starts[pair]),
                f->faded->week, h->set.decay, &sums);
        prt_fill_row(h, &sums, &f->faded->items[item], &f->faded->users[user], &f->faded->everyone, item,
                     h->user_goal[user], f->faded->week, m->values + (size_t)row * m->columns);
        m->labels[row] = label_of(f->label, cell);
        m->user[row] = user;
        m->item[row++] = item;
    }
}

static void users_of(const filling *f, int thread, uint32_t *first, uint32_t *end) {
    uint64_t users = f->history->user_count, threads = (uint64_t)f->threads;
    *first = (uint32_t)(users * (uint64_t)thread / threads);
    *end = (uint32_t)(users * (uint64_t)(thread + 1) / threads);
}

static void fill_share(void *context, int thread) {
    const filling *f = context;
    uint32_t first, end;
    users_of(f, thread, &first, &end);
    for (uint32_t u = first; u < end; u++)
        fill_user(f, u);
}

static bool grow(void **array, size_t count, size_t size) {
    void *grown = realloc(*array, (count + 1) * size);
    if (grown)
        *array = grown;
    return grown != NULL;
}

static void count_share(void *context, int thread) {
    const filling *f = context;
    const prt_history *h = f->history;
    uint32_t first, end;
    users_of(f, thread, &first, &end);
    for (uint32_t u = first; u < end; u++) {
        const pr_week *cell;
        f->user_rows[u] = 0;
        for (uint32_t pair = h->user_pairs[u]; pair < h->user_pairs[u + 1]; pair++)
            f->user_rows[u] += shown(h, pair, f->faded->week, &cell);
    }
}

/* Count the rows of each user, make room for them, and write down the groups. */
static bool make_room(filling *f) {
    const prt_history *h = f->history;
    prt_matrix *m = f->matrix;
    uint64_t rows = m->rows;
    uint32_t groups = m->group_count;
    prt_parallel(f->threads, count_share, f);
    for (uint32_t u = 0; u < h->user_count; u++) {
        uint32_t count = f->user_rows[u];
        f->user_rows[u] = (uint32_t)rows;
        rows += count;
        groups += count > 0;
    }
    f->user_rows[h->user_count] = (uint32_t)rows;
    if (rows > INT32_MAX || !grow((void **)&m->values, (size_t)rows * m->columns, sizeof *m->values) ||
        !grow((void **)&m->labels, (size_t)rows, sizeof *m->labels) ||
        !grow((void **)&m->user, (size_t)rows, sizeof *m->user) ||
        !grow((void **)&m->item, (size_t)rows, sizeof *m->item) ||
        !grow((void **)&m->group_starts, groups + (size_t)1, sizeof *m->group_starts))
        return false;
    for (uint32_t u = 0; u < h->user_count; u++) {
        if (f->user_rows[u + 1] > f->user_rows[u])
            m->group_starts[m->group_count++] = f->user_rows[u];
    }
    m->group_starts[m->group_count] = (uint32_t)rows;
    m->rows = (uint32_t)rows;
    return true;
}

pr_status prt_matrix_add_week(const prt_history *history, prt_label label, int32_t week, int threads,
                              prt_matrix *matrix, pr_error *error) {
    prt_faded_week faded;
    matrix->columns = history->feature_count;
    if (!prt_fade_week(history, week, &faded))
        return prt_fail_memory(error, "making features");
    filling f = {.history = history,
                 .faded = &faded,
                 .label = label,
                 .matrix = matrix,
                 .user_rows = malloc((history->user_count + (size_t)2) * sizeof *f.user_rows),
                 .threads = threads < 1 ? 1 : threads};
    bool done = f.user_rows && make_room(&f);
    if (done)
        prt_parallel(f.threads, fill_share, &f);
    free(f.user_rows);
    prt_faded_week_free(&faded);
    return done ? PR_OK : prt_fail_memory(error, "making features");
}

void prt_matrix_free(prt_matrix *matrix) {
    free(matrix->values);
    free(matrix->labels);
    free(matrix->user);
    free(matrix->item);
    free(matrix->group_starts);
    memset(matrix, 0, sizeof *matrix);
}
