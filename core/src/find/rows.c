/* Rows of the table segments: building their keys from a profile, loading and decoding them. */
#include "rows.h"

#include <string.h>

/* How many values dimension `d` takes in keys of this level: those chosen, or the one '*' where it is backed off. None
 * means that the question was not answered, so that this level cannot be had. */
static uint32_t choices(const pr_profile *profile, uint32_t d, bool kept) {
    return kept ? profile->chosen[d].count : 1;
}

static pr_text choice(const pr_settings *settings, const pr_profile *profile, uint32_t d, bool kept, uint32_t i) {
    if (!kept)
        return (pr_text){"*", 1};
    return settings->dimensions[d].values[profile->chosen[d].values[i]];
}

/* One value for each dimension, joined by '|'. */
static pr_status make_key(pr_engine *engine, const pr_profile *profile, uint32_t kept, const uint32_t *at, pr_text *key,
                          pr_error *error) {
    const pr_settings *settings = &engine->settings;
    pr_buffer buffer = {.arena = &engine->scratch};
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        pr_text value = choice(settings, profile, d, kept >> d & 1, at[d]);
        if (d)
            pr_buffer_append(&buffer, "|", 1);
        pr_buffer_append(&buffer, value.bytes, value.size);
    }
    if (buffer.failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while looking up segments");
    *key = (pr_text){buffer.bytes, buffer.size};
    return PR_OK;
}

static pr_status decode(pr_engine *engine, pr_row *row, pr_error *error) {
    row->cells = row->segment.end - row->segment.first;
    row->items = pr_arena_array(&engine->scratch, row->cells + 1u, sizeof *row->items);
    if (!row->items)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while reading a segment");
    uint32_t item = 0;
    for (uint32_t i = 0; i < row->cells; i++) {
        item += pr__uint(row->segment.view->item, row->segment.first + i);
        row->items[i] = item;
    }
    return PR_OK;
}

pr_status pr__parent_key(pr_engine *engine, pr_text full, pr_text *key, pr_error *error) {
    const pr_settings *settings = &engine->settings;
    pr_buffer buffer = {.arena = &engine->scratch};
    size_t start = 0;
    uint32_t d = 0;
    for (size_t i = 0; i <= full.size; i++) {
        if (i < full.size && full.bytes[i] != '|')
            continue;
        if (d < settings->dimension_count && settings->dimensions[d].item_side)
            pr_buffer_append(&buffer, full.bytes + start, i - start);
        else
            pr_buffer_append(&buffer, "*", 1);
        if (i < full.size)
            pr_buffer_append(&buffer, "|", 1);
        start = i + 1;
        d++;
    }
    if (buffer.failed)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while looking up segments");
    *key = (pr_text){buffer.bytes, buffer.size};
    return PR_OK;
}

pr_status pr__row_set_type_rates(pr_engine *engine, pr_row *row, pr_error *error) {
    pr_text key;
    pr_segment type;
    if (!row)
        return PR_OK;
    PR_TRY(pr__parent_key(engine, row->key, &key, error));
    if (!pr__segment_find(engine, key, &type))
        return PR_OK;
    if (type.totals.rated)
        row->like_rate = (double)type.totals.liked / type.totals.rated;
    if (type.totals.started)
        row->completion_rate = (double)type.totals.completed / type.totals.started;
    return PR_OK;
}

pr_status pr__row_add(pr_engine *engine, pr_list *list, pr_text key, uint32_t level, pr_row **added, pr_error *error) {
    *added = NULL;
    if (list->row_count == PR_MAX_ROWS)
        return PR_OK;
    pr_row *row = &list->rows[list->row_count];
    memset(row, 0, sizeof *row);
    row->key = key;
    row->level = level;
    row->like_rate = engine->settings.like.mean;
    row->completion_rate = engine->settings.completion.mean;
    row->found = pr__segment_find(engine, key, &row->segment);
    if (row->found)
        PR_TRY(decode(engine, row, error));
    list->row_count++;
    *added = row;
    return PR_OK;
}

pr_status pr__rows_load_level(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t level,
                              pr_error *error) {
    const pr_settings *settings = &engine->settings;
    uint32_t kept = level ? settings->backoffs[level - 1] : (1u << settings->dimension_count) - 1;
    uint32_t at[PR_MAX_DIMENSIONS] = {0};
    if (kept == 0)
        return PR_OK;
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        if (!choices(&query->profile, d, kept >> d & 1))
            return PR_OK; /* a question that was not answered: this level cannot be had */
    }
    for (;;) {
        pr_text key;
        pr_row *row;
        PR_TRY(make_key(engine, &query->profile, kept, at, &key, error));
        PR_TRY(pr__row_add(engine, list, key, level, &row, error));
        if (query->knobs.prior == PR_PRIOR_LEARNED)
            PR_TRY(pr__row_set_type_rates(engine, row, error));
        uint32_t d = 0; /* count up, the first dimension fastest */
        while (d < settings->dimension_count && ++at[d] == choices(&query->profile, d, kept >> d & 1))
            at[d++] = 0;
        if (d == settings->dimension_count)
            return PR_OK;
    }
}

uint32_t pr__row_cell(const pr_row *row, uint32_t item) {
    uint32_t low = 0, high = row->cells;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row->items[middle] == item)
            return middle;
        if (row->items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}
