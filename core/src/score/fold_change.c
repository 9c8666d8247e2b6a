/* The new scores: what is left unsolved, and its bound. */
#include "fold_change.h"

#include <math.h>
#include <string.h>

/* Below this, event i alone held up one dimension: the formula of Sherman and Morrison divides by rounding errors. */
static const double LEAST_LEFT = 1e-6;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while looking for reasons");
}

static double length(const double *vector, uint32_t dims) {
    return sqrt(pr__fold_in_dot(vector, vector, dims));
}

static double *products(const pr__fold_in *fold, const double *vector, pr_arena *arena) {
    double *out = pr_arena_array(arena, fold->count + 1u, sizeof *out);
    for (uint32_t j = 0; out && j < fold->count; j++)
        out[j] = pr__fold_in_event_product(fold, j, vector);
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
        out->along = pr__fold_in_dot(out->inverse, fold->x, dims);
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

/* r = sum_j d_j (1 - v_j · x_i) v_j + e x_i. */
static void leave(pr__fold_change *change) {
    const pr__fold_in *fold = change->base->fold;
    double square = ridge_part(change, change->base->size + fabs(change->step) * change->size);
    for (uint32_t j = 0; j < fold->count; j++) {
        const double by = moved(change, j);
        change->products[j] = by == 0 ? 0 : pr__fold_in_event_product(fold, j, change->inverse);
        change->residual[j] = by * (1 - change->base->products[j] + change->step * change->products[j]);
        square += part(change->residual[j], change->weights[j]);
    }
    change->bound = sqrt(square);
}

pr_status pr__fold_change_room(const pr__fold_base *base, pr_arena *arena, pr__fold_change *out, pr_error *error) {
    const pr__fold_in *fold = base->fold;
    *out = (pr__fold_change){.base = base};
    out->inverse = pr_arena_array(arena, fold->model->dims, sizeof *out->inverse);
    out->residual = pr_arena_array(arena, fold->count, sizeof *out->residual);
    out->products = pr_arena_array(arena, fold->count, sizeof *out->products);
    return out->inverse && out->residual && out->products ? PR_OK : memory(error);
}

void pr__fold_change_make(pr__fold_change *change, uint32_t gone, const double *weights) {
    const pr__fold_in *fold = change->base->fold;
    const pr__fold_event *event = &fold->events[gone];
    const uint32_t dims = fold->model->dims;
    double sum = 0;
    for (uint32_t j = 0; j < fold->count; j++)
        sum += fold->events[j].scale > 0 ? weights[j] : 0;
    change->gone = gone;
    change->weights = weights;
    change->ridge = pr__fold_in_ridge(fold->model, sum);
    change->fall = fold->ridge - change->ridge;
    memset(change->inverse, 0, dims * sizeof *change->inverse);
    if (event->scale > 0)
        pr__fold_in_inverse(fold, event, change->inverse);
    change->size = length(change->inverse, dims);
    change->along = pr__fold_in_dot(change->inverse, fold->x, dims);
    change->left = 1 - event->weight * pr__fold_in_event_product(fold, gone, change->inverse);
    change->step = event->weight * (1 - change->base->products[gone]) / change->left;
    change->bound = HUGE_VAL;
    if (change->left > LEAST_LEFT)
        leave(change);
}

/* z_i · x_i for z_i = z + step w. */
static double along(const pr__fold_change *change, const pr__fold_target *target, double step) {
    const double both = pr__fold_in_dot(target->inverse, change->inverse, change->base->fold->model->dims);
    return target->along + step * change->along - change->step * (both + step * change->size * change->size);
}

double pr__fold_change_score(const pr__fold_change *change, const pr__fold_target *target, double *error) {
    const pr__fold_in *fold = change->base->fold;
    const double step = fold->events[change->gone].weight * target->products[change->gone] / change->left;
    *error = HUGE_VAL;
    if (!(change->bound < HUGE_VAL))
        return 0;
    double score = target->score - step * (1 - change->base->products[change->gone]);
    double square = ridge_part(change, target->size + fabs(step) * change->size);
    if (change->fall != 0)
        score += change->fall * along(change, target, step);
    for (uint32_t j = 0; j < fold->count; j++) {
        const double product = target->products[j] + step * change->products[j];
        score += change->residual[j] * product;
        square += part(moved(change, j) * product, change->weights[j]);
    }
    const double bound = change->bound * sqrt(square);
    if (bound < HUGE_VAL)
        *error = bound;
    return score;
}
