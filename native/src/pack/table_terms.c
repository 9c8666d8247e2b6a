/* The table terms: words with the items in which they stand. */
#include "pack.h"

#include <string.h>

static uint64_t term_bytes(const prt_table *table, uint32_t row) {
    const prt_terms *terms = table->pack->terms;
    return 8 + strlen(terms->words[row]) + 3 * (terms->offsets[row + 1] - terms->offsets[row]);
}

static pr_text term_key(const prt_table *table, uint32_t row) {
    const char *word = table->pack->terms->words[row];
    return (pr_text){word, strlen(word)};
}

static void fill_terms(const prt_table *table, uint32_t first, uint32_t end, prt_tensors *t) {
    const prt_terms *terms = table->pack->terms;
    uint64_t from = terms->offsets[first], count = terms->offsets[end] - from;
    uint32_t rows = end - first;
    pr_text *words = pr_arena_array(t->arena, rows + (size_t)1, sizeof *words);
    uint32_t *offsets = pr_arena_array(t->arena, rows + (size_t)1, sizeof *offsets);
    uint32_t *items = pr_arena_array(t->arena, (size_t)count + 1, sizeof *items);
    uint8_t *impacts = pr_arena_array(t->arena, (size_t)count + 1, sizeof *impacts);
    if (!words || !offsets || !items || !impacts || count > UINT32_MAX) {
        t->failed = true;
        return;
    }
    for (uint32_t r = first; r < end; r++) {
        uint32_t before = 0;
        words[r - first] = term_key(table, r);
        offsets[r - first + 1] = (uint32_t)(terms->offsets[r + 1] - from);
        for (uint64_t p = terms->offsets[r]; p < terms->offsets[r + 1]; p++) {
            items[p - from] = terms->postings[p].item - before;
            impacts[p - from] = terms->postings[p].impact;
            before = terms->postings[p].item;
        }
    }
    prt_tensors_strings(t, "term", words, rows);
    prt_tensors_array(t, "offsets", "", PR_U32, offsets, rows + (uint64_t)1, 1);
    prt_tensors_uints(t, "item", "", items, count);
    prt_tensors_array(t, "impact", "", PR_U8, impacts, count, 1);
}

pr_status prt_pack_terms(const prt_pack *pack, prt_packed *out, pr_error *error) {
    const prt_table table = {"terms", pack->terms->count, pack, NULL, term_bytes, fill_terms, term_key};
    return table.rows ? prt_pack_table(&table, out, error) : PR_OK;
}
