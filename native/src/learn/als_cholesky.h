/* Cholesky's factorisation of a matrix of floats, in panels of sixteen rows. Included by als_rows_*.c only. */
#include <math.h>
#include <string.h>

/* Row k of the panel becomes final; the panel's later rows lose their part of it. The panel's columns start at `first`.
 */
INLINE bool finish_row(float *a, uint32_t size, uint32_t k, uint32_t first) {
    float *row = a + (size_t)k * size, pivot = row[k];
    if (!(pivot > 0))
        return false;
    float inverse = 1 / sqrtf(pivot);
    for (uint32_t c = first; c < size; c += PRT_ALS_WIDE)
        store(row + c, scaled(load(row + c), inverse));
    for (uint32_t i = k + 1; i < first + PRT_ALS_WIDE; i++)
        add_row(a + (size_t)i * size + first, row + first, -row[i], size - first);
    return true;
}

/* a (size x size, a multiple of 16) is read above and on the diagonal, in blocks of 16, and becomes U there: U'U = a.
 * room: 16 x size. False when a is not positive. */
INLINE bool factorise(float *a, uint32_t size, float *room) {
    for (uint32_t first = 0; first < size; first += PRT_ALS_WIDE) {
        for (uint32_t k = first; k < first + PRT_ALS_WIDE; k++) {
            if (!finish_row(a, size, k, first))
                return false;
        }
        const float *panel = a + (size_t)first * size;
        for (uint32_t i = 0; i < PRT_ALS_WIDE * size; i += PRT_ALS_WIDE)
            store(room + i, scaled(load(panel + i), -1));
        multiply_upper(a, size, room, panel, PRT_ALS_WIDE, first + PRT_ALS_WIDE);
    }
    return true;
}

/* b becomes the solution of U'U x = b. What stands below the diagonal of U is not read as such: those parts of sixteen
 * that cross it are computed and not used. */
INLINE void substitute(const float *u, uint32_t size, float *b) {
    for (uint32_t k = 0; k < size; k++) {
        const float *row = u + (size_t)k * size;
        float value = b[k] / row[k];
        uint32_t start = k / PRT_ALS_WIDE * PRT_ALS_WIDE;
        float kept[PRT_ALS_WIDE];
        memcpy(kept, b + start, sizeof kept);
        add_row(b + start, row + start, -value, size - start);
        memcpy(b + start, kept, (k - start) * sizeof *kept);
        b[k] = value;
    }
    for (uint32_t k = size; k-- > 0;) {
        const float *row = u + (size_t)k * size;
        uint32_t next = (k / PRT_ALS_WIDE + 1) * PRT_ALS_WIDE;
        float value = b[k] - dot(row + next, b + next, size - next);
        for (uint32_t c = k + 1; c < next; c++)
            value -= row[c] * b[c];
        b[k] = value / row[k];
    }
}
