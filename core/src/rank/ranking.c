/* Candidates by goal and popularity, their scores, and who is shown. */
#include "ranking.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_A_TIME = 256 };

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while ranking");
}

/* ---- candidates ---- */

static double popularity_of(pr_engine *engine, const pr_ranking_query *query, uint32_t item) {
    pr_week weeks[PR_MAX_WEEKS];
    pr_faded sums;
    pr_fade(weeks, pr__item_weeks(engine, item, weeks), pr__log_week(engine, query->week), query->decay, &sums);
    return sums.clicks;
}

/* Matching items first, then the most popular; ties by item. */
static int by_popularity(const void *a, const void *b) {
    const pr_ranked *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->source != PR_RANKED_POPULARITY && x->item != y->item)
        return x->item < y->item ? -1 : 1;
    if (x->popularity != y->popularity)
        return x->popularity > y->popularity ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

pr_status pr__ranking_candidates(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list,
                                 pr_error *error) {
    bool filtered = query->goal.size > 0 && engine->ranking.goal_column != PR_NO_COLUMN;
    list->candidates = pr_arena_array(&engine->scratch, engine->items, sizeof *list->candidates);
    if (!list->candidates)
        return memory(error);
    for (uint32_t item = 0; item < engine->items; item++) {
        pr_item view;
        const pr_own_item *own = pr__own_find(query->own, item);
        if (!pr__item(engine, item, &view) || (own && own->disliked))
            continue;
        bool match = pr__ranking_matches(engine, &list->inputs, view);
        list->goal_known |= match;
        list->matched += match;
        list->candidates[list->count++] = (pr_ranked){
            .item = item,
            .goal_match = match,
            .source = !filtered ? PR_RANKED_CATALOGUE
                      : match   ? PR_RANKED_GOAL
                                : PR_RANKED_POPULARITY,
            .popularity = popularity_of(engine, query, item),
        };
    }
    if (!filtered || list->count < 2)
        return PR_OK;
    uint32_t wanted = query->topk > query->min_candidates ? query->topk : query->min_candidates;
    qsort(list->candidates, list->count, sizeof *list->candidates, by_popularity);
    if (wanted < list->matched)
        wanted = list->matched;
    if (list->count > wanted)
        list->count = wanted;
    list->backfilled = list->count - list->matched;
    return PR_OK;
}

/* ---- scores ---- */

static pr_status score(pr_engine *engine, pr_ranking_list *list, pr_error *error) {
    const pr_model *model = pr__ranker(engine);
    uint32_t features = engine->ranking.feature_count;
    float *rows = pr_arena_array(&engine->scratch, (size_t)ROWS_AT_A_TIME * features, sizeof *rows);
    double *scores = pr_arena_array(&engine->scratch, ROWS_AT_A_TIME, sizeof *scores);
    if (!rows || !scores)
        return memory(error);
    for (uint32_t first = 0; first < list->count; first += ROWS_AT_A_TIME) {
        uint32_t n = list->count - first < ROWS_AT_A_TIME ? list->count - first : ROWS_AT_A_TIME;
        for (uint32_t i = 0; i < n; i++) {
            if (!pr__ranking_row(engine, &list->inputs, list->candidates[first + i].item, rows + (size_t)i * features))
                return PR_OK; /* shards are missing: nothing is answered from half the data */
        }
        if (!model)
            continue;
        if (pr_model_score(model, rows, n, &engine->scratch, scores))
            return memory(error);
        for (uint32_t i = 0; i < n; i++)
            list->candidates[first + i].score = scores[i];
    }
    return PR_OK;
}

static int by_score(const void *a, const void *b) {
    const pr_ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* ---- picking ---- */

pr_status pr__ranking_pick(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list, pr_error *error) {
    uint32_t wanted = query->topk < list->count ? query->topk : list->count;
    list->picked = pr_arena_array(&engine->scratch, wanted + 1u, sizeof *list->picked);
    if (!list->picked)
        return memory(error);
    if (list->count > 1)
        qsort(list->candidates, list->count, sizeof *list->candidates, by_score);
    for (uint32_t place = 0; place < wanted; place++) {
        pr_ranked *rest = list->candidates + place; /* what is taken stands before */
        uint32_t left = list->count - place, at = 0;
        if (pr_uniform(query->seed, 2ull * place) < query->explore)
            at = (uint32_t)(pr_uniform(query->seed, 2ull * place + 1) * left);
        pr_ranked pick = rest[at];
        pick.explored = at > 0;
        pick.propensity = (at == 0 ? 1 - query->explore : 0) + query->explore / left;
        memmove(rest + 1, rest, at * sizeof *rest);
        rest[0] = pick;
        list->picked[list->picked_count++] = pick;
    }
    return PR_OK;
}

pr_status pr__rank_list(pr_engine *engine, const pr_ranking_query *query, pr_ranking_list *list, pr_error *error) {
    PR_TRY(pr__ranking_inputs(engine, query, &list->inputs, error));
    PR_TRY(pr__ranking_candidates(engine, query, list, error));
    PR_TRY(score(engine, list, error));
    if (engine->missing_count || engine->needs_refused)
        return PR_OK;
    return pr__ranking_pick(engine, query, list, error);
}
