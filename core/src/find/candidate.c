/* Making an item a candidate: not twice, not against a rule, with the counts of the row that speaks for it. */
#include "rows.h"

#include <string.h>

static bool passes(const pr_settings *settings, const pr_filter *filter, pr_item item) {
    const pr_item_column *column = &item.view->columns[filter->column];
    double value;
    switch (settings->columns[filter->column].type) {
    case PR_COLUMN_CATEGORY:
    case PR_COLUMN_LIST: {
        uint32_t first, count = pr__item_codes(settings, item, filter->column, &first);
        for (uint32_t i = first; i < first + count; i++) {
            if (pr__bit(filter->codes.bits, pr__uint(column->codes, i)))
                return true;
        }
        return false;
    }
    case PR_COLUMN_INTEGER:
    case PR_COLUMN_DATE:
        if (column->integers[item.row] == INT32_MIN)
            return false;
        value = column->integers[item.row];
        break;
    case PR_COLUMN_REAL:
        value = column->reals[item.row];
        break;
    default:
        return false;
    }
    return value >= filter->minimum && value <= filter->maximum;
}

bool pr__is_allowed(pr_engine *engine, const pr_query *query, uint32_t item, pr_item view) {
    const pr_settings *settings = &engine->settings;
    const pr_own_item *own = pr__own_find(&query->own, item);
    if (own && (own->disliked || (own->seen && query->hide_seen)))
        return false;
    if (pr__bit(query->excluded, item))
        return false;
    if (query->must_not_groups.bits && settings->flag_column != PR_NO_COLUMN) {
        uint32_t code = pr__uint(view.view->columns[settings->flag_column].codes, view.row);
        if (code < settings->columns[settings->flag_column].values && pr__bit(query->must_not_groups.bits, code))
            return false;
    }
    for (uint32_t i = 0; i < query->filter_count; i++) {
        if (!passes(settings, &query->filters[i], view))
            return false;
    }
    return true;
}

static pr_status grow(pr_engine *engine, pr_list *list, pr_error *error) {
    uint32_t capacity = list->capacity ? list->capacity * 2 : 128;
    pr_candidate *grown = pr_arena_array(&engine->scratch, capacity, sizeof *grown);
    if (!grown)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while collecting candidates");
    if (list->count)
        memcpy(grown, list->candidates, list->count * sizeof *grown);
    list->candidates = grown;
    list->capacity = capacity;
    return PR_OK;
}

/* Does the full segment `row` speak about items of this item's type: are its item-side values among the item's? */
static bool is_of_type(pr_engine *engine, const pr_row *row, pr_item item) {
    const pr_settings *settings = &engine->settings;
    size_t start = 0;
    uint32_t d = 0;
    for (size_t i = 0; i <= row->key.size && d < settings->dimension_count; i++) {
        if (i < row->key.size && row->key.bytes[i] != '|')
            continue;
        if (settings->dimensions[d].item_side) {
            uint32_t column = settings->dimensions[d].column, first,
                     count = pr__item_codes(settings, item, column, &first);
            const pr_strings *names = pr__dictionary(engine, column);
            bool same = false;
            for (uint32_t c = first; names && !same && c < first + count; c++) {
                pr_text name = pr__string(names, pr__uint(item.view->columns[column].codes, c));
                same = pr__equal(name.bytes, name.size, row->key.bytes + start, i - start);
            }
            if (!same)
                return false;
        }
        start = i + 1;
        d++;
    }
    return true;
}

/* The first row that has a cell for the item speaks for it. Under the learned prior an item without a cell still
 * belongs to the segment of its type, with no counts of its own; else everyone's counts speak. */
static void set_evidence(pr_engine *engine, const pr_query *query, pr_list *list, pr_candidate *candidate,
                         pr_item item) {
    for (uint32_t r = 0; r < list->row_count; r++) {
        uint32_t cell = list->rows[r].found ? pr__row_cell(&list->rows[r], candidate->item) : UINT32_MAX;
        if (cell != UINT32_MAX) {
            candidate->row = (uint16_t)r;
            candidate->counts = pr__counts(&list->rows[r].segment.view->counts, list->rows[r].segment.first + cell);
            return;
        }
    }
    for (uint32_t r = 0; query->knobs.prior == PR_PRIOR_LEARNED && r < list->row_count && list->rows[r].level == 0;
         r++) {
        if (is_of_type(engine, &list->rows[r], item)) {
            candidate->row = (uint16_t)r;
            return;
        }
    }
    candidate->row = PR_NO_ROW;
    candidate->counts = pr__counts(&item.view->counts, item.row);
}

pr_status pr__candidate_add(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t item, uint32_t tier,
                            pr_candidate **added, pr_error *error) {
    if (added)
        *added = NULL;
    pr_item view;
    if (item >= engine->items || pr__bit(list->taken, item) || !pr__item(engine, item, &view))
        return PR_OK;
    pr__set_bit(list->taken, item);
    if (query->only == UINT32_MAX && !pr__is_allowed(engine, query, item, view)) {
        list->dropped++;
        return PR_OK;
    }
    if (list->count == list->capacity)
        PR_TRY(grow(engine, list, error));
    pr_candidate *candidate = &list->candidates[list->count++];
    memset(candidate, 0, sizeof *candidate);
    candidate->item = item;
    candidate->tier = tier;
    candidate->similar_to = UINT32_MAX;
    candidate->propensity = 1;
    set_evidence(engine, query, list, candidate, view);
    if (added)
        *added = candidate;
    return PR_OK;
}
