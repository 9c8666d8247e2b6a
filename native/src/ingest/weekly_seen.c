/* Rows of the weekly log that come twice. The hash is of all values, so that a log with many rows of one user, item
 * and week does not make one long run in the table. */
#include "weekly_seen.h"

#include "sinks.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_row(const prt_weekly_seen *s, const prt_weekly *w, uint64_t row) {
    uint64_t share;
    memcpy(&share, &s->shares[row], sizeof share);
    uint64_t h = pr_mix64((uint64_t)w->user[row] << 32 | w->item[row]);
    h = pr_mix64(h ^ ((uint64_t)(uint32_t)w->week[row] << 32 | w->impressions[row]));
    h = pr_mix64(h ^ ((uint64_t)w->clicks[row] << 32 | w->views[row]));
    return pr_mix64(h ^ share ^ (uint64_t)w->likes[row] << 16);
}

static bool alike(const prt_weekly_seen *s, const prt_weekly *w, uint64_t a, uint64_t b) {
    return w->user[a] == w->user[b] && w->item[a] == w->item[b] && w->week[a] == w->week[b] &&
           w->impressions[a] == w->impressions[b] && w->clicks[a] == w->clicks[b] && w->views[a] == w->views[b] &&
           w->likes[a] == w->likes[b] && s->shares[a] == s->shares[b];
}

/* The slot of the row that is like row number weekly->count, else the free one where it belongs. */
static uint64_t find_slot(const prt_weekly_seen *s, const prt_weekly *w, uint64_t hash) {
    uint64_t slot = hash & (s->slots - 1);
    while (s->table[slot] && (s->table[slot] >> 32 != hash || !alike(s, w, (uint32_t)s->table[slot] - 1, w->count)))
        slot = (slot + 1) & (s->slots - 1);
    return slot;
}

static void move_to(uint64_t *table, uint64_t slots, uint64_t entry) {
    uint64_t slot = (entry >> 32) & (slots - 1);
    while (table[slot])
        slot = (slot + 1) & (slots - 1);
    table[slot] = entry;
}

/* At most half full. */
static bool grow(prt_weekly_seen *s, const prt_weekly *w) {
    enum { LEAST = 1 << 16 };
    if (w->count < UINT32_MAX - 1 && (w->count + 1) * 2 <= s->slots)
        return true;
    uint64_t slots = s->slots ? s->slots * 2 : LEAST;
    uint64_t *table = w->count < UINT32_MAX - 1 ? calloc((size_t)slots, sizeof *table) : NULL;
    if (!table)
        return false;
    for (uint64_t slot = 0; slot < s->slots; slot++) {
        if (s->table[slot])
            move_to(table, slots, s->table[slot]);
    }
    free(s->table);
    s->table = table;
    s->slots = slots;
    return true;
}

bool prt_weekly_seen_add(prt_weekly_seen *s, const prt_weekly *w, uint64_t *earlier) {
    if (!grow(s, w))
        return false;
    uint64_t hash = hash_row(s, w, w->count) >> 32, slot = find_slot(s, w, hash);
    *earlier = s->table[slot] ? (uint32_t)s->table[slot] - (uint64_t)1 : UINT64_MAX;
    if (!s->table[slot])
        s->table[slot] = hash << 32 | (w->count + 1);
    return true;
}

bool prt_weekly_seen_reserve(prt_weekly_seen *s, uint64_t rows) {
    return prt_resize(&s->lines, rows, sizeof *s->lines) && prt_resize(&s->shares, rows, sizeof *s->shares);
}

bool prt_weekly_seen_file(prt_weekly_seen *s, const char *path, uint64_t first) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    prt_weekly_file *files = realloc(s->files, (s->file_count + (size_t)1) * sizeof *files);
    if (!files)
        return false;
    s->files = files;
    files[s->file_count] = (prt_weekly_file){strdup(name), first};
    return files[s->file_count].name ? ++s->file_count > 0 : false;
}

const prt_weekly_file *prt_weekly_seen_file_of(const prt_weekly_seen *s, uint64_t row) {
    uint32_t i = s->file_count - 1;
    while (i > 0 && s->files[i].first > row)
        i--;
    return &s->files[i];
}

void prt_weekly_seen_free(prt_weekly_seen *s) {
    for (uint32_t i = 0; i < s->file_count; i++)
        free(s->files[i].name);
    free(s->files);
    free(s->lines);
    free(s->shares);
    free(s->table);
    *s = (prt_weekly_seen){0};
}
