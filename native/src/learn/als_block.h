/* A row block by block: each block of coordinates is solved exactly while the others stand still (Rendle, Krichene,
 * Zhang and Koren, "iALS++: Speeding up Matrix Factorization with Subspace Optimization", 2021, section 4). Included by
 * als_rows_*.c only. */

/* What a block has of the interactions from `first` on, PRT_ALS_GATHERED of them at most. `missing` is 1 - y . x of
 * each. */
INLINE void add_block(const prt_als_side *side, const prt_als_row *row, uint32_t first, uint32_t at, uint32_t size,
                      const float *missing, float *a, float *b, float *rows) {
    uint32_t count = row->count - first;
    count = count > PRT_ALS_GATHERED ? PRT_ALS_GATHERED : count;
    float *weighted = rows + (size_t)PRT_ALS_GATHERED * size;
    for (uint32_t i = 0; i < count; i++) {
        const float *y = fixed_row(side, row, first + i) + at;
        for (uint32_t k = 0; k < size; k += PRT_ALS_WIDE) {
            wide part = load(y + k), heavy = scaled(part, row->weight[first + i]);
            store(rows + i * size + k, part);
            store(weighted + i * size + k, heavy);
            store(b + k, add(load(b + k), scaled(heavy, missing[first + i])));
        }
    }
    multiply_upper(a, size, weighted, rows, count, 0);
}

/* The block's coordinates change by b, which is solved for here. */
INLINE bool solve_block(const prt_als_side *side, const prt_als_row *row, uint32_t at, uint32_t size, float *missing,
                        float *room) {
    float *a = room, *b = a + (size_t)size * size, *rows = b + size, *x = row->x + at;
    memset(a, 0, (size_t)size * size * sizeof *a);
    for (uint32_t k = 0; k < size; k++) {
        float d = side->common[at + k] + row->ridge;
        b[k] = -d * x[k];
        a[(size_t)k * size + k] = d;
    }
    for (uint32_t i = 0; i < row->count; i += PRT_ALS_GATHERED)
        add_block(side, row, i, at, size, missing, a, b, rows);
    if (!factorise(a, size, rows))
        return false;
    substitute(a, size, b);
    add_row(x, b, 1, size);
    if (at + size < side->factors) {
        for (uint32_t i = 0; i < row->count; i++)
            missing[i] -= dot(fixed_row(side, row, i) + at, b, size);
    }
    return true;
}

/* room: the interactions, rounded up to 16; block x (block + 1 + 2 PRT_ALS_GATHERED). */
INLINE bool solve_blocks(const prt_als_side *side, const prt_als_row *row, float *room) {
    uint32_t factors = side->factors;
    for (uint32_t i = 0; i < row->count; i++)
        room[i] = 1 - dot(fixed_row(side, row, i), row->x, factors);
    float *rest = room + ((size_t)row->count + PRT_ALS_WIDE - 1) / PRT_ALS_WIDE * PRT_ALS_WIDE;
    for (uint32_t at = 0; at < factors; at += side->block) {
        uint32_t size = factors - at < side->block ? factors - at : side->block;
        if (!solve_block(side, row, at, size, room, rest))
            return false;
    }
    return true;
}
