/* Counting against a plain recount, with missing values, lists, several threads and few or many users. */
#include "counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS = 23, LEVELS = 3, AGES = 4, TYPES = 5, MAKERS = 4 };

typedef struct world {
    prt_dataset dataset;
    prt_column user_columns[2], item_columns[2];
    prt_counts_plan plan;
} world;

static prt_strings names(const char *prefix, uint32_t count) {
    prt_strings s = {count, calloc(count + 1, sizeof *s.offsets), calloc(count * 8 + 1, 1)};
    for (uint32_t i = 0; i < count; i++)
        s.offsets[i + 1] = s.offsets[i] + (uint64_t)sprintf(s.bytes + s.offsets[i], "%s%u", prefix, i);
    return s;
}

static uint32_t draw(uint64_t *at, uint32_t below) {
    return (uint32_t)(pr_uniform(11, (*at)++) * below);
}

static prt_column category(char *name, uint32_t rows, uint32_t values, uint64_t *at) {
    prt_column c = {.name = name,
                    .type = PRT_CATEGORY,
                    .rows = rows,
                    .values = names(name, values),
                    .codes = malloc(rows * sizeof(uint32_t))};
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t code = draw(at, values + 1); /* one in values + 1 is missing */
        c.codes[i] = code == values ? PRT_NONE : code;
    }
    return c;
}

static prt_column list(char *name, uint32_t rows, uint32_t values, uint64_t *at) {
    prt_column c = {.name = name,
                    .type = PRT_LIST,
                    .rows = rows,
                    .values = names(name, values),
                    .codes = malloc(rows * 4 * sizeof(uint32_t))};
    c.list_offsets = calloc(rows + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t n = draw(at, 4); /* also none; a value may be repeated */
        for (uint32_t k = 0; k < n; k++)
            c.codes[c.list_offsets[i] + k] = draw(at, values);
        c.list_offsets[i + 1] = c.list_offsets[i] + n;
    }
    return c;
}

static void make_world(world *w, uint32_t users, uint64_t events, int threads) {
    static const uint16_t kinds[] = {PRT_EVENT_COMPLETE,
                                     PRT_EVENT_ABANDON,
                                     PRT_EVENT_LIKE,
                                     PRT_EVENT_DISLIKE,
                                     PRT_EVENT_START,
                                     PRT_EVENT_VIEW,
                                     PRT_EVENT_COMPLETE | PRT_EVENT_LIKE,
                                     PRT_EVENT_ABANDON | PRT_EVENT_DISLIKE};
    uint64_t at = 0;
    memset(w, 0, sizeof *w);
    w->user_columns[0] = category("age", users, AGES, &at);
    w->user_columns[1] = category("level", users, LEVELS, &at);
    w->item_columns[0] = list("type", ITEMS, TYPES, &at);
    w->item_columns[1] = category("maker", ITEMS, MAKERS, &at);
    w->dataset.items = (prt_entities){.count = ITEMS, .columns = w->item_columns, .column_count = 2};
    w->dataset.users = (prt_entities){.count = users, .columns = w->user_columns, .column_count = 2};
    prt_events *e = &w->dataset.events;
    *e = (prt_events){.count = events,
                      .user = malloc(events * 4 + 4),
                      .item = malloc(events * 4 + 4),
                      .types = malloc(events * 2 + 2)};
    for (uint64_t i = 0; i < events; i++) {
        e->user[i] = draw(&at, users);
        e->item[i] = draw(&at, draw(&at, ITEMS) + 1);
        e->types[i] = kinds[draw(&at, sizeof kinds / sizeof *kinds)];
    }
    w->plan = (prt_counts_plan){.dimension_count = 3,
                                .mask_count = 4,
                                .dimensions = {{false, &w->user_columns[0], NULL},
                                               {true, &w->item_columns[0], NULL},
                                               {false, &w->user_columns[1], NULL}},
                                .masks = {7, 5, 2, 1},
                                .flag_column = &w->item_columns[1],
                                .threads = threads};
}

static void free_column(prt_column *c) {
    free(c->values.offsets);
    free(c->values.bytes);
    free(c->codes);
    free(c->list_offsets);
}

static void free_world(world *w) {
    for (int i = 0; i < 2; i++) {
        free_column(&w->user_columns[i]);
        free_column(&w->item_columns[i]);
    }
    free(w->dataset.events.user);
    free(w->dataset.events.item);
    free(w->dataset.events.types);
}

static void recount(const prt_dataset *d, const uint8_t *counted, pr_counts *sum, uint32_t *users) {
    uint8_t *seen = calloc(d->users.count + 1, 1);
    *sum = (pr_counts){0, 0, 0, 0};
    *users = 0;
    for (uint64_t i = 0; i < d->events.count; i++) {
        uint16_t t = d->events.types[i];
        if (!counted[i] || t == PRT_EVENT_VIEW)
            continue;
        sum->started += (t & (PRT_EVENT_START | PRT_EVENT_COMPLETE | PRT_EVENT_ABANDON)) != 0;
        sum->completed += (t & PRT_EVENT_COMPLETE) != 0;
        sum->rated += (t & (PRT_EVENT_LIKE | PRT_EVENT_DISLIKE)) != 0;
        sum->liked += (t & PRT_EVENT_LIKE) != 0;
        *users += !seen[d->events.user[i]];
        seen[d->events.user[i]] = 1;
    }
    free(seen);
}

static bool has_type(const world *w, uint32_t item, uint32_t type) {
    const prt_column *c = &w->item_columns[0];
    for (uint32_t k = c->list_offsets[item]; k < c->list_offsets[item + 1]; k++) {
        if (c->codes[k] == type)
            return true;
    }
    return false;
}

/* Does an event of this user on this item belong to a row with these codes? */
static bool belongs(const world *w, const uint32_t *codes, uint32_t user, uint32_t item) {
    if (codes[0] != PRT_NONE && w->user_columns[0].codes[user] != codes[0])
        return false;
    if (codes[2] != PRT_NONE && w->user_columns[1].codes[user] != codes[2])
        return false;
    return codes[1] == PRT_NONE || has_type(w, item, codes[1]);
}

/* Mark the events of a row, of one item of it, or of an item alone; returns how many. */
static uint64_t mark(const world *w, const uint32_t *codes, uint32_t item, uint8_t *counted) {
    const prt_events *e = &w->dataset.events;
    uint64_t n = 0;
    for (uint64_t i = 0; i < e->count; i++) {
        counted[i] = (item == PRT_NONE || e->item[i] == item) && (!codes || belongs(w, codes, e->user[i], e->item[i]));
        n += counted[i] && e->types[i] != PRT_EVENT_VIEW;
    }
    return n;
}

static void assert_counts(const world *w, const uint8_t *counted, const pr_counts *got, uint32_t got_users) {
    pr_counts sum;
    uint32_t users;
    recount(&w->dataset, counted, &sum, &users);
    assert_memory_equal(&sum, got, sizeof sum);
    assert_int_equal(users, got_users);
}

static void check_rows(const world *w, const prt_counts *c, uint8_t *counted) {
    for (uint32_t r = 0; r < c->row_count; r++) {
        const prt_row *row = &c->rows[r];
        if (r)
            assert_true(strcmp(c->rows[r - 1].key, row->key) < 0);
        mark(w, row->codes, PRT_NONE, counted);
        assert_counts(w, counted, &row->totals, row->users);
        uint32_t cells = 0;
        for (uint32_t item = 0; item < ITEMS; item++)
            cells += mark(w, row->codes, c->item_order[item], counted) > 0;
        assert_int_equal(cells, row->cell_count);
        for (uint32_t k = 0; k < row->cell_count; k++) {
            const prt_cell *cell = &c->cells[row->first_cell + k];
            assert_true(k == 0 || c->cells[row->first_cell + k - 1].item < cell->item);
            mark(w, row->codes, c->item_order[cell->item], counted);
            assert_counts(w, counted, &cell->counts, cell->users);
        }
    }
}

static uint32_t count_rows(const world *w, uint8_t *counted) {
    uint32_t rows = 0;
    for (uint32_t m = 0; m < w->plan.mask_count; m++) {
        uint32_t mask = w->plan.masks[m], codes[3];
        for (codes[0] = 0; codes[0] < (mask & 1 ? AGES : 1); codes[0]++)
            for (codes[1] = 0; codes[1] < (mask & 2 ? TYPES : 1); codes[1]++)
                for (codes[2] = 0; codes[2] < (mask & 4 ? LEVELS : 1); codes[2]++) {
                    uint32_t given[3] = {mask & 1 ? codes[0] : PRT_NONE, mask & 2 ? codes[1] : PRT_NONE,
                                         mask & 4 ? codes[2] : PRT_NONE};
                    rows += mark(w, given, PRT_NONE, counted) > 0;
                }
    }
    return rows;
}

static void check_groups(const world *w, const prt_counts *c) {
    const prt_events *e = &w->dataset.events;
    assert_int_equal(c->group_count, MAKERS);
    for (uint32_t g = 0; g < MAKERS; g++) {
        prt_group expected = {0, 0, 0};
        uint8_t *seen = calloc(w->dataset.users.count + 1, 1);
        for (uint64_t i = 0; i < e->count; i++) {
            if (w->item_columns[1].codes[e->item[i]] != g ||
                !(e->types[i] & (PRT_EVENT_START | PRT_EVENT_COMPLETE | PRT_EVENT_ABANDON)))
                continue;
            expected.started++;
            expected.abandoned += (e->types[i] & PRT_EVENT_ABANDON) != 0;
            expected.users += !seen[e->user[i]];
            seen[e->user[i]] = 1;
        }
        free(seen);
        assert_memory_equal(&expected, &c->groups[g], sizeof expected);
    }
}

static void check_world(uint32_t users, uint64_t events, int threads) {
    world w;
    prt_counts c;
    pr_error error = {0};
    make_world(&w, users, events, threads);
    assert_int_equal(prt_counts_make(&w.dataset, &w.plan, &c, &error), PR_OK);
    uint8_t *counted = malloc(events + 1);
    for (uint32_t n = 0; n < ITEMS; n++) {
        assert_int_equal(c.item_number[c.item_order[n]], n);
        if (n) {
            assert_true(c.items[n - 1].started >= c.items[n].started);
            assert_true(c.items[n - 1].started > c.items[n].started || c.item_order[n - 1] < c.item_order[n]);
        }
        mark(&w, NULL, c.item_order[n], counted);
        assert_counts(&w, counted, &c.items[n], c.item_users[n]);
    }
    check_rows(&w, &c, counted);
    assert_int_equal(c.row_count, count_rows(&w, counted));
    check_groups(&w, &c);
    free(counted);
    prt_counts_free(&c);
    free_world(&w);
}

static void agrees_with_a_recount(void **state) {
    (void)state;
    check_world(40, 900, 1);
    check_world(40, 900, 3);
    check_world(2500, 6000, 2); /* several buckets of users, groups that lie in two threads */
    check_world(1, 5, 4);
}

static void nothing_happened(void **state) {
    (void)state;
    check_world(10, 0, 2);
}

static void any_number_of_threads(void **state) {
    (void)state;
    prt_counts first = {0};
    for (int threads = 1; threads <= 8; threads *= 2) {
        world w;
        prt_counts c;
        make_world(&w, 3000, 20000, threads);
        assert_int_equal(prt_counts_make(&w.dataset, &w.plan, &c, NULL), PR_OK);
        free_world(&w);
        if (threads == 1) {
            first = c;
            continue;
        }
        assert_int_equal(c.row_count, first.row_count);
        assert_int_equal(c.cell_count, first.cell_count);
        for (uint32_t r = 0; r < c.row_count; r++) {
            const prt_row *a = &first.rows[r], *b = &c.rows[r];
            assert_string_equal(a->key, b->key);
            assert_int_equal(a->cell_count, b->cell_count);
            assert_memory_equal(&first.cells[a->first_cell], &c.cells[b->first_cell], a->cell_count * sizeof(prt_cell));
        }
        prt_counts_free(&c);
    }
    prt_counts_free(&first);
}

static void without_dimensions_only_items(void **state) {
    (void)state;
    world w;
    prt_counts c;
    make_world(&w, 20, 200, 2);
    w.plan.dimension_count = w.plan.mask_count = 0;
    assert_int_equal(prt_counts_make(&w.dataset, &w.plan, &c, NULL), PR_OK);
    assert_int_equal(c.row_count, 0);
    assert_true(c.items[0].started > 0);
    prt_counts_free(&c);
    free_world(&w);
}

static void unusable_values_count_as_missing(void **state) {
    (void)state;
    world w;
    prt_counts c;
    const uint8_t usable[AGES] = {1, 0, 1, 1};
    make_world(&w, 60, 800, 1);
    w.plan.dimensions[0].usable = usable;
    assert_int_equal(prt_counts_make(&w.dataset, &w.plan, &c, NULL), PR_OK);
    for (uint32_t r = 0; r < c.row_count; r++)
        assert_null(strstr(c.rows[r].key, "age1"));
    prt_counts_free(&c);
    free_world(&w);
}

static void numbers_rise_with_the_keys(void **state) {
    (void)state;
    const uint64_t keys[] = {9, 3, 9, (uint64_t)1 << 40, 3, 0};
    const uint32_t expected[] = {2, 1, 2, 3, 1, 0};
    uint32_t ids[6], count;
    assert_int_equal(prt_renumber(keys, 6, (uint64_t)1 << 40, ids, &count), PR_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(ids, expected, sizeof expected);
    assert_int_equal(prt_renumber(keys, 3, 9, ids, &count), PR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_recount),
        cmocka_unit_test(nothing_happened),
        cmocka_unit_test(any_number_of_threads),
        cmocka_unit_test(without_dimensions_only_items),
        cmocka_unit_test(unusable_values_count_as_missing),
        cmocka_unit_test(numbers_rise_with_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
