/* Sorting items into their categories. */
#include "categories.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

static pr_status no_memory(pr_error *error) {
    return prt_fail_memory(error, "listing the items of categories");
}

/* ---- levels ---- */

static uint32_t take_columns(const prt_dataset *dataset, const char *const *names, uint32_t count,
                             const prt_column **out) {
    uint32_t taken = 0;
    for (uint32_t i = 0; i < count && taken < PRT_MOST_LEVELS; i++) {
        const prt_column *column = prt_column_find(&dataset->items, names[i]);
        if (column && (column->type == PRT_CATEGORY || column->type == PRT_LIST) && column->values.count)
            out[taken++] = column;
    }
    return taken;
}

uint32_t prt_category_levels(const prt_config *config, const prt_dataset *dataset, const prt_column **out) {
    if (config->has_shop)
        return take_columns(dataset, (const char *const *)config->shop.category.names, config->shop.category.count,
                            out);
    if (config->has_purchases)
        return take_columns(dataset, (const char *const *)config->purchases.category.names,
                            config->purchases.category.count, out);
    for (uint32_t d = 0; d < config->segments.dimension_count; d++) {
        if (config->segments.dimensions[d].item_side)
            return take_columns(dataset, (const char *const[]){config->segments.dimensions[d].column}, 1, out);
    }
    return 0;
}

pr_text prt_category_name(const prt_categories *categories, uint32_t row, bool *shadowed) {
    uint32_t level = 0;
    while (row >= categories->levels[level]->values.count)
        row -= categories->levels[level++]->values.count;
    const pr_text name = prt_string(&categories->levels[level]->values, row);
    *shadowed = false;
    for (uint32_t wider = 0; wider < level; wider++) {
        const prt_strings *names = &categories->levels[wider]->values;
        for (uint32_t i = 0; i < names->count; i++) {
            const pr_text other = prt_string(names, i);
            *shadowed |= other.size == name.size && memcmp(other.bytes, name.bytes, name.size) == 0;
        }
    }
    return name;
}

/* ---- items ---- */

/* Codes of a row of the catalogue; some may be PRT_NONE, and a list may have one twice. */
static const uint32_t *codes_of(const prt_column *column, uint32_t row, uint32_t *count) {
    const uint32_t first = column->type == PRT_LIST ? column->list_offsets[row] : row;
    *count = column->type == PRT_LIST ? column->list_offsets[row + 1] - first : 1;
    return column->codes + first;
}

/* Count the items of each row into sizes[], or with `out` put them there; last[] is the item that a row got last. */
static void sort_in(const prt_pack *pack, const prt_categories *c, const uint32_t *popular, uint32_t *sizes,
                    uint32_t *last, uint32_t *out) {
    for (uint32_t row = 0; row < c->rows; row++) {
        sizes[row] = 0;
        last[row] = PRT_NONE;
    }
    for (uint32_t i = 0; i < pack->counts->item_count; i++) {
        const uint32_t number = popular[i];
        for (uint32_t level = 0, first = 0; level < c->level_count; first += c->levels[level++]->values.count) {
            uint32_t count;
            const uint32_t *codes = codes_of(c->levels[level], pack->counts->item_order[number], &count);
            for (uint32_t k = 0; k < count; k++) {
                const uint32_t row = first + codes[k];
                if (codes[k] >= c->levels[level]->values.count || last[row] == number ||
                    sizes[row] == PRT_MOST_OF_CATEGORY)
                    continue;
                last[row] = number;
                if (out)
                    out[c->offsets[row] + sizes[row]] = number;
                sizes[row]++;
            }
        }
    }
}

static pr_status list_items(const prt_pack *pack, prt_categories *c, pr_error *error) {
    uint32_t *popular = calloc(pack->counts->item_count + (size_t)1, sizeof *popular),
             *sizes = calloc(c->rows + (size_t)1, sizeof *sizes), *last = calloc(c->rows + (size_t)1, sizeof *last);
    bool fine = popular && sizes && last && prt_pack_popular(pack, popular, pack->counts->item_count);
    c->offsets = pr_arena_array(&c->arena, c->rows + (size_t)1, sizeof *c->offsets);
    if (fine && c->offsets) {
        sort_in(pack, c, popular, sizes, last, NULL);
        for (uint32_t row = 0; row < c->rows; row++)
            c->offsets[row + 1] = c->offsets[row] + sizes[row];
        c->item = pr_arena_array(&c->arena, c->offsets[c->rows] + (size_t)1, sizeof *c->item);
        fine = c->item != NULL;
        if (fine)
            sort_in(pack, c, popular, sizes, last, c->item);
    }
    fine = fine && c->offsets;
    free(popular);
    free(sizes);
    free(last);
    return fine ? PR_OK : no_memory(error);
}

/* ---- clusters ---- */

typedef struct filled {
    uint32_t cluster, count;
} filled;

static int by_count(const void *a, const void *b) {
    const filled *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->cluster < y->cluster ? -1 : x->cluster > y->cluster;
}

static uint32_t cluster_of(const prt_item_meaning *m, uint32_t place) {
    uint32_t low = 0, high = m->clusters;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (m->first[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The fullest clusters that hold nine tenths of a row's vectors, into out[]; returns how many. place[cluster] is 0, and
 * is left so. */
static uint32_t fullest(const prt_item_meaning *m, const uint32_t *items, uint32_t count, filled *tally,
                        uint32_t *place, uint32_t *out) {
    uint32_t vectors = 0, met = 0, held = 0, taken = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (m->place[items[i]] == PRT_NONE)
            continue;
        const uint32_t cluster = cluster_of(m, m->place[items[i]]);
        if (!place[cluster]) {
            tally[met] = (filled){cluster, 0};
            place[cluster] = ++met;
        }
        tally[place[cluster] - 1].count++;
        vectors++;
    }
    if (met > 1)
        qsort(tally, met, sizeof *tally, by_count);
    for (; (uint64_t)held * 10 < (uint64_t)vectors * 9; taken++) {
        out[taken] = tally[taken].cluster;
        held += tally[taken].count;
    }
    for (uint32_t k = 0; k < met; k++)
        place[tally[k].cluster] = 0;
    return taken;
}

static pr_status list_clusters(const prt_item_meaning *m, prt_categories *c, pr_error *error) {
    filled *tally = calloc(m->clusters + (size_t)1, sizeof *tally);
    uint32_t *found = calloc(m->clusters + (size_t)1, sizeof *found),
             *place = calloc(m->clusters + (size_t)1, sizeof *place), used = 0;
    uint64_t room = 1; /* a row has no more clusters than items */
    for (uint32_t row = 0; row < c->rows; row++) {
        const uint32_t items = c->offsets[row + 1] - c->offsets[row];
        room += items < m->clusters ? items : m->clusters;
    }
    c->cluster_offsets = pr_arena_array(&c->arena, c->rows + (size_t)1, sizeof *c->cluster_offsets);
    c->cluster = pr_arena_array(&c->arena, room, sizeof *c->cluster);
    const bool fine = tally && found && place && c->cluster_offsets && c->cluster;
    for (uint32_t row = 0; fine && row < c->rows; row++) {
        const uint32_t first = c->offsets[row],
                       count = fullest(m, c->item + first, c->offsets[row + 1] - first, tally, place, found);
        memcpy(c->cluster + used, found, count * sizeof *found);
        used += count;
        c->cluster_offsets[row + 1] = used;
    }
    free(tally);
    free(found);
    free(place);
    return fine ? PR_OK : no_memory(error);
}

/* ---- all ---- */

pr_status prt_categories_make(const prt_config *config, const prt_pack *pack, prt_categories *out, pr_error *error) {
    *out = (prt_categories){0};
    pr_arena_init(&out->arena, NULL, 0);
    out->level_count = prt_category_levels(config, pack->dataset, out->levels);
    for (uint32_t level = 0; level < out->level_count; level++)
        out->rows += out->levels[level]->values.count;
    const pr_status status = list_items(pack, out, error);
    return status == PR_OK && pack->meaning->rows ? list_clusters(pack->meaning, out, error) : status;
}

void prt_categories_free(prt_categories *categories) {
    if (categories->arena.allocator)
        pr_arena_free(&categories->arena);
    *categories = (prt_categories){0};
}
