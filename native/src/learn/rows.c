/* From tallies to rows and cells: every segment and back-off with its items. */
#include "maker.h"

#include <stdlib.h>
#include <string.h>

static uint32_t find_partition(const prt_maker *m, uint32_t mask) {
    for (uint32_t p = 0; p < m->partition_count; p++) {
        if (m->partition_masks[p] == mask)
            return p;
    }
    return PRT_NONE;
}

static bool room_for(void **array, uint64_t *room, uint64_t needed, size_t size) {
    if (needed <= *room)
        return true;
    uint64_t more = *room * 2 > needed ? *room * 2 : needed + 1024;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}

/* One combination of the user-side values of a mask: sums over its groups, and its items by number. */
typedef struct side {
    uint32_t mask; /* user-side dimensions */
    uint32_t codes[PRT_MAX_DIMENSIONS];
    uint32_t users;
    prt_cell *sums;                  /* by row of the input */
    uint32_t *numbers, number_count; /* of the items with sums, rising */
    uint32_t *crowds[PRT_MAX_MASKS];
} side;

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void add_piece(const prt_maker *m, side *s, const prt_tally *tally, const prt_piece *piece) {
    for (size_t c = piece->first_cell; c < piece->first_cell + piece->cell_count; c++) {
        const prt_cell *cell = &tally->cells[c];
        prt_cell *sum = &s->sums[cell->item];
        if (sum->users == 0)
            s->numbers[s->number_count++] = m->out->item_number[cell->item];
        sum->users += cell->users;
        prt_counts_add(&sum->counts, &cell->counts);
    }
    for (size_t c = piece->first_crowd; c < piece->first_crowd + piece->crowd_count; c++)
        s->crowds[tally->crowds[c].partition][tally->crowds[c].combo] += tally->crowds[c].users;
    s->users += piece->users;
}

static void sort_numbers(const prt_maker *m, side *s) {
    if (s->number_count < m->out->item_count / 16) {
        qsort(s->numbers, s->number_count, sizeof *s->numbers, by_number);
        return;
    }
    s->number_count = 0; /* most items are there: walk through all */
    for (uint32_t n = 0; n < m->out->item_count; n++) {
        if (s->sums[m->out->item_order[n]].users)
            s->numbers[s->number_count++] = n;
    }
}

static void clear_side(const prt_maker *m, side *s) {
    for (uint32_t i = 0; i < s->number_count; i++)
        s->sums[m->out->item_order[s->numbers[i]]] = (prt_cell){0};
    for (uint32_t p = 0; p < m->partition_count; p++)
        memset(s->crowds[p], 0, m->partitions[p].combo_count * sizeof *s->crowds[p]);
    s->number_count = s->users = 0;
}

static prt_row *add_row(prt_maker *m, uint32_t mask, const side *s, uint32_t users) {
    uint64_t room = m->row_room;
    if (!room_for((void **)&m->out->rows, &room, m->out->row_count + (uint64_t)1, sizeof *m->out->rows))
        return NULL;
    m->row_room = (uint32_t)room;
    prt_row *row = &m->out->rows[m->out->row_count++];
    *row = (prt_row){.mask = mask, .users = users, .first_cell = m->out->cell_count};
    memcpy(row->codes, s->codes, sizeof row->codes);
    return row;
}

static void add_cell(prt_maker *m, prt_row *row, uint32_t number, const prt_cell *sum) {
    m->out->cells[row->first_cell + row->cell_count++] = (prt_cell){number, sum->users, sum->counts};
    prt_counts_add(&row->totals, &sum->counts);
}

/* The one row of a mask without item-side dimensions. */
static pr_status add_whole_row(prt_maker *m, uint32_t mask, const side *s) {
    prt_row *row = s->number_count ? add_row(m, mask, s, s->users) : NULL;
    if (!row)
        return s->number_count ? PR_E_MEMORY : PR_OK;
    for (uint32_t i = 0; i < s->number_count; i++)
        add_cell(m, row, s->numbers[i], &s->sums[m->out->item_order[s->numbers[i]]]);
    m->out->cell_count += row->cell_count;
    return PR_OK;
}

/* A row for each combination of item-side values; `row_of` and `cells` have room for every combination. */
static pr_status add_split_rows(prt_maker *m, uint32_t mask, const side *s, uint32_t p, uint32_t *row_of,
                                uint32_t *cells) {
    const prt_partition *partition = &m->partitions[p];
    memset(cells, 0, partition->combo_count * sizeof *cells);
    for (uint32_t i = 0; i < s->number_count; i++) {
        uint32_t item = m->out->item_order[s->numbers[i]];
        for (uint32_t k = partition->offsets[item]; k < partition->offsets[item + 1]; k++)
            cells[partition->combos[k]]++;
    }
    for (uint32_t c = 0; c < partition->combo_count; c++) {
        if (cells[c] == 0)
            continue;
        row_of[c] = m->out->row_count;
        prt_row *row = add_row(m, mask, s, s->crowds[p][c]);
        if (!row)
            return PR_E_MEMORY;
        for (uint32_t d = 0; d < m->plan->dimension_count; d++) {
            if (partition->codes[(size_t)c * PRT_MAX_DIMENSIONS + d] != PRT_NONE)
                row->codes[d] = partition->codes[(size_t)c * PRT_MAX_DIMENSIONS + d];
        }
        m->out->cell_count += cells[c];
    }
    for (uint32_t i = 0; i < s->number_count; i++) {
        uint32_t item = m->out->item_order[s->numbers[i]];
        for (uint32_t k = partition->offsets[item]; k < partition->offsets[item + 1]; k++)
            add_cell(m, &m->out->rows[row_of[partition->combos[k]]], s->numbers[i], &s->sums[item]);
    }
    return PR_OK;
}

static uint64_t cells_needed(const prt_maker *m, const side *s, uint32_t p) {
    if (p == PRT_NONE)
        return s->number_count;
    uint64_t needed = 0;
    for (uint32_t i = 0; i < s->number_count; i++) {
        uint32_t item = m->out->item_order[s->numbers[i]];
        needed += m->partitions[p].offsets[item + 1] - m->partitions[p].offsets[item];
    }
    return needed;
}

/* Rows of every mask that has this combination's user-side dimensions. */
static pr_status add_rows(prt_maker *m, const side *s, uint32_t *row_of, uint32_t *cells) {
    pr_status status = PR_OK;
    for (uint32_t i = 0; status == PR_OK && i < m->plan->mask_count; i++) {
        if ((m->plan->masks[i] & m->user_dimensions) != s->mask)
            continue;
        uint32_t items_mask = m->plan->masks[i] & ~m->user_dimensions;
        uint32_t p = items_mask ? find_partition(m, items_mask) : PRT_NONE;
        if (!room_for((void **)&m->out->cells, &m->cell_room, m->out->cell_count + cells_needed(m, s, p),
                      sizeof *m->out->cells))
            return PR_E_MEMORY;
        status = p == PRT_NONE ? add_whole_row(m, i, s) : add_split_rows(m, i, s, p, row_of, cells);
    }
    return status;
}

/* ---- combinations of user-side values of one mask ---- */

/* ids[g] = combination of group g, or PRT_NONE when a value is missing. */
static pr_status project_groups(const prt_maker *m, uint32_t mask, uint32_t *ids, uint32_t *count) {
    uint32_t n = m->groups.group_count, complete = 0;
    uint64_t *keys = malloc((n + (size_t)1) * sizeof *keys);
    uint32_t *which = malloc((n + (size_t)1) * sizeof *which), *id = calloc(n + (size_t)1, sizeof *id);
    pr_status status = keys && which && id ? PR_OK : PR_E_MEMORY;
    for (uint32_t g = 0; status == PR_OK && g < n; g++) {
        bool missing = false;
        for (uint32_t d = 0; d < m->plan->dimension_count; d++)
            missing |= (mask >> d & 1) && m->groups.codes[(size_t)g * PRT_MAX_DIMENSIONS + d] == PRT_NONE;
        ids[g] = PRT_NONE;
        if (!missing)
            which[complete++] = g;
    }
    *count = complete ? 1 : 0;
    for (uint32_t d = 0; status == PR_OK && d < m->plan->dimension_count; d++) {
        if (!(mask >> d & 1))
            continue;
        uint64_t radix = (uint64_t)m->plan->dimensions[d].column->values.count + 1;
        for (uint32_t i = 0; i < complete; i++)
            keys[i] = id[i] * radix + m->groups.codes[(size_t)which[i] * PRT_MAX_DIMENSIONS + d];
        status = prt_renumber(keys, complete, *count * radix, id, count);
    }
    for (uint32_t i = 0; status == PR_OK && i < complete; i++)
        ids[which[i]] = id[i];
    free(keys);
    free(which);
    free(id);
    return status;
}

typedef struct reference {
    uint32_t combo, tally;
    size_t piece;
} reference;

static int by_combo(const void *a, const void *b) {
    const reference *x = a, *y = b;
    if (x->combo != y->combo)
        return x->combo < y->combo ? -1 : 1;
    if (x->tally != y->tally)
        return x->tally < y->tally ? -1 : 1;
    return x->piece < y->piece ? -1 : x->piece > y->piece;
}

/* All pieces whose group has a combination, sorted by it. */
static reference *list_pieces(const prt_maker *m, const uint32_t *ids, size_t *count) {
    size_t room = 1;
    for (int t = 0; t < m->plan->threads; t++)
        room += m->tallies[t].piece_count;
    reference *list = malloc(room * sizeof *list);
    *count = 0;
    for (int t = 0; list && t < m->plan->threads; t++) {
        for (size_t p = 0; p < m->tallies[t].piece_count; p++) {
            uint32_t combo = ids[m->tallies[t].pieces[p].group];
            if (combo != PRT_NONE)
                list[(*count)++] = (reference){combo, (uint32_t)t, p};
        }
    }
    if (list)
        qsort(list, *count, sizeof *list, by_combo);
    return list;
}

static void side_codes(const prt_maker *m, side *s, uint32_t group) {
    for (uint32_t d = 0; d < PRT_MAX_DIMENSIONS; d++)
        s->codes[d] = s->mask >> d & 1 ? m->groups.codes[(size_t)group * PRT_MAX_DIMENSIONS + d] : PRT_NONE;
}

static pr_status walk_pieces(prt_maker *m, side *s, const reference *list, size_t count, uint32_t *row_of,
                             uint32_t *cells) {
    pr_status status = PR_OK;
    for (size_t i = 0, end; status == PR_OK && i < count; i = end) {
        side_codes(m, s, m->tallies[list[i].tally].pieces[list[i].piece].group);
        for (end = i; end < count && list[end].combo == list[i].combo; end++) {
            const prt_tally *tally = &m->tallies[list[end].tally];
            add_piece(m, s, tally, &tally->pieces[list[end].piece]);
        }
        sort_numbers(m, s);
        status = add_rows(m, s, row_of, cells);
        clear_side(m, s);
    }
    return status;
}

static pr_status add_user_mask(prt_maker *m, side *s, uint32_t *row_of, uint32_t *cells) {
    uint32_t count;
    size_t pieces = 0;
    uint32_t *ids = malloc((m->groups.group_count + (size_t)1) * sizeof *ids);
    pr_status status = ids ? project_groups(m, s->mask, ids, &count) : PR_E_MEMORY;
    reference *list = status == PR_OK ? list_pieces(m, ids, &pieces) : NULL;
    status = list ? walk_pieces(m, s, list, pieces, row_of, cells) : PR_E_MEMORY;
    free(list);
    free(ids);
    return status;
}

static pr_status make_rows(prt_maker *m) {
    uint32_t items = m->out->item_count, widest = 0;
    side s = {.sums = calloc(items + (size_t)1, sizeof *s.sums),
              .numbers = malloc((items + (size_t)1) * sizeof *s.numbers)};
    pr_status status = s.sums && s.numbers ? PR_OK : PR_E_MEMORY;
    for (uint32_t p = 0; p < m->partition_count; p++) {
        s.crowds[p] = calloc(m->partitions[p].combo_count + (size_t)1, sizeof *s.crowds[p]);
        status = s.crowds[p] ? status : PR_E_MEMORY;
        widest = m->partitions[p].combo_count > widest ? m->partitions[p].combo_count : widest;
    }
    uint32_t *row_of = malloc((widest + (size_t)1) * sizeof *row_of),
             *cells = malloc((widest + (size_t)1) * sizeof *cells);
    status = row_of && cells ? status : PR_E_MEMORY;
    for (uint32_t i = 0; status == PR_OK && i < m->plan->mask_count; i++) {
        s.mask = m->plan->masks[i] & m->user_dimensions;
        bool done = false;
        for (uint32_t j = 0; j < i; j++)
            done |= (m->plan->masks[j] & m->user_dimensions) == s.mask;
        if (!done)
            status = add_user_mask(m, &s, row_of, cells);
    }
    for (uint32_t p = 0; p < m->partition_count; p++)
        free(s.crowds[p]);
    free(s.sums);
    free(s.numbers);
    free(row_of);
    free(cells);
    return status;
}

/* ---- keys ---- */

static size_t put_key(const prt_counts_plan *plan, const prt_row *row, char *out) {
    size_t at = 0;
    for (uint32_t d = 0; d < plan->dimension_count; d++) {
        const prt_strings *values = &plan->dimensions[d].column->values;
        uint32_t code = row->codes[d];
        const char *text = code == PRT_NONE ? "*" : values->bytes + values->offsets[code];
        size_t size = code == PRT_NONE ? 1 : (size_t)(values->offsets[code + 1] - values->offsets[code]);
        if (out) {
            if (d)
                out[at] = '|';
            memcpy(out + at + (d > 0), text, size);
        }
        at += size + (d > 0);
    }
    if (out)
        out[at] = 0;
    return at + 1;
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const prt_row *)a)->key, ((const prt_row *)b)->key);
}

static pr_status make_keys(prt_maker *m) {
    prt_counts *out = m->out;
    size_t size = 1, at = 0;
    for (uint32_t r = 0; r < out->row_count; r++)
        size += put_key(m->plan, &out->rows[r], NULL);
    out->keys = malloc(size);
    if (!out->keys)
        return PR_E_MEMORY;
    for (uint32_t r = 0; r < out->row_count; r++) {
        out->rows[r].key = out->keys + at;
        at += put_key(m->plan, &out->rows[r], out->keys + at);
    }
    if (out->row_count)
        qsort(out->rows, out->row_count, sizeof *out->rows, by_key);
    return PR_OK;
}

pr_status prt_rows_make(prt_maker *m) {
    pr_status status = make_rows(m);
    return status == PR_OK ? make_keys(m) : status;
}
