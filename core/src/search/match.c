/* Scoring documents. Postings are read in step, one block of documents at a time, so that the sums of a block stay in
 * the fastest cache; every match is counted, and the best are kept in a heap. BM25F: idf x tf / (k1 + tf). */
#include "hits.h"
#include "prongs.h"

#include <string.h>

enum { BLOCK = PR_SEARCH_BLOCK, CHUNK = 65536, GONE = 255 };

typedef struct matcher {
    pr_engine *engine;
    const pr_search *search;
    pr_found *found;
    pr_prong *prongs;
    uint32_t prong_count, required; /* the first `required` must match */
    bool everything;                /* no words: all documents match */
    const float (*gain)[PR_LENGTH_CLASSES];
    const uint8_t *other_form;
    uint32_t begin, end;    /* the block */
    const uint8_t *classes; /* of its documents */
    float *score;           /* of its documents; 0 and 0 between blocks */
    uint8_t *hits;
    uint16_t *touched;
    uint32_t touched_count;
    float *best, *sum; /* of one prong, one pr_branch */
    uint8_t *parts;
    uint16_t *best_touched, *sum_touched;
    bool counting;                         /* facets or conditions need the columns */
    const pr_shard *facets[PR_MAX_FACETS]; /* of the block's chunk */
} matcher;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching");
}

/* ---- one block ---- */

static inline float value_of(const matcher *m, const pr_cursor *c, uint32_t d) {
    return c->weight[m->other_form[c->pattern]] * m->gain[c->pattern][m->classes[d] & 15];
}

/* Prong number `index` gives document d of the block s points. */
static inline void give(matcher *m, uint32_t index, uint32_t d, float s) {
    if (index < m->required ? m->hits[d] != index : m->required && m->hits[d] != m->required)
        return;
    if (m->hits[d] == 0)
        m->touched[m->touched_count++] = (uint16_t)d;
    if (index < m->required || m->required == 0)
        m->hits[d] = (uint8_t)(m->required ? index + 1 : 1);
    m->score[d] += s;
}

static void skip_to(pr_cursor *c, uint32_t document) {
    while (c->document < document)
        pr__advance(c);
}

/* A branch of one term: its documents' points. */
static void read_single(matcher *m, pr_cursor *c, uint32_t *count) {
    for (; c->document < m->end; pr__advance(c)) {
        uint32_t d = c->document - m->begin;
        float s = value_of(m, c, d);
        if (s <= m->best[d])
            continue;
        if (m->best[d] == 0)
            m->best_touched[(*count)++] = (uint16_t)d;
        m->best[d] = s;
    }
}

/* A branch of several terms: documents that hold them all get the sum. */
static void read_phrase(matcher *m, pr_branch *b, uint32_t *count) {
    uint32_t touched = 0;
    for (uint32_t t = 0; t < b->count; t++) {
        pr_cursor *c = &b->cursors[t];
        for (; c->document < m->end; pr__advance(c)) {
            uint32_t d = c->document - m->begin;
            if (m->parts[d] != t)
                continue;
            if (t == 0)
                m->sum_touched[touched++] = (uint16_t)d;
            m->parts[d]++;
            m->sum[d] += value_of(m, c, d);
        }
    }
    for (uint32_t i = 0; i < touched; i++) {
        uint32_t d = m->sum_touched[i];
        if (m->parts[d] == b->count && m->sum[d] > m->best[d]) {
            if (m->best[d] == 0)
                m->best_touched[(*count)++] = (uint16_t)d;
            m->best[d] = m->sum[d];
        }
        m->parts[d] = 0;
        m->sum[d] = 0;
    }
}

static void read_prong(matcher *m, uint32_t index) {
    pr_prong *p = &m->prongs[index];
    bool plain = p->count == 1 && p->branches[0].count == 1;
    for (uint32_t b = 0; b < p->count; b++) {
        for (uint32_t t = 0; t < p->branches[b].count; t++)
            skip_to(&p->branches[b].cursors[t], m->begin);
    }
    if (plain && p->role != PR_SLOT_NOT) {
        for (pr_cursor *c = p->branches[0].cursors; c->document < m->end; pr__advance(c))
            give(m, index, c->document - m->begin, value_of(m, c, c->document - m->begin));
        return;
    }
    uint32_t count = 0;
    for (uint32_t b = 0; b < p->count; b++) {
        if (p->branches[b].count == 1)
            read_single(m, p->branches[b].cursors, &count);
        else
            read_phrase(m, &p->branches[b], &count);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t d = m->best_touched[i];
        if (p->role == PR_SLOT_NOT)
            m->hits[d] = m->hits[d] ? GONE : 0;
        else
            give(m, index, d, m->best[d]);
        m->best[d] = 0;
    }
}

static uint32_t first_document(const pr_prong *p) {
    uint32_t first = UINT32_MAX;
    for (uint32_t b = 0; b < p->count; b++) {
        uint32_t last = 0; /* a phrase cannot begin before the last of its terms does */
        for (uint32_t t = 0; t < p->branches[b].count; t++) {
            uint32_t document = p->branches[b].cursors[t].document;
            last = document > last ? document : last;
        }
        first = last < first ? last : first;
    }
    return first;
}

/* The next document that can match. */
static uint32_t next_document(const matcher *m) {
    if (m->everything)
        return m->end;
    uint32_t next = m->required ? 0 : UINT32_MAX;
    for (uint32_t i = 0; i < m->prong_count; i++) {
        uint32_t first = first_document(&m->prongs[i]);
        if (i < m->required)
            next = first > next ? first : next;
        else if (!m->required && m->prongs[i].role != PR_SLOT_NOT)
            next = first < next ? first : next;
    }
    return next;
}

/* ---- conditions and facets ---- */

static bool open_block(matcher *m, uint32_t document) {
    m->begin = document / BLOCK * BLOCK;
    m->end = m->begin + BLOCK;
    const pr_shard *documents = pr__shard_of_row(m->engine, PR_TABLE_DOCUMENTS, m->begin);
    bool whole = documents != NULL;
    for (uint32_t f = 0; m->counting && f < m->engine->shop.facet_count; f++) {
        m->facets[f] = pr__shard_of_row(m->engine, PR_TABLE_FACETS, f * m->engine->shop.chunks + m->begin / CHUNK);
        whole = whole && m->facets[f]; /* one that was refused is not missing */
    }
    if (documents)
        m->classes = documents->view.documents.classes + (m->begin - documents->first_row);
    return whole && !m->engine->missing_count;
}

/* The codes of document `row` of the chunk. */
static uint32_t codes_of(const pr_facet_view *view, uint32_t row, uint32_t *first) {
    *first = view->offsets ? view->offsets[row] : row;
    return view->offsets ? view->offsets[row + 1] - *first : 1;
}

static bool meets(const matcher *m, const pr_condition *condition, uint32_t row) {
    const pr_facet_view *view = &m->facets[condition->facet]->view.facet;
    if (!condition->codes)
        return view->numbers[row] >= condition->minimum && view->numbers[row] <= condition->maximum;
    uint32_t first, count = codes_of(view, row, &first);
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t code = pr__uint(view->codes, i);
        if (condition->codes[code / 32] >> (code % 32) & 1)
            return true;
    }
    return false;
}

static void count_facet(matcher *m, uint32_t facet, uint32_t row) {
    const pr_facet_view *view = &m->facets[facet]->view.facet;
    pr_facet_count *out = &m->found->facets[facet];
    if (out->counts) {
        uint32_t first, count = codes_of(view, row, &first);
        for (uint32_t i = first; i < first + count; i++)
            out->counts[pr__uint(view->codes, i)]++;
        return;
    }
    float x = view->numbers[row];
    if (x != x)
        return;
    out->minimum = !out->any || x < out->minimum ? x : out->minimum;
    out->maximum = !out->any || x > out->maximum ? x : out->maximum;
    out->any = true;
}

/* Does the document meet all conditions? Facets are counted on the way, each as if its own condition were not there, so
 * that a visitor sees what else could be chosen. */
static bool pass(matcher *m, uint32_t d) {
    uint32_t row = (m->begin + d) % CHUNK, failed = 0, which = 0;
    for (uint32_t i = 0; i < m->search->condition_count && failed < 2; i++) {
        if (!meets(m, &m->search->conditions[i], row)) {
            failed++;
            which = m->search->conditions[i].facet;
        }
    }
    if (m->search->counted && failed < 2) {
        for (uint32_t f = 0; f < m->engine->shop.facet_count; f++) {
            if (failed == 0 || f == which)
                count_facet(m, f, row);
        }
    }
    return failed == 0;
}

/* A hit of the block, ordered by what the search sorts by. */
PR__INLINE void keep_hit(matcher *m, pr_hit *hit) {
    if (m->search->sort != UINT32_MAX) {
        float x = m->facets[m->search->sort]->view.facet.numbers[hit->item % CHUNK];
        hit->key = x != x ? -1e300 : m->search->falling ? x : -x;
    }
    pr__hits_add(m->found, m->search->limit, hit);
}

static void keep(matcher *m, uint32_t d) {
    const pr_shop *shop = &m->engine->shop;
    float score = m->score[d] + (m->everything ? 1 : 0);
    if (shop->popularity > 0)
        score *= 1 + (float)shop->popularity * (float)(m->classes[d] >> 4) / 15;
    if (PR_WITH_MEANING && m->search->matched)
        pr__allow(m->search->matched, m->begin + d);
    pr_hit hit = {m->begin + d, score, score};
    keep_hit(m, &hit);
}

static void match_block(matcher *m) {
    uint8_t wanted = (uint8_t)(m->required ? m->required : 1);
    if (m->everything) {
        uint32_t last = m->end < m->engine->items ? m->end : m->engine->items;
        for (uint32_t d = 0; d < last - m->begin; d++) {
            m->touched[m->touched_count++] = (uint16_t)d;
            m->hits[d] = wanted;
        }
    }
    for (uint32_t i = 0; i < m->prong_count; i++)
        read_prong(m, i);
    for (uint32_t i = 0; i < m->touched_count; i++) {
        uint32_t d = m->touched[i];
        if (m->hits[d] == wanted && (!m->counting || pass(m, d)))
            keep(m, d);
        m->hits[d] = 0;
        m->score[d] = 0;
    }
    m->touched_count = 0;
}

/* ---- the whole ---- */

static bool take_facets(matcher *m) {
    bool all = true;
    for (uint32_t f = 0; all && m->search->counted && f < m->engine->shop.facet_count; f++) {
        const pr_column *column = &m->engine->settings.columns[m->engine->shop.facets[f]];
        if (column->type != PR_COLUMN_CATEGORY && column->type != PR_COLUMN_LIST)
            continue;
        m->found->facets[f].counts = pr_arena_array(&m->engine->scratch, column->values + 1u, sizeof(uint32_t));
        all = m->found->facets[f].counts != NULL;
    }
    return all;
}

static bool take_memory(matcher *m) {
    pr_arena *arena = &m->engine->scratch;
    m->score = pr_arena_array(arena, BLOCK, sizeof *m->score);
    m->hits = pr_arena_array(arena, BLOCK, sizeof *m->hits);
    m->touched = pr_arena_array(arena, BLOCK, sizeof *m->touched);
    m->best = pr_arena_array(arena, BLOCK, sizeof *m->best);
    m->sum = pr_arena_array(arena, BLOCK, sizeof *m->sum);
    m->parts = pr_arena_array(arena, BLOCK, sizeof *m->parts);
    m->best_touched = pr_arena_array(arena, BLOCK, sizeof *m->best_touched);
    m->sum_touched = pr_arena_array(arena, BLOCK, sizeof *m->sum_touched);
    m->found->hits = pr_arena_array(arena, m->search->limit + 1u, sizeof *m->found->hits);
    bool all = m->score && m->hits && m->touched && m->best && m->sum && m->parts && m->best_touched &&
               m->sum_touched && m->found->hits;
    return all && take_facets(m);
}

static bool open_prongs(matcher *m, const pr_plan *plan) {
    m->prongs = pr_arena_array(&m->engine->scratch, plan->count + 1u, sizeof *m->prongs);
    for (uint32_t s = 0; m->prongs && s < plan->count; s++) {
        if (!pr__prong_open(m->engine, &plan->slots[s], &m->prongs[m->prong_count++]))
            return false;
    }
    return m->prongs != NULL;
}

static bool nothing_asked(const matcher *m) {
    for (uint32_t i = 0; i < m->prong_count; i++) {
        if (m->prongs[i].role <= PR_SLOT_SHOULD && (m->prongs[i].role != PR_SLOT_SHOULD || !m->search->condition_count))
            return false;
    }
    return m->search->query.size == 0 && (m->search->condition_count || m->search->must_not);
}

static void note_documents(pr_engine *engine) {
    for (uint32_t i = 0; i < engine->tables[PR_TABLE_DOCUMENTS].count; i++)
        pr__shard_of_row(engine, PR_TABLE_DOCUMENTS,
                         engine->shards[engine->tables[PR_TABLE_DOCUMENTS].first + i].first_row);
}

pr_status pr__match(pr_engine *engine, const pr_search *search, const pr_plan *plan, bool any, pr_found *found,
                    pr_error *error) {
    matcher m = {.engine = engine,
                 .search = search,
                 .found = found,
                 .gain = engine->shop.gain,
                 .other_form = engine->shop.other_form};
    *found = (pr_found){0};
    m.counting = search->counted || search->condition_count || search->sort != UINT32_MAX;
    if (!open_prongs(&m, plan) || !take_memory(&m))
        return memory(error);
    m.required = pr__prongs_order(m.prongs, m.prong_count, any);
    m.everything = nothing_asked(&m);
    if (engine->missing_count) /* note the documents as well, so that they come in the same round */
        note_documents(engine);
    for (uint32_t next = next_document(&m); next < engine->items && !engine->missing_count; next = next_document(&m)) {
        if (!open_block(&m, next))
            break;
        match_block(&m);
    }
    pr__hits_sort(found);
    return PR_OK;
}

#if PR_WITH_MEANING
pr_status pr__match_given(pr_engine *engine, const pr_search *search, const pr_hit *hits, uint32_t count, uint32_t from,
                          uint32_t to, pr_found *found, pr_error *error) {
    matcher m = {.engine = engine, .search = search, .found = found};
    m.counting = search->counted || search->sort != UINT32_MAX;
    found->hits = pr_arena_array(&engine->scratch, search->limit + 1u, sizeof *found->hits);
    found->count = found->total = 0;
    bool have_facets = false;
    for (uint32_t f = 0; f < engine->shop.facet_count; f++)
        have_facets |= found->facets[f].counts || found->facets[f].any;
    if (!found->hits || (!have_facets && !take_facets(&m)))
        return memory(error);
    for (uint32_t i = 0; i < count; i++) {
        if (m.counting && !open_block(&m, hits[i].item))
            continue; /* the other shards are noted, too */
        for (uint32_t f = 0; search->counted && i >= from && i < to && f < engine->shop.facet_count; f++)
            count_facet(&m, f, hits[i].item % CHUNK);
        pr_hit hit = {hits[i].item, hits[i].score, hits[i].score};
        keep_hit(&m, &hit);
    }
    pr__hits_sort(found);
    return PR_OK;
}
#endif
