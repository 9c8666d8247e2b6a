/* Building the search index: terms of all documents, laid out by term; patterns, length classes, surfaces. */
#include "search_index.h"
#include "fail.h"
#include "idmap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A term's weighted frequency in one document. */
typedef struct occurrence {
    uint32_t term, document;
    float frequency;
} occurrence;

typedef struct builder {
    const prt_text_field *fields;
    size_t field_count;
    const uint32_t *order;
    prt_search_index *out;
    prt_idmap terms;  /* text → number, in the order of appearance */
    uint32_t *rank;   /* of each number among the sorted terms */
    occurrence *list; /* of all documents */
    uint64_t count, room;
    uint64_t document_begin; /* of the document at hand in `list` */
    uint32_t document;
    float weight;   /* of the field at hand */
    double *length; /* of each document */
    /* words as they are written, with the terms they become */
    prt_idmap words;
    uint32_t *word_counts, *word_terms, word_room;
    uint32_t known_terms;       /* that are words; the numbers of others follow */
    uint32_t *best;             /* of each term's number: its commonest word, PRT_NONE when it was never one */
    uint32_t *said, *said_best; /* of each term's number: last document + 1 that has a word of it; that has the best */
    bool failed;
} builder;

/* ---- collecting ---- */

static bool take_term(void *context, const char *term, size_t size) {
    builder *b = context;
    uint32_t number;
    bool added;
    char padded[PR_MAX_TERM + 8]; /* the map may read 8 bytes of any id */
    memcpy(padded, term, size);
    memset(padded + size, 0, 8);
    if (b->count == b->room) {
        b->room = b->room ? b->room * 2 : 1 << 16;
        occurrence *grown = realloc(b->list, b->room * sizeof *grown);
        b->failed |= !grown;
        if (!grown)
            return false;
        b->list = grown;
    }
    b->failed |= !prt_idmap_add(&b->terms, padded, size, &number, &added);
    if (b->failed)
        return false;
    b->list[b->count++] = (occurrence){number, b->document, b->weight};
    b->length[b->document] += (double)b->weight;
    return true;
}

static bool grow_words(builder *b, uint32_t word) {
    if (word < b->word_room)
        return true;
    uint32_t room = b->word_room ? b->word_room * 2 : 1 << 14;
    uint32_t *counts = realloc(b->word_counts, room * sizeof *counts);
    if (counts)
        b->word_counts = counts;
    uint32_t *terms = realloc(b->word_terms, room * sizeof *terms);
    if (terms)
        b->word_terms = terms;
    if (!counts || !terms)
        return false;
    memset(counts + b->word_room, 0, (room - b->word_room) * sizeof *counts);
    b->word_room = room;
    return true;
}

/* The numbers of a token's word and of its term. */
static bool number_word(builder *b, const pr_token *token, uint32_t *word, uint32_t *term) {
    bool added;
    char padded[PR_MAX_TERM + 8], stem[PR_MAX_TERM + 8];
    memcpy(padded, token->text, token->size);
    memset(padded + token->size, 0, 8);
    memcpy(stem, token->text, token->size);
    size_t size = pr_stem(stem, token->size);
    memset(stem + size, 0, 8);
    b->failed |= !prt_idmap_add(&b->words, padded, token->size, word, &added) || !grow_words(b, *word) ||
                 !prt_idmap_add(&b->terms, stem, size, term, &added);
    return !b->failed;
}

static bool count_word(void *context, const pr_token *token) {
    builder *b = context;
    uint32_t word, term;
    if (token->kind != PR_TOKEN_WORD)
        return true;
    if (!number_word(b, token, &word, &term))
        return false;
    b->word_counts[word]++;
    b->word_terms[word] = term;
    return true;
}

static bool note_word(void *context, const pr_token *token) {
    builder *b = context;
    uint32_t word, term;
    if (token->kind != PR_TOKEN_WORD)
        return true;
    if (!number_word(b, token, &word, &term))
        return false;
    b->said[term] = b->document + 1;
    if (b->best[term] == word)
        b->said_best[term] = b->document + 1;
    return true;
}

static void count_text(builder *b, pr_text text) {
    pr_tokens(text.bytes, text.size, count_word, b);
}

static void read_text(builder *b, pr_text text) {
    pr_search_terms(text.bytes, text.size, take_term, b);
    pr_tokens(text.bytes, text.size, note_word, b);
}

static pr_text string_of(const prt_strings *strings, uint32_t i) {
    return (pr_text){strings->bytes + strings->offsets[i], (size_t)(strings->offsets[i + 1] - strings->offsets[i])};
}

typedef void (*text_reader)(builder *b, pr_text text);

static void read_field(builder *b, const prt_column *column, uint32_t row, text_reader read) {
    if (column->type == PRT_TEXT)
        read(b, string_of(&column->texts, row));
    else if (column->type == PRT_CATEGORY && column->codes[row] != PRT_NONE)
        read(b, string_of(&column->values, column->codes[row]));
    else if (column->type == PRT_LIST) {
        for (uint32_t k = column->list_offsets[row]; k < column->list_offsets[row + 1]; k++)
            read(b, string_of(&column->values, column->codes[k]));
    }
}

static int by_term(const void *a, const void *b) {
    const occurrence *x = a, *y = b;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* Add up what a document has of the same term. */
static void fold_document(builder *b) {
    occurrence *list = b->list + b->document_begin;
    uint64_t count = b->count - b->document_begin, kept = 0;
    if (count > 1)
        qsort(list, count, sizeof *list, by_term);
    for (uint64_t i = 0; i < count; i++) {
        if (kept && list[kept - 1].term == list[i].term)
            list[kept - 1].frequency += list[i].frequency;
        else
            list[kept++] = list[i];
    }
    for (uint64_t i = 0; i < kept; i++) {
        uint32_t term = list[i].term;
        if (term < b->known_terms && b->said[term] == b->document + 1 && b->said_best[term] != b->document + 1)
            list[i].frequency = -list[i].frequency;
    }
    b->count = b->document_begin + kept;
    b->document_begin = b->count;
}

static void read_documents(builder *b, text_reader read, bool fold) {
    for (uint32_t d = 0; !b->failed && d < b->out->documents; d++) {
        b->document = d;
        for (size_t f = 0; f < b->field_count; f++) {
            b->weight = (float)b->fields[f].weight;
            if (b->weight > 0)
                read_field(b, b->fields[f].column, b->order[d], read);
        }
        if (fold)
            fold_document(b);
    }
}

/* Each term's commonest word. */
static bool choose_words(builder *b) {
    uint32_t terms = b->known_terms = b->terms.ids.count;
    b->best = malloc((terms + (size_t)1) * sizeof *b->best);
    b->said = calloc(terms + (size_t)1, sizeof *b->said);
    b->said_best = calloc(terms + (size_t)1, sizeof *b->said_best);
    if (!b->best || !b->said || !b->said_best)
        return false;
    for (uint32_t t = 0; t < terms; t++)
        b->best[t] = PRT_NONE;
    for (uint32_t w = 0; w < b->words.ids.count; w++) {
        uint32_t *have = &b->best[b->word_terms[w]];
        if (*have == PRT_NONE || b->word_counts[w] > b->word_counts[*have])
            *have = w;
    }
    return true;
}

/* Words are counted first, because a posting says whether its document has a term in its commonest form. */
static bool collect(builder *b) {
    b->length = calloc(b->out->documents + (size_t)1, sizeof *b->length);
    read_documents(b, count_text, false);
    if (!b->length || b->failed || !choose_words(b))
        return false;
    read_documents(b, read_text, true);
    return !b->failed;
}

/* ---- terms in their order ---- */

typedef struct term_text {
    const char *bytes;
    uint32_t size, term;
} term_text;

static int by_text(const void *a, const void *b) {
    const term_text *x = a, *y = b;
    int order = memcmp(x->bytes, y->bytes, x->size < y->size ? x->size : y->size);
    return order ? order : x->size < y->size ? -1 : x->size > y->size;
}

static bool sort_terms(builder *b) {
    prt_search_index *out = b->out;
    const prt_text_pool *ids = &b->terms.ids;
    term_text *sorted = malloc((ids->count + (size_t)1) * sizeof *sorted);
    out->terms = ids->count;
    out->text = malloc(ids->size + 1);
    out->text_offsets = calloc(ids->count + (size_t)1, sizeof *out->text_offsets);
    b->rank = malloc((ids->count + (size_t)1) * sizeof *b->rank);
    if (!sorted || !out->text || !out->text_offsets || !b->rank) {
        free(sorted);
        return false;
    }
    for (uint32_t i = 0; i < ids->count; i++)
        sorted[i] = (term_text){ids->bytes + ids->offsets[i], (uint32_t)(ids->offsets[i + 1] - ids->offsets[i]), i};
    qsort(sorted, ids->count, sizeof *sorted, by_text);
    for (uint32_t r = 0; r < ids->count; r++) {
        b->rank[sorted[r].term] = r;
        memcpy(out->text + out->text_offsets[r], sorted[r].bytes, sorted[r].size);
        out->text_offsets[r + 1] = out->text_offsets[r] + sorted[r].size;
    }
    free(sorted);
    return true;
}

/* ---- patterns ---- */

typedef struct tally {
    float value;
    uint64_t count;
} tally;

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static int by_count(const void *a, const void *b) {
    const tally *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* The commonest weighted frequencies become patterns; the others take the nearest. */
static bool choose_patterns(builder *b) {
    prt_search_index *out = b->out;
    float *values = malloc((b->count + 1) * sizeof *values);
    tally *tallies = malloc((b->count + 1) * sizeof *tallies);
    uint64_t distinct = 0;
    if (values && tallies) {
        for (uint64_t i = 0; i < b->count; i++)
            values[i] = b->list[i].frequency;
        qsort(values, b->count, sizeof *values, by_value);
        for (uint64_t i = 0; i < b->count; i++) {
            if (distinct == 0 || tallies[distinct - 1].value != values[i])
                tallies[distinct++] = (tally){values[i], 0};
            tallies[distinct - 1].count++;
        }
        qsort(tallies, distinct, sizeof *tallies, by_count);
        out->pattern_count = distinct < PRT_MAX_PATTERNS ? (uint32_t)distinct : PRT_MAX_PATTERNS;
        for (uint32_t p = 0; p < out->pattern_count; p++)
            out->patterns[p] = tallies[p].value;
        if (out->pattern_count == 0)
            out->patterns[out->pattern_count++] = 1;
    }
    bool ok = values && tallies;
    free(values);
    free(tallies);
    return ok;
}

static uint8_t pattern_of(const prt_search_index *index, float value) {
    uint32_t best = 0;
    float nearest = INFINITY;
    for (uint32_t p = 0; p < index->pattern_count; p++) {
        if ((index->patterns[p] < 0) == (value < 0) && fabsf(index->patterns[p] - value) < nearest) {
            nearest = fabsf(index->patterns[p] - value);
            best = p;
        }
    }
    return (uint8_t)best;
}

static bool lay_out(builder *b) {
    prt_search_index *out = b->out;
    out->offsets = calloc(out->terms + (size_t)2, sizeof *out->offsets);
    out->postings = malloc((b->count + 1) * sizeof *out->postings);
    if (!out->offsets || !out->postings)
        return false;
    for (uint64_t i = 0; i < b->count; i++)
        out->offsets[b->rank[b->list[i].term] + 1]++;
    for (uint32_t t = 0; t < out->terms; t++)
        out->offsets[t + 1] += out->offsets[t];
    uint64_t *next = malloc((out->terms + (size_t)1) * sizeof *next);
    if (!next)
        return false;
    memcpy(next, out->offsets, out->terms * sizeof *next);
    for (uint64_t i = 0; i < b->count; i++) { /* documents rise within a term, because the list is by document */
        const occurrence *o = &b->list[i];
        out->postings[next[b->rank[o->term]]++] = (prt_search_posting){o->document, pattern_of(out, o->frequency)};
    }
    free(next);
    return true;
}

/* ---- classes of documents ---- */

/* Lengths on a geometric scale: class 8 is the average, each step is 4^(1/8). */
static bool classify(builder *b, const double *popularity) {
    prt_search_index *out = b->out;
    const double step = log(4) / 8;
    double sum = 0;
    out->classes = calloc(out->documents + (size_t)1, 1);
    if (!out->classes)
        return false;
    for (uint32_t d = 0; d < out->documents; d++)
        sum += b->length[d];
    double mean = sum > 0 ? sum / out->documents : 1;
    for (int c = 0; c < PRT_LENGTH_CLASSES; c++)
        out->lengths[c] = (float)exp(step * (c - 8));
    for (uint32_t d = 0; d < out->documents; d++) {
        double place = b->length[d] > 0 ? floor(log(b->length[d] / mean) / step + 8.5) : 0;
        double liking = floor(popularity[b->order[d]] * 15 + 0.5);
        uint32_t length = place < 0 ? 0 : place > 15 ? 15 : (uint32_t)place;
        uint32_t liked = liking < 0 ? 0 : liking > 15 ? 15 : (uint32_t)liking;
        out->classes[d] = (uint8_t)(length | liked << 4);
    }
    return true;
}

/* ---- surfaces ---- */

/* How `word` is made from `term`: false when it takes too many bytes. */
static bool form_of(const char *term, size_t term_size, const char *word, size_t word_size,
                    char out[PRT_LONGEST_SURFACE]) {
    size_t same = 0;
    while (same < term_size && same < word_size && term[same] == word[same])
        same++;
    size_t drop = term_size - same, append = word_size - same;
    if (drop > 9 || append + 2 > PRT_LONGEST_SURFACE)
        return false;
    memset(out, 0, PRT_LONGEST_SURFACE);
    out[0] = (char)('0' + drop);
    memcpy(out + 1, word + same, append);
    return pr_utf8_valid(word + same, append, NULL) && pr_utf8_valid(term, same, NULL);
}

typedef struct form {
    char text[PRT_LONGEST_SURFACE];
    uint32_t count;
} form;

static int by_form(const void *a, const void *b) {
    return memcmp(((const form *)a)->text, ((const form *)b)->text, PRT_LONGEST_SURFACE);
}

static int by_form_count(const void *a, const void *b) {
    const form *x = a, *y = b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : by_form(a, b);
}

static void keep_forms(prt_search_index *out, form *forms, uint32_t count) {
    uint32_t distinct = 0;
    qsort(forms, count, sizeof *forms, by_form);
    for (uint32_t i = 0; i < count; i++) {
        if (distinct && by_form(&forms[distinct - 1], &forms[i]) == 0)
            forms[distinct - 1].count++;
        else
            forms[distinct++] = forms[i];
    }
    qsort(forms, distinct, sizeof *forms, by_form_count);
    for (out->form_count = 0; out->form_count < distinct && out->form_count < PRT_MAX_SURFACES; out->form_count++)
        memcpy(out->forms[out->form_count], forms[out->form_count].text, PRT_LONGEST_SURFACE);
}

static uint8_t find_form(const prt_search_index *out, const char text[PRT_LONGEST_SURFACE]) {
    for (uint32_t f = 0; f < out->form_count; f++) {
        if (memcmp(out->forms[f], text, PRT_LONGEST_SURFACE) == 0)
            return (uint8_t)(f + 1);
    }
    return 0;
}

static bool make_surfaces(builder *b) {
    prt_search_index *out = b->out;
    uint32_t count = 0, *best = malloc((out->terms + (size_t)1) * sizeof *best); /* by rank */
    form *forms = malloc((out->terms + (size_t)1) * sizeof *forms);
    out->surfaces = calloc(out->terms + (size_t)1, 1);
    bool ok = best && forms && out->surfaces;
    for (uint32_t t = 0; ok && t < out->terms; t++)
        best[b->rank[t]] = t < b->known_terms ? b->best[t] : PRT_NONE;
    for (int pass = 0; ok && pass < 2; pass++) {
        for (uint32_t t = 0; t < out->terms; t++) {
            form f = {.count = 1};
            if (best[t] == PRT_NONE)
                continue;
            pr_text word = {b->words.ids.bytes + b->words.ids.offsets[best[t]],
                            (size_t)(b->words.ids.offsets[best[t] + 1] - b->words.ids.offsets[best[t]])};
            const char *term = out->text + out->text_offsets[t];
            size_t size = out->text_offsets[t + 1] - out->text_offsets[t];
            if ((size == word.size && memcmp(term, word.bytes, size) == 0) ||
                !form_of(term, size, word.bytes, word.size, f.text))
                continue;
            if (pass == 0)
                forms[count++] = f;
            else
                out->surfaces[t] = find_form(out, f.text);
        }
        if (pass == 0)
            keep_forms(out, forms, count);
    }
    free(best);
    free(forms);
    return ok;
}

/* ---- the whole ---- */

pr_status prt_search_index_make(const prt_text_field *fields, size_t field_count, const uint32_t *order,
                                const double *popularity, uint32_t documents, prt_search_index *out, pr_error *error) {
    *out = (prt_search_index){.documents = documents};
    builder b = {.fields = fields, .field_count = field_count, .order = order, .out = out};
    bool ok = collect(&b) && sort_terms(&b) && choose_patterns(&b) && lay_out(&b) && classify(&b, popularity) &&
              make_surfaces(&b);
    prt_idmap_free(&b.terms);
    prt_idmap_free(&b.words);
    free(b.rank);
    free(b.list);
    free(b.length);
    free(b.word_counts);
    free(b.word_terms);
    free(b.best);
    free(b.said);
    free(b.said_best);
    if (ok)
        return PR_OK;
    prt_search_index_free(out);
    return prt_fail_memory(error, "building the search index");
}

void prt_search_index_free(prt_search_index *index) {
    free(index->text);
    free(index->text_offsets);
    free(index->offsets);
    free(index->postings);
    free(index->classes);
    free(index->surfaces);
    *index = (prt_search_index){0};
}
