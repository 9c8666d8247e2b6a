/* Percent-encoded texts of URLs. */
#ifndef PRT_PERCENT_H
#define PRT_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/* 0 … 15; -1 when it is none. */
int prt_hex_digit(char c);
/* Decode into at most `room` bytes, `+` to a blank in queries; -1 when there are more, or when it is malformed. */
int prt_percent_decode(const char *bytes, size_t size, bool query, char *out, int room);

#endif
