/* BM25F (Robertson & Zaragoza 2009): a word's frequency in a field is divided by the field's length relative to the
 * average, the weighted sum over the fields is tf, and the impact is tf / (k1 + tf). */
#include "text.h"
#include "grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 64, MOST_IMPACT = 255 };

/* A word of the catalogue while it is being indexed. */
typedef struct entry {
    const char *word;
    uint32_t size, hash;
    uint32_t postings; /* items that have it */
    uint32_t last;     /* number of the last item that has it, + 1 */
    double frequency;  /* in that item */
} entry;

typedef struct raw_posting {
    uint32_t entry, item;
    uint8_t impact;
} raw_posting;

typedef struct indexer {
    prt_terms *out;
    entry *entries;
    uint32_t entry_count, entry_room;
    uint32_t *slots; /* open addressing: entry + 1, 0 = free; a power of two, at most half full */
    uint32_t slot_count;
    raw_posting *postings;
    size_t posting_count, posting_room;
    uint32_t *touched; /* entries of the current item */
    uint32_t touched_count, touched_room;
    uint32_t item;  /* number of the current item */
    double share;   /* what one occurrence in the current field adds */
    uint32_t words; /* in the current field: counted in the first pass */
    bool failed;
} indexer;

/* ---- the words seen so far ---- */

static bool widen(indexer *x) {
    uint32_t count = x->slot_count ? x->slot_count * 2 : 4096;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t e = 0; e < x->entry_count; e++) {
        uint32_t at = x->entries[e].hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = e + 1;
    }
    free(x->slots);
    x->slots = slots;
    x->slot_count = count;
    return true;
}

static entry *add_entry(indexer *x, const char *word, size_t size, uint32_t hash, uint32_t slot) {
    size_t room = x->entry_room;
    char *copy = pr_arena_take(&x->out->arena, size + 1);
    if (!copy || !prt_grow((void **)&x->entries, &room, x->entry_count + (size_t)1, sizeof *x->entries))
        return NULL;
    x->entry_room = (uint32_t)room;
    memcpy(copy, word, size);
    x->entries[x->entry_count] = (entry){copy, (uint32_t)size, hash, 0, 0, 0};
    x->slots[slot] = ++x->entry_count;
    return &x->entries[x->entry_count - 1];
}

static entry *find_entry(indexer *x, const char *word, size_t size) {
    if (x->entry_count * 2 >= x->slot_count && !widen(x))
        return NULL;
    uint32_t hash = (uint32_t)pr_hash_bytes(word, size, 0), at = hash & (x->slot_count - 1);
    for (; x->slots[at]; at = (at + 1) & (x->slot_count - 1)) {
        entry *e = &x->entries[x->slots[at] - 1];
        if (e->hash == hash && e->size == size && memcmp(e->word, word, size) == 0)
            return e;
    }
    return add_entry(x, word, size, hash, at);
}

/* ---- the texts of a field ---- */

static bool count_word(void *context, const char *word, size_t size) {
    indexer *x = context;
    (void)word;
    x->words += size <= LONGEST_WORD;
    return true;
}

static bool index_word(void *context, const char *word, size_t size) {
    indexer *x = context;
    if (size > LONGEST_WORD)
        return true;
    entry *e = find_entry(x, word, size);
    size_t room = x->touched_room;
    if (!e || !prt_grow((void **)&x->touched, &room, x->touched_count + (size_t)1, sizeof *x->touched)) {
        x->failed = true;
        return false;
    }
    x->touched_room = (uint32_t)room;
    if (e->last != x->item + 1) {
        e->last = x->item + 1;
        e->frequency = 0;
        x->touched[x->touched_count++] = (uint32_t)(e - x->entries);
    }
    e->frequency += x->share;
    return true;
}

static void visit_string(const prt_strings *strings, uint32_t i, pr_word_visitor visit, indexer *x) {
    if (i < strings->count)
        pr_words(strings->bytes + strings->offsets[i], (size_t)(strings->offsets[i + 1] - strings->offsets[i]), visit,
                 x);
}

static void visit_field(const prt_column *column, uint32_t row, pr_word_visitor visit, indexer *x) {
    if (column->type == PRT_TEXT)
        visit_string(&column->texts, row, visit, x);
    else if (column->type == PRT_CATEGORY)
        visit_string(&column->values, column->codes[row], visit, x);
    else if (column->type == PRT_LIST)
        for (uint32_t k = column->list_offsets[row]; k < column->list_offsets[row + 1]; k++)
            visit_string(&column->values, column->codes[k], visit, x);
}

/* Words of every item in a field, by row, into `lengths`; returns the mean. */
static double measure_field(const prt_column *column, uint32_t items, indexer *x, uint32_t *lengths) {
    double sum = 0;
    for (uint32_t row = 0; row < items; row++) {
        x->words = 0;
        visit_field(column, row, count_word, x);
        lengths[row] = x->words;
        sum += x->words;
    }
    return sum / items;
}

/* ---- items ---- */

static bool finish_item(indexer *x) {
    const double k1 = 1.2;
    if (!prt_grow((void **)&x->postings, &x->posting_room, x->posting_count + x->touched_count, sizeof *x->postings))
        return false;
    for (uint32_t i = 0; i < x->touched_count; i++) {
        entry *e = &x->entries[x->touched[i]];
        double impact = floor(MOST_IMPACT * (e->frequency / (k1 + e->frequency)) + 0.5);
        e->postings++;
        x->postings[x->posting_count++] = (raw_posting){x->touched[i], x->item, (uint8_t)(impact < 1 ? 1 : impact)};
    }
    x->touched_count = 0;
    return true;
}

/* `lengths`: for each field the words of every row; `average`: their means. */
static void index_items(indexer *x, const prt_text_field *fields, size_t field_count, const uint32_t *order,
                        uint32_t items, const uint32_t *lengths, const double *average) {
    const double b = 0.75;
    for (x->item = 0; x->item < items && !x->failed; x->item++) {
        uint32_t row = order[x->item];
        for (size_t f = 0; f < field_count; f++) {
            uint32_t length = lengths[f * items + row];
            if (length == 0 || fields[f].weight <= 0)
                continue;
            x->share = fields[f].weight / (1 - b + b * (length / average[f]));
            visit_field(fields[f].column, row, index_word, x);
        }
        x->failed = x->failed || !finish_item(x);
    }
}

/* ---- by word ---- */

static int by_word(const void *a, const void *b) {
    return strcmp((*(const entry *const *)a)->word, (*(const entry *const *)b)->word);
}

/* Sort the words, then lay out the postings word by word: they came in the order of the items and stay in it. */
static bool lay_out(indexer *x) {
    prt_terms *out = x->out;
    entry **sorted = malloc((x->entry_count + (size_t)1) * sizeof *sorted);
    uint64_t *next = malloc((x->entry_count + (size_t)1) * sizeof *next);
    out->words = pr_arena_array(&out->arena, x->entry_count + (size_t)1, sizeof *out->words);
    out->offsets = pr_arena_array(&out->arena, x->entry_count + (size_t)1, sizeof *out->offsets);
    out->postings = pr_arena_array(&out->arena, x->posting_count + 1, sizeof *out->postings);
    bool good = sorted && next && out->words && out->offsets && out->postings;
    for (uint32_t e = 0; good && e < x->entry_count; e++)
        sorted[e] = &x->entries[e];
    if (good && x->entry_count)
        qsort(sorted, x->entry_count, sizeof *sorted, by_word);
    for (uint32_t t = 0; good && t < x->entry_count; t++) {
        out->words[t] = (char *)sorted[t]->word;
        out->offsets[t + 1] = out->offsets[t] + sorted[t]->postings;
        next[sorted[t] - x->entries] = out->offsets[t];
    }
    for (size_t p = 0; good && p < x->posting_count; p++)
        out->postings[next[x->postings[p].entry]++] = (prt_posting){x->postings[p].item, x->postings[p].impact};
    out->count = x->entry_count;
    free(sorted);
    free(next);
    return good;
}

pr_status prt_terms_make(const prt_text_field *fields, size_t field_count, const uint32_t *order, uint32_t items,
                         prt_terms *out, pr_error *error) {
    *out = (prt_terms){0};
    indexer x = {.out = out};
    double *average = calloc(field_count + 1, sizeof *average);
    uint32_t *lengths = malloc((field_count * items + 1) * sizeof *lengths);
    x.failed = !average || !lengths;
    for (size_t f = 0; !x.failed && items && f < field_count; f++)
        average[f] = measure_field(fields[f].column, items, &x, lengths + f * items);
    if (!x.failed)
        index_items(&x, fields, field_count, order, items, lengths, average);
    x.failed = x.failed || !lay_out(&x);
    free(average);
    free(lengths);
    free(x.entries);
    free(x.slots);
    free(x.postings);
    free(x.touched);
    if (!x.failed)
        return PR_OK;
    prt_terms_free(out);
    return pr_fail(error, PR_E_MEMORY, 0, "out of memory while indexing words; search fewer fields");
}

void prt_terms_free(prt_terms *terms) {
    pr_arena_free(&terms->arena);
    *terms = (prt_terms){0};
}
