/* From files to tables: read what a configuration names, check every row, set wrong ones aside. */
#ifndef PRT_INGEST_H
#define PRT_INGEST_H

#include "config.h"
#include "tables.h"

/* Fill `out` from the files of the configuration, with up to `threads` threads. The tables are the same whatever their
 * number. Wrong rows go to outputs.rejects and are counted in out->rows_rejected.
 *
 * `items.columns` of the result: "title" first, then "text" and "image" where configured (all PRT_TEXT), then the
 * configured columns in their order; `users.columns`: the configured columns in their order. Without `users` in the
 * configuration the users are the distinct ids of the events, in the order of first appearance.
 *
 * Fails with PR_E_IO (a file is missing or unreadable), PR_E_FORMAT (a column is missing, a file is broken, too many
 * rows are wrong), PR_E_LIMIT, PR_E_MEMORY; then nothing needs to be freed. */
pr_status prt_ingest(const prt_config *config, int threads, prt_dataset *out, pr_error *error);

#endif
