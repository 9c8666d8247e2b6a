/* Candidates by popularity: items are numbered by it, so the first rows are the first choice. */
#include "rows.h"

enum { MOST_CODES = PR_MAX_DIMENSIONS * PR_MAX_CHOSEN };

/* What the visitor chose on the item's side ("types"), as codes of the items' columns. */
typedef struct wish_list {
    uint32_t count;
    struct {
        uint32_t dimension, code;
    } codes[MOST_CODES];
} wish_list;

static void read_wishes(pr_engine *engine, const pr_query *query, wish_list *out) {
    const pr_settings *settings = &engine->settings;
    out->count = 0;
    for (uint32_t d = 0; d < settings->dimension_count; d++) {
        const pr_dimension *dimension = &settings->dimensions[d];
        if (!dimension->item_side || !query->profile.chosen[d].count)
            continue;
        const pr_strings *names = pr__dictionary(engine, dimension->column);
        for (uint32_t i = 0; names && i < query->profile.chosen[d].count; i++) {
            uint32_t code = pr__strings_find(names, dimension->values[query->profile.chosen[d].values[i]]);
            if (code == UINT32_MAX)
                continue;
            out->codes[out->count].dimension = d;
            out->codes[out->count++].code = code;
        }
    }
}

static bool is_wished(const pr_settings *settings, const wish_list *wishes, pr_item item) {
    for (uint32_t w = 0; w < wishes->count; w++) {
        uint32_t column = settings->dimensions[wishes->codes[w].dimension].column;
        uint32_t first, count = pr__item_codes(settings, item, column, &first);
        for (uint32_t i = first; i < first + count; i++) {
            if (pr__uint(item.view->columns[column].codes, i) == wishes->codes[w].code)
                return true;
        }
    }
    return false;
}

/* Add allowed items in the order of their numbers until `wanted` were added; with wishes only those that fit one. */
static pr_status add_first(pr_engine *engine, const pr_query *query, pr_list *list, const wish_list *wishes,
                           uint32_t wanted, uint32_t tier, pr_error *error) {
    uint32_t goal = list->count + wanted;
    for (uint32_t item = 0; item < engine->items && list->count < goal && !engine->missing_count; item++) {
        pr_item view;
        if (wishes && (!pr__item(engine, item, &view) || !is_wished(&engine->settings, wishes, view)))
            continue;
        PR_TRY(pr__candidate_add(engine, query, list, item, tier, NULL, error));
    }
    return PR_OK;
}

/* Everyone's favourites among what the visitor chose come before everyone's favourites. */
pr_status pr__find_everyone(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    uint32_t tier = engine->settings.backoff_count + 1, pool = engine->settings.pool;
    wish_list wishes;
    read_wishes(engine, query, &wishes);
    for (int step = wishes.count ? 0 : 1; step < 2 && list->count < query->requested; step++, tier++) {
        uint32_t missing = query->requested - list->count;
        PR_TRY(
            add_first(engine, query, list, step == 0 ? &wishes : NULL, missing > pool ? missing : pool, tier, error));
    }
    return PR_OK;
}

/* Without words every allowed item matches; so many are scored that boosts can lift what is less popular. */
pr_status pr__find_catalogue(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    enum { DEEP = 1000 };
    uint32_t wanted = query->by_popularity || query->requested > DEEP ? query->requested : DEEP;
    return add_first(engine, query, list, NULL, wanted, 0, error);
}
