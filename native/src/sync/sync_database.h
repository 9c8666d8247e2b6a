/* The database that is copied: one connection, on which nothing can be written. */
#ifndef PRT_SYNC_DATABASE_H
#define PRT_SYNC_DATABASE_H

#include "config.h"
#include "libpq_api.h"

typedef struct prt_database {
    const prt_libpq *api;
    const prt_sync_config *config;
    const char *conninfo; /* with everything filled in; secret */
    const char *doing;    /* what it is asked about, for messages: "sync table products" */
    pg_connection connection;
    bool lost; /* the last failure was the connection's: trying again may help */
    pr_arena arena;
} prt_database;

/* Find libpq and understand the configuration; no connection yet. prt_database_close in any case. PR_E_IO,
 * PR_E_FORMAT. */
pr_status prt_database_open(const prt_sync_config *config, prt_database *out, pr_error *error);
void prt_database_close(prt_database *database);

/* Connect (once more) and begin a transaction that sees one moment of the database and can write nothing. PR_E_IO with
 * what the server says, without the password. */
pr_status prt_database_begin(prt_database *database, pr_error *error);
/* End it and let the connection go. */
void prt_database_end(prt_database *database);

/* Run one statement with `count` texts for $1, $2, …; `out` is for api->PQclear, NULL when nobody wants it. PR_E_FORMAT
 * when a person must mend something (no such table, no right to read it), PR_E_IO else. */
pr_status prt_database_ask(prt_database *database, const char *sql, int count, const char *const *values,
                           pg_result *out, pr_error *error);

#endif
