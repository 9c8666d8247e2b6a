/* What one value of a file may look like. */
#ifndef PRT_FIELD_CHECK_H
#define PRT_FIELD_CHECK_H

#include "pocketrec.h"

enum { PRT_MOST_ID = 256 };

/* Digits with an optional sign, and ".0…" behind them, as spreadsheets write whole numbers. */
bool prt_parse_integer(const char *bytes, size_t size, int64_t *out);

/* A decimal number, with or without an exponent; finite. */
bool prt_parse_real(const char *bytes, size_t size, double *out);

/* A time → seconds since 1970-01-01 UTC, rounded down: YYYY-MM-DD, the same with "T" or a space and
 * HH:MM[:SS[.fraction]] and a zone (Z, +HH, +HHMM, +HH:MM; none means UTC), or Unix seconds with or without a fraction.
 * From 1900 to 2200. */
bool prt_parse_time(const char *bytes, size_t size, int64_t *seconds);

/* The same as days since 1970-01-01. Of a time with a zone, the day there. */
bool prt_parse_date(const char *bytes, size_t size, int64_t *days);

/* NULL, or what is wrong with the bytes as text: "holds a NUL byte", "is not valid UTF-8". */
const char *prt_check_text(const char *bytes, size_t size);

#endif
