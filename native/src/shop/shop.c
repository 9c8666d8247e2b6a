/* The shop's steps in their order. */
#include "shop.h"
#include "fail.h"

#include <math.h>
#include <string.h>

double prt_number_at(const prt_column *column, uint32_t row) {
    if (!column)
        return NAN;
    if (column->type == PRT_REAL)
        return column->reals[row];
    return column->integers[row] == PRT_NO_INTEGER ? NAN : (double)column->integers[row];
}

uint32_t prt_code_at(const prt_column *column, uint32_t row) {
    if (!column)
        return PRT_NONE;
    if (column->type == PRT_CATEGORY)
        return column->codes[row];
    return column->list_offsets[row] < column->list_offsets[row + 1] ? column->codes[column->list_offsets[row]]
                                                                     : PRT_NONE;
}

/* ^[A-Z0-9]{10}$ */
static bool is_strict(const prt_strings *ids, uint32_t i) {
    const char *id = ids->bytes + ids->offsets[i];
    if (ids->offsets[i + 1] - ids->offsets[i] != 10)
        return false;
    for (int k = 0; k < 10; k++) {
        if (!((id[k] >= 'A' && id[k] <= 'Z') || (id[k] >= '0' && id[k] <= '9')))
            return false;
    }
    return true;
}

static bool all_strict(const prt_strings *ids) {
    for (uint32_t i = 0; i < ids->count; i++) {
        if (!is_strict(ids, i))
            return false;
    }
    return true;
}

pr_status prt_shop_learn(const prt_config *config, const prt_dataset *dataset, int threads, prt_shop *out,
                         pr_error *error) {
    *out = (prt_shop){.items = dataset->items.count};
    pr_arena_init(&out->arena, NULL, 0);
    out->strict_ids = all_strict(&dataset->items.ids);
    pr_status status = prt_shop_popularity(config, dataset, out, error);
    if (status == PR_OK)
        status = prt_shop_trending(config, dataset, out, error);
    if (status == PR_OK)
        status = prt_shop_lists(config, dataset, out, error);
    if (status == PR_OK)
        status = prt_shop_order(config, dataset, out, error);
    if (status == PR_OK)
        status = prt_shop_similar(config, dataset, threads, out, error);
    if (status == PR_OK)
        status = prt_shop_rules(config, dataset, out, error);
    if (status == PR_OK)
        status = prt_shop_synonyms(config, dataset, out, error);
    if (status != PR_OK)
        prt_shop_free(out);
    return status;
}

pr_status prt_shop_index(const prt_config *config, const prt_dataset *dataset, const prt_text_field *fields,
                         size_t field_count, prt_shop *shop, pr_error *error) {
    (void)config;
    (void)dataset;
    return prt_search_index_make(fields, field_count, shop->order, shop->popularity, shop->items, &shop->index, error);
}

void prt_shop_free(prt_shop *shop) {
    prt_search_index_free(&shop->index);
    pr_arena_free(&shop->arena);
    memset(shop, 0, sizeof *shop);
}
