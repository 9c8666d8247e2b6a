/* The table sync_status of a mirror. */
#include "fail.h"
#include "sync_mirror.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Now, by this machine's clock, as ISO 8601. */
static void write_now(char out[32]) {
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    const size_t size = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + size, 32 - size, ".%03ldZ", now.tv_nsec / 1000000);
}

static pr_status prepare(prt_mirror *m, const char *sql, const char *table, sqlite3_stmt **out, pr_error *error) {
    *out = NULL;
    if (sqlite3_prepare_v2(m->sqlite, sql, -1, out, NULL) != SQLITE_OK)
        return prt_mirror_failed(m, error);
    sqlite3_bind_text(*out, 1, table, -1, SQLITE_STATIC);
    return PR_OK;
}

/* Run it to its end. */
static pr_status finish(prt_mirror *m, sqlite3_stmt *statement, pr_error *error) {
    const bool good = sqlite3_step(statement) == SQLITE_DONE;
    pr_status status = good ? PR_OK : prt_mirror_failed(m, error);
    sqlite3_finalize(statement);
    return status;
}

static void copy_text(sqlite3_stmt *row, int column, char *out, size_t room) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    snprintf(out, room, "%s", text ? text : "");
}

static bool read_position(sqlite3_stmt *row, int column, pr_arena *arena, const char **out) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    char *copy = text ? pr_arena_take(arena, strlen(text) + 1) : NULL;
    if (copy)
        memcpy(copy, text, strlen(text) + 1);
    *out = copy;
    return !text || copy;
}

pr_status prt_mirror_status(prt_mirror *m, const char *table, pr_arena *arena, prt_sync_status *out, pr_error *error) {
    sqlite3_stmt *row;
    bool good = true;
    *out = (prt_sync_status){0};
    PRT_TRY(prepare(m,
                    "SELECT watermark, completed IS NOT NULL, definition, rows, watermark_key FROM sync_status "
                    "WHERE \"table\" = ?1",
                    table, &row, error));
    const int step = sqlite3_step(row);
    if (step == SQLITE_ROW) {
        out->known = true;
        copy_text(row, 0, out->watermark, sizeof out->watermark);
        out->complete = sqlite3_column_int(row, 1);
        copy_text(row, 2, out->definition, sizeof out->definition);
        out->rows = sqlite3_column_int64(row, 3);
        good = read_position(row, 4, arena, &out->position);
    }
    pr_status status = step == SQLITE_ROW || step == SQLITE_DONE ? PR_OK : prt_mirror_failed(m, error);
    if (status == PR_OK && !good)
        status = prt_fail_memory(error, "reading the mirror");
    sqlite3_finalize(row);
    return status;
}

/* As parameters 2 and 3. */
static void bind_watermark(sqlite3_stmt *statement, const prt_sync_status *status) {
    if (status->watermark[0])
        sqlite3_bind_text(statement, 2, status->watermark, -1, SQLITE_STATIC);
    if (status->position)
        sqlite3_bind_text(statement, 3, status->position, -1, SQLITE_STATIC);
}

pr_status prt_mirror_begin(prt_mirror *m, const char *table, const prt_sync_status *status, pr_error *error) {
    sqlite3_stmt *statement;
    char now[32];
    write_now(now);
    PRT_TRY(prepare(m,
                    "INSERT INTO sync_status VALUES(?1, 'running', ?2, ?3, ?4, 0, 0, 0, 0, ?5, NULL, NULL, NULL, ?6) "
                    "ON CONFLICT DO UPDATE SET state = 'running', watermark = ?2, watermark_key = ?3, rows = ?4, "
                    "read = 0, inserted = 0, updated = 0, deleted = 0, started = ?5, finished = NULL, error = NULL, "
                    "definition = ?6, completed = CASE WHEN ?7 THEN completed END",
                    table, &statement, error));
    bind_watermark(statement, status);
    sqlite3_bind_int64(statement, 4, status->rows);
    sqlite3_bind_text(statement, 5, now, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, status->definition, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 7, status->complete);
    return finish(m, statement, error);
}

pr_status prt_mirror_progress(prt_mirror *m, const char *table, const prt_sync_status *status, pr_error *error) {
    sqlite3_stmt *statement;
    PRT_TRY(prepare(m,
                    "UPDATE sync_status SET watermark = ?2, watermark_key = ?3, rows = ?4, read = ?5, inserted = ?6, "
                    "updated = ?7, deleted = ?8 WHERE \"table\" = ?1",
                    table, &statement, error));
    bind_watermark(statement, status);
    sqlite3_bind_int64(statement, 4, status->rows);
    sqlite3_bind_int64(statement, 5, status->read);
    sqlite3_bind_int64(statement, 6, status->inserted);
    sqlite3_bind_int64(statement, 7, status->updated);
    sqlite3_bind_int64(statement, 8, status->deleted);
    return finish(m, statement, error);
}

pr_status prt_mirror_finish(prt_mirror *m, const char *table, const char *failure, pr_error *error) {
    sqlite3_stmt *statement;
    char now[32];
    write_now(now);
    PRT_TRY(prepare(
        m,
        failure ? "INSERT INTO sync_status VALUES(?1, 'failed', NULL, NULL, 0, 0, 0, 0, 0, ?2, ?2, NULL, ?3, '') "
                  "ON CONFLICT DO UPDATE SET state = 'failed', finished = ?2, error = ?3"
                : "UPDATE sync_status SET state = 'done', finished = ?2, completed = ?2, error = NULL "
                  "WHERE \"table\" = ?1",
        table, &statement, error));
    sqlite3_bind_text(statement, 2, now, -1, SQLITE_STATIC);
    if (failure)
        sqlite3_bind_text(statement, 3, failure, -1, SQLITE_STATIC);
    return finish(m, statement, error);
}

static void write_row(sqlite3_stmt *row, pr_writer *w) {
    pr_write_object(w);
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        pr_write_key(w, sqlite3_column_name(row, i));
        if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
            pr_write_integer(w, sqlite3_column_int64(row, i));
        else
            pr_write_text(w, (const char *)sqlite3_column_text(row, i));
    }
    pr_write_end_object(w);
}

pr_status prt_mirror_write_status(prt_mirror *m, pr_writer *w, pr_error *error) {
    sqlite3_stmt *row = NULL;
    int step = SQLITE_ERROR;
    pr_write_object(w);
    pr_write_key(w, "into");
    pr_write_text(w, m->path);
    pr_write_key(w, "tables");
    pr_write_array(w);
    if (sqlite3_prepare_v2(
            m->sqlite,
            "SELECT \"table\", state, watermark, watermark_key, rows, read, inserted, updated, deleted, started, "
            "finished, completed, error FROM sync_status",
            -1, &row, NULL) == SQLITE_OK)
        while ((step = sqlite3_step(row)) == SQLITE_ROW)
            write_row(row, w);
    pr_write_end_array(w);
    pr_write_end_object(w);
    pr_status status = step == SQLITE_DONE ? PR_OK : prt_mirror_failed(m, error);
    sqlite3_finalize(row);
    return status;
}
