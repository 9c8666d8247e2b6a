/* Scoring each page's candidates, ordering them, rounding their scores. */
#include "rerank.h"
#include "fail.h"
#include "item_meaning.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SCORE = UINT16_MAX };
static const float LIMIT = 1e6f; /* of a score: the core refuses larger ones */

/* All pairs one behind the other: page asked[i] has those from starts[i] on. */
typedef struct pairs {
    uint32_t count;
    uint32_t *starts, *item;
    pr_text *queries, *documents;
    float *scores;
} pairs;

static pr_status no_memory(pr_error *error) {
    return prt_fail_memory(error, "scoring candidates");
}

static bool make_room(const prt_rerank_order *order, pairs *p) {
    const size_t most = (size_t)order->count * PRT_RERANKED + 1;
    p->starts = calloc(order->count + (size_t)1, sizeof *p->starts);
    p->item = calloc(most, sizeof *p->item);
    p->queries = calloc(most, sizeof *p->queries);
    p->documents = calloc(most, sizeof *p->documents);
    p->scores = calloc(most, sizeof *p->scores);
    return p->starts && p->item && p->queries && p->documents && p->scores;
}

static void free_room(pairs *p) {
    free(p->starts);
    free(p->item);
    free(p->queries);
    free(p->documents);
    free(p->scores);
}

/* A candidate without a text is left out. */
static void list_pairs(const prt_rerank_order *order, const prt_pages *pages, pairs *p) {
    for (uint32_t i = 0; i < order->count; i++) {
        const pr_text query = pages->queries[i];
        p->starts[i] = p->count;
        for (uint32_t k = 0; query.size && k < pages->counts[i]; k++) {
            const uint32_t item = pages->candidates[(size_t)i * PRT_RERANKED + k];
            if (pages->texts[item].size == 0)
                continue;
            p->item[p->count] = item;
            p->queries[p->count] = query;
            p->documents[p->count++] = pages->texts[item];
        }
    }
    p->starts[order->count] = p->count;
}

/* ---- rows ---- */

static float clamped(float score) {
    return score > LIMIT ? LIMIT : score < -LIMIT ? -LIMIT : score;
}

/* Row `number` from the pairs first … end: by falling score, ties by item, an insertion sort. */
static void write_row(const pairs *p, uint32_t first, uint32_t end, uint32_t number, uint32_t used, prt_reranked *out) {
    float scores[PRT_RERANKED];
    for (uint32_t i = first; i < end; i++) {
        const float score = clamped(p->scores[i]);
        uint32_t at = i - first;
        for (; at > 0 && (scores[at - 1] < score || (scores[at - 1] == score && out->item[used + at - 1] > p->item[i]));
             at--) {
            scores[at] = scores[at - 1];
            out->item[used + at] = out->item[used + at - 1];
        }
        scores[at] = score;
        out->item[used + at] = p->item[i];
    }
    const uint32_t count = end - first;
    const float low = count ? scores[count - 1] : 0, step = count ? (scores[0] - low) / MOST_SCORE : 0;
    out->low[number] = low;
    out->step[number] = step;
    for (uint32_t i = 0; i < count; i++) {
        const float whole = step > 0 ? nearbyintf((scores[i] - low) / step) : 0;
        out->score[used + i] = (uint16_t)(whole < MOST_SCORE ? whole : MOST_SCORE);
    }
}

static pr_status write_rows(const prt_rerank_order *order, const pairs *p, prt_page of, prt_reranked *out,
                            pr_error *error) {
    const uint32_t rows = order->rows[of];
    uint32_t *place = calloc(rows + (size_t)1, sizeof *place); /* of each row among those asked, + 1 */
    out->rows = rows;
    out->offsets = pr_arena_array(&out->arena, rows + (size_t)1, sizeof *out->offsets);
    out->low = pr_arena_array(&out->arena, rows + (size_t)1, sizeof *out->low);
    out->step = pr_arena_array(&out->arena, rows + (size_t)1, sizeof *out->step);
    out->item = pr_arena_array(&out->arena, p->count + (size_t)1, sizeof *out->item);
    out->score = pr_arena_array(&out->arena, p->count + (size_t)1, sizeof *out->score);
    if (!place || !out->offsets || !out->low || !out->step || !out->item || !out->score) {
        free(place);
        return no_memory(error);
    }
    for (uint32_t i = 0; i < order->count; i++) {
        if (order->asked[i].of == of)
            place[order->asked[i].row] = i + 1;
    }
    for (uint32_t n = 0, used = 0; n < rows; n++) {
        const uint32_t first = place[n] ? p->starts[place[n] - 1] : 0, end = place[n] ? p->starts[place[n]] : 0;
        write_row(p, first, end, n, used, out);
        used += end - first;
        out->offsets[n + 1] = used;
    }
    free(place);
    return PR_OK;
}

/* ---- all ---- */

static pr_status score(const prt_rerank_order *order, const prt_pages *pages, pairs *p, prt_reranked *out,
                       pr_error *error) {
    if (!make_room(order, p))
        return no_memory(error);
    list_pairs(order, pages, p);
    const prt_embedding embedding = {.loaded = order->cross,
                                     .texts = p->queries,
                                     .seconds = p->documents,
                                     .count = p->count,
                                     .cache = order->cache,
                                     .tidy = true,
                                     .threads = order->threads};
    PRT_TRY(prt_embed(&embedding, p->scores, error));
    for (prt_page of = 0; of < PRT_PAGES; of++)
        PRT_TRY(write_rows(order, p, of, &out[of], error));
    return PR_OK;
}

pr_status prt_rerank(const prt_rerank_order *order, prt_reranked *out, pr_error *error) {
    prt_pages pages = {0};
    pairs p = {0};
    for (int of = 0; of < PRT_PAGES; of++) {
        out[of] = (prt_reranked){0};
        pr_arena_init(&out[of].arena, NULL, 0);
    }
    pr_status status = prt_pages_ask(order, &pages, error);
    if (status == PR_OK)
        status = score(order, &pages, &p, out, error);
    if (status == PR_OK)
        prt_log("rerank", "%u candidates of %u products and %u of %u categories are scored by the cross-encoder",
                p.starts[order->products], order->products, p.count - p.starts[order->products],
                order->count - order->products);
    prt_pages_free(&pages);
    free_room(&p);
    return status;
}

void prt_reranked_free(prt_reranked *reranked) {
    if (reranked->arena.allocator)
        pr_arena_free(&reranked->arena);
    memset(reranked, 0, sizeof *reranked);
}
