/* Numbering the combinations of dimension values that occur, on the users' and on the items' side. */
#include "counts.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Few possible keys: mark those that occur, then count them off. */
static pr_status renumber_dense(const uint64_t *keys, uint32_t n, uint64_t most, uint32_t *ids, uint32_t *count) {
    uint32_t *number = calloc(most + 1, sizeof *number);
    if (!number)
        return PR_E_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        number[keys[i]] = 1;
    uint32_t next = 0;
    for (uint64_t k = 0; k <= most; k++) {
        uint32_t occurs = number[k];
        number[k] = next;
        next += occurs;
    }
    for (uint32_t i = 0; i < n; i++)
        ids[i] = number[keys[i]];
    free(number);
    *count = next;
    return PR_OK;
}

static pr_status renumber_sorted(const uint64_t *keys, uint32_t n, uint32_t *ids, uint32_t *count) {
    uint64_t *sorted = malloc((n + (size_t)1) * sizeof *sorted);
    if (!sorted)
        return PR_E_MEMORY;
    memcpy(sorted, keys, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_keys);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[distinct - 1])
            sorted[distinct++] = sorted[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t *at = bsearch(&keys[i], sorted, distinct, sizeof *sorted, compare_keys);
        ids[i] = (uint32_t)(at - sorted);
    }
    free(sorted);
    *count = distinct;
    return PR_OK;
}

pr_status prt_renumber(const uint64_t *keys, uint32_t n, uint64_t most, uint32_t *ids, uint32_t *count) {
    *count = 0;
    if (n == 0)
        return PR_OK;
    const uint64_t dense = (uint64_t)1 << 20;
    return most <= dense ? renumber_dense(keys, n, most, ids, count) : renumber_sorted(keys, n, ids, count);
}

/* A value's code, or PRT_NONE when it is missing or may not stand in a key. */
static uint32_t usable_code(const prt_dimension *dimension, uint32_t code) {
    if (code >= dimension->column->values.count || (dimension->usable && !dimension->usable[code]))
        return PRT_NONE;
    return code;
}

/* ---- users ---- */

/* Refine the groups by one more dimension; keys and ids have room for every user. */
static pr_status refine_users(const prt_dimension *dimension, uint32_t users, uint64_t *keys, uint32_t *ids,
                              uint32_t *count) {
    uint64_t radix = (uint64_t)dimension->column->values.count + 1;
    for (uint32_t u = 0; u < users; u++) {
        uint32_t code = usable_code(dimension, dimension->column->codes[u]);
        keys[u] = ids[u] * radix + (code == PRT_NONE ? radix - 1 : code);
    }
    return prt_renumber(keys, users, *count * radix - 1, ids, count);
}

pr_status prt_user_groups_make(const prt_entities *users, const prt_counts_plan *plan, prt_user_groups *out) {
    *out = (prt_user_groups){.group_count = users->count ? 1 : 0};
    uint64_t *keys = malloc((users->count + (size_t)1) * sizeof *keys);
    out->group = calloc(users->count + (size_t)1, sizeof *out->group);
    pr_status status = keys && out->group ? PR_OK : PR_E_MEMORY;
    for (uint32_t d = 0; status == PR_OK && d < plan->dimension_count; d++) {
        if (!plan->dimensions[d].item_side)
            status = refine_users(&plan->dimensions[d], users->count, keys, out->group, &out->group_count);
    }
    free(keys);
    size_t places = (out->group_count + (size_t)1) * PRT_MAX_DIMENSIONS;
    out->codes = malloc(places * sizeof *out->codes);
    if (status != PR_OK || !out->codes) {
        prt_user_groups_free(out);
        return PR_E_MEMORY;
    }
    memset(out->codes, 0xFF, places * sizeof *out->codes);
    for (uint32_t u = 0; u < users->count; u++) {
        uint32_t *codes = out->codes + (size_t)out->group[u] * PRT_MAX_DIMENSIONS;
        for (uint32_t d = 0; d < plan->dimension_count; d++) {
            if (!plan->dimensions[d].item_side)
                codes[d] = usable_code(&plan->dimensions[d], plan->dimensions[d].column->codes[u]);
        }
    }
    return PR_OK;
}

void prt_user_groups_free(prt_user_groups *groups) {
    free(groups->group);
    free(groups->codes);
    *groups = (prt_user_groups){0};
}

/* ---- items ---- */

/* Of a longer list only the first values make segments. */
enum { MOST_VALUES = 64 };

/* Values of one item in a category or list. */
static uint32_t item_values(const prt_column *column, uint32_t item, const uint32_t **codes) {
    if (column->type != PRT_LIST) {
        *codes = &column->codes[item];
        return 1;
    }
    *codes = column->codes + column->list_offsets[item];
    uint32_t count = column->list_offsets[item + 1] - column->list_offsets[item];
    return count < MOST_VALUES ? count : MOST_VALUES;
}

/* (item, combination) pairs while they are being refined. */
typedef struct pairs {
    uint32_t *item, *id;
    uint32_t count;
} pairs;

static pr_status refine_items(const prt_dimension *dimension, pairs *p, uint32_t *combos) {
    uint64_t room = 0, radix = (uint64_t)dimension->column->values.count + 1;
    const uint32_t *codes;
    for (uint32_t i = 0; i < p->count; i++)
        room += item_values(dimension->column, p->item[i], &codes);
    pairs next = {malloc((room + 1) * sizeof(uint32_t)), malloc((room + 1) * sizeof(uint32_t)), 0};
    uint64_t *keys = malloc((room + 1) * sizeof *keys);
    pr_status status = next.item && next.id && keys && room < UINT32_MAX ? PR_OK : PR_E_MEMORY;
    for (uint32_t i = 0; status == PR_OK && i < p->count; i++) {
        uint32_t n = item_values(dimension->column, p->item[i], &codes);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t code = usable_code(dimension, codes[k]);
            bool repeated = false;
            for (uint32_t j = 0; j < k; j++)
                repeated |= codes[j] == codes[k];
            if (code == PRT_NONE || repeated)
                continue;
            next.item[next.count] = p->item[i];
            keys[next.count++] = p->id[i] * radix + code;
        }
    }
    if (status == PR_OK)
        status = prt_renumber(keys, next.count, *combos * radix, next.id, combos);
    free(keys);
    pairs *old = status == PR_OK ? p : &next;
    free(old->item);
    free(old->id);
    if (status == PR_OK)
        *p = next;
    return status;
}

/* Pairs stand in the order of the items: turn them into offsets. */
static pr_status finish_partition(const pairs *p, uint32_t items, uint32_t combo_count, prt_partition *out) {
    out->combo_count = combo_count;
    out->offsets = calloc(items + (size_t)1, sizeof *out->offsets);
    out->combos = malloc((p->count + (size_t)1) * sizeof *out->combos);
    out->codes = malloc((combo_count + (size_t)1) * PRT_MAX_DIMENSIONS * sizeof *out->codes);
    if (!out->offsets || !out->combos || !out->codes)
        return PR_E_MEMORY;
    memcpy(out->combos, p->id, p->count * sizeof *p->id);
    for (uint32_t i = 0; i < p->count; i++)
        out->offsets[p->item[i] + 1]++;
    for (uint32_t i = 0; i < items; i++)
        out->offsets[i + 1] += out->offsets[i];
    memset(out->codes, 0xFF, (combo_count + (size_t)1) * PRT_MAX_DIMENSIONS * sizeof *out->codes);
    return PR_OK;
}

/* The codes behind combination `combo` of `mask`, found again on one item that has it: combinations of an item stand in
 * the order of its values, the last dimension running fastest. */
static void combo_codes(const prt_counts_plan *plan, uint32_t mask, uint32_t item, uint32_t place, uint32_t *codes) {
    for (uint32_t d = plan->dimension_count; d-- > 0;) {
        const prt_dimension *dimension = &plan->dimensions[d];
        if (!(mask >> d & 1) || !dimension->item_side)
            continue;
        const uint32_t *values;
        uint32_t n = item_values(dimension->column, item, &values), kept[MOST_VALUES], count = 0;
        for (uint32_t k = 0; k < n; k++) {
            bool repeated = false;
            for (uint32_t j = 0; j < k; j++)
                repeated |= values[j] == values[k];
            if (!repeated && usable_code(dimension, values[k]) != PRT_NONE)
                kept[count++] = values[k];
        }
        codes[d] = kept[place % count];
        place /= count;
    }
}

pr_status prt_partition_items(const prt_entities *items, const prt_counts_plan *plan, uint32_t mask,
                              prt_partition *out) {
    *out = (prt_partition){0};
    pairs p = {malloc((items->count + (size_t)1) * sizeof(uint32_t)),
               calloc(items->count + (size_t)1, sizeof(uint32_t)), items->count};
    pr_status status = p.item && p.id ? PR_OK : PR_E_MEMORY;
    for (uint32_t i = 0; status == PR_OK && i < items->count; i++)
        p.item[i] = i;
    uint32_t combos = 1;
    for (uint32_t d = 0; status == PR_OK && d < plan->dimension_count; d++) {
        if ((mask >> d & 1) && plan->dimensions[d].item_side)
            status = refine_items(&plan->dimensions[d], &p, &combos);
    }
    if (status == PR_OK)
        status = finish_partition(&p, items->count, combos, out);
    for (uint32_t i = 0; status == PR_OK && i < items->count; i++) {
        for (uint32_t k = out->offsets[i]; k < out->offsets[i + 1]; k++)
            combo_codes(plan, mask, i, k - out->offsets[i], out->codes + (size_t)out->combos[k] * PRT_MAX_DIMENSIONS);
    }
    free(p.item);
    free(p.id);
    if (status != PR_OK)
        prt_partition_free(out);
    return status;
}

void prt_partition_free(prt_partition *partition) {
    free(partition->offsets);
    free(partition->combos);
    free(partition->codes);
    *partition = (prt_partition){0};
}
