/* Products of whole sides: Gram matrices, and turning into another basis. The rows are cut into the same parts, and the
 * parts added in the same order, for any number of threads. */
#include "als_inner.h"
#include "parallel.h"

#include <stdatomic.h>
#include <string.h>

enum { PANEL = 256 }; /* rows whose products are added up in floats */

typedef struct work {
    prt_als_state *state;
    const prt_als_half *half;
    const float *matrix;
    atomic_uint next;
} work;

static void add_upper(double *sum, const float *panel, uint32_t factors) {
    for (uint32_t r = 0; r < factors; r++) {
        for (uint32_t c = r; c < factors; c++)
            sum[(size_t)r * factors + c] += (double)panel[(size_t)r * factors + c];
    }
}

static void make_part(const work *w, uint32_t part, float *panel) {
    uint32_t factors = w->state->options->factors, rows = w->half->rows;
    size_t cells = (size_t)factors * factors;
    double *sum = w->state->parts + part * cells;
    uint32_t first = (uint32_t)((uint64_t)rows * part / PRT_ALS_PARTS);
    uint32_t end = (uint32_t)((uint64_t)rows * (part + 1) / PRT_ALS_PARTS);
    memset(sum, 0, cells * sizeof *sum);
    for (; first < end; first += PANEL) {
        memset(panel, 0, cells * sizeof *panel);
        uint32_t count = end - first < PANEL ? end - first : PANEL;
        w->state->kernels->gram(w->half->values + (size_t)first * factors, count, factors, panel);
        add_upper(sum, panel, factors);
    }
}

static void make_parts(void *context, int thread) {
    work *w = context;
    float *panel = w->state->room + (size_t)thread * w->state->room_each;
    for (uint32_t part; (part = atomic_fetch_add(&w->next, 1)) < PRT_ALS_PARTS;)
        make_part(w, part, panel);
}

void prt_als_make_gram(prt_als_state *state, const prt_als_half *half) {
    uint32_t factors = state->options->factors;
    size_t cells = (size_t)factors * factors;
    work w = {.state = state, .half = half};
    prt_parallel(state->threads, make_parts, &w);
    double *gram = state->parts;
    for (uint32_t part = 1; part < PRT_ALS_PARTS; part++) {
        for (size_t i = 0; i < cells; i++)
            gram[i] += state->parts[part * cells + i];
    }
    for (uint32_t r = 0; r < factors; r++) {
        for (uint32_t c = 0; c < r; c++)
            gram[(size_t)r * factors + c] = gram[(size_t)c * factors + r];
    }
}

static void turn_panels(void *context, int thread) {
    work *w = context;
    uint32_t factors = w->state->options->factors, rows = w->half->rows;
    float *room = w->state->room + (size_t)thread * w->state->room_each;
    for (uint32_t first; (first = atomic_fetch_add(&w->next, PANEL)) < rows;) {
        uint32_t count = rows - first < PANEL ? rows - first : PANEL;
        w->state->kernels->turn(w->half->values + (size_t)first * factors, count, factors, w->matrix, room);
    }
}

void prt_als_turn(prt_als_state *state, const prt_als_half *half, const float *matrix) {
    work w = {.state = state, .half = half, .matrix = matrix};
    prt_parallel(state->threads, turn_panels, &w);
}
