/* The made-up shop: ids are never the same, queries are made as planted, and the planted other words stand in no name.
 */
#include "shop_query.h"
#include "shop_words.h"
#include "shop_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IDS = 300000, DRAWS = 20000 };

static int by_bytes(const void *a, const void *b) {
    return memcmp(a, b, 12);
}

static void test_ids(void **state) {
    (void)state;
    char(*ids)[12] = calloc(IDS, sizeof *ids);
    assert_non_null(ids);
    for (uint32_t i = 0; i < IDS; i++) {
        prt_shop_invent_id(7, i, ids[i]);
        assert_int_equal(strspn(ids[i], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10);
        assert_int_equal(strlen(ids[i]), 10);
    }
    char other[12], again[12];
    prt_shop_invent_id(8, 0, other);
    prt_shop_invent_id(7, 0, again);
    assert_string_not_equal(other, ids[0]);
    assert_string_equal(again, ids[0]);
    qsort(ids, IDS, sizeof *ids, by_bytes);
    for (uint32_t i = 1; i < IDS; i++)
        assert_int_not_equal(memcmp(ids[i - 1], ids[i], 12), 0);
    free(ids);
}

static bool holds(const char *text, const char *word) {
    size_t size = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        if ((at == text || at[-1] == ' ') && (at[size] == 0 || at[size] == ' '))
            return true;
    }
    return false;
}

/* How many words of all names hold the word. */
static int count_word(const char *word) {
    int count = 0;
    for (int k = 0; k < PRT_SHOP_KINDS; k++) {
        for (int i = 0; i < PRT_SHOP_NOUNS; i++)
            count += holds(prt_shop_kinds[k].nouns[i], word) + holds(prt_shop_kinds[k].traits[i], word) +
                     holds(prt_shop_kinds[k].sizes[i], word);
    }
    for (int i = 0; i < PRT_SHOP_ADJECTIVES; i++)
        count += holds(prt_shop_adjectives[i], word);
    for (int i = 0; i < PRT_SHOP_COLOURS; i++)
        count += holds(prt_shop_colours[i], word);
    return count;
}

static void test_other_words_stand_in_no_name(void **state) {
    (void)state;
    for (int i = 0; i < PRT_SAME_WORDS; i++) {
        if (count_word(prt_same_words[i][0]) == 0)
            fail_msg("no name holds \"%s\"", prt_same_words[i][0]);
        if (count_word(prt_same_words[i][1]) != 0)
            fail_msg("a name holds \"%s\"", prt_same_words[i][1]);
    }
}

static void test_eight_wide_categories(void **state) {
    (void)state;
    int mains = 0, subs = 0;
    for (int k = 0; k < PRT_SHOP_KINDS; k++) {
        if (k == 0 || strcmp(prt_shop_kinds[k].main, prt_shop_kinds[k - 1].main) != 0) {
            assert_true(k == 0 || (subs >= 3 && subs <= 8));
            mains++;
            subs = 0;
        }
        subs++;
    }
    assert_int_equal(mains, 8);
    assert_in_range(subs, 3, 8);
}

/* How often something is in the queries for a name. */
static double share_of(const char *name, uint32_t head, const char *wanted) {
    int found = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        char query[PRT_QUERY_ROOM + 1];
        prt_draw draw = prt_draw_open(3, PRT_DRAW_SHOPPING, i);
        size_t size = prt_shop_query(name, head, &draw, query);
        assert_in_range(size, 1, PRT_QUERY_ROOM);
        query[size] = 0;
        found += holds(query, wanted);
    }
    return (double)found / DRAWS;
}

static void assert_near(double value, double expected) {
    if (value < expected - 0.015 || value > expected + 0.015)
        fail_msg("%f instead of %f", value, expected);
}

static void test_queries(void **state) {
    (void)state;
    assert_near(share_of("Sofa", 0, "couch"), PRT_SHOP_OTHER);
    assert_near(share_of("Blanket", 0, "blanket"), 1 - PRT_SHOP_TYPO);
    /* A short word has no slip, one that nobody types is not typed. */
    assert_near(share_of("Tent with a pack", 0, "tent"), 1);
    /* Two words: one of them in half of the queries; then the head, or either. */
    double head = share_of("Red tent", 1, "tent"), other = share_of("Red tent", 1, "red");
    assert_near(head, 0.5 + 0.5 * (PRT_SHOP_HEAD + (1 - PRT_SHOP_HEAD) / 2));
    assert_near(other, 0.5 + 0.5 * (1 - PRT_SHOP_HEAD) / 2);
}

static void test_awkward_names(void **state) {
    (void)state;
    const char *const empty[] = {"", " , ", "with the", "12 5"};
    char query[PRT_QUERY_ROOM], longest[4000];
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        prt_draw draw = prt_draw_open(1, PRT_DRAW_SHOPPING, i);
        assert_int_equal(prt_shop_query(empty[i], 9, &draw, query), 0);
    }
    memset(longest, 'a', sizeof longest);
    for (size_t i = 38; i < sizeof longest; i += 39)
        longest[i] = ' ';
    longest[sizeof longest - 1] = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        prt_draw draw = prt_draw_open(1, PRT_DRAW_SHOPPING, i);
        assert_in_range(prt_shop_query(longest, 5, &draw, query), 1, PRT_QUERY_ROOM);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_other_words_stand_in_no_name),
        cmocka_unit_test(test_eight_wide_categories),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_awkward_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
