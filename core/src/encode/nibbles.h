/* Weights of four bits: a code of a nibble for each, a multiplier of a nibble for each 32 of a row, a scale a row.
 *
 *     weight = scale x multiplier x value(code)
 *
 * Values of codes lie closer together near 0, as weights do, and multiplier x value fits into a byte: unpacked, a row
 * is one of bytes with a scale, and everything that is said of those holds. */
#ifndef PR_NIBBLES_H
#define PR_NIBBLES_H

#include "base.h"

enum { PR_GROUP = 32 /* weights with one multiplier */, PR_MOST_MULTIPLIER = 10 };

/* Bytes of a row of `count` codes, two in each, the first in the low half, and of its multipliers, the same. What is
 * behind the end of a row is 0. */
static inline uint32_t pr__code_bytes(uint32_t count) {
    return (count + 1) / 2;
}

static inline uint32_t pr__multiplier_bytes(uint32_t count) {
    return ((count + PR_GROUP - 1) / PR_GROUP + 1) / 2;
}

/* Are all multipliers of a row from 1 to PR_MOST_MULTIPLIER? */
bool pr__multipliers_allowed(const uint8_t *multipliers, uint32_t count);
/* bytes[count] = multiplier x value(code): at most 120 in size. */
void pr__nibbles_unpack(const uint8_t *codes, const uint8_t *multipliers, uint32_t count, int8_t *bytes);

#endif
