/* Weights in the order in which the kernels read them. */
#ifndef PR_PANELS_H
#define PR_PANELS_H

#include "kernels.h"

/* out x in numbers, row by row with `stride` between rows, as panels of pr__padded(out) x in floats. */
void pr__panel_floats(const float *rows, uint32_t out, uint32_t in, size_t stride, float *panels);
/* The transpose of in x out numbers: out[k][o] is taken from rows[k x stride + o]. */
void pr__panel_floats_turned(const float *rows, uint32_t out, uint32_t in, size_t stride, float *panels);
/* A row of `in` bytes as row `o` of panels of pr__padded(out) x (in + 1) / 2 pairs, which are 0 where no row is. */
void pr__panel_byte_row(const int8_t *row, uint32_t o, uint32_t in, int8_t *panels);

#endif
