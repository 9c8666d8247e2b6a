/* c -= a b for tiles: four rows and eight columns at a time, products added in the order of their terms, multiplied and
 * rounded before they are added, so the bits are the same for vectors of any length. Included by symmetric_inverse.c
 * only, with PRT_TILE_PRODUCT as the name, once for each kind of processor. */
static void PRT_TILE_PRODUCT(double *restrict c, const double *restrict a, const double *restrict b) {
    for (size_t column = 0; column < PRT_TILE; column += 8) {
        for (size_t row = 0; row < PRT_TILE; row += 4) {
            const double *left = a + row * PRT_TILE;
            double *out = c + row * PRT_TILE + column;
            eight s0 = *(const eight *)out, s1 = *(const eight *)(out + PRT_TILE),
                  s2 = *(const eight *)(out + (size_t)2 * PRT_TILE), s3 = *(const eight *)(out + (size_t)3 * PRT_TILE);
            for (size_t k = 0; k < PRT_TILE; k++) {
                const eight right = *(const eight *)(b + k * PRT_TILE + column);
                s0 -= left[k] * right;
                s1 -= left[PRT_TILE + k] * right;
                s2 -= left[2 * PRT_TILE + k] * right;
                s3 -= left[3 * PRT_TILE + k] * right;
            }
            *(eight *)out = s0;
            *(eight *)(out + PRT_TILE) = s1;
            *(eight *)(out + (size_t)2 * PRT_TILE) = s2;
            *(eight *)(out + (size_t)3 * PRT_TILE) = s3;
        }
    }
}
