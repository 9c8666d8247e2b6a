/* The ledger: order, settling, what one row may mean, and cutting. */
#include "purchase_world.h"

enum { BUY = PRT_EVENT_PURCHASE, BACK = PRT_EVENT_RETURN };

static const char *const ALONE = "'als':false,'item_cf':false";

static void lines_stand_by_user_item_and_time(void **state) {
    (void)state;
    const row rows[] = {
        {1, 2, BUY, 300, 3, 1},
        {0, 1, BUY, 200, 1, 5},
        {1, 2, BUY, 100, 2, 4},
        {1, 0, BUY, 50, 1, NAN},
        {1, 2, PRT_EVENT_CART, 300, 1, 1},
        {0, 1, BUY, PRT_NO_INTEGER, 7, 5},
    };
    world w;
    prt_ledger ledger;
    world_make(&w, ALONE, 3, 3, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    const uint64_t pairs[] = {0, 1, 3, 3}, starts[] = {0, 2, 3, 6};
    const uint32_t items[] = {1, 0, 2};
    assert_memory_equal(ledger.pairs, pairs, sizeof pairs);
    assert_memory_equal(ledger.starts, starts, sizeof starts);
    assert_memory_equal(ledger.item, items, sizeof items);
    assert_true(ledger.lines[0].time == PRT_NO_INTEGER && ledger.lines[0].units == 7 && ledger.lines[1].time == 200);
    assert_true(isnan(ledger.lines[2].price));
    assert_true(ledger.lines[3].time == 100 && ledger.lines[4].time == 300 && ledger.lines[5].time == 300);
    assert_true(ledger.lines[4].kind == PR_SIGNAL_PURCHASE && ledger.lines[5].kind == PR_SIGNAL_CART);
    assert_true(ledger.as_of == 300 && ledger.returns == 0);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void returns_are_settled(void **state) {
    (void)state;
    const row rows[] = {
        {0, 0, BUY, 100, 5, 2},  {0, 0, BUY, 200, 3, 2},
        {0, 0, BACK, 300, 4, 2},                          /* all of the later, one of the first */
        {0, 1, BUY, 100, 2, 2},  {0, 1, BACK, 200, 2, 2}, /* nothing is left */
        {0, 2, BACK, 100, 9, 2}, {0, 2, BUY, 200, 1, 2},  /* nothing was there to give back */
    };
    world w;
    prt_ledger ledger;
    world_make(&w, ALONE, 1, 3, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    assert_int_equal(ledger.pairs[1], 2);
    assert_true(ledger.item[0] == 0 && ledger.starts[1] == 1 && ledger.lines[0].units == 4);
    assert_true(ledger.item[1] == 2 && ledger.starts[2] == 2 && ledger.lines[1].units == 1);
    assert_int_equal(ledger.returns, 3);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void a_row_may_mean_several_things(void **state) {
    (void)state;
    const row rows[] = {
        {0, 0, PRT_EVENT_COMPLETE | PRT_EVENT_LIKE, 100, 1, NAN},
        {0, 1, PRT_EVENT_COMPLETE | PRT_EVENT_LIKE, 100, 1, NAN},
        {0, 1, PRT_EVENT_DISLIKE, 200, 1, NAN},
        {0, 2, PRT_EVENT_DISLIKE, 100, 1, NAN},
        {0, 2, PRT_EVENT_LIKE, 200, 1, NAN},
        {0, 3, PRT_EVENT_DISLIKE | PRT_EVENT_ABANDON, 100, 1, NAN}, /* says nothing for the item */
    };
    world w;
    prt_ledger ledger;
    prt_purchases learned;
    world_make(&w, ALONE, 1, 4, rows, PRT_COUNT(rows));
    world_ledger(&w, &ledger);
    assert_int_equal(ledger.pairs[1], 3);
    assert_int_equal(ledger.starts[1], 2);
    assert_true(!ledger.disliked[0] && ledger.disliked[1] && !ledger.disliked[2]);
    world_learn(&w, &ledger, &learned);
    assert_int_equal(learned.taken.offsets[1], 2);
    assert_true(learned.taken.item[0] == 0 && learned.taken.item[1] == 2);
    assert_true(fabs((double)learned.taken.weight[0] - 1.8 * 3 / 3.8) < 1e-6);
    prt_purchases_free(&learned);
    prt_ledger_free(&ledger);
    world_free(&w);
}

static void events_and_pairs_can_be_left_out(void **state) {
    (void)state;
    const row rows[] = {{0, 0, BUY, 100, 1, 1}, {0, 1, BUY, 200, 1, 1}, {1, 1, BUY, 300, 1, 1}, {1, 0, BUY, 400, 1, 1}};
    const uint8_t left_out[] = {0, 1, 0, 1}, gone[] = {0, 1, 0, 0};
    world w;
    prt_ledger ledger, cut;
    world_make(&w, ALONE, 2, 2, rows, PRT_COUNT(rows));
    assert_int_equal(prt_ledger_make(&w.config, &w.dataset, left_out, 3, &ledger, NULL), PR_OK);
    assert_true(ledger.pairs[1] == 1 && ledger.pairs[2] == 2 && ledger.item[0] == 0 && ledger.item[1] == 1);
    assert_int_equal(ledger.as_of, 300);
    prt_ledger_free(&ledger);
    world_ledger(&w, &ledger);
    assert_int_equal(prt_ledger_cut(&ledger, gone, &cut, NULL), PR_OK);
    assert_true(cut.pairs[1] == 1 && cut.pairs[2] == 3 && cut.item[0] == 0 && cut.item[1] == 0 && cut.item[2] == 1);
    assert_true(cut.lines[1].time == 400 && cut.starts[3] == 3 && cut.as_of == 400);
    prt_ledger_free(&cut);
    prt_ledger_free(&ledger);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_stand_by_user_item_and_time),
        cmocka_unit_test(returns_are_settled),
        cmocka_unit_test(a_row_may_mean_several_things),
        cmocka_unit_test(events_and_pairs_can_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
