/* Writing bundle files so that a reader, or a crash, never meets half of one. */
#include "store.h"
#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME     ".pocketrec.lock"
#define TEMPORARY_END ".tmp"

static pr_status fail_io(const prt_store *store, const char *name, const char *what, pr_error *error) {
    const char *slash = *name ? "/" : "";
    return prt_fail(error, PR_E_IO, "%s%s%s: %s (%s); check the path, the disk and its permissions", store->dir, slash,
                    name, what, strerror(errno));
}

/* Make the folder and those above it; *made tells whether it was not there before. */
static pr_status make_folder(const char *dir, bool *made, pr_error *error) {
    char path[3072];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path || !*dir)
        return prt_fail(error, PR_E_IO, "%s: this path is empty or too long; use another", dir);
    for (char *end = path + 1;; end++) {
        char kept = *end;
        if (kept != '/' && kept != 0)
            continue;
        *end = 0;
        *made = mkdir(path, 0777) == 0;
        if (!*made && errno != EEXIST)
            return prt_fail(error, PR_E_IO, "%s: this folder cannot be made (%s); choose another", path,
                            strerror(errno));
        *end = kept;
        if (kept == 0)
            return PR_OK;
    }
}

static bool ends_with(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

pr_status prt_store_each(const prt_store *store, void (*visit)(const prt_store *store, const char *name, void *context),
                         void *context, pr_error *error) {
    DIR *folder = opendir(store->dir);
    if (!folder)
        return fail_io(store, "", "cannot be listed", error);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        visit(store, entry->d_name, context);
    closedir(folder);
    return PR_OK;
}

static void remove_stray(const prt_store *store, const char *name, void *context) {
    (void)context;
    if (name[0] == '.' && ends_with(name, TEMPORARY_END))
        unlinkat(store->folder, name, 0);
}

pr_status prt_store_open_plain(const char *dir, prt_store *out, pr_error *error) {
    *out = (prt_store){.lock = -1, .folder = -1};
    snprintf(out->dir, sizeof out->dir, "%s", dir);
    out->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return out->folder >= 0 ? PR_OK : fail_io(out, "", "this folder cannot be opened", error);
}

/* The lock counts only while its file is the one in the folder: an unsuccessful run may have removed it meanwhile. */
static bool is_lock_file(const prt_store *store) {
    struct stat held, there;
    return fstat(store->lock, &held) == 0 && fstatat(store->folder, LOCK_NAME, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

static pr_status take_lock(prt_store *store, pr_error *error) {
    store->lock = openat(store->folder, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (store->lock < 0)
        return fail_io(store, LOCK_NAME, "the lock file cannot be made", error);
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0 && is_lock_file(store))
        return PR_OK;
    close(store->lock);
    store->lock = -1;
    return prt_fail(error, PR_E_LOCKED, "%s: another run is writing into this folder; wait until it is done",
                    store->dir);
}

pr_status prt_store_open(const char *dir, prt_store *out, pr_error *error) {
    bool made;
    *out = (prt_store){.lock = -1, .folder = -1};
    PRT_TRY(make_folder(dir, &made, error));
    PRT_TRY(prt_store_open_plain(dir, out, error));
    out->made = made;
    pr_status status = take_lock(out, error);
    if (status == PR_OK)
        status = prt_store_each(out, remove_stray, NULL, error);
    if (status != PR_OK)
        prt_store_close(out);
    return status;
}

void prt_store_close(prt_store *store) {
    if (store->lock >= 0 && store->made && !prt_store_has(store, "manifest.json")) {
        prt_store_each(store, remove_stray, NULL, NULL);
        unlinkat(store->folder, LOCK_NAME, 0);
        rmdir(store->dir); /* only when nothing else is in it */
    }
    if (store->lock >= 0)
        close(store->lock); /* gives the lock back */
    if (store->folder >= 0)
        close(store->folder);
    store->lock = store->folder = -1;
}

void prt_store_temporary(const char *name, char out[256]) {
    snprintf(out, 256, ".%.240s" TEMPORARY_END, name);
}

static bool write_all(int file, const char *bytes, size_t size) {
    while (size) {
        ssize_t n = write(file, bytes, size < SSIZE_MAX ? size : SSIZE_MAX);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

pr_status prt_store_stage(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error) {
    char temporary[256];
    prt_store_temporary(name, temporary);
    int file = openat(store->folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return fail_io(store, name, "cannot be written", error);
    bool good = write_all(file, bytes, size) && fsync(file) == 0;
    int reason = errno;
    good = close(file) == 0 && good;
    if (good)
        return PR_OK;
    unlinkat(store->folder, temporary, 0);
    errno = reason;
    return fail_io(store, name, "cannot be written", error);
}

static pr_status put_in_place(prt_store *store, const char *name, pr_error *error) {
    char temporary[256];
    prt_store_temporary(name, temporary);
    if (renameat(store->folder, temporary, store->folder, name) != 0)
        return fail_io(store, name, "cannot be put in place", error);
    return PR_OK;
}

static pr_status flush_folder(prt_store *store, const char *name, pr_error *error) {
    return fsync(store->folder) == 0 ? PR_OK : fail_io(store, name, "the folder cannot be flushed", error);
}

/* What was put before must be on the disk under its name before this name is: a crash in between leaves the old one. */
pr_status prt_store_commit(prt_store *store, const char *name, pr_error *error) {
    PRT_TRY(flush_folder(store, name, error));
    PRT_TRY(put_in_place(store, name, error));
    return flush_folder(store, name, error);
}

pr_status prt_store_replace(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error) {
    PRT_TRY(prt_store_stage(store, name, bytes, size, error));
    return prt_store_commit(store, name, error);
}

static bool same_bytes(const prt_store *store, const char *name, const void *bytes, size_t size) {
    struct stat about;
    if (fstatat(store->folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size != size)
        return false;
    pr_arena arena;
    pr_text found;
    pr_arena_init(&arena, NULL, 0);
    bool same = prt_store_read(store, name, &arena, &found, NULL) == PR_OK && found.size == size &&
                memcmp(found.bytes, bytes, size) == 0;
    pr_arena_free(&arena);
    return same;
}

pr_status prt_store_put(prt_store *store, const char *name, const void *bytes, size_t size, pr_error *error) {
    char temporary[256];
    if (same_bytes(store, name, bytes, size))
        return PR_OK;
    PRT_TRY(prt_store_stage(store, name, bytes, size, error));
    prt_store_temporary(name, temporary);
    if (renameat(store->folder, temporary, store->folder, name) != 0)
        return fail_io(store, name, "cannot be put in place", error);
    return PR_OK; /* the folder is flushed by the commit of the manifest that names this file */
}

bool prt_store_has(const prt_store *store, const char *name) {
    return faccessat(store->folder, name, F_OK, 0) == 0;
}

pr_status prt_store_rename(prt_store *store, const char *from, const char *to, pr_error *error) {
    return renameat(store->folder, from, store->folder, to) == 0 ? PR_OK
                                                                 : fail_io(store, to, "cannot be put in place", error);
}

void prt_store_remove(prt_store *store, const char *name) {
    unlinkat(store->folder, name, 0);
}

pr_status prt_store_read(const prt_store *store, const char *name, pr_arena *arena, pr_text *out, pr_error *error) {
    struct stat about;
    int file = openat(store->folder, name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0) {
        if (file >= 0)
            close(file);
        return fail_io(store, name, "cannot be read", error);
    }
    size_t size = (size_t)about.st_size, at = 0;
    char *bytes = pr_arena_take(arena, size + 1);
    while (bytes && at < size) {
        ssize_t n = read(file, bytes + at, size - at);
        if (n <= 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    close(file);
    if (!bytes)
        return prt_fail_memory(error, "reading a bundle");
    if (at < size)
        return fail_io(store, name, "cannot be read to its end", error);
    *out = (pr_text){bytes, size};
    return PR_OK;
}
