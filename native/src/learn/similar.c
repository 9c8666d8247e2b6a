/* Lists of similar rows out of searches for similar groups, many at a time. */
#include "similar.h"

#include "fail.h"
#include "parallel.h"
#include "similar_inner.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 /* groups that a thread takes at a time */ };

/* The best `top + 1` members of the groups nearest to a group, which is one more than a list needs: a row that is among
 * them is left out of its own list. */
typedef struct best_list {
    uint64_t start; /* in its chunk */
    uint32_t count;
} best_list;

typedef struct chunk {
    uint32_t *item;
    float *score;
    uint64_t count, room;
} chunk;

typedef struct job {
    const prt_groups *groups;
    const prt_similar_index *index;
    uint32_t top;
    float minimum;
    best_list *lists; /* one a group */
    chunk *chunks;
    atomic_uint next; /* chunk that nobody has taken */
    atomic_bool failed;
    prt_similar *out;
    int threads;
} job;

/* ---- one group ---- */

static bool reserve(chunk *c, uint64_t more) {
    if (c->count + more <= c->room)
        return true;
    uint64_t room = c->room * 2 > c->count + more ? c->room * 2 : c->count + more;
    uint32_t *item = realloc(c->item, room * sizeof *item);
    if (item)
        c->item = item;
    float *score = item ? realloc(c->score, room * sizeof *score) : NULL;
    if (!score)
        return false;
    c->score = score;
    c->room = room;
    return true;
}

/* Insert into a list that is sorted and holds at most `most`; false when there is no place for it, nor for any worse.
 */
static bool insert(uint32_t *item, float *score, uint32_t *count, uint32_t most, uint32_t new_item, float new_score) {
    uint32_t at = *count;
    while (at > 0 && (score[at - 1] < new_score || (score[at - 1] == new_score && item[at - 1] > new_item)))
        at--;
    if (at == most)
        return false;
    uint32_t behind = (*count < most ? *count : most - 1) - at;
    memmove(item + at + 1, item + at, behind * sizeof *item);
    memmove(score + at + 1, score + at, behind * sizeof *score);
    item[at] = new_item;
    score[at] = new_score;
    *count = at + behind + 1;
    return true;
}

static void list_members(const job *j, const prt_near_heap *nearest, chunk *c, best_list *list) {
    uint32_t most = j->top + 1;
    *list = (best_list){c->count, 0};
    uint32_t *item = c->item + c->count;
    float *score = c->score + c->count;
    for (uint32_t i = 0; i < nearest->count; i++) {
        const uint32_t *member = j->groups->members + j->groups->starts[nearest->near[i].group],
                       *end = j->groups->members + j->groups->starts[nearest->near[i].group + 1];
        if (list->count == most && nearest->near[i].score < score[most - 1])
            break;
        while (member < end && insert(item, score, &list->count, most, *member, nearest->near[i].score))
            member++;
    }
    c->count += list->count;
}

static bool search_chunk(const job *j, prt_similar_search *search, uint32_t number) {
    chunk *c = &j->chunks[number];
    uint32_t end = number * CHUNK + CHUNK < j->groups->count ? number * CHUNK + CHUNK : j->groups->count;
    for (uint32_t g = number * CHUNK; g < end; g++) {
        if (!prt_similar_search_run(search, g) || !reserve(c, j->top + (uint64_t)1))
            return false;
        list_members(j, &search->nearest, c, &j->lists[g]);
    }
    return true;
}

static void search_chunks(void *context, int thread) {
    job *j = context;
    prt_similar_search search;
    uint32_t chunks = (j->groups->count + CHUNK - 1) / CHUNK;
    bool good = prt_similar_search_make(j->index, j->top + 1, j->minimum, &search);
    for (uint32_t number; good && (number = atomic_fetch_add(&j->next, 1)) < chunks;)
        good = !atomic_load(&j->failed) && search_chunk(j, &search, number);
    if (!good)
        atomic_store(&j->failed, true);
    prt_similar_search_free(&search);
    (void)thread;
}

/* ---- rows ---- */

/* The list of a row: its group's without the row itself. Returns how many; writes them unless `item` is NULL. */
static uint32_t row_list(const job *j, uint32_t row, uint32_t *item, float *score) {
    uint32_t group = j->groups->of_row[row], count = 0;
    const best_list *list = &j->lists[group];
    const chunk *c = &j->chunks[group / CHUNK];
    for (uint32_t i = 0; i < list->count && count < j->top; i++) {
        if (c->item[list->start + i] == row)
            continue;
        if (item) {
            item[count] = c->item[list->start + i];
            score[count] = c->score[list->start + i];
        }
        count++;
    }
    return count;
}

static void write_rows(void *context, int thread) {
    const job *j = context;
    uint32_t first = (uint32_t)((uint64_t)j->out->rows * (unsigned)thread / (unsigned)j->threads),
             end = (uint32_t)((uint64_t)j->out->rows * ((unsigned)thread + 1) / (unsigned)j->threads);
    for (uint32_t row = first; row < end; row++)
        row_list(j, row, j->out->item + j->out->offsets[row], j->out->score + j->out->offsets[row]);
}

static bool make_lists(job *j) {
    prt_similar *out = j->out;
    uint32_t chunks = (j->groups->count + CHUNK - 1) / CHUNK;
    j->lists = calloc(j->groups->count + (size_t)1, sizeof *j->lists);
    j->chunks = calloc(chunks + (size_t)1, sizeof *j->chunks);
    if (!j->lists || !j->chunks)
        return false;
    prt_parallel(j->threads, search_chunks, j);
    if (atomic_load(&j->failed))
        return false;
    for (uint32_t row = 0; row < out->rows; row++)
        out->offsets[row + 1] = out->offsets[row] + row_list(j, row, NULL, NULL);
    out->item = malloc((out->offsets[out->rows] + 1) * sizeof *out->item);
    out->score = malloc((out->offsets[out->rows] + 1) * sizeof *out->score);
    if (!out->item || !out->score)
        return false;
    prt_parallel(j->threads, write_rows, j);
    return true;
}

static void free_job(job *j) {
    uint32_t chunks = j->chunks ? (j->groups->count + CHUNK - 1) / CHUNK : 0;
    for (uint32_t i = 0; i < chunks; i++) {
        free(j->chunks[i].item);
        free(j->chunks[i].score);
    }
    free(j->chunks);
    free(j->lists);
}

/* ---- all of it ---- */

static pr_status check_vectors(const prt_vectors *v, pr_error *error) {
    for (uint32_t row = 0; row < v->rows; row++) {
        for (uint64_t i = v->offsets[row]; i < v->offsets[row + 1]; i++) {
            if (!(v->weight[i] >= 1e-15F && v->weight[i] <= 1e15F))
                return prt_fail(error, PR_E_ARGUMENT, "vector %u holds the weight %g; give weights from 1e-15 to 1e15",
                                row, (double)v->weight[i]);
            if (v->term[i] >= v->terms || (i > v->offsets[row] && v->term[i] <= v->term[i - 1]))
                return prt_fail(error, PR_E_ARGUMENT, "the terms of vector %u do not rise or exceed %u; sort them", row,
                                v->terms);
        }
    }
    return PR_OK;
}

static bool make(const prt_vectors *vectors, const uint8_t *allowed, job *j) {
    prt_groups groups = {0};
    prt_similar_index index = {0};
    j->groups = &groups;
    j->index = &index;
    j->out->offsets = calloc(j->out->rows + (size_t)1, sizeof *j->out->offsets);
    bool good = j->out->offsets && prt_groups_make(vectors, allowed, &groups) &&
                prt_similar_index_make(vectors, &groups, &index) && make_lists(j);
    free_job(j);
    prt_similar_index_free(&index);
    prt_groups_free(&groups);
    return good;
}

pr_status prt_similar_make(const prt_vectors *vectors, uint32_t top, float minimum, int threads, const uint8_t *allowed,
                           prt_similar *out, pr_error *error) {
    *out = (prt_similar){.rows = vectors->rows};
    if (!(minimum >= 0))
        return prt_fail(error, PR_E_ARGUMENT, "the least similarity is %g; give 0 or more", (double)minimum);
    PRT_TRY(check_vectors(vectors, error));
    job j = {.top = top < vectors->rows ? top : vectors->rows,
             .minimum = minimum,
             .out = out,
             .threads = threads < 1 ? 1 : threads};
    if (make(vectors, allowed, &j))
        return PR_OK;
    prt_similar_free(out);
    return prt_fail_memory(error, "searching for similar items");
}

void prt_similar_free(prt_similar *similar) {
    free(similar->offsets);
    free(similar->item);
    free(similar->score);
    *similar = (prt_similar){0};
}
