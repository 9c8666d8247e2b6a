/* Keyword search: items in which every word occurs, scored by BM25F (Robertson & Zaragoza 2009, eq. 3.17) from impacts
 * that the trainer computed. When no item has all words, items with any of them. */
#include "rows.h"

#include <string.h>

typedef struct match {
    float score; /* of up to 16 words */
    uint8_t words;
} match;

/* Robertson's idf, kept positive: log(1 + (N - n + 0.5) / (n + 0.5)). */
static double idf(uint32_t items, uint32_t found) {
    return pr_log(1.0 + (items - found + 0.5) / (found + 0.5));
}

static void add_postings(const pr_engine *engine, const pr_terms_view *view, uint32_t row, match *matches) {
    uint32_t item = 0;
    uint32_t first = view->offsets[row], end = view->offsets[row + 1];
    float weight = (float)(idf(engine->items, end - first) * 2.2 / 255.0);
    for (uint32_t i = first; i < end; i++) {
        item += pr__uint(view->item, i);
        matches[item].score += weight * (float)view->impact[i];
        matches[item].words++;
    }
}

pr_status pr__find_search(pr_engine *engine, const pr_query *query, pr_list *list, pr_error *error) {
    match *matches = pr_arena_array(&engine->scratch, engine->items, sizeof *matches);
    if (!matches)
        return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching");
    for (uint32_t w = 0; w < query->word_count; w++) {
        const pr_shard *shard = pr__shard_of_key(engine, PR_TABLE_TERMS, query->words[w]);
        uint32_t row = shard ? pr__strings_find(&shard->view.terms.term, query->words[w]) : UINT32_MAX;
        if (row != UINT32_MAX)
            add_postings(engine, &shard->view.terms, row, matches);
    }
    uint8_t most = 0;
    for (uint32_t item = 0; item < engine->items; item++)
        most = matches[item].words > most ? matches[item].words : most;
    bool all_words = most == query->word_count;
    for (uint32_t item = 0; most && item < engine->items; item++) {
        if (!matches[item].words || (all_words && matches[item].words < most))
            continue;
        pr_candidate *candidate;
        PR_TRY(pr__candidate_add(engine, query, list, item, 0, &candidate, error));
        if (candidate)
            candidate->text = matches[item].score;
    }
    return PR_OK;
}
