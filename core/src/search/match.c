/* Scoring documents. Postings are read in step, one block of documents at a time, so that the sums of a block stay in
 * the fastest cache; every match is counted, and the best are kept in a heap. BM25F: idf x tf / (k1 + tf). */
#include "search.h"

#include <string.h>

enum { BLOCK = PR_SEARCH_BLOCK, CHUNK = 65536, GONE = 255 };
static const double OTHER_FORM = 0.6;

/* A posting list being read. */
typedef struct cursor {
    const uint8_t *at;
    uint32_t left;     /* postings behind this one */
    uint32_t document; /* UINT32_MAX: at the end */
    uint8_t pattern;
    float weight[2]; /* idf x the alternative's weight: for the term's commonest form, for others */
} cursor;

typedef struct branch {
    cursor *cursors;
    uint32_t count, alternative;
} branch;

/* A slot while matching. */
typedef struct prong {
    branch *branches;
    uint32_t count;
    pr_slot_role role;
    uint64_t postings;
} prong;

typedef struct matcher {
    pr_engine *engine;
    const pr_search *search;
    pr_found *found;
    prong *prongs;
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
    float *best, *sum; /* of one prong, one branch */
    uint8_t *parts;
    uint16_t *best_touched, *sum_touched;
    bool counting;                         /* facets or conditions need the columns */
    const pr_shard *facets[PR_MAX_FACETS]; /* of the block's chunk */
} matcher;

static pr_status memory(pr_error *error) {
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while searching");
}

/* ---- postings ---- */

static inline void advance(cursor *c) {
    if (c->left == 0) {
        c->document = UINT32_MAX;
        return;
    }
    c->left--;
    uint32_t code = *c->at < 128 ? *c->at++ : pr__varint(&c->at);
    c->document += (code >> 1) + 1;
    c->pattern = code & 1 ? *c->at++ : 0;
}

static bool open_cursor(pr_engine *engine, uint32_t term, cursor *c, uint32_t *postings) {
    const pr_shard *shard = pr__shard_of_row(engine, PR_TABLE_POSTINGS, term);
    if (!shard)
        return false;
    const pr_postings_view *view = &shard->view.postings;
    c->at = view->lists + view->starts[term - shard->first_row];
    *postings = pr__varint(&c->at);
    c->left = *postings - 1;
    uint32_t code = pr__varint(&c->at);
    c->document = code >> 1;
    c->pattern = code & 1 ? *c->at++ : 0;
    return true;
}

/* log(1 + (N - n + 1/2) / (n + 1/2)): Robertson and Sparck Jones' weight, kept above zero. */
static double rarity(const pr_engine *engine, double documents) {
    double n = engine->items;
    return pr_log(1 + (n - documents + 0.5) / (documents + 0.5));
}

/* A word in another form than was asked for counts a little less. */
static void set_weight(cursor *c, pr_form form, double weight) {
    c->weight[0] = (float)(form == PR_FORM_OTHER ? OTHER_FORM * weight : weight);
    c->weight[1] = (float)(form == PR_FORM_COMMON ? OTHER_FORM * weight : weight);
}

/* The terms of one alternative. A term that a phrase needs counts by its own rarity, but single alternatives of a slot
 * all count as their most frequent one does: a misspelling in the catalogue must not outweigh the right word. */
static void weigh(const pr_engine *engine, const pr_slot *slot, const uint32_t *documents, prong *p) {
    uint32_t most = 0;
    for (uint32_t b = 0; b < p->count; b++)
        most = p->branches[b].count == 1 && documents[b] > most ? documents[b] : most;
    for (uint32_t b = 0; b < p->count; b++) {
        branch *one = &p->branches[b];
        double share = slot->alternatives[one->alternative].weight;
        for (uint32_t t = 0; t < one->count; t++)
            set_weight(&one->cursors[t], slot->alternatives[one->alternative].form,
                       share * rarity(engine, one->count == 1 ? most : one->cursors[t].left + 1.0));
    }
}

static bool open_branch(pr_engine *engine, const pr_alternative *alternative, branch *b, uint32_t *fewest) {
    uint32_t postings;
    *fewest = UINT32_MAX;
    b->cursors = pr_arena_array(&engine->scratch, alternative->count, sizeof *b->cursors);
    for (b->count = 0; b->cursors && b->count < alternative->count; b->count++) {
        if (!open_cursor(engine, alternative->terms[b->count], &b->cursors[b->count], &postings))
            break;
        *fewest = postings < *fewest ? postings : *fewest;
    }
    return b->cursors && b->count == alternative->count;
}

/* Missing shards are noted; false when there is no memory. */
static bool open_prong(pr_engine *engine, const pr_slot *slot, prong *out) {
    uint32_t documents[PR_MAX_ALTERNATIVES];
    out->role = slot->role;
    out->branches = pr_arena_array(&engine->scratch, slot->count + 1u, sizeof *out->branches);
    for (uint32_t a = 0; out->branches && a < slot->count; a++) {
        branch *b = &out->branches[out->count];
        b->alternative = a;
        if (!open_branch(engine, &slot->alternatives[a], b, &documents[out->count])) {
            if (!b->cursors)
                return false;
            b->count = 0;
            continue;
        }
        out->postings += documents[out->count++];
    }
    if (out->branches)
        weigh(engine, slot, documents, out);
    return out->branches != NULL;
}

/* Required prongs first, the rarest of them at the very front. */
static int rank_of(const prong *p, bool any) {
    return p->role == PR_SLOT_MUST || (p->role == PR_SLOT_QUERY && !any) ? 0 : p->role == PR_SLOT_NOT ? 2 : 1;
}

static void order_prongs(matcher *m, bool any) {
    for (uint32_t i = 1; i < m->prong_count; i++) {
        prong p = m->prongs[i];
        uint32_t at = i;
        while (at > 0 &&
               (rank_of(&m->prongs[at - 1], any) > rank_of(&p, any) ||
                (rank_of(&m->prongs[at - 1], any) == rank_of(&p, any) && m->prongs[at - 1].postings > p.postings))) {
            m->prongs[at] = m->prongs[at - 1];
            at--;
        }
        m->prongs[at] = p;
    }
    for (uint32_t i = 0; i < m->prong_count; i++)
        m->required += rank_of(&m->prongs[i], any) == 0;
}

/* ---- one block ---- */

static inline float value_of(const matcher *m, const cursor *c, uint32_t d) {
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

static void skip_to(cursor *c, uint32_t document) {
    while (c->document < document)
        advance(c);
}

/* A branch of one term: its documents' points. */
static void read_single(matcher *m, cursor *c, uint32_t *count) {
    for (; c->document < m->end; advance(c)) {
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
static void read_phrase(matcher *m, branch *b, uint32_t *count) {
    uint32_t touched = 0;
    for (uint32_t t = 0; t < b->count; t++) {
        cursor *c = &b->cursors[t];
        for (; c->document < m->end; advance(c)) {
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
    prong *p = &m->prongs[index];
    bool plain = p->count == 1 && p->branches[0].count == 1;
    for (uint32_t b = 0; b < p->count; b++) {
        for (uint32_t t = 0; t < p->branches[b].count; t++)
            skip_to(&p->branches[b].cursors[t], m->begin);
    }
    if (plain && p->role != PR_SLOT_NOT) {
        for (cursor *c = p->branches[0].cursors; c->document < m->end; advance(c))
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

static uint32_t first_document(const prong *p) {
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

/* ---- conditions, facets and the heap ---- */

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

/* Is a worse than b? */
static bool worse(const pr_hit *a, const pr_hit *b) {
    if (a->key != b->key)
        return a->key < b->key;
    if (a->score != b->score)
        return a->score < b->score;
    return a->item > b->item;
}

static void sink(pr_hit *heap, uint32_t count, uint32_t at) {
    pr_hit hit = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &hit))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = hit;
}

static void rise(pr_hit *heap, uint32_t at) {
    pr_hit hit = heap[at];
    while (at > 0 && worse(&hit, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = hit;
}

static void keep(matcher *m, uint32_t d) {
    pr_found *found = m->found;
    const pr_shop *shop = &m->engine->shop;
    float score = m->score[d] + (m->everything ? 1 : 0);
    if (shop->popularity > 0)
        score *= 1 + (float)shop->popularity * (float)(m->classes[d] >> 4) / 15;
    pr_hit hit = {m->begin + d, score, score};
    if (m->search->sort != UINT32_MAX) {
        float x = m->facets[m->search->sort]->view.facet.numbers[(m->begin + d) % CHUNK];
        hit.key = x != x ? -1e300 : m->search->falling ? x : -x;
    }
    found->total++;
    if (found->count < m->search->limit) {
        found->hits[found->count] = hit;
        rise(found->hits, found->count++);
    } else if (found->count && worse(&found->hits[0], &hit)) {
        found->hits[0] = hit;
        sink(found->hits, found->count, 0);
    }
}

static void sort_hits(pr_found *found) {
    for (uint32_t n = found->count; n > 1; n--) {
        pr_hit last = found->hits[n - 1];
        found->hits[n - 1] = found->hits[0];
        found->hits[0] = last;
        sink(found->hits, n - 1, 0);
    }
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
    for (uint32_t f = 0; all && m->search->counted && f < m->engine->shop.facet_count; f++) {
        const pr_column *column = &m->engine->settings.columns[m->engine->shop.facets[f]];
        if (column->type != PR_COLUMN_CATEGORY && column->type != PR_COLUMN_LIST)
            continue;
        m->found->facets[f].counts = pr_arena_array(arena, column->values + 1u, sizeof(uint32_t));
        all = m->found->facets[f].counts != NULL;
    }
    return all;
}

static bool open_prongs(matcher *m, const pr_plan *plan) {
    m->prongs = pr_arena_array(&m->engine->scratch, plan->count + 1u, sizeof *m->prongs);
    for (uint32_t s = 0; m->prongs && s < plan->count; s++) {
        if (!open_prong(m->engine, &plan->slots[s], &m->prongs[m->prong_count++]))
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
    order_prongs(&m, any);
    m.everything = nothing_asked(&m);
    if (engine->missing_count) /* note the documents as well, so that they come in the same round */
        note_documents(engine);
    for (uint32_t next = next_document(&m); next < engine->items && !engine->missing_count; next = next_document(&m)) {
        if (!open_block(&m, next))
            break;
        match_block(&m);
    }
    sort_hits(found);
    return PR_OK;
}
