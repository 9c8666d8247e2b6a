/* Eigenvectors: put together again they give the matrix, and they are orthogonal. */
#include "symmetric_eigen.h"

#include "pocketrec.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 80 };

static void assert_decomposed(const double *a, uint32_t size) {
    static double vectors[MOST * MOST], values[MOST], work[MOST];
    double largest = 0;
    memcpy(vectors, a, size * (size_t)size * sizeof *a);
    for (uint32_t i = 0; i < size * size; i++)
        largest = fmax(largest, fabs(a[i]));
    assert_true(prt_symmetric_eigen(vectors, size, values, work));
    for (uint32_t r = 0; r < size; r++) {
        for (uint32_t c = 0; c < size; c++) {
            double together = 0, lengths = 0;
            for (uint32_t k = 0; k < size; k++) {
                together += vectors[k * size + r] * values[k] * vectors[k * size + c];
                lengths += vectors[r * size + k] * vectors[c * size + k];
            }
            assert_true(fabs(together - a[r * size + c]) <= 1e-13 * size * (largest + 1e-300));
            assert_true(fabs(lengths - (r == c)) < 1e-12);
        }
    }
}

/* Gram matrices of `rank` vectors whose coordinates become ever smaller by `fall`. */
static void matrices_are_put_together_again(void **state) {
    (void)state;
    static double a[MOST * MOST];
    const uint32_t sizes[] = {1, 2, 3, 5, 16, 17, 64, 80}, ranks[] = {0, 1, 7, 200};
    const double falls[] = {1, 0.9, 0.2, 1e-3};
    for (int t = 0; t < 8 * 4 * 4; t++) {
        uint32_t size = sizes[t / 16], rank = ranks[t / 4 % 4];
        memset(a, 0, sizeof a);
        for (uint32_t v = 0; v < rank; v++) {
            double vector[MOST], scale = 1;
            for (uint32_t k = 0; k < size; k++, scale *= falls[t % 4])
                vector[k] = scale * (pr_uniform(t, v * MOST + k) - 0.3);
            for (uint32_t k = 0; k < size * size; k++)
                a[k] += vector[k / size] * vector[k % size];
        }
        assert_decomposed(a, size);
    }
}

static void diagonals_and_equal_values(void **state) {
    (void)state;
    static double a[MOST * MOST];
    for (uint32_t i = 0; i < MOST; i++)
        a[i * MOST + i] = i % 3;
    assert_decomposed(a, MOST);
    for (uint32_t i = 0; i < MOST * MOST; i++)
        a[i] = 1;
    assert_decomposed(a, MOST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_are_put_together_again),
        cmocka_unit_test(diagonals_and_equal_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
