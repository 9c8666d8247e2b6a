/* The mirror's file: opened, locked, checked. */
#include "sync_mirror.h"

#include "fail.h"
#include "own_file.h"
#include "progress.h"
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OURS = 0x50726D69 /* "Prmi" */, VERSION = 1, PATH_SIZE = 4096 };

/* Somebody's catalogue may have been named by mistake: only a mirror may be deleted. */
pr_status prt_mirror_failed(const prt_mirror *m, pr_error *error) {
    const char *message = m->sqlite ? sqlite3_errmsg(m->sqlite) : "out of memory";
    if (m->ours)
        return prt_fail(error, PR_E_IO,
                        "%s: the mirror cannot be read or written (%s); make room, or delete it to copy anew", m->path,
                        message);
    return prt_fail(error, PR_E_IO, "%s: cannot be used as a mirror (%s); name another file in sync.into", m->path,
                    message);
}

pr_status prt_mirror_run(prt_mirror *m, const char *sql, pr_error *error) {
    if (!sql)
        return prt_fail_memory(error, "writing the mirror");
    return sqlite3_exec(m->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? PR_OK : prt_mirror_failed(m, error);
}

static pr_status ask_number(const prt_mirror *m, const char *sql, int64_t *out, pr_error *error) {
    sqlite3_stmt *statement = NULL;
    const bool good =
        sqlite3_prepare_v2(m->sqlite, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
    *out = good ? sqlite3_column_int64(statement, 0) : 0;
    pr_status status = good ? PR_OK : prt_mirror_failed(m, error);
    sqlite3_finalize(statement);
    return status;
}

/* ---- the file ---- */

/* The folder that it lies in; false: the working directory, or one that is too long. */
static bool folder_of(const char *path, char out[PATH_SIZE]) {
    const size_t size = prt_folder_size(path);
    if (size < 2 || size >= PATH_SIZE)
        return false;
    snprintf(out, PATH_SIZE, "%.*s", (int)size - 1, path);
    return true;
}

/* Where there is no folder yet, the place of the folder is the file's. */
pr_status prt_mirror_check_place(const char *path, const char *public, pr_error *error) {
    char folder[PATH_SIZE];
    if (!public)
        return PR_OK;
    const bool missing = folder_of(path, folder) && access(folder, F_OK) != 0;
    return prt_own_file_check(missing ? folder : path, public, "sync.into", error);
}

static pr_status lock_file(prt_mirror *m, pr_error *error) {
    char folder[PATH_SIZE];
    if (folder_of(m->path, folder))
        mkdir(folder, 0755); /* not the folders above it: those are more likely mistakes in the path */
    m->lock = open(m->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* people may be in it */
    if (m->lock < 0)
        return prt_fail(error, PR_E_IO, "%s: the mirror cannot be opened (%s); name another file in sync.into", m->path,
                        strerror(errno));
    if (flock(m->lock, LOCK_EX | LOCK_NB) != 0)
        return prt_fail(error, PR_E_LOCKED, "%s: another run is writing this mirror; wait for it, or stop it", m->path);
    return PR_OK;
}

/* An empty file becomes ours; any other must be ours. */
static pr_status check_owner(prt_mirror *m, bool *empty, pr_error *error) {
    int64_t application, version, things;
    PRT_TRY(ask_number(m, "PRAGMA application_id", &application, error));
    PRT_TRY(ask_number(m, "PRAGMA user_version", &version, error));
    PRT_TRY(ask_number(m, "SELECT count(*) FROM sqlite_schema", &things, error));
    *empty = application == 0 && version == 0 && things == 0;
    m->ours = *empty || application == OURS;
    if (*empty || (application == OURS && version == VERSION))
        return PR_OK;
    if (application != OURS)
        return prt_fail(error, PR_E_IO, "%s: is a database of another program; name another file in sync.into",
                        m->path);
    return prt_fail(error, PR_E_IO, "%s: is a mirror of version %lld but this program knows version %d; delete it",
                    m->path, (long long)version, VERSION);
}

/* People may be in it. A run that was killed may have left the two files of the log, which have the rights that the
 * mirror had. */
static void keep_from_others(const prt_mirror *m) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[PATH_SIZE];
    struct stat about;
    for (size_t i = 0; i < PRT_COUNT(endings); i++) {
        snprintf(path, sizeof path, "%s%s", sqlite3_db_filename(m->sqlite, "main"), endings[i]);
        if (stat(path, &about) == 0 && about.st_mode & 077 && chmod(path, 0600) != 0)
            prt_log_warning("%s: others may read the mirror, and its rights cannot be taken from them (%s)", path,
                            strerror(errno));
    }
}

/* Write-ahead logging while it is written: who reads it meanwhile sees whole pages and waits for nothing. */
static pr_status make_schema(prt_mirror *m, pr_error *error) {
    char sql[1024];
    snprintf(
        sql, sizeof sql,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint "
        "= 16384; BEGIN IMMEDIATE;"
        "PRAGMA application_id = %d; PRAGMA user_version = %d;"
        "CREATE TABLE IF NOT EXISTS sync_status(\"table\" TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, "
        "watermark TEXT, watermark_key TEXT, rows INTEGER NOT NULL, read INTEGER NOT NULL, inserted INTEGER NOT NULL, "
        "updated INTEGER NOT NULL, deleted INTEGER NOT NULL, started TEXT NOT NULL, finished TEXT, "
        "completed TEXT, error TEXT, definition TEXT NOT NULL) WITHOUT ROWID; COMMIT",
        OURS, VERSION);
    return prt_mirror_run(m, sql, error);
}

static pr_status connect_to(prt_mirror *m, pr_error *error) {
    if (sqlite3_open_v2(m->path, &m->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return prt_mirror_failed(m, error);
    sqlite3_busy_timeout(m->sqlite, 60000);
    return PR_OK;
}

pr_status prt_mirror_open(const char *path, prt_mirror *out, pr_error *error) {
    bool empty;
    *out = (prt_mirror){.path = path, .lock = -1};
    PRT_TRY(lock_file(out, error));
    PRT_TRY(connect_to(out, error));
    PRT_TRY(check_owner(out, &empty, error));
    keep_from_others(out);
    return make_schema(out, error);
}

pr_status prt_mirror_look(const char *path, prt_mirror *out, pr_error *error) {
    bool empty = true;
    *out = (prt_mirror){.path = path, .lock = -1};
    if (access(path, F_OK) == 0) {
        PRT_TRY(connect_to(out, error));
        PRT_TRY(check_owner(out, &empty, error));
    }
    if (!empty)
        return PR_OK;
    return prt_fail(error, PR_E_IO, "%s: there is no mirror yet; run pocketrec sync first", path);
}

/* The log is folded into the file, so that the mirror is one file again, unless somebody is reading it. */
void prt_mirror_close(prt_mirror *m) {
    if (m->sqlite && m->lock >= 0) {
        sqlite3_busy_timeout(m->sqlite, 0);
        sqlite3_exec(m->sqlite, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    sqlite3_close(m->sqlite);
    if (m->lock >= 0)
        close(m->lock);
    *m = (prt_mirror){.lock = -1};
}
