/* Reading, writing and adding to the lists that the visitor was shown. */
#include "shown.h"

#include <string.h>

const char *const pr__context_names[PR_CONTEXTS] = {"",
#define PR_CONTEXT_NAME(name) #name,
                                                    PR_CONTEXT_LIST(PR_CONTEXT_NAME)
#undef PR_CONTEXT_NAME
};

pr_context pr__context_named(const pr_json *name) {
    int context = PR_NO_CONTEXT + 1;
    while (context < PR_CONTEXTS && !pr_json_is(name, pr__context_names[context]))
        context++;
    return (pr_context)context;
}

bool pr__context_kept(const pr_json *given, pr_context *out) {
    const pr_context named = given && given->type != PR_JSON_NULL ? pr__context_named(given) : PR_NO_CONTEXT;
    *out = named < PR_CONTEXTS ? named : PR_NO_CONTEXT;
    return named < PR_CONTEXTS || given->type == PR_JSON_STRING;
}

bool pr__is_request_id(const pr_json *given) {
    if (!given || given->type != PR_JSON_STRING || given->size < 1 || given->size > PR_MAX_REQUEST_ID)
        return false;
    for (uint32_t i = 0; i < given->size; i++) {
        char c = given->string[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && c != '.' && c != ':')
            return false;
    }
    return true;
}

static bool read_row(const pr_json *given, pr_shown *out) {
    const pr_json *request = pr_json_get(given, "request"), *context = pr_json_get(given, "context"),
                  *count = pr_json_get(given, "count"), *time = pr_json_get(given, "time");
    if (!pr__is_request_id(request) || !count || count->type != PR_JSON_NUMBER || !count->is_integer ||
        count->number < 1 || count->number > PR_MOST_SHOWN_AT_ONCE || !time || time->type != PR_JSON_NUMBER ||
        !time->is_integer)
        return false;
    *out = (pr_shown){{request->string, request->size}, PR_NO_CONTEXT, (uint32_t)count->number, (int64_t)time->number};
    return pr__context_kept(context, &out->context);
}

pr_status pr__shown_read(const pr_json *given, pr_arena *arena, pr_shown_lists *out, const char **what) {
    if (!given)
        return PR_OK;
    *what = "must hold what was shown as a list of at most 200 objects";
    if (given->type != PR_JSON_ARRAY || given->size > PR_MAX_SHOWN)
        return PR_E_FORMAT;
    out->rows = pr_arena_array(arena, given->size + 1u, sizeof *out->rows);
    if (!out->rows)
        return PR_E_MEMORY;
    *what = "has a shown list without a request, a time or a count from 1 to 1000, or whose context is no text";
    for (const pr_json *row = given->first; row; row = row->next) {
        if (!read_row(row, &out->rows[out->count++]))
            return PR_E_FORMAT;
    }
    return PR_OK;
}

void pr__shown_write(const pr_shown_lists *lists, pr_writer *w) {
    if (!lists->count)
        return;
    pr_write_key(w, "shown");
    pr_write_array(w);
    for (uint32_t i = 0; i < lists->count; i++) {
        const pr_shown *row = &lists->rows[i];
        pr_write_object(w);
        pr_write_key(w, "request");
        pr_write_string(w, row->request.bytes, row->request.size);
        if (row->context != PR_NO_CONTEXT) {
            pr_write_key(w, "context");
            pr_write_text(w, pr__context_names[row->context]);
        }
        pr_write_key(w, "count");
        pr_write_integer(w, row->count);
        pr_write_key(w, "time");
        pr_write_integer(w, row->time);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

/* The row of the same list that has room for what is to be added; NULL: there is none. */
static pr_shown *earlier_row(const pr_shown_lists *lists, const pr_shown *row) {
    for (uint32_t i = lists->count; i-- > 0;) {
        pr_shown *earlier = &lists->rows[i];
        if (earlier->context == row->context && earlier->count + row->count <= PR_MOST_SHOWN_AT_ONCE &&
            pr__equal(earlier->request.bytes, earlier->request.size, row->request.bytes, row->request.size))
            return earlier;
    }
    return NULL;
}

pr_status pr__shown_add(pr_shown_lists *lists, pr_arena *arena, const pr_shown *row) {
    pr_shown *earlier = earlier_row(lists, row);
    if (earlier) {
        earlier->count += row->count;
        return PR_OK;
    }
    uint32_t dropped = lists->count == PR_MAX_SHOWN;
    pr_shown *rows = pr_arena_array(arena, lists->count + 1u, sizeof *rows);
    if (!rows)
        return PR_E_MEMORY;
    lists->count -= dropped;
    if (lists->count)
        memcpy(rows, lists->rows + dropped, lists->count * sizeof *rows);
    rows[lists->count++] = *row;
    lists->rows = rows;
    return PR_OK;
}
