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
typedef double pair __attribute__((vector_size(16), may_alias, aligned(8)));

static pair *place_at(double *numbers) {
    return (pair *)(void *)numbers;
}

static const pair *pair_at(const double *numbers) {
    return (const pair *)(const void *)numbers;
}

/* Eight sums side by side. */
double pr__fold_in_dot(const double *a, const double *b, uint32_t dims) {
    const pair *x = pair_at(a), *y = pair_at(b);
    pair sums[4] = {{0}};
    for (uint32_t i = 0; i < dims / 2; i += 4) {
        sums[0] += x[i] * y[i];
        sums[1] += x[i + 1] * y[i + 1];
        sums[2] += x[i + 2] * y[i + 2];
        sums[3] += x[i + 3] * y[i + 3];
    }
    const pair sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    return sum[0] + sum[1];
}

/* vector[j] -= factors[0] x rows[0][j], then factors[1] x rows[1][j] and so on, for j = from … dims - 1. */
static void subtract_rows(double *vector, const double *rows, const double factors[SIDE], uint32_t from,
                          uint32_t dims) {
    const double *a = rows, *b = a + dims, *c = b + dims, *d = c + dims;
    const pair w = {factors[0], factors[0]}, x = {factors[1], factors[1]}, y = {factors[2], factors[2]},
               z = {factors[3], factors[3]};
    for (uint32_t j = from; j < dims; j += 2)
        *place_at(vector + j) = *place_at(vector + j) - w * *pair_at(a + j) - x * *pair_at(b + j) -
                                y * *pair_at(c + j) - z * *pair_at(d + j);
}

/* sums[a] = rows[a] · vector from column `from` on, even and odd columns apart. */
static void multiply_rows(const double *rows, const double *vector, uint32_t from, uint32_t dims, double sums[SIDE]) {
    const double *a = rows, *b = a + dims, *c = b + dims, *d = c + dims;
    pair w = {0}, x = {0}, y = {0}, z = {0};
    for (uint32_t j = from; j < dims; j += 2) {
        const pair v = *pair_at(vector + j);
        w += *pair_at(a + j) * v;
        x += *pair_at(b + j) * v;
        y += *pair_at(c + j) * v;
        z += *pair_at(d + j) * v;
    }
    sums[0] = w[0] + w[1];
    sums[1] = x[0] + x[1];
    sums[2] = y[0] + y[1];
    sums[3] = z[0] + z[1];
}

/* row[j] += factor x other[j] for j = from … dims - 1, and for the number before if `from` is odd. */
static void add_row(double *row, const double *other, double factor, uint32_t from, uint32_t dims) {
    const pair f = {factor, factor};
    for (uint32_t j = from & ~1u; j < dims; j += 2)
        *place_at(row + j) += f * *pair_at(other + j);
}

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
        const two *values = (const two *)(const void *)right;
#pragma GCC unroll 4
        for (int a = 0; a < SIDE; a++) {
            const two factor = {left[a], left[a]};
            sums[a][0] += factor * values[0];
            sums[a][1] += factor * values[1];
        }
    }
#pragma GCC unroll 4
    for (int a = 0; a < SIDE; a++) {
        rows[a][0] = sums[a][0];
        rows[a][1] = sums[a][1];
    }
}
#else
double pr__fold_in_dot(const double *a, const double *b, uint32_t dims) {
    double sums[8] = {0};
    for (uint32_t i = 0; i < dims; i++)
        sums[i % 8] += a[i] * b[i];
    const double even = (sums[0] + sums[2]) + (sums[4] + sums[6]), odd = (sums[1] + sums[3]) + (sums[5] + sums[7]);
    return even + odd;
}

static void subtract_rows(double *vector, const double *rows, const double factors[SIDE], uint32_t from,
                          uint32_t dims) {
    for (uint32_t a = 0; a < SIDE; a++)
        for (uint32_t j = from; j < dims; j++)
            vector[j] -= factors[a] * rows[(size_t)a * dims + j];
}

static void multiply_rows(const double *rows, const double *vector, uint32_t from, uint32_t dims, double sums[SIDE]) {
    for (uint32_t a = 0; a < SIDE; a++) {
        double apart[2] = {0};
        for (uint32_t j = from; j < dims; j++)
            apart[j % 2] += rows[(size_t)a * dims + j] * vector[j];
        sums[a] = apart[0] + apart[1];
    }
}

static void add_row(double *row, const double *other, double factor, uint32_t from, uint32_t dims) {
    for (uint32_t j = from; j < dims; j++)
        row[j] += factor * other[j];
}

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
    double *left;   /* [PANEL][dims] */
    double *vector; /* [dims] */
} workspace;

static workspace split(const pr__fold_in *fold) {
    return (workspace){fold->work, fold->work + (size_t)PANEL * fold->model->dims};
}

pr_status pr__fold_in_room(const pr__fold_model *model, uint32_t most, pr_arena *arena, pr__fold_in *out,
                           pr_error *error) {
    const size_t dims = model->dims, rows = (size_t)most + PANEL; /* the last panel is filled up with zeros */
    *out = (pr__fold_in){.model = model, .most = most};
    out->x = pr_arena_array(arena, dims, sizeof *out->x);
    out->factor = pr_arena_array(arena, dims * dims, sizeof *out->factor);
    out->work = pr_arena_array(arena, (PANEL + 1) * dims, sizeof *out->work);
    out->rows = pr_arena_array(arena, rows * dims, sizeof *out->rows);
    if (!out->x || !out->rows || !out->factor || !out->work)
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

/* alpha G + ridge I, in the upper triangle; 0 elsewhere. PANEL columns at a time, as many as lie in one line of a
 * cache. */
static void begin_matrix(const pr__fold_model *model, double ridge, double *matrix) {
    const uint32_t dims = model->dims;
    memset(matrix, 0, (size_t)dims * dims * sizeof *matrix);
    for (uint32_t begin = 0; begin < dims; begin += PANEL)
        for (uint32_t j = 0; j < begin + PANEL; j++)
            for (uint32_t i = begin > j ? begin : j; i < begin + PANEL; i++)
                matrix[(size_t)j * dims + i] = model->alpha * (double)model->gram[(size_t)i * (i + 1) / 2 + j];
    for (uint32_t i = 0; i < dims; i++)
        matrix[(size_t)i * dims + i] += ridge;
}

/* The v of all events, and zeros up to a whole panel. */
static void spread_history(const pr__fold_in *fold) {
    const uint32_t dims = fold->model->dims;
    double *row = fold->rows;
    for (uint32_t e = 0; e < fold->count; e++, row += dims) {
        const pr__fold_event *event = &fold->events[e];
        if (event->scale > 0)
            for (uint32_t i = 0; i < dims; i++)
                row[i] = (double)event->values[i] * (double)event->scale;
        else
            memset(row, 0, dims * sizeof *row);
    }
    memset(row, 0, (size_t)PANEL * dims * sizeof *row);
}

/* matrix += sum_i c_i v_i v_i^T and target = sum_i c_i v_i, a panel of events at a time. */
static void add_history(const pr__fold_in *fold, double *target) {
    const uint32_t dims = fold->model->dims;
    const workspace w = split(fold);
    memset(target, 0, dims * sizeof *target);
    for (uint32_t begin = 0; begin < fold->count; begin += PANEL) {
        const double *right = fold->rows + (size_t)begin * dims;
        for (uint32_t k = 0; k < PANEL; k++) {
            const double weight = begin + k < fold->count ? fold->events[begin + k].weight : 0;
            for (uint32_t i = 0; i < dims; i++) {
                const double value = weight * right[(size_t)k * dims + i];
                w.left[(size_t)k * dims + i] = value;
                target[i] += value;
            }
        }
        add_panel(fold->factor, dims, 0, w.left, right);
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
            for (uint32_t i = k + 1; i < PANEL; i++)
                add_row(panel + (size_t)i * dims, done, -done[begin + i], begin + i, dims);
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
        const double *rows = fold->factor + (size_t)k * dims;
        for (uint32_t a = 0; a < SIDE; a++) {
            const double *row = rows + (size_t)a * dims;
            vector[k + a] /= row[k + a];
            for (uint32_t b = a + 1; b < SIDE; b++)
                vector[k + b] -= vector[k + a] * row[k + b];
        }
        subtract_rows(vector, rows, vector + k, k + SIDE, dims);
    }
}

/* U x = vector in place, SIDE sums at a time, which do not wait for each other. */
static void solve_up(const pr__fold_in *fold, double *vector) {
    const uint32_t dims = fold->model->dims;
    for (uint32_t end = dims; end > 0; end -= SIDE) {
        const double *rows = fold->factor + (size_t)(end - SIDE) * dims;
        double *x = vector + end - SIDE, sums[SIDE];
        multiply_rows(rows, vector, end, dims, sums);
        for (uint32_t a = SIDE; a-- > 0;) {
            const double *row = rows + (size_t)a * dims + end - SIDE;
            x[a] -= sums[a];
            for (uint32_t b = a + 1; b < SIDE; b++)
                x[a] -= row[b] * x[b];
            x[a] /= row[a];
        }
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
    spread_history(fold);
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
    double sum = 0;
    for (uint32_t i = 0; i < dims; i++)
        sum += (double)item->values[i] * vector[i];
    return (double)item->scale * sum;
}

double pr__fold_in_event_product(const pr__fold_in *fold, uint32_t i, const double *vector) {
    return pr__fold_in_dot(fold->rows + (size_t)i * fold->model->dims, vector, fold->model->dims);
}
