/* States from a log. A state may hold 200 lists that were shown; more of them come in further states without events,
 * as what was shown is only counted, those that something became of first. What lists need of the events is clicks on
 * recommendations and purchases; the funnel needs the others, too. */
#include "performance_log.h"
#include "fail.h"

#include <stdlib.h>

enum { MOST_EVENTS = 2000, MOST_LISTS = 200, MOST_SHOWN = 1000, DAY = 86400, ATTRIBUTION_DAYS = 7 };

static const char *const KEPT[PRT_INTERACTION_TYPES] = {
#define KEPT_AS(name, kept) kept,
    PRT_INTERACTION_LIST(KEPT_AS)
#undef KEPT_AS
};

/* One list that the visitor was shown: rows of the same request count together. */
typedef struct shown_list {
    const prt_interaction *row; /* the first */
    uint64_t products;
    bool used; /* something became of it */
} shown_list;

typedef struct visitor {
    const prt_interaction_log *log;
    uint64_t first, end; /* rows */
    int64_t from;        /* older lists do not count */
    uint32_t number;     /* 1, 2, … */
    uint32_t list_count, list_room;
    shown_list *lists;
    uint32_t *seen_by, *place; /* of each request: the visitor who was shown it last, and where it is in `lists` */
} visitor;

typedef bool (*row_test)(const prt_interaction *row);

static bool is_event(const prt_interaction *row) {
    return row->type != PRT_DID_RECOMMENDATION_IMPRESSION;
}

static bool is_of_lists(const prt_interaction *row) {
    return row->type == PRT_DID_RECOMMENDATION_CLICK || row->type == PRT_DID_PURCHASE;
}

/* ---- the visitor's lists ---- */

static bool add_list(visitor *v, const prt_interaction *row) {
    if (v->list_count == v->list_room) {
        uint32_t room = v->list_room ? 2 * v->list_room : MOST_LISTS;
        shown_list *larger = realloc(v->lists, room * sizeof *larger);
        if (!larger)
            return false;
        v->lists = larger;
        v->list_room = room;
    }
    v->seen_by[row->request] = v->number;
    v->place[row->request] = v->list_count;
    v->lists[v->list_count++] = (shown_list){.row = row};
    return true;
}

static bool find_lists(visitor *v) {
    v->list_count = 0;
    for (uint64_t i = v->first; i < v->end; i++) {
        const prt_interaction *row = &v->log->rows[i];
        if (row->time < v->from || is_event(row))
            continue;
        if (v->seen_by[row->request] != v->number && !add_list(v, row))
            return false;
        v->lists[v->place[row->request]].products += row->shown;
    }
    for (uint64_t i = v->first; i < v->end; i++) {
        const prt_interaction *row = &v->log->rows[i];
        if (row->request != PRT_NONE && is_of_lists(row) && v->seen_by[row->request] == v->number)
            v->lists[v->place[row->request]].used = true;
    }
    return true;
}

/* ---- JSON ---- */

static void put_id(pr_writer *w, const char *key, const prt_idmap *ids, uint32_t id) {
    const prt_text_pool *pool = &ids->ids;
    if (id == PRT_NONE)
        return;
    pr_write_key(w, key);
    pr_write_string(w, pool->bytes + pool->offsets[id], (size_t)(pool->offsets[id + (size_t)1] - pool->offsets[id]));
}

static void put_number(pr_writer *w, const char *key, double value) {
    if (value <= 0)
        return;
    pr_write_key(w, key);
    pr_write_number(w, value);
}

/* What events and lists have in common; the object stays open. */
static void put_origin(pr_writer *w, const prt_interaction_log *log, const prt_interaction *row) {
    pr_write_object(w);
    put_id(w, "request", &log->requests, row->request);
    if (row->context != PRT_NO_PLACE) {
        pr_write_key(w, "context");
        pr_write_text(w, prt_place_names[row->context]);
    }
    pr_write_key(w, "time");
    pr_write_integer(w, row->time);
}

static void put_event(pr_writer *w, const prt_interaction_log *log, const prt_interaction *row) {
    bool amounts = row->type == PRT_DID_PURCHASE || row->type == PRT_DID_CART_ADD;
    put_origin(w, log, row);
    pr_write_key(w, "type");
    pr_write_text(w, KEPT[row->type]);
    put_id(w, "item", &log->items, row->item);
    put_number(w, "position", row->position);
    put_number(w, "quantity", amounts ? row->quantity : 0);
    put_number(w, "price", amounts ? row->price : 0);
    pr_write_end_object(w);
}

/* The latest events that pass the test, as in a browser, however old: a second click on an old list is none. Returns
 * whether some are left out that could count. */
static bool put_events(pr_writer *w, const visitor *v, row_test test) {
    uint64_t first = v->end, count = 0;
    while (first > v->first && (count < MOST_EVENTS || !test(&v->log->rows[first - 1])))
        count += test(&v->log->rows[--first]);
    pr_write_key(w, "events");
    pr_write_array(w);
    for (uint64_t i = first; i < v->end; i++) {
        if (test(&v->log->rows[i]))
            put_event(w, v->log, &v->log->rows[i]);
    }
    pr_write_end_array(w);
    return first > v->first && v->log->rows[first - 1].time >= v->from - ATTRIBUTION_DAYS * DAY;
}

/* A state says of at most 1,000 products at once that they were shown. */
static void put_list(pr_writer *w, const visitor *v, const shown_list *list) {
    put_origin(w, v->log, list->row);
    put_number(w, "count", list->products < MOST_SHOWN ? (double)list->products : MOST_SHOWN);
    pr_write_end_object(w);
}

/* Lists `skip` … of those that something became of, then of the others. */
static void put_lists(pr_writer *w, const visitor *v, uint32_t skip) {
    uint32_t seen = 0;
    pr_write_key(w, "shown");
    pr_write_array(w);
    for (int used = 1; used >= 0; used--) {
        for (uint32_t i = 0; i < v->list_count; i++) {
            if (v->lists[i].used != (bool)used)
                continue;
            if (seen >= skip && seen - skip < MOST_LISTS)
                put_list(w, v, &v->lists[i]);
            seen++;
        }
    }
    pr_write_end_array(w);
}

/* ---- adding up ---- */

static void begin(pr_writer *w) {
    pr_write_object(w);
    pr_write_key(w, "version");
    pr_write_integer(w, 1);
}

static pr_status finish(prt_performance *p, pr_writer *w,
                        pr_status (*add)(prt_performance *, pr_text state, pr_error *error), pr_error *error) {
    pr_write_end_object(w);
    return w->out->failed ? prt_fail_memory(error, "adding up what became of recommendations")
                          : add(p, (pr_text){w->out->bytes, w->out->size}, error);
}

static pr_status add_visitor(prt_performance *p, visitor *v, pr_arena *arena, bool *cut, pr_error *error) {
    if (!find_lists(v))
        return prt_fail_memory(error, "adding up what became of recommendations");
    for (uint32_t skip = 0; skip == 0 || skip < v->list_count; skip += MOST_LISTS) {
        pr_arena_reset(arena);
        pr_buffer state = {.arena = arena};
        pr_writer w = {.out = &state};
        begin(&w);
        if (skip == 0)
            *cut = put_events(&w, v, is_of_lists);
        put_lists(&w, v, skip);
        PRT_TRY(finish(p, &w, prt_performance_add_lists, error));
    }
    pr_arena_reset(arena);
    pr_buffer state = {.arena = arena};
    pr_writer w = {.out = &state};
    begin(&w);
    *cut |= put_events(&w, v, is_event);
    return finish(p, &w, prt_performance_add_funnel, error);
}

pr_status prt_performance_add_log(prt_performance *p, const prt_interaction_log *log, uint64_t *cut, pr_error *error) {
    pr_arena arena;
    visitor v = {.log = log, .from = p->now - (int64_t)p->days * DAY};
    *cut = 0;
    pr_arena_init(&arena, NULL, 0);
    v.seen_by = calloc(log->requests.ids.count + (size_t)1, sizeof *v.seen_by);
    v.place = calloc(log->requests.ids.count + (size_t)1, sizeof *v.place);
    pr_status status =
        v.seen_by && v.place ? PR_OK : prt_fail_memory(error, "adding up what became of recommendations");
    for (; v.first < log->count && status == PR_OK; v.first = v.end) {
        bool more = false;
        v.number++;
        for (v.end = v.first; v.end < log->count && log->rows[v.end].user == log->rows[v.first].user; v.end++)
            continue;
        status = add_visitor(p, &v, &arena, &more, error);
        *cut += more;
    }
    free(v.lists);
    free(v.seen_by);
    free(v.place);
    pr_arena_free(&arena);
    return status;
}
