/* Renewing the profiles under a lock that requests share. */
#include "live_profiles.h"
#include "fail.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct prt_live_profiles {
    char *path;
    pthread_rwlock_t lock; /* of `now` */
    prt_profiles *now;
    struct stat told; /* the file that could not be used */
};

static void warn_if_exposed(const prt_live_profiles *live, const prt_profiles *profiles) {
    if (prt_profiles_are_exposed(profiles))
        fprintf(stderr, "pocketrec serve: warning: %s can be read by others than its owner; chmod 600 it\n",
                live->path);
}

pr_status prt_live_profiles_open(const char *path, prt_live_profiles **out, pr_error *error) {
    *out = NULL;
    prt_live_profiles *live = calloc(1, sizeof *live);
    if (!live)
        return prt_fail_memory(error, "opening the profiles");
    pthread_rwlock_init(&live->lock, NULL);
    live->path = strdup(path);
    pr_status status =
        live->path ? prt_profiles_open(path, &live->now, error) : prt_fail_memory(error, "opening the profiles");
    if (status != PR_OK) {
        prt_live_profiles_close(live);
        return status;
    }
    warn_if_exposed(live, live->now);
    *out = live;
    return PR_OK;
}

void prt_live_profiles_close(prt_live_profiles *live) {
    if (!live)
        return;
    prt_profiles_close(live->now);
    pthread_rwlock_destroy(&live->lock);
    free(live->path);
    free(live);
}

/* Has it been told already that this file cannot be used? */
static bool was_told(prt_live_profiles *live) {
    struct stat is;
    if (stat(live->path, &is) != 0)
        return true;
    bool same = is.st_ino == live->told.st_ino && is.st_dev == live->told.st_dev && is.st_size == live->told.st_size &&
                is.st_mtim.tv_sec == live->told.st_mtim.tv_sec && is.st_mtim.tv_nsec == live->told.st_mtim.tv_nsec;
    live->told = is;
    return same;
}

void prt_live_profiles_renew(prt_live_profiles *live) {
    prt_profiles *newer, *older;
    pr_error error = {PR_OK, 0, ""};
    if (!live || !prt_profiles_are_stale(live->now, live->path) || was_told(live))
        return;
    if (prt_profiles_open(live->path, &newer, &error) != PR_OK) {
        fprintf(stderr, "pocketrec serve: the new profiles cannot be used, the old ones go on: %s\n", error.message);
        return;
    }
    warn_if_exposed(live, newer);
    pthread_rwlock_wrlock(&live->lock);
    older = live->now;
    live->now = newer;
    pthread_rwlock_unlock(&live->lock);
    prt_profiles_close(older);
}

const prt_profiles *prt_live_profiles_hold(prt_live_profiles *live) {
    pthread_rwlock_rdlock(&live->lock);
    return live->now;
}

void prt_live_profiles_release(prt_live_profiles *live) {
    pthread_rwlock_unlock(&live->lock);
}
