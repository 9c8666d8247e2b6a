/* GET /recommendations/product/{id}: the product, what is similar to it and what is bought together with it. */
#include "products.h"

/* By confidence; among equals what is told apart better from chance comes first. */
static bool is_weaker(const pr_rule *a, const pr_rule *b) {
    return a->confidence != b->confidence ? a->confidence < b->confidence : a->lift < b->lift;
}

static void order_rules(pr_rule *rules, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        pr_rule rule = rules[i];
        uint32_t at = i;
        for (; at > 0 && is_weaker(&rules[at - 1], &rule); at--)
            rules[at] = rules[at - 1];
        rules[at] = rule;
    }
}

static void write_similar(pr_engine *engine, uint32_t item, uint32_t limit, pr_writer *w) {
    pr_link links[PR_MAX_LINKS];
    uint32_t count = pr__similar(engine, item, links);
    pr__order_links(links, count);
    pr_write_key(w, "similar");
    pr_write_array(w);
    for (uint32_t i = 0; i < count && i < limit; i++) {
        pr_write_object(w);
        pr__write_product_members(engine, links[i].item, w);
        pr_write_key(w, "score");
        pr_write_number(w, links[i].score);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

static void write_named(pr_writer *w, const char *key, double value) {
    pr_write_key(w, key);
    pr_write_number(w, value);
}

static void write_rules(pr_engine *engine, uint32_t item, uint32_t limit, pr_writer *w) {
    pr_rule rules[PR_MAX_LINKS];
    uint32_t count = pr__rules(engine, item, rules);
    order_rules(rules, count);
    pr_write_key(w, "bought_together");
    pr_write_array(w);
    for (uint32_t i = 0; i < count && i < limit; i++) {
        pr_write_object(w);
        pr__write_product_members(engine, rules[i].item, w);
        write_named(w, "support", rules[i].support);
        write_named(w, "confidence", rules[i].confidence);
        write_named(w, "lift", rules[i].lift);
        write_named(w, "leverage", rules[i].leverage);
        write_named(w, "conviction", rules[i].conviction);
        pr_write_end_object(w);
    }
    pr_write_end_array(w);
}

pr_status pr__get_product(pr_call *call) {
    uint32_t limit;
    if (!pr__is_product_id(&call->engine->shop, call->id))
        return pr__refuse(call, 400, "invalid_value", "product_id",
                          call->engine->shop.strict_ids ? "product_id must be 10 upper-case letters and digits"
                                                        : "product_id must be 1 to 256 bytes");
    if (!pr__read_clamped(call, "response_limit", PR_PRODUCT_LIMIT, 1, PR_MOST_PRODUCTS, &limit))
        return PR_OK;
    uint32_t item = pr__item_find(call->engine, call->id);
    if (item == UINT32_MAX) {
        if (!call->engine->missing_count && !call->engine->needs_refused)
            pr__refuse(call, 404, "product_not_found", "product_id", "there is no product with that id");
        return PR_OK;
    }
    pr_write_object(&call->w);
    pr_write_key(&call->w, "product");
    pr__write_product(call->engine, item, &call->w);
    write_similar(call->engine, item, limit, &call->w);
    write_rules(call->engine, item, limit, &call->w);
    pr_write_end_object(&call->w);
    return PR_OK;
}
