/* Night's lists: best value, the most popular of each category; and the order of the items in the bundle. */
#include "fail.h"
#include "shop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SIZE = 60, MOST_LISTS = 200 };

static pr_status memory(pr_error *error) {
    return prt_fail_memory(error, "making the lists for everyone");
}

typedef struct scored {
    double score;
    uint32_t item;
} scored;

static int by_score(const void *a, const void *b) {
    const scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static const prt_column *column_of(const prt_dataset *dataset, const char *name) {
    return name ? prt_column_find(&dataset->items, name) : NULL;
}

/* ---- lists ---- */

static pr_status add_list(prt_shop *shop, const char *key, scored *list, uint32_t count, pr_error *error) {
    prt_shop_list *out = &shop->lists[shop->list_count++];
    size_t size = strlen(key) + 1;
    char *copy = pr_arena_take(&shop->arena, size);
    out->items = pr_arena_array(&shop->arena, LIST_SIZE, sizeof *out->items);
    if (!copy || !out->items)
        return memory(error);
    memcpy(copy, key, size);
    out->key = copy;
    qsort(list, count, sizeof *list, by_score);
    for (uint32_t i = 0; i < count; i++)
        out->weight += list[i].score;
    for (out->count = 0; out->count < count && out->count < LIST_SIZE; out->count++)
        out->items[out->count] = list[out->count].item;
    return PR_OK;
}

static double mean_of(const prt_column *column, uint32_t rows) {
    double sum = 0, count = 0;
    for (uint32_t i = 0; i < rows; i++) {
        double x = prt_number_at(column, i);
        if (!isnan(x)) {
            sum += x;
            count++;
        }
    }
    return count > 0 ? sum / count : 0;
}

/* Value for money: the share that is saved x the rating, drawn to the shop's mean by 20 reviews' weight x how far it is
 * proven (log reviews against 1,000). 0 where a price is missing. */
static pr_status add_best_value(const prt_config *config, const prt_dataset *dataset, scored *room, prt_shop *shop,
                                pr_error *error) {
    const prt_column *price = column_of(dataset, config->shop.price),
                     *original = column_of(dataset, config->shop.original_price),
                     *rating = column_of(dataset, config->shop.rating),
                     *reviews = column_of(dataset, config->shop.reviews);
    double mean = rating ? mean_of(rating, shop->items) : 1, strength = 20;
    uint32_t count = 0;
    for (uint32_t i = 0; i < shop->items; i++) {
        double now = prt_number_at(price, i), before = prt_number_at(original, i), stars = prt_number_at(rating, i),
               voices = prt_number_at(reviews, i);
        if (!(before > 0 && now > 0 && now < before))
            continue;
        voices = voices > 0 ? voices : 0;
        double drawn = isnan(stars) ? mean : (stars * voices + mean * strength) / (voices + strength);
        double proven = reviews ? fmin(1, log1p(voices) / log(1001)) : 1;
        double value = (1 - now / before) * drawn * proven;
        if (value > 0)
            room[count++] = (scored){value, i};
    }
    return add_list(shop, "best_value", room, count, error);
}

static pr_status add_categories(const prt_config *config, const prt_dataset *dataset, scored *room, prt_shop *shop,
                                pr_error *error) {
    const prt_column *category =
        config->shop.category.count ? column_of(dataset, config->shop.category.names[0]) : NULL;
    for (uint32_t code = 0; category && code < category->values.count && shop->list_count < MOST_LISTS; code++) {
        uint32_t count = 0;
        char key[300];
        for (uint32_t i = 0; i < shop->items; i++) {
            if (prt_code_at(category, i) == code)
                room[count++] = (scored){shop->popularity[i], i};
        }
        int size = (int)(category->values.offsets[code + 1] - category->values.offsets[code]);
        snprintf(key, sizeof key, "category:%.*s", size, category->values.bytes + category->values.offsets[code]);
        if (count)
            PRT_TRY(add_list(shop, key, room, count, error));
    }
    return PR_OK;
}

pr_status prt_shop_lists(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    scored *room = malloc((shop->items + (size_t)1) * sizeof *room);
    shop->lists = pr_arena_array(&shop->arena, MOST_LISTS + 1, sizeof *shop->lists);
    pr_status status = room && shop->lists ? PR_OK : memory(error);
    if (status == PR_OK)
        status = add_best_value(config, dataset, room, shop, error);
    if (status == PR_OK)
        status = add_categories(config, dataset, room, shop, error);
    free(room);
    return status;
}

/* ---- order ---- */

/* What an item is ordered by. */
typedef struct place {
    bool featured;
    double popularity;
    uint32_t item, codes[4];
    const char *name;
    size_t name_size;
} place;

static int by_place(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->featured != y->featured)
        return x->featured ? -1 : 1;
    if (x->featured && x->popularity != y->popularity)
        return x->popularity > y->popularity ? -1 : 1;
    for (int c = 0; !x->featured && c < 4; c++) {
        if (x->codes[c] != y->codes[c])
            return x->codes[c] < y->codes[c] ? -1 : 1;
    }
    size_t shorter = x->name_size < y->name_size ? x->name_size : y->name_size;
    int order = x->featured || !shorter ? 0 : memcmp(x->name, y->name, shorter);
    if (order == 0 && !x->featured && x->name_size != y->name_size)
        order = x->name_size < y->name_size ? -1 : 1;
    return order ? order : x->item < y->item ? -1 : x->item > y->item;
}

static void feature(prt_shop *shop, place *places) {
    for (uint32_t l = 0; l < shop->list_count; l++) {
        for (uint32_t i = 0; i < shop->lists[l].count && i < 20; i++)
            places[shop->lists[l].items[i]].featured = true;
    }
    for (uint32_t i = 0; i < shop->trending.count; i++)
        places[shop->trending.items[i]].featured = true;
}

/* What the home page shows lies in the first shards; all others lie by category and name, so that what is alike is
 * close together: the index and the texts become smaller, and the results of a search come from few shards. */
pr_status prt_shop_order(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    const prt_column *name = column_of(dataset, config->shop.name), *categories[4] = {0};
    place *places = calloc(shop->items + (size_t)1, sizeof *places);
    shop->order = pr_arena_array(&shop->arena, shop->items + (size_t)1, sizeof *shop->order);
    if (!places || !shop->order) {
        free(places);
        return memory(error);
    }
    for (uint32_t c = 0; c < config->shop.category.count && c < 4; c++)
        categories[c] = column_of(dataset, config->shop.category.names[c]);
    for (uint32_t i = 0; i < shop->items; i++) {
        place *p = &places[i];
        p->item = i;
        p->popularity = shop->popularity[i];
        for (int c = 0; c < 4; c++)
            p->codes[c] = prt_code_at(categories[c], i);
        if (name) {
            p->name = name->texts.bytes + name->texts.offsets[i];
            p->name_size = (size_t)(name->texts.offsets[i + 1] - name->texts.offsets[i]);
        }
    }
    feature(shop, places);
    qsort(places, shop->items, sizeof *places, by_place);
    for (uint32_t n = 0; n < shop->items; n++)
        shop->order[n] = places[n].item;
    free(places);
    return PR_OK;
}
