/* The kernels for one kind of processor: PRT_LANES floats in a vector, PRT_KERNELS the table's name. Included by
 * als_rows_*.c only, once in each. */
#include "als_wide.h"

#include "als_cholesky.h"

#include "als_conjugate.h"

#include "als_direct.h"

#include "als_block.h"

enum { LINE = 64 / sizeof(float), FETCHED = 64 };

static bool solve(const prt_als_side *side, const prt_als_row *row, float *room) {
    if (side->solver == PRT_ALS_DIRECT)
        return solve_direct(side, row, room);
    if (side->solver == PRT_ALS_BLOCK)
        return solve_blocks(side, row, room);
    solve_conjugate(side, row, room);
    return true;
}

static void turn(float *rows, uint32_t count, uint32_t factors, const float *matrix, float *room) {
    for (uint32_t r = 0; r < count; r += TILE) {
        uint32_t height = count - r < TILE ? count - r : TILE;
        float *out = rows + (size_t)r * factors;
        memcpy(room, out, (size_t)height * factors * sizeof *room);
        memset(out, 0, (size_t)height * factors * sizeof *out);
        multiply(out, factors, height, (left_matrix){room, factors, 1}, matrix, factors, factors, 0, factors);
    }
}

static void gram(const float *rows, uint32_t count, uint32_t factors, float *out) {
    multiply_upper(out, factors, rows, rows, count, 0);
}

static void fetch(const prt_als_side *side, const prt_als_row *row) {
    uint32_t count = row->count < FETCHED ? row->count : FETCHED;
    for (uint32_t i = 0; i < count; i++) {
        const float *y = fixed_row(side, row, i);
        for (uint32_t k = 0; k < side->factors; k += LINE)
            __builtin_prefetch(y + k);
    }
}

const prt_als_kernels PRT_KERNELS = {solve, turn, gram, fetch};
