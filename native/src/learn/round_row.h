/* Rows of numbers as bytes with a scale. */
#ifndef PRT_ROUND_ROW_H
#define PRT_ROUND_ROW_H

#include <stdint.h>

/* Round row[count] to out[i] x the returned scale: the largest becomes 127, a row of zeros has scale 0. */
float prt_round_row(const float *row, uint32_t count, int8_t *out);

#endif
