/* Rows of the log of searches. */
#include "exclude.h"
#include "field_check.h"
#include "row_reasons.h"
#include "sinks.h"

#include <stdio.h>
#include <stdlib.h>

enum { USER, QUERY, MOST_QUERY = 255 };

static const char *check_query(const prt_search_sink *s, prt_piece *piece, const prt_field *query) {
    const char *wrong = query->kind == PRT_FIELD_TEXT ? prt_check_text(query->bytes, query->size) : NULL;
    uint32_t characters = 0;
    if (query->kind != PRT_FIELD_TEXT)
        return prt_say_wrong(piece, s->config->query, query, "");
    for (uint32_t i = 0; i < query->size; i++)
        characters += ((unsigned char)query->bytes[i] & 0xC0) != 0x80;
    if (!wrong && characters <= MOST_QUERY)
        return NULL;
    snprintf(piece->reason, sizeof piece->reason, "%s %s", s->config->query,
             wrong ? wrong : "is longer than 255 characters");
    return piece->reason;
}

/* Without a users' table, an id that is right is a new user. */
static const char *take_user(prt_search_sink *s, prt_piece *piece, const prt_field *f, uint32_t *user) {
    bool added, id = f->kind == PRT_FIELD_TEXT && f->size <= PRT_MOST_ID && !prt_check_text(f->bytes, f->size);
    *user = f->kind == PRT_FIELD_TEXT ? prt_idmap_find(s->users, f->bytes, f->size) : PRT_NONE;
    if (*user != PRT_NONE)
        return NULL;
    if (!id || !s->open_users)
        return prt_say_unknown(piece, s->config->user, f, "is not one of the users");
    piece->out_of_memory |= !prt_idmap_add(s->users, f->bytes, f->size, user, &added);
    return NULL;
}

static const char *take_item(const prt_search_sink *s, prt_piece *piece, const prt_field *f, uint32_t *item) {
    *item = PRT_NONE;
    if (f->kind == PRT_FIELD_MISSING || prt_excludes(s->exclude, f))
        return NULL;
    *item = f->kind == PRT_FIELD_TEXT ? prt_idmap_find(s->items, f->bytes, f->size) : PRT_NONE;
    return *item == PRT_NONE ? prt_say_unknown(piece, s->config->item, f, "is not one of the items") : NULL;
}

static const char *take_time(const prt_search_sink *s, prt_piece *piece, const prt_field *f, int64_t *time) {
    *time = PRT_NO_INTEGER;
    if (f->kind == PRT_FIELD_MISSING || (f->kind == PRT_FIELD_TEXT && prt_parse_time(f->bytes, f->size, time)))
        return NULL;
    return prt_say_wrong(piece, s->config->time, f, "is not a time (ISO 8601 or Unix seconds)");
}

static bool make_room(prt_search_sink *s) {
    enum { LEAST = 1024 };
    prt_searches *e = &s->searches;
    if (e->count < s->room)
        return true;
    uint32_t room = s->room ? s->room * 2 : LEAST;
    if (room < s->room || !prt_resize(&e->user, room, sizeof *e->user) ||
        !prt_resize(&e->item, room, sizeof *e->item) ||
        (s->time_field >= 0 && !prt_resize(&e->time, room, sizeof *e->time)))
        return false;
    s->room = room;
    return true;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *f) {
    prt_search_sink *s = context;
    prt_searches *e = &s->searches;
    prt_field query = prt_field_trim(&f[QUERY]);
    uint32_t user, item = PRT_NONE;
    int64_t time = PRT_NO_INTEGER;
    const char *wrong = check_query(s, piece, &query);
    if (!wrong && s->item_field >= 0)
        wrong = take_item(s, piece, &f[s->item_field], &item);
    if (!wrong && s->time_field >= 0)
        wrong = take_time(s, piece, &f[s->time_field], &time);
    if (wrong || (wrong = take_user(s, piece, &f[USER], &user))) /* last, as it may add one */
        return wrong;
    if (!make_room(s) || !prt_text_pool_add(&s->queries, query.bytes, query.size)) {
        piece->out_of_memory = true;
        return NULL;
    }
    e->user[e->count] = user;
    e->item[e->count] = item;
    if (s->time_field >= 0)
        e->time[e->count] = time;
    e->count++;
    return NULL;
}

static int32_t want(prt_search_sink *s, const char *column, const char *key) {
    uint32_t i = s->wanted_count++;
    snprintf(s->keys[i], sizeof s->keys[i], "searches.%s", key);
    s->wanted[i] = (prt_wanted){column, s->keys[i], true};
    return (int32_t)i;
}

void prt_search_sink_open(prt_search_sink *s, const prt_searches_config *config) {
    s->sink = (prt_sink){.context = s, .in_order = true, .row = take_row};
    s->config = config;
    want(s, config->user, "user");
    want(s, config->query, "query");
    s->item_field = config->item ? want(s, config->item, "item") : -1;
    s->time_field = config->time ? want(s, config->time, "time") : -1;
}

pr_status prt_search_sink_finish(prt_search_sink *s, prt_searches *out, pr_error *error) {
    /* A log without rows has arrays too. */
    if (!make_room(s) || !prt_text_pool_take(&s->queries, &s->searches.queries))
        return prt_fail_memory(error, "laying out the searches");
    *out = s->searches;
    s->searches = (prt_searches){0};
    return PR_OK;
}

void prt_search_sink_close(prt_search_sink *s) {
    free(s->searches.user);
    free(s->searches.item);
    free(s->searches.time);
    prt_text_pool_free(&s->queries);
    *s = (prt_search_sink){0};
}
