/* The tables of the shop's pages: similar, rules, lists, trending. docs/bundle-format.md. */
#include "pack.h"
#include "shop.h"
#include "varint.h"

#include <stdlib.h>
#include <string.h>

enum { LINK_BYTES = 48 << 10, MOST_LINKS = 255 };

/* A link on its way into the table, by number in the bundle. */
typedef struct link {
    uint32_t item, both, others;
    uint8_t score;
} link;

static int by_item(const void *a, const void *b) {
    const link *x = a, *y = b;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* ---- similar ---- */

static uint32_t similar_of(const prt_pack *pack, uint32_t number, link *out) {
    const prt_shop *shop = pack->shop;
    uint32_t row = pack->counts->item_order[number], count = 0;
    for (uint64_t k = shop->similar_starts[row]; k < shop->similar_starts[row + 1] && count < MOST_LINKS; k++) {
        float score = shop->similar_scores[k] * 255 + 0.5f;
        uint8_t step = score < 1 ? 1 : score > 255 ? 255 : (uint8_t)score;
        out[count++] = (link){pack->counts->item_number[shop->similar_items[k]], 0, 0, step};
    }
    qsort(out, count, sizeof *out, by_item);
    return count;
}

static uint64_t similar_bytes(const prt_table *table, uint32_t number) {
    const prt_shop *shop = table->pack->shop;
    uint32_t row = table->pack->counts->item_order[number];
    return 1 + 3 * (shop->similar_starts[row + 1] - shop->similar_starts[row]);
}

static void fill_similar(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    link links[MOST_LINKS];
    prt_bytes out = {pr_arena_array(t->arena, (end - first) * (size_t)(MOST_LINKS * 6 + 3), 1), 0};
    if (!out.data) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n < end; n++) {
        uint32_t count = similar_of(table->pack, n, links), before = 0;
        prt_put_varint(&out, count);
        for (uint32_t i = 0; i < count; i++) {
            prt_put_link(&out, n, before, i, links[i].item);
            out.data[out.size++] = links[i].score;
            before = links[i].item;
        }
    }
    prt_tensors_array(t, "links", "", PR_U8, out.data, out.size, 1);
}

/* ---- rules ---- */

static uint64_t rules_bytes(const prt_table *table, uint32_t number) {
    const prt_shop *shop = table->pack->shop;
    uint32_t row = table->pack->counts->item_order[number];
    return 1 + 6 * (shop->rule_starts[row + 1] - shop->rule_starts[row]);
}

static uint32_t rules_of(const prt_pack *pack, uint32_t number, link *out) {
    const prt_shop *shop = pack->shop;
    uint32_t row = pack->counts->item_order[number], count = 0;
    for (uint64_t k = shop->rule_starts[row]; k < shop->rule_starts[row + 1] && count < MOST_LINKS; k++) {
        const prt_pair_rule *rule = &shop->rules[k];
        out[count++] = (link){pack->counts->item_number[rule->item], rule->both, rule->others, 0};
    }
    qsort(out, count, sizeof *out, by_item);
    return count;
}

static void fill_rules(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_shop *shop = table->pack->shop;
    link links[MOST_LINKS];
    uint64_t room = 0;
    for (uint32_t n = first; n < end; n++) {
        uint32_t row = table->pack->counts->item_order[n];
        room += 12 + 15 * (shop->rule_starts[row + 1] - shop->rule_starts[row]);
    }
    prt_bytes out = {pr_arena_array(t->arena, (size_t)room + 1, 1), 0};
    if (!out.data) {
        t->failed = true;
        return;
    }
    for (uint32_t n = first; n < end; n++) {
        uint32_t count = rules_of(table->pack, n, links), before = 0;
        prt_put_varint(&out, count);
        if (count)
            prt_put_varint(&out, shop->basket_counts[table->pack->counts->item_order[n]]);
        for (uint32_t i = 0; i < count; i++) {
            prt_put_link(&out, n, before, i, links[i].item);
            prt_put_varint(&out, links[i].both);
            prt_put_varint(&out, links[i].others);
            before = links[i].item;
        }
    }
    prt_tensors_array(t, "links", "", PR_U8, out.data, out.size, 1);
}

/* ---- lists and trending: always one shard ---- */

static uint64_t no_bytes(const prt_table *table, uint32_t row) {
    (void)table;
    (void)row;
    return 0;
}

typedef struct ranked {
    const prt_shop_list *list;
    uint32_t rank;
} ranked;

static int by_weight(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->list->weight != y->list->weight)
        return x->list->weight > y->list->weight ? -1 : 1;
    return strcmp(x->list->key, y->list->key);
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const ranked *)a)->list->key, ((const ranked *)b)->list->key);
}

static void fill_lists(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_shop *shop = table->pack->shop;
    uint32_t total = 0, used = 0;
    for (uint32_t l = first; l < end; l++)
        total += shop->lists[l].count;
    ranked *lists = pr_arena_array(t->arena, end + (size_t)1, sizeof *lists);
    pr_text *keys = pr_arena_array(t->arena, end + (size_t)1, sizeof *keys);
    uint32_t *items = pr_arena_array(t->arena, total + (size_t)1, sizeof *items),
             *offsets = pr_arena_array(t->arena, end + (size_t)1, sizeof *offsets),
             *ranks = pr_arena_array(t->arena, end + (size_t)1, sizeof *ranks);
    t->failed = t->failed || !lists || !keys || !items || !offsets || !ranks;
    if (t->failed)
        return;
    for (uint32_t l = first; l < end; l++)
        lists[l].list = &shop->lists[l];
    qsort(lists, end, sizeof *lists, by_weight);
    for (uint32_t l = first; l < end; l++)
        lists[l].rank = l;
    qsort(lists, end, sizeof *lists, by_key);
    for (uint32_t l = first; l < end; l++) {
        const prt_shop_list *list = lists[l].list;
        keys[l] = (pr_text){list->key, strlen(list->key)};
        ranks[l] = lists[l].rank;
        for (uint32_t i = 0; i < list->count; i++)
            items[used++] = table->pack->counts->item_number[list->items[i]];
        offsets[l + 1] = used;
    }
    prt_tensors_strings(t, "key", keys, end);
    prt_tensors_array(t, "offsets", "", PR_U32, offsets, end + (uint64_t)1, 1);
    prt_tensors_uints(t, "item", "", items, used);
    prt_tensors_uints(t, "rank", "", ranks, end);
}

static void fill_trending(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_trending *trending = table->context;
    prt_tensors_uints(t, "item", "", trending->items + first, end - first);
    prt_tensors_array(t, "score", "", PR_F32, trending->scores + first, end - first, 1);
}

pr_status prt_pack_trending(const prt_trending *trending, prt_packed *out, pr_error *error) {
    const prt_pack whole = {.shard_bytes = UINT64_MAX};
    const prt_table table = {"trending", trending->count, &whole, trending, no_bytes, fill_trending, NULL};
    return trending->count ? prt_pack_table(&table, out, error) : PR_OK;
}

/* The list by number in the bundle. */
static pr_status pack_trending(const prt_pack *pack, prt_packed *out, pr_error *error) {
    prt_trending numbered = pack->shop->trending;
    numbered.items = pr_arena_array(&out->arena, numbered.count + (size_t)1, sizeof *numbered.items);
    if (!numbered.items)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while packing the table trending");
    for (uint32_t i = 0; i < numbered.count; i++)
        numbered.items[i] = pack->counts->item_number[pack->shop->trending.items[i]];
    return prt_pack_trending(&numbered, out, error);
}

static pr_status pack_links(const prt_pack *pack, prt_table table, prt_packed *out, pr_error *error) {
    prt_pack cut = *pack;
    cut.shard_bytes = LINK_BYTES;
    table.pack = &cut;
    return prt_pack_table(&table, out, error);
}

pr_status prt_pack_shop(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_shop *shop = pack->shop;
    if (!shop)
        return PR_OK;
    uint32_t items = pack->counts->item_count;
    const prt_table similar = {"similar", items, NULL, NULL, similar_bytes, fill_similar, NULL},
                    rules = {"rules", items, NULL, NULL, rules_bytes, fill_rules, NULL},
                    lists = {"lists", shop->list_count, pack, NULL, no_bytes, fill_lists, NULL};
    pr_status status = shop->similar_starts ? pack_links(pack, similar, out, error) : PR_OK;
    if (status == PR_OK && shop->rule_starts)
        status = pack_links(pack, rules, out, error);
    if (status == PR_OK && lists.rows)
        status = prt_pack_table(&lists, out, error);
    return status == PR_OK ? pack_trending(pack, out, error) : status;
}
