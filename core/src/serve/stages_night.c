/* What the cross-encoder said at night about pairs of products, and of categories and their products. */
#include "stages.h"

pr_status pr__take_night_scores(pr_call *call, pr_stage_request *request) {
    pr_engine *engine = call->engine;
    const bool of_category = request->context == PR_CONTEXT_category_page;
    const uint32_t asked = of_category ? request->category.row : request->product;
    const bool unused = request->until != PR_UNTIL_END && request->until < PR_UNTIL_RULES;
    if (request->scored || unused)
        return PR_OK;
    const bool refused = engine->needs_refused;
    const pr_shard *shard =
        pr__shard_of_row(engine, of_category ? PR_TABLE_RERANKED_CATEGORIES : PR_TABLE_RERANKED, asked);
    if (!shard) {
        engine->needs_refused = refused; /* a damaged part leaves this stage out, not the list */
        return PR_OK;
    }
    const pr_reranked_view *view = &shard->view.reranked;
    const uint32_t row = asked - shard->first_row, first = view->offsets[row], count = view->offsets[row + 1] - first;
    request->pair_scores = pr_arena_array(&engine->scratch, count + 1u, sizeof *request->pair_scores);
    if (!request->pair_scores)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while recommending");
    request->pair_score_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const double score = (double)view->low[row] + (double)view->step[row] * view->score[first + i];
        request->pair_scores[i] = (pr_pair_score){pr__uint(view->item, first + i), score};
    }
    return PR_OK;
}
