/* A user of the log as the state that their device would hold. */
#include "fail.h"
#include "serve_topk.h"

#include <stdlib.h>
#include <string.h>

enum {
    LONGEST_GOAL = 200,
    LONGEST_ROW = 4096,                       /* bytes; an escaped id of 256 bytes and seven names and numbers */
    MOST_BYTES = (1 << 20) - 2 * LONGEST_ROW, /* the core reads states of at most 1 MiB */
};

typedef struct own_row {
    uint32_t item;
    const pr_week *week;
} own_row;

/* The latest week first, then by item. */
static int latest_first(const void *a, const void *b) {
    const own_row *x = a, *y = b;
    if (x->week->week != y->week->week)
        return x->week->week > y->week->week ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static uint32_t gather(const prt_history *h, uint32_t user, int32_t week, own_row *out) {
    uint32_t count = 0;
    for (uint32_t p = h->user_pairs[user]; p < h->user_pairs[user + 1]; p++) {
        for (uint64_t i = h->pairs.starts[p]; i < h->pairs.starts[p + 1]; i++) {
            if (h->pairs.weeks[i].week < week)
                out[count++] = (own_row){h->pair_item[p], &h->pairs.weeks[i]};
        }
    }
    if (count > 1)
        qsort(out, count, sizeof *out, latest_first);
    return count;
}

static void put_count(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

static void put_row(const prt_dataset *dataset, const own_row *row, pr_writer *w) {
    pr_text id = prt_string(&dataset->items.ids, row->item);
    pr_write_object(w);
    pr_write_key(w, "item");
    pr_write_string(w, id.bytes, id.size);
    put_count(w, "week", (uint64_t)row->week->week);
    put_count(w, "impressions", row->week->impressions);
    put_count(w, "clicks", row->week->clicks);
    put_count(w, "views", row->week->views);
    put_count(w, "likes", row->week->likes);
    put_count(w, "watch", row->week->watch);
    pr_write_end_object(w);
}

static void put_goal(const prt_history *h, uint32_t user, pr_writer *w) {
    uint32_t goal = h->user_goal ? h->user_goal[user] : PRT_NONE;
    if (goal == PRT_NONE || strlen(h->goals[goal]) > LONGEST_GOAL)
        return;
    pr_write_key(w, "goal");
    pr_write_text(w, h->goals[goal]);
}

static void put_rows(const prt_dataset *dataset, const own_row *rows, uint32_t count, pr_writer *w) {
    pr_write_key(w, "weekly");
    pr_write_array(w);
    for (uint32_t i = 0; i < count && i < PRT_STATE_ROWS && w->out->size < MOST_BYTES; i++)
        put_row(dataset, &rows[i], w);
    pr_write_end_array(w);
}

pr_status prt_state_of_user(const prt_dataset *dataset, const prt_history *history, uint32_t user, int32_t week,
                            pr_arena *arena, pr_text *out, pr_error *error) {
    const prt_history *h = history;
    uint64_t most = h->pairs.starts[h->user_pairs[user + 1]] - h->pairs.starts[h->user_pairs[user]];
    own_row *rows = pr_arena_array(arena, (size_t)most + 1, sizeof *rows);
    if (!rows)
        return prt_fail_memory(error, "reading a user's history");
    uint32_t count = gather(h, user, week, rows);
    pr_buffer buffer = {.arena = arena};
    pr_writer writer = {.out = &buffer}, *w = &writer;
    pr_write_object(w);
    put_count(w, "version", 1);
    pr_write_key(w, "profile");
    pr_write_object(w);
    pr_write_end_object(w);
    pr_write_key(w, "events");
    pr_write_array(w);
    pr_write_end_array(w);
    put_goal(h, user, w);
    if (count)
        put_rows(dataset, rows, count, w);
    pr_write_end_object(w);
    *out = (pr_text){buffer.bytes, buffer.size};
    return buffer.failed ? prt_fail_memory(error, "writing a user's state") : PR_OK;
}
