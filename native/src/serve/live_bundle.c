/* Reopening the bundle when its manifest changes. */
#include "live_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* What tells one published manifest from the next: it is put in place by rename, so the inode alone nearly suffices. */
typedef struct manifest_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} manifest_stamp;

struct prt_live_bundle {
    char *dir, *manifest;
    prt_bundle *bundle;
    manifest_stamp stamp;
    time_t looked; /* seconds of the monotonic clock */
};

static bool read_stamp(const char *path, manifest_stamp *out) {
    struct stat about;
    memset(out, 0, sizeof *out);
    if (stat(path, &about) != 0)
        return false;
    out->device = about.st_dev;
    out->inode = about.st_ino;
    out->size = about.st_size;
    out->changed = about.st_mtim;
    return true;
}

static bool same_stamp(const manifest_stamp *a, const manifest_stamp *b) {
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static time_t steady_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

pr_status prt_live_bundle_open(const char *dir, prt_live_bundle **out, pr_error *error) {
    *out = NULL;
    prt_live_bundle *live = calloc(1, sizeof *live);
    size_t room = strlen(dir) + sizeof "/manifest.json";
    if (live) {
        live->dir = strdup(dir);
        live->manifest = malloc(room);
    }
    if (!live || !live->dir || !live->manifest) {
        prt_live_bundle_close(live);
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening the bundle in ", dir);
    }
    snprintf(live->manifest, room, "%s/manifest.json", dir);
    /* The stamp first: a manifest published meanwhile is then seen as new at the next look. */
    read_stamp(live->manifest, &live->stamp);
    live->looked = steady_seconds();
    pr_status status = prt_bundle_open(dir, &live->bundle, error);
    if (status != PR_OK) {
        prt_live_bundle_close(live);
        return status;
    }
    *out = live;
    return PR_OK;
}

void prt_live_bundle_close(prt_live_bundle *live) {
    if (!live)
        return;
    prt_bundle_close(live->bundle);
    free(live->dir);
    free(live->manifest);
    free(live);
}

prt_bundle *prt_live_bundle_get(prt_live_bundle *live) {
    time_t now = steady_seconds();
    manifest_stamp stamp;
    if (now == live->looked)
        return live->bundle;
    live->looked = now;
    if (!read_stamp(live->manifest, &stamp) || same_stamp(&stamp, &live->stamp))
        return live->bundle;
    live->stamp = stamp;
    pr_error error = {PR_OK, 0, ""};
    prt_bundle *newer;
    if (prt_bundle_open(live->dir, &newer, &error) != PR_OK) {
        fprintf(stderr, "pocketrec serve: the new bundle cannot be used, the old one goes on: %s\n", error.message);
        return live->bundle;
    }
    prt_bundle_close(live->bundle);
    live->bundle = newer;
    fprintf(stderr, "pocketrec serve: the bundle in %s was published anew and is used from now on\n", live->dir);
    return newer;
}
