/* GET and POST /api/v1/recommendations/homepage, /category/{category}, /product/{id} and /cart,
 * GET /frequently-bought-together/{id}: four stages. */
#include "stages.h"

enum { OF_HOMEPAGE = 12, OF_CATEGORY = 12, OF_PRODUCT = 8, OF_CART = 8, OF_TOGETHER = 4 };

static pr_status answer(pr_call *call, const pr_stage_request *request,
                        pr_status (*stages)(pr_call *, const pr_stage_request *, pr_staging *)) {
    pr_staging *staging = pr_arena_take(&call->engine->scratch, sizeof *staging);
    if (!staging)
        return pr_fail(call->error, PR_E_MEMORY, 0, "out of memory while recommending");
    PR_TRY(stages(call, request, staging));
    if (!call->engine->missing_count && !call->engine->needs_refused)
        pr__stages_write(staging);
    return PR_OK;
}

pr_status pr__homepage(pr_call *call) {
    pr_stage_request request;
    if (!pr__stage_request_read(call, PR_CONTEXT_homepage, OF_HOMEPAGE, &request))
        return PR_OK;
    return answer(call, &request, pr__stages_run);
}

/* While the category's own shard is missing: what else is needed anyhow is brought along with it. */
static pr_status name_more(pr_call *call, pr_stage_request *request) {
    pr_preference preference;
    if (request->category.row != UINT32_MAX)
        PR_TRY(pr__take_night_scores(call, request));
    return pr__preference_read(call->engine, &call->state, call->request->now, &preference, call->error);
}

pr_status pr__category_page(pr_call *call) {
    pr_stage_request request;
    if (!pr__stage_request_read(call, PR_CONTEXT_category_page, OF_CATEGORY, &request))
        return PR_OK;
    if (!pr__stage_category_read(call, &request))
        return call->engine->missing_count ? name_more(call, &request) : PR_OK;
    PR_TRY(pr__take_night_scores(call, &request));
    return answer(call, &request, pr__stages_run);
}

pr_status pr__product_page(pr_call *call) {
    pr_stage_request request;
    if (!pr__stage_request_read(call, PR_CONTEXT_product_page, OF_PRODUCT, &request) ||
        !pr__stage_product_read(call, &request))
        return PR_OK;
    PR_TRY(pr__take_night_scores(call, &request));
    return answer(call, &request, pr__stages_run);
}

pr_status pr__bought_together(pr_call *call) {
    pr_stage_request request;
    if (!pr__stage_request_read(call, PR_CONTEXT_product_page, OF_TOGETHER, &request) ||
        !pr__stage_product_read(call, &request))
        return PR_OK;
    request.pairs = false;
    return answer(call, &request, pr__stages_together);
}

/* What the state says is in the cart, the latest first; no more than a request may name. */
static pr_status take_own_cart(pr_call *call, pr_stage_request *request) {
    pr_preference preference;
    uint32_t positions[PR_MOST_CART];
    PR_TRY(pr__preference_read(call->engine, &call->state, call->request->now, &preference, call->error));
    for (uint32_t i = 0; i < preference.count; i++) {
        const pr_liking *liking = &preference.items[i];
        uint32_t count = request->cart_count, at;
        if (!liking->in_cart || (count == PR_MOST_CART && liking->position < positions[count - 1]))
            continue;
        at = count < PR_MOST_CART ? request->cart_count++ : count - 1;
        for (; at > 0 && positions[at - 1] < liking->position; at--) {
            positions[at] = positions[at - 1];
            request->cart[at] = request->cart[at - 1];
        }
        positions[at] = liking->position;
        request->cart[at] = liking->item;
    }
    return PR_OK;
}

pr_status pr__cart(pr_call *call) {
    pr_stage_request request;
    if (!pr__stage_request_read(call, PR_CONTEXT_cart, OF_CART, &request))
        return PR_OK;
    if (!request.cart_given)
        PR_TRY(take_own_cart(call, &request));
    return answer(call, &request, pr__stages_run);
}
