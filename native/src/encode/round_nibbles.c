/* The nearest row of four bits, by trying. */
#include "round_nibbles.h"
#include "weights.h"

#include <math.h>
#include <string.h>

enum { GROUP = 32, MOST_MULTIPLIER = 10, CODES = 16, ZERO = 8 /* the code of 0 */, LARGEST = 12 };

static const int VALUES[CODES] = {-12, -9, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9, 12};

/* Scales as shares of the one at which the largest weight is the largest value. */
static const float SHARES[] = {1.0f, 0.92f, 0.85f};

uint64_t prt_nibble_bytes(uint64_t count) {
    return (count + 1) / 2;
}

uint64_t prt_multiplier_bytes(uint64_t count) {
    return ((count + GROUP - 1) / GROUP + 1) / 2;
}

/* The code whose value is nearest to a number of -LARGEST … LARGEST for each half between: all borders lie there. */
static void make_nearest(uint8_t nearest[4 * LARGEST]) {
    for (int half = 0, code = 0; half < 4 * LARGEST; half++) {
        const float middle = (float)(half - 2 * LARGEST) / 2 + 0.25f;
        while (code + 1 < CODES && middle > (float)(VALUES[code] + VALUES[code + 1]) / 2)
            code++;
        nearest[half] = (uint8_t)code;
    }
}

static uint8_t code_of(const uint8_t *nearest, float number) {
    const float half = 2 * (number + LARGEST);
    return half < 0 ? 0 : half >= 4 * LARGEST ? CODES - 1 : nearest[(int)half];
}

/* The squared error of a group at scale x multiplier. */
static double error_of(const float *group, uint64_t count, float step, const uint8_t *nearest) {
    double error = 0;
    const float inverse = 1 / step;
    for (uint64_t i = 0; i < count; i++) {
        const float missed = group[i] - step * (float)VALUES[code_of(nearest, group[i] * inverse)];
        error += (double)(missed * missed);
    }
    return error;
}

/* Multipliers that would cut the largest weight to less than two thirds are not tried. */
static double best_multiplier(const float *group, uint64_t count, float scale, const uint8_t *nearest,
                              int *multiplier) {
    double least = INFINITY;
    float most = 0;
    for (uint64_t i = 0; i < count; i++)
        most = fabsf(group[i]) > most ? fabsf(group[i]) : most;
    for (int m = 1; m <= MOST_MULTIPLIER; m++) {
        if (m < MOST_MULTIPLIER && scale * (float)(m * LARGEST * 3) < 2 * most)
            continue;
        const double error = error_of(group, count, scale * (float)m, nearest);
        if (error < least) {
            least = error;
            *multiplier = m;
        }
    }
    return least;
}

static double error_of_row(const float *row, uint64_t count, float scale, const uint8_t *nearest) {
    double error = 0;
    int multiplier = 1;
    for (uint64_t first = 0; first < count; first += GROUP)
        error +=
            best_multiplier(row + first, count - first < GROUP ? count - first : GROUP, scale, nearest, &multiplier);
    return error;
}

/* The nearest number that is the upper half of a float32; of positive ones. */
static uint16_t upper_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x8000) >> 16);
}

static void put(uint8_t *nibbles, uint64_t i, unsigned value) {
    nibbles[i / 2] |= (uint8_t)(value << (4 * (i % 2)));
}

static void write_row(const float *row, uint64_t count, float scale, const uint8_t *nearest, uint8_t *codes,
                      uint8_t *multipliers) {
    for (uint64_t first = 0; first < count; first += GROUP) {
        const uint64_t size = count - first < GROUP ? count - first : GROUP;
        int multiplier = 1;
        if (scale > 0)
            best_multiplier(row + first, size, scale, nearest, &multiplier);
        put(multipliers, first / GROUP, (unsigned)multiplier);
        for (uint64_t i = first; i < first + size; i++)
            put(codes, i, scale > 0 ? code_of(nearest, row[i] / (scale * (float)multiplier)) : ZERO);
    }
}

uint16_t prt_round_nibbles(const float *row, uint64_t count, uint8_t *codes, uint8_t *multipliers) {
    uint8_t nearest[4 * LARGEST];
    float most = 0;
    uint16_t best = 0;
    double least = INFINITY;
    make_nearest(nearest);
    for (uint64_t i = 0; i < count; i++)
        most = fabsf(row[i]) > most ? fabsf(row[i]) : most;
    /* Below that a scale would have no inverse: such a row counts as 0. */
    for (size_t s = 0; most > 1e-30f && s < sizeof SHARES / sizeof *SHARES; s++) {
        const uint16_t half = upper_half(most / (LARGEST * MOST_MULTIPLIER) * SHARES[s]);
        const double error = error_of_row(row, count, prt_from_bfloat16(half), nearest);
        if (error < least) {
            least = error;
            best = half;
        }
    }
    write_row(row, count, prt_from_bfloat16(best), nearest, codes, multipliers);
    return best;
}
