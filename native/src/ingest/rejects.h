/* Wrong rows and wrong cells: counted, explained, and written to a CSV file that appears as a whole or not at all. */
#ifndef PRT_REJECTS_H
#define PRT_REJECTS_H

#include "pocketrec.h"

#include <stdio.h>

enum { PRT_REASONS = 3, PRT_EXCERPT = 160 };

/* Rejects of a stretch, in order. */
typedef struct prt_reject {
    uint64_t line;
    size_t at; /* in `texts`: reason, NUL, excerpt, NUL */
    bool cell; /* a cell of a row that stays */
} prt_reject;

typedef struct prt_reject_list {
    size_t count, room, texts_size, texts_room;
    prt_reject *rejects;
    char *texts;
} prt_reject_list;

bool prt_reject_list_add(prt_reject_list *list, uint64_t line, const char *reason, const char *row, size_t row_size);
/* The same for a cell of a row that stays: it is written, and is no wrong row. */
bool prt_reject_list_add_cell(prt_reject_list *list, uint64_t line, const char *reason, const char *row,
                              size_t row_size);
void prt_reject_list_free(prt_reject_list *list);

/* All rejects of a run, and of the source that is being read. */
typedef struct prt_rejects {
    const char *path; /* NULL: only count */
    bool owner_only;  /* nobody else may read the file */
    char *temporary;
    FILE *file; /* opened with the first reject */
    uint64_t total, of_source;
    char reasons[PRT_REASONS][200]; /* the first of the source, with file and line */
} prt_rejects;

/* Begin a source: its counts start at 0. */
void prt_rejects_source(prt_rejects *rejects);
pr_status prt_rejects_write(prt_rejects *rejects, const char *file, uint64_t first_line, const prt_reject_list *list,
                            pr_error *error);
/* Put the file in its place; without rejects, remove the one of an earlier run. */
pr_status prt_rejects_close(prt_rejects *rejects, pr_error *error);

#endif
