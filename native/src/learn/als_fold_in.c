/* The vector of somebody the trainer never saw, in double precision: what the browser's fold-in is measured against. */
#include "als.h"
#include "als_inner.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>

double *prt_als_gram(const prt_factors *items) {
    size_t factors = items->factors;
    double *gram = calloc(factors * factors, sizeof *gram);
    for (size_t i = 0; gram && i < items->rows; i++) {
        const float *y = items->values + i * factors;
        for (size_t r = 0; r < factors; r++) {
            for (size_t c = 0; c <= r; c++)
                gram[r * factors + c] += (double)y[r] * (double)y[c];
        }
    }
    for (size_t r = 0; gram && r < factors; r++) {
        for (size_t c = 0; c < r; c++)
            gram[c * factors + r] = gram[r * factors + c];
    }
    return gram;
}

static pr_status check_taken(const prt_factors *items, const uint32_t *item, const float *weight, size_t count,
                             pr_error *error) {
    for (size_t i = 0; i < count; i++) {
        if (item[i] >= items->rows)
            return prt_fail(error, PR_E_ARGUMENT, "item %u was taken; there are only %u", item[i], items->rows);
        if (!(weight[i] > 0 && weight[i] < HUGE_VALF))
            return prt_fail(error, PR_E_ARGUMENT, "item %u has a weight of %g; give finite ones above 0", item[i],
                            (double)weight[i]);
    }
    return PR_OK;
}

/* The sum of products in eight strands, which a processor works on side by side. */
static double product(const double *a, const double *b, size_t size) {
    double strands[8] = {0};
    size_t k = 0;
    for (; k + 8 <= size; k += 8) {
        for (size_t s = 0; s < 8; s++)
            strands[s] += a[k + s] * b[k + s];
    }
    for (size_t s = 0; k < size; k++, s++)
        strands[s] += a[k] * b[k];
    return ((strands[0] + strands[4]) + (strands[1] + strands[5])) +
           ((strands[2] + strands[6]) + (strands[3] + strands[7]));
}

/* a becomes L below and on its diagonal: LL' = a. */
static bool factorise(double *a, size_t size) {
    for (size_t r = 0; r < size; r++) {
        for (size_t c = 0; c <= r; c++) {
            double rest = a[r * size + c] - product(a + r * size, a + c * size, c);
            if (c == r && !(rest > 0))
                return false;
            a[r * size + c] = c == r ? sqrt(rest) : rest / a[c * size + c];
        }
    }
    return true;
}

/* b becomes the solution of LL' x = b. */
static void substitute(const double *l, size_t size, double *b) {
    for (size_t r = 0; r < size; r++) {
        for (size_t k = 0; k < r; k++)
            b[r] -= l[r * size + k] * b[k];
        b[r] /= l[r * size + r];
    }
    for (size_t r = size; r-- > 0;) {
        b[r] /= l[r * size + r];
        for (size_t k = 0; k < r; k++)
            b[k] -= l[r * size + k] * b[r];
    }
}

/* a (below and on the diagonal) and b: the system of the header's formula. */
static void set_up(const prt_factors *items, const double *gram, const prt_als_options *options, const uint32_t *item,
                   const float *weight, size_t count, double *a, double *b) {
    size_t factors = items->factors;
    double taken = 0;
    for (size_t i = 0; i < factors * factors; i++)
        a[i] = options->unobserved * gram[i];
    for (size_t k = 0; k < factors; k++)
        b[k] = 0;
    for (size_t i = 0; i < count; i++) {
        const float *y = items->values + item[i] * factors;
        taken += (double)weight[i];
        for (size_t r = 0; r < factors; r++) {
            double pull = (double)weight[i] * (double)y[r];
            b[r] += pull;
            for (size_t c = 0; c <= r; c++)
                a[r * factors + c] += pull * (double)y[c];
        }
    }
    double ridge = prt_als_ridge(options, taken, items->rows);
    for (size_t k = 0; k < factors; k++)
        a[k * factors + k] += ridge;
}

pr_status prt_als_fold_in(const prt_factors *items, const double *gram, const prt_als_options *options,
                          const uint32_t *item, const float *weight, size_t count, float *vector, pr_error *error) {
    size_t factors = items->factors;
    PRT_TRY(prt_als_check(options, error));
    if (factors != options->factors)
        return prt_fail(error, PR_E_ARGUMENT, "the items have %u factors, the options %u; give those of the fit",
                        items->factors, options->factors);
    PRT_TRY(check_taken(items, item, weight, count, error));
    double *a = malloc((factors + 1) * factors * sizeof *a), *b = a ? a + factors * factors : NULL;
    if (!a)
        return prt_fail_memory(error, "folding a user in");
    set_up(items, gram, options, item, weight, count, a, b);
    bool solved = factorise(a, factors);
    if (solved)
        substitute(a, factors, b);
    for (size_t k = 0; solved && k < factors; k++)
        vector[k] = count > 0 ? (float)b[k] : 0;
    free(a);
    return solved ? PR_OK
                  : prt_fail(error, PR_E_ARGUMENT, "a user's vector cannot be solved for; raise regularization");
}
