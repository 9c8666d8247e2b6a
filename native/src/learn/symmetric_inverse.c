/* The sweep operator over tiles. */
#include "symmetric_inverse.h"
#include "fail.h"
#include "parallel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { AREA = PRT_TILE * PRT_TILE };

/* ---- products of tiles ---- */

typedef double eight __attribute__((vector_size(8 * sizeof(double)), aligned(sizeof(double)), may_alias));

#define PRT_TILE_PRODUCT subtract_product_any
#include "tile_product.h"
#undef PRT_TILE_PRODUCT

#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define PRT_TILE_PRODUCT subtract_product_avx2
#include "tile_product.h"
#undef PRT_TILE_PRODUCT
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC target("avx512f")
#endif
#define PRT_TILE_PRODUCT subtract_product_avx512
#include "tile_product.h"
#undef PRT_TILE_PRODUCT
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

typedef void tile_product(double *restrict c, const double *restrict a, const double *restrict b);

static tile_product *fastest_product(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return subtract_product_avx512;
    if (__builtin_cpu_supports("avx2"))
        return subtract_product_avx2;
#endif
    return subtract_product_any;
}

/* ---- the matrix ---- */

static double *tile_of(const prt_symmetric *m, size_t i, size_t j) {
    return m->tile + (i * (i + 1) / 2 + j) * AREA;
}

bool prt_symmetric_make(uint32_t size, prt_symmetric *out) {
    const size_t tiles = ((size_t)size + PRT_TILE - 1) / PRT_TILE;
    *out = (prt_symmetric){size, (uint32_t)tiles, calloc(tiles * (tiles + 1) / 2 * AREA + 1, sizeof *out->tile)};
    for (uint32_t i = 0; out->tile && i < tiles * PRT_TILE; i++)
        *prt_symmetric_at(out, i, i) = 1;
    return out->tile != NULL;
}

void prt_symmetric_free(prt_symmetric *matrix) {
    free(matrix->tile);
    *matrix = (prt_symmetric){0};
}

static void transpose(double *restrict to, const double *restrict from) {
    for (size_t r = 0; r < PRT_TILE; r++) {
        for (size_t c = 0; c < PRT_TILE; c++)
            to[c * PRT_TILE + r] = from[r * PRT_TILE + c];
    }
}

/* A tile of the diagonal becomes minus its inverse, by sweeping its elements. */
static bool sweep_pivot(double *a) {
    for (size_t k = 0; k < PRT_TILE; k++) {
        const double pivot = a[k * PRT_TILE + k];
        double column[PRT_TILE];
        if (!(pivot > 0 && pivot < 1e300))
            return false;
        for (size_t i = 0; i < PRT_TILE; i++)
            column[i] = a[i * PRT_TILE + k] / pivot;
        for (size_t i = 0; i < PRT_TILE; i++) {
            for (size_t j = 0; i != k && j < PRT_TILE; j++)
                a[i * PRT_TILE + j] -= column[i] * a[k * PRT_TILE + j];
        }
        for (size_t i = 0; i < PRT_TILE; i++)
            a[i * PRT_TILE + k] = a[k * PRT_TILE + i] = column[i];
        a[k * PRT_TILE + k] = -1 / pivot;
    }
    return true;
}

/* ---- one pivot after the other ---- */

typedef struct sweep {
    const prt_symmetric *matrix;
    tile_product *product;
    size_t pivot;
    double *column; /* tiles of the pivot's column, turned */
    double *scaled; /* the same times minus the inverse of the pivot, not turned */
    atomic_size_t next;
} sweep;

/* The pivot's column, whose upper part stands in the pivot's row. */
static void scale_column(void *context, int thread) {
    sweep *s = context;
    const double *inverse = tile_of(s->matrix, s->pivot, s->pivot);
    double upright[AREA];
    (void)thread;
    for (size_t i; (i = atomic_fetch_add(&s->next, 1)) < s->matrix->tiles;) {
        double *turned = s->column + i * AREA, *out = s->scaled + i * AREA;
        if (i == s->pivot)
            continue;
        if (i > s->pivot) {
            memcpy(upright, tile_of(s->matrix, i, s->pivot), sizeof upright);
            transpose(turned, upright);
        } else {
            memcpy(turned, tile_of(s->matrix, s->pivot, i), sizeof upright);
            transpose(upright, turned);
        }
        memset(out, 0, sizeof upright);
        s->product(out, upright, inverse);
    }
}

static void sweep_row(void *context, int thread) {
    sweep *s = context;
    (void)thread;
    /* long rows first, so that threads end together */
    for (size_t n; (n = atomic_fetch_add(&s->next, 1)) < s->matrix->tiles;) {
        const size_t i = s->matrix->tiles - 1 - n;
        for (size_t j = 0; i != s->pivot && j <= i; j++) {
            if (j != s->pivot)
                s->product(tile_of(s->matrix, i, j), s->scaled + i * AREA, s->column + j * AREA);
        }
    }
}

static void store_column(const sweep *s) {
    for (size_t i = 0; i < s->matrix->tiles; i++) {
        if (i > s->pivot)
            memcpy(tile_of(s->matrix, i, s->pivot), s->scaled + i * AREA, AREA * sizeof(double));
        else if (i < s->pivot)
            transpose(tile_of(s->matrix, s->pivot, i), s->scaled + i * AREA);
    }
}

static pr_status sweep_all(sweep *s, int threads, pr_error *error) {
    for (s->pivot = 0; s->pivot < s->matrix->tiles; s->pivot++) {
        if (!sweep_pivot(tile_of(s->matrix, s->pivot, s->pivot)))
            return prt_fail(error, PR_E_ARGUMENT, "a matrix to be inverted is not positive; use more regularisation");
        atomic_store(&s->next, 0);
        prt_parallel(threads, scale_column, s);
        atomic_store(&s->next, 0);
        prt_parallel(threads, sweep_row, s);
        store_column(s);
    }
    return PR_OK;
}

pr_status prt_symmetric_invert(prt_symmetric *matrix, int threads, pr_error *error) {
    const size_t panel = (size_t)matrix->tiles * AREA;
    sweep s = {.matrix = matrix,
               .product = fastest_product(),
               .column = malloc((panel + 1) * sizeof *s.column),
               .scaled = malloc((panel + 1) * sizeof *s.scaled)};
    pr_status status =
        s.column && s.scaled ? sweep_all(&s, threads, error) : prt_fail_memory(error, "inverting a matrix");
    free(s.column);
    free(s.scaled);
    for (size_t i = 0; status == PR_OK && i < (size_t)matrix->tiles * (matrix->tiles + (size_t)1) / 2 * AREA; i++)
        matrix->tile[i] = -matrix->tile[i];
    return status;
}
