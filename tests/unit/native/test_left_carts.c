/* Carts that were left behind: visits, what takes things out of them, what becomes of them later. */
#include "left_carts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    GAP = 1800,
    MOST = 16,
    ADD = PRT_EVENT_CART,
    BUY = PRT_EVENT_PURCHASE,
    DROP = PRT_EVENT_CART_REMOVE,
    LOOK = PRT_EVENT_VIEW
};

static prt_left_item items[MOST];
static prt_left_cart carts[MOST];

static prt_left_carts find(const prt_step *steps, uint32_t count, int64_t now) {
    prt_left_carts out = {.items = items, .carts = carts};
    prt_left_carts_find(steps, count, GAP, now, &out);
    return out;
}

static prt_step step(int64_t time, uint16_t type, uint32_t item) {
    return (prt_step){time, item, type, 1, NAN};
}

static void nothing_is_nothing(void **state) {
    (void)state;
    prt_left_carts found = find(NULL, 0, 1000);
    assert_int_equal(found.cart_count, 0);
    assert_int_equal(found.item_count, 0);
    const prt_step steps[] = {step(0, LOOK, 1), step(10, LOOK, 2)};
    assert_int_equal(find(steps, 2, 100000).cart_count, 0);
}

static void a_visit_ends_after_the_gap_and_not_before(void **state) {
    (void)state;
    const prt_step steps[] = {step(100, ADD, 1)};
    assert_int_equal(find(steps, 1, 100 + GAP).cart_count, 0);
    assert_int_equal(find(steps, 1, 100 + GAP + 1).cart_count, 1);
    const prt_step longer[] = {step(0, ADD, 1), step(GAP, LOOK, 9), step(2 * GAP, BUY, 1)};
    assert_int_equal(find(longer, 3, 100000).cart_count, 0);
    const prt_step split[] = {step(0, ADD, 1), step(GAP + 1, BUY, 1)};
    prt_left_carts found = find(split, 2, 100000);
    assert_int_equal(found.cart_count, 1);
    assert_true(found.carts[0].recovered);
    assert_int_equal(found.items[0].bought, GAP + 1);
    assert_int_equal(found.carts[0].last, 0);
}

static void what_is_bought_or_taken_out_in_the_visit_is_not_left(void **state) {
    (void)state;
    const prt_step steps[] = {step(0, ADD, 1),  step(1, ADD, 2), step(2, ADD, 3), step(3, BUY, 2),
                              step(4, DROP, 3), step(5, ADD, 3), step(6, DROP, 7)};
    prt_left_carts found = find(steps, 7, 100000);
    assert_int_equal(found.cart_count, 1);
    assert_int_equal(found.carts[0].count, 2);
    assert_int_equal(found.items[0].item, 1);
    assert_int_equal(found.items[1].item, 3);
    assert_int_equal(found.items[1].added, 5);
    assert_int_equal(found.carts[0].last, 6);
}

static void later_purchases_and_removals_are_noted(void **state) {
    (void)state;
    const prt_step steps[] = {step(0, ADD, 1),     step(1, ADD, 2),     step(10000, ADD, 1), step(20000, DROP, 2),
                              step(30000, BUY, 1), step(30001, BUY, 2), step(40000, BUY, 1)};
    prt_left_carts found = find(steps, 7, 100000);
    assert_int_equal(found.cart_count, 2);
    assert_int_equal(found.items[0].bought, 30000);
    assert_true(found.items[1].gone);
    assert_int_equal(found.items[1].bought, 30001);
    assert_int_equal(found.items[2].bought, 30000);
    assert_true(found.carts[0].recovered && found.carts[1].recovered);
}

static void the_cart_of_a_visit_that_goes_on_is_not_left(void **state) {
    (void)state;
    const prt_step steps[] = {step(0, ADD, 1), step(10000, ADD, 2)};
    prt_left_carts found = find(steps, 2, 10001);
    assert_int_equal(found.cart_count, 1);
    assert_int_equal(found.item_count, 1);
    assert_int_equal(found.items[0].item, 1);
}

static void one_row_that_is_both_is_a_purchase(void **state) {
    (void)state;
    const prt_step steps[] = {step(0, ADD | BUY, 1)};
    assert_int_equal(find(steps, 1, 100000).cart_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(a_visit_ends_after_the_gap_and_not_before),
        cmocka_unit_test(what_is_bought_or_taken_out_in_the_visit_is_not_left),
        cmocka_unit_test(later_purchases_and_removals_are_noted),
        cmocka_unit_test(the_cart_of_a_visit_that_goes_on_is_not_left),
        cmocka_unit_test(one_row_that_is_both_is_a_purchase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
