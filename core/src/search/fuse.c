/* Two lists become one. */
#include "fuse.h"
#include "meaning.h"

static pr_status no_memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching");
}

static uint64_t *take_bits(pr_engine *engine) {
    return pr_arena_array(&engine->scratch, pr__allowed_words(engine->items), sizeof(uint64_t));
}

static bool is_set(const uint64_t *bits, uint32_t item) {
    return bits[item / 64] >> item % 64 & 1;
}

static bool has_texts(const pr_json *list) {
    return list && list->size > 0;
}

/* The documents that conditions, must and must_not let through, as bits; NULL where all are. */
static pr_status find_allowed(pr_engine *engine, const pr_search *search, const uint64_t **out, pr_error *error) {
    pr_search filter = *search;
    pr_found all;
    *out = NULL;
    if (!search->condition_count && !has_texts(search->must) && !has_texts(search->must_not))
        return PR_OK;
    pr_plan *plan = pr_arena_take(&engine->scratch, sizeof *plan);
    filter.matched = take_bits(engine);
    if (!plan || !filter.matched)
        return no_memory(error);
    filter.query = (pr_text){"", 0};
    filter.should = NULL;
    filter.match = PR_MATCH_ALL;
    filter.limit = 0;
    filter.counted = false;
    filter.sort = UINT32_MAX;
    *out = filter.matched;
    return pr__search(engine, &filter, plan, &all, error);
}

/* The nearest items, in the order of their nearness. */
typedef struct nearest {
    uint32_t count;
    pr_near *list;
} nearest;

static pr_status find_nearest(pr_engine *engine, const pr_search *search, const pr_meant *meant, nearest *out,
                              pr_error *error) {
    const uint64_t *allowed;
    const uint32_t room = pr__nearest_room(engine, engine->meaning.pool);
    double *vector = pr_arena_array(&engine->scratch, engine->meaning.dims, sizeof *vector);
    out->count = 0;
    out->list = pr_arena_array(&engine->scratch, room + 1u, sizeof *out->list);
    if (!vector || !out->list)
        return no_memory(error);
    PR_TRY(find_allowed(engine, search, &allowed, error));
    if (!pr__vector_of_query(engine, meant->given, vector))
        return PR_OK;
    return pr__nearest(engine, vector, allowed, (pr_probing){NULL, meant->probes}, room, out->list, &out->count, error);
}

/* The whole list by words, as far as it is fused: found->hits by falling score. */
static pr_status find_words(pr_engine *engine, const pr_search *search, pr_plan *plan, uint64_t *matched,
                            pr_found *found, pr_error *error) {
    pr_search words = *search;
    words.matched = matched;
    words.sort = UINT32_MAX;
    words.limit = search->limit > engine->meaning.pool ? search->limit : engine->meaning.pool;
    return pr__search(engine, &words, plan, found, error);
}

static float not_negative(float x) {
    return x > 0 ? x : 0;
}

static float share(float score, float best) {
    return best > 0 ? not_negative(score) / best : 0;
}

/* Hits of both lists: first those of the words, then those that meaning adds; *extra is where these begin. */
static pr_hit *fuse(pr_engine *engine, const pr_found *words, const nearest *near, const uint64_t *matched,
                    uint32_t *count, uint32_t *extra) {
    const float weight = (float)engine->meaning.weight, rest = 1 - weight;
    const float best_near = near->count ? near->list[0].score : 0, best_words = words->count ? words->hits[0].score : 0;
    const float last_near = near->count == engine->meaning.pool ? near->list[near->count - 1].score : 0,
                last_words = words->count ? words->hits[words->count - 1].score : 0;
    pr_hit *hits = pr_arena_array(&engine->scratch, (size_t)words->count + near->count + 1, sizeof *hits);
    uint32_t *place = pr_arena_array(&engine->scratch, engine->items, sizeof *place); /* of an item among hits, + 1 */
    if (!hits || !place)
        return NULL;
    for (uint32_t i = 0; i < words->count; i++) {
        const float by_words = rest * share(words->hits[i].score, best_words);
        hits[i] = (pr_hit){words->hits[i].item, by_words + weight * share(last_near, best_near), 0};
        place[hits[i].item] = i + 1;
    }
    *count = *extra = words->count;
    for (uint32_t i = 0; i < near->count; i++) {
        const uint32_t item = near->list[i].item, at = place[item];
        const float by_meaning = weight * share(near->list[i].score, best_near);
        if (at && at <= words->count)
            hits[at - 1].score = rest * share(words->hits[at - 1].score, best_words) + by_meaning;
        else if (!at) /* a bundle may be so wrong that an item comes twice */
            hits[(*count)++] =
                (pr_hit){item, (is_set(matched, item) ? rest * share(last_words, best_words) : 0) + by_meaning, 0};
        place[item] = at ? at : *count;
    }
    return hits;
}

static pr_status search_both(pr_engine *engine, const pr_search *search, const pr_meant *meant, pr_plan *plan,
                             pr_found *found, pr_error *error) {
    nearest near;
    uint64_t *matched = take_bits(engine);
    uint32_t count, extra;
    if (!matched)
        return no_memory(error);
    PR_TRY(find_words(engine, search, plan, matched, found, error));
    PR_TRY(find_nearest(engine, search, meant, &near, error));
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    pr_hit *hits = fuse(engine, found, &near, matched, &count, &extra);
    if (!hits)
        return no_memory(error);
    /* Items that the words found, but not among the best, are in `total` and in the facets already. */
    uint32_t total = found->total, counted = extra;
    for (uint32_t i = extra; i < count; i++) {
        if (!is_set(matched, hits[i].item)) {
            const pr_hit hit = hits[i];
            hits[i] = hits[counted];
            hits[counted++] = hit;
        }
    }
    total += counted - extra;
    PR_TRY(pr__match_given(engine, search, hits, count, extra, counted, found, error));
    found->total = total;
    return PR_OK;
}

static pr_status search_meaning(pr_engine *engine, const pr_search *search, const pr_meant *meant, pr_plan *plan,
                                pr_found *found, pr_error *error) {
    nearest near;
    plan->count = 0;
    *found = (pr_found){.any = true};
    PR_TRY(find_nearest(engine, search, meant, &near, error));
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    pr_hit *hits = pr_arena_array(&engine->scratch, near.count + 1u, sizeof *hits);
    if (!hits)
        return no_memory(error);
    for (uint32_t i = 0; i < near.count; i++)
        hits[i] = (pr_hit){near.list[i].item, near.list[i].score, 0};
    return pr__match_given(engine, search, hits, near.count, 0, near.count, found, error);
}

pr_status pr__search_meant(pr_engine *engine, const pr_search *search, const pr_meant *meant, pr_plan *plan,
                           pr_found *found, pr_error *error) {
    return meant->mode == PR_SEARCH_BOTH ? search_both(engine, search, meant, plan, found, error)
                                         : search_meaning(engine, search, meant, plan, found, error);
}
