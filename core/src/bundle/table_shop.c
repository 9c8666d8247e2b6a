/* The tables of the shop's pages: links between products (similar, bought together), night's lists, trending. */
#include "engine.h"
#include "shop_tables.h"

enum { LONGEST_KEY = 300, MOST_LINKS = 255 };

/* ---- links ---- */

typedef bool (*link_check)(const pr_engine *engine, uint32_t item, const uint8_t **at, const uint8_t *end);

/* Varint links; for each a varint (the first: zigzag of the distance from the item, the others: gap - 1) and a byte,
 * the score in 1/255. */
static bool check_similar(const pr_engine *engine, uint32_t item, const uint8_t **at, const uint8_t *end) {
    uint32_t count, code;
    int64_t other = item;
    if (!pr__varint_checked(at, end, &count) || count > MOST_LINKS)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!pr__varint_checked(at, end, &code) || *at == end)
            return false;
        other = pr__next_link(other, i, code);
        if (other < 0 || other >= engine->items || *(*at)++ == 0)
            return false;
    }
    return true;
}

/* Varint rules; where there are any, varint baskets with the item; for each rule the other item as above, varint
 * baskets with both, varint baskets with the other. */
static bool check_rules(const pr_engine *engine, uint32_t item, const uint8_t **at, const uint8_t *end) {
    uint32_t count, code, own = 0, both, others;
    int64_t other = item;
    if (!pr__varint_checked(at, end, &count) || count > MOST_LINKS ||
        (count && (!pr__varint_checked(at, end, &own) || own == 0 || own > engine->shop.baskets)))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!pr__varint_checked(at, end, &code) || !pr__varint_checked(at, end, &both) ||
            !pr__varint_checked(at, end, &others))
            return false;
        other = pr__next_link(other, i, code);
        if (other < 0 || other >= engine->items || both == 0 || both > own || both > others ||
            others > engine->shop.baskets)
            return false;
    }
    return true;
}

static pr_status check_links(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, link_check check,
                             pr_links_view *out, pr_error *error) {
    const pr_tensor_view *links;
    PR_TRY(pr__tensor(file, "links", "", PR_U8, PR_ANY_COUNT, &links, error));
    uint32_t *starts = pr_arena_array(&shard->arena, shard->rows + 1u, sizeof *starts);
    if (!starts)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while opening shard ", shard->file);
    const uint8_t *first = links->data, *at = first, *end = first + links->count;
    for (uint32_t r = 0; r < shard->rows; r++) {
        starts[r] = (uint32_t)(at - first);
        if (!check(engine, shard->first_row + r, &at, end))
            return pr__tensor_wrong(file, "links", "", "is cut off, or its counts or items are out of bounds", error);
    }
    starts[shard->rows] = (uint32_t)(at - first);
    if (at != end)
        return pr__tensor_wrong(file, "links", "", "is longer than its rows", error);
    *out = (pr_links_view){first, starts};
    return PR_OK;
}

pr_status pr__weighted_links_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file,
                                   pr_links_view *out, pr_error *error) {
    return check_links(engine, shard, file, check_similar, out, error);
}

pr_status pr__similar_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    return pr__weighted_links_check(engine, shard, file, &shard->view.links, error);
}

pr_status pr__rules_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    return check_links(engine, shard, file, check_rules, &shard->view.links, error);
}

uint32_t pr__read_links(const pr_links_view *links, uint32_t row, uint32_t item, pr_link *out) {
    const uint8_t *at = links->bytes + links->starts[row];
    uint32_t count = pr__varint(&at);
    int64_t other = item;
    for (uint32_t i = 0; i < count; i++) {
        other = pr__next_link(other, i, pr__varint(&at));
        out[i] = (pr_link){(uint32_t)other, *at++ / 255.0};
    }
    return count;
}

void pr__order_links(pr_link *links, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        pr_link link = links[i];
        uint32_t at = i;
        for (; at > 0 && links[at - 1].score < link.score; at--)
            links[at] = links[at - 1];
        links[at] = link;
    }
}

uint32_t pr__similar(pr_engine *engine, uint32_t item, pr_link *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_SIMILAR, item);
    return shard ? pr__read_links(&shard->view.links, item - shard->first_row, item, out) : 0;
}

uint32_t pr__rules(pr_engine *engine, uint32_t item, pr_rule *out) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_RULES, item);
    const uint8_t *at = shard ? shard->view.links.bytes + shard->view.links.starts[item - shard->first_row] : NULL;
    uint32_t count = at ? pr__varint(&at) : 0;
    double own = count ? pr__varint(&at) : 0, baskets = engine->shop.baskets;
    int64_t other = item;
    for (uint32_t i = 0; i < count; i++) {
        other = pr__next_link(other, i, pr__varint(&at));
        double both = pr__varint(&at), others = pr__varint(&at);
        pr_rule *rule = &out[i];
        rule->item = (uint32_t)other;
        rule->support = both / baskets;
        rule->confidence = both / own;
        rule->lift = both * baskets / (own * others);
        rule->leverage = rule->support - own / baskets * (others / baskets);
        /* 1 / 0 where the other item always comes along: written as null */
        rule->conviction = (1 - others / baskets) / (1 - rule->confidence);
    }
    return count;
}

/* ---- lists ---- */

pr_status pr__lists_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_lists_view *view = &shard->view.lists;
    uint64_t items;
    PR_TRY(pr__tensor_strings(file, "key", shard->rows, LONGEST_KEY, &view->key, error));
    PR_TRY(pr__strings_check_sorted(file, "key", &view->key, error));
    PR_TRY(pr__tensor_uints(file, "item", "", PR_ANY_COUNT, engine->items - 1, &view->item, &items, error));
    PR_TRY(
        pr__tensor_uints(file, "rank", "", shard->rows, shard->rows ? shard->rows - 1 : 0, &view->rank, NULL, error));
    return pr__tensor_offsets(file, "offsets", "", shard->rows, items, &view->offsets, error);
}

pr_status pr__trending_check(const pr_engine *engine, pr_shard *shard, const pr_safetensors *file, pr_error *error) {
    pr_trending_view *view = &shard->view.trending;
    const pr_tensor_view *score;
    PR_TRY(pr__tensor_uints(file, "item", "", shard->rows, engine->items - 1, &view->item, NULL, error));
    PR_TRY(pr__tensor(file, "score", "", PR_F32, shard->rows, &score, error));
    view->score = score->data;
    view->rows = shard->rows;
    for (uint32_t r = 0; r < shard->rows; r++) {
        float x = view->score[r];
        if (!(x - x == 0) || x < 0 || (r && x > view->score[r - 1]))
            return pr__tensor_wrong(file, "score", "", "does not fall, or is no number", error);
    }
    return PR_OK;
}

const pr_lists_view *pr__lists(pr_engine *engine) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_LISTS, 0);
    return shard ? &shard->view.lists : NULL;
}

const pr_trending_view *pr__trending(pr_engine *engine) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_TRENDING, 0);
    return shard ? &shard->view.trending : NULL;
}
