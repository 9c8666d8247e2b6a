/* Unpacking rows of weights of four bits. */
#include "nibbles.h"

/* Made by Lloyd's algorithm on the weights of all-MiniLM-L6-v2, rounded to whole numbers; docs/measurements.md. */
static const int8_t VALUES[16] = {-12, -9, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9, 12};

static uint32_t nibble(const uint8_t *nibbles, uint32_t i) {
    return nibbles[i / 2] >> (4 * (i % 2)) & 15;
}

bool pr__multipliers_allowed(const uint8_t *multipliers, uint32_t count) {
    bool fine = true;
    for (uint32_t i = 0; i * PR_GROUP < count; i++) {
        const uint32_t multiplier = nibble(multipliers, i);
        fine &= multiplier >= 1 && multiplier <= PR_MOST_MULTIPLIER;
    }
    return fine;
}

void pr__nibbles_unpack(const uint8_t *codes, const uint8_t *multipliers, uint32_t count, int8_t *bytes) {
    for (uint32_t first = 0; first < count; first += PR_GROUP) {
        const uint32_t end = count - first < PR_GROUP ? count : first + PR_GROUP;
        const int32_t multiplier = (int32_t)nibble(multipliers, first / PR_GROUP);
        for (uint32_t i = first; i < end; i++)
            bytes[i] = (int8_t)(multiplier * VALUES[nibble(codes, i)]);
    }
}
