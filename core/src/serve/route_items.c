/* One item, and why it has its place for this visitor. */
#include "call.h"

static bool find_item(pr_call *call, uint32_t *item) {
    *item = call->id.size <= PR_MAX_ID ? pr__item_find(call->engine, call->id) : UINT32_MAX;
    if (*item != UINT32_MAX)
        return true;
    if (!call->engine->missing_count && !call->engine->needs_refused)
        pr__refuse(call, 404, "item_not_found", "item", "there is no item with that id");
    return false;
}

pr_status pr__get_item(pr_call *call) {
    uint32_t item;
    if (!find_item(call, &item))
        return PR_OK;
    pr_write_object(&call->w);
    pr__write_item_columns(call->engine, item, &call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}

pr_status pr__get_explain(pr_call *call) {
    pr_query *query = pr_arena_take(&call->engine->scratch, sizeof *query);
    pr_list *list = pr_arena_take(&call->engine->scratch, sizeof *list);
    if (!query || !list)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while answering");
    PR_TRY(pr__query_init(call, query));
    if (!find_item(call, &query->only))
        return PR_OK;
    query->recipe = PR_RECIPE_explain;
    query->requested = 1;
    PR_TRY(pr__query_personalise(call, query));
    PR_TRY(pr__recommend(call->engine, query, list, call->error));
    if (list->picked_count)
        pr__write_result(call->engine, query, list, list->picked[0], 1, &call->w);
    return PR_OK;
}
