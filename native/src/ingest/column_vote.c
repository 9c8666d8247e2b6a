/* Columns of which many rows have a say: a log of invoices names and prices an item on every line, and not always the
 * same way. Distinct values are counted, so that the memory goes by them and not by the rows. */
#include "column_build.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = sizeof(uint32_t), PADDING = 8 }; /* ids are looked up eight bytes at a time */

void prt_ballot_free(prt_ballot *b) {
    prt_idmap_free(&b->choices);
    free(b->votes);
    free(b->scratch);
    *b = (prt_ballot){0};
}

static bool make_scratch(prt_ballot *b, size_t size) {
    size_t room = HEAD + size + PADDING;
    if (room <= b->scratch_room)
        return true;
    char *grown = realloc(b->scratch, room * 2);
    if (!grown)
        return false;
    b->scratch = grown;
    b->scratch_room = room * 2;
    return true;
}

/* ---- counting ---- */

static bool count_vote(prt_ballot *b, uint32_t row, const void *value, size_t size) {
    uint32_t choice;
    bool added;
    if (!make_scratch(b, size))
        return false;
    memcpy(b->scratch, &row, HEAD);
    if (size)
        memcpy(b->scratch + HEAD, value, size);
    if (!prt_idmap_add(&b->choices, b->scratch, HEAD + size, &choice, &added) ||
        !prt_column_grow(&b->votes, choice + 1, &b->room, sizeof *b->votes))
        return false;
    b->votes[choice] = added ? 1 : b->votes[choice] + 1;
    return true;
}

/* A list is one value: its codes in their order. */
static bool vote_list(prt_column_build *c, const prt_field *fields, uint32_t row) {
    uint32_t first = c->codes_count;
    if (!prt_column_gather_list(c, fields))
        return false;
    size_t size = (c->codes_count - first) * sizeof *c->codes;
    c->codes_count = first;
    return size == 0 || count_vote(&c->ballot, row, c->codes + first, size);
}

/* An array of paragraphs, as one text. */
static bool vote_paragraphs(prt_column_build *c, uint32_t row) {
    prt_text_pool text = {0};
    bool ok = prt_column_add_text(c, &text) && (text.size == 0 || count_vote(&c->ballot, row, text.bytes, text.size));
    prt_text_pool_free(&text);
    return ok;
}

bool prt_column_vote(prt_column_build *c, const prt_field *fields, uint32_t row) {
    if (c->config->type == PRT_LIST)
        return vote_list(c, fields, row);
    if (c->value.kind == PRT_FIELD_MISSING)
        return true;
    if (c->value.kind == PRT_FIELD_LIST)
        return vote_paragraphs(c, row);
    double real = c->real + 0.0; /* -0 is 0 */
    switch (c->config->type) {
    case PRT_REAL:
        return count_vote(&c->ballot, row, &real, sizeof real);
    case PRT_INTEGER:
    case PRT_DATE:
        return count_vote(&c->ballot, row, &c->integer, sizeof c->integer);
    default:
        return count_vote(&c->ballot, row, c->value.bytes, c->value.size);
    }
}

/* ---- electing ---- */

/* The choices of all rows, row by row: those of row r are order[starts[r] … starts[r + 1]), by first appearance. */
typedef struct sorted_choices {
    uint32_t *starts, *order;
} sorted_choices;

static const char *choice_value(const prt_ballot *b, uint32_t choice, size_t *size) {
    const uint64_t *offsets = b->choices.ids.offsets;
    *size = (size_t)(offsets[choice + 1] - offsets[choice]) - HEAD;
    return b->choices.ids.bytes + offsets[choice] + HEAD;
}

static uint32_t choice_row(const prt_ballot *b, uint32_t choice) {
    uint32_t row;
    memcpy(&row, b->choices.ids.bytes + b->choices.ids.offsets[choice], HEAD);
    return row;
}

static bool sort_choices(const prt_ballot *b, uint32_t rows, sorted_choices *out) {
    uint32_t count = b->choices.ids.count;
    out->starts = calloc(rows + (size_t)2, sizeof *out->starts);
    out->order = malloc((count + (size_t)1) * sizeof *out->order);
    if (!out->starts || !out->order)
        return false;
    for (uint32_t i = 0; i < count; i++)
        out->starts[choice_row(b, i) + 2]++;
    for (uint32_t r = 0; r < rows; r++)
        out->starts[r + 2] += out->starts[r + 1];
    for (uint32_t i = 0; i < count; i++)
        out->order[out->starts[choice_row(b, i) + 1]++] = i;
    return true;
}

static uint32_t find_commonest(const prt_ballot *b, const uint32_t *choices, uint32_t count) {
    uint32_t best = choices[0];
    for (uint32_t i = 1; i < count; i++) {
        if (b->votes[choices[i]] > b->votes[best])
            best = choices[i];
    }
    return best;
}

typedef struct number {
    double value;
    uint32_t choice;
} number;

static double number_of(const prt_column_build *c, uint32_t choice) {
    size_t size;
    const char *value = choice_value(&c->ballot, choice, &size);
    double real;
    int64_t integer;
    if (c->config->type == PRT_REAL) {
        memcpy(&real, value, sizeof real);
        return real;
    }
    memcpy(&integer, value, sizeof integer);
    return (double)integer; /* exact: ±2^53 at most */
}

static int compare_numbers(const void *a, const void *b) {
    const number *x = a, *y = b; /* no two are equal */
    return x->value < y->value ? -1 : 1;
}

/* The least value that at least half of the rows do not exceed. False: out of memory. */
static bool find_median(const prt_column_build *c, const uint32_t *choices, uint32_t count, uint32_t *out) {
    const uint32_t *votes = c->ballot.votes;
    number *sorted = malloc(count * sizeof *sorted);
    uint64_t all = 0, below = 0;
    if (!sorted)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = (number){number_of(c, choices[i]), choices[i]};
        all += votes[choices[i]];
    }
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    for (uint32_t i = 0; below * 2 < all; i++) {
        *out = sorted[i].choice;
        below += votes[*out];
    }
    free(sorted);
    return true;
}

static bool store_list(prt_column_build *c, const char *codes, size_t size) {
    uint32_t count = (uint32_t)(size / sizeof *c->codes);
    if (!prt_column_grow(&c->list_offsets, c->rows + 2, &c->rows_room, sizeof *c->list_offsets))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!prt_column_grow(&c->codes, c->codes_count + 1, &c->codes_room, sizeof *c->codes))
            return false;
        memcpy(&c->codes[c->codes_count++], codes + i * sizeof *c->codes, sizeof *c->codes);
    }
    c->list_offsets[0] = 0;
    c->list_offsets[++c->rows] = c->codes_count;
    return true;
}

/* As if the value had come with the row. */
static bool store_value(prt_column_build *c, const char *value, size_t size) {
    if (!make_scratch(&c->ballot, size))
        return false;
    if (size)
        memcpy(c->ballot.scratch, value, size);
    c->value = (prt_field){.bytes = c->ballot.scratch, .size = (uint32_t)size, .kind = PRT_FIELD_TEXT};
    c->wrong = false;
    if (c->config->type == PRT_REAL)
        memcpy(&c->real, value, sizeof c->real);
    else if (c->config->type == PRT_INTEGER || c->config->type == PRT_DATE)
        memcpy(&c->integer, value, sizeof c->integer);
    return prt_column_store(c, NULL);
}

static bool store_nothing(prt_column_build *c) {
    c->value = (prt_field){.bytes = "", .kind = PRT_FIELD_MISSING};
    c->wrong = false;
    return prt_column_store(c, NULL);
}

static bool is_text(const prt_column_build *c) {
    return c->config->type == PRT_TEXT || c->config->type == PRT_CATEGORY || c->config->type == PRT_LIST;
}

static bool elect_row(prt_column_build *c, const uint32_t *choices, uint32_t count, const prt_text_pool *otherwise) {
    const char *value = NULL;
    size_t size = 0;
    if (count > 0) {
        uint32_t best = find_commonest(&c->ballot, choices, count);
        if (!is_text(c) && !find_median(c, choices, count, &best))
            return false;
        value = choice_value(&c->ballot, best, &size);
    } else if (otherwise) {
        value = otherwise->bytes + otherwise->offsets[c->rows];
        size = (size_t)(otherwise->offsets[c->rows + 1] - otherwise->offsets[c->rows]);
    }
    if (c->config->type == PRT_LIST)
        return store_list(c, value, size);
    return value ? store_value(c, value, size) : store_nothing(c);
}

bool prt_column_elect(prt_column_build *c, uint32_t rows, const prt_text_pool *otherwise) {
    sorted_choices sorted = {0};
    bool ok = sort_choices(&c->ballot, rows, &sorted);
    for (uint32_t row = 0; ok && row < rows; row++)
        ok = elect_row(c, sorted.order + sorted.starts[row], sorted.starts[row + 1] - sorted.starts[row], otherwise);
    free(sorted.starts);
    free(sorted.order);
    prt_ballot_free(&c->ballot);
    return ok;
}
