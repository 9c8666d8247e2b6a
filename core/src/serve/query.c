/* Building a pr_query: defaults, the visitor's own history, sets of codes; and answering with a list. */
#include "call.h"

#include <string.h>

pr_status pr__query_init(pr_call *call, pr_query *query) {
    memset(query, 0, sizeof *query);
    query->knobs = call->engine->settings.knobs;
    query->requested = call->engine->settings.results;
    query->now = call->request->now;
    query->seed = call->request->seed;
    query->profile = call->state.profile;
    query->hide_seen = query->hide_flagged = true;
    query->only = UINT32_MAX;
    return pr__own_read(call->engine, &call->state, &query->own, call->error);
}

static pr_status make_set(pr_call *call, uint32_t column, pr_code_set *set) {
    if (set->bits)
        return PR_OK;
    set->bits = pr_arena_array(&call->engine->scratch, call->engine->settings.columns[column].values / 32u + 1u,
                               sizeof *set->bits);
    return set->bits ? PR_OK : pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while reading the request");
}

static void add_code(pr_code_set *set, uint32_t code) {
    if (!pr__bit(set->bits, code))
        set->count++;
    pr__set_bit(set->bits, code);
}

pr_status pr__codes_add(pr_call *call, uint32_t column, pr_text name, pr_code_set *set, bool *found) {
    PR_TRY(make_set(call, column, set));
    const pr_strings *names = pr__dictionary(call->engine, column);
    uint32_t code = names ? pr__strings_find(names, name) : UINT32_MAX;
    *found = code != UINT32_MAX || !names; /* a missing dictionary is a page fault, not a wrong name */
    if (code != UINT32_MAX)
        add_code(set, code);
    return PR_OK;
}

/* The codes of a liked item become wishes. */
static pr_status add_wishes(pr_call *call, uint32_t column, pr_item item, pr_code_set *set) {
    if (column == PR_NO_COLUMN)
        return PR_OK;
    PR_TRY(make_set(call, column, set));
    uint32_t first, count = pr__item_codes(&call->engine->settings, item, column, &first);
    for (uint32_t i = first; i < first + count; i++)
        add_code(set, pr__uint(item.view->columns[column].codes, i));
    return PR_OK;
}

/* Two dislikes more than likes keep a group (an instructor) away. */
static pr_status avoid_disliked_groups(pr_call *call, pr_query *query) {
    pr_engine *engine = call->engine;
    uint32_t column = engine->settings.flag_column;
    int32_t *balance = pr_arena_array(&engine->scratch, engine->settings.columns[column].values + 1u, sizeof *balance);
    if (!balance)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while reading the visitor's events");
    for (uint32_t i = 0; i < query->own.count; i++) {
        const pr_own_item *own = &query->own.items[i];
        pr_item item;
        uint32_t first;
        if ((!own->liked && !own->disliked) || !pr__item(engine, own->item, &item) ||
            !pr__item_codes(&engine->settings, item, column, &first))
            continue;
        uint32_t code = pr__uint(item.view->columns[column].codes, first);
        balance[code] += own->disliked ? 1 : -1;
    }
    for (uint32_t code = 0; code < engine->settings.columns[column].values; code++) {
        if (balance[code] < 2)
            continue;
        PR_TRY(make_set(call, column, &query->must_not_groups));
        add_code(&query->must_not_groups, code);
    }
    return PR_OK;
}

static pr_status avoid_flagged(pr_call *call, pr_query *query) {
    pr_engine *engine = call->engine;
    if (!query->hide_flagged || engine->tables[PR_TABLE_GROUPS].rows == 0)
        return PR_OK;
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_GROUPS, 0);
    if (!shard)
        return PR_OK;
    const pr_groups_view *view = &shard->view.groups;
    PR_TRY(make_set(call, engine->settings.flag_column, &query->must_not_groups));
    for (uint32_t i = 0; i < view->rows; i++) {
        if (view->flagged[i])
            add_code(&query->must_not_groups, pr__uint(view->code, i));
    }
    return PR_OK;
}

pr_status pr__query_personalise(pr_call *call, pr_query *query) {
    const pr_settings *settings = &call->engine->settings;
    for (uint32_t i = 0; i < query->own.count; i++) {
        pr_item item;
        if (!query->own.items[i].liked || !pr__item(call->engine, query->own.items[i].item, &item))
            continue;
        PR_TRY(add_wishes(call, settings->type_column, item, &query->should_types));
        PR_TRY(add_wishes(call, settings->flag_column, item, &query->should_groups));
    }
    if (settings->flag_column == PR_NO_COLUMN)
        return PR_OK;
    PR_TRY(avoid_disliked_groups(call, query));
    return avoid_flagged(call, query);
}

static void write_segments(const pr_list *list, pr_writer *w) {
    pr_write_key(w, "segments");
    pr_write_array(w);
    for (uint32_t r = 0; r < list->row_count; r++) {
        pr_write_object(w);
        pr_write_key(w, "key");
        pr_write_string(w, list->rows[r].key.bytes, list->rows[r].key.size);
        pr_write_key(w, "backoff");
        pr_write_integer(w, list->rows[r].level);
        pr_write_key(w, "cells");
        pr_write_integer(w, list->rows[r].cells);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

pr_status pr__answer_list(pr_call *call, pr_query *query, const char *mode) {
    static const char *const reasons[] = {NULL, "catalogue_exhausted", "filtered_out", "no_match"};
    pr_list *list = pr_arena_take(&call->engine->scratch, sizeof *list);
    if (!list)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__recommend(call->engine, query, list, call->error));
    pr_writer *w = &call->w;
    pr_write_object(w);
    pr_write_key(w, "mode");
    pr_write_text(w, mode);
    write_segments(list, w);
    pr_write_key(w, "recommendations");
    pr_write_array(w);
    for (uint32_t i = 0; i < list->picked_count; i++)
        pr__write_result(call->engine, query, list, list->picked[i], i + 1, w);
    pr_write_end_array(w);
    pr_write_key(w, "requested");
    pr_write_integer(w, query->requested);
    pr_write_key(w, "returned");
    pr_write_integer(w, list->picked_count);
    pr_write_key(w, "reason");
    pr_write_text(w, reasons[list->reason]);
    char time[21];
    pr__format_time(query->now, time);
    pr_write_key(w, "generated_at");
    pr_write_text(w, time);
    pr_write_end_object(w);
    return PR_OK;
}
