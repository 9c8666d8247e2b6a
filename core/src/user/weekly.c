/* Reading, writing and adding to the visitor's weekly sums. */
#include "weekly.h"
#include "utf8.h"

#include <string.h>

/* A count that is not there is 0. */
static bool read_count(const pr_json *row, const char *key, double most, uint64_t *out) {
    const pr_json *value = pr_json_get(row, key);
    *out = 0;
    if (!value)
        return true;
    if (value->type != PR_JSON_NUMBER || !value->is_integer || value->number < 0 || value->number > most)
        return false;
    *out = (uint64_t)value->number;
    return true;
}

static bool read_row(const pr_json *given, pr_own_week *out) {
    const pr_json *item = pr_json_get(given, "item"), *week = pr_json_get(given, "week");
    uint64_t impressions, clicks, views, likes, watch;
    if (!item || item->type != PR_JSON_STRING || item->size == 0 ||
        pr__utf8_length(item->string, item->size) > PR_MAX_ID || !week || week->type != PR_JSON_NUMBER ||
        !week->is_integer || week->number < 0 || week->number > PR_LAST_WEEK)
        return false;
    if (!read_count(given, "impressions", UINT32_MAX, &impressions) ||
        !read_count(given, "clicks", UINT32_MAX, &clicks) || !read_count(given, "views", UINT32_MAX, &views) ||
        !read_count(given, "likes", UINT32_MAX, &likes) || !read_count(given, "watch", 4294967295000.0, &watch))
        return false;
    out->item = (pr_text){item->string, item->size};
    out->week = (pr_week){(int32_t)week->number, (uint32_t)impressions, (uint32_t)clicks,
                          (uint32_t)views,       (uint32_t)likes,       watch};
    return true;
}

static bool same(const pr_own_week *a, const pr_own_week *b) {
    return a->week.week == b->week.week && pr__equal(a->item.bytes, a->item.size, b->item.bytes, b->item.size);
}

pr_status pr__own_weeks_read(const pr_json *given, pr_arena *arena, pr_own_weeks *out, const char **what) {
    if (!given)
        return PR_OK;
    *what = "must hold weekly rows as a list of at most 4096 objects";
    if (given->type != PR_JSON_ARRAY || given->size > PR_MAX_OWN_WEEKS)
        return PR_E_FORMAT;
    out->room = given->size + 1u;
    out->rows = pr_arena_array(arena, out->room, sizeof *out->rows);
    if (!out->rows)
        return PR_E_MEMORY;
    *what = "has a weekly row without an item, a week, or with a count that is no whole number";
    for (const pr_json *row = given->first; row; row = row->next) {
        if (!read_row(row, &out->rows[out->count]))
            return PR_E_FORMAT;
        out->id_bytes += out->rows[out->count++].item.size;
    }
    return PR_OK;
}

static void write_count(pr_writer *w, const char *key, uint64_t value) {
    pr_write_key(w, key);
    pr_write_integer(w, (int64_t)value);
}

void pr__own_weeks_write(const pr_own_weeks *weeks, pr_writer *w) {
    if (!weeks->count)
        return;
    pr_write_key(w, "weekly");
    pr_write_array(w);
    for (uint32_t i = 0; i < weeks->count; i++) {
        const pr_own_week *row = &weeks->rows[i];
        pr_write_object(w);
        pr_write_key(w, "item");
        pr_write_string(w, row->item.bytes, row->item.size);
        write_count(w, "week", (uint64_t)row->week.week);
        write_count(w, "impressions", row->week.impressions);
        write_count(w, "clicks", row->week.clicks);
        write_count(w, "views", row->week.views);
        write_count(w, "likes", row->week.likes);
        write_count(w, "watch", row->week.watch);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static uint32_t add_counts(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void add_sums(pr_week *sum, const pr_week *more) {
    const uint64_t most_watch = 4294967295000u;
    sum->impressions = add_counts(sum->impressions, more->impressions);
    sum->clicks = add_counts(sum->clicks, more->clicks);
    sum->views = add_counts(sum->views, more->views);
    sum->likes = add_counts(sum->likes, more->likes);
    sum->watch = sum->watch + more->watch > most_watch ? most_watch : sum->watch + more->watch;
    if (sum->impressions < sum->clicks) /* what was clicked was seen */
        sum->impressions = sum->clicks;
}

/* Take the first row of the oldest week out. */
static void drop_oldest(pr_own_weeks *weeks) {
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < weeks->count; i++) {
        if (weeks->rows[i].week.week < weeks->rows[oldest].week.week)
            oldest = i;
    }
    weeks->id_bytes -= weeks->rows[oldest].item.size;
    weeks->count--;
    memmove(&weeks->rows[oldest], &weeks->rows[oldest + 1], (weeks->count - oldest) * sizeof *weeks->rows);
}

static bool make_room(pr_own_weeks *weeks, pr_arena *arena) {
    if (weeks->count < weeks->room)
        return true;
    uint32_t room = weeks->room ? weeks->room * 2 : 64;
    pr_own_week *rows = pr_arena_array(arena, room, sizeof *rows);
    if (!rows)
        return false;
    if (weeks->count)
        memcpy(rows, weeks->rows, weeks->count * sizeof *rows);
    weeks->rows = rows;
    weeks->room = room;
    return true;
}

pr_status pr__own_weeks_add(pr_own_weeks *weeks, pr_arena *arena, pr_text item, const pr_week *more) {
    pr_own_week wanted = {item, {.week = more->week}};
    for (uint32_t i = 0; i < weeks->count; i++) {
        if (same(&weeks->rows[i], &wanted)) {
            add_sums(&weeks->rows[i].week, more);
            return PR_OK;
        }
    }
    while (weeks->count && (weeks->count == PR_MAX_OWN_WEEKS || weeks->id_bytes + item.size > PR_MAX_OWN_IDS))
        drop_oldest(weeks);
    if (!make_room(weeks, arena))
        return PR_E_MEMORY;
    add_sums(&wanted.week, more);
    weeks->rows[weeks->count++] = wanted;
    weeks->id_bytes += item.size;
    return PR_OK;
}
