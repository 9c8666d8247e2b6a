/* The thread that writes the visitors' changes: a moment after the first one, all of them in one transaction. */
#include "fail.h"
#include "visitors_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_MS = 50, RETRY_MS = 1000, RELIEF_MS = 5000, MOST_WAITING = 64 << 20 };

/* What is being written. A dirty visitor is not dropped meanwhile, so the pointer holds. */
typedef struct writing {
    prt_visitor_part *part;
    prt_visitor *visitor;
    prt_state_bytes *state; /* held; NULL: forgotten */
} writing;

typedef struct batch {
    writing *all;
    prt_state_row *rows;
    size_t count, room;
} batch;

static bool grow(batch *b) {
    size_t room = b->room ? b->room * 2 : 256;
    writing *all = realloc(b->all, room * sizeof *all);
    if (all)
        b->all = all;
    prt_state_row *rows = all ? realloc(b->rows, room * sizeof *rows) : NULL;
    if (!rows)
        return false;
    b->rows = rows;
    b->room = room;
    return true;
}

/* Take hold of the states of the part that are unwritten. Where memory is short the rest waits for the next time. */
static void collect_part(prt_visitor_part *part, batch *b) {
    pthread_mutex_lock(&part->lock);
    for (prt_ring *at = part->dirty.newer; at != &part->dirty; at = at->newer) {
        prt_visitor *visitor = (prt_visitor *)at;
        if (b->count == b->room && !grow(b))
            break;
        if (visitor->state)
            atomic_fetch_add(&visitor->state->holders, 1);
        b->all[b->count] = (writing){part, visitor, visitor->state};
        b->rows[b->count++] =
            (prt_state_row){{visitor->key, visitor->key_size},
                            visitor->state ? (pr_text){visitor->state->bytes, visitor->state->size} : (pr_text){"", 0},
                            visitor->seen};
    }
    pthread_mutex_unlock(&part->lock);
}

/* Who was changed again meanwhile stays dirty. */
static void let_go(prt_visitors *v, const batch *b, bool was_written) {
    for (size_t i = 0; i < b->count; i++) {
        const writing *w = &b->all[i];
        pthread_mutex_lock(&w->part->lock);
        if (was_written && w->visitor->state == w->state)
            prt_visitor_cleaned(v, w->part, w->visitor);
        pthread_mutex_unlock(&w->part->lock);
        prt_state_bytes_release(w->state);
    }
}

static pr_status flush(prt_visitors *v, pr_error *error) {
    batch b = {0};
    for (unsigned i = 0; i < v->part_count; i++)
        collect_part(&v->parts[i], &b);
    pr_status status = b.count                      ? prt_state_store_write(v->store, b.rows, b.count, error)
                       : atomic_load(&v->dirty) > 0 ? prt_fail_memory(error, "writing the visitors' states")
                                                    : PR_OK;
    let_go(v, &b, status == PR_OK);
    free(b.all);
    free(b.rows);
    return status;
}

static struct timespec in_ms(long ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Wait for a change and then a moment for more of them; the lock is held. */
static void wait_for_work(prt_visitors *v) {
    while (!v->ending && atomic_load(&v->dirty) == 0)
        pthread_cond_wait(&v->work, &v->lock);
    struct timespec until = in_ms(atomic_load(&v->failing) ? RETRY_MS : WAIT_MS);
    while (!v->ending && (atomic_load(&v->failing) || atomic_load(&v->dirty_bytes) < MOST_WAITING) &&
           pthread_cond_timedwait(&v->work, &v->lock, &until) != ETIMEDOUT)
        continue;
}

/* Tells of a failure once, and of its end. */
static void note(prt_visitors *v, pr_status status, const pr_error *error) {
    bool failed = status != PR_OK;
    if (failed && !atomic_load(&v->failing))
        fprintf(stderr, "pocketrec serve: %s\n", error->message);
    else if (!failed && atomic_load(&v->failing))
        fputs("pocketrec serve: the visitors' states are written again\n", stderr);
    atomic_store(&v->failing, failed);
}

static void *write_on(void *closure) {
    prt_visitors *v = closure;
    pthread_mutex_lock(&v->lock);
    for (bool done = false; !done;) {
        wait_for_work(v);
        pthread_mutex_unlock(&v->lock);
        pr_error error = {PR_OK, 0, ""};
        pr_status status = flush(v, &error);
        note(v, status, &error);
        pthread_mutex_lock(&v->lock);
        v->failure = error;
        done = v->ending && (status != PR_OK || atomic_load(&v->dirty) == 0);
        pthread_cond_broadcast(&v->written);
    }
    pthread_mutex_unlock(&v->lock);
    return NULL;
}

bool prt_visitors_writer_start(prt_visitors *v) {
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&v->lock, NULL);
    pthread_cond_init(&v->work, &steady);
    pthread_cond_init(&v->written, &steady);
    pthread_condattr_destroy(&steady);
    v->running = pthread_create(&v->writer, NULL, write_on, v) == 0;
    return v->running;
}

void prt_visitors_writer_wake(prt_visitors *v) {
    pthread_mutex_lock(&v->lock);
    pthread_cond_signal(&v->work);
    pthread_mutex_unlock(&v->lock);
}

void prt_visitors_writer_relieve(prt_visitors *v) {
    if (atomic_load(&v->dirty_bytes) < MOST_WAITING)
        return;
    struct timespec until = in_ms(RELIEF_MS);
    pthread_mutex_lock(&v->lock);
    pthread_cond_signal(&v->work);
    while (atomic_load(&v->dirty_bytes) >= MOST_WAITING && !atomic_load(&v->failing) &&
           pthread_cond_timedwait(&v->written, &v->lock, &until) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&v->lock);
}

pr_status prt_visitors_writer_stop(prt_visitors *v, pr_error *error) {
    pthread_mutex_lock(&v->lock);
    v->ending = true;
    pthread_cond_signal(&v->work);
    pthread_mutex_unlock(&v->lock);
    pthread_join(v->writer, NULL);
    v->running = false;
    pthread_cond_destroy(&v->work);
    pthread_cond_destroy(&v->written);
    pthread_mutex_destroy(&v->lock);
    if (v->failure.code != PR_OK && error)
        *error = v->failure;
    return v->failure.code;
}
