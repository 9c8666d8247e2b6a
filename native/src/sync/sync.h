/* A catalogue that lies in PostgreSQL, copied into a mirror before a training. docs/sync.md. */
#ifndef PRT_SYNC_H
#define PRT_SYNC_H

#include "config.h"

typedef struct prt_sync_options {
    bool full;         /* read all rows, and compare the keys of all tables */
    const char *table; /* only this one; NULL: all */
    const char *site;  /* a public folder, which the mirror may not lie in; NULL: none */
} prt_sync_options;

/* Bring the mirror of config->sync up to date. The database is seen as it is at one moment. When the connection is lost
 * it is made anew, config->sync.retries times at most, and the run goes on behind the last page written. Says on stderr
 * what each table got. PR_E_FORMAT when a person must mend something, PR_E_IO, PR_E_LOCKED when another run writes the
 * mirror, PR_E_ARGUMENT when there is no such table. */
pr_status prt_sync_run(const prt_config *config, const prt_sync_options *options, pr_error *error);

/* Before a training of the bundle, which the mirror may not lie in: prt_sync_run, unless `leave_out`. When the database
 * cannot be reached or the mirror is being written by another run, and sync.required is not set, the mirror of the last
 * time will do: says so and returns PR_OK, if all tables of the configuration were once copied whole. Does nothing
 * without `sync`. */
pr_status prt_sync_before(const prt_config *config, const char *bundle, bool leave_out, pr_error *error);

/* The mirror's sync_status as JSON. PR_E_IO when there is no mirror. */
pr_status prt_sync_status_write(const prt_config *config, pr_writer *w, pr_error *error);

#endif
