/* A row exactly: by a system of as many unknowns as it has interactions, or as it has factors, whichever is smaller.
 * Included by als_rows_*.c only. */

/* With D = diagonal, W = the rows that were taken and C = their weights: x = D^-1 W' z, (C^-1 + W D^-1 W') z = 1. The
 * system is filled up with ones on the diagonal to a multiple of 16. */
INLINE bool solve_by_interactions(const prt_als_side *side, const prt_als_row *row, const float *inverse, float *room) {
    uint32_t factors = side->factors, count = row->count;
    uint32_t size = (count + PRT_ALS_WIDE - 1) / PRT_ALS_WIDE * PRT_ALS_WIDE;
    float *a = room, *z = a + (size_t)size * size, *scaled_row = z + size, *panel = scaled_row + factors;
    memset(a, 0, (size_t)size * size * sizeof *a);
    for (uint32_t i = 0; i < size; i++)
        z[i] = i < count;
    for (uint32_t i = 0; i < count; i++) {
        const float *y = fixed_row(side, row, i);
        for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
            store(scaled_row + k, times(load(y + k), load(inverse + k)));
        uint32_t j = i / 4 * 4;
        for (; j + 4 <= count; j += 4) {
            const float *other[4] = {fixed_row(side, row, j), fixed_row(side, row, j + 1), fixed_row(side, row, j + 2),
                                     fixed_row(side, row, j + 3)};
            *(quad *)(a + (size_t)i * size + j) = dot_four(other, scaled_row, factors);
        }
        for (; j < count; j++)
            a[(size_t)i * size + j] = dot(fixed_row(side, row, j), scaled_row, factors);
        a[(size_t)i * size + i] += 1 / row->weight[i];
    }
    for (uint32_t i = count; i < size; i++)
        a[(size_t)i * size + i] = 1;
    if (!factorise(a, size, panel))
        return false;
    substitute(a, size, z);
    float *x = row->x;
    memset(x, 0, factors * sizeof *x);
    for (uint32_t i = 0; i < count; i++)
        add_row(x, fixed_row(side, row, i), z[i], factors);
    for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
        store(x + k, times(load(x + k), load(inverse + k)));
    return true;
}

/* a += sum of c y y' for the interactions from `first` on, PRT_ALS_GATHERED of them at most. */
INLINE void add_gathered(const prt_als_side *side, const prt_als_row *row, uint32_t first, float *a, float *rows,
                         float *weighted) {
    uint32_t factors = side->factors, count = row->count - first;
    count = count > PRT_ALS_GATHERED ? PRT_ALS_GATHERED : count;
    for (uint32_t i = 0; i < count; i++) {
        const float *y = fixed_row(side, row, first + i);
        for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE) {
            wide part = load(y + k);
            store(rows + i * factors + k, part);
            store(weighted + i * factors + k, scaled(part, row->weight[first + i]));
        }
    }
    multiply_upper(a, factors, weighted, rows, count, 0);
}

INLINE bool solve_by_factors(const prt_als_side *side, const prt_als_row *row, const float *diagonal, float *room) {
    uint32_t factors = side->factors;
    float *a = room, *rows = a + (size_t)factors * factors, *weighted = rows + (size_t)PRT_ALS_GATHERED * factors;
    memset(a, 0, (size_t)factors * factors * sizeof *a);
    for (uint32_t i = 0; i < row->count; i += PRT_ALS_GATHERED)
        add_gathered(side, row, i, a, rows, weighted);
    for (uint32_t k = 0; k < factors; k++)
        a[(size_t)k * factors + k] += diagonal[k];
    float *x = row->x;
    memset(x, 0, factors * sizeof *x);
    for (uint32_t i = 0; i < row->count; i++)
        add_row(x, fixed_row(side, row, i), row->weight[i], factors);
    if (!factorise(a, factors, rows))
        return false;
    substitute(a, factors, x);
    return true;
}

/* room: factors, then what the chosen way needs (prt_als_room). */
INLINE bool solve_direct(const prt_als_side *side, const prt_als_row *row, float *room) {
    uint32_t factors = side->factors;
    bool few = row->count + PRT_ALS_WIDE <= factors;
    for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE) {
        wide d = plus(load(side->common + k), row->ridge);
        store(room + k, few ? over(plus(nothing(), 1), d) : d);
    }
    return few ? solve_by_interactions(side, row, room, room + factors)
               : solve_by_factors(side, row, room, room + factors);
}
