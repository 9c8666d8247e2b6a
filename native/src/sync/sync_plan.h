/* What is copied of one table, and the statements that read it: made from the configuration and from what the database
 * says of the columns. */
#ifndef PRT_SYNC_PLAN_H
#define PRT_SYNC_PLAN_H

#include "sync_database.h"

enum { PRT_SYNC_KEYS = 4 };

/* How a value of PostgreSQL lies in the mirror. */
typedef enum prt_cell_kind {
    PRT_CELL_TEXT,   /* as PostgreSQL writes it; numbers that are not whole too, to keep every digit */
    PRT_CELL_WHOLE,  /* INTEGER */
    PRT_CELL_TRUTH,  /* INTEGER, 1 or 0 */
    PRT_CELL_MOMENT, /* 2025-11-21T09:30:00.123456Z; without Z when the column has no zone */
    PRT_CELL_JSON,   /* arrays and rows, as JSON */
    PRT_CELL_BYTES,  /* not copied */
} prt_cell_kind;

typedef struct prt_sync_column {
    const char *name;
    prt_cell_kind kind;
    unsigned type; /* oid */
} prt_sync_column;

typedef struct prt_sync_plan {
    const prt_sync_table *table;
    const char *source; /* what stands behind FROM */
    uint32_t column_count;
    prt_sync_column *columns; /* of the mirror, in the order of the source */
    uint32_t key[PRT_SYNC_KEYS];
    prt_name_list left_out;   /* columns of bytes */
    const char *updated_type; /* "timestamptz", "timestamp", "date"; NULL: no such column is configured */
    bool deleted_truth;
    char definition[17]; /* changes when what is copied does */
    pr_arena *arena;     /* of the database */
} prt_sync_plan;

/* Ask the database and check the configuration against it. Everything lives in the database's arena. PR_E_FORMAT with a
 * sentence about a column that is missing or of a type that does not fit; errors of prt_database_ask. */
pr_status prt_sync_plan_make(prt_database *database, const prt_sync_table *table, prt_sync_plan *out, pr_error *error);

/* DECLARE of the cursor `rows`, whose columns are those of the plan, whether the row is marked as deleted (t, f), and
 * how far the watermark may go once the row is written, or NULL. All rows in the order of their keys; with `behind`,
 * those behind the key $1, $2, … NULL: out of memory. */
const char *prt_sync_plan_all(const prt_sync_plan *plan, bool behind);
/* The same for rows since the watermark $1 less `overlap` seconds, and 36 hours more where the time has no zone, and
 * those whose time is NULL, in the order of `updated`. Only where `updated_type` is not NULL. */
const char *prt_sync_plan_since(const prt_sync_plan *plan, uint32_t overlap);
/* SELECT of the watermark that belongs to all rows there are: NULL when none has a time. */
const char *prt_sync_plan_newest(const prt_sync_plan *plan);
/* DECLARE of the cursor `rows` with the keys of all rows that are not marked as deleted. */
const char *prt_sync_plan_keys(const prt_sync_plan *plan);

#endif
