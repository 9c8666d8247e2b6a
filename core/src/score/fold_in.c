/* Fold-in by Cholesky's factorisation, A = U^T U.
 *
 * A has dims x dims numbers, and alpha G fills them all, so the dual of as many unknowns as events would have to factor
 * the same matrix first: it never pays. Most of the time goes to sums of products, matrix += left^T right, of a few
 * rows at a time: the history into A, and finished rows of U into the rest. Each number of the matrix gets its products
 * one by one, by rising row, however the loops are cut into tiles; so vectors and plain loops agree to the last bit. */
#include "fold_in.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Rows that are added at a time; size of the square tiles that stay in registers. Both divide PR_FACTOR_STEP. */
enum { PANEL = 8, SIDE = 4 };

/* A pivot below this share of its diagonal number is made of rounding errors: the matrix is singular. */
static const double SMALLEST_PIVOT = 1e-13;

#if defined(__GNUC__)
typedef double two __attribute__((vector_size(16), may_alias));

/* tile[a][b] += left[k][a] x right[k][b] for k = 0 … PANEL - 1 in turn. */
static void add_to_tile(double *tile, const double *left, const double *right, size_t dims) {
    two *rows[SIDE], sums[SIDE][2];
#pragma GCC unroll 4
    for (int a = 0; a < SIDE; a++) {
        rows[a] = (two *)(void *)(tile + (size_t)a * dims);
        sums[a][0] = rows[a][0];
        sums[a][1] = rows[a][1];
    }
    for (int k = 0; k < PANEL; k++, left += dims, right += dims) {
        const two *pair = (const two *)(const void *)right;
#pragma GCC unroll 4
        for (int a = 0; a < SIDE; a++) {
            const two factor = {left[a], left[a]};
            sums[a][0] += factor * pair[0];
            sums[a][1] += factor * pair[1];
        }
    }
#pragma GCC unroll 4
    for (int a = 0; a < SIDE; a++) {
        rows[a][0] = sums[a][0];
        rows[a][1] = sums[a][1];
    }
}
#else
static void add_to_tile(double *tile, const double *left, const double *right, size_t dims) {
    for (int k = 0; k < PANEL; k++, left += dims, right += dims)
        for (int a = 0; a < SIDE; a++)
            for (int b = 0; b < SIDE; b++)
                tile[(size_t)a * dims + b] += left[a] * right[b];
}
#endif

/* matrix += left^T right for the tiles that touch the upper triangle, from row and column `from` on. */
static void add_panel(double *matrix, uint32_t dims, uint32_t from, const double *left, const double *right) {
    for (uint32_t i = from; i < dims; i += SIDE)
        for (uint32_t j = i; j < dims; j += SIDE)
            add_to_tile(matrix + (size_t)i * dims + j, left + i, right + j, dims);
}

/* What lies in pr__fold_in.work. */
typedef struct workspace {
    double *left, *right; /* [PANEL][dims] */
    double *vector;       /* [dims] */
} workspace;

static workspace split(const pr__fold_in *fold) {
    const size_t panel = (size_t)PANEL * fold->model->dims;
    return (workspace){fold->work, fold->work + panel, fold->work + 2 * panel};
}

pr_status pr__fold_in_room(const pr__fold_model *model, pr_arena *arena, pr__fold_in *out, pr_error *error) {
    const size_t dims = model->dims;
    *out = (pr__fold_in){.model = model};
    out->x = pr_arena_array(arena, dims, sizeof *out->x);
    out->factor = pr_arena_array(arena, dims * dims, sizeof *out->factor);
    out->work = pr_arena_array(arena, (2 * PANEL + 1) * dims, sizeof *out->work);
    if (!out->x || !out->factor || !out->work)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while folding in a history");
    return PR_OK;
}

/* The sum of the weights that take part; negative when one cannot be used. */
static double total_weight(const pr__fold_event *events, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(events[i].weight >= 0 && events[i].weight <= DBL_MAX))
            return -1;
        if (events[i].scale > 0)
            sum += events[i].weight;
    }
    return sum;
}

double pr__fold_in_ridge(const pr__fold_model *model, double weight) {
    const double size = weight + model->alpha * model->items;
    if (model->nu == 0)
        return model->lambda;
    if (model->nu == 1)
        return model->lambda * size;
    return model->lambda * pr_exp(model->nu * pr_log(size));
}

/* alpha G + ridge I, in the upper triangle; 0 elsewhere. */
static void begin_matrix(const pr__fold_model *model, double ridge, double *matrix) {
    const uint32_t dims = model->dims;
    const float *row = model->gram;
    memset(matrix, 0, (size_t)dims * dims * sizeof *matrix);
    for (uint32_t i = 0; i < dims; i++) {
        for (uint32_t j = 0; j <= i; j++)
            matrix[(size_t)j * dims + i] = model->alpha * (double)row[j];
        matrix[(size_t)i * dims + i] += ridge;
        row += i + 1;
    }
}

/* matrix += sum_i c_i v_i v_i^T and target = sum_i c_i v_i, a panel of events at a time; the last one is filled up with
 * zeros. */
static void add_history(const pr__fold_in *fold, double *target) {
    const uint32_t dims = fold->model->dims;
    const workspace w = split(fold);
    memset(target, 0, dims * sizeof *target);
    uint32_t filled = 0;
    for (uint32_t e = 0; e < fold->count; e++) {
        const pr__fold_event *event = &fold->events[e];
        if (!(event->scale > 0))
            continue;
        double *left = w.left + (size_t)filled * dims, *right = w.right + (size_t)filled * dims;
        for (uint32_t i = 0; i < dims; i++) {
            right[i] = (double)event->values[i] * (double)event->scale;
            left[i] = event->weight * right[i];
            target[i] += left[i];
        }
        if (++filled == PANEL) {
            add_panel(fold->factor, dims, 0, w.left, w.right);
            filled = 0;
        }
    }
    if (filled) {
        memset(w.left + (size_t)filled * dims, 0, (size_t)(PANEL - filled) * dims * sizeof *w.left);
        memset(w.right + (size_t)filled * dims, 0, (size_t)(PANEL - filled) * dims * sizeof *w.right);
        add_panel(fold->factor, dims, 0, w.left, w.right);
    }
}

/* Row k of U from row k of the matrix, whose products with the earlier rows are subtracted. */
static bool finish_row(double *row, uint32_t dims, uint32_t k, double smallest) {
    if (!(row[k] > smallest && row[k] <= DBL_MAX))
        return false;
    row[k] = sqrt(row[k]);
    const double inverse = 1.0 / row[k];
    for (uint32_t j = k + 1; j < dims; j++)
        row[j] *= inverse;
    return true;
}

/* The matrix into U, in place, PANEL rows at a time: within the panel row by row, then all of them into the rest. */
static bool factorise(const pr__fold_in *fold) {
    const uint32_t dims = fold->model->dims;
    const workspace w = split(fold);
    double *matrix = fold->factor, *smallest = w.vector;
    for (uint32_t k = 0; k < dims; k++)
        smallest[k] = matrix[(size_t)k * dims + k] * SMALLEST_PIVOT;
    for (uint32_t begin = 0; begin < dims; begin += PANEL) {
        double *panel = matrix + (size_t)begin * dims;
        for (uint32_t k = 0; k < PANEL; k++) {
            const double *done = panel + (size_t)k * dims;
            if (!finish_row(panel + (size_t)k * dims, dims, begin + k, smallest[begin + k]))
                return false;
            for (uint32_t i = k + 1; i < PANEL; i++) {
                double *row = panel + (size_t)i * dims;
                const double factor = -done[begin + i];
                for (uint32_t j = begin + i; j < dims; j++)
                    row[j] += factor * done[j];
            }
        }
        for (uint32_t k = 0; k < PANEL; k++)
            for (uint32_t j = begin + PANEL; j < dims; j++)
                w.left[(size_t)k * dims + j] = -panel[(size_t)k * dims + j];
        add_panel(matrix, dims, begin + PANEL, w.left, panel);
    }
    return true;
}

/* U^T y = vector in place, SIDE numbers at a time: finished ones leave the rest together. */
static void solve_down(const pr__fold_in *fold, double *vector) {
    const uint32_t dims = fold->model->dims;
    for (uint32_t k = 0; k < dims; k += SIDE) {
        const double *a = fold->factor + (size_t)k * dims, *b = a + dims, *c = b + dims, *d = c + dims;
        const double w = vector[k] / a[k];
        const double x = (vector[k + 1] - w * a[k + 1]) / b[k + 1];
        const double y = (vector[k + 2] - w * a[k + 2] - x * b[k + 2]) / c[k + 2];
        const double z = (vector[k + 3] - w * a[k + 3] - x * b[k + 3] - y * c[k + 3]) / d[k + 3];
        vector[k] = w;
        vector[k + 1] = x;
        vector[k + 2] = y;
        vector[k + 3] = z;
        for (uint32_t j = k + SIDE; j < dims; j++)
            vector[j] = vector[j] - w * a[j] - x * b[j] - y * c[j] - z * d[j];
    }
}

/* U x = vector in place, SIDE sums at a time, which do not wait for each other. */
static void solve_up(const pr__fold_in *fold, double *vector) {
    const uint32_t dims = fold->model->dims;
    for (uint32_t end = dims; end > 0; end -= SIDE) {
        const uint32_t k = end - SIDE;
        const double *a = fold->factor + (size_t)k * dims, *b = a + dims, *c = b + dims, *d = c + dims;
        double w = vector[k], x = vector[k + 1], y = vector[k + 2], z = vector[k + 3];
        for (uint32_t j = end; j < dims; j++) {
            w -= a[j] * vector[j];
            x -= b[j] * vector[j];
            y -= c[j] * vector[j];
            z -= d[j] * vector[j];
        }
        z /= d[k + 3];
        y = (y - c[k + 3] * z) / c[k + 2];
        x = (x - b[k + 3] * z - b[k + 2] * y) / b[k + 1];
        w = (w - a[k + 3] * z - a[k + 2] * y - a[k + 1] * x) / a[k];
        vector[k] = w;
        vector[k + 1] = x;
        vector[k + 2] = y;
        vector[k + 3] = z;
    }
}

/* vector = A^-1 vector. */
static void solve(const pr__fold_in *fold, double *vector) {
    solve_down(fold, vector);
    solve_up(fold, vector);
}

static bool all_finite(const double *vector, uint32_t dims) {
    for (uint32_t i = 0; i < dims; i++) {
        if (!isfinite(vector[i]))
            return false;
    }
    return true;
}

bool pr__fold_in_solve(pr__fold_in *fold, const pr__fold_event *events, uint32_t count) {
    const double weight = total_weight(events, count);
    fold->events = events;
    fold->count = count;
    fold->ridge = pr__fold_in_ridge(fold->model, weight);
    if (weight < 0 || !isfinite(fold->ridge))
        return false;
    begin_matrix(fold->model, fold->ridge, fold->factor);
    add_history(fold, fold->x);
    if (!factorise(fold))
        return false;
    solve(fold, fold->x);
    return all_finite(fold->x, fold->model->dims);
}

void pr__fold_in_inverse(const pr__fold_in *fold, const pr__fold_event *item, double *vector) {
    for (uint32_t i = 0; i < fold->model->dims; i++)
        vector[i] = (double)item->values[i] * (double)item->scale;
    solve(fold, vector);
}

double pr__fold_in_product(const pr__fold_event *item, const double *vector, uint32_t dims) {
    double sums[SIDE] = {0};
    for (uint32_t i = 0; i < dims; i += SIDE) {
        sums[0] += (double)item->values[i] * vector[i];
        sums[1] += (double)item->values[i + 1] * vector[i + 1];
        sums[2] += (double)item->values[i + 2] * vector[i + 2];
        sums[3] += (double)item->values[i + 3] * vector[i + 3];
    }
    return (double)item->scale * ((sums[0] + sums[1]) + (sums[2] + sums[3]));
}
