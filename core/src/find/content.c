/* Likeness by content, as a sum over the seeds. */
#include "content.h"
#include "meaning.h"
#include "preference.h"
#include "shop_tables.h"

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while looking for similar items");
}

static void add_similar(pr_engine *engine, const pr_seed *seeds, uint32_t count, float *scores) {
    pr_link links[PR_MAX_LINKS];
    for (uint32_t s = 0; s < count; s++) {
        uint32_t found = pr__similar(engine, seeds[s].item, links);
        for (uint32_t k = 0; k < found; k++)
            scores[links[k].item] += (float)(seeds[s].weight * links[k].score);
    }
}

bool pr__content_is_small(const pr_engine *engine) {
    const uint64_t most_bytes = 8 << 20;
    return (uint64_t)engine->tables[PR_TABLE_VECTORS].rows * engine->meaning.dims <= most_bytes;
}

double *pr__seed_vector(pr_engine *engine, const pr_seed *seeds, uint32_t count, bool *failed) {
    pr_item_vector vector;
    double *sum = pr_arena_array(&engine->scratch, engine->meaning.dims + 1u, sizeof *sum);
    *failed = !sum;
    for (uint32_t s = 0; sum && s < count; s++) {
        if (pr__vector_of_item(engine, seeds[s].item, &vector))
            pr__vector_add(engine, &vector, seeds[s].weight, sum);
    }
    return sum && pr__preference_normalise(sum, engine->meaning.dims) ? sum : NULL;
}

pr_status pr__content_start(pr_engine *engine, const pr_seed *seeds, uint32_t count, pr_content *out, pr_error *error) {
    bool failed = false;
    *out = (pr_content){.engine = engine};
    if (count && engine->meaning.present) {
        pr__shard_of_row(engine, PR_TABLE_CLUSTERS, 0); /* noted early, if it is missing: needed soon */
        out->vector = pr__seed_vector(engine, seeds, count, &failed);
        return failed ? memory(error) : PR_OK;
    }
    if (!count || !engine->tables[PR_TABLE_SIMILAR].rows)
        return PR_OK;
    out->scores = pr_arena_array(&engine->scratch, engine->items, sizeof *out->scores);
    if (!out->scores)
        return memory(error);
    add_similar(engine, seeds, count, out->scores);
    return PR_OK;
}

/* One item's cosine, in double: by a fixed order of sums, so that all builds agree. */
static double cosine(const pr_content *content, uint32_t item) {
    pr_item_vector vector;
    double sum = 0;
    if (!pr__vector_of_item(content->engine, item, &vector))
        return 0;
    for (uint32_t d = 0; d < content->engine->meaning.dims; d++)
        sum += content->vector[d] * vector.values[d];
    return sum * (double)vector.scale;
}

double pr__content_of(const pr_content *content, uint32_t item) {
    if (content->vector)
        return cosine(content, item);
    return content->scores ? content->scores[item] : 0;
}

/* The nearest vectors. */
static pr_status nearest(const pr_content *content, pr__allowed allowed, pr_probing probing, uint32_t limit,
                         pr__best_row *rows, uint32_t *count, pr_error *error) {
    pr_engine *engine = content->engine;
    uint32_t found;
    pr_near *near = pr_arena_array(&engine->scratch, pr__nearest_room(engine, limit) + 1u, sizeof *near);
    if (!near)
        return memory(error);
    PR_TRY(pr__nearest(engine, content->vector, allowed, probing, limit, near, &found, error));
    while (*count < found && near[*count].score > 0) {
        rows[*count] = (pr__best_row){near[*count].item, near[*count].score};
        ++*count;
    }
    return PR_OK;
}

pr_status pr__content_top(const pr_content *content, pr__allowed allowed, pr_probing probing, uint32_t limit,
                          pr__best_row *rows, uint32_t *count, pr_error *error) {
    *count = 0;
    if (content->vector)
        return nearest(content, allowed, probing, limit, rows, count, error);
    return pr__top_scores(content->engine, content->scores, allowed, limit, rows, count, error);
}

pr_status pr__top_scores(pr_engine *engine, const float *scores, pr__allowed allowed, uint32_t limit,
                         pr__best_row *rows, uint32_t *count, pr_error *error) {
    pr__best best;
    *count = 0;
    if (!scores)
        return PR_OK;
    if (!pr__best_start(&best, limit < engine->items ? limit : engine->items, &engine->scratch))
        return memory(error);
    pr__best_offer(&best, scores, 0, engine->items, allowed);
    uint32_t found = pr__best_finish(&best, rows);
    while (*count < found && rows[*count].score > 0)
        ++*count;
    return PR_OK;
}
