/* Columns of the mirror follow those of the database. */
#ifndef PRT_SYNC_FIT_H
#define PRT_SYNC_FIT_H

#include "sync_mirror.h"

/* Begin a transaction, and in it make the table, or add, drop and retype its columns, and begin its row of sync_status.
 * Where rows of the mirror are no longer what the source has, `status` loses watermark and position and is not
 * complete. The transaction stays open, also when this fails: what is changed is to be undone when the first rows
 * cannot be had. */
pr_status prt_mirror_fit(prt_mirror *mirror, const prt_sync_plan *plan, prt_sync_status *status, pr_error *error);

/* "a" TEXT, "b" INTEGER, PRIMARY KEY("a", "b"): the key's columns. */
void prt_mirror_add_key(const prt_sync_plan *plan, pr_buffer *sql);

#endif
