/* One table from the database into the mirror. */
#ifndef PRT_SYNC_COPY_H
#define PRT_SYNC_COPY_H

#include "sync_mirror.h"

/* Copy what has changed since the last run, or all with `full`, in pages of config->batch rows; each page and the
 * watermark that it moves are one transaction. Then, where configured, rows whose key is gone are removed. `out` says
 * what was done; sync_status says so too, also of a failure. PR_E_FORMAT, PR_E_IO. */
pr_status prt_sync_copy(prt_database *database, prt_mirror *mirror, const prt_sync_table *table, bool full,
                        prt_sync_status *out, pr_error *error);

#endif
