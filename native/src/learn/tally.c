/* Counting the events of runs of users: sums for each (group, item), and how many different users stand behind them. */
#include "counts.h"
#include "grow.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

/* What a thread works with while it counts. `stamp` arrays hold the last user (place + 1) that was seen there. */
typedef struct worker {
    const prt_tally_job *job;
    prt_tally *tally;
    prt_cell *sums; /* by item; users == 0: not touched in this group yet */
    uint32_t *touched, touched_count;
    uint32_t *item_stamp;
    uint32_t **crowd_stamp, **crowd_users; /* by partition and combination */
    uint32_t *flag_stamp;                  /* by value of the flag column */
    uint32_t group, group_users;
    uint32_t *words;  /* one bucket's events by user: item << PRT_FLAG_BITS | flags */
    uint32_t *starts; /* of the bucket's users in `words` */
} worker;

static size_t crowd_room(const prt_tally_job *job) {
    size_t room = 0;
    for (uint32_t p = 0; p < job->partition_count; p++)
        room += job->partitions[p]->combo_count;
    return room;
}

static void flush_crowds(worker *w) {
    prt_tally *t = w->tally;
    for (uint32_t p = 0; p < w->job->partition_count; p++) {
        for (uint32_t c = 0; c < w->job->partitions[p]->combo_count; c++) {
            if (w->crowd_users[p][c])
                t->crowds[t->crowd_count++] = (prt_crowd){p, c, w->crowd_users[p][c]};
        }
        memset(w->crowd_users[p], 0, w->job->partitions[p]->combo_count * sizeof **w->crowd_users);
    }
}

/* Write down what was counted of the current group and start anew. */
static void flush(worker *w) {
    prt_tally *t = w->tally;
    if (w->group_users == 0 || t->status != PR_OK)
        return;
    if (!prt_grow((void **)&t->pieces, &t->piece_room, t->piece_count + 1, sizeof *t->pieces) ||
        !prt_grow((void **)&t->cells, &t->cell_room, t->cell_count + w->touched_count, sizeof *t->cells) ||
        !prt_grow((void **)&t->crowds, &t->crowd_room, t->crowd_count + crowd_room(w->job), sizeof *t->crowds)) {
        t->status = PR_E_MEMORY;
        return;
    }
    prt_piece *piece = &t->pieces[t->piece_count++];
    *piece = (prt_piece){w->group, w->group_users, t->cell_count, w->touched_count, t->crowd_count, 0};
    for (uint32_t i = 0; i < w->touched_count; i++) {
        prt_cell *sum = &w->sums[w->touched[i]];
        t->cells[t->cell_count++] = *sum;
        *sum = (prt_cell){0};
    }
    flush_crowds(w);
    piece->crowd_count = t->crowd_count - piece->first_crowd;
    w->touched_count = 0;
    w->group_users = 0;
}

/* The user's first event on this item. */
static void first_meeting(worker *w, uint32_t item, uint32_t stamp) {
    prt_cell *sum = &w->sums[item];
    if (sum->users == 0) {
        sum->item = item;
        w->touched[w->touched_count++] = item;
    }
    sum->users++;
    w->item_stamp[item] = stamp;
    for (uint32_t p = 0; p < w->job->partition_count; p++) {
        const prt_partition *partition = w->job->partitions[p];
        for (uint32_t k = partition->offsets[item]; k < partition->offsets[item + 1]; k++) {
            uint32_t combo = partition->combos[k];
            w->crowd_users[p][combo] += w->crowd_stamp[p][combo] != stamp;
            w->crowd_stamp[p][combo] = stamp;
        }
    }
}

/* The user started or finished something of a value of the flag column. */
static void tally_flag(worker *w, uint32_t item, uint32_t flags, uint32_t stamp) {
    const prt_column *column = w->job->flag_column;
    uint32_t code = column->codes[item];
    w->tally->abandoned[item] += flags >> 4 & 1;
    if (code >= column->values.count || w->flag_stamp[code] == stamp)
        return;
    w->flag_stamp[code] = stamp;
    w->tally->flag_users[code]++;
}

static void tally_user(worker *w, uint32_t place, const uint32_t *words, uint32_t count) {
    uint32_t group = w->job->groups->group[w->job->order->user_at[place]], stamp = place + 1;
    if (group != w->group) {
        flush(w);
        w->group = group;
    }
    w->group_users++;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = words[i] >> PRT_FLAG_BITS, flags = words[i];
        if (w->item_stamp[item] != stamp)
            first_meeting(w, item, stamp);
        pr_counts *sum = &w->sums[item].counts;
        sum->started += flags & 1;
        sum->completed += flags >> 1 & 1;
        sum->rated += flags >> 2 & 1;
        sum->liked += flags >> 3 & 1;
        if ((flags & PRT_IS_STARTED) && w->flag_stamp)
            tally_flag(w, item, flags, stamp);
    }
}

/* Sort a bucket's events by user, then count user by user. */
static void tally_bucket(worker *w, uint32_t bucket) {
    const prt_user_order *order = w->job->order;
    const uint64_t *events = order->events + order->starts[bucket];
    uint64_t count = order->starts[bucket + 1] - order->starts[bucket];
    uint32_t first = bucket << order->shift, width = 1u << order->shift;
    memset(w->starts, 0, (width + (size_t)1) * sizeof *w->starts);
    for (uint64_t i = 0; i < count; i++)
        w->starts[(events[i] >> 32) - first]++;
    for (uint32_t u = 0, at = 0; u <= width; u++) {
        uint32_t n = w->starts[u];
        w->starts[u] = at;
        at += n;
    }
    for (uint64_t i = 0; i < count; i++)
        w->words[w->starts[(events[i] >> 32) - first]++] = (uint32_t)events[i];
    for (uint32_t u = 0, at = 0; u < width; u++) { /* starts[u] is the end of user u now */
        if (w->starts[u] > at)
            tally_user(w, first + u, w->words + at, w->starts[u] - at);
        at = w->starts[u];
    }
}

static bool worker_init(worker *w, prt_tally_job *job, int thread, uint64_t largest) {
    uint32_t items = job->item_count;
    *w = (worker){.job = job, .tally = &job->tallies[thread], .group = PRT_NONE};
    w->sums = calloc(items + (size_t)1, sizeof *w->sums);
    w->touched = malloc((items + (size_t)1) * sizeof *w->touched);
    w->item_stamp = calloc(items + (size_t)1, sizeof *w->item_stamp);
    w->crowd_stamp = calloc(job->partition_count + (size_t)1, sizeof *w->crowd_stamp);
    w->crowd_users = calloc(job->partition_count + (size_t)1, sizeof *w->crowd_users);
    w->words = malloc((largest + 1) * sizeof *w->words);
    w->starts = malloc((((size_t)1 << job->order->shift) + 1) * sizeof *w->starts);
    w->tally->abandoned = calloc(items + (size_t)1, sizeof *w->tally->abandoned);
    bool good = w->sums && w->touched && w->item_stamp && w->crowd_stamp && w->crowd_users && w->words && w->starts &&
                w->tally->abandoned;
    if (good && job->flag_column) {
        size_t values = job->flag_column->values.count + (size_t)1;
        w->flag_stamp = calloc(values, sizeof *w->flag_stamp);
        w->tally->flag_users = calloc(values, sizeof *w->tally->flag_users);
        good = w->flag_stamp && w->tally->flag_users;
    }
    for (uint32_t p = 0; good && p < job->partition_count; p++) {
        w->crowd_stamp[p] = calloc(job->partitions[p]->combo_count + (size_t)1, sizeof **w->crowd_stamp);
        w->crowd_users[p] = calloc(job->partitions[p]->combo_count + (size_t)1, sizeof **w->crowd_users);
        good = w->crowd_stamp[p] && w->crowd_users[p];
    }
    return good;
}

static void worker_free(worker *w) {
    for (uint32_t p = 0; p < w->job->partition_count; p++) {
        if (w->crowd_stamp)
            free(w->crowd_stamp[p]);
        if (w->crowd_users)
            free(w->crowd_users[p]);
    }
    free(w->sums);
    free(w->touched);
    free(w->item_stamp);
    free(w->flag_stamp);
    free(w->crowd_stamp);
    free(w->crowd_users);
    free(w->words);
    free(w->starts);
}

typedef struct run {
    prt_tally_job *job;
    int threads;
    uint64_t largest; /* events of the largest bucket */
} run;

/* The first bucket of a thread: buckets are dealt in runs of about equally many events. */
static uint32_t first_bucket(const prt_user_order *order, int thread, int threads) {
    uint64_t total = order->starts[order->bucket_count];
    uint64_t wanted = total / (uint64_t)threads * (uint64_t)thread;
    uint32_t b = 0;
    while (b < order->bucket_count && (order->starts[b] < wanted || thread == threads))
        b++;
    return b;
}

static void tally_thread(void *context, int thread) {
    run *r = context;
    worker w;
    prt_tally *tally = &r->job->tallies[thread];
    if (worker_init(&w, r->job, thread, r->largest)) {
        uint32_t end = first_bucket(r->job->order, thread + 1, r->threads);
        for (uint32_t b = first_bucket(r->job->order, thread, r->threads); b < end; b++)
            tally_bucket(&w, b);
        flush(&w);
    } else {
        tally->status = PR_E_MEMORY;
    }
    worker_free(&w);
}

pr_status prt_tally_run(prt_tally_job *job, int threads) {
    run r = {job, threads, 0};
    for (uint32_t b = 0; b < job->order->bucket_count; b++) {
        uint64_t count = job->order->starts[b + 1] - job->order->starts[b];
        r.largest = count > r.largest ? count : r.largest;
    }
    if (r.largest > UINT32_MAX)
        return PR_E_LIMIT;
    prt_parallel(threads, tally_thread, &r);
    for (int t = 0; t < threads; t++) {
        if (job->tallies[t].status != PR_OK)
            return job->tallies[t].status;
    }
    return PR_OK;
}

void prt_tally_free(prt_tally *tally) {
    free(tally->pieces);
    free(tally->cells);
    free(tally->crowds);
    free(tally->abandoned);
    free(tally->flag_users);
    *tally = (prt_tally){0};
}
