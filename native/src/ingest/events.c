/* Rows into events: ids become indices, values become event types. */
#include "field_check.h"
#include "row_reasons.h"
#include "sinks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Events of a stretch. */
typedef struct event_piece {
    size_t count, room;
    uint32_t *user, *item;
    uint16_t *types;
    int64_t *time;
    uint32_t *session; /* in `sessions`, or PRT_NONE */
    float *quantity, *price;
    prt_idmap sessions;
} event_piece;

static void *open_piece(void *context) {
    (void)context;
    return calloc(1, sizeof(event_piece));
}

static void close_piece(void *context, void *data) {
    event_piece *p = data;
    (void)context;
    free(p->user);
    free(p->item);
    free(p->types);
    free(p->time);
    free(p->session);
    free(p->quantity);
    free(p->price);
    prt_idmap_free(&p->sessions);
    free(p);
}

static bool grow_piece(event_piece *p, const prt_event_sink *s) {
    size_t room = p->room ? p->room * 2 : 4096;
    if (!prt_resize(&p->user, room, sizeof *p->user) || !prt_resize(&p->item, room, sizeof *p->item) ||
        !prt_resize(&p->types, room, sizeof *p->types))
        return false;
    if (s->has_time && !prt_resize(&p->time, room, sizeof *p->time))
        return false;
    if (s->has_session && !prt_resize(&p->session, room, sizeof *p->session))
        return false;
    if (s->has_quantity && !prt_resize(&p->quantity, room, sizeof *p->quantity))
        return false;
    if (s->has_price && !prt_resize(&p->price, room, sizeof *p->price))
        return false;
    p->room = room;
    return true;
}

static uint32_t find_meaning(const prt_event_sink *s, const prt_field *f) {
    const prt_event_config *config = s->config;
    double number = 0;
    if (f->kind != PRT_FIELD_TEXT)
        return PRT_NONE;
    if (config->kind == PRT_MEANING_VALUES && f->size == 1)
        return s->by_character[(unsigned char)*f->bytes];
    if (config->kind == PRT_MEANING_RANGES && !prt_parse_real(f->bytes, f->size, &number))
        return PRT_NONE;
    for (uint32_t i = 0; i < config->meaning_count; i++) {
        const prt_meaning *m = &config->meanings[i];
        if (config->kind == PRT_MEANING_RANGES
                ? number >= m->minimum && number <= m->maximum
                : strlen(m->value) == f->size && memcmp(m->value, f->bytes, f->size) == 0)
            return i;
    }
    return PRT_NONE;
}

/* Without a users' table, an id that is right is a new user. */
static const char *add_user(prt_event_sink *s, prt_piece *piece, const prt_field *f, uint32_t *user) {
    bool added;
    if (f->kind != PRT_FIELD_TEXT || f->size > PRT_MOST_ID || prt_check_text(f->bytes, f->size))
        return prt_say_unknown(piece, s->config->user, f, "");
    if (!prt_idmap_add(s->users, f->bytes, f->size, user, &added))
        piece->out_of_memory = true;
    return NULL;
}

static const char *check_session(const prt_event_sink *s, prt_piece *piece, const prt_field *f) {
    if (f->kind == PRT_FIELD_MISSING)
        return NULL;
    if (f->kind != PRT_FIELD_TEXT || f->size > PRT_MOST_ID || prt_check_text(f->bytes, f->size))
        return prt_say_unknown(piece, s->config->session, f, "");
    return NULL;
}

/* Number the session within the piece; append() knows the number within the log. */
static bool add_session(event_piece *p, const prt_field *f) {
    bool added;
    p->session[p->count] = PRT_NONE;
    return !f || f->kind == PRT_FIELD_MISSING ||
           prt_idmap_add(&p->sessions, f->bytes, f->size, &p->session[p->count], &added);
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *f) {
    prt_event_sink *s = context;
    event_piece *p = piece->data;
    uint32_t meaning = 0;
    int64_t time = PRT_NO_INTEGER;
    uint32_t user = f[0].kind == PRT_FIELD_TEXT ? prt_idmap_find(s->users, f[0].bytes, f[0].size) : PRT_NONE;
    uint32_t item = f[1].kind == PRT_FIELD_TEXT ? prt_idmap_find(s->items, f[1].bytes, f[1].size) : PRT_NONE;
    if (user == PRT_NONE && !s->open_users)
        return prt_say_unknown(piece, s->config->user, &f[0], "is not one of the users");
    if (item == PRT_NONE)
        return prt_say_unknown(piece, s->config->item, &f[1], "is not one of the items");
    if (s->type_field >= 0 && (meaning = find_meaning(s, &f[s->type_field])) == PRT_NONE)
        return prt_say_wrong(piece, s->config->type_from, &f[s->type_field], "has no event type in the configuration");
    if (s->time_field >= 0) {
        const prt_field *t = &f[s->time_field];
        if (t->kind == PRT_FIELD_WRONG || t->kind == PRT_FIELD_LIST ||
            (t->kind == PRT_FIELD_TEXT && !prt_parse_time(t->bytes, t->size, &time)))
            return prt_say_wrong(piece, s->config->time, t, "is not a time (ISO 8601 or Unix seconds)");
    }
    const prt_field *session = s->session_field >= 0 ? &f[s->session_field] : NULL;
    const char *no_session = session ? check_session(s, piece, session) : NULL;
    if (no_session)
        return no_session;
    uint16_t types = s->config->meanings[meaning].types;
    if (types == 0)
        return NULL;
    if (user == PRT_NONE) {
        const char *wrong = add_user(s, piece, &f[0], &user);
        if (wrong)
            return wrong;
    }
    if ((p->count == p->room && !grow_piece(p, s)) || (s->has_session && !add_session(p, session))) {
        piece->out_of_memory = true;
        return NULL;
    }
    p->user[p->count] = user;
    p->item[p->count] = item;
    p->types[p->count] = types;
    if (s->has_time)
        p->time[p->count] = time;
    if (s->has_quantity)
        p->quantity[p->count] = 1;
    if (s->has_price)
        p->price[p->count] = NAN;
    p->count++;
    return NULL;
}

/* Room for so many events. */
static bool resize_events(prt_event_sink *s, uint64_t room) {
    prt_events *e = &s->events;
    if (!prt_resize(&e->user, room, sizeof *e->user) || !prt_resize(&e->item, room, sizeof *e->item) ||
        !prt_resize(&e->types, room, sizeof *e->types))
        return false;
    if (s->has_time && !prt_resize(&e->time, room, sizeof *e->time))
        return false;
    if (s->has_session && !prt_resize(&e->session, room, sizeof *e->session))
        return false;
    if (s->has_quantity && !prt_resize(&e->quantity, room, sizeof *e->quantity))
        return false;
    if (s->has_price && !prt_resize(&e->price, room, sizeof *e->price))
        return false;
    s->room = room;
    return true;
}

static bool reserve(void *context, uint64_t rows) {
    prt_event_sink *s = context;
    uint64_t wanted = s->events.count + rows;
    if (wanted <= s->room)
        return true;
    return resize_events(s, wanted);
}

/* From numbers within the piece to numbers within the log, by first appearance. */
static bool append_sessions(prt_event_sink *s, event_piece *p, uint32_t *to) {
    const prt_text_pool *ids = &p->sessions.ids;
    uint32_t *numbers = malloc((ids->count + (size_t)1) * sizeof *numbers);
    bool ok = numbers, added;
    for (uint32_t i = 0; ok && i < ids->count; i++) {
        ok = prt_idmap_add(&s->sessions, ids->bytes + ids->offsets[i], ids->offsets[i + 1] - ids->offsets[i],
                           &numbers[i], &added) &&
             numbers[i] < PRT_NONE - 1 - s->first_session;
    }
    for (size_t i = 0; ok && i < p->count; i++)
        to[i] = p->session[i] == PRT_NONE ? PRT_NONE : s->first_session + numbers[p->session[i]];
    free(numbers);
    prt_idmap_free(&p->sessions);
    return ok;
}

static bool append(void *context, prt_piece *piece) {
    prt_event_sink *s = context;
    prt_events *e = &s->events;
    event_piece *p = piece->data;
    uint64_t needed = e->count + p->count;
    if (p->count == 0)
        return true;
    if (needed > s->room && !resize_events(s, needed + needed / 2))
        return false;
    memcpy(e->user + e->count, p->user, p->count * sizeof *p->user);
    memcpy(e->item + e->count, p->item, p->count * sizeof *p->item);
    memcpy(e->types + e->count, p->types, p->count * sizeof *p->types);
    if (s->has_time)
        memcpy(e->time + e->count, p->time, p->count * sizeof *p->time);
    if (s->has_quantity)
        memcpy(e->quantity + e->count, p->quantity, p->count * sizeof *p->quantity);
    if (s->has_price)
        memcpy(e->price + e->count, p->price, p->count * sizeof *p->price);
    if (s->has_session && !append_sessions(s, p, e->session + e->count))
        return false;
    e->count = needed;
    p->count = 0;
    return true;
}

static int32_t want(prt_event_sink *s, const char *column, const char *key) {
    uint32_t i = s->wanted_count++;
    snprintf(s->keys[i], sizeof s->keys[i], "%.16s.%s", s->config->source.key, key);
    s->wanted[i] = (prt_wanted){column, s->keys[i], true};
    return (int32_t)i;
}

void prt_event_sink_source(prt_event_sink *s, const prt_event_config *config) {
    s->sink = (prt_sink){s, s->open_users, open_piece, close_piece, take_row, append, reserve};
    s->config = config;
    s->wanted_count = 0;
    want(s, config->user, "user");
    want(s, config->item, "item");
    s->type_field = config->type_from ? want(s, config->type_from, "type.from") : -1;
    s->time_field = config->time ? want(s, config->time, "time") : -1;
    s->session_field = config->session ? want(s, config->session, "session") : -1;
    s->first_session += s->sessions.ids.count; /* the same text in another log is another session */
    prt_idmap_free(&s->sessions);
    memset(s->by_character, 0xFF, sizeof s->by_character);
    for (uint32_t i = 0; config->kind == PRT_MEANING_VALUES && i < config->meaning_count; i++) {
        if (strlen(config->meanings[i].value) == 1)
            s->by_character[(unsigned char)config->meanings[i].value[0]] = i;
    }
}

pr_status prt_event_sink_finish(prt_event_sink *s, prt_events *out, pr_error *error) {
    if (!resize_events(s, s->events.count))
        return prt_fail_memory(error, "laying out the events");
    *out = s->events;
    s->events = (prt_events){0};
    return PR_OK;
}

void prt_event_sink_close(prt_event_sink *s) {
    free(s->events.user);
    free(s->events.item);
    free(s->events.types);
    free(s->events.time);
    free(s->events.session);
    free(s->events.quantity);
    free(s->events.price);
    prt_idmap_free(&s->sessions);
    s->events = (prt_events){0};
}
