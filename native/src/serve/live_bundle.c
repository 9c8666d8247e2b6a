/* Reopening the bundle when its manifest changes. */
#include "live_bundle.h"
#include "fail.h"

#include <pthread.h>
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

/* What one worker has. */
typedef struct worker_bundle {
    prt_bundle *bundle;
    manifest_stamp stamp;
    time_t looked; /* seconds of the monotonic clock */
} worker_bundle;

struct prt_live_bundle {
    char *dir, *manifest;
    const char *encoder; /* of queries, or NULL */
    worker_bundle *workers;
    unsigned worker_count;
    pthread_mutex_t lock; /* of `told` */
    manifest_stamp told;  /* the newest manifest that stderr was told of */
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

/* Are we the first worker to see this manifest? */
static bool first_to_tell(prt_live_bundle *live, const manifest_stamp *stamp) {
    pthread_mutex_lock(&live->lock);
    bool first = !same_stamp(&live->told, stamp);
    live->told = *stamp;
    pthread_mutex_unlock(&live->lock);
    return first;
}

/* Attach every shard now, so that no visitor waits for it. A bad one does not keep the others from being served. */
static void attach_all(prt_bundle *bundle, bool telling) {
    uint32_t count = pr_engine_shard_count(prt_bundle_engine(bundle));
    for (uint32_t i = 0; i < count; i++) {
        pr_error error = {PR_OK, 0, ""};
        if (prt_bundle_attach(bundle, i, &error) != PR_OK && telling)
            fprintf(stderr, "pocketrec serve: %s\n", error.message);
    }
}

/* The stamp first: a manifest published meanwhile is then seen as new at the next look. */
static pr_status open_worker(prt_live_bundle *live, worker_bundle *worker, bool telling, pr_error *error) {
    read_stamp(live->manifest, &worker->stamp);
    worker->looked = steady_seconds();
    pr_status status = prt_bundle_open(live->dir, &worker->bundle, error);
    if (status != PR_OK)
        return status;
    prt_bundle_use_encoder(worker->bundle, live->encoder);
    attach_all(worker->bundle, telling);
    return status;
}

pr_status prt_live_bundle_open(const char *dir, const char *encoder, unsigned workers, prt_live_bundle **out,
                               pr_error *error) {
    *out = NULL;
    prt_live_bundle *live = calloc(1, sizeof *live);
    if (!live)
        return prt_fail_memory(error, "opening the bundle");
    pthread_mutex_init(&live->lock, NULL);
    size_t room = strlen(dir) + sizeof "/manifest.json";
    live->dir = strdup(dir);
    live->encoder = encoder;
    live->manifest = malloc(room);
    live->workers = calloc(workers, sizeof *live->workers);
    pr_status status = PR_OK;
    if (!live->dir || !live->manifest || !live->workers)
        status = prt_fail_memory(error, "opening the bundle");
    else
        snprintf(live->manifest, room, "%s/manifest.json", dir);
    for (; status == PR_OK && live->worker_count < workers; live->worker_count++)
        status = open_worker(live, &live->workers[live->worker_count], live->worker_count == 0, error);
    if (status != PR_OK) {
        prt_live_bundle_close(live);
        return status;
    }
    live->told = live->workers[0].stamp;
    *out = live;
    return PR_OK;
}

void prt_live_bundle_close(prt_live_bundle *live) {
    if (!live)
        return;
    for (unsigned i = 0; i < live->worker_count; i++)
        prt_bundle_close(live->workers[i].bundle);
    pthread_mutex_destroy(&live->lock);
    free(live->workers);
    free(live->dir);
    free(live->manifest);
    free(live);
}

/* Take up the new bundle, if it can be used. */
static void renew(prt_live_bundle *live, worker_bundle *worker, const manifest_stamp *stamp) {
    bool telling = first_to_tell(live, stamp);
    pr_error error = {PR_OK, 0, ""};
    prt_bundle *newer;
    worker->stamp = *stamp;
    if (prt_bundle_open(live->dir, &newer, &error) != PR_OK) {
        if (telling)
            fprintf(stderr, "pocketrec serve: the new bundle cannot be used, the old one goes on: %s\n", error.message);
        return;
    }
    prt_bundle_use_encoder(newer, live->encoder);
    attach_all(newer, telling);
    prt_bundle_close(worker->bundle);
    worker->bundle = newer;
    if (telling)
        fprintf(stderr, "pocketrec serve: the bundle in %s was published anew and is used from now on\n", live->dir);
}

prt_bundle *prt_live_bundle_get(prt_live_bundle *live, unsigned number) {
    worker_bundle *worker = &live->workers[number];
    time_t now = steady_seconds();
    manifest_stamp stamp;
    if (now == worker->looked)
        return worker->bundle;
    worker->looked = now;
    if (read_stamp(live->manifest, &stamp) && !same_stamp(&stamp, &worker->stamp))
        renew(live, worker, &stamp);
    return worker->bundle;
}
