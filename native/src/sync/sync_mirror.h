/* The mirror: one SQLite file with a table for each that is copied, and `sync_status`. Rows and the watermark that they
 * move are written in one transaction, so a run that is killed at any moment leaves whole pages. */
#ifndef PRT_SYNC_MIRROR_H
#define PRT_SYNC_MIRROR_H

#include "sync_plan.h"

#include <sqlite3.h>

typedef struct prt_mirror {
    const char *path;
    int lock; /* closed last: closing any descriptor of the file gives up SQLite's own locks */
    sqlite3 *sqlite;
    bool ours; /* known to be a mirror, or empty: what may be deleted */
} prt_mirror;

/* What `sync_status` says of one table. */
typedef struct prt_sync_status {
    bool known;           /* there is such a row */
    char watermark[64];   /* newest `updated` that is written, as PostgreSQL writes it; empty: none */
    const char *position; /* of a copy of all rows that has not come to its end: the last key, as a JSON array of texts,
                           * empty at its beginning; NULL: there is none. Then the watermark is that of its beginning */
    bool complete;        /* every row was there once */
    char definition[17];
    int64_t rows;                             /* in the mirror */
    int64_t read, inserted, updated, deleted; /* of the last run */
} prt_sync_status;

/* PR_E_IO when the mirror lies, or would lie, in a public folder (NULL: none): a bundle or a site. Makes nothing. */
pr_status prt_mirror_check_place(const char *path, const char *public, pr_error *error);

/* Open the file for writing; it and its folder are made when they are not there, and its owner alone may read it from
 * then on. PR_E_LOCKED when another run writes
 * it, PR_E_IO when it is no mirror or damaged. prt_mirror_close in any case. */
pr_status prt_mirror_open(const char *path, prt_mirror *out, pr_error *error);
void prt_mirror_close(prt_mirror *mirror);

/* Open a mirror that must exist, to read it, beside a run that writes. PR_E_IO. */
pr_status prt_mirror_look(const char *path, prt_mirror *out, pr_error *error);

/* Statements without values; PR_E_IO with a sentence. */
pr_status prt_mirror_run(prt_mirror *mirror, const char *sql, pr_error *error);
pr_status prt_mirror_failed(const prt_mirror *mirror, pr_error *error);

/* ---- sync_status ---- */

/* The position lives in `arena`. */
pr_status prt_mirror_status(prt_mirror *mirror, const char *table, pr_arena *arena, prt_sync_status *out,
                            pr_error *error);
/* A run of the table begins: state running, counts 0. */
pr_status prt_mirror_begin(prt_mirror *mirror, const char *table, const prt_sync_status *status, pr_error *error);
/* Within the transaction of a page. */
pr_status prt_mirror_progress(prt_mirror *mirror, const char *table, const prt_sync_status *status, pr_error *error);
/* The run of the table ends: done, or failed with `failure`. */
pr_status prt_mirror_finish(prt_mirror *mirror, const char *table, const char *failure, pr_error *error);
/* All of sync_status as JSON: {"into": …, "tables": [{…}, …]}. */
pr_status prt_mirror_write_status(prt_mirror *mirror, pr_writer *w, pr_error *error);

#endif
