/* Random draws that depend on nothing but seed, purpose, row and number of the draw: no order, no hidden state. */
#ifndef PRT_SYNTH_DRAW_H
#define PRT_SYNTH_DRAW_H

#include "pocketrec.h"

/* One stream for each purpose, so that a new draw for one thing changes no other. */
typedef enum prt_stream {
    PRT_DRAW_USER = 1,
    PRT_DRAW_WORKOUT,
    PRT_DRAW_TITLE,
    PRT_DRAW_ORDER,
    PRT_DRAW_INSTRUCTOR,
    PRT_DRAW_TAG,
    PRT_DRAW_TASTE,
    PRT_DRAW_CELL,
    PRT_DRAW_SESSION,
    PRT_DRAW_FEEDBACK,
    PRT_DRAW_TRAINER,
    PRT_DRAW_SHEET,
    PRT_DRAW_CLIENT,
    PRT_DRAW_SHOWN,
    PRT_DRAW_WEEK,
    PRT_DRAW_DRIFT,
    PRT_DRAW_EXPLORE,
    PRT_DRAW_PRODUCT,
    PRT_DRAW_BRAND,
    PRT_DRAW_PARTNER,
    PRT_DRAW_RISING,
    PRT_DRAW_SHOPPING,
    PRT_DRAW_SHELF,
    PRT_DRAW_VISIT,
    PRT_DRAW_LINE,
    PRT_DRAW_GUEST,
    PRT_DRAW_OFFER,
} prt_stream;

typedef struct prt_draw {
    uint64_t key, counter;
} prt_draw;

/* Draws of row `row`: up to 1,024 of them before they meet those of the next row. */
static inline prt_draw prt_draw_open(uint64_t seed, prt_stream stream, uint64_t row) {
    return (prt_draw){pr_mix64(seed ^ pr_mix64((uint64_t)stream << 56)), row << 10};
}

/* Uniform in [0, 1). */
static inline double prt_draw_uniform(prt_draw *draw) {
    return pr_uniform(draw->key, draw->counter++);
}

/* 0 … count − 1, evenly. */
static inline uint32_t prt_draw_below(prt_draw *draw, uint32_t count) {
    return (uint32_t)(prt_draw_uniform(draw) * count);
}

/* Standard normal to a good approximation: twelve uniform numbers less six (Irwin-Hall). Only additions, hence the same
 * bits everywhere. */
static inline double prt_draw_normal(prt_draw *draw) {
    double sum = -6.0;
    for (int i = 0; i < 12; i++)
        sum += prt_draw_uniform(draw);
    return sum;
}

/* The first index whose cumulative share passes a uniform draw; shares need not add up to 1. */
static inline uint32_t prt_draw_share(prt_draw *draw, const double *shares, uint32_t count) {
    double total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += shares[i];
    double left = prt_draw_uniform(draw) * total;
    for (uint32_t i = 0; i + 1 < count; i++) {
        if (left < shares[i])
            return i;
        left -= shares[i];
    }
    return count - 1;
}

#endif
