/* Weights in the order in which the kernels read them. */
#include "panels.h"

void pr__panel_floats(const float *rows, uint32_t out, uint32_t in, size_t stride, float *panels) {
    for (uint32_t first = 0; first < out; first += PR_PANEL, panels += (size_t)in * PR_PANEL) {
        for (uint32_t o = 0; o < PR_PANEL; o++) {
            const float *row = rows + (first + o) * stride;
            for (uint32_t k = 0; k < in; k++)
                panels[(size_t)k * PR_PANEL + o] = first + o < out ? row[k] : 0;
        }
    }
}

void pr__panel_floats_turned(const float *rows, uint32_t out, uint32_t in, size_t stride, float *panels) {
    for (uint32_t first = 0; first < out; first += PR_PANEL) {
        for (uint32_t k = 0; k < in; k++, panels += PR_PANEL) {
            const float *row = rows + k * stride + first;
            for (uint32_t o = 0; o < PR_PANEL; o++)
                panels[o] = first + o < out ? row[o] : 0;
        }
    }
}

void pr__panel_byte_row(const int8_t *row, uint32_t o, uint32_t in, int8_t *panels) {
    const size_t pairs = (in + 1) / 2;
    int8_t *to = panels + (size_t)(o / PR_PANEL) * pairs * (2 * PR_PANEL) + o % PR_PANEL * 2;
    for (uint32_t k = 0; k < in; k++)
        to[(size_t)(k / 2) * (2 * PR_PANEL) + k % 2] = row[k];
}
