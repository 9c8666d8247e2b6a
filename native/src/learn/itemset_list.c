/* The sets found, one array for each size, sorted at the end by a radix sort over the item ranks. */
#include "itemset_miner.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 12, FEW = 48 };

void prt_prefix_extend(const prt_prefix *prefix, uint32_t rank, prt_prefix *out) {
    uint32_t k = prefix->size;
    for (; k > 0 && prefix->ranks[k - 1] > rank; k--)
        out->ranks[k] = prefix->ranks[k - 1];
    out->ranks[k] = rank;
    for (uint32_t i = 0; i < k; i++)
        out->ranks[i] = prefix->ranks[i];
    out->size = prefix->size + 1;
}

static bool make_room(prt_set_class *c, uint32_t size) {
    size_t room = c->room ? c->room * 2 : 256;
    uint32_t *grown = realloc(c->records, room * (size + 1) * sizeof *grown);
    if (!grown)
        return false;
    c->records = grown;
    c->room = room;
    return true;
}

pr_status prt_set_list_add(prt_set_list *list, const prt_prefix *prefix, uint32_t rank, uint32_t support) {
    uint32_t size = prefix->size + 1, k = prefix->size;
    if (size > PRT_MOST_SET_ITEMS || list->count == PRT_MOST_ITEMSETS)
        return PR_E_LIMIT;
    prt_set_class *c = &list->classes[size];
    if (c->count == c->room && !make_room(c, size))
        return PR_E_MEMORY;
    uint32_t *record = c->records + c->count++ * (size + 1);
    for (; k > 0 && prefix->ranks[k - 1] > rank; k--)
        record[k] = prefix->ranks[k - 1];
    record[k] = rank;
    for (uint32_t i = 0; i < k; i++)
        record[i] = prefix->ranks[i];
    record[size] = support;
    list->count++;
    return PR_OK;
}

/* ---- sorting a class ---- */

static bool comes_before(const uint32_t *a, const uint32_t *b, uint32_t size) {
    uint32_t k = 0;
    while (k < size && a[k] == b[k])
        k++;
    return k < size && a[k] < b[k];
}

static void sort_few(const prt_set_class *c, uint32_t size, uint32_t *order) {
    for (uint32_t i = 1; i < c->count; i++) {
        uint32_t moved = order[i], at = i;
        const uint32_t *record = c->records + (size_t)moved * (size + 1);
        for (; at > 0 && comes_before(record, c->records + (size_t)order[at - 1] * (size + 1), size); at--)
            order[at] = order[at - 1];
        order[at] = moved;
    }
}

/* One stable pass over `width` bits of column k, from `order` to `next`. */
static void sort_digit(const prt_set_class *c, uint32_t size, uint32_t k, uint32_t shift, uint32_t width,
                       const uint32_t *order, uint32_t *next) {
    uint32_t starts[(1 << DIGIT_BITS) + 1] = {0}, mask = (1u << width) - 1;
    const uint32_t *column = c->records + k;
    size_t stride = size + 1;
    for (size_t i = 0; i < c->count; i++)
        starts[((column[i * stride] >> shift) & mask) + 1]++;
    for (uint32_t d = 1; d <= mask; d++)
        starts[d] += starts[d - 1];
    for (size_t i = 0; i < c->count; i++)
        next[starts[(column[order[i] * stride] >> shift) & mask]++] = order[i];
}

/* The class's records in order, in one of two arrays of their count. */
static uint32_t *sort_class(const prt_set_class *c, uint32_t size, uint32_t item_count, uint32_t *order,
                            uint32_t *other) {
    for (size_t i = 0; i < c->count; i++)
        order[i] = (uint32_t)i;
    if (c->count <= FEW) {
        sort_few(c, size, order);
        return order;
    }
    uint32_t bits = 1;
    while (bits < 32 && (item_count - 1) >> bits)
        bits++;
    uint32_t digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS, width = (bits + digits - 1) / digits;
    for (uint32_t k = size; k-- > 0;) {
        for (uint32_t d = 0; d < digits; d++) {
            sort_digit(c, size, k, d * width, width, order, other);
            uint32_t *last = order;
            order = other;
            other = last;
        }
    }
    return order;
}

/* ---- laying out ---- */

static pr_status lay_class(prt_set_class *c, uint32_t size, const uint32_t *items, uint32_t item_count,
                           prt_itemsets *out) {
    uint32_t *orders = malloc((c->count + 1) * 2 * sizeof *orders);
    if (!orders)
        return PR_E_MEMORY;
    const uint32_t *order = sort_class(c, size, item_count, orders, orders + c->count);
    uint32_t *at = out->items + out->offsets[out->count];
    for (size_t i = 0; i < c->count; i++) {
        const uint32_t *record = c->records + (size_t)order[i] * (size + 1);
        for (uint32_t k = 0; k < size; k++)
            *at++ = items[record[k]];
        out->supports[out->count] = record[size];
        out->offsets[out->count + 1] = out->offsets[out->count] + size;
        out->count++;
    }
    free(orders);
    free(c->records);
    *c = (prt_set_class){0};
    return PR_OK;
}

pr_status prt_set_list_finish(prt_set_list *list, const uint32_t *items, uint32_t item_count, prt_itemsets *out) {
    size_t total = 0;
    for (uint32_t size = 1; size <= PRT_MOST_SET_ITEMS; size++)
        total += list->classes[size].count * size;
    *out = (prt_itemsets){.offsets = malloc((list->count + 1) * sizeof *out->offsets),
                          .items = malloc((total + 1) * sizeof *out->items),
                          .supports = malloc((list->count + 1) * sizeof *out->supports)};
    pr_status status = out->offsets && out->items && out->supports ? PR_OK : PR_E_MEMORY;
    if (status == PR_OK)
        out->offsets[0] = 0;
    for (uint32_t size = 1; size <= PRT_MOST_SET_ITEMS && status == PR_OK; size++) {
        if (list->classes[size].count > 0)
            status = lay_class(&list->classes[size], size, items, item_count, out);
    }
    if (status != PR_OK)
        prt_itemsets_free(out);
    return status;
}

void prt_set_list_free(prt_set_list *list) {
    for (uint32_t size = 0; size <= PRT_MOST_SET_ITEMS; size++)
        free(list->classes[size].records);
    *list = (prt_set_list){0};
}

void prt_itemsets_free(prt_itemsets *sets) {
    free(sets->offsets);
    free(sets->items);
    free(sets->supports);
    *sets = (prt_itemsets){0};
}
