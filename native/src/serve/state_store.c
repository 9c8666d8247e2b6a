/* SQLite in WAL mode with two connections: one reads for all threads, one writes. */
#include "state_store.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { OURS = 0x50726563 /* "Prec" */, VERSION = 1 };

struct prt_state_store {
    char *path;
    int lock; /* closed last: closing any descriptor of the file gives up SQLite's own locks */
    sqlite3 *reader, *writer;
    sqlite3_stmt *read, *put, *drop;
    pthread_mutex_t reading;
};

static pr_status fail_sqlite(const prt_state_store *store, sqlite3 *connection, const char *doing, pr_error *error) {
    return prt_fail(error, PR_E_IO,
                    "%s: the visitors' states cannot be %s (%s); check the file, or name another with --events",
                    store->path, doing, connection ? sqlite3_errmsg(connection) : "out of memory");
}

/* One server a file: another one's cache would not see what this one writes. */
static pr_status lock_file(prt_state_store *store, pr_error *error) {
    store->lock = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock < 0)
        return prt_fail(error, PR_E_IO,
                        "%s: cannot be opened for the visitors' states (%s); name another with --events", store->path,
                        strerror(errno));
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0)
        return prt_fail(error, PR_E_LOCKED,
                        "%s: another server keeps its visitors' states there; name another with "
                        "--events",
                        store->path);
    return PR_OK;
}

static pr_status connect_to(prt_state_store *store, int mode, sqlite3 **out, pr_error *error) {
    if (sqlite3_open_v2(store->path, out, mode | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return fail_sqlite(store, *out, "opened", error);
    sqlite3_extended_result_codes(*out, 1);
    sqlite3_busy_timeout(*out, 2000);
    return PR_OK;
}

/* The first column of the first row as a number; false when the statement fails. */
static bool ask_number(sqlite3 *connection, const char *sql, int64_t *out) {
    sqlite3_stmt *statement = NULL;
    bool good =
        sqlite3_prepare_v2(connection, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
    if (good)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return good;
}

static bool is_sound(sqlite3 *connection) {
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(connection, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    const char *said = good ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    good = said && strcmp(said, "ok") == 0;
    sqlite3_finalize(statement);
    return good;
}

/* An empty file becomes ours; any other must be ours, of this version, and sound. */
static pr_status check_schema(const prt_state_store *store, sqlite3 *connection, pr_error *error) {
    int64_t application, version, things;
    if (!ask_number(connection, "PRAGMA application_id", &application) ||
        !ask_number(connection, "PRAGMA user_version", &version) ||
        !ask_number(connection, "SELECT count(*) FROM sqlite_schema", &things))
        return fail_sqlite(store, connection, "read", error);
    if (application == 0 && version == 0 && things == 0)
        return PR_OK;
    if (application != OURS)
        return prt_fail(error, PR_E_IO, "%s: is a database of another program; name another file with --events",
                        store->path);
    if (version != VERSION)
        return prt_fail(error, PR_E_IO,
                        "%s: has version %lld of the visitors' states but this program knows version %d; use the "
                        "program that wrote it",
                        store->path, (long long)version, VERSION);
    if (!is_sound(connection) || !ask_number(connection,
                                             "SELECT count(visitor || seen) FROM (SELECT visitor, "
                                             "state, seen FROM visitors LIMIT 1)",
                                             &things))
        return prt_fail(error, PR_E_IO,
                        "%s: is damaged; put a copy back, or name another file with --events and start anew",
                        store->path);
    return PR_OK;
}

/* secure_delete: who wants to be forgotten is overwritten, too. */
static pr_status make_schema(prt_state_store *store, pr_error *error) {
    static const char sql[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
                              "BEGIN IMMEDIATE;"
                              "PRAGMA application_id=1349674339; PRAGMA user_version=1;"
                              "CREATE TABLE IF NOT EXISTS visitors("
                              "visitor TEXT PRIMARY KEY NOT NULL, state BLOB NOT NULL, seen INTEGER NOT NULL);"
                              "COMMIT";
    if (sqlite3_exec(store->writer, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail_sqlite(store, store->writer, "written", error);
    return PR_OK;
}

static pr_status prepare(prt_state_store *store, pr_error *error) {
    const unsigned keep = SQLITE_PREPARE_PERSISTENT;
    if (sqlite3_prepare_v3(store->reader, "SELECT state FROM visitors WHERE visitor = ?1", -1, keep, &store->read,
                           NULL) != SQLITE_OK)
        return fail_sqlite(store, store->reader, "read", error);
    if (sqlite3_prepare_v3(store->writer,
                           "INSERT INTO visitors(visitor, state, seen) VALUES(?1, ?2, ?3) ON CONFLICT(visitor) DO "
                           "UPDATE SET state = excluded.state, seen = excluded.seen",
                           -1, keep, &store->put, NULL) != SQLITE_OK ||
        sqlite3_prepare_v3(store->writer, "DELETE FROM visitors WHERE visitor = ?1", -1, keep, &store->drop, NULL) !=
            SQLITE_OK)
        return fail_sqlite(store, store->writer, "written", error);
    return PR_OK;
}

static pr_status open_all(prt_state_store *store, pr_error *error) {
    PRT_TRY(lock_file(store, error));
    PRT_TRY(connect_to(store, SQLITE_OPEN_READWRITE, &store->writer, error));
    PRT_TRY(check_schema(store, store->writer, error));
    PRT_TRY(make_schema(store, error));
    PRT_TRY(connect_to(store, SQLITE_OPEN_READWRITE, &store->reader, error));
    return prepare(store, error);
}

pr_status prt_state_store_open(const char *path, prt_state_store **out, pr_error *error) {
    *out = NULL;
    prt_state_store *store = calloc(1, sizeof *store);
    if (!store)
        return prt_fail_memory(error, "opening the visitors' states");
    store->lock = -1;
    pthread_mutex_init(&store->reading, NULL);
    store->path = strdup(path);
    pr_status status = store->path ? open_all(store, error) : prt_fail_memory(error, "opening the visitors' states");
    if (status != PR_OK) {
        prt_state_store_close(store);
        return status;
    }
    *out = store;
    return PR_OK;
}

void prt_state_store_close(prt_state_store *store) {
    if (!store)
        return;
    sqlite3_finalize(store->read);
    sqlite3_finalize(store->put);
    sqlite3_finalize(store->drop);
    sqlite3_close(store->reader);
    sqlite3_close(store->writer); /* the last one out folds the WAL into the file */
    if (store->lock >= 0)
        close(store->lock);
    pthread_mutex_destroy(&store->reading);
    free(store->path);
    free(store);
}

/* Copy the blob of the current row. */
static pr_status copy_state(sqlite3_stmt *row, char **bytes, size_t *size, pr_error *error) {
    const void *state = sqlite3_column_blob(row, 0);
    *size = (size_t)sqlite3_column_bytes(row, 0);
    if (!state || *size == 0)
        return PR_OK;
    *bytes = malloc(*size);
    if (!*bytes)
        return prt_fail_memory(error, "reading a visitor's state");
    memcpy(*bytes, state, *size);
    return PR_OK;
}

pr_status prt_state_store_read(prt_state_store *store, pr_text visitor, char **bytes, size_t *size, pr_error *error) {
    *bytes = NULL;
    *size = 0;
    pthread_mutex_lock(&store->reading);
    sqlite3_bind_text(store->read, 1, visitor.bytes, (int)visitor.size, SQLITE_STATIC);
    int found = sqlite3_step(store->read);
    pr_status status = found == SQLITE_ROW    ? copy_state(store->read, bytes, size, error)
                       : found == SQLITE_DONE ? PR_OK
                                              : fail_sqlite(store, store->reader, "read", error);
    sqlite3_reset(store->read);
    pthread_mutex_unlock(&store->reading);
    return status;
}

static bool write_row(prt_state_store *store, const prt_state_row *row) {
    sqlite3_stmt *statement = row->state.size ? store->put : store->drop;
    sqlite3_bind_text(statement, 1, row->visitor.bytes, (int)row->visitor.size, SQLITE_STATIC);
    if (row->state.size) {
        sqlite3_bind_blob64(statement, 2, row->state.bytes, row->state.size, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 3, row->seen);
    }
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return good;
}

pr_status prt_state_store_write(prt_state_store *store, const prt_state_row *rows, size_t count, pr_error *error) {
    bool good = sqlite3_exec(store->writer, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; good && i < count; i++)
        good = write_row(store, &rows[i]);
    if (good && sqlite3_exec(store->writer, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return PR_OK;
    pr_status status = fail_sqlite(store, store->writer, "written", error);
    if (!sqlite3_get_autocommit(store->writer))
        sqlite3_exec(store->writer, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static pr_status give_rows(const prt_state_store *store, sqlite3 *connection,
                           pr_status (*take)(void *, const prt_state_row *, pr_error *), void *context,
                           pr_error *error) {
    sqlite3_stmt *row = NULL;
    pr_status status = PR_OK;
    int step = SQLITE_ERROR;
    if (sqlite3_prepare_v2(connection, "SELECT visitor, seen, state FROM visitors ORDER BY visitor", -1, &row, NULL) ==
        SQLITE_OK)
        while (status == PR_OK && (step = sqlite3_step(row)) == SQLITE_ROW) {
            prt_state_row given = {.seen = sqlite3_column_int64(row, 1)};
            given.state = (pr_text){sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2)};
            given.visitor = (pr_text){(const char *)sqlite3_column_text(row, 0), 0};
            given.visitor.size = (size_t)sqlite3_column_bytes(row, 0);
            status = take(context, &given, error);
        }
    if (status == PR_OK && step != SQLITE_DONE)
        status = fail_sqlite(store, connection, "read", error);
    sqlite3_finalize(row);
    return status;
}

pr_status prt_state_store_each(const char *path, pr_status (*take)(void *, const prt_state_row *, pr_error *),
                               void *context, pr_error *error) {
    prt_state_store store = {.lock = -1};
    sqlite3 *connection = NULL;
    store.path = strdup(path);
    if (!store.path)
        return prt_fail_memory(error, "reading the visitors' states");
    pr_status status = connect_to(&store, SQLITE_OPEN_READONLY, &connection, error);
    if (status == PR_OK)
        status = check_schema(&store, connection, error);
    if (status == PR_OK)
        status = give_rows(&store, connection, take, context, error);
    sqlite3_close(connection);
    free(store.path);
    return status;
}

typedef struct exporting {
    FILE *out;
    pr_arena arena;
} exporting;

static pr_status export_row(void *context, const prt_state_row *row, pr_error *error) {
    exporting *e = context;
    pr_arena_reset(&e->arena);
    pr_buffer line = {.arena = &e->arena};
    pr_writer w = {&line, 0, false};
    pr_write_object(&w);
    pr_write_key(&w, "visitor");
    pr_write_string(&w, row->visitor.bytes, row->visitor.size);
    pr_write_key(&w, "seen");
    pr_write_integer(&w, row->seen);
    pr_write_key(&w, "state");
    pr_write_raw(&w, row->state.bytes, row->state.size);
    pr_write_end_object(&w);
    pr_buffer_append(&line, "\n", 1);
    if (line.failed)
        return prt_fail_memory(error, "exporting the visitors' states");
    if (fwrite(line.bytes, 1, line.size, e->out) != line.size)
        return prt_fail(error, PR_E_IO, "the visitors' states cannot be written out (%s); make room and try again",
                        strerror(errno));
    return PR_OK;
}

pr_status prt_state_store_export(const char *path, FILE *out, pr_error *error) {
    exporting e = {.out = out};
    pr_arena_init(&e.arena, NULL, 0);
    pr_status status = prt_state_store_each(path, export_row, &e, error);
    if (status == PR_OK && fflush(out) != 0)
        status = prt_fail(error, PR_E_IO, "the visitors' states cannot be written out (%s); make room and try again",
                          strerror(errno));
    pr_arena_free(&e.arena);
    return status;
}

const char *prt_state_store_path(const prt_state_store *store) {
    return store->path;
}
