/* The arithmetic of the encoder: every kind of processor gives the bits of a plain loop, and the functions are right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "panels.h"

static pr_arena arena;
static uint64_t counter;

static int set_up(void **state) {
    (void)state;
    pr_arena_init(&arena, NULL, 0);
    counter = 1;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pr_arena_free(&arena);
    return 0;
}

static float *random_floats(size_t count, double size) {
    float *numbers = malloc((count ? count : 1) * sizeof *numbers); /* with nothing behind their end */
    assert_non_null(numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (float)((pr_uniform(3, counter++) - 0.5) * size);
    return numbers;
}

static const uint32_t SHAPES[][3] = {/* rows, in, out */
                                     {1, 1, 1},    {1, 5, 3},    {2, 8, 16},   {3, 7, 17},   {4, 33, 31}, {5, 16, 32},
                                     {6, 11, 34},  {7, 64, 47},  {8, 9, 33},   {9, 20, 40},  {10, 6, 16}, {11, 12, 65},
                                     {12, 24, 48}, {13, 37, 24}, {29, 96, 72}, {17, 384, 80}};

/* The order of the header: one accumulator, rising k. */
static void plain_floats(const float *x, const float *w, const float *bias, const uint32_t shape[3], float *y) {
    for (uint32_t r = 0; r < shape[0]; r++) {
        for (uint32_t o = 0; o < shape[2]; o++) {
            float sum = 0;
            for (uint32_t k = 0; k < shape[1]; k++)
                sum += w[(size_t)o * shape[1] + k] * x[(size_t)r * shape[1] + k];
            y[(size_t)r * shape[2] + o] = sum + bias[o];
        }
    }
}

static void products_of_floats(void **state) {
    (void)state;
    for (size_t s = 0; s < PR_COUNT(SHAPES); s++) {
        const uint32_t rows = SHAPES[s][0], in = SHAPES[s][1], out = SHAPES[s][2], padded = pr__padded(out);
        float *x = random_floats((size_t)rows * in, 4), *w = random_floats((size_t)out * in, 2);
        float *bias = random_floats(padded, 1), *wanted = random_floats((size_t)rows * out, 0);
        float *panels = random_floats((size_t)padded * in, 0), *y = random_floats((size_t)rows * padded, 0);
        plain_floats(x, w, bias, SHAPES[s], wanted);
        pr__panel_floats(w, out, in, in, panels);
        for (uint32_t rank = 0; pr__kernels_of(rank); rank++) {
            const pr__product p = {.rows = rows,
                                   .in = in,
                                   .out = out,
                                   .x = x,
                                   .x_stride = in,
                                   .floats = panels,
                                   .bias = bias,
                                   .y = y,
                                   .y_stride = padded};
            pr__kernels_of(rank)->product_floats(&p);
            for (uint32_t r = 0; r < rows; r++)
                assert_memory_equal(y + (size_t)r * padded, wanted + (size_t)r * out, out * sizeof *y);
        }
        free(x), free(w), free(bias), free(wanted), free(panels), free(y);
    }
}

static void products_of_bytes(void **state) {
    (void)state;
    for (size_t s = 0; s < PR_COUNT(SHAPES); s++) {
        const uint32_t rows = SHAPES[s][0], in = SHAPES[s][1], out = SHAPES[s][2], padded = pr__padded(out);
        const uint32_t even = (in + 1) / 2 * 2;
        int16_t *q = calloc((size_t)rows * even, sizeof *q);
        int8_t *w = calloc((size_t)out * in, 1), *panels = calloc((size_t)padded * even, 1);
        float *scales = random_floats(padded, 1), *bias = random_floats(padded, 1), *q_scales = random_floats(rows, 1);
        float *y = random_floats((size_t)rows * padded, 0);
        const int32_t most = pr__most_quantised(in);
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t k = 0; k < in; k++)
                q[(size_t)r * even + k] = (int16_t)((int32_t)(pr_mix64(counter++) % (2 * (uint32_t)most + 1)) - most);
        for (size_t i = 0; i < (size_t)out * in; i++)
            w[i] = (int8_t)(pr_mix64(counter++) & 255);
        for (uint32_t o = 0; o < out; o++)
            pr__panel_byte_row(w + (size_t)o * in, o, in, panels);
        for (uint32_t rank = 0; pr__kernels_of(rank); rank++) {
            const pr__product p = {.rows = rows,
                                   .in = in,
                                   .out = out,
                                   .q = q,
                                   .q_scales = q_scales,
                                   .bytes = panels,
                                   .scales = scales,
                                   .bias = bias,
                                   .y = y,
                                   .y_stride = padded};
            pr__kernels_of(rank)->product_bytes(&p);
            for (uint32_t r = 0; r < rows; r++) {
                for (uint32_t o = 0; o < out; o++) {
                    int64_t sum = 0;
                    for (uint32_t k = 0; k < in; k++)
                        sum += (int64_t)w[(size_t)o * in + k] * q[(size_t)r * even + k];
                    const float wanted = (float)sum * (scales[o] * q_scales[r]) + bias[o];
                    assert_memory_equal(&y[(size_t)r * padded + o], &wanted, sizeof wanted);
                }
            }
        }
        free(q), free(w), free(panels), free(scales), free(bias), free(q_scales), free(y);
    }
}

/* The largest activations and weights that there can be, for the longest rows. */
static void no_sum_of_bytes_overflows(void **state) {
    (void)state;
    enum { IN = 16384 };
    int16_t *q = calloc(IN, sizeof *q);
    int8_t *w = calloc(PR_PANEL * IN, 1);
    float scales[PR_PANEL], bias[PR_PANEL] = {0}, y[PR_PANEL], one = 1;
    memset(w, -128, PR_PANEL * IN);
    for (uint32_t k = 0; k < IN; k++)
        q[k] = (int16_t)-pr__most_quantised(IN);
    for (uint32_t o = 0; o < PR_PANEL; o++)
        scales[o] = 1;
    for (uint32_t rank = 0; pr__kernels_of(rank); rank++) {
        const pr__product p = {.rows = 1,
                               .in = IN,
                               .out = PR_PANEL,
                               .q = q,
                               .q_scales = &one,
                               .bytes = w,
                               .scales = scales,
                               .bias = bias,
                               .y = y,
                               .y_stride = PR_PANEL};
        pr__kernels_of(rank)->product_bytes(&p);
        assert_true(y[0] == (float)((int64_t)IN * 128 * pr__most_quantised(IN)) && y[PR_PANEL - 1] == y[0]);
    }
    free(q), free(w);
}

/* What each table makes of the same row, against the plain one. */
typedef void (*row_function)(const pr__kernels *kernels, float *x, uint32_t count);

static void same_bits(row_function run) {
    for (uint32_t count = 1; count < 70; count++) {
        const uint32_t padded = pr__padded(count);
        float *x = random_floats(padded, 20), *wanted = random_floats(padded, 0), *y = random_floats(padded, 0);
        x[count / 2] = 0;
        memcpy(wanted, x, padded * sizeof *x);
        run(&pr__kernels_plain, wanted, count);
        for (uint32_t rank = 0; pr__kernels_of(rank); rank++) {
            memcpy(y, x, padded * sizeof *x);
            run(pr__kernels_of(rank), y, count);
            assert_memory_equal(y, wanted, count * sizeof *y);
        }
        free(x), free(wanted), free(y);
    }
}

static void run_softmax(const pr__kernels *kernels, float *x, uint32_t count) {
    kernels->softmax(x, count, 0.25f);
}

static void run_gelu(const pr__kernels *kernels, float *x, uint32_t count) {
    kernels->gelu(x, count);
}

static void run_norm(const pr__kernels *kernels, float *x, uint32_t count) {
    float *y = malloc(count * sizeof *y), *weight = malloc(count * sizeof *y);
    for (uint32_t i = 0; i < count; i++) {
        y[i] = (float)i * 0.37f - 3;
        weight[i] = 1 + (float)i * 0.01f;
    }
    kernels->norm(x, y, count, weight, y, 1e-12f);
    free(y), free(weight);
}

static void run_squares(const pr__kernels *kernels, float *x, uint32_t count) {
    x[0] = kernels->squares(x, count);
}

static void run_quantise(const pr__kernels *kernels, float *x, uint32_t count) {
    int16_t q[80] = {0};
    float scale = 0;
    assert_true(kernels->quantise(x, count, 5461, q, &scale));
    for (uint32_t i = 0; i < count; i++) {
        assert_in_range(q[i] + 5461, 0, 2 * 5461);
        assert_true(fabs((double)q[i] * (double)scale - (double)x[i]) <= (double)scale * 0.501);
    }
    assert_true(count % 2 == 0 || q[count] == 0);
    for (uint32_t i = 0; i < count; i++)
        x[i] = q[i];
    x[0] = scale;
}

static void rows_are_the_same_everywhere(void **state) {
    (void)state;
    same_bits(run_softmax);
    same_bits(run_gelu);
    same_bits(run_norm);
    same_bits(run_squares);
    same_bits(run_quantise);
}

static void functions_are_right(void **state) {
    (void)state;
    const pr__kernels *kernels = pr__kernels_of(0);
    for (int i = -120000; i <= 120000; i++) {
        const double x = i / 10000.0;
        float y = (float)x;
        kernels->gelu(&y, 1);
        const double wanted = (double)(float)x / 2 * (1 + erf((double)(float)x / sqrt(2)));
        assert_true(fabs((double)y - wanted) <= 6e-7 * (fabs(x) > 1 ? fabs(x) : 1));
    }
    float far[] = {-1e30f, 1e30f};
    kernels->gelu(far, 2);
    assert_true(far[0] == 0 && far[1] == 1e30f);
    for (int i = 0; i < 1740; i++) { /* behind it there is 0 */
        float pair[PR_PANEL] = {0, (float)i * -0.05f};
        kernels->softmax(pair, 2, 1);
        const double e = exp((double)((float)i * -0.05f));
        assert_true(fabs((double)pair[1] - e / (1 + e)) <= 3e-7 * e && fabs((double)pair[0] - 1 / (1 + e)) <= 2e-7);
    }
}

static void numbers_that_are_not_finite_are_found(void **state) {
    (void)state;
    for (uint32_t rank = 0; pr__kernels_of(rank); rank++) {
        for (uint32_t at = 0; at < 37; at++) {
            float x[37] = {1, 2, 3}, scale;
            int16_t q[38];
            x[at] = at % 3 == 0 ? NAN : at % 3 == 1 ? HUGE_VALF : -HUGE_VALF;
            assert_false(pr__kernels_of(rank)->quantise(x, 37, 1000, q, &scale));
        }
    }
}

static void the_plain_table_is_there(void **state) {
    (void)state;
    uint32_t count = 0;
    while (pr__kernels_of(count))
        count++;
    assert_true(count >= 1 && pr__kernels_of(count - 1) == &pr__kernels_plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_table_is_there),
        cmocka_unit_test(products_of_floats),
        cmocka_unit_test(products_of_bytes),
        cmocka_unit_test(no_sum_of_bytes_overflows),
        cmocka_unit_test(rows_are_the_same_everywhere),
        cmocka_unit_test(functions_are_right),
        cmocka_unit_test(numbers_that_are_not_finite_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
