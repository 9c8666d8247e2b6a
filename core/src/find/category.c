/* Looking up a category by its name, and where its vectors lie. */
#include "category.h"

/* The row of the widest category of that name; UINT32_MAX: none, or the dictionaries are missing (then noted). */
static uint32_t find_row(pr_engine *engine, pr_text name) {
    const pr_stages *stages = &engine->stages;
    for (uint32_t level = 0, first = 0; level < stages->listed_count; level++) {
        const pr_strings *names = pr__dictionary(engine, stages->listed[level]);
        const uint32_t code = names ? pr__strings_find(names, name) : UINT32_MAX;
        if (code != UINT32_MAX)
            return first + code;
        first += engine->settings.columns[stages->listed[level]].values;
    }
    return UINT32_MAX;
}

bool pr__category_find(pr_engine *engine, pr_text name, pr_category *out) {
    const uint32_t row = find_row(engine, name);
    *out = (pr_category){.name = name, .row = row};
    const pr_shard *shard = row != UINT32_MAX ? pr__shard_of_row(engine, PR_TABLE_CATEGORIES, row) : NULL;
    if (!shard)
        return false;
    const pr_categories_view *view = &shard->view.categories;
    const uint32_t r = row - shard->first_row;
    *out = (pr_category){
        .name = name,
        .row = row,
        .count = view->offsets[r + 1] - view->offsets[r],
        .item = view->item,
        .first = view->offsets[r],
    };
    if (!engine->meaning.present)
        return true;
    out->cluster = view->cluster;
    out->first_cluster = view->cluster_offsets[r];
    out->cluster_count = view->cluster_offsets[r + 1] - view->cluster_offsets[r];
    return true;
}

uint64_t *pr__category_clusters(pr_engine *engine, const pr_category *category) {
    uint64_t *bits =
        pr_arena_array(&engine->scratch, pr__allowed_words(engine->tables[PR_TABLE_CLUSTERS].rows) + 1, sizeof *bits);
    for (uint32_t i = 0; bits && i < category->cluster_count; i++)
        pr__allow(bits, pr__uint(category->cluster, (uint64_t)category->first_cluster + i));
    return bits;
}

uint32_t pr__category_probes(const pr_engine *engine, const pr_category *category, uint32_t limit) {
    const uint64_t clusters = category->cluster_count,
                   enough = category->count ? (limit * clusters + category->count - 1) / category->count : 0;
    return enough > engine->meaning.probes ? (uint32_t)(enough < clusters ? enough : clusters) : engine->meaning.probes;
}
