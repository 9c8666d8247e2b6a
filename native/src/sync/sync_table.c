/* Rows of a table of the mirror. */
#include "sync_table.h"

#include "fail.h"
#include "sync_cells.h"
#include "sync_fit.h"
#include "sync_sql.h"

#include <stdio.h>

/* ---- statements ---- */

/* ?1, ?2, …: one for each column of the plan. */
static void add_numbers(const prt_sync_plan *plan, pr_buffer *sql) {
    char number[16];
    for (uint32_t i = 0; i < plan->column_count; i++) {
        snprintf(number, sizeof number, "?%u", i + 1);
        prt_sql(sql, "%s%s", i ? ", " : "", number);
    }
}

static void add_columns(const prt_sync_plan *plan, pr_buffer *sql) {
    for (uint32_t i = 0; i < plan->column_count; i++)
        prt_sql(sql, "%s%n", i ? ", " : "", plan->columns[i].name);
}

static void add_key(const prt_sync_plan *plan, pr_buffer *sql) {
    char number[16];
    for (uint32_t k = 0; k < plan->table->key.count; k++) {
        snprintf(number, sizeof number, "?%u", plan->key[k] + 1);
        prt_sql(sql, "%s%n = %s", k ? " AND " : " WHERE ", plan->table->key.names[k], number);
    }
}

static pr_status prepare(prt_mirror_table *t, pr_buffer *sql, sqlite3_stmt **out, pr_error *error) {
    const char *text = prt_sql_end(sql);
    if (!text)
        return prt_fail_memory(error, "writing the mirror");
    if (sqlite3_prepare_v3(t->mirror->sqlite, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK)
        return PR_OK;
    return prt_mirror_failed(t->mirror, error);
}

/* Nothing is written where nothing differs, so that a row read again is no change. */
static pr_status prepare_update(prt_mirror_table *t, pr_error *error) {
    pr_buffer sql = {.arena = t->plan->arena};
    if (t->plan->column_count == t->plan->table->key.count)
        return PR_OK;
    prt_sql(&sql, "UPDATE %n SET (", t->plan->table->name);
    add_columns(t->plan, &sql);
    prt_sql(&sql, ") = (");
    add_numbers(t->plan, &sql);
    prt_sql(&sql, ")");
    add_key(t->plan, &sql);
    prt_sql(&sql, " AND (");
    add_columns(t->plan, &sql);
    prt_sql(&sql, ") IS NOT (");
    add_numbers(t->plan, &sql);
    prt_sql(&sql, ")");
    return prepare(t, &sql, &t->update, error);
}

static pr_status prepare_all(prt_mirror_table *t, pr_error *error) {
    pr_buffer insert = {.arena = t->plan->arena}, remove = {.arena = t->plan->arena};
    prt_sql(&insert, "INSERT OR IGNORE INTO %n(", t->plan->table->name);
    add_columns(t->plan, &insert);
    prt_sql(&insert, ") VALUES(");
    add_numbers(t->plan, &insert);
    prt_sql(&insert, ")");
    PRT_TRY(prepare(t, &insert, &t->insert, error));
    prt_sql(&remove, "DELETE FROM %n", t->plan->table->name);
    add_key(t->plan, &remove);
    PRT_TRY(prepare(t, &remove, &t->remove, error));
    return prepare_update(t, error);
}

pr_status prt_mirror_table_open(prt_mirror *mirror, const prt_sync_plan *plan, const prt_libpq *api,
                                prt_sync_status *status, prt_mirror_table *out, pr_error *error) {
    *out = (prt_mirror_table){.mirror = mirror, .plan = plan, .api = api};
    PRT_TRY(prt_mirror_fit(mirror, plan, status, error));
    return prepare_all(out, error);
}

void prt_mirror_table_close(prt_mirror_table *t) {
    sqlite3_finalize(t->insert);
    sqlite3_finalize(t->update);
    sqlite3_finalize(t->remove);
    sqlite3_finalize(t->see);
    *t = (prt_mirror_table){0};
}

/* ---- rows ---- */

/* Run a statement once; *changed: a row was touched. */
static pr_status step(prt_mirror_table *t, sqlite3_stmt *statement, bool *changed, pr_error *error) {
    const bool good = sqlite3_step(statement) == SQLITE_DONE;
    pr_status status = good ? PR_OK : prt_mirror_failed(t->mirror, error);
    *changed = good && sqlite3_changes(t->mirror->sqlite) > 0;
    sqlite3_reset(statement);
    return status;
}

static void bind(const prt_mirror_table *t, sqlite3_stmt *statement, int at, uint32_t column, pg_result rows, int row,
                 int from) {
    if (t->api->PQgetisnull(rows, row, from))
        sqlite3_bind_null(statement, at);
    else
        prt_cell_bind(statement, at, t->plan->columns[column].kind, t->api->PQgetvalue(rows, row, from),
                      t->api->PQgetlength(rows, row, from));
}

static void bind_all(const prt_mirror_table *t, sqlite3_stmt *statement, pg_result rows, int row) {
    for (uint32_t i = 0; i < t->plan->column_count; i++)
        bind(t, statement, (int)i + 1, i, rows, row, (int)i);
}

static pr_status remove_row(prt_mirror_table *t, pg_result rows, int row, prt_row_fate *fate, pr_error *error) {
    bool changed;
    for (uint32_t k = 0; k < t->plan->table->key.count; k++)
        bind(t, t->remove, (int)t->plan->key[k] + 1, t->plan->key[k], rows, row, (int)t->plan->key[k]);
    PRT_TRY(step(t, t->remove, &changed, error));
    *fate = changed ? PRT_ROW_DELETED : PRT_ROW_ABSENT;
    return PR_OK;
}

pr_status prt_mirror_table_put(prt_mirror_table *t, pg_result rows, int row, prt_row_fate *fate, pr_error *error) {
    bool changed;
    *fate = PRT_ROW_NO_KEY;
    for (uint32_t k = 0; k < t->plan->table->key.count; k++) {
        if (t->api->PQgetisnull(rows, row, (int)t->plan->key[k]))
            return PR_OK;
    }
    if (*t->api->PQgetvalue(rows, row, (int)t->plan->column_count) == 't')
        return remove_row(t, rows, row, fate, error);
    bind_all(t, t->insert, rows, row);
    PRT_TRY(step(t, t->insert, &changed, error));
    *fate = changed ? PRT_ROW_INSERTED : PRT_ROW_SAME;
    if (changed || !t->update)
        return PR_OK;
    bind_all(t, t->update, rows, row);
    PRT_TRY(step(t, t->update, &changed, error));
    *fate = changed ? PRT_ROW_UPDATED : PRT_ROW_SAME;
    return PR_OK;
}

/* ---- the sweep ---- */

/* The keys of the database. SQLite looks into temp before the mirror, so it has a name that no table of the mirror may
 * have (config_sync.c). */
#define SEEN "sync_status_seen"

pr_status prt_mirror_sweep_begin(prt_mirror_table *t, pr_error *error) {
    pr_buffer make = {.arena = t->plan->arena}, see = {.arena = t->plan->arena};
    prt_sql(&make, "DROP TABLE IF EXISTS temp." SEEN "; CREATE TEMP TABLE " SEEN "(");
    prt_mirror_add_key(t->plan, &make);
    prt_sql(&make, ") WITHOUT ROWID");
    PRT_TRY(prt_mirror_run(t->mirror, prt_sql_end(&make), error));
    prt_sql(&see, "INSERT OR IGNORE INTO temp." SEEN " VALUES(?1");
    for (uint32_t k = 1; k < t->plan->table->key.count; k++)
        prt_sql(&see, ", ?");
    prt_sql(&see, ")");
    sqlite3_finalize(t->see);
    t->see = NULL;
    return prepare(t, &see, &t->see, error);
}

pr_status prt_mirror_sweep_see(prt_mirror_table *t, pg_result keys, int row, bool *twice, pr_error *error) {
    bool changed;
    *twice = false;
    for (uint32_t k = 0; k < t->plan->table->key.count; k++) {
        if (t->api->PQgetisnull(keys, row, (int)k))
            return PR_OK;
        bind(t, t->see, (int)k + 1, t->plan->key[k], keys, row, (int)k);
    }
    PRT_TRY(step(t, t->see, &changed, error));
    *twice = !changed;
    return PR_OK;
}

static pr_status count_missing(prt_mirror_table *t, int64_t *out, pr_error *error) {
    pr_buffer sql = {.arena = t->plan->arena};
    sqlite3_stmt *row = NULL;
    prt_sql(&sql, "SELECT (SELECT count(*) FROM temp." SEEN ") - (SELECT count(*) FROM main.%n)", t->plan->table->name);
    PRT_TRY(prepare(t, &sql, &row, error));
    pr_status status = sqlite3_step(row) == SQLITE_ROW ? PR_OK : prt_mirror_failed(t->mirror, error);
    *out = status == PR_OK ? sqlite3_column_int64(row, 0) : 0;
    sqlite3_finalize(row);
    return status;
}

pr_status prt_mirror_sweep_end(prt_mirror_table *t, int64_t *deleted, int64_t *missing, pr_error *error) {
    pr_buffer sql = {.arena = t->plan->arena};
    const prt_sync_table *table = t->plan->table;
    prt_sql(&sql, "DELETE FROM main.%n WHERE NOT EXISTS (SELECT 1 FROM temp." SEEN, table->name);
    for (uint32_t k = 0; k < table->key.count; k++)
        prt_sql(&sql, "%s" SEEN ".%n = main.%n.%n", k ? " AND " : " WHERE ", table->key.names[k], table->name,
                table->key.names[k]);
    prt_sql(&sql, ")");
    PRT_TRY(prt_mirror_run(t->mirror, prt_sql_end(&sql), error));
    *deleted = sqlite3_changes(t->mirror->sqlite);
    return count_missing(t, missing, error);
}
