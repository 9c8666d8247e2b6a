/* The search for the vectors nearest to one. Terms go from rare to frequent, which is from much to little weight. The
 * rarest give groups whose products are soon known whole; the least of the best of them is a bar that all others must
 * reach. From some term on, what two vectors can still share is at most the product of the lengths of their tails
 * (Cauchy and Schwarz): no list is read from there on. Groups that were met are judged by what they have so far and
 * that bound; those that were not met, by the bound alone: they stand sorted by the lengths of their tails. */
#include "similar_inner.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum {
    SEEDS = 4,   /* so many times `top` groups are met before the first are judged */
    STAGE = 3,   /* so many times the groups are met before the next are */
    AHEAD = 8,   /* vectors are fetched so many groups before they are judged */
    JUDGING = 16 /* what judging a group costs, in postings read */
};

/* ---- the heap ---- */

static bool is_less(prt_near a, prt_near b) {
    return a.score < b.score || (a.score == b.score && a.group > b.group);
}

static void sift_down(prt_near *heap, uint32_t count, prt_near value) {
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_less(heap[child + 1], heap[child]))
            child++;
        if (!is_less(heap[child], value))
            break;
        heap[at] = heap[child];
    }
    heap[at] = value;
}

static void sift_up(prt_near *heap, uint32_t at, prt_near value) {
    for (uint32_t parent; at > 0 && is_less(value, heap[parent = (at - 1) / 2]); at = parent)
        heap[at] = heap[parent];
    heap[at] = value;
}

static void offer(prt_near_heap *heap, float score, uint32_t group) {
    prt_near value = {score, group};
    if (heap->count < heap->most)
        sift_up(heap->near, heap->count++, value);
    else if (is_less(heap->near[0], value))
        sift_down(heap->near, heap->count, value);
}

/* Falling; it is no heap any more. */
static void sort_heap(prt_near_heap *heap) {
    for (uint32_t left = heap->count; left > 1;) {
        prt_near least = heap->near[0], last = heap->near[--left];
        sift_down(heap->near, left, last);
        heap->near[left] = least;
    }
}

/* ---- judging ---- */

/* No group whose score is below enters the list. */
static float bar(const prt_similar_search *s) {
    const prt_near_heap *h = &s->nearest;
    return h->count < h->most || h->near[0].score < s->minimum ? s->minimum : h->near[0].score;
}

/* The whole score of a group, in the order that is promised. */
static void judge(prt_similar_search *s, uint32_t group) {
    const prt_similar_index *x = s->index;
    double sum = 0;
    for (const prt_similar_term *t = x->vectors + x->offsets[group], *end = x->vectors + x->offsets[group + 1]; t < end;
         t++)
        sum += (double)s->query[t->rank] * t->weight;
    s->sums[group] = -HUGE_VALF;
    if ((float)sum > s->minimum)
        offer(&s->nearest, (float)sum, group);
}

/* The vector of a group that will be judged soon. */
static void fetch(const prt_similar_index *x, uint32_t group) {
    const prt_similar_term *vector = x->vectors + x->offsets[group];
    for (int i = 0; i < PRT_FETCHED; i += 8)
        __builtin_prefetch(vector + i);
}

/* Judge the groups that have most so far, of those that are not judged. */
static void judge_seeds(prt_similar_search *s) {
    prt_near_heap *seeds = &s->seeds;
    float least = bar(s) * 0.75F; /* less than that seldom becomes enough */
    seeds->count = 0;
    for (uint32_t i = 0; i < s->touched_count; i++) {
        float sum = s->sums[s->touched[i]];
        if (sum <= least)
            continue;
        offer(seeds, sum, s->touched[i]);
        if (seeds->count == seeds->most && seeds->near[0].score > least)
            least = seeds->near[0].score;
    }
    for (uint32_t i = 0; i < seeds->count; i++)
        fetch(s->index, seeds->near[i].group);
    for (uint32_t i = 0; i < seeds->count; i++)
        judge(s, seeds->near[i].group);
}

/* ---- lists ---- */

static void read_list(prt_similar_search *s, uint32_t rank, float weight) {
    const prt_similar_posting *p = s->index->postings + s->index->lists[rank],
                              *end = s->index->postings + s->index->lists[rank + 1];
    float *sums = s->sums;
    uint32_t *touched = s->touched, count = s->touched_count;
    for (; p < end; p++) {
        float sum = sums[p->group];
        touched[count] = p->group;
        count += sum == 0;
        sums[p->group] = sum + p->weight * weight;
    }
    s->touched_count = count;
}

static uint64_t list_size(const prt_similar_index *x, uint32_t rank) {
    return x->lists[rank + 1] - x->lists[rank];
}

/* ---- where to stop reading ---- */

/* The lists are read up to the query's term `end`; groups whose tails, from there on, have `steps` or more must be
 * judged though they were not met. */
typedef struct plan {
    size_t end;
    const prt_tail *tail; /* NULL: all lists are read */
    uint32_t unmet;       /* so many groups: the first of tail->longest */
} plan;

static uint32_t unmet_groups(const prt_similar_search *s, const prt_tail *tail, double rest, double least) {
    if (rest <= 0)
        return 0;
    double steps = least / rest / s->index->step;
    return tail->from[steps < 0 ? 0 : steps > PRT_TAIL_STEPS ? PRT_TAIL_STEPS + 1 : (uint32_t)steps];
}

/* The cheapest plan that reads the terms from `start` on; `least` is what a group must reach. */
static plan make_plan(const prt_similar_search *s, const prt_similar_term *query, size_t count, size_t start,
                      double least) {
    const prt_similar_index *x = s->index;
    plan best = {count, NULL, 0};
    uint64_t cost = 0, best_cost = UINT64_MAX;
    size_t end = start;
    for (uint32_t t = x->tail_count; t-- > 0;) {
        for (; end < count && query[end].rank < x->tails[t].first; end++)
            cost += list_size(x, query[end].rank);
        if (end > 0 && query[end - 1].rank >= x->tails[t].first)
            continue; /* the seeds needed a part of this tail */
        uint32_t unmet = unmet_groups(s, &x->tails[t], s->rest[end], least);
        if (cost + (uint64_t)unmet * JUDGING < best_cost) {
            best_cost = cost + (uint64_t)unmet * JUDGING;
            best = (plan){end, &x->tails[t], unmet};
        }
    }
    for (; end < count; end++)
        cost += list_size(x, query[end].rank);
    return cost <= best_cost ? (plan){count, NULL, 0} : best;
}

/* ---- the search ---- */

/* Move the met groups that may reach the bar by their bound to the front; returns how many they are. */
static uint32_t keep_met(prt_similar_search *s, const plan *p, float least) {
    const uint8_t *tails = p->tail->length;
    float rest = (float)(s->rest[p->end] * s->index->step);
    uint32_t kept = 0, *touched = s->touched;
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t g = touched[i];
        touched[i] = touched[kept];
        touched[kept] = g;
        kept += s->sums[g] + rest * tails[g] >= least;
    }
    return kept;
}

/* What a group has, with its tail: its score but for rounding. */
static float near_score(const prt_similar_search *s, uint32_t group, uint32_t first) {
    const prt_similar_term *t = s->index->vectors + s->index->offsets[group + 1],
                           *start = s->index->vectors + s->index->offsets[group];
    float sum = s->sums[group];
    for (; t > start && t[-1].rank >= first; t--)
        sum += s->query[t[-1].rank] * t[-1].weight;
    return sum;
}

static void judge_met(prt_similar_search *s, const plan *p, double slack) {
    float least = (float)(bar(s) - slack);
    uint32_t first = p->tail ? p->tail->first : s->index->terms;
    uint32_t kept = p->tail ? keep_met(s, p, least) : s->touched_count;
    for (uint32_t i = 0; i < kept; i++) {
        if (i + AHEAD < kept)
            fetch(s->index, s->touched[i + AHEAD]);
        if (near_score(s, s->touched[i], first) < least)
            continue;
        judge(s, s->touched[i]);
        least = (float)(bar(s) - slack);
    }
}

static void judge_unmet(prt_similar_search *s, const plan *p, double slack) {
    for (uint32_t i = 0; i < p->unmet; i++) {
        uint32_t g = p->tail->longest[i];
        if (s->sums[g] != 0 || s->rest[p->end] * s->index->step * p->tail->length[g] < bar(s) - slack)
            continue;
        judge(s, g);
        s->touched[s->touched_count++] = g;
    }
}

static bool measure_rest(prt_similar_search *s, const prt_similar_term *query, size_t count) {
    if (count >= s->rest_room) {
        double *rest = realloc(s->rest, (count + 1) * sizeof *rest);
        if (!rest)
            return false;
        s->rest = rest;
        s->rest_room = count + 1;
    }
    double sum = 0;
    s->rest[count] = 0;
    for (size_t i = count; i-- > 0;) {
        sum += (double)query[i].weight * query[i].weight;
        s->rest[i] = sqrt(sum);
    }
    return true;
}

static void find_nearest(prt_similar_search *s, const prt_similar_term *query, size_t count) {
    /* Sums of floats are not exact; a group is left out only when it misses the bar by more than that. */
    double slack = ((double)count + 8) * FLT_EPSILON * s->rest[0] * s->index->longest;
    size_t read = 0;
    uint64_t enough = SEEDS * (uint64_t)s->nearest.most;
    plan p = {.end = count};
    while (read < p.end) {
        for (; read < p.end && s->touched_count < enough; read++)
            read_list(s, query[read].rank, query[read].weight);
        if (read == p.end)
            break;
        judge_seeds(s);
        p = make_plan(s, query, count, read, bar(s) - slack);
        enough = s->touched_count * (uint64_t)STAGE;
    }
    judge_met(s, &p, slack);
    judge_unmet(s, &p, slack);
}

bool prt_similar_search_run(prt_similar_search *search, uint32_t group) {
    prt_similar_search *s = search;
    const prt_similar_index *x = s->index;
    const prt_similar_term *query = x->vectors + x->offsets[group];
    size_t count = (size_t)(x->offsets[group + 1] - x->offsets[group]);
    s->nearest.count = s->touched_count = 0;
    if (!measure_rest(s, query, count))
        return false;
    for (size_t i = 0; i < count; i++)
        s->query[query[i].rank] = query[i].weight;
    find_nearest(s, query, count);
    sort_heap(&s->nearest);
    for (size_t i = 0; i < count; i++)
        s->query[query[i].rank] = 0;
    for (uint32_t i = 0; i < s->touched_count; i++)
        s->sums[s->touched[i]] = 0;
    return true;
}

bool prt_similar_search_make(const prt_similar_index *index, uint32_t top, float minimum, prt_similar_search *out) {
    size_t groups = index->listed + (size_t)1, most = top < groups ? top : groups;
    *out = (prt_similar_search){.index = index, .minimum = minimum};
    out->query = calloc(index->terms + (size_t)1, sizeof *out->query);
    out->sums = calloc(groups, sizeof *out->sums);
    out->touched = malloc(groups * sizeof *out->touched);
    out->nearest = (prt_near_heap){malloc(most * sizeof *out->nearest.near), 0, (uint32_t)most};
    out->seeds = (prt_near_heap){malloc(most * sizeof *out->seeds.near), 0, (uint32_t)most};
    return out->query && out->sums && out->touched && out->nearest.near && out->seeds.near;
}

void prt_similar_search_free(prt_similar_search *search) {
    free(search->query);
    free(search->sums);
    free(search->touched);
    free(search->nearest.near);
    free(search->seeds.near);
    free(search->rest);
    *search = (prt_similar_search){0};
}
