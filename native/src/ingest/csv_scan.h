/* Where the values and rows of a CSV text end (RFC 4180).
 *
 * A value that begins with a quote goes on to the closing quote; "" inside stands for one quote. A quote elsewhere is
 * an ordinary character. When something else than a delimiter follows a closing quote, or no closing quote follows
 * within the limit, the line on which the row began is bad, and reading goes on with the next line. */
#ifndef PRT_CSV_SCAN_H
#define PRT_CSV_SCAN_H

#include "pocketrec.h"

/* A mark is the place of a delimiter or line break outside quotes, with flags. */
enum { PRT_MARK_PLACE = (1 << 29) - 1 };
#define PRT_MARK_ROW   UINT32_C(0x80000000) /* a line break: the row ends */
#define PRT_MARK_BAD   UINT32_C(0x40000000) /* with PRT_MARK_ROW: the quotes of this line are wrong */
#define PRT_MARK_LINES UINT32_C(0x20000000) /* with PRT_MARK_ROW: the row holds line breaks */

typedef enum prt_csv_state {
    PRT_CSV_START,
    PRT_CSV_PLAIN,
    PRT_CSV_QUOTED,
    PRT_CSV_CLOSED,
    PRT_CSV_RETURN,
    PRT_CSV_SKIP
} prt_csv_state;

typedef struct prt_csv_scan {
    char delimiter, quote;
    prt_csv_state state;
    bool lines;       /* the open row holds line breaks */
    bool quotes;      /* a value since the beginning is in quotes */
    size_t at;        /* next byte to look at */
    size_t row_start; /* of the open row */
    size_t row_marks; /* marks before the open row */
    size_t count, room;
    uint32_t *marks;
} prt_csv_scan;

/* Begin at a row's start. */
void prt_csv_scan_begin(prt_csv_scan *scan, size_t at);
/* Look at bytes up to `limit` (maybe some more, never beyond `size`). False: out of memory. */
bool prt_csv_scan_to(prt_csv_scan *scan, const char *bytes, size_t size, size_t limit);
/* The text ends at `size`: close the open row, if there is one. */
bool prt_csv_scan_end(prt_csv_scan *scan, const char *bytes, size_t size);

#endif
