/* Columns of the mirror follow those of the database. */
#ifndef PRT_SYNC_FIT_H
#define PRT_SYNC_FIT_H

#include "sync_mirror.h"

/* Make the table, or add, drop and retype its columns, in one transaction with its row of sync_status. Where rows of the
 * mirror are no longer what the source has, `status` loses its watermark and is not complete. */
pr_status prt_mirror_fit(prt_mirror *mirror, const prt_sync_plan *plan, prt_sync_status *status, pr_error *error);

/* "a" TEXT, "b" INTEGER, PRIMARY KEY("a", "b"): the key's columns. */
void prt_mirror_add_key(const prt_sync_plan *plan, pr_buffer *sql);

#endif
