/* The new scores: what is left unsolved, and its bound. */
#include "fold_change.h"

#include <math.h>

/* Below this, event i alone held up one dimension: the formula of Sherman and Morrison divides by rounding errors. */
static const double LEAST_LEFT = 1e-6;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while looking for reasons");
}

static double dot(const double *a, const double *b, uint32_t dims) {
    double even = 0, odd = 0;
    for (uint32_t i = 0; i < dims; i += 2) {
        even += a[i] * b[i];
        odd += a[i + 1] * b[i + 1];
    }
    return even + odd;
}

static double length(const double *vector, uint32_t dims) {
    return sqrt(dot(vector, vector, dims));
}

static double product(const pr__fold_in *fold, uint32_t event, const double *vector) {
    const pr__fold_event *e = &fold->events[event];
    return e->scale > 0 ? pr__fold_in_product(e, vector, fold->model->dims) : 0;
}

static double *products(const pr__fold_in *fold, const double *vector, pr_arena *arena) {
    double *out = pr_arena_array(arena, fold->count + 1u, sizeof *out);
    for (uint32_t j = 0; out && j < fold->count; j++)
        out[j] = product(fold, j, vector);
    return out;
}

pr_status pr__fold_base_make(const pr__fold_in *fold, pr_arena *arena, pr__fold_base *out, pr_error *error) {
    *out = (pr__fold_base){fold, products(fold, fold->x, arena), length(fold->x, fold->model->dims)};
    return out->products ? PR_OK : memory(error);
}

pr_status pr__fold_target_make(const pr__fold_in *fold, const pr__fold_event *item, pr_arena *arena,
                               pr__fold_target *out, pr_error *error) {
    const uint32_t dims = fold->model->dims;
    *out = (pr__fold_target){.inverse = pr_arena_array(arena, dims, sizeof *out->inverse)};
    if (!out->inverse)
        return memory(error);
    if (item->scale > 0) {
        pr__fold_in_inverse(fold, item, out->inverse);
        out->score = pr__fold_in_product(item, fold->x, dims);
        out->size = length(out->inverse, dims);
    }
    out->products = products(fold, out->inverse, arena);
    return out->products ? PR_OK : memory(error);
}

/* By how much the weight of an event that stays moves. */
static double moved(const pr__fold_change *change, uint32_t j) {
    const pr__fold_event *event = &change->base->fold->events[j];
    return j == change->gone || !(event->scale > 0) ? 0 : change->weights[j] - event->weight;
}

/* A square of the norm, of the part m_j v_j. */
static double part(double m, double weight) {
    return m == 0 ? 0 : weight > 0 ? m * m / weight : HUGE_VAL;
}

/* The same of e y. */
static double ridge_part(const pr__fold_change *change, double size) {
    return part(change->fall * size, change->ridge);
}

/* x_i = x - step w; r = sum_j d_j (1 - v_j · x_i) v_j + e x_i. */
static void leave(pr__fold_change *change, double step) {
    const pr__fold_in *fold = change->base->fold;
    const uint32_t dims = fold->model->dims;
    double square = ridge_part(change, change->base->size + fabs(step) * change->size);
    for (uint32_t f = 0; f < dims; f++)
        change->residual[f] = change->fall * (fold->x[f] - step * change->inverse[f]);
    for (uint32_t j = 0; j < fold->count; j++) {
        const double by = moved(change, j);
        if (by == 0)
            continue;
        change->products[j] = product(fold, j, change->inverse);
        const double m = by * (1 - change->base->products[j] + step * change->products[j]);
        const double times = m * (double)fold->events[j].scale;
        square += part(m, change->weights[j]);
        for (uint32_t f = 0; f < dims; f++)
            change->residual[f] += times * (double)fold->events[j].values[f];
    }
    change->bound = sqrt(square);
    change->along = dot(change->inverse, change->residual, dims);
}

pr_status pr__fold_change_make(const pr__fold_base *base, uint32_t gone, const double *weights, pr_arena *arena,
                               pr__fold_change *out, pr_error *error) {
    const pr__fold_in *fold = base->fold;
    const pr__fold_event *event = &fold->events[gone];
    const uint32_t dims = fold->model->dims;
    double sum = 0;
    *out = (pr__fold_change){.base = base, .gone = gone, .weights = weights, .left = 1};
    out->inverse = pr_arena_array(arena, dims, sizeof *out->inverse);
    out->residual = pr_arena_array(arena, dims, sizeof *out->residual);
    out->products = pr_arena_array(arena, fold->count, sizeof *out->products);
    if (!out->inverse || !out->residual || !out->products)
        return memory(error);
    for (uint32_t j = 0; j < fold->count; j++)
        sum += fold->events[j].scale > 0 ? weights[j] : 0;
    out->ridge = pr__fold_in_ridge(fold->model, sum);
    out->fall = fold->ridge - out->ridge;
    if (event->scale > 0) {
        pr__fold_in_inverse(fold, event, out->inverse);
        out->size = length(out->inverse, dims);
        out->left = 1 - event->weight * product(fold, gone, out->inverse);
    }
    if (out->left > LEAST_LEFT)
        leave(out, event->weight * (1 - base->products[gone]) / out->left);
    else
        out->bound = HUGE_VAL;
    return PR_OK;
}

double pr__fold_change_score(const pr__fold_change *change, const pr__fold_target *target, double *error) {
    const pr__fold_in *fold = change->base->fold;
    const double weight = fold->events[change->gone].weight, beside = target->products[change->gone];
    *error = HUGE_VAL;
    if (!(change->bound < HUGE_VAL))
        return 0;
    /* z_i = z + along_z w */
    const double along_z = weight * beside / change->left;
    const double known = target->score - along_z * (1 - change->base->products[change->gone]);
    const double first = dot(target->inverse, change->residual, fold->model->dims) + along_z * change->along;
    double square = ridge_part(change, target->size + fabs(along_z) * change->size);
    for (uint32_t j = 0; j < fold->count; j++)
        square += part(moved(change, j) * (target->products[j] + along_z * change->products[j]), change->weights[j]);
    const double bound = change->bound * sqrt(square);
    if (bound < HUGE_VAL)
        *error = bound;
    return known + first;
}
