/* Rounding weights to four bits (core/src/encode/nibbles.h says what these mean). */
#ifndef PRT_ROUND_NIBBLES_H
#define PRT_ROUND_NIBBLES_H

#include <stdint.h>

/* Bytes that a row of `count` weights takes: codes and multipliers. */
uint64_t prt_nibble_bytes(uint64_t count);
uint64_t prt_multiplier_bytes(uint64_t count);

/* One row: of a few scales, and for each 32 weights of all multipliers, those that leave the smallest sum of squared
 * errors. Codes and multipliers must be 0 before. Returns the scale, the upper half of a float32. */
uint16_t prt_round_nibbles(const float *row, uint64_t count, uint8_t *codes, uint8_t *multipliers);

#endif
