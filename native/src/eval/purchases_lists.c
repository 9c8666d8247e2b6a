/* Ranking for many subjects. Of all items' scores only the best are kept, in a heap with the worst on top: nearly every
 * item costs one comparison. */
#include "purchases_lists.h"
#include "fail.h"
#include "parallel.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the best of many ---- */

typedef struct heap {
    uint32_t *items;
    float *scores;
    uint32_t count;
} heap;

/* Does the first come behind the second in a list? */
static bool is_worse(float score, uint32_t item, float other_score, uint32_t other_item) {
    return score != other_score ? score < other_score : item > other_item;
}

static void put(heap *h, uint32_t at, float score, uint32_t item) {
    h->scores[at] = score;
    h->items[at] = item;
}

static void sift_up(heap *h, uint32_t at, float score, uint32_t item) {
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (!is_worse(score, item, h->scores[parent], h->items[parent]))
            break;
        put(h, at, h->scores[parent], h->items[parent]);
        at = parent;
    }
    put(h, at, score, item);
}

/* Put an entry where the worst was, among the first `count`. */
static void sift_down(heap *h, uint32_t count, float score, uint32_t item) {
    uint32_t at = 0;
    for (uint32_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_worse(h->scores[child + 1], h->items[child + 1], h->scores[child], h->items[child]))
            child++;
        if (!is_worse(h->scores[child], h->items[child], score, item))
            break;
        put(h, at, h->scores[child], h->items[child]);
        at = child;
    }
    put(h, at, score, item);
}

/* The worst goes to the end, again and again. */
static void sort_heap(heap *h) {
    for (uint32_t left = h->count; left > 1; left--) {
        float score = h->scores[left - 1];
        uint32_t item = h->items[left - 1];
        put(h, left - 1, h->scores[0], h->items[0]);
        sift_down(h, left - 1, score, item);
    }
}

uint32_t prt_best_items(const float *scores, const uint8_t *out_of_question, uint32_t count, uint32_t places,
                        uint32_t *items, float *best) {
    heap h = {items, best, 0};
    for (uint32_t i = 0; i < count && places; i++) {
        float score = isnan(scores[i]) ? -INFINITY : scores[i];
        if (h.count == places && !(score > h.scores[0]))
            continue; /* items rise: of equal scores the earlier stays */
        if (out_of_question && out_of_question[i])
            continue;
        if (h.count < places)
            sift_up(&h, h.count++, score, i);
        else
            sift_down(&h, places, score, i);
    }
    sort_heap(&h);
    return h.count;
}

/* ---- many subjects ---- */

/* A thread's own. */
typedef struct ranking_share {
    double *scratch;
    float *scores;
    uint8_t *marks; /* of each item: out of the question */
    pr_status status;
    pr_error error;
} ranking_share;

typedef struct ranking {
    const prt_score_source *source;
    const prt_list_order *order;
    prt_made_lists *out; /* of each model */
    ranking_share *shares;
} ranking;

static void mark(uint8_t *marks, const prt_item_sets *sets, uint32_t subject, uint8_t value) {
    for (uint64_t at = sets->starts[subject]; at < sets->starts[subject + (size_t)1]; at++)
        marks[sets->item[at]] = value;
}

static prt_person person_of(const ranking *r, uint32_t place) {
    const prt_interactions *histories = r->order->histories;
    uint32_t user = r->order->split->user[r->order->subjects[place]];
    if (user == PRT_NONE)
        return (prt_person){NULL, NULL, 0};
    uint64_t first = histories->offsets[user], end = histories->offsets[user + (size_t)1];
    return (prt_person){histories->item + first, histories->weight + first, (uint32_t)(end - first)};
}

/* The lists of one place by all models; `scores` are those of the person by the first. */
static void list_best(const ranking *r, ranking_share *share, uint32_t place, const float *scores) {
    const prt_split *split = r->order->split;
    uint32_t subject = r->order->subjects[place], items = r->source->items, places = r->order->places;
    if (split->choices.starts) {
        memset(share->marks, 1, items);
        mark(share->marks, &split->choices, subject, 0);
    }
    mark(share->marks, &split->had, subject, 1);
    for (uint32_t m = 0; m < r->source->models; m++) {
        size_t start = (size_t)place * places;
        prt_best_items(scores + (size_t)m * PRT_SCORER_PEOPLE * items, share->marks, items, places,
                       r->out[m].items + start, r->out[m].scores + start);
    }
    mark(share->marks, &split->had, subject, 0);
}

/* Blocks of people, one of each `threads`. */
static void rank_share(void *context, int thread) {
    const ranking *r = context;
    ranking_share *share = &r->shares[thread];
    uint32_t block = PRT_SCORER_PEOPLE, step = block * (uint32_t)r->order->threads;
    for (uint32_t first = block * (uint32_t)thread; first < r->order->count; first += step) {
        prt_person people[PRT_SCORER_PEOPLE];
        uint32_t count = r->order->count - first < block ? r->order->count - first : block;
        for (uint32_t p = 0; p < count; p++)
            people[p] = person_of(r, first + p);
        share->status =
            r->source->score(r->source->context, people, count, share->scratch, share->scores, &share->error);
        if (share->status != PR_OK)
            return;
        for (uint32_t p = 0; p < count; p++)
            list_best(r, share, first + p, share->scores + (size_t)p * r->source->items);
        if (thread == 0)
            prt_log_progress("ranking", first, r->order->count);
    }
}

static bool make_shares(ranking *r) {
    size_t scores = (size_t)r->source->models * PRT_SCORER_PEOPLE * r->source->items;
    bool good = (r->shares = calloc((size_t)r->order->threads, sizeof *r->shares)) != NULL;
    for (int t = 0; good && t < r->order->threads; t++) {
        ranking_share *share = &r->shares[t];
        share->scratch = malloc((r->source->scratch + 1) * sizeof *share->scratch);
        share->scores = malloc((scores + 1) * sizeof *share->scores);
        share->marks = calloc(r->source->items + (size_t)1, 1);
        good = share->scratch && share->scores && share->marks;
    }
    return good;
}

static void free_shares(ranking *r) {
    for (int t = 0; r->shares && t < r->order->threads; t++) {
        free(r->shares[t].scratch);
        free(r->shares[t].scores);
        free(r->shares[t].marks);
    }
    free(r->shares);
}

static bool make_room(const ranking *r) {
    size_t room = (size_t)r->order->count * r->order->places;
    bool good = true;
    for (uint32_t m = 0; m < r->source->models; m++) {
        prt_made_lists *out = &r->out[m];
        *out = (prt_made_lists){.count = r->order->count, .places = r->order->places};
        out->items = malloc((room + 1) * sizeof *out->items);
        out->scores = calloc(room + 1, sizeof *out->scores);
        if (out->items)
            memset(out->items, 0xff, room * sizeof *out->items);
        good = good && out->items && out->scores;
    }
    return good;
}

pr_status prt_lists_make(const prt_score_source *source, const prt_list_order *order, prt_made_lists *out,
                         pr_error *error) {
    ranking r = {source, order, out, NULL};
    pr_status status = make_room(&r) && make_shares(&r) ? PR_OK : prt_fail_memory(error, "evaluating");
    if (status == PR_OK) {
        prt_parallel(order->threads, rank_share, &r);
        prt_log_progress("ranking", order->count, order->count);
    }
    for (int t = 0; status == PR_OK && t < order->threads; t++) {
        status = r.shares[t].status;
        if (status != PR_OK && error)
            *error = r.shares[t].error;
    }
    free_shares(&r);
    return status;
}

void prt_made_lists_free(prt_made_lists *lists) {
    free(lists->items);
    free(lists->scores);
    *lists = (prt_made_lists){0};
}
