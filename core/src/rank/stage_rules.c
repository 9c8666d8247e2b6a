/* Stock, new arrivals, and at most so many of a category. */
#include "stage_rules.h"

#include <string.h>

bool pr__in_stock(pr_engine *engine, uint32_t item) {
    uint32_t column = engine->stages.stock;
    pr_item view;
    if (column == PR_NO_COLUMN) /* nothing needs to be loaded for that */
        return item < engine->items;
    if (!pr__item(engine, item, &view))
        return false;
    if (engine->settings.columns[column].type == PR_COLUMN_REAL)
        return !(view.view->columns[column].reals[view.row] <= 0); /* NaN: not known */
    int32_t units = pr__item_integer(view, column);
    return units == INT32_MIN || units > 0;
}

bool pr__is_new_arrival(pr_engine *engine, uint32_t item, int64_t now) {
    uint32_t column = engine->stages.arrived;
    pr_item view;
    if (column == PR_NO_COLUMN || !pr__item(engine, item, &view))
        return false;
    int32_t day = pr__item_integer(view, column);
    int64_t today = now / 86400 - (now % 86400 < 0);
    return day != INT32_MIN && day <= today && today - day <= engine->stages.days;
}

uint32_t pr__limited_category(pr_engine *engine, uint32_t item) {
    uint32_t column = engine->stages.category, first;
    pr_item view;
    if (column == PR_NO_COLUMN || !pr__item(engine, item, &view) ||
        !pr__item_codes(&engine->settings, view, column, &first))
        return UINT32_MAX;
    return pr__uint(view.view->columns[column].codes, first);
}

/* How many of those chosen have that category. */
static uint32_t chosen_of(const uint32_t *categories, const uint32_t *chosen, uint32_t count, uint32_t category) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        found += categories[chosen[i]] == category;
    return found;
}

uint32_t pr__spread(const uint32_t *categories, uint32_t count, uint32_t most, uint32_t wanted, uint8_t *used,
                    uint32_t *out, uint32_t *held_back) {
    uint32_t chosen = 0, places = 0;
    *held_back = 0;
    if (count)
        memset(used, 0, count);
    for (uint64_t limit = most; chosen < wanted && chosen < count; limit += most) {
        for (uint32_t i = 0; i < count && chosen < wanted; i++) {
            if (used[i])
                continue;
            if (most && categories[i] != UINT32_MAX && chosen_of(categories, out, chosen, categories[i]) >= limit) {
                *held_back += limit == most;
                continue;
            }
            used[i] = 1;
            out[chosen++] = i;
        }
    }
    for (uint32_t i = 0; i < count && places < chosen; i++) {
        if (used[i])
            out[places++] = i;
    }
    return chosen;
}
