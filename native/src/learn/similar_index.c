/* The index of a search for similar vectors. */
#include "similar_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_FREQUENCY = 8 /* tails of rarer terms than that would spare nothing */ };

/* ---- ranks ---- */

/* Terms by rising frequency, ties by number: frequency[term] becomes the term's rank. The frequencies by rank go to
 * `sorted`. */
static bool rank_terms(uint32_t rows, uint32_t terms, uint32_t *frequency, uint32_t *sorted) {
    uint32_t *next = calloc(rows + (size_t)2, sizeof *next);
    if (!next)
        return false;
    for (uint32_t t = 0; t < terms; t++)
        next[frequency[t] + 1]++;
    for (uint32_t f = 1; f <= rows; f++)
        next[f] += next[f - 1];
    for (uint32_t t = 0; t < terms; t++) {
        uint32_t rank = next[frequency[t]]++;
        sorted[rank] = frequency[t];
        frequency[t] = rank;
    }
    free(next);
    return true;
}

static int by_rank(const void *a, const void *b) {
    uint32_t x = ((const prt_similar_term *)a)->rank, y = ((const prt_similar_term *)b)->rank;
    return (x > y) - (x < y);
}

static void sort_terms(prt_similar_term *terms, size_t count) {
    if (count > 64) {
        qsort(terms, count, sizeof *terms, by_rank);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        prt_similar_term term = terms[i];
        size_t at = i;
        for (; at > 0 && terms[at - 1].rank > term.rank; at--)
            terms[at] = terms[at - 1];
        terms[at] = term;
    }
}

/* ---- the groups' vectors and the terms' lists ---- */

static bool lay_out_groups(const prt_vectors *v, const prt_groups *groups, const uint32_t *rank,
                           prt_similar_index *out) {
    for (uint32_t g = 0; g < groups->count; g++)
        out->offsets[g + 1] = out->offsets[g] + (v->offsets[groups->row[g] + 1] - v->offsets[groups->row[g]]);
    out->vectors = malloc((out->offsets[groups->count] + PRT_FETCHED) * sizeof *out->vectors);
    if (!out->vectors)
        return false;
    for (uint32_t g = 0; g < groups->count; g++) {
        uint64_t from = v->offsets[groups->row[g]];
        size_t count = (size_t)(out->offsets[g + 1] - out->offsets[g]);
        prt_similar_term *terms = out->vectors + out->offsets[g];
        for (size_t i = 0; i < count; i++)
            terms[i] = (prt_similar_term){rank[v->term[from + i]], v->weight[from + i]};
        sort_terms(terms, count);
    }
    return true;
}

static bool lay_out_lists(prt_similar_index *x) {
    x->lists = calloc(x->terms + (size_t)2, sizeof *x->lists);
    x->postings = malloc((x->offsets[x->listed] + 1) * sizeof *x->postings);
    if (!x->lists || !x->postings)
        return false;
    uint64_t *next = x->lists + 1; /* one ahead: they end as the starts */
    for (uint64_t i = 0; i < x->offsets[x->listed]; i++)
        next[x->vectors[i].rank + 1]++;
    for (uint32_t r = 1; r < x->terms; r++)
        next[r] += next[r - 1];
    for (uint32_t g = 0; g < x->listed; g++) {
        for (uint64_t i = x->offsets[g]; i < x->offsets[g + 1]; i++)
            x->postings[next[x->vectors[i].rank]++] = (prt_similar_posting){g, x->vectors[i].weight};
    }
    return true;
}

/* ---- tails ---- */

static void measure_groups(prt_similar_index *x) {
    double longest = 0;
    for (uint32_t g = 0; g < x->listed; g++) {
        double sum = 0;
        for (uint64_t i = x->offsets[g]; i < x->offsets[g + 1]; i++)
            sum += (double)x->vectors[i].weight * x->vectors[i].weight;
        longest = sum > longest ? sum : longest;
    }
    x->longest = (float)(sqrt(longest) * 1.000001);
    x->step = longest > 0 ? x->longest / PRT_TAIL_STEPS : 1;
}

static uint8_t steps(const prt_similar_index *x, double sum) {
    double length = ceil(sqrt(sum) / x->step);
    return (uint8_t)(length > PRT_TAIL_STEPS ? PRT_TAIL_STEPS : length);
}

static void measure_tails(prt_similar_index *x) {
    for (uint32_t g = 0; g < x->listed; g++) {
        double sum = 0;
        uint32_t t = 0;
        for (uint64_t i = x->offsets[g + 1]; i-- > x->offsets[g];) {
            for (; t < x->tail_count && x->vectors[i].rank < x->tails[t].first; t++)
                x->tails[t].length[g] = steps(x, sum);
            sum += (double)x->vectors[i].weight * x->vectors[i].weight;
        }
        for (; t < x->tail_count; t++)
            x->tails[t].length[g] = sum > 0 ? steps(x, sum) : 0;
    }
}

static void sort_tail(const prt_similar_index *x, prt_tail *tail) {
    uint32_t next[PRT_TAIL_STEPS + 1] = {0};
    for (uint32_t g = 0; g < x->listed; g++)
        next[tail->length[g]]++;
    tail->from[PRT_TAIL_STEPS + 1] = 0;
    for (uint32_t s = PRT_TAIL_STEPS + 1; s-- > 0;) {
        tail->from[s] = tail->from[s + 1] + next[s];
        next[s] = tail->from[s + 1];
    }
    for (uint32_t g = 0; g < x->listed; g++)
        tail->longest[next[tail->length[g]]++] = g;
}

/* Tails that begin at ever rarer terms: each time those of 1/√2 the frequency. */
static bool make_tails(prt_similar_index *x, uint32_t rows, const uint32_t *frequency) {
    uint32_t first = x->terms;
    for (uint64_t least = rows; least >= LEAST_FREQUENCY && x->tail_count < PRT_TAILS; least = least * 181 / 256) {
        while (first > 0 && frequency[first - 1] >= least)
            first--;
        if (first == x->terms)
            continue;
        prt_tail *tail = &x->tails[x->tail_count++];
        tail->first = first;
        tail->length = malloc(x->listed + (size_t)1);
        tail->longest = malloc((x->listed + (size_t)1) * sizeof *tail->longest);
        if (!tail->length || !tail->longest)
            return false;
    }
    measure_tails(x);
    for (uint32_t t = 0; t < x->tail_count; t++)
        sort_tail(x, &x->tails[t]);
    return true;
}

/* ---- all of it ---- */

bool prt_similar_index_make(const prt_vectors *vectors, const prt_groups *groups, prt_similar_index *out) {
    size_t terms = vectors->terms + (size_t)1;
    uint32_t *rank = calloc(terms, sizeof *rank), *frequency = malloc(terms * sizeof *frequency);
    *out = (prt_similar_index){.groups = groups->count, .listed = groups->listed, .terms = vectors->terms};
    out->offsets = calloc(groups->count + (size_t)1, sizeof *out->offsets);
    bool good = rank && frequency && out->offsets;
    for (uint64_t i = 0; good && i < vectors->offsets[vectors->rows]; i++)
        rank[vectors->term[i]]++;
    good = good && rank_terms(vectors->rows, vectors->terms, rank, frequency) &&
           lay_out_groups(vectors, groups, rank, out) && lay_out_lists(out);
    if (good)
        measure_groups(out);
    good = good && make_tails(out, vectors->rows, frequency);
    free(rank);
    free(frequency);
    if (!good)
        prt_similar_index_free(out);
    return good;
}

void prt_similar_index_free(prt_similar_index *index) {
    for (uint32_t t = 0; t < index->tail_count; t++) {
        free(index->tails[t].length);
        free(index->tails[t].longest);
    }
    free(index->offsets);
    free(index->vectors);
    free(index->lists);
    free(index->postings);
    *index = (prt_similar_index){0};
}
