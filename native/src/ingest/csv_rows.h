/* Rows of a CSV text, stretch by stretch. */
#ifndef PRT_CSV_ROWS_H
#define PRT_CSV_ROWS_H

#include "byte_window.h"
#include "csv_scan.h"
#include "row_source.h"

/* What is the same for all stretches of a file. */
typedef struct prt_csv_layout {
    const prt_source *source;
    uint32_t columns;
    uint32_t wanted_count;
    const uint32_t *wanted; /* the columns that are wanted, by number */
    bool ragged;            /* rows have any number of values, and all are wanted */
} prt_csv_layout;

/* One thread's tools. */
typedef struct prt_csv_worker {
    const prt_csv_layout *layout;
    const prt_file *file;
    prt_sink *sink;
    prt_window window;
    prt_csv_scan scan;
    prt_piece piece;
    prt_field fields[PRT_MOST_WANTED];
    prt_field *ragged; /* the values of a row without columns */
    uint32_t ragged_room;
    char *scratch;
    size_t scratch_size, scratch_room;
} prt_csv_worker;

bool prt_csv_worker_open(prt_csv_worker *worker, const prt_csv_layout *layout, const prt_file *file, prt_sink *sink);
void prt_csv_worker_close(prt_csv_worker *worker);

/* A stretch: all rows that begin in window bytes [start, limit). */
typedef struct prt_csv_stretch {
    size_t start, limit;
    size_t end;     /* out: where the next row begins */
    uint64_t lines; /* out: lines between start and end */
} prt_csv_stretch;

/* Give the rows of the stretch to the sink; `start` must be the start of a row. The window is extended as needed. */
pr_status prt_csv_rows(prt_csv_worker *worker, prt_csv_stretch *stretch, pr_error *error);

/* Mark the row at `start` alone; its marks are scan.marks[0 … scan.row_marks). */
pr_status prt_csv_first_row(prt_csv_worker *worker, size_t start, pr_error *error);

/* The value in window bytes [start, end), without quotes and in UTF-8. False: out of memory. */
bool prt_csv_value(prt_csv_worker *worker, size_t start, size_t end, prt_field *out);

#endif
