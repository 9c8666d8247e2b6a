/* Rounding rows to eight bits. */
#include "round_row.h"

#include <math.h>

float prt_round_row(const float *row, uint32_t count, int8_t *out) {
    float most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = fabsf(row[i]) > most ? fabsf(row[i]) : most;
    const float scale = most / 127;
    for (uint32_t i = 0; i < count; i++)
        out[i] = scale > 0 ? (int8_t)lrintf(row[i] / scale) : 0;
    return scale;
}
