/* Rows of the weekly log that come twice: which rows there are, and where each of them stood. */
#ifndef PRT_WEEKLY_SEEN_H
#define PRT_WEEKLY_SEEN_H

#include "tables.h"

/* A file whose rows begin with row `first`. */
typedef struct prt_weekly_file {
    char *name; /* without folders */
    uint64_t first;
} prt_weekly_file;

typedef struct prt_weekly_seen {
    uint64_t *lines; /* of each row */
    double *shares;  /* of each row: the watched share as it was given, which `watch` has only rounded */
    uint64_t *table; /* open addressing: hash << 32 | row + 1, 0 where nothing is */
    uint64_t slots;  /* of `table`: a power of two, or 0 */
    uint32_t file_count;
    prt_weekly_file *files;
} prt_weekly_seen;

/* Rows from `first` on stand in the file at `path`. False: out of memory. */
bool prt_weekly_seen_file(prt_weekly_seen *seen, const char *path, uint64_t first);

/* Room for so many rows in `lines` and `shares`. False: out of memory. */
bool prt_weekly_seen_reserve(prt_weekly_seen *seen, uint64_t rows);

/* Remember row number weekly->count, which is filled in (as are lines and shares) but not counted yet. *earlier gets
 * the row that is alike in every value, or UINT64_MAX; then the row is remembered. False: out of memory. */
bool prt_weekly_seen_add(prt_weekly_seen *seen, const prt_weekly *weekly, uint64_t *earlier);

/* The file of a row. */
const prt_weekly_file *prt_weekly_seen_file_of(const prt_weekly_seen *seen, uint64_t row);

void prt_weekly_seen_free(prt_weekly_seen *seen);

#endif
