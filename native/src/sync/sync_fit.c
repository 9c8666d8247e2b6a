/* The mirror's tables are made, and follow changes of the source's. */
#include "sync_fit.h"

#include "fail.h"
#include "progress.h"
#include "sync_sql.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_OWN_TYPE = 16384 /* oids from here on are given anew when a database is restored */ };

typedef struct fitting {
    prt_mirror *mirror;
    const prt_sync_plan *plan;
    prt_sync_status *status;
    pr_buffer added, dropped; /* names, for people */
    pr_error *error;
} fitting;

/* The number in parentheses is PostgreSQL's of the type: when that changes, the values do. */
static void declared(const prt_sync_column *column, char out[32]) {
    const bool whole = column->kind == PRT_CELL_WHOLE || column->kind == PRT_CELL_TRUTH;
    if (column->type < FIRST_OWN_TYPE)
        snprintf(out, 32, "%s(%u)", whole ? "INTEGER" : "TEXT", column->type);
    else
        snprintf(out, 32, "%s", whole ? "INTEGER" : "TEXT");
}

static void add_declared(const prt_sync_column *column, pr_buffer *sql) {
    char type[32];
    declared(column, type);
    prt_sql(sql, "%n %s", column->name, type);
}

void prt_mirror_add_key(const prt_sync_plan *plan, pr_buffer *sql) {
    for (uint32_t k = 0; k < plan->table->key.count; k++) {
        add_declared(&plan->columns[plan->key[k]], sql);
        prt_sql(sql, ", ");
    }
    prt_sql(sql, "PRIMARY KEY(");
    prt_sql_names(sql, &plan->table->key, "", ", ");
    prt_sql(sql, ")");
}

static bool in_key(const prt_sync_plan *plan, uint32_t column) {
    for (uint32_t k = 0; k < plan->table->key.count; k++) {
        if (plan->key[k] == column)
            return true;
    }
    return false;
}

static void read_anew(fitting *f) {
    f->status->watermark[0] = 0;
    f->status->position = NULL;
    f->status->complete = false;
}

/* Rows lie in the order of their keys: what is read from a mirror does not depend on how it came to be. */
static pr_status make_table(fitting *f) {
    pr_buffer sql = {.arena = f->plan->arena};
    prt_sql(&sql, "DROP TABLE IF EXISTS %n; CREATE TABLE %n(", f->plan->table->name, f->plan->table->name);
    for (uint32_t i = 0; i < f->plan->column_count; i++) {
        if (in_key(f->plan, i))
            continue;
        add_declared(&f->plan->columns[i], &sql);
        prt_sql(&sql, ", ");
    }
    prt_mirror_add_key(f->plan, &sql);
    prt_sql(&sql, ") WITHOUT ROWID");
    f->status->rows = 0;
    read_anew(f);
    return prt_mirror_run(f->mirror, prt_sql_end(&sql), f->error);
}

/* ---- what is there ---- */

typedef struct there {
    uint32_t count;
    char (*names)[128], (*types)[32];
    int *key; /* place in the key from 1, or 0 */
} there;

static pr_status count_columns(fitting *f, uint32_t *out) {
    sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(f->mirror->sqlite, "SELECT count(*) FROM pragma_table_info(?1)", -1, &row, NULL) !=
        SQLITE_OK)
        return prt_mirror_failed(f->mirror, f->error);
    sqlite3_bind_text(row, 1, f->plan->table->name, -1, SQLITE_STATIC);
    const bool good = sqlite3_step(row) == SQLITE_ROW;
    *out = good ? (uint32_t)sqlite3_column_int(row, 0) : 0;
    pr_status status = good ? PR_OK : prt_mirror_failed(f->mirror, f->error);
    sqlite3_finalize(row);
    return status;
}

/* No name of PostgreSQL has more than 63 bytes, unless the server was built so. */
static pr_status read_columns(fitting *f, there *out) {
    sqlite3_stmt *row = NULL;
    uint32_t count;
    PRT_TRY(count_columns(f, &count));
    *out = (there){.names = pr_arena_array(f->plan->arena, count + 1u, sizeof *out->names),
                   .types = pr_arena_array(f->plan->arena, count + 1u, sizeof *out->types),
                   .key = pr_arena_array(f->plan->arena, count + 1u, sizeof *out->key)};
    if (!out->names || !out->types || !out->key)
        return prt_fail_memory(f->error, "reading the mirror");
    if (sqlite3_prepare_v2(f->mirror->sqlite, "SELECT name, type, pk FROM pragma_table_info(?1)", -1, &row, NULL) !=
        SQLITE_OK)
        return prt_mirror_failed(f->mirror, f->error);
    sqlite3_bind_text(row, 1, f->plan->table->name, -1, SQLITE_STATIC);
    for (; out->count < count && sqlite3_step(row) == SQLITE_ROW; out->count++) {
        snprintf(out->names[out->count], sizeof *out->names, "%s", (const char *)sqlite3_column_text(row, 0));
        snprintf(out->types[out->count], sizeof *out->types, "%s", (const char *)sqlite3_column_text(row, 1));
        out->key[out->count] = sqlite3_column_int(row, 2);
    }
    sqlite3_finalize(row);
    return PR_OK;
}

static bool same(const there *t, uint32_t i, const prt_sync_column *column) {
    char type[32];
    declared(column, type);
    return strcmp(t->names[i], column->name) == 0 && strcmp(t->types[i], type) == 0;
}

/* Is the key of the same columns, of the same types, in the same order? */
static bool same_key(const fitting *f, const there *t) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const uint32_t k = (uint32_t)t->key[i];
        if (k == 0)
            continue;
        if (k > f->plan->table->key.count || !same(t, i, &f->plan->columns[f->plan->key[k - 1]]))
            return false;
        found++;
    }
    return found == f->plan->table->key.count;
}

/* ---- changes ---- */

static pr_status drop_columns(fitting *f, const there *t) {
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t c = 0;
        while (c < f->plan->column_count && !same(t, i, &f->plan->columns[c]))
            c++;
        if (c < f->plan->column_count)
            continue;
        pr_buffer sql = {.arena = f->plan->arena};
        prt_sql(&sql, "ALTER TABLE %n DROP COLUMN %n", f->plan->table->name, t->names[i]);
        PRT_TRY(prt_mirror_run(f->mirror, prt_sql_end(&sql), f->error));
        prt_sql(&f->dropped, "%s%s", f->dropped.size ? ", " : "", t->names[i]);
    }
    return PR_OK;
}

/* A new column is empty in every row that is here, and the database moved no `updated` when it was added. */
static pr_status add_columns(fitting *f, const there *t) {
    for (uint32_t c = 0; c < f->plan->column_count; c++) {
        uint32_t i = 0;
        while (i < t->count && !same(t, i, &f->plan->columns[c]))
            i++;
        if (i < t->count)
            continue;
        pr_buffer sql = {.arena = f->plan->arena};
        prt_sql(&sql, "ALTER TABLE %n ADD COLUMN ", f->plan->table->name);
        add_declared(&f->plan->columns[c], &sql);
        PRT_TRY(prt_mirror_run(f->mirror, prt_sql_end(&sql), f->error));
        prt_sql(&f->added, "%s%s", f->added.size ? ", " : "", f->plan->columns[c].name);
        read_anew(f);
    }
    return PR_OK;
}

static void say_left_out(const fitting *f) {
    pr_buffer names = {.arena = f->plan->arena};
    for (uint32_t i = 0; i < f->plan->left_out.count; i++)
        prt_sql(&names, "%s%s", i ? ", " : "", f->plan->left_out.names[i]);
    const char *text = prt_sql_end(&names);
    if (f->plan->left_out.count && text)
        prt_log("sync", "%s: columns of bytes (bytea) are not copied: %s", f->plan->table->name, text);
}

static void say_changes(fitting *f) {
    const bool added = f->added.size, dropped = f->dropped.size;
    const char *new = prt_sql_end(&f->added), *gone = prt_sql_end(&f->dropped);
    if ((!added && !dropped) || !new || !gone)
        return;
    prt_log("sync", "%s: the columns of the database have changed:%s%s%s%s%s%s", f->plan->table->name,
            dropped ? " gone or of another type: " : "", gone, added && dropped ? ";" : "", added ? " new: " : "", new,
            added ? "; all rows are read again" : "");
}

static pr_status change(fitting *f) {
    there t;
    PRT_TRY(read_columns(f, &t));
    if (t.count == 0 || !f->status->known || !same_key(f, &t)) {
        if (t.count)
            prt_log("sync", "%s: the key has changed; the table is copied anew", f->plan->table->name);
        say_left_out(f);
        return make_table(f);
    }
    if (strcmp(f->status->definition, f->plan->definition) != 0) {
        prt_log("sync", "%s: the configuration of this table has changed; all rows are read again",
                f->plan->table->name);
        read_anew(f);
    }
    PRT_TRY(drop_columns(f, &t));
    PRT_TRY(add_columns(f, &t));
    say_changes(f);
    return PR_OK;
}

pr_status prt_mirror_fit(prt_mirror *mirror, const prt_sync_plan *plan, prt_sync_status *status, pr_error *error) {
    fitting f = {mirror, plan, status, {.arena = plan->arena}, {.arena = plan->arena}, error};
    PRT_TRY(prt_mirror_run(mirror, "BEGIN IMMEDIATE", error));
    pr_status done = change(&f);
    memcpy(status->definition, plan->definition, sizeof status->definition);
    if (done == PR_OK)
        done = prt_mirror_begin(mirror, plan->table->name, status, error);
    return done;
}
