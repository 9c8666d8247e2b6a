/* The visitors' states on disk: one SQLite file, one row a visitor. */
#ifndef PRT_STATE_STORE_H
#define PRT_STATE_STORE_H

#include "pocketrec.h"

#include <stdio.h>

typedef struct prt_state_store prt_state_store;

typedef struct prt_state_row {
    pr_text visitor;
    pr_text state; /* empty: the row goes */
    int64_t seen;  /* seconds since 1970 */
} prt_state_row;

/* Open the file, or make it, readable by its owner only. It is checked whole, and held against other servers until the
 * close. PR_E_LOCKED when another holds it; PR_E_IO when it cannot be had, is damaged, or is no file of ours. */
pr_status prt_state_store_open(const char *path, prt_state_store **out, pr_error *error);
void prt_state_store_close(prt_state_store *store); /* NULL is allowed */

/* The state of a visitor in memory from malloc; *bytes is NULL when there is none. From any thread. */
pr_status prt_state_store_read(prt_state_store *store, pr_text visitor, char **bytes, size_t *size, pr_error *error);

/* Write the rows in one transaction: all or none. From one thread at a time. */
pr_status prt_state_store_write(prt_state_store *store, const prt_state_row *rows, size_t count, pr_error *error);

/* Borrowed. */
const char *prt_state_store_path(const prt_state_store *store);

/* Call `take` with every visitor, in their order; a server may have the file meanwhile. What `take` returns ends it
 * when it is not PR_OK. Fails as prt_state_store_open. */
pr_status prt_state_store_each(const char *path,
                               pr_status (*take)(void *context, const prt_state_row *row, pr_error *error),
                               void *context, pr_error *error);

/* Write every visitor as one line of JSON {"visitor", "seen", "state"}, in the order of the visitors; a server may have
 * the file meanwhile. Fails as prt_state_store_open, and with PR_E_IO when `out` cannot be written. */
pr_status prt_state_store_export(const char *path, FILE *out, pr_error *error);

#endif
