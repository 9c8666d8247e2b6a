/* A hash table in parts with a lock each; each part drops who was away longest, but nobody whose state is unwritten. */
#include "fail.h"
#include "visitors_inner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void unlink_ring(prt_ring *at) {
    at->newer->older = at->older;
    at->older->newer = at->newer;
}

static void put_newest(prt_ring *head, prt_ring *at) {
    at->newer = head;
    at->older = head->older;
    head->older->newer = at;
    head->older = at;
}

static bool open_part(prt_visitor_part *part, size_t most, size_t most_bytes) {
    size_t chains = 16;
    while (chains < most)
        chains *= 2;
    part->chains = calloc(chains, sizeof *part->chains);
    part->chain_mask = chains - 1;
    part->most = most;
    part->most_bytes = most_bytes;
    part->clean = (prt_ring){&part->clean, &part->clean};
    part->dirty = (prt_ring){&part->dirty, &part->dirty};
    return part->chains && pthread_mutex_init(&part->lock, NULL) == 0;
}

prt_visitors *prt_visitors_open(const prt_visitors_limits *limits, prt_state_store *store) {
    prt_visitors *v = calloc(1, sizeof *v);
    if (!v) {
        prt_state_store_close(store);
        return NULL;
    }
    v->store = store;
    v->parts = calloc(limits->parts, sizeof *v->parts);
    bool good = v->parts != NULL;
    for (; good && v->part_count < limits->parts; v->part_count++)
        good = open_part(&v->parts[v->part_count], limits->most_visitors / limits->parts + 1,
                         limits->most_bytes / limits->parts + 1);
    if (!good || (store && !prt_visitors_writer_start(v))) {
        prt_visitors_close(v, NULL);
        return NULL;
    }
    return v;
}

void prt_state_bytes_release(prt_state_bytes *state) {
    if (state && atomic_fetch_sub(&state->holders, 1) == 1) {
        free(state->bytes);
        free(state);
    }
}

static void free_ring(prt_ring *head) {
    for (prt_ring *at = head->newer, *next; at && at != head; at = next) {
        next = at->newer;
        prt_state_bytes_release(((prt_visitor *)at)->state);
        free(at);
    }
}

pr_status prt_visitors_close(prt_visitors *v, pr_error *error) {
    if (!v)
        return PR_OK;
    pr_status status = v->running ? prt_visitors_writer_stop(v, error) : PR_OK;
    for (unsigned i = 0; i < v->part_count; i++) {
        free_ring(&v->parts[i].clean);
        free_ring(&v->parts[i].dirty);
        free(v->parts[i].chains);
        pthread_mutex_destroy(&v->parts[i].lock);
    }
    prt_state_store_close(v->store);
    free(v->parts);
    free(v);
    return status;
}

static prt_visitor **link_of(prt_visitor_part *part, const char *key, size_t size, uint64_t hash) {
    prt_visitor **link = &part->chains[(hash >> 16) & part->chain_mask];
    while (*link && ((*link)->key_size != size || memcmp((*link)->key, key, size) != 0))
        link = &(*link)->next;
    return link;
}

static uint64_t hash_of(const char *key, size_t size) {
    return pr_hash_bytes(key, size, 0);
}

static size_t size_of(const prt_visitor *visitor) {
    return visitor->state ? visitor->state->size : 0;
}

/* Drop the visitor from memory. */
static void drop(prt_visitor_part *part, prt_visitor *visitor) {
    prt_visitor **link = link_of(part, visitor->key, visitor->key_size, hash_of(visitor->key, visitor->key_size));
    *link = visitor->next;
    unlink_ring(&visitor->ring);
    part->bytes -= size_of(visitor);
    part->count--;
    prt_state_bytes_release(visitor->state);
    free(visitor);
}

/* Drop the oldest that are written, all but `spared`. */
static void make_room(prt_visitor_part *part, const prt_visitor *spared) {
    while (part->count > part->most || part->bytes > part->most_bytes) {
        prt_visitor *oldest = (prt_visitor *)part->clean.newer;
        if (&oldest->ring == &part->clean || oldest == spared)
            return;
        drop(part, oldest);
    }
}

/* Takes `bytes` over; NULL when out of memory. */
static prt_state_bytes *make_state(char *bytes, size_t size) {
    prt_state_bytes *state = bytes ? malloc(sizeof *state) : NULL;
    if (!state) {
        free(bytes);
        return NULL;
    }
    atomic_init(&state->holders, 1);
    state->bytes = bytes;
    state->size = size;
    return state;
}

/* A new visitor, clean and newest, with a state that is taken over; NULL when out of memory. */
static prt_visitor *welcome(prt_visitor_part *part, const char *key, uint64_t hash, prt_state_bytes *state) {
    size_t size = strlen(key);
    prt_visitor *visitor = state ? calloc(1, sizeof *visitor + size) : NULL;
    if (!visitor) {
        prt_state_bytes_release(state);
        return NULL;
    }
    memcpy(visitor->key, key, size);
    visitor->key_size = size;
    visitor->state = state;
    prt_visitor **chain = &part->chains[(hash >> 16) & part->chain_mask];
    visitor->next = *chain;
    *chain = visitor;
    put_newest(&part->clean, &visitor->ring);
    part->count++;
    part->bytes += state->size;
    return visitor;
}

/* Who is not in memory may be in the file. */
static pr_status fetch(prt_visitors *v, prt_visit *visit, uint64_t hash, pr_error *error) {
    char *bytes;
    size_t size;
    PRT_TRY(prt_state_store_read(v->store, (pr_text){visit->key, strlen(visit->key)}, &bytes, &size, error));
    if (!bytes)
        return PR_OK;
    visit->visitor = welcome(visit->part, visit->key, hash, make_state(bytes, size));
    if (!visit->visitor)
        return prt_fail_memory(error, "reading a visitor's state");
    make_room(visit->part, visit->visitor);
    return PR_OK;
}

pr_status prt_visit_begin(prt_visitors *v, const char *key, prt_visit *visit, pr_error *error) {
    size_t size = strlen(key);
    uint64_t hash = hash_of(key, size);
    *visit = (prt_visit){.part = &v->parts[hash & (v->part_count - 1)]};
    memcpy(visit->key, key, size + 1);
    pthread_mutex_lock(&visit->part->lock);
    visit->visitor = *link_of(visit->part, key, size, hash);
    pr_status status = visit->visitor || !v->store ? PR_OK : fetch(v, visit, hash, error);
    if (status != PR_OK) {
        pthread_mutex_unlock(&visit->part->lock);
        return status;
    }
    if (visit->visitor && !visit->visitor->dirty) {
        unlink_ring(&visit->visitor->ring);
        put_newest(&visit->part->clean, &visit->visitor->ring);
    }
    if (visit->visitor && visit->visitor->state)
        visit->state = (pr_text){visit->visitor->state->bytes, visit->visitor->state->size};
    return PR_OK;
}

/* The visitor has a change that is not written. */
static void mark_dirty(prt_visitors *v, prt_visit *visit, size_t added) {
    prt_visitor *visitor = visit->visitor;
    atomic_fetch_add(&v->dirty_bytes, added);
    visit->kept = true;
    if (visitor->dirty)
        return;
    visitor->dirty = true;
    unlink_ring(&visitor->ring);
    put_newest(&visit->part->dirty, &visitor->ring);
    if (atomic_fetch_add(&v->dirty, 1) == 0)
        prt_visitors_writer_wake(v);
}

void prt_visitor_cleaned(prt_visitors *v, prt_visitor_part *part, prt_visitor *visitor) {
    visitor->dirty = false;
    atomic_fetch_sub(&v->dirty, 1);
    atomic_fetch_sub(&v->dirty_bytes, size_of(visitor));
    unlink_ring(&visitor->ring);
    put_newest(&part->clean, &visitor->ring);
    if (!visitor->state)
        drop(part, visitor);
    else
        make_room(part, NULL);
}

/* An unwritten state is replaced by a newer one, or by none. */
static void replace(prt_visitors *v, prt_visit *visit, prt_state_bytes *state) {
    prt_visitor *visitor = visit->visitor;
    if (visitor->dirty)
        atomic_fetch_sub(&v->dirty_bytes, size_of(visitor));
    visit->part->bytes -= size_of(visitor);
    prt_state_bytes_release(visitor->state);
    visitor->state = state;
    visit->part->bytes += size_of(visitor);
}

static pr_status keep_state(prt_visitors *v, prt_visit *visit, pr_text state, pr_error *error) {
    char *copy = malloc(state.size);
    if (copy)
        memcpy(copy, state.bytes, state.size);
    prt_state_bytes *bytes = make_state(copy, state.size);
    if (bytes && visit->visitor)
        replace(v, visit, bytes);
    else if (bytes)
        visit->visitor = welcome(visit->part, visit->key, hash_of(visit->key, strlen(visit->key)), bytes);
    return bytes && visit->visitor ? PR_OK : prt_fail_memory(error, "keeping a visitor's state");
}

pr_status prt_visit_keep(prt_visitors *v, prt_visit *visit, pr_text state, int64_t now, pr_error *error) {
    if (state.size > PRT_MOST_STATE || state.size > visit->part->most_bytes)
        return prt_fail(error, PR_E_LIMIT, "a visitor's state is longer than may be kept; forget some of it");
    if (atomic_load(&v->failing))
        return prt_fail(error, PR_E_IO, "the file of the visitors' states cannot be written now; try again later");
    visit->state = (pr_text){"", 0};
    if (state.size == 0 && !visit->visitor)
        return PR_OK;
    if (state.size)
        PRT_TRY(keep_state(v, visit, state, error));
    else
        replace(v, visit, NULL);
    visit->visitor->seen = now;
    if (v->store)
        mark_dirty(v, visit, state.size);
    else if (state.size == 0) {
        drop(visit->part, visit->visitor);
        visit->visitor = NULL;
    }
    make_room(visit->part, visit->visitor);
    return PR_OK;
}

void prt_visit_end(prt_visitors *v, prt_visit *visit) {
    pthread_mutex_unlock(&visit->part->lock);
    if (visit->kept)
        prt_visitors_writer_relieve(v);
}

size_t prt_visitors_count(prt_visitors *v) {
    size_t count = 0;
    for (unsigned i = 0; i < v->part_count; i++) {
        pthread_mutex_lock(&v->parts[i].lock);
        count += v->parts[i].count;
        pthread_mutex_unlock(&v->parts[i].lock);
    }
    return count;
}

/* ---- all of them ---- */

typedef struct held {
    char *key;
    prt_state_bytes *state;
    int64_t seen;
} held;

/* Take hold of the states of a part. False: out of memory; what was held is to be let go all the same. */
static bool hold_part(prt_visitor_part *part, held **all, size_t *count) {
    *count = 0;
    pthread_mutex_lock(&part->lock);
    *all = calloc(part->count + 1, sizeof **all);
    bool good = *all != NULL;
    prt_ring *const heads[] = {&part->clean, &part->dirty};
    for (size_t h = 0; good && h < PRT_COUNT(heads); h++) {
        for (prt_ring *at = heads[h]->newer; good && at != heads[h]; at = at->newer) {
            prt_visitor *visitor = (prt_visitor *)at;
            if (!visitor->state)
                continue;
            held *one = &(*all)[(*count)++];
            atomic_fetch_add(&visitor->state->holders, 1);
            *one = (held){strndup(visitor->key, visitor->key_size), visitor->state, visitor->seen};
            good = one->key != NULL;
        }
    }
    pthread_mutex_unlock(&part->lock);
    return good;
}

static pr_status give_part(prt_visitor_part *part, pr_status (*take)(void *, const prt_state_row *, pr_error *),
                           void *context, pr_error *error) {
    held *all;
    size_t count;
    pr_status status = hold_part(part, &all, &count) ? PR_OK : prt_fail_memory(error, "going through the visitors");
    for (size_t i = 0; i < count; i++) {
        const prt_state_row row = {
            {all[i].key, all[i].key ? strlen(all[i].key) : 0}, {all[i].state->bytes, all[i].state->size}, all[i].seen};
        if (status == PR_OK)
            status = take(context, &row, error);
        prt_state_bytes_release(all[i].state);
        free(all[i].key);
    }
    free(all);
    return status;
}

pr_status prt_visitors_each(prt_visitors *v, pr_status (*take)(void *, const prt_state_row *, pr_error *),
                            void *context, pr_error *error) {
    enum { MOMENTS = 50 };
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; v->store && i < MOMENTS && atomic_load(&v->dirty) > 0; i++)
        nanosleep(&moment, NULL);
    if (v->store)
        return prt_state_store_each(prt_state_store_path(v->store), take, context, error);
    pr_status status = PR_OK;
    for (unsigned i = 0; i < v->part_count && status == PR_OK; i++)
        status = give_part(&v->parts[i], take, context, error);
    return status;
}
