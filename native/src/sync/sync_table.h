/* One table of the mirror: made to fit what is copied, and its rows. */
#ifndef PRT_SYNC_TABLE_H
#define PRT_SYNC_TABLE_H

#include "sync_mirror.h"

typedef struct prt_mirror_table {
    prt_mirror *mirror;
    const prt_sync_plan *plan;
    const prt_libpq *api;
    sqlite3_stmt *insert, *update, *remove; /* update is NULL when the key is all there is */
    sqlite3_stmt *see;                      /* of a sweep */
} prt_mirror_table;

/* How a row was met. */
typedef enum prt_row_fate {
    PRT_ROW_SAME, /* the mirror has it as it is */
    PRT_ROW_INSERTED,
    PRT_ROW_UPDATED,
    PRT_ROW_DELETED,
    PRT_ROW_ABSENT, /* marked as deleted, and not in the mirror */
    PRT_ROW_NO_KEY, /* left out */
} prt_row_fate;

/* prt_mirror_fit, and the statements for rows. prt_mirror_table_close in any case. */
pr_status prt_mirror_table_open(prt_mirror *mirror, const prt_sync_plan *plan, const prt_libpq *api,
                                prt_sync_status *status, prt_mirror_table *out, pr_error *error);
void prt_mirror_table_close(prt_mirror_table *table);

/* Write one row of a result of prt_sync_plan_rows, within the caller's transaction. */
pr_status prt_mirror_table_put(prt_mirror_table *table, pg_result rows, int row, prt_row_fate *fate, pr_error *error);

/* A sweep: begin, the key of each row there is (*twice: this one was seen before), and the end, which removes all other
 * rows within the caller's transaction. *missing: keys that the mirror does not have. */
pr_status prt_mirror_sweep_begin(prt_mirror_table *table, pr_error *error);
pr_status prt_mirror_sweep_see(prt_mirror_table *table, pg_result keys, int row, bool *twice, pr_error *error);
pr_status prt_mirror_sweep_end(prt_mirror_table *table, int64_t *deleted, int64_t *missing, pr_error *error);

#endif
