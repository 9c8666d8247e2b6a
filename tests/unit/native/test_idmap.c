/* Ids to their place, small numbers and all others. */
#include "idmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint32_t look_up(const prt_idmap *map, const char *id) {
    char padded[64] = {0};
    size_t size = strlen(id);
    memcpy(padded, id, size);
    return prt_idmap_find(map, padded, size);
}

static uint32_t insert(prt_idmap *map, const char *id) {
    uint32_t index;
    bool added;
    assert_true(prt_idmap_add(map, id, strlen(id), &index, &added));
    return index;
}

static void test_small_numbers(void **state) {
    (void)state;
    static const char *const right[] = {"0", "7", "42", "123456", "12345678", "99999999"};
    static const char *const wrong[] = {"", "07", "00", "-1", "1a", "a1", "1.0", " 1", "123456789", "12:4", "1/3"};
    for (size_t i = 0; i < 6; i++) {
        char padded[16] = "xxxxxxxxxxxxxxx";
        uint32_t n;
        memcpy(padded, right[i], strlen(right[i]));
        assert_true(prt_small_number(padded, strlen(right[i]), &n));
        assert_int_equal(n, (uint32_t)atoll(right[i]));
    }
    for (size_t i = 0; i < 11; i++) {
        char padded[16] = {0};
        uint32_t n;
        memcpy(padded, wrong[i], strlen(wrong[i]));
        assert_false(prt_small_number(padded, strlen(wrong[i]), &n));
    }
}

static void test_ids_that_look_alike_differ(void **state) {
    (void)state;
    prt_idmap map = {0};
    static const char *const ids[] = {"7", "07", "007", "7 ", "+7", "w7", "", "99999999", "999999999"};
    for (uint32_t i = 0; i < 9; i++) {
        assert_int_equal(look_up(&map, ids[i]), PRT_NONE);
        assert_int_equal(insert(&map, ids[i]), i);
    }
    for (uint32_t i = 0; i < 9; i++) {
        assert_int_equal(look_up(&map, ids[i]), i);
        assert_int_equal(insert(&map, ids[i]), i);
    }
    assert_int_equal(map.ids.count, 9);
    prt_idmap_free(&map);
}

/* Numbers far apart go to the table at first, and are found when the array has grown over them. */
static void test_many_ids_in_any_order(void **state) {
    (void)state;
    prt_idmap map = {0};
    char id[32];
    enum { N = 20000 };
    for (uint32_t i = 0; i < N; i++) {
        snprintf(id, sizeof id, i % 3 ? "%u" : "user-%u", i % 2 ? i : 200000 - i * 9);
        assert_int_equal(insert(&map, id), i);
    }
    for (uint32_t i = 0; i < N; i++) {
        snprintf(id, sizeof id, i % 3 ? "%u" : "user-%u", i % 2 ? i : 200000 - i * 9);
        assert_int_equal(look_up(&map, id), i);
    }
    prt_idmap_free(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_numbers),
        cmocka_unit_test(test_ids_that_look_alike_differ),
        cmocka_unit_test(test_many_ids_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
