/* Likeness by content, as a sum over the seeds. */
#include "content.h"
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

pr_status pr__content_start(pr_engine *engine, const pr_seed *seeds, uint32_t count, pr_content *out, pr_error *error) {
    *out = (pr_content){.engine = engine};
    if (!count || !engine->tables[PR_TABLE_SIMILAR].rows)
        return PR_OK;
    out->scores = pr_arena_array(&engine->scratch, engine->items, sizeof *out->scores);
    if (!out->scores)
        return memory(error);
    add_similar(engine, seeds, count, out->scores);
    return PR_OK;
}

double pr__content_of(const pr_content *content, uint32_t item) {
    return content->scores ? content->scores[item] : 0;
}

pr_status pr__content_top(const pr_content *content, pr__allowed allowed, uint32_t limit, pr__best_row *rows,
                          uint32_t *count, pr_error *error) {
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
