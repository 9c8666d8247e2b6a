/* Rows into events: ids become indices, values become event types. */
#include "event_row.h"

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
    prt_event_tally tally;
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

/* Number the session within the piece; append() knows the number within the log. */
static bool add_session(event_piece *p, const prt_field *f) {
    bool added;
    p->session[p->count] = PRT_NONE;
    return !f || f->kind == PRT_FIELD_MISSING ||
           prt_idmap_add(&p->sessions, f->bytes, f->size, &p->session[p->count], &added);
}

/* Ids that are new become users and items once nothing else is wrong with the row. */
static bool add_ids(prt_event_sink *s, const prt_field *item, prt_event_row *row) {
    bool added;
    if (row->user == PRT_NONE && !prt_idmap_add(s->users, row->user_id.bytes, row->user_id.size, &row->user, &added))
        return false;
    return row->item != PRT_NONE || prt_entity_sink_add(s->new_items, item->bytes, item->size, &row->item);
}

static void store(const prt_event_sink *s, event_piece *p, const prt_event_row *row) {
    p->user[p->count] = row->user;
    p->item[p->count] = row->item;
    p->types[p->count] = row->types;
    if (s->has_time)
        p->time[p->count] = row->time;
    if (s->has_quantity)
        p->quantity[p->count] = row->quantity;
    if (s->has_price)
        p->price[p->count] = row->price;
    p->tally.returns += row->types == PRT_EVENT_RETURN;
    p->count++;
}

static const char *take_row(void *context, prt_piece *piece, const prt_field *f) {
    prt_event_sink *s = context;
    event_piece *p = piece->data;
    prt_event_row row;
    const char *wrong = prt_event_check(s, piece, f, &row);
    if (wrong)
        return wrong;
    p->tally.excluded += row.fate == PRT_EVENT_EXCLUDED;
    p->tally.skipped += row.fate == PRT_EVENT_SKIPPED;
    if (row.fate != PRT_EVENT_KEPT)
        return NULL;
    if (!add_ids(s, &f[1], &row) || (p->count == p->room && !grow_piece(p, s)) ||
        (s->has_session && !add_session(p, row.session)))
        piece->out_of_memory = true;
    else
        store(s, p, &row);
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
    s->tally.returns += p->tally.returns;
    s->tally.skipped += p->tally.skipped;
    s->tally.excluded += p->tally.excluded;
    p->tally = (prt_event_tally){0};
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
    s->sink = (prt_sink){s, s->open_users || s->new_items, open_piece, close_piece, take_row, append, reserve, NULL};
    s->config = config;
    s->wanted_count = 0;
    want(s, config->user, "user");
    want(s, config->item, "item");
    s->type_field = config->type_from ? want(s, config->type_from, "type.from") : -1;
    s->time_field = config->time ? want(s, config->time, "time") : -1;
    s->session_field = config->session ? want(s, config->session, "session") : -1;
    s->quantity_field = config->quantity ? want(s, config->quantity, "quantity") : -1;
    s->price_field = config->price ? want(s, config->price, "price") : -1;
    s->returns_field = config->returns ? want(s, config->returns, "returns.column") : -1;
    s->tally = (prt_event_tally){0};
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
