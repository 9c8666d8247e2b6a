/* How much everyone likes each product: popularity over all time, and trending, in which the past fades. */
#include "fail.h"
#include "shop.h"

#include <math.h>
#include <stdlib.h>

static pr_status memory(pr_error *error) {
    return prt_fail_memory(error, "learning what is popular");
}

/* Points of one event by what happened. */
static double points_of(const prt_shop_config *shop, uint16_t types) {
    double points = 0;
    points += types & (PRT_EVENT_CLICK | PRT_EVENT_VIEW | PRT_EVENT_START | PRT_EVENT_LIKE) ? shop->trending.click : 0;
    points += types & PRT_EVENT_CART ? shop->trending.cart : 0;
    points += types & (PRT_EVENT_PURCHASE | PRT_EVENT_COMPLETE) ? shop->trending.purchase : 0;
    return points;
}

static double largest(const double *values, uint32_t count) {
    double most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

/* Reviews and events are counted on a logarithmic scale, each against the most popular product. */
pr_status prt_shop_popularity(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    const prt_column *reviews = config->shop.reviews ? prt_column_find(&dataset->items, config->shop.reviews) : NULL;
    double *known = pr_arena_array(&shop->arena, shop->items + (size_t)1, sizeof *known),
           *happened = pr_arena_array(&shop->arena, shop->items + (size_t)1, sizeof *happened);
    if (!known || !happened)
        return memory(error);
    for (uint32_t i = 0; i < shop->items; i++) {
        double count = prt_number_at(reviews, i);
        known[i] = count > 0 ? log1p(count) : 0;
    }
    for (uint64_t e = 0; e < dataset->events.count; e++)
        happened[dataset->events.item[e]] += points_of(&config->shop, dataset->events.types[e]);
    for (uint64_t b = 0; dataset->baskets.count && b < dataset->baskets.offsets[dataset->baskets.count]; b++)
        happened[dataset->baskets.items[b]] += 1;
    for (uint32_t i = 0; i < shop->items; i++)
        happened[i] = log1p(happened[i]);
    double most_known = largest(known, shop->items), most_happened = largest(happened, shop->items);
    for (uint32_t i = 0; i < shop->items; i++) {
        double a = most_known > 0 ? known[i] / most_known : 0, b = most_happened > 0 ? happened[i] / most_happened : 0;
        happened[i] = most_known > 0 && most_happened > 0 ? (a + b) / 2 : a + b;
    }
    shop->popularity = happened;
    return PR_OK;
}

/* ---- trending ---- */

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* How many different people did something with each product. */
static pr_status count_people(const prt_events *events, uint32_t items, uint32_t **out) {
    uint64_t *pairs = malloc((events->count + 1) * sizeof *pairs);
    *out = calloc(items + (size_t)1, sizeof **out);
    if (!pairs || !*out) {
        free(pairs);
        return PR_E_MEMORY;
    }
    for (uint64_t e = 0; e < events->count; e++)
        pairs[e] = (uint64_t)events->item[e] << 32 | events->user[e];
    qsort(pairs, events->count, sizeof *pairs, by_number);
    for (uint64_t e = 0; e < events->count; e++) {
        if (e == 0 || pairs[e] != pairs[e - 1])
            (*out)[pairs[e] >> 32]++;
    }
    free(pairs);
    return PR_OK;
}

static int64_t last_time(const prt_events *events) {
    int64_t last = PRT_NO_INTEGER;
    for (uint64_t e = 0; events->time && e < events->count; e++)
        last = events->time[e] > last ? events->time[e] : last;
    return last;
}

/* Each event counts decay^age, its age being the time before the log's last event. */
static void fade(const prt_config *config, const prt_events *events, double *scores) {
    double unit = config->shop.trending.hourly ? 3600 : 86400, rate = log(config->shop.trending.decay);
    int64_t last = last_time(events);
    for (uint64_t e = 0; e < events->count; e++) {
        bool timed = events->time && events->time[e] != PRT_NO_INTEGER;
        double age = timed ? (double)(last - events->time[e]) / unit : 0;
        scores[events->item[e]] += points_of(&config->shop, events->types[e]) * exp(rate * age);
    }
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

static pr_status take_best(const double *scores, uint32_t most, prt_shop *shop, pr_error *error) {
    scored *list = malloc((shop->items + (size_t)1) * sizeof *list);
    prt_trending *out = &shop->trending;
    out->items = pr_arena_array(&shop->arena, most + (size_t)1, sizeof *out->items);
    out->scores = pr_arena_array(&shop->arena, most + (size_t)1, sizeof *out->scores);
    if (!list || !out->items || !out->scores) {
        free(list);
        return memory(error);
    }
    uint32_t count = 0;
    double highest = largest(scores, shop->items);
    for (uint32_t i = 0; i < shop->items; i++) {
        if (scores[i] > 0 || highest <= 0) /* where nothing is known, the catalogue's first ones */
            list[count++] = (scored){scores[i], i};
    }
    qsort(list, count, sizeof *list, by_score);
    for (out->count = 0; out->count < count && out->count < most; out->count++) {
        out->items[out->count] = list[out->count].item;
        out->scores[out->count] = (float)list[out->count].score;
    }
    free(list);
    return PR_OK;
}

/* Products that only a handful of people touched would tell about them. Without a log the popular ones stand in. */
pr_status prt_shop_trending(const prt_config *config, const prt_dataset *dataset, prt_shop *shop, pr_error *error) {
    double *scores = calloc(shop->items + (size_t)1, sizeof *scores);
    uint32_t *people = NULL;
    if (!scores || count_people(&dataset->events, shop->items, &people) != PR_OK) {
        free(scores);
        free(people);
        return memory(error);
    }
    fade(config, &dataset->events, scores);
    bool any = false;
    for (uint32_t i = 0; i < shop->items; i++) {
        scores[i] = people[i] >= config->limits.min_users ? scores[i] : 0;
        any |= scores[i] > 0;
    }
    pr_status status = take_best(any ? scores : shop->popularity, config->shop.trending.size, shop, error);
    free(scores);
    free(people);
    return status;
}
