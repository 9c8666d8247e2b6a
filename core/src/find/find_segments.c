/* Candidates from the visitor's segments, level by level: the full segment first, then its back-offs until there are
 * enough. */
#include "rows.h"

static pr_status add_cells(pr_engine *engine, const pr_query *query, pr_list *list, const pr_row *row, uint32_t tier,
                           pr_error *error) {
    for (uint32_t i = 0; i < row->cells; i++)
        PR_TRY(pr__candidate_add(engine, query, list, row->items[i], tier, NULL, error));
    return PR_OK;
}

/* Under the learned prior an item without a cell of its own in the segment is not unknown: its parents speak for it. So
 * the items of the row's type are candidates of the same tier, with no counts of their own. */
static pr_status add_parents(pr_engine *engine, const pr_query *query, pr_list *list, uint32_t row_index,
                             pr_error *error) {
    pr_text key;
    PR_TRY(pr__parent_key(engine, list->rows[row_index].key, &key, error));
    pr_row *parent;
    uint32_t before = list->row_count;
    PR_TRY(pr__row_add(engine, list, key, 0, &parent, error));
    if (!parent)
        return PR_OK;
    list->row_count = before; /* it lends its items only: it must not speak for them with its own counts */
    return add_cells(engine, query, list, parent, 0, error);
}

pr_status pr__find_segments(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    uint32_t last = query->knobs.backoff ? engine->settings.backoff_count : 0;
    for (uint32_t level = 0; level <= last && list->count < query->requested; level++) {
        uint32_t first = list->row_count;
        PR_TRY(pr__rows_load_level(engine, query, list, level, error));
        uint32_t end = list->row_count;
        for (uint32_t r = first; r < end; r++)
            PR_TRY(add_cells(engine, query, list, &list->rows[r], level, error));
        for (uint32_t r = first;
             level == 0 && query->knobs.prior == PR_PRIOR_LEARNED && query->knobs.backoff && r < end; r++)
            PR_TRY(add_parents(engine, query, list, r, error));
    }
    return PR_OK;
}

pr_status pr__find_rows(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    return pr__rows_load_level(engine, query, list, 0, error);
}

pr_status pr__find_row(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    pr_row *row;
    PR_TRY(pr__row_add(engine, list, query->segment, 0, &row, error));
    PR_TRY(pr__row_set_type_rates(engine, row, error));
    return row ? add_cells(engine, query, list, row, 0, error) : PR_OK;
}

pr_status pr__find_item(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    return pr__candidate_add(engine, query, list, query->only, 0, NULL, error);
}
