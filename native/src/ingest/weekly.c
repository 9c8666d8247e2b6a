/* Rows of the weekly log: ids become indices, counts are checked against each other, rows that come twice are found.
 * docs/tables.md has the rules. */
#include "exclude.h"
#include "field_check.h"
#include "row_reasons.h"
#include "sinks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* In the order of `wanted`. */
enum { USER, ITEM, WEEK, IMPRESSIONS, CLICKS, VIEWS, LIKES, WATCH, FIELDS };
enum { MOST_WEEK = 1000000 };

static const char *column_of(const prt_weekly_sink *s, int field) {
    return s->wanted[field].column;
}

/* A whole number from `least` to `most`, or why not. */
static const char *take_count(const prt_weekly_sink *s, prt_piece *piece, const prt_field *fields, int field,
                              int64_t least, int64_t most, uint32_t *out) {
    const prt_field *f = &fields[field];
    int64_t value;
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_integer(f->bytes, f->size, &value))
        return prt_say_wrong(piece, column_of(s, field), f, "is not a whole number");
    if (value < least)
        return prt_say_wrong(piece, column_of(s, field), f, least ? "is below 1" : "is negative");
    if (value > most)
        return prt_say_wrong(piece, column_of(s, field), f,
                             field == WEEK ? "is above 1000000" : "is above 2147483647, the most there can be");
    *out = (uint32_t)value;
    return NULL;
}

static bool is_nan(const prt_field *f) {
    return f->size == 3 && strncasecmp(f->bytes, "nan", 3) == 0;
}

/* The share watched; empty and NaN, as logs have it where nothing was viewed, are 0. */
static const char *take_share(const prt_weekly_sink *s, prt_piece *piece, const prt_field *f, double *out) {
    *out = 0;
    if (f->kind == PRT_FIELD_MISSING || (f->kind == PRT_FIELD_TEXT && is_nan(f)))
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || !prt_parse_real(f->bytes, f->size, out))
        return prt_say_wrong(piece, column_of(s, WATCH), f, "is not a number");
    if (!(*out >= 0 && *out <= 1))
        return prt_say_wrong(piece, column_of(s, WATCH), f, "is not between 0 and 1");
    *out += 0.0; /* -0 is 0 */
    return NULL;
}

/* The funnel: of two counts, the later one is not the larger. */
static const char *check_order(const prt_weekly_sink *s, prt_piece *piece, int later, uint32_t many, int before,
                               uint32_t few) {
    if (many <= few)
        return NULL;
    snprintf(piece->reason, sizeof piece->reason, "%.60s %" PRIu32 " is more than %.60s %" PRIu32, column_of(s, later),
             many, column_of(s, before), few);
    return piece->reason;
}

static const char *say_seen(const prt_weekly_sink *s, prt_piece *piece, uint64_t earlier) {
    const prt_weekly_file *file = prt_weekly_seen_file_of(&s->seen, earlier);
    uint64_t line = s->seen.lines[earlier];
    if (file == &s->seen.files[s->seen.file_count - 1])
        snprintf(piece->reason, sizeof piece->reason, "duplicated row (first seen on line %" PRIu64 ")", line);
    else
        snprintf(piece->reason, sizeof piece->reason, "duplicated row (first seen on line %" PRIu64 " of %.120s)", line,
                 file->name);
    return piece->reason;
}

static bool resize_rows(prt_weekly *w, uint64_t room) {
    return prt_resize(&w->user, room, sizeof *w->user) && prt_resize(&w->item, room, sizeof *w->item) &&
           prt_resize(&w->week, room, sizeof *w->week) && prt_resize(&w->impressions, room, sizeof *w->impressions) &&
           prt_resize(&w->clicks, room, sizeof *w->clicks) && prt_resize(&w->views, room, sizeof *w->views) &&
           prt_resize(&w->likes, room, sizeof *w->likes) && prt_resize(&w->watch, room, sizeof *w->watch);
}

static bool make_room(prt_weekly_sink *s) {
    enum { LEAST = 4096 };
    if (s->weekly.count < s->room)
        return true;
    uint64_t room = s->room ? s->room * 2 : LEAST;
    if (!resize_rows(&s->weekly, room) || !prt_weekly_seen_reserve(&s->seen, room))
        return false;
    s->room = room;
    return true;
}

/* Fill row number weekly.count in, without counting it. */
static const char *fill_row(prt_weekly_sink *s, prt_piece *piece, const prt_field *f) {
    prt_weekly *w = &s->weekly;
    uint64_t row = w->count;
    uint32_t week, impressions, clicks, views, likes;
    double share;
    const char *wrong;
    uint32_t user = f[USER].kind == PRT_FIELD_TEXT ? prt_idmap_find(s->users, f[USER].bytes, f[USER].size) : PRT_NONE;
    uint32_t item = f[ITEM].kind == PRT_FIELD_TEXT ? prt_idmap_find(s->items, f[ITEM].bytes, f[ITEM].size) : PRT_NONE;
    if (user == PRT_NONE)
        return prt_say_unknown(piece, column_of(s, USER), &f[USER], "is not one of the users");
    if (item == PRT_NONE)
        return prt_say_unknown(piece, column_of(s, ITEM), &f[ITEM], "is not one of the items");
    if ((wrong = take_count(s, piece, f, WEEK, 1, MOST_WEEK, &week)) ||
        (wrong = take_count(s, piece, f, IMPRESSIONS, 0, INT32_MAX, &impressions)) ||
        (wrong = take_count(s, piece, f, CLICKS, 0, INT32_MAX, &clicks)) ||
        (wrong = take_count(s, piece, f, VIEWS, 0, INT32_MAX, &views)) ||
        (wrong = take_count(s, piece, f, LIKES, 0, INT32_MAX, &likes)) ||
        (wrong = take_share(s, piece, &f[WATCH], &share)) ||
        (wrong = check_order(s, piece, CLICKS, clicks, IMPRESSIONS, impressions)) ||
        (wrong = check_order(s, piece, VIEWS, views, CLICKS, clicks)) ||
        (wrong = check_order(s, piece, LIKES, likes, VIEWS, views)))
        return wrong;
    w->user[row] = user;
    w->item[row] = item;
    w->week[row] = (int32_t)week;
    w->impressions[row] = impressions;
    w->clicks[row] = clicks;
    w->views[row] = views;
    w->likes[row] = likes;
    w->watch[row] = (uint64_t)floor((double)views * share * 1000 + 0.5);
    s->seen.shares[row] = share;
    s->seen.lines[row] = piece->line;
    return NULL;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *fields) {
    prt_weekly_sink *s = context;
    uint64_t earlier;
    if (prt_excludes(s->exclude, &fields[ITEM])) {
        s->excluded++;
        return NULL;
    }
    if (!make_room(s)) {
        piece->out_of_memory = true;
        return NULL;
    }
    const char *wrong = fill_row(s, piece, fields);
    if (wrong)
        return wrong;
    if (!prt_weekly_seen_add(&s->seen, &s->weekly, &earlier)) {
        piece->out_of_memory = true;
        return NULL;
    }
    if (earlier != UINT64_MAX)
        return say_seen(s, piece, earlier);
    s->weekly.count++;
    return NULL;
}

/* A reader opens one piece for each file. */
static void *begin_file(void *context) {
    prt_weekly_sink *s = context;
    return prt_weekly_seen_file(&s->seen, s->reading->path, s->weekly.count) ? s : NULL;
}

void prt_weekly_sink_open(prt_weekly_sink *s, const prt_weekly_config *c) {
    const char *const columns[] = {c->user, c->item, c->week, c->impressions, c->clicks, c->views, c->likes, c->watch};
    static const char *const keys[] = {"user", "item", "week", "impressions", "clicks", "views", "likes", "watch"};
    s->sink = (prt_sink){.context = s, .in_order = true, .open = begin_file, .row = take_row};
    s->config = c;
    for (int i = 0; i < FIELDS; i++) {
        snprintf(s->keys[i], sizeof s->keys[i], "weekly.%s", keys[i]);
        s->wanted[i] = (prt_wanted){columns[i], s->keys[i], true};
    }
}

pr_status prt_weekly_sink_finish(prt_weekly_sink *s, prt_weekly *out, pr_error *error) {
    if (!resize_rows(&s->weekly, s->weekly.count))
        return prt_fail_memory(error, "laying out the weekly log");
    *out = s->weekly;
    s->weekly = (prt_weekly){0};
    return PR_OK;
}

void prt_weekly_sink_close(prt_weekly_sink *s) {
    free(s->weekly.user);
    free(s->weekly.item);
    free(s->weekly.week);
    free(s->weekly.impressions);
    free(s->weekly.clicks);
    free(s->weekly.views);
    free(s->weekly.likes);
    free(s->weekly.watch);
    prt_weekly_seen_free(&s->seen);
    *s = (prt_weekly_sink){0};
}
