/* A DuckDB in memory that never asks the network for anything: open, load extensions, run SQL. */
#ifndef PRT_DUCK_SESSION_H
#define PRT_DUCK_SESSION_H

#include "duckdb_api.h"

typedef struct prt_duck_session {
    const char *path;   /* the file it is about, for messages */
    const char *failed; /* what did not work with it: "cannot be read" */
    pr_error *error;
    const prt_duckdb *api;
    duckdb_database database;
    duckdb_connection connection;
    pr_arena sql; /* of this session */
} prt_duck_session;

/* Fill in `path`, `failed` and `error` before. PR_E_IO when there is no DuckDB; prt_duck_close in any case. */
pr_status prt_duck_open(prt_duck_session *session, int threads);
void prt_duck_close(prt_duck_session *session);

/* Run a statement; `result` is for api->destroy_result unless it fails (PR_E_FORMAT with DuckDB's first line). */
pr_status prt_duck_query(prt_duck_session *session, const char *sql, duckdb_result *result);
/* The same for a statement whose result nobody wants. */
pr_status prt_duck_run(prt_duck_session *session, const char *sql);
/* Load an extension that lies beside the library: "excel". */
pr_status prt_duck_extension(prt_duck_session *session, const char *name);

/* SQL from pieces in the session's memory: as it is; between quotes (' for a text, " for a name) that are doubled
 * inside; and its end. */
void prt_duck_add(pr_buffer *sql, const char *text);
void prt_duck_add_quoted(pr_buffer *sql, char quote, const char *text);
pr_status prt_duck_finish(prt_duck_session *session, pr_buffer *sql, const char **out);

#endif
