/* A row by conjugate gradients, preconditioned by the diagonal (Golub and Van Loan, "Matrix Computations", 11.5).
 * Included by als_rows_*.c only. */

INLINE const float *fixed_row(const prt_als_side *side, const prt_als_row *row, uint32_t i) {
    return side->fixed + (size_t)row->column[i] * side->factors;
}

/* out += sum of c (one - y . p) y */
INLINE void add_pulls(const prt_als_side *side, const prt_als_row *row, const float *p, float one, float *out) {
    uint32_t factors = side->factors, i = 0;
    for (; i + 4 <= row->count; i += 4) {
        const float *y[4] = {fixed_row(side, row, i), fixed_row(side, row, i + 1), fixed_row(side, row, i + 2),
                             fixed_row(side, row, i + 3)};
        quad pull = (one - dot_four(y, p, factors)) * *(const quad *)(row->weight + i);
        add_four(out, y, pull, factors);
    }
    for (; i < row->count; i++) {
        const float *y = fixed_row(side, row, i);
        add_row(out, y, (one - dot(y, p, factors)) * row->weight[i], factors);
    }
}

/* From this share of the first residual on (squared, in the norm of D^-1) floats give nothing more. */
#define EXACT 1e-12F

/* room: 5 x factors. */
INLINE void solve_conjugate(const prt_als_side *side, const prt_als_row *row, float *room) {
    uint32_t factors = side->factors;
    float *x = row->x, *diagonal = room, *residual = diagonal + factors, *direction = residual + factors,
          *image = direction + factors, *preconditioned = image + factors;
    for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE) {
        wide d = plus(load(side->common + k), row->ridge);
        store(diagonal + k, d);
        store(residual + k, scaled(times(d, load(x + k)), -1));
    }
    add_pulls(side, row, x, 1, residual);
    for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
        store(direction + k, over(load(residual + k), load(diagonal + k)));
    float size = dot(residual, direction, factors), least = size * EXACT;
    for (uint32_t step = 0; size > least; step++) {
        for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
            store(image + k, scaled(times(load(diagonal + k), load(direction + k)), -1));
        add_pulls(side, row, direction, 0, image);
        float length = size / -dot(direction, image, factors);
        add_row(x, direction, length, factors);
        if (step + 1 >= side->steps)
            break;
        add_row(residual, image, length, factors);
        for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
            store(preconditioned + k, over(load(residual + k), load(diagonal + k)));
        float next = dot(residual, preconditioned, factors), share = next / size;
        for (uint32_t k = 0; k < factors; k += PRT_ALS_WIDE)
            store(direction + k, add(load(preconditioned + k), scaled(load(direction + k), share)));
        size = next;
    }
}
